# Calls into Keras: its classes by path ("layers.Dense"), its functions, and methods of its objects.
#
# Arguments are converted by their names, and only here: `argument_kinds` says which ones are whole numbers,
# shapes and so on. An exported function passes on all its arguments with `model_arguments()`.

#' Create an object of a Keras class, or call a Keras function
#' @param ... Arguments by position.
#' @noRd
keras_call <- function(path, arguments = list(), ...) {
  call_shim("keras_call", path, list(...), as_keywords(arguments))
}

#' Call a method of a Keras object
#' @noRd
object_call <- function(object, name, ..., arguments = list()) {
  need_object(object, as.character(substitute(object))[[1L]])
  call_shim("object_call", object, name, list(...), as_keywords(arguments))
}

object_get <- function(object, name) {
  need_object(object, as.character(substitute(object))[[1L]])
  call_shim("object_get", object, name)
}

#' Seed the generators of NumPy and Python, which Keras uses, with one draw from R's generator
#' @noRd
seed_python <- function() call_shim("seed_python", as_seed(NULL))

#' Call a class or function of Keras that makes a model, whose weights and dropout are drawn
#' @inheritParams keras_call
#' @noRd
model_call <- function(path, arguments = list(), ...) {
  seed_python()
  keras_call(path, arguments, ...)
}

#' A named list that is converted to a Python dict even if it is empty
#' @noRd
as_keywords <- function(arguments) {
  given <- as_text(unname(arguments))
  reticulate::py_dict(as_text(names(arguments)), given, convert = FALSE)
}

# -- arguments --------------------------------------------------------------------------------------------

#' The kinds of Keras arguments, by name
#' @noRd
argument_kinds <- list(
  integer = c(
    "units", "filters", "depth_multiplier", "n", "input_dim", "output_dim", "input_length", "batch_size", "seed",
    "epochs", "initial_epoch", "steps_per_epoch", "validation_steps", "steps", "max_queue_size", "workers", "verbose",
    "patience", "cooldown", "period", "classes", "num_blocks", "penultimate_filters", "stem_block_filters",
    "filter_multiplier", "default_size", "num_words", "skip_top", "maxlen", "start_char", "oov_char", "index_from",
    "vocabulary_size", "window_size", "size_of_table", "top", "length", "sampling_rate", "stride", "start_index",
    "end_index", "num_classes", "node_index", "line_length", "histogram_freq", "embeddings_freq", "rounds", "axis",
    "order", "index", "k", "start", "end"
  ),
  integers = c(
    "kernel_size", "strides", "dilation_rate", "pool_size", "size", "output_padding", "axes", "shared_axes",
    "target_size", "blocks"
  ),
  tuple = "dims", # also if there is a single one
  nested = c("padding", "cropping"),
  steps = c("steps_per_epoch", "validation_steps", "steps"),
  free = "headers", # the names in such a list are the user's own
  shape = c("input_shape", "batch_input_shape", "shape", "batch_shape", "target_shape", "output_shape", "noise_shape"),
  layer_option = c(
    "input_shape", "batch_input_shape", "batch_size", "dtype", "name", "trainable", "weights", "input_dim",
    "input_length"
  )
)

#' The arguments of the calling exported function, converted for Keras
#'
#' @param except Names of arguments that are not Keras's.
#' @param drop Names of arguments that are omitted if they are NULL, so that Keras's own default applies.
#' @noRd
model_arguments <- function(except = "object", drop = argument_kinds$layer_option, frame = parent.frame()) {
  defaults <- formals(sys.function(sys.parent()))
  names <- setdiff(names(defaults), c(except, "..."))
  need_arguments(names, frame)
  values <- Map(chosen, mget(names, envir = frame), defaults[names])
  Map(check_argument, values, names, list(defaults))
  values <- Map(named_by_code, values, lapply(names, function(name) eval(call("substitute", as.name(name)), frame)))
  values <- values[!(names(values) %in% drop & vapply(values, is.null, NA))]
  Map(as_model_argument, values, names(values))
}

#' Name a function that has no name for Keras after the code of the argument, as in `activation = mish`
#' @noRd
named_by_code <- function(value, code) {
  if (is.function(value) && is.symbol(code) && is.null(attr(value, "py_function_name"))) {
    attr(value, "py_function_name") <- as.character(code)
  }
  value
}

need_arguments <- function(names, frame) {
  for (name in names) {
    if (identical(eval(call("substitute", as.name(name)), frame), quote(expr = ))) { # nolint: spaces_inside_linter.
      abort("argument", "{argument} is missing, with no default", argument = name)
    }
  }
}

#' Resolve a choice such as `c("auto", "min", "max")`, where the first element is the default
#' @noRd
chosen <- function(value, default) {
  choices <- is.call(default) && is.character(value) && length(value) > 1L && identical(value, eval(default))
  if (choices) value[[1L]] else value
}

#' Convert one argument for Keras
#' @noRd
as_model_argument <- function(value, name) {
  if (is.null(value) || inherits(value, "python.builtin.object")) {
    value
  } else if (is.function(value)) {
    as_keras_function(value, name)
  } else if (inherits(value, "KerasConstraint")) {
    as_constraint(value)
  } else {
    as_value_of_kind(value, name)
  }
}

as_value_of_kind <- function(value, name) {
  if (name %in% argument_kinds$shape) {
    as_model_shape(value, name)
  } else if (name %in% argument_kinds$tuple) {
    reticulate::tuple(as.list(as_whole_numbers(value, name, simplify = FALSE)))
  } else if (name %in% argument_kinds$nested && is.list(value)) {
    reticulate::tuple(lapply(value, as_whole_numbers, arg = name))
  } else if (name %in% unlist(argument_kinds[c("integer", "integers", "nested")]) && needs_whole(value, name)) {
    as_whole_numbers(value, name)
  } else if (name == "weights" && is.list(value)) {
    lapply(unname(value), as_model_data, arg = name)
  } else if (is.list(value)) {
    has_names <- !is.null(names(value)) && !name %in% argument_kinds$free
    Map(as_model_argument, value, if (has_names) names(value) else rep("", length(value)))
  } else {
    value
  }
}

#' Whether a value is, or must be, a whole number: "same" is a padding, and the filters of a tokenizer are characters
#' @noRd
needs_whole <- function(value, name) {
  of_numbers <- is.list(value) && length(value) && all(lengths(value) == 1L & vapply(value, is.numeric, NA))
  of_numbers || is.numeric(value) || is.logical(value) ||
    is.character(value) && !name %in% c(argument_kinds$nested, "filters")
}

#' Convert whole numbers, which R users give as doubles, to an integer, or to a tuple if there are several
#' @param simplify Whether to do that; otherwise the value is an integer vector.
#' @noRd
as_whole_numbers <- function(value, arg, simplify = TRUE) { # nolint: cyclocomp_linter.
  if (is.list(value)) {
    value <- unlist(value)
  }
  if (arg %in% argument_kinds$steps && is.numeric(value)) {
    value <- trunc(value)  # scripts pass nrow(x) / batch_size
    if (any(value < 1, na.rm = TRUE)) {
      abort("argument", "{argument} must be at least 1", argument = arg, value = value)
    }
  }
  if (!is.numeric(value) && !is.logical(value) || anyNA(value) || any(value != trunc(value))) {
    abort("argument", "{argument} must be whole numbers, not {value}", argument = arg, value = value)
  }
  value <- as.integer(value)
  if (length(value) == 1L || !simplify) value else reticulate::tuple(as.list(value))
}

#' Convert a shape, in which NA or NULL is an unknown size, to a tuple
#' @noRd
as_model_shape <- function(value, arg) {
  if (inherits(value, "python.builtin.object")) {
    return(value)  # a Python tuple
  }
  is_shape <- function(part) is.list(part) || length(part) > 1L
  of_several <- is.list(value) && length(value) && all(vapply(value, is_shape, NA))  # shapes of several inputs
  if (of_several) lapply(value, as_model_shape, arg = arg) else reticulate::tuple(lapply(as.list(value), as_size, arg))
}

as_size <- function(size, arg) {
  if (is.null(size) || inherits(size, "python.builtin.object")) {
    size
  } else if (length(size) == 1L && is.na(size)) {
    NULL
  } else {
    as_whole_numbers(size, arg)
  }
}

#' Convert a function for Keras: `loss_*()`, `metric_*()` and `activation_*()` become the names of Keras's own functions
#'
#' Keras has special cases for some of its losses, and looks them up by name when it loads a file.
#' @noRd
as_keras_function <- function(f, arg) {
  name <- exported_name(f, if (arg == "metric") "^metric_" else "^(loss|activation)_")
  if (!is.null(name) && arg != "f") sub("^[a-z]+_", "", name) else as_named_function(f, arg)
}

#' The name under which this package exports a function, among those that match a pattern; NULL if it does not
#' @noRd
exported_name <- function(f, pattern) {
  for (name in grep(pattern, getNamespaceExports("keras"), value = TRUE)) {
    if (identical(f, get(name, topenv()))) {
      return(name)
    }
  }
}

#' An R function with a name for Keras: the attribute "py_function_name", or else the argument's name
#' @noRd
as_named_function <- function(f, arg) {
  name <- attr(f, "py_function_name", exact = TRUE)
  named <- as_python_function(f, arg)
  call_shim("object_set", named, "__name__", if (is.null(name)) arg else name)
  named
}

# -- data -------------------------------------------------------------------------------------------------

#' Convert data for a model: arrays, and lists of arrays for several inputs or outputs
#'
#' A vector stays one-dimensional, whatever its length.
#' @noRd
as_model_data <- function(x, arg) {
  if (is.null(x) || inherits(x, "python.builtin.object")) {
    return(x)
  }
  if (is.factor(x) || is.character(x)) {
    refuse_classes(x, arg)
  }
  if (is.list(x) && !is.data.frame(x)) {
    return(lapply(x, as_model_data, arg = arg))
  }
  x <- as_numbers(x, arg)
  if (is.null(dim(x)) && length(x) == 1L) {
    x <- array(x, 1L)
  }
  as_value(x, arg)
}

refuse_classes <- function(x, arg) {
  classes <- if (is.factor(x)) "as.integer(x) - 1L" else "as.integer(factor(x)) - 1L"
  abort("dtype", c("{argument} must be numbers, not {value}",
                   i = "Give class numbers, `{classes}`, or `to_categorical({classes})`."),
        classes = classes, argument = arg, value = x)
}
