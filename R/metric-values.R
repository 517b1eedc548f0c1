# Named values of metrics, as returned by evaluate(), train_on_batch() and in the history of fit().
#
# Keras 2.3 uses the name that was given to compile(): "mae". Earlier releases had fixed names: metrics = "mae"
# was "mean_absolute_error", and "accuracy" was "acc". Scripts may use either name.

#' Synonymous names of metrics
#' @noRd
metric_synonyms <- list(
  c("accuracy", "acc"), c("mae", "mean_absolute_error"), c("mse", "mean_squared_error"),
  c("mape", "mean_absolute_percentage_error"), c("msle", "mean_squared_logarithmic_error"),
  c("kld", "kullback_leibler_divergence"), c("cosine", "cosine_proximity")
)

#' The name in `names` for the same metric: "val_mae" for "val_mean_absolute_error"
#' @return `name` itself if there is none.
#' @noRd
metric_name <- function(name, names) {
  if (name %in% names) {
    return(name)
  }
  for (words in metric_synonyms) {
    ending <- paste0("(^|_)(", paste(words, collapse = "|"), ")$")
    if (grepl(ending, name)) {
      found <- names[grepl(ending, names) & sub(ending, "\\1", names) == sub(ending, "\\1", name)]
      return(c(found, name)[[1L]])
    }
  }
  name
}

#' Values of metrics: a number if there is only one, since scripts compute with it; otherwise a list
#' @noRd
metric_values <- function(values, names) {
  if (length(values) == 1L) {
    structure(as.numeric(values), names = names, class = c("keras_metrics", "numeric"))
  } else {
    by_either_name(setNames(as.list(values), names))
  }
}

#' Make entries of a list accessible by synonyms
#' @noRd
by_either_name <- function(values) {
  if (any(grepl(paste0("(^|_)(", paste(unlist(metric_synonyms), collapse = "|"), ")$"), names(values)))) {
    class(values) <- c("keras_metrics", "list")
  }
  values
}

#' @export
`$.keras_metrics` <- function(x, name) { # nolint: object_name_linter.
  x <- as.list(unclass(x))
  x[[metric_name(name, names(x)), exact = FALSE]]
}

#' @export
`[[.keras_metrics` <- function(x, i, ...) { # nolint: object_name_linter.
  x <- unclass(x)
  x[[if (is.character(i) && length(i) == 1L) metric_name(i, names(x)) else i, ...]]
}

#' @export
`[.keras_metrics` <- function(x, i) { # nolint: object_name_linter.
  x <- unclass(x)
  if (missing(i)) x else x[if (is.character(i)) vapply(i, metric_name, "", names(x)) else i]
}

#' @export
Ops.keras_metrics <- function(e1, e2) {
  plain <- function(values) if (inherits(values, "keras_metrics")) unlist(unclass(values)) else values
  if (missing(e2)) get(.Generic)(plain(e1)) else get(.Generic)(plain(e1), plain(e2))
}

#' @export
Math.keras_metrics <- function(x, ...) get(.Generic)(unlist(unclass(x)), ...)

#' @export
print.keras_metrics <- function(x, ...) {
  print(unclass(x), ...)
  invisible(x)
}

#' @export
str.keras_metrics <- function(object, ...) utils::str(unclass(object), ...)

#' @exportS3Method zeallot::destructure
destructure.keras_metrics <- function(x) as.list(unclass(x)) # nolint: object_name_linter.

#' Make callbacks use the model's names of metrics, in `monitor` and in file names: "accuracy" where they say "acc"
#' @noRd
name_metrics <- function(callbacks, model) {
  watching <- Filter(function(callback) reticulate::py_has_attr(callback, "monitor"), callbacks)
  if (length(watching)) {
    names <- unlist(object_get(model, "metrics_names"))
    if (length(names) == 1L && reticulate::py_has_attr(model, "_compile_metrics")) {  # it is not built yet
      names <- c(names, Filter(is.character, object_get(model, "_compile_metrics")))
    }
    names <- c(names, paste0("val_", names))
  }
  for (callback in watching) {
    call_shim("object_set", callback, "monitor", metric_name(object_get(callback, "monitor"), names))
    if (reticulate::py_has_attr(callback, "filepath")) {
      path <- object_get(callback, "filepath")
      places <- gregexpr("(?<=\\{)\\w+", path, perl = TRUE)
      regmatches(path, places) <- lapply(regmatches(path, places), vapply, metric_name, "", names)
      call_shim("object_set", callback, "filepath", path)
    }
  }
  callbacks
}
