# Reference implementations of layers in base R, from their definitions. Arrays are (samples, positions ..., channels).

# The part of an array that begins at the given position and has the given size.
window_at <- function(x, start, size) {
  positions <- Map(function(first, count) seq(first, length.out = count), start, size)
  part <- do.call(`[`, c(list(x, TRUE), unname(positions), list(TRUE, drop = FALSE)))
  array(part, c(dim(x)[1L], prod(size), dim(x)[length(dim(x))]))
}

# f(window, i), a matrix (samples, channels), for each window of an array; `i` counts windows, the last axis fastest.
over_windows <- function(x, size, strides, f) {
  spatial <- dim(x)[-c(1L, length(dim(x)))]
  places <- (spatial - size) %/% strides + 1
  grid <- as.matrix(rev(expand.grid(rev(lapply(places, seq_len)))))
  values <- lapply(seq_len(nrow(grid)), function(i) f(window_at(x, (grid[i, ] - 1) * strides + 1, size), i))
  result <- array(0, c(dim(x)[1L], places, ncol(values[[1L]])))
  for (i in seq_len(nrow(grid))) {
    result <- do.call(`[<-`, c(list(result, TRUE), as.list(unname(grid[i, ])), list(TRUE, value = values[[i]])))
  }
  result
}

# Kernels are (positions ..., channels, filters).
convolved <- function(x, kernel, strides = 1) {
  size <- dim(kernel)[seq_len(length(dim(kernel)) - 2L)]
  kernel <- matrix(kernel, ncol = dim(kernel)[length(dim(kernel))])
  over_windows(x, size, strides, function(window, i) matrix(window, nrow(window)) %*% kernel)
}

# Each channel has its own kernels, (positions ..., channels, multiples).
convolved_by_depth <- function(x, kernel) {
  rank <- length(dim(kernel)) - 2L
  multiples <- dim(kernel)[rank + 2L]
  size <- dim(kernel)[seq_len(rank)]
  kernel <- array(kernel, c(prod(size), dim(kernel)[rank + 1:2]))
  over_windows(x, size, 1, function(window, i) {
    one <- function(channel) matrix(window[, , channel], nrow(window)) %*% matrix(kernel[, channel, ], ncol = multiples)
    do.call(cbind, lapply(seq_len(dim(window)[3L]), one))
  })
}

pooled <- function(x, size, summary) over_windows(x, size, size, function(window, i) apply(window, c(1L, 3L), summary))

# Kernels are (windows, positions and channels, filters), the last axis of a window and its channels fastest.
convolved_locally <- function(x, size, kernel) {
  order <- as.vector(aperm(array(seq_len(prod(size)), size)))
  over_windows(x, size, 1, function(window, i) {
    matrix(aperm(window[, order, ], c(1L, 3L, 2L)), nrow(window)) %*% kernel[i, , ]
  })
}

# Kernels are (positions ..., filters, channels): each element of the input adds its kernel to the output.
spread <- function(x, kernel, strides) {
  rank <- length(dim(kernel)) - 2L
  size <- dim(kernel)[seq_len(rank)]
  spatial <- dim(x)[1L + seq_len(rank)]
  filters <- dim(kernel)[rank + 1L]
  result <- array(0, c(dim(x)[1L], spatial * strides + pmax(size - strides, 0), filters))
  for (i in seq_len(prod(spatial))) {
    for (k in seq_len(prod(size))) {
      from <- arrayInd(i, spatial)
      at <- as.list((from - 1) * strides + arrayInd(k, size))
      values <- matrix(window_at(x, from, rep(1, rank)), nrow(x)) %*%
        t(matrix(do.call(`[`, c(list(kernel), as.list(arrayInd(k, size)), list(TRUE, TRUE))), filters))
      before <- do.call(`[`, c(list(result, TRUE), at, list(TRUE)))
      result <- do.call(`[<-`, c(list(result, TRUE), at, list(TRUE, value = before + values)))
    }
  }
  result
}

# -- recurrent layers ---------------------------------------------------------------------------------------
hard_sigmoid <- function(x) pmin(pmax(0.2 * x + 0.5, 0), 1)

plus <- function(x, bias) sweep(x, length(dim(x)), bias, "+")

# The columns of units of one gate.
gate <- function(x, which, units) {
  columns <- (which - 1) * units + seq_len(units)
  if (is.null(dim(x))) x[columns] else x[, columns, drop = FALSE]
}

# The outputs at all steps, for weights as get_weights() returns them.
run_rnn <- function(x, weights) {
  h <- matrix(0, nrow(x), ncol(weights[[1L]]))
  lapply(seq_len(dim(x)[2L]), function(t) {
    h <<- tanh(plus(matrix(x[, t, ], nrow(x)) %*% weights[[1L]] + h %*% weights[[2L]], weights[[3L]]))
  })
}

run_gru <- function(x, weights) {
  units <- nrow(weights[[2L]])
  h <- matrix(0, nrow(x), units)
  lapply(seq_len(dim(x)[2L]), function(t) {
    from_input <- plus(matrix(x[, t, ], nrow(x)) %*% weights[[1L]], weights[[3L]])
    update <- hard_sigmoid(gate(from_input, 1, units) + h %*% gate(weights[[2L]], 1, units))
    reset <- hard_sigmoid(gate(from_input, 2, units) + h %*% gate(weights[[2L]], 2, units))
    proposed <- tanh(gate(from_input, 3, units) + (reset * h) %*% gate(weights[[2L]], 3, units))
    h <<- update * h + (1 - update) * proposed
  })
}

run_lstm <- function(x, weights) {
  units <- nrow(weights[[2L]])
  h <- carried <- matrix(0, nrow(x), units)
  lapply(seq_len(dim(x)[2L]), function(t) {
    z <- plus(matrix(x[, t, ], nrow(x)) %*% weights[[1L]] + h %*% weights[[2L]], weights[[3L]])
    carried <<- hard_sigmoid(gate(z, 2, units)) * carried + hard_sigmoid(gate(z, 1, units)) * tanh(gate(z, 3, units))
    h <<- hard_sigmoid(gate(z, 4, units)) * tanh(carried)
  })
}
