/// What the accepted steps of some examples leave behind, for interpolation and for gradients.
struct StepRecord: @unchecked Sendable {
  /// Steps of several examples that were taken together, a row an example.
  struct Round: @unchecked Sendable {
    /// Which example each row is.
    let examples: [Int]
    /// Where each step begins, and its length.
    let times, lengths: [Double]
    /// The states at the steps' beginnings and ends, `[rows, columns]`.
    let start, end: Buffer<Float>
    /// The states at which derivatives were taken, and the derivatives, a stage after the other, each `[rows, columns]`.
    let points, derivatives: Buffer<Float>
    var rows: Int { examples.count }
  }

  /// How much is kept.
  enum Extent {
    /// Nothing.
    case none
    /// What gradients need: the points of the stages.
    case points
    /// What interpolation needs: derivatives too.
    case derivatives
  }

  let columns: Int
  var rounds: [Round] = []
}
