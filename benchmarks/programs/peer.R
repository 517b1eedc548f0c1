# The peer called from R: Keras itself in this process, through reticulate.

keras <- reticulate::import("keras.backend", convert = FALSE)
operator <- reticulate::import("operator", convert = FALSE)
on_theano <- Sys.getenv("KERAS_BACKEND") == "theano"
on_tensorflow <- Sys.getenv("KERAS_BACKEND") == "tensorflow"

# Pass arrays as R's own keras package does: float32, row-major.
as_array <- function(x) if (is.double(x) && length(x) > 1) reticulate::np_array(x, "float32") else x

# As in keras.py: restore the shapes that functions lose on Theano, and flip kernels for its convolution.
reticulate::py_run_string("
def shaped(x, shape):
    x._keras_shape = tuple(shape)
    return x
def columns(x, begin, end):
    return x[:, begin:end]
", convert = FALSE)
main <- reticulate::import_main(convert = FALSE)
dims <- function(shape) reticulate::tuple(shape)

K <- list(
  placeholder = function(shape, dtype = NULL) keras$placeholder(shape = dims(shape), dtype = dtype),
  variable = function(x) keras$variable(as_array(x)), constant = keras$constant,
  kernel = function(x) keras$variable(as_array(if (on_theano) x[3:1, 3:1, , , drop = FALSE] else x)),
  set_value = function(x, value) keras$set_value(x, as_array(value)),
  get_value = function(x) reticulate::py_to_r(keras$get_value(x)), size = function(x) unlist(reticulate::py_to_r(keras$int_shape(x))), update = keras$update,
  compile = function(inputs, outputs, updates) {
    step <- keras[["function"]](inputs, outputs, updates = updates)
    function(values) reticulate::py_to_r(reticulate::py_call(step, lapply(values, as_array)))
  },
  gradients = function(loss, w) reticulate::iterate(keras$gradients(loss, unname(w)), simplify = FALSE),
  shaped = if (on_theano) main$shaped else function(x, shape) x,
  dot = keras$dot, bias_add = keras$bias_add, relu = keras$relu, mean = keras$mean, abs = keras$abs,
  sigmoid = keras$sigmoid, tanh = keras$tanh, sqrt = keras$sqrt, square = keras$square, gather = keras$gather,
  crossentropy = function(target, logits) keras$categorical_crossentropy(target, logits, from_logits = TRUE),
  conv2d = function(x, kernel) keras$conv2d(x, kernel, padding = "same"),
  pool2d = function(x) keras$pool2d(x, dims(list(2L, 2L)), strides = dims(list(2L, 2L))),
  batch_flatten = keras$batch_flatten,
  add = operator$add, subtract = operator$sub, multiply = operator$mul, divide = operator$truediv,
  pow = keras$pow, columns = main$columns,
  rnn = function(step, x, states) {
    step_of_list <- function(x, states) step(x, lapply(0:1, function(i) reticulate::py_get_item(states, i)))
    reticulate::py_get_item(keras$rnn(step_of_list, x, states), 0L)
  },
  zero_states = function(x, units) {
    keras$tile(keras$expand_dims(keras$sum(keras$zeros_like(x), axis = dims(list(1L, 2L)))), list(1L, units))
  }
)

if (on_tensorflow) { # operators use its graph only inside this context
  workloads <- lapply(workloads, function(build) {
    function() with(keras$tensorflow_backend$get_graph()$as_default(), build())
  })
}
