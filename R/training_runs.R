# Flags of training scripts, and functions that exist only with TensorFlow.

#' Flags of a training script
#'
#' Values with defaults that a script declares, and that can be set from outside. If the R package tfruns is
#' installed, these are its functions, so that `tfruns::training_run()` sets the flags and records the runs. Otherwise
#' they read the same two sources: the file `flags.yml` in the working directory, and the arguments of the command line,
#' as in `Rscript train.R --dropout 0.3`, which override the file.
#'
#' @param ... Flags, each made with one of the functions `flag_*()`.
#' @param config Section of the file that is read in addition to `default`.
#' @param file Path of the file, which has lines `name: value`, or sections of them. Reading it needs the R package
#'   yaml.
#' @param arguments The arguments of the command line: `--name value` or `--name=value`; `--name` alone is `TRUE`.
#' @param name Name of the flag.
#' @param default Its default value.
#' @param description What the flag is for.
#' @return `flags()` returns a named list of the values, the `flag_*()` functions a flag, and `run_dir()` the folder of
#'   the run that tfruns is recording, or else the working directory.
#'
#'   Errors: `keras_error_argument` for a value that is not of the flag's type, and for a name that no flag has.
#' @family training runs
#' @examples
#' FLAGS <- flags(
#'   flag_integer("units", 128),
#'   flag_numeric("dropout", 0.4, "Fraction of the units that are dropped"),
#'   arguments = c("--dropout", "0.3")
#' )
#' FLAGS$dropout
#' run_dir()
#' @export
flags <- function(..., config = Sys.getenv("R_CONFIG_ACTIVE", unset = "default"), file = "flags.yml",
                  arguments = commandArgs(TRUE)) {
  theirs <- of_tfruns("flags")
  if (!is.null(theirs)) {
    return(theirs(..., config = config, file = file, arguments = arguments))
  }
  flags <- list(...)
  names(flags) <- vapply(flags, function(flag) flag$name, "")
  values <- lapply(flags, function(flag) flag$default)
  for (place in list(flags_of_file(file, config), flags_of_arguments(arguments))) {
    unknown <- setdiff(names(place$values), names(flags))
    if (length(unknown)) {
      abort("argument", c("{place} names the flag \"{flag}\", which the script does not declare",
                          i = "Its flags are {flags}."), place = place$name, flag = unknown[[1L]],
            flags = toString(dQuote(names(flags), FALSE)))
    }
    for (name in names(place$values)) {
      values[[name]] <- flag_value(place$values[[name]], flags[[name]], place$name)
    }
  }
  values
}

#' @rdname flags
#' @export
flag_numeric <- function(name, default, description = NULL) make_flag("numeric", name, default, description)

#' @rdname flags
#' @export
flag_integer <- function(name, default, description = NULL) make_flag("integer", name, default, description)

#' @rdname flags
#' @export
flag_boolean <- function(name, default, description = NULL) make_flag("boolean", name, default, description)

#' @rdname flags
#' @export
flag_string <- function(name, default, description = NULL) make_flag("string", name, default, description)

#' @rdname flags
#' @export
run_dir <- function() {
  theirs <- of_tfruns("run_dir")
  if (is.null(theirs)) getwd() else theirs()
}

#' A function of tfruns, or `NULL` if tfruns is not installed
#'
#' It is looked up at each call: CRAN's checks require a package that is named in code, as in `tfruns::flags`.
#' @noRd
of_tfruns <- function(name) if (rlang::is_installed("tfruns")) getExportedValue("tfruns", name)

make_flag <- function(type, name, default, description) {
  theirs <- of_tfruns(paste0("flag_", type))
  if (!is.null(theirs)) {
    return(theirs(name, default, description))
  }
  flag <- list(name = name, type = type, description = description)
  flag$default <- flag_value(default, flag, "`default`")
  flag
}

#' Convert a value, which may be text, to the flag's type
#' @noRd
flag_value <- function(value, flag, place) {
  read <- switch(flag$type,
    numeric = suppressWarnings(as.double(value)),
    integer = {
      number <- suppressWarnings(as.double(value))
      if (is.na(number) || number != trunc(number)) NA else as.integer(number)
    },
    boolean = if (tolower(value) %in% c("yes", "no")) tolower(value) == "yes" else as.logical(value),
    string = as.character(value)
  )
  if (length(read) != 1L || is.na(read)) {
    wanted <- c(numeric = "a number", integer = "a whole number", boolean = "TRUE or FALSE", string = "a string")
    abort("argument", "{place} gives the flag \"{flag}\" the value {value}, which is not {wanted}", place = place,
          flag = flag$name, wanted = wanted[[flag$type]], value = value)
  }
  read
}

flags_of_file <- function(file, config) {
  if (is.null(file) || !file.exists(file)) {
    return(list())
  }
  if (!requireNamespace("yaml", quietly = TRUE)) {
    abort("argument", c("{argument}: the flags in {file} cannot be read without the R package yaml",
                        i = "Install it by install.packages(\"yaml\")"), argument = "file", file = file)
  }
  read <- yaml::read_yaml(file)
  sections <- vapply(read, is.list, NA)
  values <- read[!sections]
  for (section in unique(c("default", config))) {
    values <- utils::modifyList(values, as.list(read[[section]]))
  }
  list(name = file, values = values[setdiff(names(values), "inherits")])
}

flags_of_arguments <- function(arguments) {
  values <- list()
  name <- NULL
  for (argument in arguments) {
    if (grepl("^--[^-]", argument)) {
      parts <- regmatches(argument, regexec("^--([^=]+)(=(.*))?$", argument))[[1L]]
      name <- parts[[2L]]
      with_value <- nzchar(parts[[3L]])
      values[[name]] <- if (with_value) parts[[4L]] else "TRUE"
      if (with_value) {
        name <- NULL
      }
    } else if (!is.null(name)) {
      values[[name]] <- argument
      name <- NULL
    }
  }
  list(name = "The command line", values = values)
}

#' Functions for TensorFlow only
#'
#' Refused, with alternatives: TensorBoard is a program that comes with TensorFlow or with the Python package
#' tensorboard; start it in a shell to see what [callback_tensorboard()] writes. `export_savedmodel()` writes
#' TensorFlow's own graph. `plot()` of the [history][keras_training_history] and [save_model_hdf5()] work on every
#' backend.
#'
#' @param log_dir Folder of the logs.
#' @param object A model.
#' @param export_dir_base Folder to write to.
#' @param ... As in the R package keras.
#' @return Nothing: they signal an error of class `keras_error_argument`.
#' @family training runs
#' @examples
#' try(tensorboard("logs"))
#' @export
tensorboard <- function(log_dir, ...) {
  abort("argument", c("TensorBoard is a program of its own, which R does not start",
                      i = paste("Run tensorboard --logdir with that folder in a shell to see what",
                                "callback_tensorboard() writes. plot() draws the history that fit() returns")))
}

#' @rdname tensorboard
#' @export
export_savedmodel <- function(object, export_dir_base, ...) refuse_saved_model("save_model_hdf5")
