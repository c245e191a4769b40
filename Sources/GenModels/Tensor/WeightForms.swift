import CKernels
import Synchronization

/// What the weights of a layer look like in the form that a kernel reads: packed, or transformed to frequencies.
///
/// Bringing 128 × 128 × 5 × 5 weights into such a form costs as much as filtering about 50 tiles of 4 × 4 pixels. Forms are
/// kept with the tensor's elements and used again by every call with the same weights, until the elements change or
/// go. In training weights change with each step, and are used once in it unless the batch is cut into parts.
enum WeightForms {
  /// Which form: the kernel that reads it, the instruction set, the order of weights and the layer's shape.
  struct Key: Hashable {
    let kernel: String
    let variant: String
    let order: UInt32
    let shape: [Int]
  }

  private static let lock = Mutex<Void>(())

  /// The form under `key` of the weights in `tensor`, made by `make` when it isn't there.
  static func form(of tensor: Tensor, _ key: Key, make: () -> Buffer<Float>) -> Buffer<Float> {
    let owner = tensor.buffer
    if let known = lock.withLock({ _ in owner.forms?[key] }) { return known }
    let form = make()
    if KernelChoices.current.keepsWeightForms {
      lock.withLock { _ in owner.forms = (owner.forms ?? [:]).merging([key: form]) { old, _ in old } }
    }
    return form
  }
}
