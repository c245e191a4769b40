import GenModels
import OODDatasets
import Testing

/// Changes of the geometry of images.
struct ImageTransformTests {
  /// Two images of 3 × 4 pixels with two channels, all values different.
  static let images = Tensor((0..<48).map(Float.init), shape: [2, 3, 4, 2])

  @Test func padding() {
    let padded = ImagePadding(top: 1, left: 2, bottom: 3, right: 4, value: -1).apply(to: Self.images)
    #expect(padded.shape == [2, 7, 10, 2])
    #expect(padded[1, 1, 2, 1] == Self.images[1, 0, 0, 1])
    #expect(padded[0, 3, 5, 0] == Self.images[0, 2, 3, 0])
    #expect(padded.elements.count { $0 == -1 } == 2 * (70 - 12) * 2)
    #expect(ImagePadding(0).apply(to: Self.images) == Self.images)
  }

  @Test func croppingUndoesPadding() {
    let padded = ImagePadding(2).apply(to: Self.images)
    #expect(ImageCropping(rows: 2..<5, columns: 2..<6).apply(to: padded) == Self.images)
    let corner = ImageCropping(rows: 1..<2, columns: 3..<4).apply(to: Self.images)
    #expect(corner == Tensor([14, 15, 38, 39], shape: [2, 1, 1, 2]))
    #expect(ImageCropping(rows: 0..<0, columns: 0..<4).apply(to: Self.images).shape == [2, 0, 4, 2])
  }

  @Test func quarterTurnsMovePixels() {
    let square = Tensor((0..<9).map(Float.init), shape: [1, 3, 3, 1])
    // Counter-clockwise: the right column becomes the upper row.
    let turned = ImageRotation(degrees: 90).apply(to: square)
    #expect(turned.elements == [2, 5, 8, 1, 4, 7, 0, 3, 6])
    #expect(ImageRotation(degrees: 180).apply(to: square).elements == [8, 7, 6, 5, 4, 3, 2, 1, 0])
    #expect(ImageRotation(degrees: -90).apply(to: turned) == square)
    #expect(ImageRotation(degrees: 360).apply(to: square) == square)
    #expect(ImageRotation(degrees: 450).apply(to: square) == turned)
    #expect(
      ImageRotation(degrees: 180).apply(to: ImageRotation(degrees: -180).apply(to: Self.images))
        == Self.images)
  }

  @Test func aTurnAgreesWithTheFormula() {
    // A plane is what bilinear interpolation reproduces exactly: v = 3x + 5y, seen from the turned position.
    let size = 21
    let plane = Tensor(
      (0..<size * size).map { 3 * Float($0 % size - 10) + 5 * Float($0 / size - 10) },
      shape: [1, size, size, 1])
    let turned = ImageRotation(degrees: 30, fill: 999).apply(to: plane)
    let (c, s): (Float, Float) = (0.8660254, 0.5)
    for row in 5..<16 {
      for column in 5..<16 {
        let (x, y) = (Float(column - 10), Float(row - 10))
        let expected = 3 * (c * x - s * y) + 5 * (s * x + c * y)
        #expect(abs(turned[0, row, column, 0] - expected) < 1e-3)
      }
    }
    #expect(turned[0, 0, 0, 0] == 999)
  }

  @Test func turnsKeepTheInkOfADigit() {
    let digits = SyntheticGlyphs.digits.examples(0..<10, of: .train).images
    let padded = ImagePadding(8).apply(to: digits)
    let turned = ImageRotation(degrees: 17).apply(to: padded)
    let (before, after) = (padded.elements.reduce(0, +), turned.elements.reduce(0, +))
    #expect(abs(after / before - 1) < 0.01)
    #expect(ImageRotation(degrees: 17).apply(to: .zeros([0, 5, 5, 1])).shape == [0, 5, 5, 1])
  }
}
