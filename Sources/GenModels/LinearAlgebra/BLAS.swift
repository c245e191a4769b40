#if canImport(Accelerate)
  import Accelerate
#else
  import COpenBLAS
#endif

/// The system's matrix product: Accelerate on Apple systems, OpenBLAS elsewhere.
enum BLAS {
  /// Makes OpenBLAS work on the calling thread alone, once: threads are `parallelFor`'s business, and OpenBLAS's
  /// own would compete with them. Accelerate decides for itself.
  static func prepare() { _ = prepared }

  private static let prepared: Void = {
    #if !canImport(Accelerate)
      openblas_set_num_threads(1)
    #endif
  }()

  /// C (+)= op(A) · op(B), row-major; row strides are those of the matrices as they lie in memory.
  static func multiply(
    rows m: Int, columns n: Int, depth k: Int, _ a: UnsafePointer<Float>, transposeA: Bool,
    rowStride aStride: Int,
    _ b: UnsafePointer<Float>, transposeB: Bool, rowStride bStride: Int, into c: UnsafeMutablePointer<Float>,
    rowStride cStride: Int, accumulate: Bool
  ) {
    prepare()
    cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans, Int32(m),
      Int32(n), Int32(k), 1, a, stride(aStride, transposeA ? m : k), b, stride(bStride, transposeB ? k : n),
      accumulate ? 1 : 0, c, Int32(cStride))
  }

  /// The same in double precision.
  static func multiply(
    rows m: Int, columns n: Int, depth k: Int, _ a: UnsafePointer<Double>, transposeA: Bool,
    rowStride aStride: Int,
    _ b: UnsafePointer<Double>, transposeB: Bool, rowStride bStride: Int,
    into c: UnsafeMutablePointer<Double>,
    rowStride cStride: Int, accumulate: Bool
  ) {
    prepare()
    cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans, Int32(m),
      Int32(n), Int32(k), 1, a, stride(aStride, transposeA ? m : k), b, stride(bStride, transposeB ? k : n),
      accumulate ? 1 : 0, c, Int32(cStride))
  }

  /// BLAS refuses strides below the row's length or below 1, even of rows that nobody reads.
  private static func stride(_ stride: Int, _ columns: Int) -> Int32 { Int32(max(1, stride, columns)) }
}
