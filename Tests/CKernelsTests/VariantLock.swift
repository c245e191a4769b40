import GenModels
import Synchronization

/// The variant in use is one for the process, and tests run at the same time: whoever forces a variant, or compares
/// bits, does it inside.
private let variantLock = Mutex(())

/// Calls `body` with the kernels of `variant`, alone.
func withVariant<Result>(_ variant: KernelVariant, _ body: () throws -> Result) rethrows -> Result {
  try variantLock.withLock { _ in
    let before = KernelVariant.active
    variant.use()
    defer { before.use() }
    return try body()
  }
}
