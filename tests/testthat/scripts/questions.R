# Answers to questions about a story: sequential models with shared embeddings, layer_dot(), attention, an LSTM.
library(keras)

set.seed(4)
story_maxlen <- 5
query_maxlen <- 3
vocab_size <- 8
sequence <- layer_input(shape = c(story_maxlen))
question <- layer_input(shape = c(query_maxlen))
sequence_encoder_m <- keras_model_sequential()
sequence_encoder_m %>%
  layer_embedding(input_dim = vocab_size, output_dim = 4) %>%
  layer_dropout(rate = 0.3)
sequence_encoder_c <- keras_model_sequential()
sequence_encoder_c %>%
  layer_embedding(input_dim = vocab_size, output = query_maxlen) %>%
  layer_dropout(rate = 0.3)
question_encoder <- keras_model_sequential()
question_encoder %>%
  layer_embedding(input_dim = vocab_size, output_dim = 4, input_length = query_maxlen) %>%
  layer_dropout(rate = 0.3)
question_encoded <- question_encoder(question)
match <- list(sequence_encoder_m(sequence), question_encoded) %>%
  layer_dot(axes = c(2, 2)) %>%
  layer_activation("softmax")
response <- list(match, sequence_encoder_c(sequence)) %>%
  layer_add() %>%
  layer_permute(c(2, 1))
answer <- list(response, question_encoded) %>%
  layer_concatenate() %>%
  layer_lstm(3) %>%
  layer_dropout(rate = 0.3) %>%
  layer_dense(vocab_size) %>%
  layer_activation("softmax")
model <- keras_model(inputs = list(sequence, question), answer)
model %>% compile(optimizer = "rmsprop", loss = "categorical_crossentropy", metrics = "accuracy")
stories <- matrix(sample(0:7, 40, TRUE), 8)
questions <- matrix(sample(0:7, 24, TRUE), 8)
answers <- to_categorical(sample(0:7, 8, TRUE), vocab_size)
history <- model %>% fit(x = list(stories, questions), y = answers, batch_size = 4, epochs = 2, verbose = 0,
                         validation_data = list(list(stories, questions), answers))
stopifnot(length(history$metrics$val_accuracy) == 2)
m <- get_weights(sequence_encoder_m)[[1]]
q <- get_weights(question_encoder)[[1]]
found <- predict(keras_model(list(sequence, question), match), list(stories, questions))
scores <- m[stories[1, ] + 1, ] %*% t(q[questions[1, ] + 1, ])
stopifnot(all.equal(found[1, , ], exp(scores) / rowSums(exp(scores)), tolerance = 1e-4))
