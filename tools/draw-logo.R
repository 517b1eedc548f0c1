# Draw the logo: three engines, one session. Rscript tools/draw-logo.R
png("man/figures/logo.png", width = 480, height = 554, bg = "transparent",
    type = if (capabilities("cairo")) "cairo" else "Xlib")
par(mar = c(0, 0, 0, 0), lend = "round", ljoin = "round")
plot(NULL, xlim = c(-1, 1), ylim = c(-1.155, 1.155), axes = FALSE, xlab = "", ylab = "", xaxs = "i", yaxs = "i")
corner <- function(radius) {
  angle <- pi / 6 + 0:5 * pi / 3
  list(x = radius * cos(angle), y = radius * sin(angle))
}
polygon(corner(1.15), col = "#3D84A8", border = NA)
polygon(corner(1.06), col = "#2B2D42", border = NA)

# The curves of three engines that become one.
x <- seq(-0.78, 0.78, length.out = 200)
together <- 1 / (1 + exp(-(x + 0.1) * 9))
curves <- list(c("#F9C784", 0.42), c("#3D84A8", 0), c("#EDEEF3", -0.42))
for (curve in curves) {
  lines(x, 0.18 + as.numeric(curve[2]) * (1 - together), col = curve[1], lwd = 16 - 5 * (curve[1] == "#EDEEF3"))
}
points(0.78, 0.18, pch = 19, cex = 4.5, col = "#EDEEF3")
text(0, -0.52, "keras", col = "white", cex = 6.4, family = "sans", font = 2)
invisible(dev.off())
