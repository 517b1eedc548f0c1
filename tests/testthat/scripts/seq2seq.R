# Sequence to sequence: an encoder's states start a decoder; trained together, then used step by step.
library(keras)

set.seed(12)
input_texts <- c("ab", "ba", "aab", "bb")
target_texts <- paste0("\t", c("xy", "yx", "xxy", "yy"), "\n")
input_characters <- sort(unique(unlist(strsplit(input_texts, ""))))
target_characters <- sort(unique(unlist(strsplit(target_texts, ""))))
num_encoder_tokens <- length(input_characters)
num_decoder_tokens <- length(target_characters)
max_encoder <- max(nchar(input_texts))
max_decoder <- max(nchar(target_texts))
input_index <- seq_along(input_characters)
names(input_index) <- input_characters
target_index <- seq_along(target_characters)
names(target_index) <- target_characters

encoder_input_data <- array(0, dim = c(length(input_texts), max_encoder, num_encoder_tokens))
decoder_input_data <- array(0, dim = c(length(input_texts), max_decoder, num_decoder_tokens))
decoder_target_data <- array(0, dim = c(length(input_texts), max_decoder, num_decoder_tokens))
for (i in seq_along(input_texts)) {
  d1 <- sapply(input_characters, function(x) as.integer(x == strsplit(input_texts[i], "")[[1]]))
  encoder_input_data[i, seq_len(nrow(d1)), ] <- d1
  d2 <- sapply(target_characters, function(x) as.integer(x == strsplit(target_texts[i], "")[[1]]))
  decoder_input_data[i, seq_len(nrow(d2)), ] <- d2
  d3 <- d2[-1, ]
  decoder_target_data[i, seq_len(nrow(d3)), ] <- d3
}
latent_dim <- 6

encoder_inputs <- layer_input(shape = list(NULL, num_encoder_tokens))
encoder <- layer_lstm(units = latent_dim, return_state = TRUE)
encoder_results <- encoder_inputs %>% encoder
encoder_states <- encoder_results[2:3]
decoder_inputs <- layer_input(shape = list(NULL, num_decoder_tokens))
decoder_lstm <- layer_lstm(units = latent_dim, return_sequences = TRUE, return_state = TRUE, stateful = FALSE)
decoder_results <- decoder_lstm(decoder_inputs, initial_state = encoder_states)
decoder_dense <- layer_dense(units = num_decoder_tokens, activation = "softmax")
decoder_outputs <- decoder_dense(decoder_results[[1]])
model <- keras_model(inputs = list(encoder_inputs, decoder_inputs), outputs = decoder_outputs)
model %>% compile(optimizer = optimizer_adam(lr = 0.02), loss = "categorical_crossentropy")
history <- model %>% fit(list(encoder_input_data, decoder_input_data), decoder_target_data, batch_size = 4, epochs = 6,
                         validation_split = 0, verbose = 0)
stopifnot(history$metrics$loss[6] < history$metrics$loss[1])
path <- tempfile(fileext = ".h5")
save_model_hdf5(model, path)
save_model_weights_hdf5(model, path)
model %>% load_model_weights_hdf5(path)

encoder_model <- keras_model(encoder_inputs, encoder_states)
decoder_state_input_h <- layer_input(shape = latent_dim)
decoder_state_input_c <- layer_input(shape = latent_dim)
decoder_states_inputs <- c(decoder_state_input_h, decoder_state_input_c)
decoder_results <- decoder_lstm(decoder_inputs, initial_state = decoder_states_inputs)
decoder_states <- decoder_results[2:3]
decoder_outputs <- decoder_dense(decoder_results[[1]])
decoder_model <- keras_model(inputs = c(decoder_inputs, decoder_states_inputs),
                             outputs = c(decoder_outputs, decoder_states))

decode_sequence <- function(input_seq) {
  states_value <- predict(encoder_model, input_seq)
  target_seq <- array(0, dim = c(1, 1, num_decoder_tokens))
  target_seq[1, 1, target_index["\t"]] <- 1
  decoded <- ""
  steps <- list()
  repeat {
    decoder_predicted <- predict(decoder_model, c(list(target_seq), states_value))
    output_tokens <- decoder_predicted[[1]]
    steps <- c(steps, list(output_tokens))
    sampled <- which.max(output_tokens[1, 1, ])
    decoded <- paste0(decoded, target_characters[sampled])
    if (nchar(decoded) >= max_decoder) break
    target_seq <- array(0, dim = c(1, 1, num_decoder_tokens))
    target_seq[1, 1, sampled] <- 1
    states_value <- decoder_predicted[2:3]
  }
  list(decoded = decoded, steps = steps)
}
answer <- decode_sequence(encoder_input_data[1, , , drop = FALSE])
stopifnot(nchar(answer$decoded) == max_decoder)
# The first step is what the whole model predicts at its first time step.
whole <- predict(model, list(encoder_input_data[1, , , drop = FALSE], decoder_input_data[1, , , drop = FALSE]))
stopifnot(all.equal(answer$steps[[1]][1, 1, ], whole[1, 1, ], tolerance = 1e-4))
