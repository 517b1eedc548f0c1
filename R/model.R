# Models: creating, compiling, training, predicting.

#' Functional model
#'
#' @param inputs The input, made with [layer_input()], or a list of inputs.
#' @param outputs The output, or a list of outputs.
#' @return A model on the backend that is current when it is created.
#' @family models
#' @examplesIf is_keras_available() && is_backend_installed()
#' x <- layer_input(4)
#' keras_model(x, x %>% layer_dense(3) %>% layer_activation_softmax())
#' @export
keras_model <- function(inputs, outputs = NULL) {
  need_tensors(inputs, "inputs")
  if (is.null(outputs)) {
    abort("argument", "{argument} is missing: the tensor that the model returns, or a list of them",
          argument = "outputs")
  }
  need_tensors(outputs, "outputs")
  keras_call("models.Model", list(inputs = unname(inputs), outputs = unname(outputs)))
}

#' A sequence of layers
#'
#' @param layers A list of layers; `%>%` adds further ones.
#' @param name Name of the model.
#' @return A model, on the backend that is current when it is made.
#' @family models
#' @examplesIf is_keras_available() && is_backend_installed()
#' model <- keras_model_sequential() %>%
#'   layer_dense(8, activation = "relu", input_shape = 4) %>%
#'   layer_dense(3, activation = "softmax")
#' model %>% compile(loss = "categorical_crossentropy", optimizer = "adam", metrics = "accuracy")
#' species <- to_categorical(as.integer(iris$Species) - 1)
#' history <- model %>% fit(as.matrix(iris[, 1:4]), species, epochs = 2)
#' history
#' @export
keras_model_sequential <- function(layers = NULL, name = NULL) {
  seed_python()
  if (!is.null(layers) && !is.list(layers)) {
    layers <- list(layers)
  }
  for (layer in layers) {
    if (!is.null(layer) && !is.function(layer)) {
      need_object(layer, "layers", "a list of layers")
    }
  }
  keras_call("models.Sequential", list(layers = unname(layers), name = name))
}

#' Copy a model with new weights
#'
#' @param model A model.
#' @param input_tensors Tensors for the copy's inputs; `NULL` creates placeholders.
#' @return A model with the same layers, and with newly initialized weights.
#' @family models
#' @examplesIf is_keras_available() && is_backend_installed()
#' model <- keras_model_sequential() %>% layer_dense(2, input_shape = 3)
#' copy <- clone_model(model)
#' set_weights(copy, get_weights(model))
#' @export
clone_model <- function(model, input_tensors = NULL) {
  need_object(model, "model", "a model")
  model_call("models.clone_model", list(model = model, input_tensors = unname(input_tensors)))
}

#' Copy a model to several GPUs
#'
#' Refused: no backend here distributes a model over several GPUs. Train the model itself.
#'
#' @param model A model.
#' @param gpus,cpu_merge,cpu_relocation As in Keras.
#' @return Nothing: it signals an error.
#' @family models
#' @examplesIf is_keras_available() && is_backend_installed()
#' try(multi_gpu_model(keras_model_sequential()))
#' @export
multi_gpu_model <- function(model, gpus = NULL, cpu_merge = TRUE, cpu_relocation = FALSE) {
  keras_call("utils.multi_gpu_model", list(model = model, gpus = gpus))
}

#' Prepare a model for training
#'
#' @param object A model.
#' @param optimizer Name of an optimizer, such as `"rmsprop"`, or an [optimizer][optimizer_sgd].
#' @param loss Name of a loss, a [loss][loss_mean_squared_error], or a function of targets and predictions; for several
#'   outputs, a list of them.
#' @param metrics Names of metrics, such as `"accuracy"`, or a list of names, [metrics][metric_binary_accuracy] and
#'   [custom_metric()]s; for several outputs, a named list.
#' @param loss_weights Weights of the outputs' losses, a list.
#' @param sample_weight_mode `"temporal"` for sample weights with two dimensions.
#' @param weighted_metrics Like `metrics`, but weighted by sample and class weights.
#' @param target_tensors Tensors to use as the targets.
#' @param ... Further arguments of Keras.
#' @return The model, invisibly.
#' @family models
#' @examplesIf is_keras_available() && is_backend_installed()
#' model <- keras_model_sequential() %>% layer_dense(3, activation = "softmax", input_shape = 4)
#' model %>% compile("sgd", "categorical_crossentropy", metrics = "accuracy")
#' @export
compile.keras.engine.training.Model <- function(object, optimizer, loss, # nolint: object_name_linter.
                                                metrics = NULL, loss_weights = NULL, sample_weight_mode = NULL,
                                                weighted_metrics = NULL, target_tensors = NULL, ...) {
  need_arguments("optimizer", environment())
  check_named(optimizer, "optimizer")
  if (is.function(optimizer)) {
    abort("argument", c("{argument} must be a name or an optimizer, not {value}",
                        i = "Call the function: `optimizer = optimizer_adam()`."),
          argument = "optimizer", value = optimizer)
  }
  if (!missing(loss) && !is.null(loss)) {
    check_named(loss, "loss")
    loss <- named_as_written(loss, substitute(loss))
  }
  metrics <- named_as_written(metrics, substitute(metrics))
  weighted_metrics <- named_as_written(weighted_metrics, substitute(weighted_metrics))
  outputs <- call_shim("output_names", object)
  arguments <- list(
    optimizer = optimizer, loss = if (!missing(loss)) as_losses(loss),
    metrics = as_metrics(metrics, outputs), loss_weights = loss_weights, sample_weight_mode = sample_weight_mode,
    weighted_metrics = as_metrics(weighted_metrics, outputs), target_tensors = target_tensors, ...
  )
  if (length(loss_weights)) {
    arguments$loss_weights <- if (is.null(names(loss_weights))) as.list(loss_weights)
                              else as_keywords(as.list(loss_weights))
  }
  object_call(object, "compile", arguments = arguments)
  invisible(object)
}

#' Convert a loss for Keras, or several: to a dict if they are named by outputs
#' @noRd
as_losses <- function(loss) {
  if (is.character(loss) && !is.null(names(loss))) {
    loss <- as.list(loss)
  }
  if (!is_plain_list(loss)) {
    return(as_model_argument(loss, "loss"))
  }
  losses <- lapply(loss, as_model_argument, "loss")
  if (is.null(names(loss))) losses else as_keywords(losses)
}

#' Name functions that have no name for Keras after the code in the call: `loss = dice_loss`, `metrics = c("mae", dice)`
#' @param written The code of the argument.
#' @noRd
named_as_written <- function(value, written) { # nolint: cyclocomp_linter.
  if (is.function(value)) {
    value <- named_by_code(value, written)
  } else if (is.list(value) && is.null(names(value)) && is.call(written) && length(written) == length(value) + 1L) {
    value[] <- Map(named_by_code, value, as.list(written)[-1L])
  }
  value
}

#' Convert metrics for Keras: to a list, or to a dict if they are named by outputs
#'
#' @param outputs Names of the model's outputs.
#' @noRd
as_metrics <- function(metrics, outputs) {
  if (is.null(metrics) || inherits(metrics, c("python.builtin.list", "python.builtin.tuple", "python.builtin.dict"))) {
    return(metrics)
  }
  if (is.function(metrics) || inherits(metrics, "python.builtin.object")) {
    metrics <- list(metrics)
  }
  names <- names(metrics)
  # Names are those of outputs. Otherwise, the name of a function is the metric's own name.
  by_output <- !is.null(names) &&
    (all(names %in% outputs) || length(outputs) != 1L && !any(vapply(metrics, is.function, NA)))
  own_names <- if (is.null(names) || by_output) rep("", length(metrics)) else names
  converted <- Map(as_metric, as.list(metrics), own_names, list(outputs))
  if (by_output) as_keywords(setNames(converted, names)) else unname(converted)
}

as_metric <- function(metric, name, outputs) {
  if (inherits(metric, "python.builtin.object")) {  # R also takes one that can be called for a function
    metric
  } else if (is.function(metric)) {
    if (nzchar(name)) {
      attr(metric, "py_function_name") <- name
    }
    as_keras_function(metric, "metric")
  } else if (is.list(metric) || is.character(metric) && length(metric) > 1L) {
    as_metrics(metric, outputs)
  } else if (is.character(metric)) {
    call_shim("metric", metric)
  } else {
    check_named(metric, "metrics")
    metric
  }
}

#' A named metric
#'
#' @param name The name in the history and in messages.
#' @param metric_fn A function of targets and predictions, both tensors, that returns a tensor.
#' @return The function with its name, for [compile()][compile.keras.engine.training.Model].
#' @family metrics
#' @examples
#' largest_error <- custom_metric("largest_error", function(y_true, y_pred) {
#'   k_max(k_abs(y_true - y_pred))
#' })
#' @export
custom_metric <- function(name, metric_fn) {
  attr(metric_fn, "py_function_name") <- name
  metric_fn
}

#' Train a model
#'
#' [set.seed()] makes initial weights, shuffling and dropout repeat. A dropout layer draws its seed when it is added to
#' a model, and its masks go on from one `fit()` to the next. So to repeat a training with dropout, set the seed before
#' the model is created, cloned or loaded. Before a second `fit()` of the same model, only the shuffling repeats.
#'
#' @param object A model.
#' @param x Array of the inputs, with the samples along its first axis; a list of arrays for several inputs, optionally
#'   named after them; or a generator, such as one of [flow_images_from_data()].
#' @param y Array of the targets, or a list of them.
#' @param batch_size Number of samples in a step; `NULL` means 32.
#' @param epochs Number of passes over the data.
#' @param verbose 0 for silence, 1 for a progress bar, 2 for Keras's lines for each epoch. Where a line cannot be
#'   overwritten, as in a file or a knitr document, 1 prints one line per epoch.
#' @param callbacks A list of [callbacks][callback_lambda].
#' @param view_metrics Whether to plot the metrics after each epoch, in RStudio's viewer or on the graphics device.
#'   `"auto"` does so in an interactive session, if there are several epochs.
#' @param validation_split Fraction of the samples, from the end, that is kept for validation.
#' @param validation_data `list(x, y)`, or `list(x, y, sample_weight)`, to validate on.
#' @param shuffle Whether to shuffle the samples in each epoch.
#' @param class_weight Named list of weights of the classes, such as `list("0" = 1, "1" = 5)`.
#' @param sample_weight Weights of the samples, an array.
#' @param initial_epoch The epoch to begin with, counted from 0.
#' @param steps_per_epoch,validation_steps Number of batches in an epoch, for generators.
#' @param ... Further arguments of Keras.
#' @return The history, of class `keras_training_history`, invisibly: `params`, and the `metrics` of each epoch. It has
#'   methods for `print()`, `plot()` and `as.data.frame()`: see [keras_training_history].
#' @family models
#' @examplesIf is_keras_available() && is_backend_installed()
#' x <- as.matrix(iris[, 1:4])
#' y <- to_categorical(as.integer(iris$Species) - 1)
#' model <- keras_model_sequential() %>% layer_dense(3, activation = "softmax", input_shape = 4)
#' model %>% compile("sgd", "categorical_crossentropy", metrics = "accuracy")
#' history <- model %>% fit(x, y, epochs = 2, validation_split = 0.1)
#' history
#' @export
fit.keras.engine.training.Model <- function(object, x = NULL, y = NULL, # nolint: object_name_linter.
                                            batch_size = NULL, epochs = 10,
                                            verbose = getOption("keras.fit_verbose", default = 1), callbacks = NULL,
                                            view_metrics = getOption("keras.view_metrics", default = "auto"),
                                            validation_split = 0, validation_data = NULL, shuffle = TRUE,
                                            class_weight = NULL, sample_weight = NULL, initial_epoch = 0,
                                            steps_per_epoch = NULL, validation_steps = NULL, ...) {
  seed_python()
  check_arguments(c("batch_size", "validation_split", "shuffle", "steps_per_epoch", "validation_steps"))
  check_whole(epochs, "epochs", 0L)
  if (is_generator(x)) {
    refuse_with_generator(y = y, batch_size = batch_size, sample_weight = sample_weight,
                          validation_split = if (validation_split > 0) validation_split)
  }
  need_targets(object, x, y)
  need_classes(object, y)
  whole <- function(value, arg) if (!is.null(value)) as_whole_numbers(value, arg)
  live <- live_plot(view_metrics, whole(epochs, "epochs"), whole(initial_epoch, "initial_epoch"))
  arguments <- list(
    batch_size = whole(batch_size, "batch_size"), epochs = whole(epochs, "epochs"), verbose = as_verbose(verbose),
    callbacks = name_metrics(as_callbacks(callbacks, live), object), shuffle = shuffle,
    class_weight = as_class_weight(class_weight), initial_epoch = whole(initial_epoch, "initial_epoch"),
    steps_per_epoch = whole(steps_per_epoch, "steps_per_epoch"),
    validation_steps = whole(validation_steps, "validation_steps"),
    validation_data = as_validation_data(validation_data), ...
  )
  for (name in intersect(c("validation_freq", "nb_epoch", "workers", "max_queue_size"), names(arguments))) {
    if (is.numeric(arguments[[name]])) {
      arguments[[name]] <- as_whole_numbers(arguments[[name]], name)
    }
  }
  if (is_generator(x)) {
    arguments$batch_size <- NULL
    return(fitted_by_generator(object, x, arguments, list(...)$validation_freq))
  }
  arguments$validation_split <- validation_split
  arguments$sample_weight <- as_model_data(sample_weight, "sample_weight")
  history <- call_shim("fit", object, "fit", named_data(x, "x"), named_data(y, "y"), as_keywords(arguments),
                       keeps_snapshots())
  as_history(history, list(...)$validation_freq)
}

#' Reject arguments that say what a generator's batches contain already
#' @param ... Arguments of `fit()`, NULL if they were not given.
#' @noRd
refuse_with_generator <- function(...) {
  given <- Filter(Negate(is.null), list(...))
  if (length(given)) {
    name <- names(given)[[1L]]
    remedy <- switch(name, batch_size = "The generator decides how many samples a batch has.",
                     validation_split = "`validation_data` may be another generator.",
                     "Its batches contain targets and weights: `list(x, y, sample_weight)`.")
    abort("argument", c("{argument} cannot be given together with a generator", i = remedy), argument = name,
          value = given[[1L]])
  }
}

fitted_by_generator <- function(object, generator, arguments, validation_freq = NULL) {
  need_steps(generator, arguments$steps_per_epoch, "steps_per_epoch")
  need_steps(arguments$validation_data, arguments$validation_steps, "validation_steps")
  if (is_generator(arguments$validation_data)) {
    arguments$validation_data <- as_generator(arguments$validation_data)
  }
  as_history(call_shim("fit_batches", object, as_generator(generator), as_keywords(arguments), keeps_snapshots()),
             validation_freq)
}

#' Reject calls without inputs, unless all inputs of the model are tensors that need no values
#' @noRd
need_inputs <- function(object, x) {
  if (is.null(x) && (!reticulate::py_has_attr(object, "_feed_inputs") || length(object_get(object, "_feed_inputs")))) {
    abort("argument", "{argument} is {value}, but the model needs values for its inputs", argument = "x", value = x)
  }
}

#' Reject training or evaluation on arrays without inputs, or without targets if the model's loss needs targets
#' @noRd
need_targets <- function(object, x, y) {
  need_inputs(object, x)
  if (is.null(y) && !is_generator(x) && !is.null(object_get(object, "optimizer")) && needs_targets(object)) {
    abort("argument", "{argument} is {value}, but the model's loss compares its outputs with targets", argument = "y",
          value = y)
  }
}

#' Reject class numbers that the model does not have, which would make the loss NaN. Classes count from 0
#' @noRd
need_classes <- function(object, y) {
  is_known <- !is.null(object_get(object, "optimizer")) && reticulate::py_has_attr(object, "output_shape")
  if (is_known && is.numeric(y) && length(y) &&
        identical(object_get(object, "loss"), "sparse_categorical_crossentropy")) {
    count <- utils::tail(unlist(object_get(object, "output_shape")), 1L)
    if (any(y < 0 | y >= count, na.rm = TRUE)) {
      abort("argument", c("{argument} holds the class number {number}, but the model tells classes 0 to {last} apart",
                          i = "Class numbers count from 0: `as.integer(factor) - 1L`."), argument = "y",
            number = y[which(y < 0 | y >= count)[[1L]]], last = count - 1L)
    }
  }
}

#' Whether the losses of a compiled model compare its outputs with targets. It is not known before the model is built
#' @noRd
needs_targets <- function(object) {
  !reticulate::py_has_attr(object, "_feed_targets") || length(object_get(object, "_feed_targets")) > 0L
}

#' Convert named data to a dict; other data are returned unchanged
#' @noRd
named_data <- function(x, arg) {
  data <- as_model_data(x, arg)
  if (is.list(data) && !is.null(names(data))) as_keywords(data) else data
}

as_verbose <- function(verbose) as_whole_numbers(verbose, "verbose")

#' Convert weights by class, or by output and class, to a dict
#' @noRd
as_class_weight <- function(weights) { # nolint: cyclocomp_linter.
  if (is.null(weights) || inherits(weights, "python.builtin.object")) {
    return(weights)
  }
  by_output <- is.list(weights) && length(weights) && all(lengths(weights) > 1L | vapply(weights, is.list, NA))
  if (by_output) {
    return(as_keywords(lapply(weights, as_class_weight)))
  }
  if (!length(weights) || !all(grepl("^[0-9]+$", names(weights))) || is.null(names(weights))) {
    abort("argument", c("{argument} must be weights with the numbers of their classes as names, not {value}",
                        i = "The first class is \"0\": `list(\"0\" = 1, \"1\" = 5)`."),
          argument = "class_weight", value = weights)
  }
  reticulate::py_dict(as.integer(names(weights)), unname(as.list(weights)), convert = FALSE)
}

#' Convert validation data: x and y, and optional sample weights; or a generator
#' @noRd
as_validation_data <- function(data) {
  if (is_generator(data)) {
    return(data)
  }
  if (!is.null(data) && !(is.list(data) && !is.data.frame(data) && length(data) %in% 2:3)) {
    abort("argument", "{argument} must be `list(x, y)` or `list(x, y, sample_weight)`, not {given}",
          given = if (is_plain_list(data)) paste("a list of", length(data)) else describe_value(data),
          argument = "validation_data", value = data)
  }
  as_model_data(unname(data), "validation_data")
}

is_generator <- function(x) {
  is.function(x) || inherits(x, "python.builtin.object") && reticulate::py_has_attr(x, "__next__") ||
    inherits(x, "keras.utils.data_utils.Sequence")
}

as_generator <- function(x) {
  if (is.function(x)) {
    call_shim("as_generator", as_python_function(function() as_batch(x()), "generator"))
  } else if (is_generator(x)) {
    x
  } else {
    abort("argument", "{argument} must be a function that returns batches, or a generator of Keras, not {value}",
          argument = "generator", value = x)
  }
}

#' Convert a batch: inputs, targets and weights. Named lists of them become dicts, for Keras to match by name
#' @noRd
as_batch <- function(batch) {
  parts <- as_model_data(batch, "the value of the generator")
  by_name <- function(part) if (is.list(part) && !is.null(names(part))) as_keywords(part) else part
  if (is.list(parts)) lapply(unname(parts), by_name) else parts
}

#' Train, evaluate or predict with a generator
#'
#' @param object A model.
#' @param generator A generator of Keras, such as one of [flow_images_from_directory()]; or an R function that returns a
#'   batch at each call, `list(x, y)` or, for predictions, `list(x)`, and `NULL` at the end. For several inputs or
#'   outputs, `x` and `y` are lists of arrays, optionally named after them.
#' @param steps_per_epoch,steps,validation_steps Number of batches. `NULL` takes all batches of generators that know how
#'   many they have, such as [flow_images_from_data()].
#' @param epochs,verbose,callbacks,view_metrics,validation_data,class_weight,initial_epoch As in
#'   [fit()][fit.keras.engine.training.Model].
#' @param max_queue_size,workers Number of batches to prepare in advance, and of threads. A generator that is an R
#'   function, or that calls one, such as an [image_data_generator()] with a `preprocessing_function`, prepares them one
#'   after another, without threads.
#' @return `fit_generator()` returns the history, `evaluate_generator()` returns the same as
#'   [evaluate()][evaluate.keras.engine.training.Model], and `predict_generator()` returns an array.
#' @family models
#' @examplesIf is_keras_available() && is_backend_installed()
#' x <- as.matrix(iris[, 1:4])
#' y <- to_categorical(as.integer(iris$Species) - 1)
#' model <- keras_model_sequential() %>% layer_dense(3, activation = "softmax", input_shape = 4)
#' model %>% compile("sgd", "categorical_crossentropy", metrics = "accuracy")
#' batch <- function() {
#'   rows <- sample(150, 30)
#'   list(x[rows, ], y[rows, ])
#' }
#' model %>% fit_generator(batch, steps_per_epoch = 5, epochs = 2)
#' @export
fit_generator <- function(object, generator, steps_per_epoch, epochs = 1,
                          verbose = getOption("keras.fit_verbose", default = 1), callbacks = NULL,
                          view_metrics = getOption("keras.view_metrics", default = "auto"), validation_data = NULL,
                          validation_steps = NULL, class_weight = NULL, max_queue_size = 10, workers = 1,
                          initial_epoch = 0) {
  seed_python()
  if (missing(steps_per_epoch)) {
    steps_per_epoch <- NULL
  }
  epochs <- as_whole_numbers(epochs, "epochs")
  initial_epoch <- as_whole_numbers(initial_epoch, "initial_epoch")
  fitted_by_generator(object, generator, list(
    steps_per_epoch = if (!is.null(steps_per_epoch)) as_whole_numbers(steps_per_epoch, "steps_per_epoch"),
    epochs = epochs, verbose = as_verbose(verbose),
    callbacks = name_metrics(as_callbacks(callbacks, live_plot(view_metrics, epochs, initial_epoch)), object),
    validation_data = as_validation_data(validation_data),
    validation_steps = if (!is.null(validation_steps)) as_whole_numbers(validation_steps, "validation_steps"),
    class_weight = as_class_weight(class_weight), max_queue_size = as_whole_numbers(max_queue_size, "max_queue_size"),
    workers = as_whole_numbers(workers, "workers"), initial_epoch = initial_epoch
  ))
}

#' @rdname fit_generator
#' @export
evaluate_generator <- function(object, generator, steps, max_queue_size = 10, workers = 1, callbacks = NULL) {
  need_arguments("steps", environment())
  evaluated_by_generator(object, generator, steps, callbacks = callbacks, max_queue_size = max_queue_size,
                         workers = workers)
}

#' @rdname fit_generator
#' @export
predict_generator <- function(object, generator, steps, max_queue_size = 10, workers = 1, verbose = 0,
                              callbacks = NULL) {
  need_arguments("steps", environment())
  predicted_by_generator(object, generator, steps, verbose = verbose, callbacks = callbacks,
                         max_queue_size = max_queue_size, workers = workers)
}

evaluated_by_generator <- function(object, generator, steps, ...) {
  named_metrics(object, called_with_generator("evaluate_generator", object, generator, steps, ...))
}

predicted_by_generator <- function(object, generator, steps, ...) {
  called_with_generator("predict_generator", object, generator, steps, ...)
}

#' @param steps Number of batches; NULL for a generator that knows how many it has.
#' @noRd
called_with_generator <- function(method, object, generator, steps, verbose = 0, callbacks = NULL, workers = 1L,
                                  max_queue_size = 10L, ...) {
  need_object(object, "object", "a model")
  source <- as_generator(generator)
  need_steps(generator, steps, "steps")
  call_shim("with_batches", object, method, source, as_keywords(list(
    steps = if (!is.null(steps)) as_whole_numbers(steps, "steps"), verbose = quiet_verbose(verbose),
    callbacks = as_callbacks(callbacks), workers = as_whole_numbers(workers, "workers"),
    max_queue_size = as_whole_numbers(max_queue_size, "max_queue_size"), ...
  )))
}

#' Reject a generator without a number of batches if it does not know how many it has
#' @noRd
need_steps <- function(generator, steps, arg) {
  if (is.null(steps) && is_generator(generator) && !inherits(generator, "keras.utils.data_utils.Sequence")) {
    abort("argument", c("{argument} is {value}, but the generator does not say how many batches it has",
                        i = "Give the number of batches, such as {argument} = 10."), argument = arg, value = steps)
  }
}

#' @rdname evaluate.keras.engine.training.Model
#' @export
evaluate <- function(object, ...) UseMethod("evaluate")

#' Evaluate a model
#'
#' @inheritParams fit.keras.engine.training.Model
#' @param object A model.
#' @param steps Number of batches, for generators. `NULL` takes all batches of those that know how many they have, such
#'   as [flow_images_from_data()].
#' @return The loss, a number with that name, if there are no metrics; otherwise a named list of the loss and the
#'   metrics. Metrics have the names that were passed to `compile()`, such as "accuracy" and "mae"; `$`, `[[` and `[`
#'   also accept those of earlier releases of Keras: `$acc`, `[["mean_absolute_error"]]`.
#' @family models
#' @examplesIf is_keras_available() && is_backend_installed()
#' x <- as.matrix(iris[, 1:4])
#' y <- to_categorical(as.integer(iris$Species) - 1)
#' model <- keras_model_sequential() %>% layer_dense(3, activation = "softmax", input_shape = 4)
#' model %>% compile("sgd", "categorical_crossentropy", metrics = "accuracy")
#' model %>% evaluate(x, y, verbose = 0)
#' @export
evaluate.keras.engine.training.Model <- function(object, x = NULL, y = NULL, # nolint: object_name_linter.
                                                 batch_size = NULL, verbose = 1, sample_weight = NULL, steps = NULL,
                                                 callbacks = NULL, ...) {
  if (is_generator(x)) {
    return(evaluated_by_generator(object, x, steps, verbose = verbose, callbacks = callbacks, ...))
  }
  check_arguments(c("batch_size", "steps"))
  need_targets(object, x, y)
  values <- call_shim("with_data", object, "evaluate", list(named_data(x, "x"), named_data(y, "y")), as_keywords(list(
    batch_size = if (!is.null(batch_size)) as_whole_numbers(batch_size, "batch_size"), verbose = quiet_verbose(verbose),
    sample_weight = as_model_data(sample_weight, "sample_weight"),
    steps = if (!is.null(steps)) as_whole_numbers(steps, "steps"), callbacks = as_callbacks(callbacks), ...
  )))
  named_metrics(object, values)
}

#' Evaluations and predictions show only Keras's progress bar, which needs a console that can overwrite a line
#' @noRd
quiet_verbose <- function(verbose) {
  if (as_verbose(verbose) == 1L && console_width() > 0L) 1L else 0L
}

named_metrics <- function(object, values) metric_values(values, unlist(object_get(object, "metrics_names")))

#' Predictions of a model
#'
#' @inheritParams evaluate.keras.engine.training.Model
#' @param x Array of the inputs, or a list of arrays.
#' @param verbose 1 for a progress bar.
#' @return An array of the predictions, with the samples along its first axis; a list of arrays for several outputs.
#' @family models
#' @importFrom stats predict
#' @examplesIf is_keras_available() && is_backend_installed()
#' model <- keras_model_sequential() %>% layer_dense(3, activation = "softmax", input_shape = 4)
#' model %>% compile("sgd", "categorical_crossentropy", metrics = "accuracy")
#' predict(model, as.matrix(iris[1:2, 1:4]))
#' @export
predict.keras.engine.training.Model <- function(object, x, batch_size = NULL, # nolint: object_name_linter.
                                                verbose = 0, steps = NULL, callbacks = NULL, ...) {
  need_arguments("x", environment())
  if (is_generator(x)) {
    return(predicted_by_generator(object, x, steps, verbose = verbose, callbacks = callbacks, ...))
  }
  check_arguments(c("batch_size", "steps"))
  predicted(object, "predict", x, list(
    batch_size = if (!is.null(batch_size)) as_whole_numbers(batch_size, "batch_size"), verbose = quiet_verbose(verbose),
    steps = if (!is.null(steps)) as_whole_numbers(steps, "steps"), callbacks = as_callbacks(callbacks), ...
  ))
}

predicted <- function(object, method, x, arguments = list()) {
  need_inputs(object, x)
  call_shim("with_data", object, method, list(named_data(x, "x")), as_keywords(arguments))
}

#' Predict probabilities and classes with a sequential model
#'
#' @inheritParams predict.keras.engine.training.Model
#' @return `predict_proba()` returns the predictions, `predict_classes()` the class of each sample, counted from 0.
#' @family models
#' @examplesIf is_keras_available() && is_backend_installed()
#' model <- keras_model_sequential() %>% layer_dense(3, activation = "softmax", input_shape = 4)
#' model %>% compile("sgd", "categorical_crossentropy", metrics = "accuracy")
#' predict_classes(model, as.matrix(iris[1:2, 1:4]))
#' @export
predict_proba <- function(object, x, batch_size = NULL, verbose = 0, steps = NULL) {
  predict(object, x, batch_size = batch_size, verbose = verbose, steps = steps)
}

#' @rdname predict_proba
#' @export
predict_classes <- function(object, x, batch_size = NULL, verbose = 0, steps = NULL) {
  probabilities <- predict(object, x, batch_size = batch_size, verbose = verbose, steps = steps)
  last <- dim(probabilities)[length(dim(probabilities))]
  if (last > 1L) {
    classes <- apply(probabilities, seq_len(length(dim(probabilities)) - 1L), which.max) - 1
  } else {
    classes <- 1 * (probabilities > 0.5)
  }
  classes
}

#' Train, test or predict on one batch
#'
#' @inheritParams fit.keras.engine.training.Model
#' @return `train_on_batch()` and `test_on_batch()` return the same as
#'   [evaluate()][evaluate.keras.engine.training.Model], `predict_on_batch()` returns an array.
#' @family models
#' @examplesIf is_keras_available() && is_backend_installed()
#' x <- as.matrix(iris[, 1:4])
#' y <- to_categorical(as.integer(iris$Species) - 1)
#' model <- keras_model_sequential() %>% layer_dense(3, activation = "softmax", input_shape = 4)
#' model %>% compile("sgd", "categorical_crossentropy", metrics = "accuracy")
#' model %>% train_on_batch(x, y)
#' model %>% test_on_batch(x, y)
#' @export
train_on_batch <- function(object, x, y, class_weight = NULL, sample_weight = NULL) {
  need_targets(object, x, y)
  seed_python()
  named_metrics(object, call_shim("with_data", object, "train_on_batch", list(named_data(x, "x"), named_data(y, "y")),
                                  as_keywords(list(class_weight = as_class_weight(class_weight),
                                                   sample_weight = as_model_data(sample_weight, "sample_weight")))))
}

#' @rdname train_on_batch
#' @export
test_on_batch <- function(object, x, y, sample_weight = NULL) {
  need_targets(object, x, y)
  named_metrics(object, call_shim("with_data", object, "test_on_batch", list(named_data(x, "x"), named_data(y, "y")),
                                  as_keywords(list(sample_weight = as_model_data(sample_weight, "sample_weight")))))
}

#' @rdname train_on_batch
#' @export
predict_on_batch <- function(object, x) {
  predicted(object, "predict_on_batch", x)
}

#' A layer of a model
#'
#' @param object A model.
#' @param name Name of the layer.
#' @param index Position of the layer, counted from 1; negative positions count from the end.
#' @return The layer. `pop_layer()` removes the last layer of a sequential model, and returns nothing.
#' @family models
#' @examplesIf is_keras_available() && is_backend_installed()
#' model <- keras_model_sequential() %>% layer_dense(3, activation = "softmax", input_shape = 4)
#' get_layer(model, index = 1)$name
#' @export
get_layer <- function(object, name = NULL, index = NULL) {
  if (is.numeric(name)) {
    abort("argument", c("{argument} must be a string, not {value}", i = "`index` takes the layer's position."),
          argument = "name", value = name)
  }
  if (!is.null(index)) {
    check_whole(index, "index")
    refuse_layer_position(index, length(object_get(object, "layers")), "index")
    index <- as_whole_numbers(index, "index")
    if (index > 0L) {
      index <- index - 1L
    }
  }
  object_call(object, "get_layer", arguments = list(name = name, index = index))
}

#' @rdname get_layer
#' @export
pop_layer <- function(object) {
  if (!inherits(object, "keras.engine.sequential.Sequential")) {
    abort("argument", c("{argument} must be a sequential model, not {value}",
                        i = "`keras_model(model$input, get_layer(model, index = -2)$output)` drops the last layer."),
          argument = "object", value = object)
  }
  object_call(object, "pop")
  invisible(NULL)
}

#' Print a summary of a model
#'
#' @param object A model.
#' @param line_length Width of the lines.
#' @param positions Where the columns end, as fractions of the width.
#' @param ... Ignored.
#' @return The model, invisibly.
#' @family models
#' @examplesIf is_keras_available() && is_backend_installed()
#' model <- keras_model_sequential() %>% layer_dense(3, activation = "softmax", input_shape = 4)
#' summary(model)
#' @export
summary.keras.engine.training.Model <- function(object, # nolint: object_name_linter.
                                                line_length = getOption("width"), positions = NULL, ...) {
  lines <- call_shim("summary_lines", object, as_whole_numbers(line_length, "line_length"), positions)
  cat(unlist(lines), sep = "\n")
  invisible(object)
}

#' @export
print.keras.engine.training.Model <- function(x, ...) { # nolint: object_name_linter.
  if (is_restored(x)) {
    cat(format(x), "\n", sep = "")
  } else if (object_get(x, "built")) {
    summary(x)  # its first line says that it is a model
  } else {
    cat("Model: \"", object_get(x, "name"), "\", whose shapes follow from its first input\n", sep = "")
    for (layer in object_get(x, "layers")) {
      cat("  ", format(layer), "\n", sep = "")
    }
  }
  invisible(x)
}

#' @export
print.keras.engine.base_layer.Layer <- function(x, ...) { # nolint: object_name_linter.
  cat(format(x), "\n", sep = "")
  invisible(x)
}
