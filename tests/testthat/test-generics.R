v <- c(10, 20, 30, 40)
m <- matrix(c(1.5, -2, 3, 0.25, 5, -6), 2)

for_each_backend("elementwise predicates", {
  x <- c(1, NaN, Inf, -Inf)
  for (name in c("is.na", "is.nan", "is.finite", "is.infinite")) {
    expect_value(get(name)(k_constant(x)), get(name)(x))
    expect_value(get(name)(k_constant(1:2, dtype = "int32")), get(name)(1:2))
  }
  expect_value(anyNA(k_constant(x)), TRUE)
  expect_value(xor(k_constant(x) > 0, k_constant(x) < 2), xor(x > 0, x < 2) & !is.nan(x))
})

for_each_backend("order, repetitions, differences, first and last elements", {
  x <- k_constant(v)
  y <- k_constant(m)
  cube <- array(sin(1:24), c(2, 3, 4))
  expect_value(rev(x), rev(v))
  expect_value(rep(x, 2), rep(v, 2))
  expect_value(rep(x, each = 2), rep(v, each = 2))
  expect_value(rep(x, times = c(1, 0, 2, 1)), rep(v, times = c(1, 0, 2, 1)))
  expect_value(rep(x, length.out = 6), rep(v, length.out = 6))
  expect_value(rep(k_constant(5), 3), rep(5, 3))
  expect_value(diff(x), diff(v))
  expect_value(diff(x^2, lag = 2), diff(v^2, lag = 2))
  expect_value(diff(x^2, differences = 2), diff(v^2, differences = 2))
  expect_value(diff(y), diff(m))
  expect_value(aperm(k_constant(cube), c(3, 1, 2)), aperm(cube, c(3, 1, 2)))
  expect_value(aperm(k_constant(cube)), aperm(cube))
  expect_value(t(x), t(v))
  for (n in c(2, -1, 9)) {
    expect_value(head(x, n), head(v, n))
    expect_value(tail(x, n), tail(v, n))
  }
  expect_value(head(y, 1), head(m, 1))
  expect_value(head(y, c(NA, 2)), m[, 1:2])
  expect_keras_error(rev(y), "shape", c("rev()", "k_reverse"))
  expect_keras_error(rep(y, 2), "shape", c("rep()", "k_tile"))
  expect_keras_error(diff(x, lag = 0), "argument", c("diff()", "lag"))
  expect_keras_error(head(x, 1.5), "argument", c("head()", "n"))
  expect_keras_error(aperm(y, 1:3), "shape", "pattern")
})

for_each_backend("binding and combining", {
  x <- k_constant(m)
  y <- k_constant(v)
  expect_value(cbind(x, x), cbind(m, m))
  expect_value(rbind(m, x), rbind(m, m))
  expect_value(rbind(x, c(1, 2, 3)), rbind(m, c(1, 2, 3)))
  expect_value(cbind(1, x), cbind(1, m))
  expect_value(cbind(y, y, 0), unname(cbind(v, v, 0)))
  expect_value(rbind(y), unname(rbind(v)))
  expect_value(cbind(NULL, a = y), unname(cbind(v)))
  expect_keras_error(cbind(x, "a"), "dtype", c("cbind()", "argument 2"))
  expect_keras_error(rbind(k_ones(c(2, 2, 2))), "shape", c("rbind()", "k_concatenate"))
  expect_identical(lapply(c(x, y), dim), list(c(2L, 3L), 4L))
  expect_length(c(x, list(y, x)), 3)
  expect_identical(lapply(c(x, 2:3), class)[2:3], list("integer", "integer"))  # sizes
})

for_each_backend("sizes and lengths that R's integers cannot hold are doubles", {
  withr::local_options(warn = 2)
  square <- k_placeholder(shape = c(1e5, 1e5))
  expect_identical(dim(square), c(100000L, 100000L))
  expect_identical(length(square), 1e10)
  expect_identical(k_count_params(square), 1e10)
  long <- k_placeholder(shape = c(3e9, NA, 2))
  expect_identical(dim(long), c(3e9, NA, 2))
  expect_identical(k_int_shape(long), list(3e9, NULL, 2L))
  expect_identical(length(long), NA_integer_)
  expect_match(format(long), "shape (3000000000, NA, 2)", fixed = TRUE)
  expect_identical(length(k_ones(c(2, 3))), 6L)
})

for_each_backend("functions called by outer() may evaluate tensors", {
  x <- k_constant(v)
  expect_identical(outer(1:2, 0:2, function(i, j) as.vector(x)[i + j]), outer(1:2, 0:2, function(i, j) v[i + j]))
})

for_each_backend("apply functions", {
  x <- k_constant(v)
  expect_equal(lapply(x, k_eval), as.list(v))
  expect_equal(vapply(x, function(e) k_eval(e * 2), 0), v * 2)
  expect_equal(k_eval(Reduce(`+`, x)), 100)
  expect_identical(seq_along(x), 1:4)
  expect_null(names(x))
  expect_keras_error(as.list(k_constant(m)), "shape", c("as.list()", "k_unstack"))
})

for_each_backend("conversions evaluate the tensor", {
  x <- k_constant(v)
  expect_identical(as.character(x), as.character(v))
  expect_identical(paste(x, collapse = " "), "10 20 30 40")
  expect_identical(toString(x), "10, 20, 30, 40")
  expect_identical(as.complex(x), as.complex(v))
  expect_equal(as.data.frame(k_constant(m)), as.data.frame(m))
  expect_equal(data.frame(a = x)$a, v)
  expect_identical(as.array(x), array(v))
  expect_equal(union(x, 50), c(v, 50))
})

# Every generic function for which R or reticulate has a method for Python objects.
for_each_backend("no generic returns information about the Python object behind a tensor", { # nolint: cyclocomp_linter.
  x <- k_variable(v, name = "w")
  placeholder <- k_placeholder(shape = 4)
  refused <- list(
    quote(sort(x)), quote(order(x)), quote(unique(x)), quote(duplicated(x)), quote(anyDuplicated(x)),
    quote(median(x)), quote(quantile(x)), quote(summary(x)), quote(scale(x)), quote(ifelse(x > 1, 1, 0)),
    quote(outer(x, x)), quote(sprintf("%s", x)),
    quote(sprintf("%.1f", x)), quote(sprintf("%g", x)), quote(gettextf("%d %s", 1L, x)), quote(det(x)),
    quote(x %o% x), quote(table(x)), quote(factor(x)), quote(Re(x)), quote(Mod(x)),
    quote(gamma(x)), quote(cummax(x)), quote(sinh(x)), quote(signif(x)), quote(with(x, 1)), quote(seq(x)),
    quote(merge(x, x)), quote(transform(x)), quote(as.raw(x)), quote(mean(x, na.rm = TRUE)),
    quote(max(x, na.rm = TRUE)), quote(dim(x) <- c(2, 2)), quote(length(x) <- 2),
    quote(names(x) <- letters[1:4]),
    quote(dimnames(x) <- list("a")), quote(levels(x) <- "a"), quote(is.na(x) <- 1), quote(x[1] <- 0),
    quote(x[[1]] <- 0), quote(x$a <- 0), quote(x$a), quote(cut(x, 2))
  )
  for (call in refused) {
    label <- deparse(call)
    for (tensor in list(x, placeholder)) {
      condition <- tryCatch(eval(call, list(x = tensor)), error = identity)
      options(warn = 0)  # table() changes it, and is ended by the error
      expect_s3_class(condition, "keras_error")
      expect_true(inherits(condition, "keras_error_argument"), label = label)
    }
  }
  # R's own errors, where no method is possible.
  for (call in list(quote(if (x > 1) 1), quote(while (x > 1) 1), quote(for (i in x) 1), quote(cat(x)),
                    quote(var(x)), quote(pmax(x, 1)), quote(x && TRUE), quote(rank(x)))) {
    expect_error(eval(call, list(x = x)), label = deparse(call))
  }
  # Functions that use the value need one.
  for (call in list(quote(as.numeric(x)), quote(paste(x)), quote(as.matrix(x)), quote(sd(x)))) {
    expect_error(eval(call, list(x = placeholder)), class = "keras_error_placeholder", label = deparse(call))
  }
  expect_value(x, v)
})

test_that("every method of reticulate for Python objects has one for tensors and contexts", {
  found <- unclass(attr(methods(class = "python.builtin.object"), "info"))$generic
  answered <- c("<", "<=", "==", ">", ">=", "!=")  # the group Ops
  answered <- c(answered, "py_str", "as.environment", "with")
  for (generic in setdiff(found, answered)) {
    expect_false(is.null(getS3method(generic, "keras_tensor", optional = TRUE)), label = generic)
  }
  for (generic in setdiff(found, c("py_str", "as.environment", "with"))) {
    expect_false(is.null(getS3method(generic, "keras_scope", optional = TRUE)), label = generic)
  }
})

for_each_backend("contexts have no elements", {
  scope <- k_name_scope("a")
  for (call in list(quote(s[1]), quote(s[[1]]), quote(s$name), quote(s$name <- 1),
                    quote(summary(s)), quote(as.character(s)), quote(s == s), quote(s + 1), quote(as.list(s)),
                    quote(unique(s)), quote(c(s, s)), quote(is.na(s)), quote(rev(s)), quote(paste(s)))) {
    expect_error(eval(call, list(s = scope)), class = "keras_error_argument", label = deparse(call))
  }
  expect_identical(length(scope), 1L)
  expect_null(names(scope))
  expect_output(print(scope), "context")
  expect_output(str(scope), "context")
})

for_each_backend("compiled functions are functions", {
  f <- k_function(list(), list(k_constant(v)))
  expect_error(f[1], "subsettable")
  expect_error(f$x, "subsettable")
  expect_error(f == f)
  expect_output(str(f), "function")
  expect_identical(length(f), 1L)
  expect_type(c(f, f), "list")
})

for_each_backend("sparse tensors are refused, or return what dense ones do", {
  dense <- matrix(c(0, 2, 0, 0, 0, 3), 2)
  s <- k_variable(Matrix::Matrix(dense, sparse = TRUE))
  expect_identical(dim(s), c(2L, 3L))
  expect_identical(length(s), 6L)
  expect_equal(as.array(s), dense)
  expect_equal(as.numeric(s), as.vector(dense))
  expect_true(all.equal(s, dense))
  expect_value(s %*% t(dense), dense %*% t(dense))
  expect_equal(k_eval(rbind(s, s)), rbind(dense, dense))
  for (call in list(quote(s[1, 1]), quote(s[s > 1]), quote(s + 1), quote(sum(s)), quote(mean(s)), quote(t(s)),
                    quote(sqrt(s)), quote(head(s, 1)), quote(is.na(s)), quote(aperm(s)), quote(diff(s)))) {
    condition <- tryCatch(eval(call), error = identity)
    expect_true(inherits(condition, "keras_error_argument"), label = deparse(call))
    expect_match(conditionMessage(condition), "to_dense", label = deparse(call))
  }
})

test_that("a tensor and a function from a restored workspace can be printed", {
  path <- withr::local_tempfile(fileext = ".rds")
  run_r(c(
    "library(keras)", "x <- k_variable(c(1, 2))", "f <- k_function(list(), list(x))",
    paste0("saveRDS(list(x, f), '", path, "')")
  ))
  restored <- run_r(c(
    "library(keras)", paste0("old <- readRDS('", path, "')"), "print(old[[1]])", "str(old[[1]])",
    "print(old[[2]])",
    "for (code in expression(old[[1]] + 1, k_eval(old[[1]]), dim(old[[1]]), old[[1]]$dtype, old[[2]]()))",
    "  cat(class(tryCatch(eval(code), error = identity))[1], '\\n')"
  ))
  expect_match(restored[1:2], "tensor of an R session that has ended", fixed = TRUE)
  expect_match(restored[[3]], "function of an R session that has ended", fixed = TRUE)
  expect_equal(trimws(restored[-(1:3)]), rep("keras_error_stale_tensor", 5))
})

for_each_backend("what base R does not dispatch has a documented alternative", {
  x <- k_constant(c(1, 5, 3))
  expect_error(pmax(x, 2))
  expect_value(k_maximum(x, 2), c(2, 5, 3))
  expect_error(if (x) 1)
  expect_true(if (as.array(x)[[1L]] > 0) TRUE)
  expect_error(max(2, x))
  expect_value(max(x, 9), 9)
  expect_type(c(1, x), "list")
  m <- k_constant(matrix(1:2, 1))
  expect_equal(dim(drop(m)), c(1, 2))
  expect_equal(dim(k_squeeze(m, 1)), 2)
  expect_equal(rowSums(as.array(m)), 3)
})
