# Data sets that are downloaded.

dataset <- function(module, arguments = list()) {
  parts <- keras_call(paste0("datasets.", module, ".load_data"), arguments)
  names <- c("x", "y")
  list(train = setNames(as.list(parts[[1L]]), names), test = setNames(as.list(parts[[2L]]), names))
}

#' Data set: CIFAR10
#'
#' 50,000 images of 10 classes to train on, 10,000 to test; 32 x 32 pixels, three colours. Downloaded unless
#' it is in the cache.
#'
#' @return A list of `train` and `test`, each a list of `x` and `y`.
#' @family datasets
#' @examples
#' \dontrun{
#' # The first call downloads it.
#' data <- dataset_cifar10()
#' dim(data$train$x)
#' }
#' @export
dataset_cifar10 <- function() {
  dataset("cifar10")
}

#' Data set: CIFAR100
#'
#' 50,000 images of 100 classes to train on, 10,000 to test; 32 x 32 pixels, three colours. Downloaded unless
#' it is in the cache.
#'
#' @param label_mode `"fine"` for 100 classes, `"coarse"` for 20.
#' @return A list of `train` and `test`, each a list of `x` and `y`.
#' @family datasets
#' @examples
#' \dontrun{
#' # The first call downloads it.
#' data <- dataset_cifar100()
#' dim(data$train$x)
#' }
#' @export
dataset_cifar100 <- function(label_mode = c("fine", "coarse")) {
  dataset("cifar100", model_arguments(NULL, NULL))
}

#' Data set: IMDB
#'
#' 25,000 film reviews to train on, 25,000 to test, as sequences of word numbers, and whether each review is
#' positive. Downloaded unless it is in the cache.
#'
#' @param path Name of the file in the cache, which is the folder `datasets` of the Keras home.
#' @param num_words Number of the most frequent words to keep; `NULL` for all.
#' @param skip_top Number of the most frequent words to leave out.
#' @param maxlen Length of the longest sequences to keep; `NULL` for any.
#' @param seed Seed of the shuffling.
#' @param start_char Number at the beginning of each sequence.
#' @param oov_char Number that replaces words that are left out.
#' @param index_from Offset that is added to all word numbers.
#' @return A list of `train` and `test`, each a list of `x` and `y`.
#' @family datasets
#' @examples
#' \dontrun{
#' # The first call downloads it.
#' data <- dataset_imdb()
#' data$train$x[[1]]
#' }
#' @export
dataset_imdb <- function(path = "imdb.npz", num_words = NULL, skip_top = 0L, maxlen = NULL, seed = 113L,
                         start_char = 1L, oov_char = 2L, index_from = 3L) {
  dataset("imdb", model_arguments(NULL, NULL))
}

#' Data set: Reuters
#'
#' 11,228 newswires on 46 topics, as sequences of word numbers. Downloaded unless it is in the cache.
#'
#' @inheritParams dataset_imdb
#' @param test_split Fraction of the samples that are test data.
#' @return A list of `train` and `test`, each a list of `x` and `y`.
#' @family datasets
#' @examples
#' \dontrun{
#' # The first call downloads it.
#' data <- dataset_reuters()
#' data$train$x[[1]]
#' }
#' @export
dataset_reuters <- function(path = "reuters.npz", num_words = NULL, skip_top = 0L, maxlen = NULL,
                            test_split = 0.2, seed = 113L, start_char = 1L, oov_char = 2L, index_from = 3L) {
  dataset("reuters", model_arguments(NULL, NULL))
}

#' Data set: MNIST
#'
#' 60,000 images of handwritten digits to train on, 10,000 to test; 28 x 28 pixels. Downloaded unless it is in
#' the cache.
#'
#' @inheritParams dataset_imdb
#' @return A list of `train` and `test`, each a list of `x` and `y`.
#' @family datasets
#' @examples
#' \dontrun{
#' # The first call downloads it.
#' data <- dataset_mnist()
#' dim(data$train$x)
#' }
#' @export
dataset_mnist <- function(path = "mnist.npz") {
  dataset("mnist", model_arguments(NULL, NULL))
}

#' Data set: Fashion-MNIST
#'
#' 60,000 images of clothes of 10 classes to train on, 10,000 to test; 28 x 28 pixels. Downloaded unless it
#' is in the cache.
#'
#' @return A list of `train` and `test`, each a list of `x` and `y`.
#' @family datasets
#' @examples
#' \dontrun{
#' # The first call downloads it.
#' data <- dataset_fashion_mnist()
#' dim(data$train$x)
#' }
#' @export
dataset_fashion_mnist <- function() {
  dataset("fashion_mnist")
}

#' Data set: Boston housing
#'
#' 506 suburbs with 13 numbers each, and the median price of houses. Downloaded unless it is in the cache.
#'
#' @inheritParams dataset_reuters
#' @return A list of `train` and `test`, each a list of `x` and `y`.
#' @family datasets
#' @examples
#' \dontrun{
#' # The first call downloads it.
#' data <- dataset_boston_housing()
#' dim(data$train$x)
#' }
#' @export
dataset_boston_housing <- function(path = "boston_housing.npz", test_split = 0.2, seed = 113L) {
  dataset("boston_housing", model_arguments(NULL, NULL))
}

#' Word numbers of the data set IMDB
#'
#' Downloaded unless it is in the cache.
#'
#' @inheritParams dataset_imdb
#' @return A named list with the number of each word.
#' @family datasets
#' @examples
#' \dontrun{
#' # The first call downloads it.
#' index <- dataset_imdb_word_index()
#' index[["the"]]
#' }
#' @export
dataset_imdb_word_index <- function(path = "imdb_word_index.json") {
  as.list(keras_call("datasets.imdb.get_word_index", list(path = path)))
}

#' Word numbers of the data set Reuters
#'
#' Downloaded unless it is in the cache.
#'
#' @inheritParams dataset_imdb
#' @return A named list: the number of each word.
#' @family datasets
#' @examples
#' \dontrun{
#' # The first call downloads it.
#' index <- dataset_reuters_word_index()
#' index[["the"]]
#' }
#' @export
dataset_reuters_word_index <- function(path = "reuters_word_index.pkl") {
  as.list(keras_call("datasets.reuters.get_word_index", list(path = path)))
}
