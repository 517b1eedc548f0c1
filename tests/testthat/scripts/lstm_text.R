# Sentiment of sentences: a tokenizer, padded sequences, an embedding, a (bidirectional) LSTM; then word matrices.
library(keras)

set.seed(3)
good <- c("a great film", "what a wonderful great story", "Wonderful!", "great, great acting",
          "i loved this wonderful film")
bad <- c("a terrible film", "what an awful boring story", "Boring!", "terrible, terrible acting",
         "i hated this awful film")
texts <- rep(c(good, bad), 4)
labels <- rep(rep(c(1, 0), each = 5), 4)
max_features <- 20
maxlen <- 6

tokenizer <- text_tokenizer(num_words = max_features)
tokenizer %>% fit_text_tokenizer(texts)
stopifnot(tokenizer$word_index[["film"]] <= 4, tokenizer$document_count == 40)
word_index <- tokenizer$word_index
stopifnot(is.list(word_index), length(word_index) == 15, "great" %in% names(word_index))
sequences <- texts_to_sequences(tokenizer, texts)
stopifnot(length(sequences) == 40, length(sequences[[3]]) == 1)
x <- pad_sequences(sequences, maxlen = maxlen)
stopifnot(identical(dim(x), c(40L, 6L)), all(x[3, 1:5] == 0))
reverse_word_index <- names(word_index)
names(reverse_word_index) <- word_index
decoded <- sapply(x[1, ], function(i) if (i > 0) reverse_word_index[[as.character(i)]] else "")
stopifnot(identical(paste(decoded[decoded != ""], collapse = " "), "a great film"))

model <- keras_model_sequential()
model %>%
  layer_embedding(input_dim = max_features, output_dim = 6, input_length = maxlen, mask_zero = TRUE) %>%
  bidirectional(layer_lstm(units = 4, dropout = 0.1, recurrent_dropout = 0.1)) %>%
  layer_dense(units = 1, activation = "sigmoid")
model %>% compile(loss = "binary_crossentropy", optimizer = optimizer_rmsprop(lr = 0.05), metrics = c("acc"))
history <- model %>% fit(x, labels, batch_size = 10, epochs = 8, verbose = 0, validation_split = 0.25)
stopifnot(identical(names(history$metrics), c("loss", "acc", "val_loss", "val_acc")))
stopifnot(history$metrics$acc[[8]] >= 0.8, evaluate(model, x, labels, verbose = 0)$acc >= 0.9)
test <- pad_sequences(texts_to_sequences(tokenizer, c("a great story", "an awful film")), maxlen = maxlen)
stopifnot(identical(as.vector(predict_classes(model, test)), c(1, 0)))

# Pretrained vectors, set as a layer's weights and frozen.
embedding <- matrix(rnorm(max_features * 5), max_features, 5)
model <- keras_model_sequential() %>%
  layer_embedding(input_dim = max_features, output_dim = 5, input_length = maxlen, name = "embedding") %>%
  layer_flatten() %>%
  layer_dense(units = 1, activation = "sigmoid")
get_layer(model, index = 1) %>%
  set_weights(list(embedding)) %>%
  freeze_weights()
model %>% compile(optimizer = "rmsprop", loss = "binary_crossentropy", metrics = "acc")
model %>% fit(x, labels, epochs = 1, verbose = 0)
stopifnot(all.equal(get_weights(get_layer(model, "embedding"))[[1]], embedding, tolerance = 1e-6))

# Bags of words.
bags <- texts_to_matrix(tokenizer, texts, mode = "binary")
stopifnot(identical(dim(bags), c(40L, 20L)), rowSums(bags)[[1]] == 3)
model <- keras_model_sequential() %>%
  layer_dense(units = 1, input_shape = ncol(bags), activation = "sigmoid")
model %>% compile("adam", "binary_crossentropy", "accuracy")
history <- model %>% fit(bags, labels, epochs = 2, verbose = 0)
stopifnot(history$metrics$loss[[2]] < history$metrics$loss[[1]])
