# One Keras model, trained on iris by every installed backend that computes gradients, in one R session.
#
#   Rscript examples/iris-model.R [iris-model.png]
#
# All models start from the same weights and see the same batches, so their predictions must agree. The script prints a
# table, draws the history of the first one, and fails if an accuracy is too low or the backends do not agree.

library(keras)

picture <- c(commandArgs(TRUE), "iris-model.png")[[1]]

set.seed(2)
test <- unlist(tapply(seq_len(nrow(iris)), iris$Species, sample, size = 10))
x <- scale(as.matrix(iris[, 1:4]))
y <- to_categorical(as.integer(iris$Species) - 1)
order <- sample(seq_len(nrow(iris))[-test])

train <- function(weights) {
  model <- keras_model_sequential() %>%
    layer_dense(units = 16, activation = "relu", input_shape = c(4)) %>%
    layer_dense(units = 3, activation = "softmax")
  if (!is.null(weights)) {
    set_weights(model, weights)
  }
  start <- get_weights(model)
  model %>% compile(loss = "categorical_crossentropy", optimizer = optimizer_rmsprop(lr = 0.02), metrics = "accuracy")
  history <- model %>% fit(x[order, ], y[order, ], epochs = 20, batch_size = 24, validation_split = 0.2,
                           shuffle = FALSE)
  list(start = start, history = history, accuracy = evaluate(model, x[test, ], y[test, ], verbose = 0)$accuracy,
       predictions = predict(model, x[test, ]))
}

backends <- list_backends()
backends <- backends[backends$installed & backends$backend != "numpy", ]  # NumPy computes no gradients
runs <- list()
for (name in backends$backend) {
  use_backend(name)
  runs[[name]] <- train(if (length(runs)) runs[[1]]$start)
}

differences <- vapply(runs, function(run) max(abs(run$predictions - runs[[1]]$predictions)), 0)
accuracies <- vapply(runs, `[[`, 0, "accuracy")
print(data.frame(backend = names(runs), accuracy = sprintf("%.3f", accuracies),
                 difference = sprintf("%.1e", differences)), row.names = FALSE)
cat("\naccuracy: on", length(test), "flowers that no model has seen; difference: the largest of a prediction from",
    paste0(names(runs)[1], "'s\n\n"))
print(runs[[1]]$history)

png(picture, width = 1400, height = 1000, res = 170, type = if (capabilities("cairo")) "cairo" else "Xlib")
print(plot(runs[[1]]$history))
invisible(dev.off())
cat("\nThe history is in", picture, "\n")

if (any(accuracies < 0.9) || any(differences > 1e-3)) {
  stop("the models are less exact, or agree less, than they should")
}
