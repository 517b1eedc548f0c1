#' Compile a part of the graph into a function
#'
#' @param inputs List of placeholders, and of computed tensors, whose values are then given instead of computed.
#' @param outputs List of tensors, or one tensor.
#' @param updates List of results of [k_update()], [k_update_add()], [k_update_sub()] and
#'   [k_moving_average_update()], of tensors computed from these, such as a [k_switch()] between two of them, or of
#'   lists `list(variable, new_value)`. All outputs and new values are computed from the variables' values before the
#'   call; then the variables change.
#' @param ... Not used; further arguments are refused.
#' @return A function of class `keras_function`. It takes the list of the inputs' values, and returns the list
#'   of the outputs' values as arrays (one array if `outputs` is one tensor). A sparse placeholder accepts a
#'   matrix, sparse or not.
#'
#'   Errors: `keras_error_argument` for an input that is a variable, or a variable that is updated twice;
#'   `keras_error_placeholder` if an output needs a placeholder that is not among the inputs. The function:
#'   `keras_error_shape` and `keras_error_dtype` for a value that does not fit its input.
#' @family graph
#' @examplesIf is_backend_installed()
#' x <- k_placeholder(shape = c(NA, 2))
#' steps <- k_variable(0)
#' f <- k_function(list(x), list(k_sum(x, axis = 2)), updates = list(k_update_add(steps, 1)))
#' f
#' f(list(matrix(1:6, 3)))
#' k_get_value(steps)
#' @export
k_function <- function(inputs, outputs, updates = NULL, ...) {
  inputs <- as_values(inputs, "inputs")
  outputs <- if (inherits(outputs, "keras_tensor")) outputs else as_values(outputs, "outputs")
  updates <- if (!is.null(updates)) as_updates(updates)
  compiled <- call_shim("function", inputs, outputs, updates, ...)
  told <- lapply(inputs, tell)
  structure(
    function(inputs = list()) {
      if (!is.list(inputs) || is.data.frame(inputs)) {
        abort("argument", "{argument} must be the list of the values of the function's inputs, not {value}",
              argument = "inputs", value = inputs, function_name = "k_function()")
      }
      values <- lapply(seq_along(inputs), function(i) {
        input <- if (i <= length(told)) told[[i]] else list(sparse = FALSE)
        if (input$sparse) {
          as_sparse_array(inputs[[i]], "inputs")
        } else {
          as_value(inputs[[i]], "inputs", ndim = length(input$shape))
        }
      })
      call_shim("call_function", compiled, values)
    },
    class = c("keras_function", "function"), compiled = compiled
  )
}

#' Evaluate one graph on several backends
#'
#' Checks whether engines agree: each computes the same tensors from the same inputs and the variables' current values.
#' Updates are not applied. Random tensors differ by engine.
#'
#' @param outputs A tensor, or a list of tensors of one backend.
#' @param feeds The values of placeholders: a list of lists `list(placeholder, value)`.
#' @param backends Names of backends; by default that of the tensors first, and then all other installed ones, except
#'   those without gradients if some are needed.
#' @return A data frame of class `keras_comparison` with a row for each backend and these columns: `backend`;
#'   `absolute`, the largest difference from the first backend's values; `relative`, the same divided by the largest
#'   absolute value of the first backend; `seconds`, the time of an evaluation once the graph is compiled. Its attribute
#'   "values" is the list of values by backend.
#'
#'   Errors: `keras_error_argument` for what is not a tensor or not a pair, `keras_error_placeholder` if a placeholder
#'   has no value, `keras_error_gradient` for a backend in `backends` that cannot compute the gradients.
#' @family graph
#' @seealso [compare_backends()] for models
#' @examplesIf is_backend_installed()
#' x <- k_placeholder(shape = c(NA, 2))
#' y <- k_logsumexp(x, axis = 2)
#' k_compare_backends(y, list(list(x, matrix(1:4, 2))), backends = c(k_backend(), "numpy"))
#' @export
k_compare_backends <- function(outputs, feeds = list(), backends = NULL) {
  outputs <- if (inherits(outputs, "keras_tensor")) outputs else as_values(outputs, "outputs")
  if (!is_plain_list(feeds)) {
    abort("argument", "{argument} must be a list of lists `list(placeholder, value)`, not {value}",
          argument = "feeds", value = feeds)
  }
  feeds <- lapply(unname(feeds), function(pair) if (is.list(pair)) as_pair(pair, "feeds") else as_value(pair, "feeds"))
  if (!is.null(backends) && !is.character(backends)) {
    abort("argument", "{argument} must be names of backends, or NULL, not {value}", argument = "backends",
          value = backends)
  }
  compared <- call_shim("graph_comparison", outputs, feeds, if (!is.null(backends)) unname(as.list(backends)))
  comparison_table(compared, "values")
}

#' A list of updates; a pair of a variable and its new value counts as one update
#' @noRd
as_updates <- function(updates) {
  if (!is_plain_list(updates)) {
    return(as_values(updates, "updates"))
  }
  lapply(unname(updates), function(update) {
    if (is.list(update)) as_pair(update, "updates") else as_value(update, "updates")
  })
}

#' @export
format.keras_function <- function(x, ...) {
  if (is_restored(attr(x, "compiled"))) {
    return("<function of an R session that has ended>")
  }
  told <- setNames(call_shim("describe_function", attr(x, "compiled")), c("backend", "inputs", "outputs"))
  inputs <- vapply(told$inputs, function(input) {
    paste0("  input  ", if (!is.null(input[[1L]])) paste0("'", input[[1L]], "': "), input[[2L]], ", shape ",
           format_shape(input[[3L]]))
  }, "")
  outputs <- vapply(told$outputs, function(output) {
    paste0("  output ", output[[1L]], ", shape ", format_shape(output[[2L]]))
  }, "")
  c(paste0("<", told$backend, " function>"), inputs, outputs)
}

#' @export
print.keras_function <- function(x, ...) {
  writeLines(format(x, ...))
  invisible(x)
}

#' Gradients of a loss
#'
#' @param loss A tensor of a floating dtype. The gradient of a tensor that is not a scalar is that of its sum.
#' @param variables A floating tensor that the loss depends on, or a list of them.
#' @return A list of tensors, each with the shape and dtype of its variable.
#'
#'   Errors: `keras_error_gradient`, which names a variable that the loss does not depend on.
#' @family graph
#' @examplesIf is_backend_installed()
#' w <- k_variable(c(1, 2))
#' k_eval(k_gradients(k_sum(k_square(w)), list(w))[[1]])
#' @export
k_gradients <- function(loss, variables) {
  call_shim("gradients", as_value(loss, "loss"), as_values(variables, "variables"))
}

#' Treat a tensor as a constant in gradients
#'
#' @param variables A tensor, or a list of tensors.
#' @return The same number of tensors, with the same values.
#' @family graph
#' @examplesIf is_backend_installed()
#' w <- k_variable(3)
#' k_eval(k_gradients(w * k_stop_gradient(w), w)[[1]])
#' @export
k_stop_gradient <- function(variables) {
  call_shim("stop_gradient", as_value(variables, "variables"))
}

#' Drop the graph and begin a new one
#'
#' All tensors of the current backend, including its variables, are dropped, and names and the learning phase are reset;
#' using such a tensor signals `keras_error_stale_tensor`. Other backends do not change.
#'
#' @return Nothing.
#' @family graph
#' @examplesIf is_backend_installed()
#' k_clear_session()
#' @export
k_clear_session <- function() {
  invisible(call_shim("clear_session"))
}

#' Functions inside and outside the graph
#'
#' A tensor is a node of the backend's graph, and has a value once it is evaluated. `k_eager()` returns a version of
#' the function that runs outside the graph: each intermediate result is a concrete value, updates change their
#' variables at once, and `as.array()` returns a result's value. `k_placeholder()`, `k_function()` and
#' `k_gradients()` signal `keras_error_eager` there. `k_symbolic()` returns a version that runs inside the
#' graph, even when it is called inside `k_eager()`.
#'
#' @param func A function.
#' @return A function with the same arguments and value.
#' @family graph
#' @examplesIf is_backend_installed()
#' norm <- k_eager(function(x) as.array(k_sqrt(k_sum(k_square(x)))))
#' norm(c(3, 4))
#' @export
k_eager <- function(func) {
  in_mode(func, eager = TRUE)
}

#' @rdname k_eager
#' @export
k_symbolic <- function(func) {
  in_mode(func, eager = FALSE)
}

#' R runs the function itself, not through Python, so its errors, warnings and restarts work as usual
#' @noRd
in_mode <- function(func, eager) {
  if (!is.function(func)) {
    abort("argument", "{argument} must be a function, not {value}", argument = "func", value = func)
  }
  function(...) {
    mode <- call_shim("mode", eager)
    call_shim("enter", mode)
    on.exit(call_shim("leave", mode))
    func(...)
  }
}

#' Names with a common prefix
#'
#' Inside the context, names of new variables, placeholders and tensors begin with `name/`.
#'
#' @param name A string.
#' @return A context for [with()][with.keras_scope].
#' @family graph
#' @examplesIf is_backend_installed()
#' with(k_name_scope("encoder"), {
#'   w <- k_variable(0, name = "w")
#' })
#' w
#' @export
k_name_scope <- function(name) {
  as_scope(call_shim("name_scope", name))
}

#' Tensors that are computed after others
#'
#' Inside the context, new tensors are computed only together with, and after, the control inputs. A variable
#' that a control input updates has its new value there.
#'
#' @param control_inputs List of tensors, such as updates and printed tensors, or a single one.
#' @return A context for [with()][with.keras_scope].
#' @family graph
#' @examplesIf is_backend_installed()
#' v <- k_variable(1)
#' with(k_control_dependencies(list(k_update_add(v, 1))), {
#'   y <- v * 10
#' })
#' k_eval(y)
#' @export
k_control_dependencies <- function(control_inputs) {
  as_scope(call_shim("control_dependencies", as_values(control_inputs, "control_inputs")))
}

#' Print a tensor's value each time it is evaluated
#'
#' @param x A tensor.
#' @param message A string to print before the value, or `NULL`.
#' @return A tensor of the same value. Use it instead of `x`: what is never evaluated is not printed.
#' @family graph
#' @examplesIf is_backend_installed()
#' y <- k_print_tensor(k_constant(1:3), "y = ") * 2
#' k_eval(y)
#' @export
k_print_tensor <- function(x, message = "") {
  call_shim("print_tensor", as_value(x), message)
}
