# A regression by k-fold, with the names that metrics had in 2017; callbacks that watch "val_acc"; losses as numbers.
library(keras)

set.seed(1)
n <- 40
train_data <- matrix(rnorm(n * 4, 10, 4), n)
train_targets <- as.vector(train_data %*% c(1, -2, 0.5, 0)) / 10
mean <- apply(train_data, 2, mean)
std <- apply(train_data, 2, sd)
train_data <- scale(train_data, center = mean, scale = std)
build_model <- function() {
  model <- keras_model_sequential() %>%
    layer_dense(units = 4, activation = "relu", input_shape = dim(train_data)[[2]]) %>%
    layer_dense(units = 1)
  model %>% compile(optimizer = "rmsprop", loss = "mse", metrics = c("mae"))
}
k <- 2
folds <- cut(seq_len(n), breaks = k, labels = FALSE)
all_scores <- c()
all_mae_histories <- NULL
for (i in 1:k) {
  val_indices <- which(folds == i, arr.ind = TRUE)
  val_data <- train_data[val_indices, ]
  val_targets <- train_targets[val_indices]
  model <- build_model()
  history <- model %>% fit(train_data[-val_indices, ], train_targets[-val_indices], epochs = 2, batch_size = 4,
                           validation_data = list(val_data, val_targets), verbose = 0)
  all_mae_histories <- rbind(all_mae_histories, history$metrics$val_mean_absolute_error)
  results <- model %>% evaluate(val_data, val_targets, verbose = 0)
  all_scores <- c(all_scores, results$mean_absolute_error)
}
average_mae_history <- data.frame(epoch = seq_len(ncol(all_mae_histories)),
                                  mae = apply(all_mae_histories, 2, base::mean))
stopifnot(identical(dim(average_mae_history), c(2L, 2L)),
          all.equal(all_mae_histories[, 2], all_scores, tolerance = 1e-5))
c(loss, mae) %<-% (model %>% evaluate(val_data, val_targets, verbose = 0))
predicted <- model %>% predict(val_data)
stopifnot(all.equal(loss, base::mean((predicted[, 1] - val_targets)^2), tolerance = 1e-4))
stopifnot(all.equal(mae, base::mean(abs(predicted[, 1] - val_targets)), tolerance = 1e-4))

# Accuracy, as 2017 called it.
labels <- as.integer(train_targets > median(train_targets))
model <- keras_model_sequential()
model %>% layer_dense(units = 1, activation = "sigmoid", input_shape = 4)
model %>% compile(loss = "binary_crossentropy", optimizer = "adam", metrics = c("accuracy"))
file <- tempfile(fileext = ".h5")
history <- model %>% fit(train_data, labels, epochs = 3, validation_split = 0.2, verbose = 0, callbacks = list(
  callback_model_checkpoint(file, monitor = "val_acc", save_best_only = TRUE),
  callback_early_stopping(monitor = "val_acc", patience = 5)
))
best <- load_model_hdf5(file)
rows <- 33:40
stopifnot(all.equal(evaluate(best, train_data[rows, ], labels[rows], verbose = 0)$acc, max(history$metrics$val_acc),
                    tolerance = 1e-5))
scores <- model %>% evaluate(train_data, labels, verbose = 0)
stopifnot(all.equal(scores[[2]], base::mean(predict_classes(model, train_data) == labels), tolerance = 1e-5))
stopifnot(identical(names(as.data.frame(history$metrics)), names(history$metrics)))

# Without metrics, a loss is a number.
model <- build_model() %>% compile("sgd", "mse")
losses <- c()
for (step in 1:3) {
  loss <- model %>% train_on_batch(train_data, train_targets)
  losses <- c(losses, loss)
}
stopifnot(is.numeric(losses), length(losses) == 3, losses[3] < losses[1], nchar(sprintf("%.3f", loss)) >= 5)
stopifnot(all.equal(as.numeric(0.5 * (loss + loss)), losses[[3]]))
