# Text that is not ASCII, in locales that are not UTF-8, on an engine in a worker. Paths: test-storage.R.

# The environment of a session in an ISO-8859-1 locale, which is made here; nothing where the system has no sources of
# locales.
latin_locale <- function(folder) {
  if (nzchar(Sys.which("localedef"))) {
    suppressWarnings(system2("localedef", c("-c", "-i", "en_US", "-f", "ISO-8859-1", file.path(folder, "en_US")),
                             stdout = TRUE, stderr = TRUE))
  }
  if (dir.exists(file.path(folder, "en_US"))) c(paste0("LOCPATH=", folder), "LC_ALL=en_US")
}

test_that("text in the C locale and in ISO-8859-1 reaches an engine and comes back, in messages, too", {
  folder <- withr::local_tempdir()
  locales <- list(c = "LC_ALL=C", latin = latin_locale(file.path(folder)))
  # The script is ASCII; in ISO-8859-1, `own` is in the encoding of the locale, as if it had been typed.
  script <- c(
    "library(keras)", "invisible(use_backend('cntk'))", "word <- 'gr\\u00f6\\u00dfe'",
    "own <- if (l10n_info()$`Latin-1`) enc2native(word) else word",
    "cat('locale', l10n_info()$`UTF-8`, l10n_info()$`Latin-1`, Encoding(own), '\\n')",
    "invisible(k_eval(k_print_tensor(k_ones(2), paste0(own, ' = '))))",
    "x <- k_variable(c(1, 2), name = own)", "cat('name', x$name == word, '\\n')", "print(x)",
    "escaped <- 'gr<U+00F6><U+00DF>e'  # as R itself writes it in the C locale",
    "says <- function(code) {", "  said <- tryCatch(code, error = conditionMessage)",
    "  cat('message', grepl(word, said) || grepl(escaped, said, fixed = TRUE), '\\n')", "}",
    "says(k_variable(own))", "says(k_zeros(2, dtype = own))", "says(use_backend(own))",
    "says(k_eval(k_placeholder(shape = 2, name = own)))", "says(k_map_fn(function(e) stop(own), x))",
    "says(k_load_variables(file.path(tempdir(), own)))",
    "with(k_name_scope(own), cat('name', k_variable(1, name = 'a')$name == paste0(word, '/a'), '\\n'))",
    "path <- file.path(tempdir(), paste0(own, '.npz')); k_save_variables(path, x)",
    "cat('saved', length(list.files(tempdir(), '[.]npz$')) == 1, names(k_load_variables(path)) == word, '\\n')",
    "layer <- layer_dense(units = 1, input_shape = 2, name = own)", "model <- keras_model_sequential(list(layer))",
    "cat('name', model$layers[[1]]$name == word, '\\n')", "says(get_layer(model, paste0(own, 2)))", "model"
  )
  for (locale in names(Filter(Negate(is.null), locales))) {
    output <- run_r(script, locales[[locale]])
    shown <- if (locale == "c") "gr<U+00F6><U+00DF>e" else "gr\xf6\xdfe"
    has <- function(text) any(grepl(text, output, fixed = TRUE, useBytes = TRUE))
    count <- function(line) sum(trimws(output) == line)
    expect_true(has(paste("locale FALSE", if (locale == "c") "FALSE UTF-8" else "TRUE latin1")), label = locale)
    expect_equal(count("name TRUE"), 3, label = locale)
    expect_equal(count("message TRUE"), 7, label = locale)
    expect_equal(count("saved TRUE TRUE"), 1, label = locale)
    expect_true(has(paste0(shown, " = [1. 1.]")), label = locale)
    expect_true(has(paste0("<cntk variable '", shown, "': float32, shape (2)>")), label = locale)
    expect_true(has(paste0(shown, " (Dense)")), label = locale)
  }
})
