# Bad arguments of the functions of models: the message names the function and the argument, and shows the value as it
# was typed, without Python terms.

# The argument that is wrong, and the call.
bad_calls <- function(model, x, y) {
  sequence <- layer_input(c(2, 3))
  dense <- function() keras_model_sequential() %>% layer_dense(2, input_shape = 3)
  lapply(rlang::exprs(
    units = layer_dense(units = "a"), units = layer_dense(units = -1), units = layer_dense(units = 2.5),
    units = layer_dense(units = NULL), units = layer_dense(units = c(1, 2)), units = layer_dense(units = mean),
    activation = layer_dense(units = 2, activation = "rleu"), activation = layer_dense(units = 2, activation = 3),
    use_bias = layer_dense(units = 2, use_bias = "yes"), name = layer_dense(units = 2, name = 5),
    kernel_initializer = layer_dense(units = 2, kernel_initializer = "glorot"),
    kernel_regularizer = layer_dense(units = 2, kernel_regularizer = 0.1),
    bias_constraint = layer_dense(units = 2, bias_constraint = "positive"),
    input_shape = layer_dense(units = 2, input_shape = "a"), input_shape = layer_dense(units = 2, input_shape = 2.5),
    object = layer_dense(object = 5, units = 2), object = layer_dense(object = list(5), units = 2),
    kernel_size = layer_conv_2d(filters = 2, kernel_size = "a"),
    kernel_size = layer_conv_2d(filters = 2, kernel_size = c(1, 2, 3)),
    kernel_size = layer_conv_1d(filters = 2, kernel_size = c(1, 2)),
    filters = layer_conv_1d(filters = 0, kernel_size = 2),
    padding = layer_conv_2d(filters = 2, kernel_size = 3, padding = "smae"),
    strides = layer_conv_2d(filters = 2, kernel_size = 3, strides = -1),
    data_format = layer_conv_2d(filters = 2, kernel_size = 3, data_format = "first"),
    pool_size = layer_max_pooling_2d(pool_size = 0), size = layer_upsampling_2d(size = "a"),
    padding = layer_zero_padding_2d(padding = "a"), cropping = layer_cropping_1d(cropping = -1),
    rate = layer_dropout(rate = "a"), rate = layer_dropout(rate = TRUE), stddev = layer_gaussian_noise(stddev = NA),
    n = layer_repeat_vector(n = 0), dims = layer_permute(dims = c(0, 1)), f = layer_lambda(f = 5),
    input_dim = layer_embedding(input_dim = "a", output_dim = 2), dropout = layer_lstm(units = 2, dropout = "a"),
    return_sequences = layer_gru(units = 2, return_sequences = 3), shape = layer_input(shape = "a"),
    target_shape = layer_reshape(target_shape = "a"), activation = layer_activation(activation = 5),
    layer = time_distributed(sequence, 5), layer = bidirectional(sequence, "lstm"),
    merge_mode = bidirectional(sequence, layer_lstm(units = 2), merge_mode = "mix"),
    axis = layer_concatenate(list(layer_input(3), layer_input(4)), axis = 5),
    axis = layer_batch_normalization(layer_input(3), axis = 5),
    optimizer = compile(dense(), "sgdd", "mse"), optimizer = compile(dense(), 5, "mse"),
    loss = compile(dense(), "sgd", "msee"), loss = compile(dense(), "sgd", 5),
    metrics = compile(dense(), "sgd", "mse", metrics = "acuracy"),
    x = fit(model, "a", y, verbose = 0), x = fit(model, iris, y, verbose = 0), y = fit(model, x, NULL, verbose = 0),
    y = fit(model, x, iris$Species, verbose = 0), epochs = fit(model, x, y, epochs = -1),
    epochs = fit(model, x, y, epochs = "a"), batch_size = fit(model, x, y, batch_size = 0),
    validation_split = fit(model, x, y, validation_split = 2), callbacks = fit(model, x, y, callbacks = 5),
    class_weight = fit(model, x, y, class_weight = 5), shuffle = fit(model, x, y, shuffle = "yes"),
    verbose = fit(model, x, y, verbose = "a"), sample_weight = fit(model, x, y, sample_weight = "a"),
    y = evaluate(model, x, NULL), y = train_on_batch(model, x, NULL), y = test_on_batch(model, x, NULL),
    x = predict(model, matrix("a", 2, 3)), batch_size = predict(model, x, batch_size = "a"),
    name = get_layer(model, "nope"), weights = set_weights(model, list("a", "b")), object = pop_layer(5),
    object = save_model_hdf5(5, tempfile()), model = clone_model(5), object = get_weights("a"),
    filepath = save_model_hdf5(model, 5), filepath = load_model_hdf5(5), inputs = keras_model(5, 6),
    layers = keras_model_sequential(5), lr = optimizer_sgd(lr = "a"), momentum = optimizer_sgd(momentum = c(1, 2)),
    nesterov = optimizer_sgd(nesterov = "no"), patience = callback_early_stopping(patience = "a"),
    mode = callback_early_stopping(mode = "mean"), on_epoch_end = callback_lambda(on_epoch_end = 5),
    schedule = callback_learning_rate_scheduler(5), l = regularizer_l2("a"),
    stddev = initializer_random_normal(stddev = "a"),
    distribution = initializer_variance_scaling(distribution = "norm"), from = freeze_weights(model, from = 1.5),
    y = to_categorical("a"), y = to_categorical(c(0, -1)), x = normalize("a"),
    maxlen = pad_sequences(list(1:3), maxlen = "a"),
    sequences = pad_sequences(list("a")), padding = pad_sequences(list(1:3), padding = "mid"),
    lower = text_tokenizer(lower = "yes"), num_words = text_tokenizer(num_words = "a"),
    vocabulary_size = skipgrams(1:5, vocabulary_size = "a"),
    rotation_range = image_data_generator(rotation_range = "a"),
    mode = texts_to_matrix(text_tokenizer(), "a", mode = "bin"), length = timeseries_generator(1:9, 1:9, length = "a")
  ), rlang::new_quosure, env = environment())
}

# The expected form of the wrong value in the message.
typed <- function(call, argument) {
  name <- rlang::call_name(call)
  f <- get(name)
  if (name %in% c("compile", "fit", "evaluate", "predict")) {
    f <- getS3method(name, "keras.engine.training.Model", envir = asNamespace("keras"))
  }
  value <- as.list(match.call(f, call))[[argument]]
  if (is.null(value)) return("NULL")
  switch(deparse(value)[[1L]], iris = "data frame", "iris$Species" = "factor", mean = "function",
         "matrix(\"a\", 2, 3)" = "character matrix", "list(1:3)" = , "list(\"a\")" = , "list(\"a\", \"b\")" = "\"a\"",
         "list(5)" = "5", deparse(value)[[1L]])
}

# Python terms that an R user does not know: None, True, tuples, types.
python_words <- "\\bNone\\b|\\bTrue\\b|\\bFalse\\b|\\btuple|\\bdict\\b|object at 0x|<class|Error:|Error\\("

for_each_backend("errors for bad arguments of model functions are in R's terms", { # nolint: cyclocomp_linter.
  model <- keras_model_sequential() %>% layer_dense(2, input_shape = 3) %>% compile("sgd", "mse")
  calls <- bad_calls(model, matrix(1, 4, 3), matrix(1, 4, 2))
  wrong <- character()
  for (i in seq_along(calls)) {
    argument <- names(calls)[[i]]
    call <- rlang::quo_get_expr(calls[[i]])
    condition <- tryCatch({
      rlang::eval_tidy(calls[[i]])
      NULL
    }, error = identity)
    message <- if (is.null(condition)) "no error" else conditionMessage(condition)
    index_error <- grepl("IndexError", message)  # Keras's own words, with the argument beside
    fits <- inherits(condition, "keras_error") && startsWith(message, paste0(rlang::call_name(call), "(): ")) &&
      grepl(paste0("`", argument), message, fixed = TRUE) && grepl(typed(call, argument), message, fixed = TRUE) &&
      (index_error || !grepl(python_words, message)) && startsWith(condition$argument, argument)
    if (!isTRUE(fits)) {
      wrong <- c(wrong, paste0(deparse(call)[[1L]], ": ", class(condition)[[1L]], ": ", message))
    }
  }
  expect(!length(wrong), paste(wrong, collapse = "\n"))
  expect_equal(names(fit(model, matrix(1, 4, 3), matrix(1, 4, 2), epochs = 1, verbose = 0)$metrics), "loss")
})

test_that("unusual but valid values are accepted", {
  with_backend(backends[[1L]], {
    expect_s3_class(text_tokenizer(filters = "!", num_words = 10), "python.builtin.object")
    expect_s3_class(initializer_constant(matrix(1, 2, 2)), "python.builtin.object")
    expect_s3_class(image_data_generator(zoom_range = c(0.5, 1), width_shift_range = c(-1, 1)), "python.builtin.object")
    layer <- layer_conv_2d(filters = 2L, kernel_size = list(1, 2), strides = 2, use_bias = 1, activation = NULL)
    expect_equal(unlist(keras:::object_get(layer, "kernel_size")), 1:2)
    padded <- layer_zero_padding_2d(layer_input(c(2, 2, 1)), padding = list(list(1, 0), c(0, 2)))
    expect_equal(dim(padded), c(NA, 3, 4, 1))
    model <- keras_model_sequential() %>% layer_dense(2, input_shape = 3) %>% compile("sgd", "mse")
    history <- fit(model, matrix(1, 4, 3), matrix(1, 4, 2), epochs = 1, shuffle = "batch", verbose = 0,
                   class_weight = list("0" = 1))
    expect_length(history$metrics$loss, 1)
  })
})
