#' Connectionist temporal classification
#'
#' `k_ctc_batch_cost()`: the negative logarithm of the probability of each sample's labels. `k_ctc_decode()`:
#' the most probable labels. `k_ctc_label_dense_to_sparse()`: each sample's labels up to its length, as a
#' sparse tensor.
#'
#' Labels are class numbers, and count from 0, as in data sets for Keras; the last class is the blank.
#'
#' @param y_true,labels Labels with dimensions (samples, longest).
#' @param y_pred A floating tensor of probabilities with dimensions (samples, time steps, classes).
#' @param input_length,label_length,label_lengths The number of valid time steps, and of valid labels, in each sample: a
#'   vector, or a matrix with one column.
#' @param greedy Whether to take the most probable class at each time step; otherwise a beam search finds labellings.
#' @param beam_width Width of the beam.
#' @param top_paths Number of labellings that the beam search returns.
#' @param merge_repeated Whether to merge consecutive equal labels in the results of the beam search.
#' @return `k_ctc_batch_cost()`: a tensor with dimensions (samples, 1); `Inf` if there are too few time steps for the
#'   labels. `k_ctc_decode()`: a list of two: a list of `top_paths` (greedy: one) int64 tensors with dimensions
#'   (samples, longest), padded with -1; and a tensor with dimensions (samples, paths) of their scores, which are, if
#'   greedy, the negative sum of the logarithms of the chosen classes' probabilities, and otherwise the logarithms of
#'   the labellings' probabilities. `k_ctc_label_dense_to_sparse()`: a sparse tensor.
#'
#'   Errors: `keras_error_shape` if the numbers of samples differ, `keras_error_argument`; in
#'   evaluations, `keras_error_engine` for a length or label out of range.
#' @family ctc
#' @examplesIf is_backend_installed()
#' probabilities <- array(c(0.8, 0.1, 0.1, 0.8, 0.1, 0.1), c(1, 2, 3))
#' k_eval(k_ctc_batch_cost(matrix(0, 1, 1), probabilities, input_length = 2, label_length = 1))
#' k_eval(k_ctc_decode(probabilities, input_length = 2)[[1]][[1]])
#' @export
k_ctc_batch_cost <- function(y_true, y_pred, input_length, label_length) {
  call_shim("ctc_batch_cost", as_integers(y_true, "y_true"), as_value(y_pred, "y_pred"),
            as_lengths(input_length, "input_length"), as_lengths(label_length, "label_length"))
}

#' @rdname k_ctc_batch_cost
#' @export
k_ctc_decode <- function(y_pred, input_length, greedy = TRUE, beam_width = 100L, top_paths = 1,
                         merge_repeated = FALSE) {
  call_shim("ctc_decode", as_value(y_pred, "y_pred"), as_lengths(input_length, "input_length"), greedy,
            as_whole(beam_width), as_whole(top_paths), merge_repeated)
}

#' @rdname k_ctc_batch_cost
#' @export
k_ctc_label_dense_to_sparse <- function(labels, label_lengths) {
  call_shim("ctc_label_dense_to_sparse", as_integers(labels, "labels"),
            as_lengths(label_lengths, "label_lengths"))
}

#' Lengths, one for each sample; a single length is also a vector
#' @noRd
as_lengths <- function(x, arg) as_integers(x, arg, ndim = 1L)
