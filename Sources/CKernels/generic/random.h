static void random_placeholder(void) {}

static const struct ood_random random_table = {.placeholder = random_placeholder};
