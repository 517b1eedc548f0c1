library(testthat)
library(keras)

# A machine without a backend has nothing to test on. The example is not in the built package.
if (is_backend_installed()) {
  test_check("keras", filter = "iris", invert = TRUE)
}
