# Run the R tests on the installed package, in two processes. A skipped test counts as a failure: a skip hides a gap.
# Files may be named: Rscript tools/test-r.R reductions switching
chosen <- commandArgs(TRUE)
results <- testthat::test_dir(
  "tests/testthat", package = "keras", load_package = "installed",
  reporter = "progress",
  filter = if (length(chosen)) paste0("^(", paste(chosen, collapse = "|"), ")$"), stop_on_failure = FALSE
)
results <- as.data.frame(results)
failed <- sum(results$failed) + sum(results$error)
skipped <- sum(results$skipped)
passed <- sum(results$nb) - sum(results$failed) - skipped
cat(sprintf("R: %d passed, %d failed, %d skipped\n", passed, failed, skipped))
quit(status = as.integer(failed > 0 || skipped > 0 || passed == 0))
