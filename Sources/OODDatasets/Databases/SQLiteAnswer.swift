#if SQLite
  import CSQLite

  /// A query on an SQLite file, which is opened for reading alone.
  final class SQLiteAnswer: DatabaseAnswer {
    let name: String
    private(set) var columns: [DatabaseColumn] = []
    private var database: OpaquePointer?
    private var statement: OpaquePointer?

    /// Opens the file and prepares the query.
    /// - Throws: `DataError` with the database's own message.
    init(_ path: String, query: String) throws {
      name = path
      // Without this flag SQLite would make a file that is not there, and read names that start with `file:` as addresses.
      guard sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, nil) == SQLITE_OK else {
        throw fault(.inaccessible, "a readable SQLite file")
      }
      sqlite3_busy_timeout(database, SQLiteAnswer.patience)
      // Nothing of the file was read so far: whether it is a database is found out with the first question.
      guard sqlite3_exec(database, "PRAGMA schema_version", nil, nil, nil) == SQLITE_OK else {
        throw fault(.inaccessible, "an SQLite file")
      }
      var length = 0
      let result = query.withCString { text in
        var tail: UnsafePointer<CChar>?
        defer { length = tail.map { $0 - text } ?? 0 }
        return sqlite3_prepare_v2(database, text, -1, &statement, &tail)
      }
      guard result == SQLITE_OK else { throw fault(.malformed, "a query that SQLite understands") }
      let rest = query.utf8.dropFirst(length)
      guard let statement, rest.allSatisfy({ $0 <= 0x20 || $0 == UInt8(ascii: ";") }) else {
        throw DataError(
          .malformed, in: path, expected: "one query",
          found: statement == nil
            ? "none" : "more after it: \(String(decoding: rest, as: UTF8.self).prefix(40))")
      }
      guard sqlite3_column_count(statement) > 0 else {
        throw DataError(
          .malformed, in: path, expected: "a query that answers with rows, such as SELECT",
          found: "one that has no columns")
      }
      columns = (0..<sqlite3_column_count(statement)).map { column in
        let type = sqlite3_column_decltype(statement, column).map { String(cString: $0) }
        return DatabaseColumn(
          name: String(cString: sqlite3_column_name(statement, column)), kind: SQLiteAnswer.kind(ofType: type)
        )
      }
    }

    deinit {
      sqlite3_finalize(statement)
      sqlite3_close_v2(database)
    }

    /// Milliseconds to wait for others who write.
    private static let patience: Int32 = 10_000

    func next() throws -> Bool {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: return true
      case SQLITE_DONE: return false
      default: throw fault(.inaccessible, "an answer to the query")
      }
    }

    func cell(_ column: Int, asText: Bool) -> TableCell {
      let column = Int32(column)
      switch sqlite3_column_type(statement, column) {
      case SQLITE_NULL: return .gap
      case SQLITE_BLOB: return .nested
      case SQLITE_INTEGER where !asText: return .number(Double(sqlite3_column_int64(statement, column)))
      case SQLITE_FLOAT where !asText: return .number(sqlite3_column_double(statement, column))
      case SQLITE_FLOAT:
        // SQLite writes 15 digits, not those that stand for the number alone.
        let number = sqlite3_column_double(statement, column)
        return .text(number.isFinite ? NumberText.shortest(number) : "\(number)")
      default:
        // The text first: asking for it may make it, and change its length.
        let text = sqlite3_column_text(statement, column)
        let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(statement, column)))
        return .text(String(decoding: bytes, as: UTF8.self))
      }
    }

    private func fault(_ reason: DataError.Reason, _ expected: String) -> DataError {
      DataError(reason, in: name, expected: expected, found: String(cString: sqlite3_errmsg(database)))
    }

    /// What a declared type stands for, by SQLite's own rules, which go by parts of its name; dates and truths besides.
    private static func kind(ofType type: String?) -> DatabaseColumn.Kind {
      guard let type = type?.uppercased(), !type.isEmpty else { return .undeclared }
      func names(_ parts: String...) -> Bool { parts.contains { type.contains($0) } }
      if names("DATE", "TIMESTAMP") { return .time }
      if names("INT") { return .number }
      if names("CHAR", "CLOB", "TEXT") { return .text }
      if names("BLOB") { return .undeclared }
      if names("REAL", "FLOA", "DOUB", "NUM", "DEC", "BOOL") { return .number }
      return .undeclared
    }
  }

  extension SQLiteAnswer {
    /// Names of the tables and views of a file.
    static func tables(of path: String) throws -> [String] {
      let answer = try SQLiteAnswer(
        path, query: "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name")
      var names: [String] = []
      while try answer.next() { names.append(answer.cell(0, asText: true).text ?? "") }
      return names
    }
  }
#endif
