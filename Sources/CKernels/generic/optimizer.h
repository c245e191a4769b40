static void optimizer_placeholder(void) {}

static const struct ood_optimizer optimizer_table = {.placeholder = optimizer_placeholder};
