"""Times of continuous flows beside zuko's, torchdiffeq's, diffrax's (under jax.jit) and torchcfm's, runs of both alternating.

    python3 -m venv /tmp/continuous && /tmp/continuous/bin/pip install torch zuko torchdiffeq torchcfm jax diffrax
    (cd Benchmarks && swift build -c release --product ContinuousTiming)
    /tmp/continuous/bin/python Benchmarks/Peers/speed_continuous.py

All cores for everybody. All solve the same equation: D = 2, three hidden layers of 64 units with tanh that see the time, our parameters,
256 points, Dormand-Prince with the tolerance 1e-5 and the exact divergence. Peers of torch share one step over the batch; diffrax is timed so and
with steps per example (`vmap`), and the faster counts. A training step is the loss, its gradients and Adam; the best of `--rounds` counts.
"""

import argparse
import json
import os
import struct
import subprocess
import tempfile
import time

import numpy as np
import torch

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEFAULT_BINARY = os.path.join(ROOT, "Benchmarks", ".build", "release", "ContinuousTiming")
TOLERANCE = 1e-5


def read_weights(path):
    """Weight, bias and weight of the time of each layer, from a safetensors file."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        body = file.read()

    def tensor(name):
        entry = header[name]
        start, end = entry["data_offsets"]
        return np.frombuffer(body[start:end], np.float32).reshape(entry["shape"]).copy()

    layers = sum(name.endswith(".weight") for name in header)
    return [(tensor(f"field.{i}.weight"), tensor(f"field.{i}.shift")[0], tensor(f"field.{i}.shift")[1])
            for i in range(layers)]


class Field(torch.nn.Module):
    """The network in torch, v(t, x)."""

    def __init__(self, weights):
        super().__init__()
        self.layers = torch.nn.ModuleList()
        for weight, bias, drift in weights:
            layer = torch.nn.Linear(weight.shape[0] + 1, weight.shape[1])
            with torch.no_grad():
                layer.weight.copy_(torch.from_numpy(np.concatenate([weight, drift[None]]).T))
                layer.bias.copy_(torch.from_numpy(bias))
            self.layers.append(layer)

    def forward(self, t, x):
        for number, layer in enumerate(self.layers):
            x = layer(torch.cat([x, t.expand(x.shape[0], 1)], 1))
            if number + 1 < len(self.layers):
                x = torch.tanh(x)
        return x


class TorchPeer:
    def __init__(self, weights, x):
        self.field = Field(weights)
        self.x = torch.from_numpy(x)
        self.optimizer = torch.optim.Adam(self.field.parameters(), lr=1e-8)

    def train(self):
        self.optimizer.zero_grad()
        self.loss().backward()
        self.optimizer.step()

    def loss(self):
        return -self.log_prob().mean()

    def score(self):
        with torch.no_grad():
            self.log_prob()


def normal(z):
    return -0.5 * (z ** 2).sum(-1) - np.log(2 * np.pi)


class Zuko(TorchPeer):
    def __init__(self, weights, x):
        super().__init__(weights, x)
        from zuko.transforms import FreeFormJacobianTransform

        self.transform = FreeFormJacobianTransform(
            lambda t, y: self.field(t, y), t0=1.0, t1=0.0, phi=tuple(self.field.parameters()), atol=TOLERANCE,
            rtol=TOLERANCE, exact=True)

    def log_prob(self):
        z, change = self.transform.call_and_ladj(self.x)
        return normal(z) + change


class TorchDiffEq(TorchPeer):
    """The divergence as in FFJORD's own code: a gradient for each feature."""

    adjoint = False

    def log_prob(self):
        from torchdiffeq import odeint, odeint_adjoint

        field = self.field

        class Augmented(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.field = field

            def forward(self, t, state):
                with torch.enable_grad():
                    x = state[0].requires_grad_(True)
                    v = self.field(t, x)
                    trace = sum(torch.autograd.grad(v[:, i].sum(), x, create_graph=True)[0][:, i] for i in range(2))
                return v, trace

        solve = odeint_adjoint if self.adjoint else odeint
        start = (self.x, torch.zeros(self.x.shape[0]))
        z, change = solve(Augmented(), start, torch.tensor([1.0, 0.0]), rtol=TOLERANCE, atol=TOLERANCE, method="dopri5")
        return normal(z[-1]) + change[-1]


class TorchDiffEqAdjoint(TorchDiffEq):
    adjoint = True


class TorchCFM(TorchPeer):
    def __init__(self, weights, x, transport=False):
        super().__init__(weights, x)
        import torchcfm

        kind = (torchcfm.ExactOptimalTransportConditionalFlowMatcher if transport else torchcfm.ConditionalFlowMatcher)
        self.matcher = kind(sigma=0.0)

    def loss(self):
        t, point, velocity = self.matcher.sample_location_and_conditional_flow(torch.randn_like(self.x), self.x)
        return ((self.field(t[:, None], point) - velocity) ** 2).mean()


class JaxPeer:
    """Everything under one jit."""

    def __init__(self, weights, x, per_example=False):
        import diffrax
        import jax
        import jax.numpy as jnp

        self.parameters = [tuple(jnp.asarray(part) for part in layer) for layer in weights]
        self.x = jnp.asarray(x)

        def field(parameters, t, x):
            for number, (weight, bias, drift) in enumerate(parameters):
                x = x @ weight + (bias + t * drift)
                if number + 1 < len(parameters):
                    x = jnp.tanh(x)
            return x

        def augmented(t, state, parameters):
            x = state[..., :2]
            units = [jnp.zeros_like(x).at[..., i].set(1) for i in range(2)]
            value, push = jax.linearize(lambda x: field(parameters, t, x), x)
            trace = sum(push(unit)[..., i] for i, unit in enumerate(units))
            return jnp.concatenate([value, trace[..., None]], -1)

        def solve(parameters, start):
            return diffrax.diffeqsolve(
                diffrax.ODETerm(augmented), diffrax.Dopri5(), 1.0, 0.0, None, start, args=parameters,
                stepsize_controller=diffrax.PIDController(rtol=TOLERANCE, atol=TOLERANCE), max_steps=256).ys[-1]

        def log_prob(parameters, x):
            start = jnp.concatenate([x, jnp.zeros(x.shape[:-1] + (1,))], -1)
            end = jax.vmap(lambda s: solve(parameters, s))(start) if per_example else solve(parameters, start)
            z = end[..., :2]
            return -0.5 * (z ** 2).sum(-1) - jnp.log(2 * jnp.pi) + end[..., 2]

        def matching(parameters, x, key):
            a, b = jax.random.split(key)
            noise, t = jax.random.normal(a, x.shape), jax.random.uniform(b, (x.shape[0], 1))
            return ((field(parameters, t, noise + t * (x - noise)) - (x - noise)) ** 2).mean()

        def adam(parameters, state, gradients):
            m, v, n = state
            tree = jax.tree_util.tree_map
            n = n + 1
            m = tree(lambda m, g: 0.9 * m + 0.1 * g, m, gradients)
            v = tree(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradients)
            step = tree(lambda p, m, v: p - 1e-8 * (m / (1 - 0.9 ** n)) / (jnp.sqrt(v / (1 - 0.999 ** n)) + 1e-8),
                        parameters, m, v)
            return step, (m, v, n)

        zeros = jax.tree_util.tree_map(jnp.zeros_like, self.parameters)
        self.state = (zeros, zeros, 0.0)
        self.key = jax.random.PRNGKey(0)
        self._score = jax.jit(log_prob)

        @jax.jit
        def train(parameters, state, x):
            gradients = jax.grad(lambda p: -log_prob(p, x).mean())(parameters)
            return adam(parameters, state, gradients)

        @jax.jit
        def match(parameters, state, x, key):
            key, own = jax.random.split(key)
            return adam(parameters, state, jax.grad(matching)(parameters, x, own)) + (key,)

        self._train, self._match, self._wait = train, match, jax.block_until_ready

    def score(self):
        return self._wait(self._score(self.parameters, self.x))

    def train(self):
        self.parameters, self.state = self._wait(self._train(self.parameters, self.state, self.x))

    def match(self):
        self.parameters, self.state, self.key = self._wait(self._match(self.parameters, self.state, self.x, self.key))


class Ours:
    def __init__(self, binary):
        self.process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def seconds(call, repeats):
    call()
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=DEFAULT_BINARY)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    ours = Ours(arguments.binary)
    weights = {}
    with tempfile.TemporaryDirectory() as folder:
        for case in ("cnf", "matching"):
            path = os.path.join(folder, case + ".safetensors")
            found = ours.ask(f"{case} weights {path}")
            weights[case] = read_weights(path)
            if case == "cnf":
                print(f"{found['evaluations']:.1f} derivatives a point")
    x = np.random.default_rng(0).standard_normal((256, 2)).astype(np.float32)
    cnf = weights["cnf"]
    flows = {"zuko": Zuko(cnf, x), "torchdiffeq": TorchDiffEq(cnf, x), "torchdiffeq adjoint": TorchDiffEqAdjoint(cnf, x),
             "diffrax jit": JaxPeer(cnf, x), "diffrax jit, vmap": JaxPeer(cnf, x, per_example=True)}
    reference = flows["zuko"].log_prob().detach().numpy()
    for name, peer in flows.items():
        found = np.asarray(peer.log_prob().detach() if isinstance(peer, TorchPeer) else peer.score())
        assert np.abs(found - reference).max() < 1e-2, f"{name} solves another equation"
    matching = weights["matching"]
    torch_step, torch_transport = TorchCFM(matching, x), TorchCFM(matching, x, transport=True)
    jax_step = JaxPeer(matching, x)
    rows = [("cnf", "score", name, peer.score, 5) for name, peer in flows.items()]
    rows += [("cnf", "train", name, peer.train, 2) for name, peer in flows.items()]
    rows += [("matching", "train", "torchcfm", torch_step.train, 100), ("matching", "train", "jax jit", jax_step.match, 200),
             ("matching-transport", "train", "torchcfm", torch_transport.train, 20)]
    print(f"{'case':<19} {'what':<6} {'ours ms':>9} {'peer ms':>9} {'ratio':>7}  peer   ({torch.get_num_threads()} threads)")
    for case, what, name, call, repeats in rows:
        mine, other = [], []
        for _ in range(arguments.rounds):
            mine.append(ours.ask(f"{case} {what} {max(repeats, 10)}")["seconds"])
            other.append(seconds(call, repeats))
        print(f"{case:<19} {what:<6} {min(mine) * 1e3:>9.3f} {min(other) * 1e3:>9.3f} {min(other) / min(mine):>7.2f}  {name}",
              flush=True)


if __name__ == "__main__":
    main()
