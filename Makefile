# make run      set up once, then start Shipdesk at http://127.0.0.1:8501
# make test     everything that has to hold: format, lint, types, tests
# make texts    find the texts in the code, merge them into the catalogue, compile it, say what is missing
# make samples  make data/reference and data/samples again from data/sources
# make demo-year  play a year of a made-up shop on the sandbox, into data/local/demo-year; some five minutes
# make fuzz     ten thousand damaged files, none of which may break loading; COUNT= for another number
# make soak     the long forms: 200 kills and one at every line, bad days, two operators, a morning of 3,000; half an hour and more
# make bench    what it costs, measured; one figure of it with NAME=load_csv

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PYTEST_ARGS ?=
COUNT ?= 10000

BIN := .venv/bin
RUNS := .venv/.runs
TESTS := .venv/.tests
CATALOGUE := lib/locales/zh_CN/LC_MESSAGES/shipdesk
HELP := lib/locales/zh_CN/LC_MESSAGES/help
POT := $(or $(TMPDIR),/tmp)/shipdesk-$(shell id -u).pot

# What Python compiled is kept: the tests start some two hundred programs, and each would compile all of it anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test types tests browser bench demo-year fuzz soak texts samples clean

run: $(RUNS)
	@echo "Shipdesk: http://127.0.0.1:$${STREAMLIT_SERVER_PORT:-8501} (Ctrl-C ends it)"
	@exec $(BIN)/streamlit run dashboard.py

test: $(TESTS) browser
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=line types tests

types:
	$(BIN)/mypy

tests:
	$(BIN)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

# The tests in a browser use the distribution's Chromium; labels and screenshots need Chinese letters.
browser:
	@.ci/packages 'command -v chromium || command -v chromium-browser || command -v google-chrome' chromium
	@.ci/packages 'fc-list :lang=zh | grep -q .' fontconfig fonts-noto-cjk

texts: $(TESTS)
	@$(BIN)/pybabel -q extract -F babel.cfg -k later -k _ -k ngettext:1,2 --no-wrap --add-location=file --sort-output \
		--project Shipdesk --version 0.1 -o $(POT) .
	@$(BIN)/pybabel -q update -i $(POT) -o $(CATALOGUE).po -l zh_CN --no-fuzzy-matching --ignore-obsolete --no-wrap \
		--ignore-pot-creation-date
	@$(BIN)/pybabel compile -i $(CATALOGUE).po -o $(CATALOGUE).mo -l zh_CN --statistics
	@$(BIN)/python -m lib.cli.template $(POT)
	@$(BIN)/pybabel -q update -i $(POT) -o $(HELP).po -l zh_CN --no-fuzzy-matching --ignore-obsolete --no-wrap \
		--ignore-pot-creation-date
	@$(BIN)/pybabel compile -i $(HELP).po -o $(HELP).mo -l zh_CN --statistics
	@rm -f $(POT)
	@$(BIN)/pytest tests/unit/test_texts.py tests/unit/test_cli_help.py

samples: $(TESTS)
	$(BIN)/python data/make_reference.py
	$(BIN)/python data/make_samples.py

bench: $(TESTS)
	$(BIN)/python -m benchmarks $(NAME)

demo-year: $(RUNS)
	PYTHONPATH=. $(BIN)/python data/demo_year.py $(ARGS)

# One after the other: a kill has to meet work under way.
soak: $(TESTS) browser
	SHIPDESK_SOAK=1 $(BIN)/pytest -s tests/soak $(PYTEST_ARGS)
	SHIPDESK_MORNING=3000 $(BIN)/pytest -s tests/browser/test_journeys.py -k morning $(PYTEST_ARGS)

fuzz: $(TESTS)
	SHIPDESK_FUZZ=$(COUNT) $(BIN)/pytest --numprocesses 2 tests/fuzz

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 is missing: install python3.11 and python3.11-venv." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$(PYTHON) is older than Python 3.11; name another one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@.ci/packages '$(PYTHON) -m ensurepip --version' python3-venv
	@$(PYTHON) -m venv .venv

# Stamps: a second run installs nothing.
$(RUNS): requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(TESTS): requirements-dev.txt requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(RUNS)
