#' Use a backend
#'
#' Makes a backend current, and starts its engine if it is not running. Tensors of other backends
#' stay valid and their engines keep running, so switching back and forth costs nothing.
#'
#' If the backend is not installed, an interactive session offers to install it.
#'
#' @param backend,name `"tensorflow"`, `"theano"`, `"cntk"`, `"jax"`, `"torch"`, `"numpy"`, or another registered
#'   name; by default the first of these. `"numpy"` runs in this session's own Python and needs no
#'   installation; it computes no gradients. In `use_backend()`, `name` is another name of `backend`.
#' @param in_process Whether to run the engine in this session's own Python, which must have the library,
#'   instead of a separate process. This gives access to native objects.
#' @param save Whether to make the backend the default of later sessions, in `keras.json`.
#' @param threads Number of threads that the engine computes with. `NULL` leaves it unchanged; initially there are as
#'   many as cores (on CNTK only for matrix products, convolutions and pooling). A running engine keeps
#'   its number of threads: stop it first, with [stop_backend()]. Engines that work at the same
#'   time share the cores, so give each a part of them.
#' @param device `"cpu"`, `"gpu"`, or one of several GPUs, such as `"gpu:1"`, counted from 0 as NVIDIA counts them.
#'   `NULL` leaves the choice to the engine, which uses a GPU if it finds one and was installed with
#'   `install_backend(gpu = TRUE)`. A running engine keeps its device, as it keeps its threads.
#' @param code Code to run with the backend, with or without braces.
#' @return `use_backend()`: invisibly, a context; `with(use_backend("theano"), {...})` returns to the
#'   previous backend afterwards, as `with_backend()` does. `with_backend()`: the value of the code.
#'
#'   Errors: `keras_error_unknown_backend` for a name that is not registered, `keras_error_not_installed`
#'   if its environment is not installed, `keras_error_worker` if its engine cannot start,
#'   `keras_error_device` if it has no such device, `keras_error_argument` for threads or a device that differ from
#'   those of a running engine.
#' @seealso [install_backend()], [list_backends()], [stop_backend()], [k_backend()]
#' @examplesIf is_backend_installed("theano") && is_backend_installed("tensorflow")
#' use_backend("tensorflow")
#' x <- k_constant(1:3)
#' with_backend("theano", k_eval(k_sum(k_ones(c(2, 2)))))
#' k_backend()
#' as.array(x)
#' @export
use_backend <- function(backend = c("tensorflow", "theano", "cntk"), in_process = FALSE, save = FALSE,
                        threads = NULL, device = NULL, name = backend) {
  if (missing(backend) && missing(name)) {
    name <- backend[[1L]]
  }
  if (is.null(bridge$module) && is.character(name)) {
    require_session_python(name[[1L]])
  }
  scoped <- identical(sys.call(-1L)[[1L]], quote(with))  # as in with(use_backend("theano"), ...)
  use <- function() as_scope(call_shim("switch_backend", name, in_process, save, as_whole(threads), device, scoped))
  scope <- tryCatch(use(), keras_error_not_installed = function(condition) {
    if (in_process || !agrees_to_install(name)) {
      stop(condition)
    }
    NULL
  })
  if (is.null(scope)) {
    do.call(install_backend, list(name), envir = globalenv())  # the user agreed to this call, so errors should name it
    scope <- use()
  }
  invisible(scope)
}

agrees_to_install <- function(name) {
  rlang::is_interactive() &&
    utils::menu(c("Yes", "No"), title = paste0("\"", name, "\" is not installed. Install it now?")) == 1L
}

#' @rdname use_backend
#' @export
with_backend <- function(name, code) {
  with(use_backend(name), code)
}

#' Run code in a context
#'
#' [k_name_scope()], [k_control_dependencies()] and [use_backend()] return contexts, which apply while the code
#' runs and end when it does, even with an error.
#'
#' @param data A context.
#' @param expr Code.
#' @param ... Not used.
#' @return The value of the code.
#' @examplesIf is_backend_installed()
#' with(k_name_scope("encoder"), k_variable(0, name = "w"))
#' @export
with.keras_scope <- function(data, expr, ...) {
  if (!inherits(data, "pyshim.session.Scope")) {
    call_shim("enter", data)
  }
  on.exit(call_shim("leave", data))
  expr
}

as_scope <- function(scope) {
  class(scope) <- c("keras_scope", class(scope))
  scope
}

#' Install a backend
#'
#' Installs what an engine needs: a virtual environment with pinned packages under the Keras home
#' (`$KERAS_HOME`, or else `~/.keras`). The progress is shown. What is already installed is left
#' as it is.
#'
#' An interactive session asks before it does more than that:
#' * If R's own Python has no NumPy, NumPy is installed: into the virtual environment that R uses, or else into a new
#'   one, `r-reticulate`, which reticulate finds by itself in later sessions.
#' * If no Python suits the engine, one is downloaded into the Keras home: Python 3.8 and newer with uv,
#'   which is installed there, too, unless it is on `PATH`; older ones with conda, mamba or micromamba, if one
#'   of them is installed.
#'
#' @param name `"tensorflow"`, `"theano"`, `"cntk"`, `"jax"`, `"torch"`, or another registered name. `"torch"` is a
#'   download of 3 GB. `"numpy"` needs no installation.
#' @param python Path of the interpreter to use; by default, a suitable one on `PATH` or from pyenv, conda or uv.
#' @param path Another folder for the virtual environment, new or empty.
#' @param force Whether to reinstall what is already installed.
#' @param method `"conda"` gets the engine's interpreter from conda, in a conda environment under the Keras
#'   home; `"auto"` and `"virtualenv"` use an existing one. The packages always go into a virtual
#'   environment.
#' @param conda Path of conda, mamba or micromamba; `"auto"` searches for one.
#' @param quiet Whether to hide the progress; by default the option `keras.quiet`.
#' @param gpu Whether to install the packages for an NVIDIA GPU, with CUDA: several GB more. This needs the driver,
#'   but no CUDA toolkit. To return to the packages for the CPU, reinstall with `force`.
#' @return Invisibly, the path of the environment's interpreter.
#'
#'   Errors: `keras_error_interpreter` if no suitable Python is found or can be downloaded (the message says how
#'   to get one), `keras_error_install` if a step fails, `keras_error_python` if R has no Python of
#'   version 3.8 or newer, `keras_error_unknown_backend`.
#' @seealso [use_backend()], [list_backends()], [install_keras()]
#' @examples
#' \dontrun{
#' install_backend("theano")
#' install_backend("cntk", python = "~/.pyenv/versions/3.6.15/bin/python")
#' }
#' @export
install_backend <- function(name, python = NULL, path = NULL, force = FALSE,
                            method = c("auto", "virtualenv", "conda"), conda = "auto",
                            quiet = getOption("keras.quiet", FALSE), gpu = FALSE) {
  method <- one_of(method, "method")
  prepare_session_python(quiet)
  download <- call_setup("download_needed", name = name, python = python, method = method, conda = conda, gpu = gpu)
  if (!is.null(download) && !agrees(download)) {
    abort("interpreter", c("nothing was installed", i = "{needed}"), needed = download)
  }
  invisible(call_setup("install_backend", name = name, python = python, path = path, force = force,
                       method = method, conda = conda, quiet = quiet, yes = TRUE, gpu = gpu))
}

#' Install Keras as in older scripts
#'
#' The function of the R package keras 2, with the same arguments. It installs the TensorFlow backend, as
#' `install_backend("tensorflow")` does, and the Python package Keras 2.3.1, under the Keras home.
#' [install_backend()] installs the other backends.
#'
#' @param method `"auto"`, `"virtualenv"` or `"conda"`: see [install_backend()].
#' @param conda Path of conda, mamba or micromamba; `"auto"` looks for one.
#' @param version The version of Keras: `"default"` or `"2.3.1"`. There is no other.
#' @param tensorflow `"default"`, or the version of TensorFlow that this package pins. Other versions,
#'   `"gpu"` and `"nightly"` are refused: the engine is installed with the packages that it was tested with. For a GPU,
#'   use `install_backend("tensorflow", gpu = TRUE)`.
#' @param extra_packages Names of Python packages to install into the virtual or conda environment of
#'   R's own Python, as `reticulate::py_install()` does, so that `reticulate::import()` finds them. None by
#'   default.
#' @param ... Not used; an unknown argument is refused.
#' @param python,path,force See [install_backend()].
#' @return Invisibly, the path of the environment's interpreter.
#'
#'   Errors: `keras_error_argument` for what cannot be installed, and the errors of [install_backend()].
#' @seealso [install_backend()]
#' @examples
#' \dontrun{
#' install_keras()
#' }
#' @export
install_keras <- function(method = c("auto", "virtualenv", "conda"), conda = "auto", version = "default",
                          tensorflow = "default", extra_packages = NULL, ..., python = NULL, path = NULL,
                          force = FALSE) {
  if (...length()) {
    unknown <- names(list(...))
    abort("argument", c("unknown argument: {unknown}",
                        i = "`install_keras()` installs TensorFlow; `install_backend()` installs one by its name."),
          unknown = if (is.null(unknown)) "it has no name" else toString(unknown))
  }
  refuse_other_methods(method)
  refuse_other_version("version", version, c("default", "2.3.1"))
  prepare_session_python(getOption("keras.quiet", FALSE))
  pinned <- call_setup("pinned_version", name = "tensorflow")
  refuse_other_version("tensorflow", tensorflow, c("default", pinned))
  installed <- install_backend("tensorflow", python, path, force, method, conda)
  call_setup("install_keras", force = force, quiet = getOption("keras.quiet", FALSE))
  if (length(extra_packages)) {
    reticulate::py_install(extra_packages, envname = extra_environment(), pip = TRUE)
  }
  invisible(installed)
}

refuse_other_methods <- function(method) {
  one_of(method, "method", eval(formals(install_keras)$method),
         "To install another backend, call `install_backend(\"theano\")`, for example.")
}

refuse_other_version <- function(argument, value, accepted) {
  one_of(value, argument, accepted,
         paste("Each engine is installed with the packages that it is tested with;",
               "`install_backend(\"tensorflow\", gpu = TRUE)` installs TensorFlow for a GPU."))
}

#' The environment of R's own Python, for additional packages
#' @noRd
extra_environment <- function() {
  config <- session_python()
  if (!nzchar(config$virtualenv) && !isTRUE(config$conda)) {
    abort("argument", c(
      "{argument} cannot be installed: R's Python, {python}, is not in a virtual environment",
      i = "Make one with `reticulate::virtualenv_create(\"r-reticulate\")`, restart R, then try again."
    ), python = config$python, argument = "extra_packages")
  }
  if (nzchar(config$virtualenv)) config$virtualenv else dirname(dirname(config$python))
}

#' Stop the engines of backends
#'
#' The graph survives, and so do tensors and functions. Variables lose their values: using one is an error until
#' [k_set_value()] or [k_load_variables()] gives it a new one. The next call that needs the engine starts it again.
#'
#' @param name Name of a backend, or `NULL` for all.
#' @return Nothing.
#' @seealso [use_backend()], [k_clear_session()]
#' @examplesIf is_backend_installed("theano")
#' with_backend("theano", k_eval(k_ones(2)))
#' stop_backend("theano")
#' @export
stop_backend <- function(name = NULL) {
  invisible(call_shim("stop_backend", name))
}

#' The registered backends
#'
#' @param name Name of a backend; the current one by default.
#' @return `list_backends()`: a data frame with a row for each backend and the columns `backend`, `title`, `installed`,
#'   `engine_version`, `python_version`, `running`, `memory` (bytes that its process uses, `NA` if it does not run),
#'   `device` (where it computes, such as `"cpu"`), `current` and `path` (of its interpreter). It prints as a table.
#'   `is_backend_installed()`: `TRUE` or `FALSE`; also `FALSE` if there is no Python at all.
#' @seealso [use_backend()], [install_backend()], [backend_info()]
#' @examplesIf is_backend_installed()
#' list_backends()
#' @export
list_backends <- function() {
  standings <- call_setup("list_backends")
  column <- function(name, missing) {
    vapply(standings, function(standing) {
      if (is.null(standing[[name]])) missing else standing[[name]]
    }, missing)
  }
  backends <- data.frame(
    backend = column("backend", ""),
    title = column("title", ""),
    installed = column("installed", NA),
    engine_version = column("engine_version", NA_character_),
    python_version = column("python_version", NA_character_),
    running = column("running", NA),
    memory = vapply(standings, function(standing) as.double(c(standing$memory, NA)[[1L]]), 0),
    device = column("device", NA_character_),
    current = column("current", NA),
    path = column("path", NA_character_)
  )
  class(backends) <- c("keras_backends", class(backends))
  backends
}

#' @rdname list_backends
#' @export
is_backend_installed <- function(name = k_backend()) {
  tryCatch({
    backends <- list_backends()
    any(backends$installed[backends$backend == name])
  }, keras_error_python = function(condition) FALSE)
}

#' Status of one backend
#'
#' @param name Name of a backend; the current one by default.
#' @return A list of class `keras_backend_info`: what [list_backends()] returns for the backend, and, if its
#'   engine runs, `host`, which is `"worker"` or `"in process"`, and `pid`, the process ID.
#'
#'   Errors: `keras_error_unknown_backend` for a name that is not registered.
#' @seealso [list_backends()], [keras_config()]
#' @examplesIf is_backend_installed()
#' backend_info()$engine_version
#' @export
backend_info <- function(name = k_backend()) {
  structure(call_setup("backend_info", name = name), class = "keras_backend_info")
}

#' @export
format.keras_backend_info <- function(x, ...) {
  if (!is.null(x$memory)) {
    x$memory <- paste(round(x$memory / 2^20), "MB")
  }
  c(paste0(x$title, ", backend \"", x$backend, "\""), format_fields(unclass(x)[-(1:2)]))
}

#' @export
print.keras_backend_info <- function(x, ...) {
  writeLines(format(x))
  invisible(x)
}

standing_columns <- c("backend", "title", "installed", "engine_version", "python_version", "running",
                      "memory", "device", "current", "path")

#' @export
format.keras_backends <- function(x, ...) {
  yes <- function(flags) ifelse(flags, cli::col_green(cli::symbol$tick), cli::col_grey(cli::symbol$line))
  unknown <- function(values) ifelse(is.na(values), cli::col_grey(cli::symbol$line), values)
  columns <- list(
    backend = ifelse(x$current, cli::style_bold(x$backend), x$backend),
    installed = yes(x$installed),
    engine = unknown(ifelse(is.na(x$engine_version), NA, paste(x$title, x$engine_version))),
    Python = unknown(x$python_version),
    running = yes(x$running),
    memory = unknown(ifelse(is.na(x$memory), NA, paste(round(x$memory / 2^20), "MB"))),
    device = unknown(x$device),
    current = ifelse(x$current, cli::col_cyan(cli::symbol$pointer), "")
  )
  columns <- Map(function(name, cells) {
    cli::ansi_align(c(cli::style_underline(name), cells), max(cli::ansi_nchar(c(name, cells))))
  }, names(columns), columns)
  do.call(paste, c(unname(columns), sep = "  "))
}

#' @export
print.keras_backends <- function(x, ...) {
  if (!identical(names(x), standing_columns)) {
    return(NextMethod())
  }
  writeLines(format(x, ...))
  for (name in x$backend[!x$installed]) {
    cli::cat_line(cli::col_grey("Install it with "), "install_backend(\"", name, "\")")
  }
  invisible(x)
}
