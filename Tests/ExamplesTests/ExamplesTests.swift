import Testing

/// Documented code is compiled: each example stands in `Tests/Examples`, which every build of the tests compiles.
@Suite struct ExamplesTests {
  @Test("Every Swift example of the documentation is code that the build compiles")
  func examplesAreCompiled() {
    let blocks = DocumentedBlock.all.filter { $0.language == "swift" }
    #expect(blocks.count > 100, "Only \(blocks.count) examples were found.")
    for block in blocks where !block.isManifest {
      #expect(
        CompiledExamples.all.contain(block.lines),
        "\(block.place): no file of Tests/Examples has this example: \(block.lines.joined(separator: "\n"))")
    }
  }

  @Test("Code in documentation says that it is Swift, so that it is compiled")
  func codeIsFenced() {
    for block in DocumentedBlock.all {
      #expect(block.language != "", "\(block.place): a fence without a language (text, for what is none)")
      guard block.language == nil else { continue }
      #expect(
        !block.lines.contains { $0.contains(#/^\s*(let|var|try|struct|func|import|for|return) /#) },
        "\(block.place): code that is only indented is not compiled; put it between ```swift and ```.")
    }
  }

  @Test("The manifest lines of the README are those that the consumer test builds with")
  func manifestIsOne() {
    let blocks = DocumentedBlock.all.filter(\.isManifest)
    #expect(blocks.map(\.file) == ["README.md"], "Tests/consumer.sh takes them from README.md alone.")
  }

  static let example = ["import GenModels", "let flow = Flow(.realNVP(features: 2), seed: 1)     // fresh"]

  @Test("An example that says something else than the compiled one is found out")
  func driftIsFound() {
    let compiled = CompiledExamples([
      "import GenModels\n\nfunc f() throws {\n  let flow = Flow(\n    .realNVP(features: 2), seed: 1)\n  try use(flow)\n}"
    ])
    #expect(compiled.contain(Self.example))
    #expect(compiled.contain(["let flow = Flow(…)", "try use(flow)"]))
    for (part, other) in [("seed", "random"), ("2", "20"), (".real", "real"), ("import Gen", "import Other")]
    {
      #expect(!compiled.contain(Self.example.map { $0.replacing(part, with: other) }), "\(part) → \(other)")
    }
    #expect(!compiled.contain(["try use(flow)", "let flow = Flow(…)"]))
    #expect(!compiled.contain(["// nothing"]))
  }

  @Test("Blocks are found with their place, in pages and in comments")
  func blocksAreFound() {
    let comment =
      "/// Text.\n///\n/// ```swift\n/// f()\n/// ```\n///\n///     a = b\n///\nstruct S {}\n  /// ```swift\n  /// if x {\n  ///   g()\n  /// }\n  /// ```"
    let blocks = DocumentedBlock.blocks(of: comment, in: "S.swift")
    #expect(blocks.map(\.line) == [4, 7, 11])
    #expect(blocks.map(\.language) == ["swift", nil, "swift"])
    #expect(blocks.map(\.lines) == [["f()"], ["    a = b"], ["if x {", "  g()", "}"]])
    #expect(DocumentedBlock.blocks(of: "a\n\n```sh\nls\n```\n", in: "a.md").map(\.lines) == [["ls"]])
  }
}

extension DocumentedBlock {
  /// Lines of a `Package.swift`.
  var isManifest: Bool { language == "swift" && lines.contains { $0.contains(".package(url:") } }
}
