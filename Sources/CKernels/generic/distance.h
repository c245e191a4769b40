static void distance_placeholder(void) {}

static const struct ood_distance distance_table = {.placeholder = distance_placeholder};
