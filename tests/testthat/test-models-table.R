# The functions that scripts know from the R package keras 2.2.5, with their arguments and defaults.
table <- utils::read.csv(testthat::test_path("r_models.csv"))
functions <- table[!grepl("^R6 class", table$arguments), ]

formals_of <- function(text) {
  formals(eval(parse(text = paste0("function(", text, ") NULL"))))
}

test_that("every function is exported, with the arguments and defaults that scripts use", {
  known <- sub("<model>", "keras.engine.training.Model", functions$`function`, fixed = TRUE)
  later <- c("flags", "flag_numeric", "flag_integer", "flag_string", "flag_boolean", "run_dir", "tensorboard",
             "export_savedmodel", "layer_dense_features", "install_keras", "use_backend")
  for (i in which(!(known %in% later) & functions$file != "reexports")) {
    name <- known[[i]]
    found <- get0(name, envir = asNamespace("keras"), mode = "function")
    expect_true(is.function(found), label = paste(name, "is there"))
    if (is.function(found)) {
      expect_equal(formals(found), formals_of(functions$arguments[[i]]), label = paste("arguments of", name),
                   ignore_attr = TRUE)
      registered <- grepl(".", name, fixed = TRUE)
      expect_true(registered || name %in% getNamespaceExports("keras"), label = paste(name, "is exported"))
    }
  }
})
