import GenModels

/// Finds a worker's part in what the engine that started it says in environment variables.
///
/// Two levels multiply: the tasks of a job array (Slurm), or the pods of an indexed job (Kubernetes), and the processes of each of
/// them (Open MPI, PMI as of MPICH and Intel MPI, `srun`). Process p of n in task t of m is the part t · n + p of m · n.
public struct ShardEnvironment: Sendable {
  public let shard: Shard
  /// What was found, as a sentence.
  public let finding: String

  /// A level: the number of this one, from 0, of how many, and the variables that say so.
  private struct Level {
    let index, count: Int
    let source: String
  }

  /// - Parameters:
  ///   - variables: The environment.
  ///   - count: Pods of an indexed job, which its variables do not tell; and then the number of parts that must come out.
  /// - Throws: `ShardError` where nothing is found or what is found makes no sense.
  public init(_ variables: [String: String], count: Int? = nil) throws(ShardError) {
    let reader = Reader(variables: variables)
    // Closures of `??` lose the type of what they throw.
    var outer = try Self.slurmArray(reader)
    if outer == nil { outer = try Self.kubernetes(reader, count) }
    var inner = try Self.openMPI(reader)
    if inner == nil { inner = try Self.pmi(reader) }
    if inner == nil { inner = try Self.slurmStep(reader, isArray: outer != nil) }
    let levels = [outer, inner].compactMap { $0 }
    guard !levels.isEmpty else { throw .nothingFound }
    let index = levels.reduce(0) { $0 * $1.count + $1.index }
    let total = levels.reduce(1) { $0 * $1.count }
    if let count, count != total { throw .otherCount(stated: count, found: total, source: Self.text(levels)) }
    guard let shard = Shard(index + 1, of: total) else {
      throw .outOfRange(index: index, count: total, source: Self.text(levels))
    }
    self.shard = shard
    finding = "\(Self.text(levels)): this is part \(index + 1) of \(total)."
  }

  private static func text(_ levels: [Level]) -> String { levels.map(\.source).joined(separator: ", ") }

  private struct Reader {
    let variables: [String: String]

    /// The number in a variable; nil where it is not set.
    func number(_ name: String) throws(ShardError) -> Int? {
      guard let text = variables[name], !text.isEmpty else { return nil }
      guard let number = Int(text), abs(number) < 1 << 31 else {
        throw .notANumber(variable: name, text: text)
      }
      return number
    }

    func required(_ name: String, beside other: String) throws(ShardError) -> Int {
      guard let number = try number(name) else { throw .missing(variable: name, beside: other) }
      return number
    }

    func level(_ rank: String, of size: String, _ engine: String) throws(ShardError) -> Level? {
      guard let index = try number(rank) else { return nil }
      let count = try required(size, beside: rank)
      let source = "\(engine) says \(rank)=\(index), \(size)=\(count)"
      guard count >= 1, (0..<count).contains(index) else {
        throw .outOfRange(index: index, count: count, source: source)
      }
      return Level(index: index, count: count, source: source)
    }
  }

  private static func slurmArray(_ reader: Reader) throws(ShardError) -> Level? {
    let name = "SLURM_ARRAY_TASK_ID"
    guard let id = try reader.number(name) else { return nil }
    let count = try reader.required("SLURM_ARRAY_TASK_COUNT", beside: name)
    let first = try reader.number("SLURM_ARRAY_TASK_MIN") ?? 0
    let last = try reader.number("SLURM_ARRAY_TASK_MAX") ?? first + count - 1
    // --array=1-9:2 has the numbers 1, 3, 5, 7, 9; a list such as 1,2,7 leaves no rule for which part is whose.
    let gap = count > 1 ? (last - first) / (count - 1) : 1
    let source = "Slurm says \(name)=\(id) of \(count) from \(first) to \(last)"
    guard count >= 1, gap >= 1, first + gap * (count - 1) == last, (id - first) % gap == 0,
      (0..<count).contains((id - first) / gap)
    else { throw .unevenArray(source: source) }
    return Level(index: (id - first) / gap, count: count, source: source)
  }

  private static func kubernetes(_ reader: Reader, _ count: Int?) throws(ShardError) -> Level? {
    let name = "JOB_COMPLETION_INDEX"
    guard let index = try reader.number(name) else { return nil }
    guard let count else { throw .countNotStated(variable: name) }
    let source = "Kubernetes says \(name)=\(index) (of \(count), as stated)"
    guard (0..<max(0, count)).contains(index) else {
      throw .outOfRange(index: index, count: count, source: source)
    }
    return Level(index: index, count: count, source: source)
  }

  private static func openMPI(_ reader: Reader) throws(ShardError) -> Level? {
    try reader.level("OMPI_COMM_WORLD_RANK", of: "OMPI_COMM_WORLD_SIZE", "Open MPI")
  }

  private static func pmi(_ reader: Reader) throws(ShardError) -> Level? {
    try reader.level("PMI_RANK", of: "PMI_SIZE", "PMI")
  }

  /// The processes of a step that `srun` started. The script of a job has the number 0 whatever the number of tasks, so that one of
  /// several tasks is believed only inside a step.
  private static func slurmStep(_ reader: Reader, isArray: Bool) throws(ShardError) -> Level? {
    guard try reader.number("SLURM_PROCID") != nil else { return nil }
    if try reader.number("SLURM_STEP_NUM_TASKS") != nil {
      return try reader.level("SLURM_PROCID", of: "SLURM_STEP_NUM_TASKS", "Slurm")
    }
    let tasks = try reader.number("SLURM_NTASKS") ?? 1
    guard tasks <= 1 else { throw .outsideStep(tasks: tasks) }
    return isArray ? nil : try reader.level("SLURM_PROCID", of: "SLURM_NTASKS", "Slurm")
  }
}
