# Functions of other packages that Keras scripts expect from `library(keras)`.

#' Functions of other packages
#'
#' Scripts for Keras expect them from `library(keras)`.
#'
#' * [magrittr::%>%]: the pipe. R's own `|>` does the same from R 4.1 on.
#' * [zeallot::%<-%]: multiple assignment, as in `c(first, second) %<-% k_unstack(x)`.
#' * [reticulate::use_python()], [reticulate::use_virtualenv()], [reticulate::use_condaenv()]: the Python that
#'   this R session itself uses; call them before the first call of this package. The engines have their own
#'   interpreters: see [install_backend()].
#' * [reticulate::tuple()]: a Python tuple, which functions of [backend()] accept as a shape.
#' * [reticulate::array_reshape()]: an R array in another shape, in row-major order like
#'   [k_reshape()].
#' * [generics::compile()] and [generics::fit()]: generic functions with methods for models here and in other packages.
#'
#' @name other_packages
#' @keywords internal
#' @examplesIf is_backend_installed()
#' c(first, second) %<-% k_unstack(matrix(1:4, 2))
#' first %>% k_square() %>% k_eval()
#' array_reshape(1:6, c(2, 3))
NULL

#' @importFrom magrittr %>%
#' @export
magrittr::`%>%`

#' @importFrom zeallot %<-%
#' @export
zeallot::`%<-%`

#' @importFrom reticulate use_python
#' @export
reticulate::use_python

#' @importFrom reticulate use_virtualenv
#' @export
reticulate::use_virtualenv

#' @importFrom reticulate use_condaenv
#' @export
reticulate::use_condaenv

#' @importFrom reticulate tuple
#' @export
reticulate::tuple

#' @importFrom reticulate array_reshape
#' @export
reticulate::array_reshape

#' @importFrom generics compile
#' @export
generics::compile

#' @importFrom generics fit
#' @export
generics::fit
