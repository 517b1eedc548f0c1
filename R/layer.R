# Adding layers to models.

#' Add a layer to a model, or apply it to tensors
#'
#' @param object A sequential model, to which the layer is added; a tensor or a list of tensors, to which it is applied;
#'   or nothing, to return the layer itself.
#' @param path The layer's class within Keras's module `layers`.
#' @noRd
add_layer <- function(object, path, arguments) {
  compose(object, keras_call(paste0("layers.", path), arguments))
}

compose <- function(object, layer, arguments = list()) {
  if (missing(object) || is.null(object)) {
    return(layer)
  }
  seed_python()  # for the initial weights
  if (inherits(object, "keras.engine.sequential.Sequential")) {
    object_call(object, "add", layer)
    invisible(object)
  } else if (inherits(object, "keras.engine.training.Model")) {
    abort("argument", c("{argument} is a functional model, but layers can only be added to a sequential one",
                        i = "`keras_model(model$inputs, layer_dense(model$output, 1))` makes one with another layer."),
          argument = "object", value = object)
  } else {
    need_tensors(object, "object")
    if (is.list(object)) {
      object <- if (length(object) == 1L && takes_one_tensor(layer)) object[[1L]] else unname(object)
    }
    object_call(layer, "", object, arguments = arguments)
  }
}

#' Whether a layer is one of Keras's own that would stack a list of one tensor, such as `model$outputs`
#' @noRd
takes_one_tensor <- function(layer) {
  grepl("^(pyshim[.])?keras[.]layers[.]", class(layer)[[1L]]) && !inherits(layer, "keras.layers.merge._Merge")
}

#' Make layers and models R functions: they can be applied to tensors, or to a sequential model to add them to it
#' @noRd
#' @exportS3Method reticulate::py_to_r_wrapper
py_to_r_wrapper.keras.engine.base_layer.Layer <- function(x) { # nolint: object_name_linter, object_length_linter.
  force(x)
  function(object, ...) compose(object, x, list(...))
}
