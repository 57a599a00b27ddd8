"""Makes test/fixtures/networks/numpy/: one network of 16-8-4 as NumPy and Python save it in many ways.

    python3 scripts/make-fixtures/numpy-networks.py

Needs numpy (in Debian: python3-numpy). Made with numpy 1.24 and Python 3.11. Each weight follows from its place, so that the
tests know them all, and float16 holds them.
"""
import collections
import pickle
from pathlib import Path

import numpy as np

OUT = Path(__file__).parents[2] / "test" / "fixtures" / "networks" / "numpy"
OUT.mkdir(parents=True, exist_ok=True)
SIZES = [16, 8, 4]


def weight(layer):
    n, m = SIZES[layer + 1], SIZES[layer]
    return np.array([[((7 * o + 3 * i + 5 * layer) % 17 - 8) / 8 for i in range(m)] for o in range(n)])


def bias(layer):
    return np.array([((5 * o + layer) % 11 - 5) / 4 for o in range(SIZES[layer + 1])])


weights = [weight(0), weight(1)]
biases = [bias(0), bias(1)]
columns = [b[:, None] for b in biases]


class Network:
    """As in the book: made of attributes, some of which are no weights."""

    def __init__(self):
        self.num_layers = 3
        self.sizes = SIZES
        self.biases = columns
        self.weights = weights
        self.cost = max


def dump(name, value, protocol=pickle.DEFAULT_PROTOCOL):
    (OUT / name).write_bytes(pickle.dumps(value, protocol))


for protocol in range(6):
    # One of the weights in Fortran order.
    dump(f"book-protocol-{protocol}.pkl", [columns, [np.asfortranarray(weights[0]), weights[1]]], protocol)
    dump(f"instance-protocol-{protocol}.pkl", Network(), protocol)

# As course notes have it: x @ W + b.
notes = {}
for layer in range(2):
    notes[f"W{layer + 1}"] = weights[layer].T
    notes[f"b{layer + 1}"] = biases[layer][None, :]
dump("notes.pkl", notes)
dump("notes-float16-big-endian.pkl", {key: value.astype(">f2") for key, value in notes.items()})
dump("pairs.pkl", list(zip(weights, biases)))
dump("ordered.pkl", collections.OrderedDict([("layers", [{"W": w, "b": b} for w, b in zip(weights, biases)])]))
dump("lists.pkl", {"sizes": SIZES, "weights": [w.tolist() for w in weights], "biases": [b.tolist() for b in biases]})
dump("scalars.pkl", [[[list(row) for row in w] for w in weights], [list(b) for b in biases]])
dump("numbered.pkl", {2: (weights[1], biases[1]), 1: (weights[0], biases[0])})

np.savez(OUT / "names.npz", **{f"fc{l + 1}.weight": weights[l].astype("f4") for l in (1, 0)},
         **{f"fc{l + 1}.bias": biases[l] for l in (0, 1)}, epochs=30, title=np.array(["a", "b"]))
np.savez_compressed(OUT / "numbered.npz", weights[0], biases[0], np.asfortranarray(weights[1]), biases[1])


def objects(arrays):
    made = np.empty(len(arrays), dtype=object)
    made[:] = arrays
    return made


np.savez(OUT / "objects.npz", weights=objects(weights), biases=objects(columns))
np.save(OUT / "objects.npy", objects([*weights, *biases]))
np.save(OUT / "single.npy", weight(1))
