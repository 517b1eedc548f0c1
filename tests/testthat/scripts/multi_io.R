# Several inputs and outputs, named lists for everything, shared layers, weights of losses, samples and classes.
library(keras)

set.seed(14)
n <- 24
main_input <- layer_input(shape = c(7), dtype = "int32", name = "main_input")
lstm_out <- main_input %>%
  layer_embedding(input_dim = 20, output_dim = 4, input_length = 7) %>%
  layer_lstm(units = 4)
auxiliary_output <- lstm_out %>% layer_dense(units = 1, activation = "sigmoid", name = "aux_output")
auxiliary_input <- layer_input(shape = c(3), name = "aux_input")
main_output <- layer_concatenate(c(lstm_out, auxiliary_input)) %>%
  layer_dense(units = 6, activation = "relu") %>%
  layer_dense(units = 1, activation = "sigmoid", name = "main_output")
model <- keras_model(inputs = c(main_input, auxiliary_input), outputs = c(main_output, auxiliary_output))
stopifnot(length(model$inputs) == 2, identical(unlist(model$output_names), c("main_output", "aux_output")))
stopifnot(identical(unlist(model$input_names), c("main_input", "aux_input")))

headline_data <- matrix(sample(0:19, n * 7, replace = TRUE), n)
additional_data <- matrix(rnorm(n * 3), n)
headline_labels <- as.numeric(additional_data[, 1] > 0)
model %>% compile(optimizer = "rmsprop", loss = "binary_crossentropy", loss_weights = c(1.0, 0.2))
model %>% fit(x = list(headline_data, additional_data), y = list(headline_labels, headline_labels), epochs = 1,
              batch_size = 12, verbose = 0)
model %>% compile(
  optimizer = "rmsprop",
  loss = list(main_output = "binary_crossentropy", aux_output = "mse"),
  loss_weights = list(main_output = 1.0, aux_output = 0.2),
  metrics = list(main_output = "accuracy", aux_output = c("mae", "mse"))
)
history <- model %>% fit(
  x = list(main_input = headline_data, aux_input = additional_data),
  y = list(main_output = headline_labels, aux_output = headline_labels), epochs = 2, batch_size = 12, verbose = 0,
  validation_split = 0.25
)
stopifnot(all(c("loss", "main_output_loss", "aux_output_loss", "main_output_accuracy", "aux_output_mae",
                "val_loss") %in% names(history$metrics)))
values <- model %>% evaluate(list(aux_input = additional_data, main_input = headline_data),
                             list(headline_labels, headline_labels), verbose = 0)
predicted <- model %>% predict(list(headline_data, additional_data))
stopifnot(length(predicted) == 2, all.equal(values$aux_output_mse, mean((predicted[[2]] - headline_labels)^2),
                                            tolerance = 1e-4))
stopifnot(all.equal(values$loss, values$main_output_loss + 0.2 * values$aux_output_loss, tolerance = 1e-4))
by_name <- model %>% predict(list(aux_input = additional_data, main_input = headline_data))
stopifnot(all.equal(by_name, predicted))
model %>% compile("sgd", loss = c("binary_crossentropy", "mse"), metrics = c("accuracy"))
losses <- model %>% train_on_batch(list(headline_data, additional_data), list(headline_labels, headline_labels))
stopifnot(all.equal(losses$loss, losses$main_output_loss + losses$aux_output_loss, tolerance = 1e-5))

# Validation data by name, and sample weights for each output.
history <- model %>% fit(
  list(main_input = headline_data, aux_input = additional_data),
  list(main_output = headline_labels, aux_output = headline_labels), epochs = 1, verbose = 0,
  validation_data = list(list(main_input = headline_data, aux_input = additional_data),
                         list(main_output = headline_labels, aux_output = headline_labels)),
  sample_weight = list(main_output = rep(1, n), aux_output = rep(0, n))
)
stopifnot(abs(history$metrics$aux_output_loss) < 1e-7)

# A layer for two inputs: its nodes.
a <- layer_input(shape = c(5))
b <- layer_input(shape = c(5))
shared <- layer_dense(units = 2)
encoded_a <- a %>% shared
encoded_b <- b %>% shared
stopifnot(identical(get_output_at(shared, 1)$name, encoded_a$name),
          identical(get_output_at(shared, 2)$name, encoded_b$name))
stopifnot(identical(get_input_shape_at(shared, 1), list(NULL, 5L)))
merged <- list(encoded_a, encoded_b) %>% layer_add()
model <- keras_model(list(a, b), merged)
w <- get_weights(shared)
xa <- matrix(rnorm(10), 2)
xb <- matrix(rnorm(10), 2)
stopifnot(all.equal(predict(model, list(xa, xb)), (xa + xb) %*% w[[1]], tolerance = 1e-5))

# Weights of classes and samples.
settled <- function(...) {
  model <- keras_model_sequential() %>%
    layer_dense(units = 1, use_bias = FALSE, activation = "sigmoid", input_shape = 1, kernel_initializer = "zeros")
  model %>% compile(loss = "binary_crossentropy", optimizer = optimizer_sgd(lr = 1))
  model %>% fit(rep(1, 4), c(0, 0, 0, 1), epochs = 40, verbose = 0, ...)
  as.vector(predict(model, 1))
}
stopifnot(abs(settled() - 0.25) < 0.03, abs(settled(class_weight = list("0" = 1, "1" = 3)) - 0.5) < 0.03)
stopifnot(abs(settled(sample_weight = c(0, 0, 1, 1)) - 0.5) < 0.03)
stopifnot(abs(settled(class_weight = c("0" = 1, "1" = 3)) - 0.5) < 0.03)
