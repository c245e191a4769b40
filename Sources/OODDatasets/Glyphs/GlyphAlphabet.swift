/// Characters and the styles each is written in.
struct GlyphAlphabet: Sendable {
  struct Character: Sendable {
    let name: String
    let styles: [GlyphTemplate]

    /// The style at that place of the styles' weights laid end to end, `place` in [0, 1).
    func style(at place: Float) -> GlyphTemplate {
      var rest = place * styles.reduce(0) { $0 + $1.weight }
      for style in styles.dropLast() {
        rest -= style.weight
        if rest < 0 { return style }
      }
      return styles[styles.count - 1]
    }
  }

  let characters: [Character]

  init(_ styles: KeyValuePairs<String, [String]>) {
    characters = styles.map { Character(name: $0.key, styles: $0.value.map(GlyphTemplate.init)) }
  }

  private init(characters: [Character]) { self.characters = characters }

  static let digits = GlyphAlphabet(digitStyles)

  static let symbols = GlyphAlphabet(
    characters: [greekStyles, operatorStyles, relationStyles, shapeStyles].flatMap {
      GlyphAlphabet($0).characters
    })
}
