// Convolutions by minimal filtering; see include/ood_winograd.h for what the entries compute.
//
// A block of tiles goes through three steps: its windows into frequencies, a product of matrices for each
// frequency, and back. For `correlate` and `spread` the products' left operand is [tiles][source channels]
// and the right one is the transformed weights, packed in panels; for the weight gradient the left operand is
// one side's tiles, transposed, and the right one the other side's, written in panels by the transform.
#pragma once

#include "../include/ood_winograd.h"

#include "winograd_correlate.h"
#include "winograd_product.h"
#include "winograd_spread.h"
#include "winograd_tile.h"
#include "winograd_weight_gradient.h"
#include "winograd_weights.h"

static const struct ood_winograd winograd_table = {
    .outputs = winograd_outputs,
    .weights_count = winograd_weights_count,
    .transform_weights = winograd_transform_weights,
    .correlate = winograd_correlate,
    .winners = winograd_winners,
    .spread = winograd_spread,
    .scratch = winograd_scratch,
    .weight_gradient = winograd_weight_gradient,
    .weight_gradient_scratch = winograd_weight_gradient_scratch,
};
