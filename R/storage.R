#' Save and load the values of variables
#'
#' `k_save_variables()` writes the values of variables to a file, and `k_load_variables()` reads them, on any backend.
#' An older file is replaced only once the new one is complete: if saving fails, or R is killed in the meantime, the
#' older file is unchanged.
#'
#' The file has NumPy's format `.npz`: a zip archive that holds a `.npy` file for each variable, in its own dtype.
#' Python reads it with `numpy.load()`, and files from `numpy.savez()` can be loaded here. A sparse
#' variable `w` is stored as the arrays `w:rows`, `w:columns` (both count from 0), `w:values` and `w:shape`.
#'
#' @param path Path of the file; `~` is the home folder.
#' @param ... Variables, or lists of them. Without a name in the call or in its list, a variable is saved, and
#'   looked up, by the name that it was created with; without such a name, by the R variable's name, as
#'   written in the call. The variables passed to `k_load_variables()` must belong to one backend.
#' @return `k_save_variables()`: nothing. `k_load_variables()`: a named list of new variables of the current
#'   backend, one for each in the file, with the saved names and dtypes. If variables are
#'   passed, nothing: either all get their saved values, or none does if one of the values does not fit.
#'
#'   Errors: `keras_error_file` if the file cannot be written or read, or has another format;
#'   `keras_error_argument` for two variables with the same name, and for a name that is not in the file;
#'   `keras_error_shape` and `keras_error_dtype` if a saved value does not fit its variable.
#' @family variables
#' @seealso [k_batch_get_value()]
#' @examplesIf is_backend_installed()
#' path <- tempfile(fileext = ".npz")
#' w <- k_variable(matrix(1:6, 2))
#' b <- k_variable(c(1, 2, 3))
#' k_save_variables(path, w = w, b = b)
#'
#' k_load_variables(path)
#'
#' k_set_value(b, c(0, 0, 0))
#' k_load_variables(path, b = b)
#' k_get_value(b)
#' @export
k_save_variables <- function(path, ...) {
  path <- as_path(path)
  given <- named_variables(...)
  invisible(call_shim("save_named", path, as.list(names(given)), unname(given)))
}

#' @rdname k_save_variables
#' @export
k_load_variables <- function(path, ...) {
  path <- as_path(path)
  if (...length()) {
    given <- named_variables(...)
    invisible(call_shim("load_named", path, as.list(names(given)), unname(given)))
  } else {
    loaded <- call_shim("load_all", path)
    setNames(loaded[[2L]], as.character(unlist(loaded[[1L]])))
  }
}

#' Expand a path as R does; anything else is returned unchanged, for pyshim to reject
#'
#' R takes a variable with the name `p`, `pa` or `pat` for the path, unless the path is named, too.
#' @noRd
as_path <- function(path) {
  if (k_is_tensor(path)) {
    abort("argument", c("{argument} must be the path of a file, a string, not {value}",
                        i = "A variable can be called `p` if the path is named: `path = path, p = w`."),
          argument = "path", value = path)
  }
  if (is.character(path)) path.expand(native_path(path)) else path
}

#' The name by which code refers to a value, such as `w` or `net$w`; "" for an expression that computes it
#' @noRd
name_in_code <- function(code) {
  is_name <- is.symbol(code) || is.call(code) && as.character(code[[1L]])[[1L]] %in% c("$", "[[", "@")
  if (is_name) paste(deparse(code), collapse = "") else ""
}

#' Combine variables and lists of variables into one named list
#'
#' Names are passed to and from Python as values: reticulate writes the names of a list in the session's own encoding.
#' @noRd
named_variables <- function(...) {
  given <- list(...)
  written <- vapply(as.list(substitute(list(...)))[-1L], name_in_code, "")
  lists <- vapply(given, is.list, NA)
  variables <- do.call(c, lapply(seq_along(given), function(i) if (lists[[i]]) given[[i]] else given[i]))
  in_code <- rep(ifelse(lists, "", written), ifelse(lists, lengths(given), 1L))
  if (!length(variables)) {
    abort("argument", "no variables were given", argument = "...")
  }
  for (variable in variables) {
    if (!k_is_variable(variable)) {
      given <- if (k_is_tensor(variable)) format(variable) else describe_value(variable)
      abort("dtype", "only variables can be saved and loaded, not {given}", given = given, argument = "...",
            value = variable)
    }
  }
  own <- vapply(variables, function(variable) tell(variable)$name, "")
  made_up <- grepl("(^|/)variable(_[0-9]+)?$", own)
  named <- rlang::names2(variables)
  names(variables) <- ifelse(nzchar(named), named, ifelse(made_up & nzchar(in_code), in_code, own))
  if (anyDuplicated(names(variables))) {
    twice <- names(variables)[duplicated(names(variables))][[1L]]
    abort("argument", c("two variables have the name {name}",
                        i = "Name each, as in `k_save_variables(path, w1 = w, w2 = v)`."),
          name = dQuote(twice, FALSE), argument = "...")
  }
  variables
}
