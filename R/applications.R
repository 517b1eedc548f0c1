# Pretrained models.

#' The arguments of a network, with the path to the weights expanded for Python
#' @noRd
application_arguments <- function(arguments) {
  if (is.character(arguments$weights) && !identical(arguments$weights, "imagenet")) {
    arguments$weights <- readable_path(arguments$weights, "weights")
  }
  arguments
}

preprocessed <- function(module, x, arguments = list()) {
  call_shim("preprocessed", module, as_model_data(x, "x"), as_keywords(arguments))
}

as_numpy <- function(x, arg) {
  call_shim("as_numpy_array", as_model_data(x, arg))
}

#' Xception
#'
#' Builds the network with random weights, ImageNet weights, or weights from a file.
#'
#' @param include_top Whether the network ends with its classification layers.
#' @param weights `"imagenet"` to download weights trained on ImageNet, `NULL` for random ones, or the path of a file
#'   of weights.
#' @param input_tensor A tensor to use as the input.
#' @param input_shape Shape of one image, such as `c(224, 224, 3)`; only without the classification layers.
#' @param pooling What follows the last convolution without the classification layers: `NULL`, `"avg"` or `"max"`.
#' @param classes Number of classes, unless the weights are those of ImageNet.
#' @return A model.
#' @family applications
#' @examplesIf is_keras_available() && is_backend_installed()
#' # Without `weights = NULL`, weights trained on ImageNet are downloaded.
#' model <- application_xception(include_top = FALSE, weights = NULL, input_shape = c(75, 75, 3))
#' model$output
#' @export
application_xception <- function(include_top = TRUE, weights = "imagenet", input_tensor = NULL,
                                 input_shape = NULL, pooling = NULL, classes = 1000) {
  model_call("applications.xception.Xception", application_arguments(model_arguments(NULL, NULL)))
}

#' @rdname imagenet_preprocess_input
#' @export
xception_preprocess_input <- function(x) {
  preprocessed("xception", x)
}

#' VGG16 and VGG19
#'
#' The networks, with random weights, weights of ImageNet, or those of a file.
#'
#' @inheritParams application_xception
#' @return A model.
#' @family applications
#' @examplesIf is_keras_available() && is_backend_installed()
#' # Without `weights = NULL`, weights trained on ImageNet are downloaded.
#' model <- application_vgg16(include_top = FALSE, weights = NULL, input_shape = c(32, 32, 3))
#' model$output
#' @export
application_vgg16 <- function(include_top = TRUE, weights = "imagenet", input_tensor = NULL,
                              input_shape = NULL, pooling = NULL, classes = 1000) {
  model_call("applications.vgg16.VGG16", application_arguments(model_arguments(NULL, NULL)))
}

#' @rdname application_vgg16
#' @export
application_vgg19 <- function(include_top = TRUE, weights = "imagenet", input_tensor = NULL,
                              input_shape = NULL, pooling = NULL, classes = 1000) {
  model_call("applications.vgg19.VGG19", application_arguments(model_arguments(NULL, NULL)))
}

#' ResNet50
#'
#' The network, with random weights, weights of ImageNet, or those of a file.
#'
#' @inheritParams application_xception
#' @return A model.
#' @family applications
#' @examplesIf is_keras_available() && is_backend_installed()
#' # Without `weights = NULL`, weights trained on ImageNet are downloaded.
#' model <- application_resnet50(include_top = FALSE, weights = NULL, input_shape = c(32, 32, 3))
#' model$output
#' @export
application_resnet50 <- function(include_top = TRUE, weights = "imagenet", input_tensor = NULL,
                                 input_shape = NULL, pooling = NULL, classes = 1000) {
  model_call("applications.resnet50.ResNet50", application_arguments(model_arguments(NULL, NULL)))
}

#' Inception V3 and Inception-ResNet V2
#'
#' The networks, with random weights, weights of ImageNet, or those of a file.
#'
#' @inheritParams application_xception
#' @return A model.
#' @family applications
#' @examplesIf is_keras_available() && is_backend_installed()
#' # Without `weights = NULL`, weights trained on ImageNet are downloaded.
#' model <- application_inception_v3(include_top = FALSE, weights = NULL, input_shape = c(75, 75, 3))
#' model$output
#' @export
application_inception_v3 <- function(include_top = TRUE, weights = "imagenet", input_tensor = NULL,
                                     input_shape = NULL, pooling = NULL, classes = 1000) {
  model_call("applications.inception_v3.InceptionV3", application_arguments(model_arguments(NULL, NULL)))
}

#' @rdname imagenet_preprocess_input
#' @export
inception_v3_preprocess_input <- function(x) {
  preprocessed("inception_v3", x)
}

#' @rdname application_inception_v3
#' @export
application_inception_resnet_v2 <- function(include_top = TRUE, weights = "imagenet", input_tensor = NULL,
                                            input_shape = NULL, pooling = NULL, classes = 1000) {
  model_call("applications.inception_resnet_v2.InceptionResNetV2", application_arguments(model_arguments(NULL, NULL)))
}

#' @rdname imagenet_preprocess_input
#' @export
inception_resnet_v2_preprocess_input <- function(x) {
  preprocessed("inception_resnet_v2", x)
}

#' Names of the most probable classes
#'
#' Downloads the names of ImageNet's classes unless they are in the cache.
#'
#' @param preds Matrix of predictions with 1000 columns.
#' @param top Number of classes to return for each image.
#' @return A list with a data frame for each image, with columns `class_name`, `class_description` and `score`.
#' @family applications
#' @examples
#' \dontrun{
#' # The first call downloads the names of the classes.
#' model <- application_vgg16()
#' image <- image_to_array(image_load("elephant.jpg", target_size = c(224, 224)))
#' prepared <- imagenet_preprocess_input(array_reshape(image, c(1, dim(image))))
#' imagenet_decode_predictions(predict(model, prepared))
#' }
#' @export
imagenet_decode_predictions <- function(preds, top = 5) {
  decoded <- keras_call("applications.imagenet_utils.decode_predictions", list(
    preds = as_numpy(preds, "preds"), top = as_whole_numbers(top, "top")
  ))
  lapply(decoded, function(image) {
    data.frame(class_name = vapply(image, function(each) each[[1L]], ""),
               class_description = vapply(image, function(each) each[[2L]], ""),
               score = vapply(image, function(each) each[[3L]], 0))
  })
}

#' Scale images as for a network's training
#'
#' @param x An array or a tensor of images, with values from 0 to 255. A network that is given a tensor preprocesses its
#'   images itself.
#' @param data_format `"channels_last"` or `"channels_first"`; `NULL` is [k_image_data_format()].
#' @param mode How to scale the values: `"caffe"`, `"tf"` or `"torch"`.
#' @return An array, or a tensor, of the same shape as `x`.
#' @family applications
#' @examplesIf is_keras_available() && is_backend_installed()
#' imagenet_preprocess_input(array(255, c(1, 1, 1, 3)))
#' imagenet_preprocess_input(array(255, c(1, 1, 1, 3)), mode = "tf")
#' @export
imagenet_preprocess_input <- function(x, data_format = NULL, mode = "caffe") {
  preprocessed("imagenet_utils", x, list(data_format = data_format, mode = mode))
}

#' MobileNet
#'
#' The network, with random weights, weights of ImageNet, or those of a file.
#'
#' @inheritParams application_xception
#' @param alpha Factor for the number of filters.
#' @param depth_multiplier Number of output channels of depthwise convolutions for each input channel.
#' @param dropout Dropout rate.
#' @return A model.
#' @family applications
#' @examplesIf is_keras_available() && is_backend_installed()
#' # Without `weights = NULL`, weights trained on ImageNet are downloaded.
#' model <- application_mobilenet(c(32, 32, 3), alpha = 0.25, weights = NULL, classes = 4)
#' model %>% predict(array(runif(32 * 32 * 3), c(1, 32, 32, 3)))
#' @export
application_mobilenet <- function(input_shape = NULL, alpha = 1, depth_multiplier = 1, dropout = 0.001,
                                  include_top = TRUE, weights = "imagenet", input_tensor = NULL,
                                  pooling = NULL, classes = 1000) {
  model_call("applications.mobilenet.MobileNet", application_arguments(model_arguments(NULL, NULL)))
}

#' @rdname imagenet_preprocess_input
#' @export
mobilenet_preprocess_input <- function(x) {
  preprocessed("mobilenet", x)
}

#' @rdname imagenet_decode_predictions
#' @export
mobilenet_decode_predictions <- function(preds, top = 5) {
  imagenet_decode_predictions(preds, top)
}

#' Load a saved MobileNet
#'
#' The same as [load_model_hdf5()].
#'
#' @param filepath Path of the file.
#' @return A model.
#' @family applications
#' @examplesIf is_keras_available() && is_backend_installed()
#' model <- application_mobilenet(c(32, 32, 3), alpha = 0.25, weights = NULL, classes = 4)
#' path <- tempfile(fileext = ".h5")
#' save_model_hdf5(model, path)
#' mobilenet_load_model_hdf5(path)$output
#' @export
mobilenet_load_model_hdf5 <- function(filepath) {
  load_model_hdf5(filepath)
}

#' MobileNet V2
#'
#' The network, with random weights, weights of ImageNet, or those of a file.
#'
#' @inheritParams application_mobilenet
#' @return A model.
#' @family applications
#' @examplesIf is_keras_available() && is_backend_installed()
#' # Without `weights = NULL`, weights trained on ImageNet are downloaded.
#' model <- application_mobilenet_v2(c(32, 32, 3), alpha = 0.35, weights = NULL, classes = 4)
#' model$output
#' @export
application_mobilenet_v2 <- function(input_shape = NULL, alpha = 1, include_top = TRUE, weights = "imagenet",
                                     input_tensor = NULL, pooling = NULL, classes = 1000) {
  model_call("applications.mobilenet_v2.MobileNetV2", application_arguments(model_arguments(NULL, NULL)))
}

#' @rdname imagenet_preprocess_input
#' @export
mobilenet_v2_preprocess_input <- function(x) {
  preprocessed("mobilenet_v2", x)
}

#' @rdname imagenet_decode_predictions
#' @export
mobilenet_v2_decode_predictions <- function(preds, top = 5) {
  imagenet_decode_predictions(preds, top)
}

#' @rdname mobilenet_load_model_hdf5
#' @export
mobilenet_v2_load_model_hdf5 <- function(filepath) {
  load_model_hdf5(filepath)
}

#' DenseNet
#'
#' The networks with 121, 169 and 201 layers, or one of configurable size, with random weights, weights of ImageNet, or
#' those of a file.
#'
#' @param blocks Number of building blocks in each of the four dense blocks.
#' @inheritParams application_xception
#' @return A model.
#' @family applications
#' @examplesIf is_keras_available() && is_backend_installed()
#' # Without `weights = NULL`, weights trained on ImageNet are downloaded.
#' model <- application_densenet(c(1, 1, 1, 1), include_top = FALSE, weights = NULL,
#'                               input_shape = c(32, 32, 3))
#' model$output
#' @export
application_densenet <- function(blocks, include_top = TRUE, weights = "imagenet", input_tensor = NULL,
                                 input_shape = NULL, pooling = NULL, classes = 1000) {
  seed_python()
  call_shim("densenet", as_keywords(application_arguments(model_arguments(NULL, NULL))))
}

#' @rdname application_densenet
#' @export
application_densenet121 <- function(include_top = TRUE, weights = "imagenet", input_tensor = NULL,
                                    input_shape = NULL, pooling = NULL, classes = 1000) {
  model_call("applications.densenet.DenseNet121", application_arguments(model_arguments(NULL, NULL)))
}

#' @rdname application_densenet
#' @export
application_densenet169 <- function(include_top = TRUE, weights = "imagenet", input_tensor = NULL,
                                    input_shape = NULL, pooling = NULL, classes = 1000) {
  model_call("applications.densenet.DenseNet169", application_arguments(model_arguments(NULL, NULL)))
}

#' @rdname application_densenet
#' @export
application_densenet201 <- function(include_top = TRUE, weights = "imagenet", input_tensor = NULL,
                                    input_shape = NULL, pooling = NULL, classes = 1000) {
  model_call("applications.densenet.DenseNet201", application_arguments(model_arguments(NULL, NULL)))
}

#' @rdname imagenet_preprocess_input
#' @export
densenet_preprocess_input <- function(x, data_format = NULL) {
  preprocessed("densenet", x, list(data_format = data_format))
}

#' NASNet
#'
#' The large and the mobile network, or one of configurable size, with random weights, weights of ImageNet, or those of
#' a file.
#'
#' @inheritParams application_xception
#' @param penultimate_filters Number of filters in the last layer but one.
#' @param num_blocks Number of repeated cells.
#' @param stem_block_filters Number of filters in the first block.
#' @param skip_reduction Whether to skip the first reduction.
#' @param filter_multiplier Factor for the number of filters from block to block.
#' @param default_size Default size of the images.
#' @return A model.
#' @family applications
#' @examplesIf is_keras_available() && is_backend_installed()
#' model <- application_nasnet(c(32, 32, 3), penultimate_filters = 96, num_blocks = 1,
#'                             include_top = FALSE)
#' model$output
#' @export
application_nasnet <- function(input_shape = NULL, penultimate_filters = 4032L, num_blocks = 6L,
                               stem_block_filters = 96L, skip_reduction = TRUE, filter_multiplier = 2L,
                               include_top = TRUE, weights = NULL, input_tensor = NULL, pooling = NULL,
                               classes = 1000, default_size = NULL) {
  seed_python()
  call_shim("nasnet", as_keywords(application_arguments(model_arguments(NULL, NULL))))
}

#' @rdname application_nasnet
#' @export
application_nasnetlarge <- function(input_shape = NULL, include_top = TRUE, weights = NULL,
                                    input_tensor = NULL, pooling = NULL, classes = 1000) {
  model_call("applications.nasnet.NASNetLarge", application_arguments(model_arguments(NULL, NULL)))
}

#' @rdname application_nasnet
#' @export
application_nasnetmobile <- function(input_shape = NULL, include_top = TRUE, weights = NULL,
                                     input_tensor = NULL, pooling = NULL, classes = 1000) {
  model_call("applications.nasnet.NASNetMobile", application_arguments(model_arguments(NULL, NULL)))
}

#' @rdname imagenet_preprocess_input
#' @export
nasnet_preprocess_input <- function(x) {
  preprocessed("nasnet", x)
}
