# The picture of docs/benchmarks.md: how fast each column is, relative to its workload's reference.
#
#   Rscript benchmarks/draw.R SPEEDS.csv PICTURE.png

arguments <- commandArgs(TRUE)
speeds <- read.csv(arguments[[1]], encoding = "UTF-8")

titles <- c(
  mlp = "MLP, data fed", resident = "MLP, data with the engine", cnn = "CNN", lstm = "LSTM",
  fit_mlp = "MLP, fit()", fit_cnn = "CNN, fit()", fit_lstm = "LSTM, fit()",
  small = "a small call", transfer = "64 MB there and back", start = "first use_backend()"
)
looks <- data.frame(
  column = c("R through the worker", "pyshim in a worker", "pyshim in process", "Keras 2.3.1, Python", "Keras 2.3.1, R",
             "Keras 3 on the engine", "Keras 3 on TensorFlow"),
  colour = c("#C2410C", "#F2A65A", "#E9C9A6", "#3D6B8E", "#9DB8CC", "#6B4C8A", "#B8A3CC"),
  shape = c(19, 19, 19, 17, 17, 15, 15), size = c(1.7, 1.25, 1.1, 1.15, 1.15, 1.1, 1.1)
)
looks <- looks[looks$column %in% speeds$column, ]
engines <- unique(speeds$engine)
workloads <- names(titles)[names(titles) %in% speeds$workload]
shown <- speeds[speeds$column %in% looks$column, ]
span <- range(shown$low, shown$high, 0.5, 2)

panel <- if (length(engines) > 3) 460 else 585 # pixels
png(arguments[[2]], width = 310 + panel * length(engines), height = 260 + 110 * length(workloads), res = 150,
    type = if (capabilities("cairo")) "cairo" else "Xlib")
layout(matrix(seq_along(engines), 1), widths = c(310 + panel, rep(panel, length(engines) - 1)))
for (engine in engines) {
  first <- engine == engines[[1]]
  par(mar = c(3.2, if (first) 13.5 else 0.8, 6, 0.8), las = 1, fg = "grey40", col.axis = "grey30", tcl = -0.25,
      mgp = c(2, 0.5, 0), cex = 0.8)
  plot(NULL, xlim = span, ylim = c(length(workloads) + 0.5, 0.5), log = "x", axes = FALSE, xlab = "", ylab = "")
  ticks <- c(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
  ticks <- ticks[ticks >= span[[1]] & ticks <= span[[2]]]
  abline(v = ticks, col = "grey92")
  abline(v = 1, col = "grey45", lwd = 1.5)
  axis(1, ticks, format(ticks, drop0trailing = TRUE, trim = TRUE), lwd = 0)
  mtext(engine, adj = 0, line = 0.4, font = 2, col = "grey15", cex = 0.95)
  for (row in seq_along(workloads)) {
    name <- workloads[[row]]
    if (first) {
      reference <- speeds$reference[speeds$workload == name][[1]]
      mtext(titles[[name]], 2, line = 0.6, at = row - 0.13, col = "grey15", cex = 0.82)
      mtext(paste("1 =", reference), 2, line = 0.6, at = row + 0.2, col = "grey55", cex = 0.62)
    }
    for (i in rev(seq_len(nrow(looks)))) {
      found <- shown[shown$engine == engine & shown$workload == name & shown$column == looks$column[[i]], ]
      y <- row + (i - (nrow(looks) + 1) / 2) * 0.65 / nrow(looks)
      segments(found$low, rep(y, nrow(found)), found$high, col = looks$colour[[i]], lwd = 2)
      points(found$speed, rep(y, nrow(found)), pch = looks$shape[[i]], col = looks$colour[[i]], cex = looks$size[[i]])
    }
    target <- unique(na.omit(speeds$target[speeds$workload == name & speeds$engine == engine]))
    segments(target, rep(row - 0.42, length(target)), y1 = rep(row + 0.42, length(target)), col = "#2F855A", lwd = 2,
             lty = "11")
  }
  if (first) {
    title("Speed of each column, relative to its workload's reference", adj = 0, line = 4.2, cex.main = 1.25,
          col.main = "grey10", xpd = NA)
    legend(x = span[[1]], y = par("usr")[[4]], xjust = 0, yjust = -0.85, xpd = NA, horiz = TRUE, bty = "n",
           legend = c(looks$column, "target"), col = c(looks$colour, "#2F855A"), pch = c(looks$shape, NA),
           lty = c(rep(NA, nrow(looks)), "11"), lwd = 2, text.col = "grey25", cex = 0.85, seg.len = 1.4)
  }
}
invisible(dev.off())
