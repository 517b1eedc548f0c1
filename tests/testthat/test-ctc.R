# The probability of labels by its definition: the sum over all paths that collapse to them.
collapsed <- function(path, blank) {
  path <- path[c(TRUE, diff(path) != 0)]
  path[path != blank]
}

labellings <- function(p) {
  paths <- as.matrix(expand.grid(rep(list(seq_len(ncol(p)) - 1), nrow(p))))
  probability <- apply(paths, 1, function(path) prod(p[cbind(seq_along(path), path + 1)]))
  labels <- apply(paths, 1, function(path) paste(collapsed(path, ncol(p) - 1), collapse = " "))
  sort(tapply(probability, labels, sum), decreasing = TRUE)
}

set.seed(4)
probabilities <- array(runif(2 * 4 * 3), c(2, 4, 3))
probabilities <- probabilities / array(apply(probabilities, c(1, 2), sum), dim(probabilities))

for_each_backend("the cost is the logarithm of the sum over all paths", {
  labels <- rbind(c(0, 1), c(1, 0))
  cost <- k_ctc_batch_cost(labels, probabilities, c(4, 3), c(2, 1))
  expected <- -log(c(labellings(probabilities[1, , ])[["0 1"]], labellings(probabilities[2, 1:3, ])[["1"]]))
  expect_value(cost, matrix(expected), tolerance = 1e-4)
  expect_value(k_ctc_batch_cost(labels, probabilities, matrix(c(4, 3)), matrix(c(2, 1))), matrix(expected),
               tolerance = 1e-4)
  expect_equal(k_eval(k_ctc_batch_cost(labels[1, , drop = FALSE], probabilities[1, , , drop = FALSE], 1, 2)),
               matrix(Inf))
  expect_keras_error(k_ctc_batch_cost(labels, probabilities, c(4, 3, 2), c(2, 1)), "shape",
                     c("k_ctc_batch_cost()", "input_length"))
})

for_each_backend("greedy decoding takes the most probable class of each time step", {
  decoded <- k_ctc_decode(probabilities, c(4, 3))
  expect_length(decoded[[1]], 1)
  best <- lapply(1:2, function(i) collapsed(apply(probabilities[i, seq_len(5 - i), ], 1, which.max) - 1, 2))
  longest <- max(lengths(best))
  expected <- do.call(rbind, lapply(best, function(labels) c(labels, rep(-1, longest - length(labels)))))
  expect_equal(k_eval(decoded[[1]][[1]]), expected)
  scores <- vapply(1:2, function(i) -sum(log(apply(probabilities[i, seq_len(5 - i), ], 1, max))), 0)
  expect_value(decoded[[2]], matrix(scores), tolerance = 1e-4)
})

for_each_backend("the beam search finds the most probable labellings", {
  decoded <- k_ctc_decode(probabilities[1, , , drop = FALSE], 4, greedy = FALSE, beam_width = 50,
                          top_paths = 3)
  best <- labellings(probabilities[1, , ])[1:3]
  found <- vapply(decoded[[1]], function(labels) {
    labels <- as.vector(k_eval(labels))
    paste(labels[labels >= 0], collapse = " ")
  }, "")
  expect_equal(found, names(best))
  expect_value(decoded[[2]], matrix(log(as.vector(best)), 1), tolerance = 1e-4)
  expect_keras_error(k_ctc_decode(probabilities, c(4, 4), greedy = FALSE, beam_width = 2, top_paths = 3),
                     "argument",
                     c("k_ctc_decode()", "beam_width"))
})

for_each_backend("labels as a sparse tensor", {
  labels <- rbind(c(3, 1, 2), c(5, 6, 7))
  sparse <- k_ctc_label_dense_to_sparse(labels, c(3, 1))
  expect_true(k_is_sparse(sparse))
  expect_value(k_to_dense(sparse), rbind(c(3, 1, 2), c(5, 0, 0)))
})
