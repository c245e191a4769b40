import GenModels
import OODExperiments
import Testing

@Suite("Parts from the environment")
struct ShardEnvironmentTests {
  @Test(
    "Engines are understood",
    arguments: [
      (["SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "1"], "3/4"),
      // --array=1-9:2 is five tasks.
      (
        [
          "SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_COUNT": "5", "SLURM_ARRAY_TASK_MIN": "1",
          "SLURM_ARRAY_TASK_MAX": "9", "SLURM_PROCID": "0", "SLURM_NTASKS": "1",
        ], "4/5"
      ),
      (["SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "2", "SLURM_NTASKS": "4"], "2/2"),
      (["SLURM_PROCID": "0", "SLURM_NTASKS": "1"], "1/1"),
      (
        [
          "SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_TASK_MIN": "0",
          "SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "2",
        ], "4/6"
      ),
      // Open MPI starts its daemons with srun, whose numbers are the daemons'.
      (
        [
          "OMPI_COMM_WORLD_RANK": "2", "OMPI_COMM_WORLD_SIZE": "4", "SLURM_PROCID": "0", "SLURM_NTASKS": "2",
        ], "3/4"
      ),
      (["PMI_RANK": "0", "PMI_SIZE": "8"], "1/8"),
    ])
  func engines(variables: [String: String], part: String) throws {
    let found = try ShardEnvironment(variables)
    #expect(found.shard.description == part)
    #expect(found.finding.contains("part \(part.split(separator: "/")[0]) of"), "\(found.finding)")
  }

  @Test("Kubernetes' count must be stated")
  func kubernetes() throws {
    let variables = ["JOB_COMPLETION_INDEX": "5"]
    #expect(try ShardEnvironment(variables, count: 8).shard == Shard(6, of: 8))
    #expect(throws: ShardError.countNotStated(variable: "JOB_COMPLETION_INDEX")) {
      try ShardEnvironment(variables)
    }
    #expect(throws: ShardError.self) { try ShardEnvironment(variables, count: 5) }
  }

  @Test(
    "What makes no sense is refused with the variables' names",
    arguments: [
      ([:], "OMPI_COMM_WORLD_RANK"), (["PMI_RANK": "1"], "PMI_SIZE"),
      (["PMI_RANK": "x", "PMI_SIZE": "2"], "PMI_RANK"), (["PMI_RANK": "2", "PMI_SIZE": "2"], "PMI_SIZE=2"),
      (["PMI_RANK": "-1", "PMI_SIZE": "2"], "PMI_RANK=-1"),
      (["PMI_RANK": "0", "PMI_SIZE": "0"], "PMI_SIZE=0"),
      (["SLURM_ARRAY_TASK_ID": "1"], "SLURM_ARRAY_TASK_COUNT"),
      // --array=1,2,7
      (
        [
          "SLURM_ARRAY_TASK_ID": "2", "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_TASK_MIN": "1",
          "SLURM_ARRAY_TASK_MAX": "7",
        ], "SLURM_ARRAY_TASK_ID=2"
      ),
      (
        [
          "SLURM_ARRAY_TASK_ID": "0", "SLURM_ARRAY_TASK_COUNT": "0", "SLURM_ARRAY_TASK_MIN": "0",
          "SLURM_ARRAY_TASK_MAX": "0",
        ], "SLURM_ARRAY_TASK_ID=0"
      ),
      // Each of four tasks would be the first, outside a step.
      (["SLURM_PROCID": "0", "SLURM_NTASKS": "4"], "srun"),
      (["PMI_RANK": "99999999999999999999", "PMI_SIZE": "2"], "PMI_RANK"),
    ] as [([String: String], String)])
  func nonsense(variables: [String: String], name: String) throws {
    let error = try #require(throws: ShardError.self) { try ShardEnvironment(variables) }
    #expect(error.description.contains(name), "\(error)")
  }

  @Test("A stated count that is another than the engine's is refused")
  func otherCount() {
    #expect(throws: ShardError.self) { try ShardEnvironment(["PMI_RANK": "0", "PMI_SIZE": "2"], count: 3) }
  }

  @Test("Parts hold each element once", arguments: 1...7)
  func parts(count: Int) throws {
    let parts = try (1...count).map { try #require(Shard($0, of: count)).part(of: Array(0..<5)) }
    #expect(parts.flatMap { $0 }.sorted() == Array(0..<5))
    #expect(Shard(0, of: count) == nil && Shard(count + 1, of: count) == nil && Shard(1, of: 0) == nil)
  }
}
