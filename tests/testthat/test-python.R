test_that("loading the package starts no Python; a call does", {
  output <- run_r(c(
    "library(keras)", "cat(reticulate::py_available(), '\\n')", "invisible(k_floatx())",
    "cat(reticulate::py_available(), '\\n')"
  ))
  expect_equal(trimws(output), c("FALSE", "TRUE"))
})

test_that("the package loads quickly, and no optional package with it", {
  # CPU time, which other processes hardly change; most of the time of library(keras) is reticulate's.
  output <- run_r(c(
    "for (name in c('reticulate', 'cli', 'generics', 'jsonlite', 'magrittr', 'R6', 'rlang', 'zeallot'))",
    "  loadNamespace(name)", "cat(sum(system.time(library(keras))[1:2]), '\\n')", "cat(loadedNamespaces())"
  ))
  expect_lt(as.numeric(output[[1L]]), 0.5)
  loaded <- strsplit(output[[2L]], " ")[[1L]]
  expect_true("keras" %in% loaded)
  expect_equal(intersect(loaded, c("ggplot2", "knitr", "rmarkdown", "tfruns", "tibble", "rstudioapi")), character())
})

test_that("the error for an unusable Python names it, and says what to do", {
  say <- "tryCatch(keras::k_floatx(), keras_error_python = function(e) cat(conditionMessage(e)))"
  absent <- file.path(withr::local_tempdir(), "python")
  output <- paste(run_r(say, paste0("RETICULATE_PYTHON=", absent)), collapse = "\n")
  expect_match(output, absent, fixed = TRUE)
  expect_match(output, "RETICULATE_PYTHON =", fixed = TRUE)
  expect_equal(run_r("cat(keras::is_backend_installed())", paste0("RETICULATE_PYTHON=", absent)), "FALSE")

  standings <- list_backends()
  old <- standings$path[standings$backend == "cntk"]  # Python 3.6
  output <- paste(run_r(say, paste0("RETICULATE_PYTHON=", old)), collapse = "\n")
  expect_match(output, "keras needs 3.8 or newer", fixed = TRUE)
})

test_that("the error for a Python without NumPy names it, and the command that helps", {
  python <- file.path(withr::local_tempdir(), "venv")
  base <- reticulate::py_run_string("import sys; base = sys._base_executable", local = TRUE)$base
  system2(base, c("-m", "venv", "--without-pip", python))
  output <- paste(run_r(
    "tryCatch(keras::k_floatx(), keras_error_python = function(e) cat(conditionMessage(e)))",
    environment = paste0("RETICULATE_PYTHON=", file.path(python, "bin", "python"))
  ), collapse = "\n")
  expect_match(output, "-m pip install \"numpy", fixed = TRUE)
  expect_match(output, file.path(python, "bin", "python"), fixed = TRUE)
})

test_that("a broken keras.json gives one warning, and the defaults apply", {
  home <- withr::local_tempdir()
  writeLines("{", file.path(home, "keras.json"))
  output <- run_r(c(
    "library(keras)",
    "withCallingHandlers(x <- c(k_floatx(), k_backend(), k_floatx()), warning = function(w) {",
    "  cat('warning:', conditionMessage(w), '\\n')", "  invokeRestart('muffleWarning')", "})", "cat(x)"
  ), environment = paste0("KERAS_HOME=", home))
  expect_length(grep("^warning:.*keras.json", output), 1)
  expect_equal(output[[length(output)]], "float32 tensorflow float32")
  expect_equal(readLines(file.path(home, "keras.json")), "{")
})

test_that("use_backend(save = TRUE) makes a backend the default of later sessions", {
  home <- withr::local_tempdir()
  file.symlink(normalizePath(file.path(Sys.getenv("KERAS_HOME", "~/.keras"), "environments")), home)
  environment <- c(paste0("KERAS_HOME=", home), "KERAS_BACKEND=")
  output <- run_r(c("library(keras)", "use_backend('theano', save = TRUE)", "cat(k_backend())"),
                  environment = environment)
  expect_equal(output[[length(output)]], "theano")
  output <- run_r(c("library(keras)", "x <- k_ones(2)", "cat(format(x))"), environment = environment)
  expect_match(output[[length(output)]], "<theano variable")
})

test_that("an interrupt is signalled in R, and the session keeps working", {
  output <- run_r(c(
    "library(keras)", "use_backend('tensorflow')", "x <- k_ones(2)",
    "system(paste('( sleep 1; kill -INT', Sys.getpid(), ') &'))",
    "spin <- k_function(list(), list(x))",
    "caught <- tryCatch({", "  repeat spin(list())", "}, interrupt = function(i) 'interrupted')",
    "cat(caught, '\\n')", "Sys.sleep(0.1)", "cat(k_eval(k_sum(k_ones(c(2, 3)))), '\\n')"
  ))
  expect_true("interrupted" %in% trimws(output))
  expect_equal(trimws(output[[length(output)]]), "6")
})

# A zombie has ended: where process 1 collects no orphans, as in a container, it stays listed.
is_running <- function(pid) {
  status <- suppressWarnings(tryCatch(readLines(file.path("/proc", pid, "stat")), error = function(e) "0 (gone) Z"))
  !grepl("^.*\\) [ZX]", status)
}

test_that("no worker is left behind, however R exits", {
  expect_true(is_running(Sys.getpid()))
  endings <- c(
    "NULL", "quit(save = 'no', runLast = FALSE)", "stop('in a script')",
    "tools::pskill(Sys.getpid(), tools::SIGTERM)", "tools::pskill(Sys.getpid(), tools::SIGKILL)"
  )
  for (ending in endings) {
    output <- run_r(c(
      "library(keras)", "invisible(lapply(c('tensorflow', 'theano'), function(name) use_backend(name)))",
      "pids <- vapply(c('tensorflow', 'theano'), function(name) backend_info(name)$pid, 0L)",
      "cat('pids', pids, '\\n')", "flush(stdout())", ending
    ))
    pids <- strsplit(grep("^pids ", output, value = TRUE), " ")[[1L]][2:3]
    gone <- function() !any(vapply(pids, is_running, NA))
    for (i in 1:50) {
      if (gone()) break
      Sys.sleep(0.1)
    }
    expect_true(gone(), label = paste("after", ending, "no worker"))
  }
})

test_that("engines do not get the folders that R adds to LD_LIBRARY_PATH", {
  # This process is an R started by an R, as often as not: its script gets R's folders twice.
  for (mine in c("", "/opt/mine")) {
    output <- run_r(c(
      "before <- Sys.getenv('LD_LIBRARY_PATH')", "invisible(keras::k_floatx())",
      "cat(nchar(before) > 0, Sys.getenv('LD_LIBRARY_PATH'))"
    ), paste0("LD_LIBRARY_PATH=", mine))
    expect_equal(trimws(output), trimws(paste("TRUE", mine)))
  }
})

test_that("every function of pyshim has an R function", {
  families <- backend()$FAMILIES
  expect_gt(length(families), 5)
  expect_equal(setdiff(paste0("k_", unlist(families)), getNamespaceExports("keras")), character())
})
