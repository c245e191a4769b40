#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

// The C library's functions under names that say what they compute, imported in one place.

/// ln x.
package func logarithm(_ x: Double) -> Double { log(x) }

/// log₂ x.
package func binaryLogarithm(_ x: Double) -> Double { log2(x) }

/// 2ˣ.
package func powerOfTwo(_ x: Double) -> Double { exp2(x) }

/// xʸ.
package func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }
