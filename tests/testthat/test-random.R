for_each_backend("random_bernoulli is the newer name of random_binomial", {
  expect_value(k_random_bernoulli(c(2, 3), p = 1), matrix(1, 2, 3))
  expect_value(k_random_bernoulli(4, p = 0), numeric(4))
  expect_equal(k_eval(k_random_bernoulli(50, 0.5, seed = 3)), k_eval(k_random_binomial(50, 0.5, seed = 3)))
  expect_keras_error(k_random_bernoulli(4, p = 2), "argument", "k_random_bernoulli()")
})

for_each_backend("draws have the right distribution", {
  normal <- k_eval(k_random_normal(c(100, 40), mean = 3, stddev = 2, seed = 1))
  expect_equal(dim(normal), c(100, 40))
  expect_gt(stats::ks.test(unique(as.vector(normal)), "pnorm", 3, 2)$p.value, 0.001)
  uniform <- k_eval(k_random_uniform(4000, -1, 3, seed = 1))
  expect_gt(stats::ks.test(unique(as.vector(uniform)), "punif", -1, 3)$p.value, 0.001)
  truncated <- k_eval(k_truncated_normal(4000, mean = 1, stddev = 0.5, seed = 1))
  expect_true(all(abs(truncated - 1) <= 1 + 1e-6))
  inside <- function(q) (pnorm(q, 1, 0.5) - pnorm(-2)) / (pnorm(2) - pnorm(-2))
  expect_gt(stats::ks.test(unique(as.vector(truncated)), inside)$p.value, 0.001)
  binomial <- k_eval(k_random_binomial(4000, p = 0.25, seed = 1))
  expect_setequal(unique(as.vector(binomial)), c(0, 1))
  expect_equal(mean(binomial), 0.25, tolerance = 0.15)
})

for_each_backend("integer draws", {
  dice <- k_eval(k_random_uniform(600, 1, 7, dtype = "int32", seed = 5))
  expect_type(dice, "integer")
  expect_setequal(unique(as.vector(dice)), 1:6)
})

for_each_backend("a seed repeats a sequence, and each evaluation draws anew", {
  draw <- function(...) k_eval(k_random_uniform(8, ...))
  expect_equal(draw(seed = 3), draw(seed = 3))
  expect_false(isTRUE(all.equal(draw(seed = 3), draw(seed = 4))))
  expect_false(isTRUE(all.equal(draw(), draw())))
  x <- k_random_normal(8)
  expect_false(isTRUE(all.equal(k_eval(x), k_eval(x))))
  open <- k_placeholder(shape = c(NA, 2))
  noise <- k_random_normal(k_shape(open), stddev = 0)
  expect_equal(k_function(list(open), list(noise))(list(matrix(1, 3, 2)))[[1]], matrix(0, 3, 2))
})

for_each_backend("noise of the size `k_shape(x)[[1]]` has one number for each column, as in old scripts", {
  open <- k_placeholder(shape = c(NA, 2))
  rlang::reset_message_verbosity("keras_noise_shape")
  expect_message(noise <- k_random_normal(shape = c(k_shape(open)[[1]]), seed = 1), "k_shape(x)[i]", fixed = TRUE)
  draws <- k_function(list(open), list(open + noise))(list(matrix(0, 5, 2)))[[1]]
  expect_equal(draws, draws[rep(1, 5), ])
  expect_false(draws[1, 1] == draws[1, 2])
  # Other shapes with sizes that `[[` or `[` picked have these sizes.
  for (shape in list(c(k_shape(open)[1]), c(k_shape(open)[[1]], 3), list(k_shape(open)[[2]]))) {
    noise <- k_random_normal(shape)
    sizes <- list(k_shape(noise))
    expected <- if (length(shape) == 2L) c(5, 3) else if (identical(dim(noise), 2L)) 2 else 5
    expect_equal(k_function(list(open), sizes)(list(matrix(0, 5, 2)))[[1]], expected)
  }
})

for_each_backend("errors of random functions", {
  expect_equal(k_dtype(k_random_normal(2, dtype = "float64")), "float64")
  expect_keras_error(k_random_normal(c(NA, 2)), "shape", c("k_random_normal()", "shape"))
  expect_keras_error(k_random_normal(2, dtype = "int32"), "dtype", c("k_random_normal()", "int32"))
  expect_keras_error(k_random_binomial(2, p = 1.5), "argument", c("k_random_binomial()", "1.5"))
  expect_keras_error(k_random_binomial(2, p = c(0.5, -1)), "argument", c("`p` must be from 0 to 1", "c(0.5, -1)"))
  expect_keras_error(k_random_uniform(2, seed = -1), "argument", c("k_random_uniform()", "seed"))
})

# All functions that draw random numbers without their own seed
drawn <- function() {
  tensors <- list(k_random_normal(5), k_random_uniform(5), k_random_binomial(9, p = 0.5), k_truncated_normal(5),
                  k_random_uniform(9, 0, 100, dtype = "int32"), k_random_normal_variable(5, 0, 1),
                  k_random_uniform_variable(5, 0, 1), k_dropout(k_ones(9), 0.5))
  lapply(tensors, k_eval)
}

for_each_backend("set.seed() makes draws repeat", {
  withr::local_seed(1)
  set.seed(7)
  first <- drawn()
  set.seed(7)
  expect_identical(drawn(), first)
  expect_false(identical(drawn(), first))
  expect_length(unique(first), length(first))
})

for_each_backend("a draw takes one number from R's generator, and none if it has a seed", {
  withr::local_seed(1)
  set.seed(7)
  expected <- stats::runif(2)[[2]]
  for (draw in list(function(...) k_random_normal(2, ...), function(...) k_dropout(k_ones(3), 0.5, ...),
                    function(...) k_random_uniform_variable(2, 0, 1, ...))) {
    set.seed(7)
    draw(seed = 3)
    draw()
    expect_identical(stats::runif(1), expected)
  }
  withr::with_preserve_seed({
    rm(".Random.seed", envir = globalenv())  # as in a session that has drawn nothing yet
    expect_equal(dim(k_eval(k_random_normal(c(2, 1)))), c(2L, 1L))
  })
})

for_each_backend("use_session_with_seed() seeds R, Python and NumPy", {
  withr::local_seed(1)
  withr::defer({
    stop_backend(k_backend())
    use_backend(k_backend())
  })
  everything <- function() {
    c(drawn(), stats::runif(1), reticulate::import("numpy")$random$rand(),
      reticulate::import("random")$random())
  }
  expect_message(expect_message(use_session_with_seed(42),
                                "Set session seed to 42 (disabled GPU, CPU parallelism)", fixed = TRUE))
  first <- everything()
  expect_silent(expect_identical(use_session_with_seed(42, quiet = TRUE), 42L))
  expect_identical(everything(), first)
  expect_message(use_session_with_seed(43, disable_gpu = FALSE, disable_parallel_cpu = FALSE),
                 "^Set session seed to 43\n$")
  expect_false(identical(everything(), first))
  expect_keras_error(use_session_with_seed("a"), "argument", c("use_session_with_seed()", "seed", "\"a\""))
  expect_keras_error(use_session_with_seed(0.5), "argument", c("use_session_with_seed()", "seed", "0.5"))
}, among = backends)
