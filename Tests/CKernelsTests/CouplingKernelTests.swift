import CKernels
import Foundation
import Testing

private let variants = (0..<ood_kernel_variant_count()).map {
  String(cString: ood_kernel_variant($0).pointee.name)
}

private func coupling(_ variant: String) -> ood_coupling { ood_kernels_named(variant)!.pointee.coupling }

/// Rows and columns: packed, ragged, wide, wider than a block.
private let shapes = [
  (0, 2), (3, 0), (1, 1), (1000, 1), (300, 2), (77, 3), (40, 7), (20, 16), (9, 17), (6, 31), (5, 32), (5, 33),
  (4, 100),
  (2, 392), (2, 1030),
]

private let clamp: Float = 1.9

private func logScale(_ raw: Float) -> Double { Double(clamp * 0.636) * atan(Double(raw)) }

/// A matrix whose rows lie in wider ones.
private struct Rows {
  let stride: Int
  var elements: [Float]

  init(_ rows: Int, _ columns: Int, gap: Int, _ numbers: inout SampleNumbers, scale: Float) {
    stride = columns + gap
    elements = numbers.floats(rows * (columns + gap) + 1, scale: scale)
  }
}

@Suite struct CouplingKernelTests {
  /// The second half of each row changes, given a network's output of raw scales and shifts side by side, all in place.
  @Test func usage() {
    let (rows, half) = (2, 3)
    let x: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    let network: [Float] = [0, 1, -1, 0.5, 0.5, 0.5, 2, 0, 0, 0, 0, 1]
    var y = x
    var logDeterminant = [Float](repeating: 0, count: rows)
    let kernels = ood_active_kernels().pointee.coupling
    y.withUnsafeMutableBufferPointer { y in
      network.withUnsafeBufferPointer { network in
        let (y, network) = (y.baseAddress!, network.baseAddress!)
        kernels.forward(
          y + half, 2 * half, network, 2 * half, network + half, 2 * half, clamp, y + half, 2 * half,
          &logDeterminant,
          rows, half)
      }
    }
    #expect(y[0..<3] == x[0..<3] && y[6..<9] == x[6..<9])
    #expect(y[3] == 4.5 && y[11] == 13)
    #expect(abs(logDeterminant[0]) < 1e-6 && abs(Double(logDeterminant[1]) - logScale(2)) < 1e-6)
  }

  @Test(arguments: variants, [0, 5]) func agreesWithItsDefinition(variant: String, gap: Int) {
    var numbers = SampleNumbers(seed: 1)
    for (rows, columns) in shapes {
      let x = Rows(rows, columns, gap: gap, &numbers, scale: 3)
      let raw = Rows(rows, columns, gap: 2 * gap, &numbers, scale: 20)
      let shift = Rows(rows, columns, gap: 0, &numbers, scale: 2)
      let start = Rows(rows, columns, gap: gap / 2, &numbers, scale: 1)
      var (y, logDeterminant) = (start, [Float](repeating: -7, count: rows + 1))
      coupling(variant).forward(
        x.elements, x.stride, raw.elements, raw.stride, shift.elements, shift.stride, clamp, &y.elements,
        y.stride,
        &logDeterminant, rows, columns)
      var back = start
      var inverseLogDeterminant = logDeterminant
      coupling(variant).inverse(
        y.elements, y.stride, raw.elements, raw.stride, shift.elements, shift.stride, clamp, &back.elements,
        back.stride,
        &inverseLogDeterminant, rows, columns)
      for r in 0..<rows {
        var sum = 0.0
        for c in 0..<y.stride {
          guard c < columns else {
            #expect(
              y.elements[r * y.stride + c] == start.elements[r * y.stride + c], "wrote beside its columns")
            continue
          }
          let s = logScale(raw.elements[r * raw.stride + c])
          sum += s
          let exact =
            Double(x.elements[r * x.stride + c]) * exp(s) + Double(shift.elements[r * shift.stride + c])
          #expect(abs(Double(y.elements[r * y.stride + c]) - exact) <= 2e-6 * (1 + abs(exact)))
          let original = x.elements[r * x.stride + c]
          #expect(abs(back.elements[r * back.stride + c] - original) <= 1e-5 * (1 + abs(original)))
        }
        #expect(abs(Double(logDeterminant[r]) - sum) <= 1e-6 * Double(max(1, columns)))
        #expect(inverseLogDeterminant[r] == -logDeterminant[r])
      }
      #expect(logDeterminant[rows] == -7 && y.elements.last == start.elements.last)

      // In the place of an input with the same stride.
      var inPlace = x.elements
      var again = logDeterminant
      inPlace.withUnsafeMutableBufferPointer {
        let p = $0.baseAddress!
        coupling(variant).forward(
          p, x.stride, raw.elements, raw.stride, shift.elements, shift.stride, clamp, p, x.stride, &again,
          rows, columns)
      }
      for r in 0..<rows {
        for c in 0..<columns { #expect(inPlace[r * x.stride + c] == y.elements[r * y.stride + c]) }
      }
      #expect(again == logDeterminant)
    }
  }

  @Test(arguments: variants, [0, 5]) func backwardAgreesWithItsDefinition(variant: String, gap: Int) {
    var numbers = SampleNumbers(seed: 2)
    for (rows, columns) in shapes {
      let u = Rows(rows, columns, gap: gap / 2, &numbers, scale: 1)
      let x = Rows(rows, columns, gap: gap, &numbers, scale: 3)
      let raw = Rows(rows, columns, gap: gap, &numbers, scale: 3)
      let v = numbers.floats(rows)
      let (startX, startRaw) = (
        Rows(rows, columns, gap: gap, &numbers, scale: 1), Rows(rows, columns, gap: gap, &numbers, scale: 1)
      )
      var (dx, dRaw) = (startX, startRaw)
      coupling(variant).backward(
        u.elements, u.stride, v, x.elements, x.stride, raw.elements, raw.stride, clamp, &dx.elements,
        dx.stride,
        &dRaw.elements, dRaw.stride, rows, columns)
      for r in 0..<rows {
        for c in 0..<dx.stride {
          let i = r * dx.stride + c
          guard c < columns else {
            #expect(dx.elements[i] == startX.elements[i] && dRaw.elements[i] == startRaw.elements[i])
            continue
          }
          let a = raw.elements[r * raw.stride + c]
          let scaled = Double(u.elements[r * u.stride + c]) * exp(logScale(a))
          let exact =
            (scaled * Double(x.elements[r * x.stride + c]) + Double(v[r])) * Double(clamp * 0.636)
            / (1 + Double(a) * Double(a))
          #expect(abs(Double(dx.elements[i]) - scaled) <= 2e-6 * abs(scaled) + 1e-9)
          #expect(abs(Double(dRaw.elements[i]) - exact) <= 1e-5 * (1 + abs(exact)))
        }
      }
      #expect(dx.elements.last == startX.elements.last && dRaw.elements.last == startRaw.elements.last)

      // In the place of x and raw.
      var (inX, inRaw) = (x.elements, raw.elements)
      inX.withUnsafeMutableBufferPointer { px in
        inRaw.withUnsafeMutableBufferPointer { praw in
          let (px, praw) = (px.baseAddress!, praw.baseAddress!)
          coupling(variant).backward(
            u.elements, u.stride, v, px, x.stride, praw, raw.stride, clamp, px, x.stride, praw, raw.stride,
            rows, columns)
        }
      }
      for r in 0..<rows {
        for c in 0..<columns {
          #expect(inX[r * x.stride + c] == dx.elements[r * dx.stride + c])
          #expect(inRaw[r * raw.stride + c] == dRaw.elements[r * dRaw.stride + c])
        }
      }
    }
  }

  /// Matrices that are too large for the caches take another way to memory: at any address, to the same bits.
  @Test(arguments: variants) func largeMatrices(variant: String) {
    let (columns, stride) = (75, 151)
    let rows = Int(ood_streaming_count) / columns + 2
    // The second of two parts of each row is written, which begins and ends within lines of the cache.
    let part = stride - columns - 1
    func isBetween(_ y: [Float]) -> Bool {
      y[stride - 1] == -7 && y[stride..<stride + part].allSatisfy { $0 == -7 }
    }
    let forward = wholeAndInPieces(rows: rows, stride: stride) {
      coupling(variant).forward(
        $0 + part, stride, $1, stride, $1 + part, stride, clamp, $2 + part, stride, $3, $4, columns)
    }
    #expect(isBetween(forward))
    let inverse = wholeAndInPieces(rows: rows, stride: stride) {
      coupling(variant).inverse(
        $0 + part, stride, $1, stride, $1 + part, stride, clamp, $2 + part, stride, $3, $4, columns)
    }
    #expect(isBetween(inverse))
    let backward = wholeAndInPieces(rows: rows, stride: stride) {
      coupling(variant).backward(
        $0, stride, $3, $0 + part, stride, $1, stride, clamp, $2 + part, stride, $2, stride, $4, columns)
    }
    #expect(backward[stride - 1] == -7)
  }

  /// So do many short rows that follow each other without a gap, which are taken together.
  @Test(arguments: variants, [40, 64]) func largeMatricesOfShortRows(variant: String, columns: Int) {
    let rows = Int(ood_streaming_count) / columns + 2
    _ = wholeAndInPieces(rows: rows, stride: columns) {
      coupling(variant).forward($0, columns, $1, columns, $1, columns, clamp, $2, columns, $3, $4, columns)
    }
    _ = wholeAndInPieces(rows: rows, stride: columns) {
      coupling(variant).inverse($0, columns, $1, columns, $1, columns, clamp, $2, columns, $3, $4, columns)
    }
    let count = rows * columns
    let backward = wholeAndInPieces(rows: rows, stride: columns, results: 2) {
      coupling(variant).backward(
        $0, columns, $3, $0, columns, $1, columns, clamp, $2, columns, $2 + count, columns, $4, columns)
    }
    #expect(backward[count - 1] != -7 && backward[count] != -7)
  }

  /// What `body` writes of all rows, `results` matrices one after the other, which must be what it writes of 1,000 rows at a time.
  private func wholeAndInPieces(
    rows: Int, stride: Int, results: Int = 1,
    _ body: (
      _ x: UnsafePointer<Float>, _ parameters: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
      _ logDeterminant: UnsafeMutablePointer<Float>, _ rows: Int
    ) -> Void
  ) -> [Float] {
    var numbers = SampleNumbers(seed: 3)
    let (x, parameters) = (
      numbers.floats(rows * stride, scale: 3), numbers.floats(rows * stride, scale: 3)
    )
    let untouched = [Float](repeating: -7, count: results * rows * stride + 1)
    var (whole, pieces) = (untouched, untouched)
    var (determinants, determinantsOfPieces) = (
      [Float](repeating: 0, count: rows), [Float](repeating: 0, count: rows)
    )
    body(x, parameters, &whole, &determinants, rows)
    for row in Swift.stride(from: 0, to: rows, by: 1000) {
      let place = row * stride
      x.withUnsafeBufferPointer { x in
        parameters.withUnsafeBufferPointer { parameters in
          pieces.withUnsafeMutableBufferPointer { y in
            determinantsOfPieces.withUnsafeMutableBufferPointer {
              body(
                x.baseAddress! + place, parameters.baseAddress! + place, y.baseAddress! + place,
                $0.baseAddress! + row, min(1000, rows - row))
            }
          }
        }
      }
    }
    #expect(whole == pieces && determinants == determinantsOfPieces)
    #expect(whole.last == -7)
    return whole
  }

  /// The clamp holds for any output of a network, and its slope vanishes instead of overflowing.
  @Test(arguments: variants) func extremeRawScales(variant: String) {
    for raw in [Float.infinity, .greatestFiniteMagnitude, 1e30, Float(bitPattern: 70_000), 0] {
      for raw in [raw, -raw] {
        for columns in [1, 40] {
          let raws = [Float](repeating: raw, count: columns)
          let ones = [Float](repeating: 1, count: columns)
          var (y, logDeterminant) = (ones, Float(0))
          coupling(variant).forward(
            ones, columns, raws, columns, ones, columns, clamp, &y, columns, &logDeterminant, 1, columns)
          #expect(y.allSatisfy { abs(Double($0) - 1 - exp(logScale(raw))) < 2e-6 })
          #expect(abs(logDeterminant) < clamp * Float(columns))
          var (dx, dRaw) = (ones, ones)
          coupling(variant).backward(
            ones, columns, [1], ones, columns, raws, columns, clamp, &dx, columns, &dRaw, columns, 1, columns)
          #expect(dRaw.allSatisfy { $0.isFinite && $0 >= 0 })
        }
      }
    }
  }
}
