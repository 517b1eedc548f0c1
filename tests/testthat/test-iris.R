example <- file.path(Sys.getenv("KERAS_SOURCE", testthat::test_path("..", "..")), "examples", "iris.R")

test_that("the example trains one network on every backend, and plots the losses", {
  picture <- withr::local_tempfile(fileext = ".png")
  output <- r_process("Rscript", c("--vanilla", example, picture))
  expect_null(attr(output, "status"))
  trains <- setdiff(with(list_backends(), backend[installed]), "numpy")
  rows <- grep(paste0("^ (", paste(trains, collapse = "|"), ") "), output, value = TRUE)
  expect_length(rows, length(trains))
  columns <- do.call(rbind, strsplit(trimws(rows), " +"))
  accuracy <- as.numeric(columns[, ncol(columns) - 2L])
  difference <- as.numeric(columns[, ncol(columns)])
  expect_true(all(accuracy >= 0.93))
  expect_true(all(difference <= 1e-4))
  expect_true(all(difference[-1L] > 0))
  expect_gt(file.size(picture), 20000)
})

test_that("the example continues without a backend that is not installed, and says how to get it", {
  home <- withr::local_tempdir()
  dir.create(file.path(home, "environments"))
  installed <- normalizePath(file.path(Sys.getenv("KERAS_HOME", "~/.keras"), "environments"))
  for (name in c("tensorflow", "theano")) {
    file.symlink(file.path(installed, name), file.path(home, "environments", name))
  }
  picture <- withr::local_tempfile(fileext = ".png")
  output <- r_process("Rscript", c("--vanilla", example, picture), paste0("KERAS_HOME=", home))
  expect_null(attr(output, "status"))
  expect_match(paste(output, collapse = " "), "CNTK is not installed.*install_backend\\(\"cntk\"\\)")
  expect_length(grep("^ (tensorflow|theano) ", output), 2)
  expect_length(grep("^ cntk ", output), 0)
  expect_gt(file.size(picture), 20000)
})
