# make demo           install what is missing, and train networks on all backends in one R session each, with pictures
# make test           install what is missing, and run the tests of both languages on all engines
# make soak           the long tests: kills at random moments, many sessions, generated calls (tests/soak)
# make check          build the R package, and run CRAN's checks on it
# make site           the R package's website, in build/site
# make conformance   docs/conformance.md, from a run of all Python tests
# make bench         docs/benchmarks.md, measured against the engines' own loops and Keras 2.3.1
# make bench-quick   a first look at the same in two minutes, in build/benchmarks
# make coverage       how much of the R code the R tests reach, and on which engines they call each function
# make lint           ruff, mypy and lintr
# make man            the R documentation and NAMESPACE, from the roxygen comments; the list of kernels in docs/engines.md
# make vignettes      inst/doc, the built vignettes that R CMD INSTALL installs from a clone
# make lock           the requirement files with their hashes, from NAME.in (see tools/lock-requirements)

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

python := .venv/bin/python
export RETICULATE_PYTHON := $(CURDIR)/.venv/bin/python
export R_LIBS := $(CURDIR)/.Rlib

sources := $(shell find pyshim R man inst vignettes DESCRIPTION NAMESPACE -type f -not -name '*.pyc')

.PHONY: demo test test-python test-r soak conformance check site lint man vignettes lock environments

demo: .Rlib/.installed
	$(python) -m pyshim install --yes || echo "Going on with the backends that are installed."
	mkdir -p build
	Rscript --vanilla examples/iris.R build/iris.png
	Rscript --vanilla examples/iris-model.R build/iris-model.png
	Rscript --vanilla examples/flowers.R build/flowers.png

# test-r has already run the R tests, so the check skips them.
test: test-python test-r
	Rscript --vanilla tools/check-r.R --no-tests

# Optional kernels have default compositions: these tests are repeated with the compositions only.
composed := $(addprefix tests/python/test_,$(addsuffix .py,elementwise reductions shapes linear_algebra nn convolution \
    random sparse ctc empty sizes identity losses))

processes := --numprocesses 2 --dist loadgroup --no-loadscope-reorder  # see tests/conftest.py

test-python: .venv/.installed environments
	$(python) -m pytest tests/python $(processes)
	$(python) -m pytest --composed $(composed) -k "not another_session" $(processes)

soak: .venv/.installed environments
	$(python) -m pytest tests/soak
	$(python) -m pytest tests/python/models --whole --backend theano

conformance: .venv/.installed environments
	$(python) -m pytest tests/python $(processes) --conformance docs/conformance.md
	Rscript --vanilla tools/draw-conformance.R

test-r: .Rlib/.installed environments
	Rscript --vanilla tools/test-r.R

check: .Rlib/.installed environments
	Rscript --vanilla tools/check-r.R

coverage: .Rlib/.installed environments
	Rscript --vanilla tools/coverage-r.R
	Rscript --vanilla tools/coverage-functions.R

site: .Rlib/.installed environments
	rm -rf build/site
	Rscript --vanilla -e 'options(pkgdown.internet = FALSE); pkgdown::build_site(preview = FALSE, install = FALSE, new_process = FALSE)'
	cp docs/flowers.png docs/iris.png docs/conformance.png build/site/

bench: .Rlib/.installed environments
	$(python) benchmarks/run.py $(if $(quick),--quick)

bench-quick:
	$(MAKE) bench quick=1

environments: .venv/.installed
	$(python) -m pyshim install --yes

lint: .Rlib/.installed
	$(python) -m ruff check .
	$(python) -m mypy
	Rscript --vanilla -e 'found <- lintr::lint_package(); print(found); quit(status = length(found) > 0)'

man: .Rlib/.installed
	Rscript --vanilla -e 'roxygen2::roxygenise(load_code = roxygen2::load_installed)'
	$(python) tools/write-kernels

vignettes: .Rlib/.installed environments
	for file in vignettes/*.Rmd; do \
	    Rscript --vanilla -e 'rmarkdown::render(commandArgs(TRUE), output_dir = "inst/doc", quiet = TRUE)' $$file; \
	done
	sed -i "s|$$HOME|~|g" inst/doc/*.html

lock: .venv/.installed
	tools/lock-requirements

# -- prerequisites of the commands ---------------------------------------------------------------------

.venv/.installed: tools/requirements.txt tools/system-packages
	tools/system-packages
	python3 -m venv .venv
	$(python) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement tools/requirements.txt
	touch $@

.Rlib/.installed: .venv/.installed $(sources)
	mkdir -p .Rlib
	R CMD INSTALL --no-test-load --library=.Rlib .
	touch $@
