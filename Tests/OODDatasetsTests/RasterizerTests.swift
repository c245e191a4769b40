import GenModels
import OODDatasets
import Testing

/// Strokes become images the way the MNIST digits were prepared.
struct RasterizerTests {
  static func drawing(_ strokes: [[(Double, Double)]]) -> Drawing {
    Drawing(strokes: strokes.map { $0.map { PenPoint(x: $0.0, y: $0.1) } })
  }

  /// A letter L, 30 units wide and 60 high.
  static let letter = drawing([[(100, 200), (100, 260), (130, 260)]])

  /// First and last row and column with ink, and the centre of mass.
  struct Ink {
    var rows = Int.max...Int.max
    var columns = Int.max...Int.max
    var center = (x: 0.0, y: 0.0)
    var sum = 0.0

    init(_ image: Tensor) {
      let size = image.shape[0]
      var (top, bottom, left, right) = (size, -1, size, -1)
      for row in 0..<size {
        for column in 0..<size where image[row, column, 0] > 0 {
          let value = Double(image[row, column, 0])
          (top, bottom) = (min(top, row), max(bottom, row))
          (left, right) = (min(left, column), max(right, column))
          sum += value
          center.x += value * (Double(column) + 0.5)
          center.y += value * (Double(row) + 0.5)
        }
      }
      rows = top...bottom
      columns = left...right
      center = (center.x / sum, center.y / sum)
    }
  }

  /// A straight stroke of length l by a pen of width w covers l w + π w² / 4.
  @Test func aStraightStrokeHasTheInkOfItsShape() throws {
    let rasterizer = Rasterizer()
    for pieces in [1, 8] {
      for (x, y) in [(1.0, 0.0), (0, 1), (3, 1), (1, 1), (-2, 3), (5, -1), (-7, -6)] {
        let points: [(Double, Double)] = (0...pieces).map { i in
          let part = Double(i) / Double(pieces)
          return (part * x, part * y)
        }
        let image = try rasterizer.image(of: Self.drawing([points]))
        let length = rasterizer.axisBox * (x * x + y * y).squareRoot() / max(abs(x), abs(y))
        let exact = length * rasterizer.pen + .pi * rasterizer.pen * rasterizer.pen / 4
        #expect(abs(Ink(image).sum / exact - 1) < 0.025)
      }
    }
  }

  @Test func aLetterFillsTheBox() throws {
    let image = try Rasterizer().image(of: RasterizerTests.letter)
    #expect(image.shape == [28, 28, 1])
    let ink = Ink(image)
    // 60 units become 20 − 2.4 pixels, and the pen adds 2.4; 30 units become half of that.
    #expect(ink.rows.count == 20)
    #expect(ink.columns.count == 12)
    #expect(image.elements.max() == 1 && image.elements.min() == 0)
    #expect(abs(ink.center.x - 14) <= 0.5 && abs(ink.center.y - 14) <= 0.5)
    // Area of the two bars, minus the corner that both cover, plus half a disc at each end, and three quarters at the corner.
    let (pen, height, width) = (2.4, 17.6, 8.8)
    let area =
      pen * (height + width) + 0.25 * Double.pi * pen * pen + (0.25 * Double.pi / 4 - 0.25) * pen * pen
    #expect(abs(ink.sum - area) < 0.01 * area)
  }

  @Test(arguments: [(28, 20.0, 2.4), (28, 24.0, 1.2), (64, 50.0, 6.0), (21, 21.0, 3.0), (8, 6.0, 1.5)])
  func boxSizeAndPenAreParameters(size: Int, box: Double, pen: Double) throws {
    let image = try Rasterizer(size: size, box: box, pen: pen).image(of: RasterizerTests.letter)
    #expect(image.shape == [size, size, 1])
    #expect(Ink(image).rows.count == Int(box))
  }

  @Test func theSameImageWhateverTheUnits() throws {
    let moved = RasterizerTests.drawing([[(0.5, -3), (0.5, -1), (1.5, -1)]])
    #expect(try Rasterizer().image(of: moved) == Rasterizer().image(of: RasterizerTests.letter))
  }

  @Test func dotsStayDots() throws {
    let dot = RasterizerTests.drawing([[(5, 5)]])
    let image = try Rasterizer().image(of: dot)
    #expect(abs(Ink(image).sum - Double.pi * 1.2 * 1.2) < 0.1)
    // Two units wide: enlarged to the box, unless it may not be.
    let speck = RasterizerTests.drawing([[(5, 5), (7, 5)]])
    #expect(try Ink(Rasterizer().image(of: speck)).columns.count == 20)
    let small = try Rasterizer().image(of: speck, smallestExtent: 17.6)
    #expect(Ink(small).columns.count == 5)
    // Larger than the limit: the limit doesn't matter.
    #expect(
      try Rasterizer().image(of: RasterizerTests.letter, smallestExtent: 17.6)
        == Rasterizer().image(of: RasterizerTests.letter))
  }

  @Test func allInkStaysInTheImage() throws {
    // Nearly all ink in one corner: its centre can't come to the middle.
    var strokes: [[(Double, Double)]] = (0...12).map { [(0, 5 * Double($0)), (60, 5 * Double($0))] }
    strokes.append([(0, 0), (100, 100)])
    let ink = try Ink(Rasterizer(size: 24, box: 20).image(of: RasterizerTests.drawing(strokes)))
    #expect(ink.rows == 4...23 && ink.columns == 4...23)
  }

  @Test func nothingDrawnIsBlack() throws {
    #expect(try Rasterizer().image(of: Drawing(strokes: [])) == .zeros([28, 28, 1]))
    #expect(try Rasterizer().image(of: Drawing(strokes: [[], []])) == .zeros([28, 28, 1]))
    #expect(try Rasterizer().images(of: []).shape == [0, 28, 28, 1])
  }

  @Test func batchesAndThreadsGiveTheSameBits() throws {
    let drawings = (0..<100).map { (number: Int) -> Drawing in
      let scribble = (0..<20).map { (point: Int) -> PenPoint in
        PenPoint(x: Double((point * 37 + number) % 23), y: Double((point * 11 + 3 * number) % 31))
      }
      return Drawing(strokes: [scribble, [PenPoint(x: 3, y: 4)], []])
    }
    let together = try Rasterizer().images(of: drawings)
    let alone = try Parallelism.withThreads(1) { try Rasterizer().images(of: drawings) }
    #expect(together == alone)
    let last = try Rasterizer().image(of: drawings[99])
    #expect(Array(together.elements.suffix(784)) == last.elements)
  }

  @Test func badDrawingsAreRefused() {
    func error(_ drawings: [Drawing], _ extents: [Double]? = nil) -> RasterizerError? {
      do throws(RasterizerError) {
        _ = try Rasterizer().images(of: drawings, smallestExtents: extents)
        return nil
      } catch { return error }
    }
    let good = RasterizerTests.letter
    #expect(
      error([good, RasterizerTests.drawing([[(0, 0)], [(1, 1), (2, .nan)]])])
        == .pointNotFinite(drawing: 1, stroke: 1, point: 1))
    #expect(
      error([RasterizerTests.drawing([[(.infinity, 0)]])]) == .pointNotFinite(drawing: 0, stroke: 0, point: 0)
    )
    #expect(
      error([RasterizerTests.drawing([[(-1.7e308, 0), (1.7e308, 0)]])]) == .extentNotFinite(drawing: 0))
    #expect(error([good], [1, 2]) == .smallestExtents(drawings: 1, given: 2))
    #expect(error([good], [-1]) == .smallestExtent(drawing: 0, -1))
    #expect(error([RasterizerTests.drawing([[(0, 0), (.leastNonzeroMagnitude, 0)]])]) == nil)
    #expect(error([RasterizerTests.drawing([[(-8e307, 0), (8e307, 1)]])]) == nil)
  }
}
