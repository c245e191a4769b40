// Typed readers of an archive's arrays: every one says what it found where something else belongs.
extension ModelArchive {
  /// The array of that name as 32-bit floats.
  /// - Throws: `SafetensorsError` when it is missing, has another type, or another shape than `shape`; `ModelFileError` when a
  ///   number is NaN or infinite.
  public func finiteTensor(_ name: String, shape: Shape? = nil) throws -> Tensor {
    let tensor = try lone(name).tensor(name, shape: shape)
    if let position = tensor.firstNonFinite {
      throw ModelFileError.notFinite(name: name, position: position)
    }
    return tensor
  }

  /// The array of that name, any doubles.
  /// - Throws: `SafetensorsError` when it is missing, has another type, or another shape than `shape`.
  public func doubles(_ name: String, shape: Shape? = nil) throws -> [Double] {
    try lone(name).doubles(name, shape: shape)
  }

  /// The array of that name.
  /// - Throws: As `doubles`, and `ModelFileError` when a number is NaN or infinite.
  public func finiteDoubles(_ name: String, shape: Shape? = nil) throws -> [Double] {
    let numbers = try doubles(name, shape: shape)
    if let position = numbers.firstIndex(where: { !$0.isFinite }) {
      throw ModelFileError.notFinite(name: name, position: position)
    }
    return numbers
  }

  /// The array of that name.
  /// - Throws: As `finiteDoubles`, and `ModelFileError` when a number is not above 0.
  public func positiveDoubles(_ name: String, shape: Shape? = nil) throws -> [Double] {
    let numbers = try finiteDoubles(name, shape: shape)
    if let position = numbers.firstIndex(where: { $0 <= 0 }) {
      throw ModelFileError.malformed(
        reason: "\(name) has \(numbers[position]) at position \(position), where a positive number belongs")
    }
    return numbers
  }

  /// The matrix of that name.
  /// - Throws: As `finiteDoubles`, and `ModelFileError` when it is no matrix.
  public func finiteMatrix(_ name: String) throws -> Matrix {
    let shape = try shape(name, rank: 2)
    return Matrix(rows: shape[0], columns: shape[1], elements: try finiteDoubles(name))
  }

  /// The integers of that name, of type `I32` or another integer type up to `I64`.
  /// - Throws: `SafetensorsError` when it is missing, has another type, or another shape than `shape`.
  public func integers(_ name: String, shape: Shape? = nil) throws -> [Int] {
    try lone(name).integers(name, shape: shape)
  }

  /// Integers of that name in an array with one axis, each at least 1: the lengths of the parts of another
  /// array.
  public func counts(_ name: String) throws -> [Int] {
    _ = try shape(name, rank: 1)
    let counts = try integers(name)
    var total = 0
    for count in counts {
      let (sum, overflow) = total.addingReportingOverflow(count)
      guard count >= 1, !overflow, sum <= Int(Int32.max) else {
        throw ModelFileError.malformed(reason: "\(name) holds \(count), which is no length of an array")
      }
      total = sum
    }
    guard !counts.isEmpty else { throw ModelFileError.malformed(reason: "\(name) is empty") }
    return counts
  }

  /// The shape of the array of that name, with that many axes.
  public func shape(_ name: String, rank: Int) throws(ModelFileError) -> Shape {
    let wanted = Shape(Array(repeating: 0, count: rank))
    guard let value = values[name] else { throw .missingTensor(name: name, shape: wanted) }
    guard value.shape.rank == rank else {
      throw .unexpectedShape(name: name, found: value.shape, expected: wanted)
    }
    return value.shape
  }

  /// A file with that array only, for its typed readers.
  private func lone(_ name: String) -> SafetensorsFile {
    var file = SafetensorsFile()
    file[name] = values[name]
    return file
  }
}

extension Array {
  /// Consecutive parts of those lengths, which add up to `count`.
  package func split(counts: [Int]) -> [[Element]] {
    var begin = 0
    return counts.map { length in
      defer { begin += length }
      return Array(self[begin..<begin + length])
    }
  }
}
