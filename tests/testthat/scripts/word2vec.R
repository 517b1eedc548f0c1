# Word vectors with skipgrams, drawn by a Python generator that an R function wraps.
library(keras)

set.seed(19)
reviews <- rep(c("good dog runs far", "bad cat sleeps well", "good cat runs well", "bad dog sleeps far"), 10)
tokenizer <- text_tokenizer(20)
tokenizer %>% fit_text_tokenizer(reviews)

skipgrams_generator <- function(text, tokenizer, window_size, negative_samples) {
  gen <- texts_to_sequences_generator(tokenizer, sample(text))
  function() {
    next_value <- generator_next(gen)
    if (is.null(next_value)) {
      gen <<- texts_to_sequences_generator(tokenizer, sample(text))
      next_value <- generator_next(gen)
    }
    skip <- next_value %>%
      skipgrams(vocabulary_size = tokenizer$num_words, window_size = window_size, negative_samples = 1)
    x <- transpose_couples(skip$couples)
    y <- skip$labels %>% as.matrix(ncol = 1)
    list(x, y)
  }
}
transpose_couples <- function(couples) {
  lapply(1:2, function(i) as.matrix(vapply(couples, function(pair) as.numeric(pair[[i]]), 0), ncol = 1))
}
embedding_size <- 6
input_target <- layer_input(shape = 1)
input_context <- layer_input(shape = 1)
embedding <- layer_embedding(input_dim = tokenizer$num_words + 1, output_dim = embedding_size, input_length = 1,
                             name = "embedding")
target_vector <- input_target %>% embedding() %>% layer_flatten()
context_vector <- input_context %>% embedding() %>% layer_flatten()
dot_product <- layer_dot(list(target_vector, context_vector), axes = 1)
output <- layer_dense(dot_product, units = 1, activation = "sigmoid")
model <- keras_model(list(input_target, input_context), output)
model %>% compile(loss = "binary_crossentropy", optimizer = "adam")
history <- model %>% fit_generator(skipgrams_generator(reviews, tokenizer, 2, 1), steps_per_epoch = 20, epochs = 2,
                                   verbose = 0)
stopifnot(history$metrics$loss[2] < history$metrics$loss[1])

embedding_matrix <- get_weights(model)[[1]]
words <- data.frame(word = names(tokenizer$word_index), id = as.integer(unlist(tokenizer$word_index)))
words <- words[order(words$id), ]
row.names(embedding_matrix) <- c("UNK", words$word, rep("", nrow(embedding_matrix) - nrow(words) - 1))
stopifnot(identical(dim(embedding_matrix), c(21L, 6L)), nrow(words) == 8)
cosine <- function(a, b) sum(a * b) / sqrt(sum(a^2) * sum(b^2))
stopifnot(is.finite(cosine(embedding_matrix["dog", ], embedding_matrix["cat", ])))

# Words numbered by hashing, and sampling tables.
stopifnot(all(text_one_hot("the quick brown fox", n = 10) %in% 1:9))
stopifnot(identical(text_hashing_trick("fox fox", n = 50, hash_function = "md5")[1],
                    text_hashing_trick("fox", n = 50, hash_function = "md5")))
stopifnot(length(make_sampling_table(10)) == 10)
