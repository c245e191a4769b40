import OODDatasets

/// The models that a worker of a sweep has been given, and the work in each: `plan-DIGEST.json`. Workers with the same models write the
/// same file; those of all files are the sweep's.
struct SweepPlan: Codable, Hashable, Sendable {
  /// Multiply-adds by model (`SweepClock`).
  var work: [String: Double]

  init(work: [String: Double]) { self.work = work }

  /// All models of several plans.
  init(_ plans: [SweepPlan]) {
    work = plans.reduce(into: [:]) { work, plan in work.merge(plan.work) { first, _ in first } }
  }

  private static let start = "plan-"

  var fileName: String {
    var hash = SHA256()
    for (name, work) in work.sorted(by: { $0.key < $1.key }) {
      Array("\(name) \(work)\n".utf8).withUnsafeBytes { hash.update($0) }
    }
    return Self.start + hash.finish().prefix(16) + ".json"
  }

  static func isFile(_ name: String) -> Bool { name.hasPrefix(start) && name.hasSuffix(".json") }
}
