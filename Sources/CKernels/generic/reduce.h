static void reduce_placeholder(void) {}

static const struct ood_reduce reduce_table = {.placeholder = reduce_placeholder};
