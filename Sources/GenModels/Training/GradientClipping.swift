import CKernels

/// A bound on the gradient of a training step.
public enum GradientClipping: Sendable, Hashable, Codable {
  /// All gradients times min(1, bound / norm), where the norm is that of all of them together (R. Pascanu et al., 2013).
  case norm(Double)

  /// The factor on the gradients. Traps when the bound is not positive.
  func scale(_ gradients: [Tensor]) -> Double {
    switch self {
    case .norm(let bound):
      precondition(bound > 0, "Gradients are clipped to a positive norm, and \(bound) was given.")
      let norm = gradients.reduce(0.0) { sum, gradient in
        sum + kernels.reduce.dot(gradient.buffer.base, gradient.buffer.base, gradient.count)
      }.squareRoot()
      return norm > bound ? bound / norm : 1
    }
  }
}
