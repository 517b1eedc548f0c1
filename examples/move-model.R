# One model that trains on one backend, moves to another, continues there, and is compared on all of them.
#
#   Rscript examples/move-model.R [FIRST SECOND]
#
# Training is cut off midway, as if an engine had exited, and resumes from the snapshot of the last complete epoch.
# The script fails if the moved model predicts anything else, or does not learn.

library(keras)

installed <- setdiff(with(list_backends(), backend[installed]), "numpy")  # NumPy computes no gradients
chosen <- c(commandArgs(TRUE), rep_len(installed, 2))[1:2]

set.seed(4)
x <- scale(as.matrix(iris[, 1:4]))
y <- to_categorical(as.integer(iris$Species) - 1)

use_backend(chosen[1])
model <- keras_model_sequential() %>%
  layer_dense(units = 16, activation = "relu", input_shape = 4) %>%
  layer_dense(units = 3, activation = "softmax")
model %>% compile(loss = "categorical_crossentropy", optimizer = optimizer_adam(lr = 0.02), metrics = "accuracy")
snapshot_model(model)  # from now on, fit() keeps the weights at the end of each epoch

# Simulate an engine that exits in the fourth of ten epochs: stop_backend() ends it.
ending <- callback_lambda(on_epoch_begin = function(epoch, logs) if (epoch == 3) stop_backend(chosen[1]))
stopped <- tryCatch(
  fit(model, x, y, epochs = 10, batch_size = 16, callbacks = ending, verbose = 0),
  keras_error_training = identity
)
cat(conditionMessage(stopped), "\n\n")

restore_model(model, chosen[2])
history <- fit(model, x, y, epochs = 10, batch_size = 16, initial_epoch = stopped$initial_epoch, verbose = 0)
cat("Epochs ", stopped$initial_epoch + 1, " to 10 ran on ", chosen[2], ":\n", sep = "")
print(history)

back <- to_backend(model, chosen[1])  # including the optimizer's state
fit(back, x, y, epochs = 5, batch_size = 16, verbose = 0)
accuracy <- evaluate(back, x, y, verbose = 0)$accuracy
cat("\nFive more epochs on", chosen[1], "- accuracy:", format(accuracy, digits = 3), "\n\n")

compared <- compare_backends(back, x)
print(compared)

if (accuracy < 0.9 || any(compared$absolute > 1e-5) || stopped$initial_epoch != 3) {
  stop("the moved model is less exact, or agrees less, than it should")
}
