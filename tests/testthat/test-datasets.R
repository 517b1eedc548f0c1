# Data sets from files of their formats, in place of the downloads.
parts <- function(data) list(dim(data$train$x), dim(data$test$x))

test_that("digits and clothes are images with classes", {
  folder <- withr::local_tempdir()
  x <- array(0:23, c(2, 3, 4))
  write_npz(file.path(folder, "mnist.npz"), list(x_train = x, y_train = c(7, 1), x_test = x[1, , , drop = FALSE],
                                                 y_test = array(3)), list(x_train = "uint8", y_train = "uint8",
                                                                          x_test = "uint8", y_test = "uint8"))
  data <- with_files("datasets.mnist", folder, dataset_mnist())
  expect_equal(data, list(train = list(x = x, y = c(7L, 1L)), test = list(x = x[1, , , drop = FALSE], y = 3L)),
               ignore_attr = TRUE)

  write_gz <- function(name, bytes) {
    file <- gzfile(file.path(folder, name), "wb")
    writeBin(as.raw(bytes), file)
    close(file)
  }
  pixels <- rep(0:1, each = 784)  # of two images, row-major
  pixels[2] <- 9L                 # the second pixel of the first row
  write_gz("train-labels-idx1-ubyte.gz", c(rep(0, 8), 4, 2))
  write_gz("train-images-idx3-ubyte.gz", c(rep(0, 16), pixels))
  write_gz("t10k-labels-idx1-ubyte.gz", c(rep(0, 8), 5))
  write_gz("t10k-images-idx3-ubyte.gz", c(rep(0, 16), rep(7, 784)))
  data <- with_files("datasets.fashion_mnist", folder, dataset_fashion_mnist())
  expect_equal(parts(data), list(c(2L, 28L, 28L), c(1L, 28L, 28L)))
  expect_equal(data$train$x[1, 1, 1:3], c(0L, 9L, 0L))
  expect_equal(c(data$train$y, data$test$y), c(4L, 2L, 5L))
})

test_that("photographs are images with three colours on the last axis", {
  folder <- withr::local_tempdir()
  picture <- function(red, green, blue) rep(c(red, green, blue), each = 1024)
  dir.create(file.path(folder, "cifar-100-python"))
  write_pickle(file.path(folder, "cifar-100-python", "train"), list(
    data = rbind(picture(1, 2, 3), picture(4, 5, 6)), fine_labels = c(55L, 99L), coarse_labels = c(5L, 9L)
  ))
  write_pickle(file.path(folder, "cifar-100-python", "test"), list(
    data = rbind(picture(7, 8, 9), picture(0, 0, 0)), fine_labels = c(1L, 2L), coarse_labels = c(3L, 4L)
  ))
  with_files("datasets.cifar100", folder, {
    fine <- dataset_cifar100()
    coarse <- dataset_cifar100("coarse")
  })
  expect_equal(parts(fine), list(c(2L, 32L, 32L, 3L), c(2L, 32L, 32L, 3L)))
  expect_equal(fine$train$x[2, 5, 6, ], 4:6)
  expect_equal(as.vector(fine$train$y), c(55L, 99L))
  expect_equal(as.vector(coarse$test$y), 3:4)

  # Five files of one picture each, which fill their 10,000 places of the training data.
  dir.create(file.path(folder, "cifar-10-batches-py"))
  for (name in c(paste0("data_batch_", 1:5), "test_batch")) {
    i <- match(name, c(paste0("data_batch_", 1:5), "test_batch"))
    write_pickle(file.path(folder, "cifar-10-batches-py", name), list(
      data = matrix(picture(i, 10 + i, 20 + i), 1), labels = list(i)
    ))
  }
  data <- with_files("datasets.cifar10", folder, dataset_cifar10())
  expect_equal(parts(data), list(c(50000L, 32L, 32L, 3L), c(1L, 32L, 32L, 3L)))
  expect_equal(data$train$x[20001, 32, 1, ], c(3L, 13L, 23L))
  expect_equal(as.vector(data$test$y), 6L)
})

test_that("reviews and newswires are sequences of word numbers", {
  folder <- withr::local_tempdir()
  words <- list(c(1, 2, 3), c(4, 5))
  write_npz(file.path(folder, "imdb.npz"), list(x_train = words, y_train = c(0, 1), x_test = words, y_test = c(1, 0)),
            list(x_train = "object", y_train = "int64", x_test = "object", y_test = "int64"))
  data <- with_files("datasets.imdb", folder, dataset_imdb(num_words = 7))
  # A sequence starts with 1, word numbers begin at 4, and those from 7 on become 2.
  sorted <- function(sequences) lapply(sequences[order(lengths(sequences))], as.numeric)
  expect_equal(sorted(data$train$x), list(c(1, 2, 2), c(1, 4, 5, 6)))
  expect_equal(sort(as.vector(data$train$y)), 0:1)
  all <- with_files("datasets.imdb", folder, dataset_imdb(start_char = NULL, index_from = 0L, maxlen = 3L))
  # As in Keras: the remaining sequences fill the training data first, and the very last word becomes 2.
  expect_equal(lapply(all$train$x, as.numeric), list(c(4, 2), c(4, 2)))

  write_npz(file.path(folder, "reuters.npz"), list(x = rep(words, 5), y = rep(c(3, 4), 5)),
            list(x = "object", y = "int64"))
  data <- with_files("datasets.reuters", folder, dataset_reuters(test_split = 0.3))
  expect_equal(lengths(list(data$train$x, data$test$x)), c(7L, 3L))
  expect_equal(sort(unique(lengths(data$train$x))), c(3L, 4L))
  alike <- with_files("datasets.reuters", folder, dataset_reuters(maxlen = 4L))
  expect_true(all(vapply(alike$train$x, identical, NA, c(1L, 7L, 2L))))

  index <- list(the = 1L, of = 2L)
  jsonlite::write_json(index, file.path(folder, "imdb_word_index.json"), auto_unbox = TRUE)
  jsonlite::write_json(index, file.path(folder, "reuters_word_index.pkl"), auto_unbox = TRUE)
  expect_equal(with_files("datasets.imdb", folder, dataset_imdb_word_index())[c("the", "of")], index)
  expect_equal(with_files("datasets.reuters", folder, dataset_reuters_word_index())[c("the", "of")], index)
})

test_that("houses are split into two disjoint parts", {
  folder <- withr::local_tempdir()
  write_npz(file.path(folder, "boston_housing.npz"), list(x = matrix(1:30, 10), y = 1:10),
            list(x = "float64", y = "float64"))
  data <- with_files("datasets.boston_housing", folder, dataset_boston_housing(test_split = 0.3))
  expect_equal(parts(data), list(c(7L, 3L), c(3L, 3L)))
  expect_equal(sort(c(data$train$y, data$test$y)), 1:10)
  expect_equal(data$train$x[, 1], as.vector(data$train$y))
})
