import CKernels
import GenModels
import Testing

/// The matrix product kernels of every variant against sums in double precision.
@Suite struct MatmulTests {
  static let variants = KernelVariant.available.map(\.name)

  static func table(_ name: String) -> ood_matmul { ood_kernels_named(name)!.pointee.matmul }

  /// One random product: extents, transpositions, gaps between rows, and how it ends.
  struct Problem {
    var m, n, k: Int
    var transposeA = false, transposeB = false, accumulate = false, relu = false, hasBias = false
    var gap = 0
    /// Whether whole vectors go to memory around the caches, where rows are such.
    var streams = false

    static func random(_ random: inout Sequence) -> Problem {
      Problem(
        m: random.below(70), n: random.below(3) == 0 ? 16 * random.below(12) : random.below(200),
        k: random.below(random.below(6) == 0 ? 600 : 50),
        transposeA: random.below(2) == 0, transposeB: random.below(2) == 0, accumulate: random.below(2) == 0,
        relu: random.below(3) == 0, hasBias: random.below(3) == 0, gap: random.below(3),
        streams: random.below(2) == 0)
    }

    var aStride: Int { (transposeA ? m : k) + gap }
    var bStride: Int { (transposeB ? k : n) + gap }
    var cStride: Int { n + gap }
  }

  /// Splits of the rows and panels into calls.
  enum Split: CaseIterable { case whole, pieces, unpacked, unpackedPieces }

  /// Numbers in [-1, 1) that depend on the seed alone.
  struct Sequence {
    var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    mutating func floats(_ count: Int) -> [Float] {
      (0..<count).map { _ in Float(next() % (1 << 24)) / Float(1 << 23) - 1 }
    }
  }

  struct Operands {
    var a, b, c, bias: [Float]

    init(_ problem: Problem, seed: UInt64) {
      var random = Sequence(seed)
      a = random.floats(problem.aStride * (problem.transposeA ? problem.k : problem.m))
      b = random.floats(problem.bStride * (problem.transposeB ? problem.n : problem.k))
      // What need not be read is NaN, and gaps between rows are to stay as they are.
      c =
        problem.accumulate
        ? random.floats(problem.cStride * problem.m)
        : Array(repeating: .nan, count: problem.cStride * problem.m)
      bias = random.floats(problem.n)
    }
  }

  static func multiply(_ name: String, _ problem: Problem, _ operands: Operands, _ split: Split) -> [Float] {
    let table = table(name)
    let (m, n, k) = (problem.m, problem.n, problem.k)
    let product = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 * operands.c.count, alignment: 64)
    defer { product.deallocate() }
    let c = product.bindMemory(to: Float.self)
    _ = c.update(fromContentsOf: operands.c)
    operands.a.withUnsafeBufferPointer { a in
      operands.b.withUnsafeBufferPointer { b in
        operands.bias.withUnsafeBufferPointer { bias in
          guard let target = c.baseAddress else { return }
          var nothing: Float = 0
          withUnsafeMutablePointer(to: &nothing) { nothing in
            let left = ood_matmul_operand(
              base: a.baseAddress ?? UnsafePointer(nothing),
              row_stride: problem.transposeA ? 1 : problem.aStride,
              column_stride: problem.transposeA ? problem.aStride : 1)
            let right = ood_matmul_operand(
              base: b.baseAddress ?? UnsafePointer(nothing),
              row_stride: problem.transposeB ? 1 : problem.bStride,
              column_stride: problem.transposeB ? problem.bStride : 1)
            let output = ood_matmul_output(
              base: target, row_stride: problem.cStride, accumulate: problem.accumulate ? 1 : 0,
              bias: problem.hasBias ? bias.baseAddress : nil, relu: problem.relu ? 1 : 0,
              streams: problem.streams ? 1 : 0)
            let panels = table.panel_count(n)
            let (i, p) = (m / 3, panels / 2)
            switch split {
            case .unpacked:
              table.multiply_unpacked(0, m, 0, panels, k, n, left, right, output)
            case .unpackedPieces:
              table.multiply_unpacked(0, i, 0, panels, k, n, left, right, output)
              table.multiply_unpacked(i, m, 0, p, k, n, left, right, output)
              table.multiply_unpacked(i, m, p, panels, k, n, left, right, output)
            case .whole, .pieces:
              let packed = UnsafeMutablePointer<Float>.allocate(capacity: max(1, table.packed_count(k, n)))
              defer { packed.deallocate() }
              if split == .whole {
                table.pack(0, panels, k, n, right, packed)
                table.multiply(0, m, 0, panels, k, n, left, packed, output)
              } else {
                table.pack(p, panels, k, n, right, packed)
                table.pack(0, p, k, n, right, packed)
                table.multiply(i, m, p, panels, k, n, left, packed, output)
                table.multiply(i, m, 0, p, k, n, left, packed, output)
                table.multiply(0, i, 0, panels, k, n, left, packed, output)
              }
            }
          }
        }
      }
    }
    return Array(c)
  }

  /// The largest error of a product, relative to the sum of its terms' magnitudes; infinite for NaN.
  static func largestError(_ product: [Float], _ problem: Problem, _ operands: Operands) -> Double {
    var largest = 0.0
    for i in 0..<problem.m {
      for j in 0..<problem.n {
        let position = i * problem.cStride + j
        var sum = problem.accumulate ? Double(operands.c[position]) : 0
        var magnitude = 1 + sum.magnitude
        for p in 0..<problem.k {
          let a = operands.a[problem.transposeA ? p * problem.aStride + i : i * problem.aStride + p]
          let b = operands.b[problem.transposeB ? j * problem.bStride + p : p * problem.bStride + j]
          sum += Double(a) * Double(b)
          magnitude += (Double(a) * Double(b)).magnitude
        }
        if problem.hasBias { sum += Double(operands.bias[j]) }
        if problem.relu { sum = max(0, sum) }
        let error = (Double(product[position]) - sum).magnitude / magnitude
        largest = error.isNaN ? .infinity : max(largest, error)
      }
    }
    return largest
  }

  @Test("Random shapes, strides, transpositions and endings", arguments: variants)
  func randomProducts(variant: String) {
    var random = Sequence(7)
    for seed in 0..<60 {
      let problem = Problem.random(&random)
      let operands = Operands(problem, seed: UInt64(seed))
      let product = Self.multiply(variant, problem, operands, .whole)
      #expect(Self.largestError(product, problem, operands) < 1e-6, "\(problem)")
      for i in 0..<problem.m {
        for j in problem.n..<problem.cStride {
          let position = i * problem.cStride + j
          #expect(
            product[position].bitPattern == operands.c[position].bitPattern, "The gap after a row changed.")
        }
      }
    }
  }

  @Test("However the work is split and packed, the bits are the same", arguments: variants)
  func splits(variant: String) {
    var random = Sequence(11)
    for seed in 0..<40 {
      let problem = Problem.random(&random)
      let operands = Operands(problem, seed: UInt64(seed))
      let whole = Self.multiply(variant, problem, operands, .whole)
      for split in Split.allCases {
        let bits = Self.multiply(variant, problem, operands, split).map(\.bitPattern)
        #expect(bits == whole.map(\.bitPattern), "\(split) of \(problem)")
      }
    }
  }

  @Test("Shapes with more rows, groups of panels and blocks of k than one", arguments: variants)
  func largeShapes(variant: String) {
    for (m, n, k) in [(211, 33, 300), (7, 1100, 270), (200, 600, 20), (1, 64, 512)] {
      for transposeB in [false, true] {
        var problem = Problem(m: m, n: n, k: k)
        problem.transposeB = transposeB
        let operands = Operands(problem, seed: 3)
        for split in [Split.whole, .unpacked] {
          let product = Self.multiply(variant, problem, operands, split)
          #expect(Self.largestError(product, problem, operands) < 1e-6, "\(problem) \(split)")
        }
      }
    }
  }

  @Test("A sum over nothing is zero, or what was there, and has its bias", arguments: variants)
  func noDepth(variant: String) {
    var problem = Problem(m: 5, n: 19, k: 0)
    for split in Split.allCases {
      #expect(
        Self.multiply(variant, problem, Operands(problem, seed: 1), split)
          == Array(repeating: 0, count: 5 * 19))
    }
    problem.hasBias = true
    problem.accumulate = true
    let operands = Operands(problem, seed: 1)
    let product = Self.multiply(variant, problem, operands, .whole)
    for position in 0..<product.count {
      #expect(product[position] == operands.c[position] + operands.bias[position % 19])
    }
  }

  @Test(
    "Panels cover the columns in order, in whole vectors and within the largest width", arguments: variants)
  func panels(variant: String) {
    let table = Self.table(variant)
    let width = KernelVariant(named: variant)!.vectorWidth
    for n in 0..<300 {
      let count = table.panel_count(n)
      let starts = (0...count).map { table.panel_start(n, $0) }
      #expect(starts.first == 0)
      #expect(starts.last == (n + width - 1) / width * width)
      for (start, end) in zip(starts, starts.dropFirst()) {
        #expect(start < end && end - start <= table.tile_columns && start % width == 0)
      }
      #expect(table.packed_count(9, n) == 9 * starts.last!)
    }
  }

  @Test("Infinities and NaN go through, and ReLU keeps NaN", arguments: variants)
  func notFinite(variant: String) {
    var problem = Problem(m: 3, n: 21, k: 2)
    problem.relu = true
    var operands = Operands(problem, seed: 1)
    operands.a = [.infinity, 1, 1, .nan, 1, 1]
    operands.b = Array(repeating: 1, count: 42)
    let c = Self.multiply(variant, problem, operands, .whole)
    #expect(c[0..<21].allSatisfy { $0 == .infinity })
    #expect(c[21..<42].allSatisfy { $0.isNaN })
    #expect(c[42..<63].allSatisfy { $0 == 2 })
  }

  @Test("Products with vectors", arguments: variants)
  func vectors(variant: String) {
    let table = Self.table(variant)
    var random = Sequence(5)
    for _ in 0..<60 {
      let (rows, columns) = (1 + random.below(40), random.below(random.below(4) == 0 ? 5000 : 300))
      let stride = columns + random.below(3)
      let a = random.floats(max(1, rows * stride))
      let (x, z) = (random.floats(max(1, columns)), random.floats(rows))
      let accumulate = random.below(2) == 0
      var y = accumulate ? random.floats(rows) : Array(repeating: .nan, count: rows)
      var w = accumulate ? random.floats(max(1, columns)) : Array(repeating: .nan, count: max(1, columns))
      let (y0, w0) = (y, w)
      let split = random.below(rows)
      table.rows_times_vector(split, rows, columns, a, stride, x, &y, accumulate ? 1 : 0)
      table.rows_times_vector(0, split, columns, a, stride, x, &y, accumulate ? 1 : 0)
      let columnSplit = random.below(columns + 1)
      table.vector_times_columns(columnSplit, columns, rows, a, stride, z, &w, accumulate ? 1 : 0)
      table.vector_times_columns(0, columnSplit, rows, a, stride, z, &w, accumulate ? 1 : 0)
      for i in 0..<rows {
        var sum = accumulate ? Double(y0[i]) : 0
        for j in 0..<columns { sum += Double(a[i * stride + j]) * Double(x[j]) }
        #expect((Double(y[i]) - sum).magnitude < 1e-6 * (20 + Double(columns)))
      }
      for j in 0..<columns {
        var sum = accumulate ? Double(w0[j]) : 0
        for i in 0..<rows { sum += Double(a[i * stride + j]) * Double(z[i]) }
        #expect((Double(w[j]) - sum).magnitude < 1e-6 * (20 + Double(rows)))
      }
      var whole = w0
      table.vector_times_columns(0, columns, rows, a, stride, z, &whole, accumulate ? 1 : 0)
      #expect(whole.map(\.bitPattern) == w.map(\.bitPattern), "The split at \(columnSplit) changed bits.")
    }
  }
}
