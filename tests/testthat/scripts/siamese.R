# A siamese network: one network for two inputs, their distance with layer_lambda(), the contrastive loss.
library(keras)

set.seed(7)
contrastive_loss <- function(y_true, y_pred) {
  margin <- 1
  margin_square <- k_square(k_maximum(margin - y_pred, 0))
  k_mean(y_true * k_square(y_pred) + (1 - y_true) * margin_square)
}
class <- sample(0:1, 60, replace = TRUE)
points <- matrix(rnorm(60 * 4, sd = 0.3), 60) + class
left <- points[1:30, ]
right <- points[31:60, ]
same <- as.numeric(class[1:30] == class[31:60])

base_network <- keras_model_sequential() %>%
  layer_dense(units = 6, activation = "relu", input_shape = 4) %>%
  layer_dropout(0.1) %>%
  layer_dense(units = 3)
input_a <- layer_input(shape = c(4))
input_b <- layer_input(shape = c(4))
processed_a <- base_network(input_a)
processed_b <- base_network(input_b)
distance <- list(processed_a, processed_b) %>%
  layer_lambda(function(tensors) {
    k_sqrt(k_maximum(k_sum(k_square(tensors[[1]] - tensors[[2]]), axis = 2, keepdims = TRUE), k_epsilon()))
  })
model <- keras_model(list(input_a, input_b), distance)
stopifnot(count_params(model) == 4 * 6 + 6 + 6 * 3 + 3)
model %>% compile(loss = contrastive_loss, optimizer = optimizer_rmsprop(lr = 0.01),
                  metrics = list(accuracy = function(y_true, y_pred) {
                    k_mean(k_equal(y_true, k_cast(y_pred < 0.5, k_floatx())))
                  }))
history <- model %>% fit(list(left, right), same, batch_size = 10, epochs = 10, verbose = 0,
                         validation_data = list(list(left, right), same))
stopifnot("accuracy" %in% names(history$metrics), history$metrics$val_loss[10] < history$metrics$val_loss[1])
predicted <- as.vector(predict(model, list(left, right)))
apart <- predict(base_network, left) - predict(base_network, right)
stopifnot(all.equal(predicted, sqrt(rowSums(apart^2)), tolerance = 1e-3))
stopifnot(max(abs(predict(model, list(left, left)))) < 1e-3)
