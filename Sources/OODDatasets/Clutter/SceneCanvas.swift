import GenModels

/// One grey image of a set.
struct ScenePicture {
  let height, width: Int
  private let pixels: ArraySlice<Float>

  init(_ all: [Float], number: Int, _ shape: Shape) {
    (height, width) = (shape[1], shape[2])
    pixels = all[number * height * width..<(number + 1) * height * width]
  }

  subscript(row: Int, column: Int) -> Float { pixels[pixels.startIndex + row * width + column] }
}

/// A scene while it is drawn.
struct SceneCanvas {
  /// An object in the scene: which image it is, its left end, and where its ink is.
  struct Object {
    let source: Int
    let left: Double
    let ink: [Int]
  }

  let size: Int
  private(set) var pixels: [Float]
  private(set) var objects: [Object] = []
  private var isTaken: [Bool]

  /// What counts as ink.
  private static let threshold: Float = 0.1
  /// Places that are tried before an object is left out of a crowded scene.
  private static let tries = 40

  init(size: Int) {
    self.size = size
    pixels = [Float](repeating: 0, count: size * size)
    isTaken = [Bool](repeating: false, count: size * size)
  }

  /// Puts a whole object at a random place where its ink meets no other object's; leaves it out when none is found.
  mutating func place(_ picture: ScenePicture, source: Int, using random: inout RandomGenerator) {
    for _ in 0..<Self.tries {
      let top = random.integers(1, below: size - picture.height + 1).elements[0]
      let left = random.integers(1, below: size - picture.width + 1).elements[0]
      var ink: [Int] = []
      var columns = 0
      for row in 0..<picture.height {
        for column in 0..<picture.width where picture[row, column] > Self.threshold {
          ink.append((top + row) * size + left + column)
          columns += left + column
        }
      }
      guard ink.allSatisfy({ !isTaken[$0] }) else { continue }
      draw(picture, rows: 0..<picture.height, columns: 0..<picture.width, top: top, left: left)
      for place in ink { isTaken[place] = true }
      objects.append(Object(source: source, left: Double(columns) / Double(max(1, ink.count)), ink: ink))
      return
    }
  }

  /// Puts a square part of a picture, cut at a random place, at a random place.
  mutating func addFragment(of picture: ScenePicture, side: Int, using random: inout RandomGenerator) {
    let side = min(side, size)
    let row = random.integers(1, below: picture.height - side + 1).elements[0]
    let column = random.integers(1, below: picture.width - side + 1).elements[0]
    let top = random.integers(1, below: size - side + 1).elements[0]
    let left = random.integers(1, below: size - side + 1).elements[0]
    draw(picture, rows: row..<row + side, columns: column..<column + side, top: top, left: left)
  }

  private mutating func draw(
    _ picture: ScenePicture, rows: Range<Int>, columns: Range<Int>, top: Int, left: Int
  ) {
    for row in rows {
      for column in columns {
        let place = (top + row - rows.lowerBound) * size + left + column - columns.lowerBound
        pixels[place] = max(pixels[place], picture[row, column])
      }
    }
  }

  /// 1 on an object's ink and `margin` pixels around it, 0 elsewhere.
  func mask(of object: Object, margin: Int) -> [Float] {
    var mask = [Float](repeating: 0, count: size * size)
    for place in object.ink {
      let (row, column) = (place / size, place % size)
      for y in max(0, row - margin)...min(size - 1, row + margin) {
        for x in max(0, column - margin)...min(size - 1, column + margin) { mask[y * size + x] = 1 }
      }
    }
    return mask
  }
}
