.PHONY: build run stop test bench install check clean
PREFIX ?= /usr/local

build: ; @scripts/build
run: ; @scripts/run
stop: ; @scripts/stop
test: ; @scripts/test
bench: ; @scripts/bench
install: build ; @scripts/install "$(DESTDIR)" "$(PREFIX)"
check: ; dotnet format Wharf.slnx --verify-no-changes
clean: ; rm -rf out && find src tests bench -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
