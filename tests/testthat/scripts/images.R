# Images in folders of PNG files: augmentation, flow_images_from_directory(), training and predicting by generators.
library(keras)

set.seed(10)
base_dir <- tempfile("images")
dir.create(base_dir)
train_dir <- file.path(base_dir, "train")
validation_dir <- file.path(base_dir, "validation")
for (dir in c(train_dir, validation_dir)) {
  for (class in c("dark", "light")) {
    dir.create(file.path(dir, class), recursive = TRUE)
    for (i in 1:6) {
      pixels <- array(runif(10 * 10 * 3, 0, 100) + if (class == "light") 150 else 0, c(10, 10, 3))
      image_array_save(pixels, file.path(dir, class, sprintf("%s.%d.png", class, i)), scale = FALSE)
    }
  }
}
stopifnot(length(list.files(train_dir, recursive = TRUE)) == 12)

# One image, augmented.
img <- image_load(file.path(train_dir, "light", "light.1.png"), target_size = c(8, 8))
stopifnot(inherits(img, "PIL.Image.Image"))
img_array <- image_to_array(img)
img_array <- array_reshape(img_array, c(1, 8, 8, 3))
datagen <- image_data_generator(
  rescale = 1 / 255, rotation_range = 40, width_shift_range = 0.2, height_shift_range = 0.2, shear_range = 0.2,
  zoom_range = 0.2, horizontal_flip = TRUE, fill_mode = "nearest"
)
augmentation_generator <- flow_images_from_data(img_array, generator = datagen, batch_size = 1)
for (i in 1:3) {
  batch <- generator_next(augmentation_generator)
  stopifnot(identical(dim(batch), c(1L, 8L, 8L, 3L)), all(batch >= 0 & batch <= 1))
  raster <- as.raster(batch[1, , , ])
  stopifnot(identical(dim(raster), c(8L, 8L)))
}

test_datagen <- image_data_generator(rescale = 1 / 255)
train_generator <- flow_images_from_directory(train_dir, datagen, target_size = c(8, 8), batch_size = 4,
                                              class_mode = "binary")
validation_generator <- flow_images_from_directory(validation_dir, test_datagen, target_size = c(8, 8), batch_size = 4,
                                                   class_mode = "binary", shuffle = FALSE)
batch <- generator_next(train_generator)
stopifnot(is.list(batch), identical(dim(batch[[1]]), c(4L, 8L, 8L, 3L)), all(batch[[2]] %in% 0:1))
stopifnot(train_generator$n == 12, identical(train_generator$class_indices, list(dark = 0L, light = 1L)))
stopifnot(length(validation_generator$filenames) == 12,
          identical(as.vector(validation_generator$classes), rep(0:1, each = 6)))
stopifnot(identical(unlist(train_generator$image_shape), c(8L, 8L, 3L)))

model <- keras_model_sequential() %>%
  layer_conv_2d(filters = 4, kernel_size = c(3, 3), activation = "relu", input_shape = c(8, 8, 3)) %>%
  layer_max_pooling_2d(pool_size = c(2, 2)) %>%
  layer_flatten() %>%
  layer_dropout(rate = 0.2) %>%
  layer_dense(units = 1, activation = "sigmoid")
model %>% compile(loss = "binary_crossentropy", optimizer = optimizer_rmsprop(lr = 0.01), metrics = c("acc"))
history <- model %>% fit_generator(train_generator, steps_per_epoch = 3, epochs = 10, verbose = 0,
                                   validation_data = validation_generator, validation_steps = 3)
stopifnot(identical(names(history$metrics), c("loss", "acc", "val_loss", "val_acc")))
result <- model %>% evaluate_generator(validation_generator, steps = 3)
stopifnot(all.equal(result$acc, history$metrics$val_acc[10], tolerance = 1e-6))
predicted <- model %>% predict_generator(validation_generator, steps = 3)
stopifnot(identical(dim(predicted), c(12L, 1L)))
# Augmentation differs from run to run, and so does the accuracy; light images are still the more likely ones.
stopifnot(mean(predicted[7:12]) > mean(predicted[1:6]))

# The same with fit() and evaluate(), with a data frame, with labels, and with standardization by the data's means.
model %>% fit(train_generator, steps_per_epoch = 3, epochs = 1, verbose = 0, validation_data = validation_generator,
              validation_steps = 3)
model %>% evaluate(validation_generator, steps = 3, verbose = 0)
frame <- data.frame(filename = list.files(train_dir, recursive = TRUE), stringsAsFactors = FALSE)
frame$class <- dirname(frame$filename)
x <- array(0, c(12, 8, 8, 3))
for (i in seq_len(12)) {
  x[i, , , ] <- image_to_array(image_load(file.path(train_dir, frame$filename[i]), target_size = c(8, 8)))
}
y <- as.numeric(frame$class == "light")
centered <- image_data_generator(featurewise_center = TRUE, featurewise_std_normalization = TRUE)
centered %>% fit_image_data_generator(x)
stopifnot(all.equal(as.vector(centered$mean), apply(x, 4, mean), tolerance = 1e-4))
flow <- flow_images_from_data(x, y, generator = centered, batch_size = 12, shuffle = FALSE)
batch <- generator_next(flow)
stopifnot(all.equal(as.vector(batch[[2]]), y), all(abs(apply(batch[[1]], 4, mean)) < 1e-3))
stopifnot(all.equal(batch[[1]][1, 2, 3, 1], (x[1, 2, 3, 1] - mean(x[, , , 1])) / centered$std[1], tolerance = 1e-3))
model %>% fit_generator(flow, steps_per_epoch = as.integer(12 / 12), epochs = 2, verbose = 0)

# An R function that is applied to each image.
halved <- image_data_generator(preprocessing_function = function(image) image / 2)
stopifnot(all.equal(generator_next(flow_images_from_data(x, y, halved, batch_size = 12, shuffle = FALSE))[[1]], x / 2))
unlink(base_dir, recursive = TRUE)
