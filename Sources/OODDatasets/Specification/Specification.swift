/// The name of some data, as users write it:
///
///     mnist:train                            a set of the data directories, or one that is made on demand
///     fashion-mnist:test[0..<1000]           a range of examples: a..<b, a...b, a..., ..<b, ...b
///     hwrt:symbols?classes!=digits           without these classes;  classes=A,B  with these only
///     mnist:test?classes=3,5&shuffle=7       options are joined by &
///     idx:IMAGES,LABELS   idx:IMAGES         files
///     npy:FILE   npz:FILE#KEY   csv:FILE   jsonl:FILE   hwrt:FILE   strokes:FILE
///     folder:DIRECTORY?size=28&grey=yes      pictures, labelled by the folders in it
///     sqlite:FILE?query=SELECT …   postgres:ADDRESS?query=SELECT …     a query's answer
///
/// Ranges, class filters, `shuffle=SEED`, `minimum=COUNT` (of examples in a class) and `weights=LIST` or
/// `weights=LIST,LEAST` (class shares of a published list, of classes with that many examples there) are applied from left
/// to right: `mnist:test?classes=3[0..<10]` is the first ten threes, and `mnist:test[0..<10]?classes=3` the
/// threes among the first ten. An item of a class filter is a class's name, `#` and its number, or one of the
/// groups `digits`, `letters` (Latin) and `symbols` (all others). Other options belong to the source: `seed=`
/// (sets that are made), `aspect=kept|stretched`, `frame=`, `box=` or `margin=`, `pen=`, `center=mass|box`,
/// `antialias=yes|no` and `smallest=` (how strokes are drawn: `hwrt:strokes?aspect=stretched&center=box`), `labels=KEY` (npz) and `labels=FILE` (npy), `label=COLUMN`, `header=`, `delimiter=`,
/// `decimal=`, `thousands=`, `encoding=`, `missing=refuse|drop|NUMBER` (csv). Characters with a meaning here are written in percent form: `[` `%5B`,
/// `]` `%5D`, `?` `%3F`, `,` `%2C`, `#` `%23`, `&` `%26`, `%` `%25`.
public struct Specification: Sendable, Equatable {
  /// Where the examples come from.
  public enum Source: Sendable, Equatable {
    /// A set of the data directories or one made on demand, and its part: `mnist:train`, `two-moons:1000`.
    case named(set: String, part: String)
    case idx(images: String, labels: String?)
    case npy(String)
    case npz(String, key: String?)
    case csv(String)
    /// JSON lines, an object a row.
    case jsonl(String)
    /// An SQLite file; the query is an option.
    case sqlite(String)
    /// A folder of pictures, in folders by their labels where they have some.
    case folder(String)
    /// A PostgreSQL server, by its address; the query is an option.
    case postgres(String)
    /// A CSV file of the HWRT database.
    case hwrt(String)
    /// JSON lines of strokes.
    case strokes(String)
  }

  /// Which of the examples are meant.
  public enum Selection: Sendable, Equatable {
    case range(ExampleRange)
    /// By class: only these, or all but these.
    case classes([Word], areExcluded: Bool)
    case shuffle(seed: UInt64)
    /// Only classes with at least so many examples, numbered anew; for recorded symbols, where many classes
    /// are tiny.
    case minimum(Int)
    /// Examples chosen again so that classes have the shares of a list (`official` or a file); classes with fewer than
    /// `least` examples there are left out.
    case weights(Word, least: Int)
  }

  /// A piece of the text with its place.
  public struct Word: Sendable, Equatable {
    public let text: String
    /// In characters from the start of the specification, counted from 1.
    public let column: Int
  }

  /// The specification as written.
  public let text: String
  public let source: Source
  /// In the order of application.
  public let selections: [Selection]
  /// Options of the source, by name.
  public let options: [String: Word]

  /// Parses a specification. Throws `SpecificationError` pointing at the mistake.
  public init(_ text: String) throws {
    var parser = SpecificationParser(text)
    self = try parser.parse()
  }

  /// Where an option's name first stands, in characters counted from 1.
  func column(of option: String) -> Int {
    guard let place = text.firstRange(of: option + "=") else { return 1 }
    return text.distance(from: text.startIndex, to: place.lowerBound) + 1
  }

  init(text: String, source: Source, selections: [Selection], options: [String: Word]) {
    self.text = text
    self.source = source
    self.selections = selections
    self.options = options
  }
}

extension Specification: CustomStringConvertible {
  public var description: String { text }
}
