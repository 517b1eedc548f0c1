# Ctrl-C and SIGINT, in separate R sessions: one in a terminal, one in Rscript.

in_terminal <- function(lines, environment = character()) {
  script <- withr::local_tempfile()
  writeLines(lines, script)
  libraries <- paste0("R_LIBS=", paste(.libPaths(), collapse = ":"))
  suppressWarnings(system2(
    reticulate::py_config()$python, c(testthat::test_path("scripts", "terminal.py"), file.path(R.home("bin"), "R")),
    stdin = script, stdout = TRUE, stderr = TRUE, env = c(libraries, environment)
  ))
}

# A call that takes more than a minute, and one for another engine.
long_call <- function(name, other) {
  c(
    "library(keras)", sprintf("invisible(use_backend('%s'))", other), "kept <- k_variable(c(1, 2))",
    sprintf("invisible(use_backend('%s'))", name), "a <- k_variable(matrix(1, 2000, 2000))", "y <- a",
    "for (i in 1:250) y <- k_dot(y, a) * 1e-4", "long <- k_sum(y)",
    "descriptors <- length(dir('/proc/self/fd'))"
  )
}
# An interrupt takes less than a second on an idle machine; this limit leaves room for a busy one. The calls take much
# longer.
in_time <- 3

alive <- paste(
  "cat('alive', k_eval(k_sum(k_ones(c(2, 3)))), k_get_value(kept), k_backend(),",
  "length(dir('/proc/self/fd')) <= descriptors, '\\n')"
)

# A function that evaluates code, and is sent SIGINT after some seconds.
interrupted <- c(
  "interrupted <- function(after, code) {",
  "  sent <- tempfile()",
  "  system(sprintf('(sleep %f; date +%%s.%%N > %s; kill -INT %d) &', after, sent, Sys.getpid()))",
  "  cat(tryCatch({ code; 'it ended' }, interrupt = function(condition) 'interrupted'), '')",
  "  cat('after', as.numeric(Sys.time()) - as.numeric(readLines(sent)), '\\n')",
  "  for (i in 1:5000) sqrt(i)", # a second interrupt would end the script here
  "}"
)

for_each_backend("Ctrl-C in a terminal: a long call, a loop of short ones, a start", {
  name <- k_backend()
  other <- if (name == "theano") "cntk" else "theano"
  output <- in_terminal(c(
    long_call(name, other),
    "cat('long\\n'); k_eval(long) # ^C", "^C 1.5 long", alive,
    "tryCatch(k_eval(a), error = function(e) cat('gone:', conditionMessage(e), '\\n'))",
    "x <- k_ones(2)",
    "cat('short\\n'); repeat k_eval(x) # ^C", "^C 1 short", alive,
    sprintf("stop_backend('%s')", name),
    sprintf("cat('start\\n'); use_backend('%s') # ^C", name), "^C 0.3 start", alive,
    # A function of R's that Python calls; and another interrupt while nothing runs.
    "cat('function\\n'); k_map_fn(function(e) Sys.sleep(20), k_ones(2)) # ^C", "^C 0.5 function", alive
  ))
  seconds <- as.numeric(sub("prompt after ", "", grep("^prompt after", output, value = TRUE)))
  expect_length(seconds, 4)
  expect_true(all(seconds < in_time), label = toString(seconds))
  expect_equal(grep("^alive", output, value = TRUE), rep(paste("alive 6 1 2", name, "TRUE "), 4))
  expect_match(output, "gone: .*was interrupted", all = FALSE)
}, among = backends)

for_each_backend("SIGINT to Rscript is R's interrupt", {
  name <- k_backend()
  other <- if (name == "theano") "cntk" else "theano"
  output <- run_r(c(
    long_call(name, other),
    interrupted,
    "interrupted(1, k_eval(long))", alive,
    "k_set_value(a, matrix(1, 2000, 2000))",  # lost by the interrupt
    "interrupted(1, backend()$eval(long))", alive,  # without this package's functions
    "x <- k_ones(2)",
    "interrupted(1, repeat k_eval(x))", alive,
    sprintf("stop_backend('%s')", name),
    sprintf("interrupted(0.5, { use_backend('%s'); Sys.sleep(20) })", name), alive,
    "interrupted(0.5, k_map_fn(function(e) Sys.sleep(20), k_ones(2)))", alive
  ))
  seconds <- as.numeric(sub(".*after ", "", grep("^interrupted after", output, value = TRUE)))
  expect_length(seconds, 5)
  expect_true(all(seconds < in_time), label = toString(seconds))
  expect_equal(grep("^alive", output, value = TRUE), rep(paste("alive 6 1 2", name, "TRUE "), 5))
}, among = backends)

test_that("SIGINT ends a call of an engine in R's own process, which keeps its variables", {
  standings <- list_backends()
  theano <- standings$path[standings$backend == "theano"]  # a Python with the engine's library
  for (name in c("numpy", "theano")) {
    output <- run_r(c(
      "library(keras)", sprintf("use_backend('%s', in_process = TRUE)", name), "kept <- k_variable(c(1, 2))",
      "cat(backend_info()$host, '\\n')",
      "a <- k_variable(matrix(1, 2000, 2000)); y <- a", "for (i in 1:250) y <- k_dot(y, a) * 1e-4", interrupted,
      "interrupted(1, k_eval(k_sum(y)))", "cat('kept', k_get_value(kept), '\\n')",
      "interrupted(1, repeat k_eval(kept))", "cat('kept', k_get_value(kept), '\\n')"
    ), if (name == "theano") paste0("RETICULATE_PYTHON=", theano) else character())
    expect_match(output, "in process", all = FALSE)
    seconds <- as.numeric(sub(".*after ", "", grep("^interrupted after", output, value = TRUE)))
    expect_length(seconds, 2)
    # Theano returns after the whole computation, NumPy after each operation.
    expect_true(all((if (name == "theano") seconds[[2L]] else seconds) < in_time), label = toString(seconds))
    expect_length(grep("^kept 1 2", output), 2)
  }
})

# SIGINT comes at one instruction after the other of keras_interrupts.py, in a call that calls an R function.
test_that("an interrupt at any moment of a call arrives exactly once", {
  output <- run_r(c(
    "library(keras); use_backend('numpy')",
    "moments <- reticulate::py_run_string(\"",
    "import os, signal, sys",
    "import keras_bridge, keras_interrupts",
    "",
    "def interrupted_at(moment, function):",
    "    left = [moment]",
    "    def tracer(frame, event, arg):",
    "        if frame.f_code.co_filename != keras_interrupts.__file__:",
    "            return None",
    "        frame.f_trace_opcodes = True",
    "        if event == 'opcode':",
    "            left[0] -= 1",
    "            if left[0] == 0:",
    "                os.kill(os.getpid(), signal.SIGINT)",
    "        return tracer",
    "    sys.settrace(tracer)",
    "    try:",
    "        return keras_bridge._guarded(lambda: function() and left[0])()",
    "    finally:",
    "        sys.settrace(None)",
    "\")$interrupted_at",
    "run <- function(i) for (j in 1:5000) sqrt(j)",
    "f <- keras:::as_python_function(function() { run(); TRUE }, 'f')",
    "moment <- 0; left <- 0; came <- c()",
    "while (left <= 0) {",
    "  moment <- moment + 1",
    "  times <- tryCatch({ left <- keras:::call_python(moments, moment, f); run(); 0 }, interrupt = function(c) 1)",
    "  again <- tryCatch({ run(); k_floatx(); run(); 0 }, interrupt = function(c) 1)",
    "  came[[moment]] <- times + again",
    "}",
    "came <- head(came, -1)", # the last call had fewer instructions
    "cat('moments', length(came), 'others', which(came != 1), '\\n')"
  ))
  line <- grep("^moments", output, value = TRUE)
  expect_match(line, "others *$")
  expect_gt(as.numeric(sub("moments (\\d+) .*", "\\1", line)), 100)
})

for_each_backend("RStudio's Esc, which sends no signal, ends a call", {
  name <- k_backend()
  output <- run_r(c(
    long_call(name, if (name == "theano") "cntk" else "theano"),
    "reticulate::py_run_string('import ctypes, threading",
    "pending = ctypes.c_int.in_dll(ctypes.CDLL(None), \"R_interrupts_pending\")",
    "threading.Timer(1, setattr, (pending, \"value\", 1)).start()')",
    "began <- Sys.time()",
    "cat(tryCatch({ k_eval(long); 'it ended' }, interrupt = function(condition) 'interrupted'), '')",
    "cat('after', as.numeric(Sys.time() - began, units = 'secs'), '\\n')",
    "for (i in 1:5000) sqrt(i)", alive
  ))
  seconds <- as.numeric(sub(".*after ", "", grep("^interrupted after", output, value = TRUE)))
  expect_length(seconds, 1)
  expect_lt(seconds, 4)
  expect_equal(grep("^alive", output, value = TRUE), paste("alive 6 1 2", name, "TRUE "))
}, among = backends)

for_each_backend("an interrupt ends training, and the model keeps what it has learnt", {
  output <- run_r(c(
    "library(keras)", sprintf("invisible(use_backend('%s'))", k_backend()), interrupted,
    "model <- keras_model_sequential(list(layer_dense(units = 1, input_shape = 2, kernel_initializer = 'zeros')))",
    "compile(model, optimizer_sgd(lr = 1e-3), 'mse')",
    "x <- matrix(1, 64, 2); y <- matrix(1, 64, 1)",
    "invisible(fit(model, x, y, epochs = 1, verbose = 0)); before <- get_weights(model)[[1L]]",
    "interrupted(1, fit(model, x, y, batch_size = 1, epochs = 100000, verbose = 0))",
    "cat('learnt', all(get_weights(model)[[1L]] > before), '\\n')",
    "invisible(train_on_batch(model, x, y))",
    "interrupted(1, repeat train_on_batch(model, x, y))",
    "batches <- function() list(x, y)",
    "interrupted(1, fit_generator(model, batches, steps_per_epoch = 1e6, verbose = 0))",
    # RStudio's Esc.
    "reticulate::py_run_string('import ctypes, threading",
    "pending = ctypes.c_int.in_dll(ctypes.CDLL(None), \"R_interrupts_pending\")",
    "threading.Timer(1, setattr, (pending, \"value\", 1)).start()')",
    "cat(tryCatch(fit(model, x, y, batch_size = 1, epochs = 100000, verbose = 0), interrupt = function(c) 'esc'), '')",
    "cat('predicted', dim(predict(model, x)), '\\n')"
  ))
  seconds <- as.numeric(sub(".*after ", "", grep("^interrupted after", output, value = TRUE)))
  expect_length(seconds, 3)
  expect_true(all(seconds < 2), label = toString(seconds))
  expect_match(output, "^learnt TRUE", all = FALSE)
  expect_match(output, "^esc predicted 64 1", all = FALSE)
}, among = backends)

test_that("an interrupt ends an installation, with all its processes", {
  left <- c(
    "children <- sprintf('/proc/%d/task/%d/children', Sys.getpid(), Sys.getpid())",
    "cat('children:', readLines(children, warn = FALSE), '\\n')",
    "cat('installed:', is_backend_installed('theano'), '\\n')"
  )
  for (way in c("terminal", "Rscript")) {
    home <- withr::local_tempdir()
    environment <- paste0("KERAS_HOME=", home)
    output <- if (way == "terminal") {
      in_terminal(c(
        "library(keras)", "invisible(k_floatx())",
        "cat('install\\n'); install_backend('theano') # ^C", "^C 2 install", left
      ), environment)
    } else {
      run_r(c(
        "library(keras)", "invisible(k_floatx())", interrupted,
        "interrupted(2, { install_backend('theano'); Sys.sleep(20) })", left
      ), environment)
    }
    expect_match(output, if (way == "terminal") "^prompt after [012][.]" else "^interrupted after [012][.]",
                 all = FALSE)
    expect_equal(trimws(grep("^children:", output, value = TRUE)), "children:")
    expect_equal(trimws(grep("^installed:", output, value = TRUE)), "installed: FALSE")
    expect_false(any(grepl(basename(home), system("ps -eo args", intern = TRUE), fixed = TRUE)))
  }
})

test_that("Q in R's browser leaves an R function that Python calls", {
  lines <- c(
    "library(keras)", sprintf("invisible(use_backend('%s'))", backends[[length(backends)]]),
    "kept <- k_variable(c(1, 2))", "pid <- backend_info()$pid",
    "y <- k_map_fn(function(e) { browser(); stop('not here') }, c(1, 2)) # browser", "Q",
    "cat('alive', k_eval(k_sum(k_ones(c(2, 3)))), k_get_value(kept), backend_info()$pid == pid, exists('y'), '\\n')"
  )
  output <- in_terminal(lines)
  expect_true(any(grepl("^Browse\\[", output)), info = output)
  expect_true("alive 6 1 2 TRUE FALSE " %in% output, info = output)
})

test_that("an interrupt ends the installation of NumPy for R, and the next one succeeds", {
  python <- file.path(withr::local_tempdir(), "venv")
  base <- reticulate::py_run_string("import sys; base = sys._base_executable", local = TRUE)$base
  system2(base, c("-m", "venv", "--without-pip", python))
  output <- run_r(c(
    "library(keras)", interrupted,
    "for (seconds in c(0.5, 2)) interrupted(seconds, { install_backend('theano'); Sys.sleep(20) })",
    sprintf("cat('left:', sum(grepl('%s', system('ps -eo args', intern = TRUE), fixed = TRUE)), '\\n')",
            file.path(python, "bin", "python -")),
    "cat('numpy:', !is.null(keras_config()$numpy), '\\n')",
    "install_backend('theano')", "use_backend('theano')", "cat('sum:', k_eval(k_sum(k_ones(c(2, 3)))), '\\n')"
  ), paste0("RETICULATE_PYTHON=", file.path(python, "bin", "python")))
  seconds <- as.numeric(sub(".*after ", "", grep("interrupted after", output, value = TRUE)))
  expect_length(seconds, 2)
  expect_true(all(seconds < in_time), label = toString(seconds))
  expect_match(output, "^left: 0", all = FALSE)
  expect_match(output, "^numpy: FALSE", all = FALSE)
  expect_match(output, "^sum: 6", all = FALSE)
})
