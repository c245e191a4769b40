#include "variants.h"

#define OOD_NAME portable
#define OOD_WIDTH 4
#define OOD_FMA 0

#include "../kernels/all.h"
