import Synchronization

/// The record of one gradient scope: the operations in the order in which they were applied.
///
/// Flat on purpose: a graph of linked nodes overflows the stack when a long chain is released.
/// A tape lives inside `gradient`, `valueWithGradient`, `vjp` or `jvp` and is used by one task only.
public final class Tape {
  /// An applied primitive. Its outputs have the slots `firstOutput ..< firstOutput + outputs.count`.
  fileprivate struct Operation {
    let primitive: any Primitive
    let inputs: [Variable]
    let outputs: [Tensor]
    let firstOutput: Int32
  }

  private var operations: [Operation] = []
  private var slotCount: Int32 = 0
  private(set) var isOpen = true

  /// Tells this tape from all others of the process, so that a parameter of another scope is noticed.
  let identifier: UInt64

  private static let identifiers = Atomic<UInt64>(1)

  init() {
    identifier = Tape.identifiers.wrappingAdd(1, ordering: .relaxed).oldValue
    operations.reserveCapacity(64)
  }

  /// A variable that gradients can be taken with respect to.
  public func variable(_ tensor: Tensor) -> Variable { Variable(tensor, slot: newSlot(), tape: self) }

  /// A value that carries no gradient.
  public func constant(_ tensor: Tensor) -> Variable {
    Variable(tensor, slot: Variable.constantSlot, tape: self)
  }

  func newSlot() -> Int32 {
    defer { slotCount += 1 }
    return slotCount
  }

  func record(_ primitive: any Primitive, _ inputs: [Variable], _ outputs: [Tensor]) -> [Variable] {
    precondition(
      isOpen, "A Variable was used after its gradient scope had ended; return Tensors from the scope.")
    let first = slotCount
    operations.append(Operation(primitive: primitive, inputs: inputs, outputs: outputs, firstOutput: first))
    slotCount += Int32(outputs.count)
    return outputs.enumerated().map { Variable($1, slot: first + Int32($0), tape: self) }
  }

  /// Ends the scope: releases everything recorded, last operation first.
  func close() {
    isOpen = false
    while operations.popLast() != nil {}
  }

  /// How a kind of value gets at what was recorded.
  protocol Reading {
    associatedtype Value: TensorAlgebra
    func input(_ variable: Variable) -> Value
    func output(_ tensor: Tensor, slot: Int32) -> Value
    func sum(_ a: consuming Value, _ b: Value) -> Value
  }

  /// Gradients of `result` (weighted by `upstream`) with respect to `targets`; nil where it doesn't depend on one.
  ///
  /// Only operations between a target and the result are pulled back, and in them only towards the targets.
  /// - Parameters:
  ///   - result: What is differentiated.
  ///   - upstream: The weights of its numbers.
  ///   - targets: What the gradients are with respect to.
  ///   - reading: What gradients are made of.
  ///   - releasing: Drops each operation once it is pulled back. The tape can't be used again.
  ///   - whenFinal: Gets each gradient by its target's number as soon as nothing more is added to it.
  func gradients<R: Reading>(
    of result: Variable, upstream: R.Value, withRespectTo targets: [Variable], as reading: R, releasing: Bool,
    whenFinal: ((Int, R.Value?) -> Void)? = nil
  ) -> [R.Value?] {
    precondition(
      isOpen, "A Variable was used after its gradient scope had ended; return Tensors from the scope.")
    guard result.slot >= 0 else {
      for target in targets.indices { whenFinal?(target, nil) }
      return targets.map { _ in nil }
    }
    let slots = Int(slotCount)
    var leadsToTarget = [Bool](repeating: false, count: slots)
    var firstTarget = Int32.max
    for target in targets where target.slot >= 0 {
      leadsToTarget[Int(target.slot)] = true
      firstTarget = min(firstTarget, target.slot)
    }
    var gradients = [R.Value?](repeating: nil, count: slots)
    gradients[Int(result.slot)] = upstream

    let end = operations.firstIndex(after: result.slot)
    let start = operations.firstIndex(after: firstTarget)
    for index in start..<max(start, end) {
      let operation = operations[index]
      if operation.inputs.contains(where: { $0.slot >= 0 && leadsToTarget[Int($0.slot)] }) {
        for output in operation.outputs.indices { leadsToTarget[Int(operation.firstOutput) + output] = true }
      }
    }

    // The targets that are complete once an operation, the first that uses them, has been pulled back.
    var completed: [Int: [Int]] = [:]
    if let whenFinal {
      let numbers = Dictionary(grouping: targets.indices, by: { targets[$0].slot })
      var seen = Set<Int32>()
      for index in start..<max(start, end) {
        for input in operations[index].inputs where seen.insert(input.slot).inserted {
          if let numbers = numbers[input.slot] { completed[index, default: []] += numbers }
        }
      }
      for target in targets.indices where !seen.contains(targets[target].slot) {
        whenFinal(target, targets[target].slot >= 0 ? gradients[Int(targets[target].slot)] : nil)
      }
    }

    for index in stride(from: end - 1, through: start, by: -1) {
      defer {
        for target in completed[index] ?? [] { whenFinal!(target, gradients[Int(targets[target].slot)]) }
      }
      let operation = operations[index]
      if releasing { operations.removeSubrange(index...) }
      let first = Int(operation.firstOutput)
      let range = first..<first + operation.outputs.count
      guard range.contains(where: { gradients[$0] != nil && leadsToTarget[$0] }) else { continue }
      let upstream = range.map { gradients[$0] }
      if releasing {
        for slot in range where !targets.contains(where: { $0.slot == slot }) { gradients[slot] = nil }
      }
      let wanted = operation.inputs.map { $0.slot >= 0 && leadsToTarget[Int($0.slot)] }
      let pulled = operation.primitive.pullback(
        upstream,
        inputs: operation.inputs.map(reading.input),
        outputs: operation.outputs.enumerated().map {
          reading.output($1, slot: operation.firstOutput + Int32($0))
        },
        wanted: wanted)
      for (input, gradient) in zip(operation.inputs, pulled) {
        guard let gradient, input.slot >= 0, leadsToTarget[Int(input.slot)] else { continue }
        assert(gradient.shape == input.shape, "\(operation.primitive): \(gradient.shape) for \(input.shape)")
        let slot = Int(input.slot)
        if let earlier = gradients[slot].take() {
          gradients[slot] = reading.sum(earlier, gradient)
        } else {
          gradients[slot] = gradient
        }
      }
    }
    return targets.map { $0.slot >= 0 ? gradients[Int($0.slot)] : nil }
  }

  /// Reads what was recorded as plain tensors: gradients are computed and nothing more is recorded.
  struct Unrecorded: Reading {
    func input(_ variable: Variable) -> Tensor { variable.tensor }
    func output(_ tensor: Tensor, slot: Int32) -> Tensor { tensor }
    func sum(_ a: consuming Tensor, _ b: Tensor) -> Tensor {
      a.add(b)
      return a
    }
  }

  /// Reads what was recorded as variables: the gradients are recorded too, and can be differentiated.
  struct Recorded: Reading {
    let tape: Tape
    func input(_ variable: Variable) -> Variable { variable }
    func output(_ tensor: Tensor, slot: Int32) -> Variable { Variable(tensor, slot: slot, tape: tape) }
    func sum(_ a: consuming Variable, _ b: Variable) -> Variable { a + b }
  }
}

extension [Tape.Operation] {
  /// The index of the first operation whose outputs all have slots above `slot`.
  fileprivate func firstIndex(after slot: Int32) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle].firstOutput > slot { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
