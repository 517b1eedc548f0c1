# A convolution, computed from its definition. Dimensions of x: samples, spatial axes, channels; of the kernel: spatial
# sizes, channels, filters.
convolved <- function(x, kernel, strides = 1, same = FALSE, dilation = 1, depthwise = FALSE) {
  axes <- length(dim(x)) - 2
  strides <- rep_len(strides, axes)
  dilation <- rep_len(dilation, axes)
  sizes <- dim(x)[1 + seq_len(axes)]
  width <- (dim(kernel)[seq_len(axes)] - 1) * dilation + 1
  if (same) {
    out <- ceiling(sizes / strides)
    total <- pmax((out - 1) * strides + width - sizes, 0)
    x <- with_border(x, total %/% 2, total - total %/% 2)
  } else {
    out <- (sizes - width) %/% strides + 1
  }
  channels <- dim(x)[axes + 2]
  filters <- dim(kernel)[axes + 2]
  result <- array(0, c(dim(x)[1], out, if (depthwise) channels * filters else filters))
  for (place in places(out)) {
    for (offset in places(dim(kernel)[seq_len(axes)])) {
      seen <- matrix(at(x, (place - 1) * strides + (offset - 1) * dilation + 1), dim(x)[1])
      weights <- matrix(do.call(`[`, c(list(kernel), as.list(offset), list(TRUE, TRUE))), channels)
      if (depthwise) {
        product <- do.call(cbind, lapply(seq_len(channels), function(i) seen[, i] %o% weights[i, ]))
      } else {
        product <- seen %*% weights
      }
      sums <- as.vector(at(result, place)) + product
      result <- do.call(`[<-`, c(list(result), list(TRUE), as.list(place), list(TRUE), list(sums)))
    }
  }
  result
}

at <- function(x, place) do.call(`[`, c(list(x), list(TRUE), as.list(place), list(TRUE)))
places <- function(sizes) asplit(as.matrix(expand.grid(lapply(sizes, seq_len))), 1) |> lapply(as.vector)

with_border <- function(x, before, after, fill = 0) {
  axes <- length(before)
  sizes <- dim(x)
  sizes[1 + seq_len(axes)] <- sizes[1 + seq_len(axes)] + before + after
  inside <- lapply(seq_len(axes), function(i) before[[i]] + seq_len(dim(x)[[i + 1]]))
  do.call(`[<-`, c(list(array(fill, sizes)), list(TRUE), inside, list(TRUE), list(x)))
}

# Move the channels from last to second, and back.
first <- function(x) aperm(x, c(1, length(dim(x)), 2:(length(dim(x)) - 1)))
last <- function(x) aperm(x, c(1, 3:length(dim(x)), 2))

numbers <- function(...) array(sin(seq_len(prod(...)) * 1.7), c(...))
sequence <- numbers(2, 7, 3)
image <- numbers(2, 5, 6, 2)
volume <- numbers(1, 4, 3, 5, 2)

for_each_backend("conv1d", {
  kernel <- numbers(3, 3, 4)
  expect_value(k_conv1d(sequence, kernel), convolved(sequence, kernel), tolerance = 1e-4)
  expect_value(k_conv1d(sequence, kernel, strides = 2, padding = "same"),
               convolved(sequence, kernel, 2, TRUE),
               tolerance = 1e-4)
  expect_value(k_conv1d(sequence, kernel, dilation_rate = 2), convolved(sequence, kernel, dilation = 2),
               tolerance = 1e-4)
  expect_value(k_conv1d(sequence, kernel, padding = "causal"), convolved(with_border(sequence, 2, 0), kernel),
               tolerance = 1e-4)
  expect_value(k_conv1d(first(sequence), kernel, data_format = "channels_first"),
               first(convolved(sequence, kernel)),
               tolerance = 1e-4)
  expect_keras_error(k_conv1d(sequence, numbers(3, 2, 4)), "shape",
                     c("k_conv1d()", "3 channels", "(3, 2, 4)"))
  expect_keras_error(k_conv1d(sequence, kernel, padding = "full"), "argument",
                     c("k_conv1d()", "full", "valid"))
})

for_each_backend("conv2d", {
  kernel <- numbers(3, 2, 2, 3)
  expect_value(k_conv2d(image, kernel), convolved(image, kernel), tolerance = 1e-4)
  expect_value(k_conv2d(image, kernel, strides = c(2, 1), padding = "same"),
               convolved(image, kernel, c(2, 1), TRUE),
               tolerance = 1e-4)
  expect_value(k_conv2d(image, kernel, dilation_rate = c(1, 2)), convolved(image, kernel, dilation = c(1, 2)),
               tolerance = 1e-4)
  expect_value(k_conv2d(image, kernel, strides = 2), convolved(image, kernel, 2), tolerance = 1e-4)
  expect_value(k_conv2d(first(image), kernel, data_format = "channels_first"),
               first(convolved(image, kernel)),
               tolerance = 1e-4)
  expect_keras_error(k_conv2d(image, kernel, strides = c(2, 2), dilation_rate = c(2, 2)), "argument",
                     "k_conv2d()")
  expect_keras_error(k_conv2d(sequence, kernel), "shape", c("k_conv2d()", "4 dimensions"))
})

for_each_backend("conv3d", {
  kernel <- numbers(2, 2, 3, 2, 2)
  expect_value(k_conv3d(volume, kernel), convolved(volume, kernel), tolerance = 1e-4)
  expect_value(k_conv3d(volume, kernel, strides = c(2, 1, 2), padding = "same"),
               convolved(volume, kernel, c(2, 1, 2), TRUE), tolerance = 1e-4)
})

for_each_backend("depthwise and separable convolutions", {
  kernel <- numbers(3, 2, 2, 3)
  expect_value(k_depthwise_conv2d(image, kernel), convolved(image, kernel, depthwise = TRUE),
               tolerance = 1e-4)
  expect_value(k_depthwise_conv2d(image, kernel, strides = c(2, 2), padding = "same"),
               convolved(image, kernel, 2, TRUE, depthwise = TRUE), tolerance = 1e-4)
  across <- numbers(1, 1, 6, 4)
  expect_value(k_separable_conv2d(image, kernel, across),
               convolved(convolved(image, kernel, depthwise = TRUE), across), tolerance = 1e-4)
  kernel <- numbers(3, 3, 2)
  across <- numbers(1, 6, 4)
  expect_value(k_separable_conv1d(sequence, kernel, across, padding = "same"),
               convolved(convolved(sequence, kernel, same = TRUE, depthwise = TRUE),
                         across), tolerance = 1e-4)
})

# <conv(y), x> = <y, transposed(x)> for every y: the transpose is what makes both sides equal.
for_each_backend("transposed convolutions", {
  kernel <- numbers(3, 2, 2, 3)
  small <- numbers(2, 3, 6, 3)
  result <- k_conv2d_transpose(small, kernel, c(NA, 5, 6, 2), strides = c(2, 1), padding = "same")
  expect_equal(dim(result), c(2L, 5L, 6L, 2L))
  expect_equal(sum(convolved(image, kernel, c(2, 1), TRUE) * small), sum(image * k_eval(result)),
               tolerance = 1e-4)
  other <- numbers(2, 5, 6, 2)^2
  expect_equal(sum(convolved(other, kernel, c(2, 1), TRUE) * small), sum(other * k_eval(result)),
               tolerance = 1e-4)
  sizes <- k_constant(c(5, 6), dtype = "int32")
  same <- k_conv2d_transpose(small, kernel, list(NULL, sizes[1], sizes[2], 2), strides = list(2, 1),
                             padding = "same")
  expect_equal(k_eval(same), k_eval(result))
  kernel <- numbers(2, 2, 3, 2, 2)
  small <- numbers(1, 3, 2, 3, 2)
  result <- k_conv3d_transpose(small, kernel, c(1, 4, 3, 5, 2))
  expect_equal(sum(convolved(volume, kernel) * small), sum(volume * k_eval(result)), tolerance = 1e-4)
  expect_keras_error(k_conv2d_transpose(numbers(1, 3, 3, 3), numbers(3, 3, 2, 3), c(1, 9, 9, 2)), "shape",
                     c("k_conv2d_transpose()", "output_shape"))
})

pooled <- function(x, size, strides, same, f) {
  axes <- length(dim(x)) - 2
  sizes <- dim(x)[1 + seq_len(axes)]
  if (same) {
    out <- ceiling(sizes / strides)
    total <- pmax((out - 1) * strides + size - sizes, 0)
    x <- with_border(x, total %/% 2, total - total %/% 2, NA)
  } else {
    out <- (sizes - size) %/% strides + 1
  }
  result <- array(NA_real_, c(dim(x)[1], out, dim(x)[axes + 2]))
  for (place in places(out)) {
    window <- Map(function(start, width) start + seq_len(width), (place - 1) * strides, rep_len(size, axes))
    seen <- do.call(`[`, c(list(x), list(TRUE), window, list(TRUE, drop = FALSE)))
    values <- apply(seen, c(1, axes + 2), f, na.rm = TRUE)
    result <- do.call(`[<-`, c(list(result), list(TRUE), as.list(place), list(TRUE), list(values)))
  }
  result
}

for_each_backend("pooling", {
  for (same in c(FALSE, TRUE)) {
    padding <- if (same) "same" else "valid"
    expect_value(k_pool2d(image, c(2, 2), padding = padding), pooled(image, c(2, 2), c(1, 1), same, max))
    expect_value(k_pool2d(image, c(3, 2), strides = c(2, 2), padding = padding, pool_mode = "avg"),
                 pooled(image, c(3, 2), c(2, 2), same, mean), tolerance = 1e-4)
    expect_value(k_pool3d(volume, 2, strides = c(1, 1, 2), padding = padding),
                 pooled(volume, c(2, 2, 2), c(1, 1, 2), same, max))
  }
  expect_value(k_pool2d(first(image), c(2, 2), data_format = "channels_first"),
               first(pooled(image, c(2, 2), c(1, 1), FALSE, max)))
  expect_keras_error(k_pool2d(image, c(7, 1)), "shape", c("k_pool2d()", "window"))
  expect_keras_error(k_pool2d(image, c(2, 2), pool_mode = "sum"), "argument", c("k_pool2d()", "sum", "avg"))
})

for_each_backend("locally connected convolutions", {
  kernel <- numbers(3, 9, 2)  # 3 places, 3 steps of 3 channels
  expected <- array(NA_real_, c(2, 3, 2))
  for (place in 1:3) {
    patch <- t(apply(sequence[, (place - 1) * 2 + 1:3, ], 1, function(patch) as.vector(t(patch))))
    expected[, place, ] <- patch %*% kernel[place, , ]
  }
  expect_value(k_local_conv1d(sequence, kernel, 3, 2), expected, tolerance = 1e-4)
  kernel <- numbers(4 * 3, 2 * 2 * 2, 3)
  expected <- array(NA_real_, c(2, 4, 3, 3))
  for (place in places(c(4, 3))) {
    window <- image[, place[[1]] + 0:1, (place[[2]] - 1) * 2 + 1:2, ]
    patch <- t(apply(window, 1, function(patch) as.vector(aperm(patch))))
    expected[, place[[1]], place[[2]], ] <- patch %*% kernel[(place[[1]] - 1) * 3 + place[[2]], , ]
  }
  expect_value(k_local_conv2d(image, kernel, c(2, 2), c(1, 2), output_shape = c(4, 3)), expected,
               tolerance = 1e-4)
  expect_keras_error(k_local_conv1d(sequence, kernel, 3, 2), "shape", c("k_local_conv1d()", "kernel"))
})
