# The two commands a newcomer needs: `make run` and `make test`. Everything else is listed by `make help`.
PYTHON ?= python3
VENV   ?= .venv
PREP    = $(VENV)/bin/prep
READY   = $(VENV)/.ready
AZURITE = $(VENV)/azurite/.ready
SOURCES = $(shell find src/prep -name '*.py')

.DEFAULT_GOAL := help
.PHONY: help run test test-slow legal support fewshot cost validate bench lint types docs schema clean

help: ## List every target
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	$(VENV)/bin/python -m compileall -q src  # an editable install leaves that to the first run
	@touch $@

# The tests' Azure emulator comes from npm, which comes with the environment. Where that is out of reach, its tests are skipped.
$(AZURITE): $(READY)
	@$(VENV)/bin/npm install --prefix $(@D) --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel error \
		--fetch-retries 1 --fetch-timeout 60000 azurite@3.37.0 > /dev/null 2>&1 && touch $@ || echo "azurite cannot be fetched now"

run: $(READY) ## Install what is missing, run pipelines/legal.yaml, say where the results are
	$(PREP) run pipelines/legal.yaml

test: $(READY) $(AZURITE) ## Run the tests
	$(VENV)/bin/python -m pytest -q -n 2 -m "not slow"

test-slow: $(READY) $(AZURITE) ## Run the slow tests too
	$(VENV)/bin/python -m pytest -q -n 2

legal: build/legal.stamp ## Bring build/legal up to date: clauses and contracts
support: build/support.stamp ## Bring build/support up to date: tickets
fewshot: build/fewshot.stamp ## Bring build/fewshot up to date: a few-shot bank alone

# The depfiles name everything the last run read: an input that is edited, added or deleted rebuilds.
build/%.stamp: pipelines/%.yaml $(READY) $(SOURCES)
	@mkdir -p build
	$(PREP) run $< --stamp $@ --depfile build/$*.d
-include $(wildcard build/*.d)

cost: build/legal.stamp ## Say what training on build/legal would cost
	$(PREP) cost build/legal/finetune/azure/train.jsonl --compare openai/gpt-4o-mini --max-usd 50

validate: build/legal.stamp build/support.stamp ## Check all training files against the providers' rules
	$(PREP) validate build/legal/finetune/azure/*.jsonl build/support/finetune/azure/*.jsonl --provider azure,openai

bench: $(READY) ## Measure speed and memory beside a plain script, write benchmarks/*.md
	$(VENV)/bin/python -m benchmarks.run --out benchmarks/RESULTS.md
	$(VENV)/bin/python -m benchmarks.validate --out benchmarks/VALIDATE.md

lint: $(READY) ## Check style
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(READY) ## Check types
	$(VENV)/bin/mypy

docs: $(READY) ## Regenerate the tables inside docs/
	$(VENV)/bin/python docs/generate.py

schema: $(READY) ## Regenerate the JSON Schemas of a pipeline file, of the catalog and of training lines
	$(VENV)/bin/python -m prep.pipeline.schema

clean: ## Remove the environment, caches and results
	rm -rf $(VENV) build pipelines/.prep .pytest_cache .mypy_cache .ruff_cache .hypothesis
