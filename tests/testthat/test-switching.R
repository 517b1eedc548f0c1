test_that("three engines work interleaved in one session", {
  x <- matrix(c(1, 2, 3, 4, 5, 6) / 4, 3)
  target <- c(1, 0, 1)
  begin <- c(0.5, -0.25)
  programs <- lapply(setNames(nm = backends), function(name) {
    with_backend(name, {
      features <- k_placeholder(shape = c(NA, 2))
      w <- k_variable(begin)
      loss <- k_mean(k_binary_crossentropy(target, k_sigmoid(k_dot(features, w))))
      step <- k_function(list(features), list(loss), list(list(w, w - k_gradients(loss, w)[[1L]] * 0.5)))
      list(w = w, step = step)
    })
  })
  w <- begin
  for (i in 1:5) {
    p <- plogis(as.vector(x %*% w))
    expected <- -mean(target * log(p) + (1 - target) * log(1 - p))
    w <- w - 0.5 * as.vector(t(x) %*% (p - target)) / 3
    # A function and a variable work on their own backend, whichever is the current one.
    for (name in if (i %% 2) backends else rev(backends)) {
      expect_equal(programs[[name]]$step(list(x))[[1L]], expected, tolerance = 1e-5)
      expect_equal(as.vector(programs[[name]]$w * 1), w, tolerance = 1e-5)
    }
  }
})

test_that("tensors stay valid while others are used", {
  tensors <- lapply(setNames(nm = backends), function(name) with_backend(name, k_variable(nchar(name))))
  for (name in c(backends, backends)) {
    suppressMessages(use_backend(name))
    expect_equal(k_backend(), name)
    expect_equal(k_get_value(tensors[[name]]), nchar(name))
  }
})

test_that("use_backend() reports the backend", {
  titles <- c(tensorflow = "TensorFlow", theano = "Theano", cntk = "CNTK", jax = "JAX", torch = "PyTorch")
  for (name in backends) {
    said <- testthat::capture_messages(use_backend(name))
    expect_equal(said, paste0("Using ", titles[[name]], " backend.\n"))
  }
})

test_that("with_backend() and with() print nothing, but a start does", {
  suppressMessages(use_backend(backends[[1L]]))
  for (name in backends) {
    suppressMessages(with_backend(name, k_ones(1)))
    expect_message(for (i in 1:3) with_backend(name, k_ones(1)), NA)
    expect_message(for (i in 1:3) with(use_backend(name), k_ones(1)), NA)
    expect_message(use_backend(name), "Using")
    withr::with_options(list(keras.quiet = TRUE), expect_message(use_backend(name), NA))
  }
})

test_that("functions work on the backend of their tensors, whichever backend is current", {
  for (name in backends) {
    x <- with_backend(name, k_variable(c(1, 2, 3)))
    for (current in c("tensorflow", "theano", "cntk")) {
      with_backend(current, {
        expect_equal(c(k_get_value(x)), c(1, 2, 3))
        expect_equal(k_eval(k_sum(x)), 6)
        expect_equal(c(k_eval(k_concatenate(list(x, c(4, 5))))), 1:5)
        expect_equal(c(k_eval(k_map_fn(function(e) e + k_ones(integer()), x))), 2:4)
        expect_equal(c(k_eval(k_gradients(k_sum(k_square(x)), list(x))[[1L]])), c(2, 4, 6))
        expect_equal(c(k_function(list(), list(x * 2))(list())[[1L]]), c(2, 4, 6))
        k_set_value(x, c(3, 2, 1))
        k_batch_set_value(list(list(x, c(1, 2, 3))))
        expect_equal(k_backend(), current)
      })
    }
  }
})

test_that("with_backend() and contexts restore the backend, even after an error", {
  suppressMessages(use_backend(backends[[1L]]))
  for (name in backends) {
    expect_equal(with_backend(name, k_backend()), name)
    expect_equal(k_backend(), backends[[1L]])
    expect_error(with_backend(name, stop("inside")), "inside")
    expect_equal(k_backend(), backends[[1L]])
    expect_equal(with(use_backend(name), k_eval(k_ones(2) * 3)), c(3, 3))
    expect_equal(k_backend(), backends[[1L]])
  }
})

test_that("list_backends() returns the status of each backend", {
  for (name in backends) {
    with_backend(name, k_eval(k_ones(1)))
    standings <- list_backends()
    expect_s3_class(standings, c("keras_backends", "data.frame"), exact = TRUE)
    row <- standings[standings$backend == name, ]
    expect_true(row$installed)
    expect_true(row$running)
    expect_gt(row$memory, 2^20)
    expect_match(row$python_version, "^3\\.")
    expect_true(file.exists(row$path))
  }
  expect_equal(standings$backend[standings$current], k_backend())
  shown <- cli::ansi_strip(format(standings))
  expect_match(shown[[1L]], "^backend +installed +engine +Python +running +memory +device +current")
  expect_match(shown[-1L][standings$backend == name], "MB")
  expect_output(print(standings), "engine")
  expect_output(print(standings[, c("backend", "memory")]), "memory")
  standings$installed[] <- FALSE
  expect_output(print(standings), "install_backend(\"theano\")", fixed = TRUE)
})

test_that("a device is chosen, shown, and never replaced by another", {
  withr::local_envvar(CUDA_VISIBLE_DEVICES = "-1")
  name <- backends[[length(backends)]]
  shown <- function() {
    standings <- list_backends()
    standings$device[standings$backend == name]
  }
  withr::defer(suppressMessages(use_backend(name)))
  stop_backend(name)
  expect_equal(shown(), NA_character_)
  suppressMessages(use_backend(name, device = "cpu"))
  expect_equal(shown(), "cpu")
  expect_keras_error(use_backend(name, device = "tpu"), "argument", c("`device`", "'gpu:1'", "\"tpu\""))
  expect_keras_error(use_backend("theano", device = "gpu"), "device", 'Leave out `device = "gpu"`')
  expect_keras_error(use_backend("jax", device = "gpu"), "device", "`install_backend(\"jax\", gpu = TRUE)`")
  expect_keras_error(use_backend("torch", device = "gpu:1"), "device", "`install_backend(\"torch\", gpu = TRUE)`")
})

test_that("is_backend_installed()", {
  expect_true(is_backend_installed())
  for (name in backends) {
    expect_true(is_backend_installed(name))
  }
  expect_false(is_backend_installed("caffe"))
})

test_that("a stopped engine starts again", {
  name <- backends[[length(backends)]]
  old <- with_backend(name, k_variable(1))
  expect_null(stop_backend(name))
  with_backend(name, {
    expect_keras_error(k_eval(old + 1), "stale_tensor", c("has lost its value", "k_set_value()"))
    k_set_value(old, 5)
    expect_equal(k_eval(old + 1), 6)
    expect_equal(k_eval(k_ones(1)), 1)
  })
})

test_that("backend_info() returns the status of one backend", {
  for (name in backends) {
    with_backend(name, k_eval(k_ones(1)))
    info <- backend_info(name)
    row <- list_backends()[list_backends()$backend == name, ]
    for (field in c("backend", "title", "installed", "engine_version", "python_version", "path", "running")) {
      expect_equal(info[[field]], row[[field]])
    }
    expect_equal(info$host, "worker")
    expect_true(file.exists(file.path("/proc", info$pid)))
    stop_backend(name)
    stopped <- backend_info(name)
    expect_false(stopped$running)
    expect_null(stopped$pid)
    expect_match(format(stopped), "^  pid +-$", all = FALSE)
  }
  expect_equal(backend_info()$backend, k_backend())
  expect_match(capture.output(print(info)), "^  memory +[0-9]+ MB$", all = FALSE)
  expect_keras_error(backend_info("caffe"), "unknown_backend", c("backend_info()", "caffe"))
})

test_that("k_eval() computes on the current backend, with the current values", {
  for (name in unique(c(backends, "numpy"))) {
    with_backend(name, {
      w <- k_variable(c(1, 2, 3))
      y <- k_sum(k_square(w))
      added <- k_update_add(w, c(1, 1, 1))
    })
    for (other in setdiff(c(backends, "numpy"), name)) {
      with_backend(other, {
        k_set_value(w, c(1, 2, 3))
        expect_equal(k_eval(y), 14)
        expect_equal(as.vector(k_eval(added)), c(2, 3, 4))
        expect_equal(k_eval(y), 29)
        expect_equal(as.array(y), 29)
        expect_equal(as.vector(k_eval(w)), c(2, 3, 4))
        expect_error(k_concatenate(list(w, k_constant(1))), class = "keras_error_backend_mismatch")
      })
    }
  }
})
