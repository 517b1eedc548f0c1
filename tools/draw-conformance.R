# The picture of docs/conformance.md: each function on each engine, coloured by how the engine computes it.
#
#   Rscript tools/draw-conformance.R [docs/conformance.png]

lines <- readLines("docs/conformance.md")
picture <- c(commandArgs(TRUE), "docs/conformance.png")[[1]]

cells <- list()
for (line in lines) {
  if (startsWith(line, "## ")) {
    family <- sub("## ", "", line)
  } else if (startsWith(line, "| function")) {
    engines <- strsplit(line, " *\\| *")[[1]][-(1:2)]
  } else if (startsWith(line, "| `")) {
    row <- strsplit(line, " *\\| *")[[1]][-1]
    cells[[length(cells) + 1]] <- c(family, gsub("`", "", row[[1]]), row[-1])
  }
}
cells <- as.data.frame(do.call(rbind, cells))
titles <- c(tensorflow = "TF", theano = "Th", cntk = "CN", numpy = "Np", jax = "JX", torch = "PT")[engines]
names <- c(tensorflow = "TensorFlow", theano = "Theano", cntk = "CNTK", numpy = "NumPy", jax = "JAX",
           torch = "PyTorch")[engines]
further <- is.na(titles) # engines of other packages
titles[further] <- substr(engines[further], 1, 2)
names[further] <- engines[further]
after_cells <- 0.05 + 0.065 * length(engines)  # where the texts begin, in widths of a column
colours <- c(native = "#2A7F9E", ours = "#F2A65A", composed = "#8CC7A1", shim = "#C9CBD3")
meanings <- c(native = "a kernel of the library", ours = "an op of ours in its graph",
              composed = "composed of other functions", shim = "no kernel needed")

# Rows of each of five columns: a family's name, then its functions. A name is never last in a column.
columns <- 5
rows <- do.call(rbind, lapply(unique(cells[[1]]), function(family) {
  of_it <- cells[cells[[1]] == family, ]
  rbind(data.frame(text = c("", family), head = c(NA, TRUE), row = NA),
        data.frame(text = of_it[[2]], head = FALSE, row = as.integer(rownames(of_it))))
}))
height <- ceiling(nrow(rows) / columns) + 1
place <- 0
for (i in seq_len(nrow(rows))) {
  if (is.na(rows$head[[i]]) && place %% height %in% c(0, height - 3:1)) {
    place <- ceiling(place / height) * height - 1  # the family begins the next column
  }
  rows[i, c("column", "line")] <- c(place %/% height, place %% height)
  place <- place + 1
}

png(picture, width = 2400, height = 1340, res = 150, type = if (capabilities("cairo")) "cairo" else "Xlib")
par(mar = c(0.5, 0.5, 4.5, 0.5), bg = "white")
plot(NULL, xlim = c(0, columns), ylim = c(height, -1), axes = FALSE, xlab = "", ylab = "", xaxs = "i", yaxs = "i")
for (i in which(!is.na(rows$head))) {
  x <- rows$column[[i]]
  y <- rows$line[[i]]
  if (rows$head[[i]]) {
    text(x + after_cells, y, rows$text[[i]], adj = c(0, 0.5), font = 2, col = "grey15", cex = 0.8)
    text(x + 0.045 + (seq_along(titles) - 1) * 0.065, y, titles, col = "grey45", cex = 0.5)
  } else {
    text(x + after_cells, y, rows$text[[i]], adj = c(0, 0.5), col = "grey25", cex = 0.66)
    how <- sub("^[0-9]+ ", "", unlist(cells[rows$row[[i]], -(1:2)]))
    left <- x + 0.015 + (seq_along(how) - 1) * 0.065
    rect(left, y - 0.4, left + 0.06, y + 0.4, col = colours[how], border = NA)
  }
}
tests <- sum(as.integer(sub(" .*", "", unlist(cells[, -(1:2)]))))
title(sprintf("%d functions on %s: none is missing", nrow(cells), paste(names, collapse = ", ")),
      adj = 0, line = 2.6, cex.main = 1.3, col.main = "grey10")
mtext(sprintf("how each engine computes each function; the functions' tests on each engine, %s in all, pass",
              format(tests, big.mark = ",")), adj = 0, line = 1.5, cex = 0.85, col = "grey35")
legend(x = 0, y = -1.4, legend = meanings, fill = colours, border = NA, bty = "n", horiz = TRUE, xpd = TRUE,
       cex = 0.7, text.col = "grey25", yjust = 0.5, x.intersp = 0.6)
invisible(dev.off())
