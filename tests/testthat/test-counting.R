# What counts from 1, as the vignette lists it and as the code converts it.

listed <- function() {
  places <- c(testthat::test_path("../../vignettes/old-scripts.Rmd"),
              system.file("doc/old-scripts.Rmd", package = "keras"))
  lines <- readLines(places[file.exists(places)][[1L]])
  begin <- grep("^## What counts from 1", lines)
  end <- grep("^In addition", lines)
  rows <- grep("^\\| `", lines[begin:end], value = TRUE)
  cells <- strsplit(rows, "|", fixed = TRUE)
  names_in <- function(cell) regmatches(cell, gregexpr("(?<=`)[a-z_0-9]+(?=`)", cell, perl = TRUE))[[1L]]
  sort(unlist(lapply(cells, function(cell) paste(names_in(cell[[3L]]), names_in(cell[[2L]])[[1L]]))))
}

# The arguments that a function's body passes to a converter for counting from 1.
converted <- function(name) {
  code <- body(getExportedValue("keras", name))
  found <- character()
  walk <- function(code) {
    if (is.call(code)) {
      if (as.character(code[[1L]])[[1L]] %in% c("as_axis", "as_positions")) {
        found <<- c(found, as.character(code[[2L]]))
      }
      lapply(as.list(code)[-1L], function(part) if (!missing(part)) walk(part))
    }
  }
  walk(code)
  unique(found)
}

test_that("the vignette lists exactly the arguments that the code counts from 1", {
  functions <- grep("^k_", getNamespaceExports("keras"), value = TRUE)
  in_code <- unlist(lapply(functions, function(name) {
    arguments <- converted(name)
    if (length(arguments)) paste(name, arguments)
  }))
  # k_slice() takes lists of numbers and tensors, which it converts itself.
  expect_equal(listed(), sort(c(in_code, "k_slice start")))
  # Every argument called axis, axes or pattern is among them.
  with_axis <- unlist(lapply(functions, function(name) {
    arguments <- intersect(names(formals(getExportedValue("keras", name))), c("axis", "axes", "pattern"))
    if (length(arguments)) paste(name, arguments)
  }))
  expect_equal(setdiff(with_axis, listed()), character())
})

for_each_backend("each listed argument counts from 1, and 0 is refused", {
  x <- array(sin(1:24), c(2, 3, 4))
  m <- matrix(c(3, 1, 2, 5, 4, 6), 2)
  p <- abs(m) / rowSums(abs(m))
  calls <- list(
    k_batch_normalization = list(m, c(0, 0), c(1, 1), NULL, NULL), k_categorical_crossentropy = list(p, p),
    k_sparse_categorical_crossentropy = list(c(0, 1, 0), p), k_concatenate = list(list(m, m)),
    k_repeat_elements = list(m, 2), k_stack = list(list(m, m)), k_squeeze = list(m[1, , drop = FALSE]),
    k_batch_dot = list(x, x), k_permute_dimensions = list(m), k_gather = list(m), k_slice = list(m)
  )
  for (entry in strsplit(listed(), " ")) {
    f <- getExportedValue("keras", entry[[1L]])
    given <- calls[[entry[[1L]]]]
    given <- if (is.null(given)) list(m) else given
    more <- if (entry[[1L]] == "k_slice") list(size = c(1, 1))
    call <- function(value) do.call(f, c(given, setNames(list(value), entry[[2L]]), more))
    if (entry[[1L]] %in% c("k_permute_dimensions", "k_slice")) {
      expect_s3_class(call(c(1, 2)), "keras_tensor")
      expect_error(call(c(0, 1)), class = "keras_error")
    } else {
      result <- call(if (entry[[1L]] == "k_batch_dot") 2 else 1)
      expect_true(k_is_tensor(result) || is.list(result), label = entry[[1L]])
      expect_error(call(0), class = "keras_error_shape", label = entry[[1L]])
    }
  }
  expect_value(k_sum(m, axis = 1), colSums(m))
  expect_value(k_argmax(m, axis = 2), max.col(m) - 1)
  expect_value(k_gather(m, 2), m[2, ])
  expect_value(k_slice(m, c(2, 2), c(1, 2)), m[2, 2:3, drop = FALSE])
  expect_value(k_reverse(m, 2), m[, 3:1])
})

for_each_backend("values that count from 0 are used unchanged", {
  p <- rbind(c(0.2, 0.7, 0.1), c(0.5, 0.25, 0.25))
  expect_value(k_one_hot(c(0, 2), 3), rbind(c(1, 0, 0), c(0, 0, 1)))
  expect_value(k_sparse_categorical_crossentropy(c(0, 1), p), -log(c(0.2, 0.25)))
  expect_value(k_in_top_k(p, c(1, 0), 1), c(TRUE, TRUE))
  features <- matrix(c(1, 3, 8, 10, 30, 20), 3)
  mean_over <- function(x, axes) k_normalize_batch_in_training(x, NULL, NULL, reduction_axes = axes)[[2]]
  expect_value(mean_over(features, 0), colMeans(features))
  expect_value(mean_over(features, list(-1)), rowMeans(features))
  images <- array(sin(1:24), c(2, 2, 2, 3))
  expect_value(mean_over(images, c(0, 1, 2)), apply(images, 4, mean))
})
