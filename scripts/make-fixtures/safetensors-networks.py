"""Writes networks as PyTorch names their tensors, in safetensors files, and what PyTorch makes of an image.

Needs torch: `python3 scripts/make-fixtures/safetensors-networks.py && npm run format`. The numbers are random.
"""

import json
import pathlib
import struct

import torch
from torch import nn

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "test/fixtures/networks/safetensors"
TYPES = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64"}

NETWORKS = {
    "before-activation": (
        nn.Sequential(nn.Linear(16, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(), nn.Linear(6, 3)),
        "module.",
    ),
    "after-activation": (
        nn.Sequential(nn.Linear(16, 6, bias=False), nn.Tanh(), nn.BatchNorm1d(6), nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 3)),
        "_orig_mod.net.",
    ),
    "first": (nn.Sequential(nn.BatchNorm1d(16), nn.Linear(16, 6), nn.Sigmoid(), nn.Linear(6, 3)), ""),
}


def save(path, tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    # PyTorch's own writer sorts them, too.
    for name, tensor in sorted(tensors.items()):
        packed = tensor.numpy().tobytes()
        offsets = [len(data), len(data) + len(packed)]
        header[name] = {"dtype": TYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": offsets}
        data += packed
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


torch.manual_seed(20)
FOLDER.mkdir(parents=True, exist_ok=True)
inputs = torch.rand(16)
expected = {"inputs": inputs.tolist(), "outputs": {}}
for name, (network, prefix) in NETWORKS.items():
    for parameter in network.parameters():
        parameter.data.normal_()
    for kind, buffer in network.named_buffers():
        if "running" in kind:
            buffer.uniform_(0.1, 2)
    network.eval()
    expected["outputs"][name] = network(inputs[None])[0].tolist()
    save(FOLDER / f"{name}.safetensors", {prefix + key: value for key, value in network.state_dict().items()})
(FOLDER / "expected.json").write_text(json.dumps(expected))
