# Bad values for every argument of every exported function that takes one: the message names the function and the
# argument as R has them, shows the value in R's notation, and has no Python terms.

# Valid calls: the arguments of one call of each function, created when needed.
good_calls <- function() {
  x <- k_ones(c(2, 3))
  square <- k_ones(c(3, 3))
  cube <- k_ones(c(2, 3, 4))
  image <- k_ones(c(2, 5, 6, 3))
  volume <- k_ones(c(2, 3, 4, 5, 2))
  w <- k_variable(matrix(1, 2, 3))
  zeros <- k_zeros(3)
  ones <- k_ones(3)
  reduction <- list(x = x, axis = 1, keepdims = TRUE)
  elementwise <- list(x = x)
  pair <- list(x = x, y = x)
  draws <- list(shape = c(2, 3), dtype = "float32", seed = 1)
  filled <- list(shape = c(2, 3), dtype = "float32", name = "n")
  like <- list(x = x, dtype = "float32", name = "n")
  probabilities <- k_constant(array(1 / 3, c(2, 4, 3)))
  crossentropy <- list(target = x, output = x, from_logits = FALSE)
  convolution <- list(x = image, kernel = k_ones(c(2, 3, 3, 2)), strides = c(1, 1), padding = "valid",
                      data_format = "channels_last", dilation_rate = c(1, 1))
  pooling <- list(x = image, pool_size = c(2, 2), strides = c(1, 1), padding = "valid",
                  data_format = "channels_last", pool_mode = "max")
  calls <- list(
    k_variable = list(value = 1, dtype = "float32", name = "n", constraint = mean),
    k_constant = list(value = 1, dtype = "float32", shape = c(2, 3), name = "n"),
    k_placeholder = list(shape = NULL, ndim = 2, dtype = "float32", sparse = FALSE, name = "n"),
    k_eye = list(size = 2, dtype = "float32", name = "n"), k_zeros = filled, k_ones = filled, k_zeros_like = like,
    k_ones_like = like, k_cast = list(x = x, dtype = "float32"),
    k_arange = list(start = 0, stop = 3, step = 1, dtype = "int32"),
    k_set_value = list(x = w, value = matrix(1, 2, 3)), k_batch_set_value = list(lists = list(list(w, x))),
    k_update = list(x = w, new_x = x),
    k_update_add = list(x = w, increment = x), k_update_sub = list(x = w, decrement = x), k_get_value = list(x = w),
    k_eval = list(x = x), k_int_shape = list(x = x), k_ndim = list(x = x), k_dtype = list(x = x),
    k_count_params = list(x = x), k_print_tensor = list(x = x, message = "m"),
    k_max = reduction, k_min = reduction, k_sum = reduction, k_prod = reduction, k_mean = reduction, k_var = reduction,
    k_std = reduction, k_any = reduction, k_all = reduction, k_logsumexp = reduction,
    k_cumsum = list(x = x, axis = 1), k_cumprod = list(x = x, axis = 1), k_argmax = list(x = x, axis = 1),
    k_argmin = list(x = x, axis = 1),
    k_abs = elementwise, k_sqrt = elementwise, k_exp = elementwise, k_log = elementwise, k_square = elementwise,
    k_round = elementwise, k_sign = elementwise, k_sin = elementwise, k_cos = elementwise,
    k_pow = list(x = x, a = 2), k_clip = list(x = x, min_value = 0, max_value = 1),
    k_equal = pair, k_not_equal = pair, k_greater = pair, k_greater_equal = pair, k_less = pair, k_less_equal = pair,
    k_maximum = pair, k_minimum = pair,
    k_dot = list(x = x, y = square), k_batch_dot = list(x = cube, y = cube, axes = c(3, 3)),
    k_transpose = list(x = x), k_gather = list(reference = x, indices = 1L),
    k_reshape = list(x = x, shape = c(3, 2)), k_flatten = elementwise, k_batch_flatten = elementwise,
    k_concatenate = list(tensors = list(x, x), axis = 1), k_expand_dims = list(x = x, axis = 1),
    k_squeeze = list(x = k_ones(c(1, 3)), axis = 1), k_permute_dimensions = list(x = x, pattern = c(2, 1)),
    k_pattern_broadcast = list(x = k_ones(c(1, 3)), broadcastable = c(TRUE, FALSE)),
    k_repeat_elements = list(x = x, rep = 2, axis = 1), k_repeat = list(x = x, n = 2), k_tile = list(x = x, n = 2),
    k_stack = list(x = list(x, x), axis = 1), k_reverse = list(x = x, axes = 1),
    k_slice = list(x = x, start = c(1, 1), size = c(1, 2)), k_temporal_padding = list(x = cube, padding = c(1, 1)),
    k_spatial_2d_padding = list(x = image, padding = list(list(1, 1), list(1, 1)), data_format = "channels_last"),
    k_resize_images = list(x = image, height_factor = 2, width_factor = 2, data_format = "channels_last",
                           interpolation = "nearest"),
    k_resize_volumes = list(x = volume, depth_factor = 2, height_factor = 2, width_factor = 2,
                            data_format = "channels_last"),
    k_conv2d = convolution,
    k_conv1d = list(x = k_ones(c(2, 5, 3)), kernel = k_ones(c(2, 3, 2)), strides = 1, padding = "causal",
                    data_format = "channels_last", dilation_rate = 1),
    k_depthwise_conv2d = list(x = image, depthwise_kernel = k_ones(c(2, 2, 3, 1)), strides = c(1, 1),
                              padding = "same", data_format = "channels_last", dilation_rate = c(1, 1)),
    k_pool2d = pooling,
    k_relu = list(x = x, alpha = 0, max_value = 1, threshold = 0), k_elu = list(x = x, alpha = 1),
    k_softmax = list(x = x, axis = 1), k_sigmoid = elementwise, k_hard_sigmoid = elementwise, k_tanh = elementwise,
    k_softplus = elementwise, k_softsign = elementwise,
    k_dropout = list(x = x, level = 0.5, noise_shape = c(2, 1), seed = 1),
    k_l2_normalize = list(x = x, axis = 1), k_bias_add = list(x = x, bias = k_ones(3), data_format = "channels_last"),
    k_categorical_crossentropy = c(crossentropy, axis = 1), k_binary_crossentropy = crossentropy,
    k_in_top_k = list(predictions = x, targets = c(0L, 1L), k = 1),
    k_random_normal = c(draws, mean = 0, stddev = 1), k_random_uniform = c(draws, minval = 0, maxval = 1),
    k_random_binomial = c(draws, p = 0.5), k_truncated_normal = c(draws, mean = 0, stddev = 1),
    k_map_fn = list(fn = function(row) row, elems = x, name = "n", dtype = "float32"),
    k_foldl = list(fn = function(a, b) a + b, elems = x, initializer = zeros, name = "n"),
    k_switch = list(condition = TRUE, then_expression = x, else_expression = x),
    k_rnn = list(step_function = function(x, states) list(x, states), inputs = cube,
                 initial_states = list(k_ones(c(2, 4))), go_backwards = FALSE,
                 mask = k_ones(c(2, 3), dtype = "bool"), constants = list(x), unroll = FALSE, input_length = 3),
    k_foldr = list(fn = function(a, b) a + b, elems = x, initializer = zeros, name = "n"),
    k_in_train_phase = list(x = x, alt = x, training = 1), k_in_test_phase = list(x = x, alt = x, training = 1),
    k_cast_to_floatx = list(x = x), k_identity = list(x = x, name = "n"),
    k_shape = list(x = x), k_size = list(x = x, name = "n"), k_to_dense = list(tensor = x),
    k_is_sparse = list(tensor = x),
    k_is_keras_tensor = list(x = x), k_unstack = list(x = x, axis = 1, num = 2, name = "n"),
    k_one_hot = list(indices = c(0L, 1L), num_classes = 3),
    k_batch_get_value = list(ops = list(w)), k_get_variable_shape = list(x = w),
    k_moving_average_update = list(x = w, value = x, momentum = 0.9), k_eager = list(func = mean),
    k_symbolic = list(func = mean),
    k_function = list(inputs = list(k_placeholder(2)), outputs = list(x), updates = list()),
    k_compare_backends = list(outputs = list(x), feeds = list(), backends = k_backend()),
    k_name_scope = list(name = "n"), k_control_dependencies = list(control_inputs = x),
    k_batch_normalization = list(x = x, mean = zeros, var = ones, beta = zeros, gamma = ones, axis = -1,
                                 epsilon = 1e-3),
    k_normalize_batch_in_training = list(x = x, gamma = ones, beta = zeros, reduction_axes = 0, epsilon = 1e-3),
    k_sparse_categorical_crossentropy = list(target = c(0L, 1L), output = x, from_logits = FALSE, axis = 2),
    k_conv3d = list(x = volume, kernel = k_ones(c(1, 2, 2, 2, 1)), strides = c(1, 1, 1), padding = "valid",
                    data_format = "channels_last", dilation_rate = c(1, 1, 1)),
    k_conv2d_transpose = list(x = image, kernel = k_ones(c(2, 2, 4, 3)), output_shape = c(2, 6, 7, 4),
                              strides = c(1, 1), padding = "valid", data_format = "channels_last",
                              dilation_rate = c(1, 1)),
    k_conv3d_transpose = list(x = volume, kernel = k_ones(c(2, 2, 2, 4, 2)), output_shape = c(2, 4, 5, 6, 4),
                              strides = c(1, 1, 1), padding = "valid", data_format = "channels_last"),
    k_separable_conv1d = list(x = k_ones(c(2, 5, 3)), depthwise_kernel = k_ones(c(2, 3, 1)),
                              pointwise_kernel = k_ones(c(1, 3, 2)), strides = 1, padding = "same",
                              data_format = "channels_last", dilation_rate = 1),
    k_separable_conv2d = list(x = image, depthwise_kernel = k_ones(c(2, 2, 3, 1)),
                              pointwise_kernel = k_ones(c(1, 1, 3, 2)), strides = c(1, 1), padding = "same",
                              data_format = "channels_last", dilation_rate = c(1, 1)),
    k_local_conv1d = list(inputs = k_ones(c(2, 4, 3)), kernel = k_ones(c(3, 6, 2)), kernel_size = 2, strides = 1,
                          data_format = "channels_last"),
    k_local_conv2d = list(inputs = k_ones(c(2, 3, 4, 3)), kernel = k_ones(c(6, 12, 2)), kernel_size = c(2, 2),
                          strides = c(1, 1), output_shape = c(2, 3), data_format = "channels_last"),
    k_pool3d = list(x = volume, pool_size = c(2, 2, 2), strides = c(1, 1, 1), padding = "valid",
                    data_format = "channels_last", pool_mode = "avg"),
    k_spatial_3d_padding = list(x = volume, padding = list(list(1, 1), list(1, 1), list(1, 1)),
                                data_format = "channels_last"),
    k_ctc_batch_cost = list(y_true = matrix(0, 2, 1), y_pred = probabilities, input_length = c(4, 4),
                            label_length = c(1, 1)),
    k_ctc_decode = list(y_pred = probabilities, input_length = c(4, 4), greedy = FALSE, beam_width = 5, top_paths = 2,
                        merge_repeated = FALSE),
    k_ctc_label_dense_to_sparse = list(labels = matrix(0, 2, 1), label_lengths = c(1, 1)),
    k_random_bernoulli = c(draws, p = 0.5), k_random_uniform_variable = c(filled, low = 0, high = 1, seed = 1),
    k_random_normal_variable = c(filled, mean = 0, scale = 1, seed = 1),
    k_save_variables = list(path = "w.npz", w), k_load_variables = list(path = "w.npz"),
    k_get_uid = list(prefix = "n"), k_normalize_data_format = list(value = "channels_last"),
    k_manual_variable_initialization = list(value = FALSE),
    k_gradients = list(loss = k_sum(w), variables = list(w)), k_stop_gradient = list(variables = w),
    k_set_floatx = list(floatx = "float32"), k_set_epsilon = list(e = 1e-7),
    k_set_image_data_format = list(data_format = "channels_last"), k_set_learning_phase = list(value = 1)
  )
  calls
}

# Bad values for each argument name.
bad_values <- function(argument, good) { # nolint: cyclocomp_linter. One line for each kind of argument.
  if (argument %in% c("axis", "axes", "pattern")) {
    list("rows", 1.5, 9, 0, NA, -9)
  } else if (argument %in% c("dtype", "floatx")) {
    list("flaot32", 7, TRUE, c("a", "b"), mean, iris)
  } else if (argument %in% c("name", "prefix", "path")) {
    c(list(7, TRUE, c("a", "b"), mean, iris, new.env()), if (argument == "path") list(NULL, NA))
  } else if (argument == "seed") {
    list("text", -1, 0.5, NA, c(0.5, 2), mean, iris)
  } else if (argument == "broadcastable") {
    list("yes", 2, mean, iris, new.env())
  } else if (argument == "training") {
    list("text", 2, NA, c(TRUE, FALSE), iris)
  } else if (argument == "constants") {
    list("text", mean, iris$Species, new.env())
  } else if (argument %in% c("lists", "updates", "feeds")) {
    list("text", 5, mean, iris)
  } else if (is.logical(good) && argument != "condition") {
    list("yes", 2, NULL, NA, c(TRUE, FALSE))
  } else if (identical(good, "channels_last") || argument %in% c("padding", "interpolation", "pool_mode") &&
             is.character(good)) {
    list("smae", 7, TRUE, c("same", "valid"))
  } else if (argument %in% c("fn", "step_function", "constraint", "func")) {
    list("text", 5)
  } else if (grepl("_expression$", argument)) {  # which may be functions
    list("text", c("a", "b"), iris, new.env())
  } else if (inherits(good, "keras_tensor") || argument %in% c("indices", "targets", "tensors", "labels", "y_true") ||
             endsWith(argument, "_length") && length(good) == 2L || argument == "label_lengths") {
    c(list("text", c("a", "b"), mean, iris$Species, new.env()), if (argument != "tensors") list(iris))
  } else if (argument %in% c("strides", "pool_size", "dilation_rate", "rep", "n", "k", "height_factor", "size",
                             "width_factor", "depth_factor", "kernel_size", "beam_width", "top_paths", "num", "ndim",
                             "input_length") && is.numeric(good)) {
    c(list("text", 0.5, -2), if (argument != "size") NA)
  } else if (argument %in% c("level", "e", "p")) {
    list("text", -1, NULL)
  } else if (argument == "epsilon") {
    list("text", c(0.5, 2), mean, iris)
  } else if (argument == "backends") {
    list(7, TRUE, mean, iris, new.env())
  } else if (argument %in% c("shape", "output_shape", "noise_shape")) {
    list("text", -3, 1.5)
  } else {
    list(new.env())
  }
}

# The expected form of a value in a message. Long texts, tables, functions and the like are described.
shown <- function(value) {
  if (is.null(value)) {
    "NULL"
  } else if (is.data.frame(value)) {
    "data frame"
  } else if (is.factor(value)) {
    "factor"
  } else if (is.function(value)) {
    "function"
  } else if (is.environment(value)) {
    "environment"
  } else if (length(value) == 1L && is.na(value)) {
    "NA"
  } else {
    deparse(value)
  }
}

pythonisms <- paste0("\\bNone|\\bTrue\\b|\\bFalse\\b|\\bstr\\b|\\btuple|\\bdict\\b|[a-z]\\[[0-9]|\\([0-9]+,|",
                     "<environment|object at 0x|\\bnan\\b|'[a-z]")

for_each_backend("errors for bad values are in R's terms", { # nolint: cyclocomp_linter.
  calls <- good_calls()
  wrong <- character()
  for (name in names(calls)) {
    good <- calls[[name]]
    f <- getExportedValue("keras", name)
    stopifnot(is.function(f))
    for (argument in setdiff(names(good), "")) {
      for (value in bad_values(argument, good[[argument]])) {
        if (grepl("_phase$", name) && is.function(value)) {
          next  # a function is accepted in place of its result
        }
        arguments <- good
        arguments[argument] <- list(value)
        case <- paste0(name, "(", argument, " = ", paste(shown(value), collapse = " "), "): ")
        condition <- tryCatch({
          utils::capture.output(do.call(name, arguments))
          NULL
        }, error = identity)
        if (is.null(condition)) {
          wrong <- c(wrong, paste0(case, "no error"))
          next
        }
        message <- conditionMessage(condition)
        fits <- inherits(condition, "keras_error") && startsWith(message, paste0(name, "(): ")) &&
          grepl(argument, message, fixed = TRUE) && grepl(shown(value), message, fixed = TRUE) &&
          !grepl(pythonisms, message)
        if (!fits) {
          wrong <- c(wrong, paste0(case, class(condition)[[1L]], ": ", message))
        }
      }
    }
  }
  expect(!length(wrong), paste(wrong, collapse = "\n"))
})

# Functions that take whatever they are given, and those of native sessions (test-configuration.R).
take_anything <- c("k_is_placeholder", "k_is_tensor", "k_is_variable", "k_set_session")

test_that("the table covers every exported function and argument", {
  suppressMessages(use_backend(chosen_backends[[1L]]))
  calls <- good_calls()
  lacks <- unlist(lapply(grep("^k_", getNamespaceExports("keras"), value = TRUE), function(name) {
    missing <- setdiff(names(formals(getExportedValue("keras", name))), c(names(calls[[name]]), "..."))
    if (length(missing)) paste0(name, "(", toString(missing), ")")
  }))
  expect_setequal(sub("\\(.*", "", lacks), take_anything)
})
