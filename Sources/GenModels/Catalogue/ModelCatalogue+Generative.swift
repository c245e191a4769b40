extension ModelCatalogue {
  /// The kinds of this library: every model of `GenModels`, its layers, bijections and base distributions.
  public static let generative = empty.addingNetworks().addingEnergies().addingStatistics().addingBlocks()

  private func addingNetworks() -> ModelCatalogue {
    adding(Sequential.self).adding(ConvolutionalAutoencoder.self).adding(DenseAutoencoder.self)
      .adding(Flow.self).adding(ConditionalFlow.self).adding(HybridFlow.self).adding(DequantizedFlow.self)
      .adding(ImageClassifier.self)
      .adding(CompetitiveOvercompleteClassifier.self).adding(DenoisingClassifier.self)
      .adding(VirtualOutlierClassifier.self)
      .adding(AttentionNetwork.self)
      .adding(MADE.self).adding(GaussianMADE.self).adding(PixelCNN.self).adding(PixelCNNPlusPlus.self)
      .adding(CausalConvolution.self).adding(CausalTransformer.self)
      .adding(VariationalAutoencoder.self).adding(MissingDataAutoencoder.self).addingImportanceSampling()
  }

  private func addingEnergies() -> ModelCatalogue {
    adding(EnergyModel.self).adding(JointEnergyModel.self).adding(EnergySum.self).adding(ScoreNetwork.self)
  }

  private func addingImportanceSampling() -> ModelCatalogue {
    adding(kind: ImportanceSampledDensity<VariationalAutoencoder>.kind) { archive in
      var archive = archive
      func load<Bound: DensityBound & Model>(_: Bound) throws -> any Model {
        try ImportanceSampledDensity<Bound>(decoding: archive)
      }
      return try load(
        archive.load("model", as: (any DensityBound & Model).self, called: "a model with a bound on ln p"))
    }
  }

  private func addingStatistics() -> ModelCatalogue {
    adding(GaussianMixture.self).adding(GaussianHiddenMarkov.self).adding(KernelDensity.self)
      .adding(TopicModel.self).adding(PixelMixture.self).adding(FactorAnalysis.self).adding(ChowLiuTree.self)
      .adding(ArchetypalAnalysis.self).adding(ArchetypalFlow.self).adding(ArchetypalAutoencoder.self)
      .adding(TablePreparation.self)
  }

  private func addingBlocks() -> ModelCatalogue {
    let layers: [any BuildingBlock.Type] = [
      ConvolutionDescription.self, WinnerTakeAllDescription.self, MaximumPoolingDescription.self,
      DenseDescription.self, BatchNormalizationDescription.self, DropoutDescription.self,
      ActivationDescription.self, FlattenDescription.self, ReshapeDescription.self, ResidualDescription.self,
      TransposedConvolutionDescription.self, UpsamplingDescription.self,
      SubpixelDescription.self, SpectralNormalizationDescription.self,
    ]
    let bijections: [any BuildingBlock.Type] = [
      CouplingDescription.self, NetworkCoupling.Description.self, MaskedAutoregressive.Description.self,
      ActivationNormalization.Description.self, BatchNormalizationBijection.Description.self,
      ChannelPermutation.Description.self, ChannelPermutation.Reversal.self,
      InvertibleLinear.Description.self, Squeeze.Description.self, SplitDescription.self,
      Flattening.Description.self, Logit.Description.self, Logit.Sigmoid.self, Rescaling.Description.self,
      StandardizationBijection.Description.self, InverseBijection.Description.self,
    ]
    let distributions: [any BuildingBlock.Type] = [
      StandardNormalBase.Description.self, ClassGaussiansBase.Description.self,
      LogisticBase.Description.self, UniformBase.Description.self,
    ]
    return (layers + bijections + distributions).reduce(self) { $0.adding(block: $1) }
  }
}
