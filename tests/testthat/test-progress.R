# The output during training: the progress bar in a console, a line for each epoch elsewhere, and the metrics plot.
trained <- function(..., epochs = 3, batch_size = 4) {
  model <- keras_model_sequential(list(layer_dense(units = 3, activation = "softmax", input_shape = 4)))
  compile(model, "adam", "categorical_crossentropy", metrics = "accuracy")
  fit(model, as.matrix(iris[, 1:4]), to_categorical(as.integer(iris$Species) - 1L), epochs = epochs,
      batch_size = batch_size, validation_split = 0.2, ...)
}

script <- c(
  "suppressMessages({library(keras); use_backend('tensorflow')})", "trained <-", deparse(trained)
)

# The lines that a console displays for the given output: text after \r overwrites the line.
shown <- function(text) {
  vapply(strsplit(text, "\r", fixed = TRUE), function(states) {
    Reduce(function(before, after) paste0(after, substring(before, nchar(after) + 1L)), states)
  }, "")
}

metrics <- "loss: [0-9.e-]+ - accuracy: [0-9.e-]+"
both <- paste(metrics, "- val_loss: [0-9.e-]+ - val_accuracy: [0-9.e-]+")

for_each_backend("where a line cannot be overwritten, there is one line per epoch", {
  lines <- capture.output(history <- trained(verbose = 1))
  expect_match(lines, paste0("^Epoch [1-3]/3 - \\d+s - ", both, "$"))
  expect_length(lines, 3L)
  last <- format(round(history$metrics$val_loss[[3L]], 4), nsmall = 4)
  expect_match(lines[[3L]], paste0("val_loss: ", last), fixed = TRUE)
})

test_that("verbose = 0 is silent, and evaluate() prints no bar into a file", {
  suppressMessages(use_backend("tensorflow"))
  expect_silent(trained(verbose = 0))
  expect_silent(withr::with_options(list(keras.fit_verbose = 0), trained()))
  model <- keras_model_sequential(list(layer_dense(units = 1, input_shape = 2)))
  compile(model, "sgd", "mse")
  expect_silent(evaluate(model, matrix(0, 4, 2), 1:4))
  expect_silent(predict(model, matrix(0, 4, 2), verbose = 1))
})

test_that("a console shows a bar that fills up, and lines that fit its width", {
  written <- run_r(c(script, "options(width = 80)", "invisible(trained())"), "R_CLI_DYNAMIC=true")
  expect_match(written[c(1L, 3L, 5L)], "^Epoch [1-3]/3$")
  lines <- shown(written)
  expect_match(lines[c(2L, 4L, 6L)], paste0("^120/120 \\[=+\\] - \\d+s - ", both, " *$"))
  expect_length(lines, 6L)
  states <- unlist(lapply(strsplit(written[c(2L, 4L, 6L)], "\r", fixed = TRUE), function(states) {
    states[nzchar(states)][-sum(nzchar(states))]
  }))
  expect_match(states, "^ *[0-9]+/120 \\[=*>\\.*\\] - ETA: ")
  expect_true(all(nchar(states) < 80))
  bars <- unique(nchar(regmatches(written[c(2L, 4L, 6L)], regexpr("\\[=+\\]", written[c(2L, 4L, 6L)]))))
  expect_length(bars, 1L)
})

test_that("a generator's bar counts batches", {
  written <- run_r(c(
    script, "model <- keras_model_sequential(list(layer_dense(units = 1, input_shape = 2)))",
    "compile(model, 'sgd', 'mse')",
    "batch <- function() list(matrix(0, 4, 2), 1:4)",
    "h <- fit_generator(model, batch, steps_per_epoch = 5, epochs = 2)",
    "invisible(evaluate(model, batch, steps = 3))", "invisible(evaluate(model, batch, steps = 3, verbose = 0))",
    "invisible(predict(model, function() list(matrix(0, 4, 2)), steps = 3, verbose = 1))"
  ), "R_CLI_DYNAMIC=true")
  expect_match(shown(written)[c(2L, 4L)], "^5/5 \\[=+\\] - \\d+s - loss: [0-9.]+ *$")
  expect_match(shown(written)[5:6], "^3/3 \\[=+\\] - ")
  expect_length(written, 6L)
})

test_that("a knitr document has one line per epoch, even in a session with a console", {
  directory <- withr::local_tempdir()
  document <- file.path(directory, "training.Rmd")
  writeLines(c("```{r}", script, "invisible(trained())", "invisible(trained(verbose = 0))", "```"), document)
  run_r(sprintf("knitr::knit('%s', '%s', quiet = TRUE)", document, file.path(directory, "training.md")),
        "R_CLI_DYNAMIC=true")
  lines <- grep("^## ", readLines(file.path(directory, "training.md")), value = TRUE)
  expect_match(lines, paste0("^## Epoch [1-3]/3 - \\d+s - ", both, "$"))
  expect_length(lines, 3L)
})

for_each_backend("the metrics are plotted after each epoch on the graphics device", {
  file <- withr::local_tempfile(fileext = ".pdf")
  withr::local_options(keras.view_metrics = TRUE, viewer = NULL)
  grDevices::pdf(file, compress = FALSE, useKerning = FALSE)
  tryCatch(trained(verbose = 0, epochs = 3), finally = grDevices::dev.off())
  drawn <- readLines(file, warn = FALSE)
  expect_equal(sum(grepl("/Type /Page ", drawn, fixed = TRUE, useBytes = TRUE)), 3L)
  expect_true(any(grepl("(accuracy)", drawn, fixed = TRUE, useBytes = TRUE)))
})

test_that("in a viewer, a page shows the plot, and the user's device does not change", {
  suppressMessages(use_backend("tensorflow"))
  pages <- list()
  withr::local_options(keras.view_metrics = TRUE, viewer = function(page) {
    pages[[length(pages) + 1L]] <<- paste(readLines(page), collapse = "\n")
    picture <<- readBin(file.path(dirname(page), "plot.png"), "raw", 8L)
  })
  picture <- NULL
  withr::local_pdf(withr::local_tempfile(fileext = ".pdf"))
  before <- grDevices::dev.cur()
  trained(verbose = 0, epochs = 4)
  expect_equal(grDevices::dev.cur(), before)
  expect_length(pages, 2L)
  expect_match(pages[[1L]], "setInterval")
  expect_no_match(pages[[2L]], "setInterval")
  expect_equal(picture[2:4], charToRaw("PNG"))
})

test_that("a plot that fails does not disturb the training, and nothing is drawn in a session without a user", {
  suppressMessages(use_backend("tensorflow"))
  withr::local_options(viewer = NULL)
  withr::local_pdf(withr::local_tempfile(fileext = ".pdf"), width = 0.5, height = 0.5)
  expect_warning(history <- trained(verbose = 0, view_metrics = TRUE), "no longer drawn")
  expect_length(history$metrics$loss, 3L)
  expect_null(keras:::live_plot("auto", 3L))
  expect_keras_error(trained(view_metrics = "yes"), "argument", c("view_metrics", "\"yes\""))
})

test_that("a resumed training keeps its epoch numbers in the data frame, tidy() and glance()", {
  suppressMessages(use_backend("tensorflow"))
  history <- trained(verbose = 0, epochs = 5, initial_epoch = 3)
  frame <- as.data.frame(history)
  expect_equal(unique(frame$epoch), 4:5)
  expect_equal(generics::tidy(history), frame)
  expect_equal(generics::glance(history), data.frame(epochs = 2L, lapply(history$metrics, `[[`, 2L)))
})
