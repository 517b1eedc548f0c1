# use_session_with_seed(), data of other types, and small things that scripts do.
library(keras)

use_session_with_seed(42, quiet = TRUE)
weights <- function() {
  use_session_with_seed(42, quiet = TRUE)
  model <- keras_model_sequential() %>% layer_dense(units = 2, input_shape = 3)
  get_weights(model)
}
stopifnot(identical(weights(), weights()))

# Data frames of numbers, integers, logicals; factors are refused with advice.
frame <- data.frame(a = c(1.5, 2, 3), b = 4:6)
model <- keras_model_sequential() %>% layer_dense(units = 1, input_shape = 2)
model %>% compile("sgd", "mse")
stopifnot(all.equal(predict(model, frame), predict(model, as.matrix(frame))))
stopifnot(all.equal(predict(model, as.matrix(frame)), predict(model, data.matrix(frame))))
history <- model %>% fit(as.matrix(frame), c(TRUE, FALSE, TRUE), epochs = 1, verbose = 0)
refused <- tryCatch(fit(model, as.matrix(frame), factor(c("u", "v", "u")), verbose = 0), error = conditionMessage)
stopifnot(grepl("factor", refused), grepl("as.integer", refused))
wrong <- tryCatch(predict(model, matrix(1, 2, 5)), error = conditionMessage)
stopifnot(grepl("predict()", wrong, fixed = TRUE), grepl("shape", wrong))

# Row-major and column-major.
m <- matrix(1:6, 2)
stopifnot(identical(as.vector(t(array_reshape(m, c(3, 2)))), as.vector(t(m)) + 0) ||
            identical(dim(array_reshape(m, c(3, 2))), c(3L, 2L)))
flat <- keras_model_sequential() %>% layer_flatten(input_shape = c(2, 3))
stopifnot(all.equal(as.vector(predict(flat, array(m, c(1, 2, 3)))), as.vector(t(m))))
reshaped <- keras_model_sequential() %>% layer_reshape(c(3, 2), input_shape = c(2, 3))
stopifnot(all.equal(predict(reshaped, array(m, c(1, 2, 3)))[1, , ], array_reshape(m, c(3, 2)) * 1))

# The learning phase, set permanently.
k_set_learning_phase(1)
x <- layer_input(100)
model <- keras_model(x, layer_dropout(x, 0.5))
stopifnot(any(predict(model, matrix(1, 1, 100)) == 0))
k_set_learning_phase(0)
x <- layer_input(100)
model <- keras_model(x, layer_dropout(x, 0.5))
stopifnot(all(predict(model, matrix(1, 1, 100)) == 1))
k_clear_session()

# Labels.
stopifnot(identical(to_categorical(c(1, 0), 2), matrix(c(0, 1, 1, 0), 2)),
          identical(dim(to_categorical(0:4)), c(5L, 5L)))
stopifnot(identical(to_categorical(matrix(c(0, 1))), diag(2)))
