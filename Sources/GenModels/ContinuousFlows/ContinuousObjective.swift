/// What a continuous flow is trained for.
public enum ContinuousObjective: Sendable, Hashable, Codable {
  /// Maximum likelihood, −ln p, through solutions of the equation (R. T. Q. Chen et al., 2018), plus `kinetic` ∫ |v|² dt and
  /// `jacobian` ∫ ‖∂v/∂y‖² dt, each divided by the number of features, which keep the paths straight and the steps long (C. Finlay et al.,
  /// How to train your neural ODE, 2020).
  case likelihood(kinetic: Float = 0, jacobian: Float = 0)
  /// Regression on the velocities of given paths.
  case matching(FlowMatching = FlowMatching())
}
