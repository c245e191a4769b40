import CKernels
import GenModels

/// Points in single precision, in groups for the matrix product, with a bound each.
struct PackedPoints: Sendable {
  static let groupSize = 512

  /// Numbers of a point.
  let width: Int
  /// What a point's products are added to for a lower bound on half the squared distance, but for the query's own part.
  let bounds: [Float]
  private let floats: [Float]
  /// Floats of a packed group; nil where points lie one after the other.
  private let groupFloats: Int?

  /// - Parameters:
  ///   - count: How many points there are.
  ///   - width: Numbers of a point.
  ///   - isPacked: Packed, as products with whole groups want the points; else one after the other, as products with single points do.
  ///   - write: Writes the numbers of some points, `width` a point, and their bounds; is called from several threads.
  init(
    count: Int, width: Int, isPacked: Bool = true,
    _ write: @Sendable (Range<Int>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    self.width = width
    let kernels = ood_active_kernels().pointee.matmul
    let groupFloats = isPacked ? kernels.packed_count(width, Self.groupSize) : width * Self.groupSize
    let groups = (count + Self.groupSize - 1) / Self.groupSize
    var bounds = [Float](repeating: 0, count: count)
    let size = isPacked ? groups * groupFloats : count * width
    floats = [Float](unsafeUninitializedCapacity: size) { floats, initialized in
      bounds.withUnsafeMutableBufferPointer { bounds in
        nonisolated(unsafe) let (to, bounds) = (floats.baseAddress!, bounds.baseAddress!)
        parallelFor(groups, grain: 1) { range in
          for group in range {
            let first = group * Self.groupSize
            let rows = min(Self.groupSize, count - first)
            guard isPacked else {
              write(first..<first + rows, to + first * width, bounds + first)
              continue
            }
            let unpacked = Scratch<Float>(rows * width)
            write(first..<first + rows, unpacked.base, bounds + first)
            let operand = ood_matmul_operand(base: unpacked.base, row_stride: 1, column_stride: width)
            kernels.pack(0, kernels.panel_count(rows), width, rows, operand, to + group * groupFloats)
          }
        }
      }
      initialized = size
    }
    self.bounds = bounds
    self.groupFloats = isPacked ? groupFloats : nil
  }

  var groups: Int { (bounds.count + Self.groupSize - 1) / Self.groupSize }

  /// The points of a group.
  func rows(of group: Int) -> Range<Int> {
    group * Self.groupSize..<min(bounds.count, (group + 1) * Self.groupSize)
  }

  /// Writes the products of `count` rows of `width` numbers with a group's points, `groupSize` floats a row.
  func multiply(
    _ rows: UnsafePointer<Float>, count: Int, group: Int, into products: UnsafeMutablePointer<Float>
  ) {
    let kernels = ood_active_kernels().pointee.matmul
    let points = self.rows(of: group)
    let panels = kernels.panel_count(points.count)
    let left = ood_matmul_operand(base: rows, row_stride: width, column_stride: 1)
    let output = ood_matmul_output(
      base: products, row_stride: Self.groupSize, accumulate: 0, bias: nil, relu: 0, streams: 0)
    floats.withUnsafeBufferPointer { floats in
      if let groupFloats {
        kernels.multiply(
          0, count, 0, panels, width, points.count, left, floats.baseAddress! + group * groupFloats, output)
      } else {
        let right = ood_matmul_operand(
          base: floats.baseAddress! + points.lowerBound * width, row_stride: 1, column_stride: width)
        kernels.multiply_unpacked(0, count, 0, panels, width, points.count, left, right, output)
      }
    }
  }

  /// Writes the products of one row with some points, which are not packed.
  func multiply(
    _ row: UnsafePointer<Float>, with points: UnsafeBufferPointer<Int32>,
    into products: UnsafeMutablePointer<Float>
  ) {
    precondition(groupFloats == nil, "Products with single points need points that are not packed.")
    let kernels = ood_active_kernels().pointee.matmul
    floats.withUnsafeBufferPointer { floats in
      for (place, point) in points.enumerated() {
        kernels.rows_times_vector(
          0, 1, width, floats.baseAddress! + Int(point) * width, width, row, products + place, 0)
      }
    }
  }
}
