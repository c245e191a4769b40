// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "swift-ood",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "GenModels", targets: ["GenModels"]),
    .library(name: "OODDetectors", targets: ["OODDetectors"]),
    .library(name: "OODMetrics", targets: ["OODMetrics"]),
    .library(name: "OODDatasets", targets: ["OODDatasets"]),
    .library(name: "OODExperiments", targets: ["OODExperiments"]),
    // The laws that models, building blocks and files keep, for the tests of whoever brings their own.
    .library(name: "OODLaws", targets: ["OODLaws"]),
    // Data-parallel training; empty without the trait MPI.
    .library(name: "OODMPI", targets: ["OODMPI"]),
    // For `Benchmarks/`, which times the kernels themselves. Not part of the public promise.
    .library(name: "CKernels", targets: ["CKernels"]),
  ],
  // More sources of data: none unless asked for, so that nobody needs their libraries otherwise.
  traits: [
    .trait(
      name: "JPEG", description: "JPEG pictures of folders, folder:DIRECTORY, by the system's libturbojpeg."),
    .trait(
      name: "SQLite",
      description: "Tables from SQLite files, sqlite:FILE?query=…, by the system's libsqlite3."),
    .trait(
      name: "PostgreSQL",
      description: "Tables from PostgreSQL servers, postgres:CONNECTION?query=…, by the system's libpq."),
    .trait(name: "MPI", description: "Training by the ranks of an MPI program together (libopenmpi-dev)."),
  ],
  dependencies: [
    // Only the command-line tool uses these: a package that links the libraries never resolves them.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    .target(
      name: "CKernels",
      cSettings: [.define("NDEBUG", .when(configuration: .release))]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    .systemLibrary(
      name: "CLAPACKE", pkgConfig: "lapacke",
      providers: [.apt(["liblapacke-dev"]), .brew(["lapack"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CLZMA", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"]), .brew(["xz"])]),
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg",
      providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
    .systemLibrary(
      name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),

    .target(
      name: "GenModels",
      dependencies: [
        "CKernels",
        .target(name: "COpenBLAS", condition: .when(platforms: [.linux])),
        .target(name: "CLAPACKE", condition: .when(platforms: [.linux])),
      ],
      linkerSettings: [
        .linkedFramework("Accelerate", .when(platforms: [.macOS, .iOS, .tvOS, .watchOS, .visionOS]))
      ]),
    .target(name: "OODDetectors", dependencies: ["GenModels", "CKernels"]),
    .target(name: "OODMetrics", dependencies: ["GenModels", "OODDetectors", "CKernels"]),
    .target(name: "OODLaws", dependencies: ["GenModels", "OODDetectors", "OODMetrics"]),
    .target(
      name: "OODDatasets",
      dependencies: [
        "GenModels", "CZlib", "CPNG", "CLZMA",
        .target(name: "CTurboJPEG", condition: .when(traits: ["JPEG"])),
        .target(name: "CSQLite", condition: .when(traits: ["SQLite"])),
        .target(name: "CPostgreSQL", condition: .when(traits: ["PostgreSQL"])),
      ]),
    .target(
      name: "OODExperiments", dependencies: ["GenModels", "OODDetectors", "OODMetrics", "OODDatasets"],
      resources: ["Scripts", "Styles", "Markup"].map { .embedInCode("Pages/\($0)") }),
    .systemLibrary(
      name: "CMPI", pkgConfig: "mpi-c", providers: [.apt(["libopenmpi-dev"]), .brew(["open-mpi"])]),
    .target(
      name: "OODMPI", dependencies: ["GenModels", .target(name: "CMPI", condition: .when(traits: ["MPI"]))]),
    .executableTarget(
      name: "ood",
      dependencies: [
        "GenModels", "OODDetectors", "OODMetrics", "OODDatasets", "OODExperiments",
        .target(name: "OODMPI", condition: .when(traits: ["MPI"])),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .testTarget(name: "CKernelsTests", dependencies: ["CKernels", "GenModels"]),
    .testTarget(
      name: "GenModelsTests",
      dependencies: [
        "GenModels", "OODDatasets", "TrainingProbe",
        .target(name: "COpenBLAS", condition: .when(platforms: [.linux])),
      ], exclude: ["Fixtures"]),
    .executableTarget(name: "TrainingProbe", dependencies: ["GenModels"], path: "Tests/TrainingProbe"),
    .executableTarget(
      name: "GroupProbe",
      dependencies: ["GenModels", .target(name: "OODMPI", condition: .when(traits: ["MPI"]))],
      path: "Tests/GroupProbe"),
    .testTarget(
      name: "OODMetricsTests", dependencies: ["OODMetrics", "OODDetectors", "OODDatasets"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "OODDatasetsTests",
      dependencies: [
        "OODDatasets", "GenModels", "CZlib", .target(name: "CSQLite", condition: .when(traits: ["SQLite"])),
      ]),
    .testTarget(name: "OODExperimentsTests", dependencies: ["OODExperiments"]),
    .testTarget(
      name: "OODLawsTests",
      dependencies: ["OODLaws", "OODExperiments", "OODDatasets", "OODMetrics", "OODDetectors", "GenModels"]),
    // The documentation's examples, as an importer's code: without the package's own access. `ExamplesTests` compares.
    .target(
      name: "Examples",
      dependencies: ["GenModels", "OODDetectors", "OODMetrics", "OODDatasets", "OODExperiments", "OODLaws"],
      path: "Tests/Examples", packageAccess: false,
      // Examples name results that they do nothing with.
      swiftSettings: [.unsafeFlags(["-suppress-warnings"])]),
    .testTarget(name: "ExamplesTests", dependencies: ["Examples", "ood"]),
    .testTarget(
      name: "ToolTests", dependencies: ["ood", "OODDatasets", "OODDetectors", "OODMetrics", "GenModels"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17
)

// `make docs` needs the documentation plugin; nobody else resolves it.
if Context.environment["OOD_DOCS"] != nil {
  package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"))
}
