/// What is chosen for the kernels that are called from this task, and from the threads that work for it.
struct KernelChoices: Sendable, Equatable {
  /// See `ConvolutionAlgorithm`.
  var usesDirectConvolutions = false
  /// Whether the forms of weights that are made in this task are kept; see `WeightForms`.
  var keepsWeightForms = true

  @TaskLocal static var current = KernelChoices()

  /// These choices with another value in one of them.
  func with<Value>(_ choice: WritableKeyPath<KernelChoices, Value>, _ value: Value) -> KernelChoices {
    var choices = self
    choices[keyPath: choice] = value
    return choices
  }
}
