# Arguments and defaults are those of the R interface that people know; further arguments are optional.

reference <- utils::read.csv(test_path("reference_functions.csv"))

# The default of an argument, or "none"
eval_default <- function(default) if (identical(default, rlang::missing_arg())) "none" else eval(default)

test_that("each function has the arguments of the reference, in the same order and with the same defaults", {
  expect_gt(nrow(reference), 150)
  for (i in seq_len(nrow(reference))) {
    name <- reference$function.[[i]]
    expected <- formals(eval(str2lang(paste("function", reference$signature[[i]], "NULL"))))
    given <- formals(getExportedValue("keras", name))
    expect_identical(names(given)[seq_along(expected)], names(expected), label = name)
    for (argument in names(expected)) {
      expect_equal(eval_default(given[[argument]]), eval_default(expected[[argument]]),
                   label = paste0(name, "(", argument, ")"))
    }
    more <- given[-seq_along(expected)]
    optional <- vapply(more, function(default) !identical(default, rlang::missing_arg()), NA)
    expect_true(all(optional | names(more) == "..."), label = name)
  }
})
