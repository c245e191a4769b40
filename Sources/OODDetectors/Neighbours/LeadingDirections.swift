import CKernels
import GenModels

/// A few numbers for each vector whose distances are lower bounds on those of the vectors: the products Qᵀx with orthonormal
/// directions in which a sample varies most, and the length |x − QQᵀx| of what is left.
///
/// The vectors' parts along Q and across it are orthogonal, and the lengths of two parts differ by no more than the parts do:
/// |Qᵀx − Qᵀy|² + (|x − QQᵀx| − |y − QQᵀy|)² ≤ |x − y|². The directions are those of principal components, by two steps of
/// subspace iteration on at most 1,024 rows; any others would be right as well, and slower.
struct LeadingDirections: Sendable {
  /// Numbers of a vector: the directions and one.
  let width: Int
  /// The bound η on the error of a vector's numbers, relative to the length of the vector.
  let error: Double
  private let columns: Int
  private let packedDirections: [Float]
  private let packedTransposed: [Float]

  private static let sampleRows = 1024

  /// An eighth as many numbers as columns, for tables of at least 128 columns and 4,096 rows; nil for smaller ones, and
  /// where they would not rule out nine tenths of the points.
  /// - Parameter write: Writes row i of the table in single precision, centred and scaled to at most about 1.
  init?(rows: Int, columns: Int, _ write: (Int, UnsafeMutablePointer<Float>) -> Void) {
    guard rows >= 4096 && columns >= 128 else { return nil }
    let sample = Tensor(shape: [Self.sampleRows, columns]) { floats in
      for i in 0..<Self.sampleRows { write(i * rows / Self.sampleRows, floats.baseAddress! + i * columns) }
    }
    let width = max(16, columns / 8 / 16 * 16)
    guard let directions = try? Self.directions(width - 1, of: Matrix(sample)) else { return nil }
    self.init(directions)
    guard isSelective(sample) else { return nil }
  }

  /// With orthonormal directions, a column each.
  init(_ directions: Matrix) {
    let (columns, count) = (directions.rows, directions.columns)
    self.columns = columns
    width = count + 1
    let unitRoundoff = 0x1p-24
    let (down, up) = (ProductSearch.productError(depth: columns), ProductSearch.productError(depth: count))
    // The products with the directions, what they leave (twice the first error, and its own), and the directions' rounding.
    error = (2 * down + up + 4 * unitRoundoff) * Double(count).squareRoot() + 4 * unitRoundoff
    let floats = Tensor(directions)
    let kernels = ood_active_kernels().pointee.matmul
    func pack(_ depth: Int, _ n: Int, rowStride: Int, columnStride: Int) -> [Float] {
      floats.withUnsafeElements { floats in
        [Float](unsafeUninitializedCapacity: kernels.packed_count(depth, n)) { packed, initialized in
          kernels.pack(
            0, kernels.panel_count(n), depth, n,
            ood_matmul_operand(
              base: floats.baseAddress!, row_stride: rowStride, column_stride: columnStride),
            packed.baseAddress!)
          initialized = packed.count
        }
      }
    }
    packedDirections = pack(columns, count, rowStride: count, columnStride: 1)
    packedTransposed = pack(count, columns, rowStride: 1, columnStride: count)
  }

  private static func directions(_ count: Int, of sample: Matrix) throws -> Matrix {
    var basis = Matrix(rows: sample.columns, columns: count) { start in
      for j in 0..<count {
        for k in 0..<sample.columns { start[k * count + j] = sample[j * sample.rows / count, k] }
      }
    }
    for _ in 0..<2 { basis = sample.matrixProduct(sample * basis, transposingSelf: true) }
    return try SingularValues(basis).left
  }

  /// Writes the numbers of `count` vectors, `width` a vector.
  func write(_ vectors: UnsafePointer<Float>, count: Int, to numbers: UnsafeMutablePointer<Float>) {
    let kernels = ood_active_kernels().pointee.matmul
    let directions = width - 1
    let along = Scratch<Float>(count * columns)
    packedDirections.withUnsafeBufferPointer { packed in
      kernels.multiply(
        0, count, 0, kernels.panel_count(directions), columns, directions,
        ood_matmul_operand(base: vectors, row_stride: columns, column_stride: 1), packed.baseAddress!,
        ood_matmul_output(
          base: numbers, row_stride: width, accumulate: 0, bias: nil, relu: 0, streams: 0))
    }
    packedTransposed.withUnsafeBufferPointer { packed in
      kernels.multiply(
        0, count, 0, kernels.panel_count(columns), directions, columns,
        ood_matmul_operand(base: numbers, row_stride: width, column_stride: 1), packed.baseAddress!,
        ood_matmul_output(
          base: along.base, row_stride: columns, accumulate: 0, bias: nil, relu: 0, streams: 0))
    }
    for i in 0..<count {
      var square = 0.0
      for k in i * columns..<(i + 1) * columns {
        let left = Double(vectors[k]) - Double(along.base[k])
        square += left * left
      }
      numbers[i * width + directions] = Float(square.squareRoot())
    }
  }

  /// Whether a tenth or less of a sample would be left beside the ten nearest of a few of its vectors.
  private func isSelective(_ sample: Tensor) -> Bool {
    let (asked, nearest) = (32, 10)
    let vectors = Matrix(sample)
    let numbers = Matrix(
      Tensor(shape: [vectors.rows, width]) { numbers in
        sample.withUnsafeElements {
          write($0.baseAddress!, count: vectors.rows, to: numbers.baseAddress!)
        }
      })
    var left = 0
    for i in stride(from: 0, to: vectors.rows, by: vectors.rows / asked) {
      let limit = Self.squares(vectors, from: i).sorted()[nearest]
      left += Self.squares(numbers, from: i).count { $0 <= limit }
    }
    return left <= asked * vectors.rows / 10
  }

  /// The squared distances of all rows from row i.
  private static func squares(_ x: Matrix, from i: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: x.rows) { squares, count in
      x.withUnsafeElements { elements in
        ood_active_kernels().pointee.neighbours.distances(
          ood_metric_squared_euclidean, elements.baseAddress! + i * x.columns, elements.baseAddress!, x.rows,
          x.columns,
          squares.baseAddress!)
      }
      count = x.rows
    }
  }
}
