# The application_*() models with random weights: their sizes are those published by their authors and Keras.
image <- c(32, 32, 3)
larger <- c(75, 75, 3)

# Networks without their last layers, and the number of their weights.
networks <- list(
  vgg16 = list(function() application_vgg16(FALSE, NULL, input_tensor = layer_input(image)), 14714688),
  vgg19 = list(function() application_vgg19(include_top = FALSE, weights = NULL, input_shape = image), 20024384),
  # Keras warns once that the output's shape differs from Keras 2.1.
  resnet50 = list(function() {
    suppressMessages(application_resnet50(include_top = FALSE, weights = NULL, input_shape = image))
  }, 23587712),
  inception_v3 = list(function() {
    application_inception_v3(include_top = FALSE, weights = NULL, input_shape = larger)
  }, 21802784),
  inception_resnet_v2 = list(function() {
    application_inception_resnet_v2(include_top = FALSE, weights = NULL, input_shape = larger)
  }, 54336736),
  xception = list(function() application_xception(include_top = FALSE, weights = NULL, input_shape = larger), 20861480),
  mobilenet = list(function() application_mobilenet(image, include_top = FALSE, weights = NULL), 3228864),
  mobilenet_v2 = list(function() application_mobilenet_v2(image, include_top = FALSE, weights = NULL), 2257984),
  densenet121 = list(function() application_densenet121(FALSE, NULL, input_shape = image), 7037504),
  densenet169 = list(function() application_densenet169(FALSE, NULL, input_shape = image), 12642880),
  densenet201 = list(function() application_densenet201(FALSE, NULL, input_shape = image), 18321984),
  nasnetmobile = list(function() application_nasnetmobile(image, FALSE, NULL), 4269716),
  nasnetlarge = list(function() application_nasnetlarge(image, FALSE, NULL), 84916818)
)

for_each_backend("networks have the published numbers of weights", {
  for (name in names(networks)) {
    expect_equal(count_params(networks[[name]][[1L]]()), networks[[name]][[2L]], label = name)
    k_clear_session()
  }
}, among = backends)

for_each_backend("small networks classify images, and their weights can be saved to a file", {
  made <- function(weights) {
    application_mobilenet(image, alpha = 0.25, include_top = TRUE, weights = weights, classes = 4)
  }
  set.seed(2)
  model <- made(NULL)
  x <- array(runif(2 * prod(image)), c(2, image))
  shares <- predict(model, x)
  expect_equal(dim(shares), c(2, 4))
  expect_equal(rowSums(shares), c(1, 1), tolerance = 1e-5)
  path <- withr::local_tempfile(fileext = ".h5")
  save_model_weights_hdf5(model, path)
  expect_equal(predict(made(path), x), shares, tolerance = 1e-5)
  save_model_hdf5(model, path)
  expect_equal(predict(suppressMessages(mobilenet_load_model_hdf5(path)), x), shares, tolerance = 1e-5)
  expect_keras_error(made("nowhere.h5"), "file", "nowhere.h5")
})

for_each_backend("networks of configurable size follow their arguments, and predict what NumPy's engine does", {
  # One dense block of one step: 32 filters more than the 64 of the first layer, and half of them after each transition.
  model <- application_densenet(c(1, 1, 1, 1), include_top = FALSE, weights = NULL, input_shape = image,
                                pooling = "avg")
  expect_equal(dim(model$output), c(NA, 68L))
  x <- array(runif(prod(image)), c(1, image))
  compared <- suppressMessages(compare_backends(model, x, backends = c(k_backend(), "numpy")))
  expect_gt(sd(attr(compared, "predictions")[[1L]]), 0)
  expect_lt(compared$relative[[2L]], 1e-4)
  model <- application_nasnet(image, penultimate_filters = 96, num_blocks = 1, stem_block_filters = 8,
                              include_top = FALSE, weights = NULL, pooling = "max")
  expect_equal(dim(model$output), c(NA, 96L))
  path <- withr::local_tempfile(fileext = ".h5")
  model <- application_mobilenet_v2(image, alpha = 0.35, include_top = FALSE, weights = NULL, pooling = "avg")
  save_model_hdf5(model, path)
  expect_equal(get_weights(suppressMessages(mobilenet_v2_load_model_hdf5(path))), get_weights(model))
}, among = backends)

test_that("images are prepared as each network expects them", {
  set.seed(1)
  pixels <- array(sample(0:255, 24, TRUE), c(1, 2, 4, 3))
  scaled <- pixels / 127.5 - 1
  for (prepare in list(xception_preprocess_input, inception_v3_preprocess_input, inception_resnet_v2_preprocess_input,
                       mobilenet_preprocess_input, mobilenet_v2_preprocess_input, nasnet_preprocess_input)) {
    expect_equal(prepare(pixels), scaled, tolerance = 1e-6)
    expect_equal(prepare(pixels + 0), scaled, tolerance = 1e-6) # of doubles, as image_to_array() returns them
  }
  # Blue, green, red, less the means of ImageNet's colours.
  means <- c(103.939, 116.779, 123.68)
  expect_equal(imagenet_preprocess_input(pixels), sweep(pixels[, , , 3:1, drop = FALSE], 4, means), tolerance = 1e-5)
  expect_equal(imagenet_preprocess_input(pixels + 0), imagenet_preprocess_input(pixels), tolerance = 1e-6)
  expect_equal(imagenet_preprocess_input(pixels, mode = "tf"), scaled, tolerance = 1e-6)
  standard <- sweep(sweep(pixels / 255, 4, c(0.485, 0.456, 0.406)), 4, c(0.229, 0.224, 0.225), "/")
  expect_equal(densenet_preprocess_input(pixels), standard, tolerance = 1e-5)
})

for_each_backend("tensors of images are prepared as arrays are", {
  x <- layer_input(c(2, 4, 3))
  pixels <- array(sample(0:255, 24, TRUE), c(1, 2, 4, 3)) + 0
  prepare <- list(xception_preprocess_input, inception_v3_preprocess_input, inception_resnet_v2_preprocess_input,
                  mobilenet_preprocess_input, mobilenet_v2_preprocess_input, nasnet_preprocess_input,
                  imagenet_preprocess_input, densenet_preprocess_input)
  found <- k_function(list(x), lapply(prepare, function(f) f(x)))(list(pixels))
  expect_equal(found, lapply(prepare, function(f) f(pixels)), tolerance = 1e-5)
})

test_that("predictions are decoded with the class index", {
  index <- setNames(lapply(0:999, function(i) c(sprintf("n%08d", i), paste("thing", i))), 0:999)
  folder <- withr::local_tempdir()
  jsonlite::write_json(index, file.path(folder, "imagenet_class_index.json"))
  keras:::call_shim("keras_get", "applications")  # finds the package
  cached <- reticulate::import("keras_applications.imagenet_utils", convert = FALSE)
  withr::defer(cached$CLASS_INDEX <- reticulate::r_to_py(NULL))
  with_files("utils", folder, {
    shares <- matrix(0, 2, 1000)
    shares[1, c(8, 3)] <- c(0.7, 0.3)
    shares[2, 1000] <- 1
    for (decode in list(imagenet_decode_predictions, mobilenet_decode_predictions, mobilenet_v2_decode_predictions)) {
      decoded <- decode(shares, top = 2)
      expect_equal(decoded[[1L]], data.frame(class_name = c("n00000007", "n00000002"),
                                             class_description = c("thing 7", "thing 2"), score = c(0.7, 0.3)),
                   tolerance = 1e-6)
      expect_equal(decoded[[2L]]$class_description[[1L]], "thing 999")
    }
  })
})

test_that("networks of configurable size can be the first thing that a session makes", {
  script <- c("library(keras)", "suppressMessages(use_backend('tensorflow'))",
              "m <- application_densenet(c(1, 1, 1, 1), FALSE, NULL, input_shape = c(32, 32, 3))",
              "cat(count_params(m))")
  expect_equal(run_r(script), "195648")
})
