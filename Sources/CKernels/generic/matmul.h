static void matmul_placeholder(void) {}

static const struct ood_matmul matmul_table = {.placeholder = matmul_placeholder};
