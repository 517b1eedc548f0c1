# R's generic functions on tensors, beyond operators, indices and conversions.
#
# A tensor is a Python object: reticulate's methods would return its Python names and length, and base R treats it as an
# environment. Neither result makes sense for a tensor, so generics without a method here signal an error.

# -- questions about each element -------------------------------------------------------------------------

#' @rdname keras_tensor
#' @export
is.na.keras_tensor <- function(x) call_method("not_equal", x, x)

#' @rdname keras_tensor
#' @export
is.nan.keras_tensor <- function(x) call_method("not_equal", x, x)

#' @rdname keras_tensor
#' @export
anyNA.keras_tensor <- function(x, recursive = FALSE) any(is.na(x))

#' @rdname keras_tensor
#' @export
is.finite.keras_tensor <- function(x) {
  if (is_float(x)) call_method("less", call_method("abs", x), Inf) else call_method("equal", x, x)
}

#' @rdname keras_tensor
#' @export
is.infinite.keras_tensor <- function(x) {
  if (is_float(x)) call_method("equal", call_method("abs", x), Inf) else call_method("not_equal", x, x)
}

is_float <- function(x) startsWith(k_dtype(x), "float")

# -- other orders, repetitions, differences ---------------------------------------------------------------

#' @rdname keras_tensor
#' @export
aperm.keras_tensor <- function(a, perm = NULL, ...) {
  perm <- if (is.null(perm)) rev(seq_along(dim(a))) else perm
  call_method("permute_dimensions", a, as.list(as_axis(perm, "perm")))
}

#' @rdname keras_tensor
#' @export
rev.keras_tensor <- function(x) {
  need_vector(x, "rev()", "`k_reverse(x, axes)` reverses the order along axes.")
  call_method("reverse", x, 0L)
}

#' @rdname keras_tensor
#' @export
rep.keras_tensor <- function(x, ...) {
  remedy <- "`k_tile()` and `k_repeat_elements()` repeat along axes."
  x <- if (is.null(dim(x))) call_method("reshape", x, list(1L)) else x
  need_vector(x, "rep()", remedy)
  if (is.na(dim(x))) {
    abort("shape", c("{argument} has an unknown size", i = remedy), argument = "x", function_name = "rep()")
  }
  call_method("gather", x, array(rep(seq_len(dim(x)) - 1L, ...)))
}

#' @rdname keras_tensor
#' @param lag,differences As in [diff()], along the first axis.
#' @export
diff.keras_tensor <- function(x, lag = 1L, differences = 1L, ...) {
  lag <- need_positive(lag, "lag")
  differences <- need_positive(differences, "differences")
  for (i in seq_len(differences)) {
    x <- tail(x, -lag) - head(x, -lag)
  }
  x
}

#' A whole number of at least 1
#' @noRd
need_positive <- function(number, arg) {
  whole <- as_whole(number)
  if (!is.integer(whole) || length(whole) != 1L || is.na(whole) || whole < 1L) {
    abort("argument", "{argument} must be a whole number of at least 1, not {value}", argument = arg, value = number)
  }
  whole
}

need_vector <- function(x, function_name, remedy) {
  if (length(dim(x)) != 1L) {
    abort("shape", c("{argument} must have one dimension, not shape {shape}", i = remedy), shape = dim(x),
          argument = "x", value = x, function_name = function_name)
  }
}

# -- joining ----------------------------------------------------------------------------------------------

#' @rdname keras_tensor
#' @param deparse.level Not used: tensors have no names.
#' @export
cbind.keras_tensor <- function(..., deparse.level = 1) { # nolint: object_name_linter.
  bind(list(...), 2L, "cbind()")
}

#' @rdname keras_tensor
#' @export
rbind.keras_tensor <- function(..., deparse.level = 1) { # nolint: object_name_linter.
  bind(list(...), 1L, "rbind()")
}

#' Join matrices, and vectors as rows or columns; a single number is repeated to their length
#' @noRd
bind <- function(parts, axis, function_name) {
  parts <- Filter(Negate(is.null), unname(parts))
  tensor <- Find(k_is_tensor, parts)
  parts <- lapply(seq_along(parts), function(i) {
    part <- as_value(parts[[i]], paste("argument", i), function_name = function_name)
    if (k_is_tensor(part)) part else call_shim("call_beside", tensor, "constant", part, k_dtype(tensor))
  })
  sizes <- lapply(parts, dim)
  if (any(lengths(sizes) > 2L)) {
    which <- which(lengths(sizes) > 2L)[[1L]]
    abort("shape", c("{argument} must have no more than two dimensions, not shape {shape}",
                     i = "`k_concatenate(list(x, y), axis)` joins along any axis."),
          shape = sizes[[which]], argument = paste("argument", which), value = parts[[which]],
          function_name = function_name)
  }
  across <- unlist(lapply(sizes[lengths(sizes) > 0L], function(size) rep_len(size, 2L)[[3L - axis]]))
  long <- if (length(across)) c(across[!is.na(across)], NA)[[1L]] else 1L
  parts <- lapply(parts, function(part) {
    if (is.null(dim(part))) {
      if (is.na(long)) {
        abort("shape", c("a single number cannot be repeated along an axis of unknown size",
                         i = "`k_ones_like(x) * number` is as long as the tensor `x` when it runs."),
              function_name = function_name)
      }
      part <- call_method("tile", call_method("reshape", part, list(1L)), long)
    }
    if (length(dim(part)) == 1L) vector_as_matrix(part, column = axis == 2L) else part
  })
  call_method("concatenate", parts, axis - 1L)
}

#' @rdname keras_tensor
#' @export
c.keras_tensor <- function(...) {
  # Numbers combined with tensors are sizes: c(k_shape(x)[1], 2).
  do.call(c, lapply(unname(list(...)), function(part) if (k_is_tensor(part)) list(part) else as.list(part)))
}

#' @rdname keras_tensor
#' @export
as.list.keras_tensor <- function(x, ...) {
  remedy <- "`k_unstack(x, axis)` is the list of the slices along an axis."
  need_vector(x, "as.list()", remedy)
  if (is.na(dim(x))) {
    abort("shape", c("{argument} has an unknown size", i = remedy), argument = "x", function_name = "as.list()")
  }
  lapply(seq_len(dim(x)), function(i) x[i])
}

#' @export
names.keras_tensor <- function(x) NULL

# -- unsupported functions --------------------------------------------------------------------------------

#' Generic functions that tensors do not support, with their alternatives
#' @noRd
refused_generics <- c(
  sort = "`sort(as.array(x))` sorts the value.",
  xtfrm = "`order(as.array(x))` orders the value.",
  unique = "`unique(as.array(x))` computes it from the value.",
  duplicated = "`duplicated(as.array(x))` computes it from the value.",
  anyDuplicated = "`anyDuplicated(as.array(x))` computes it from the value.",
  mtfrm = "`any(x == 2)` tells whether an element equals a number.",
  median = "`median(as.array(x))` computes it from the value.",
  quantile = "`quantile(as.array(x))` computes them from the value.",
  summary = "`summary(as.array(x))` summarizes the value.",
  scale = "`k_mean(x, axis = 1)` and `k_std(x, axis = 1)` compute the columns' means and deviations.",
  cut = "`cut(as.array(x), breaks)` cuts the value.",
  determinant = "`det(as.array(x))` computes it from the value.",
  seq = "`k_arange()` makes a sequence.",
  merge = "`k_concatenate()` joins tensors.",
  with = "`with()` takes a context, such as `use_backend()` returns.",
  within = "`k_update()` changes a variable.",
  transform = "`k_update()` changes a variable.",
  as.raw = "`as.raw(as.array(x))` converts the value.",
  as.Date = "`as.Date(as.array(x))` converts the value.",
  as.POSIXct = "`as.POSIXct(as.array(x))` converts the value.",
  `dim<-` = "`k_reshape(x, shape)` makes a tensor of another shape; elements keep their row-major order.",
  `length<-` = "`head(x, n)` returns the first elements.",
  `names<-` = "A tensor's elements have no names.",
  `dimnames<-` = "A tensor's elements have no names.",
  `levels<-` = "Tensors have no levels.",
  `is.na<-` = "Tensors hold no missing values.",
  `diag<-` = "`k_switch(k_eye(n) == 1, value, x)` makes a tensor with another diagonal."
)

refuse_generic <- function(generic) {
  name <- if (generic == "xtfrm") "order" else generic
  abort("argument", c("tensors do not have this function of R.", i = refused_generics[[generic]]),
        function_name = as_written(name))
}

#' A function's name as shown in messages
#' @noRd
as_written <- function(name) {
  if (grepl("^[.[:alpha:]][.[:alnum:]]*$", name)) paste0(name, "()") else paste0("`", name, "`")
}

#' @export
Complex.keras_tensor <- function(z) { # nolint: object_name_linter.
  abort("argument", c("tensors do not have this function of R.", i = "Tensors hold no complex numbers."),
        function_name = paste0(.Generic, "()"))
}

#' Signal an error about a context, which is internally a Python object but has no elements
#' @noRd
refuse_of_context <- function(generic) {
  abort("argument", c("a context has no elements and no value.",
                      i = "`with(context, code)` runs code in it."), function_name = as_written(generic))
}

refused_of_contexts <- c(
  "[", "[[", "$", "[<-", "[[<-", "$<-", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/",
  "summary", "as.character", "as.list", "as.vector", "as.double", "as.integer", "as.logical", "rep", "rev",
  "is.na", "c", "unique", "sort", "xtfrm", "mtfrm"
)

#' A length of 1 and no names, as for a function: tools that list objects call both `length()` and `names()`
#' @export
#' @noRd
length.keras_scope <- function(x) 1L

#' @export
names.keras_scope <- function(x) NULL

#' @export
format.keras_scope <- function(x, ...) "<context for with()>"

#' @export
print.keras_scope <- function(x, ...) {
  cat(format(x), "\n", sep = "")
  invisible(x)
}

#' @export
str.keras_scope <- function(object, ...) {
  cat(" ", format(object), "\n", sep = "")
}

# -- methods that are registered when the package is loaded -----------------------------------------------

#' Register methods for generics that not all releases of R have, and those generated from the lists above
#' @noRd
register_methods <- function() {
  register <- function(generic, class, method) {
    for (home in c("base", "stats")) {
      if (exists(generic, envir = asNamespace(home), inherits = FALSE)) {
        return(registerS3method(generic, class, method, envir = asNamespace(home)))
      }
    }
  }
  method <- function(definition) eval(definition, topenv())  # errors recognize it by its namespace
  for (generic in names(refused_generics)) {
    register(generic, "keras_tensor", method(bquote(function(x, ...) refuse_generic(.(generic)))))
  }
  for (generic in refused_of_contexts) {
    register(generic, "keras_scope", method(bquote(function(x, ...) refuse_of_context(.(generic)))))
  }
  if (getRversion() >= "4.3.0") {
    registerS3method("matrixOps", "keras_tensor", matrix_operation)
    # If both operands have operators, such as a tensor and a data frame, use the tensor's.
    registerS3method("chooseOpsMethod", "keras_tensor", function(x, y, mx, my, cl, reverse) TRUE)
  } else {
    register_operators("keras_tensor")
    register_operators("data.frame")
    of_integer64 <- function(...) register_operators("integer64")
    if (isNamespaceLoaded("bit64")) of_integer64()
    setHook(packageEvent("bit64", "onLoad"), of_integer64)
  }
}

register_operators <- function(class) {
  for (operator in names(operators)) {
    registerS3method(operator, class, operate_beside, envir = baseenv())
  }
}

#' Operators on a tensor and an object of another class with operators, before R 4.3
#'
#' R does not dispatch an operator whose operands have different methods, such as those for data frames and for bit64's
#' integers. So both operands get this method, which leaves calls without a tensor to base R and bit64.
#' @noRd
operate_beside <- function(e1, e2) {
  if (missing(e2)) {
    if (k_is_tensor(e1)) operate_on_one(.Generic, e1) else others_operator(.Generic, .Method, e1)(e1)
  } else if (one_is_tensor(e1, e2)) {
    operate(.Generic, e1, e2)
  } else {
    others_operator(.Generic, .Method, e1, e2)(e1, e2)
  }
}

others_operator <- function(generic, method, ...) {
  if (any(vapply(list(...), is.data.frame, NA))) {
    data_frame_operator(generic, method)
  } else {
    get(paste0(generic, ".integer64"), asNamespace("bit64"))
  }
}

#' Base R's method, with the variables that R's dispatch would define
#' @noRd
data_frame_operator <- function(generic, method) {
  operator <- base::Ops.data.frame
  environment(operator) <- list2env(list(.Generic = generic, .Method = method), parent = baseenv())
  operator
}
