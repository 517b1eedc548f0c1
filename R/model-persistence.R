# Saving and loading models.

#' Save and load models
#'
#' A file holds the architecture, the weights, and the optimizer state, so that training can be resumed. It can be
#' loaded on any backend, and by the original Keras.
#'
#' @param object,model A model; in `unserialize_model()`, a raw vector.
#' @param filepath Path of the file.
#' @param overwrite Whether to replace an existing file.
#' @param include_optimizer Whether to save the optimizer state.
#' @param custom_objects Named list of what the model uses beside Keras's own parts: R6 classes that derive from
#'   [KerasLayer], losses and other functions. In place of a class, a function may make the layer: it is given the
#'   layer's configuration, such as `name`, as named arguments.
#' @param compile Whether to compile the model as it was when it was saved.
#' @param by_name Whether to assign weights to layers by name instead of by position.
#' @param skip_mismatch Whether to skip layers whose weights have other shapes.
#' @param reshape Whether to reshape weights if the number of elements is right.
#' @param json,yaml A string.
#' @return Saving returns `TRUE`, invisibly; loading returns the model; `model_to_json()` and `model_to_yaml()` return a
#'   string; `serialize_model()` returns a raw vector.
#' @family saving and loading
#' @examplesIf is_keras_available() && is_backend_installed()
#' model <- keras_model_sequential() %>% layer_dense(2, input_shape = 3)
#' path <- tempfile(fileext = ".h5")
#' save_model_hdf5(model, path)
#' load_model_hdf5(path)
#' @export
save_model_hdf5 <- function(object, filepath, overwrite = TRUE, include_optimizer = TRUE) {
  filepath <- writable_path(filepath, overwrite)
  object_call(object, "save", filepath, arguments = list(overwrite = TRUE, include_optimizer = include_optimizer))
  invisible(TRUE)
}

#' @rdname save_model_hdf5
#' @export
load_model_hdf5 <- function(filepath, custom_objects = NULL, compile = TRUE) {
  model_call("models.load_model", list(custom_objects = as_custom_objects(custom_objects), compile = compile),
             readable_path(filepath))
}

#' @rdname save_model_hdf5
#' @export
save_model_weights_hdf5 <- function(object, filepath, overwrite = TRUE) {
  object_call(object, "save_weights", writable_path(filepath, overwrite), arguments = list(overwrite = TRUE))
  invisible(TRUE)
}

#' @rdname save_model_hdf5
#' @export
load_model_weights_hdf5 <- function(object, filepath, by_name = FALSE, skip_mismatch = FALSE, reshape = FALSE) {
  tryCatch(
    object_call(object, "load_weights", readable_path(filepath),
                arguments = list(by_name = by_name, skip_mismatch = skip_mismatch, reshape = reshape)),
    keras_error_shape = function(condition) {
      if (by_name) {
        stop(condition)
      }
      abort("shape", "{argument} holds weights of shape {found} where the model has {wanted}", argument = "filepath",
            found = condition$fields$shape, wanted = condition$fields$expected)
    }
  )
  invisible(object)
}

#' @rdname save_model_hdf5
#' @export
model_to_json <- function(object) {
  object_call(object, "to_json")
}

#' @rdname save_model_hdf5
#' @export
model_from_json <- function(json, custom_objects = NULL) {
  model_call("models.model_from_json", list(json_string = json, custom_objects = as_custom_objects(custom_objects)))
}

#' @rdname save_model_hdf5
#' @export
model_to_yaml <- function(object) {
  object_call(object, "to_yaml")
}

#' @rdname save_model_hdf5
#' @export
model_from_yaml <- function(yaml, custom_objects = NULL) {
  model_call("models.model_from_yaml", list(yaml_string = yaml, custom_objects = as_custom_objects(custom_objects)))
}

#' @rdname save_model_hdf5
#' @export
serialize_model <- function(model, include_optimizer = TRUE) {
  path <- tempfile("model", fileext = ".h5")
  on.exit(unlink(path))
  save_model_hdf5(model, path, include_optimizer = include_optimizer)
  readBin(path, "raw", file.size(path))
}

#' @rdname save_model_hdf5
#' @export
unserialize_model <- function(model, custom_objects = NULL, compile = TRUE) {
  path <- tempfile("model", fileext = ".h5")
  on.exit(unlink(path))
  if (!is.raw(model)) {
    abort("argument", "{argument} must be a raw vector that serialize_model() has returned, not {value}",
          argument = "model", value = model)
  }
  writeBin(model, path)
  tryCatch(load_model_hdf5(path, custom_objects, compile), keras_error_file = function(condition) {
    if (!grepl(basename(path), conditionMessage(condition), fixed = TRUE)) {
      stop(condition)
    }
    abort("argument", "{argument} holds no model that serialize_model() has returned", argument = "model",
          value = model)
  })
}

#' TensorFlow's formats
#'
#' Refused: TensorFlow's SavedModel holds its graph, which no other backend has. [save_model_hdf5()] and
#' [save_model_weights_hdf5()] save what every backend can load.
#'
#' @param object,model A model.
#' @param filepath,saved_model_path Path of the folder.
#' @param overwrite,include_optimizer,custom_objects,compile,by_name,skip_mismatch,reshape As in [save_model_hdf5()].
#' @param signatures,options,as_text,input_signature,serving_only As in the R package keras.
#' @return Nothing: they signal an error of class `keras_error_argument`.
#' @family saving and loading
#' @examples
#' try(save_model_tf(NULL, "folder"))
#' @export
save_model_tf <- function(object, filepath, overwrite = TRUE, include_optimizer = TRUE, signatures = NULL,
                          options = NULL) {
  refuse_saved_model("save_model_hdf5")
}

#' @rdname save_model_tf
#' @export
load_model_tf <- function(filepath, custom_objects = NULL, compile = TRUE) {
  refuse_saved_model("load_model_hdf5")
}

#' @rdname save_model_tf
#' @export
save_model_weights_tf <- function(object, filepath, overwrite = TRUE) {
  refuse_saved_model("save_model_weights_hdf5")
}

#' @rdname save_model_tf
#' @export
load_model_weights_tf <- function(object, filepath, by_name = FALSE, skip_mismatch = FALSE, reshape = FALSE) {
  refuse_saved_model("load_model_weights_hdf5")
}

#' @rdname save_model_tf
#' @export
model_to_saved_model <- function(model, saved_model_path, custom_objects = NULL, as_text = FALSE,
                                 input_signature = NULL, serving_only = FALSE) {
  refuse_saved_model("save_model_hdf5")
}

#' @rdname save_model_tf
#' @export
model_from_saved_model <- function(saved_model_path, custom_objects = NULL) {
  refuse_saved_model("load_model_hdf5")
}

refuse_saved_model <- function(instead) {
  abort("argument", c("TensorFlow's SavedModel cannot be written or read here: it holds TensorFlow's own graph",
                      i = "Use `{instead}()`, which works on every backend."), instead = instead)
}

writable_path <- function(path, overwrite) {
  check_string(path, "filepath")
  path <- full_path(path)
  if (!overwrite && file.exists(path)) {
    abort("file", c("{argument}, {path}, exists already, and `overwrite` is FALSE",
                    i = "Give `overwrite = TRUE`, or another path."), path = path, argument = "filepath", value = path)
  }
  if (!dir.exists(dirname(path))) {
    abort("file", "{argument}, {path}, cannot be written: there is no folder {folder}", path = path,
          folder = dirname(path), argument = "filepath", value = path)
  }
  path
}

readable_path <- function(path, arg = "filepath") {
  check_string(path, arg)
  path <- full_path(path)
  if (!file.exists(path)) {
    abort("file", "{argument}, {path}, does not exist", path = path, argument = arg, value = path)
  }
  path
}

as_custom_objects <- function(objects) {
  if (is.null(objects) || inherits(objects, "python.builtin.dict")) {
    return(objects)
  }
  names(objects) <- names_of_objects(objects)
  as_keywords(Map(function(object, name) {
    if (inherits(object, "python.builtin.object")) {  # R also takes a class for a function
      return(object)
    }
    if (is_class_of_layers(object)) {
      make <- as_python_function(function(configuration) create_layer(object, args = configuration), name)
      return(call_shim("class_of_r", make))
    }
    if (is.environment(object)) {
      abort("argument", c("{argument} holds \"{name}\", an R6 class or object that is no class derived from KerasLayer",
                          i = paste("Make the model again, as with create_wrapper(), and load the weights of its",
                                    "layers with load_model_weights_hdf5().")),
            argument = "custom_objects", name = name)
    }
    if (is.function(object) && is.null(attr(object, "py_function_name"))) {
      attr(object, "py_function_name") <- name
    }
    if (is.function(object)) as_named_function(object, name) else as_model_argument(object, name)
  }, objects, names(objects)))
}

#' The names of custom objects; a function that custom_metric() has named needs no other name
#' @noRd
names_of_objects <- function(objects) {
  if (!is.list(objects)) {
    abort("argument", "{argument} must be a named list, not {value}", argument = "custom_objects", value = objects)
  }
  names <- if (is.null(names(objects))) rep("", length(objects)) else names(objects)
  own <- lapply(objects, attr, "py_function_name", exact = TRUE)
  unnamed <- !nzchar(names)
  names[unnamed & lengths(own) > 0L] <- unlist(own[unnamed])
  if (!all(nzchar(names))) {
    abort("argument", c("{argument} must be a named list, and an element has no name",
                        i = "The names are those in the file, as in `custom_objects = list(my_loss = my_loss)`."),
          argument = "custom_objects", value = objects)
  }
  names
}

#' Whether a value is an R6 class of layers. A wrapper is none: its layer is not among the arguments that files hold
#' @noRd
is_class_of_layers <- function(x) {
  while (inherits(x, "R6ClassGenerator") && !any(c("KerasLayer", "KerasWrapper") %in% x$classname)) {
    x <- x$get_inherit()
  }
  inherits(x, "R6ClassGenerator") && x$classname == "KerasLayer"
}

#' Evaluate an expression with custom objects
#'
#' @param objects Named list of R6 classes of layers, losses and other functions, as `custom_objects` of
#'   [load_model_hdf5()].
#' @param expr An expression, such as a call of [load_model_hdf5()].
#' @return The value of the expression.
#' @family saving and loading
#' @examplesIf is_keras_available() && is_backend_installed()
#' loss <- function(y_true, y_pred) k_mean(k_abs(y_true - y_pred), axis = -1)
#' model <- keras_model_sequential() %>% layer_dense(1, input_shape = 2)
#' with_custom_object_scope(list(mine = loss), compile(model, "sgd", "mine"))
#' @export
with_custom_object_scope <- function(objects, expr) {
  scope <- call_shim("keras_call", "utils.CustomObjectScope", list(as_custom_objects(objects)), as_keywords(list()))
  object_call(scope, "__enter__")
  on.exit(object_call(scope, "__exit__"))
  force(expr)
}

#' Run the code that a file holds
#'
#' Evaluates an expression that loads a model, where code in the file may be run. The file of a model with a Lambda
#' layer that was made in Python contains the bytecode of its function. Bytecode can do whatever its author wants, so
#' files are not trusted otherwise; and it works only with one version of Python. Functions in `custom_objects`, under
#' the names of the layers, replace it.
#'
#' @param expr An expression, such as a call of [load_model_hdf5()].
#' @return The value of the expression.
#' @family saving and loading
#' @examplesIf is_keras_available() && is_backend_installed()
#' path <- tempfile(fileext = ".h5")
#' model <- keras_model_sequential() %>% layer_dense(1, input_shape = 2)
#' save_model_hdf5(model, path)
#' trusting_files(load_model_hdf5(path))
#' @export
trusting_files <- function(expr) {
  trust <- call_shim("trusting_files")
  call_shim("enter", trust)
  on.exit(call_shim("leave", trust))
  force(expr)
}
