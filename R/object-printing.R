# Printing of Keras objects: optimizers, initializers, callbacks, layers, generators and so on.
#
# All have the class "keras_object", before that of Python objects. Models and layers have their own methods.

#' @export
format.keras_object <- function(x, ...) {
  if (is_restored(x)) {
    return(lost(x))
  }
  described <- call_shim("described", x)
  settings <- vapply(described$settings, function(x) write_data(if (length(x) > 1L) as.list(x) else x), "")
  names(settings) <- sub("^learning_rate$", "lr", names(settings))  # its name in optimizers: model$optimizer$lr
  settings <- if (length(settings)) paste0(": ", toString(paste(names(settings), "=", settings)))
  paste0("<", described$class, settings, ">")
}

#' What is shown for an object from a file or a restored workspace
#' @noRd
lost <- function(x) paste0("<", sub(".*\\.", "", class(x)[[1L]]), " of an R session that has ended>")

#' Members of Keras objects: reticulate finds them, and errors are ours
#' @export
#' @noRd
`$.keras_object` <- function(x, name) {
  if (is_restored(x)) {
    refuse(simpleCondition("previous session"))
  }
  member <- tryCatch(NextMethod(), error = function(condition) {
    if (!grepl("has no attribute", conditionMessage(condition), fixed = TRUE)) {
      stop(condition)
    }
    abort("argument", c("the {class} has no `{name}`", i = "`names(x)` are those that it has."), name = name,
          class = sub(".*\\.", "", class(x)[[1L]]), argument = "name", value = name, function_name = "`$`")
  })
  # reticulate leaves this kind of dict, such as the `word_docs` of a tokenizer, as it is.
  if (inherits(member, "collections.defaultdict")) call_shim("as_dict", member) else member
}

#' @export
print.keras_object <- function(x, ...) {
  cat(strwrap(format(x), exdent = 2L), sep = "\n")
  invisible(x)
}

#' @importFrom utils str
#' @export
str.keras_object <- function(object, ...) cat(" ", format(object), "\n", sep = "")

#' @export
summary.keras_object <- function(object, ...) print(object)

#' @export
format.keras.engine.base_layer.Layer <- function(x, ...) { # nolint: object_name_linter.
  if (is_restored(x)) {
    return(lost(x))
  }
  paste0("<", sub(".*\\.", "", class(x)[[1L]]), " layer \"", object_get(x, "name"), "\">")
}

#' @export
format.keras.engine.training.Model <- function(x, ...) { # nolint: object_name_linter.
  if (is_restored(x)) {
    return(lost(x))
  }
  count <- length(object_get(x, "layers"))
  paste0("<", sub(".*\\.", "", class(x)[[1L]]), " \"", object_get(x, "name"), "\" of ", count, " layer",
         if (count != 1L) "s", ">")
}

#' @export
format.keras_models.Configuration <- function(x, ...) { # nolint: object_name_linter.
  paste0("<configuration of a ", call_shim("entries", x)$class, ">")
}

#' @export
print.keras_models.Configuration <- function(x, ...) { # nolint: object_name_linter.
  cat(format(x), "\n", sep = "")
  utils::str(call_shim("entries", x)$config, give.attr = FALSE, no.list = TRUE, comp.str = "")
  invisible(x)
}

#' @export
str.keras_models.Configuration <- function(object, ...) cat(" ", format(object), "\n", sep = "") # nolint
