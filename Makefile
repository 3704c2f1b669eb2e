# Two commands matter: make run and make test. make help lists the rest.
PYTHON ?= python3
PY := .venv/bin/python
export PYTHONDONTWRITEBYTECODE ?= 1
.DEFAULT_GOAL := help

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  make run DEMO=0     an empty company instead of the demo one"
	@echo "  make run PORT=9000  another web port (default 8000, or the next free one)"
	@echo "  GM_DATA_DIR=dir     another data directory (default .local)"
	@echo "  DATABASE_URL, REDIS_URL put it on real servers"

.PHONY: environment
environment:
	@$(PYTHON) -I gridmarketing/environment.py

.PHONY: setup
setup: environment ## Prepare everything, start nothing
	@$(PY) -m gridmarketing.prepare

.PHONY: run
run: environment ## Prepare, then start web server, worker and scheduler; Ctrl-C stops all
	@exec $(PY) -m gridmarketing.run

.PHONY: check
check: environment ## Lint, types, architecture, migrations, templates
	@$(PY) -m gridmarketing.checks

.PHONY: test
test: environment ## Every check and test there is, the browser tests included
	@$(PY) -m gridmarketing.checks --without-tests
	@$(PY) -m pytest -n 2 --dist loadgroup

.PHONY: bench
bench: setup ## Measure on the full company and print ratios (takes long)
	@$(PY) -m bench

.PHONY: stop
stop: ## Stop what a killed make run left behind, the embedded servers included
	@test ! -x $(PY) || $(PY) -m gridmarketing.run --stop

.PHONY: reset
reset: stop ## Delete the embedded data (asks first; SURE=yes does not)
	@test ! -x $(PY) || $(PY) -m gridmarketing.run --reset $(if $(filter yes,$(SURE)),--yes)

.PHONY: lock
lock: environment ## Pin the newest packages that the requirements allow, with hashes
	@for name in requirements requirements-dev; do \
	  .venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header $$name.in -o $$name.txt || exit 1; \
	done

.PHONY: messages
messages: environment ## Collect the texts to translate into locale/ (needs gettext)
	@$(PY) manage.py makemessages -l en --no-obsolete --no-wrap --add-location file -i .venv -i node_modules -i tests
	@sed -i.old '/^"POT-Creation-Date: /d' locale/en/LC_MESSAGES/django.po && rm locale/en/LC_MESSAGES/django.po.old
