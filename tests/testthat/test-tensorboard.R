# Logs for TensorBoard, written by tensorboardX, which is installed into a folder of its own, and read back.

folder <- tempfile("writer")
python <- reticulate::py_exe()
packages <- c("tensorboardX==2.6.2.2", "protobuf==4.25.8", "packaging==24.2")

test_that("without the writer, the error says how to install it", {
  expect_keras_error(callback_tensorboard(tempfile()), "not_installed", "py_install(\"tensorboardX\")")
})

installed <- system2(python, c("-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps",
                               "--target", folder, packages))
sys <- reticulate::import("sys", convert = FALSE)
sys$path$append(folder)

# The numbers in the folder's event file: a data frame of tag, step and value.
events <- function(folder) {
  path <- list.files(folder, "^events", full.names = TRUE)
  read <- reticulate::py_run_string(sprintf("
import struct
from tensorboardX.proto.event_pb2 import Event
found = []
with open(r'%s', 'rb') as file:
    while True:
        header = file.read(12)
        if not header:
            break
        event = Event.FromString(file.read(struct.unpack('<Q', header[:8])[0]))
        file.read(4)
        found += [[value.tag, event.step, value.histo.num if value.HasField('histo') else value.simple_value]
                  for value in event.summary.value]
", path))$found
  data.frame(tag = vapply(read, `[[`, "", 1L), step = vapply(read, function(row) as.numeric(row[[2]]), 0),
             value = vapply(read, function(row) as.numeric(row[[3]]), 0))
}

for_each_backend("callback_tensorboard() writes the history and histograms", {
  expect_equal(installed, 0)
  logs <- tempfile("logs")
  x <- matrix(sin(1:36), 12)
  model <- keras_model_sequential() %>% layer_dense(2, input_shape = 3)
  model %>% compile(loss = "mse", optimizer = "sgd", metrics = "mae")
  history <- model %>% fit(x, x[, 1:2], epochs = 3, batch_size = 4, validation_split = 0.25, verbose = 0,
                           view_metrics = FALSE,
                           callbacks = callback_tensorboard(logs, histogram_freq = 3, update_freq = 9))
  written <- events(logs)
  for (name in names(history$metrics)) {
    rows <- written[written$tag == name, ]
    expect_equal(rows$step, 0:2)
    expect_equal(rows$value, history$metrics[[name]], tolerance = 1e-6)
  }
  expect_equal(written$step[written$tag == "batch_loss"], c(9, 18, 27))
  histograms <- written[grepl("kernel|bias", written$tag), ]
  expect_equal(histograms$step, c(2, 2))
  expect_equal(sort(histograms$value), c(2, 6))
})
