# Layers, wrappers, constraints and models defined by R6 classes and R functions.

#' Add a layer of a given class
#'
#' @param layer_class An R6 class that derives from [KerasLayer], or a class of Keras.
#' @param object A sequential model, a tensor, or nothing, as in [layer_dense()].
#' @param args Named list of the arguments of the class, which its method `initialize()` receives, and of those that all
#'   layers have: `input_shape`, `batch_input_shape`, `batch_size`, `dtype`, `name`, `trainable`, `weights`.
#' @return The model, a tensor, or the layer.
#' @family custom layers
#' @examplesIf is_keras_available() && is_backend_installed()
#' Scale <- R6::R6Class("Scale", inherit = KerasLayer, public = list(
#'   scale = NULL,
#'   build = function(input_shape) {
#'     self$scale <- self$add_weight("scale", list(input_shape[[2]]), initializer = "ones")
#'   },
#'   call = function(x, mask = NULL) x * self$scale
#' ))
#' layer_input(3) %>% create_layer(Scale, .)
#' @export
create_layer <- function(layer_class, object, args = list()) {
  shared <- shared_arguments(args)
  own <- args[setdiff(names(args), options_of_all_layers)]
  if (inherits(layer_class, "R6ClassGenerator")) {
    made <- do.call(layer_class$new, own)
    if (!inherits(made, "KerasLayer")) {
      abort("argument", c("{argument} is a class of R6 that does not derive from KerasLayer",
                          i = "Define it by `R6::R6Class(inherit = KerasLayer)`."),
            argument = "layer_class", value = layer_class)
    }
    class <- if (is.null(layer_class$classname)) "CustomLayer" else layer_class$classname
    layer <- layer_of_class(made, class, shared, Filter(is_plain, own))
  } else {
    layer <- call_shim("object_call", layer_class, "", list(),
                       as_keywords(c(Map(as_own_argument, own, names(own)), shared)))
  }
  compose(object, layer)
}

#' Convert an argument of a class that may be the user's own
#'
#' Only whole numbers are converted by name, since a name such as "size" may mean something else there than in Keras.
#' @noRd
as_own_argument <- function(value, name) {
  is_other <- is.character(value) || is.numeric(value) && (anyNA(value) || any(value != trunc(value)))
  as_model_argument(value, if (is_other) "" else name)
}

#' Whether a file can hold an argument of a layer's class
#' @noRd
is_plain <- function(x) (is.numeric(x) || is.character(x) || is.logical(x)) && !is.object(x) && is.null(dim(x))

#' The arguments that Keras's base class of layers takes; an R6 class receives all others in `initialize()`
#'
#' `input_dim` and `input_length` are not among them: Keras knows them for some of its layers only.
#' @noRd
options_of_all_layers <- c("input_shape", "batch_input_shape", "batch_size", "dtype", "name", "trainable", "weights")

shared_arguments <- function(args) {
  names <- intersect(names(args), options_of_all_layers)
  shared <- Map(as_model_argument, args[names], names)
  shared[!vapply(shared, is.null, NA)]
}

#' Base class of layers in R
#'
#' An R6 class to derive from, for [create_layer()].
#'
#' @section Methods to define:
#' `build(input_shape)` creates the weights with `add_weight()`; `call(x, mask = NULL)` returns the output for a tensor
#' or a list of tensors; `compute_output_shape(input_shape)` returns the shape of the output, by default that of the
#' input. Shapes are lists, with `NULL` for an unknown size. With the field `supports_masking = TRUE`, the layer accepts
#' a mask, which `call()` receives, and passes it on; `compute_mask(inputs, mask = NULL)` may return another one, or
#' `NULL`. `get_config()` returns a named list of the arguments of `initialize()` that files hold; by default, they hold
#' those that [create_layer()] was given and that are numbers, strings or logicals. [load_model_hdf5()] makes the layer
#' again if the class is among its `custom_objects`.
#' @section Methods to call:
#' `add_weight(name, shape, dtype = NULL, initializer = NULL, regularizer = NULL, trainable = TRUE, constraint = NULL)`
#' returns a variable, whose initial values are those of [initializer_glorot_uniform()] by default; `add_loss(losses,
#' inputs = NULL)` adds a term to the model's loss.
#' @return An R6 class.
#' @family custom layers
#' @examples
#' KerasLayer
#' @export
KerasLayer <- R6::R6Class("KerasLayer", public = list( # nolint: object_name_linter.
  supports_masking = FALSE,
  build = function(input_shape) NULL,
  call = function(x, mask = NULL) {
    abort("argument", "a class that derives from KerasLayer must define the method `call()`")
  },
  compute_output_shape = function(input_shape) input_shape,
  add_loss = function(losses, inputs = NULL) {
    object_call(private$wrapper, "add_loss", losses, arguments = list(inputs = inputs))
    invisible(self)
  },
  add_weight = function(name, shape, dtype = NULL, initializer = NULL, regularizer = NULL, trainable = TRUE,
                        constraint = NULL) {
    if (is.null(initializer)) {
      initializer <- "glorot_uniform"
    }
    object_call(private$wrapper, "add_weight", arguments = list(
      name = name, shape = as_model_shape(shape, "shape"), dtype = dtype,
      initializer = as_model_argument(initializer, "initializer"),
      regularizer = named_object("regularizers", as_model_argument(regularizer, "regularizer")),
      trainable = trainable, constraint = named_object("constraints", as_constraint(constraint))
    ))
  },
  set_layer = function(layer) private$wrapper <- layer
), private = list(wrapper = NULL)) # the layer in Python, under the name that scripts know

#' The object of Keras that a name stands for
#' @noRd
named_object <- function(module, value) {
  if (is.character(value)) keras_call(paste0(module, ".get"), list(), value) else value
}

#' A layer of Keras whose methods are those of an R6 object
#' @param own The arguments of the class that a file can hold.
#' @noRd
layer_of_class <- function(object, class, arguments, own = list()) {
  methods <- list(
    build = function(input_shape) {
      object$build(input_shape)
      NULL
    },
    call = function(x, mask = NULL) {
      if ("mask" %in% names(formals(object$call))) object$call(x, mask = mask) else object$call(x)
    },
    compute_output_shape = function(input_shape) {
      as_model_shape(object$compute_output_shape(input_shape), "output_shape")
    }
  )
  if (is.function(object$compute_mask)) {
    methods$compute_mask <- function(inputs, mask = NULL) object$compute_mask(inputs, mask)
  }
  if (is.function(object$get_config)) {
    methods$get_config <- function() as_keywords(object$get_config())
  }
  methods$copy <- function(configuration) copy_of_layer(object, class, configuration, own)
  layer <- call_shim("layer_of_class", class, as_keywords(Map(as_python_function, methods, names(methods))),
                     isTRUE(object$supports_masking), if (is.list(arguments)) as_keywords(arguments) else arguments,
                     as_keywords(own))
  object$set_layer(layer)
  layer
}

#' A layer made from a copy of an R6 object, for copies of models on other backends
#' @noRd
copy_of_layer <- function(object, class, configuration, own) {
  copy <- object$clone()
  if (inherits(copy, "KerasWrapper")) {
    copy$layer <- call_shim("from_configuration", call_shim("configuration", copy$layer))
  }
  layer <- layer_of_class(copy, class, configuration, own)
  if (inherits(copy, "KerasWrapper")) {
    call_shim("track_layer", layer, copy$layer)
  }
  layer
}

#' Base class of constraints in R
#'
#' An R6 class to derive from. Its method `call(w)` returns the new value of a weight after each step. Pass its objects
#' to the arguments of layers that end in `_constraint`. An R function of a weight works as well.
#'
#' @return An R6 class.
#' @family constraints
#' @examples
#' NonNegative <- R6::R6Class("NonNegative", inherit = KerasConstraint, public = list(
#'   call = function(w) w * k_cast(w >= 0, k_floatx())
#' ))
#' NonNegative$new()
#' @export
KerasConstraint <- R6::R6Class("KerasConstraint", public = list( # nolint: object_name_linter.
  call = function(w) abort("argument", "a class that derives from KerasConstraint must define the method `call()`"),
  get_config = function() list()
))

as_constraint <- function(constraint) {
  if (inherits(constraint, "KerasConstraint")) {
    as_named_function(function(w) constraint$call(w), "constraint")
  } else {
    as_model_argument(constraint, "constraint")
  }
}

#' Base class of wrappers in R
#'
#' An R6 class to derive from, for [create_wrapper()]: a layer around another layer, which is `self$layer`. Its methods
#' are those of [KerasLayer]; by default, they do what those of the other layer do.
#'
#' @return An R6 class.
#' @family custom layers
#' @examples
#' KerasWrapper
#' @export
KerasWrapper <- R6::R6Class("KerasWrapper", inherit = KerasLayer, public = list( # nolint: object_name_linter.
  layer = NULL,
  build = function(input_shape) {
    object_call(self$layer, "build", as_model_shape(input_shape, "input_shape"))
    call_shim("object_set", self$layer, "built", TRUE)
  },
  call = function(inputs) object_call(self$layer, "call", inputs),
  compute_output_shape = function(input_shape) {
    object_call(self$layer, "compute_output_shape", as_model_shape(input_shape, "input_shape"))
  },
  set_layer = function(layer) private$wrapper <- private$py_wrapper <- layer
), private = list(py_wrapper = NULL))

#' Add a wrapper of a given class
#'
#' @param wrapper_class An R6 class that derives from [KerasWrapper].
#' @param object A sequential model, a tensor, or nothing, as of [layer_dense()].
#' @param args Named list of the arguments of the class; `layer` is the layer to wrap.
#' @return The model, a tensor, or the layer.
#' @family custom layers
#' @examplesIf is_keras_available() && is_backend_installed()
#' Twice <- R6::R6Class("Twice", inherit = KerasWrapper, public = list(
#'   call = function(inputs) super$call(inputs) * 2,
#'   compute_output_shape = function(input_shape) list(input_shape[[1]], 2)
#' ))
#' layer_input(3) %>% create_wrapper(Twice, ., list(layer = layer_dense(units = 2)))
#' @export
create_wrapper <- function(wrapper_class, object, args = list()) {
  wrapper <- do.call(wrapper_class$new, args[setdiff(names(args), c(options_of_all_layers, "layer"))])
  wrapper$layer <- args$layer
  layer <- layer_of_class(wrapper, wrapper_class$classname, shared_arguments(args))
  call_shim("track_layer", layer, args$layer)
  compose(object, layer)
}

#' A model defined by an R function
#'
#' @param model_fn A function of the model that creates layers, stores them in `self`, and returns a function of the
#'   inputs and the mask that computes the outputs. It is called again for a copy of the model (see [to_backend()]).
#' @param name Name of the model.
#' @return A model.
#' @family models
#' @examplesIf is_keras_available() && is_backend_installed()
#' model <- keras_model_custom(function(self) {
#'   self$dense <- layer_dense(units = 2)
#'   function(inputs, mask = NULL) self$dense(inputs)
#' })
#' @export
keras_model_custom <- function(model_fn, name = NULL) {
  model <- call_shim("custom_model", name)
  called <- model_fn(model)
  call_shim("object_set", model, "r_call", as_python_function(function(inputs, mask = NULL) {
    if (length(formals(called)) > 1L) called(inputs, mask) else called(inputs)
  }, "model_fn"))
  again <- as_python_function(function() keras_model_custom(model_fn, name), "model_fn")
  call_shim("object_set", model, "make_again", again)  # for copies on other backends
  model
}
