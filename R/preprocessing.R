# Preparing sequences, texts and images.

#' Pad or truncate sequences to one length
#'
#' @param sequences A list of vectors of numbers, or a matrix whose rows are the sequences; for elements of several
#'   numbers each, a list of matrices with a row for each element.
#' @param maxlen The length; by default that of the longest sequence.
#' @param dtype Dtype of the numbers.
#' @param padding,truncating `"pre"` or `"post"`: where to pad short sequences, and where to truncate long ones.
#' @param value The number to pad with.
#' @return A matrix with a row for each sequence; for matrices, an array.
#' @family preprocessing of sequences
#' @examplesIf is_keras_available()
#' pad_sequences(list(1:3, 4:5))
#' pad_sequences(matrix(1:6, 2), maxlen = 4)
#' @export
pad_sequences <- function(sequences, maxlen = NULL, dtype = "int32", padding = "pre", truncating = "pre", value = 0) {
  keras_call("preprocessing.sequence.pad_sequences", list(
    sequences = as_sequences(sequences), maxlen = if (!is.null(maxlen)) as_whole_numbers(maxlen, "maxlen"),
    dtype = dtype, padding = padding, truncating = truncating, value = value
  ))
}

#' Convert a list of sequences, or a matrix whose rows they are, to nested lists of numbers
#' @noRd
as_sequences <- function(sequences) {
  if (inherits(sequences, "python.builtin.object")) {
    return(sequences)
  }
  is_vector <- is.atomic(sequences) && length(dim(sequences)) < 2L
  lapply(if (is_vector) unname(as.list(sequences)) else parts_of(sequences), as_sequence)
}

#' Lists even of one element, and without names, which would make dicts of them
#' @noRd
as_sequence <- function(x) {
  if (is_list_of_scalars(x)) {
    x <- unlist(x)
  }
  if (is.list(x) || length(dim(x)) > 1L) {
    return(lapply(parts_of(x), as_sequence))
  }
  x <- if (length(x)) as.vector(as_numbers(x, "sequences"))
  fits <- is.numeric(x) && all(x == trunc(x) & abs(x) <= .Machine$integer.max) %in% TRUE
  unname(as.list(if (fits) as.integer(x) else x))
}

is_list_of_scalars <- function(x) {
  length(x) && is.list(x) && !is.data.frame(x) && all(lengths(x) == 1L & vapply(x, is.atomic, NA))
}

#' The parts of a list, or those of an array along its first axis, such as the rows of a matrix
#' @noRd
parts_of <- function(x) {
  if (is.list(x) && !is.data.frame(x)) {
    return(unname(x))
  }
  unname(c(asplit(as_numbers(x, "sequences"), 1L)))
}

#' Pairs of neighbouring words
#'
#' @param sequence A vector of word numbers.
#' @param vocabulary_size The largest word number plus 1.
#' @param window_size Largest distance between the words of a pair.
#' @param negative_samples Number of random pairs for each real one.
#' @param shuffle Whether to shuffle the pairs.
#' @param categorical Whether to return labels as one-hot rows.
#' @param sampling_table Probabilities of keeping words, as returned by [make_sampling_table()].
#' @param seed Seed of the shuffling.
#' @return A list of `couples`, a list of pairs, and `labels`, 1 for real pairs and 0 for random ones.
#' @family preprocessing of sequences
#' @examplesIf is_keras_available()
#' skipgrams(1:5, vocabulary_size = 6, seed = 1)
#' @export
skipgrams <- function(sequence, vocabulary_size, window_size = 4, negative_samples = 1, shuffle = TRUE,
                      categorical = FALSE, sampling_table = NULL, seed = NULL) {
  arguments <- model_arguments("sequence", NULL)
  seed_python()
  result <- keras_call("preprocessing.sequence.skipgrams", c(list(sequence = as_sequences(list(sequence))[[1L]]),
                                                             arguments))
  list(couples = lapply(result[[1L]], unlist),
       labels = if (categorical) lapply(result[[2L]], unlist) else as.integer(unlist(result[[2L]])))
}

#' Probabilities of keeping frequent words
#'
#' @param size Number of words; the most frequent one is first.
#' @param sampling_factor Factor of the probabilities.
#' @return A vector of probabilities.
#' @family preprocessing of sequences
#' @examplesIf is_keras_available()
#' make_sampling_table(5)
#' @export
make_sampling_table <- function(size, sampling_factor = 1e-05) {
  keras_call("preprocessing.sequence.make_sampling_table", list(size = as_whole_numbers(size, "size"),
                                                                sampling_factor = sampling_factor))
}

#' Batches of windows of a time series
#'
#' @param data Matrix or array whose first axis is time.
#' @param targets The targets, one for each time step.
#' @param length Number of time steps in a window.
#' @param sampling_rate Distance between time steps in a window.
#' @param stride Distance between windows.
#' @param start_index,end_index First and last time step to use, counted from 0; `NULL` for the end.
#' @param shuffle Whether to shuffle the windows.
#' @param reverse Whether to reverse the order of the time steps in each window.
#' @param batch_size Number of windows in a batch.
#' @return A generator, for [fit_generator()].
#' @family preprocessing of sequences
#' @examplesIf is_keras_available()
#' timeseries_generator(matrix(1:20, 20), 1:20, length = 5)
#' @export
timeseries_generator <- function(data, targets, length, sampling_rate = 1, stride = 1, start_index = 0,
                                 end_index = NULL, shuffle = FALSE, reverse = FALSE, batch_size = 128) {
  arguments <- model_arguments(c("data", "targets"), NULL)
  keras_call("preprocessing.sequence.TimeseriesGenerator", c(
    list(data = as_model_data(data, "data"), targets = as_model_data(targets, "targets")), arguments
  ))
}

# -- texts ------------------------------------------------------------------------------------------------

#' Split texts into words and number them
#'
#' `text_to_word_sequence()` splits a text into words. `text_one_hot()` and `text_hashing_trick()` number them with a
#' hash function, which can give two words the same number.
#'
#' @param text A string.
#' @param n Number of distinct word numbers.
#' @param hash_function `NULL` for Python's own, whose numbers change with the session; or `"md5"`.
#' @param filters Characters to remove.
#' @param lower Whether to convert the text to lower case.
#' @param split The separator of words.
#' @return A character vector, or a vector of word numbers, counted from 1.
#' @family preprocessing of texts
#' @examplesIf is_keras_available()
#' text_to_word_sequence("The cat sat on the mat.")
#' text_hashing_trick("The cat sat", n = 100, hash_function = "md5")
#' @export
text_to_word_sequence <- function(text, filters = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n", lower = TRUE,
                                  split = " ") {
  as.character(unlist(keras_call("preprocessing.text.text_to_word_sequence", model_arguments(NULL, NULL))))
}

#' @rdname text_to_word_sequence
#' @export
text_one_hot <- function(text, n, filters = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n", lower = TRUE, split = " ") {
  as.integer(unlist(keras_call("preprocessing.text.one_hot", model_arguments(NULL, NULL))))
}

#' @rdname text_to_word_sequence
#' @export
text_hashing_trick <- function(text, n, hash_function = NULL,
                               filters = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n", lower = TRUE, split = " ") {
  as.integer(unlist(keras_call("preprocessing.text.hashing_trick", model_arguments(NULL, NULL))))
}

#' Number the words of texts by frequency
#'
#' @param num_words Number of the most frequent words to use, plus 1; `NULL` for all.
#' @param filters,lower,split As in [text_to_word_sequence()].
#' @param char_level Whether to treat each character as a word.
#' @param oov_token A word that replaces all words without a number.
#' @param object,tokenizer A tokenizer.
#' @param x,texts Texts: a character vector or a list of them.
#' @param sequences A list of vectors of word numbers.
#' @param mode What the matrix holds for each word: whether it occurs in the text, how often, or weights.
#' @param filename Path of the file, which holds JSON. Pickles, which earlier versions of the package wrote, are
#'   refused: they could run any code.
#' @return `text_tokenizer()`, `fit_text_tokenizer()` and `load_text_tokenizer()` return a tokenizer;
#'   `texts_to_sequences()` returns a list of vectors of word numbers, `texts_to_sequences_generator()` a generator of
#'   them; `texts_to_matrix()` and `sequences_to_matrix()` return a matrix with a row for each text.
#' @family preprocessing of texts
#' @examplesIf is_keras_available()
#' texts <- c("the cat sat", "the dog sat on the cat")
#' tokenizer <- text_tokenizer(num_words = 10) %>% fit_text_tokenizer(texts)
#' texts_to_sequences(tokenizer, texts)
#' texts_to_matrix(tokenizer, texts)
#' @export
text_tokenizer <- function(num_words = NULL, filters = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n", lower = TRUE,
                           split = " ", char_level = FALSE, oov_token = NULL) {
  keras_call("preprocessing.text.Tokenizer", model_arguments(NULL, NULL))
}

#' @rdname text_tokenizer
#' @export
fit_text_tokenizer <- function(object, x) {
  object_call(object, "fit_on_texts", as_texts(x, "x"))
  invisible(object)
}

#' A list of texts, or of lists of words
#' @noRd
as_texts <- function(x, arg) {
  if (inherits(x, "python.builtin.object")) {
    return(x)
  }
  parts <- unlist(x)
  if (length(parts) && !is.character(parts) && !is.factor(parts)) {
    abort("dtype", "{argument} must be texts, not {value}", argument = arg, value = x)
  }
  # With names, which sapply() adds, a list becomes a dict, and its names the texts.
  lapply(unname(as.list(x)), function(text) if (is.list(text)) unname(text) else text)
}

#' @rdname text_tokenizer
#' @export
save_text_tokenizer <- function(object, filename) {
  writeLines(object_call(object, "to_json"), full_path(filename), useBytes = TRUE)
  invisible(object)
}

#' @rdname text_tokenizer
#' @export
load_text_tokenizer <- function(filename) {
  path <- readable_path(filename, "filename")
  start <- readBin(path, "raw", 16L)
  if (!length(start) || start[[1L]] != charToRaw("{")) {
    is_pickle <- length(start) && start[[1L]] == as.raw(0x80)
    abort("file", c(
      if (is_pickle) "{argument}, {path}, is a Python pickle, which earlier versions of the package wrote"
      else "{argument}, {path}, is no tokenizer that `save_text_tokenizer()` wrote",
      i = "Where the tokenizer was made, write its JSON: `writeLines(tokenizer$to_json(), filename)`."
    ), path = path, argument = "filename", value = filename)
  }
  text <- paste(readLines(path, encoding = "UTF-8", warn = FALSE), collapse = "\n")
  keras_call("preprocessing.text.tokenizer_from_json", list(json_string = text))
}

#' @rdname text_tokenizer
#' @export
texts_to_sequences <- function(tokenizer, texts) {
  sequences <- object_call(tokenizer, "texts_to_sequences", as_texts(texts, "texts"))
  lapply(sequences, function(words) as.integer(unlist(words)))
}

#' @rdname text_tokenizer
#' @export
texts_to_sequences_generator <- function(tokenizer, texts) {
  object_call(tokenizer, "texts_to_sequences_generator", as_texts(texts, "texts"))
}

#' @rdname text_tokenizer
#' @export
texts_to_matrix <- function(tokenizer, texts, mode = c("binary", "count", "tfidf", "freq")) {
  object_call(tokenizer, "texts_to_matrix", as_texts(texts, "texts"),
              arguments = list(mode = one_of(mode, "mode")))
}

#' @rdname text_tokenizer
#' @export
sequences_to_matrix <- function(tokenizer, sequences, mode = c("binary", "count", "tfidf", "freq")) {
  object_call(tokenizer, "sequences_to_matrix", as_sequences(sequences), arguments = list(mode = one_of(mode, "mode")))
}

# -- images -----------------------------------------------------------------------------------------------

#' Load, resize and save images
#'
#' @param path Path of the file.
#' @param grayscale Whether to load one channel.
#' @param target_size Rows and columns to resize to; `NULL` keeps the size.
#' @param interpolation How to resize: `"nearest"`, `"bilinear"` or `"bicubic"`.
#' @param img An image from `image_load()`, or an array.
#' @param data_format `"channels_last"` or `"channels_first"`.
#' @param height,width Rows and columns.
#' @param file_format Format of the file; by default according to its name.
#' @param scale Whether to scale the values to the range from 0 to 255.
#' @return `image_load()` returns a Python image; `image_to_array()` and `image_array_resize()` return an array.
#' @family preprocessing of images
#' @examplesIf is_keras_available()
#' path <- tempfile(fileext = ".png")
#' image_array_save(array(runif(300), c(10, 10, 3)), path)
#' dim(image_to_array(image_load(path, target_size = c(5, 5))))
#' @export
image_load <- function(path, grayscale = FALSE, target_size = NULL, interpolation = "nearest") {
  arguments <- model_arguments(NULL, NULL)
  arguments$path <- readable_path(path, "path")
  arguments$grayscale <- NULL
  arguments$color_mode <- if (grayscale) "grayscale" else "rgb"
  keras_call("preprocessing.image.load_img", arguments)
}

#' @rdname image_load
#' @export
image_to_array <- function(img, data_format = c("channels_last", "channels_first")) {
  keras_call("preprocessing.image.img_to_array", list(img = img, data_format = one_of(data_format, "data_format")))
}

#' @rdname image_load
#' @export
image_array_resize <- function(img, height, width, data_format = c("channels_last", "channels_first")) {
  call_shim("resized_images", as_model_data(img, "img"), as_whole_numbers(height, "height"),
            as_whole_numbers(width, "width"), one_of(data_format, "data_format"))
}

#' @rdname image_load
#' @export
image_array_save <- function(img, path, data_format = NULL, file_format = NULL, scale = TRUE) {
  keras_call("preprocessing.image.save_img", list(
    path = full_path(path), x = as_model_data(img, "img"), data_format = data_format,
    file_format = file_format, scale = scale
  ))
  invisible(NULL)
}

#' Augment images with random changes during training
#'
#' @param featurewise_center,samplewise_center Whether to subtract the mean of all images, or of each image.
#' @param featurewise_std_normalization,samplewise_std_normalization Whether to divide by the standard deviation.
#' @param zca_whitening,zca_epsilon Whether to apply ZCA whitening, and the constant that keeps it finite.
#' @param rotation_range Largest rotation, in degrees.
#' @param width_shift_range,height_shift_range Largest shift, as a fraction of the size.
#' @param brightness_range The smallest and the largest factor of the brightness.
#' @param shear_range Largest angle of shearing, in degrees.
#' @param zoom_range Largest zoom, or its lower and upper limits.
#' @param channel_shift_range Largest shift of the values.
#' @param fill_mode,cval How to fill positions outside the image: `"constant"`, `"nearest"`, `"reflect"` or `"wrap"`,
#'   and the constant.
#' @param horizontal_flip,vertical_flip Whether to flip images at random.
#' @param rescale Factor for all values, such as `1 / 255`; `NULL` for none.
#' @param preprocessing_function A function of an image, an array, that returns an image.
#' @param data_format `"channels_last"` or `"channels_first"`; `NULL` is [k_image_data_format()].
#' @param validation_split Fraction of the images that is kept for validation.
#' @return A generator of augmented images, for [flow_images_from_data()] and related functions.
#' @family preprocessing of images
#' @examplesIf is_keras_available()
#' image_data_generator(horizontal_flip = TRUE)
#' @export
image_data_generator <- function(featurewise_center = FALSE, samplewise_center = FALSE,
                                 featurewise_std_normalization = FALSE, samplewise_std_normalization = FALSE,
                                 zca_whitening = FALSE, zca_epsilon = 1e-06, rotation_range = 0,
                                 width_shift_range = 0, height_shift_range = 0, brightness_range = NULL,
                                 shear_range = 0, zoom_range = 0, channel_shift_range = 0, fill_mode = "nearest",
                                 cval = 0, horizontal_flip = FALSE, vertical_flip = FALSE, rescale = NULL,
                                 preprocessing_function = NULL, data_format = NULL, validation_split = 0) {
  arguments <- model_arguments(NULL, c("data_format", "rescale"))
  for (name in c("brightness_range", "zoom_range")) {
    if (length(arguments[[name]]) == 2L) {
      arguments[[name]] <- reticulate::tuple(as.list(arguments[[name]]))
    }
  }
  keras_call("preprocessing.image.ImageDataGenerator", arguments)
}

#' Fit an image generator to data
#'
#' @param object A generator of [image_data_generator()].
#' @param x Array of images.
#' @param augment Whether to augment the images first.
#' @param rounds Number of augmented copies of the data.
#' @param seed Seed of the augmentation.
#' @return The generator, invisibly.
#' @family preprocessing of images
#' @examplesIf is_keras_available() && is_backend_installed()
#' images <- array(runif(48), c(2, 4, 2, 3))
#' generator <- image_data_generator(featurewise_center = TRUE)
#' fit_image_data_generator(generator, images)
#' @export
fit_image_data_generator <- function(object, x, augment = FALSE, rounds = 1, seed = NULL) {
  call_shim("with_data", object, "fit", list(as_model_data(x, "x")), as_keywords(list(
    augment = augment, rounds = as_whole_numbers(rounds, "rounds"),
    seed = if (!is.null(seed)) as_whole_numbers(seed, "seed")
  )))
  invisible(object)
}

#' The next batch of a generator
#'
#' @param generator A generator of Keras.
#' @param completed The value to return at the end of the generator.
#' @return A batch: a list of arrays, or one array.
#' @family preprocessing of images
#' @examplesIf is_keras_available() && is_backend_installed()
#' images <- array(runif(48), c(2, 4, 2, 3))
#' flow <- flow_images_from_data(images, 0:1, batch_size = 1)
#' str(generator_next(flow))
#' @export
generator_next <- function(generator, completed = NULL) {
  seed_python()  # for images that are shuffled and transformed at random
  batch <- call_shim("next_batch", generator)
  if (!batch[[1L]]) completed else if (is_list_of_scalars(batch[[2L]])) unlist(batch[[2L]]) else batch[[2L]]
}

#' Batches of images from memory, a folder or a data frame
#'
#' @param x Array of images, the samples along its first axis, or a list of arrays.
#' @param y Array of targets.
#' @param directory Folder with a subfolder for each class; for a data frame, the folder that its paths are relative to.
#' @param dataframe Data frame with the files' names and classes.
#' @param x_col,y_col Names of these columns.
#' @param generator A generator of [image_data_generator()].
#' @param target_size Rows and columns that images are resized to.
#' @param color_mode `"rgb"`, `"rgba"` or `"grayscale"`.
#' @param classes Names of the classes; by default those of the folders, or of the column.
#' @param class_mode Kind of the targets: `"categorical"`, `"binary"`, `"sparse"`, `"input"`, or `NULL` for none.
#' @param batch_size Number of images in a batch.
#' @param shuffle Whether to shuffle the images.
#' @param sample_weight Weights of the samples.
#' @param seed Seed of the shuffling and the augmentation.
#' @param save_to_dir,save_prefix,save_format Folder, prefix and format for saving the augmented images; `NULL` to save
#'   none.
#' @param follow_links Whether to follow links to folders.
#' @param subset `"training"` or `"validation"`, if the generator has a `validation_split`.
#' @param interpolation How to resize images.
#' @param drop_duplicates Ignored, as in Keras.
#' @return A generator of batches, for [fit_generator()] and [fit()][fit.keras.engine.training.Model].
#' @family preprocessing of images
#' @examplesIf is_keras_available()
#' flow_images_from_data(array(runif(192), c(4, 4, 4, 3)), 1:4, batch_size = 2) %>% generator_next()
#' @export
flow_images_from_data <- function(x, y = NULL, generator = image_data_generator(), batch_size = 32, shuffle = TRUE,
                                  sample_weight = NULL, seed = NULL, save_to_dir = NULL, save_prefix = "",
                                  save_format = "png", subset = NULL) {
  arguments <- saved_images(model_arguments(c("x", "y", "generator", "sample_weight"), NULL))
  call_shim("with_data", generator, "flow", list(as_model_data(x, "x"), as_model_data(y, "y")), as_keywords(c(
    arguments, list(sample_weight = as_model_data(sample_weight, "sample_weight"))
  )))
}

#' @rdname flow_images_from_data
#' @export
flow_images_from_directory <- function(directory, generator = image_data_generator(), target_size = c(256, 256),
                                       color_mode = "rgb", classes = NULL, class_mode = "categorical",
                                       batch_size = 32, shuffle = TRUE, seed = NULL, save_to_dir = NULL,
                                       save_prefix = "", save_format = "png", follow_links = FALSE, subset = NULL,
                                       interpolation = "nearest") {
  arguments <- saved_images(model_arguments(c("directory", "generator", "classes"), NULL))
  arguments$classes <- if (!is.null(classes)) unname(as.list(classes))
  object_call(generator, "flow_from_directory", readable_path(directory, "directory"), arguments = arguments)
}

#' @rdname flow_images_from_data
#' @export
flow_images_from_dataframe <- function(dataframe, directory = NULL, x_col = "filename", y_col = "class",
                                       generator = image_data_generator(), target_size = c(256, 256),
                                       color_mode = "rgb", classes = NULL, class_mode = "categorical",
                                       batch_size = 32, shuffle = TRUE, seed = NULL, save_to_dir = NULL,
                                       save_prefix = "", save_format = "png", subset = NULL,
                                       interpolation = "nearest", drop_duplicates = TRUE) {
  arguments <- saved_images(model_arguments(
    c("dataframe", "directory", "generator", "classes", "drop_duplicates"), NULL
  ))
  if (identical(class_mode, "other")) {
    arguments$class_mode <- "raw"  # its later name
  }
  of_classes <- any(class_mode %in% c("categorical", "binary", "sparse"))
  with_targets <- any(class_mode %in% c("raw", "other", "multi_output"))
  need_columns(dataframe, c(x_col, if (of_classes || with_targets) y_col))

  files <- native_path(as.character(dataframe[[x_col]]))
  paths <- if (is.null(directory)) files else file.path(readable_path(directory, "directory"), files)
  kept <- file.exists(paths)
  if (!all(kept)) {
    warning(sum(!kept), " of the files in the column `", x_col, "` do not exist, and are left out, such as ",
            paths[!kept][[1L]], call. = FALSE)
  }
  numbers <- NULL
  if (of_classes) {
    labels <- as.character(dataframe[[y_col]])
    # In the order of characters' codes, as in flow_images_from_directory(), whatever the locale is.
    classes <- if (is.null(classes)) sort(unique(labels), method = "radix") else unlist(classes)
    kept <- kept & labels %in% classes
    numbers <- array(match(labels[kept], classes) - 1L)
  }
  targets <- if (with_targets) target_columns(dataframe[kept, ], y_col, identical(class_mode, "multi_output"))
  message("Found ", sum(kept), " image files", if (of_classes) paste(" of", length(classes), "classes"), ".")
  call_shim("flow_of_files", generator, as.list(files[kept]), as.list(normalizePath(paths[kept])), numbers, targets,
            if (of_classes) unname(as.list(classes)), as_keywords(arguments))
}

#' The arguments of a generator of images, with the full path of the folder that these are saved to
#' @noRd
saved_images <- function(arguments) {
  if (!is.null(arguments$save_to_dir)) {
    arguments$save_to_dir <- full_path(arguments$save_to_dir)
  }
  arguments
}

#' Columns of targets: an array for each, or a matrix if there are several and the model has a single output
#' @noRd
target_columns <- function(frame, columns, of_outputs) {
  targets <- lapply(columns, function(name) array(as.double(frame[[name]])))
  if (of_outputs) targets else if (length(targets) > 1L) do.call(cbind, targets) else targets[[1L]]
}

need_columns <- function(frame, names) {
  for (name in names) {
    if (!name %in% names(frame)) {
      abort("argument", c("{argument} has no column \"{name}\"", i = "It has {columns}"), argument = "dataframe",
            name = name, columns = toString(dQuote(names(frame), FALSE)))
    }
  }
}
