# Errors as classed conditions: `keras_error_<kind>` and `keras_error`.

#' Errors of this package
#'
#' Every error that this package signals is a condition of the class `keras_error`, and of a second class that says what
#' went wrong, such as `keras_error_shape`. The message names the function and the argument as you called them, the
#' value, what is accepted, and what to do. Axes and positions in it count from 1.
#'
#' A condition has these fields:
#'
#' * `call`: your call of the function, which R shows before the message.
#' * `function_name`: its name, as in `"k_sum()"`, or the operator.
#' * `argument`: the name of the argument that is not accepted, such as `"axis"`, or the part of it, such as
#'   `"tensors[[2]]"`; `NULL` if the error is not about a single argument.
#' * `value`: its value as you passed it, if the message shows it.
#' * `fields`: a named list of everything that the message shows, as text: axes, shapes, dtypes.
#' * `initial_epoch`, only in `keras_error_training`: the epoch to resume with, see [snapshot_model()].
#' * `native`: the traceback of the engine's library, if the error came from there.
#'
#' The classes, each after `keras_error_`:
#'
#' * `argument`, `shape`, `dtype`: an argument has a value, a shape or a dtype that is not accepted.
#' * `placeholder`: a placeholder needs a value and has none.
#' * `gradient`: the requested gradient does not exist.
#' * `eager`: the function needs the graph, and was called inside [k_eager()].
#' * `backend_mismatch`: a call has tensors of two backends.
#' * `stale_tensor`: the graph of the tensor was dropped, or a variable lost its value when its worker exited.
#' * `unknown_backend`, `not_installed`, `interpreter`, `install`: a backend cannot be found or installed.
#' * `config`: a setting has a value that is not accepted.
#' * `file`: a file cannot be read or written, or has another format than it should.
#' * `device`: the engine cannot compute on the requested device.
#' * `engine`: the engine's library refused; the message has its own words. `out_of_memory`: there was not enough
#'   memory.
#' * `worker`, `timeout`, `wire`: the engine's process exited, took too long, or could not be sent a value.
#'   `training`: it exited while a model was trained.
#' * `python`: any other error from Python.
#'
#' @examplesIf is_backend_installed()
#' condition <- tryCatch(k_sum(k_ones(c(2, 3)), axis = 3), keras_error = identity)
#' class(condition)
#' condition$function_name
#' condition$fields$axis
#' @name keras_error
NULL

#' Signal an error about the user's input
#' @param kind The end of the condition's class, such as "shape".
#' @param message Templates as in pyshim/messages.py: what is wrong; then, with the names `x` and `i`, the evidence and
#'   the remedy. The user's input goes into fields, so that its own braces and backticks are left unchanged.
#' @param ... The fields: strings are inserted unchanged, fields whose name ends in "shape" as shapes, others as R code.
#' @param argument The name of the rejected argument, or of a part of it, such as `"tensors[[2]]"`.
#' @param value The argument's value, if it is not an argument of the user's own call.
#' @param function_name As in `signal_error()`.
#' @param called The user's call, as `users_call()` returns it.
#' @noRd
abort <- function(kind, message, ..., argument = NULL, value = NULL, function_name = NULL, called = users_call()) {
  fields <- list(...)
  fields <- Map(write_field, fields, names(fields))
  own <- user_part(argument, called)
  value <- if (own$found) own$value else value
  fields$value <- describe_value(value)
  if (!is.null(argument)) {
    fields$argument <- quoted_argument(argument)
  }
  template <- message
  message[] <- vapply(template, function(part) stopped(filled(capitalized(part), fields, called)), "")
  used <- vapply(names(fields), function(name) any(grepl(paste0("{", name, "}"), template, fixed = TRUE)), NA)
  signal_error(kind, message, argument = argument, value = value, fields = fields[used],
               function_name = function_name, called = called)
}

#' Signal an error of this package
#' @param message As in `rlang::abort()`.
#' @param ... Fields of the condition.
#' @param function_name The name to put before the message, if it is not that of the user's call.
#' @noRd
signal_error <- function(kind, message, ..., function_name = NULL, called = users_call()) {
  function_name <- if (is.null(function_name)) called$name else function_name
  call <- if (!is.null(called$call)) called$call else if (!is.null(function_name)) str2lang(function_name)
  if (is.symbol(call)) {
    call <- as.call(list(call))  # the call of an operator
  }
  message[[1L]] <- stopped(message[[1L]])
  rlang::abort(message, class = c(paste0("keras_error_", kind), "keras_error"), call = call,
               function_name = function_name, ...)
}

#' The message, prefixed with the function's name
#'
#' The console shows the call, but a log or a test keeps only `conditionMessage()`.
#' @exportS3Method
#' @noRd
conditionMessage.keras_error <- function(c) { # nolint: object_name_linter.
  paste0(if (!is.null(c$function_name)) paste0(c$function_name, ": "), NextMethod())
}

#' Signal an error that occurred in Python
#' @noRd
signal_failure <- function(failure) {
  if (identical(failure$kind, "interrupt")) {
    rlang::interrupt()
  }
  called <- users_call()
  fields <- written(failure$fields, called)
  if (!length(fields)) {
    capitalized <- identity  # words that may begin with a name
  }
  message <- paste0(inner_function(failure, called), filled(capitalized(failure$template), fields, called))
  named <- if (identical(failure$kind, "python")) argument_in_words(fields$words, called)
  if (!is.null(failure$detail)) {
    message <- c(message, x = stopped(filled(capitalized(failure$detail), fields, called)))
  }
  if (!is.null(failure$remedy)) {
    message <- c(message, i = stopped(filled(capitalized(failure$remedy), fields, called)))
  }
  if (!is.null(named)) {
    message <- c(message, x = paste0("`", named, "` is ", describe_value(user_value(named, called)$value), "."))
    return(signal_error("python", message, argument = named, value = user_value(named, called)$value, fields = fields,
                        native = failure$native, called = called))
  }
  argument <- if (!is.null(fields$argument)) sub(".*`(.*)`.*", "\\1", fields$argument)
  signal_error(failure$kind, message, argument = argument,
               value = given(failure$fields, called, shown = FALSE)$value, fields = fields, native = failure$native,
               initial_epoch = failure$initial_epoch,
               function_name = if (is.null(called) && !is.null(failure[["function"]])) r_name(failure[["function"]]),
               called = called)
}

#' The backend function that Keras called, if the error is about one of its arguments and not about the user's call
#' @noRd
inner_function <- function(failure, called) {
  argument <- failure$fields$argument[[2L]][[1L]]
  if (is.null(failure[["function"]]) || is.null(called) || is.null(argument)) {
    return("")
  }
  name <- r_name(failure[["function"]])
  argument <- r_argument(list(argument), called, quote = FALSE)
  inner <- startsWith(name, "k_") && grepl("^[[:alpha:]]", called$name) && !startsWith(called$name, "k_") &&
    !argument %in% called$formals
  if (inner) paste0(name, ": ") else ""
}

#' The argument whose value is a string that occurs in Keras's message
#' @return The argument's name; NULL if there is none, or more than one.
#' @noRd
argument_in_words <- function(words, called) { # nolint: cyclocomp_linter.
  if (startsWith(words, "IndexError") && user_value("axis", called)$found) {
    return("axis")
  }
  stands <- vapply(setdiff(called$formals, c("...", "object")), function(name) {
    value <- user_value(name, called)$value
    is.character(value) && is.null(dim(value)) && length(value) == 1L && !is.na(value) && nchar(value) > 1L &&
      grepl(value, words, fixed = TRUE)
  }, NA)
  if (sum(stands) == 1L) names(which(stands))
}

#' The user's call in progress
#'
#' This is the most recent call of a function of this package from outside the package: not from its own functions,
#' whether directly or through `lapply()` and the like.
#' @return A list of the function's `name` as shown in messages, the `call`, and the `frame` with its arguments; NULL if
#'   there is none.
#' @noRd
users_call <- function() { # nolint: cyclocomp_linter.
  count <- sys.nframe() - 1L
  functions <- lapply(seq_len(count), sys.function)
  frames <- sys.frames()
  calls <- sys.calls()
  parents <- sys.parents()
  package <- topenv()
  ours <- vapply(functions, function(f) identical(environment(f), package), NA)
  within <- function(env) any(vapply(frames[seq_len(count)][ours], identical, NA, env))
  is_ours <- function(f) {
    if (is.primitive(f)) {
      return(FALSE)
    }
    env <- environment(f)
    inner <- FALSE
    while (!identical(env, package) && !identical(env, emptyenv()) && !inner) {
      inner <- within(env)  # a closure created in one of our running functions
      env <- parent.env(env)
    }
    inner || identical(environment(f), package)
  }
  from_outside <- function(i) {
    caller <- parents[[i]]
    while (caller > 0L && identical(environment(functions[[caller]]), .BaseNamespaceEnv)) {
      caller <- parents[[caller]]  # lapply(), do.call(), ...
    }
    # A method called by a magrittr pipe is its own caller.
    caller == 0L || caller > count || caller >= i || !is_ours(functions[[caller]])
  }
  for (i in rev(seq_len(count))) {
    name <- public_name(functions[[i]], calls[[i]], frames[[i]])
    if (!is.null(name) && from_outside(i)) {
      call <- calls[[i]]
      call[[1L]] <- as.name(name)
      called <- if (grepl("^[.[:alpha:]]", name)) paste0(name, "()") else paste0("`", name, "`")
      return(list(name = called, call = call, frame = frames[[i]], formals = names(formals(functions[[i]]))))
    }
  }
}

#' The name by which users call a function of this package: that of an exported function or a generic; NULL for others
#' @noRd
public_name <- function(f, call, frame) {
  if (inherits(f, "keras_function")) {
    return("k_function")
  }
  if (!identical(environment(f), topenv())) {
    return(NULL)
  }
  name <- call[[1L]]
  if (is.call(name) && (identical(name[[1L]], quote(`::`)) || identical(name[[1L]], quote(`:::`)))) {
    name <- name[[3L]]
  }
  name <- if (is.symbol(name)) as.character(name) else ""
  exported <- getNamespaceExports("keras")
  generic <- get0(".Generic", frame, inherits = FALSE)
  if (name %in% exported) {
    name
  } else if (!is.null(generic)) {
    as.character(generic)
  } else {
    same <- vapply(exported, function(other) identical(f, get0(other, topenv(), inherits = FALSE)), NA)
    if (any(same)) exported[same][[1L]]
  }
}

#' The R name of a function of pyshim, as shown in messages
#' @noRd
r_name <- function(name) {
  # k_sum() for sum(), restore_model() for restore(), load_model_weights_hdf5() for load_weights()
  names <- c(paste0("k_", name), paste0(name, "_model"), paste0(c(name, sub("_", "_model_", name)), "_hdf5"))
  found <- names[vapply(names, exists, NA, envir = topenv(), inherits = FALSE)]
  paste0(c(found, name)[[1L]], "()")
}
