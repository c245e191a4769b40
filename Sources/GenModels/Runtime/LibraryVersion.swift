/// The version of this package.
public enum LibraryVersion {
  /// By Semantic Versioning 2.0.0: what `ood --version` prints, and what a release's tag is called.
  public static let number = "0.1.0"
}
