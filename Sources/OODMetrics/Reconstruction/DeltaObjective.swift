import GenModels

/// What Δ a threshold is chosen for.
public enum DeltaObjective: Sendable, Hashable {
  /// Δ against the control set of this name.
  case control(String)
  /// The mean of Δ over control sets.
  case mean
  /// The minimum of Δ over control sets.
  case minimum
}
