.PHONY: build test run stop bench install clean check

build:
	@scripts/build
test: ; @scripts/test
run: ; @scripts/run
stop: ; @scripts/stop
bench: ; @scripts/bench
install: ; @scripts/install "$(DESTDIR)" "$(or $(PREFIX),/usr/local)"
clean: ; rm -rf out && find . -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
