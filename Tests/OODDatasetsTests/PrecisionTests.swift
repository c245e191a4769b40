import GenModels
import OODDatasets
import Testing

@Suite("The spread of columns in 32 bits")
struct PrecisionTests {
  private func refusal(_ columns: [[Double]], names: [String]? = nil) -> DataError? {
    let rows = columns[0].indices.map { i in columns.map { $0[i] } }
    let array = NumericArray(rows.flatMap { $0 }, shape: [rows.count, columns.count])
    do {
      _ = try array.tensor(source: "t.npy", columnNames: names)
      return nil
    } catch { return error as? DataError }
  }

  @Test("A column that loses its spread is refused by its name, with the cure")
  func refused() throws {
    let ordinary = (0..<500).map { Double($0 % 9) }
    let seconds = (0..<500).map { 1.6e9 + Double($0) }
    let error = try #require(refusal([ordinary, seconds], names: ["a", "seen_at"]))
    #expect("\(error)".contains("'seen_at'") && "\(error)".contains("subtract 1600000000"))
    #expect("\(error)".hasPrefix("t.npy"))
    #expect("\(try #require(refusal([ordinary, seconds])))".contains("column 1 (counted from 0)"))
    let csv = try CSVTable(bytes: Array("x,when\n1,1600000000\n2,1600000001\n3,1600000002\n".utf8))
    #expect(throws: DataError.self) { try csv.tensor() }
  }

  @Test("Columns that keep it pass: exact ones, constants, small numbers")
  func passed() {
    let count = 0..<500
    #expect(refusal([count.map { 1.6e9 + 128 * Double($0) }]) == nil)
    #expect(refusal([count.map { _ in 1_600_000_001 }]) == nil)
    #expect(refusal([count.map { 1e5 + Double($0) / 7 }]) == nil)
    #expect(refusal([count.map { 1e-30 * Double($0) / 3 }]) == nil)
    #expect(refusal([[5.1]]) == nil)
  }
}
