import ArgumentParser
import Foundation
import GenModels
import OODExperiments

/// The part of a worker: `I/N`, or what the engine says that started it: `auto`, `auto/N`.
enum ShardArgument: ExpressibleByArgument, Hashable {
  case stated(Shard)
  case automatic(count: Int?)

  init?(argument: String) {
    let words = argument.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard words.count <= 2 else { return nil }
    let count = words.count == 2 ? Int(words[1]) : nil
    guard words.count == 1 || count.map({ $0 >= 1 }) ?? false else { return nil }
    if words[0] == "auto" {
      self = .automatic(count: count)
    } else {
      guard let index = Int(words[0]), let count, let shard = Shard(index, of: count) else { return nil }
      self = .stated(shard)
    }
  }

  /// The part, and where it was asked for, what was found.
  func resolved() throws -> (shard: Shard, finding: String?) {
    switch self {
    case .stated(let shard): return (shard, nil)
    case .automatic(let count):
      let found = try ShardEnvironment(ProcessInfo.processInfo.environment, count: count)
      return (found.shard, found.finding)
    }
  }
}
