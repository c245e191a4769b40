/// Why records can't be shown on one page.
public enum SweepPageError: Error, Sendable, Hashable {
  case noRecords
  /// Two models with the same name.
  case repeatedModel(name: String)
  /// A record that was measured otherwise than the first one.
  case otherMeasurement(name: String, what: String, found: String, first: String, expected: String)
  /// A record or its images that contradict themselves.
  case inconsistent(name: String, reason: String)
}

extension SweepPageError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noRecords: "There are no models to show: the list of records is empty."
    case .repeatedModel(let name):
      "The model \(name) has two records. Keep the one that belongs to this sweep."
    case .otherMeasurement(let name, let what, let found, let first, let expected):
      "The models \(first) and \(name) can't be shown together: \(what) of the first is \(expected), that of the "
        + "second \(found). Make a page for each sweep."
    case .inconsistent(let name, let reason): "The record of the model \(name) contradicts itself: \(reason)."
    }
  }
}
