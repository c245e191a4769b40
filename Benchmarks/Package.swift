// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that whoever imports swift-ood never resolves what only benchmarks need.
let package = Package(
  name: "swift-ood-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "swift-ood", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.29.0", traits: []),
  ],
  targets: [
    .target(name: "CPeak"),
    .systemLibrary(
      name: "CBaselineBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    .executableTarget(
      name: "Kernels",
      dependencies: [
        "CPeak", "CBaselineBLAS",
        .product(name: "CKernels", package: "swift-ood"),
        .product(name: "GenModels", package: "swift-ood"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Kernels",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    // What `Peers/speed_autoencoders.py` runs.
    .executableTarget(
      name: "AutoencoderTiming",
      dependencies: ["CPeak", .product(name: "GenModels", package: "swift-ood")]),
    // What `Peers/speed_flows.py` runs.
    .executableTarget(name: "FlowTiming", dependencies: [.product(name: "GenModels", package: "swift-ood")]),
    // What `Peers/speed_adversarial.py` runs.
    .executableTarget(
      name: "AdversarialTiming", dependencies: [.product(name: "GenModels", package: "swift-ood")]),
    // What `Peers/speed_continuous.py` runs.
    .executableTarget(
      name: "ContinuousTiming", dependencies: [.product(name: "GenModels", package: "swift-ood")]),
    // What `Peers/speed_refusal.py` runs.
    .executableTarget(
      name: "RefusalTiming",
      dependencies: [
        "CPeak", .product(name: "GenModels", package: "swift-ood"),
        .product(name: "OODMetrics", package: "swift-ood"),
      ]),
    // What `Peers/speed_densities.py` runs.
    .executableTarget(
      name: "DensityTiming", dependencies: [.product(name: "GenModels", package: "swift-ood")]),
    // What `Peers/speed_energy.py` runs.
    .executableTarget(
      name: "EnergyTiming", dependencies: [.product(name: "GenModels", package: "swift-ood")]),
    // Scores a second of several independent callers.
    .executableTarget(
      name: "CallerTiming",
      dependencies: [
        .product(name: "GenModels", package: "swift-ood"),
        .product(name: "OODDetectors", package: "swift-ood"),
        .product(name: "OODMetrics", package: "swift-ood"),
      ]),
    // Nanoseconds and blocks of memory for one row from a loaded detector.
    .target(name: "CAllocationCount"),
    .executableTarget(
      name: "RowTiming",
      dependencies: [
        "CAllocationCount", .product(name: "GenModels", package: "swift-ood"),
        .product(name: "OODDetectors", package: "swift-ood"),
        .product(name: "OODMetrics", package: "swift-ood"),
      ]),
    .systemLibrary(
      name: "CBaselineZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .executableTarget(
      name: "Readers",
      dependencies: [
        "CBaselineZlib",
        .product(name: "GenModels", package: "swift-ood"),
        .product(name: "OODDatasets", package: "swift-ood"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Readers",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ],
  swiftLanguageModes: [.v6]
)
