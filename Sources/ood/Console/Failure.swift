/// A failure told in a sentence. The tool prints it and exits with status 1.
struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
