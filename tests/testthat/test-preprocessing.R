test_that("sequences are padded and truncated", {
  expect_equal(pad_sequences(list(1:3, 4)), matrix(c(1, 2, 3, 0, 0, 4), 2, byrow = TRUE))
  expect_equal(pad_sequences(list(1:3, 4), maxlen = 2, padding = "post", truncating = "post"),
               matrix(c(1, 2, 4, 0), 2, byrow = TRUE))
  pairs <- skipgrams(1:4, vocabulary_size = 5, window_size = 1, negative_samples = 0, shuffle = FALSE)
  expect_equal(pairs$couples[1:3], list(1:2, 2:1, 2:3))
  expect_equal(pairs$labels, rep(1L, 6))
  categories <- skipgrams(1:4, vocabulary_size = 5, window_size = 1, negative_samples = 0, categorical = TRUE)$labels
  expect_equal(do.call(rbind, categories), cbind(rep(0, 6), 1))
})

test_that("the rows of a matrix are sequences, and sequences may be empty, named or made of several numbers", {
  rows <- rbind(c(1, 3, 5), c(2, 4, 6))
  expect_equal(pad_sequences(rows, maxlen = 4), cbind(0, rows))
  expect_equal(pad_sequences(as.data.frame(rows), maxlen = 2), rows[, 2:3])
  expect_equal(pad_sequences(rows[1L, , drop = FALSE]), rows[1L, , drop = FALSE])
  for (empty in list(list(), integer(), NULL)) {
    expect_equal(pad_sequences(list(empty, 1:3)), rbind(0, 1:3))
    expect_equal(pad_sequences(list(1:3, empty), maxlen = 2, padding = "post"), rbind(2:3, 0))
  }
  expect_equal(dim(pad_sequences(list(list(), integer()))), c(2, 0))
  expect_equal(pad_sequences(list(x = c(a = 7.5, b = 8), y = list(p = 1, q = 2)), dtype = "float32"),
               rbind(c(7.5, 8), 1:2))
  # Each element of these has two numbers.
  steps <- list(rbind(1:2, 3:4, 5:6), rbind(7:8), list())
  expected <- array(0, c(3, 2, 2))
  expected[1L, , ] <- rbind(3:4, 5:6)
  expected[2L, 2L, ] <- 7:8
  expect_equal(pad_sequences(steps, maxlen = 2), expected)
  whole <- array(1:12, c(2, 3, 2))
  expect_equal(pad_sequences(whole, maxlen = 1), whole[, 3, , drop = FALSE])
  expect_equal(sequences_to_matrix(text_tokenizer(4), rows[, 1:2]), rbind(c(0, 1, 0, 1), c(0, 0, 1, 0)))
  expect_keras_error(pad_sequences(list("a", 1:3)), "dtype", "`sequences`")
  expect_keras_error(pad_sequences(list(list("a", 1), 1:3)), "dtype", "`sequences`")
})

test_that("set.seed() makes skip-grams and the order of images repeat", {
  draws <- function() {
    set.seed(3)
    flow <- flow_images_from_data(array(1:20, c(20, 1, 1, 1)), batch_size = 20)
    list(skipgrams(1:8, 20), generator_next(flow))
  }
  expect_equal(draws(), draws())
})

test_that("texts are split and numbered", {
  expect_equal(text_to_word_sequence("The cat, the mat."), c("the", "cat", "the", "mat"))
  texts <- c("the cat sat", "the dog")
  tokenizer <- fit_text_tokenizer(text_tokenizer(num_words = 5), texts)
  expect_equal(texts_to_sequences(tokenizer, texts), list(1:3, c(1L, 4L)))
  expect_equal(texts_to_matrix(tokenizer, "the the dog", "count"), matrix(c(0, 2, 0, 0, 1), 1))
  path <- withr::local_tempfile(fileext = ".json")
  save_text_tokenizer(tokenizer, path)
  expect_equal(texts_to_sequences(load_text_tokenizer(path), texts), list(1:3, c(1L, 4L)))
  expect_equal(tokenizer$word_index$the, 1)
  expect_equal(tokenizer$word_docs$the, 2)
})

test_that("texts may have names, which are no texts", {
  texts <- c(one = "the cat sat", two = "the dog")
  words <- list("the" = 1, "cat" = 2, "sat" = 3, "dog" = 4)
  split <- lapply(texts, function(text) setNames(as.list(strsplit(text, " ")[[1L]]), c("x", "y", "z")[1:2]))
  split$one <- c(a = "the", b = "cat", c = "sat")
  for (named in list(texts, as.list(texts), sapply(texts, tolower), split)) {
    tokenizer <- fit_text_tokenizer(text_tokenizer(), named)
    expect_equal(tokenizer$word_index[names(words)], words)
    expect_equal(tokenizer$document_count, 2)
    expect_equal(texts_to_sequences(tokenizer, named), list(1:3, c(1L, 4L)))
    expect_equal(texts_to_matrix(tokenizer, named), rbind(c(0, 1, 1, 1, 0), c(0, 1, 0, 0, 1)))
    generator <- texts_to_sequences_generator(tokenizer, named)
    expect_equal(generator_next(generator), 1:3)
    expect_equal(generator_next(generator), c(1L, 4L))
  }
  iterator <- reticulate::r_to_py(unname(as.list(texts)))$`__iter__`()
  expect_equal(fit_text_tokenizer(text_tokenizer(), iterator)$word_index[names(words)], words)
})

test_that("a file that holds no tokenizer is refused, with what to do", {
  path <- withr::local_tempfile()
  tokenizer <- fit_text_tokenizer(text_tokenizer(), "a b")
  reticulate::py_save_object(tokenizer, path)
  expect_keras_error(load_text_tokenizer(path), "file", c("pickle", "to_json()", basename(path)))
  writeLines("a b", path)
  expect_keras_error(load_text_tokenizer(path), "file", "no tokenizer")
  file.create(path)
  expect_keras_error(load_text_tokenizer(path), "file", "no tokenizer")
  writeLines(tokenizer$to_json(), path)  # the remedy
  expect_equal(texts_to_sequences(load_text_tokenizer(path), "b a"), list(2:1))
})

test_that("images are saved, loaded, resized, and flow from memory and folders", {
  folder <- withr::local_tempdir()
  for (class in c("a", "b")) {
    dir.create(file.path(folder, class))
    for (i in 1:3) {
      image <- array(if (class == "a") 0.2 else 0.8, c(6, 5, 3))
      image[1, 1, ] <- c(0, 1, 1)
      image_array_save(image, file.path(folder, class, paste0(i, ".png")))
    }
  }
  loaded <- image_to_array(image_load(file.path(folder, "a", "1.png"), target_size = c(3, 4)))
  expect_equal(dim(loaded), c(3, 4, 3))
  expect_equal(dim(image_array_resize(loaded, 6, 8)), c(6, 8, 3))
  flow <- flow_images_from_directory(folder, image_data_generator(rescale = 1 / 255), target_size = c(6, 5),
                                     batch_size = 4, seed = 1)
  batch <- generator_next(flow)
  expect_equal(dim(batch[[1L]]), c(4, 6, 5, 3))
  expect_equal(dim(batch[[2L]]), c(4, 2))
  expect_true(all(batch[[1L]] >= 0 & batch[[1L]] <= 1))
  batch <- generator_next(flow_images_from_data(array(1:48, c(4, 2, 2, 3)), 1:4, batch_size = 2, shuffle = FALSE))
  expect_equal(batch[[2L]], 1:2, ignore_attr = TRUE)
  expect_keras_error(image_load(file.path(folder, "a", "1.png"), target_size = 3), "argument",
                     c("target_size", "not 3"))
})

test_that("Keras scales the images that an R function returns, but not R's own memory", {
  images <- array(1:48, c(4, 2, 2, 3))
  kept <- array(-1, c(2, 2, 3))
  generator <- image_data_generator(rescale = 0.5, preprocessing_function = function(image) kept)
  batch <- generator_next(flow_images_from_data(images, generator = generator, batch_size = 4))
  expect_equal(batch, array(-0.5, dim(images)))
  expect_equal(kept, array(-1, c(2, 2, 3)))
})

test_that("a time series is cut into windows", {
  windows <- timeseries_generator(matrix(1:10, 10), 1:10, length = 3, batch_size = 2)
  batch <- windows[0]
  expect_equal(dim(batch[[1L]]), c(2, 3, 1))
  expect_equal(as.vector(batch[[2L]]), c(4, 5))
  targets <- list()
  while (!is.null(batch <- generator_next(windows))) {
    targets <- c(targets, list(as.vector(batch[[2L]])))
  }
  expect_equal(targets, list(c(4, 5), c(6, 7), c(8, 9), 10))
  expect_equal(generator_next(windows, completed = "end"), "end")
})

test_that("rare words are likely to be kept, and negative samples are other words", {
  table <- make_sampling_table(5, sampling_factor = 1e-3)
  # The frequency of the word of a rank by Zipf's law, as in word2vec.
  rank <- c(1, 1:4)
  share <- 1 / (rank * (log(rank) + 0.577) + 0.5 - 1 / (12 * rank))
  expect_equal(table, pmin(1, sqrt(share / 1e-3) / (share / 1e-3)), tolerance = 1e-5)
  pairs <- skipgrams(rep(1:3, 10), vocabulary_size = 9, window_size = 1, negative_samples = 1, seed = 3)
  expect_equal(mean(pairs$labels), 0.5)
})

# The MD5 sum of a string, by the function for files.
digest_md5 <- function(text) {
  file <- withr::local_tempfile()
  writeBin(charToRaw(text), file)
  unname(tools::md5sum(file))
}

test_that("texts are numbered by hashing", {
  numbers <- text_hashing_trick("a b a", n = 50, hash_function = "md5")
  expect_equal(numbers[c(1, 3)], rep(numbers[[1L]], 2))
  expect_true(all(numbers >= 1 & numbers < 50))
  md5 <- function(word) {
    hex <- digest_md5(word)
    # The remainder of a number of 128 bits, digit by digit.
    Reduce(function(rest, digit) (rest * 16 + strtoi(digit, 16)) %% 49, strsplit(hex, "")[[1L]], 0) + 1
  }
  expect_equal(numbers, vapply(c("a", "b", "a"), md5, 0, USE.NAMES = FALSE))
  expect_length(text_one_hot("one two, three", n = 20), 3L)
  expect_true(all(text_one_hot("one two", n = 3) %in% 1:2))
  expect_keras_error(text_one_hot(c("one", "two"), n = 3), "argument", c("text_one_hot(): ", "`text`", "a string"))
})

test_that("sequences become word matrices", {
  tokenizer <- fit_text_tokenizer(text_tokenizer(num_words = 4), c("a b a", "b c"))
  expect_equal(sequences_to_matrix(tokenizer, list(c(1, 2, 1), 3), "count"),
               matrix(c(0, 2, 1, 0, 0, 0, 0, 1), 2, byrow = TRUE))
  expect_equal(sequences_to_matrix(tokenizer, list(c(1, 2, 1)), "freq"), matrix(c(0, 2, 1, 0) / 3, 1))
  expect_equal(sequences_to_matrix(tokenizer, list(c(1, 2, 1))), matrix(c(0, 1, 1, 0), 1))
  each <- texts_to_sequences_generator(tokenizer, c("a c", "b"))
  expect_equal(unlist(generator_next(each)), c(1, 3))
  expect_equal(unlist(generator_next(each)), 2)
  expect_equal(generator_next(each, completed = "end"), "end")
})

test_that("images are standardized with the statistics that the generator was fitted to", {
  set.seed(4)
  x <- array(runif(4 * 3 * 2, 0, 9), c(4, 3, 2, 1))
  generator <- image_data_generator(featurewise_center = TRUE, featurewise_std_normalization = TRUE)
  fit_image_data_generator(generator, x)
  batch <- generator_next(flow_images_from_data(x, generator = generator, batch_size = 4, shuffle = FALSE))
  spread <- sqrt(mean((x - mean(x)) ^ 2))
  expect_equal(as.vector(batch), as.vector((x - mean(x)) / spread), tolerance = 1e-4)
  flipped <- generator_next(flow_images_from_data(x, generator = image_data_generator(rescale = 2), batch_size = 1,
                                                  shuffle = FALSE))
  expect_equal(flipped[1, , , 1], 2 * x[1, , , 1], tolerance = 1e-6)
})

test_that("images flow from the rows of a data frame", {
  folder <- withr::local_tempdir()
  for (i in 1:4) {
    image_array_save(array(i / 4, c(2, 2, 3)), file.path(folder, paste0(i, ".png")), scale = FALSE)
  }
  frame <- data.frame(filename = paste0(1:4, ".png"), class = c("x", "y", "y", "x"), size = c(1.5, 2.5, 3.5, 4.5))
  flow_of <- function(...) {
    suppressMessages(flow_images_from_dataframe(..., directory = folder, target_size = c(2, 2), batch_size = 4,
                                                shuffle = FALSE))
  }
  batch <- generator_next(flow_of(frame))
  expect_equal(dim(batch[[1L]]), c(4, 2, 2, 3))
  expect_equal(batch[[2L]], matrix(c(1, 0, 0, 1, 0, 1, 1, 0), 4, byrow = TRUE))
  expect_equal(as.vector(generator_next(flow_of(frame, y_col = "size", class_mode = "raw"))[[2L]]), frame$size)
  expect_equal(as.vector(generator_next(flow_of(frame, class_mode = "binary", classes = c("y", "x")))[[2L]]),
               c(1, 0, 0, 1))
  both <- generator_next(flow_of(transform(frame, twice = 2 * size), y_col = c("size", "twice"),
                                 class_mode = "multi_output"))[[2L]]
  expect_equal(as.vector(both[[2L]]), 2 * frame$size)
  raw <- generator_next(flow_of(transform(frame, twice = 2 * size), y_col = c("size", "twice"), class_mode = "raw"))
  expect_equal(raw[[2L]], cbind(frame$size, 2 * frame$size))
  split <- image_data_generator(validation_split = 0.25)
  parts <- lapply(c("training", "validation"), function(part) {
    generator_next(flow_of(frame, generator = split, subset = part))[[2L]]
  })
  expect_equal(lapply(parts, nrow), list(3L, 1L))
  expect_equal(dim(generator_next(flow_of(frame, class_mode = NULL))), c(4, 2, 2, 3))
  expect_warning(flow_of(rbind(frame, data.frame(filename = "no.png", class = "x", size = 0))), "no.png")
  expect_keras_error(flow_of(frame, y_col = "kind"), "argument", c("\"kind\"", "\"class\""))

  flow <- flow_of(frame[c(2, 1, 2), ])  # a row that is repeated counts twice
  expect_equal(unlist(flow$filenames), c("2.png", "1.png", "2.png"))
  expect_equal(unlist(flow$filepaths), normalizePath(file.path(folder, flow$filenames)))
  expect_equal(generator_next(flow)[[2L]], matrix(c(0, 1, 1, 0, 0, 1), 3, byrow = TRUE))
  expect_equal(flow_of(transform(frame, class = c("cat", "Dog", "\u00e4", "Dog")))$class_indices,
               list(Dog = 0, cat = 1, "\u00e4" = 2))
  expect_keras_error(flow_images_from_dataframe(frame, file.path(folder, "no")), "file", "`directory`")
})

test_that("images are saved to a folder in the home", {
  home <- withr::local_tempdir()
  withr::local_envvar(HOME = home)
  dir.create(file.path(home, "images", "a"), recursive = TRUE)
  image_array_save(array(0.5, c(2, 2, 3)), file.path(home, "images", "a", "1.png"))
  for (flow in list(
    flow_images_from_data(array(1, c(1, 2, 2, 3)), save_to_dir = "~/images", save_prefix = "data"),
    flow_images_from_directory(file.path(home, "images"), save_to_dir = "~/images", save_prefix = "directory"),
    suppressMessages(flow_images_from_dataframe(data.frame(filename = "~/images/a/1.png", class = "a"),
                                                save_to_dir = "~/images", save_prefix = "frame"))
  )) {
    generator_next(flow)
  }
  saved <- list.files(file.path(home, "images"), "png$")
  expect_equal(sort(sub("_.*", "", saved)), c("data", "directory", "frame"))
})

test_that("large batches of a generator are arrays of R, too", {
  images <- array(stats::runif(2 * 120 * 120 * 3), c(2, 120, 120, 3))
  batch <- generator_next(flow_images_from_data(images, 0:1, batch_size = 2, shuffle = FALSE))
  expect_equal(batch, list(images, c(0, 1)), tolerance = 1e-6)
  expect_equal(dim(reticulate::iter_next(flow_images_from_data(images, batch_size = 2))), dim(images))
})

test_that("indicators of a column of a data frame, and norms of any order", {
  expect_equal(to_categorical(data.frame(a = c(0, 2, 1))), to_categorical(c(0, 2, 1)))
  expect_equal(to_categorical(data.frame(a = 0:1, b = 1:0)), to_categorical(cbind(0:1, 1:0)))
  x <- matrix(c(1, -4, 0, 2, 0, 0), 2, byrow = TRUE)
  expect_equal(normalize(x, order = Inf), x / c(4, 2))
  expect_equal(normalize(x, order = 0), x / c(2, 1))
  expect_equal(normalize(c(1, -4, 2), order = -Inf), c(1, -4, 2))
  expect_equal(normalize(x, axis = 1, order = 1), x / rep(c(3, 4, 1), each = 2))
})
