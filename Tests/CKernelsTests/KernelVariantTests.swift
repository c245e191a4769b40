import CKernels
import Dispatch
import GenModels
import Synchronization
import Testing

/// Calls `body` with the kernels of `variant`.
func withVariant<Result>(_ variant: KernelVariant, _ body: () throws -> Result) rethrows -> Result {
  try KernelVariant.using(variant, body)
}

@Suite struct KernelVariantTests {
  static let portable = KernelVariant.available[0]
  static let widest = KernelVariant.available.last!

  @Test func aScopeHasItsVariantAndLeavesNothingBehind() {
    let before = KernelVariant.active
    KernelVariant.using(Self.portable) {
      #expect(KernelVariant.active == Self.portable)
      #expect(String(cString: ood_active_kernels().pointee.name) == "portable")
      KernelVariant.using(Self.widest) { #expect(KernelVariant.active == Self.widest) }
      #expect(KernelVariant.active == Self.portable)
    }
    #expect(KernelVariant.active == before)
  }

  @Test func anErrorEndsTheScope() {
    struct Stop: Error {}
    let before = KernelVariant.active
    #expect(throws: Stop.self) { try KernelVariant.using(Self.portable) { throw Stop() } }
    #expect(KernelVariant.active == before)
  }

  @Test(arguments: KernelVariant.available)
  func workersUseTheCallersVariant(_ variant: KernelVariant) {
    let seen = Mutex<[String: Int]>([:])
    KernelVariant.using(variant) {
      Parallelism.withThreads(4) {
        parallelFor(64, grain: 1) { _ in
          let name = KernelVariant.active.name
          seen.withLock { $0[name, default: 0] += 1 }
        }
      }
    }
    #expect(seen.withLock { $0 } == [variant.name: 64])
    // The workers, too, have left the scope.
    let after = Mutex<Set<String>>([])
    DispatchQueue.concurrentPerform(iterations: 64) { _ in
      let name = KernelVariant.active.name
      after.withLock { _ = $0.insert(name) }
    }
    #expect(after.withLock { $0 } == [KernelVariant.active.name])
  }

  @Test func otherThreadsKeepTheirs() {
    let process = KernelVariant.active
    let count = KernelVariant.available.count
    DispatchQueue.concurrentPerform(iterations: 100) { i in
      guard i % (count + 1) < count else {
        #expect(KernelVariant.active == process)
        return
      }
      let variant = KernelVariant.available[i % (count + 1)]
      KernelVariant.using(variant) {
        for _ in 0..<100 where KernelVariant.active != variant { Issue.record("\(variant) was lost.") }
      }
    }
  }

  @Test func anUnknownNameIsNoVariant() { #expect(KernelVariant(named: "abacus") == nil) }
}
