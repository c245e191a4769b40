"""Times of training steps of Wasserstein networks with a gradient penalty beside PyTorch's, eager and compiled, runs of all alternating.

    python3 -m venv /tmp/adversarial && /tmp/adversarial/bin/pip install torch
    (cd Benchmarks && swift build -c release --product AdversarialTiming)
    /tmp/adversarial/bin/python Benchmarks/Peers/speed_adversarial.py

All cores for everybody. Both sides get the same layers, batches of 64, Adam(1e-4, 0, 0.9), fresh latent vectors and interpolation in
each step, and 32-bit floats; the best of `--rounds` counts. "critic" is a step of the critic with its penalty, "cycle" has a step of the
generator after each fifth. Compiled: the whole loss of the critic, its penalty by torch.func.grad, for a compiled graph can't be
differentiated twice.
"""

import argparse
import json
import os
import subprocess
import time

import torch
from torch import nn

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEFAULT_BINARY = os.path.join(ROOT, "Benchmarks", ".build", "release", "AdversarialTiming")
LATENT, BATCH = 64, 64


def dense():
    generator = nn.Sequential(
        nn.Linear(LATENT, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 784), nn.Sigmoid())
    critic = nn.Sequential(
        nn.Linear(784, 256), nn.LeakyReLU(0.2), nn.Linear(256, 256), nn.LeakyReLU(0.2), nn.Linear(256, 1))
    return generator, critic, (784,)


def convolutional():
    channels = 32
    generator = nn.Sequential(
        nn.Linear(LATENT, 7 * 7 * 2 * channels), nn.ReLU(), nn.Unflatten(1, (2 * channels, 7, 7)),
        nn.Conv2d(2 * channels, 4 * channels, 3, padding=1), nn.ReLU(), nn.PixelShuffle(2),
        nn.Conv2d(channels, 4, 3, padding=1), nn.Sigmoid(), nn.PixelShuffle(2))
    critic = nn.Sequential(
        nn.Conv2d(1, channels, 5, stride=2, padding=2), nn.LeakyReLU(0.2),
        nn.Conv2d(channels, 2 * channels, 5, stride=2, padding=2), nn.LeakyReLU(0.2), nn.Flatten(),
        nn.Linear(7 * 7 * 2 * channels, 1))
    return generator, critic, (1, 28, 28)


class Peer:
    def __init__(self, make, is_compiled):
        torch.manual_seed(0)
        self.generator, self.critic, shape = make()
        self.x = torch.rand(BATCH, *shape)
        self.critic_optimizer = torch.optim.Adam(self.critic.parameters(), lr=1e-4, betas=(0.0, 0.9))
        self.generator_optimizer = torch.optim.Adam(self.generator.parameters(), lr=1e-4, betas=(0.0, 0.9))
        self.critic_loss = torch.compile(self.functional_loss) if is_compiled else self.eager_loss
        self.generate = torch.compile(self.generator) if is_compiled else self.generator
        self.generator_loss = torch.compile(self.plain_generator_loss) if is_compiled else self.plain_generator_loss

    def points(self, fake):
        weights = torch.rand(BATCH, *[1] * (self.x.dim() - 1))
        return fake + weights * (self.x - fake)

    def distance(self, fake):
        answers = self.critic(torch.cat([self.x, fake]))
        return answers[BATCH:].mean() - answers[:BATCH].mean()

    def eager_loss(self, fake):
        points = self.points(fake).requires_grad_(True)
        gradient, = torch.autograd.grad(self.critic(points).sum(), points, create_graph=True)
        return self.distance(fake) + 10 * ((gradient.flatten(1).norm(dim=1) - 1) ** 2).mean()

    def functional_loss(self, fake):
        gradient = torch.func.grad(lambda points: self.critic(points).sum())(self.points(fake))
        norms = (gradient.flatten(1).square().sum(1) + 1e-12).sqrt()
        return self.distance(fake) + 10 * ((norms - 1) ** 2).mean()

    def plain_generator_loss(self, z):
        return -self.critic(self.generator(z)).mean()

    def critic_step(self):
        with torch.no_grad():
            fake = self.generate(torch.randn(BATCH, LATENT))
        self.critic_optimizer.zero_grad()
        self.critic_loss(fake).backward()
        self.critic_optimizer.step()

    def generator_step(self):
        for parameter in self.critic.parameters():
            parameter.requires_grad_(False)
        self.generator_optimizer.zero_grad()
        self.generator_loss(torch.randn(BATCH, LATENT)).backward()
        self.generator_optimizer.step()
        for parameter in self.critic.parameters():
            parameter.requires_grad_(True)

    def seconds(self, what, steps):
        for _ in range(2):
            self.critic_step()
        if what == "cycle":
            self.generator_step()
        start = time.perf_counter()
        for step in range(steps):
            self.critic_step()
            if what == "cycle" and step % 5 == 4:
                self.generator_step()
        return (time.perf_counter() - start) / steps


class Ours:
    def __init__(self, binary):
        self.process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def seconds(self, case, what, steps):
        self.process.stdin.write(f"{case} {what} {steps}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["seconds"]


CASES = {"dense": (dense, 100), "convolutional": (convolutional, 20)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=DEFAULT_BINARY)
    parser.add_argument("--cases", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--eager-only", action="store_true", help="leave torch.compile out")
    arguments = parser.parse_args()
    ours = Ours(arguments.binary)
    print(f"{'case':<14} {'what':<7} {'ours ms':>9} {'peer ms':>9} {'ratio':>7}  peer   ({torch.get_num_threads()} threads)")
    for case in arguments.cases:
        make, steps = CASES[case]
        peers = {"eager": Peer(make, False)}
        if not arguments.eager_only:
            peers["compiled"] = Peer(make, True)
        for what in ["critic", "cycle"]:
            best = {}
            for _ in range(arguments.rounds):
                times = {"ours": ours.seconds(case, what, steps)}
                for name, peer in list(peers.items()):
                    try:
                        times[name] = peer.seconds(what, steps)
                    except Exception as error:  # what torch.compile can't do, it says in many types
                        print(f"{case:<14} {what:<7} {name} can't: {str(error).splitlines()[0][:100]}")
                        del peers[name]
                best = {name: min(seconds, best.get(name, seconds)) for name, seconds in times.items()}
            for name in peers:
                print(f"{case:<14} {what:<7} {1e3 * best['ours']:>9.3f} {1e3 * best[name]:>9.3f} "
                      f"{best[name] / best['ours']:>7.2f}  {name}", flush=True)


if __name__ == "__main__":
    main()
