import GenModels

/// The laws of models that are fitted to a table by their kind alone: the same table and seed give the same model, whatever the number
/// of threads, and tables that can't be fitted to are refused with `TableError`.
///
/// ```swift
/// TableFittedLaws.violations(of: FactorAnalysis.self, on: table)
/// ```
public enum TableFittedLaws {
  public static func violations<Model: TableFitted>(of type: Model.Type, on table: Matrix) -> [LawViolation] {
    var findings = Findings()
    let law = "fitted: the same table and seed, the same model"
    findings.attempt(law, tried: "a table of \(table.rows) rows") { findings in
      func bytes(_ threads: Int) throws -> [UInt8] {
        try Parallelism.withThreads(threads) {
          try Model.fitted(to: table, seed: 3).safetensors().bytes()
        }
      }
      findings.require(
        try bytes(1) == bytes(5), law, tried: "one thread and five", found: "another file",
        expected: "the same bytes")
    }
    let spoiled = table.replacing(example: 0, feature: table.columns - 1, with: .nan)
    let tables = [
      ("a table with NaN", spoiled), ("a table without rows", Matrix(rows: 0, columns: 3, elements: [])),
      ("a table without columns", Matrix(rows: 10, columns: 0, elements: [])),
    ]
    for (name, wrong) in tables {
      var found = "a model"
      do { _ = try Model.fitted(to: wrong) } catch {
        if error is TableError { continue }
        found = "the error \"\(error)\" of type \(Swift.type(of: error))"
      }
      findings.add(
        "fitted: what can't be fitted to is refused", tried: name, found: found, expected: "TableError")
    }
    return findings.violations
  }
}
