#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

struct ood_matmul {
  void (*placeholder)(void);
};

#pragma clang assume_nonnull end
