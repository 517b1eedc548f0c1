# The elements in row-major order.
row_major <- function(x) as.vector(aperm(x))

for_each_backend("reshape and flatten keep row-major order", {
  x <- matrix(1:6, 2)
  expect_value(k_reshape(x, c(3, 2)), matrix(row_major(x), 3, byrow = TRUE))
  expect_value(k_reshape(x, list(3, NULL)), matrix(row_major(x), 3, byrow = TRUE))
  expect_value(k_reshape(x, c(-1, 1)), matrix(row_major(x)))
  expect_value(k_reshape(7, c(1, 1)), matrix(7))
  expect_value(k_reshape(array(7, c(1, 1)), list()), 7)
  cube <- array(1:12, c(2, 3, 2))
  expect_value(k_flatten(cube), row_major(cube))
})

for_each_backend("concatenate", {
  x <- matrix(1:4, 2)
  y <- matrix(5:8, 2)
  expect_value(k_concatenate(list(x, y)), cbind(x, y))
  expect_value(k_concatenate(list(x, y, x), axis = 1), rbind(x, y, x))
  expect_value(k_concatenate(list(k_constant(x), y / 1), axis = -2), rbind(x, y))
  expect_value(k_concatenate(k_constant(x)), x)
  expect_keras_error(k_concatenate(list(x, matrix(1:3, 1)), axis = 1), "shape",
                     c("k_concatenate()", "tensors[[2]]", "(1, 3)", "axis 1"))
})

for_each_backend("expand_dims and squeeze", {
  x <- matrix(1:6, 2)
  expect_value(k_expand_dims(x), array(x, c(2, 3, 1)))
  expect_value(k_expand_dims(x, axis = 1), array(x, c(1, 2, 3)))
  expect_value(k_expand_dims(x, axis = 2), array(x, c(2, 1, 3)))
  thin <- array(1:3, c(1, 3, 1))
  expect_value(k_squeeze(thin, axis = 1), matrix(1:3))
  expect_value(k_squeeze(thin, axis = -1), matrix(1:3, 1))
  expect_value(k_squeeze(thin), 1:3)
  expect_value(k_squeeze(x), x)
  expect_keras_error(k_squeeze(thin, axis = 2), "shape", c("k_squeeze()", "`axis` 2", "size 3"))
  expect_keras_error(k_expand_dims(x, axis = 0), "shape", "k_expand_dims()")
})

for_each_backend("one_hot uses indices unchanged: they count from 0", {
  expect_value(k_one_hot(c(0, 2, 1), 3), diag(3)[c(1, 3, 2), ])
  expect_value(k_one_hot(matrix(c(0L, 1L, 1L, 0L), 2), 2), array(c(1, 0, 0, 1, 0, 1, 1, 0), c(2, 2, 2)))
  expect_value(k_one_hot(k_argmax(rbind(c(1, 5), c(3, 2))), 2), rbind(c(0, 1), c(1, 0)))
  expect_value(k_one_hot(c(-1, 3), 3), matrix(0, 2, 3))
  expect_value(k_one_hot(data.frame(a = c(0, 1)), 2), array(c(1, 0, 0, 1), c(2, 1, 2)))
  expect_keras_error(k_one_hot(factor("a"), 3), "dtype", c("indices", "factor", "as.integer(indices) - 1"))
  expect_keras_error(k_one_hot("a", 3), "dtype", c("k_one_hot()", "indices"))
  expect_keras_error(k_one_hot(c(1.5, 2), 3), "dtype", c("k_one_hot()", "indices"))
})

x <- array(sin(1:24), c(2, 3, 4))

for_each_backend("permute_dimensions is aperm", {
  expect_value(k_permute_dimensions(x, c(last = 3, first = 1, middle = 2)), aperm(x, c(3, 1, 2)))
  expect_value(k_sum(x, axis = c(a = 1, b = 2)), apply(x, 3, sum))
  expect_value(k_sum(x, axis = array(2)), apply(x, c(1, 3), sum))
  expect_value(k_permute_dimensions(x, c(3, 1, 2)), aperm(x, c(3, 1, 2)))
  expect_value(k_permute_dimensions(x, list(1, -1, 2)), aperm(x, c(1, 3, 2)))
  expect_keras_error(k_permute_dimensions(x, c(1, 2)), "shape",
                     c("k_permute_dimensions()", "`pattern` c(1, 2)", "3 axes"))
  expect_keras_error(k_permute_dimensions(x, c(1, 2, 4)), "shape", "an axis in `pattern` 4 is out of range")
  expect_keras_error(k_permute_dimensions(x, c(0, 1, 2)), "shape", c("k_permute_dimensions()", "`pattern`"))
})

for_each_backend("batch_flatten", {
  expect_value(k_batch_flatten(x), rbind(row_major(x[1, , ]), row_major(x[2, , ])))
  expect_equal(dim(k_batch_flatten(k_placeholder(shape = c(NA, 3, 4)))), c(NA, 12L))
})

for_each_backend("repeat_elements, repeat, tile", {
  expect_value(k_repeat_elements(x, 2, axis = 1), x[c(1, 1, 2, 2), , ])
  expect_value(k_repeat_elements(x, 3, axis = -1), x[, , rep(1:4, each = 3)])
  m <- matrix(1:6, 2)
  expect_value(k_repeat(m, 3), aperm(array(m, c(2, 3, 3)), c(1, 3, 2)))
  expect_value(k_tile(c(1, 2), 3), rep(c(1, 2), 3))
  expect_value(k_tile(m, c(2, 3)), m[rep(1:2, 2), rep(1:3, 3)])
  expect_value(k_tile(m, 2), m[, rep(1:3, 2)])
  expect_value(k_tile(m, list(2, 1, 1)), aperm(array(m, c(2, 3, 2)), c(3, 1, 2)))
  expect_keras_error(k_repeat(x, 2), "shape", c("k_repeat()", "2 dimensions"))
  expect_keras_error(k_repeat_elements(x, -1, 1), "argument", c("k_repeat_elements()", "rep"))
  expect_keras_error(k_repeat_elements(x, 2, 4), "shape", c("k_repeat_elements()", "`axis` 4"))
  expect_keras_error(k_tile(x, 1.5), "argument", c("k_tile()", "1.5"))
})

for_each_backend("stack and unstack", {
  m <- matrix(1:6 / 2, 2)
  n <- m * 10
  for (axis in 1:3) {
    order <- append(1:2, 3L, axis - 1L)
    expect_value(k_stack(list(m, n), axis = axis), aperm(array(c(m, n), c(2, 3, 2)), order))
  }
  slices <- k_unstack(x, axis = 2)
  expect_length(slices, 3)
  for (i in 1:3) {
    expect_value(slices[[i]], x[, i, ])
  }
  expect_value(k_stack(k_unstack(x, axis = -1), axis = 3), x)
  expect_value(k_unstack(c(4L, 5L))[[2]], 5L)
  open <- k_placeholder(shape = c(NA, 2))
  parts <- k_unstack(open, num = 2, name = "part")
  expect_match(format(parts[[2]]), "'part_2'", fixed = TRUE)
  expect_equal(k_function(list(open), parts)(list(m[, 1:2])), list(m[1, 1:2], m[2, 1:2]))
  expect_keras_error(k_unstack(open), "shape", c("k_unstack()", "Axis 1", "(NA, 2)", "`num`"))
  expect_keras_error(k_unstack(m, num = 3), "shape", c("k_unstack()", "3", "size 2"))
  expect_keras_error(k_unstack(m, axis = 3), "shape", c("k_unstack()", "2 dimensions"))
  expect_keras_error(k_unstack(k_constant(1)), "shape", c("k_unstack()", "0 dimensions"))
  expect_keras_error(k_stack(list(m, t(m))), "shape", c("k_stack()", "x[[2]]", "(3, 2)"))
  x <- k_constant(m)
  expect_keras_error(k_concatenate(list(list(x, t(x)))), "shape", c("`tensors[[1]][[2]]`", "`tensors[[1]][[1]]`"))
})

for_each_backend("reverse", {
  expect_value(k_reverse(x, 2), x[, 3:1, ])
  expect_value(k_reverse(x, c(1, -1)), x[2:1, , 4:1])
  expect_keras_error(k_reverse(x, 4), "shape", c("k_reverse()", "`axes` 4", "3 dimensions"))
})

for_each_backend("slice counts from 1", {
  expect_value(k_slice(x, c(1, 2, 3), c(2, 2, 1)), x[, 2:3, 3, drop = FALSE])
  expect_value(k_slice(x, c(2, 1, 2), c(-1, NA, 2)), x[2, , 2:3, drop = FALSE])
  expect_value(k_slice(x, list(1, 1, 2), list(1, 1, 3)), x[1, 1, 2:4, drop = FALSE])
  expect_value(k_slice(c(5, 6, 7), 2, 2), c(6, 7))
  expect_value(k_slice(c(5, 6, 7), k_constant(array(1), dtype = "int32"), 2), c(6, 7))
  expect_keras_error(k_slice(x, c(1, 3, 1), c(1, 2, 1)), "shape",
                     c("k_slice()", "`start` 3 and `size` 2", "axis 2", "size 3"))
  expect_keras_error(k_slice(x, 0, 1), "argument", c("k_slice()", "`start`", "0"))
  expect_keras_error(k_slice(x, c(1, 1), 1), "argument", c("k_slice()", "start"))
  expect_keras_error(k_slice(x, c(1, 1, 1), list(c(1, 2), 1, 1)), "argument", c("k_slice()", "`size`", "c(1, 2)"))
  expect_keras_error(k_zeros(list(c(2, 3), 4)), "argument", c("a size", "c(2, 3)"))
  expect_keras_error(k_zeros(list(2, integer(0))), "argument", "a size")
})

for_each_backend("pattern_broadcast", {
  open <- k_placeholder(shape = c(NA, 3))
  row <- k_pattern_broadcast(open, c(TRUE, FALSE))
  expect_equal(dim(row), c(1L, 3L))
  m <- matrix(1:6, 2)
  expect_equal(k_function(list(open), list(row + m))(list(m[1, , drop = FALSE]))[[1]], m + m[c(1, 1), ])
  expect_equal(dim(k_pattern_broadcast(open, c(rows = TRUE, columns = FALSE))), c(1L, 3L))
  expect_keras_error(k_pattern_broadcast(open, c(NA, FALSE)), "argument", c("`broadcastable`", "NA"))
  expect_keras_error(k_pattern_broadcast(m, c(TRUE, FALSE)), "shape",
                     c("k_pattern_broadcast()", "axis 1", "size 2"))
})

# The array with zeros around it; `padding` holds a pair for each axis.
padded <- function(x, padding) {
  result <- array(0, dim(x) + vapply(padding, sum, 0))
  inside <- Map(function(size, pair) pair[[1]] + seq_len(size), dim(x), padding)
  do.call(`[<-`, c(list(result), inside, list(x)))
}

for_each_backend("paddings", {
  none <- c(0, 0)
  expect_value(k_temporal_padding(x), padded(x, list(none, c(1, 1), none)))
  expect_value(k_temporal_padding(x, list(2, 0)), padded(x, list(none, c(2, 0), none)))
  image <- array(1:24, c(1, 3, 4, 2))
  expect_value(k_spatial_2d_padding(image), padded(image, list(none, c(1, 1), c(1, 1), none)))
  expect_value(k_spatial_2d_padding(image, list(c(1, 2), list(0, 3))),
               padded(image, list(none, c(1, 2), c(0, 3), none)))
  expect_value(k_spatial_2d_padding(image, data_format = "channels_first"),
               padded(image, list(none, none, c(1, 1), c(1, 1))))
  volume <- array(1:24, c(1, 2, 3, 4, 1))
  expect_value(k_spatial_3d_padding(volume, list(c(1, 0), c(0, 2), c(1, 1))),
               padded(volume, list(none, c(1, 0), c(0, 2), c(1, 1), none)))
  expect_keras_error(k_spatial_2d_padding(x), "shape", c("k_spatial_2d_padding()", "4 dimensions"))
  expect_keras_error(k_spatial_2d_padding(image, list(c(1, 1))), "argument", "k_spatial_2d_padding()")
  expect_keras_error(k_spatial_2d_padding(image, data_format = "rows"), "argument", "rows")
})

for_each_backend("resize_images and resize_volumes", {
  image <- array(sin(1:12), c(1, 2, 3, 2))
  expect_value(k_resize_images(image, 2, 3, "channels_last"),
               image[, rep(1:2, each = 2), rep(1:3, each = 3), , drop = FALSE])
  expect_value(k_resize_images(image, 2, 1, "channels_first"), image[, , rep(1:3, each = 2), , drop = FALSE])
  smooth <- image[, c(1, 1, 2, 2), , , drop = FALSE]
  smooth[, 2, , ] <- (image[, 1, , ] + image[, 2, , ]) / 2
  expect_value(k_resize_images(image, 2, 1, "channels_last", interpolation = "bilinear"), smooth)
  volume <- array(sin(1:8), c(1, 2, 2, 2, 1))
  expect_value(k_resize_volumes(volume, 1, 2, 3, "channels_last"),
               volume[, , rep(1:2, each = 2), rep(1:2, each = 3), , drop = FALSE])
  expect_keras_error(k_resize_images(image, 0, 1, "channels_last"), "argument",
                     c("k_resize_images()", "height_factor"))
  expect_keras_error(k_resize_images(image, 2, 2, "channels_last", "cubic"), "argument",
                     c("cubic", "bilinear"))
  expect_keras_error(k_resize_volumes(image, 1, 1, 1, "channels_last"), "shape",
                     c("k_resize_volumes()", "5 dimensions"))
})
