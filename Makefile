.PHONY: build run stop test conformance bench install check clean
PREFIX ?= /usr/local

build: ; @scripts/build
run: ; @scripts/run
stop: ; @scripts/stop
test: ; @scripts/test
# Suites of others, from checkouts that were built before: make conformance RUNC=... RUNTIME_TOOLS=... (docs/conformance.md)
conformance: build ; @scripts/conformance "$(RUNC)" "$(RUNTIME_TOOLS)"
bench: ; @scripts/bench
install: build ; @scripts/install "$(DESTDIR)" "$(PREFIX)"
check: ; dotnet format Wharf.slnx --verify-no-changes
clean: ; rm -rf out && find src tests bench -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
