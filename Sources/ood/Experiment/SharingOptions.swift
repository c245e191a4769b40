import ArgumentParser
import OODExperiments

/// How an experiment's command shares its work with others of the same kind.
struct SharingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Do only part K of N of the tasks, in a folder that others don't see, and put nothing together; auto and auto/N ask the engine \
      that started this process.
      """, valueName: "K/N"))
  var shard: ShardArgument?
  @Option(
    help: ArgumentHelp(
      "Take over what another worker was at when nothing was heard of it for so long.", valueName: "seconds"))
  var takeover = 60.0
  @Flag(help: "End where others are at all that is left, instead of waiting for them.") var noWait = false

  func validate() throws {
    guard takeover >= 1, takeover <= 1e6 else {
      throw ValidationError("--takeover lies between 1 and 1000000 seconds, and it is \(takeover).")
    }
  }

  /// How this worker shares; says what it found of an engine.
  func sharing() throws -> WorkSharing {
    var sharing = WorkSharing()
    if let (shard, finding) = try shard?.resolved() {
      sharing.shard = shard
      if let finding { Console.remark(finding) }
    }
    sharing.takeoverSeconds = takeover
    sharing.waits = !noWait
    return sharing
  }

  /// Whether nothing is left; else says what is.
  func isComplete(_ outcome: WorkOutcome, in folder: String) -> Bool {
    guard !outcome.left.isEmpty else { return true }
    Console.endProgress()
    let left = outcome.left
    let names = left.prefix(6).joined(separator: ", ") + (left.count > 6 ? ", … (\(left.count))" : "")
    Console.remark(
      shard == nil
        ? "Others are at what is left: \(names). Whoever ends last puts it together."
        : "This part is done. Put the files of all parts into one folder, and run the command with it as --out and without --shard; not in \(folder): \(names)."
    )
    return false
  }
}
