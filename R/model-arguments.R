# Checks of arguments before Keras receives them: it would accept some mistakes silently, and report others in Python
# terms.
#
# Most rules follow from the defaults: if one is TRUE or FALSE, a number, or a choice of names, so must be the user's
# value. `argument_rules` has the others, by argument name.

#' @noRd
argument_rules <- list(
  positive = c("units", "filters", "depth_multiplier", "n", "input_dim", "output_dim", "vocabulary_size", "k",
               "batch_size", "num_blocks", "maxlen", "num_words"),
  positive_each = c("kernel_size", "strides", "pool_size", "dilation_rate", "size"),
  positive_pair = "target_size",
  number = c("rate", "stddev", "max_value", "clipnorm", "clipvalue", "baseline"),
  fraction = c("validation_split", "test_split"),
  string = c("name", "monitor", "text"),
  fun = c("f", "schedule"),
  object = "layer",
  named = c("activation", "recurrent_activation", "optimizer", "loss"),
  anything = c("value", "width_shift_range", "height_shift_range", "zoom_range", "channel_shift_range", "verbose",
               "classes")
)

#' Reject a value that does not fit a Keras argument
#' @param defaults The formal arguments of the exported function.
#' @noRd
check_argument <- function(value, arg, defaults) { # nolint: cyclocomp_linter. One line for each rule.
  required <- identical(defaults[[arg]], quote(expr = )) # nolint: spaces_inside_linter.
  default <- if (!required) literal(defaults[[arg]])
  if (inherits(value, "python.builtin.object") || is.null(value) && !required || arg %in% argument_rules$anything) {
    return()
  }
  has_rule <- function(rule) arg %in% argument_rules[[rule]] && !is.character(default)
  if (has_rule("positive")) {
    check_whole(value, arg, 1L)
  } else if (has_rule("positive_each")) {
    check_whole(value, arg, 1L, lengths = unique(c(1L, number_of_axes(arg, defaults))))
  } else if (has_rule("fraction")) {
    check_number(value, arg, 0, 1)
  } else if (arg %in% argument_rules$string) {
    check_string(value, arg)
  } else if (has_rule("fun")) {
    check_function(value, arg)
  } else if (has_rule("object")) {
    need_object(value, arg, "a layer")
  } else if (arg %in% argument_rules$named || grepl("_(initializer|regularizer|constraint)$", arg)) {
    check_named(value, arg)
  } else if (arg %in% argument_rules$positive_pair) {
    check_whole(value, arg, 1L, lengths = 2L)
  } else if (arg %in% argument_kinds$tuple) {
    check_whole(value, arg, 1L, lengths = NULL)
  } else if (arg == "merge_mode") {
    one_of(value, arg, c("concat", "sum", "mul", "ave"))
  } else if (arg %in% argument_kinds$nested && is.numeric(unlist(default))) {
    lapply(value, check_whole, arg, 0L, lengths = NULL)
  } else if (arg %in% argument_kinds$steps) {
    check_number(value, arg, 1)  # scripts pass nrow(x) / batch_size
  } else if (arg %in% argument_kinds$integer && !is.character(default)) {
    check_whole(value, arg, lengths = NULL)
  } else if (has_rule("number") || is.numeric(default) && length(default) == 1L && !arg %in% unlist(argument_kinds)) {
    check_number(value, arg)
  } else if (is.logical(default) && length(default) == 1L) {
    check_flag(value, arg, if (arg == "shuffle") "batch")
  } else if (is.character(default) && length(default) > 1L) {
    one_of(value, arg, default)
  }
}

#' Reject values of the calling function's arguments that do not fit
#' @noRd
check_arguments <- function(args, frame = parent.frame()) {
  defaults <- formals(sys.function(sys.parent()))
  for (arg in args) {
    check_argument(get(arg, frame), arg, defaults)
  }
}

#' The value of a default that is a literal; NULL for one that is computed
#' @noRd
literal <- function(code) {
  if (!is.call(code)) code else if (as.character(code[[1L]])[[1L]] %in% c("c", "-", "list")) eval(code, baseenv())
}

#' The number of axes for an argument such as `kernel_size`, according to the defaults
#' @noRd
number_of_axes <- function(arg, defaults) {
  for (name in c("strides", "pool_size", arg)) {
    default <- defaults[[name]]
    if (is.call(default) || is.numeric(default)) {
      return(length(literal(default)))
    }
  }
  1L
}

#' @param least The smallest accepted number.
#' @param lengths How many numbers are accepted; NULL for any.
#' @noRd
check_whole <- function(value, arg, least = -Inf, lengths = 1L) { # nolint: cyclocomp_linter.
  numbers <- if (is.list(value)) unlist(value) else value
  fits <- (is.numeric(numbers) || is.logical(numbers) && least == -Inf) && !anyNA(numbers) &&
    all(numbers == trunc(numbers) & numbers >= least) && (is.null(lengths) || length(numbers) %in% lengths)
  if (!fits) {
    count <- if (identical(lengths, 1L)) "a whole number" else paste(c(lengths, "whole numbers"), collapse = " or ")
    count <- sub(" or whole", " whole", count)
    abort("argument", "{argument} must be {accepted}, not {value}", argument = arg, value = value,
          accepted = paste0(count, if (is.finite(least)) paste(" of at least", least)))
  }
}

check_number <- function(value, arg, least = -Inf, limit = Inf) { # nolint: cyclocomp_linter.
  if (!is.numeric(value) || length(value) != 1L || is.na(value) || value < least ||
        is.finite(limit) && value >= limit) {
    abort("argument", "{argument} must be a number{range}, not {value}", argument = arg, value = value,
          range = paste(c(if (is.finite(least)) paste(" of at least", least),
                          if (is.finite(limit)) paste(" and below", limit)), collapse = ""))
  }
}

check_flag <- function(value, arg, also = NULL) { # nolint: cyclocomp_linter.
  if (!(is.logical(value) || is.numeric(value) && all(value %in% 0:1) || identical(value, also)) ||
        length(value) != 1L || is.na(value)) {
    abort("argument", "{argument} must be TRUE or FALSE, not {value}", argument = arg, value = value)
  }
}

check_string <- function(value, arg) {
  if (!is.character(value) || length(value) != 1L || is.na(value)) {
    abort("argument", "{argument} must be a string, not {value}", argument = arg, value = value)
  }
}

check_function <- function(value, arg) {
  if (!is.function(value)) {
    abort("argument", "{argument} must be a function, not {value}", argument = arg, value = value)
  }
}

#' Reject anything but a tensor or a list of tensors
#' @noRd
need_tensors <- function(value, arg) {
  for (part in if (is.list(value) && !is.data.frame(value)) value else list(value)) {
    need_object(part, arg, "a model, a tensor, or a list of tensors")
  }
}

#' Reject a value that cannot identify a named part of Keras
#' @noRd
check_named <- function(value, arg) {
  if (is.function(value) && grepl("_(initializer|regularizer|constraint)$", arg)) {
    name <- exported_name(value, "^(initializer|regularizer|constraint)_")
    if (!is.null(name)) {
      abort("argument", c("{argument} is the function {name}()", i = "Call the function: `{arg} = {name}()`."),
            name = name, arg = arg, argument = arg, value = value)
    }
  }
  if (is.numeric(value) || is.logical(value) || is.data.frame(value)) {
    abort("argument", "{argument} must be a name, a function, or a Keras object, not {value}", argument = arg,
          value = value)
  }
}

#' Reject anything but a Keras object
#' @param what A description of what is accepted, with its article.
#' @noRd
need_object <- function(object, arg, what = "a model or another Keras object") {
  if (!inherits(object, "python.builtin.object")) {
    abort("argument", "{argument} must be {what}, not {value}", what = what, argument = arg, value = object)
  }
}
