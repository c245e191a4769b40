/// What a specification asks of a database.
struct DatabaseQuery {
  private let specification: Specification

  init(_ specification: Specification) { self.specification = specification }

  /// Asks.
  /// - Throws: `SpecificationError` without a query, and in a build that has not the database's library; `DataError` with the database's
  ///   own message.
  func answer() throws -> any DatabaseAnswer {
    switch specification.source {
    case .sqlite(let path):
      #if SQLite
        guard let query else { throw noQuery(try SQLiteAnswer.tables(of: path)) }
        return try SQLiteAnswer(path, query: query)
      #else
        throw notBuilt("SQLite", path)
      #endif
    case .postgres(let address):
      #if PostgreSQL
        guard let query else { throw noQuery(try PostgreSQLAnswer.tables(of: address)) }
        return try PostgreSQLAnswer(address, query: query)
      #else
        throw notBuilt("PostgreSQL", address)
      #endif
    default: preconditionFailure("\(specification) names no database.")
    }
  }

  #if SQLite || PostgreSQL
    private var query: String? { specification.options["query"]?.text }

    private func noQuery(_ tables: [String]) -> SpecificationError {
      let names = tables.prefix(20).joined(separator: ", ")
      return SpecificationError(
        specification.text, column: specification.text.count + 1,
        "say what to read, as ?query=SELECT * FROM \(tables.first ?? "TABLE")"
          + (tables.isEmpty ? "; there are no tables" : "; there are \(names)"))
    }
  #endif

  #if !SQLite || !PostgreSQL
    private func notBuilt(_ trait: String, _ place: String) -> SpecificationError {
      SpecificationError(
        specification.text, column: 1,
        "this build can't read \(place): build with --traits \(trait), or in a manifest with traits: [\"\(trait)\"]"
      )
    }
  #endif
}
