"""Makes test/fixtures/networks/onnx/: networks as PyTorch exports them, and graphs as tf2onnx and skl2onnx write them, with
what they give for a few images (expected.json), computed by PyTorch and NumPy.

    python3 scripts/make-fixtures/onnx-networks.py

Needs torch, onnx and numpy (in Debian: python3-torch, python3-onnx). Made with torch 1.13, onnx 1.12.
"""
import io
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

OUT = Path(__file__).parents[2] / "test" / "fixtures" / "networks" / "onnx"
OUT.mkdir(parents=True, exist_ok=True)
torch.manual_seed(7)
rng = np.random.default_rng(7)
images = rng.random((3, 16)).astype(np.float32)
expected = {"images": images.tolist(), "outputs": {}}


class Normalized(nn.Module):
    """Normalizes, flattens, drops out, ends in LogSoftmax."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(), nn.Linear(16, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 4), nn.LogSoftmax(dim=1)
        )

    def forward(self, x):
        return self.layers((x - 0.1307) / 0.3081)


class Normed(nn.Module):
    """BatchNorm on the image, before and after an activation."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm2d(1), nn.Flatten(), nn.BatchNorm1d(16), nn.Linear(16, 8), nn.BatchNorm1d(8), nn.Tanh(),
            nn.BatchNorm1d(8), nn.Linear(8, 4), nn.Sigmoid()
        )
        for module in self.layers:
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                module.running_mean.uniform_(-0.5, 0.5)
                module.running_var.uniform_(0.5, 2)
                nn.init.uniform_(module.weight, 0.5, 2)
                nn.init.uniform_(module.bias, -0.5, 0.5)

    def forward(self, x):
        return self.layers(x)


class Viewed(nn.Module):
    """A view by sizes that are computed, no biases, a temperature, two outputs."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(16, 8, bias=False)
        self.second = nn.Linear(8, 4)

    def forward(self, x):
        hidden = torch.sigmoid(self.first(x.view(x.size(0), -1)))
        logits = self.second(hidden) / 1.5
        return logits, torch.softmax(logits, 1)


def outputs_of(module, size):
    with torch.no_grad():
        out = module(torch.from_numpy(images).reshape(3, *size))
    out = out[-1] if isinstance(out, tuple) else out
    return out.numpy()


def export(name, module, size, dynamic, **options):
    module.eval()
    buffer = io.BytesIO()
    axes = {"input": {0: "batch"}} if dynamic else {}
    torch.onnx.export(module, torch.zeros(3 if dynamic else 1, *size), buffer, input_names=["input"], dynamic_axes=axes, **options)
    (OUT / f"{name}.onnx").write_bytes(buffer.getvalue())
    outputs = outputs_of(module, size)
    # Of logarithms, what digitflow shows in their place.
    expected["outputs"][name] = (np.exp(outputs) if isinstance(module, Normalized) else outputs).tolist()


def keep(name, nodes, tensors, inputs, outputs, result=None, opset=13, domains=(), reverse=False):
    graph = helper.make_graph(nodes, name, inputs, outputs, [numpy_helper.from_array(v, k) for k, v in tensors.items()])
    opsets = [helper.make_opsetid("", opset), *(helper.make_opsetid(d, 1) for d in domains)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    onnx.checker.check_model(model)
    if reverse:
        # No checker allows that, but readers meet it.
        ordered = list(graph.node)[::-1]
        del model.graph.node[:]
        model.graph.node.extend(ordered)
    onnx.save(model, OUT / f"{name}.onnx")
    if result is not None:
        expected["outputs"][name] = result.tolist()
    return model


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def random(*shape):
    return rng.normal(size=shape).astype(np.float32)


export("torch-log-softmax", Normalized(), (1, 4, 4), True, opset_version=14)
export("torch-static", Normalized(), (1, 4, 4), False, opset_version=9)
export("torch-batch-norm", Normed(), (1, 4, 4), True, opset_version=12, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
export("torch-view", Viewed(), (4, 4), True, opset_version=16)

value = helper.make_tensor_value_info
W1, b1, W2, b2 = random(16, 8), random(8), random(8, 4), random(4)

# As tf2onnx writes a Keras model that is compiled with its accuracy: nodes in no order, labels as a second input.
node = helper.make_node
relu = np.maximum(images @ W1 + b1, 0)
keep(
    "tf2onnx",
    [
        node("Reshape", ["flatten_input", "flatten/Const:0"], ["flatten/Reshape:0"], name="sequential/flatten/Reshape"),
        node("MatMul", ["flatten/Reshape:0", "dense/MatMul/ReadVariableOp:0"], ["dense/MatMul:0"], name="sequential/dense/MatMul"),
        node("Add", ["dense/BiasAdd/ReadVariableOp:0", "dense/MatMul:0"], ["dense/BiasAdd:0"]),
        node("Relu", ["dense/BiasAdd:0"], ["dense/Relu:0"]),
        node("MatMul", ["dense/Relu:0", "dense_1/MatMul/ReadVariableOp:0"], ["dense_1/MatMul:0"]),
        node("Add", ["dense_1/MatMul:0", "dense_1/BiasAdd/ReadVariableOp:0"], ["dense_1/BiasAdd:0"]),
        node("Softmax", ["dense_1/BiasAdd:0"], ["probabilities"], axis=1),
        node("ArgMax", ["probabilities"], ["best"], axis=1, keepdims=0),
        node("Equal", ["best", "labels"], ["equal"]),
        node("Cast", ["equal"], ["hits"], to=TensorProto.FLOAT),
        node("ReduceMean", ["hits"], ["accuracy"], keepdims=0),
    ],
    {
        "flatten/Const:0": np.array([-1, 16], np.int64),
        "dense/MatMul/ReadVariableOp:0": W1,
        "dense/BiasAdd/ReadVariableOp:0": b1,
        "dense_1/MatMul/ReadVariableOp:0": W2,
        "dense_1/BiasAdd/ReadVariableOp:0": b2,
    },
    [value("labels", TensorProto.INT64, ["unk__1"]), value("flatten_input", TensorProto.FLOAT, ["unk__1", 4, 4])],
    [value("accuracy", TensorProto.FLOAT, [])],
    softmax(relu @ W2 + b2),
    reverse=True,
)

# As skl2onnx writes an MLPClassifier after a StandardScaler: two outputs, the first of them labels by name.
mean, scale = random(16), np.abs(random(16)) + 0.5
hidden = np.tanh(((images - mean) * scale) @ W1 + b1)
keep(
    "skl2onnx",
    [
        node("Scaler", ["X"], ["variable"], domain="ai.onnx.ml", offset=mean.tolist(), scale=scale.tolist()),
        node("Cast", ["variable"], ["cast_input"], to=TensorProto.FLOAT),
        node("MatMul", ["cast_input", "coefficient"], ["mul_result"]),
        node("Add", ["mul_result", "intercepts"], ["add_result"]),
        node("Tanh", ["add_result"], ["next_activations"]),
        node("MatMul", ["next_activations", "coefficient1"], ["mul_result1"]),
        node("Add", ["mul_result1", "intercepts1"], ["add_result1"]),
        node("Softmax", ["add_result1"], ["out_activations_result"], axis=1),
        node("ArgMax", ["out_activations_result"], ["argmax_output"], axis=1),
        node("ArrayFeatureExtractor", ["classes", "argmax_output"], ["array_feature_extractor_result"], domain="ai.onnx.ml"),
        node("Cast", ["array_feature_extractor_result"], ["cast2_result"], to=TensorProto.INT64),
        node("Reshape", ["cast2_result", "shape_tensor"], ["output_label"]),
        node("ZipMap", ["out_activations_result"], ["output_probability"], domain="ai.onnx.ml", classlabels_int64s=[3, 1, 4, 5]),
    ],
    {
        "coefficient": W1, "intercepts": b1.reshape(1, 8), "coefficient1": W2, "intercepts1": b2.reshape(1, 4),
        "classes": np.array([3, 1, 4, 5], np.int32), "shape_tensor": np.array([-1], np.int64),
    },
    [value("X", TensorProto.FLOAT, [None, 16])],
    [value("output_label", TensorProto.INT64, [None]), value("output_probability", TensorProto.FLOAT, [None, 4])],
    softmax(hidden @ W2 + b2),
    domains=["ai.onnx.ml"],
)

# Weights in a file beside the network.
gemms = [
    node("Gemm", ["x", "W1", "b1"], ["z1"]), node("Relu", ["z1"], ["a1"]), node("Gemm", ["a1", "W2", "b2"], ["y"]),
]
external = keep(
    "external",
    gemms,
    {"W1": W1, "b1": b1, "W2": W2, "b2": b2},
    [value("x", TensorProto.FLOAT, ["N", 16])],
    [value("y", TensorProto.FLOAT, ["N", 4])],
    relu @ W2 + b2,
)
# It would be added to.
(OUT / "external.onnx.data").unlink(missing_ok=True)
onnx.save(external, str(OUT / "external.onnx"), save_as_external_data=True, location="external.onnx.data", size_threshold=0)

# What is not dense.
class Convolutional(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 4))

    def forward(self, x):
        return self.layers(x)


export("torch-conv", Convolutional(), (1, 4, 4), True, opset_version=13)
(OUT / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
