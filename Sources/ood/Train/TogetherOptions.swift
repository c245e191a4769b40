import ArgumentParser
import GenModels
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
#if MPI
  import OODMPI
#endif

/// Training by several processes as one.
struct TogetherOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Divide each batch into so many parts, a power of two, among the processes that mpirun started, which are as many or fewer: the \
      result is the same for any number of them. Several need a tool built with --traits MPI.
      """, valueName: "parts"))
  var together: Int?
  @Flag(help: "With --together: say what 8, 64 and 512 processes would gain, by the measured time of a part.")
  var forecast = false

  func validate() throws {
    try requireOption("--together", together, in: 1...1 << 20)
    if let together, together & (together - 1) != 0 {
      throw ValidationError("--together is a power of two, and it is \(together).")
    }
    guard together != nil || !forecast else {
      throw ValidationError("--forecast looks at a training with --together.")
    }
  }

  /// The processes of this run: the ranks of MPI where the tool has it, else this process alone; nil without the option.
  func group() throws -> (any TrainingGroup)? {
    guard together != nil else { return nil }
    #if MPI
      return try Self.ranks.withLock { ranks in
        let group = try ranks ?? MPIGroup()
        // All have the same results; one prints them.
        if ranks == nil, group.rank != 0 {
          let nowhere = open("/dev/null", O_WRONLY)
          dup2(nowhere, 1)
          close(nowhere)
        }
        ranks = group
        return group
      }
    #else
      for (variable, name) in [("OMPI_COMM_WORLD_SIZE", "Open MPI"), ("PMI_SIZE", "MPI")] {
        if let text = getenv(variable).map({ String(cString: $0) }), let count = Int(text), count > 1 {
          throw Failure(
            "\(name) started \(count) processes, and this tool was built without MPI: each would train alone. Build it with swift build --traits MPI."
          )
        }
      }
      return Solo()
    #endif
  }

  #if MPI
    private static let ranks = Mutex<MPIGroup?>(nil)

    /// Whether other processes wait for this one.
    static var hasOthers: Bool { ranks.withLock { $0.map { $0.count > 1 } ?? false } }

    /// Ends MPI where it was started; after a failure of this process alone, all others, which wait for it.
    static func finish(failed: Bool) {
      ranks.withLock { ranks in
        guard let group = ranks else { return }
        if failed, group.count > 1 { MPIGroup.abort() }
        MPIGroup.finish()
        ranks = nil
      }
    }
  #else
    static var hasOthers: Bool { false }
    static func finish(failed: Bool) {}
  #endif

  /// Seconds in which this process waited for others.
  static func waitSeconds(of group: any TrainingGroup) -> Double {
    #if MPI
      if let group = group as? MPIGroup { return group.traffic.waitSeconds }
    #endif
    return 0
  }
}

/// What `--forecast` says: the efficiency of as many processes, each with one part of every batch.
struct ForecastTable: Encodable {
  let partSeconds: Double
  let gradientBytes: Int
  let rows: [Row]

  struct Row: Encodable {
    let network: String
    let processes: Int
    let efficiency: Double
  }

  enum CodingKeys: String, CodingKey {
    case rows
    case partSeconds = "part_seconds"
    case gradientBytes = "gradient_bytes"
  }

  private static let networks: [(name: String, secondsPerMessage: Double, bytesPerSecond: Double)] = [
    ("10 Gbit/s, 50 µs", 50e-6, 1.25e9), ("100 Gbit/s, 2 µs", 2e-6, 12.5e9),
  ]

  init(partSeconds: Double, parameters: Int) {
    let forecast = ScalingForecast(partSeconds: partSeconds, gradientCount: parameters)
    self.partSeconds = partSeconds
    gradientBytes = forecast.gradientBytes
    rows = Self.networks.flatMap { network in
      [8, 64, 512].map {
        Row(
          network: network.name, processes: $0,
          efficiency: forecast.efficiency(
            processes: $0, secondsPerMessage: network.secondsPerMessage,
            bytesPerSecond: network.bytesPerSecond))
      }
    }
  }

  var lines: [String] {
    var table = TextTable(["network", "processes", "efficiency"], rightAligned: [1, 2])
    for row in rows {
      table.add([row.network, "\(row.processes)", "\((row.efficiency * 100).rounded(digits: 1))%"])
    }
    return [
      "a part takes \((partSeconds * 1e3).rounded(digits: 3)) ms, and its gradient has \((Double(gradientBytes) / 1e6).rounded(digits: 3)) MB; with one part for each process:"
    ] + table.lines
  }
}
