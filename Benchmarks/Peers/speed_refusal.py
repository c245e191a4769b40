"""The denoising classifier here and in PyTorch: training, exact curvature and fooling steps, in one run, taking turns.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install torch numpy
    /tmp/peers/bin/python Benchmarks/Peers/speed_refusal.py [--work train,trace,fool] [--compiled]

PyTorch runs eagerly (and compiled with --compiled), with channels last and first; the best of them takes turns with ours. The trace is
that of tr(J_encoder J_decoder), a vector-Jacobian product and a Jacobian-vector product for each of the 400 units, by `torch.func.vmap`
over units and, the other way, over images with a loop over units. Printed: medians of seconds and of the turns' ratios.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

import torch
import torch.nn.functional as F

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HIDDEN, CLASSES = 400, 10


class Denoising(torch.nn.Module):
    """The classifier of Spigler (2019) with its mirrored decoder."""

    def __init__(self):
        super().__init__()
        self.first, self.second = torch.nn.Conv2d(1, 32, 5), torch.nn.Conv2d(32, 64, 5)
        self.hidden, self.last = torch.nn.Linear(1024, HIDDEN), torch.nn.Linear(HIDDEN, CLASSES)
        self.back = torch.nn.Linear(HIDDEN, 1024)
        self.third = torch.nn.Conv2d(64, 32, 5, padding=4)
        self.fourth = torch.nn.Conv2d(32, 1, 5, padding=4)

    def encode(self, x):
        x = F.max_pool2d(F.relu(self.first(x)), 2)
        x = F.max_pool2d(F.relu(self.second(x)), 2)
        return F.relu(self.hidden(x.flatten(1)))

    def decode(self, code):
        x = F.relu(self.back(code)).reshape(-1, 64, 4, 4)
        x = F.relu(self.third(F.interpolate(x, scale_factor=2)))
        return self.fourth(F.interpolate(x, scale_factor=2))

    def forward(self, x):
        code = self.encode(x)
        return self.last(code), self.decode(code)


class Peer:
    """One way to do the work in PyTorch: `run(steps)` returns seconds."""

    def __init__(self, work, count, compiled, channels_last, way=""):
        self.name = ", ".join(filter(None, ["compiled" if compiled else "eager", "NHWC" if channels_last else "NCHW", way]))
        torch.manual_seed(1)
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self.model = Denoising().to(memory_format=layout)
        self.forward = torch.compile(self.model) if compiled else self.model
        self.x = torch.rand(count, 1, 28, 28).to(memory_format=layout)
        self.labels = torch.randint(CLASSES, (count,))
        self.way = way
        self.step = {"train": self.train, "trace": self.trace, "fool": self.fool}[work]
        if work == "train":
            self.optimizer = torch.optim.Adam(self.model.parameters())
        if work != "train":
            # Derivatives by the weights would be recorded for every unit of a trace, and fill the memory.
            for parameter in self.model.parameters():
                parameter.requires_grad_(False)
        if work == "fool":
            self.z = torch.rand(count, 784)
            self.weights = torch.nn.Parameter((torch.rand(count, 784, 784) - 0.5) * 0.1)
            self.bias = torch.nn.Parameter(torch.zeros(count, 784))
            self.optimizer = torch.optim.SGD([self.weights, self.bias], lr=1e-6)

    def train(self):
        self.optimizer.zero_grad(set_to_none=True)
        logits, pixels = self.forward(self.x + 0.3 * torch.randn_like(self.x))
        loss = F.cross_entropy(logits, self.labels)
        loss = loss + 0.01 * F.binary_cross_entropy_with_logits(pixels, self.x, reduction="sum") / len(self.x)
        loss.backward()
        self.optimizer.step()

    def trace(self):
        encode = lambda x: self.model.encode(x[None])[0]
        decode = lambda code: torch.sigmoid(self.model.decode(code[None])[0])
        units = torch.eye(HIDDEN)
        if self.way == "units at once":
            def one(x):
                code, pull = torch.func.vjp(encode, x)
                back = torch.func.vmap(lambda e: pull(e)[0])(units)
                pushed = torch.func.vmap(lambda e: torch.func.jvp(decode, (code,), (e,))[1])(units)
                return (back * pushed).sum()
            return torch.stack([one(x) for x in self.x])
        traces = torch.zeros(len(self.x))
        code, pull = torch.func.vjp(self.model.encode, self.x)
        for unit in range(HIDDEN):
            e = units[unit].expand(len(self.x), HIDDEN)
            pushed = torch.func.jvp(lambda c: torch.sigmoid(self.model.decode(c)), (code,), (e,))[1]
            traces += (pull(e, retain_graph=True)[0] * pushed).sum(dim=(1, 2, 3))
        return traces

    def fool(self):
        self.optimizer.zero_grad(set_to_none=True)
        sums = torch.bmm(self.z[:, None], self.weights)[:, 0] + self.bias
        x = torch.sigmoid(sums).reshape(-1, 1, 28, 28)
        logits, pixels = self.forward(x)
        log_confidence = -3 / 784 * (torch.sigmoid(pixels) - x).square().sum(dim=(1, 2, 3))
        loss = F.cross_entropy(logits, self.labels, reduction="sum") - log_confidence.sum()
        loss.backward()
        self.optimizer.step()

    def run(self, steps):
        start = time.perf_counter()
        for _ in range(steps):
            self.step()
        return time.perf_counter() - start


class Ours:
    """The program `RefusalTiming`, which takes a line for each measurement."""

    def __init__(self, binary):
        self.process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", default="train,trace,fool")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each turn, about")
    parser.add_argument("--compiled", action="store_true", help="also PyTorch compiled")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--binary", default=os.path.join(ROOT, "Benchmarks", ".build", "release", "RefusalTiming"))
    parser.add_argument("--no-build", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    os.environ["OOD_THREADS"] = str(options.threads)
    if not options.no_build:
        subprocess.run(
            ["swift", "build", "-c", "release", "--product", "RefusalTiming"],
            cwd=os.path.join(ROOT, "Benchmarks"), stdout=subprocess.DEVNULL, check=True)
    ours = Ours(options.binary)
    peak = ours.ask("peak 1") / 1e9
    print(f"PyTorch {torch.__version__}, {options.threads} threads, peak {peak:.0f} GFLOP/s a thread")
    print(f"{'work':<22}{'ours, ms':>12}{'PyTorch, ms':>14}{'ratio':>8}   PyTorch's best")
    works = options.work.split(",")
    for work, count, ways in [("train", 64, [""]), ("trace", 256, ["units at once", "images at once"]), ("fool", 20, [""])]:
        if work not in works:
            continue
        peers = []
        for compiled in [False, True] if options.compiled and work != "trace" else [False]:
            for channels_last in [False, True]:
                for way in ways:
                    # A trial on few images picks the way.
                    trial = Peer(work, min(count, 16) if work == "trace" else count, compiled, channels_last, way)
                    trial.run(1)
                    peers.append((trial.run(2), (compiled, channels_last, way)))
        best = Peer(work, count, *min(peers)[1])
        line = f"{work} {count}"

        def steps_for(run):
            one = run(1)
            return max(1, round(options.seconds / max(one, 1e-6)))

        best.run(1)
        ask = lambda n: ours.ask(f"{line} {n}")
        ask(1)
        our_steps, peer_steps = steps_for(lambda n: ask(n)), steps_for(best.run)
        our_times, peer_times = [], []
        for _ in range(options.turns):
            our_times.append(ask(our_steps) / our_steps)
            peer_times.append(best.run(peer_steps) / peer_steps)
        ratio = statistics.median(b / a for a, b in zip(our_times, peer_times))
        print(
            f"{line:<22}{1e3 * statistics.median(our_times):>12.2f}{1e3 * statistics.median(peer_times):>14.2f}"
            f"{ratio:>8.2f}   {best.name}", flush=True)
        if work == "trace":
            units = ours.ask("units 1")
            # Multiply-adds of a product: the two convolutions backward in the encoder, forward in the decoder, and the fully connected layers.
            products = 2 * (24 * 24 * 25 * 32 + 8 * 8 * 25 * 32 * 64) + 4 * 1024 * 400
            wide = 2 * (28 * 28 * 25 * 32 + 12 * 12 * 25 * 64 * 32)
            rate = count * units * (products + wide) / statistics.median(our_times) / 1e9
            print(
                f"  about {rate:.0f} GFLOP/s with {units:.0f} of {HIDDEN} units that are not 0, "
                f"{rate / peak / options.threads:.2f} of the multiply-add peak")


if __name__ == "__main__":
    main()
