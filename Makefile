# make demo · make test · make bench · make docs: each installs what is missing, then runs.

.PHONY: demo test bench docs sanitize threads consumer fuzz lint format install

install:
	@.ci/install

# Embedded data only: trains a small autoencoder, prints what it can reconstruct, and says where the page is.
demo: install
	swift run -c release --quiet ood demo --out .build

test: install
	Tests/headers.sh
	swift build -c release --build-tests
	swift test -c release --skip-build
	Tests/consumer.sh

# Kernel timings, with the fraction of the peaks that the same process measures.
bench: install
	cd Benchmarks && swift package --disable-sandbox benchmark --no-progress

# HTML pages of the libraries' public declarations, in .build-docs/pages.
docs: install
	OOD_DOCS=1 swift package --scratch-path .build-docs --allow-writing-to-directory .build-docs/pages \
	  generate-documentation --target GenModels --target OODDetectors --target OODMetrics --target OODDatasets \
	  --target OODExperiments --target OODLaws \
	  --enable-experimental-combined-documentation --warnings-as-errors --output-path .build-docs/pages

# The C kernels under AddressSanitizer and UndefinedBehaviorSanitizer.
sanitize: install
	Tests/sanitize.sh

# Training, fitting and scoring on several threads under ThreadSanitizer.
threads: install
	Tests/threads.sh

# A package that depends on this one by URL and version, and resolves nothing else.
consumer: install
	Tests/consumer.sh

# Every reader of foreign data under libFuzzer and AddressSanitizer; FUZZ_RUNS and FUZZ_SECONDS bound each of them.
fuzz: install
	Fuzz/run.sh

lint:
	swift format lint --strict --recursive Package.swift Sources Tests Benchmarks Fuzz

format:
	swift format --in-place --recursive Package.swift Sources Tests Benchmarks Fuzz
