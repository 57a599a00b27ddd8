"""Makes test/fixtures/networks/scikit/mlp-classifier.pkl: a network of 16-8-4 as scikit-learn pickles it, of which the weights
follow from their places, as in numpy-networks.py.

    python3 scripts/make-fixtures/scikit-network.py

Needs scikit-learn (in Debian: python3-sklearn). Made with scikit-learn 1.2.
"""
import pickle
import warnings
from pathlib import Path

import numpy as np
from sklearn.neural_network import MLPClassifier

OUT = Path(__file__).parents[2] / "test" / "fixtures" / "networks" / "scikit"
OUT.mkdir(parents=True, exist_ok=True)
SIZES = [16, 8, 4]
warnings.simplefilter("ignore")

network = MLPClassifier((8,), activation="logistic", max_iter=2, random_state=1)
network.fit(np.random.default_rng(1).random((40, 16)), np.arange(40) % 4 + 3)
for layer in range(2):
    inputs, outputs = SIZES[layer], SIZES[layer + 1]
    network.coefs_[layer][:] = [[((7 * o + 3 * i + 5 * layer) % 17 - 8) / 8 for o in range(outputs)] for i in range(inputs)]
    network.intercepts_[layer][:] = [((5 * o + layer) % 11 - 5) / 4 for o in range(outputs)]
(OUT / "mlp-classifier.pkl").write_bytes(pickle.dumps(network))
