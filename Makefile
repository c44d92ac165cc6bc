# make demo   shows the engine deciding changes of the example book
# make test   everything that CI holds: style, types, layers, tests
#
# Each creates .venv when it is missing and refreshes it when a lock changed. PYTHON=... chooses the interpreter.

BIN   := .venv/bin
READY := .venv/ready
LOCKS := requirements.lock scripts/locks/uv.lock scripts/locks/reactions.lock

DEMO_BOOK         := policies/hosting
DEMO_SUBSCRIPTION := $(DEMO_BOOK)/subscriptions/anna.yaml
DEMO_OPTIONS      := $(BIN)/planshift options $(DEMO_BOOK) $(DEMO_SUBSCRIPTION)
DEMO_DECIDE       := $(BIN)/planshift decide $(DEMO_BOOK) $(DEMO_SUBSCRIPTION) --to gold

.PHONY: demo test style types layers tests format lock clean

demo: $(READY)
	$(DEMO_OPTIONS)
	$(DEMO_DECIDE)

test: style types layers tests

style: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/lint-imports --no-logo --no-cache

tests: $(READY)
	$(BIN)/pytest -n auto --dist loadgroup

format: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

$(READY): $(LOCKS) scripts/make_environment.sh
	@sh scripts/make_environment.sh
	@touch $@

lock: $(READY)
	sh scripts/make_locks.sh

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
