#' The backend functions as members of one object
#'
#' For scripts that call `backend()$abs(x)`. These are the Python functions, so axes count from 0, sizes
#' must be integers, and errors are Python's. They work on whichever backend is current.
#'
#' @param convert Whether to convert results to R where possible. Otherwise, the
#'   value of a tensor is a NumPy array.
#' @return A Python module of class `keras_backend`. R completes its members after `$`.
#' @family configuration
#' @examplesIf is_backend_installed()
#' K <- backend()
#' K
#' K$eval(K$sum(K$ones(reticulate::tuple(2L, 3L)), axis = 0L))
#' @export
backend <- function(convert = TRUE) {
  bridge_module()
  module <- reticulate::import_from_path("pyshim", python_path(), convert = convert)
  class(module) <- c("keras_backend", class(module))
  module
}

#' @importFrom utils .DollarNames
#' @export
.DollarNames.keras_backend <- function(x, pattern = "") { # nolint: object_name_linter.
  found <- NextMethod()
  offered <- gsub("`", "", found) %in% unlist(backend_families())
  structure(found[offered], types = attr(found, "types")[offered], helpHandler = attr(found, "helpHandler"))
}

backend_families <- function() {
  reticulate::import_from_path("pyshim", python_path(), convert = TRUE)$FAMILIES
}

#' @export
format.keras_backend <- function(x, ...) {
  paste0("<", length(unlist(backend_families())), " backend functions, on ", k_backend(), ">")
}

#' @export
print.keras_backend <- function(x, ...) {
  cat(format(x), "\n", sep = "")
  invisible(x)
}

#' The settings for all backends
#'
#' They come from `keras.json` in the Keras home (`$KERAS_HOME`, or else `~/.keras`), from the environment
#' variable `KERAS_BACKEND`, and from the functions that change them.
#'
#' @return A list of class `keras_config`: `home` and `file`, the paths of the Keras home and of `keras.json`;
#'   `backend`, `floatx`, `epsilon` and `image_data_format`; and `python`, `python_version` and `numpy` of this
#'   session's own Python.
#' @seealso [backend_info()], [k_set_floatx()], [k_set_epsilon()], [k_set_image_data_format()]
#' @family configuration
#' @examplesIf is_backend_installed()
#' keras_config()$floatx
#' @export
keras_config <- function() {
  structure(call_setup("settings"), class = "keras_config")
}

#' @export
format.keras_config <- function(x, ...) {
  c("Keras settings", format_fields(x))
}

#' @export
print.keras_config <- function(x, ...) {
  writeLines(format(x))
  invisible(x)
}

#' Named values as lines of a table
#' @noRd
format_fields <- function(fields) {
  values <- vapply(fields, function(value) if (is.null(value) || is.na(value)) "-" else format(value), "")
  paste0("  ", format(gsub("_", " ", names(fields))), "  ", values)
}

#' The name of the current backend
#'
#' @return A string: the backend of the last [use_backend()], or else the default from the environment variable
#'   `KERAS_BACKEND`, from `keras.json`, or `"tensorflow"`. This starts no engine.
#' @family configuration
#' @examplesIf is_backend_installed()
#' k_backend()
#' @export
k_backend <- function() {
  call_setup("backend")
}

#' The default dtype of floats
#'
#' `floatx` is the dtype of tensors that are made from R's numbers. A change applies to all backends, for tensors
#' that are made afterwards.
#'
#' @param floatx `"float16"`, `"float32"` or `"float64"`; `keras_error_config` for any other value.
#' @return `k_floatx()`: a string.
#' @family configuration
#' @examplesIf is_backend_installed()
#' k_set_floatx("float64")
#' k_dtype(k_ones(2))
#' k_set_floatx("float32")
#' k_floatx()
#' @export
k_floatx <- function() {
  call_shim("floatx")
}

#' @rdname k_floatx
#' @export
k_set_floatx <- function(floatx) {
  invisible(call_shim("set_floatx", floatx))
}

#' The small constant that keeps logarithms and quotients finite
#'
#' @param e A positive number; `keras_error_config` for any other value. A change applies to all backends.
#' @return `k_epsilon()`: a number.
#' @family configuration
#' @examplesIf is_backend_installed()
#' k_epsilon()
#' k_set_epsilon(1e-7)
#' @export
k_epsilon <- function() {
  call_shim("epsilon")
}

#' @rdname k_epsilon
#' @export
k_set_epsilon <- function(e) {
  invisible(call_shim("set_epsilon", e))
}

#' A value with elements of dtype floatx
#'
#' @param x A tensor, number or array.
#' @return A tensor if `x` is one; otherwise an R array whose numbers are rounded to floatx precision.
#' @family configuration
#' @examplesIf is_backend_installed()
#' k_cast_to_floatx(c(0.1, 0.2)) - c(0.1, 0.2)
#' @export
k_cast_to_floatx <- function(x) {
  call_shim("cast_to_floatx", as_value(x))
}

#' The default order of an image's axes
#'
#' @param data_format `"channels_last"` or `"channels_first"`; `keras_error_config` for any other value.
#' @param value A data format in any case, or `NULL` for the default; `keras_error_argument` for any other value.
#' @return `k_image_data_format()`: a string. `k_normalize_data_format()`: the data format in its standard
#'   spelling.
#' @family configuration
#' @examplesIf is_backend_installed()
#' k_image_data_format()
#' k_normalize_data_format("Channels_First")
#' @export
k_image_data_format <- function() {
  call_shim("image_data_format")
}

#' @rdname k_image_data_format
#' @export
k_set_image_data_format <- function(data_format) {
  invisible(call_shim("set_image_data_format", data_format))
}

#' @rdname k_image_data_format
#' @export
k_normalize_data_format <- function(value) {
  call_shim("normalize_data_format", value)
}

#' Numbers for unique names
#'
#' `k_get_uid()` counts how often it was called with a prefix. `k_reset_uids()` resets all counters.
#'
#' @param prefix A string.
#' @return `k_get_uid()`: an integer, 1 at first.
#' @family configuration
#' @examplesIf is_backend_installed()
#' k_get_uid("dense")
#' k_get_uid("dense")
#' k_reset_uids()
#' @export
k_get_uid <- function(prefix = "") {
  call_shim("get_uid", prefix)
}

#' @rdname k_get_uid
#' @export
k_reset_uids <- function() {
  invisible(call_shim("reset_uids"))
}

#' Whether the user initializes variables
#'
#' For TensorFlow only, through its native session; the other engines have no uninitialized variables.
#'
#' @param value `TRUE` or `FALSE`.
#' @return Nothing.
#' @family configuration
#' @examplesIf is_backend_installed()
#' k_manual_variable_initialization(FALSE)
#' @export
k_manual_variable_initialization <- function(value) {
  invisible(call_shim("manual_variable_initialization", value))
}

#' The learning phase: test or train
#'
#' @param value 0 (test) or 1 (train), for what is built afterwards, and for functions made of what was built before;
#'   `keras_error_argument` for any other value.
#' @return `k_learning_phase()`: the value that was set, or else a bool scalar placeholder, which can be an input of
#'   [k_function()] and means test unless it is fed.
#' @family configuration
#' @examplesIf is_backend_installed()
#' k_learning_phase()
#' k_set_learning_phase(0)
#' k_learning_phase()
#' k_clear_session()
#' @export
k_learning_phase <- function() {
  call_shim("learning_phase")
}

#' @rdname k_learning_phase
#' @export
k_set_learning_phase <- function(value) {
  invisible(call_shim("set_learning_phase", as_whole(value)))
}

#' The native session of TensorFlow
#'
#' @param session TensorFlow's `Session`, a Python object.
#' @return `k_get_session()`: TensorFlow's `Session`.
#'
#'   Errors: `keras_error_engine` on an engine without a session, or if the engine runs in a separate process,
#'   which native objects cannot leave: see `in_process` of [use_backend()].
#' @family configuration
#' @examplesIf is_backend_installed()
#' tryCatch(k_get_session(), keras_error_engine = function(e) conditionMessage(e))
#' @export
k_get_session <- function() {
  call_shim("get_session")
}

#' @rdname k_get_session
#' @export
k_set_session <- function(session) {
  invisible(call_shim("set_session", session))
}
