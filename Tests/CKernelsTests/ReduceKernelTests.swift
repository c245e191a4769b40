import CKernels
import Testing

private let variants = (0..<ood_kernel_variant_count()).map {
  String(cString: ood_kernel_variant($0).pointee.name)
}

private func reduce(_ variant: String) -> ood_reduce { ood_kernels_named(variant)!.pointee.reduce }

/// Shapes [outer, middle, inner] on every path: full sums, short and long rows, narrow, wide and very wide columns.
private let shapes: [(Int, Int, Int)] = [
  (1, 1, 1), (1, 0, 3), (2, 0, 1), (0, 5, 3), (3, 5, 0), (1, 1000, 1), (5, 10, 1), (7, 3, 1), (3, 129, 1),
  (2, 4097, 1),
  (2, 9, 2), (1, 500, 2), (2, 333, 3), (1, 1000, 10), (3, 70, 17), (2, 8, 31), (1, 300, 33), (2, 100, 63),
  (1, 65, 64),
  (2, 20, 100), (1, 77, 128), (1, 9, 513), (2, 3, 1030), (40, 2, 5),
]

private func index(_ o: Int, _ m: Int, _ i: Int, _ shape: (Int, Int, Int)) -> Int {
  (o * shape.1 + m) * shape.2 + i
}

/// The middle elements of each (outer, inner).
private func lines(_ x: [Float], _ shape: (Int, Int, Int)) -> [[Float]] {
  (0..<shape.0).flatMap { o in
    (0..<shape.2).map { i in (0..<shape.1).map { m in x[index(o, m, i, shape)] } }
  }
}

@Suite struct ReduceKernelTests {
  @Test func usage() {
    let x: [Float] = [1, 2, 3, 10, 20, 30]  // [2, 3]
    let reduce = ood_active_kernels().pointee.reduce
    var sums = [Float](repeating: 0, count: 3)
    reduce.sum(x, &sums, 1, 2, 3)  // over rows
    #expect(sums == [11, 22, 33])
    reduce.sum(x, &sums, 2, 3, 1)  // over columns
    #expect(sums[..<2] == [6, 60])
    var positions = [Int32](repeating: 0, count: 2)
    reduce.argmax(x, &positions, nil, 2, 3, 1)
    #expect(positions == [2, 2])
    #expect(reduce.dot(x, x, 3) == 14)
  }

  @Test(arguments: variants) func sumsAgreeWithTheirDefinition(variant: String) {
    var numbers = SampleNumbers(seed: 1)
    for shape in shapes {
      let x = numbers.floats(shape.0 * shape.1 * shape.2)
      let count = shape.0 * shape.2
      var sums = [Float](repeating: -7, count: count + 1)
      reduce(variant).sum(x, &sums, shape.0, shape.1, shape.2)
      for (k, line) in lines(x, shape).enumerated() {
        let sum = line.reduce(0.0) { $0 + Double($1) }
        let magnitude = line.reduce(0.0) { $0 + Double(abs($1)) }
        #expect(abs(Double(sums[k]) - sum) <= 2.4e-7 * magnitude, "\(shape)")
      }
      #expect(sums[count] == -7, "wrote behind its end")
    }
  }

  /// 16 million equal numbers, on which running float sums lose up to three digits.
  @Test(arguments: variants) func longSumsKeepTheirDigits(variant: String) {
    let n = 1 << 24
    let x = [Float](repeating: 0.1, count: n)
    let exact = Double(Float(0.1)) * Double(n)
    func isClose(_ sum: Double) -> Bool { abs(sum - exact) <= 2.4e-7 * exact }
    var sum: Float = 0
    reduce(variant).sum(x, &sum, 1, n, 1)
    #expect(isClose(Double(sum)))
    #expect(isClose(reduce(variant).total(x, n)))
    var columns = [Float](repeating: 0, count: 128)
    reduce(variant).sum(x, &columns, 1, n / 128, 128)
    #expect(columns.allSatisfy { isClose(Double($0) * 128) })
    #expect(abs(reduce(variant).dot(x, x, n) - exact * Double(Float(0.1))) <= 3.6e-7 * exact * 0.1)
  }

  @Test(arguments: variants) func sumsOfPairsAgreeWithTheirDefinition(variant: String) {
    var numbers = SampleNumbers(seed: 2)
    for n in Array(0...70) + [127, 128, 129, 1000, 4097] {
      let (a, b) = (numbers.floats(n), numbers.floats(n))
      let pairs = zip(a, b).map { (Double($0), Double($1)) }
      let dot = reduce(variant).dot(a, b, n)
      #expect(
        abs(dot - pairs.reduce(0) { $0 + $1.0 * $1.1 }) <= 4e-7 * pairs.reduce(0) { $0 + abs($1.0 * $1.1) })
      let absolute = pairs.reduce(0) { $0 + abs($1.0 - $1.1) }
      #expect(abs(reduce(variant).sum_absolute_difference(a, b, n) - absolute) <= 4e-7 * absolute)
      let squared = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      #expect(abs(reduce(variant).sum_squared_difference(a, b, n) - squared) <= 5e-7 * squared)
      #expect(reduce(variant).sum_squared_difference(a, a, n) == 0)
      #expect(abs(reduce(variant).total(a, n) - pairs.reduce(0) { $0 + $1.0 }) <= 2.4e-7 * Double(n))
    }
  }

  @Test(arguments: variants) func extremesAgreeWithTheirDefinition(variant: String) {
    var numbers = SampleNumbers(seed: 3)
    for shape in shapes {
      for special in [false, true] {
        let n = shape.0 * shape.1 * shape.2
        // Few values, so that there are ties; or one NaN or infinity in four numbers.
        var x = numbers.integers(n, below: 5).map { Float($0) - 4 }
        if special {
          for (i, k) in numbers.integers(n, below: 16).enumerated() where k < 4 {
            x[i] = [.nan, -.infinity, .infinity, -0.0][k]
          }
        }
        let count = shape.0 * shape.2
        var (largest, smallest) = (
          [Float](repeating: -7, count: count + 1), [Float](repeating: -7, count: count + 1)
        )
        var (values, positions) = (largest, [Int32](repeating: -7, count: count + 1))
        reduce(variant).maximum(x, &largest, shape.0, shape.1, shape.2)
        reduce(variant).minimum(x, &smallest, shape.0, shape.1, shape.2)
        if shape.1 > 0 { reduce(variant).argmax(x, &positions, &values, shape.0, shape.1, shape.2) }
        for (k, line) in lines(x, shape).enumerated() {
          let firstNaN = line.firstIndex { $0.isNaN }
          if firstNaN != nil {
            #expect(largest[k].isNaN && smallest[k].isNaN, "\(shape)")
          } else {
            #expect(largest[k] == line.max() ?? -.infinity, "\(shape)")
            #expect(smallest[k] == line.min() ?? .infinity, "\(shape)")
          }
          if let position = firstNaN ?? line.firstIndex(where: { $0 == line.max()! }) {
            #expect(positions[k] == position, "\(shape)")
            #expect(values[k] == largest[k] || values[k].isNaN && largest[k].isNaN)
          }
        }
        #expect(
          largest[count] == -7 && smallest[count] == -7 && values[count] == -7 && positions[count] == -7)
      }
    }
  }

  @Test(arguments: variants) func argmaxOfNegativeNaNAndInfinities(variant: String) {
    var position: Int32 = 0
    for (x, expected) in [
      ([-.infinity, -.infinity], 0), ([1, -.nan, .nan], 1), ([-0.0, 0], 0), ([.infinity, .nan], 1),
      ([-3, -2, -2], 1),
    ] as [([Float], Int32)] {
      reduce(variant).argmax(x, &position, nil, 1, x.count, 1)
      #expect(position == expected, "of \(x)")
      // The same down two columns.
      var positions: [Int32] = [-1, -1]
      reduce(variant).argmax(x.flatMap { [$0, $0] }, &positions, nil, 1, x.count, 2)
      #expect(positions == [expected, expected], "of \(x)")
    }
  }
}
