test_that("the example trains one network on every backend, and draws their losses", {
  root <- Sys.getenv("KERAS_SOURCE", testthat::test_path("..", ".."))
  picture <- withr::local_tempfile(fileext = ".png")
  output <- suppressWarnings(system2(
    file.path(R.home("bin"), "Rscript"), c("--vanilla", file.path(root, "examples", "iris.R"), picture),
    stdout = TRUE, stderr = TRUE
  ))
  expect_null(attr(output, "status"))
  rows <- grep("^ (tensorflow|theano|cntk) ", output, value = TRUE)
  expect_length(rows, 3)
  columns <- do.call(rbind, strsplit(trimws(rows), " +"))
  accuracy <- as.numeric(columns[, ncol(columns) - 2L])
  difference <- as.numeric(columns[, ncol(columns)])
  expect_true(all(accuracy >= 0.93))
  expect_true(all(difference <= 1e-4))
  expect_true(all(difference[-1L] > 0))
  expect_gt(file.size(picture), 20000)
})
