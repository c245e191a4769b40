/// The options of a `folder:` specification.
struct PictureOptions {
  private let specification: Specification

  init(_ specification: Specification) { self.specification = specification }

  func form() throws -> PictureForm {
    var form = PictureForm()
    if let word = specification.options["size"] {
      let numbers = word.text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      let sizes = numbers.compactMap { $0 }.filter { (1...1 << 15).contains($0) }
      guard sizes.count == numbers.count, (1...2).contains(sizes.count) else {
        throw SpecificationError(
          specification.text, column: word.column,
          "a size is a number of pixels of both sides, or of the height and the width as in 28,32, from 1 to 32768"
        )
      }
      form.size = [sizes[0], sizes.last!]
    }
    if let word = specification.options["grey"] {
      guard word.text == "yes" || word.text == "no" else {
        throw SpecificationError(specification.text, column: word.column, "grey is yes or no")
      }
      form.isGrey = word.text == "yes"
    }
    return form
  }
}
