# Test coverage of the R code, on one backend. Less than 95 % fails. Needs covr (r-cran-covr).
Sys.setenv(KERAS_TEST_BACKENDS = "tensorflow")
coverage <- covr::package_coverage(type = "tests", quiet = TRUE)
print(coverage)
print(covr::zero_coverage(coverage)[, c("filename", "functions", "line")], row.names = FALSE)
if (covr::percent_coverage(coverage) < 95) {
  stop("the tests reach less than 95 % of the R code")
}
