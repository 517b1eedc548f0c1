# The networks of backend.py in R. `K` is a list of backend functions, the R package's or those of Keras itself.

rate <- list(mlp = 0.1, cnn = 0.001, lstm = 0.5)
batch <- list(mlp = 128L, cnn = 64L, lstm = 64L)

# -- networks ------------------------------------------------------------------------------------------

workloads <- list()

workloads$mlp <- function() {
  x <- K$placeholder(list(NULL, 784L))
  y <- K$placeholder(list(NULL, 10L))
  w <- variables("mlp")
  loss <- loss_of(y, perceptron(w, x))
  fed("mlp", K$compile(list(x, y), list(loss), descent(loss, w, rate$mlp)))
}

workloads$resident <- function() {
  samples <- K$variable(data_of("mlp_x"))
  targets <- K$variable(data_of("mlp_y"))
  rows <- K$placeholder(list(NULL), "int32")
  w <- variables("mlp")
  x <- K$shaped(K$gather(samples, rows), list(NULL, 784L))
  loss <- loss_of(K$shaped(K$gather(targets, rows), list(NULL, 10L)), perceptron(w, x))
  step <- K$compile(list(rows), list(loss), descent(loss, w, rate$mlp))
  batches <- lapply(rows_of("mlp"), function(rows) list(array(rows - 1L)))
  keep(samples, targets)
  function(i) step(batches[[(i - 1L) %% length(batches) + 1L]])[[1]]
}

perceptron <- function(w, x) {
  hidden <- K$shaped(K$relu(K$bias_add(K$dot(x, w$hidden), w$hidden_bias)), list(NULL, 512L))
  K$bias_add(K$dot(hidden, w$out), w$out_bias)
}

workloads$cnn <- function() {
  x <- K$placeholder(list(NULL, 28L, 28L, 1L))
  y <- K$placeholder(list(NULL, 10L))
  w <- variables("cnn")
  images <- K$relu(K$bias_add(K$conv2d(x, w$first), w$first_bias))
  images <- K$shaped(K$pool2d(images), list(NULL, 14L, 14L, 32L))
  images <- K$relu(K$bias_add(K$conv2d(images, w$second), w$second_bias))
  flat <- K$shaped(K$batch_flatten(K$pool2d(images)), list(NULL, 7L * 7L * 64L))
  dense <- K$shaped(K$relu(K$bias_add(K$dot(flat, w$dense), w$dense_bias)), list(NULL, 128L))
  loss <- loss_of(y, K$bias_add(K$dot(dense, w$out), w$out_bias))
  fed("cnn", K$compile(list(x, y), list(loss), adam(loss, w, rate$cnn)))
}

workloads$lstm <- function() {
  units <- 128L
  x <- K$placeholder(list(NULL, 50L, 64L))
  y <- K$placeholder(list(NULL, 10L))
  w <- variables("lstm")
  step <- function(x, states) {
    gates <- K$bias_add(K$add(K$dot(x, w$kernel), K$dot(states[[2]], w$recurrent)), w$bias)
    gate <- function(i) K$columns(gates, i * units, (i + 1L) * units)
    cell <- K$add(K$multiply(K$sigmoid(gate(1L)), states[[1]]), K$multiply(K$sigmoid(gate(0L)), K$tanh(gate(3L))))
    output <- K$multiply(K$sigmoid(gate(2L)), K$tanh(cell))
    list(output, list(cell, output))
  }
  zeros <- K$zero_states(x, units)
  last <- K$shaped(K$rnn(step, x, list(zeros, zeros)), list(NULL, units))
  loss <- loss_of(y, K$bias_add(K$dot(last, w$out), w$out_bias))
  fed("lstm", K$compile(list(x, y), list(loss), descent(loss, w, rate$lstm)))
}

# -- their parts ---------------------------------------------------------------------------------------

kept <- list() # keeps variables alive, which a Keras function on TensorFlow does not

keep <- function(...) kept <<- c(kept, list(...))

variables <- function(workload) {
  w <- lapply(weights_of(workload), function(value) (if (length(dim(value)) == 4) K$kernel else K$variable)(value))
  keep(w)
  w
}

loss_of <- function(target, logits) K$mean(K$crossentropy(target, K$shaped(logits, list(NULL, 10L))))

less <- function(w, change) K$update(w, K$subtract(w, change))

descent <- function(loss, w, rate) {
  unname(Map(function(w, gradient) less(w, K$multiply(gradient, rate)), w, K$gradients(loss, w)))
}

adam <- function(loss, w, rate, beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-7) {
  steps <- K$variable(0)
  keep(steps)
  now <- K$add(steps, 1)
  rest <- function(beta) K$add(K$multiply(K$pow(K$constant(beta), now), -1), 1)
  rate <- K$multiply(K$divide(K$sqrt(rest(beta_2)), rest(beta_1)), rate)
  updates <- Map(function(w, gradient) {
    mean <- K$variable(array(0, K$size(w)))
    square <- K$variable(array(0, K$size(w)))
    keep(mean, square)
    new_mean <- K$add(K$multiply(mean, beta_1), K$multiply(gradient, 1 - beta_1))
    new_square <- K$add(K$multiply(square, beta_2), K$multiply(K$square(gradient), 1 - beta_2))
    change <- K$divide(K$multiply(rate, new_mean), K$add(K$sqrt(new_square), epsilon))
    list(K$update(mean, new_mean), K$update(square, new_square), less(w, change))
  }, w, K$gradients(loss, w))
  c(list(K$update(steps, now)), unlist(unname(updates), recursive = FALSE))
}

fed <- function(workload, step) {
  force(step)
  batches <- batches_of(workload)
  function(i) step(batches[[(i - 1L) %% length(batches) + 1L]])[[1]]
}

# -- calls ---------------------------------------------------------------------------------------------

workloads$small <- function() {
  variable <- K$variable(data_of("small"))
  function(i) {
    K$abs(variable)
    NULL
  }
}

workloads$transfer <- function() {
  big <- data_of("big")
  variable <- K$variable(array(0, dim(big)))
  function(i) {
    K$set_value(variable, big)
    K$get_value(variable)[i, i]
  }
}
