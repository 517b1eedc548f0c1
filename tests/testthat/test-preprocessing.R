test_that("sequences are padded and cut", {
  expect_equal(pad_sequences(list(1:3, 4)), matrix(c(1, 2, 3, 0, 0, 4), 2, byrow = TRUE))
  expect_equal(pad_sequences(list(1:3, 4), maxlen = 2, padding = "post", truncating = "post"),
               matrix(c(1, 2, 4, 0), 2, byrow = TRUE))
  pairs <- skipgrams(1:4, vocabulary_size = 5, window_size = 1, negative_samples = 0, shuffle = FALSE)
  expect_equal(lapply(pairs$couples, unlist)[1:3], list(c(1, 2), c(2, 1), c(2, 3)), ignore_attr = TRUE)
  expect_equal(unique(pairs$labels), 1)
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
})

test_that("a time series becomes windows", {
  windows <- timeseries_generator(matrix(1:10, 10), 1:10, length = 3, batch_size = 2)
  batch <- windows[0]
  expect_equal(dim(batch[[1L]]), c(2, 3, 1))
  expect_equal(as.vector(batch[[2L]]), c(4, 5))
})
