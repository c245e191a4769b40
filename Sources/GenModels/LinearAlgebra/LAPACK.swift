#if canImport(Accelerate)
  import Accelerate
#else
  import CLAPACKE
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A number that LAPACK computes with: `Float` or `Double`.
public protocol LAPACKScalar: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  /// LAPACK's routines in this precision.
  static var lapack: LAPACKRoutines<Self> { get }
}

/// The routines of the system's LAPACK that this package uses, in one precision.
///
/// Pointers are to matrices by columns without gaps, so that elements by rows are seen as the transpose. A routine
/// returns LAPACK's `info`: 0, or above 0 when there is no result. Only matrices with elements get here.
public struct LAPACKRoutines<Scalar: LAPACKScalar>: Sendable {
  typealias Elements = UnsafeMutablePointer<Scalar>

  /// (n, A): the upper triangle of A becomes U with A = Uᵀ·U.
  let cholesky: @Sendable (Int, Elements) -> Int
  /// (n, A, exchanges from 1): A becomes L and U with A = P·L·U.
  let lu: @Sendable (Int, Elements, UnsafeMutablePointer<Int32>) -> Int
  /// (n, A, values): the upper triangle of A is read, its eigenvectors become A's columns.
  let symmetricEigen: @Sendable (Int, Elements, Elements) -> Int
  /// (m, n, A, S, U of m by r, Vᵀ of r by n), r = min(m, n); A is destroyed.
  let singularValues: @Sendable (Int, Int, Elements, Elements, Elements, Elements) -> Int
  /// (m, n, right-hand sides, A, B): minimizes ‖Aᵀ·X − B‖ for an A of m by n, m ≤ n; X becomes the first m rows of
  /// B, which has n. A is destroyed.
  let leastSquares: @Sendable (Int, Int, Int, Elements, Elements) -> Int
  /// (n, columns, triangle, unit diagonal, T, B): B ← op(T)⁻¹·B, both **by rows**.
  let solveTriangular: @Sendable (Int, Int, Triangle, Bool, BLAS.Operand<Scalar>, Elements) -> Void
}

/// log x. (The standard library has none.)
func naturalLogarithm(_ x: Double) -> Double { log(x) }

private let upper = CChar(UInt8(ascii: "U"))
private let vectors = CChar(UInt8(ascii: "V")), thin = CChar(UInt8(ascii: "S"))
private let transposed = CChar(UInt8(ascii: "T"))

#if canImport(Accelerate)

  /// Calls a LAPACK routine twice: for the sizes of its scratch memory, then to work.
  private func withScratch<Scalar: LAPACKScalar>(
    _ type: Scalar.Type, _ routine: (UnsafeMutablePointer<Scalar>, UnsafeMutablePointer<Int32>) -> Void
  ) {
    var size = [Scalar](repeating: 0, count: 1)
    var length: Int32 = -1
    size.withUnsafeMutableBufferPointer { routine($0.baseAddress!, &length) }
    length = max(1, Int32(size[0].rounded(.up)))
    var scratch = [Scalar](repeating: 0, count: Int(length))
    scratch.withUnsafeMutableBufferPointer { routine($0.baseAddress!, &length) }
  }

  extension Float: LAPACKScalar {
    public static let lapack = LAPACKRoutines<Float>(
      cholesky: { n, a in
        var (triangle, size, stride, info) = (upper, Int32(n), Int32(n), Int32(0))
        spotrf_(&triangle, &size, a, &stride, &info)
        return Int(info)
      },
      lu: { n, a, exchanges in
        var (rows, columns, stride, info) = (Int32(n), Int32(n), Int32(n), Int32(0))
        sgetrf_(&rows, &columns, a, &stride, exchanges, &info)
        return Int(info)
      },
      symmetricEigen: { n, a, values in
        var (job, triangle, size, stride, info) = (vectors, upper, Int32(n), Int32(n), Int32(0))
        var integerCount = Int32(3 + 5 * n)
        var integers = [Int32](repeating: 0, count: Int(integerCount))
        withScratch(Float.self) { scratch, length in
          ssyevd_(
            &job, &triangle, &size, a, &stride, values, scratch, length, &integers, &integerCount, &info)
        }
        return Int(info)
      },
      singularValues: { m, n, a, s, u, v in
        var (job, rows, columns, rank, info) = (thin, Int32(m), Int32(n), Int32(min(m, n)), Int32(0))
        var (stride, leftStride) = (Int32(m), Int32(m))
        var integers = [Int32](repeating: 0, count: 8 * min(m, n))
        withScratch(Float.self) { scratch, length in
          sgesdd_(
            &job, &rows, &columns, a, &stride, s, u, &leftStride, v, &rank, scratch, length, &integers, &info)
        }
        return Int(info)
      },
      leastSquares: { m, n, count, a, b in
        var (job, rows, columns, sides, info) = (transposed, Int32(m), Int32(n), Int32(count), Int32(0))
        var (stride, rightStride) = (Int32(m), Int32(max(m, n)))
        withScratch(Float.self) { scratch, length in
          sgels_(&job, &rows, &columns, &sides, a, &stride, b, &rightStride, scratch, length, &info)
        }
        return Int(info)
      },
      solveTriangular: { n, columns, triangle, unitDiagonal, t, b in
        BLAS.solveTriangular(size: n, columns: columns, triangle, unitDiagonal: unitDiagonal, t, b)
      })
  }

  extension Double: LAPACKScalar {
    public static let lapack = LAPACKRoutines<Double>(
      cholesky: { n, a in
        var (triangle, size, stride, info) = (upper, Int32(n), Int32(n), Int32(0))
        dpotrf_(&triangle, &size, a, &stride, &info)
        return Int(info)
      },
      lu: { n, a, exchanges in
        var (rows, columns, stride, info) = (Int32(n), Int32(n), Int32(n), Int32(0))
        dgetrf_(&rows, &columns, a, &stride, exchanges, &info)
        return Int(info)
      },
      symmetricEigen: { n, a, values in
        var (job, triangle, size, stride, info) = (vectors, upper, Int32(n), Int32(n), Int32(0))
        var integerCount = Int32(3 + 5 * n)
        var integers = [Int32](repeating: 0, count: Int(integerCount))
        withScratch(Double.self) { scratch, length in
          dsyevd_(
            &job, &triangle, &size, a, &stride, values, scratch, length, &integers, &integerCount, &info)
        }
        return Int(info)
      },
      singularValues: { m, n, a, s, u, v in
        var (job, rows, columns, rank, info) = (thin, Int32(m), Int32(n), Int32(min(m, n)), Int32(0))
        var (stride, leftStride) = (Int32(m), Int32(m))
        var integers = [Int32](repeating: 0, count: 8 * min(m, n))
        withScratch(Double.self) { scratch, length in
          dgesdd_(
            &job, &rows, &columns, a, &stride, s, u, &leftStride, v, &rank, scratch, length, &integers, &info)
        }
        return Int(info)
      },
      leastSquares: { m, n, count, a, b in
        var (job, rows, columns, sides, info) = (transposed, Int32(m), Int32(n), Int32(count), Int32(0))
        var (stride, rightStride) = (Int32(m), Int32(max(m, n)))
        withScratch(Double.self) { scratch, length in
          dgels_(&job, &rows, &columns, &sides, a, &stride, b, &rightStride, scratch, length, &info)
        }
        return Int(info)
      },
      solveTriangular: { n, columns, triangle, unitDiagonal, t, b in
        BLAS.solveTriangular(size: n, columns: columns, triangle, unitDiagonal: unitDiagonal, t, b)
      })
  }

#else

  /// Runs a LAPACKE routine, OpenBLAS's part of it on this thread alone. A negative status is an argument that
  /// LAPACK refuses or scratch memory that the system lacks: not a property of the matrix.
  private func checked(_ routine: String, _ call: @autoclosure () -> Int32) -> Int {
    BLAS.prepare()
    let status = call()
    precondition(status >= 0, "LAPACK's \(routine) could not run: it returned \(status).")
    return Int(status)
  }

  private let byColumns = Int32(LAPACK_COL_MAJOR)

  extension Float: LAPACKScalar {
    public static let lapack = LAPACKRoutines<Float>(
      cholesky: { n, a in
        checked("spotrf", LAPACKE_spotrf(byColumns, upper, Int32(n), a, Int32(n)))
      },
      lu: { n, a, exchanges in
        checked("sgetrf", LAPACKE_sgetrf(byColumns, Int32(n), Int32(n), a, Int32(n), exchanges))
      },
      symmetricEigen: { n, a, values in
        checked("ssyevd", LAPACKE_ssyevd(byColumns, vectors, upper, Int32(n), a, Int32(n), values))
      },
      singularValues: { m, n, a, s, u, v in
        checked(
          "sgesdd",
          LAPACKE_sgesdd(
            byColumns, thin, Int32(m), Int32(n), a, Int32(m), s, u, Int32(m), v, Int32(min(m, n))))
      },
      leastSquares: { m, n, count, a, b in
        checked(
          "sgels",
          LAPACKE_sgels(
            byColumns, transposed, Int32(m), Int32(n), Int32(count), a, Int32(m), b, Int32(max(m, n))))
      },
      solveTriangular: { n, columns, triangle, unitDiagonal, t, b in
        BLAS.solveTriangular(size: n, columns: columns, triangle, unitDiagonal: unitDiagonal, t, b)
      })
  }

  extension Double: LAPACKScalar {
    public static let lapack = LAPACKRoutines<Double>(
      cholesky: { n, a in
        checked("dpotrf", LAPACKE_dpotrf(byColumns, upper, Int32(n), a, Int32(n)))
      },
      lu: { n, a, exchanges in
        checked("dgetrf", LAPACKE_dgetrf(byColumns, Int32(n), Int32(n), a, Int32(n), exchanges))
      },
      symmetricEigen: { n, a, values in
        checked("dsyevd", LAPACKE_dsyevd(byColumns, vectors, upper, Int32(n), a, Int32(n), values))
      },
      singularValues: { m, n, a, s, u, v in
        checked(
          "dgesdd",
          LAPACKE_dgesdd(
            byColumns, thin, Int32(m), Int32(n), a, Int32(m), s, u, Int32(m), v, Int32(min(m, n))))
      },
      leastSquares: { m, n, count, a, b in
        checked(
          "dgels",
          LAPACKE_dgels(
            byColumns, transposed, Int32(m), Int32(n), Int32(count), a, Int32(m), b, Int32(max(m, n))))
      },
      solveTriangular: { n, columns, triangle, unitDiagonal, t, b in
        BLAS.solveTriangular(size: n, columns: columns, triangle, unitDiagonal: unitDiagonal, t, b)
      })
  }

#endif
