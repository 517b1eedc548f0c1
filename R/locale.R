# Text and paths that are not ASCII, in the C locale.
#
# There R reads "é" from a script as bytes of no known encoding, which reticulate passes to Python as "<c3><a9>", and
# Python treats file names as ASCII. So such text is treated as UTF-8, and Python is started in a UTF-8 locale.

#' Whether R's locale is one, such as C, whose only characters are ASCII
#'
#' Every call of pyshim asks this, and `l10n_info()` is much faster than a conversion.
#' @noRd
is_ascii_locale <- function() !l10n_info()[["UTF-8"]] && is.na(iconv(rawToChar(not_ascii), "", "UTF-8"))

not_ascii <- as.raw(c(0xc3, 0xa9)) # two letters in ISO-8859-1, one in UTF-8

#' A value with the character vectors in it marked as UTF-8 where they have no encoding but are valid UTF-8
#' @noRd
marked_as_utf8 <- function(x) {
  if (is.object(x) && !is.data.frame(x)) {
    return(x)
  }
  if (is.character(x)) {
    unmarked <- Encoding(x) == "unknown" & validUTF8(x)
    Encoding(x[unmarked]) <- "UTF-8"
  } else if (is.list(x)) {
    x[] <- lapply(x, marked_as_utf8)
  }
  if (!is.null(names(x))) {
    names(x) <- marked_as_utf8(names(x))
  }
  x
}

#' Text for Python, in any locale
#' @noRd
as_text <- function(x) if (is_ascii_locale()) marked_as_utf8(x) else x

#' A path in the form that R's own functions for files accept in any locale: in the C locale, its bytes
#' @noRd
native_path <- function(path) {
  if (is.character(path) && is_ascii_locale()) {
    path <- enc2utf8(marked_as_utf8(path))
    Encoding(path) <- "unknown"
  }
  path
}

#' The absolute path of a file, which need not exist
#' @noRd
full_path <- function(path) normalizePath(native_path(path), mustWork = FALSE)

#' Start Python by `start()` so that names of files may be UTF-8 in the C locale, too
#' @noRd
in_utf8_locale <- function(start) {
  if (!is_ascii_locale() || reticulate::py_available()) {
    return(start())
  }
  before <- Sys.getenv("LC_ALL", NA)
  type <- Sys.getlocale("LC_CTYPE")
  Sys.setenv(LC_ALL = "C.UTF-8")
  on.exit({
    if (is.na(before)) Sys.unsetenv("LC_ALL") else Sys.setenv(LC_ALL = before)
    Sys.setlocale("LC_CTYPE", type) # Python has set the one that it was started in
  })
  start()
}
