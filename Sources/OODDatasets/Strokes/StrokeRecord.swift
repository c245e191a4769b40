/// A recorded drawing with what its file says of it.
public struct StrokeRecord: Sendable, Equatable {
  public var drawing: Drawing
  /// The symbol, in LaTeX; nil for a recording without label, and in HWRT's CSV files, which have numbers
  /// only.
  public var label: String?
  /// HWRT's number of the symbol.
  public var symbolID: Int?
  /// The file's number of the recording.
  public var recordingID: Int?
  /// Number of the writer.
  public var writerID: Int?
  /// CROHME's number of the expression that the symbol was part of.
  public var expressionID: Int?
  /// Where the recording comes from, in the file's words.
  public var source: String?

  public init(
    drawing: Drawing, label: String? = nil, symbolID: Int? = nil, recordingID: Int? = nil,
    writerID: Int? = nil,
    expressionID: Int? = nil, source: String? = nil
  ) {
    self.drawing = drawing
    self.label = label
    self.symbolID = symbolID
    self.recordingID = recordingID
    self.writerID = writerID
    self.expressionID = expressionID
    self.source = source
  }
}
