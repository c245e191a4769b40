import GenModels

/// How support vector machines are fitted, as settings by name: what a tool's options set.
public struct SupportVectorSettings: Codable, Hashable, Sendable {
  public enum KernelName: String, Codable, Sendable, CaseIterable {
    case radial, linear
  }

  public var kernel: KernelName
  /// γ of the radial kernel; 0 for 1 / (d · variance of all entries).
  public var gamma: Double
  /// C of machines of two classes.
  public var cost: Double
  /// ν of one-class machines.
  public var nu: Double
  public var tolerance: Double

  public init(
    kernel: KernelName = .radial, gamma: Double = 0, cost: Double = 1, nu: Double = 0.1,
    tolerance: Double = 1e-3
  ) {
    self.kernel = kernel
    self.gamma = gamma
    self.cost = cost
    self.nu = nu
    self.tolerance = tolerance
  }

  /// The kernel that is named.
  public var supportVectorKernel: SupportVectorKernel {
    kernel == .linear ? .linear : gamma == 0 ? .radial() : .radial(gamma: gamma)
  }
}
