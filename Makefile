# make demo · make test · make bench · make docs: each installs what is missing, then runs.

.PHONY: demo test bench docs sanitize consumer fuzz install format lint

install:
	@.ci/install

test: install
	swift test -c release --quiet

# The C kernels under AddressSanitizer and UndefinedBehaviorSanitizer.
sanitize: install
	Tests/sanitize.sh

# A package that depends on this one by URL and version, and resolves nothing else.
consumer: install
	Tests/consumer.sh
