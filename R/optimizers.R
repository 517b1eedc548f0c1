# Optimizers.

#' Gradient descent
#'
#' An optimizer for training models.
#'
#' @param lr Learning rate, a number.
#' @param momentum Momentum of the steps, a number.
#' @param decay Decay of the learning rate, which is `lr / (1 + decay * t)` in step t.
#' @param nesterov Whether to use Nesterov's momentum.
#' @param clipnorm Largest norm of each gradient; `NULL` for no limit.
#' @param clipvalue Largest absolute value in a gradient; `NULL` for no limit.
#' @return An optimizer, for [compile()][compile.keras.engine.training.Model].
#' @family optimizers
#' @examplesIf is_keras_available() && is_backend_installed()
#' optimizer_sgd()
#' @export
optimizer_sgd <- function(lr = 0.01, momentum = 0, decay = 0, nesterov = FALSE, clipnorm = NULL,
                          clipvalue = NULL) {
  keras_call("optimizers.SGD", model_arguments(character(), drop = c("clipnorm", "clipvalue", "epsilon")))
}

#' RMSprop
#'
#' An optimizer for training models.
#'
#' @inheritParams optimizer_sgd
#' @param rho Decay of the running average of squares.
#' @param epsilon A small number that keeps quotients finite; `NULL` is [k_epsilon()].
#' @return An optimizer, for [compile()][compile.keras.engine.training.Model].
#' @family optimizers
#' @examplesIf is_keras_available() && is_backend_installed()
#' optimizer_rmsprop()
#' @export
optimizer_rmsprop <- function(lr = 0.001, rho = 0.9, epsilon = NULL, decay = 0, clipnorm = NULL,
                              clipvalue = NULL) {
  keras_call("optimizers.RMSprop", model_arguments(character(), drop = c("clipnorm", "clipvalue", "epsilon")))
}

#' Adagrad
#'
#' An optimizer for training models.
#'
#' @inheritParams optimizer_rmsprop
#' @return An optimizer, for [compile()][compile.keras.engine.training.Model].
#' @family optimizers
#' @examplesIf is_keras_available() && is_backend_installed()
#' optimizer_adagrad()
#' @export
optimizer_adagrad <- function(lr = 0.01, epsilon = NULL, decay = 0, clipnorm = NULL, clipvalue = NULL) {
  keras_call("optimizers.Adagrad", model_arguments(character(), drop = c("clipnorm", "clipvalue", "epsilon")))
}

#' Adadelta
#'
#' An optimizer for training models.
#'
#' @inheritParams optimizer_rmsprop
#' @return An optimizer, for [compile()][compile.keras.engine.training.Model].
#' @family optimizers
#' @examplesIf is_keras_available() && is_backend_installed()
#' optimizer_adadelta()
#' @export
optimizer_adadelta <- function(lr = 1, rho = 0.95, epsilon = NULL, decay = 0, clipnorm = NULL,
                               clipvalue = NULL) {
  keras_call("optimizers.Adadelta", model_arguments(character(), drop = c("clipnorm", "clipvalue", "epsilon")))
}

#' Adam
#'
#' An optimizer for training models.
#'
#' @inheritParams optimizer_rmsprop
#' @param beta_1 Decay of the running average of gradients.
#' @param beta_2 Decay of the running average of their squares.
#' @param amsgrad Whether to use the variant AMSGrad.
#' @return An optimizer, for [compile()][compile.keras.engine.training.Model].
#' @family optimizers
#' @examplesIf is_keras_available() && is_backend_installed()
#' optimizer_adam()
#' @export
optimizer_adam <- function(lr = 0.001, beta_1 = 0.9, beta_2 = 0.999, epsilon = NULL, decay = 0,
                           amsgrad = FALSE, clipnorm = NULL, clipvalue = NULL) {
  keras_call("optimizers.Adam", model_arguments(character(), drop = c("clipnorm", "clipvalue", "epsilon")))
}

#' Adamax
#'
#' An optimizer for training models.
#'
#' @inheritParams optimizer_adam
#' @return An optimizer, for [compile()][compile.keras.engine.training.Model].
#' @family optimizers
#' @examplesIf is_keras_available() && is_backend_installed()
#' optimizer_adamax()
#' @export
optimizer_adamax <- function(lr = 0.002, beta_1 = 0.9, beta_2 = 0.999, epsilon = NULL, decay = 0,
                             clipnorm = NULL, clipvalue = NULL) {
  keras_call("optimizers.Adamax", model_arguments(character(), drop = c("clipnorm", "clipvalue", "epsilon")))
}

#' Nadam: Adam with Nesterov's momentum
#'
#' An optimizer for training models.
#'
#' @inheritParams optimizer_adam
#' @param schedule_decay Decay of the momentum's schedule.
#' @return An optimizer, for [compile()][compile.keras.engine.training.Model].
#' @family optimizers
#' @examplesIf is_keras_available() && is_backend_installed()
#' optimizer_nadam()
#' @export
optimizer_nadam <- function(lr = 0.002, beta_1 = 0.9, beta_2 = 0.999, epsilon = NULL, schedule_decay = 0.004,
                            clipnorm = NULL, clipvalue = NULL) {
  keras_call("optimizers.Nadam", model_arguments(character(), drop = c("clipnorm", "clipvalue", "epsilon")))
}
