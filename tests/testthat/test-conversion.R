# Whole numbers as bit64 keeps them: 64-bit integers in the memory of doubles. (Its own class loses itself to
# `[` where bit64 is not loaded.)
integer64 <- function(x) structure(x * 2^-1074, class = "integer64")
i64 <- integer64(1:3)

for_each_backend("integer64 is converted exactly, even without the package bit64", {
  frame <- structure(list(id = i64, y = c(0.5, 1, 2)), class = "data.frame", row.names = 1:3)
  expect_value(k_constant(i64), 1:3)
  expect_value(k_constant(list(i64, i64)), rbind(1:3, 1:3))
  expect_value(k_constant(c(10, 10, 10)) + i64, 11:13)
  expect_value(k_constant(frame), cbind(1:3, c(0.5, 1, 2)))
  expect_value(k_variable(i64, dtype = "int32"), 1:3)
  expect_value(k_one_hot(i64, 4), cbind(0, diag(3)))
  expect_value(k_gather(c(5, 6, 7), i64), 5:7)
  expect_value(k_constant(c(5, 6, 7))[integer64(3:2)], c(7, 6))
  expect_value(k_constant(c(5, 6, 7))[[integer64(2)]], 6)
  expect_equal(dim(k_zeros(i64)), 1:3)
  expect_value(k_sum(matrix(1:6, 2) / 1, axis = integer64(2)), rowSums(matrix(1:6, 2)))
  expect_value(k_repeat_elements(c(1, 2), integer64(2), axis = integer64(1)), c(1, 1, 2, 2))
  x <- k_placeholder(shape = NA)
  expect_equal(k_function(list(x), list(x * 2))(list(i64)), list(c(2, 4, 6)))
  v <- k_zeros(3)
  k_set_value(v, i64)
  expect_value(v, 1:3)
})

for_each_backend("operators of tensors accept bit64 integers, whose own operators are unaffected", {
  five <- bit64::as.integer64(5:7)
  x <- k_constant(c(10, 20, 30))
  expect_value(x + five, c(15, 26, 37))
  expect_value(five * x, c(50, 120, 210))
  expect_value(x %/% five, c(2, 3, 4))
  expect_value(five < x, c(TRUE, TRUE, TRUE))
  expect_keras_error(x + bit64::as.integer64(1:2), "shape", "`+`")
  large <- bit64::as.integer64("4611686018427387905")
  expect_equal(as.character(large + 1L), "4611686018427387906")
  expect_equal(as.character(-large), "-4611686018427387905")
  expect_equal(as.character(3L * five), c("15", "18", "21"))
  expect_equal(five == 6, c(FALSE, TRUE, FALSE))
  expect_equal(data.frame(a = 1:3) * 2, data.frame(a = c(2, 4, 6)))
})

for_each_backend("integer64 without elements, or with one", {
  for (none in list(integer64(numeric()), bit64::integer64(0))) {
    expect_value(k_constant(none), array(numeric(), 0))
    expect_value(k_sum(k_constant(none)), 0)
    expect_value(k_concatenate(list(k_ones(2), none)), c(1, 1))
  }
  expect_value(k_constant(integer64(numeric(0)) |> structure(dim = c(0L, 3L))), matrix(0, 0, 3))
  expect_null(dim(k_constant(integer64(7))))
  expect_value(k_constant(structure(integer64(1:2), class = c("AsIs", "integer64"))), 1:2)
})

for_each_backend("classes that extend bit64's have another meaning, and are refused by name", {
  where <- new.env()
  methods::setOldClass("integer64", where = where)
  methods::setClass("nanotime", contains = "integer64", where = where)
  x <- k_ones(2)
  for (time in list(methods::new("nanotime", integer64(5:6)), structure(1:2 / 1, class = c("nanotime", "integer64")))) {
    for (code in list(quote(k_constant(time)), quote(k_sum(list(time))), quote(k_set_value(x, time)),
                      quote(x + time), quote(time * x), quote(k_one_hot(time, 7)), quote(k_gather(x, time)))) {
      expect_keras_error(eval(code), "dtype", "a nanotime")
    }
    expect_keras_error(x[time], "argument", c("`[`", "nanotime"))
    expect_keras_error(k_zeros(time), "argument", c("k_zeros()", "nanotime"))
    frame <- data.frame(a = 1:2)
    frame$bad <- time
    expect_keras_error(k_constant(frame), "dtype", "bad")
  }
})

for_each_backend("dates are no sizes and no counts", {
  day <- as.Date("1970-01-03")
  for (code in list(quote(k_zeros(day)), quote(k_reshape(k_ones(2), day)), quote(k_one_hot(1L, day)),
                    quote(k_repeat_elements(k_ones(2), day, 1)), quote(shape(day)), quote(k_one_hot(day, 3)))) {
    expect_error(eval(code), class = "keras_error", label = deparse(code))
  }
})

for_each_backend("integer64 values beyond the range of doubles are kept exactly, or refused", {
  large <- bit64::as.integer64("4611686018427387905")
  x <- k_constant(c(large, bit64::as.integer64(-7)), dtype = "int64")
  expect_value(k_equal(x, c(large, bit64::as.integer64(-7))), c(TRUE, TRUE))
  expect_value(x %% 1000L, c(905, 993))
  expect_keras_error(k_constant(data.frame(id = large)), "dtype", c("integer64", "2^53"))
  expect_keras_error(k_constant(bit64::as.integer64(c(1, NA))), "dtype", c("k_constant()", "NA"))
  shaped <- bit64::as.integer64(1:6)
  dim(shaped) <- c(2, 3)
  expect_value(k_constant(shaped), matrix(1:6, 2))
  expect_equal(keras:::integer64_as_double(bit64::as.integer64(c(-1, 0, 2^40, -2^40))), c(-1, 0, 2^40, -2^40))
})

for_each_backend("named numbers, time series, tables and Matrix objects are converted to their numbers", {
  m <- matrix(1:6 / 2, 2, dimnames = list(c("a", "b"), NULL))
  expect_value(k_constant(m), unname(m))
  expect_value(k_constant(c(a = 1, b = 2)), c(1, 2))
  expect_value(k_constant(ts(c(1, 2, 3), start = 2000)), c(1, 2, 3))
  expect_value(k_constant(ts(matrix(1:4, 2), names = c("u", "v"))), matrix(1:4, 2))
  expect_value(k_constant(table(c("u", "v", "u"))), c(2, 1))
  expect_value(k_constant(I(c(1, 2))), c(1, 2))
  expect_value(k_constant(Matrix::Diagonal(2)), diag(2))
  expect_value(k_constant(data.frame(a = 1:2, b = c(TRUE, FALSE))), cbind(1:2, c(1, 0)))
})

for_each_backend("classes that give numbers another meaning are refused by name", {
  refused <- list(
    Date = as.Date("2020-01-01"), POSIXct = as.POSIXct("2020-01-01"), POSIXlt = as.POSIXlt("2020-01-01"),
    difftime = as.difftime(1, units = "secs"), numeric_version = numeric_version("1.2.3"),
    package_version = packageVersion("base"), factor = factor("a"),
    nanotime = structure(1e-310, class = "nanotime"), yearmon = structure(2020.5, class = "yearmon"),
    complex = 1i, raw = as.raw(1), character = "a",
    "function" = mean, roman = utils::as.roman(4), lm = structure(list(coefficients = 1), class = "lm")
  )
  x <- k_ones(1)
  for (class in names(refused)) {
    value <- refused[[class]]
    word <- if (class %in% c("complex", "character")) deparse(value) else class
    word <- if (class == "raw") "01" else word
    for (code in list(quote(k_constant(value)), quote(k_sum(list(value))), quote(k_set_value(x, value)),
                      quote(k_concatenate(list(x, value))))) {
      condition <- tryCatch(eval(code), error = identity)
      expect_true(inherits(condition, "keras_error_dtype"), label = paste(class, deparse(code)))
      expect_match(conditionMessage(condition), word, fixed = TRUE, label = paste(class, deparse(code)))
    }
    if (is.atomic(value) && !class %in% c("complex", "raw", "character")) {
      frame <- data.frame(a = 1)
      frame$bad <- value
      expect_keras_error(k_constant(frame), "dtype", "bad")
    }
  }
  expect_keras_error(x + structure(1, class = "nanotime"), "dtype", c("`+`", "nanotime", "unclass(e2)"))
  expect_keras_error(x[structure(1, class = "yearmon")], "argument", c("`[`", "yearmon"))
})

# -- vectors of length one --------------------------------------------------------------------------------

for_each_backend("where the rank is known, code for n values also works for one", {
  for (n in c(2, 1)) {
    y <- seq_len(n) / 2
    x <- k_placeholder(shape = NA)
    f <- k_function(list(x), list(x * 2))
    expect_equal(f(list(y)), list(y * 2))
    v <- k_zeros(n)
    k_set_value(v, y)
    expect_equal(k_get_value(v), y)
    k_batch_set_value(list(list(v, y * 3)))
    expect_equal(k_get_value(v), y * 3)
    k_eval(k_update(v, y))
    expect_equal(k_get_value(v), y)
    k_eval(k_update_add(v, y))
    k_eval(k_update_sub(v, y * 3))
    expect_equal(k_get_value(v), -y)
    k_eval(k_moving_average_update(v, y, 0.5))
    expect_equal(k_get_value(v), y * 0)
    k_function(list(), list(v), updates = list(list(v, y)))()
    expect_equal(k_get_value(v), y)
    p <- matrix(c(0.1, 0.9), n, 2, byrow = TRUE)
    expect_value(k_bias_add(k_zeros(c(1, n)), k_variable(numeric(n))), matrix(0, 1, n))
    expect_value(k_sparse_categorical_crossentropy(rep(1, n), p), array(-log(rep(0.9, n))))
    expect_value(k_in_top_k(p, rep(1, n), 1), array(rep(TRUE, n)))
    q <- y / 2
    entropy <- -(q * log(q) + (1 - q) * log(1 - q))
    expect_value(k_binary_crossentropy(q, k_constant(array(q))), array(entropy))
    expect_value(k_map_fn(function(t) t * 2, y), array(y * 2))
    expect_value(k_foldl(function(a, t) a + t, y), sum(y))
    expect_value(k_foldr(function(a, t) a + t, y), sum(y))
    expect_value(k_concatenate(list(y, c(7, 8))), c(y, 7, 8))
    expect_value(k_softmax(y), array(exp(y) / sum(exp(y))))
    expect_value(k_sum(y, axis = 1), sum(y))
    expect_value(k_cumsum(y), array(cumsum(y)))
    expect_value(k_argmax(y), n - 1)
    expect_value(k_reverse(y, 1), array(rev(y)))
    expect_value(k_repeat_elements(y, 2, 1), rep(y, each = 2))
    expect_value(k_slice(y, 1, n), array(y))
    expect_value(k_gather(y, c(1, 1)), y[c(1, 1)])
    expect_value(k_l2_normalize(y, axis = 1), array(y / sqrt(sum(y^2))))
    expect_value(k_dot(matrix(1, 2, n), y), rep(sum(y), 2))
    expect_length(k_unstack(y), n)
    expect_value(k_expand_dims(y, 2), matrix(y))
    expect_value(k_expand_dims(y, -2), t(y))
    expect_value(k_stack(list(y, y), axis = 2), cbind(y, y, deparse.level = 0))
    add <- function(total, row) total + row
    expect_value(k_foldl(add, matrix(1, 3, n), initializer = y), array(3 + y))
    expect_value(k_foldr(add, matrix(1, 3, n), initializer = y), array(3 + y))
    expect_value(k_in_train_phase(y, v, training = TRUE), array(y))
    expect_value(k_in_test_phase(v, y, training = TRUE), array(y))
    expect_value(k_stack(list(y, k_ones(n))), rbind(y, 1, deparse.level = 0))
  }
  expect_keras_error(k_set_value(k_zeros(2), 1), "shape", "k_set_value()")
  expect_keras_error(k_set_value(k_zeros(c(1, 1)), 1), "shape", "k_set_value()")
  scalar <- k_placeholder(shape = list())
  expect_equal(k_function(list(scalar), scalar + 1)(list(1)), 2)
})

for_each_backend("values with one dimension are plain vectors, and scalars are plain numbers", {
  w <- k_variable(c(1, 2, 3))
  expect_identical(k_eval(w), c(1, 2, 3))
  expect_identical(k_get_value(w), c(1, 2, 3))
  expect_identical(k_batch_get_value(list(w, k_variable(5L, "int32"))), list(c(1, 2, 3), 5L))
  smallest <- k_eval(k_variable(c(0, -2^31), "int32"))  # as an integer it would be NA
  expect_identical(smallest, c(0, -2^31))
  expect_identical(k_function(list(), list(w, k_sum(w)))(), list(c(1, 2, 3), 6))
  expect_identical(matrix(1, 3, 2) * k_eval(w), matrix(c(1, 2, 3), 3, 2))
  expect_identical(k_eval(k_zeros(1)), 0)
  expect_identical(k_eval(w > 1), c(FALSE, TRUE, TRUE))
  expect_identical(k_eval(k_arange(3)), 0:2)
  many <- k_eval(k_ones(70000))  # a large array is transferred in a different way
  expect_null(dim(many))
  expect_length(many, 70000)
  k_set_value(w, k_get_value(w))
  expect_identical(dim(k_eval(k_ones(c(1, 3)))), c(1L, 3L))
})
