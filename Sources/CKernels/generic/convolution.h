static void convolution_placeholder(void) {}

static const struct ood_convolution convolution_table = {.placeholder = convolution_placeholder};
