# A multilayer perceptron on iris: data frames as matrices, one-hot targets, dropout, history, evaluation,
# predictions.
library(keras)

set.seed(1)
data(iris)
iris$Species <- as.numeric(iris$Species) - 1
iris_m <- as.matrix(iris)
dimnames(iris_m) <- NULL
iris_m[, 1:4] <- normalize(iris_m[, 1:4])
ind <- sample(2, nrow(iris_m), replace = TRUE, prob = c(0.67, 0.33))
x_train <- iris_m[ind == 1, 1:4]
x_test <- iris_m[ind == 2, 1:4]
y_train <- to_categorical(iris_m[ind == 1, 5])
y_test <- to_categorical(iris_m[ind == 2, 5], num_classes = 3)

model <- keras_model_sequential()
model %>%
  layer_dense(units = 16, activation = "relu", input_shape = c(4), kernel_initializer = initializer_he_normal(seed = 3),
              kernel_regularizer = regularizer_l2(l = 1e-4)) %>%
  layer_dropout(rate = 0.1) %>%
  layer_batch_normalization(momentum = 0.8) %>%
  layer_dense(units = 3) %>%
  layer_activation("softmax")
stopifnot(length(model$layers) == 5, identical(unlist(model$input_shape), 4L))

model %>% compile(
  loss = "categorical_crossentropy",
  optimizer = optimizer_adam(lr = 0.02, decay = 1e-6),
  metrics = c("accuracy")
)
out <- capture.output(summary(model))
stopifnot(any(grepl("Total params: 195", out)), any(grepl("Non-trainable params: 32", out)))

history <- model %>% fit(x_train, y_train, epochs = 40, batch_size = 16, validation_split = 0.2, verbose = 0)
stopifnot(length(history$metrics$loss) == 40, history$params$epochs == 40)
frame <- as.data.frame(history)
stopifnot(nrow(frame) == 160, identical(levels(frame$data), c("training", "validation")))

score <- model %>% evaluate(x_test, y_test, batch_size = 128, verbose = 0)
stopifnot(score$accuracy > 0.8, score[["loss"]] < 0.7, is.numeric(score$loss))
score <- unlist(score)
stopifnot(identical(names(score), c("loss", "accuracy")))

classes <- model %>% predict_classes(x_test, batch_size = 128)
probabilities <- model %>% predict_proba(x_test)
stopifnot(all(abs(rowSums(probabilities) - 1) < 1e-5), all(classes == apply(probabilities, 1, which.max) - 1))
confusion <- table(factor(iris_m[ind == 2, 5]), classes)
stopifnot(sum(diag(as.matrix(confusion))) / sum(confusion) > 0.8)

# With steps: data sets of one sample, of integers, and of one column.
one <- model %>% predict(x_test[1, , drop = FALSE])
stopifnot(identical(dim(one), c(1L, 3L)), all.equal(one, probabilities[1, , drop = FALSE], tolerance = 1e-5))
integers <- keras_model_sequential() %>% layer_dense(1, input_shape = 1, use_bias = FALSE, weights = list(matrix(2)))
stopifnot(all.equal(predict(integers, 1:3), matrix(c(2, 4, 6))))
stopifnot(all.equal(predict(integers, matrix(1:3)), matrix(c(2, 4, 6))))
