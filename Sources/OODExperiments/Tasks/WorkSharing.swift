import GenModels

/// How a worker shares an experiment's tasks with others.
public struct WorkSharing: Sendable, Hashable {
  /// The part of the tasks that this worker keeps to; nil for whatever nobody is at.
  public var shard: Shard?
  /// How long a claim stands still when its owner is dead; see `SweepSettings`.
  public var takeoverSeconds = 60.0
  /// Whether a worker that finds nothing to begin waits for those that others are at, to take them over where need be.
  public var waits = true

  public init() {}
}

/// What is left when a worker has nothing more to do.
public struct WorkOutcome: Sendable, Hashable {
  /// Tasks that are not done, in order: of other parts, or that others are at. Where there is none, the experiment can be put together.
  public var left: [String] = []
}
