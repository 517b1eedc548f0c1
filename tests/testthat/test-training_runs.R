# The functions of tfruns, with and without tfruns installed.
test_that("flags have their defaults and the flag's type", {
  values <- flags(flag_integer("units", 16), flag_numeric("rate", 0.5), flag_boolean("fast", FALSE),
                  flag_string("name", "mine"), arguments = character())
  expect_identical(values, list(units = 16L, rate = 0.5, fast = FALSE, name = "mine"))
})

test_that("the command line overrides the file, and the file overrides the defaults", {
  directory <- withr::local_tempdir()
  file <- file.path(directory, "flags.yml")
  writeLines(c("default:", "  units: 32", "  rate: 0.25", "big:", "  inherits: default", "  units: 64"), file)
  read <- function(...) {
    flags(flag_integer("units", 16), flag_numeric("rate", 0.5), flag_boolean("fast", FALSE), file = file, ...)
  }
  expect_identical(read(arguments = character()), list(units = 32L, rate = 0.25, fast = FALSE))
  expect_identical(read(config = "big", arguments = c("--rate=1e-3", "--fast")),
                   list(units = 64L, rate = 0.001, fast = TRUE))
  expect_identical(read(arguments = c("--units", "8", "--fast", "no", "other"))[c("units")], list(units = 8L))
  writeLines("units: 4", file)
  expect_identical(read(arguments = character())$units, 4L)
})

test_that("an unknown flag, or one of another type, is refused by name", {
  expect_keras_error(flags(flag_integer("units", 16), arguments = c("--unit", "3")), "argument", c("\"unit\"", "units"))
  expect_keras_error(flags(flag_integer("units", 16), arguments = c("--units", "1.5")), "argument", "whole number")
  expect_keras_error(flag_numeric("rate", "high"), "argument", "\"rate\"")
})

test_that("flags() reads the script's command line", {
  script <- withr::local_tempfile(fileext = ".R")
  writeLines(c("suppressMessages(library(keras))", "FLAGS <- flags(flag_numeric('rate', 0.5))", "cat(FLAGS$rate)"),
             script)
  expect_equal(r_process("Rscript", c("--vanilla", script, "--rate", "0.125")), "0.125")
})

test_that("if tfruns is installed, its functions are called", {
  library_path <- withr::local_tempdir()
  source <- file.path(withr::local_tempdir(), "tfruns")
  dir.create(file.path(source, "R"), recursive = TRUE)
  writeLines(c("Package: tfruns", "Version: 1.5.0", "Title: A Stand-In", "Description: Stands in.", "License: MIT",
               "Author: Nobody", "Maintainer: Nobody <nobody@example.com>"), file.path(source, "DESCRIPTION"))
  functions <- c("flags", "flag_numeric", "flag_integer", "flag_boolean", "flag_string", "run_dir")
  writeLines(paste0("export(", functions, ")"), file.path(source, "NAMESPACE"))
  writeLines(sprintf("%s <- function(...) \"tfruns's %s\"", functions, functions), file.path(source, "R", "all.R"))
  installed <- r_process("R", c("CMD", "INSTALL", "--no-test-load", paste0("--library=", library_path), source))
  expect_match(paste(installed, collapse = "\n"), "DONE")
  calls <- c("flags()", "flag_numeric('a', 1)", "flag_integer('a', 1)", "flag_boolean('a', TRUE)",
             "flag_string('a', '')", "run_dir()")
  lines <- run_r(c(sprintf(".libPaths(c('%s', .libPaths()))", library_path), "library(keras)",
                   sprintf("writeLines(%s)", calls)))
  expect_equal(lines, paste0("tfruns's ", functions))
})

test_that("the run's folder is the working directory, and what belongs to TensorFlow is refused with an alternative", {
  expect_equal(run_dir(), getwd())
  expect_keras_error(tensorboard("logs"), "argument", "callback_tensorboard")
  expect_keras_error(export_savedmodel(NULL, "folder"), "argument", "save_model_hdf5")
  expect_keras_error(layer_dense_features(feature_columns = list()), "argument", "model.matrix")
})
