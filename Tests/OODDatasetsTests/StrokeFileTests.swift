import OODDatasets
import Testing

@Suite struct StrokeFileTests {
  @Test func linesInTheShapeOfHWRT() throws {
    let text = """
      {"id":17,"symbol_id":32,"latex":"\\\\pi","user_id":10,"source":"dump","strokes":[[[260,240,0],[260.5,-2.41e2,7]],[[1,2,3]]]}

      { "strokes" : [ ] , "latex" : null, "later": {"a": [1, {"b": "\\u00e9\\ud83d\\ude00"}, true, false, null]} }
      """
    let records = try StrokeLines.read(bytes: Array(text.utf8))
    #expect(
      records == [
        StrokeRecord(
          drawing: Drawing(strokes: [
            [PenPoint(x: 260, y: 240, time: 0), PenPoint(x: 260.5, y: -241, time: 7)],
            [PenPoint(x: 1, y: 2, time: 3)],
          ]), label: "\\pi", symbolID: 32, recordingID: 17, writerID: 10, source: "dump"),
        StrokeRecord(drawing: Drawing(strokes: [])),
      ])
  }

  @Test func linesInTheShapeOfCROHME() throws {
    let text = #"{"label":"x","source":"KAIST","expression":4,"writer":null,"strokes":[[[1.5,2],[3,4]]]}"#
    let record = try #require(try StrokeLines.read(bytes: Gzip.compress(Array(text.utf8))).first)
    #expect(record.label == "x")
    #expect(record.expressionID == 4)
    #expect(record.writerID == nil)
    #expect(record.drawing.strokes == [[PenPoint(x: 1.5, y: 2), PenPoint(x: 3, y: 4)]])
  }

  @Test func tablesInTheShapeOfHWRT() throws {
    let text = """
      symbol_id;user_id;user_agent;data
      31;7;'Mozilla; \u{27}\u{27}X\u{27}\u{27}';'[[{"x":1,"y":2,"time":1400943241868},{"time":null,"y":4,"x":3}]]'
      32;;;[]
      """
    let records = try HWRTFile.read(bytes: Array(text.utf8))
    #expect(records.count == 2)
    #expect(records[0].symbolID == 31)
    #expect(records[0].writerID == 7)
    #expect(
      records[0].drawing.strokes == [[PenPoint(x: 1, y: 2, time: 1_400_943_241_868), PenPoint(x: 3, y: 4)]])
    #expect(records[1] == StrokeRecord(drawing: Drawing(strokes: []), symbolID: 32))
  }

  @Test func recordsReadBackAsWritten() throws {
    let records = [
      StrokeRecord(
        drawing: Drawing(strokes: [[PenPoint(x: 0.1, y: -0.0, time: 5), PenPoint(x: 1e300, y: 3)], []]),
        label: "\"\\\u{1}\n\té", symbolID: 3, recordingID: 4, writerID: 5, expressionID: 6, source: "s"),
      StrokeRecord(drawing: Drawing(strokes: [[PenPoint(x: 123_456_789_012_345_680, y: 2)]])),
    ]
    let folder = TemporaryFolder()
    try StrokeLines.write(records, to: folder.file("s.jsonl.gz"))
    #expect(try StrokeLines.read(folder.file("s.jsonl.gz")) == records)
    try HWRTFile.write(records, to: folder.file("s.csv"))
    let back = try HWRTFile.read(folder.file("s.csv"))
    #expect(back.map(\.drawing) == records.map(\.drawing))
    #expect(back.map(\.symbolID) == [3, nil])
    #expect(back.map(\.writerID) == [5, nil])
  }

  @Test(
    arguments: [
      (#"{"strokes":[[[1,2],[3]]]}"#, .malformed), (#"{"strokes":[[[1,2,3,4]]]}"#, .malformed),
      (#"{"strokes":[[[1,"2"]]]}"#, .malformed), (#"{"strokes":[[[1,2]]}"#, .malformed),
      (#"{"strokes":3}"#, .malformed),
      (#"{"latex":"x"}"#, .malformed), (#"[]"#, .malformed), (#"{"strokes":[]} x"#, .malformed),
      (#"{"strokes":[[[1,1e999]]]}"#, .notFinite), (#"{"strokes":[[[1,NaN]]]}"#, .malformed),
      (#"{"strokes":[[[01,2]]]}"#, .malformed), (#"{"strokes":[[[1.,2]]]}"#, .malformed),
      (#"{"strokes":[[[+1,2]]]}"#, .malformed), (#"{"strokes":[],"id":1.5}"#, .malformed),
      (#"{"strokes":[],"latex":"\x"}"#, .malformed), (#"{"strokes":[],"latex":"\ud800"}"#, .malformed),
      (#"{"strokes":[],"latex":"abc"#, .malformed), (#"{"strokes":[],"a":[1,]}"#, .malformed),
      (#"{"strokes":[],}"#, .malformed),
      ("{\"strokes\":[],\"a\":" + String(repeating: "[", count: 100_000), .unsupported),
    ] as [(String, DataError.Reason)])
  func badLinesAreRefusedWithTheirPlace(line: String, reason: DataError.Reason) throws {
    let text = Array((#"{"strokes":[]}"# + "\n" + line + "\n").utf8)
    let error = try #require(throws: DataError.self) { try StrokeLines.read(bytes: text, name: "s.jsonl") }
    #expect(error.reason == reason, "\(error)")
    guard case .line(2, column: _?) = error.place else {
      Issue.record("the place is \(String(describing: error.place))")
      return
    }
  }

  @Test(arguments: [
    "", "a;b\n1;2", "symbol_id;data\n1;[", "symbol_id;data\nx;[]", "symbol_id;data\n1;[];2",
    "symbol_id;data\n1;[[{\"x\":1}]]",
    "symbol_id;data\n1;'[]\n2;[]", "symbol_id;data\n1;[[[1,2]]]", "symbol_id;data\n1;[] []",
  ])
  func badTablesAreRefused(text: String) {
    #expect(throws: DataError.self) { try HWRTFile.read(bytes: Array(text.utf8)) }
  }

  @Test func invalidUTF8IsRefused() {
    let line = Array(#"{"strokes":[],"latex":""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8)
    #expect(throws: DataError.self) { try StrokeLines.read(bytes: line) }
  }
}
