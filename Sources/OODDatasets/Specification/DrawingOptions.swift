/// How strokes are drawn, as the options of a specification say.
///
///     hwrt:strokes?aspect=stretched&box=20&pen=2.4&center=box
struct DrawingOptions {
  /// The options: `aspect=kept|stretched`, `frame=` pixels on a side of the image, `box=` pixels on a side of the square
  /// that the ink is fitted into, or `margin=` pixels around it, `pen=` its diameter in pixels, `center=mass|box`,
  /// `antialias=yes|no`, `smallest=` the extent below which a drawing isn't enlarged to the full box.
  static let names = ["aspect", "frame", "box", "margin", "pen", "center", "antialias", "smallest"]

  let rasterizer: Rasterizer
  /// In the drawings' units; nil where the set's own rule holds.
  let smallestExtent: Double?

  /// Throws `SpecificationError` at the option that makes no sense.
  init(_ specification: Specification) throws {
    func fault(_ option: String, _ message: String) -> SpecificationError {
      SpecificationError(
        specification.text, column: specification.options[option]?.column ?? 1, "\(option)= \(message)")
    }
    func choice<Choice: RawRepresentable & CaseIterable>(_ option: String, _ usual: Choice) throws -> Choice
    where Choice.RawValue == String {
      guard let word = specification.options[option] else { return usual }
      guard let chosen = Choice(rawValue: word.text) else {
        let known = Choice.allCases.map(\.rawValue).joined(separator: " or ")
        throw fault(option, "is \(known), and not '\(word.text)'")
      }
      return chosen
    }
    func number(_ option: String) throws -> Double? {
      guard let word = specification.options[option] else { return nil }
      guard let number = Double(word.text), number.isFinite, number >= 0 else {
        throw fault(option, "is a number that is not negative, and not '\(word.text)'")
      }
      return number
    }
    let usual = Rasterizer()
    var size = usual.size
    if let word = specification.options["frame"] {
      guard let given = Int(word.text), (1...4096).contains(given) else {
        throw fault("frame", "is a whole number of pixels from 1 to 4096, and not '\(word.text)'")
      }
      size = given
    }
    let margin = try number("margin")
    var box = try number("box") ?? usual.box
    if let margin {
      guard specification.options["box"] == nil else {
        throw fault("margin", "and box= say the same thing: leave one of them out")
      }
      box = Double(size) - 2 * margin
    }
    let pen = try number("pen") ?? usual.pen
    let isAntialiased = try choice("antialias", Answer.yes) == .yes
    if let fault = Rasterizer.fault(size: size, box: box, pen: pen, isAntialiased: isAntialiased) {
      let option = ["margin", "box", "pen", "frame", "antialias"].first { specification.options[$0] != nil }
      throw SpecificationError(
        specification.text, column: option.flatMap { specification.options[$0]?.column } ?? 1, fault)
    }
    rasterizer = Rasterizer(
      size: size, box: box, pen: pen, aspect: try choice("aspect", usual.aspect),
      center: try choice("center", usual.center), isAntialiased: isAntialiased)
    smallestExtent = try number("smallest")
  }

  /// Throws `SpecificationError` when an option for drawing is given; for sources that are not drawn.
  static func refuse(_ specification: Specification, because reason: String) throws {
    for name in names {
      guard let word = specification.options[name] else { continue }
      throw SpecificationError(
        specification.text, column: word.column, "\(name)= says how strokes are drawn, and \(reason)")
    }
  }

  private enum Answer: String, CaseIterable {
    case yes, no
  }
}
