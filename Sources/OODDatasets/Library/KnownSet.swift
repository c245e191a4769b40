/// A published data set that the package knows by name: what it is, what its classes are called, and where it
/// can be had.
public struct KnownSet: Sendable {
  /// A file of a published data set.
  public struct File: Sendable {
    /// Its name in the data directory, below the folder of the set.
    public let name: String
    /// Where it is published.
    public let address: String
    public let digest: FileDigest
    /// Whether it is a tar archive, whose files go into the folder of the set.
    public let isArchive: Bool
    /// A download that turns out larger is stopped.
    public let mostBytes: Int

    package init(
      _ name: String, at address: String, _ digest: FileDigest, isArchive: Bool = false,
      mostBytes: Int = 1 << 26
    ) {
      self.mostBytes = mostBytes
      self.name = name
      self.address = address
      self.digest = digest
      self.isArchive = isArchive
    }
  }

  public let name: String
  public let summary: String
  /// The licence in short. Some forbid uses; the home page says more.
  public let licence: String
  public let home: String
  /// What the classes are called, where no file of the set says it.
  let classNames: [String]?
  /// Parts whose files start with another name: MNIST's test files start with `t10k`.
  let partNames: [String: String]
  /// The files to download; empty for sets without published files of this form.
  public let files: [File]

  /// The set of that name, if it is known.
  public init?(named name: String) {
    guard let known = KnownSet.all.first(where: { $0.name == name }) else { return nil }
    self = known
  }

  package init(
    name: String, summary: String, licence: String, home: String, classNames: [String]? = nil,
    partNames: [String: String] = [:], files: [File] = []
  ) {
    self.name = name
    self.summary = summary
    self.licence = licence
    self.home = home
    self.classNames = classNames
    self.partNames = partNames
    self.files = files
  }
}
