import GenModels
import OODDetectors
import OODExperiments
import OODLaws
import Testing

@Suite("Detectors that are fitted by parts")
struct MergeLawTests {
  @Test("However parts are merged, the detector is that of all rows", arguments: MergeCase.all)
  func merging(_ mergeCase: MergeCase) {
    for violation in mergeCase.violations() { Issue.record("\(violation)") }
  }

  @Test("Every mergeable detector of the catalogue is under the laws of merging")
  func coverage() {
    let catalogue = ModelCatalogue.complete
    let mergeable = catalogue.kinds.filter { catalogue.types[$0] is any MergeableDetector.Type }
    #expect(mergeable.count >= 8)
    #expect(Set(mergeable).subtracting(MergeCase.all.map(\.kind)).isEmpty)
  }
}
