# Build the R package, inspect its contents, and check it as CRAN does. Anything but a clean check fails.
# Checks that need a network are left out: without one, they would produce a note.
# Arguments are passed on to R CMD check: `make test`, which has already run the tests, passes --no-tests.
directory <- file.path(getwd(), "build", "check")
unlink(directory, recursive = TRUE)
dir.create(directory, recursive = TRUE)
source <- getwd()
setwd(directory)
r <- file.path(R.home("bin"), "R")

if (system2(r, c("CMD", "build", shQuote(source))) != 0L) {
  stop("the package does not build")
}
tarball <- Sys.glob("keras_*.tar.gz")

# The tarball contains the whole shim, and nothing else of the Python project.
files <- sub("^keras/", "", untar(tarball, list = TRUE))
files <- files[!endsWith(files, "/")]
shim <- list.files(file.path(source, "pyshim"), recursive = TRUE, include.dirs = FALSE)
shim <- file.path("inst/python/pyshim", shim[!grepl("\\.pyc$", shim)])
bridge <- file.path("inst/python", list.files(file.path(source, "inst", "python"), "[.]py$"))
missing <- setdiff(c(shim, bridge, "inst/rstudio/addins.dcf"), files)
python <- grepl("\\.(py|cfg|toml|txt)$|Makefile|^(docs|examples|benchmarks|tools|pyshim)/|/python/test_", files)
foreign <- setdiff(files[python], c(shim, bridge, "tests/testthat/scripts/terminal.py"))
if (length(missing) || length(foreign)) {
  stop("the tarball lacks: ", toString(missing), "; and should not hold: ", toString(foreign))
}

# The text and code of a built vignette, without the output of its code.
prose <- function(html) {
  text <- paste(html, collapse = "\n")
  text <- gsub("<pre><code>(?s:.*?)</code></pre>|<(?s:style|script).*?</(style|script)>", "", text, perl = TRUE)
  gsub("\\s+", " ", gsub("<[^>]*>", "", text))
}

# Its vignettes contain the output of their code, so the engines were available when they were built. The copies in
# inst/doc, which R CMD INSTALL installs from a clone, have the same text and code.
vignettes <- sub("Rmd$", "html", list.files(file.path(source, "vignettes"), "[.]Rmd$"))
untar(tarball, file.path("keras", "inst", "doc", vignettes))
for (vignette in vignettes) {
  html <- readLines(file.path("keras", "inst", "doc", vignette), encoding = "UTF-8")
  if (!any(grepl("#&gt;", html, fixed = TRUE))) {
    stop(vignette, " in the tarball holds no output")
  }
  copy <- file.path(source, "inst", "doc", vignette)
  if (!file.exists(copy) || prose(readLines(copy, encoding = "UTF-8")) != prose(html)) {
    stop("inst/doc/", vignette, " is older than its source: run `make vignettes`")
  }
}
unlink("keras", recursive = TRUE)

cat("The tarball holds", length(files), "files,", length(shim), "of them the shim's.\n")

Sys.setenv(
  KERAS_TEST_BACKENDS = "tensorflow", # `make test-r` tests all backends
  "_R_CHECK_CRAN_INCOMING_" = "false", "_R_CHECK_SYSTEM_CLOCK_" = "false",
  # Debian's R compiles packages with these flags.
  "_R_CHECK_COMPILATION_FLAGS_KNOWN_" = "-Wdate-time -Werror=format-security -Wformat"
)
manual <- if (!nzchar(Sys.which("pdflatex"))) "--no-manual"
invisible(system2(r, c("CMD", "check", "--as-cran", manual, commandArgs(TRUE), tarball)))
log <- readLines("keras.Rcheck/00check.log")
if (!identical(grep("^Status:", log, value = TRUE), "Status: OK")) {
  stop("the check is not clean: see ", file.path(directory, "keras.Rcheck", "00check.log"))
}
