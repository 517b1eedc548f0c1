#' Apply a step to each time step of a sequence
#'
#' The R function is called while the graph is built: once, with tensors that stand for the input and the
#' states of any time step (with `unroll`, once per time step). An R error in it ends the call with that error.
#'
#' @param step_function A function of the input of one time step, a tensor with dimensions (samples, ...), and of the
#'   list of states, followed by the constants. It returns `list(output, list(new_state, ...))`.
#' @param inputs A tensor with dimensions (samples, time steps, ...).
#' @param initial_states List of tensors.
#' @param go_backwards Whether to begin with the last time step; outputs are in the order of computation.
#' @param mask A tensor with dimensions (samples, time steps). Where it is 0, the output is that of the previous
#'   time step (initially 0), and the states do not change.
#' @param constants List of tensors that are passed to each step.
#' @param unroll Whether to write the steps into the graph one after another.
#' @param input_length The number of time steps, if `unroll` needs it and the shape of `inputs` does not have it.
#' @return A list: `last_output`, `outputs` with dimensions (samples, time steps, ...), and `new_states`, the list
#'   of the final states.
#'
#'   Errors: `keras_error_shape` and `keras_error_dtype` if a state changes its shape or dtype,
#'   `keras_error_argument` if the function returns anything else.
#' @family control_flow
#' @examplesIf is_backend_installed()
#' add_up <- function(x, states) {
#'   total <- x + states[[1]]
#'   list(total, list(total))
#' }
#' result <- k_rnn(add_up, k_ones(c(1, 4, 2)), list(k_zeros(c(1, 2))))
#' k_eval(result$outputs)
#' @export
k_rnn <- function(step_function, inputs, initial_states, go_backwards = FALSE, mask = NULL, constants = NULL,
                  unroll = FALSE, input_length = NULL) {
  result <- call_shim(
    "rnn", as_python_function(step_function, "step_function"), as_value(inputs, "inputs"),
    as_values(initial_states, "initial_states"), go_backwards, as_value(mask, "mask"),
    if (!is.null(constants)) as_values(constants, "constants"), unroll, as_whole(input_length)
  )
  setNames(result, c("last_output", "outputs", "new_states"))
}

#' Choose between two tensors
#'
#' `k_switch()`: by a condition, as a whole or elementwise. `k_in_train_phase()`: `x` in the train
#' phase, `alt` in the test phase. `k_in_test_phase()`: the opposite.
#'
#' @param condition A tensor of bools or numbers: a scalar, or with the leading axes of the expressions.
#' @param then_expression,else_expression,x,alt Tensors, or functions without arguments that make them. Those
#'   of `k_switch()` have the same dtype, and broadcast.
#' @param training `TRUE`, `FALSE`, 0, 1, or a scalar tensor; [k_learning_phase()] by default.
#' @return A tensor. Both expressions are in the graph and computed; the gradient with respect to the one that is not
#'   chosen is 0. With a scalar condition, what a function computes updates no variables, prints nothing and raises no
#'   errors about values, such as an index out of range, unless it is chosen.
#'
#'   Errors: `keras_error_shape` if condition and expressions do not fit, `keras_error_dtype`.
#' @family control_flow
#' @examplesIf is_backend_installed()
#' x <- k_constant(c(-1, 2))
#' k_eval(k_switch(x > 0, x, function() x * 0.1))
#' k_eval(k_in_train_phase(k_dropout(x, 0.5), x))
#' @export
k_switch <- function(condition, then_expression, else_expression) {
  call_shim("switch", as_value(condition, "condition"), as_expression(then_expression, "then_expression"),
            as_expression(else_expression, "else_expression"))
}

#' @rdname k_switch
#' @export
k_in_train_phase <- function(x, alt, training = NULL) {
  call_shim("in_train_phase", as_expression(x, "x", alt), as_expression(alt, "alt", x), training)
}

#' @rdname k_switch
#' @export
k_in_test_phase <- function(x, alt, training = NULL) {
  call_shim("in_test_phase", as_expression(x, "x", alt), as_expression(alt, "alt", x), training)
}

#' A tensor, or a function that creates one; the number of dimensions may be taken from the other expression
#' @noRd
as_expression <- function(x, arg, other = NULL) {
  if (is.function(x) && !inherits(x, "python.builtin.object")) {
    as_python_function(x, arg)
  } else {
    as_value_like(x, other, arg)
  }
}

#' Apply a function to each slice
#'
#' `k_map_fn()` applies it to each slice along the first axis, and stacks the results. `k_foldl()` applies it to
#' an accumulator and each slice in turn; `k_foldr()` goes from the last slice to the first. The R function is
#' called once, while the graph is built. An R error in it ends the call with that error.
#'
#' @param fn A function of a slice that returns a tensor or a list of tensors; in folds, a function of the accumulator
#'   and a slice that returns the next accumulator, with the same shape and dtype.
#' @param elems A tensor with at least one dimension, or a list of tensors or arrays with first axes of the same size:
#'   then `fn` takes a list with a slice of each, which has the names of `elems`.
#' @param initializer The first accumulator; by default the first slice of a single tensor.
#' @param name A string.
#' @param dtype Name of the results' dtype; by default what `fn` returns.
#' @return A tensor; of `k_map_fn()` a list of tensors if `fn` returns one.
#'
#'   Errors: `keras_error_shape`, `keras_error_dtype` and `keras_error_argument` if `fn` or `elems` do not
#'   fit.
#' @family control_flow
#' @examplesIf is_backend_installed()
#' m <- matrix(1:6, 2)
#' k_eval(k_map_fn(function(row) k_sum(row), m))
#' k_eval(k_foldl(function(total, row) total + row, m))
#' k_eval(k_foldr(function(x, digit) x * 10 + digit, 1:3))
#' @export
k_map_fn <- function(fn, elems, name = NULL, dtype = NULL) {
  call_shim("map_fn", as_python_function(with_names(fn, elems), "fn"), as_elements(elems), name, dtype)
}

#' Tensors to take slices of: a list of them, or one; single numbers in a list are the elements of one tensor
#' @noRd
as_elements <- function(elems) {
  is_number <- function(x) length(x) == 1L && is.null(dim(x)) && !k_is_tensor(x)
  if (is_plain_list(elems) && !all(vapply(elems, is_number, NA))) {
    as_values(elems, "elems", 1L)
  } else {
    as_value(elems, "elems", 1L)
  }
}

#' A function whose last argument, the list of slices, has the names of the list of tensors
#' @noRd
with_names <- function(fn, elems) {
  if (!is.function(fn) || !is_plain_list(elems) || is.null(names(elems))) {
    return(fn)
  }
  function(...) {
    arguments <- list(...)
    names(arguments[[length(arguments)]]) <- names(elems)
    do.call(fn, arguments, quote = TRUE)
  }
}

#' @rdname k_map_fn
#' @export
k_foldl <- function(fn, elems, initializer = NULL, name = NULL) {
  fold("foldl", fn, elems, initializer, name)
}

#' @rdname k_map_fn
#' @export
k_foldr <- function(fn, elems, initializer = NULL, name = NULL) {
  fold("foldr", fn, elems, initializer, name)
}

#' A fold whose initial accumulator may be a single number: a scalar or, if that does not fit, a vector of one element
#' @noRd
fold <- function(kind, fn, elems, initializer, name) {
  fn <- as_python_function(with_names(fn, elems), "fn")
  elems <- as_elements(elems)
  run <- function(ndim) call_shim(kind, fn, elems, as_value(initializer, "initializer", ndim), name)
  if (k_is_tensor(initializer) || length(initializer) != 1L || !identical(as.integer(dim(elems)[-1L]), 1L)) {
    return(run(0L))
  }
  tryCatch(run(0L), keras_error_shape = function(condition) {
    tryCatch(run(1L), keras_error_shape = function(other) stop(condition))
  })
}
