# One network, trained on iris by every installed backend that computes gradients, in one R session.
#
#   Rscript examples/iris.R [iris.png]
#
# All backends start from the same weights and see the same batches, so their final weights must agree.
# The script prints a table, draws the loss curves, and fails if an accuracy is too low or the backends do not agree.

library(keras)

picture <- c(commandArgs(TRUE), "iris.png")[[1]]
epochs <- 60
batch_size <- 24
least_accuracy <- 0.93
largest_difference <- 1e-4

# -- data: 40 flowers of each species to train on, 10 to test ------------------------------------------

set.seed(2)
test <- unlist(tapply(seq_len(nrow(iris)), iris$Species, sample, size = 10))
features <- as.matrix(iris[, 1:4])
features <- scale(features, colMeans(features[-test, ]), apply(features[-test, ], 2, sd))
classes <- as.integer(iris$Species)
targets <- diag(3)[classes, ]

# The batches of each epoch, and the weights that all backends start from.
batches <- replicate(epochs, split(sample(seq_along(classes)[-test]), rep(1:5, each = batch_size)),
                     simplify = FALSE)
start <- list(
  hidden_weights = matrix(rnorm(4 * 16, sd = 0.4), 4), hidden_bias = rep(0, 16),
  class_weights = matrix(rnorm(16 * 3, sd = 0.3), 16), class_bias = rep(0, 3)
)

# -- one training on the current backend ---------------------------------------------------------------

train <- function(title) {
  x <- k_placeholder(shape = c(NA, 4))
  y <- k_placeholder(shape = c(NA, 3))
  weights <- Map(function(value, name) k_variable(value, name = name), start, names(start))
  velocity <- lapply(start, function(value) k_variable(value * 0))

  hidden <- k_tanh(k_dot(x, weights$hidden_weights) + weights$hidden_bias)
  output <- k_softmax(k_dot(hidden, weights$class_weights) + weights$class_bias)
  loss <- k_mean(k_categorical_crossentropy(y, output))

  # Gradient descent with momentum.
  steps <- Map(function(v, gradient) v * 0.9 - gradient * 0.02, velocity, k_gradients(loss, weights))
  updates <- c(Map(k_update, velocity, steps), Map(function(w, step) k_update_add(w, step), weights, steps))
  step <- k_function(list(x, y), list(loss), updates)
  predict <- k_function(list(x), list(output))

  bar <- cli::cli_progress_bar(title, total = epochs, clear = FALSE, format = paste(
    "{cli::pb_name}{cli::pb_bar} epoch {cli::pb_current}/{cli::pb_total} | loss {signif(losses[epoch], 3)}"
  ))
  losses <- rep(NA_real_, epochs)
  for (epoch in seq_len(epochs)) {
    losses[epoch] <- mean(vapply(batches[[epoch]], function(rows) {
      step(list(features[rows, ], targets[rows, ]))[[1]]
    }, 0))
    cli::cli_progress_update(id = bar)
  }
  cli::cli_progress_done(id = bar)

  guess <- max.col(predict(list(features[test, ]))[[1]])
  list(losses = losses, accuracy = mean(guess == classes[test]), weights = k_batch_get_value(weights))
}

# -- all backends, one after another ---------------------------------------------------------------------

backends <- list_backends()
for (i in which(!backends$installed)) {
  cli::cli_alert_warning("{backends$title[i]} is not installed, and left out. Get it with
                          {.code keras::install_backend(\"{backends$backend[i]}\")}.")
}
backends <- backends[backends$installed & backends$backend != "numpy", ]  # NumPy computes no gradients
if (nrow(backends) == 0) {
  stop("no backend is installed; install_backend(\"tensorflow\") installs one")
}

runs <- lapply(seq_len(nrow(backends)), function(i) {
  use_backend(backends$backend[i])
  seconds <- system.time(run <- train(backends$title[i]))[["elapsed"]]
  c(run, seconds = seconds)
})

differences <- vapply(runs, function(run) {
  max(mapply(function(ours, first) max(abs(ours - first)), run$weights, runs[[1]]$weights))
}, 0)
accuracies <- vapply(runs, `[[`, 0, "accuracy")

cat("\n")
print(data.frame(
  backend = backends$backend,
  engine = paste(backends$title, backends$engine_version),
  Python = backends$python_version,
  accuracy = sprintf("%.3f", accuracies),
  seconds = sprintf("%.1f", vapply(runs, `[[`, 0, "seconds")),
  difference = sprintf("%.1e", differences)
), row.names = FALSE, right = FALSE)
cat("\naccuracy: on", length(test), "flowers that no training saw;",
    "difference: the largest of a final weight from", paste0(backends$title[1], "'s\n"))

# -- the loss curves -------------------------------------------------------------------------------------

# The curves coincide: wide ones are drawn below narrow ones, so that all are visible.
look <- data.frame(
  colour = c(rep_len(c("#F9C784", "#3D84A8", "#8CC7A1", "#D96C75"), nrow(backends) - 1), "#2B2D42"),
  width = seq(4 * nrow(backends), 1.8, length.out = nrow(backends))
)
png(picture, width = 1600, height = 1000, res = 180, type = if (capabilities("cairo")) "cairo" else "Xlib")
par(mar = c(4, 4.2, 4.2, 1.2), las = 1, bty = "n", fg = "grey40", col.axis = "grey30", col.lab = "grey20",
    tcl = -0.25, mgp = c(2.6, 0.6, 0), lend = "round", ljoin = "round")
curves <- vapply(runs, `[[`, numeric(epochs), "losses")
plot(NULL, xlim = c(1, epochs), ylim = c(0, max(curves)), xlab = "epoch",
     ylab = "training loss (cross-entropy)")
grid(nx = NA, ny = NULL, col = "grey90", lty = 1)
for (i in seq_along(runs)) {
  lines(curves[, i], col = look$colour[i], lwd = look$width[i])
}
title("One network, one R session, every backend", adj = 0, line = 2.4, col.main = "grey10", cex.main = 1.25)
mtext(sprintf("A softmax MLP on iris: same start, same batches; final weights agree within %.0e",
              max(differences)), adj = 0, line = 1, col = "grey35", cex = 0.9)
legend("topright", legend = paste0(backends$title, " ", backends$engine_version, "  (Python ",
                                   backends$python_version, ")"),
       col = look$colour, lwd = look$width, bty = "n", text.col = "grey20", y.intersp = 1.5, seg.len = 2.5)
invisible(dev.off())
cat("\nThe loss curves are in", picture, "\n")

# -- the promise -----------------------------------------------------------------------------------------

if (any(accuracies < least_accuracy)) {
  stop("the test accuracy is below ", least_accuracy, " on ",
       paste(backends$backend[accuracies < least_accuracy], collapse = ", "))
}
if (any(differences > largest_difference)) {
  stop("the final weights differ by more than ", largest_difference, " on ",
       paste(backends$backend[differences > largest_difference], collapse = ", "))
}
