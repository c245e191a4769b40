import GenModels
import OODDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The names of the columns that a detector or model was fitted to, in its file's metadata: a JSON list of texts.
enum SavedColumns {
  private static let key = "columns"

  /// Notes the names, where there are some.
  static func note(_ columns: TableColumns, in file: inout SafetensorsFile) throws {
    guard let names = columns.names else { return }
    file.metadata[key] = String(decoding: try JSONEncoder().encode(names), as: UTF8.self)
  }

  /// The columns that a file tells of; nil for a file without names.
  static func columns(in file: SafetensorsFile, path: String) throws -> TableColumns? {
    guard let text = file.metadata[key] else { return nil }
    do {
      return TableColumns(names: try JSONDecoder().decode([String].self, from: Data(text.utf8)))
    } catch {
      throw Failure("\(path): the names of the columns in its metadata can't be understood; it is damaged.")
    }
  }
}
