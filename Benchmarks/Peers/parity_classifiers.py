"""Scores of classifiers here and in pytorch-ood 0.4.0, on the same weights, logits and features.

    /tmp/peers/bin/pip install torch pytorch-ood==0.4.0
    /tmp/peers/bin/python Benchmarks/Peers/parity_classifiers.py

A small network with two layers is written as a classifier's file; the peer gets its logits, its features or the network
itself. Printed is the largest difference of scores, relative to max(1, |score|), and the setting by which both are the same
score. `--fixture FILE` writes the arrays and the peer's values as JSON, which the tests compare with."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np

from peers import DEFAULT_BINARY

FEATURES, CLASSES, INPUTS = 12, 4, 5


def network(random):
    return {
        "0.weight": random.normal(size=(INPUTS, FEATURES)).astype(np.float32) * 0.8,
        "0.bias": random.normal(size=FEATURES).astype(np.float32) * 0.3,
        "1.weight": random.normal(size=(FEATURES, CLASSES)).astype(np.float32) * 0.5,
        "1.bias": random.normal(size=CLASSES).astype(np.float32) * 0.2,
    }


class Peer:
    """The same network in PyTorch, and what the scores are asked with."""

    def __init__(self, tensors, train, labels, test):
        import torch

        self.torch = torch
        self.head = torch.nn.Linear(FEATURES, CLASSES)
        first = torch.nn.Linear(INPUTS, FEATURES)
        with torch.no_grad():
            first.weight.copy_(torch.from_numpy(tensors["0.weight"].T.copy()))
            first.bias.copy_(torch.from_numpy(tensors["0.bias"]))
            self.head.weight.copy_(torch.from_numpy(tensors["1.weight"].T.copy()))
            self.head.bias.copy_(torch.from_numpy(tensors["1.bias"]))
        self.encoder = torch.nn.Sequential(first, torch.nn.ReLU())
        self.model = torch.nn.Sequential(self.encoder, self.head)
        self.train, self.test = torch.from_numpy(train), torch.from_numpy(test)
        self.labels = torch.from_numpy(labels)
        with torch.no_grad():
            self.train_features, self.test_features = self.encoder(self.train), self.encoder(self.test)
            self.train_logits, self.test_logits = self.head(self.train_features), self.head(self.test_features)

    def score(self, name):
        """The peer's scores as ours are defined, and how they were made so."""
        from pytorch_ood import detector as d

        torch, w, b = self.torch, self.head.weight, self.head.bias
        n = len(self.train)
        double = lambda x: x.double()
        as_maps = lambda x: x[:, :, None, None]
        flat_head = lambda x: self.head(x.flatten(1))
        simple = {
            "maximum-softmax-probability": lambda: d.MaxSoftmax.score(self.test_logits),
            "maximum-logit": lambda: d.MaxLogit.score(self.test_logits),
            "energy": lambda: d.EnergyBased.score(self.test_logits),
            "energy temperature=2": lambda: d.EnergyBased.score(self.test_logits, t=2.0),
            "predictive-entropy": lambda: d.Entropy.score(self.test_logits),
            "odin": lambda: d.ODIN(self.model).predict(self.test),
            "odin temperature=10 epsilon=0.05": lambda: d.ODIN(self.model, eps=0.05, temperature=10).predict(self.test),
            "kl-matching": lambda: d.KLMatching(None).fit_logits(self.train_logits).predict_logits(self.test_logits),
            "vim dimensions=5": lambda: d.ViM(None, 5, w, b).fit_features(
                self.train_features, self.labels).predict_features(self.test_features),
            "react": lambda: d.ReAct(self.encoder, self.head).fit_feature_maps(
                self.train_features, self.labels).predict_feature_maps(self.test_features),
            "dice sparsity=0.5": lambda: d.DICE(None, w, b, 0.5).fit_features(
                self.train_features, self.labels).predict_features(self.test_features),
            "ash variant=scale percentile=0.5": lambda: d.ASH(None, flat_head, "ash-s", 0.5).predict_feature_maps(
                as_maps(self.test_features)),
            "ash variant=binarize percentile=0.65": lambda: d.ASH(None, flat_head, "ash-b", 0.65).predict_feature_maps(
                as_maps(self.test_features)),
            "ash variant=prune percentile=0.6": lambda: d.ASH(None, flat_head, "ash-p", 0.6).predict_feature_maps(
                as_maps(self.test_features)),
            "she": lambda: d.SHE(None, self.head).fit_features(
                self.train_features, self.labels).predict_features(self.test_features),
            "grad-norm": lambda: d.GradNorm(
                self.model, param_filter=lambda n: n == "1.weight").predict(self.test),
            "feature-neighbours neighbours=3": lambda: d.KNN(None, k=3).fit_features(
                self.train_features, self.labels).predict_features(self.test_features),
        }
        if name in simple:
            return simple[name]().detach().numpy().astype(float), ""
        # In double precision: the peer makes its covariances in the default one.
        torch.set_default_dtype(torch.float64)
        if name == "feature-mahalanobis":
            peer = d.Mahalanobis(None).fit_features(double(self.train_features), self.labels)
            # Its covariance is a sum, with 1e-6 on the diagonal, and it halves the distance.
            return 2 * n * peer.predict_features(double(self.test_features)).numpy(), f"times 2 n = {2 * n}"
        if name == "relative-mahalanobis":
            peer = d.RMD(None).fit_features(double(self.train_features), self.labels)
            return n * peer.predict_features(double(self.test_features)).numpy(), f"times n = {n}"
        if name.startswith("openmax"):
            peer = d.OpenMax(None, tailsize=20, alpha=CLASSES, euclid_weight=0.5)
            # In double precision: it shifts by 10000. With the training rows in the batch: it takes the distance from a
            # class that nothing in the batch is predicted as for 0.
            peer.fit_logits(double(self.train_logits), self.labels)
            batch = torch.cat([double(self.test_logits), double(self.train_logits)])
            return peer.predict_logits(batch).numpy()[:len(self.test)], "its shift, distance, examples and alpha"
        raise KeyError(name)


SCORES = [
    "maximum-softmax-probability", "maximum-logit", "energy", "energy temperature=2", "predictive-entropy", "odin",
    "odin temperature=10 epsilon=0.05", "kl-matching", "vim dimensions=5", "react", "dice sparsity=0.5",
    "ash variant=scale percentile=0.5", "ash variant=binarize percentile=0.65", "ash variant=prune percentile=0.6",
    "she", "grad-norm", "feature-neighbours neighbours=3", "feature-mahalanobis", "relative-mahalanobis",
    "openmax alpha=4 euclideanWeight=0.5 cosineWeight=0.5 onlyRight=false translation=10000",
]
UNFITTED = {"maximum-softmax-probability", "maximum-logit", "energy", "predictive-entropy", "odin", "ash", "grad-norm"}


def checksum(metadata, tensors):
    """The seal of a file, as `SafetensorsFile.checksum` computes it: FNV-1a over words, each followed by a rotation."""
    mask = 2 ** 64 - 1
    value = 0xCBF29CE484222325

    def word(bits):
        nonlocal value
        value = (value ^ bits) * 0x100000001B3 & mask
        value = (value << 29 | value >> 35) & mask

    def add(data):
        word(len(data))
        whole = len(data) // 8 * 8
        for i in range(0, whole, 8):
            word(int.from_bytes(data[i:i + 8], "little"))
        word(int.from_bytes(data[whole:], "little"))

    add(b"swift-ood 2")
    for key, text in sorted(metadata.items()):
        add(key.encode())
        add(text.encode())
    for name, tensor in sorted(tensors.items()):
        add(name.encode())
        add(b"F32")
        add(("[" + ", ".join(map(str, tensor.shape)) + "]").encode())
        add(tensor.tobytes())
    return f"{value:016x}"


def write_classifier(path, tensors):
    """A classifier's file as this library writes it, without the library."""
    layers = [{"dense": {"activation": {"relu": {}}, "units": FEATURES}},
              {"dense": {"activation": {"identity": {}}, "units": CLASSES}}]
    metadata = {
        "kind": "image-classifier", "version": "1", "format": "swift-ood", "format_version": "2",
        "configuration": json.dumps({"inputShape": [INPUTS], "layers": layers}),
        "examples": json.dumps({"shape": [INPUTS]}),
    }
    metadata["checksum"] = checksum(metadata, tensors)
    header, offset = {"__metadata__": metadata}, 0
    for name, tensor in sorted(tensors.items()):
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + tensor.nbytes]}
        offset += tensor.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name in sorted(tensors):
            file.write(tensors[name].tobytes())


def ours(binary, classifier, name, directory):
    kind, *settings = name.split()
    out = os.path.join(directory, "scores.npy")
    command = [binary, "score", classifier, "--data", "npy:" + os.path.join(directory, "test.npy"), "--scorer", kind,
               "--out", out, "--format", "json"]
    for setting in settings:
        command += ["--set", setting]
    if kind not in UNFITTED:
        command += ["--fit", f"npz:{directory}/train.npz#x?labels=y"]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{run.stderr}")
    return np.load(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ood", default=DEFAULT_BINARY)
    parser.add_argument("--fixture", help="write the arrays and the peer's scores here, as JSON")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")

    random = np.random.default_rng(0)
    tensors = network(random)
    centres = random.normal(size=(CLASSES, INPUTS)) * 2
    # The labels are the network's own, so that every class is classified rightly somewhere.
    x = (centres[np.arange(8000) % CLASSES] + random.normal(size=(8000, INPUTS))).astype(np.float32)
    hidden = np.maximum(x @ tensors["0.weight"] + tensors["0.bias"], 0)
    labels = np.argmax(hidden @ tensors["1.weight"] + tensors["1.bias"], axis=1)
    order = np.concatenate([np.flatnonzero(labels == k)[:50] for k in range(CLASSES)])
    train, train_labels = x[order], labels[order]
    # A quarter of the labels are others, so that "classified rightly" matters.
    train_labels = np.where(np.arange(len(order)) % 4 == 3, (train_labels + 1) % CLASSES, train_labels)
    test = np.concatenate([x[:16], random.normal(size=(8, INPUTS)).astype(np.float32) * 4])
    peer = Peer(tensors, train, train_labels, test)

    fixture = {"train": train.tolist(), "labels": train_labels.tolist(), "test": test.tolist(), "scores": {},
               **{name: tensor.tolist() for name, tensor in tensors.items()}}
    with tempfile.TemporaryDirectory() as directory:
        classifier = os.path.join(directory, "classifier.safetensors")
        write_classifier(classifier, tensors)
        np.save(os.path.join(directory, "test.npy"), test)
        np.savez(os.path.join(directory, "train.npz"), x=train, y=train_labels.astype(np.int32))
        print(f"{'score':<86} {'difference':>10}  as theirs")
        for name in SCORES:
            theirs, remark = peer.score(name)
            mine = ours(arguments.ood, classifier, name, directory)
            difference = np.max(np.abs(mine - theirs) / np.maximum(1, np.abs(theirs)))
            print(f"{name:<86} {difference:>10.1e}  {remark}", flush=True)
            fixture["scores"][name] = np.asarray(theirs, dtype=float).tolist()
    if arguments.fixture:
        with open(arguments.fixture, "w") as file:
            json.dump(fixture, file)


if __name__ == "__main__":
    main()
