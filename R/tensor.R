#' Tensors
#'
#' A tensor is a node of the graph: a variable, a placeholder, a constant or a result. [k_eval()] has
#' its value computed. R's own functions work on tensors and return tensors; they compute on the tensor's own backend,
#' whichever backend is current.
#'
#' * Operators: `+ - * / ^ %% %/%`, comparisons, `! & |`. Shapes broadcast as in NumPy: sizes are compared
#'   from the last axis, and an axis of size 1 is repeated. There is no recycling of vectors.
#' * Functions: `abs()`, `sign()`, `sqrt()` (0 for a negative number, as [k_sqrt()]), `exp()`, `log()`,
#'   `log2()`, `log10()`, `log1p()`, `sin()`, `cos()`, `tan()`, `tanh()`, `floor()`, `ceiling()`, `trunc()`,
#'   `round()` to whole numbers; `cumsum()` and `cumprod()` of one dimension (see [k_cumsum()] for an axis).
#' * Summaries: `max()`, `min()`, `sum()`, `prod()`, `any()`, `all()`, `range()`, `mean()`: of all elements.
#' * `x[i, j]`: one index for each dimension, empty for all of it. An index counts from 1, as in R: positions in any
#'   order; negative ones, which leave out elements; or logicals. It may be an integer tensor, which also counts from 1
#'   here, or a bool tensor. The ends of a range may be tensors, too; the range is increasing: `x[2:n, ]` with
#'   `n <- k_shape(x)[1]`. `x[-n, ]` leaves out the last. Dimensions of size 1 are dropped, unless `drop = FALSE`.
#' * `x[mask]`, with a bool tensor or a logical array of `x`'s shape: the elements where it is true, in R's
#'   order, in which the first dimension varies fastest. `x[m]`, with a matrix: an element for each row of positions.
#' * `x[[i, j]]`: one element. Assigning elements, as in `x[i] <- value`, is refused, with a pointer to [k_update()].
#' * `head()` and `tail()`, `rev()`, `rep()`, `diff()`, `aperm()`, `cbind()`, `rbind()`, `lapply()` and similar ones,
#'   as for R's vectors and matrices. `c()` collects tensors, and sizes beside them, in a list.
#' * `is.na()`, `is.nan()`, `is.finite()`, `is.infinite()`, `anyNA()`: bool tensors.
#' * `t()` reverses the axes, and turns a vector into a row. `%*%`, `crossprod()` and `tcrossprod()` treat
#'   vectors as rows or columns, whichever fits. (R dispatches them from 4.3 and 4.4 on. For earlier versions, this
#'   package exports functions with these names, which call those of base R except for tensors.)
#' * `dim()` and `length()` return the static shape and size, with `NA` if unknown. `x$dtype`, `x$shape`,
#'   `x$name`, `x$kind`, `x$backend`, `x$ndim`, `x$sparse` and `x$constraint` are a tensor's properties.
#' * `as.array()`, `as.matrix()`, `as.vector()`, `as.numeric()`, `as.integer()`, `as.logical()`,
#'   `as.character()`, `as.complex()` and `as.data.frame()` compute the value on the tensor's own backend,
#'   and so does `paste()`. `all.equal()` compares the value of a tensor, its first argument, with that of another
#'   tensor, or with an R array. (With numbers first, it is an error.)
#' * Other generic functions of R, such as `sort()`, `unique()` and `median()`, are refused with a
#'   `keras_error_argument`: apply them to a value, such as `k_eval(x)`.
#' * Functions that base R does not dispatch cannot work on tensors. `if (x)`, `while`, `&&`, `for` and `which()` need a
#'   value: `if (as.array(x) > 0)`. For `pmax()` and `pmin()`, use [k_maximum()] and [k_minimum()]; for `diag()`,
#'   `rowSums()` and `%in%`, use the value, `as.array(x)`. `drop()` returns the tensor unchanged: use [k_squeeze()] to
#'   drop an axis. `max(1, x)` looks at its first argument only, so write `max(x, 1)`; and `c(1, x)` is a list.
#' * `print()` also shows the values of variables and constants that have no more than 60 elements;
#'   `format()` and `str()` return or show backend, kind, name, dtype and shape.
#'
#' @param x,e1,e2,object,target,current Tensors; one of two operands may be a number or array.
#' @param ... For `[` and `[[`, the indices; for `cbind()`, `rbind()` and `c()`, what to combine. Otherwise further
#'   arguments of the generic function.
#' @param a,y Like `x`.
#' @param exact,recursive Not used.
#' @param n Number of elements, or of those to leave out if negative; for `head()` and `tail()`, along the first
#'   axis, or a number for each of the first axes, `NA` for all.
#' @param perm The new order of the axes.
#' @param name The name of a property.
#' @param drop Whether to drop dimensions of size 1.
#' @param na.rm Must be `FALSE`.
#' @param mode As in [as.vector()].
#' @return A tensor, an integer vector (`dim()`), an integer (`length()`), or an array of the values.
#'
#'   Errors: `keras_error_shape` if shapes do not fit or an index is out of range, `keras_error_dtype`,
#'   `keras_error_argument` for a function or an index that tensors do not have,
#'   `keras_error_backend_mismatch` if two tensors are from different backends.
#' @examplesIf is_backend_installed()
#' x <- k_constant(matrix(1:6, 2))
#' as.array(x[1, 2:3] * 10 - 1)
#' as.array(sqrt(abs(-x)))
#' as.array(sum(x > 2))
#' k_eval(x[, c(3, 1)])
#' k_eval(x[-1, ])
#' k_eval(x[x > 2])
#' k_eval(cbind(x, 0) %*% 1:4)
#' dim(x)
#' @name keras_tensor
NULL

# R sets .Generic, in the group generics below, to the name of the function that was called.
utils::globalVariables(c(".Generic", ".Method"))

operators <- c(
  "+" = "add", "-" = "subtract", "*" = "multiply", "/" = "divide", "^" = "pow", "%%" = "remainder",
  "%/%" = "floor_divide", "==" = "equal", "!=" = "not_equal", "<" = "less", "<=" = "less_equal",
  ">" = "greater", ">=" = "greater_equal", "&" = "logical_and", "|" = "logical_or"
)

#' @rdname keras_tensor
#' @export
Ops.keras_tensor <- function(e1, e2) { # nolint: object_name_linter.
  if (missing(e2)) operate_on_one(.Generic, e1) else operate(.Generic, e1, e2)
}

operate_on_one <- function(operator, x) {
  switch(operator, "+" = x, "-" = negative(x), "!" = call_method("logical_not", x))
}

#' The negative of a tensor, which refers to the original tensor: as an index, it excludes that position
#' @noRd
negative <- function(x) {
  result <- call_method("negative", x)
  attr(result, "left_out") <- x
  result
}

operate <- function(operator, e1, e2) {
  name <- paste0("`", operator, "`")
  call_method(operators[[operator]], as_value(e1, "e1", function_name = name),
              as_value(e2, "e2", function_name = name))
}

#' @rdname keras_tensor
#' @export
Math.keras_tensor <- function(x, ...) { # nolint: object_name_linter.
  f <- math_functions[[.Generic]]
  if (is.null(f)) {
    abort("argument", c("tensors have no method for `{generic}()`", i = "Those that they have: {accepted}."),
          generic = .Generic, accepted = paste0("`", names(math_functions), "()`", collapse = ", "))
  }
  f(x, ...)
}

#' The functions of R's group generic Math that tensors support
#' @noRd
math_functions <- list(
  abs = function(x) call_method("abs", x),
  sign = function(x) call_method("sign", x),
  sqrt = function(x) call_method("sqrt", x),
  exp = function(x) call_method("exp", x),
  log = function(x, base = exp(1)) {
    logarithm <- call_method("log", x)
    if (missing(base)) logarithm else logarithm_to_base(logarithm, base)
  },
  log2 = function(x) snapped(call_method("log", x) / log(2)),
  log10 = function(x) snapped(call_method("log", x) / log(10)),
  log1p = function(x) log1p_of(x),
  sin = function(x) call_method("sin", x),
  cos = function(x) call_method("cos", x),
  tan = function(x) call_method("sin", x) / call_method("cos", x),
  tanh = function(x) call_method("tanh", x),
  floor = function(x) whole_below(x),
  ceiling = function(x) whole_above(x),
  trunc = function(x, ...) call_method("switch", x >= 0, whole_below(x), whole_above(x)),
  round = function(x, digits = 0) {
    if (!is.numeric(digits) || !identical(as.double(digits), 0)) {
      abort("argument", "{argument} must be 0, not {value}: tensors are rounded to whole numbers", argument = "digits",
            value = digits, function_name = "round()")
    }
    call_method("round", x)
  },
  cumsum = function(x) cumulated("cumsum", x),
  cumprod = function(x) cumulated("cumprod", x)
)

#' The largest whole number that is not above x. `x %/% 1` is NaN for an infinite x
#' @noRd
whole_below <- function(x) {
  nearest <- call_method("round", x)
  if (is_float(x)) nearest - call_method("cast", nearest > x, k_dtype(x)) else nearest
}

whole_above <- function(x) if (is_float(x)) -whole_below(-x) else whole_below(x)

#' A logarithm to another base. As in base R, those to base 2 and 10 are whole for powers of the base
#' @noRd
logarithm_to_base <- function(logarithm, base) {
  if (k_is_tensor(base)) {
    return(logarithm / call_method("log", base))
  }
  base <- as_numbers(base, "base", function_name = "log()")
  base <- if (is_integer64(base)) integer64_as_double(base) else unclass(base)
  quotient <- logarithm / log(base)
  if (length(base) == 1L && base %in% c(2, 10)) snapped(quotient) else quotient
}

#' Whole numbers in place of what rounding errors have left next to them: log(1000) / log(10) is less than 3
#' @noRd
snapped <- function(x) {
  rest <- call_method("stop_gradient", call_method("round", x) - x)
  near <- call_method("abs", rest) <= call_method("abs", x) * (2 * precision_of(k_dtype(x)))
  x + call_method("switch", near, rest, call_method("zeros_like", x))
}

#' log(1 + x), also for a small x, whose digits the sum would round off. The gradient is that of log(1 + x)
#'
#' Near 0 it is a series in x / (2 + x). (Kahan's formula divides by (1 + x) - 1, which compilers take for x.)
#' @noRd
log1p_of <- function(x) {
  zeros <- call_method("zeros_like", x)
  plain <- call_method("log", x + 1)
  near <- call_method("abs", x) < 0.25
  inside <- call_method("switch", near, x, zeros)
  ratio <- inside / (inside + 2)
  square <- ratio * ratio
  series <- Reduce(function(sum, odd) sum * square + 1 / odd, seq(17, 1, by = -2), 1 / 19)
  plain + call_method("stop_gradient", call_method("switch", near, ratio * series * 2 - plain, zeros))
}

cumulated <- function(name, x) {
  if (length(dim(x)) != 1L) {
    abort("shape", c("{argument} must have one dimension, not shape {shape}",
                     i = "`k_{name}(x, axis)` goes along an axis."), shape = dim(x), name = name, argument = "x",
          value = x, function_name = paste0(name, "()"))
  }
  call_method(name, x, 0L)
}

#' @rdname keras_tensor
#' @export
Summary.keras_tensor <- function(..., na.rm = FALSE) { # nolint: object_name_linter.
  generic <- .Generic
  if (!identical(na.rm, FALSE)) {
    abort("argument", "{argument} must be FALSE, not {value}: tensors hold no missing values", argument = "na.rm",
          value = na.rm, function_name = paste0(generic, "()"))
  }
  parts <- list(...)
  if (generic == "range") {
    finite <- parts[["finite"]]
    if (!is.null(finite) && !identical(finite, FALSE)) {
      abort("argument", "{argument} must be FALSE, not {value}: no elements of tensors are left out",
            argument = "finite", value = finite, function_name = "range()")
    }
    parts[["finite"]] <- NULL
    ends <- lapply(c("min", "max"), function(end) do.call(end, parts))
    return(call_method("concatenate", lapply(ends, function(end) call_method("reshape", end, list(1L))), 0L))
  }
  combine <- c(max = "maximum", min = "minimum", sum = "add", prod = "multiply", any = "logical_or",
               all = "logical_and")[[generic]]
  reduced <- lapply(seq_along(parts), function(i) {
    part <- parts[[i]]
    # Numbers stay numbers here, so that they take the dtype of the tensors they are combined with.
    if (k_is_tensor(part)) call_method(generic, part) else summary_of_numbers(generic, part, paste("argument", i))
  })
  Reduce(function(x, y) call_method(combine, x, y), Filter(Negate(is.null), reduced))
}

#' What base R's function gives for numbers beside a tensor; NULL if there are none
#' @noRd
summary_of_numbers <- function(generic, x, arg) {
  if (is.null(x)) {
    return(NULL)
  }
  function_name <- paste0(generic, "()")
  numbers <- as_numbers(x, arg, function_name = function_name)
  numbers <- if (is_integer64(numbers)) exact_double(numbers, arg, function_name = function_name) else numbers
  numbers <- as.double(unclass(numbers))
  if (generic %in% c("any", "all")) {
    if (anyNA(numbers)) {
      abort("dtype", "{argument} must be logical, without NA and NaN", argument = arg, value = x,
            function_name = function_name)
    }
    numbers <- numbers != 0
  }
  if (length(numbers)) do.call(generic, list(numbers))
}

#' @rdname keras_tensor
#' @export
mean.keras_tensor <- function(x, ...) {
  if (...length()) {
    abort("argument", c("tensors have no `trim` and no `na.rm`: they hold no missing values.",
                        i = "`k_mean(x, axis)` is the mean along an axis."), function_name = "mean()")
  }
  call_method("mean", x)
}

#' @rdname keras_tensor
#' @export
t.keras_tensor <- function(x) {
  if (length(dim(x)) == 1L) call_method("expand_dims", x, 0L) else call_method("transpose", x)
}

# -- questions --------------------------------------------------------------------------------------------

#' @rdname keras_tensor
#' @export
dim.keras_tensor <- function(x) {
  sizes <- call_shim("int_shape", x)
  # Sizes beyond the largest integer of R are doubles.
  if (length(sizes)) unlist(lapply(sizes, function(size) if (is.null(size)) NA_integer_ else size))
}

#' @rdname keras_tensor
#' @export
length.keras_tensor <- function(x) {
  if (is_called_by(base::attr.all.equal)) {  # it would report that an array is no tensor
    abort("argument", c("the tensor must be the first argument, because R chooses the method by that.",
                        i = "`all.equal(x, array)` compares the values, with the tolerance of the tensor's dtype."),
          function_name = "all.equal()")
  }
  count <- prod(dim(x))
  if (is.na(count) || count <= .Machine$integer.max) as.integer(count) else count
}

# -- values -----------------------------------------------------------------------------------------------

#' @rdname keras_tensor
#' @export
as.array.keras_tensor <- function(x, ...) {
  value <- call_method("eval", x)
  # As in base R, where as.array() gives a vector one dimension.
  if (length(dim(x)) == 1L) array(value) else value
}

#' @rdname keras_tensor
#' @export
as.matrix.keras_tensor <- function(x, ...) {
  value <- as.array(x)
  if (length(dim(value)) > 2L) {
    abort("shape", "{argument}, a tensor of shape {shape}, is not a matrix", shape = dim(x), argument = "x", value = x,
          function_name = "as.matrix()")
  }
  as.matrix(value)
}

#' @rdname keras_tensor
#' @export
as.vector.keras_tensor <- function(x, mode = "any") {
  if (is_called_by(base::outer)) {
    abort("argument", c("tensors do not have this function of R.",
                        i = "`x %*% t(y)` is the outer product of vectors."), function_name = "outer()")
  }
  as.vector(as.array(x), mode)
}

#' @rdname keras_tensor
#' @export
as.double.keras_tensor <- function(x, ...) {
  if (is_called_by(base::sprintf)) {
    refuse_format()
  }
  as.double(as.array(x))
}

#' @rdname keras_tensor
#' @export
as.integer.keras_tensor <- function(x, ...) {
  if (is_called_by(base::sprintf)) {
    refuse_format()
  }
  as.integer(as.array(x))
}

#' @rdname keras_tensor
#' @export
as.logical.keras_tensor <- function(x, ...) {
  if (is_called_by(base::ifelse)) {
    abort("argument", c("the test is a tensor, which has a value only when it is evaluated.",
                        i = "`k_switch(condition, then, else)` chooses among tensors."),
          function_name = "ifelse()")
  }
  as.logical(as.array(x))
}

#' @rdname keras_tensor
#' @export
as.complex.keras_tensor <- function(x, ...) {
  as.complex(as.array(x))
}

#' @rdname keras_tensor
#' @export
as.character.keras_tensor <- function(x, ...) {
  if (is_called_by(base::sprintf)) {
    refuse_format()
  }
  as.character(as.array(x))
}

#' `sprintf()` would take the length of the R object before it converts the object to values
#' @noRd
refuse_format <- function() {
  abort("argument", c("tensors are not formatted.", i = "`sprintf(format, k_eval(x))` formats the value."),
        function_name = "sprintf()")
}

#' @rdname keras_tensor
#' @export
as.data.frame.keras_tensor <- function(x, ...) {
  as.data.frame(as.matrix(x), ...)
}

#' Whether a conversion was called by a base function that is not generic and would treat a tensor as a plain value
#' @noRd
is_called_by <- function(f) {
  frames <- sys.parents()
  caller <- frames[[sys.nframe() - 1L]]
  above <- if (caller > 0L) c(caller, frames[[caller]]) else integer()
  any(vapply(above[above > 0L], function(frame) identical(sys.function(frame), f), NA))
}

#' @rdname keras_tensor
#' @param tolerance Differences up to this size do not count; by default the square root of the
#'   precision of the tensors' dtype, as in [all.equal()] for doubles.
#' @method all.equal keras_tensor
#' @export
all.equal.keras_tensor <- function(target, current, ..., tolerance = NULL) {
  if (is.null(tolerance)) {
    precisions <- vapply(list(target, current), function(x) {
      precision_of(if (k_is_tensor(x)) k_dtype(x) else "float64")
    }, 0)
    tolerance <- sqrt(max(precisions))
  }
  value <- function(x, arg) {
    x <- if (k_is_tensor(x)) as.array(x) else as_numbers(x, arg, function_name = "all.equal()")
    x <- if (is_integer64(x)) integer64_as_double(x) else unclass(x)
    sizes <- if (length(dim(x)) > 1L) dim(x)
    x <- as.vector(x)
    dim(x) <- sizes
    x
  }
  target <- value(target, "target")
  current <- value(current, "current")
  if (is.numeric(target) && is.numeric(current)) {
    all.equal(target, current, tolerance = tolerance, ...)
  } else {
    all.equal(target, current, ...)
  }
}

#' The relative distance between neighbouring numbers; for other dtypes, that of doubles
#' @noRd
precision_of <- function(dtype) switch(dtype, float16 = 2^-10, float32 = 2^-23, .Machine$double.eps)

# -- showing ----------------------------------------------------------------------------------------------

#' @rdname keras_tensor
#' @export
format.keras_tensor <- function(x, ...) {
  if (is_restored(x)) {
    return("<tensor of an R session that has ended: its value is gone>")
  }
  told <- tell(x)
  paste0("<", told$backend, if (told$sparse) " sparse", " ", told$kind,
         if (!is.null(told$name)) paste0(" '", told$name, "'"), ": ",
         told$dtype, ", shape ", format_shape(told$shape), ">")
}

#' @rdname keras_tensor
#' @export
print.keras_tensor <- function(x, ...) {
  cat(format(x), "\n", sep = "")
  if (is_restored(x)) {
    return(invisible(x))
  }
  if (tell(x)$kind %in% c("constant", "variable") && length(x) <= largest_shown) {
    value <- tryCatch(as.array(x), keras_error = identity)
    if (inherits(value, "keras_error")) {
      cat("Its value is gone: ", conditionMessage(value), "\n", sep = "")
    } else {
      print(value, ...)
    }
  }
  invisible(x)
}

#' Whether a Python object comes from a file or a restored workspace
#' @noRd
is_restored <- function(x) reticulate::py_is_null_xptr(x)

#' A tensor's description of itself
#' @noRd
tell <- function(x) {
  setNames(call_shim("describe", x), c("backend", "kind", "name", "dtype", "shape", "sparse"))
}

#' The largest number of elements for which a value is printed with its tensor
#' @noRd
largest_shown <- 60L

#' @rdname keras_tensor
#' @export
str.keras_tensor <- function(object, ...) {
  cat(" ", format(object), "\n", sep = "")
}

#' A shape as shown in messages: `(NA, 3)`
#' @noRd
format_shape <- function(shape) {
  sizes <- vapply(shape, function(size) {
    if (is.null(size) || is.na(size)) "NA" else format(size, scientific = FALSE)
  }, "")
  paste0("(", paste(sizes, collapse = ", "), ")")
}

#' A tensor or a compiled function is already a Python object
#'
#' Without this method, reticulate searches for a conversion at each call.
#' @rawNamespace S3method(reticulate::r_to_py,pyshim.tensors.OfGraph)
#' @noRd
`r_to_py.pyshim.tensors.OfGraph` <- function(x, convert = FALSE) x # nolint: object_name_linter
