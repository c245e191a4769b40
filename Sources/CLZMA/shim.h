#pragma once
#include <lzma.h>

// Macros with casts in them, which Swift does not see.
static const uint32_t ood_lzma_preset_extreme = LZMA_PRESET_EXTREME;
static const uint32_t ood_lzma_dict_size_min = LZMA_DICT_SIZE_MIN;
static const lzma_vli ood_lzma_filter_lzma1 = LZMA_FILTER_LZMA1;
static const lzma_vli ood_lzma_vli_unknown = LZMA_VLI_UNKNOWN;
