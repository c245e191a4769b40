import CKernels

/// One instruction set that the C kernels are compiled for.
///
/// The widest that the processor runs is used unless the environment variable `OOD_KERNELS` or `use()` says
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

  /// The variant in use.
  public static var active: KernelVariant { KernelVariant(ood_active_kernels()) }

  /// The variant of that name, or nil when it is unknown or this processor can't run it.
  public init?(named name: String) {
    guard let table = ood_kernels_named(name) else { return nil }
    self.init(table)
  }

  /// Makes this variant the one in use, in the whole process.
  public func use() { _ = ood_force_kernels(name) }

  public var description: String { name }
}

/// The table of kernels in use.
var kernels: ood_kernels {
  @inline(__always) _read { yield ood_active_kernels().pointee }
}
