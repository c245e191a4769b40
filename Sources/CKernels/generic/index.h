static void index_placeholder(void) {}

static const struct ood_index index_table = {.placeholder = index_placeholder};
