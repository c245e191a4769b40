import ArgumentParser

/// What makes `ood detect METHOD` fit to a part of the training rows.
struct PartOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Say that --train holds part K of N of the training rows, from 1, and write with --save what was learned of it, for ood merge; \
      auto and auto/N ask the engine that started this process.
      """, valueName: "K/N"))
  var shard: ShardArgument?
  @Flag(
    help:
      "For hbos and loda: learn only how far the values reach; merged, that is the --ranges of the second pass."
  )
  var firstPass = false
  @Option(
    help: ArgumentHelp("For hbos and loda: how far the values of all parts reach.", valueName: "file"))
  var ranges: String?

  var isAsked: Bool { shard != nil || firstPass || ranges != nil }

  func validate() throws {
    guard shard != nil || !isAsked else {
      throw ValidationError("--first-pass and --ranges belong to fitting by parts: give --shard K/N too.")
    }
    guard !firstPass || ranges == nil else {
      throw ValidationError(
        "The first pass makes ranges, and the second takes them: give --first-pass or --ranges.")
    }
  }
}
