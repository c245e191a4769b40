import GenModels

/// Changes a `.safetensors` file so that it stays one: a text of its metadata, the numbers of an array, its shape, its name.
/// `repair` then makes right what a change breaks, such as a checksum.
func mutatedContainer(_ bytes: [UInt8], _ draws: inout Draws, repair: (inout SafetensorsFile) -> Void)
  -> [UInt8]?
{
  guard var file = try? SafetensorsFile(bytes: bytes) else { return nil }
  for _ in 0...draws.below(3) { change(&file, &draws) }
  repair(&file)
  return file.bytes()
}

private func change(_ file: inout SafetensorsFile, _ draws: inout Draws) {
  let name = draws.element(of: file.names)
  switch draws.below(8) {
  case 0...3:
    guard let key = draws.element(of: file.metadata.keys.sorted()), let text = file.metadata[key] else {
      return
    }
    let json = mutatedJSON(Array(text.utf8), &draws)
    file.metadata[key] = String(
      decoding: json ?? plainMutation(Array(text.utf8), most: text.utf8.count + 16), as: UTF8.self)
  case 4:
    guard let name, let value = file[name] else { return }
    file[name] = nil
    if draws.below(2) == 0, let other = draws.element(of: file.names) { file[other] = value }
  case 5:
    guard let name, case .float64(let numbers, let shape)? = file[name], !numbers.isEmpty else { return }
    var copy = numbers
    let strange = [
      0, -0.0, 1, -1, .infinity, -.infinity, .nan, 1e300, -1e300, Double.leastNonzeroMagnitude, numbers[0],
      numbers[numbers.count - 1],
    ]
    copy[draws.below(copy.count)] = draws.element(of: strange)!
    file[name] = .float64(copy, shape: shape)
  case 6:
    guard let name, case .int32(let indexes)? = file[name], indexes.count > 0 else { return }
    var copy = indexes.elements.map { Int($0) }
    copy[draws.below(copy.count)] = draws.element(of: [
      0, 1, -1, copy.count, Int(Int32.max), Int(Int32.min), copy[0] + 1,
    ])!
    guard copy.allSatisfy({ Int32(exactly: $0) != nil }) else { return }
    file[name] = .int32(
      Indexes(shape: indexes.shape) { target in for (i, x) in copy.enumerated() { target[i] = Int32(x) } })
  default:
    guard let name, case .float64(let numbers, let shape)? = file[name], shape.rank > 0 else { return }
    let count = draws.below(numbers.count + 2)
    let filled = (0..<count).map { $0 < numbers.count ? numbers[$0] : 0.5 }
    let shapes: [Shape] = [[count], [1, count], [count, 1]]
    file[name] = .float64(filled, shape: draws.element(of: shapes)!)
  }
}
