#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

// The C library's functions under names that say what they compute, imported in one place.

/// ln x.
func logarithm(_ x: Double) -> Double { log(x) }

/// log₂ x.
func binaryLogarithm(_ x: Double) -> Double { log2(x) }

/// 2ˣ.
func powerOfTwo(_ x: Double) -> Double { exp2(x) }

/// xʸ.
func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }
