# Scripts in the style of those that were written for the R package keras from 2017 to 2020. Each checks its own numbers
# by stopifnot(), so that it is a plain script.
scripts <- list.files(testthat::test_path("scripts"), "\\.R$", full.names = TRUE)

for (script in scripts) {
  eval(bquote(for_each_backend(.(paste("an old script runs:", basename(script))), {
    expect_no_warning(expect_no_error(source(.(script), local = new.env(parent = globalenv()))))
  }, among = backends)))
}
