# R's own Python: finding it, checking whether it can be used, and installing NumPy for it.
#
# Once R has started a Python, it cannot switch to another. So the Python is inspected before it is started, and if it
# has no NumPy, functions that do not need NumPy (listing, settings, installing) run in a separate process.

#' Call a function of pyshim that does not need NumPy
#' @noRd
call_setup <- function(.function, ...) {
  apart <- is.null(bridge$module) && !is_usable(session_python())
  if (apart) call_apart(.function, ...) else call_shim(.function, ...)
}

#' Call a function of keras_setup.py in a separate process
#' @noRd
call_apart <- function(.function, ...) {
  python <- require_python(session_python())
  result <- tempfile(fileext = ".json")
  on.exit(unlink(result))
  arguments <- Filter(Negate(is.null), list(...))
  arguments <- if (length(arguments)) jsonlite::toJSON(arguments, auto_unbox = TRUE) else "{}"
  words <- c(file.path(python_path(), "keras_setup.py"), result, .function, arguments)
  command <- paste(
    paste0("LD_LIBRARY_PATH=", shQuote(outer_library_path())), shQuote(path.expand(python$python)), "-u",
    paste(shQuote(words), collapse = " ")
  )
  said <- run_apart(command)
  if (!file.exists(result)) {
    said <- setNames(said, paste0("line", seq_along(said)))
    templates <- if (length(said)) setNames(paste0("{", names(said), "}"), rep("x", length(said)))
    do.call(abort, c(list("python", c("a process of Python, {python}, ended early", templates), python = python$python),
                     said))
  }
  answer <- jsonlite::fromJSON(result, simplifyVector = FALSE)
  if (!is.null(answer$failure)) {
    signal_failure(answer$failure)
  }
  answer$value
}

#' Run a shell command, and show what it prints. An interrupt ends it
#'
#' R would wait for the end of a `system()` or a `pipe()` before it handles an interrupt, so the command runs in the
#' background. Its end is told by a file: its process number may linger, or belong to another process by then.
#' @return What it has printed, line by line.
#' @noRd
run_apart <- function(command) {
  folder <- tempfile()
  dir.create(folder)
  files <- setNames(file.path(folder, c("output", "pid", "status")), c("output", "pid", "status"))
  file.create(files[["output"]])
  output <- file(files[["output"]], "r", blocking = FALSE)  # returns whole lines only
  on.exit({
    suspendInterrupts(if (!file.exists(files[["status"]])) end_process(files))
    close(output)
    unlink(folder, recursive = TRUE)
  })
  quoted <- lapply(files, shQuote)
  system(sprintf("(%s > %s 2>&1 & echo $! > %s; wait $!; echo $? > %s) > /dev/null 2>&1", command, quoted$output,
                 quoted$pid, quoted$status), wait = FALSE)
  shown <- 0L
  show <- function(lines) {
    cat(sprintf("%s\n", lines), sep = "")
    shown <<- shown + length(lines)
  }
  while (!file.exists(files[["status"]])) {
    show(readLines(output, warn = FALSE))
    Sys.sleep(0.05)
  }
  said <- readLines(files[["output"]], warn = FALSE)
  show(tail(said, length(said) - shown))
  said
}

#' Interrupt a process, as Ctrl-C would, and kill it if it does not end soon
#' @noRd
end_process <- function(files) {
  for (signal in c(tools::SIGINT, tools::SIGINT, tools::SIGKILL)) {
    pid <- if (file.exists(files[["pid"]])) as.integer(readLines(files[["pid"]], warn = FALSE))
    if (length(pid)) {
      tools::pskill(pid, signal)
    }
    for (i in 1:8) {
      if (file.exists(files[["status"]])) {
        return(invisible())
      }
      Sys.sleep(0.05)
    }
  }
}

#' Reticulate's information about R's Python, without starting it; NULL if there is none
#' @noRd
session_python <- function() {
  if (reticulate::py_available()) {
    return(reticulate::py_config())
  }
  config <- tryCatch(reticulate::py_discover_config(), error = identity)
  if (inherits(config, "error")) list(problem = conditionMessage(config)) else config
}

is_usable <- function(config) {
  is.null(config$problem) && !is.null(config$python) && numeric_version(config$version) >= "3.8" &&
    has_numpy(config)
}

has_numpy <- function(config) {
  if (reticulate::py_available()) {
    reticulate::py_numpy_available()
  } else {
    !is.null(config$libpython) && !is.null(config$numpy) &&
      (config$numpy$version < "2" || utils::packageVersion("reticulate") >= reticulate_of_numpy_2)
  }
}

reticulate_of_numpy_2 <- "1.39" # the first release that supports NumPy 2

numpy_requirement <- function() {
  if (utils::packageVersion("reticulate") < reticulate_of_numpy_2) "numpy<2" else "numpy"
}

#' R's Python; an error if there is none that can run pyshim
#' @noRd
require_python <- function(config) {
  if (!is.null(config$problem) || is.null(config$python)) {
    abort("python", c(
      "R found no Python; keras needs one, of version 3.8 or newer", x = if (!is.null(config$problem)) "{problem}",
      i = "Install one, such as Debian's package `python3`, or call `reticulate::install_miniconda()`.",
      i = choose_python
    ), problem = config$problem)
  }
  if (numeric_version(config$version) < "3.8") {
    abort("python", c("the Python of this R session, {python}, is {version}; keras needs 3.8 or newer",
                      i = choose_python), python = config$python, version = as.character(config$version))
  }
  config
}

choose_python <- paste("Name another Python with `Sys.setenv(RETICULATE_PYTHON = \"/path/of/python\")`",
                       "before the first call, in a new R session.")

#' Start R's Python; an error says what is missing
#' @param backend The requested backend, to be named in the remedy; by default the current one.
#' @noRd
require_session_python <- function(backend = NULL) {
  config <- require_python(session_python())
  if (!is_usable(config)) {
    if (is.null(backend)) {
      backend <- tryCatch(call_apart("backend"), keras_error = function(condition) "tensorflow")
    }
    abort("python", c(
      "the Python of this R session, {python}, has no NumPy that reticulate can use",
      i = paste("Call `install_backend(\"{backend}\")`: it gives R a Python with NumPy, and installs the engine where",
                "it is not installed yet."),
      i = if (nzchar(config$virtualenv)) "Or install NumPy with `{python} -m pip install \"{numpy}\"`.",
      i = if (reticulate::py_available()) "Then restart R."
    ), python = config$python, backend = backend, numpy = numpy_requirement())
  }
  started <- tryCatch(in_utf8_locale(reticulate::py_config), error = identity)
  if (inherits(started, "error")) {
    abort("python", c("the Python of this R session, {python}, could not be started", x = "{words}", i = choose_python),
          python = config$python, words = conditionMessage(started))
  }
}

#' Set up a Python with NumPy for R if it has none
#' @param quiet Whether to suppress the messages about the steps.
#' @noRd
prepare_session_python <- function(quiet) {
  config <- require_python(session_python())
  if (is_usable(config)) {
    return(invisible())
  }
  folder <- file.path(reticulate::virtualenv_root(), "r-reticulate") # reticulate looks there first
  folder <- path.expand(folder)
  needed <- call_apart("numpy_needed", folder = folder)
  if (!agrees(needed)) {
    abort("python", c("nothing was installed: R's Python, {python}, has no NumPy", i = "{needed}"),
          python = config$python, needed = needed)
  }
  if (!quiet && !rlang::is_interactive()) {
    cat(needed, "\n", sep = "")
  }
  python <- call_apart("install_numpy", folder = folder, numpy = numpy_requirement(), quiet = quiet)
  if (reticulate::py_available()) {
    message("Restart R to use the Python with NumPy, ", python, ".")
    return(invisible())
  }
  named <- Sys.getenv("RETICULATE_PYTHON")
  if (nzchar(named) && !identical(path.expand(named), python)) {
    message("RETICULATE_PYTHON names another Python. It is changed for this session; for later ones, ",
            "change it to ", python, ", or remove it, in your .Renviron.")
    Sys.setenv(RETICULATE_PYTHON = python)
  } else if (!identical(session_python()$python, python)) {
    reticulate::use_python(python, required = TRUE)
  }
}

#' Ask in an interactive session; elsewhere nobody could answer, and the call itself counts as agreement
#' @noRd
agrees <- function(what) {
  !rlang::is_interactive() || utils::menu(c("Yes", "No"), title = paste(what, "Go on?")) == 1L
}
