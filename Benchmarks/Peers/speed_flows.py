"""Times of training steps and log-densities of flows beside zuko's, nflows's and, compiled by XLA, JAX's, runs of all alternating.

    python3 -m venv /tmp/flows && /tmp/flows/bin/pip install torch zuko nflows jax
    (cd Benchmarks && swift build -c release --product FlowTiming)
    /tmp/flows/bin/python Benchmarks/Peers/speed_flows.py

All cores for everybody. Both sides get the same shapes and batch, Adam, and 32-bit floats; the best of `--rounds` counts.
"""

import argparse
import json
import os
import subprocess
import time

import torch

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEFAULT_BINARY = os.path.join(ROOT, "Benchmarks", ".build", "release", "FlowTiming")


def zuko_realnvp(features, hidden):
    from zuko.flows import RealNVP

    flow = RealNVP(features, transforms=8, hidden_features=hidden)
    return flow, lambda x: flow().log_prob(x)


def nflows_network(inputs, outputs, hidden):
    """A fully connected network as nflows's couplings call it: with a context, here none."""
    from nflows.nn.nets import MLP

    class Network(MLP):
        def forward(self, inputs, context=None):
            return super().forward(inputs)

    return Network([inputs], [outputs], list(hidden))


def nflows_realnvp(features, hidden):
    """Couplings with nflows's fully connected network of the same hidden layers."""
    from nflows.distributions import StandardNormal
    from nflows.flows import Flow
    from nflows.transforms import AffineCouplingTransform, CompositeTransform

    def network(inputs, outputs):
        return nflows_network(inputs, outputs, hidden)

    masks = [torch.arange(features) % 2 * 2 - 1, 1 - torch.arange(features) % 2 * 2]
    steps = [AffineCouplingTransform(masks[i % 2], network) for i in range(8)]
    flow = Flow(CompositeTransform(steps), StandardNormal([features]))
    return flow, flow.log_prob


def zuko_spline(features, hidden):
    from zuko.flows import NSF

    flow = NSF(features, transforms=6, bins=8, hidden_features=hidden)
    return flow, lambda x: flow().log_prob(x)


def nflows_spline(features, hidden):
    """Linear maps with LU parameters and rational-quadratic spline couplings."""
    from nflows.distributions import StandardNormal
    from nflows.flows import Flow
    from nflows.transforms import (CompositeTransform, LULinear,
                                   PiecewiseRationalQuadraticCouplingTransform)

    def network(inputs, outputs):
        return nflows_network(inputs, outputs, hidden)

    steps = []
    for i in range(6):
        mask = torch.arange(features) % 2 * 2 - 1 if i % 2 else 1 - torch.arange(features) % 2 * 2
        steps += [LULinear(features), PiecewiseRationalQuadraticCouplingTransform(
            mask, network, num_bins=8, tails="linear", tail_bound=5.0)]
    flow = Flow(CompositeTransform(steps), StandardNormal([features]))
    return flow, flow.log_prob


def zuko_maf(features, hidden):
    from zuko.flows import MAF

    flow = MAF(features, transforms=5, hidden_features=hidden)
    return flow, lambda x: flow().log_prob(x)


def nflows_glow(shape):
    """Glow as in nflows's own image experiments: squeeze, ActNorm, 1 x 1 convolution and coupling, multi-scale."""
    from nflows.distributions import StandardNormal
    from nflows.flows import Flow
    from nflows.transforms import (ActNorm, AffineCouplingTransform, CompositeTransform, MultiscaleCompositeTransform,
                                   OneByOneConvolution, SqueezeTransform)
    from torch import nn

    height, width, channels = shape

    class Network(nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.layers = nn.Sequential(
                nn.Conv2d(inputs, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 1), nn.ReLU(),
                nn.Conv2d(64, outputs, 3, padding=1))

        def forward(self, x, context=None):
            return self.layers(x)

    transform = MultiscaleCompositeTransform(num_transforms=2)
    for _ in range(2):
        squeeze = SqueezeTransform()
        channels, height, width = squeeze.get_output_shape(channels, height, width)
        mask = torch.ones(channels)
        mask[: channels // 2] = -1
        steps = [squeeze]
        for _ in range(8):
            steps += [ActNorm(channels), OneByOneConvolution(channels), AffineCouplingTransform(mask, Network)]
        rest = transform.add_transform(CompositeTransform(steps), (channels, height, width))
        if rest:
            channels, height, width = rest
    height, width, channels = shape
    flow = Flow(transform, StandardNormal([height * width * channels]))

    def log_prob(x):
        # Pixels to the real line, as ours: y = logit(0.05 + 0.9 x).
        s = 0.05 + 0.9 * x
        density = flow.log_prob(torch.log(s) - torch.log1p(-s))
        return density - (torch.log(s) + torch.log1p(-s)).flatten(1).sum(1)

    return flow, log_prob


# Name of a case of FlowTiming: rows, shape, peers, repetitions of a training step and of a log-density.
CASES = {
    "realnvp-2": (256, (2,), {"zuko": lambda: zuko_realnvp(2, (64, 64)),
                              "nflows": lambda: nflows_realnvp(2, (64, 64))}, 100, 300),
    "realnvp-784": (256, (784,), {"zuko": lambda: zuko_realnvp(784, (512, 512)),
                                  "nflows": lambda: nflows_realnvp(784, (512, 512))}, 8, 16),
    "spline-2": (256, (2,), {"zuko": lambda: zuko_spline(2, (64, 64)),
                             "nflows": lambda: nflows_spline(2, (64, 64))}, 50, 100),
    "maf-2": (256, (2,), {"zuko": lambda: zuko_maf(2, (64, 64))}, 100, 300),
    "glow-28": (32, (1, 28, 28), {"nflows": lambda: nflows_glow((28, 28, 1))}, 6, 12),
    "glow-32": (32, (3, 32, 32), {"nflows": lambda: nflows_glow((32, 32, 3))}, 4, 8),
}


class Peer:
    def __init__(self, make, rows, shape):
        torch.manual_seed(0)
        self.flow, self.log_prob = make()
        self.x = torch.randn(rows, *shape) if len(shape) == 1 else torch.rand(rows, *shape)
        self.optimizer = torch.optim.Adam(self.flow.parameters(), lr=1e-4)

    def train(self):
        self.optimizer.zero_grad()
        loss = -self.log_prob(self.x).mean()
        loss.backward()
        self.optimizer.step()

    def score(self):
        with torch.no_grad():
            self.log_prob(self.x)

    def seconds(self, what, repeats):
        call = self.train if what == "train" else self.score
        call()
        start = time.perf_counter()
        for _ in range(repeats):
            call()
        return (time.perf_counter() - start) / repeats


class JaxRealNVP:
    """The same couplings in JAX: fully connected networks with ReLU, s = 0.636 c atan(raw), Adam; a training step is one compiled
    function that updates its arguments in place."""

    def __init__(self, features, hidden, rows):
        import jax
        import jax.numpy as jnp
        import numpy as np

        random = np.random.default_rng(0)
        read = features // 2
        sizes = [read, *hidden, 2 * (features - read)]

        def layer(inputs, outputs):
            bound = (6 / (inputs + outputs)) ** 0.5
            return jnp.asarray(random.uniform(-bound, bound, (inputs, outputs)).astype(np.float32)), jnp.zeros(outputs)

        parameters = [[layer(a, b) for a, b in zip(sizes, sizes[1:])] for _ in range(8)]
        self.x = jnp.asarray(random.normal(size=(rows, features)).astype(np.float32))

        def log_density(parameters, x):
            total = 0.0
            for number, network in enumerate(parameters):
                halves = (x[:, :read], x[:, read:])
                kept, changed = halves if number % 2 == 0 else halves[::-1]
                h = kept
                for w, b in network[:-1]:
                    h = jax.nn.relu(h @ w + b)
                raw, shift = jnp.split(h @ network[-1][0] + network[-1][1], 2, axis=1)
                s = 2 * 0.636 * jnp.arctan(raw)
                changed = changed * jnp.exp(s) + shift
                total = total + s.sum(1)
                x = jnp.concatenate([kept, changed] if number % 2 == 0 else [changed, kept], axis=1)
            return total - 0.5 * (x**2).sum(1) - 0.5 * features * np.log(2 * np.pi)

        def step(parameters, first, second, count):
            gradients = jax.grad(lambda p: -log_density(p, self.x).mean())(parameters)
            count = count + 1
            first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
            second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
            rate = 1e-4 * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
            parameters = jax.tree.map(
                lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), parameters, first, second)
            return parameters, first, second, count

        zeros = jax.tree.map(jnp.zeros_like, parameters)
        self.state = (parameters, zeros, jax.tree.map(jnp.zeros_like, parameters), jnp.float32(0))
        self.step = jax.jit(step, donate_argnums=(0, 1, 2, 3))
        self.log_density = jax.jit(log_density)

    def train(self):
        self.state = self.step(*self.state)
        self.state[3].block_until_ready()

    def score(self):
        self.log_density(self.state[0], self.x).block_until_ready()

    seconds = Peer.seconds


class Ours:
    def __init__(self, binary):
        self.process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def seconds(self, case, what, repeats):
        self.process.stdin.write(f"{case} {what} {repeats}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["seconds"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=DEFAULT_BINARY)
    parser.add_argument("--cases", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    ours = Ours(arguments.binary)
    print(f"{'case':<12} {'what':<6} {'ours ms':>9} {'peer ms':>9} {'ratio':>7}  peer   ({torch.get_num_threads()} threads)")
    for case in arguments.cases:
        rows, shape, makers, train_repeats, score_repeats = CASES[case]
        peers = {name: Peer(make, rows, shape) for name, make in makers.items()}
        if case.startswith("realnvp"):
            try:
                peers["jax.jit"] = JaxRealNVP(shape[0], (512, 512) if shape[0] > 2 else (64, 64), rows)
            except ImportError:
                print("JAX is not there")
        for what, repeats in [("train", train_repeats), ("score", score_repeats)]:
            best = {}
            for _ in range(arguments.rounds):
                times = {"ours": ours.seconds(case, what, repeats)}
                for name, peer in peers.items():
                    times[name] = peer.seconds(what, repeats)
                best = {name: min(seconds, best.get(name, seconds)) for name, seconds in times.items()}
            for name in peers:
                print(f"{case:<12} {what:<6} {1e3 * best['ours']:>9.3f} {1e3 * best[name]:>9.3f} "
                      f"{best[name] / best['ours']:>7.2f}  {name}", flush=True)


if __name__ == "__main__":
    main()
