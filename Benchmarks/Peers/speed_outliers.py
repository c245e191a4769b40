"""Times of extremal draws from a flow and of training steps of deep archetypes beside PyTorch's, runs alternating.

    python3 -m venv /tmp/flows && /tmp/flows/bin/pip install torch zuko
    (cd Benchmarks && swift build -c release --product FlowTiming)
    /tmp/flows/bin/python Benchmarks/Peers/speed_outliers.py

The flow is RealNVP of 784 numbers with 8 couplings of 512-512 hidden units. Draws: 10,000 at 2.5 deviations beyond the mean radius,
without and with the error of their inversion, which is one more pass. Training: batches of 256, ten
archetypes in 64 of the latent numbers, Adam; PyTorch computes the same losses on zuko's flow. The best of `--rounds` counts.
"""

import argparse
import time

import torch

from speed_flows import DEFAULT_BINARY, Ours, zuko_realnvp

COUNT, FEATURES, EXPLAINED, ARCHETYPES = 10_000, 784, 64, 10


def timed(call, repeats):
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


class Draws:
    """Directions uniform on the sphere, at one radius of the base, through the flow's inverse, in batches of 1,000."""

    def __init__(self, checks):
        torch.manual_seed(0)
        self.flow, _ = zuko_realnvp(FEATURES, (512, 512))
        self.checks = checks
        self.radius = 27.9911 + 2.5 * 0.7070

    def __call__(self):
        with torch.no_grad():
            transform = self.flow().transform
            for _ in range(COUNT // 1000):
                z = torch.randn(1000, FEATURES)
                z = z / z.norm(dim=1, keepdim=True) * self.radius
                x = transform.inv(z)
                if self.checks:
                    (transform(x) - z).norm(dim=1) / self.radius


class Archetypes(torch.nn.Module):
    """A = softmax(M_A t), B = softmax over the batch, t = M_C A z_fixed on the last numbers of a flow's latents."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.flow, _ = zuko_realnvp(FEATURES, (512, 512))
        corners = torch.eye(ARCHETYPES) - 1 / ARCHETYPES
        _, _, basis = torch.linalg.svd(corners)
        corners = corners @ basis[: ARCHETYPES - 1].T
        self.register_buffer("corners", corners / corners.norm(dim=1, keepdim=True))
        self.to_coefficients = torch.nn.Linear(EXPLAINED, ARCHETYPES, bias=False)
        self.to_weights = torch.nn.Linear(EXPLAINED, ARCHETYPES, bias=False)
        self.from_simplex = torch.nn.Linear(ARCHETYPES - 1, EXPLAINED, bias=False)
        self.optimizer = torch.optim.Adam(self.parameters(), lr=1e-4)
        self.x = torch.randn(256, FEATURES)

    def __call__(self):
        self.optimizer.zero_grad()
        flow = self.flow()
        z, determinant = flow.transform.call_and_ladj(self.x)
        t = z[:, -EXPLAINED:]
        point = torch.softmax(self.to_coefficients(t), 1) @ self.corners
        found = torch.softmax(self.to_weights(t), 0).T @ point
        likelihood = flow.base.log_prob(z) + determinant
        loss = (-likelihood.mean() / FEATURES + (self.from_simplex(point) - t).square().mean()
                + (found - self.corners).square().mean())
        loss.backward()
        self.optimizer.step()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=DEFAULT_BINARY)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    ours = Ours(arguments.binary)
    rows = [("draws", "realnvp-784", "outliers", 1, {"zuko": Draws(False)}),
            ("draws, inverted", "realnvp-784", "inverted-outliers", 1, {"zuko": Draws(True)}),
            ("archetypes, train", "archetypes-784", "train", 9, {"PyTorch": Archetypes()})]
    print(f"{'work':<18} {'ours ms':>9} {'peer ms':>9} {'ratio':>7}  peer   ({torch.get_num_threads()} threads)")
    for title, case, what, repeats, peers in rows:
        best = {}
        for call in peers.values():
            call()
        for _ in range(arguments.rounds):
            times = {"ours": ours.seconds(case, what, repeats)}
            times |= {name: timed(call, repeats) for name, call in peers.items()}
            best = {name: min(seconds, best.get(name, seconds)) for name, seconds in times.items()}
        for name in peers:
            print(f"{title:<18} {1e3 * best['ours']:>9.1f} {1e3 * best[name]:>9.1f} {best[name] / best['ours']:>7.2f}  {name}", flush=True)


if __name__ == "__main__":
    main()
