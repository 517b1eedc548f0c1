# Plotting the metrics during training.

#' A callback that plots the metrics after each epoch, or `NULL` if there should be no plot
#'
#' @param view_metrics `TRUE`, `FALSE`, or `"auto"`: only if someone is watching the session.
#' @noRd
live_plot <- function(view_metrics, epochs, initial_epoch = 0L) {
  if (identical(view_metrics, "auto")) {
    seen <- is.function(getOption("viewer")) || grDevices::dev.interactive(orNone = TRUE)  # not Rplots.pdf
    view_metrics <- interactive() && seen && !isTRUE(getOption("knitr.in.progress")) && epochs - initial_epoch > 1L
  }
  if (!rlang::is_bool(view_metrics)) {
    abort("argument", "{argument} must be TRUE, FALSE or \"auto\", not {value}", argument = "view_metrics",
          value = view_metrics)
  }
  if (view_metrics) {
    callback_of_functions(drawing(if (is.function(getOption("viewer"))) viewer_page() else on_device, epochs,
                                  initial_epoch))
  }
}

#' Functions for a callback that collect the metrics and pass them to `show(frame, last, xlim)`
#'
#' A plot that cannot be drawn, for example on a device that is too small, does not stop the training.
#' @noRd
drawing <- function(show, epochs, initial_epoch) {
  metrics <- list()
  draw <- function(last) {
    if (length(metrics)) {
      history <- structure(list(metrics = metrics, epochs = initial_epoch + seq_along(metrics[[1L]])),
                           class = "keras_training_history")
      tryCatch(show(as.data.frame(history), last, c(min(initial_epoch + 1L, epochs), epochs)), error = function(e) {
        show <<- function(...) NULL
        warning("The metrics are no longer drawn: ", conditionMessage(e), call. = FALSE)
      })
    }
  }
  list(
    on_epoch_end = function(epoch, logs) {
      logs <- logs[vapply(logs, is.numeric, NA)]
      for (name in setdiff(names(logs), "lr")) {
        metrics[[name]] <<- c(metrics[[name]], logs[[name]])
      }
      draw(last = FALSE)
    },
    on_train_end = function(logs) draw(last = TRUE)
  )
}

on_device <- function(frame, last, xlim) {
  if (!last) {
    grDevices::dev.hold()
    on.exit(grDevices::dev.flush())
    base_history(frame, xlim = xlim)
  }
}

#' Show the plot on a page in the viewer, such as RStudio's: the page reloads the image every second
#' @noRd
viewer_page <- function() {
  directory <- tempfile("training")
  page <- file.path(directory, "index.html")
  write_page <- function(script) {
    writeLines(c("<!DOCTYPE html><title>Training</title>",
                 "<style>body { margin: 0 } img { width: 100% }</style>",
                 "<img id=\"plot\" src=\"plot.png\" alt=\"Metrics of each epoch\">", script), page)
    getOption("viewer")(page)
  }
  reload <- paste("<script>setInterval(function () { document.getElementById('plot').src =",
                  "'plot.png?' + Date.now(); }, 1000);</script>")
  function(frame, last, xlim) {
    first <- dir.create(directory, showWarnings = FALSE)
    draw_png(file.path(directory, "plot.png"), function() base_history(frame, xlim = xlim))
    if (first) {
      write_page(reload)
    } else if (last) {
      write_page(character())
    }
  }
}

#' Draw into a file, which is replaced once the image is complete; the user's device remains the current one
#' @noRd
draw_png <- function(file, draw) {
  current <- grDevices::dev.cur()
  unfinished <- paste0(file, ".part")
  grDevices::png(unfinished, width = 1000, height = 1000, res = 144)
  tryCatch(draw(), finally = {
    grDevices::dev.off()
    if (current > 1L) {
      grDevices::dev.set(current)
    }
  })
  file.rename(unfinished, file)
}
