# Errors as classed conditions: `keras_error_<kind>` and `keras_error`.

#' Signal an error of this package
#' @noRd
abort <- function(kind, message, function_name = calling_function(), native = NULL) {
  message[[1L]] <- paste0(if (!is.null(function_name)) paste0(function_name, ": "), message[[1L]])
  rlang::abort(message, class = c(paste0("keras_error_", kind), "keras_error"),
               function_name = function_name, native = native, call = NULL)
}

#' Signal what went wrong in Python
#' @noRd
signal_failure <- function(fields) {
  if (fields$kind == "interrupt") {
    rlang::interrupt()
  }
  name <- if (is.null(fields[["function"]])) calling_function() else r_name(fields[["function"]])
  abort(fields$kind, in_r_words(fields$message), function_name = name, native = fields$native)
}

#' The exported function that the user called, as it is written in messages
#' @noRd
calling_function <- function() {
  for (call in sys.calls()) {
    name <- call[[1L]]
    if (is.call(name) && identical(name[[1L]], quote(`::`))) {
      name <- name[[3L]]
    }
    if (is.symbol(name) && as.character(name) %in% getNamespaceExports("keras")) {
      found <- as.character(name)
    }
  }
  if (exists("found", inherits = FALSE)) paste0(found, "()")
}

#' The R name of a function of pyshim, as it is written in messages
#' @noRd
r_name <- function(name) {
  operator <- names(operators)[match(name, operators)]
  if (exists(paste0("k_", name), envir = topenv(), inherits = FALSE)) {
    paste0("k_", name, "()")
  } else if (!is.na(operator)) {
    paste0("`", operator, "`")
  } else if (name == "get_item") {
    "`[`"
  } else {
    paste0(name, "()")
  }
}

#' A message of pyshim in R's words: names of functions, positions counted from 1, TRUE, FALSE, NA, NULL
#' @noRd
in_r_words <- function(text) {
  plus_one <- function(digits) {
    number <- as.integer(digits)
    as.character(ifelse(number >= 0L, number + 1L, number))
  }
  text <- substituted(text, "\\btuples(?=\\[)", function(found) "lists")
  text <- substituted(text, "(?<=[\\w\\]])\\[\\d+\\]", function(found) {
    paste0("[[", plus_one(gsub("\\D", "", found)), "]]")
  })
  counted <- paste0("\\b(axis|axes|axes\\[\\[\\d\\]\\]|axis in pattern|reduction_axes|position) -?\\d+|",
                    "(?<=\\d )from \\d+(?= on axis)")
  text <- substituted(text, counted, function(found) {
    paste0(sub("-?\\d+$", "", found), plus_one(sub(".* ", "", found)))
  })
  text <- substituted(text, "\\b(ax[ie]s|pattern) [\\[(][-\\d, ]+[\\])]", function(found) {
    numbers <- strsplit(gsub("[^-0-9,]", "", found), ",")[[1L]]
    paste0(sub(" .*", "", found), " (", paste(plus_one(numbers[nzchar(numbers)]), collapse = ", "), ")")
  })
  text <- substituted(text, "\\((None|\\d+)(, ?(None|\\d+))*,?\\)", function(found) {
    gsub("None", "NA", sub(",\\)", ")", found))
  })
  text <- substituted(text, "\\b[a-z_0-9]+\\(", function(found) {
    name <- sub("\\(", "", found)
    paste0(if (exists(paste0("k_", name), envir = topenv(), inherits = FALSE)) "k_", found)
  })
  words <- c("\\bTrue\\b" = "TRUE", "\\bFalse\\b" = "FALSE", "\\bNone\\b" = "NULL", "=(?=TRUE|FALSE)" = " = ")
  for (word in names(words)) {
    text <- gsub(word, words[[word]], text, perl = TRUE)
  }
  text
}

#' The text with every match of a pattern replaced by what a function makes of it
#' @noRd
substituted <- function(text, pattern, change) {
  matches <- gregexpr(pattern, text, perl = TRUE)
  regmatches(text, matches) <- list(vapply(regmatches(text, matches)[[1L]], change, ""))
  text
}
