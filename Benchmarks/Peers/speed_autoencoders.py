"""Convolutional autoencoders here, in PyTorch and in JAX: images per second, in one run, taking turns.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install torch numpy jax
    /tmp/peers/bin/python Benchmarks/Peers/speed_autoencoders.py [--work train,score,plain,convnet] [--layers 1,2,3,6]

PyTorch runs eagerly and compiled, with channels last and first, and with --jax, for autoencoders, JAX compiled by XLA, at the batches of --batches; a
short trial picks the best of them, which then takes turns with ours (batch 64). Printed: the medians of images per second and of the turns' ratios, what
ours is as if all convolutions were computed densely, and its fraction of the multiply-add peak.
`--memory` prints the peak resident memory of a training process at batch 64 instead, ours and the peer's.
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
MAPS, SIDE, KERNEL, CORRUPTION = 128, 28, 5, 0.1


class Ours:
    """The program `AutoencoderTiming`, which takes a line for each measurement."""

    def __init__(self, binary):
        self.process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


class Autoencoder(torch.nn.Module):
    """The model of Kegl, Cherti and Kazakci (2018), section 4."""

    def __init__(self, layers, winners):
        super().__init__()
        widths = [1] + [MAPS] * layers
        self.encoder = torch.nn.ModuleList(
            torch.nn.Conv2d(a, b, KERNEL) for a, b in zip(widths, widths[1:]))
        self.decoder = torch.nn.ModuleList(
            torch.nn.Conv2d(a, b, KERNEL, padding=KERNEL - 1)
            for a, b in zip(widths[::-1], widths[::-1][1:]))
        self.winners = winners

    def forward(self, x):
        for layer in self.encoder:
            x = F.relu(layer(x))
        if self.winners:
            x = x * (x == x.amax(dim=(2, 3), keepdim=True))
        for layer in self.decoder[:-1]:
            x = F.relu(layer(x))
        return torch.sigmoid(self.decoder[-1](x))


class Convnet(torch.nn.Module):
    """The classifier of Spigler (2017)."""

    def __init__(self):
        super().__init__()
        self.first = torch.nn.Conv2d(1, 32, KERNEL, padding=2)
        self.second = torch.nn.Conv2d(32, 64, KERNEL, padding=2)
        self.hidden = torch.nn.Linear(7 * 7 * 64, 400)
        self.last = torch.nn.Linear(400, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.first(x)), 2)
        x = F.max_pool2d(F.relu(self.second(x)), 2)
        return self.last(F.relu(self.hidden(x.flatten(1))))


class Peer:
    """One way to do the work in PyTorch: `run(steps)` returns seconds."""

    def __init__(self, work, layers, batch, compiled, channels_last):
        self.name = f"{'compiled' if compiled else 'eager'}, {'NHWC' if channels_last else 'NCHW'}, batch {batch}"
        self.batch = batch
        torch.manual_seed(1)
        layout = torch.channels_last if channels_last else torch.contiguous_format
        model = Convnet() if work == "convnet" else Autoencoder(layers, winners=work != "plain")
        model = model.to(memory_format=layout)
        x = torch.rand(batch, 1, SIDE, SIDE).to(memory_format=layout)
        labels = torch.randint(10, (batch,))
        optimizer = (torch.optim.Adam(model.parameters()) if work == "convnet"
                     else torch.optim.Adadelta(model.parameters(), lr=0.1))
        forward = torch.compile(model) if compiled else model

        def train():
            optimizer.zero_grad(set_to_none=True)
            if work == "convnet":
                loss = F.cross_entropy(forward(x), labels)
            else:
                u = torch.rand_like(x)
                corrupted = torch.where(u < CORRUPTION / 2, 0.0, torch.where(u < CORRUPTION, 1.0, x))
                loss = F.mse_loss(forward(corrupted), x)
            loss.backward()
            optimizer.step()

        def score():
            with torch.inference_mode():
                return (forward(x) - x).abs().sum(dim=(1, 2, 3))

        self.step = score if work == "score" else train

    def run(self, steps):
        start = time.perf_counter()
        for _ in range(steps):
            self.step()
        return time.perf_counter() - start


class JaxPeer:
    """The same autoencoder in JAX, each step one compiled function that updates its arguments in place."""

    def __init__(self, work, layers, batch):
        import jax
        import jax.numpy as jnp
        import numpy as np

        self.name, self.batch = f"jax.jit, NHWC, batch {batch}", batch
        random = np.random.default_rng(1)
        widths = [1] + [MAPS] * layers

        def layer(inputs, outputs):
            bound = (6 / (KERNEL**2 * (inputs + outputs))) ** 0.5
            kernel = random.uniform(-bound, bound, (KERNEL, KERNEL, inputs, outputs)).astype(np.float32)
            return jnp.asarray(kernel), jnp.zeros(outputs)

        pairs = list(zip(widths, widths[1:])) + list(zip(widths[::-1], widths[::-1][1:]))
        parameters = [layer(*pair) for pair in pairs]
        x = jnp.asarray(random.random((batch, SIDE, SIDE, 1)).astype(np.float32))

        def convolved(x, parameters, padding):
            kernel, bias = parameters
            pads = [(padding, padding)] * 2
            return jax.lax.conv_general_dilated(x, kernel, (1, 1), pads, dimension_numbers=("NHWC", "HWIO", "NHWC")) + bias

        def forward(parameters, x):
            for number in range(layers):
                x = jax.nn.relu(convolved(x, parameters[number], 0))
            if work != "plain":
                x = x * (x == x.max(axis=(1, 2), keepdims=True))
            for number in range(layers, 2 * layers - 1):
                x = jax.nn.relu(convolved(x, parameters[number], KERNEL - 1))
            return jax.nn.sigmoid(convolved(x, parameters[-1], KERNEL - 1))

        def loss(parameters, corrupted):
            return ((forward(parameters, corrupted) - x) ** 2).mean()

        def train(parameters, squares, updates, key):
            key, own = jax.random.split(key)
            u = jax.random.uniform(own, x.shape)
            corrupted = jnp.where(u < CORRUPTION / 2, 0.0, jnp.where(u < CORRUPTION, 1.0, x))
            gradients = jax.grad(loss)(parameters, corrupted)
            squares = jax.tree.map(lambda s, g: 0.9 * s + 0.1 * g * g, squares, gradients)
            steps = jax.tree.map(lambda g, s, u: g * jnp.sqrt((u + 1e-6) / (s + 1e-6)), gradients, squares, updates)
            updates = jax.tree.map(lambda u, d: 0.9 * u + 0.1 * d * d, updates, steps)
            return jax.tree.map(lambda p, d: p - 0.1 * d, parameters, steps), squares, updates, key

        def score(parameters):
            return jnp.abs(forward(parameters, x) - x).sum(axis=(1, 2, 3))

        if work == "score":
            scored = jax.jit(score)
            self.step = lambda: scored(parameters).block_until_ready()
            return
        trained = jax.jit(train, donate_argnums=(0, 1, 2, 3))
        self.state = (parameters, jax.tree.map(jnp.zeros_like, parameters), jax.tree.map(jnp.zeros_like, parameters),
                      jax.random.PRNGKey(0))

        def step():
            self.state = trained(*self.state)
            self.state[3].block_until_ready()

        self.step = step

    run = Peer.run


def dense_operations(work, layers):
    """Floating-point operations for an image, as if all convolutions were dense; training counts three passes."""
    if work == "convnet":
        forward = 2 * (28 * 28 * 25 * 32 + 14 * 14 * 25 * 32 * 64 + 7 * 7 * 64 * 400 + 4000)
        return 3 * forward
    side, forward = SIDE, 0
    for layer in range(layers):
        side -= KERNEL - 1
        forward += 2 * side * side * KERNEL**2 * (1 if layer == 0 else MAPS) * MAPS
    for layer in range(layers):
        side += KERNEL - 1
        forward += 2 * side * side * KERNEL**2 * MAPS * (1 if layer == layers - 1 else MAPS)
    return forward if work == "score" else 3 * forward


def steps_for(seconds, run):
    """How many steps take about that long."""
    run(1)
    one = run(1)
    return max(1, round(seconds / max(one, 1e-6)))


def peak_memory(arguments, text):
    """MiB that a process held at most, which reads `text` and ends."""
    process = subprocess.Popen(
        ["/usr/bin/env", sys.executable, "-c",
         "import resource, subprocess, sys; subprocess.run(sys.argv[2:], input=sys.argv[1], text=True, "
         "stdout=subprocess.DEVNULL, check=True); "
         "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)", text, *arguments],
        stdout=subprocess.PIPE, text=True)
    return int(process.communicate()[0]) / 1024


def compare_memory(options):
    print(f"{'training, batch 64':<20}{'ours':>10}{'PyTorch':>10}{'ratio':>8}   MiB at most, whole process")
    for layers in [int(n) for n in options.layers.split(",")]:
        ours = peak_memory([options.binary], f"train {layers} {MAPS} 64 winners {SIDE} 3\n")
        peers = min(
            peak_memory([sys.executable, os.path.abspath(__file__), "--memory-child", f"{layers},{last}"], "")
            for last in [0, 1])
        print(f"L = {layers:<16}{ours:>10.0f}{peers:>10.0f}{peers / ours:>8.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", default="train,score,plain,convnet")
    parser.add_argument("--layers", default="1,2,3,6")
    parser.add_argument("--batches", default="32,64,128")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each turn, about")
    parser.add_argument("--eager-only", action="store_true", help="without torch.compile")
    parser.add_argument("--jax", action="store_true", help="with JAX")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--memory-child", help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--peak", type=float, default=0, help="GFLOP/s of one thread; measured when 0")
    parser.add_argument(
        "--binary", default=os.path.join(ROOT, "Benchmarks", ".build", "release", "AutoencoderTiming"))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.memory_child:
        layers, last = [int(n) for n in options.memory_child.split(",")]
        Peer("train", layers, 64, False, bool(last)).run(3)
        return
    os.environ["OOD_THREADS"] = str(options.threads)
    subprocess.run(
        ["swift", "build", "-c", "release", "--product", "AutoencoderTiming"],
        cwd=os.path.join(ROOT, "Benchmarks"), stdout=subprocess.DEVNULL, check=True)
    if options.memory:
        compare_memory(options)
        return
    ours = Ours(options.binary)
    peak = options.peak or ours.ask("peak 1") / 1e9
    print(f"PyTorch {torch.__version__}, {options.threads} threads, peak {peak:.0f} GFLOP/s a thread")
    print(f"{'work':<18}{'ours':>10}{'peer':>10}{'ratio':>8}{'as dense':>12}{'of peak':>9}   the best peer")

    def report(name, work, layers, line):
        torch._dynamo.reset()  # it compiles a function only so many times, and runs it eagerly after that
        peers = []
        for batch in [int(b) for b in options.batches.split(",")]:
            if work != "convnet" and options.jax:
                peer = JaxPeer(work, layers, batch)
                steps = steps_for(0.3 * options.seconds, peer.run)
                peers.append((peer.run(steps) / steps / batch, peer))
            for compiled in [False] if options.eager_only else [False, True]:
                for channels_last in [False, True]:
                    try:
                        peer = Peer(work, layers, batch, compiled, channels_last)
                        steps = steps_for(0.3 * options.seconds, peer.run)
                        peers.append((peer.run(steps) / steps / batch, peer))
                    except Exception as problem:  # a peer's way that does not work here is no rival
                        print(f"  (PyTorch, {batch}, compiled {compiled}: {problem})", file=sys.stderr)
        best = min(peers, key=lambda pair: pair[0])[1]
        peers = None
        our_steps = steps_for(options.seconds, lambda n: ours.ask(f"{line} {n}"))
        peer_steps = steps_for(options.seconds, best.run)
        our_rates, peer_rates = [], []
        for _ in range(options.turns):
            our_rates.append(64 * our_steps / ours.ask(f"{line} {our_steps}"))
            peer_rates.append(best.batch * peer_steps / best.run(peer_steps))
        ratio = statistics.median(a / b for a, b in zip(our_rates, peer_rates))
        rate = statistics.median(our_rates)
        dense = rate * dense_operations(work, layers) / 1e9
        print(
            f"{name:<18}{rate:>10.0f}{statistics.median(peer_rates):>10.0f}{ratio:>8.2f}{dense:>12.0f}"
            f"{dense / peak / options.threads:>9.2f}   {best.name}", flush=True)

    works = options.work.split(",")
    for work in ["train", "score"]:
        if work in works:
            for layers in [int(n) for n in options.layers.split(",")]:
                report(f"{work}, L = {layers}", work, layers, f"{work} {layers} {MAPS} 64 winners {SIDE}")
    if "plain" in works:
        report("train plain, L = 2", "plain", 2, f"train 2 {MAPS} 64 plain {SIDE}")
    if "convnet" in works:
        report("train convnet", "convnet", 0, "convnet 64")


if __name__ == "__main__":
    main()
