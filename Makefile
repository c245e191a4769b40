# make demo · make test · make bench · make docs: each gets the system libraries that are missing, then runs.
# make install PREFIX=/usr/local: the tool, its manual and its completions.

.PHONY: demo test bench docs sanitize threads consumer fuzz lint format dependencies install uninstall

PREFIX ?= /usr/local
# JPEG pictures, SQLite and PostgreSQL where their libraries are there.
TRAITS = $(shell .ci/traits)

dependencies:
	@.ci/install

install: dependencies
	PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" .ci/install-tool

uninstall:
	PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" .ci/install-tool remove

# Embedded data only: trains a small autoencoder, prints what it can reconstruct, and says where the page is.
demo: dependencies
	swift run -c release --quiet ood demo --out .build

test: dependencies
	Tests/headers.sh
	swift build -c release $(TRAITS) --build-tests
	swift test -c release $(TRAITS) --skip-build
	Tests/consumer.sh

# Kernel timings, with the fraction of the peaks that the same process measures.
bench: dependencies
	cd Benchmarks && swift package --disable-sandbox benchmark --no-progress

# HTML pages of the libraries' public declarations, in .build-docs/pages.
docs: dependencies
	OOD_DOCS=1 swift package --scratch-path .build-docs --allow-writing-to-directory .build-docs/pages \
	  generate-documentation --target GenModels --target OODDetectors --target OODMetrics --target OODDatasets \
	  --target OODExperiments --target OODLaws \
	  --enable-experimental-combined-documentation --warnings-as-errors --output-path .build-docs/pages

# The C kernels under AddressSanitizer and UndefinedBehaviorSanitizer.
sanitize: dependencies
	Tests/sanitize.sh

# Training, fitting and scoring on several threads under ThreadSanitizer.
threads: dependencies
	Tests/threads.sh

# A package that depends on this one by URL and version, and resolves nothing else.
consumer: dependencies
	Tests/consumer.sh

# Every reader of foreign data under libFuzzer and AddressSanitizer; FUZZ_RUNS and FUZZ_SECONDS bound each of them.
fuzz: dependencies
	Fuzz/run.sh

lint:
	swift format lint --strict --recursive Package.swift Sources Tests Benchmarks Fuzz

format:
	swift format --in-place --recursive Package.swift Sources Tests Benchmarks Fuzz
