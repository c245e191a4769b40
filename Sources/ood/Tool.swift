import ArgumentParser
import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Exit statuses: 0 when all was done and written, 1 when something failed, 64 for a command that can't be understood.
@main
struct Tool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ood",
    abstract: "Deep generative models and out-of-distribution scoring.",
    version: LibraryVersion.number,
    subcommands: [
      DemoCommand.self, DataCommand.self, TrainCommand.self, ScoreCommand.self, EvaluateCommand.self,
      GenerateCommand.self, ImputeCommand.self, SweepCommand.self, ReportCommand.self, DetectCommand.self,
      MergeCommand.self,
      ArchetypesCommand.self, NormalizerCommand.self, ExperimentCommand.self,
    ])

  static func main() async {
    Console.fillMissingDescriptors()
    // Work can be cancelled only as a task; on the main thread, whose stack is the large one.
    let task = Task { @MainActor in
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    }
    Interruption.runs(as: task)
    do {
      try await task.value
      Console.flush()
    } catch {
      finish(error)
    }
  }

  /// Ends the program with an error's message and status. Help and versions are results.
  private static func finish(_ error: any Error) -> Never {
    if error is CancellationError { Interruption.finish() }
    Console.endProgress()
    guard exitCode(for: error) == .success else {
      // What was printed before is not lost.
      Console.flush()
      exit(withError: error)
    }
    let message = fullMessage(for: error)
    if !message.isEmpty { Console.result(message) }
    Console.flush()
    exitProcess(0)
  }
}
