import ArgumentParser

struct DataCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "List, inspect, draw and download data sets.",
    discussion: """
      SPEC names data:

        mnist:train   fashion-mnist:test[0..<1000]   hwrt:symbols?classes!=digits
        synthetic-digits:train   two-moons:1000?seed=7   adbench:6_cardio
        idx:IMAGES[,LABELS]   npy:FILE   npz:FILE#KEY   csv:FILE   hwrt:FILE   strokes:FILE

      Ranges in [ ], ?classes=A,B and ?classes!=A,B (names, #numbers, digits, letters, symbols), ?shuffle=SEED \
      and ?minimum=COUNT apply from left to right. Quote a SPEC in the shell. Sets are looked up in --data-dir, \
      then in $OOD_DATA, then in the user's cache.
      """,
    subcommands: [DataList.self, DataInfo.self, DataRender.self, DataFetch.self])
}
