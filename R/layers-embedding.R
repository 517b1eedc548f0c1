# Layers: embedding.

#' Embedding of indices
#'
#' Turns indices, counted from 0, into trained vectors. Input (samples, length), output (samples, length,
#' output_dim).
#'
#' @inheritParams layer_dense
#' @param input_dim Number of distinct indices: the largest index plus 1.
#' @param output_dim Length of each vector.
#' @param embeddings_initializer Initializer of the layer's `embeddings`: a name such as `"zeros"`, or an
#'   [initializer][initializer_zeros].
#' @param embeddings_regularizer [Regularizer][regularizer_l1] of the layer's `embeddings`; `NULL` for none.
#' @param embeddings_constraint [Constraint][constraint_maxnorm] of the layer's `embeddings`; `NULL` for none.
#' @param mask_zero Whether index 0 marks a time step to skip.
#' @param input_length Length of the sequences, if it is fixed.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers embedding
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_embedding(input_dim = 10, output_dim = 4)
#' @export
layer_embedding <- function(object, input_dim, output_dim, embeddings_initializer = "uniform",
                            embeddings_regularizer = NULL, activity_regularizer = NULL,
                            embeddings_constraint = NULL, mask_zero = FALSE, input_length = NULL,
                            batch_size = NULL, name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "Embedding", model_arguments())
}
