/// Why the environment does not tell a worker's part.
public enum ShardError: Error, Sendable, Hashable, CustomStringConvertible {
  case nothingFound
  case notANumber(variable: String, text: String)
  case missing(variable: String, beside: String)
  case countNotStated(variable: String)
  case otherCount(stated: Int, found: Int, source: String)
  case outOfRange(index: Int, count: Int, source: String)
  case unevenArray(source: String)
  /// The script of a job with several tasks, which `srun` did not start.
  case outsideStep(tasks: Int)

  public var description: String {
    switch self {
    case .nothingFound:
      "No part of the work was found in the environment: none of SLURM_ARRAY_TASK_ID, SLURM_PROCID, OMPI_COMM_WORLD_RANK, "
        + "PMI_RANK, JOB_COMPLETION_INDEX is set. Start this by such an engine, or say which part it is (1/4)."
    case .notANumber(let variable, let text): "\(variable) should be a whole number, and it is \"\(text)\"."
    case .missing(let variable, let other):
      "\(other) is set, and \(variable) is not: how many there are is unknown."
    case .countNotStated(let variable):
      "\(variable) is set, and Kubernetes does not say how many there are: state it, as auto/8 for completions: 8."
    case .otherCount(let stated, let found, let source):
      "\(stated) parts were stated, and there are \(found): \(source)."
    case .outOfRange(let index, let count, let source):
      "There is no part \(index) (from 0) of \(count): \(source)."
    case .unevenArray(let source):
      "The numbers of the job array are not evenly spaced, so that parts can't be told from them: \(source). Use --array=0-7 or the like."
    case .outsideStep(let tasks):
      "This is the script of a Slurm job with \(tasks) tasks (SLURM_NTASKS), where every worker would be the first: start it with srun."
    }
  }
}
