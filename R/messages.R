# Messages of pyshim in R syntax. pyshim/messages.py defines templates and their fields.

#' Fill a template with its fields
#' @param fields A named list of strings, each in R syntax.
#' @param called The user's call, as `users_call()` returns it.
#' @noRd
filled <- function(template, fields, called = NULL) {
  places <- gregexpr("\\{\\w+(\\(\\))?\\}|`\\w+`", template)
  regmatches(template, places) <- list(vapply(regmatches(template, places)[[1L]], function(place) {
    name <- gsub("[{}]", "", place)
    if (startsWith(place, "`")) {
      r_argument(gsub("`", "", place), called)
    } else if (endsWith(name, "()")) {
      paste0("`", r_name(sub("()", "", name, fixed = TRUE)), "`")
    } else if (!is.null(fields[[name]])) {
      fields[[name]]
    } else {
      switch(name, True = "TRUE", False = "FALSE", None = "NULL", tuple = "vector", dict = "named list", place)
    }
  }, ""))
  template
}

#' Capitalize a template if it begins with one of our own words
#' @noRd
capitalized <- function(template) sub("^([a-z])(?=[a-z]*[ ,;:])", "\\U\\1", template, perl = TRUE)

#' Add a full stop to a sentence; messages of a native library are left unchanged
#' @noRd
stopped <- function(text) if (grepl("[.!?:]$|\n", text)) text else paste0(text, ".")

#' The fields of a pyshim error, each in R syntax
#' @param called The user's call, as `users_call()` returns it.
#' @noRd
written <- function(fields, called) {
  write <- list(
    text = identity,
    argument = function(data) r_argument(data, called),
    value = write_data,
    type = function(data) if (identical(data$type, "tensor")) write_data(data) else write_type(data),
    position = write_position,
    axis = write_position,
    shape = write_shape,
    choices = function(data) paste(vapply(data, write_data, ""), collapse = ", "),
    setting = function(data) paste0("`", data[[1L]], " = ", write_data(data[[2L]]), "`"),
    call = function(data) {
      arguments <- c(data$args, data$kwargs)
      values <- vapply(arguments, write_data, "")
      named <- nzchar(names(arguments))
      values[named] <- paste(names(arguments)[named], "=", values[named])
      paste0("`", sub("()", "", r_name(data$name), fixed = TRUE), "(", paste(values, collapse = ", "), ")`")
    }
  )
  texts <- lapply(fields, function(field) write[[field[[1L]]]](field[[2L]]))
  value <- given(fields, called)
  if (value$found) {
    texts$value <- describe_value(value$value)
  }
  texts
}

#' The user's value for the argument that an error is about, if R knows it
#' @param shown Whether the message should show it in place of the field `value`.
#' @return A list of `found` and the `value`.
#' @noRd
given <- function(fields, called, shown = TRUE) { # nolint: cyclocomp_linter.
  argument <- fields$argument[[2L]]
  nothing <- list(found = FALSE)
  if (is.null(argument) || is.null(called) ||
        shown && (is.null(fields$value) || is_tensor_data(fields$value[[2L]]))) {
    return(nothing)
  }
  value <- user_value(r_argument(argument[1L], called, quote = FALSE), called)
  if (!value$found) {
    return(nothing)
  }
  value <- value$value
  for (position in Filter(is.numeric, argument[-1L])) {
    if (!is.vector(value) || position >= length(value)) {
      return(nothing)
    }
    value <- value[[position + 1L]]
  }
  list(found = TRUE, value = value)
}

#' An argument of the user's call
#' @return A list of `found` and the `value`.
#' @noRd
user_value <- function(name, called) {
  nothing <- list(found = FALSE, value = NULL)
  present <- name != "..." && name %in% called$formals && !eval(call("missing", as.name(name)), called$frame)
  # An argument has no value yet if the error occurs in its own code, as in keras_model(x, layer(x)).
  if (!present) {
    return(nothing)
  }
  tryCatch(list(found = TRUE, value = get(name, envir = called$frame)), error = function(e) nothing)
}

is_tensor_data <- function(data) is.list(data) && identical(data[["type"]], "tensor")

#' An argument by its name in R: `tensors[[2]]`
#' @noRd
r_argument <- function(data, called, quote = TRUE) {
  name <- data[[1L]]
  if (!is.null(called) && setequal(called$formals, c("e1", "e2"))) {
    name <- switch(name, x = "e1", y = "e2", name)
  } else if (name == "tuples") {
    name <- "lists"
  }
  if (!grepl("^[.\\w]+$", name, perl = TRUE)) {
    own <- gsub(" ", "_", name, fixed = TRUE)  # "data format"
    if (!own %in% called$formals) {  # words, such as "a size in shape"
      return(sub("(\\w+)$", if (quote) "`\\1`" else "\\1", name))
    }
    name <- own
  }
  named <- vapply(data, is.character, NA)
  path <- vapply(data[!named], function(position) paste0("[[", position + 1L, "]]"), "")
  label <- if (sum(named) > 1L) paste0(" (", data[[length(data)]], ")")
  paste0(if (quote) "`", name, paste(path, collapse = ""), if (quote) "`", label)
}

#' A Python value, given as plain data, in R syntax
#' @noRd
write_data <- function(data) {
  if (is.null(data)) {
    "NULL"
  } else if (!is.list(data)) {
    if (is.integer(data)) format(data) else describe_value(data)
  } else if (is.null(names(data))) {
    parts <- vapply(data, write_data, "")
    alike <- length(unique(vapply(data, typeof, ""))) == 1L && !is.list(data[[1L]]) && !is.null(data[[1L]])
    paste0(if (alike) "c(" else "list(", paste(parts, collapse = ", "), ")")
  } else if (data$type == "tensor") {
    paste0(data$kind, " ", if (!is.null(data$name)) paste0("\"", data$name, "\" "), "(", data$dtype, ", c(",
           paste(vapply(data$shape, write_size, ""), collapse = ", "), "))")
  } else {
    write_type(data)
  }
}

#' A description of the type of a Python value that does not come from R
#' @noRd
write_type <- function(data) {
  switch(data$type,
    "NoneType" = "NULL", "function" = "a function", "dict" = , "list" = , "tuple" = "a list", "str" = "a string",
    "bool" = "a logical", "int" = , "float" = "a number", "ndarray" = "an array", "complex" = "a complex number",
    paste("a Python object of class", data$type)
  )
}

#' A position, which counts from 0 in Python
#' @noRd
write_position <- function(data) {
  if (is.list(data) && is.null(names(data))) {
    return(paste0("c(", paste(vapply(data, write_position, ""), collapse = ", "), ")"))
  }
  write_data(if (is.numeric(data) && data >= 0) data + 1 else data)
}

#' @param shape A list or vector of sizes; NULL or NA stands for an unknown size.
#' @noRd
write_shape <- function(shape) paste0("c(", paste(vapply(shape, write_size, ""), collapse = ", "), ")")

write_size <- function(size) {
  if (is.null(size) || is.atomic(size) && is.na(size)) "NA" else if (is.character(size)) size else write_data(size)
}

#' Format a field given to `abort()`
#' @noRd
write_field <- function(field, name) {
  if (endsWith(name, "shape")) {
    write_shape(field)
  } else if (is.character(field) && length(field) == 1L) {
    field
  } else if (is.numeric(field) && length(field) == 1L) {
    format(field)
  } else {
    describe_value(field)
  }
}

#' An argument in backticks; words, such as "index 1", are left unchanged
#' @noRd
quoted_argument <- function(argument) {
  if (grepl("^[.[:alpha:]][.\\w]*(\\[\\[\\d+\\]\\])*$", argument, perl = TRUE)) paste0("`", argument, "`") else argument
}

#' An argument of the user's call, or a named part of it, such as `"tensors[[2]]"`
#' @return A list of `found` and the `value`.
#' @noRd
user_part <- function(argument, called) {
  nothing <- list(found = FALSE)
  if (is.null(argument) || is.null(called)) {
    return(nothing)
  }
  part <- user_value(sub("\\[\\[.*", "", argument), called)
  for (position in as.integer(regmatches(argument, gregexpr("\\d+(?=\\]\\])", argument, perl = TRUE))[[1L]])) {
    if (!part$found || !is.vector(part$value) || position > length(part$value)) {
      return(nothing)
    }
    part$value <- part$value[[position]]
  }
  part
}

# -- values of R ------------------------------------------------------------------------------------------

#' A value as shown in messages: R code if that is short, otherwise a description
#' @noRd
describe_value <- function(x) { # nolint: cyclocomp_linter. One line for each kind of value.
  if (is.null(x)) {
    "NULL"
  } else if (inherits(x, "keras_tensor")) {
    "a tensor"
  } else if (inherits(x, "python.builtin.object")) {
    paste("a Python object of class", sub(".*\\.", "", class(x)[[1L]]))
  } else if (is.data.frame(x)) {
    "a data frame"
  } else if (is.object(x)) {
    with_article(class(x)[[1L]])
  } else if (is.function(x)) {
    "a function"
  } else if (is.environment(x)) {
    "an environment"
  } else if (is.language(x)) {
    "an expression"
  } else if (is.list(x)) {
    text <- if (length(x) <= 10L && all(vapply(x, is_short, NA))) deparse(x, width.cutoff = 500L) else "a list"
    if (length(text) == 1L && nchar(text) <= 80L) text else "a list"
  } else if (is.atomic(x)) {
    describe_vector(x)
  } else {
    with_article(typeof(x))
  }
}

is_short <- function(x) is.null(x) || is.atomic(x) && !is.object(x) && length(x) <= 10L

#' A vector as R code; a long one is truncated
#' @noRd
describe_vector <- function(x) {
  if (!is.null(dim(x))) {
    kind <- if (length(dim(x)) == 2L) "matrix" else "array"
    return(paste(with_article(kind_of_vector(x)), kind, "of size", paste(dim(x), collapse = " x ")))
  }
  x <- unname(x)
  if (is.character(x)) {
    x <- ifelse(nchar(x) > 60L, paste0(substr(x, 1L, 60L), "..."), x)
  }
  text <- function(values) {
    if (length(values) == 1L && is.na(values) && !is.nan(values)) "NA" else deparse(values, width.cutoff = 500L)
  }
  if (length(x) <= 10L) {
    return(paste(text(x), collapse = " "))
  }
  first <- vapply(x[1:5], text, "")
  paste0("c(", paste(first, collapse = ", "), ", ...), of length ", length(x))
}

kind_of_vector <- function(x) if (is.numeric(x)) "numeric" else typeof(x)

#' A value with its type, for a message about its type
#' @noRd
describe_type <- function(x) {
  plain <- is.atomic(x) && !is.object(x) && !is.null(x) && is.null(dim(x)) && length(x) != 1L
  if (plain) paste("the", kind_of_vector(x), "vector", describe_value(x)) else describe_value(x)
}

with_article <- function(word) paste(if (grepl("^[aeiou]", word, ignore.case = TRUE)) "an" else "a", word)
