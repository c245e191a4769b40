import Foundation
import GenModels

/// What models' files say of their architecture: the first byte chooses the kind of model, JSON follows. Tensors are zeros.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let kind = bytes.first else { return 0 }
  let json = Data(bytes.dropFirst())
  switch kind % 4 {
  case 0: make(ConvolutionalAutoencoder.self, json)
  case 1: make(DenseAutoencoder.self, json)
  case 2: make(Sequential.self, json)
  default: make(Flow.self, json)
  }
  return 0
}

private func make<Kind: Network>(_ type: Kind.Type, _ json: Data) {
  guard let configuration = try? JSONDecoder().decode(Kind.Configuration.self, from: json) else { return }
  var room = 1 << 16
  do {
    let model = try Kind(
      configuration: configuration,
      tensors: .stored { (name, shape) throws(ModelFileError) in
        let count = shape.reduce(1.0) { $0 * Double($1) }
        guard count <= Double(room) else { throw .missingTensor(name: name, shape: shape) }
        room -= Int(count)
        return .zeros(shape)
      })
    _ = model.namedTensors
  } catch is ModelFileError {
    // Architectures that make no sense are refused, and so is what would be large.
  } catch {
    fatalError("A model threw \(error), which is no ModelFileError.")
  }
}

@_cdecl("LLVMFuzzerCustomMutator")
public func customMutator(_ data: UnsafeMutablePointer<UInt8>?, _ size: Int, _ most: Int, _ seed: UInt32)
  -> Int
{
  mutate(data, size, most, seed) { bytes, draws in
    guard let kind = bytes.first else { return nil }
    return mutatedJSON(Array(bytes.dropFirst()), &draws).map { [kind] + $0 }
  }
}
