/// What a density experiment found.
public struct DensityReport: Codable, Sendable {
  /// A family on a toy.
  public struct Row: Codable, Sendable {
    public let toy, family, source, sampling: String
    public let likelihood: DensityFamily.Likelihood
    public let parameters: Int
    /// The mean of ln p over held-out points, in nats; nil where there is no density.
    public let nats: Double?
    /// By how much that is below the truth, with the standard error of the difference. The first is an estimate of the Kullback-Leibler
    /// divergence of the truth from the model.
    public let gap, gapError: Double?
    /// The integral of the density over the picture; 1 where all of it is there.
    public let mass: Double?
    /// √ of the squared maximum mean discrepancy between draws and held-out points, 0 where it is negative; nil without draws.
    public let discrepancy: Double?
    /// Training, 1000 log-densities and 1000 draws.
    public let trainingSeconds: Double
    public let densitySeconds, drawSeconds: Double?
  }

  /// A toy, and what can be reached on it.
  public struct Toy: Codable, Sendable {
    public let name: String
    /// The mean of its own ln p over the held-out points, in nats.
    public let nats: Double
    /// √MMD² between two sets of its own points.
    public let discrepancy: Double
    /// Half of a picture's side.
    public let reach: Double
  }

  public let settings: DensitySettings
  public let toys: [Toy]
  public let rows: [Row]
}
