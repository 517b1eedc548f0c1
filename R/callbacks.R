# Callbacks.

#' Callbacks in the form that Keras accepts
#' @param live A callback that plots the metrics, or `NULL`.
#' @noRd
as_callbacks <- function(callbacks, live = NULL) {
  if (!is.list(callbacks) || inherits(callbacks, "KerasCallback")) {
    callbacks <- list(callbacks)
  }
  callbacks <- lapply(seq_along(callbacks), function(i) {
    callback <- callbacks[[i]]
    if (inherits(callback, "R6ClassGenerator")) {
      abort("argument", c("{argument} holds the class {class}, not a callback",
                          i = "Create an object of it: `{class}$new()`."),
            class = callback$classname, argument = "callbacks", value = callback)
    }
    if (!is.null(callback) && !inherits(callback, "KerasCallback")) {
      need_object(callback, if (length(callbacks) == 1L && !is.function(callback)) "callbacks"
                            else paste0("callbacks[[", i, "]]"), "a callback, or a list of callbacks")
    }
    if (inherits(callback, "KerasCallback")) callback_of_class(callback) else callback
  })
  callbacks <- c(callbacks, list(live))
  callbacks[!vapply(callbacks, is.null, NA)]
}

#' Stop training when a metric no longer improves
#'
#' @param monitor Name of the metric, such as `"val_loss"`.
#' @param min_delta The smallest change that counts as an improvement.
#' @param patience Number of epochs without improvement after which training stops.
#' @param verbose 1 prints what the callback does.
#' @param mode `"min"` if the metric should fall, `"max"` if it should rise; `"auto"` decides by its name.
#' @param baseline A value that the metric has to reach.
#' @param restore_best_weights Whether to restore the weights of the best epoch.
#' @return A callback, for [fit()][fit.keras.engine.training.Model].
#' @family callbacks
#' @examplesIf is_keras_available() && is_backend_installed()
#' callback_early_stopping(patience = 2)
#' @export
callback_early_stopping <- function(monitor = "val_loss", min_delta = 0, patience = 0, verbose = 0,
                                    mode = c("auto", "min", "max"), baseline = NULL,
                                    restore_best_weights = FALSE) {
  keras_call("callbacks.EarlyStopping", model_arguments(NULL, NULL))
}

#' Save the model after each epoch
#'
#' @inheritParams callback_early_stopping
#' @param filepath Path of the file, which may contain `{epoch:02d}` and names of metrics, such as `{val_loss:.2f}`.
#' @param save_best_only Whether to save only when the metric has improved.
#' @param save_weights_only Whether to save only the weights.
#' @param period Number of epochs between two files; `NULL` means 1.
#' @param save_freq `"epoch"`, the only choice in Keras 2.3.1.
#' @return A callback, for [fit()][fit.keras.engine.training.Model].
#' @family callbacks
#' @examplesIf is_keras_available() && is_backend_installed()
#' callback_model_checkpoint(tempfile(fileext = ".h5"), save_best_only = TRUE)
#' @export
callback_model_checkpoint <- function(filepath, monitor = "val_loss", verbose = 0, save_best_only = FALSE,
                                      save_weights_only = FALSE, mode = c("auto", "min", "max"), period = NULL,
                                      save_freq = "epoch") {
  if (!identical(save_freq, "epoch")) {
    abort("argument", c("{argument} must be \"epoch\", not {value}", i = "Keras 2.3.1 saves at the end of epochs."),
          argument = "save_freq", value = save_freq)
  }
  arguments <- model_arguments("save_freq", "period")
  arguments$filepath <- full_path(filepath)
  keras_call("callbacks.ModelCheckpoint", arguments)
}

#' Reduce the learning rate when a metric no longer improves
#'
#' @inheritParams callback_early_stopping
#' @param factor Factor to multiply the learning rate by.
#' @param cooldown Number of epochs to wait after a reduction before epochs without improvement count again.
#' @param min_lr The smallest learning rate.
#' @return A callback, for [fit()][fit.keras.engine.training.Model].
#' @family callbacks
#' @examplesIf is_keras_available() && is_backend_installed()
#' callback_reduce_lr_on_plateau("loss")
#' @export
callback_reduce_lr_on_plateau <- function(monitor = "val_loss", factor = 0.1, patience = 10, verbose = 0,
                                          mode = c("auto", "min", "max"), min_delta = 1e-04, cooldown = 0,
                                          min_lr = 0) {
  keras_call("callbacks.ReduceLROnPlateau", model_arguments(NULL, NULL))
}

#' Choose the learning rate of each epoch
#'
#' @param schedule A function of the epoch, counted from 0, and the learning rate; it returns the new learning rate.
#' @return A callback, for [fit()][fit.keras.engine.training.Model].
#' @family callbacks
#' @examplesIf is_keras_available() && is_backend_installed()
#' callback_learning_rate_scheduler(function(epoch, lr) 0.1 / (1 + epoch))
#' @export
callback_learning_rate_scheduler <- function(schedule) {
  check_function(schedule, "schedule")
  chosen <- function(epoch, lr) {
    rate <- if (length(formals(schedule)) > 1L) schedule(epoch, lr) else schedule(epoch)
    if (!is.numeric(rate) || length(rate) != 1L || !is.finite(rate)) {
      abort("argument", "{argument} must return a learning rate, a number, not {rate}", rate = describe_value(rate),
            argument = "schedule", value = schedule, function_name = "callback_learning_rate_scheduler()")
    }
    as.double(rate)
  }
  keras_call("callbacks.LearningRateScheduler", list(schedule = as_named_function(chosen, "schedule")))
}

#' End training when the loss is not a number
#'
#' @return A callback, for [fit()][fit.keras.engine.training.Model].
#' @family callbacks
#' @examplesIf is_keras_available() && is_backend_installed()
#' callback_terminate_on_naan()
#' @export
callback_terminate_on_naan <- function() {
  keras_call("callbacks.TerminateOnNaN")
}

#' Write the metrics of each epoch to a file
#'
#' @param filename Path of the file.
#' @param separator Text between two columns.
#' @param append Whether to append to an existing file.
#' @return A callback, for [fit()][fit.keras.engine.training.Model].
#' @family callbacks
#' @examplesIf is_keras_available() && is_backend_installed()
#' callback_csv_logger(tempfile(fileext = ".csv"))
#' @export
callback_csv_logger <- function(filename, separator = ",", append = FALSE) {
  keras_call("callbacks.CSVLogger", list(filename = full_path(filename), separator = separator,
                                         append = append))
}

#' Send the metrics of each epoch to a server
#'
#' @param root Address of the server.
#' @param path Path on the server.
#' @param field Name of the field that contains the metrics.
#' @param headers Named list of headers.
#' @param send_as_json Whether to send the metrics as JSON.
#' @return A callback, for [fit()][fit.keras.engine.training.Model]. If the server cannot be reached, it prints a
#'   message, and the training continues.
#' @family callbacks
#' @examplesIf is_keras_available() && is_backend_installed()
#' callback_remote_monitor()
#' @export
callback_remote_monitor <- function(root = "http://localhost:9000", path = "/publish/epoch/end/", field = "data",
                                    headers = NULL, send_as_json = FALSE) {
  keras_call("callbacks.RemoteMonitor", model_arguments(NULL, NULL))
}

#' Show a progress bar
#'
#' [fit()][fit.keras.engine.training.Model] shows one according to its argument `verbose`, whether this callback is
#' given or not: none if `verbose` is 0, and not a second one otherwise.
#'
#' @param count_mode `"samples"` or `"steps"`.
#' @param stateful_metrics Names of metrics that are shown without averaging.
#' @return A callback, for [fit()][fit.keras.engine.training.Model].
#' @family callbacks
#' @examplesIf is_keras_available() && is_backend_installed()
#' callback_progbar_logger()
#' @export
callback_progbar_logger <- function(count_mode = "samples", stateful_metrics = NULL) {
  keras_call("callbacks.ProgbarLogger", model_arguments(NULL, NULL))
}

#' Call R functions during training
#'
#' @param on_epoch_begin,on_epoch_end Functions of the epoch, counted from 0, and the named list of metrics.
#' @param on_batch_begin,on_batch_end,on_train_batch_begin,on_train_batch_end Functions of the batch, counted from 0,
#'   and
#'   the named list of metrics.
#' @param on_train_begin,on_train_end Functions of the named list of metrics.
#' @param on_predict_batch_begin,on_predict_batch_end,on_predict_begin,on_predict_end The same for predictions.
#' @param on_test_batch_begin,on_test_batch_end,on_test_begin,on_test_end The same for evaluations.
#' @return A callback, for [fit()][fit.keras.engine.training.Model].
#' @family callbacks
#' @examplesIf is_keras_available() && is_backend_installed()
#' callback_lambda(on_epoch_end = function(epoch, logs) cat("epoch", epoch, "loss", logs$loss, "\n"))
#' @export
callback_lambda <- function(on_epoch_begin = NULL, on_epoch_end = NULL, on_batch_begin = NULL,
                            on_batch_end = NULL, on_train_batch_begin = NULL, on_train_batch_end = NULL,
                            on_train_begin = NULL, on_train_end = NULL, on_predict_batch_begin = NULL,
                            on_predict_batch_end = NULL, on_predict_begin = NULL, on_predict_end = NULL,
                            on_test_batch_begin = NULL, on_test_batch_end = NULL, on_test_begin = NULL,
                            on_test_end = NULL) {
  functions <- mget(names(formals()))
  Map(function(f, name) if (!is.null(f)) check_function(f, name), functions, names(functions))
  callback_of_functions(functions[!vapply(functions, is.null, NA)])
}

#' A callback whose methods are R functions
#' @noRd
callback_of_functions <- function(functions) {
  methods <- Map(function(f, name) {
    count <- if (grepl("batch|epoch", name)) 2L else 1L
    # A function may have fewer arguments than the method.
    taken <- if ("..." %in% names(formals(f))) count else min(count, length(formals(f)))
    as_python_function(function(...) {
      do.call(f, lapply(list(...)[seq_len(taken)], as_logs))
      NULL
    }, name)
  }, functions, names(functions))
  call_shim("callback_of_functions", as_keywords(methods))
}

#' Named values of metrics, as passed to a callback
#' @noRd
as_logs <- function(value) if (is.list(value)) by_either_name(value) else value

#' Write logs for TensorBoard
#'
#' The Python package tensorboardX writes the metrics of each epoch, and histograms of the weights, without TensorFlow;
#' `reticulate::py_install("tensorboardX")` installs it. `tensorboard --logdir` in a shell shows the logs.
#'
#' @param log_dir Folder to write to; `NULL` means the folder `logs` in [run_dir()].
#' @param histogram_freq Number of epochs between two histograms of all weights; 0 for none.
#' @param update_freq `"epoch"`; or `"batch"` to write the metrics of each batch, too; or the number of samples between
#'   two such records.
#' @param batch_size,write_graph,embeddings_layer_names,embeddings_metadata,embeddings_data,profile_batch Accepted for
#'   old scripts, but without effect.
#' @param write_grads,write_images,embeddings_freq Not supported, with a warning: Keras 2.3.1 needs TensorFlow 1 for
#'   them.
#' @return A callback, for [fit()][fit.keras.engine.training.Model].
#'
#'   Errors: `keras_error_not_installed` without tensorboardX.
#' @family callbacks
#' @examplesIf is_keras_available() && is_backend_installed() && reticulate::py_module_available("tensorboardX")
#' callback_tensorboard(tempfile())
#' @export
callback_tensorboard <- function(log_dir = NULL, histogram_freq = 0, batch_size = NULL, write_graph = TRUE,
                                 write_grads = FALSE, write_images = FALSE, embeddings_freq = 0,
                                 embeddings_layer_names = NULL, embeddings_metadata = NULL, embeddings_data = NULL,
                                 update_freq = "epoch", profile_batch = 0) {
  arguments <- model_arguments(c("log_dir", "profile_batch"), NULL)
  arguments$log_dir <- full_path(if (is.null(log_dir)) file.path(run_dir(), "logs") else log_dir)
  if (is.numeric(update_freq)) {
    arguments$update_freq <- as_whole_numbers(update_freq, "update_freq")
  }
  keras_call("callbacks.TensorBoard", arguments)
}

#' Base class of callbacks
#'
#' An R6 class to derive from. Training calls the methods that the derived class defines.
#'
#' @section Fields:
#' `params`, the list of the parameters of the training, and `model`.
#' @section Methods:
#' `on_epoch_begin(epoch, logs)`, `on_epoch_end(epoch, logs)`, `on_batch_begin(batch, logs)`, `on_batch_end(batch,
#' logs)`,
#' `on_train_begin(logs)` and `on_train_end(logs)`, and the others of [callback_lambda()]; epochs and batches are
#' counted from 0.
#' @return An R6 class.
#' @family callbacks
#' @examples
#' LossHistory <- R6::R6Class("LossHistory", inherit = KerasCallback, public = list(
#'   losses = NULL,
#'   on_batch_end = function(batch, logs = list()) {
#'     self$losses <- c(self$losses, logs[["loss"]])
#'   }
#' ))
#' LossHistory$new()
#' @export
KerasCallback <- R6::R6Class("KerasCallback", public = list( # nolint: object_name_linter.
  params = NULL,
  model = NULL,
  set_context = function(params, model) {
    self$params <- params
    self$model <- model
  },
  on_epoch_begin = function(epoch, logs = list()) NULL,
  on_epoch_end = function(epoch, logs = list()) NULL,
  on_batch_begin = function(batch, logs = list()) NULL,
  on_batch_end = function(batch, logs = list()) NULL,
  on_train_begin = function(logs = list()) NULL,
  on_train_end = function(logs = list()) NULL
))

#' A Keras callback that calls the methods of an R6 object, only those that its class overrides
#' @noRd
callback_of_class <- function(object) {
  names <- grep("^on_", names(formals(callback_lambda)), value = TRUE)
  own <- Filter(function(name) {
    inherited <- KerasCallback$public_methods[[name]]
    is.function(object[[name]]) && !(is.function(inherited) && identical(body(object[[name]]), body(inherited)))
  }, names)
  callback <- callback_of_functions(setNames(lapply(own, function(name) object[[name]]), own))
  call_shim("object_set", callback, "set_model", as_python_function(function(model) {
    object$set_context(object$params, model)
    NULL
  }, "set_model"))
  call_shim("object_set", callback, "set_params", as_python_function(function(params) {
    object$set_context(params, object$model)
    NULL
  }, "set_params"))
  callback
}
