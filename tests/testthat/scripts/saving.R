# Saving and loading, copies, JSON and YAML, serialized models in RDS files, configurations.
library(keras)

set.seed(17)
x <- matrix(rnorm(40), 10)
y <- matrix(rnorm(20), 10)
model <- keras_model_sequential(name = "small") %>%
  layer_dense(units = 3, activation = "relu", input_shape = 4, name = "hidden") %>%
  layer_dense(units = 2)
model %>% compile(optimizer = optimizer_adam(lr = 0.01), loss = "mse", metrics = c("mae"))
model %>% fit(x, y, epochs = 2, verbose = 0)
expected <- predict(model, x)

path <- file.path(tempdir(), "my_model.h5")
model %>% save_model_hdf5(path)
new_model <- load_model_hdf5(path)
stopifnot(all.equal(predict(new_model, x), expected), new_model$name == "small")
stopifnot(all.equal(train_on_batch(new_model, x, y)$loss, train_on_batch(model, x, y)$loss, tolerance = 1e-4))
stopifnot(all.equal(get_weights(new_model), get_weights(model), tolerance = 1e-5))
expected <- predict(model, x)
error <- tryCatch(save_model_hdf5(model, path, overwrite = FALSE), error = conditionMessage)
stopifnot(is.character(error), grepl("overwrite", error))

save_model_weights_hdf5(model, "my_weights.h5")
fresh <- model_from_json(model_to_json(model))
fresh %>% load_model_weights_hdf5(filepath = "my_weights.h5")
stopifnot(all.equal(predict(fresh, x), expected))
unlink("my_weights.h5")
yaml <- model_from_yaml(model_to_yaml(model))
yaml %>% set_weights(get_weights(model))
stopifnot(all.equal(predict(yaml, x), expected))
from <- from_config(get_config(model))
stopifnot(identical(from$layers[[1]]$name, "hidden"), length(get_weights(from)) == 4)
copy <- clone_model(model)
stopifnot(!identical(get_weights(copy)[[1]], get_weights(model)[[1]]))

raw <- serialize_model(model)
stopifnot(is.raw(raw))
rds <- tempfile(fileext = ".rds")
saveRDS(raw, rds)
restored <- unserialize_model(readRDS(rds))
stopifnot(all.equal(predict(restored, x), expected))

layer <- get_layer(model, "hidden")
config <- get_config(layer)
stopifnot(config$units == 3, config$activation == "relu")
twin <- from_config(config)
stopifnot(twin$units == 3, count_params(model) == 23)
stopifnot(identical(names(model), names(model)), model$built)
stopifnot(inherits(model, "keras.engine.training.Model"), inherits(layer, "keras.engine.base_layer.Layer"))

# Data from an HDF5 file.
steps <- function(model) vapply(model$layers, function(layer) layer$name, "")
stopifnot(identical(steps(model)[1], "hidden"))
