import GenModels

/// Arrays from NumPy files as examples.
enum ExampleArray {
  /// An array whose first axis counts examples, as a tensor: [n] becomes [n, 1], and [n, height, width] [n,
  /// height, width, 1]. Bytes in arrays of three or four axes are pixels and are scaled from 0...255 to
  /// 0...1; all other values stay as they are.
  static func tensor(_ array: NumericArray, source: String) throws -> Tensor {
    var shape = array.shape
    switch shape.count {
    case 0:
      throw DataError(
        .malformed, in: source, expected: "an array whose first axis counts examples",
        found: "a single number")
    case 1, 3: shape.append(1)
    default: break
    }
    var tensor = try NumericArray(bytes: array.bytes, elementType: array.elementType, shape: shape)
      .tensor(source: source)
    if array.elementType == .uint8 && array.shape.count >= 3 {
      tensor.withUnsafeMutableElements { elements in
        for i in elements.indices { elements[i] /= 255 }
      }
    }
    return tensor
  }

  /// Labels [n] or [n, 1] for `count` examples.
  static func labels(_ array: NumericArray, count: Int, source: String) throws -> Indexes {
    guard array.shape == [count] || array.shape == [count, 1] else {
      throw DataError(
        .inconsistent, in: source, expected: "\(count) labels, one for each example",
        found: "an array of shape \(array.shape)")
    }
    return try NumericArray(bytes: array.bytes, elementType: array.elementType, shape: [count])
      .indexes(source: source)
  }
}
