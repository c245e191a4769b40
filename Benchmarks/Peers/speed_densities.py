"""Times of training steps, scores and draws of MADE, a variational autoencoder and a gated PixelCNN beside PyTorch's, and JAX's where it is
there, runs of all alternating.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install torch jax
    (cd Benchmarks && swift build -c release --product DensityTiming)
    /tmp/peers/bin/python Benchmarks/Peers/speed_densities.py

All cores for everybody. All sides get the same shapes and batch of 128, Adam, and 32-bit floats; the best of `--rounds` counts. `score` is
ln p of the batch, for the autoencoder the bound of 50 samples; `sample` draws 64 images, PyTorch by its usual loop of full passes.
"""

import argparse
import json
import os
import subprocess
import time

import torch
from torch import nn
from torch.nn import functional as F

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEFAULT_BINARY = os.path.join(ROOT, "Benchmarks", ".build", "release", "DensityTiming")


class MaskedLinear(nn.Linear):
    def __init__(self, mask):
        super().__init__(mask.shape[1], mask.shape[0])
        self.register_buffer("mask", mask)

    def forward(self, x):
        return F.linear(x, self.weight * self.mask, self.bias)


class MADE(nn.Module):
    def __init__(self, features=784, hidden=1000):
        super().__init__()
        inputs = torch.arange(1, features + 1)
        units = torch.arange(hidden) % (features - 1) + 1
        self.first = MaskedLinear((units[:, None] >= inputs[None, :]).float())
        self.last = MaskedLinear((inputs[:, None] > units[None, :]).float())

    def forward(self, x):
        return self.last(F.relu(self.first(x)))

    def loss(self, x):
        return F.binary_cross_entropy_with_logits(self(x), x, reduction="sum") / x.shape[0]

    def score(self, x):
        return -F.binary_cross_entropy_with_logits(self(x), x, reduction="none").sum(1)


class VAE(nn.Module):
    def __init__(self, features=784, hidden=400, latent=20):
        super().__init__()
        self.latent = latent
        self.encoder = nn.Linear(features, hidden)
        self.posterior = nn.Linear(hidden, 2 * latent)
        self.decoder = nn.Linear(latent, hidden)
        self.output = nn.Linear(hidden, features)

    def decode(self, z):
        return self.output(F.relu(self.decoder(z)))

    def q(self, x):
        return self.posterior(F.relu(self.encoder(x))).chunk(2, 1)

    def loss(self, x):
        mean, log_deviation = self.q(x)
        z = mean + torch.exp(log_deviation) * torch.randn_like(mean)
        fit = F.binary_cross_entropy_with_logits(self.decode(z), x, reduction="sum")
        divergence = (0.5 * (mean**2 + torch.exp(2 * log_deviation) - 1) - log_deviation).sum()
        return (fit + divergence) / x.shape[0]

    def score(self, x, samples=50):
        mean, log_deviation = self.q(x)
        noise = torch.randn(x.shape[0], samples, self.latent)
        z = mean[:, None] + torch.exp(log_deviation)[:, None] * noise
        logits = self.decode(z.flatten(0, 1)).view(x.shape[0], samples, -1)
        fit = -F.binary_cross_entropy_with_logits(
            logits, x[:, None].expand_as(logits), reduction="none").sum(2)
        weights = fit - 0.5 * (z**2).sum(2) + (0.5 * noise**2 + log_deviation[:, None]).sum(2)
        return torch.logsumexp(weights, 1)


class GatedLayer(nn.Module):
    """Masked convolutions as they are usually written: full kernels times a mask."""

    def __init__(self, inputs, channels, kernel, first):
        super().__init__()
        self.first = first
        self.vertical = nn.Conv2d(inputs, 2 * channels, kernel, padding=kernel // 2)
        self.horizontal = nn.Conv2d(inputs, 2 * channels, (1, kernel), padding=(0, kernel // 2))
        self.link = nn.Conv2d(2 * channels, 2 * channels, 1)
        self.residual = nn.Conv2d(channels, channels, 1)
        vertical = torch.ones(kernel, kernel)
        vertical[kernel // 2 + (0 if first else 1):] = 0
        horizontal = torch.ones(1, kernel)
        horizontal[:, kernel // 2 + (0 if first else 1):] = 0
        self.register_buffer("vertical_mask", vertical)
        self.register_buffer("horizontal_mask", horizontal)

    def forward(self, v, h):
        def gate(x):
            a, b = x.chunk(2, 1)
            return torch.tanh(a) * torch.sigmoid(b)

        def masked(layer, mask, x):
            return F.conv2d(x, layer.weight * mask, layer.bias, padding=layer.padding)

        sums = masked(self.vertical, self.vertical_mask, v)
        # The horizontal stack takes the rows above: the vertical sums, moved down by one.
        moved = F.pad(sums, (0, 0, 1, 0))[:, :, :-1] if not self.first else sums
        step = self.residual(gate(masked(self.horizontal, self.horizontal_mask, h) + self.link(moved)))
        return gate(sums), step if self.first else h + step


class PixelCNN(nn.Module):
    def __init__(self, channels=64, layers=6):
        super().__init__()
        self.layers = nn.ModuleList(
            [GatedLayer(1, channels, 7, True)] + [GatedLayer(channels, channels, 3, False) for _ in range(layers)])
        self.hidden = nn.Conv2d(channels, channels, 1)
        self.output = nn.Conv2d(channels, 1, 1)

    def forward(self, x):
        v = h = x
        for layer in self.layers:
            v, h = layer(v, h)
        return self.output(F.relu(self.hidden(F.relu(h))))

    def loss(self, x):
        return F.binary_cross_entropy_with_logits(self(x), x, reduction="sum") / x.shape[0]

    def score(self, x):
        return -F.binary_cross_entropy_with_logits(self(x), x, reduction="none").flatten(1).sum(1)

    @torch.no_grad()
    def sample(self, count=64, pixels=None):
        x = torch.zeros(count, 1, 28, 28)
        # All pixels take as long: some are timed, and the time is scaled.
        for pixel in range(784 if pixels is None else pixels):
            row, column = divmod(pixel, 28)
            p = torch.sigmoid(self(x)[:, 0, row, column])
            x[:, 0, row, column] = torch.bernoulli(p)
        return x


class TorchPeer:
    def __init__(self, module, shape, compiles):
        torch.manual_seed(0)
        self.module = module()
        self.x = torch.bernoulli(torch.full((128, *shape), 0.2))
        self.optimizer = torch.optim.Adam(self.module.parameters(), lr=1e-4)
        self.loss = torch.compile(self.module.loss) if compiles else self.module.loss
        self.ask = torch.compile(self.module.score) if compiles else self.module.score

    def train(self):
        self.optimizer.zero_grad()
        self.loss(self.x).backward()
        self.optimizer.step()

    def score(self):
        with torch.no_grad():
            self.ask(self.x)

    def seconds(self, what, repeats):
        if what == "sample":
            start = time.perf_counter()
            self.module.sample(pixels=8)
            return (time.perf_counter() - start) * 784 / 8
        call = self.train if what == "train" else self.score
        call()
        start = time.perf_counter()
        for _ in range(repeats):
            call()
        return (time.perf_counter() - start) / repeats


class JaxPeer:
    """MADE and the autoencoder in JAX, the whole training step compiled."""

    def __init__(self, name):
        import jax
        import jax.numpy as jnp
        import numpy as np

        key = jax.random.PRNGKey(0)
        random = np.random.default_rng(0)
        self.x = jnp.asarray((random.random((128, 784)) < 0.2).astype(np.float32))
        sizes = {"made": [(784, 1000), (1000, 784)],
                 "vae": [(784, 400), (400, 40), (20, 400), (400, 784)]}[name]
        parameters = [(jnp.asarray(random.normal(0, 0.03, size).astype(np.float32)), jnp.zeros(size[1])) for size in sizes]
        degrees = np.arange(1000) % 783 + 1
        masks = (jnp.asarray((np.arange(1, 785)[:, None] <= degrees[None]).astype(np.float32)),
                 jnp.asarray((degrees[:, None] < np.arange(1, 785)[None]).astype(np.float32)))

        def cross_entropy(logits, x):
            return (jax.nn.softplus(logits) - x * logits).sum(-1)

        def made(parameters, x):
            (w, b), (v, c) = parameters
            return cross_entropy(jax.nn.relu(x @ (w * masks[0]) + b) @ (v * masks[1]) + c, x)

        def decode(parameters, z):
            (w, b), (v, c) = parameters[2:]
            return jax.nn.relu(z @ w + b) @ v + c

        def encode(parameters, x):
            (w, b), (v, c) = parameters[:2]
            return jnp.split(jax.nn.relu(x @ w + b) @ v + c, 2, axis=1)

        def loss(parameters, x, key):
            if name == "made":
                return made(parameters, x).mean()
            mean, log_deviation = encode(parameters, x)
            z = mean + jnp.exp(log_deviation) * jax.random.normal(key, mean.shape)
            divergence = (0.5 * (mean**2 + jnp.exp(2 * log_deviation) - 1) - log_deviation).sum(1)
            return (cross_entropy(decode(parameters, z), x) + divergence).mean()

        def score(parameters, x, key):
            if name == "made":
                return -made(parameters, x)
            mean, log_deviation = encode(parameters, x)
            noise = jax.random.normal(key, (x.shape[0], 50, 20))
            z = mean[:, None] + jnp.exp(log_deviation)[:, None] * noise
            weights = (-cross_entropy(decode(parameters, z), x[:, None]) - 0.5 * (z**2).sum(2)
                       + (0.5 * noise**2 + log_deviation[:, None]).sum(2))
            return jax.nn.logsumexp(weights, axis=1)

        def step(parameters, first, second, x, key):
            gradients = jax.grad(loss)(parameters, x, key)
            first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
            second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
            parameters = jax.tree.map(
                lambda p, m, v: p - 1e-4 * m / (jnp.sqrt(v) + 1e-8), parameters, first, second)
            return parameters, first, second

        zeros = jax.tree.map(jnp.zeros_like, parameters)
        self.state, self.key, self.jax = (parameters, zeros, zeros), key, jax
        self.step, self.ask = jax.jit(step), jax.jit(score)

    def seconds(self, what, repeats):
        def call():
            if what == "train":
                self.state = self.step(*self.state, self.x, self.key)
                self.jax.block_until_ready(self.state)
            else:
                self.ask(self.state[0], self.x, self.key).block_until_ready()

        call()
        start = time.perf_counter()
        for _ in range(repeats):
            call()
        return (time.perf_counter() - start) / repeats


class Ours:
    def __init__(self, binary):
        self.process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def seconds(self, case, what, repeats):
        self.process.stdin.write(f"{case} {what} {repeats}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["seconds"]


# Name of a case of DensityTiming: PyTorch's module, its shape, and what is timed how often.
CASES = {
    "made": (MADE, (784,), {"train": 60, "score": 100}),
    "vae": (VAE, (784,), {"train": 100, "score": 4}),
    "pixelcnn": (PixelCNN, (1, 28, 28), {"train": 1, "score": 1, "sample": 1}),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=DEFAULT_BINARY)
    parser.add_argument("--cases", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-compile", action="store_true", help="without torch.compile")
    arguments = parser.parse_args()
    ours = Ours(arguments.binary)
    print(f"{'case':<9} {'what':<7} {'ours ms':>9} {'peer ms':>9} {'ratio':>7}  peer   ({torch.get_num_threads()} threads)")
    for case in arguments.cases:
        module, shape, works = CASES[case]
        peers = {"torch": TorchPeer(module, shape, False)}
        if not arguments.no_compile:
            peers["torch.compile"] = TorchPeer(module, shape, True)
        if case != "pixelcnn":
            try:
                peers["jax.jit"] = JaxPeer(case)
            except ImportError:
                print("JAX is not there")
        for what, repeats in works.items():
            best = {}
            for _ in range(arguments.rounds):
                times = {"ours": ours.seconds(case, what, repeats)}
                for name, peer in peers.items():
                    if what != "sample" or name == "torch":
                        times[name] = peer.seconds(what, repeats)
                best = {name: min(seconds, best.get(name, seconds)) for name, seconds in times.items()}
            for name in best:
                if name != "ours":
                    print(f"{case:<9} {what:<7} {1e3 * best['ours']:9.3f} {1e3 * best[name]:9.3f} "
                          f"{best[name] / best['ours']:7.2f}  {name}", flush=True)


if __name__ == "__main__":
    main()
