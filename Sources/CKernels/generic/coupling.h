static void coupling_placeholder(void) {}

static const struct ood_coupling coupling_table = {.placeholder = coupling_placeholder};
