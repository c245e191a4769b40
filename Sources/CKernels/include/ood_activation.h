/// The functions that a layer's kernel applies to its sums.
#pragma once

/// What happens to a result before it is stored.
enum ood_activation {
  ood_activation_identity,
  /// max(y, 0); NaN stays NaN.
  ood_activation_relu,
  /// 1 / (1 + exp(-y)).
  ood_activation_sigmoid,
};
