import CKernels

/// One instruction set that the C kernels are compiled for.
///
/// The widest that the processor runs is used unless the environment variable `OOD_KERNELS`, `use()` or `using` says
/// otherwise. Results of different variants agree to rounding, not to the bit.
public struct KernelVariant: Sendable, Hashable, CustomStringConvertible {
  /// "portable", "avx2", "avx512" or "neon".
  public let name: String
  /// 32-bit floats in one vector.
  public let vectorWidth: Int

  private init(_ table: UnsafePointer<ood_kernels>) {
    name = String(cString: table.pointee.name)
    vectorWidth = Int(table.pointee.width)
  }

  /// The variants that this processor runs, plainest first.
  public static var available: [KernelVariant] {
    (0..<ood_kernel_variant_count()).map { KernelVariant(ood_kernel_variant($0)) }
  }

  /// The variant in use here: that of the innermost `using`, else the process's.
  public static var active: KernelVariant { KernelVariant(ood_active_kernels()) }

  /// The variant of that name, or nil when it is unknown or this processor can't run it.
  public init?(named name: String) {
    guard let table = ood_kernels_named(name) else { return nil }
    self.init(table)
  }

  /// Makes this variant the process's, for all code that is not inside of `using`. Meant for the start of a program:
  /// work that is on its way elsewhere changes its variant in the middle. For one piece of work, see `using`.
  public func use() { _ = ood_force_kernels(name) }

  /// Calls `body` with the kernels of `variant`, whatever other threads use meanwhile.
  ///
  /// The choice belongs to the calling thread, and `parallelFor` hands it to the threads that work for it. `body` can't
  /// suspend, so it stays on its thread; tasks that it starts run with the process's variant.
  public static func using<Result>(
    _ variant: KernelVariant, _ body: () throws -> Result
  ) rethrows -> Result {
    let before = ood_set_thread_kernels(ood_kernels_named(variant.name))
    defer { _ = ood_set_thread_kernels(before) }
    return try body()
  }

  public var description: String { name }
}

/// The table of kernels in use.
var kernels: ood_kernels {
  @inline(__always) _read { yield ood_active_kernels().pointee }
}
