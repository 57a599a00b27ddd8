"""Makes test/fixtures/networks/pytorch/: one network of 16-8-4 as PyTorch saves it in many ways, in both of its formats.

    python3 scripts/make-fixtures/torch-networks.py && npx biome check --write test/fixtures

Needs torch (in Debian: python3-torch). Made with torch 1.13. Each weight follows from its place, so that the tests know them
all, and bfloat16 holds them. What whole modules with BatchNorm give is in expected.json.
Files of the legacy format hold addresses of memory, so they are never the same twice.
"""
import collections
import json
import sys
import types
from pathlib import Path

import torch
from torch import nn

OUT = Path(__file__).parents[2] / "test" / "fixtures" / "networks" / "pytorch"
OUT.mkdir(parents=True, exist_ok=True)
SIZES = [16, 8, 4]

# The legacy format takes the source of each class along. That of PyTorch is not ours to give.
torch.serialization.get_source_lines_and_file = lambda cls: (["pass\n"], 1, "strange.py")

# Classes of strangers, which are not there where the files are read.
strange = types.ModuleType("strange")
sys.modules["strange"] = strange


def stranger(cls):
    cls.__module__ = "strange"
    cls.__qualname__ = cls.__name__
    setattr(strange, cls.__name__, cls)
    return cls


def linear(layer, bias=True):
    inputs, outputs = SIZES[layer], SIZES[layer + 1]
    made = nn.Linear(inputs, outputs, bias=bias)
    with torch.no_grad():
        made.weight.copy_(torch.tensor(
            [[((7 * o + 3 * i + 5 * layer) % 17 - 8) / 8 for i in range(inputs)] for o in range(outputs)]))
        if bias:
            made.bias.copy_(torch.tensor([((5 * o + layer) % 11 - 5) / 4 for o in range(outputs)]))
    return made


@stranger
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = linear(0)
        self.fc2 = linear(1)


@stranger
class Stack(nn.Module):
    """As in PyTorch's tutorial: what comes after the stack, the file does not say."""

    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.linear_relu_stack = nn.Sequential(linear(0), nn.ReLU(), nn.Dropout(0.2), linear(1))
        self.criterion = nn.CrossEntropyLoss()


@stranger
class Swish(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(x)


def save(name, value, legacy=True):
    torch.save(value, OUT / f"{name}.pt")
    if legacy:
        torch.save(value, OUT / f"{name}-legacy.pt", _use_new_zipfile_serialization=False)


net = Net()
state = net.state_dict()
save("state-dict", state)
save("double", collections.OrderedDict((k, v.double()) for k, v in state.items()))
save("half", collections.OrderedDict((k, v.half()) for k, v in state.items()), legacy=False)
save("bfloat16", collections.OrderedDict((k, v.bfloat16()) for k, v in state.items()))
save("parameters", list(net.parameters()))

# All in one storage; weights as columns of it, so with strides.
flat = torch.cat([state["fc1.weight"].t().flatten(), state["fc1.bias"], state["fc2.weight"].flatten(), state["fc2.bias"]])
save("views", {
    "module.fc1.weight": flat[:128].view(16, 8).t(), "module.fc1.bias": flat[128:136],
    "module.fc2.weight": flat[136:168].view(4, 8), "module.fc2.bias": flat[168:],
})

optimizer = torch.optim.Adam(net.parameters())
sum(p.sum() for p in net.parameters()).backward()
optimizer.step()
before = Net()
save("checkpoint", {
    "epoch": 7, "best_acc": torch.tensor(0.98), "model_state_dict": before.state_dict(),
    "optimizer_state_dict": optimizer.state_dict(), "args": {"lr": 0.001}, "loss_history": [0.5, 0.25],
})
save("two-networks", {"state_dict": before.state_dict(), "ema_state_dict": before.state_dict()}, legacy=False)

save("module", before)
save("sequential", nn.Sequential(nn.Flatten(), linear(0), nn.ReLU(), linear(1), nn.LogSoftmax(dim=1)))
save("stack", Stack(), legacy=False)
save("strange-activation", nn.Sequential(linear(0), Swish(), linear(1)), legacy=False)
save("logits", nn.Sequential(linear(0), nn.Tanh(), nn.Flatten(), linear(1)), legacy=False)
save("two-activations", nn.Sequential(linear(0), nn.ReLU(), nn.Softmax(dim=1), linear(1)), legacy=False)
save("gelu", nn.Sequential(linear(0), nn.GELU(), linear(1)), legacy=False)
save("convolutional", nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), linear(1)), legacy=False)
save("counters", collections.OrderedDict([*before.state_dict().items(), ("steps", torch.tensor(7))]), legacy=False)
save("quantized", {"weight": torch.zeros(4, 8, dtype=torch.int8)}, legacy=False)

torch.manual_seed(7)
normed = nn.Sequential(
    nn.BatchNorm1d(16), linear(0), nn.BatchNorm1d(8, eps=0.01), nn.Sequential(nn.Tanh(), nn.BatchNorm1d(8, affine=False)),
    linear(1, bias=False), nn.Sigmoid())
for module in normed.modules():
    if isinstance(module, nn.BatchNorm1d):
        module.running_mean.uniform_(-0.5, 0.5)
        module.running_var.uniform_(0.5, 2)
        if module.affine:
            nn.init.uniform_(module.weight, 0.5, 2)
            nn.init.uniform_(module.bias, -0.5, 0.5)
normed.eval()
save("batch-norm", normed, legacy=False)
images = torch.rand(3, 16)
(OUT / "expected.json").write_text(json.dumps({"images": images.tolist(), "outputs": normed(images).tolist()}) + "\n")

torch.jit.script(nn.Sequential(linear(0), nn.ReLU(), linear(1))).save(str(OUT / "torchscript.pt"))
