#if canImport(Accelerate)
  import Accelerate
#else
  import COpenBLAS
#endif

/// The system's products and triangular solutions: Accelerate on Apple systems, OpenBLAS elsewhere. Matrices are
/// row-major; a row stride counts elements.
enum BLAS {
  /// Makes OpenBLAS work on the calling thread alone, once: threads are `parallelFor`'s business, and OpenBLAS's
  /// own would compete with them. Accelerate decides for itself.
  static func prepare() { _ = prepared }

  private static let prepared: Void = {
    #if !canImport(Accelerate)
      openblas_set_num_threads(1)
    #endif
  }()

  /// A matrix as it lies in memory, and whether its transpose is meant.
  struct Operand<Scalar> {
    let base: UnsafePointer<Scalar>
    let rowStride: Int
    var transposed = false
  }

  /// C (+)= op(A) · op(B), C of `m` by `n`.
  static func multiply(
    m: Int, n: Int, k: Int, _ a: Operand<Float>, _ b: Operand<Float>, into c: UnsafeMutablePointer<Float>,
    rowStride: Int, accumulate: Bool = false
  ) {
    prepare()
    cblas_sgemm(
      CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans,
      Int32(m), Int32(n), Int32(k), 1, a.base, stride(a.rowStride, a.transposed ? m : k), b.base,
      stride(b.rowStride, b.transposed ? k : n), accumulate ? 1 : 0, c, stride(rowStride, n))
  }

  /// C (+)= op(A) · op(B), C of `m` by `n`.
  static func multiply(
    m: Int, n: Int, k: Int, _ a: Operand<Double>, _ b: Operand<Double>, into c: UnsafeMutablePointer<Double>,
    rowStride: Int, accumulate: Bool = false
  ) {
    prepare()
    cblas_dgemm(
      CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans,
      Int32(m), Int32(n), Int32(k), 1, a.base, stride(a.rowStride, a.transposed ? m : k), b.base,
      stride(b.rowStride, b.transposed ? k : n), accumulate ? 1 : 0, c, stride(rowStride, n))
  }

  /// B ← op(T)⁻¹ · B for a triangular T of `size` rows and a B of `columns` columns.
  static func solveTriangular(
    size: Int, columns: Int, _ triangle: Triangle, unitDiagonal: Bool, _ t: Operand<Float>,
    _ b: UnsafeMutablePointer<Float>
  ) {
    prepare()
    cblas_strsm(
      CblasRowMajor, CblasLeft, triangle == .lower ? CblasLower : CblasUpper,
      t.transposed ? CblasTrans : CblasNoTrans, unitDiagonal ? CblasUnit : CblasNonUnit, Int32(size),
      Int32(columns), 1, t.base, stride(t.rowStride, size), b, stride(columns, columns))
  }

  /// B ← op(T)⁻¹ · B for a triangular T of `size` rows and a B of `columns` columns.
  static func solveTriangular(
    size: Int, columns: Int, _ triangle: Triangle, unitDiagonal: Bool, _ t: Operand<Double>,
    _ b: UnsafeMutablePointer<Double>
  ) {
    prepare()
    cblas_dtrsm(
      CblasRowMajor, CblasLeft, triangle == .lower ? CblasLower : CblasUpper,
      t.transposed ? CblasTrans : CblasNoTrans, unitDiagonal ? CblasUnit : CblasNonUnit, Int32(size),
      Int32(columns), 1, t.base, stride(t.rowStride, size), b, stride(columns, columns))
  }

  /// BLAS refuses strides below the row's length or below 1, even of rows that nobody reads.
  private static func stride(_ stride: Int, _ columns: Int) -> Int32 { Int32(max(1, stride, columns)) }
}
