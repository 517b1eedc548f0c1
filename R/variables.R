#' Create a variable
#'
#' @param value A number, array, tensor (which is evaluated), or a sparse matrix of the package Matrix, which
#'   becomes a sparse variable.
#' @param dtype Name of a dtype; [k_floatx()] by default.
#' @param name A string, or `NULL` for a generated name.
#' @param constraint A function that is stored with the variable, for optimizers to apply.
#' @return A variable of the value's shape.
#'
#'   Errors: `keras_error_dtype` for a value that is not a number, or a dtype that does not exist.
#' @family variables
#' @examplesIf is_backend_installed()
#' w <- k_variable(matrix(0, 4, 3), name = "w")
#' w
#' @export
k_variable <- function(value, dtype = NULL, name = NULL, constraint = NULL) {
  value <- (if (is_sparse_matrix(value)) as_sparse_array else as_value)(value, "value")
  call_shim("variable", value, dtype, name, as_python_function(constraint, "constraint"))
}

#' Create a constant
#'
#' @param value A number or array.
#' @param dtype Name of a dtype; [k_floatx()] by default.
#' @param shape The result's shape, which is filled in row-major order with the value's elements, or with its only one
#'   repeated: a vector, or a list that may contain integer tensors.
#' @param name A string.
#' @return A tensor.
#'
#'   Errors: `keras_error_shape` if value and shape do not fit.
#' @family variables
#' @examplesIf is_backend_installed()
#' k_constant(1:4, shape = c(2, 2))
#' k_constant(0.5, dtype = "float64", shape = 3)
#' @export
k_constant <- function(value, dtype = NULL, shape = NULL, name = NULL) {
  call_shim("constant", as_value(value, "value"), dtype, as_shape(shape), name)
}

#' Create a placeholder, whose value is passed to each call of a function
#'
#' @param shape The sizes, with `NA` (or `NULL` in a list) for each unknown one.
#' @param ndim Instead of `shape`, the number of dimensions, all of unknown size.
#' @param dtype Name of a dtype; [k_floatx()] by default.
#' @param sparse Whether its values are sparse matrices: see [k_is_sparse()].
#' @param name A string, `NULL` for a name that is made up.
#' @return A placeholder.
#'
#'   Errors: `keras_error_argument` if neither shape nor ndim is given, or if they disagree.
#' @family variables
#' @seealso [k_function()]
#' @examplesIf is_backend_installed()
#' k_placeholder(shape = c(NA, 4))
#' k_placeholder(ndim = 3, dtype = "int32")
#' @export
k_placeholder <- function(shape = NULL, ndim = NULL, dtype = NULL, sparse = FALSE, name = NULL) {
  call_shim("placeholder", as_shape(shape), as_whole(ndim), dtype, sparse, name)
}

#' Variables filled with zeros, ones, or the identity matrix
#'
#' @param shape The sizes: a vector, or a list that may contain integer tensors such as `k_shape(x)[1]`.
#' @param size The number of rows and columns, or both numbers.
#' @param dtype Name of a dtype; [k_floatx()] by default.
#' @param name A string.
#' @return A variable; or a tensor, if a size is one.
#' @family variables
#' @examplesIf is_backend_installed()
#' k_zeros(c(2, 3))
#' k_ones(2, dtype = "int32")
#' k_eye(2)
#' @export
k_zeros <- function(shape, dtype = NULL, name = NULL) {
  call_shim("zeros", as_shape(shape), dtype, name)
}

#' @rdname k_zeros
#' @export
k_ones <- function(shape, dtype = NULL, name = NULL) {
  call_shim("ones", as_shape(shape), dtype, name)
}

#' @rdname k_zeros
#' @export
k_eye <- function(size, dtype = NULL, name = NULL) {
  call_shim("eye", as_shape(size), dtype, name)
}

#' Zeros or ones with the shape of a tensor
#'
#' @param x A tensor.
#' @param dtype Name of a dtype; that of `x` by default.
#' @param name A string.
#' @return A tensor of `x`'s shape, including unknown sizes.
#' @family variables
#' @examplesIf is_backend_installed()
#' k_eval(k_zeros_like(matrix(1:4, 2)))
#' k_eval(k_ones_like(c(0.5, 1.5)))
#' @export
k_zeros_like <- function(x, dtype = NULL, name = NULL) {
  call_shim("zeros_like", as_value(x), dtype, name)
}

#' @rdname k_zeros_like
#' @export
k_ones_like <- function(x, dtype = NULL, name = NULL) {
  call_shim("ones_like", as_value(x), dtype, name)
}

#' Copy a tensor
#'
#' @param x A tensor.
#' @param name A string.
#' @return A tensor of `x`'s shape and dtype.
#' @family variables
#' @examplesIf is_backend_installed()
#' k_eval(k_identity(1:3))
#' @export
k_identity <- function(x, name = NULL) {
  call_shim("identity", as_value(x), name)
}

#' Variables with random values
#'
#' @param shape The sizes, all known.
#' @param mean,scale Mean and standard deviation of the normal distribution.
#' @param low,high Limits of the uniform distribution on `[low, high)`.
#' @param dtype Name of a dtype; [k_floatx()] by default.
#' @param name A string.
#' @param seed A whole number that makes the draw repeat, also on other backends; `NULL` takes one from R's
#'   generator.
#' @return A variable.
#' @family variables
#' @examplesIf is_backend_installed()
#' k_random_normal_variable(c(2, 2), mean = 0, scale = 0.1, seed = 1)
#' k_random_uniform_variable(3, low = -1, high = 1, seed = 1)
#' @export
k_random_normal_variable <- function(shape, mean, scale, dtype = NULL, name = NULL, seed = NULL) {
  call_shim("random_normal_variable", as_shape(shape), mean, scale, dtype, name, as_seed(seed))
}

#' @rdname k_random_normal_variable
#' @export
k_random_uniform_variable <- function(shape, low, high, dtype = NULL, name = NULL, seed = NULL) {
  call_shim("random_uniform_variable", as_shape(shape), low, high, dtype, name, as_seed(seed))
}

#' A sequence of numbers
#'
#' @param start,stop The first number, and the number before which the sequence ends: numbers or scalar tensors.
#'   A single one is `stop`, and the sequence starts at 0.
#' @param step The step, not 0.
#' @param dtype Name of the result's dtype.
#' @return A tensor with one dimension.
#' @family variables
#' @examplesIf is_backend_installed()
#' k_eval(k_arange(5))
#' k_eval(k_arange(1, 10, 3))
#' @export
k_arange <- function(start, stop = NULL, step = 1, dtype = "int32") {
  call_shim("arange", as_whole(start), as_whole(stop), as_whole(step), dtype)
}

# -- asking ---------------------------------------------------------------------------------------------

#' Queries about tensors
#'
#' `k_is_tensor()`, `k_is_variable()`, `k_is_placeholder()`, `k_is_sparse()`: whether `x` is a tensor of any
#' backend, a variable, a placeholder, or sparse. `k_is_keras_tensor()`: whether a Keras layer
#' returned it.
#'
#' Sparse tensors have two dimensions. [k_variable()] makes one from a sparse matrix of the package Matrix,
#' and `k_placeholder(sparse = TRUE)` makes another. [k_dot()] (on the left), [k_concatenate()], [k_to_dense()],
#' [k_eval()], and queries of shape and dtype accept them. Everywhere else, a sparse Matrix counts as a dense one.
#'
#' @param x,tensor Any object; for `k_is_keras_tensor()` and `k_is_sparse()` a tensor, otherwise they signal
#'   `keras_error_argument` and `keras_error_dtype`.
#' @return `TRUE` or `FALSE`.
#' @family variables
#' @examplesIf is_backend_installed()
#' k_is_tensor(k_ones(2))
#' k_is_variable(k_constant(1))
#' k_is_placeholder(k_placeholder(ndim = 1))
#' @export
k_is_tensor <- function(x) {
  inherits(x, "keras_tensor")
}

#' @rdname k_is_tensor
#' @export
k_is_variable <- function(x) {
  k_is_tensor(x) && call_shim("is_variable", x)
}

#' @rdname k_is_tensor
#' @export
k_is_placeholder <- function(x) {
  k_is_tensor(x) && call_shim("is_placeholder", x)
}

#' @rdname k_is_tensor
#' @export
k_is_keras_tensor <- function(x) {
  call_shim("is_keras_tensor", x)
}

#' @rdname k_is_tensor
#' @export
k_is_sparse <- function(tensor) {
  call_shim("is_sparse", as_sparse_or_value(tensor, "tensor"))
}

#' Convert a sparse tensor to a dense one
#'
#' @param tensor A tensor.
#' @return A dense tensor; a tensor that is already dense is returned unchanged.
#' @family variables
#' @examplesIf is_backend_installed()
#' k_to_dense(k_ones(2))
#' @export
k_to_dense <- function(tensor) {
  call_shim("to_dense", as_value(tensor, "tensor"))
}

#' Shape, dtype and size
#'
#' `k_int_shape()`, `k_get_variable_shape()`: the static shape. `k_ndim()`: the number of dimensions.
#' `k_dtype()`: the dtype. `k_count_params()`: the number of elements. `k_shape()`, `k_size()`: shape and
#' number of elements as tensors, which are fully known in evaluations. See also `dim()` of a
#' [tensor][keras_tensor].
#'
#' @param x A tensor or array.
#' @param name A string.
#' @return `k_int_shape()`, `k_get_variable_shape()`: a list of integers, `NULL` for an unknown size.
#'   `k_ndim()`, `k_count_params()`: an integer. `k_dtype()`: a string. `k_shape()`: an int32 tensor with an
#'   element for each dimension. `k_size()`: an int32 scalar.
#'
#'   Errors: `keras_error_shape` of `k_count_params()` if a size is unknown.
#' @family variables
#' @examplesIf is_backend_installed()
#' x <- k_placeholder(shape = c(NA, 4))
#' str(k_int_shape(x))
#' k_ndim(x)
#' k_dtype(x)
#' k_count_params(k_zeros(c(4, 3)))
#' k_eval(k_shape(k_zeros(c(4, 3))))
#' @export
k_int_shape <- function(x) {
  call_shim("int_shape", as_value(x))
}

#' @rdname k_int_shape
#' @export
k_get_variable_shape <- function(x) {
  call_shim("get_variable_shape", as_value(x))
}

#' @rdname k_int_shape
#' @export
k_ndim <- function(x) {
  call_shim("ndim", as_value(x))
}

#' @rdname k_int_shape
#' @export
k_dtype <- function(x) {
  call_shim("dtype", as_value(x))
}

#' @rdname k_int_shape
#' @export
k_count_params <- function(x) {
  call_shim("count_params", as_value(x))
}

#' @rdname k_int_shape
#' @export
k_shape <- function(x) {
  shape <- call_shim("shape", as_value(x))
  attr(shape, "shape_of") <- x  # for as_noise_shape()
  shape
}

#' @rdname k_int_shape
#' @export
k_size <- function(x, name = NULL) {
  call_shim("size", as_value(x), name)
}

# -- values ---------------------------------------------------------------------------------------------

#' Evaluate a tensor
#'
#' `k_eval()` computes a tensor on the current backend. The others compute it on its own backend, as [as.array()] does.
#'
#' @param x A tensor that depends on no placeholder. An update is applied. `k_eval()` accepts tensors of any backend:
#'   variables stay there, and their current values are sent to the current backend.
#' @param ops List of tensors.
#' @return An array of the tensor's shape; a number or logical if it is a scalar. `k_batch_get_value()`:
#'   a list of them.
#'
#'   Errors: `keras_error_placeholder`, which names the placeholders without a value; `keras_error_gradient` for
#'   gradients that the current backend cannot compute.
#' @family variables
#' @examplesIf is_backend_installed()
#' k_eval(k_ones(c(2, 2)) + 1)
#' k_batch_get_value(list(k_zeros(2), k_ones(3)))
#' w <- k_variable(2)
#' with_backend("numpy", k_eval(w * 3))
#' @export
k_eval <- function(x) {
  call_shim("eval", as_value(x))
}

#' @rdname k_eval
#' @export
k_get_value <- function(x) {
  call_shim("get_value", as_value(x))
}

#' @rdname k_eval
#' @export
k_batch_get_value <- function(ops) {
  call_shim("batch_get_value", as_values(ops, "ops"))
}

#' Set the value of a variable
#'
#' @param x A variable.
#' @param value A number or array of its shape.
#' @param lists List of lists `list(variable, value)`. No variable changes unless all values fit.
#' @return Nothing.
#'
#'   Errors: `keras_error_shape` if the shapes differ, `keras_error_dtype` if `x` is not a variable.
#' @family variables
#' @examplesIf is_backend_installed()
#' v <- k_variable(c(1, 2))
#' k_set_value(v, c(3, 4))
#' k_batch_set_value(list(list(v, c(5, 6))))
#' k_get_value(v)
#' @export
k_set_value <- function(x, value) {
  invisible(call_shim("set_value", as_value(x), as_value_like(value, x, "value")))
}

#' @rdname k_set_value
#' @export
k_batch_set_value <- function(lists) {
  lists <- if (is_plain_list(lists)) {
    lapply(unname(lists), function(pair) {
      if (is.list(pair)) as_pair(pair, "lists") else as_value(pair, "lists")
    })
  } else {
    as_values(lists, "lists")
  }
  invisible(call_shim("batch_set_value", lists))
}

#' Convert a tensor to another dtype
#'
#' @param x A tensor.
#' @param dtype Name of a dtype. Floats become integers by truncation; numbers become bools by
#'   comparison with 0.
#' @return A tensor of `x`'s shape.
#'
#'   Errors: `keras_error_dtype` for a dtype that does not exist.
#' @family variables
#' @examplesIf is_backend_installed()
#' k_eval(k_cast(c(-1.7, 2.5), "int32"))
#' @export
k_cast <- function(x, dtype) {
  call_shim("cast", as_value(x), dtype)
}

# -- updates --------------------------------------------------------------------------------------------

#' Updates of a variable
#'
#' `k_update()`: to a new value. `k_update_add()`, `k_update_sub()`: by adding or subtracting.
#' `k_moving_average_update()`: to `x * momentum + value * (1 - momentum)`.
#'
#' @param x A variable.
#' @param new_x,increment,decrement,value A tensor or array of its shape.
#' @param momentum A number or scalar tensor from 0 to 1.
#' @return A tensor, the new value. The update is applied when that tensor is evaluated, or when a [k_function()]
#'   runs that has it among its updates.
#'
#'   Errors: `keras_error_dtype` if `x` is not a variable or the dtypes differ, `keras_error_shape` if
#'   the shapes do.
#' @family variables
#' @examplesIf is_backend_installed()
#' v <- k_variable(10)
#' k_eval(k_update_sub(v, 3))
#' k_eval(k_moving_average_update(v, 0, momentum = 0.5))
#' @export
k_update <- function(x, new_x) {
  call_shim("update", as_value(x), as_value_like(new_x, x, "new_x"))
}

#' @rdname k_update
#' @export
k_update_add <- function(x, increment) {
  call_shim("update_add", as_value(x), as_value_like(increment, x, "increment"))
}

#' @rdname k_update
#' @export
k_update_sub <- function(x, decrement) {
  call_shim("update_sub", as_value(x), as_value_like(decrement, x, "decrement"))
}

#' @rdname k_update
#' @export
k_moving_average_update <- function(x, value, momentum) {
  call_shim("moving_average_update", as_value(x), as_value_like(value, x, "value"),
            as_value(momentum, "momentum"))
}
