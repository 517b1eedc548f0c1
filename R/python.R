# The bridge: one Python call for each R call.
#
# `call_shim("dot", x, y)` calls pyshim's dot. The function objects are looked up once. They never raise
# (see inst/python/keras_bridge.py): a failure is returned as a value, and signalled here.

bridge <- new.env(parent = emptyenv())
bridge$functions <- new.env(parent = emptyenv())  # pyshim's functions, by name
bridge$methods <- new.env(parent = emptyenv())    # functions that run on the backend of their tensor
bridge$open <- 0L                                 # number of calls in progress
bridge$news <- list()                             # their pending output and warnings, until they return
bridge$jump <- NULL                               # continues the jump of an R function, see below
bridge$inside <- FALSE                            # whether Python was called by call_python(), which continues jumps
bridge$timeout <- NULL                            # the value of the option keras.timeout that pyshim has

#' Call a function of pyshim on the current backend
#' @noRd
call_shim <- function(.function, ...) {
  target <- bridge$functions[[.function]]
  if (is.null(target)) {
    target <- bridge$functions[[.function]] <- look_up("function", .function)
  }
  call_python(target, ...)
}

#' Call a function of pyshim on the backend of its first tensor
#' @noRd
call_method <- function(name, ...) {
  target <- bridge$methods[[name]]
  if (is.null(target)) {
    target <- bridge$methods[[name]] <- look_up("method", name)
  }
  call_python(target, ...)
}

look_up <- function(kind, name) {
  module <- bridge_module()
  reticulate::py_call(reticulate::py_get_attr(module, kind), name)
}

#' Call a Python function. Its arguments are evaluated first, because they may contain calls themselves
#' @noRd
call_python <- function(target, ...) { # nolint: cyclocomp_linter.
  for (given in list(...)) {
    # reticulate would convert NA to True or "NA", and misread text in the C locale.
    if (is_single_na(given) || (is.character(given) || is.list(given)) && is_ascii_locale()) {
      return(do.call(call_prepared, c(list(target), lapply(list(...), prepared))))
    }
  }
  call_prepared(target, ...)
}

#' An argument that reticulate converts correctly. NA becomes NaN, which pyshim rejects where it is not valid
#' @noRd
prepared <- function(given) if (is_single_na(given)) NA_real_ else as_text(given)

is_single_na <- function(x) identical(x, NA) || identical(x, NA_character_)

call_prepared <- function(target, ...) {
  seconds <- getOption("keras.timeout")
  if (!(is.null(seconds) && is.null(bridge$timeout)) && !identical(seconds, bridge$timeout)) {
    set_timeout(seconds)
  }
  bridge$open <- bridge$open + 1L
  inside <- bridge$inside
  bridge$inside <- TRUE
  on.exit({
    bridge$open <- bridge$open - 1L
    bridge$inside <- inside
  })
  # An R interrupt would jump out of Python frames. Python handles interrupts itself (inst/python/keras_interrupts.py).
  # Calling handlers take a third of the time of tryCatch(); reticulate signals conditions after it has left C++.
  value <- suspendInterrupts(received(withCallingHandlers(
    reticulate::py_call(target, ...),
    "Rcpp::exception" = refuse, python.builtin.BaseException = refuse # depends on the release of reticulate
  )))
  if (!is.null(bridge$jump)) {
    continue_jump()
  }
  if (length(bridge$news) && bridge$open == 1L) {
    tell_news()
  }
  if (is.list(value) && inherits(value, "keras_failure")) {
    signal_failure(value)
  }
  value
}

#' Signal our own error for values that reticulate itself rejects: a tensor of an R session that has ended, or a value
#' without a corresponding Python type
#' @noRd
refuse <- function(condition) {
  if (grepl("previous session", conditionMessage(condition), fixed = TRUE)) {
    abort("stale_tensor", c(
      "the tensor, function or model is of an R session that has ended: a file or a workspace cannot hold it",
      i = "Make it again. `k_save_variables()` and `k_load_variables()` keep the values of variables.",
      i = "`save_model_hdf5()` writes a model to a file, and `serialize_model()` makes it a value for `saveRDS()`."
    ))
  }
  called <- users_call()
  for (argument in called$formals) {
    value <- user_value(argument, called)$value
    if (!is_convertible(value)) {
      abort("argument", "{argument} cannot be {value}", argument = argument, value = value, called = called)
    }
  }
  stop(condition)
}

is_convertible <- function(x) {
  if (is.null(x) || is.function(x) || inherits(x, "python.builtin.object")) {
    return(TRUE)
  }
  if (is.environment(x) || is.language(x)) {
    return(FALSE)  # reticulate would print the error
  }
  tryCatch({
    reticulate::r_to_py(x)
    TRUE
  }, error = function(condition) FALSE)
}

#' Pass the option `keras.timeout` to pyshim: the time in seconds after which a call is aborted
#' @noRd
set_timeout <- function(seconds) {
  valid <- is.null(seconds) || is.numeric(seconds) && length(seconds) == 1L && !is.na(seconds) && seconds > 0
  if (!valid) {
    abort("config", "{argument} must be a positive number of seconds, not {value}",
          argument = "the option `keras.timeout`", value = seconds)
  }
  bridge$timeout <- seconds
  bridge_module()$set_timeout(seconds)
}

#' What a call has returned, as a value of R; an object of class `keras_failure` if it failed
#' @noRd
received <- function(value) {
  if (inherits(value, "keras_tensor")) { # asked first, since it is by far the most frequent
    value
  } else if (is.list(value) && !is.object(value)) {
    lapply(value, received)  # reticulate has converted it, but not all of its parts
  } else if (!inherits(value, "python.builtin.object")) {
    without_single_dim(value)
  } else if (inherits(value, "keras_bridge.LargeArray")) {
    fetched(value)
  } else if (inherits(value, "keras_failure.Failure")) {
    structure(reticulate::py_to_r(reticulate::py_get_attr(value, "fields")), class = "keras_failure")
  } else if (inherits(value, kept_classes)) {
    value
  } else {
    value <- reticulate::py_to_r(value)
    if (is.list(value)) lapply(value, received) else without_single_dim(value)
  }
}

#' Convert an array with one dimension to the vector that R users expect
#' @noRd
without_single_dim <- function(value) {
  if (length(dim(value)) == 1L) {
    dim(value) <- NULL
  }
  value
}

#' Convert a large array to an R array
#' @noRd
fetched <- function(large) {
  dim <- reticulate::py_to_r(reticulate::py_call(reticulate::py_get_attr(large, "dim")))
  x <- array(0, unlist(dim))
  if (!call_shim("fetch", large, reticulate::r_to_py(x))) {
    x <- reticulate::py_to_r(reticulate::py_get_attr(large, "value"))
  }
  without_single_dim(x)
}

#' Classes of Python objects that are not converted to R objects
#' @noRd
kept_classes <- c("pyshim.tensors.OfGraph", "pyshim.session.Scope", "pyshim.session._GraphScope",
                  "pyshim.session._Mode", "pyshim.sparse_array.SparseArray")

# -- starting Python ------------------------------------------------------------------------------------

bridge_module <- function() {
  if (is.null(bridge$module)) {
    require_session_python()
    module <- reticulate::import_from_path("keras_bridge", python_path(), convert = TRUE)
    module$connect(show_output, show_error, show_warning, announce, console_width)
    module$set_library_path(outer_library_path())
    bridge$module <- module
  }
  bridge$module
}

python_path <- function() system.file("python", package = "keras", mustWork = TRUE)

#' LD_LIBRARY_PATH without the folders that R, and an R process that started this one, put in front of it
#'
#' With these folders, the engines' interpreters would load the system's libpython instead of their own.
#' @noRd
outer_library_path <- function() {
  script <- "unset LD_LIBRARY_PATH; . \"$R_HOME/etc/ldpaths\"; printf %s \"$LD_LIBRARY_PATH\""
  added <- system2("sh", c("-c", shQuote(script)), stdout = TRUE, stderr = FALSE)
  path <- Sys.getenv("LD_LIBRARY_PATH")
  while (isTRUE(startsWith(paste0(path, ":"), paste0(added, ":")))) {
    path <- substring(path, nchar(added) + 2L)
  }
  path
}

# -- output and warnings of Python ------------------------------------------------------------------------

show_output <- function(text) {
  cat(text)
  NULL
}

#' The width of the console; 0 if it cannot overwrite a line, because output goes to a file, a document or a sink
#' @noRd
console_width <- function() {
  rewritable <- cli::is_dynamic_tty(stdout()) && !isTRUE(getOption("knitr.in.progress")) && sink.number() == 0L
  if (rewritable) getOption("width") else 0L
}

#' Output to stderr becomes messages once the call is over: a message may be caught by an exiting
#' handler, which must not jump out of running Python code.
#' @noRd
show_error <- function(text) {
  if (bridge$open) note("error", text) else cat(text, file = stderr())
  NULL
}

show_warning <- function(text) {
  note("warning", text)
  NULL
}

announce <- function(title) {
  if (!isTRUE(getOption("keras.quiet"))) {
    note("announcement", paste0("Using ", title, " backend."))
  }
  NULL
}

#' Store a message or warning for later; consecutive pieces of text from stderr are joined
#' @noRd
note <- function(kind, text) {
  last <- length(bridge$news)
  if (kind == "error" && last && bridge$news[[last]]$kind == "error") {
    bridge$news[[last]]$text <- paste0(bridge$news[[last]]$text, text)
  } else {
    bridge$news[[last + 1L]] <- list(kind = kind, text = text)
  }
}

tell_news <- function() {
  news <- bridge$news
  bridge$news <- list()
  for (piece in news) {
    if (piece$kind == "warning") {
      warning(piece$text, call. = FALSE)
    } else {
      message(sub("\n$", "", piece$text))
    }
  }
}

# -- R functions that Python calls ------------------------------------------------------------------------

#' An R function as a Python function
#'
#' It may jump: to a handler, to a restart, out of a function, to the prompt. There are Python frames in between, so
#' the jump is caught, Python returns, and `call_python()` continues the jump. If the user's own code called Python, for
#' example by `model$fit()`, nothing would continue it, so errors are left to reticulate.
#' @noRd
as_python_function <- function(f, arg) {
  if (is.null(f)) {
    return(NULL)
  }
  if (!is.function(f)) {
    abort("argument", "{argument} must be a function, not {value}", argument = arg, value = f)
  }
  respond <- function(args, names) {
    answer <- function() {
      given <- lapply(seq_along(args), function(i) bquote(args[[.(i)]]))
      names(given) <- argument_names(f, length(args), names, arg)
      as_value(eval(as.call(c(quote(f), given))), "the value of an R function")
    }
    if (!bridge$inside) {
      return(list(answer()))
    }
    bridge$inside <- FALSE
    on.exit(bridge$inside <- TRUE)
    result <- list()
    # Newer releases of reticulate wrap an R function in their own handlers for errors and interrupts.
    run <- function() {
      tryCatch(
        result <<- list(allowInterrupts(answer())),
        error = function(condition) bridge$jump <- function() stop(condition),
        interrupt = function(condition) bridge$jump <- rlang::interrupt
      )
    }
    token <- .Call(keras_catch_jump, as.call(list(run)), environment())
    if (!is.null(token)) {
      bridge$jump <- function() .Call(keras_continue_jump, token)
    }
    result
  }
  module <- bridge_module()
  reticulate::py_call(reticulate::py_get_attr(module, "RFunction"), respond)
}

#' The names to pass arguments by, "" for those that are passed by position
#'
#' Python passes the last ones by name. Callbacks may call them otherwise: `function(epoch, l)` for `logs`. Where Python
#' passes all by name, as for the configuration of a layer, the function must know the names.
#' @param count The number of arguments.
#' @param names The names that Python gives to the last ones.
#' @param arg The function, as an argument.
#' @noRd
argument_names <- function(f, count, names, arg) {
  names <- as.character(names)
  accepted <- names(formals(args(f)))
  open <- "..." %in% accepted || is.null(args(f))  # `[` does not say what it takes
  if (length(names) && length(names) == count) {
    known <- open | names %in% accepted
    if (!all(known)) {
      abort("argument", "{argument} must be a function that takes {names}, or `...`", argument = arg,
            names = toString(paste0("`", names[!known], "`")))
    }
  } else if (!open && count > length(accepted)) {
    abort("argument", "{argument} must be a function that takes {count}, but its arguments are {accepted}",
          argument = arg, count = paste(count, if (count == 1L) "argument" else "arguments"),
          accepted = if (length(accepted)) toString(paste0("`", accepted, "`")) else "none")
  } else {
    names[!names %in% accepted] <- ""
  }
  c(rep("", count - length(names)), names)
}

#' Continue the jump of an R function after Python has returned
#' @noRd
continue_jump <- function() {
  jump <- bridge$jump
  bridge$jump <- NULL
  jump()
}
