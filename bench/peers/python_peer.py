"""Scores images with PyTorch or scikit-learn. Answers each line of stdin, a JSON object, with one on stdout."""
import json
import sys

import numpy as np

kind, weights_file = sys.argv[1:3]
with open(weights_file) as f:
    layers = [(np.array(w, dtype=np.float32), np.array(b, dtype=np.float32)) for w, b in json.load(f)]

if kind == "torch":
    import torch

    version = torch.__version__
    tensors = [(torch.from_numpy(w), torch.from_numpy(b)) for w, b in layers]

    def predict(pixels):
        with torch.inference_mode():
            a = torch.from_numpy(pixels).to(torch.float32)
            for w, b in tensors:
                a = torch.nn.functional.linear(a, w, b).sigmoid_()
            return a.argmax(1).numpy()

    def use_threads(count):
        torch.set_num_threads(count)

else:
    import sklearn
    from sklearn.neural_network import MLPClassifier
    from sklearn.preprocessing import LabelBinarizer

    version = sklearn.__version__
    model = MLPClassifier(hidden_layer_sizes=(16, 16), activation="logistic")
    model.coefs_ = [np.ascontiguousarray(w.T) for w, _ in layers]
    model.intercepts_ = [b for _, b in layers]
    model.n_layers_ = len(layers) + 1
    model.n_outputs_ = len(layers[-1][1])
    model.n_features_in_ = layers[0][0].shape[1]
    # The winner is the same whether the last layer is a sigmoid or a softmax.
    model.out_activation_ = "softmax"
    model.classes_ = np.arange(model.n_outputs_)
    model._label_binarizer = LabelBinarizer().fit(model.classes_)

    def predict(pixels):
        return model.predict(pixels.astype(np.float32))

    def use_threads(count):
        pass  # its threads are those of BLAS, set by OMP_NUM_THREADS


def pixels_of(file, first, count):
    return np.fromfile(file, dtype=np.uint8, count=count * 784, offset=16 + first * 784).reshape(-1, 784)


held = {}


def answer(order):
    batch = order["batch"]
    if order["do"] == "predict" or order["do"] == "score":
        if "pixels" not in held:
            held["pixels"] = pixels_of(order["images"], 0, order["count"])
        pixels = held["pixels"]
        found = []
        for _ in range(order.get("passes", 1)):
            found = [predict(pixels[at : at + batch]) for at in range(0, len(pixels), batch)]
        return {"predictions": np.concatenate(found).tolist() if order["do"] == "predict" else None}
    labels = np.fromfile(order["labels"], dtype=np.uint8, offset=8)
    correct = 0
    for first in range(0, order["count"], batch):
        pixels = pixels_of(order["images"], first, min(batch, order["count"] - first))
        correct += int((predict(pixels) == labels[first : first + len(pixels)]).sum())
    return {"correct": correct}


print(json.dumps({"version": version}), flush=True)
for line in sys.stdin:
    order = json.loads(line)
    use_threads(order["threads"])
    print(json.dumps(answer(order)), flush=True)
