#' keras: Keras models and backend functions, switched between engines in one session
#'
#' The backend functions and models of Keras on TensorFlow, Theano, CNTK, JAX, PyTorch and NumPy. [use_backend()]
#' switches between them as often as you like: each engine runs in its own
#' process, and tensors stay valid, since their graph is in the R session.
#'
#' `library(keras)` starts no Python; the first call of a function does. [install_backend()] installs an
#' engine, and [list_backends()] lists those that are available.
#'
#' @section Axes and indices:
#' Axes count from 1, as R users expect, and negative ones from the end: -1 is the last. So do positions in
#' `[`. Indices that are values count from 0, as in the engines: those that [k_argmax()] computes, classes,
#' and those that [k_one_hot()] takes. `vignette("old-scripts")` lists every argument that counts from 1.
#'
#' @section Values:
#' Wherever a function takes a tensor, it also takes an R number, vector, matrix, array, logical, or data
#' frame of numbers. A vector of length 1 becomes a scalar, unless the argument must have dimensions, such as the
#' value of a variable or placeholder with one dimension; elsewhere, `array(5, dim = 1)` makes a tensor with one
#' dimension of size 1. Values with one dimension are returned as vectors without `dim`. An `NA` among
#' doubles becomes NaN. Names are dropped, and so are the classes of tables and time series;
#' `integer64` is converted exactly; other classes (dates, factors, ...) are refused by name, since their
#' numbers have another meaning. Numbers become tensors of dtype [k_floatx()], integers int32 (a single one
#' int64) and logicals bool, unless they are combined with a tensor, whose dtype they take.
#'
#' @section Unknown sizes:
#' In a shape, `NA` or `NULL` stands for a size that is not known yet: `c(NA, 4)` or `list(NULL, 4)`.
#'
#' @section Errors:
#' Every error is a condition of class `keras_error` and of a second class that says what went wrong:
#' `keras_error_shape`, `keras_error_dtype`, `keras_error_argument`, `keras_error_placeholder`,
#' `keras_error_gradient`, `keras_error_backend_mismatch`, `keras_error_stale_tensor`,
#' `keras_error_unknown_backend`, `keras_error_not_installed`, `keras_error_interpreter`,
#' `keras_error_install`, `keras_error_config`, `keras_error_file`, `keras_error_eager`,
#' `keras_error_device`, `keras_error_engine`, `keras_error_out_of_memory`, `keras_error_worker`,
#' `keras_error_training`, `keras_error_timeout`, `keras_error_python` and `keras_error_wire`: see [keras_error]. Its
#' field `native` is the traceback of the native library if the error came from there, and `function_name` is
#' the function that was called.
#'
#' @section Options and environment variables:
#' * `options(keras.timeout = 60)`, or `KERAS_TIMEOUT=60` before R starts: seconds after which a call
#'   ends with a `keras_error_timeout`. The engine is stopped then, and its variables lose their values. Time in
#'   your own R functions, which run while the graph is built, does not count. By default, there is no timeout.
#' * `KERAS_START_TIMEOUT=60`: seconds that an engine may take to start; the default is 300. If only a timeout of calls
#'   is set, it applies to starts, too, which then have at least 20 seconds.
#' * `options(keras.snapshot = TRUE)`: [fit()][fit.keras.engine.training.Model] keeps the weights of each epoch's end,
#'   so that the exit of an engine loses at most one epoch (see [snapshot_model()]).
#' * `options(keras.quiet = TRUE)`, or `KERAS_QUIET=1`: do not print which backend is used, nor the
#'   progress of installations.
#' * `KERAS_HOME`: the folder of `keras.json` and the engines; the default is `~/.keras`. `KERAS_BACKEND`: the
#'   default backend; it overrides that of `keras.json`.
#' * `KERAS_SHARED_MEMORY=0`: send large arrays through a socket instead of shared memory.
#' * The engines' own variables: only these reach an engine, if they are set before [use_backend()] starts it and the
#'   engine accepts their value: `THEANO_FLAGS`, `TF_CPP_MIN_LOG_LEVEL`, `TF_ENABLE_ONEDNN_OPTS`,
#'   `TF_NUM_INTRAOP_THREADS`, `TF_NUM_INTEROP_THREADS`, `OMP_NUM_THREADS`, `OPENBLAS_NUM_THREADS`, `OPENBLAS_CORETYPE`,
#'   `MKL_NUM_THREADS`, `MKL_DEBUG_CPU_TYPE`, `PJRT_NPROC`, `MALLOC_ARENA_MAX`, `MALLOC_MMAP_THRESHOLD_`,
#'   `MALLOC_TRIM_THRESHOLD_`, `CUDA_VISIBLE_DEVICES` and `CUDA_DEVICE_ORDER`. Other variables, and files such as
#'   `~/.theanorc`, are kept away from it: an engine starts and computes whatever else is set.
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
