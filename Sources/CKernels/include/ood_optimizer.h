#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

struct ood_optimizer {
  void (*placeholder)(void);
};

#pragma clang assume_nonnull end
