test_that("the addin names a function of the package", {
  addin <- read.dcf(system.file("rstudio", "addins.dcf", package = "keras"))
  expect_true(addin[, "Binding"] %in% getNamespaceExports("keras"))
})

test_that("outside RStudio, the addin shows a menu", {
  script <- withr::local_tempfile(lines = c("library(keras)", "choose_backend()", "2", "k_backend()",
                                            "choose_backend()", "0", "k_backend()"))
  output <- r_process("R", c("--vanilla", "--interactive", "--no-readline", "--quiet"), stdin = script)
  names <- list_backends()$backend
  expect_true(any(output == "Choose the Keras backend "))
  expect_match(output, paste0("^2: ", names[[2L]]), all = FALSE)
  expect_length(grep(paste0("\\[1\\] \"", names[[2L]], "\""), output), 2)
})

# rstudioapi calls functions that RStudio puts on the search path; the test supplies its own.
in_rstudio <- function(answer) {
  c(
    "library(keras)",
    "gui <- get('.Platform', baseenv())", "gui$GUI <- 'RStudio'",
    "unlockBinding('.Platform', baseenv())", "assign('.Platform', gui, baseenv())",
    "rstudio <- attach(NULL, name = 'tools:rstudio')",
    "rstudio$.rs.api.versionInfo <- function() list(version = numeric_version('2024.4.0'), mode = 'desktop')",
    "rstudio$.rs.api.getVersion <- function() numeric_version('2024.4.0')",
    "rstudio$.rs.api.showPrompt <- function(title, message, default) {",
    "  cat(title, message, default, sep = ' | '); cat('\\n')", paste0("  ", answer), "}",
    "rstudio$.rs.api.sendToConsole <- function(code, ...) cat('console:', code, '\\n')",
    "result <- choose_backend()", "cat('result:', result, '\\n')"
  )
}

test_that("in RStudio, the addin shows a dialog and runs the call in the console", {
  output <- trimws(run_r(in_rstudio("' theano '"), "KERAS_BACKEND=cntk"))
  expect_match(output, "^Choose the Keras backend \\| .*theano.*\\| cntk$", all = FALSE)
  expect_match(output, "cntk (current)", fixed = TRUE, all = FALSE)
  expect_true("console: keras::use_backend(\"theano\")" %in% output)
  expect_true("result: theano" %in% output)
})

test_that("a cancelled dialog changes nothing", {
  output <- trimws(run_r(in_rstudio("NULL")))
  expect_false(any(grepl("console:", output)))
  expect_true("result:" %in% output)
})
