# The history of a training.

#' @param frequency The argument `validation_freq`: a number; a list, or several numbers, of the epochs to validate
#'   after; or `NULL` for each epoch.
#' @noRd
as_history <- function(values, frequency = NULL) {
  metrics <- lapply(values$metrics, unlist)
  metrics <- metrics[order(startsWith(names(metrics), "val_"))]
  epochs <- unlist(values$epochs)
  validated <- if (is.null(frequency)) {
    rep(TRUE, length(epochs))
  } else if (is.list(frequency) || length(frequency) > 1L) {
    epochs %in% unlist(frequency)
  } else {
    epochs %% frequency == 0
  }
  invisible(structure(list(params = values$params, metrics = by_either_name(metrics), epochs = epochs,
                           validated = epochs[validated]), class = "keras_training_history"))
}

#' The history of a training run
#'
#' What [fit()][fit.keras.engine.training.Model] returns: `params`, the list of its parameters, and `metrics`, a named
#' list with the loss and the metrics of each epoch; names of validation metrics begin with `val_`. `$` accepts the
#' names of earlier releases of Keras, too: `history$metrics$val_acc` if the metric is "accuracy".
#'
#' @param x A history.
#' @param y Ignored.
#' @param metrics Names of the metrics to plot; all by default.
#' @param method `"ggplot2"` or `"base"`; `"auto"` uses ggplot2 if it is installed.
#' @param smooth Whether ggplot2 adds a smooth line, if there are at least 10 epochs.
#' @param theme_bw Whether ggplot2 uses its black-and-white theme.
#' @param ... Further arguments of `plot()` for base graphics.
#' @return `as.data.frame()` and [generics::tidy()] return a data frame with the columns `epoch`, `value`, `metric` and
#'   `data` ("training" or "validation"). It has the loss and the metrics of all `epochs` of `fit()`, `NA` for those
#'   that did not run or were not validated, but not what callbacks add to `metrics`, such as `lr`.
#'   [generics::glance()] returns one row with the number of epochs and the last values. `plot()` returns the plot of
#'   ggplot2, or draws a base plot.
#' @family models
#' @name keras_training_history
#' @examples
#' history <- structure(
#'   list(metrics = list(loss = c(1, 0.5, 0.3), val_loss = c(1.1, 0.7, 0.6))),
#'   class = "keras_training_history"
#' )
#' history
#' as.data.frame(history)
#' generics::glance(history)
#' plot(history, method = "base")
NULL

#' @rdname keras_training_history
#' @export
print.keras_training_history <- function(x, ...) {
  count <- epochs_of(x)
  params <- x$params[c("samples", "validation_samples", "batch_size")]
  params <- params[vapply(params, function(value) length(value) == 1L && !identical(value, 0L), NA)]
  described <- if (length(params)) paste0(" (", paste0(names(params), " = ", unlist(params), collapse = ", "), ")")
  cat("Trained for ", count, " epoch", if (count != 1L) "s", described, "\n", sep = "")
  if (count) {
    cat("Final epoch:\n")
    last <- vapply(x$metrics, function(values) values[[length(values)]], 0)
    validated <- utils::tail(x$validated, 1L)
    earlier <- startsWith(names(last), "val_") & !identical(validated, utils::tail(x$epochs, 1L))
    cat(paste0(format(names(last), justify = "right"), ": ", vapply(last, format, "", digits = 4),
               ifelse(earlier & length(validated) > 0L, paste0(" (epoch ", validated, ")"), "")), sep = "\n")
  }
  invisible(x)
}

#' The number of epochs that ran: none if `epochs` is not greater than `initial_epoch`
#' @noRd
epochs_of <- function(history) if (length(history$metrics)) length(history$metrics[[1L]]) else 0L

#' @rdname keras_training_history
#' @export
as.data.frame.keras_training_history <- function(x, ...) { # nolint: object_name_linter.
  metrics <- unclass(x$metrics)
  if (any(names(metrics) %in% x$params$metrics)) {
    metrics <- metrics[names(metrics) %in% x$params$metrics]  # not "lr", which a callback adds
  }
  parts <- Map(function(values, name) {
    epoch <- if (startsWith(name, "val_")) x$validated else x$epochs
    if (length(epoch) != length(values)) {
      epoch <- seq_along(values)
    }
    all <- union(if (is.null(x$epochs)) epoch else x$epochs, epoch)
    all <- union(all, setdiff(seq_len(max(x$params$epochs, 0L)), seq_len(max(all, 0L))))
    data.frame(epoch = all, value = as.numeric(values)[match(all, epoch)], metric = sub("^val_", "", name),
               data = if (startsWith(name, "val_")) "validation" else "training")
  }, metrics, names(metrics))
  none <- data.frame(epoch = integer(), value = numeric(), metric = character(), data = character())
  frame <- do.call(rbind, c(list(none), unname(parts)))
  frame$metric <- factor(frame$metric, unique(frame$metric))
  frame$data <- factor(frame$data, c("training", "validation"))
  frame
}

#' @rdname keras_training_history
#' @method tidy keras_training_history
#' @rawNamespace S3method(generics::tidy,keras_training_history)
tidy.keras_training_history <- function(x, ...) as.data.frame(x) # nolint: object_name_linter.

#' @rdname keras_training_history
#' @method glance keras_training_history
#' @rawNamespace S3method(generics::glance,keras_training_history)
glance.keras_training_history <- function(x, ...) { # nolint: object_name_linter.
  last <- lapply(x$metrics, function(values) values[[length(values)]])
  data.frame(c(list(epochs = epochs_of(x)), last), check.names = FALSE)
}

#' @rdname keras_training_history
#' @export
plot.keras_training_history <- function(x, y, metrics = NULL, method = c("auto", "ggplot2", "base"),
                                        smooth = getOption("keras.plot.history.smooth", TRUE),
                                        theme_bw = getOption("keras.plot.history.theme_bw", FALSE), ...) {
  method <- one_of(method, "method")
  if (method == "auto") {
    method <- if (requireNamespace("ggplot2", quietly = TRUE)) "ggplot2" else "base"
  }
  frame <- as.data.frame(x)
  if (!nrow(frame)) {
    abort("argument", c("{argument} has no epochs to plot",
                        i = "fit() trains from `initial_epoch` to `epochs`, which must be greater."),
          argument = "x", value = x)
  }
  if (!is.null(metrics)) {
    known <- levels(frame$metric)
    metrics <- vapply(metrics, function(name) {
      found <- metric_name(sub("^val_", "", name), known)
      if (found %in% known) found else one_of(name, "metrics", known)
    }, "")
    frame <- droplevels(frame[frame$metric %in% metrics, ])
  }
  if (method == "ggplot2") ggplot_history(frame, smooth, theme_bw) else base_history(frame, ...)
}

ggplot_history <- function(frame, smooth, theme_bw) {
  validated <- any(frame$data == "validation")
  aes <- if (validated) {
    ggplot2::aes(.data$epoch, .data$value, colour = .data$data, fill = .data$data)
  } else {
    ggplot2::aes(.data$epoch, .data$value)
  }
  plot <- ggplot2::ggplot(frame, aes) + ggplot2::facet_grid(metric ~ ., switch = "y", scales = "free_y") +
    ggplot2::geom_point(shape = 21, colour = 1, na.rm = TRUE) +
    ggplot2::theme(axis.title.y = ggplot2::element_blank()) +
    ggplot2::scale_x_continuous(breaks = function(limits) unique(round(pretty(limits))))
  epochs <- length(unique(frame$epoch[!is.na(frame$value)]))
  if (smooth && epochs >= 10L) {  # loess warns of fewer points
    plot <- plot + ggplot2::geom_smooth(method = "loess", formula = y ~ x, se = FALSE, na.rm = TRUE)
  } else if (epochs > 1L) {  # ggplot2 comments on a line through one point
    plot <- plot + ggplot2::geom_line(na.rm = TRUE)
  }
  if (theme_bw) plot + ggplot2::theme_bw() else plot
}

base_history <- function(frame, ...) {
  metrics <- levels(frame$metric)
  before <- graphics::par(mfrow = c(length(metrics), 1L), mar = c(3, 4.5, 1, 1), mgp = c(2, 0.7, 0), las = 1)
  on.exit(graphics::par(before))
  colours <- c(training = "steelblue", validation = "darkorange")
  for (metric in metrics) {
    part <- frame[frame$metric == metric, ]
    graphics::plot(part$epoch, part$value, type = "n", xlab = "epoch", ylab = "", ...)
    graphics::title(ylab = metric, line = 3.3)  # outside the axis labels
    shown <- unique(as.character(part$data))
    for (data in shown) {
      line <- part[part$data == data, ]
      graphics::lines(line$epoch, line$value, type = "b", pch = 20, col = colours[[data]])
    }
    graphics::legend("topright", legend = shown, pch = 20, bty = "n", col = colours[shown])
  }
  invisible()
}
