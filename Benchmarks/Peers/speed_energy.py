"""Times of Langevin dynamics and of training steps of an energy model of images beside PyTorch's, eager and compiled, runs of all
alternating.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install torch
    (cd Benchmarks && swift build -c release --product EnergyTiming)
    /tmp/peers/bin/python Benchmarks/Peers/speed_energy.py

All cores for everybody. All sides have the same network (four convolutions of stride 2 with 16, 32, 64 and 64 maps, leaky ReLU, a hidden
layer of 64 units), 32-bit floats, and 28 x 28 images. `langevin` is 60 steps of 64 chains with noise, clipped slopes and pixels kept in
0..1; `train` a step of contrastive divergence on 64 examples with as many chains and Adam. The best of `--rounds` counts; PyTorch gets the
faster of its two memory layouts.
"""

import argparse
import json
import os
import subprocess
import time

import torch
from torch import nn

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEFAULT_BINARY = os.path.join(ROOT, "Benchmarks", ".build", "release", "EnergyTiming")


def network():
    def convolution(inputs, outputs, kernel):
        return [nn.Conv2d(inputs, outputs, kernel, stride=2, padding=kernel // 2), nn.LeakyReLU(0.2, inplace=True)]

    return nn.Sequential(
        *convolution(1, 16, 5), *convolution(16, 32, 3), *convolution(32, 64, 3), *convolution(64, 64, 3),
        nn.Flatten(), nn.Linear(64 * 4, 64), nn.LeakyReLU(0.2, inplace=True), nn.Linear(64, 1))


class TorchPeer:
    def __init__(self, compiles, layout):
        torch.manual_seed(0)
        self.layout = layout
        self.module = network().to(memory_format=layout)
        self.x = torch.rand(64, 1, 28, 28).to(memory_format=layout)
        self.optimizer = torch.optim.Adam(self.module.parameters(), lr=3e-4, betas=(0.0, 0.999))
        self.energy = torch.compile(self.module) if compiles else self.module

    def chains(self, x, steps=60, size=10.0, noise=0.005, bound=0.01):
        for parameter in self.module.parameters():
            parameter.requires_grad_(False)
        for _ in range(steps):
            x = x.detach().requires_grad_(True)
            (slope,) = torch.autograd.grad(self.energy(x).sum(), x)
            with torch.no_grad():
                x = x - size * slope.clamp_(-bound, bound)
                x = x.add_(torch.randn_like(x), alpha=noise).clamp_(0, 1)
        for parameter in self.module.parameters():
            parameter.requires_grad_(True)
        return x.detach()

    def langevin(self):
        self.chains(self.x)

    def train(self):
        fake = self.chains(self.x)
        self.optimizer.zero_grad()
        energies = self.energy(torch.cat([self.x, fake]))
        real, made = energies.chunk(2)
        loss = real.mean() - made.mean() + 0.1 * ((real**2).mean() + (made**2).mean())
        loss.backward()
        nn.utils.clip_grad_norm_(self.module.parameters(), 1.0)
        self.optimizer.step()

    def seconds(self, what, repeats):
        call = getattr(self, what)
        call()
        start = time.perf_counter()
        for _ in range(repeats):
            call()
        return (time.perf_counter() - start) / repeats


class Ours:
    def __init__(self, binary):
        self.process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def seconds(self, what, repeats):
        self.process.stdin.write(f"{what} {repeats}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["seconds"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=DEFAULT_BINARY)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--no-compile", action="store_true", help="without torch.compile")
    arguments = parser.parse_args()
    ours = Ours(arguments.binary)
    layouts = [torch.contiguous_format, torch.channels_last]
    peers = {"torch": [TorchPeer(False, layout) for layout in layouts]}
    if not arguments.no_compile:
        peers["torch.compile"] = [TorchPeer(True, layout) for layout in layouts]
    print(f"{'work':<9} {'ours ms':>9} {'peer ms':>9} {'ratio':>7}  peer   ({torch.get_num_threads()} threads)")
    for what in ("langevin", "train"):
        best = {}
        for _ in range(arguments.rounds):
            times = {"ours": ours.seconds(what, arguments.repeats)}
            for name, variants in peers.items():
                times[name] = min(peer.seconds(what, arguments.repeats) for peer in variants)
            best = {name: min(seconds, best.get(name, seconds)) for name, seconds in times.items()}
        for name in peers:
            print(f"{what:<9} {1e3 * best['ours']:9.2f} {1e3 * best[name]:9.2f} "
                  f"{best[name] / best['ours']:7.2f}  {name}", flush=True)


if __name__ == "__main__":
    main()
