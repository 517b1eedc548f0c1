# Utilities around models.

#' Classes as one-hot rows
#'
#' @param y Class numbers, counted from 0: a vector or an array of whole numbers.
#' @param num_classes Number of classes; by default the largest class number plus 1.
#' @param dtype Dtype of the result. R has only one floating type, so it only decides between numbers and
#'   integers.
#' @return A matrix, or an array, whose last axis is the classes: 1 for the class, 0 elsewhere.
#' @family utilities
#' @examples
#' to_categorical(c(0, 2, 1))
#' @export
to_categorical <- function(y, num_classes = NULL, dtype = "float32") {
  if (is.factor(y)) {
    abort("dtype", c("{argument} must be class numbers, not {value}",
                     i = "Class numbers count from 0: give `as.integer(y) - 1L`."),
          argument = "y", value = y)
  }
  if (is.data.frame(y)) {
    y <- if (length(y) == 1L) y[[1L]] else as.matrix(y)
  }
  classes <- as_whole_numbers(if (length(y) == 1L) c(y, y) else y, "y")
  classes <- unlist(reticulate::py_to_r(classes))
  if (length(y) == 1L) {
    classes <- classes[1L]
  }
  if (is.null(num_classes)) {
    num_classes <- max(classes, -1L) + 1L
  }
  if (any(classes < 0)) {
    abort("argument", "{argument} must hold class numbers, which count from 0, not {value}", argument = "y", value = y)
  }
  if (any(classes >= num_classes)) {
    abort("argument", "{argument} must hold class numbers from 0 to {last}, not {value}", last = num_classes - 1,
          argument = "y", value = y)
  }
  sizes <- if (is.null(dim(y))) length(y) else dim(y)
  if (length(sizes) > 1L && sizes[length(sizes)] == 1L) {
    sizes <- sizes[-length(sizes)]
  }
  one <- if (grepl("int", dtype)) 1L else 1
  result <- matrix(0 * one, prod(sizes), num_classes)
  result[cbind(seq_along(classes), classes + 1L)] <- one
  if (length(sizes) > 1L) array(result, c(sizes, num_classes)) else result
}

#' Scale vectors to norm 1
#'
#' @param x An array.
#' @param axis Axis along which to take the norm; 1 is the first and -1 the last.
#' @param order Order of the norm, such as 2; `Inf` for the largest absolute value.
#' @return An array of the same shape.
#' @family utilities
#' @examples
#' normalize(matrix(c(3, 4, 6, 8), 2))
#' @export
normalize <- function(x, axis = -1, order = 2) {
  as_numbers(x, "x")
  sizes <- if (is.null(dim(x))) length(x) else dim(x)
  check_whole(axis, "axis")
  if (axis == 0 || abs(axis) > length(sizes)) {
    abort("shape", "{argument} must be one of the axes 1 to {count}, or -1 for the last, not {value}",
          count = length(sizes), argument = "axis", value = axis)
  }
  axis <- if (axis < 0L) length(sizes) + axis + 1L else axis
  norm_of <- function(part) {
    if (is.infinite(order)) {
      (if (order > 0) max else min)(abs(part))
    } else if (order == 0) {
      sum(part != 0)
    } else {
      sum(abs(part) ^ order) ^ (1 / order)
    }
  }
  if (length(sizes) == 1L) {
    norms <- norm_of(x)
    return(x / if (norms == 0) 1 else norms)
  }
  others <- setdiff(seq_along(sizes), axis)
  norms <- apply(x, others, norm_of)
  norms[norms == 0] <- 1
  sweep(x, others, norms, "/")
}

#' Convert an array for Keras
#'
#' @param x An R array, or a list of them.
#' @param dtype A dtype, such as `"float32"`; by default [k_floatx()] for doubles.
#' @return A NumPy array in row-major order, or a list of them.
#' @family utilities
#' @examplesIf is_keras_available() && is_backend_installed()
#' keras_array(matrix(1:4, 2))
#' @export
keras_array <- function(x, dtype = NULL) {
  unpacked <- function(kept) {
    if (is.list(kept)) lapply(kept, unpacked) else if (!is.null(kept)) reticulate::py_get_attr(kept, "array")
  }
  unpacked(if (!is.null(x)) call_shim("as_numpy", as_model_data(x, "x"), dtype))
}

#' Download a file unless it is in the cache
#'
#' @param fname Name of the file in the cache, or an absolute path.
#' @param origin Address to download from.
#' @param file_hash Its checksum.
#' @param cache_subdir Folder within the cache.
#' @param hash_algorithm `"md5"`, `"sha256"` or `"auto"`.
#' @param extract Whether to unpack the file.
#' @param archive_format Format of the archive.
#' @param cache_dir The folder of the cache; by default the Keras home.
#' @return The path of the file.
#' @family utilities
#' @examplesIf is_keras_available()
#' source <- tempfile(fileext = ".txt")
#' writeLines("some notes", source)
#' path <- get_file("notes.txt", paste0("file://", source), cache_dir = tempdir())
#' readLines(path)
#' @export
get_file <- function(fname, origin, file_hash = NULL, cache_subdir = "datasets", hash_algorithm = "auto",
                     extract = FALSE, archive_format = "auto", cache_dir = NULL) {
  keras_call("utils.get_file", model_arguments(NULL, "cache_dir"))
}

#' A dataset in an HDF5 file as data for a model
#'
#' Batches are read when they are needed.
#'
#' @param datapath Path of the file.
#' @param dataset Name of the dataset.
#' @param start,end First sample, counted from 0, and the one after the last; `NULL` for the end of the dataset.
#' @param normalizer A function of an array of samples that returns the array to pass to the model.
#' @return An object for the arguments `x` and `y` of [fit()][fit.keras.engine.training.Model].
#' @family utilities
#' @examplesIf is_keras_available() && is_backend_installed()
#' # A file with a dataset of 10 samples of 3 numbers: the weights of a layer
#' path <- tempfile(fileext = ".h5")
#' keras_model_sequential() %>%
#'   layer_dense(3, input_shape = 10, name = "numbers") %>%
#'   save_model_weights_hdf5(path)
#' x <- hdf5_matrix(path, "numbers/numbers/kernel", end = 8)
#' keras_model_sequential() %>%
#'   layer_dense(1, input_shape = 3) %>%
#'   predict(x)
#' @export
hdf5_matrix <- function(datapath, dataset, start = 0, end = NULL, normalizer = NULL) {
  arguments <- model_arguments(NULL, NULL)
  arguments$datapath <- readable_path(datapath, "datapath")
  keras_call("utils.HDF5Matrix", arguments)
}

#' Whether models can be used
#'
#' @param version The lowest version of Keras, a string; `NULL` for any.
#' @return `TRUE` if Keras is installed for R's Python.
#' @family utilities
#' @examples
#' is_keras_available()
#' @export
is_keras_available <- function(version = NULL) {
  installed <- tryCatch(call_shim("is_keras_installed"), error = function(condition) FALSE)
  installed && (is.null(version) || numeric_version("2.3.1") >= version)
}

#' The implementation of Keras in use
#'
#' @param implementation `"keras"`. `"tensorflow"`, which in scripts of 2017 means the Keras in TensorFlow, is
#'   Keras 2.3.1 on the backend "tensorflow" here.
#' @return `implementation()` returns `"keras"`.
#' @family utilities
#' @examples
#' implementation()
#' @export
implementation <- function() "keras"

#' @rdname implementation
#' @export
use_implementation <- function(implementation = c("keras", "tensorflow")) {
  if (one_of(implementation, "implementation", c("keras", "tensorflow")) == "tensorflow") {
    use_backend("tensorflow")
  }
  invisible("keras")
}
