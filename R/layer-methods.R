# Methods shared by layers and models: weights, configuration, inputs and outputs.

#' Weights of a layer or a model
#'
#' @param object A layer or a model.
#' @param weights A list of arrays with the shapes that `get_weights()` returns.
#' @return `get_weights()` returns a list of arrays, `set_weights()` the object, invisibly, and `count_params()` the
#'   number
#'   of elements.
#' @family layer methods
#' @examplesIf is_keras_available() && is_backend_installed()
#' model <- keras_model_sequential() %>% layer_dense(2, input_shape = 3)
#' set_weights(model, list(matrix(0, 3, 2), c(1, 2)))
#' get_weights(model)
#' @export
get_weights <- function(object) {
  object_call(object, "get_weights")
}

#' @rdname get_weights
#' @export
set_weights <- function(object, weights) {
  needed <- call_shim("weights_of", object)
  built <- length(needed) || inherits(object, "keras.engine.training.Model")
  if (built && length(needed) != length(weights)) {
    shapes <- vapply(needed, function(weight) paste0("c(", toString(dim(weight)), ")"), "")
    abort("argument", "{argument} must be {count} arrays, of the shapes {shapes}, not {given} of them",
          argument = "weights", count = length(needed), shapes = toString(shapes), given = length(weights))
  }
  for (i in seq_len(min(length(needed), length(weights)))) {
    need_sizes(weights[[i]], dim(needed[[i]]), paste0("weights[[", i, "]]"))
  }
  call_shim("set_weights", object, lapply(unname(weights), as_model_data, arg = "weights"))
  invisible(object)
}

#' Reject an array of other sizes than a weight has; a single number also fits a weight without axes
#' @noRd
need_sizes <- function(x, needed, arg) {
  sizes <- if (is.null(dim(x))) length(x) else dim(x)
  fits <- identical(as.integer(sizes), as.integer(needed)) || !length(needed) && identical(as.integer(sizes), 1L)
  if (is.numeric(x) && !fits) {
    abort("shape", "{argument} has shape {shape}, but the weight there has {needed_shape}", argument = arg,
          shape = sizes, needed_shape = needed, function_name = "set_weights()")
  }
}

#' @rdname get_weights
#' @export
count_params <- function(object) {
  object_call(object, "count_params")
}

#' Configuration of a layer or a model
#'
#' @param object A layer or a model.
#' @param config What `get_config()` returned.
#' @return `get_config()` returns the configuration, a Python object that remembers its class. `config$name` is an
#'   entry, and `config$name <- value` changes one, as in a list: other copies of the configuration keep theirs.
#'   `from_config()` returns a new layer or model.
#' @family layer methods
#' @examplesIf is_keras_available() && is_backend_installed()
#' config <- get_config(layer_dense(units = 2))
#' config$units <- 5
#' from_config(config)$units
#' @export
get_config <- function(object) {
  call_shim("configuration", object)
}

#' @rdname get_config
#' @export
from_config <- function(config) {
  seed_python()
  call_shim("from_configuration", config)
}

#' @export
`$<-.keras_models.Configuration` <- function(x, name, value) { # nolint: object_name_linter.
  call_shim("changed_configuration", x, name, as_model_argument(value, name))
}

#' @export
`[[<-.keras_models.Configuration` <- function(x, i, value) { # nolint: object_name_linter.
  check_string(i, "i")
  call_shim("changed_configuration", x, i, as_model_argument(value, i))
}

#' Inputs and outputs of a layer that is used several times
#'
#' @param object A layer.
#' @param node_index Which use of the layer, counted from 1.
#' @return A tensor, a shape, or a mask; a list if there are several.
#' @family layer methods
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer <- layer_dense(units = 2)
#' output <- layer(layer_input(3))
#' get_input_shape_at(layer, 1)
#' get_output_at(layer, 1)
#' @export
get_input_at <- function(object, node_index) at_node(object, "get_input_at", node_index)

#' @rdname get_input_at
#' @export
get_output_at <- function(object, node_index) at_node(object, "get_output_at", node_index)

#' @rdname get_input_at
#' @export
get_input_shape_at <- function(object, node_index) at_node(object, "get_input_shape_at", node_index)

#' @rdname get_input_at
#' @export
get_output_shape_at <- function(object, node_index) at_node(object, "get_output_shape_at", node_index)

#' @rdname get_input_at
#' @export
get_input_mask_at <- function(object, node_index) at_node(object, "get_input_mask_at", node_index)

#' @rdname get_input_at
#' @export
get_output_mask_at <- function(object, node_index) at_node(object, "get_output_mask_at", node_index)

at_node <- function(object, method, node_index) {
  object_call(object, method, as_whole_numbers(node_index, "node_index") - 1L)
}

#' Reset the states of recurrent layers
#'
#' @param object A layer or a model.
#' @return The object, invisibly.
#' @family layer methods
#' @examplesIf is_keras_available() && is_backend_installed()
#' model <- keras_model_sequential() %>% layer_gru(2, batch_input_shape = c(1, 3, 1), stateful = TRUE)
#' reset_states(model)
#' @export
reset_states <- function(object) {
  object_call(object, "reset_states")
  invisible(object)
}

#' Exclude weights from training
#'
#' Compile the model afterwards, since training uses the settings from that moment.
#'
#' @param object A model or a layer.
#' @param from,to Names or positions of the first and the last layer, or the layers themselves; by default all.
#'   Positions count from 1; negative ones count from the end. The model's other layers get the opposite:
#'   `unfreeze_weights(model, from = 3)` freezes the first two.
#' @return The object, invisibly.
#' @family layer methods
#' @examplesIf is_keras_available() && is_backend_installed()
#' model <- keras_model_sequential() %>% layer_dense(2, input_shape = 3)
#' freeze_weights(model)
#' @export
freeze_weights <- function(object, from = NULL, to = NULL) set_trainable(object, from, to, FALSE)

#' @rdname freeze_weights
#' @export
unfreeze_weights <- function(object, from = NULL, to = NULL) set_trainable(object, from, to, TRUE)

set_trainable <- function(object, from, to, trainable) {
  set <- function(layer, value) call_shim("object_set", layer, "trainable", value)
  if (!inherits(object, "keras.engine.training.Model")) {
    set(object, trainable)
    return(invisible(object))
  }
  layers <- object_get(object, "layers")
  first <- layer_position(layers, from, 1L, "from")
  last <- layer_position(layers, to, length(layers), "to")
  if (first > last) {
    abort("argument", "{argument} is layer {first}, which comes after layer {last}, `to`", first = first, last = last,
          argument = "from", value = from)
  }
  in_range <- seq_along(layers) >= first & seq_along(layers) <= last
  # If the model's own flag were FALSE, none of its layers would train.
  set(object, trainable || !all(in_range))
  for (i in seq_along(layers)) {
    set(layers[[i]], if (in_range[[i]]) trainable else !trainable)
  }
  invisible(object)
}

#' The position of a layer, which is given by its name, its position, or the layer itself
#' @noRd
layer_position <- function(layers, which, default, arg) {
  if (is.null(which)) {
    return(default)
  }
  if (inherits(which, "keras.engine.base_layer.Layer")) {
    which <- object_get(which, "name")
  }
  if (!is.character(which)) {
    check_whole(which, arg)
    refuse_layer_position(which, length(layers), arg)
    return(if (which < 0) length(layers) + 1L + as.integer(which) else as.integer(which))
  }
  names <- vapply(layers, function(layer) object_get(layer, "name"), "")
  if (!which %in% names) {
    abort("argument", "{argument} is {value}, but the model has no layer of that name; it has {names}",
          names = toString(dQuote(names, FALSE)), argument = arg, value = which)
  }
  match(which, names)
}

refuse_layer_position <- function(position, count, arg) {
  if (!count) {
    abort("argument", "The model has no layers")
  }
  if (position == 0 || abs(position) > count) {
    abort("argument", "{argument} is {value}; the model's layers have the positions 1 to {count}, or -1 for the last",
          count = count, argument = arg, value = position)
  }
}
