extension GlyphAlphabet {
  static var greekStyles: KeyValuePairs<String, [String]> { ["\\gamma": ["0,0 30,60 20,100 12,60 60,0"]] }
  static var operatorStyles: KeyValuePairs<String, [String]> { [:] }
  static var relationStyles: KeyValuePairs<String, [String]> { [:] }
  static var shapeStyles: KeyValuePairs<String, [String]> { [:] }
}
