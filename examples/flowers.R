# Pictures of iris flowers, told apart by the same model on every installed backend that computes gradients, in one R
# session.
#
#   Rscript examples/flowers.R [flowers.png]
#
# Each of R's 150 iris flowers is drawn from its measurements, three sepals and three petals, turned by eight random
# angles: images of 28 x 28 pixels. All models start from the same weights; dropout then draws its own random numbers on
# each engine, so the curves differ a little. The first model is compared on all backends: there, the predictions must
# agree. The script draws images, histories and comparison, and fails if a model is not accurate or the backends differ.

library(keras)

picture <- c(commandArgs(TRUE), "flowers.png")[[1]]
set.seed(7)
size <- 28
turns <- 8

# -- images ------------------------------------------------------------------------------------------------

# How far each pixel is inside three leaves, ellipses that begin at the centre: 0 outside, 1 inside
leaves <- function(length, width, angle) {
  position <- seq(-8, 8, length.out = size)  # in cm; the longest sepal has 7.9
  inside <- lapply(angle + c(0, 2, 4) * pi / 3, function(turn) {
    along <- outer(position, position, function(y, x) cos(turn) * x + sin(turn) * y)
    across <- outer(position, position, function(y, x) cos(turn) * y - sin(turn) * x)
    plogis(10 * (1 - (2 * along / length - 1)^2 - (2 * across / width)^2))
  })
  do.call(pmax, inside)
}

drawing <- function(flower, angle) {
  sepals <- leaves(flower$Sepal.Length, flower$Sepal.Width, angle)
  petals <- leaves(flower$Petal.Length, flower$Petal.Width, angle + pi / 3)
  pmax(sepals / 2, petals)
}

drawings <- function(rows) {
  images <- vapply(rep(rows, each = turns), function(row) {
    as.vector(t(drawing(iris[row, ], runif(1, 0, 2 * pi))))
  }, numeric(size^2))
  list(x = t(images), y = to_categorical(rep(as.integer(iris$Species)[rows] - 1, each = turns)))
}

test_rows <- unlist(tapply(seq_len(nrow(iris)), iris$Species, sample, size = 10))
c(x_train, y_train) %<-% drawings(sample(seq_len(nrow(iris))[-test_rows]))
c(x_test, y_test) %<-% drawings(test_rows)

# -- one model for each backend ----------------------------------------------------------------------------

new_model <- function() {
  model <- keras_model_sequential() %>%
    layer_dense(units = 256, activation = "relu", input_shape = c(784)) %>%
    layer_dropout(rate = 0.4) %>%
    layer_dense(units = 3, activation = "softmax")
  model %>% compile(loss = "categorical_crossentropy", optimizer = optimizer_rmsprop(), metrics = c("accuracy"))
}

backends <- list_backends()
backends <- backends$backend[backends$installed & backends$backend != "numpy"]  # NumPy computes no gradients
models <- list()
histories <- list()
for (name in backends) {
  use_backend(name)
  set.seed(1)  # the same initial weights and the same order of the images
  models[[name]] <- new_model()
  histories[[name]] <- models[[name]] %>% fit(x_train, y_train, epochs = 30, batch_size = 128, validation_split = 0.2)
}

results <- do.call(rbind, lapply(backends, function(name) {
  scores <- models[[name]] %>% evaluate(x_test, y_test, verbose = 0)
  classes <- models[[name]] %>% predict_classes(x_test)
  wrong <- sum(classes != max.col(y_test) - 1)
  data.frame(backend = name, loss = scores$loss, accuracy = scores$accuracy, wrong = wrong)
}))
cat("\nTrained on each backend, and tested on", nrow(x_test), "images of flowers that no model has seen:\n\n")
print(results, digits = 3, row.names = FALSE)

comparison <- compare_backends(models[[1]], x_test)
cat("\nPredictions of the model trained on ", backends[[1]], ", computed by each backend:\n\n", sep = "")
print(comparison)

# -- the picture -------------------------------------------------------------------------------------------

library(ggplot2)

shown <- vapply(c(3, 51, 101, 27, 84, 145), function(row) {
  as.vector(t(drawing(iris[row, ], 0.3)))
}, numeric(size^2))
labels <- as.character(iris$Species[c(3, 51, 101)])
pixels <- data.frame(
  x = rep(seq_len(size), size), y = rep(seq_len(size), each = size), value = as.vector(shown),
  species = factor(rep(rep(labels, 2), each = size^2), labels), row = rep(1:2, each = 3 * size^2)
)
images <- ggplot(pixels, aes(x, y, fill = value)) + geom_raster(show.legend = FALSE) +
  facet_grid(row ~ species) + coord_equal(expand = FALSE) + scale_fill_gradient(low = "white", high = "#5b2a86") +
  theme_void() + theme(strip.text = element_text(margin = margin(4, 0, 4, 0)), strip.text.y = element_blank()) +
  labs(title = "the images: flowers drawn from their measurements")

curves <- do.call(rbind, lapply(backends, function(name) {
  cbind(subset(as.data.frame(histories[[name]]), metric == "loss" & data == "validation"), backend = name)
}))
curves$backend <- factor(curves$backend, backends)
together <- ggplot(curves, aes(epoch, value, colour = backend)) + geom_line() +
  labs(title = "trained on each backend", y = "validation loss") + theme(legend.title = element_blank())

others <- as.data.frame(comparison)[-1, ]
others$backend <- factor(others$backend, rev(others$backend))
differences <- ggplot(others, aes(pmax(absolute, 1e-9), backend)) + geom_point(size = 2.5) +
  scale_x_log10(limits = c(1e-9, 1), breaks = 10^c(-9, -6, -3, 0)) +
  labs(title = paste0("one model on each backend: largest difference\nof a prediction from ", comparison$backend[[1]]),
       x = NULL, y = NULL)

png(picture, width = 2000, height = 1300, res = 170, type = if (capabilities("cairo")) "cairo" else "Xlib")
grid::pushViewport(grid::viewport(layout = grid::grid.layout(2, 2)))
place <- function(row, column) grid::viewport(layout.pos.row = row, layout.pos.col = column)
plotted <- if ("cntk" %in% backends) "cntk" else backends[[1]]
print(images, vp = place(1, 1))
print(plot(histories[[plotted]]) + labs(title = paste0("plot(history), ", plotted)) +
        theme(legend.title = element_blank()), vp = place(1, 2))
print(together, vp = place(2, 1))
print(differences, vp = place(2, 2))
invisible(dev.off())
cat("\nThe picture is in", picture, "\n")

if (any(results$accuracy < 0.9) || any(comparison$absolute > 1e-4)) {
  stop("a model is less accurate, or the backends agree less, than they should")
}
