# A separate Keras home, which treats the engines installed here as those of this release.
home_with_engines <- function(environment = parent.frame()) {
  home <- withr::local_tempdir(.local_envir = environment)
  keras_config()
  environments <- reticulate::import_from_path("pyshim.environments", python_path())
  for (name in c("tensorflow", "theano", "cntk")) {
    folder <- file.path(home, ".keras", "environments", name)
    dir.create(folder, recursive = TRUE)
    record <- jsonlite::read_json(file.path(keras_config()$home, "environments", name, "environment.json"))
    record$digest <- environments$find(name)$digest()
    jsonlite::write_json(record, file.path(folder, "environment.json"), auto_unbox = TRUE)
  }
  home
}

# A virtual environment without NumPy, and without pip.
python_without_numpy <- function(environment = parent.frame()) {
  folder <- file.path(withr::local_tempdir(.local_envir = environment), "venv")
  base <- reticulate::py_run_string("import sys; base = sys._base_executable", local = TRUE)$base
  system2(base, c("-m", "venv", "--without-pip", folder))
  file.path(folder, "bin", "python")
}

test_that("without NumPy, a new user gets from the first call to a result in one session", {
  home <- home_with_engines()
  python <- python_without_numpy()
  output <- run_r(c(
    "library(keras)",
    "cat(list_backends()$installed, '\\n')",
    "config <- keras_config()", "cat('numpy:', is.null(config$numpy), config$python, '\\n')",
    "cat(k_backend(), is_backend_installed('theano'), backend_info('cntk')$title, '\\n')",
    "cat('started:', reticulate::py_available(), '\\n')",
    "tryCatch(k_abs(-1), keras_error_python = function(e) cat(conditionMessage(e), '\\n'))",
    "tryCatch(use_backend('theano'), keras_error_python = function(e) cat(conditionMessage(e), '\\n'))",
    "say <- function(e) cat(conditionMessage(e), '\\n')",
    "tryCatch(backend_info('caffe'), keras_error_unknown_backend = say)",
    "install_backend('theano')",
    "use_backend('theano')", "cat('sum:', k_eval(k_sum(k_ones(c(2, 3)))), '\\n')",
    "cat('config:', keras_config()$python, keras_config()$numpy, '\\n')"
  ), c(paste0("HOME=", home), paste0("KERAS_HOME=", home, "/.keras"), paste0("RETICULATE_PYTHON=", python),
       "KERAS_BACKEND=cntk"))
  output <- trimws(output)
  expect_equal(output[[1L]], "TRUE TRUE TRUE FALSE FALSE FALSE")  # NumPy, JAX and PyTorch are not
  expect_equal(output[[2L]], paste("numpy: TRUE", python))
  expect_equal(output[[3L]], "cntk TRUE CNTK")
  expect_equal(output[[4L]], "started: FALSE")
  text <- paste(output, collapse = "\n")
  expect_match(text, paste0("k_abs(): The Python of this R session, ", python, ", has no NumPy"),
               fixed = TRUE)
  expect_match(text, "Call `install_backend(\"cntk\")`", fixed = TRUE)
  expect_match(text, "Call `install_backend(\"theano\")`", fixed = TRUE)
  expect_match(text, "backend_info(): Unknown `backend` \"caffe\"", fixed = TRUE)
  expect_match(text, "[2/2] Installing NumPy", fixed = TRUE)
  expect_match(text, "sum: 6", fixed = TRUE)
  expect_match(text, paste0("config: ", python, " [0-9.]+$"))
})

test_that("if R has the system's Python, it gets a virtual environment that later sessions find", {
  home <- home_with_engines()
  environment <- c(paste0("HOME=", home), paste0("KERAS_HOME=", home, "/.keras"), "RETICULATE_PYTHON=",
                   "WORKON_HOME=", "PATH=/usr/bin:/bin", "RETICULATE_MINICONDA_ENABLED=FALSE")
  lines <- c("Sys.unsetenv(c('RETICULATE_PYTHON', 'WORKON_HOME'))", "library(keras)",
             "cat('before:', is.null(keras_config()$numpy), '\\n')", "install_backend('theano')",
             "cat('after:', keras_config()$python, is.null(keras_config()$numpy), '\\n')")
  output <- trimws(run_r(lines, environment))
  made <- file.path(home, ".virtualenvs", "r-reticulate", "bin", "python")
  if ("before: TRUE" %in% output) {
    expect_equal(output[[length(output)]], paste("after:", made, "FALSE"))
    expect_match(output, "A virtual environment with NumPy .* is made for R", all = FALSE)
    output <- trimws(run_r(lines[c(1, 2, 5)], environment)) # in a later session
  }
  expect_match(output[[length(output)]], "^after: .* FALSE$")
})

test_that("an interactive session is asked before a virtual environment is created, and before a download", {
  home <- home_with_engines()
  python <- python_without_numpy()
  output <- run_r(c(
    "options(rlang_interactive = TRUE)", "library(keras)",
    "answers <- c(2L, 1L, 2L)",
    "ask <- function(choices, graphics = FALSE, title = NULL) {",
    "  cat('asked:', title, '\\n'); answer <- answers[[1L]]; answers <<- answers[-1L]; answer", "}",
    "unlockBinding('menu', asNamespace('utils')); assign('menu', ask, asNamespace('utils'))",
    "say <- function(e) cat('refused:', conditionMessage(e), '\\n')",
    "tryCatch(install_backend('cntk'), keras_error_python = say)",
    "cat(is.null(keras_config()$numpy), '\\n')",
    "Sys.setenv(KERAS_HOME = tempfile(), PATH = paste0(Sys.getenv('HOME'), '/bin:/usr/bin:/bin'))",
    "Sys.unsetenv(c('PYENV_ROOT', 'CONDA_PREFIX'))",
    "dir.create(file.path(Sys.getenv('HOME'), 'bin'))",
    "conda <- file.path(Sys.getenv('HOME'), 'bin', 'conda')",
    "writeLines(c('#!/bin/sh', 'exit 1'), conda); Sys.chmod(conda, '755')",
    "tryCatch(install_backend('cntk'), keras_error_interpreter = say)"
  ), c(paste0("HOME=", home), paste0("KERAS_HOME=", home, "/.keras"), paste0("RETICULATE_PYTHON=", python)))
  asked <- grep("^asked:", output, value = TRUE)
  expect_length(asked, 3)
  expect_match(asked[[1L]], "has no NumPy. It is installed there")
  expect_equal(asked[[2L]], asked[[1L]])
  expect_match(asked[[3L]], "CNTK needs Python 3.6, and none was found: .*/bin/conda downloads Python 3.6")
  expect_equal(sum(trimws(output) == "TRUE"), 1)
  expect_match(output, "refused: install_backend\\(\\): Nothing was installed", all = FALSE)
})

test_that("install_keras() accepts the arguments of older scripts, and refuses what it cannot do", {
  expect_equal(names(formals(install_keras))[1:6],
               c("method", "conda", "version", "tensorflow", "extra_packages", "..."))
  expect_keras_error(install_keras(tensorflow = "1.14"), "argument",
                     c("install_keras()", "`tensorflow`", "\"1.14\"", "\"default\"", "\"2.21.0\""))
  expect_keras_error(install_keras(tensorflow = "gpu"), "argument", "gpu = TRUE")
  expect_keras_error(install_keras(version = "2.2.4"), "argument", c("`version`", "\"2.2.4\""))
  expect_keras_error(install_keras("theano"), "argument", c("`method`", "install_backend(\"theano\")"))
  expect_keras_error(install_keras(envname = "r-keras"), "argument", "envname")
  expect_keras_error(install_backend("cntk", method = "conda", conda = "/nowhere/conda"), "install",
                     "/nowhere/conda")
})

test_that("install_keras() keeps what is installed, and adds packages to R's own environment", {
  home <- home_with_engines()
  python <- python_without_numpy()
  output <- trimws(run_r(c(
    "library(keras)", "install_keras(method = 'virtualenv', tensorflow = '2.21.0', extra_packages = 'six')",
    "cat('six:', reticulate::import('six')$`__file__`, '\\n')"
  ), c(paste0("HOME=", home), paste0("KERAS_HOME=", home, "/.keras"), paste0("RETICULATE_PYTHON=", python))))
  expect_match(output, "^TensorFlow is installed: ", all = FALSE)
  expect_match(output[[length(output)]], paste0("six: ", dirname(dirname(python))), fixed = TRUE)
})

test_that("options(keras.quiet = TRUE) keeps an installation quiet", {
  home <- home_with_engines()
  output <- run_r(c(
    "library(keras)", "path <- install_backend('cntk')", "options(keras.quiet = TRUE)",
    "cat('quiet\\n')", "identical(path, install_backend('cntk'))"
  ), paste0("KERAS_HOME=", home, "/.keras"))
  expect_match(output[[1L]], "^CNTK is installed: ")
  expect_equal(output[-1L], c("quiet", "[1] TRUE"))
})

test_that("use_backend() accepts its argument by both names", {
  for (name in backends) {
    suppressMessages(use_backend(backend = name))
    expect_equal(k_backend(), name)
    suppressMessages(use_backend(name = name))
    expect_equal(k_backend(), name)
  }
  expect_equal(names(formals(use_backend))[[1L]], "backend")
})

test_that("use_backend() without a name uses TensorFlow", {
  suppressMessages(use_backend())
  expect_equal(k_backend(), "tensorflow")
})
