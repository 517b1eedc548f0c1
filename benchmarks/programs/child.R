# A child of the driver in R, with the protocol of child.py.
#
#   Rscript programs/child.R PROGRAM FOLDER
#
# A program, a file beside this one, defines `K`, the backend functions that backend.R uses.

arguments <- commandArgs(TRUE)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))

# -- the data that the driver wrote --------------------------------------------------------------------

shapes <- jsonlite::fromJSON(file.path(arguments[[2]], "index.json"))

data_of <- function(name) {
  size <- shapes[[name]]
  array(readBin(file.path(arguments[[2]], name), "double", prod(size)), size)
}

weights_of <- function(workload) {
  names <- grep(paste0("^", workload, "_(?!x$|y$)"), names(shapes), value = TRUE, perl = TRUE)
  setNames(lapply(names, data_of), sub(paste0("^", workload, "_"), "", names))
}

rows_of <- function(workload) {
  size <- batch[[workload]]
  split(seq_len(shapes[[paste0(workload, "_x")]][[1]]), rep(seq_len(shapes[[paste0(workload, "_x")]][[1]] / size),
                                                            each = size))
}

batches_of <- function(workload) {
  take <- function(x, rows) {
    index <- c(list(x, rows), rep(list(TRUE), length(dim(x)) - 1), drop = FALSE)
    do.call(`[`, index)
  }
  x <- data_of(paste0(workload, "_x"))
  y <- data_of(paste0(workload, "_y"))
  lapply(unname(rows_of(workload)), function(rows) list(take(x, rows), take(y, rows)))
}

# -- commands ------------------------------------------------------------------------------------------

steps <- list()

timed <- function(step, count) {
  start <- Sys.time()
  for (i in seq_len(count)) step(i)
  as.numeric(Sys.time() - start, units = "secs")
}

commands <- list(
  load = function(workload, count) {
    steps[[workload]] <<- workloads[[workload]]()
    list("K.function" = lapply(seq_len(count), function(i) {
      loss <- steps[[workload]](i)
      if (is.numeric(loss)) as.vector(loss)
    }))
  },
  build = function(workload) timed(function(i) workloads[[workload]]()(i), 1),
  choose = function(workload, count) list(variant = "K.function", seconds = NULL),
  run = function(workload, count) timed(steps[[workload]], count)
)

source(file.path(here, "backend.R"))
source(file.path(here, paste0(arguments[[1]], ".R")))

answer <- function(value) {
  cat("\n@@", jsonlite::toJSON(value, auto_unbox = TRUE, digits = NA, null = "null"), "\n", sep = "")
  flush(stdout())
}

input <- file("stdin", "r")
answer(R.version.string)
while (length(line <- readLines(input, 1)) > 0) {
  command <- jsonlite::fromJSON(line, simplifyVector = FALSE)
  answer(do.call(commands[[command[[1]]]], command[-1]))
}
