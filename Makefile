# make demo    install what is missing, and train one network on all backends in one R session
# make test    install what is missing, and run every test of both languages on all engines
# make lint    ruff and lintr
# make man     the R documentation and NAMESPACE, from the roxygen comments

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

python := .venv/bin/python
export RETICULATE_PYTHON := $(CURDIR)/.venv/bin/python
export R_LIBS := $(CURDIR)/.Rlib

sources := $(shell find pyshim R man inst DESCRIPTION NAMESPACE -type f -not -name '*.pyc')

.PHONY: demo test test-python test-r lint man environments

demo: .Rlib/.installed
	$(python) -m pyshim install || echo "Going on with the backends that are installed."
	Rscript --vanilla examples/iris.R

test: test-python test-r

test-python: .venv/.installed environments
	$(python) -m pytest tests/python

test-r: .Rlib/.installed environments
	Rscript --vanilla tools/test-r.R

environments: .venv/.installed
	$(python) -m pyshim install

lint: .Rlib/.installed
	$(python) -m ruff check .
	Rscript --vanilla -e 'found <- lintr::lint_package(); print(found); quit(status = length(found) > 0)'

man: .venv/.installed
	Rscript --vanilla -e 'roxygen2::roxygenise()'

# -- what the commands stand on ------------------------------------------------------------------------

.venv/.installed: tools/requirements.txt tools/system-packages
	tools/system-packages
	python3 -m venv .venv
	$(python) -m pip install --quiet --disable-pip-version-check --requirement tools/requirements.txt
	touch $@

.Rlib/.installed: .venv/.installed $(sources)
	mkdir -p .Rlib
	R CMD INSTALL --no-test-load --library=.Rlib .
	touch $@
