# Sunspots from month to month: a recurrent network on windows of a series that R ships.
#
#   Rscript examples/sunspots.R [sunspots.png]
#
# The network sees four years and predicts the number a year later. It is trained on the months before 1930, with
# windows of timeseries_generator(), and tested on later ones. The script draws both, and fails unless the predictions
# are better than the last number that the network has seen.

library(keras)

picture <- c(commandArgs(TRUE), "sunspots.png")[[1]]
use_session_with_seed(5, quiet = TRUE)

spots <- as.numeric(datasets::sunspots)  # 1749 to 1983
month <- as.numeric(time(datasets::sunspots))
training <- month < 1930
scaled <- (sqrt(spots) - mean(sqrt(spots[training]))) / sd(sqrt(spots[training]))
unscaled <- function(x) (x * sd(sqrt(spots[training])) + mean(sqrt(spots[training])))^2

# A window is every other month of four years, its target the number a year after the window's last month.
window <- 48
ahead <- 12
windows <- function(first, last, ...) {
  seen <- first:(last - ahead + 1)
  timeseries_generator(matrix(scaled[seen]), scaled[seen + ahead - 1], length = window, sampling_rate = 2,
                       batch_size = 64, ...)
}
start <- which(!training)[1]
train <- windows(1, start - 1, shuffle = TRUE)
test <- windows(start - window - ahead + 1, length(scaled))

model <- keras_model_sequential() %>%
  layer_gru(units = 12, input_shape = c(window / 2, 1)) %>%
  layer_dense(units = 1)
model %>% compile(optimizer = optimizer_adam(lr = 0.005), loss = "mse")
history <- model %>% fit_generator(train, steps_per_epoch = length(train), epochs = 8, verbose = 2,
                                   validation_data = test, validation_steps = length(test))
predicted <- unscaled(as.vector(predict_generator(model, test, steps = length(test))))

months <- start:length(scaled)
png(picture, width = 1600, height = 720, res = 160, type = if (capabilities("cairo")) "cairo" else "Xlib")
par(mar = c(3, 5, 2.5, 1), mgp = c(3.2, 0.7, 0), las = 1, bty = "l")
plot(month[months], spots[months], pch = 20, cex = 0.5, col = "grey60", xlab = "", ylab = "sunspots",
     main = "Sunspots by month, and what a GRU predicts a year ahead")
lines(month[months], predicted, col = "steelblue", lwd = 2)
legend("topleft", c("observed", "predicted"), pch = c(20, NA), lwd = c(NA, 2), col = c("grey60", "steelblue"),
       bty = "n")
invisible(dev.off())

error <- function(prediction) sqrt(mean((spots[months] - prediction)^2))
errors <- c(network = error(predicted), `a year before` = error(spots[months - ahead]))
cat("\nRoot mean squared error:\n")
print(round(errors, 1))
cat("The series is in", picture, "\n")
if (errors[["network"]] >= errors[["a year before"]]) {
  stop("the predictions are no better than the number of a year before")
}
