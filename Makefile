# make demo · make test · make bench · make docs: each installs what is missing, then runs.

.PHONY: demo test bench docs sanitize fuzz install format lint

install:
	@.ci/install

test: install
	swift test -c release --quiet
