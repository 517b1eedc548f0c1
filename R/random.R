#' Random tensors
#'
#' Every evaluation draws anew. `k_random_normal()`: from the normal distribution. `k_truncated_normal()`: the
#' same, with draws beyond two standard deviations drawn again. `k_random_uniform()`: from the uniform
#' distribution on `[minval, maxval)`. `k_random_binomial()`, `k_random_bernoulli()`: 1 with probability `p`,
#' and 0 otherwise.
#'
#' @param shape The sizes: a vector, or a list that may contain integer tensors such as `k_shape(x)[1]`, or an
#'   integer tensor with one dimension.
#' @param mean,stddev Mean and standard deviation.
#' @param minval,maxval Limits: numbers, or scalar tensors for a floating dtype.
#' @param p A number from 0 to 1, an array of them, or a tensor.
#' @param dtype Name of a floating dtype; [k_floatx()] by default. `k_random_uniform()` draws whole numbers
#'   for an integer dtype.
#' @param seed A whole number with which a new tensor draws the same sequence again on the same backend.
#'   `NULL` takes one from R's generator, with one call of [runif()], so that [set.seed()] makes draws repeat.
#' @return A tensor.
#'
#'   Errors: `keras_error_shape` if a size is unknown, `keras_error_dtype`, `keras_error_argument`.
#' @family random
#' @examplesIf is_backend_installed()
#' k_eval(k_random_normal(3, mean = 10, seed = 1))
#' k_eval(k_random_uniform(c(2, 3), maxval = 6, dtype = "int32"))
#' k_eval(k_random_binomial(8, p = 0.5))
#' x <- k_placeholder(shape = c(NA, 4))
#' noise <- k_random_normal(list(k_shape(x)[1], 2))
#' @export
k_random_normal <- function(shape, mean = 0, stddev = 1, dtype = NULL, seed = NULL) {
  call_shim("random_normal", as_noise_shape(shape), as_value(mean, "mean"), as_value(stddev, "stddev"), dtype,
            as_seed(seed))
}

#' @rdname k_random_normal
#' @export
k_truncated_normal <- function(shape, mean = 0, stddev = 1, dtype = NULL, seed = NULL) {
  call_shim("truncated_normal", as_noise_shape(shape), as_value(mean, "mean"), as_value(stddev, "stddev"), dtype,
            as_seed(seed))
}

#' @rdname k_random_normal
#' @export
k_random_uniform <- function(shape, minval = 0, maxval = 1, dtype = NULL, seed = NULL) {
  call_shim("random_uniform", as_noise_shape(shape), as_value(minval, "minval"), as_value(maxval, "maxval"), dtype,
            as_seed(seed))
}

#' @rdname k_random_normal
#' @export
k_random_binomial <- function(shape, p = 0, dtype = NULL, seed = NULL) {
  call_shim("random_binomial", as_noise_shape(shape), as_value(p, "p"), dtype, as_seed(seed))
}

#' @rdname k_random_normal
#' @export
k_random_bernoulli <- function(shape, p = 0, dtype = NULL, seed = NULL) {
  k_random_binomial(shape, p, dtype, seed)
}

#' Begin a session with reproducible random numbers
#'
#' Seeds R, Python and NumPy, and clears the session of the current backend, which drops its tensors: call
#' it at the beginning of a script. Draws without a seed of their own, initial values of variables and
#' [k_dropout()] are then the same each time the script runs. [set.seed()] alone makes draws repeat, too; it
#' clears nothing.
#'
#' @param seed A whole number, at least 0.
#' @param disable_gpu Whether to hide GPUs from engines that start from now on.
#' @param disable_parallel_cpu Whether to limit the current backend to one thread: sums of many numbers
#'   depend on their order. If its engine runs with more, it is restarted.
#' @param quiet Whether to print no message about this.
#' @return Invisibly, the seed.
#'
#'   Errors: `keras_error_argument` for a seed that is not a whole number or is negative.
#' @family random
#' @examplesIf is_backend_installed()
#' use_session_with_seed(42)
#' x <- k_eval(k_random_normal(3))
#' use_session_with_seed(42, quiet = TRUE)
#' identical(x, k_eval(k_random_normal(3)))
#' @export
use_session_with_seed <- function(seed, disable_gpu = TRUE, disable_parallel_cpu = TRUE, quiet = FALSE) {
  seed <- as_whole(seed)
  if (!is.integer(seed) || length(seed) != 1L || is.na(seed) || seed < 0) {
    abort("argument", "{argument} must be a whole number from 0, not {value}", argument = "seed", value = seed)
  }
  begin <- function() call_shim("seed_session", seed, isTRUE(disable_gpu), isTRUE(disable_parallel_cpu))
  if (quiet) suppressMessages(begin()) else begin()
  set.seed(seed)
  if (!quiet) {
    disabled <- c("GPU", "CPU parallelism")[c(isTRUE(disable_gpu), isTRUE(disable_parallel_cpu))]
    message("Set session seed to ", seed,
            if (length(disabled)) paste0(" (disabled ", paste(disabled, collapse = ", "), ")"))
  }
  invisible(seed)
}

#' The given seed, or one drawn from R's generator
#' @noRd
as_seed <- function(seed) {
  if (is.null(seed)) as.integer(stats::runif(1) * .Machine$integer.max) else as_whole(seed)
}

#' A shape of random numbers
#'
#' In keras 2.2.5, `[[` counted from 0, and a well-known variational autoencoder draws its noise by
#' `k_random_normal(shape = c(k_shape(z_mean)[[1]]))`: one number for each column, not for each sample.
#' @noRd
as_noise_shape <- function(shape) {
  place <- if (is.list(shape) && length(shape) == 1L) attr(shape[[1L]], "size_at")
  if (is.null(place) || length(dim(place$tensor)) <= place$index) {
    return(as_shape(shape))
  }
  rlang::inform(c(
    paste("The only size in the shape of random numbers is `k_shape(x)[[i]]`. It is read as in keras 2.2.5, where `[[`",
          "counted from 0: as the size after the i-th."),
    i = "Write `k_shape(x)[i]` for the i-th size itself."
  ), .frequency = "once", .frequency_id = "keras_noise_shape")
  as_shape(list(k_shape(place$tensor)[place$index + 1]))
}
