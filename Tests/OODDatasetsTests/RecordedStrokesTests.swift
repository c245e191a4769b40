import GenModels
import OODDatasets
import Testing

/// Images drawn from recorded strokes, compared with images that another program drew from the same strokes.
@Suite(.enabled(if: SharedData.isHere, "\(SharedData.message)"))
struct RecordedStrokesTests {
  @Test(arguments: [
    ("hwrt:strokes", "hwrt:symbols"), ("crohme:strokes", "crohme:symbols"),
  ])
  func drawnAsTheReferenceIs(strokes: String, reference: String) throws {
    let drawn = try SharedData.library.load(strokes)
    let expected = try SharedData.library.load(reference)
    #expect(drawn.examples.shape == expected.examples.shape)
    let correlations = Self.correlations(drawn.examples, expected.examples).sorted()
    #expect(correlations[correlations.count / 2] >= 0.99)
    #expect(correlations[correlations.count / 20] >= 0.9)
    let ratio = Self.mean(drawn.examples) / Self.mean(expected.examples)
    #expect(abs(ratio - 1) <= 0.03)
  }

  static func mean(_ x: Tensor) -> Double {
    x.withUnsafeElements { $0.reduce(0.0) { $0 + Double($1) } } / Double(x.count)
  }

  /// Pearson's correlation of corresponding images.
  static func correlations(_ a: Tensor, _ b: Tensor) -> [Double] {
    let pixels = a.count / a.shape[0]
    return a.withUnsafeElements { a in
      b.withUnsafeElements { b in
        (0..<a.count / pixels).map { image in
          var (sa, sb, saa, sbb, sab) = (0.0, 0.0, 0.0, 0.0, 0.0)
          for index in image * pixels..<(image + 1) * pixels {
            let (x, y) = (Double(a[index]), Double(b[index]))
            (sa, sb, saa, sbb, sab) = (sa + x, sb + y, saa + x * x, sbb + y * y, sab + x * y)
          }
          let n = Double(pixels)
          return (sab - sa * sb / n) / ((saa - sa * sa / n) * (sbb - sb * sb / n)).squareRoot()
        }
      }
    }
  }
}
