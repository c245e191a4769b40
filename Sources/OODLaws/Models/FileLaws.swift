import GenModels

/// The laws of a model's file: it comes back of the same type with the same answers to the bit, its bytes depend on the model alone,
/// and damage is refused.
enum FileLaws {
  static func violations<Examples: LawExamples>(
    of model: any Model, on examples: Examples, _ lawCase: ModelLawCase, catalogue: ModelCatalogue
  ) -> [LawViolation] {
    var findings = Findings()
    // A few are enough to tell models apart.
    let few = examples.examples(0..<min(examples.exampleCount, 12))
    let expected = ModelAnswers(of: model, on: few, lawCase)
    findings.require(
      !expected.names.isEmpty, "file: there is something to ask", tried: "the model's capabilities",
      found: "none, and no other answers", expected: "answers that a loaded model can be held to")
    findings.attempt("file: saved and loaded", tried: "the file") { findings in
      let bytes = try model.safetensors().bytes()
      findings.require(
        try model.safetensors().bytes() == bytes, "file: the same bytes each time", tried: "saving twice",
        found: "other bytes", expected: "the same")
      let archive = try ModelArchive(SafetensorsFile(bytes: bytes), catalogue: catalogue)
      findings.add(statements(archive, of: model, lawCase, catalogue: catalogue))
      let loaded = try archive.model()
      findings.require(
        type(of: loaded) == type(of: model), "file: the same type", tried: "loading through the catalogue",
        found: "\(type(of: loaded))", expected: "\(type(of: model))")
      findings.require(
        loaded.exampleShape == model.exampleShape && loaded.columnNames == model.columnNames
          && loaded.columnKinds == model.columnKinds,
        "file: the same examples", tried: "loading through the catalogue",
        found: "\(loaded.exampleShape), columns \(loaded.columnNames ?? [])",
        expected: "\(model.exampleShape), columns \(model.columnNames ?? [])")
      let differences = ModelAnswers(of: loaded, on: few, lawCase).differences(from: expected)
      findings.require(
        differences.isEmpty, "file: the same answers", tried: "the loaded model",
        found: "another \(differences.joined(separator: ", "))", expected: "the same bits")
      findings.require(
        try loaded.safetensors().bytes() == bytes, "file: the same bytes again",
        tried: "saving the loaded model", found: "other bytes", expected: "the same")
      findings.add(parts(of: archive, path: "", catalogue: catalogue))
      findings.add(try ConfigurationLaws.violations(bytes: bytes, catalogue: catalogue))
      findings.add(
        FileDamageLaws.violations(bytes: bytes, flips: lawCase.expectations.flips, catalogue: catalogue) {
          ModelAnswers(of: $0, on: few, lawCase) == expected
        })
    }
    return findings.violations
  }

  /// Kind and version are as stated, and the catalogue has the type for the kind.
  private static func statements(
    _ archive: ModelArchive, of model: any Model, _ lawCase: ModelLawCase, catalogue: ModelCatalogue
  ) -> [LawViolation] {
    var findings = Findings()
    let type = type(of: model)
    findings.require(
      archive.kind == lawCase.kind && archive.kind == type.kind, "file: the kind", tried: "the file",
      found: archive.kind, expected: "\(lawCase.kind), as the type \(type) says (\(type.kind))")
    findings.require(
      archive.version == type.version, "file: the version", tried: "the file", found: "\(archive.version)",
      expected: "\(type.version)")
    findings.require(
      catalogue.kinds.contains(lawCase.kind), "file: the catalogue knows the kind", tried: lawCase.kind,
      found: "it does not", expected: "it does")
    if let known = catalogue.types[lawCase.kind] {
      findings.require(
        known == type, "file: the catalogue's type for the kind", tried: lawCase.kind, found: "\(known)",
        expected: "\(type)")
    }
    return findings.violations
  }

  /// Models inside the model are models by themselves.
  private static func parts(
    of archive: ModelArchive, path: String, catalogue: ModelCatalogue
  ) -> [LawViolation] {
    var findings = Findings()
    for name in archive.partNames {
      findings.attempt("file: parts are models", tried: "the part \(path)\(name)") { findings in
        let part = try archive.part(name)
        if catalogue.kinds.contains(part.kind) {
          let model = try part.model()
          findings.require(
            type(of: model).kind == part.kind, "file: parts are models", tried: "the part \(path)\(name)",
            found: type(of: model).kind, expected: part.kind)
        }
        findings.add(parts(of: part, path: "\(path)\(name)/", catalogue: catalogue))
      }
    }
    return findings.violations
  }
}
