import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file of models inside models, deeper than any may be, is refused in a time that grows with its size alone.
///
/// ```swift
/// NestedFileLaws.violations(levels: 600, catalogue: .standard)
/// ```
public enum NestedFileLaws {
  /// - Parameters:
  ///   - levels: Models, each inside the one before.
  ///   - seconds: Processor time that a refusal may take: far more than reading the file does, far less than work that grows with
  ///     the square of its size.
  ///   - catalogue: Loads the file.
  public static func violations(
    levels: Int = 600, seconds: Double = 0.5, catalogue: ModelCatalogue
  ) -> [LawViolation] {
    var findings = Findings()
    for (name, bytes) in [
      ("version 2", nested(levels)), ("version 2 without a seal", nested(levels, isSealed: false)),
      ("version 1", nestedVersionOne(levels)),
    ] {
      let start = secondsOfThread()
      let model = try? ModelArchive(SafetensorsFile(bytes: bytes), catalogue: catalogue).model()
      let taken = secondsOfThread() - start
      findings.require(
        model == nil, "file: deep nesting is refused", tried: "\(levels) levels of \(name)", found: "a model",
        expected: "an error")
      findings.require(
        taken < seconds, "file: deep nesting is refused quickly",
        tried: "\(levels) levels of \(name), \(bytes.count) bytes", found: "\(taken) s of processor time",
        expected: "less than \(seconds) s")
    }
    return findings.violations
  }

  /// Processor time of this thread.
  private static func secondsOfThread() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static func nested(_ levels: Int, isSealed: Bool = true) -> [UInt8] {
    var file = SafetensorsFile()
    var prefix = ""
    for _ in 0..<levels {
      file.metadata[prefix + "kind"] = "detector"
      file.metadata[prefix + "version"] = "1"
      file.metadata[prefix + "configuration"] = #"{"thresholdOrigin":"set by hand"}"#
      file.metadata[prefix + "examples"] = #"{"shape":[1]}"#
      file[prefix + "threshold"] = .float64([1], shape: [1])
      prefix += "scorer/"
    }
    if isSealed { file.seal() }
    return file.bytes()
  }

  private static func nestedVersionOne(_ levels: Int) -> [UInt8] {
    var file = SafetensorsFile()
    var prefix = ""
    for _ in 0..<levels {
      file.metadata[prefix + "kind"] = "prepared"
      file.metadata[prefix + "version"] = "1"
      file.metadata[prefix + "settings"] = "{}"
      prefix += "scorer/"
    }
    file.metadata["checksum"] = file.versionOneChecksum
    return file.bytes()
  }
}
