#if PostgreSQL
  import CPostgreSQL

  /// A query on a PostgreSQL server, in a session that may only read. Rows come one at a time, so that an answer needn't fit in memory.
  final class PostgreSQLAnswer: DatabaseAnswer {
    let name: String
    private(set) var columns: [DatabaseColumn] = []
    private let connection: OpaquePointer
    private var row: OpaquePointer?
    /// Whether there may be more rows.
    private var isAnswering = false

    /// Connects and sends the query.
    /// - Parameters:
    ///   - address: As libpq takes it: `host=localhost dbname=shop`, or an address without its scheme, `//localhost/shop`.
    ///   - query: One query.
    /// - Throws: `DataError` with the server's own message.
    init(_ address: String, query: String) throws {
      name = "postgres:\(address)"
      let address = address.hasPrefix("//") ? "postgresql:\(address)" : address
      try PostgreSQLAnswer.refusePassword(in: address, name: name)
      // Those that are named first can be overruled by the address.
      let settings = [
        ("connect_timeout", "10"), ("application_name", "ood"), ("dbname", address),
        ("client_encoding", "UTF8"),
        (
          "options",
          "-c default_transaction_read_only=on -c datestyle=ISO -c timezone=UTC -c bytea_output=hex"
        ),
      ]
      connection = PostgreSQLAnswer.connect(settings)
      guard PQstatus(connection) == CONNECTION_OK else {
        throw DataError(
          .inaccessible, in: name, expected: "a PostgreSQL server that answers", found: message())
      }
      // The extended protocol takes one query alone.
      guard PQsendQueryParams(connection, query, 0, nil, nil, nil, nil, 0) == 1,
        PQsetSingleRowMode(connection) == 1
      else { throw fault("a query that can be sent", message()) }
      isAnswering = true
    }

    deinit {
      PQclear(row)
      if isAnswering, let cancel = PQgetCancel(connection) {
        // The server would go on with what nobody reads.
        var text = [CChar](repeating: 0, count: 256)
        _ = PQcancel(cancel, &text, 256)
        PQfreeCancel(cancel)
      }
      PQfinish(connection)
    }

    func next() throws -> Bool {
      PQclear(row)
      row = PQgetResult(connection)
      guard let row else { return false }
      switch PQresultStatus(row) {
      case PGRES_SINGLE_TUPLE:
        if columns.isEmpty { columns = (0..<PQnfields(row)).map { PostgreSQLAnswer.column($0, of: row) } }
        return true
      case PGRES_TUPLES_OK:
        isAnswering = false
        return false
      case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
        throw fault("a query that answers with rows, such as SELECT", "one that has no columns")
      default:
        // The message alone, then what the server advises: `M` and `H` of the protocol.
        let parts = ["M", "H"].compactMap { field in
          PQresultErrorField(row, Int32(field.utf8.first!)).map { String(cString: $0) }
        }
        throw fault(
          "a query that PostgreSQL answers",
          parts.isEmpty ? String(cString: PQresultErrorMessage(row)) : parts.joined(separator: "; "))
      }
    }

    func cell(_ column: Int, asText: Bool) -> TableCell {
      let place = Int32(column)
      guard PQgetisnull(row, 0, place) == 0, let start = PQgetvalue(row, 0, place) else { return .gap }
      let length = Int(PQgetlength(row, 0, place))
      let bytes = UnsafeRawBufferPointer(start: start, count: length).bindMemory(to: UInt8.self)
      if !asText, columns[column].kind == .number {
        if length == 1, bytes[0] == UInt8(ascii: "t") || bytes[0] == UInt8(ascii: "f") {
          return .truth(bytes[0] == UInt8(ascii: "t"))
        }
        if let (value, count) = DecimalParser.parse(bytes), count == length { return .number(value) }
        switch String(decoding: bytes, as: UTF8.self) {
        case "NaN": return .gap
        case "Infinity": return .number(.infinity)
        case "-Infinity": return .number(-.infinity)
        case let text: return .text(text)
        }
      }
      if case .other = columns[column].kind {
        return asText ? .text(String(decoding: bytes, as: UTF8.self)) : .nested
      }
      return .text(String(decoding: bytes, as: UTF8.self))
    }

    /// What is said of a column. Types that are made by users, such as enumerations, are texts.
    private static func column(_ column: Int32, of row: OpaquePointer) -> DatabaseColumn {
      let type = PQftype(row, column)
      let kind: DatabaseColumn.Kind
      switch type {
      case 16, 20, 21, 23, 26, 700, 701, 1700: kind = .number
      case 1082, 1114, 1184: kind = .time
      default: kind = unsupported[type].map { .other($0) } ?? .text
      }
      return DatabaseColumn(name: String(cString: PQfname(row, column)), kind: kind)
    }

    /// Types, by the numbers that every server has for them, whose text is neither a number nor a name.
    private static let unsupported: [UInt32: String] = [
      17: "bytea", 114: "json", 142: "xml", 600: "point", 790: "money", 1083: "time of day", 1186: "interval",
      1266: "time of day with zone", 3802: "jsonb", 1000: "an array", 1005: "an array", 1007: "an array",
      1009: "an array", 1015: "an array", 1016: "an array", 1021: "an array", 1022: "an array",
    ]

    private static func connect(_ settings: [(String, String)]) -> OpaquePointer {
      // A name and a value each, as C has them, with a null at the end.
      let names = settings.map { $0.0.utf8CString }
      let values = settings.map { $0.1.utf8CString }
      return withPointers(names) { names in
        withPointers(values) { values in
          // 1: the database's name may be a whole address.
          guard let connection = PQconnectdbParams(names, values, 1) else {
            preconditionFailure("There is no memory for a connection.")
          }
          return connection
        }
      }
    }

    /// Pointers to texts that end with a null.
    private static func withPointers<Result>(
      _ texts: [ContiguousArray<CChar>], _ body: ([UnsafePointer<CChar>?]) -> Result
    ) -> Result {
      func collect(_ pointers: [UnsafePointer<CChar>?]) -> Result {
        guard pointers.count < texts.count else { return body(pointers + [nil]) }
        return texts[pointers.count].withUnsafeBufferPointer { collect(pointers + [$0.baseAddress]) }
      }
      return collect([])
    }

    /// Names of data are printed, and stand on pages and in files: no place for a secret.
    private static func refusePassword(in address: String, name: String) throws {
      guard address.contains("=") || address.contains("://") else { return }
      var message: UnsafeMutablePointer<CChar>?
      guard let options = PQconninfoParse(address, &message) else {
        let found = message.map { String(cString: $0) } ?? "none"
        PQfreemem(message)
        throw DataError(
          .malformed, in: name, expected: "an address such as host=localhost dbname=shop or //localhost/shop",
          found: trimmed(found))
      }
      defer { PQconninfoFree(options) }
      var option = options
      while let keyword = option.pointee.keyword {
        if String(cString: keyword) == "password", option.pointee.val != nil {
          throw DataError(
            .unsupported, in: "postgres",
            expected: "the password in PGPASSWORD or ~/.pgpass, as names of data are printed",
            found: "a password in the address")
        }
        option += 1
      }
    }

    private func message() -> String { PostgreSQLAnswer.trimmed(String(cString: PQerrorMessage(connection))) }

    /// Messages of several lines in one, without the full stop that follows here.
    private static func trimmed(_ text: String) -> String {
      let line = text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == "\t" } }.joined(
        separator: "; ")
      return line.hasSuffix(".") || line.hasSuffix("?") ? String(line.dropLast()) : line
    }

    private func fault(_ expected: String, _ found: String) -> DataError {
      DataError(.malformed, in: name, expected: expected, found: PostgreSQLAnswer.trimmed(found))
    }
  }

  extension PostgreSQLAnswer {
    /// Names of the tables and views that a session sees.
    static func tables(of address: String) throws -> [String] {
      let answer = try PostgreSQLAnswer(
        address,
        query: """
          SELECT table_name FROM information_schema.tables
          WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
          """)
      var names: [String] = []
      while try answer.next() { names.append(answer.cell(0, asText: true).text ?? "") }
      return names
    }
  }
#endif
