static void map_placeholder(void) {}

static const struct ood_map map_table = {.placeholder = map_placeholder};
