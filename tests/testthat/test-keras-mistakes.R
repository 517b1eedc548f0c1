# Common mistakes that Keras detects, reported in R terms: the argument, the shapes as R writes them, and a remedy.
python_words <- paste0("\\b(None|True|False)\\b|\\btuple|\\bdict\\b|Numpy|ndim|object at 0x|<class|",
                       "Error:|Error\\(|[^c]\\([0-9]+,")

# The class of the error, texts in its message, and the call.
mistakes <- function() {
  dense <- function(units = 2, ...) keras_model_sequential() %>% layer_dense(units, input_shape = 3, ...)
  # nolint start: object_usage_linter. The calls below use these variables.
  x <- matrix(1, 4, 3)
  y <- matrix(1, 4, 2)
  model <- dense() %>% compile("sgd", "mse")
  several <- function(loss) dense(3, activation = "softmax") %>% compile("sgd", loss)
  two <- list(layer_input(3), layer_input(4))
  images <- function(shape, data_format = NULL) {
    keras_model_sequential() %>% layer_conv_2d(2, 3, input_shape = shape, data_format = data_format)
  }
  path <- tempfile(fileext = ".h5")
  save_model_hdf5(model, path)
  own <- tempfile(fileext = ".h5")
  mine <- function(y_true, y_pred) k_mean(k_abs(y_true - y_pred))
  save_model_hdf5(dense() %>% compile("sgd", loss = mine), own)
  stateful <- keras_model_sequential() %>%
    layer_lstm(2, batch_input_shape = c(2, 3, 1), stateful = TRUE) %>%
    compile("sgd", "mse")
  words <- keras_model_sequential() %>% layer_embedding(5, 2, input_length = 2)
  empty <- tempfile("empty")
  dir.create(empty)
  no_image <- file.path(empty, "text.png")
  writeLines("no image", no_image)
  elsewhere <- with_backend("numpy", dense())
  named <- tempfile(fileext = ".h5")
  save_model_weights_hdf5(dense(name = "own"), named)
  class <- tempfile(fileext = ".h5")
  own_class <- keras_model_sequential()
  create_layer(R6::R6Class("Own", inherit = KerasLayer, public = list(call = function(x, mask = NULL) x)), own_class,
               list(input_shape = 2))
  save_model_hdf5(own_class, class)
  unbuilt <- keras_model_custom(function(self) {
    self$dense <- layer_dense(units = 2)
    function(inputs, mask = NULL) self$dense(inputs)
  })
  # nolint end
  doubled <- tempfile(fileext = ".h5")
  save_model_hdf5(dense() %>% layer_lambda(function(x) x * 2, name = "twice"), doubled)
  broken <- tempfile(fileext = ".h5")
  weights <- tempfile(fileext = ".h5")
  custom <- keras_model_custom(function(self) {
    self$dense <- layer_dense(units = 2)
    function(inputs, mask = NULL) self$dense(inputs)
  })
  custom %>% compile("sgd", "mse") %>% fit(x, y, epochs = 1, verbose = 0)
  save_model_weights_hdf5(model, weights)
  writeLines("no model", broken)
  list(
    # Data.
    list("shape", c("`x`", "c(5)", "c(3)", "c(NA, 3)"), quote(fit(model, matrix(1, 4, 5), y, verbose = 0))),
    list("shape", c("`x`", "3 axes", "c(4, 3, 2)", "array_reshape(x, c(4, 6))"),
         quote(predict(model, array(1, c(4, 3, 2))))),
    list("shape", c("`y`", "c(3)", "output"), quote(fit(model, x, matrix(1, 4, 3), verbose = 0))),
    list("shape", c("c(4, 4, 3)", "array_reshape(x, c(1, dim(x)))", "drop = FALSE"),
         quote(predict(images(c(4, 4, 3)), array(1, c(4, 4, 3))))),
    list("shape", c("c(2, 4, 4)", "array_reshape(x, c(dim(x), 1))"),
         quote(predict(images(c(4, 4, 1)), array(1, c(2, 4, 4))))),
    list("shape", c("c(2, 4, 4)", "array_reshape(x, c(2, 1, 4, 4))"),
         quote(predict(images(c(1, 4, 4), "channels_first"), array(1, c(2, 4, 4))))),
    list("dtype", c("`y`", "as.integer(factor(x)) - 1L", "to_categorical("),
         quote(fit(model, x, c("a", "b", "a", "b"), verbose = 0))),
    list("dtype", c("`x`", "Species", "Leave them out"), quote(predict(model, iris[1:4, 3:5]))),
    list("shape", c("`x` has 4 samples", "`y` has 3"), quote(fit(model, x, matrix(1, 3, 2), verbose = 0))),
    list("shape", c("`validation_data`", "c(2)", "c(3)"),
         quote(fit(model, x, y, validation_data = list(matrix(1, 2, 2), y), verbose = 0))),
    list("argument", c("`x` holds 2 arrays", "1 input."), quote(fit(model, list(x, x), y, verbose = 0))),
    list("shape", c("`sample_weight`", "2 weights", "4 samples"),
         quote(fit(model, x, y, sample_weight = c(1, 2), verbose = 0))),
    list("shape", c("`y`", "to_categorical", "sparse_categorical_crossentropy"),
         quote(fit(several("categorical_crossentropy"), x, c(0, 1, 2, 0), verbose = 0))),
    list("shape", c("`y`", "max.col(y) - 1", "\"categorical_crossentropy\""),
         quote(fit(several("sparse_categorical_crossentropy"), x, to_categorical(c(0, 1, 2, 0)), verbose = 0))),
    list("argument", c("`y`", "class number 3", "0 to 2"),
         quote(fit(several("sparse_categorical_crossentropy"), x, c(1, 2, 3, 1), verbose = 0))),
    list("shape", c("`x` has 3 samples", "batch size, 2"),
         quote(fit(stateful, array(1, c(3, 3, 1)), matrix(1, 3, 2), verbose = 0))),
    list("shape", c("`x` has 3 samples", "batch size, 2"), quote(predict(stateful, array(1, c(3, 3, 1))))),
    list("argument", c("out of range", "`input_dim`"), quote(predict(words, matrix(c(1, 5), 1)))),
    list("argument", c("out of range", "`input_dim`"), quote(predict(keras_model(words$input, words$output),
                                                                     matrix(c(1, 5), 1)))),
    list("argument", c("no argument `type`"), quote(predict(model, x, type = "class"))),
    list("argument", c("`generator`", "no samples", "one folder for each class"),
         quote(fit_generator(model, flow_images_from_directory(empty), steps_per_epoch = 1, verbose = 0))),
    list("argument", c("`generator`", "no samples"), quote(generator_next(flow_images_from_directory(empty)))),
    list("argument", c("`steps_per_epoch`", "number of batches"),
         quote(fit_generator(model, function() list(x, y), epochs = 1))),
    list("file", c(no_image, "image"), quote(image_load(no_image))),
    list("argument", c("`filepath`", "`val_loss`", "\"loss\""),
         quote(fit(model, x, y, epochs = 1, verbose = 0,
                   callbacks = callback_model_checkpoint(file.path(empty, "{val_loss:.2f}.h5"))))),
    list("file", c("no folder", "missing"),
         quote(fit(model, x, y, epochs = 1, verbose = 0,
                   callbacks = callback_model_checkpoint(file.path(empty, "missing", "model.h5"))))),
    list("argument", c("no samples", "`validation_split`"),
         quote(fit(model, x, y, validation_split = 0.999, verbose = 0))),
    list("argument", c("the generator", "`list(x, y)`"),
         quote(fit_generator(model, function() x, steps_per_epoch = 1, verbose = 0))),
    list("argument", c("`generator`", "not 3"), quote(fit_generator(model, 3, steps_per_epoch = 1))),
    list("argument", c("`class_weight`", "class 2."),
         quote(fit(several("sparse_categorical_crossentropy"), x, c(0, 1, 2, 0),
                   class_weight = list("0" = 1, "1" = 2), verbose = 0))),
    list("argument", c("no argument `epoch_number`"), quote(fit(model, x, y, epoch_number = 3, verbose = 0))),
    list("argument", c("`callbacks[[1]]`", "a function"), quote(fit(model, x, y, callbacks = list(mine)))),
    # Compiling.
    list("argument", c("`metrics`", "3"), quote(compile(dense(), "sgd", "mse", metrics = 3))),
    list("argument", c("not compiled", "compile(optimizer, loss)"), quote(fit(dense(), x, y, verbose = 0))),
    list("argument", c("not compiled"), quote(evaluate(dense(), x, y, verbose = 0))),
    list("argument", c("not compiled"), quote(train_on_batch(dense(), x, y))),
    list("python", c("`loss`", "\"msee\"", "Did you mean \"mse\"?"), quote(compile(dense(), "sgd", "msee"))),
    list("python", c("`activation`", "\"rleu\"", "Did you mean \"relu\"?"),
         quote(layer_dense(units = 2, activation = "rleu"))),
    list("argument", c("`loss`", "2 arguments", "`y_pred`"),
         quote(compile(model, "sgd", function(y_pred) k_mean(y_pred)))),
    list("argument", c("`lr` must be a number, not \"a\"."), quote(optimizer_adam(lr = "a"))),
    list("argument", c("`loss`", "\"a\"", "outputs"), quote(compile(model, "sgd", list(a = "mse")))),
    list("argument", c("`loss`", "one entry", "1 output."), quote(compile(model, "sgd", list("mse", "mse")))),
    # Layers.
    list("shape", c("4 axes", "with 2", "c(rows, columns, channels)"), quote(layer_conv_2d(dense(), 2, 3))),
    list("shape", c("3 axes", "return_sequences"), quote(layer_lstm(dense(), 2))),
    list("shape", c("`inputs`", "c(3)", "c(4)"), quote(layer_add(two))),
    list("argument", c("`inputs`", "at least 2"), quote(layer_concatenate(two[1]))),
    list("shape", c("`inputs`", "c(NA, 3), c(NA, 3, 4)"),
         quote(layer_concatenate(list(two[[1]], layer_input(c(3, 4)))))),
    list("shape", c("`target_shape`", "c(3)", "c(4, 2)"), quote(layer_reshape(two[[1]], c(4, 2)))),
    list("shape", c("`axes`", "c(NA, 3)", "c(NA, 4)"), quote(layer_dot(two, axes = 1))),
    list("shape", c("batch", "batch_input_shape"), quote(layer_lstm(layer_input(c(3, 2)), 2, stateful = TRUE))),
    list("argument", c("`outputs`", "input"), quote(keras_model(two[[1]], layer_dense(two[[2]], 2)))),
    list("argument", c("`outputs`", "layer_lambda()"), quote(keras_model(two[[1]], k_square(two[[1]])))),
    list("argument", c("not known yet", "input_shape"), quote(summary(keras_model_sequential() %>% layer_dense(2)))),
    list("argument", c("`shape` or `batch_shape`"), quote(layer_input())),
    list("shape", c("`axes`", "Axis 1"), quote(layer_dot(two, axes = 2))),
    list("shape", c("time steps", "layer_repeat_vector()"), quote(time_distributed(two[[1]], layer_dense(units = 2)))),
    list("shape", c("`axis` is 5", "2 axes"), quote(layer_batch_normalization(two[[1]], axis = 5))),
    list("shape", c("`dims` has 3 elements", "2 axes"), quote(layer_permute(layer_input(c(2, 3)), c(1, 2, 3)))),
    list("argument", c("flatten", "not support masks", "`mask_zero = TRUE`"),
         quote(layer_flatten(layer_embedding(layer_input(2), 5, 2, mask_zero = TRUE)))),
    list("argument", c("layer_lstm(recurrent_activation = \"sigmoid\")"),
         quote(layer_cudnn_lstm(layer_input(c(2, 2)), 2))),
    list("argument", c("`f`", "1 argument", "none"), quote(layer_lambda(two[[1]], function() 3))),
    list("argument", c("`layer_class`", "KerasLayer"), quote(create_layer(R6::R6Class("Own"), two[[1]]))),
    list("argument", c("`outputs` are of backend cntk", "`inputs` of backend numpy", "to_backend()"),
         quote(keras_model(elsewhere$input, model$output))),
    # Parts of a model.
    list("argument", c("`node_index` is 3", "1 time."), quote(get_output_at(get_layer(model, index = 1), 3))),
    list("argument", c("not known yet", "predict()"), quote(count_params(unbuilt))),
    list("argument", c("Sequential", "`layer`", "names(x)"), quote(model$layer)),
    list("argument", c("`index` is 5", "positions 1 to 1"), quote(get_layer(model, index = 5))),
    list("argument", c("`index` is -3", "-1 for the last"), quote(get_layer(model, index = -3))),
    list("argument", c("`name` is \"no\"", "dense"), quote(get_layer(model, "no"))),
    list("argument", c("`name` or `index`"), quote(get_layer(model))),
    list("shape", c("`weights[[1]]`", "c(2, 2)", "c(3, 2)"),
         quote(set_weights(get_layer(model, index = 1), list(matrix(1, 2, 2), c(1, 1))))),
    list("argument", c("`weights`", "2 arrays", "c(3, 2), c(2)"),
         quote(set_weights(get_layer(model, index = 1), list(matrix(1, 2, 2))))),
    list("argument", c("`object`", "sequential"), quote(pop_layer(keras_model(two[[1]], layer_dense(two[[1]], 2))))),
    list("shape", c("`weights`", "c(2, 2)", "c(3, 2)"),
         quote(layer_dense(two[[1]], 2, weights = list(matrix(1, 2, 2), 1:2)))),
    list("shape", c("`weights[[1]]`", "c(2, 2)", "c(3, 2)"), quote(set_weights(model, list(matrix(1, 2, 2), c(1, 1))))),
    # Files.
    list("shape", c("`filepath`", "c(3, 2)", "c(3, 4)"), quote(load_model_weights_hdf5(dense(4), path))),
    list("shape", c("`filepath`", "c(3, 2)", "c(3, 4)", "\"own\"", "skip_mismatch"),
         quote(load_model_weights_hdf5(dense(4, name = "own"), named, by_name = TRUE))),
    list("argument", c("`filepath`", "0 layers", "predict()"), quote(load_model_weights_hdf5(unbuilt, weights))),
    list("argument", c("`model`", "serialize_model()"), quote(unserialize_model(as.raw(1:10)))),
    list("argument", c("`model`", "raw vector"), quote(unserialize_model(path))),
    list("argument", c("`json`", "not the JSON"), quote(model_from_json("{"))),
    list("argument", c("`filepath`", "1 layer,", "2 layers", "by_name"),
         quote(load_model_weights_hdf5(dense() %>% layer_dense(4), path))),
    list("argument", c("\"mine\"", "custom_objects = list(mine = mine)"), quote(load_model_hdf5(own))),
    list("file", c("\"twice\"", "`custom_objects`"), quote(load_model_hdf5(doubled))),
    list("file", c(basename(broken), "HDF5"), quote(load_model_hdf5(broken))),
    list("file", c(basename(weights), "load_model_weights_hdf5()"), quote(load_model_hdf5(weights))),
    list("argument", c("`custom_objects`", "\"Own\"", "load_model_weights_hdf5()"),
         quote(load_model_hdf5(own, custom_objects = list(Own = R6::R6Class("Own", inherit = KerasWrapper))))),
    list("argument", c("`Own`", "`trainable`", "`...`"),
         quote(load_model_hdf5(class, custom_objects = list(Own = function(name, batch_input_shape, dtype) 1)))),
    list("argument", c("no configuration", "save_model_weights_hdf5()"), quote(save_model_hdf5(custom, path))),
    # Texts.
    list("dtype", c("`x`", "texts"), quote(fit_text_tokenizer(text_tokenizer(), 3)))
  ) |> lapply(function(case) c(case, environment()))
}

test_that("mistakes that Keras detects are reported in R's terms, with a remedy", {
  suppressMessages(use_backend("cntk"))
  wrong <- character()
  for (case in mistakes()) {
    condition <- tryCatch({
      eval(case[[3L]], case[[4L]])
      NULL
    }, error = identity)
    message <- if (is.null(condition)) "no error" else conditionMessage(condition)
    has <- vapply(case[[2L]], grepl, NA, message, fixed = TRUE)
    fits <- inherits(condition, paste0("keras_error_", case[[1L]])) && all(has) && !grepl(python_words, message) &&
      startsWith(sub("`$`: ", "$(): ", message, fixed = TRUE), paste0(rlang::call_name(case[[3L]]), "(): "))
    if (!fits) {
      wrong <- c(wrong, paste0(deparse(case[[3L]])[[1L]], ": ", class(condition)[[1L]], ": ", message))
    }
  }
  expect(!length(wrong), paste(wrong, collapse = "\n"))
})
