import GenModels

/// A block visits exactly the tensors that it asked for, under the same names.
///
/// A file holds what is visited; a loaded block gets what it asks for. Where the two differ, a block that trains does not come back.
enum NamesLaw {
  /// - Parameters:
  ///   - family: "layer".
  ///   - tensors: What a fresh block visits.
  ///   - build: Builds the block again from a source, and returns what it visits.
  static func violations(
    of family: String, named tensors: [(name: String, tensor: Tensor)],
    build: (TensorSource) throws -> [(name: String, tensor: Tensor)]
  ) -> [LawViolation] {
    var findings = Findings()
    let law = "\(family): visits the tensors that it asked for"
    let names = tensors.map(\.name)
    findings.require(
      Set(names).count == names.count, law, tried: "its names", found: "a name twice in \(names)",
      expected: "each once")
    let stored = Dictionary(tensors.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    let asked = Asked()
    let source = TensorSource.stored { (name, shape) throws(ModelFileError) in
      asked.names.insert(name)
      guard let tensor = stored[name] else { throw .missingTensor(name: name, shape: shape) }
      guard tensor.shape == shape else {
        throw .unexpectedShape(name: name, found: tensor.shape, expected: shape)
      }
      return tensor
    }
    findings.attempt(law, tried: "the tensors of a fresh one, by name") { findings in
      let again = try build(source)
      let unasked = Set(names).subtracting(asked.names).sorted()
      findings.require(
        unasked.isEmpty, law, tried: "a stored block", found: "\(unasked), which it did not ask for",
        expected: "the names \(asked.names.sorted())")
      let differs = zip(tensors, again).first { $0.name != $1.name || $0.tensor != $1.tensor }
      findings.require(
        again.count == tensors.count && differs == nil, law, tried: "a block of stored tensors",
        found: "another tensor \(differs?.1.name ?? "in number")", expected: "the stored ones")
    }
    return findings.violations
  }

  private final class Asked {
    var names: Set<String> = []
  }
}

/// What makes no sense is refused as malformed, before any tensor is asked for: a damaged file must not cost memory.
enum RefusedBlockLaw {
  static func violations(
    of family: String, tried: String, build: (TensorSource) throws -> Void
  ) -> [LawViolation] {
    final class Count { var value = 0 }
    let asked = Count()
    let source = TensorSource.stored { (_, shape) throws(ModelFileError) in
      asked.value += 1
      return .zeros(shape)
    }
    let law = "\(family): what makes no sense is refused before any tensor is asked for"
    var found = "an answer"
    do { try build(source) } catch {
      if case .malformed? = error as? ModelFileError, asked.value == 0 { return [] }
      found = "the error \"\(error)\" after \(asked.value) tensors"
    }
    return [
      LawViolation(law: law, tried: tried, found: found, expected: "ModelFileError.malformed after none")
    ]
  }
}
