import ArgumentParser
import OODDatasets

struct DataFetch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch", abstract: "Download a published data set.")

  @Argument(help: ArgumentHelp("mnist, fashion-mnist, kmnist or hwrt.", valueName: "name")) var name: String
}
