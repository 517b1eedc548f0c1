# The functions that scripts know from the R package keras 2.2.5, with their arguments and defaults.
table <- utils::read.csv(system.file("extdata", "r_models.csv", package = "keras"))
differences <- utils::read.csv(system.file("extdata", "r_models_differences.csv", package = "keras"))
stopifnot(differences$`function` %in% table$`function`)
table$`function` <- sub("<model>", "keras.engine.training.Model", table$`function`, fixed = TRUE)
classes <- startsWith(table$arguments, "R6 class")
# Those of other packages, and of packages that may not be installed, have no arguments in the table.
reexports <- table$file == "reexports"
stopifnot(!classes[reexports], table$arguments[reexports] == "")
functions <- table[!classes & !reexports, ]

formals_of <- function(text) {
  formals(eval(parse(text = paste0("function(", text, ") NULL"))))
}

registered_methods <- function() {
  methods <- getNamespaceInfo("keras", "S3methods")
  paste(methods[, 1L], methods[, 2L], sep = ".")
}

# A method of a class, its own or inherited.
class_member <- function(generator, name) {
  while (is.null(generator$public_methods[[name]])) {
    generator <- generator$get_inherit()
  }
  generator$public_methods[[name]]
}

# Intended differences, as in the list of differences: these have the table's arguments in the same order, and further
# ones; engines differ.
differing <- list(
  install_keras = function(found, known) {
    expect_equal(names(found)[seq_along(known)], names(known))
    expect_equal(found[setdiff(names(known), "extra_packages")], known[setdiff(names(known), "extra_packages")],
                 ignore_attr = TRUE)
  },
  use_backend = function(found, known) {
    expect_equal(names(found)[[1L]], names(known))
    expect_setequal(eval(found$backend), setdiff(eval(known$backend), "plaidml"))
  }
)

stopifnot(names(differing) %in% differences$`function`)

test_that("every function is exported, with the arguments and defaults that scripts use", {
  for (i in seq_len(nrow(functions))) {
    name <- functions$`function`[[i]]
    found <- get0(name, envir = asNamespace("keras"), mode = "function")
    expect_true(is.function(found), label = paste(name, "is there"))
    known <- formals_of(functions$arguments[[i]])
    if (is.null(differing[[name]])) {
      expect_equal(formals(found), known, label = paste("arguments of", name), ignore_attr = TRUE)
    } else {
      differing[[name]](formals(found), known)
    }
    method <- grepl(".", name, fixed = TRUE)
    is_there <- if (method) name %in% registered_methods() else name %in% getNamespaceExports("keras")
    expect_true(is_there, label = paste(name, "is exported, or registered as a method"))
  }
})

test_that("classes and functions of other packages are exported", {
  others <- table$`function`[reexports]
  expect_equal(setdiff(others, getNamespaceExports("keras")), character())
  for (i in which(classes)) {
    name <- table$`function`[[i]]
    generator <- getExportedValue("keras", name)
    expect_s3_class(generator, "R6ClassGenerator")
    expect_equal(generator$classname, name)
    fields <- regmatches(table$arguments[[i]], regexec("R6 class: ([^;(]*);", table$arguments[[i]]))[[1L]][-1L]
    expect_equal(setdiff(strsplit(c(fields, ""), ", ")[[1L]], names(generator$public_fields)), character())
    described <- gsub("(\\w+)_begin/end(\\([^)]*\\))", "\\1_begin\\2, \\1_end\\2", table$arguments[[i]])
    for (method in regmatches(described, gregexpr("\\w+\\([^)]*\\)", described))[[1L]]) {
      parts <- regmatches(method, regexec("(\\w+)\\(([^)]*)\\)", method))[[1L]]
      found <- class_member(generator, parts[[2L]])
      known <- formals_of(parts[[3L]])
      expect_equal(names(formals(found)), names(known), label = paste0(name, "$", parts[[2L]]))
      defaults <- Filter(Negate(rlang::is_missing), known)
      expect_equal(formals(found)[names(defaults)], defaults, ignore_attr = TRUE)
    }
  }
})

test_that("every function and class is used by a test", {
  files <- list.files(testthat::test_path(), "^test-.*[.]R$", full.names = TRUE)
  used <- unlist(lapply(files, function(file) all.names(parse(file, keep.source = FALSE))))
  known <- sub("[.](keras[.]engine[.]training[.]Model|keras_training_history)$", "", table$`function`)
  expect_equal(setdiff(known, used), character())
})

test_that("what is listed as refused is refused, with the function to use instead", {
  suppressMessages(use_backend("tensorflow"))
  refused <- differences[startsWith(differences$difference, "Refused"), ]
  for (i in seq_len(nrow(refused))) {
    refusing <- getExportedValue("keras", refused$`function`[[i]])
    is_required <- function(default) identical(default, quote(expr = )) # nolint: spaces_inside_linter.
    wanted <- names(Filter(is_required, formals(refusing)))
    wanted <- setdiff(wanted, c("object", "..."))
    condition <- tryCatch(do.call(refusing, setNames(rep(list(2), length(wanted)), wanted)), error = identity)
    expect_s3_class(condition, "keras_error")
    instead <- regmatches(refused$difference[[i]], gregexpr("`\\w+\\(", refused$difference[[i]]))[[1L]]
    if (!startsWith(refused$`function`[[i]], "layer_cudnn")) { # whose message is Keras's: LSTM()
      for (name in gsub("`|\\(", "", instead)) {
        expect_match(conditionMessage(condition), name, fixed = TRUE, label = refused$`function`[[i]])
      }
    }
  }
})
