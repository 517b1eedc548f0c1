# Find out which exported functions the R tests call on which engine. Each function records its calls from tests, with
# the current backend; calls by the package itself do not count. A function without a call on TensorFlow, Theano or CNTK
# is a failure, unless tools/functions-without-engine.csv says why no engine matters to it.
#
# Files may be named, as with tools/test-r.R. The calls of each file are stored in build/functions, and the report
# covers all files there, so the files can run at different times, and on some engines only (KERAS_TEST_BACKENDS=cntk).
wanted <- c("tensorflow", "theano", "cntk")
folder <- "build/functions"

# Functions that touch no engine, as patterns, and why.
without_engine <- utils::read.csv("tools/functions-without-engine.csv")

# -- recording calls -----------------------------------------------------------------------------------------
namespace <- asNamespace("keras")
calls <- new.env()

# A test's environment also leads to the package's namespace, but first to an environment with the helpers. That of the
# package's functions does not.
is_of_package <- function(environment) {
  while (!identical(environment, emptyenv()) && !identical(environment, globalenv())) {
    if (identical(environment, namespace)) {
      return(TRUE)
    }
    if (exists("for_each_backend", environment, inherits = FALSE)) {
      return(FALSE)
    }
    environment <- parent.env(environment)
  }
  FALSE
}

current_backend <- local({
  k_backend <- namespace$k_backend # without recording
  function() if (is.null(namespace$bridge$module)) "none" else k_backend()
})

note <- function(name, caller) {
  if (!is_of_package(caller)) {
    key <- paste(name, current_backend())
    calls[[key]] <- c(calls[[key]], 0)[[1L]] + 1
  }
}

# Record calls at the beginning of the body. A wrapper would change what missing(), substitute() and sys.call() return.
noting <- function(f, name) {
  kept <- attributes(f)
  body(f) <- call("{", as.call(list(note, name, quote(parent.frame()))), body(f))
  attributes(f) <- kept[names(kept) != "srcref"] # compile() knows losses by an attribute
  f
}

replace <- function(name, value, environment) {
  if (exists(name, environment, inherits = FALSE)) {
    if (bindingIsLocked(name, environment)) {
      unlockBinding(name, environment)
    }
    assign(name, value, environment)
  }
}

# All exported functions, including those in the table in inst/extdata
exported <- grep("^[.]__", getNamespaceExports("keras"), invert = TRUE, value = TRUE)
known <- utils::read.csv(system.file("extdata", "r_models.csv", package = "keras"))$`function`
listed <- sort(union(sub("<model>", "keras.engine.training.Model", known, fixed = TRUE), exported))

methods_of <- function(package) get0(".__S3MethodsTable.__", asNamespace(package), inherits = FALSE)
packages <- c("base", "stats", "graphics", "generics", "keras")
places <- c(list(namespace, parent.env(namespace)), lapply(packages, methods_of))

for (name in listed) {
  found <- get0(name, namespace, inherits = FALSE)
  if (is.null(found)) { # a function of another package
    found <- get(name, parent.env(namespace), inherits = FALSE)
  }
  if (identical(found, get0(name, asNamespace("reticulate"), inherits = FALSE))) {
    next # a test compares them
  }
  if (is.function(found)) {
    for (place in Filter(Negate(is.null), places)) {
      replace(name, noting(found, name), place)
    }
  } else {
    # A class is used when an object of a derived class is created; R6 then looks up the parent.
    found$get_inherit <- noting(found$get_inherit, name)
  }
}

# -- running, and the report ---------------------------------------------------------------------------------
files <- sub("^test-(.*)[.]R$", "\\1", list.files("tests/testthat", "^test-.*[.]R$"))
chosen <- commandArgs(TRUE)
stopifnot(chosen %in% files)
if (!length(chosen)) {
  unlink(folder, recursive = TRUE)
}
dir.create(folder, recursive = TRUE, showWarnings = FALSE)
on <- Sys.getenv("KERAS_TEST_BACKENDS")
on <- if (nzchar(on)) paste0("-on-", on) else ""
failed <- 0
for (file in if (length(chosen)) chosen else files) {
  rm(list = ls(calls), envir = calls)
  results <- as.data.frame(testthat::test_dir(
    "tests/testthat", package = "keras", load_package = "installed", reporter = "summary",
    filter = paste0("^", file, "$"), stop_on_failure = FALSE
  ))
  failed <- failed + sum(results$failed) + sum(results$error)
  keys <- ls(calls)
  made <- data.frame(`function` = sub(" .*", "", keys), backend = sub(".* ", "", keys),
                     calls = as.numeric(unlist(mget(keys, calls))), check.names = FALSE)
  utils::write.csv(made, file.path(folder, paste0(file, on, ".csv")), row.names = FALSE)
}

made <- do.call(rbind, lapply(list.files(folder, "[.]csv$", full.names = TRUE), utils::read.csv, check.names = FALSE))
backends <- c(wanted, setdiff(made$backend, wanted))
counts <- xtabs(calls ~ f + backend, data.frame(f = factor(made$`function`, listed), made["calls"],
                                               backend = factor(made$backend, backends)))

reasons <- rep(NA_character_, length(listed))
for (i in seq_len(nrow(without_engine))) {
  these <- grepl(paste0("^(", without_engine$functions[[i]], ")$"), listed)
  if (!any(these)) {
    stop("tools/functions-without-engine.csv: no function is meant by ", without_engine$functions[[i]])
  }
  reasons[these] <- without_engine$reason[[i]]
}
is_gap <- is.na(reasons) & rowSums(counts[, wanted] == 0) > 0

cat("\nCalls from tests, of functions that have none on one of ", toString(wanted), ":\n", sep = "")
if (any(is_gap)) {
  print(counts[is_gap, , drop = FALSE], zero.print = "-")
}
for (reason in unique(without_engine$reason)) {
  lines <- strwrap(paste0(reason, ": ", toString(listed[reasons %in% reason])), 110, exdent = 2)
  cat("", lines, sep = "\n")
}
cat(sprintf("\n%d functions: %d called on each of these engines, %d without an engine, %d missing; %d tests failed\n",
            length(listed), sum(!is_gap & is.na(reasons)), sum(!is_gap & !is.na(reasons)), sum(is_gap), failed))
quit(status = as.integer(any(is_gap) || failed > 0))
