# What each layer computes, compared with its definition in base R (helper-layers.R). The layer's own weights are used,
# except that biases of zeros are replaced, so that they have an effect.
set.seed(42)
row <- matrix(rnorm(10), 2)
sequence <- array(rnorm(24), c(2, 4, 3))
image <- array(rnorm(2 * 4 * 4 * 2), c(2, 4, 4, 2))
volume <- array(rnorm(2 * 2 * 4 * 2 * 2), c(2, 2, 4, 2, 2))
frames <- array(rnorm(2 * 3 * 2 * 2 * 2), c(2, 3, 2, 2, 2))
words <- matrix(c(0, 3, 1, 2), 2)

# A layer of one input is a function of it; the expected output is one of the input and the layer's weights.
flat <- function(x) t(apply(x, 1L, function(sample) as.vector(aperm(sample, rev(seq_along(dim(sample)))))))
stretched <- function(x, times) {
  positions <- lapply(seq_along(times), function(axis) rep(seq_len(dim(x)[axis + 1L]), each = times[[axis]]))
  do.call(`[`, c(list(x, TRUE), positions, list(TRUE, drop = FALSE)))
}
padded <- function(x, before, after) {
  sizes <- dim(x)[1L + seq_along(before)]
  result <- array(0, c(nrow(x), sizes + before + after, dim(x)[length(dim(x))]))
  places <- Map(function(from, size) from + seq_len(size), before, sizes)
  do.call(`[<-`, c(list(result, TRUE), unname(places), list(TRUE, value = x)))
}
cut_out <- function(x, start, size) array(window_at(x, start, size), c(nrow(x), size, dim(x)[length(dim(x))]))
relu <- function(x) pmax(x, 0)
elu <- function(x, alpha = 1) ifelse(x > 0, x, alpha * (exp(x) - 1))
softmax <- function(x) exp(x) / rowSums(exp(x))
same <- function(x, w) x
over <- function(x, summary) apply(x, c(1L, length(dim(x))), summary)
last <- function(steps) steps[[length(steps)]]
stacked <- function(steps) aperm(simplify2array(steps), c(1, 3, 2))

# An input, a layer, and the layer's expected output.
cases <- function() list( # nolint: brace_linter.
  list(row, layer_dense(units = 3), function(x, w) plus(x %*% w[[1]], w[[2]])),
  list(row, layer_dense(units = 2, activation = "softmax", use_bias = FALSE), function(x, w) softmax(x %*% w[[1]])),
  list(row, layer_reshape(target_shape = c(1, 5)), function(x, w) array(x, c(2, 1, 5))),
  list(row, layer_reshape(target_shape = list(1, NULL)), function(x, w) array(x, c(2, 1, 5))),
  list(row, layer_repeat_vector(n = 3), function(x, w) aperm(array(x, c(2, 5, 3)), c(1, 3, 2))),
  list(row, layer_lambda(f = function(x) x * 2), function(x, w) 2 * x),
  list(row, layer_activity_regularization(l1 = 0.1), same),
  list(row, layer_activation(activation = "tanh"), function(x, w) tanh(x)),
  list(row, layer_activation_leaky_relu(alpha = 0.2), function(x, w) ifelse(x > 0, x, 0.2 * x)),
  list(row, layer_activation_parametric_relu(alpha_initializer = "ones"), same),
  list(row, layer_activation_thresholded_relu(theta = 0.3), function(x, w) x * (x > 0.3)),
  list(row, layer_activation_elu(alpha = 0.5), function(x, w) elu(x, 0.5)),
  list(row, layer_activation_selu(), function(x, w) 1.0507010 * elu(x, 1.6732632)),
  list(row, layer_activation_softmax(), function(x, w) softmax(x)),
  list(row, layer_activation_relu(max_value = 0.5, negative_slope = 0.1, threshold = 0.2),
       function(x, w) ifelse(x >= 0.5, 0.5, ifelse(x >= 0.2, x, 0.1 * (x - 0.2)))),
  list(row, layer_dropout(rate = 0.5), same), list(row, layer_gaussian_noise(stddev = 0.5), same),
  list(row, layer_gaussian_dropout(rate = 0.5), same), list(row, layer_alpha_dropout(rate = 0.5), same),
  list(row, layer_batch_normalization(),
       function(x, w) plus(sweep(plus(x, -w[[3]]), 2, w[[1]] / sqrt(w[[4]] + 1e-3), "*"), w[[2]])),

  list(sequence, layer_permute(dims = c(2, 1)), function(x, w) aperm(x, c(1, 3, 2))),
  list(sequence, layer_flatten(), function(x, w) flat(x)),
  list(sequence, layer_spatial_dropout_1d(rate = 0.5), same),
  list(sequence, layer_masking(), same),
  list(sequence, layer_conv_1d(filters = 2, kernel_size = 3), function(x, w) plus(convolved(x, w[[1]]), w[[2]])),
  list(sequence, layer_conv_1d(filters = 2, kernel_size = 2, strides = 2, padding = "causal", activation = "relu"),
       function(x, w) relu(plus(convolved(padded(x, 1, 0), w[[1]], 2), w[[2]]))),
  list(sequence, layer_separable_conv_1d(filters = 2, kernel_size = 2, depth_multiplier = 2),
       function(x, w) plus(convolved(convolved_by_depth(x, w[[1]]), w[[2]]), w[[3]])),
  list(sequence, layer_locally_connected_1d(filters = 2, kernel_size = 3),
       function(x, w) convolved_locally(x, 3, w[[1]]) + rep(w[[2]], each = 2)),
  list(sequence, layer_upsampling_1d(size = 3), function(x, w) stretched(x, 3)),
  list(sequence, layer_zero_padding_1d(padding = c(2, 1)), function(x, w) padded(x, 2, 1)),
  list(sequence, layer_cropping_1d(cropping = c(1, 2)), function(x, w) cut_out(x, 2, 1)),
  list(sequence, layer_max_pooling_1d(pool_size = 2), function(x, w) pooled(x, 2, max)),
  list(sequence, layer_average_pooling_1d(pool_size = 2), function(x, w) pooled(x, 2, mean)),
  list(sequence, layer_global_max_pooling_1d(), function(x, w) over(x, max)),
  list(sequence, layer_global_average_pooling_1d(), function(x, w) over(x, mean)),
  list(sequence, layer_simple_rnn(units = 2), function(x, w) last(run_rnn(x, w))),
  list(sequence, layer_gru(units = 2, dropout = 0.5), function(x, w) last(run_gru(x, w))),
  list(sequence, layer_lstm(units = 2, return_sequences = TRUE), function(x, w) stacked(run_lstm(x, w))),
  list(sequence, bidirectional(layer = layer_simple_rnn(units = 2)),
       function(x, w) cbind(last(run_rnn(x, w[1:3])), last(run_rnn(x[, 4:1, ], w[4:6])))),
  list(sequence, time_distributed(layer = layer_dense(units = 2)),
       function(x, w) array(plus(matrix(x, 8) %*% w[[1]], w[[2]]), c(2, 4, 2))),
  list(words, layer_embedding(input_dim = 4, output_dim = 2),
       function(x, w) array(w[[1]][as.vector(x) + 1, ], c(2, 2, 2))),

  list(image, layer_conv_2d(filters = 3, kernel_size = c(2, 3), strides = c(2, 1)),
       function(x, w) plus(convolved(x, w[[1]], c(2, 1)), w[[2]])),
  list(image, layer_conv_2d_transpose(filters = 3, kernel_size = c(3, 2), strides = c(2, 2)),
       function(x, w) plus(spread(x, w[[1]], c(2, 2)), w[[2]])),
  list(image, layer_separable_conv_2d(filters = 3, kernel_size = c(2, 2)),
       function(x, w) plus(convolved(convolved_by_depth(x, w[[1]]), w[[2]]), w[[3]])),
  list(image, layer_depthwise_conv_2d(kernel_size = c(2, 3), depth_multiplier = 2),
       function(x, w) plus(convolved_by_depth(x, w[[1]]), w[[2]])),
  list(image, layer_locally_connected_2d(filters = 2, kernel_size = c(3, 3)),
       function(x, w) convolved_locally(x, c(3, 3), w[[1]]) + rep(w[[2]], each = 2)),
  list(image, layer_upsampling_2d(size = c(2, 1)), function(x, w) stretched(x, c(2, 1))),
  list(image, layer_zero_padding_2d(padding = list(c(1, 0), c(0, 2))), function(x, w) padded(x, c(1, 0), c(0, 2))),
  list(image, layer_cropping_2d(cropping = list(c(1, 0), c(2, 1))), function(x, w) cut_out(x, c(2, 3), c(3, 1))),
  list(image, layer_spatial_dropout_2d(rate = 0.5), same),
  list(image, layer_max_pooling_2d(), function(x, w) pooled(x, c(2, 2), max)),
  list(image, layer_average_pooling_2d(pool_size = c(2, 4)), function(x, w) pooled(x, c(2, 4), mean)),
  list(image, layer_global_max_pooling_2d(), function(x, w) over(x, max)),
  list(image, layer_global_average_pooling_2d(), function(x, w) over(x, mean)),

  list(volume, layer_conv_3d(filters = 2, kernel_size = c(1, 2, 2)),
       function(x, w) plus(convolved(x, w[[1]]), w[[2]])),
  list(volume, layer_conv_3d_transpose(filters = 2, kernel_size = c(2, 1, 2)),
       function(x, w) plus(spread(x, w[[1]], c(1, 1, 1)), w[[2]])),
  list(volume, layer_upsampling_3d(size = c(1, 1, 2)), function(x, w) stretched(x, c(1, 1, 2))),
  list(volume, layer_zero_padding_3d(padding = c(0, 1, 0)), function(x, w) padded(x, c(0, 1, 0), c(0, 1, 0))),
  list(volume, layer_cropping_3d(cropping = list(c(0, 1), c(1, 1), c(0, 0))),
       function(x, w) cut_out(x, c(1, 2, 1), c(1, 2, 2))),
  list(volume, layer_spatial_dropout_3d(rate = 0.5), same),
  list(volume, layer_max_pooling_3d(pool_size = c(1, 2, 2)), function(x, w) pooled(x, c(1, 2, 2), max)),
  list(volume, layer_average_pooling_3d(), function(x, w) pooled(x, c(2, 2, 2), mean)),
  list(volume, layer_global_max_pooling_3d(), function(x, w) over(x, max)),
  list(volume, layer_global_average_pooling_3d(), function(x, w) over(x, mean)),
  # With a kernel of one pixel, each pixel has an LSTM.
  list(frames, layer_conv_lstm_2d(filters = 2, kernel_size = c(1, 1)), function(x, w) {
    w[1:2] <- lapply(w[1:2], function(kernel) array(kernel, dim(kernel)[3:4]))
    pixels <- aperm(x, c(1, 3, 4, 2, 5))
    array(last(run_lstm(array(pixels, c(8, 3, 2)), w)), c(2, 2, 2, 2)) # nolint: object_usage_linter.
  })
)

for_each_backend("every layer computes its definition", {
  all <- cases()
  inputs <- vapply(all, function(case) paste(dim(case[[1L]]), collapse = " "), "")
  for (shape in unique(inputs)) {
    group <- all[inputs == shape]
    x <- group[[1L]][[1L]]
    input <- layer_input(dim(x)[-1L])
    outputs <- lapply(group, function(case) case[[2L]](input))
    weights <- lapply(group, function(case) {
      w <- lapply(get_weights(case[[2L]]), function(array) {
        if (all(array == 0)) array[] <- seq(0.1, 0.5, length.out = length(array))
        array
      })
      set_weights(case[[2L]], w)
      w
    })
    found <- predict(keras_model(input, outputs), x)
    found <- if (length(group) == 1L) list(found) else found
    Map(function(case, w, value) {
      expect_equal(value, case[[3L]](x, w), tolerance = 1e-5, label = class(case[[2L]])[[1L]], ignore_attr = FALSE)
    }, group, weights, found)
  }
})

for_each_backend("layers with several inputs compute their definitions", {
  a <- row
  b <- row[2:1, ] + 1
  inputs <- list(layer_input(5), layer_input(5))
  expected <- list(
    layer_add = a + b, layer_subtract = a - b, layer_multiply = a * b, layer_average = (a + b) / 2,
    layer_maximum = pmax(a, b), layer_minimum = pmin(a, b), layer_concatenate = cbind(a, b)
  )
  outputs <- lapply(names(expected), function(name) get(name)(inputs))
  outputs <- c(outputs, layer_dot(inputs, axes = 1), layer_dot(inputs, axes = 1, normalize = TRUE))
  found <- predict(keras_model(inputs, outputs), list(a, b))
  norm <- function(x) sqrt(rowSums(x^2))
  expected <- c(expected, list(matrix(rowSums(a * b)), matrix(rowSums(a * b) / norm(a) / norm(b))))
  expect_equal(found, unname(expected), tolerance = 1e-5)
})

for_each_backend("layers of noise act in training, by their definitions", {
  set.seed(7)
  sizes <- list(c(40, 100), c(40, 3, 30), c(40, 2, 2, 30), c(40, 2, 1, 2, 30))
  data <- lapply(sizes, function(size) array(rnorm(prod(size)), size))
  inputs <- lapply(data, function(x) layer_input(dim(x)[-1L]))
  layers <- list(layer_dropout(rate = 0.4), layer_gaussian_noise(stddev = 0.5), layer_gaussian_dropout(rate = 0.2),
                 layer_alpha_dropout(rate = 0.3), layer_spatial_dropout_1d(rate = 0.4),
                 layer_spatial_dropout_2d(rate = 0.4), layer_spatial_dropout_3d(rate = 0.4))
  of <- c(1, 1, 1, 1, 2, 3, 4)
  outputs <- Map(function(layer, input) layer(input, training = TRUE), layers, inputs[of])
  found <- predict(keras_model(inputs, unname(outputs)), data)
  x <- data[[1L]]
  kept <- found[[1L]] != 0
  expect_equal(found[[1L]], kept * x / 0.6, tolerance = 1e-5)
  expect_equal(mean(kept), 0.6, tolerance = 0.05)
  noise <- found[[2L]] - x
  expect_lt(abs(mean(noise)), 0.03)
  expect_equal(sd(noise), 0.5, tolerance = 0.05)
  factor <- found[[3L]] / x
  expect_equal(c(mean(factor), sd(factor)), c(1, sqrt(0.2 / 0.8)), tolerance = 0.05)
  # Klambauer et al., 2017: what is dropped becomes the value of -Inf, and both are scaled to keep mean and variance.
  lowest <- -1.0507009873554805 * 1.6732632423543772
  a <- 1 / sqrt(0.7 * (1 + 0.3 * lowest^2))
  kept <- abs(found[[4L]] - a * (lowest - 0.3 * lowest)) > 1e-4
  expect_equal(found[[4L]], a * (ifelse(kept, x, lowest) - 0.3 * lowest), tolerance = 1e-5)
  expect_equal(mean(kept), 0.7, tolerance = 0.05)
  # Whole channels are dropped.
  for (i in 5:7) {
    kept <- found[[i]] != 0
    expect_equal(found[[i]], kept * data[[of[[i]]]] / 0.6, tolerance = 1e-5)
    share <- apply(kept, c(1L, length(dim(kept))), mean)
    expect_true(all(share %in% 0:1))
    expect_equal(mean(share), 0.6, tolerance = 0.1)
  }
})

for_each_backend("steps that are masked do not count", {
  x <- sequence
  x[, 3:4, ] <- 9
  layer <- layer_simple_rnn(units = 2)
  input <- layer_input(c(4, 3))
  model <- keras_model(input, layer(layer_masking(input, mask_value = 9)))
  expect_equal(predict(model, x), run_rnn(x, get_weights(layer))[[2L]], tolerance = 1e-5)
})
