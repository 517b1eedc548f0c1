sequence <- array(sin(1:24), c(2, 4, 3))
weights <- matrix(cos(1:9), 3)

# A recurrent network by its definition: the state is tanh(x + state %*% weights).
recurrent <- function(x, state) {
  outputs <- array(NA_real_, dim(x))
  for (time in seq_len(dim(x)[[2]])) {
    state <- tanh(x[, time, ] + state %*% weights)
    outputs[, time, ] <- state
  }
  outputs
}

step <- function(x, states) {
  state <- k_tanh(x + k_dot(states[[1]], weights))
  list(state, list(state))
}
zeros <- function() list(k_zeros(c(2, 3)))

for_each_backend("maps and folds of several tensors", {
  x <- matrix(1:6, 2)
  y <- c(10, 20)
  expect_value(k_map_fn(function(rows) k_sum(rows[[1]]) * rows[[2]], list(k_constant(x), k_constant(y))),
               rowSums(x) * y)
  expect_value(k_foldl(function(total, rows) total + rows[[1]] * rows[[2]], list(k_constant(x), k_constant(y)),
                       k_zeros(3)), colSums(x * y))
  expect_value(k_map_fn(function(pair) pair[[1]] * pair[[2]], list(c(1, 2, 3), c(10, 20, 30))), c(10, 40, 90))
  expect_value(k_map_fn(function(pair) pair$a * pair$b, list(a = c(1, 2), b = k_constant(c(3, 4)))), c(3, 8))
  expect_value(k_foldl(function(total, pair) total + pair$a * pair$b, list(a = c(1, 2), b = c(3, 4)), 0), 11)
  expect_value(k_map_fn(function(pair) pair[[1]] + pair[[2]], list(k_constant(array(1)), 5)), array(6))
  expect_value(k_map_fn(function(number) number * 2, list(1, 2, 3)), c(2, 4, 6))
  both <- k_map_fn(function(row) list(k_sum(row), row * 2), k_constant(x))
  expect_value(both[[1]], rowSums(x))
  expect_value(both[[2]], x * 2)
})

for_each_backend("rnn", {
  expected <- recurrent(sequence, matrix(0, 2, 3))
  result <- k_rnn(step, sequence, zeros())
  expect_named(result, c("last_output", "outputs", "new_states"))
  expect_value(result$outputs, expected)
  expect_value(result$last_output, expected[, 4, ])
  expect_value(result$new_states[[1]], expected[, 4, ])
  expect_value(k_rnn(step, sequence, zeros(), unroll = TRUE)$outputs, expected)
  backwards <- k_rnn(step, sequence, zeros(), go_backwards = TRUE)
  expect_value(backwards$outputs, recurrent(sequence[, 4:1, ], matrix(0, 2, 3)))
  start <- matrix(0.5, 2, 3)
  expect_value(k_rnn(step, sequence, list(k_constant(start)))$outputs, recurrent(sequence, start))
}, among = every_backend())

for_each_backend("rnn with several states, constants, and an unknown number of time steps", {
  count <- function(x, states) {
    total <- states[[1]] + x * states[[3]]
    steps <- states[[2]] + 1
    list(total / steps, list(total, steps))
  }
  x <- k_placeholder(shape = c(2, NA, 3))
  result <- k_rnn(count, x, list(k_zeros(c(2, 3)), k_zeros(c(2, 1))), constants = list(k_constant(10)))
  f <- k_function(list(x), c(list(result$outputs), result$new_states))
  values <- f(list(sequence))
  totals <- aperm(apply(sequence * 10, c(1, 3), cumsum), c(2, 1, 3))
  expect_equal(values[[1]], totals / array(rep(1:4, each = 2), c(2, 4, 3)), tolerance = 1e-5)
  expect_equal(values[[2]], totals[, 4, ], tolerance = 1e-5)
  expect_equal(values[[3]], matrix(4, 2, 1))
  expect_equal(f(list(sequence[, 1:2, ]))[[2]], totals[, 2, ], tolerance = 1e-5)
})

for_each_backend("rnn with a mask keeps the previous output and states", {
  mask <- rbind(c(TRUE, TRUE, FALSE, TRUE), c(FALSE, TRUE, TRUE, FALSE))
  result <- k_rnn(step, sequence, zeros(), mask = mask)
  expected <- array(0, dim(sequence))
  for (i in 1:2) {
    kept <- which(mask[i, ])
    seen <- recurrent(sequence[c(i, i), kept, ], matrix(0, 2, 3))[1, , ]
    position <- cumsum(mask[i, ])
    expected[i, position > 0, ] <- seen[position[position > 0], ]
  }
  expect_value(result$outputs, expected)
})

for_each_backend("rnn is differentiated through the R function", {
  w <- k_variable(weights)
  learned <- function(x, states) {
    state <- k_tanh(x + k_dot(states[[1]], w))
    list(state, list(state))
  }
  loss <- k_sum(k_rnn(learned, sequence, zeros())$last_output)
  gradient <- k_eval(k_gradients(loss, w)[[1]])
  value <- function(w) {
    state <- matrix(0, 2, 3)
    for (time in 1:4) state <- tanh(sequence[, time, ] + state %*% w)
    sum(state)
  }
  numeric <- weights
  for (i in 1:9) {
    h <- replace(weights * 0, i, 1e-4)
    numeric[i] <- (value(weights + h) - value(weights - h)) / 2e-4
  }
  expect_equal(gradient, numeric, tolerance = 1e-3)
}, among = every_backend())

for_each_backend("an error in an R function is signalled as that R error", {
  fail <- function(x) {
    check <- function(value) rlang::abort("no such row", class = "my_error")
    check(x)
  }
  condition <- expect_error(k_map_fn(fail, matrix(1:4, 2)), class = "my_error")
  expect_equal(deparse(conditionCall(condition)), "check(x)")
  condition <- expect_error(k_rnn(function(x, states) log(-1, "b"), sequence, zeros()), "non-numeric")
  expect_equal(deparse(conditionCall(condition)), "log(-1, \"b\")")
  condition <- expect_error(k_switch(TRUE, function() stop("never"), 1), "never")
  expect_s3_class(condition, "simpleError")
  expect_keras_error(k_foldl(function(a, x) k_dot(a, x), matrix(1:4 / 2, 2), initializer = matrix(1, 3, 3)),
                     "shape",
                     "k_dot()")
  interrupted <- tryCatch(k_map_fn(function(x) rlang::interrupt(), 1:2),
                          interrupt = function(i) "interrupted")
  expect_equal(interrupted, "interrupted")
  expect_value(k_map_fn(function(x) x + 1, c(1, 2)), c(2, 3))
})

for_each_backend("an R function may jump out of the call, and the engine keeps working", {
  pid <- backend_info()$pid
  kept <- k_variable(c(1, 2))
  x <- c(1, 2, 3)
  mine <- structure(class = c("mine", "condition"), list(message = "hello", call = NULL))
  failure <- structure(class = c("failure", "error", "condition"),
                       list(message = "no", call = NULL, extra = 7))
  jumps <- list(
    callCC(function(k) k_map_fn(function(e) k("out"), x)),
    callCC(function(k) k_map_fn(function(e) k_sum(k_map_fn(function(part) k("out"), c(1, 2))), x)),
    withRestarts(k_foldl(function(a, e) invokeRestart("leave", "out"), x), leave = function(value) value),
    withRestarts(
      withCallingHandlers(k_map_fn(function(e) warning("w"), x),
                          warning = function(w) invokeRestart("leave")),
      leave = function() "out"
    ),
    tryCatch(k_map_fn(function(e) signalCondition(mine), x), mine = function(condition) "out"),
    tryCatch(k_map_fn(function(e) rlang::signal("hello", "mine"), x), mine = function(condition) "out"),
    tryCatch(k_map_fn(function(e) rlang::cnd_signal(mine), x), mine = function(condition) "out"),
    tryCatch(k_map_fn(function(e) testthat::skip("out"), x),
             skip = function(condition) sub("Reason: ", "", conditionMessage(condition))),
    tryCatch(k_map_fn(function(e) stop(failure), x), failure = function(e) if (identical(e, failure)) "out"),
    tryCatch(k_map_fn(function(e) message("m"), x), message = function(condition) "out"),
    (function() {
      here <- environment()
      k_map_fn(function(e) rlang::eval_bare(quote(return("out")), here), x)
      "not here"
    })(),
    (function() {
      for (i in 1:2) k_map_fn(function(e) rlang::eval_bare(quote(break), parent.env(environment())), x)
      "out"
    })()
  )
  expect_equal(jumps, rep(list("out"), length(jumps)))
  # One that ends inside the call, in the function that has called the engine again.
  y <- k_map_fn(function(e) callCC(function(k) k_map_fn(function(part) k(e * 2), c(1, 2))), x)
  expect_value(y, c(2, 4, 6))
  # A calling handler decides, and the function continues.
  y <- withRestarts(k_map_fn(function(e) {
    signalCondition(mine)
    e + 1
  }, x), never = identity)
  expect_value(y, c(2, 3, 4))
  expect_value(kept, c(1, 2))
  expect_equal(backend_info()$pid, pid)
})

for_each_backend("messages and warnings of an R function are signalled", {
  speak <- function(x) {
    message("heard")
    warning("beware")
    x * 2
  }
  expect_message(y <- suppressWarnings(k_map_fn(speak, c(1, 2))), "heard")
  expect_value(y, c(2, 4))
  expect_warning(suppressMessages(k_map_fn(speak, c(1, 2))), "beware")
  # An exiting handler leaves the call, and the session keeps working.
  expect_equal(tryCatch(k_map_fn(speak, c(1, 2)), message = function(m) conditionMessage(m)), "heard\n")
  expect_value(suppressWarnings(suppressMessages(k_map_fn(speak, c(1, 2)))), c(2, 4))
})

for_each_backend("errors of rnn", {
  expect_keras_error(k_rnn("step", sequence, zeros()), "argument", c("k_rnn()", "step_function", "\"step\""))
  expect_keras_error(k_rnn(function(x, states) x, sequence, zeros()), "argument",
                     c("k_rnn()", "list of new states"))
  expect_keras_error(k_rnn(function(x, states) list(x, list(x, x)), sequence, zeros()), "argument",
                     c("k_rnn()", "2 new states for 1"))
  expect_keras_error(k_rnn(function(x, states) list(x, list(k_sum(x))), sequence, zeros()), "shape",
                     c("k_rnn()", "(2, 3)"))
})

for_each_backend("switch, as a whole and elementwise", {
  x <- c(1, -2, 3)
  expect_value(k_switch(TRUE, x, x * 10), x)
  expect_value(k_switch(k_constant(0), x, function() k_constant(x) * 10), x * 10)
  expect_value(k_switch(x > 0, x, 0 * x), pmax(x, 0))
  m <- matrix(1:6 / 2, 2)
  expect_value(k_switch(c(TRUE, FALSE), m, -m), rbind(m[1, ], -m[2, ]))
  condition <- k_placeholder(shape = list(), dtype = "bool")
  f <- k_function(list(condition),
                  list(k_switch(condition, function() k_constant(1), function() k_constant(2))))
  expect_equal(f(list(TRUE)), list(1))
  expect_equal(f(list(FALSE)), list(2))
  expect_keras_error(k_switch(c(TRUE, FALSE), x, x), "shape", c("k_switch()", "condition"))
})

for_each_backend("train and test phase", {
  phase <- k_learning_phase()
  y <- k_in_train_phase(function() k_constant(1), k_constant(2))
  f <- k_function(list(phase), list(y, k_in_test_phase(1, 2)))
  expect_equal(f(list(1)), list(1, 2))
  expect_equal(f(list(0)), list(2, 1))
  expect_equal(k_eval(y), 2)
  expect_value(k_in_train_phase(1, 2, training = TRUE), 1)
  expect_value(k_in_test_phase(1, 2, training = 1), 2)
  expect_value(k_in_train_phase(function() stop("not called"), 2, training = FALSE), 2)
  expect_keras_error(k_in_train_phase(1, 2, training = "yes"), "argument", c("k_in_train_phase()", "yes"))
})

for_each_backend("the function of a branch that is not chosen neither prints nor fails", {
  x <- k_placeholder(shape = list(NULL))
  chosen <- k_placeholder(shape = list(), dtype = "bool")
  last <- function() k_print_tensor(x[k_shape(x)[1]], "last: ")
  f <- k_function(list(x, chosen), list(k_switch(chosen, last, function() k_sum(x))))
  expect_silent(expect_equal(f(list(numeric(0), FALSE)), list(0)))
  expect_output(expect_equal(f(list(c(1, 3), TRUE)), list(3)), "last: .*3")
  expect_keras_error(f(list(numeric(0), TRUE)), "engine", "out of range")
})

for_each_backend("map_fn, foldl, foldr", {
  m <- matrix(1:6 / 2, 3)
  expect_value(k_map_fn(function(row) k_sum(row * row), m), rowSums(m^2))
  expect_value(k_map_fn(function(row) row > 1, m, dtype = "int32"), 1L * (m > 1))
  expect_match(format(k_map_fn(k_square, m, name = "squares")), "'squares'", fixed = TRUE)
  digits <- c(1, 2, 3)
  join <- function(number, digit) number * 10 + digit
  expect_value(k_foldl(join, digits), Reduce(join, digits))
  expect_value(k_foldr(join, digits), 321)
  expect_value(k_foldl(join, digits, initializer = 9), Reduce(join, digits, 9))
  expect_value(k_foldl(function(total, row) total + row, m), colSums(m))
  expect_keras_error(k_map_fn(3, m), "argument", c("k_map_fn()", "fn"))
  expect_keras_error(k_foldl(join, k_sum(digits)), "shape", c("k_foldl()", "elems"))
}, among = every_backend())
