import ArgumentParser
import Foundation
import OODDatasets

struct DataFetch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch", abstract: "Download a published data set.",
    discussion: """
      Files go to --data-dir, else to $OOD_DATA, else to the user's cache. A download that was cut goes on where \
      it stopped; every file is compared with its published checksum before it is put in place. $OOD_MIRROR names \
      a server to use instead of the publishers': $OOD_MIRROR/SET/FILE.
      """)

  @Argument(help: ArgumentHelp("mnist, fashion-mnist, kmnist or hwrt.", valueName: "name")) var name: String
  @OptionGroup var data: DataDirectoryOption
  @Option(help: "text or json.") var format: OutputFormat = .text

  func run() async throws {
    let published = KnownSet.all.filter { !$0.files.isEmpty }
    guard let set = published.first(where: { $0.name == name }) else {
      throw ValidationError(
        "There is no published data set '\(name)'; there are \(published.map(\.name).joined(separator: ", "))."
      )
    }
    Console.remark("\(set.name): \(set.summary). Licence: \(set.licence), see \(set.home)")
    let environment = ProcessInfo.processInfo.environment
    let progress = DownloadProgress()
    let downloader = Downloader(
      directory: data.library.directories[0],
      mirror: environment["OOD_MIRROR"].flatMap { $0.isEmpty ? nil : $0 },
      progress: { progress.update($0, received: $1, total: $2) })
    defer { Console.endProgress() }
    let fetched = try await downloader.fetch(set)
    Console.endProgress()
    let folder = downloader.directory + "/" + set.name
    if format == .json {
      return try JSONOutput.print(Report(set: set.name, folder: folder, fetched: fetched))
    }
    fetched.forEach(Console.result)
    if fetched.isEmpty { Console.remark("All \(set.files.count) files are in \(folder) already.") }
  }

  struct Report: Encodable {
    let set: String
    let folder: String
    let fetched: [String]
  }
}
