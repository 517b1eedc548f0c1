#' keras: Keras backends, switched in one session
#'
#' The backend functions of Keras on TensorFlow, Theano and CNTK. [use_backend()] switches between them as
#' often as you like: each engine runs in a process of its own, and its tensors stay alive there.
#'
#' `library(keras)` starts no Python; the first call of a function does. [install_backend()] installs an
#' engine, and [list_backends()] tells which are there.
#'
#' @section Axes and indices:
#' Axes count from 1, as R users expect, and negative ones from the end: -1 is the last. So do positions in
#' `[`. Indices that are values count from 0 as the engines do: those that [k_argmax()] computes, classes,
#' and what [k_one_hot()] takes. `vignette("old-scripts")` lists every argument that counts from 1.
#'
#' @section Values:
#' Wherever a function takes a tensor, it also takes an R number, vector, matrix, array, logical, or data
#' frame of numbers. A vector of length 1 is a scalar, but where the argument must have dimensions, as the
#' value of a variable or placeholder with one dimension; give `array(5, dim = 1)` for a tensor with one
#' dimension of size 1 elsewhere. Values with one dimension come back as vectors without `dim`. An `NA` among
#' doubles is a NaN to the engines. Names are dropped, and so are the classes of tables and time series;
#' `integer64` is converted exactly; other classes (dates, factors, ...) are refused by name, since their
#' numbers mean something else. Numbers become tensors of dtype [k_floatx()], integers int32 (a single one
#' int64) and logicals bool, unless there is a tensor beside them whose dtype they take.
#'
#' @section Unknown sizes:
#' In a shape, `NA` or `NULL` stands for a size that is not known yet: `c(NA, 4)` or `list(NULL, 4)`.
#'
#' @section Errors:
#' Every error is a condition of class `keras_error` and of one that says what went wrong:
#' `keras_error_shape`, `keras_error_dtype`, `keras_error_argument`, `keras_error_placeholder`,
#' `keras_error_gradient`, `keras_error_backend_mismatch`, `keras_error_stale_tensor`,
#' `keras_error_unknown_backend`, `keras_error_not_installed`, `keras_error_interpreter`,
#' `keras_error_install`, `keras_error_config`, `keras_error_file`, `keras_error_eager`,
#' `keras_error_engine`, `keras_error_worker`, `keras_error_timeout` and `keras_error_wire`. Its field
#' `native` is the traceback of the native library, where it was the one that refused, and `function_name`
#' the function that was called.
#'
#' @section Options and environment variables:
#' * `options(keras.timeout = 60)`, or `KERAS_TIMEOUT=60` before R starts: seconds after which a call is
#'   given up with a `keras_error_timeout`. The engine is ended then, and its variables lose their values. R functions
#'   that the engine calls do not count. There is no timeout unless you set one.
#' * `KERAS_START_TIMEOUT=60`: seconds that an engine may take to start, in place of 300. Where only a timeout of calls
#'   is set, it holds for starts, too, but these get 20 seconds at least.
#' * `options(keras.snapshot = TRUE)`: [fit()][fit.keras.engine.training.Model] keeps the weights of each epoch's end,
#'   so that an engine that exits costs one epoch at most (see [snapshot_model()]).
#' * `options(keras.quiet = TRUE)`, or `KERAS_QUIET=1`: do not say which backend is used, and show
#'   nothing of installations.
#' * `KERAS_HOME`: where `keras.json` and the engines are, in place of `~/.keras`. `KERAS_BACKEND`: the
#'   default backend, in place of that of `keras.json`.
#' * `KERAS_SHARED_MEMORY=0`: send large arrays through a socket, not through memory that R and engine share.
#' * Of the engines' own variables these reach them, where they are set before [use_backend()] starts them and the
#'   engine accepts their value: `THEANO_FLAGS`, `TF_CPP_MIN_LOG_LEVEL`, `TF_ENABLE_ONEDNN_OPTS`,
#'   `TF_NUM_INTRAOP_THREADS`, `TF_NUM_INTEROP_THREADS`, `OMP_NUM_THREADS`, `OPENBLAS_NUM_THREADS`, `OPENBLAS_CORETYPE`,
#'   `MKL_NUM_THREADS`, `CUDA_VISIBLE_DEVICES` and `CUDA_DEVICE_ORDER`. Others do not, nor do files such as
#'   `~/.theanorc`: an engine starts, and computes, whatever else is set.
#'
#' @keywords internal
#' @importFrom R6 R6Class
#' @importFrom rlang .data
#' @importFrom stats setNames
#' @useDynLib keras, .registration = TRUE
"_PACKAGE"

.onLoad <- function(libname, pkgname) {
  reticulate::register_class_filter(add_tensor_class)
  # Newer releases of reticulate create a Python environment from these declarations; this does not start Python.
  if ("py_require" %in% getNamespaceExports("reticulate")) {
    getExportedValue("reticulate", "py_require")("numpy")
  }
  register_methods()
}

.onAttach <- function(libname, pkgname) {
  # The functions in R/products.R mask base functions but behave the same, so `library(keras)` need not report them.
  if (getRversion() < "4.4.0") {
    assign(".conflicts.OK", TRUE, envir = as.environment(paste0("package:", pkgname)))
  }
}

#' Add the S3 class keras_tensor to every tensor that reticulate wraps
#'
#' Keras objects get the class names they would have if Keras were imported under its own name, which scripts rely on,
#' and the class "keras_object", for printing.
#' @noRd
add_tensor_class <- function(classes) {
  if (classes[[1L]] == "pyshim.tensors.Tensor") {
    return(c("keras_tensor", classes))
  }
  of_keras <- startsWith(classes, "pyshim.keras.")
  last <- which(of_keras | startsWith(classes, "keras_preprocessing."))
  if (!length(last)) {
    return(classes)
  }
  known <- sub("pyshim.", "", classes[of_keras], fixed = TRUE)
  early <- if ("keras.engine.sequential.Sequential" %in% known) "keras.models.Sequential"  # before Keras 2.2
  append(classes, c(known, early, "keras_object"), max(last))
}
