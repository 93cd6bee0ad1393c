# Everything a person or a machine does with Runbook. `make help` lists it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
SOURCES := manage.py runbook incidents tests benchmarks

# What databases differ in is tested on both; `make postgres BOTH=tests/incidents` tests it all on both.
BOTH := $(addprefix tests/incidents/,queries proof/test_verification.py \
	$(addprefix actions/test_,at_the_same_time.py approve.py escalate.py ladder_rules.py recover.py \
		checklist.py output.py post_update.py hand_off.py maintenance.py alerts.py alert_incidents.py \
		check_health.py ask_for_validation.py) \
	$(addprefix actions/telling/test_,hand_out.py tell.py) \
	$(addprefix actions/worker/test_,asking_for_approval.py resource_lock.py) \
	$(addprefix actions/worker/test_work.py::test_,read_stores_output_checks_and_outcome \
		change_shows_its_plan_and_waits change_is_made_once_it_is_approved \
		change_after_the_resource_moved_is_void change_after_the_approval_ran_out_is_void \
		change_whose_reply_is_lost_is_unknown_and_looked_at) \
	report/test_follow_up_moves.py report/test_report_facts.py \
	views/test_approval_pages.py views/test_metrics_page.py test_chained_records.py test_insert_only.py test_ledger.py \
	test_roles_through_groups.py test_change_windows_open.py test_consumers.py test_published_front.py)

.PHONY: help install install-dev system run test lint types unit postgres stories browser judge bench format lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' Makefile

install: .venv/.installed ## Create .venv and install what runs, with hashes

install-dev: .venv/.installed-dev ## Install what checks as well

run: .venv/.installed ## Start everything on this machine; Ctrl-C stops it
	@exec $(BIN)/python manage.py up

test: ## Install what is missing and check everything
	@.ci/test

system: ## Install the system packages that tests need (root), or name what is missing
	@.ci/system

lint: .venv/.installed-dev ## Style, formatting, templates, layers, migrations, deployment settings
	$(BIN)/ruff check --quiet $(SOURCES)
	$(BIN)/ruff format --quiet --check $(SOURCES)
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/lint-imports --no-cache
	$(BIN)/python manage.py makemigrations --check --dry-run
	@.ci/check-deploy

types: .venv/.installed-dev ## Strict types
	$(BIN)/mypy

unit: .venv/.installed-dev ## Fast tests, on SQLite
	$(BIN)/pytest -q -m "not story and not browser"

postgres: .venv/.installed-dev system ## The application's tests again, on a private PostgreSQL
	$(BIN)/python tests/support/private_postgres.py $(BIN)/pytest -q $(SPREAD) -m "not story and not browser" \
		$(BOTH)

stories: .venv/.installed-dev system ## The whole way, with real processes
	$(BIN)/pytest -q -m story

browser: .venv/.installed-dev system ## Pages in a real Chromium
	$(BIN)/pytest -q -m "browser and not story"

judge: .venv/.installed-dev ## Compare every judged line with the real gcloud, and print it all
	$(BIN)/python -m tests.support.judging tests/data/judged/*.yaml

bench: .venv/.installed-dev system ## Diagnostic reads by gcloud and by us; the clock and the status page under load
	$(BIN)/python -m benchmarks.diagnostics
	$(BIN)/python -m benchmarks.clocks
	$(BIN)/python -m benchmarks.status_page

format: .venv/.installed-dev ## Rewrite the sources in the one format
	$(BIN)/ruff check --quiet --fix $(SOURCES)
	$(BIN)/ruff format --quiet $(SOURCES)

lock: .venv/.installed-dev ## Write requirements.lock and requirements-dev.lock from public hashes
	@.ci/lock

clean: ## Remove what the other targets made, except the data folder
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results

.venv/bin/python:
	@PYTHON="$(PYTHON)" .ci/virtualenv

.venv/.installed: requirements.lock | .venv/bin/python
	@.ci/install requirements.lock
	@touch $@

.venv/.installed-dev: requirements-dev.lock | .venv/bin/python
	@.ci/install requirements-dev.lock
	@touch $@ .venv/.installed
