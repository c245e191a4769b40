import OODDatasets

/// Writes small valid files for each target into CORPUS/TARGET: what the fuzzer starts from.
@main enum Seeds {
  static func main() throws {
    let corpus = CommandLine.arguments[1]
    func write(_ target: String, _ seeds: [[UInt8]]) throws {
      for (number, bytes) in seeds.enumerated() {
        try OutputPlace.write(bytes, to: "\(corpus)/\(target)/seed-\(number)")
      }
    }
    let small = IDX.bytes(of: NumericArray((0..<24).map { UInt8($0) }, shape: [2, 3, 4]))
    try write("IDX", [small, Gzip.compress(small), IDX.bytes(of: NumericArray([1.5, -2], shape: [2]))])
    let table = NumericArray([1.5, 2, 3, 4, 5, 6], shape: [3, 2])
    let labels = NumericArray([0, 1, 1], shape: [3])
    try write(
      "NumPy",
      [NumPy.bytes(of: table), NumPy.bytes(of: labels), NumPy.bytes(of: NumericArray([7.0], shape: []))])
    try write(
      "NumPyArchive",
      [true, false].map { NumPyArchive.bytes(of: [("X", table), ("y", labels)], compressed: $0) })
    try write(
      "CSV",
      [
        "\u{0}\u{0}a,b\n1,2.5e-3\n\"4\",NA\n", "\u{14}\u{0}kind;x\nu;1\nv;2\n",
        "\u{6}\u{0}1\t2\r\n3\t12345678901234567890\r\n",
        "\u{0}\u{7}x,id,time,kind\n1.5,a,2026-01-31T08:00:00Z,u\n2,b,1769846400,\n",
        "\u{28}\u{10}1 234,5;2\n7;8,25\n",
      ].map { Array($0.utf8) }
        + [[0, 0] + Gzip.compress(Array("1,2\n3,4\n".utf8))])
    try write(
      "JSONLines",
      [
        "\u{0}{\"a\":1,\"b\":-2.5e3}\n{\"b\":null,\"a\":true}\n",
        "\u{3c}{\"i\":\"k1\",\"t\":\"2026-01-31T08:00:00Z\",\"c\":\"\\u00e9\",\"x\":4,\"y\":\"odd\"}\n",
      ].map { Array($0.utf8) })
    try write(
      "HWRT",
      [Array("symbol_id;user_id;user_agent;data\n31;7;'a''b';[[{\"x\":1,\"y\":2.5,\"time\":3}],[]]\n".utf8)])
    try write(
      "StrokeLines",
      [
        "{\"id\":1,\"symbol_id\":2,\"latex\":\"\\\\pi\\u00e9\",\"user_id\":3,\"source\":\"s\",\"strokes\":[[[1,2,3],[4.5e1,-6,7]],[]]}\n",
        "{\"label\":\"x\",\"source\":\"K\",\"expression\":4,\"writer\":null,\"strokes\":[[[1.5,2]]],\"z\":[{},true]}\n",
      ].map { Array($0.utf8) })
    try write(
      "PNG",
      [1, 3].map { channels in
        PNG.bytes(
          of: Bitmap(
            width: 4, height: 3, channels: channels, pixels: (0..<12 * channels).map { UInt8($0 * 7) }))
      })
    try write(
      "Specification",
      [
        "mnist:test[0..<10]?classes!=a,%2C&shuffle=3", "npz:a.npz#X?labels=y", "idx:a,b[...3][1...]",
        "two-moons:100?seed=7",
        "csv:a.csv?label=x&header=yes&delimiter=tab&missing=drop", "hwrt:symbols?classes=#3,digits",
      ].map { Array($0.utf8) })
  }
}
