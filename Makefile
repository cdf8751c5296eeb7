# Two commands do all the set-up: `make demo` and `make test`. Needs Python 3.11 or newer and make, nothing else.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1
unexport PYTHONDONTWRITEBYTECODE  # each of the many processes of the tests would compile the package anew

.PHONY: demo test soak lint size bench rehearse lock picture docs clean

demo: .venv/demo.stamp
	$(BIN)/workbook demo --workspace .

# a worker makes the tests of a file one after the other, so that what they share is made once
SUITE := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
test: .venv/dev.stamp
	$(SUITE) -m "not soak and not full" $(ARGS)

# the promises of docs/promises.md tried harder, and what `make test` has no time for: `small` in minutes, `full` with
# the long simulations too, in hours, and then all but those once more with every store on a PostgreSQL server
SCALE ?= small
SOAK_small := (soak or scaled) and not full
SOAK_full := soak or scaled or property or full
AGAIN_full := STORE=server SOAK_SCALE=small $(SUITE) -o testpaths=tests -m "not full"
soak: .venv/dev.stamp
	SOAK_SCALE=$(SCALE) $(SUITE) -o testpaths=tests -raP -m "$(SOAK_$(SCALE))" $(ARGS)
	$(if $(AGAIN_$(SCALE)),$(AGAIN_$(SCALE)) $(ARGS))

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright

size: .venv/dev.stamp
	$(BIN)/python bench/size.py

bench: .venv/dev.stamp
	$(BIN)/python bench/run.py $(ONLY)

# a federation's week on servers of its own, of which some are killed; ATHLETES=200 in minutes
ATHLETES ?= 2000
rehearse: .venv/dev.stamp
	$(BIN)/python bench/rehearse.py $(ATHLETES)

picture: .venv/dev.stamp
	$(BIN)/python docs/picture.py

docs: .venv/dev.stamp
	$(BIN)/python docs/gallery.py
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build
	@echo "Open docs/_build/index.html"

# universal over platforms and hashed; uv writes no index address unless asked. uv comes from `pip install uv`
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet --group build
lock:
	$(LOCK) --extra lab --output-file requirements.txt
	$(LOCK) --group dev --group docs --extra cluster --extra lab --extra postgres --extra remote --extra sql --constraint requirements.txt --output-file requirements-dev.txt

.venv/bin/python:
	$(PYTHON) -c "import sys; sys.exit('Python 3.11 or newer is needed; this is ' + sys.version.split()[0] if sys.version_info < (3, 11) else 0)"
	$(PYTHON) -m venv .venv

.venv/demo.stamp: requirements.txt pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev.stamp: requirements-dev.txt .venv/demo.stamp
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	touch $@

clean:
	rm -rf .venv reports/* data/store data/example .pytest_cache bench/results.json docs/_build docs/_gallery docs/reference
