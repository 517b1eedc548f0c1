# Draw the logo: three engines that become one session. Rscript tools/draw-logo.R
# The site shows small ones, without the name, as the icons of its pages.

draw <- function(path, width, named = FALSE) {
  height <- if (named) round(width * 1.155) else width
  png(path, width = width, height = height, res = 72 * width / 480, bg = "transparent",
      type = if (capabilities("cairo")) "cairo" else "Xlib")
  par(mar = c(0, 0, 0, 0), lend = "round", ljoin = "round")
  top <- 1.155 * max(1, height / width / 1.155)
  plot(NULL, xlim = c(-top, top) * width / height, ylim = c(-top, top), axes = FALSE, xlab = "", ylab = "",
       xaxs = "i", yaxs = "i")
  hexagon <- function(radius, colour) {
    angle <- pi / 6 + 0:5 * pi / 3
    polygon(radius * cos(angle), radius * sin(angle), col = colour, border = NA)
  }
  hexagon(1.15, "#3D84A8")
  hexagon(1.06, "#2B2D42")
  x <- seq(-0.72, 0.78, length.out = 200)
  together <- 1 / (1 + exp(-(x + 0.1) * 9))
  middle <- if (named) 0.18 else 0
  engines <- data.frame(start = c(0.4, 0, -0.4), colour = c("#F9C784", "#3D84A8", "#EDEEF3"), width = c(16, 16, 11))
  for (i in 1:3) {
    lines(x, middle + engines$start[i] * (1 - together), col = engines$colour[i], lwd = engines$width[i])
  }
  points(0.78, middle, pch = 19, cex = 4.5, col = "#EDEEF3")
  if (named) {
    text(0, -0.52, "keras", col = "white", cex = 6.4, font = 2)
  }
  invisible(dev.off())
}

dir.create("man/figures", showWarnings = FALSE)
dir.create("pkgdown/favicon", showWarnings = FALSE, recursive = TRUE)
draw("man/figures/logo.png", 480, named = TRUE)
icons <- c("favicon-16x16" = 16, "favicon-32x32" = 32, "apple-touch-icon" = 180, "apple-touch-icon-120x120" = 120,
           "apple-touch-icon-76x76" = 76, "apple-touch-icon-60x60" = 60)
for (name in names(icons)) {
  draw(file.path("pkgdown", "favicon", paste0(name, ".png")), icons[[name]])
}
