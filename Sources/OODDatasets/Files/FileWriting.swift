/// Writes `bytes` to `path` as `OutputPlace` says: a file appears whole or not at all, links are followed, devices and pipes are
/// written as they are. Throws `DataError`.
public func writeFile(_ bytes: some Collection<UInt8>, to path: String) throws {
  try OutputPlace(path).write(bytes)
}
