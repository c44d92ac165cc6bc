# make demo   shows the engine deciding changes of the example book, and one carried out
# make site   the documentation as a site, in build/site
# make test   everything that CI holds: style, types, layers, tests
#
# Each creates .venv when it is missing and refreshes it when a lock changed. PYTHON=... chooses the interpreter.

BIN   := .venv/bin
READY := .venv/ready
LOCKS := requirements.lock scripts/locks/uv.lock scripts/locks/reactions.lock

# One process of tests more than there are processors: at any time one waits, for a server or for another process
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

# Asks the example book on a day on which its subscriptions run; a no is an answer, too
define ask
	@echo '> planshift $(1) --at 2026-03-11T10:00'
	@$(BIN)/planshift $(1) --at 2026-03-11T10:00 || test $$? -eq 1
	@echo
endef

.PHONY: demo site test style types layers tests format lock clean

demo: $(READY)
	$(call ask,options policies/hosting anna-bronze)
	$(call ask,decide policies/hosting carla-gold --to silver)
	$(call ask,decide policies/hosting anna-bronze --to gold)
	@rm -f demo.db*
	$(call ask,apply policies/hosting anna-bronze --to gold --order up-1 --store demo.db)
	@rm -f demo.db*

site: $(READY)
	@$(BIN)/sphinx-build -W --keep-going -q -j auto -b html docs build/site
	@echo 'build/site/index.html'

# Types are looked at beside the tests, which wait for servers and downloads at first
test: style layers
	@$(MAKE) --no-print-directory -j2 types tests

style: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/lint-imports --no-logo --no-cache

tests: $(READY)
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup

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
