import ArgumentParser

/// How the models of a sweep are printed.
enum SweepFormat: String, CaseIterable, ExpressibleByArgument {
  case text, csv, json
}
