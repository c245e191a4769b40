import CKernels

/// The column of each row of square costs, each column once, with the least sum of costs: exact, by reduction of rows and columns and shortest
/// augmenting paths (R. Jonker and A. Volgenant, 1987). At most some n³ operations.
///
/// Traps unless the costs are square and finite.
public func minimumCostAssignment(_ costs: Tensor) -> Indexes {
  precondition(
    costs.rank == 2 && costs.shape[0] == costs.shape[1] && costs.firstNonFinite == nil,
    "An assignment needs square, finite costs, not \(costs.shape)\(costs.firstNonFinite == nil ? "" : " with NaN or infinities")."
  )
  let count = costs.shape[0]
  let padded = 3 * (count + Int(OOD_ASSIGNMENT_PADDING))
  let scratch = Buffer<Double>(count: padded)
  let numbers = Buffer<Int32>(count: padded)
  return Indexes(shape: [count]) { columns in
    guard count > 0 else { return }
    kernels.assignment.solve(costs.buffer.base, count, columns.baseAddress!, scratch.base, numbers.base)
  }
}
