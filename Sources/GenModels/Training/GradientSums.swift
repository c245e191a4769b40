/// The sums of a step's gradients over a group, begun while the backward pass still runs: gradients are gathered into buckets of about a
/// megabyte from the last parameter to the first, the order in which a backward pass makes them, and a bucket is begun as soon as all of it
/// is there.
struct GradientSums {
  private let group: any TrainingGroup
  private let shapes: [Shape]
  /// Parameters of each bucket.
  private let buckets: [[Int]]
  private var gradients: [Tensor?]
  /// The bucket to begin next: all begin them in one order.
  private var next = 0

  /// Numbers from which on a bucket is full.
  static let bucketCount = 1 << 18

  init(_ group: any TrainingGroup, shapes: [Shape]) {
    self.group = group
    self.shapes = shapes
    gradients = shapes.map { _ in nil }
    var (buckets, bucket, size): ([[Int]], [Int], Int) = ([], [], 0)
    for index in shapes.indices.reversed() {
      bucket.append(index)
      size += shapes[index].elementCount
      if size >= Self.bucketCount {
        buckets.append(bucket)
        (bucket, size) = ([], 0)
      }
    }
    if !bucket.isEmpty { buckets.append(bucket) }
    self.buckets = buckets
  }

  /// Takes this process's gradient of one parameter, and begins what can be begun.
  mutating func add(_ gradient: Tensor, of index: Int) throws {
    gradients[index] = gradient
    while next < buckets.count, buckets[next].allSatisfy({ gradients[$0] != nil }) {
      var numbers: [Float] = []
      numbers.reserveCapacity(buckets[next].reduce(0) { $0 + shapes[$1].elementCount })
      for index in buckets[next] {
        gradients[index]!.withUnsafeElements { numbers.append(contentsOf: $0) }
      }
      try group.beginSum(numbers)
      next += 1
    }
    try group.advance()
  }

  /// Adds nothing to what is not there yet: so that the others, who wait for this process's part, go on when it has none to give.
  mutating func addZeros() throws {
    for index in shapes.indices where gradients[index] == nil { try add(.zeros(shapes[index]), of: index) }
  }

  /// The sums, once all gradients were added.
  func finish() throws -> [Tensor] {
    let sums = try group.finishSums()
    var results = [Tensor?](repeating: nil, count: shapes.count)
    for (bucket, numbers) in zip(buckets, sums) {
      var begin = 0
      for index in bucket {
        let count = shapes[index].elementCount
        results[index] = Tensor(Array(numbers[begin..<begin + count]), shape: shapes[index])
        begin += count
      }
    }
    return results.map { $0! }
  }
}
