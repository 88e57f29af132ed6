# The front door. Every target sets up what it needs on a fresh Debian 12 with Swift and does its work in scripts/.
.DEFAULT_GOAL := help
.PHONY: help run test simulate lint format bench clean install uninstall

PREFIX ?= /usr/local
export PREFIX DESTDIR

help: ## Show the targets.
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

run: ## Talk to the companion; ARGS="memory list" runs another command.
	@scripts/run.sh $(ARGS)

test: ## Run every test; FILTER=Name runs those that match.
	@scripts/test.sh $(if $(FILTER),--filter '$(FILTER)')

simulate: ## Simulate sync with all its troubles; SEEDS=N runs so many, SEED=N shows one.
	@scripts/simulate.sh seeds=$(SEEDS) first=$(FIRST) seed=$(SEED) actions=$(ACTIONS) troubles=$(TROUBLES) mutation=$(MUTATION)

lint: ## Check format, scripts, systemd units and house rules.
	@scripts/lint.sh

format: ## Format the Swift code in place.
	@scripts/format.sh

bench: ## Measure speed and size of the release build.
	@scripts/bench.sh $(ARGS)

clean: ## Remove everything that was built.
	@rm -rf .build

install: ## Build for release and install under PREFIX (/usr/local), with the service; DESTDIR stages.
	@scripts/install.sh

uninstall: ## Remove what install put there; what people told the companion stays.
	@scripts/uninstall.sh
