/// Optimizer steps, each in place on `n` parameters p with the loss's gradient g and the optimizer's state.
///
/// The steps of different parameters do not depend on each other, so a range may be cut anywhere: the bits of
/// a result depend on the kernel variant only. In all of them the gradient that counts is
/// g' = gradient_scale g, and, where the weight decay is not decoupled, g' = gradient_scale g + weight_decay
/// p.
/// `gradient_scale` is 1, or what clipping the gradient's norm asks for.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// v <- momentum v + g';  p <- p - learning_rate d,
/// d = g' + momentum v (Nesterov) or v (else). With a velocity that starts at zero, the first step is plain
/// descent. (I. Sutskever, J. Martens, G. Dahl and G. Hinton, 2013, with the learning rate outside the
/// velocity.)
struct ood_sgd {
  double learning_rate, momentum, weight_decay, gradient_scale;
  /// 0 or 1.
  int nesterov;
};

/// m <- beta1 m + (1 - beta1) g';  v <- beta2 v + (1 - beta2) g'^2;
/// p <- p - learning_rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon).
/// (D. P. Kingma and J. Ba, 2015, algorithm 1.) With `decoupled`, the weight decay is taken out of g' and the
/// parameters shrink first: p <- (1 - learning_rate weight_decay) p (I. Loshchilov and F. Hutter, 2019,
/// AdamW).
struct ood_adam {
  double learning_rate, beta1, beta2, epsilon, weight_decay, gradient_scale;
  /// 1 - beta1^t and 1 - beta2^t for the number t of this step, counted from 1.
  double correction1, correction2;
  /// 0 for Adam, 1 for AdamW.
  int decoupled;
};

/// s <- rho s + (1 - rho) g'^2;  d = sqrt(u + epsilon) / sqrt(s + epsilon) g';
/// u <- rho u + (1 - rho) d^2;  p <- p - learning_rate d.
/// (M. D. Zeiler, 2012, algorithm 1, where the learning rate is 1.)
struct ood_adadelta {
  double learning_rate, rho, epsilon, weight_decay, gradient_scale;
};

/// v <- alpha v + (1 - alpha) g'^2;  p <- p - learning_rate g' / (sqrt(v) + epsilon).
/// (T. Tieleman and G. Hinton, 2012, lecture 6.5.)
struct ood_rmsprop {
  double learning_rate, alpha, epsilon, weight_decay, gradient_scale;
};

/// No two arrays may overlap. State starts as zeros.
struct ood_optimizer {
  /// `velocity` may be NULL when the momentum is zero.
  void (*sgd)(struct ood_sgd settings, float *parameters, const float *gradient, float *_Nullable velocity,
              size_t n);

  void (*adam)(struct ood_adam settings, float *parameters, const float *gradient, float *first_moment,
               float *second_moment, size_t n);

  /// `squared_gradient` is s, `squared_update` is u.
  void (*adadelta)(struct ood_adadelta settings, float *parameters, const float *gradient,
                   float *squared_gradient, float *squared_update, size_t n);

  /// `squared_gradient` is v.
  void (*rmsprop)(struct ood_rmsprop settings, float *parameters, const float *gradient,
                  float *squared_gradient, size_t n);
};

#pragma clang assume_nonnull end
