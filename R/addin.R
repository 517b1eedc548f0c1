#' Choose the backend from a list
#'
#' Shows a dialog in RStudio, and a menu elsewhere. In RStudio, this is also the addin "Choose the Keras backend", which
#' can have a keyboard shortcut.
#'
#' @return Invisibly, the name that was chosen, or `NULL`. The chosen backend becomes the current one; in
#'   RStudio, by a call of [use_backend()] in the console, where it can be seen and repeated.
#' @seealso [use_backend()], [list_backends()]
#' @examplesIf interactive() && is_backend_installed()
#' choose_backend()
#' @export
choose_backend <- function() {
  backends <- list_backends()
  in_rstudio <- requireNamespace("rstudioapi", quietly = TRUE) && rstudioapi::isAvailable()
  name <- if (in_rstudio) ask_in_dialog(backends) else ask_in_menu(backends)
  if (is.null(name)) {
    return(invisible())
  }
  if (in_rstudio) {
    rstudioapi::sendToConsole(paste0("keras::use_backend(\"", name, "\")"))
  } else {
    use_backend(name)
  }
  invisible(name)
}

ask_in_dialog <- function(backends) {
  choices <- paste(backend_labels(backends), collapse = ", ")
  answer <- rstudioapi::showPrompt("Choose the Keras backend", choices, default = k_backend())
  if (!is.null(answer) && nzchar(trimws(answer))) trimws(answer)
}

ask_in_menu <- function(backends) {
  chosen <- utils::menu(backend_labels(backends), title = "Choose the Keras backend")
  if (chosen > 0L) backends$backend[[chosen]]
}

#' Names of backends, with the status of each
#' @noRd
backend_labels <- function(backends) {
  standing <- ifelse(backends$current, " (current)", ifelse(backends$installed, "", " (not installed)"))
  paste0(backends$backend, standing)
}
