"""Writes test/fixtures/keras/torch.json: state dicts in safetensors and what PyTorch itself predicts with them.

    pip install torch==2.13.0 safetensors==0.8.0 numpy
    python tools/keras/make_torch_fixtures.py

An environment of its own: the live check needs no PyTorch. Random weights as PyTorch draws them, made larger, so that a
swapped gate shows. The versions and the seed are in the file. Read by test/keras/safetensors.test.ts.
"""

import base64
import json
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import nn

SEED = 20261124
TARGET = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "keras" / "torch.json"


class Forecaster(nn.Module):
    """A recurrent module and nn.Linear on what Keras calls the last step."""

    def __init__(self, recurrent, outputs):
        super().__init__()
        self.rnn = recurrent
        self.head = nn.Linear(recurrent.hidden_size * (2 if recurrent.bidirectional else 1), outputs)

    def forward(self, x):
        _, state = self.rnn(x)
        hidden = state[0] if isinstance(state, tuple) else state
        last = torch.cat([hidden[-2], hidden[-1]], dim=1) if self.rnn.bidirectional else hidden[-1]
        return self.head(last)


class Sequences(nn.Module):
    """A bare module, all its steps."""

    def __init__(self, recurrent):
        super().__init__()
        self.lstm = recurrent

    def forward(self, x):
        return self.lstm(x)[0]


def case(name, model, features):
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2).add_(0.05)
    x = torch.randn(2, 5, features)
    with torch.no_grad():
        y = model(x)
    stored = safetensors.torch.save(model.state_dict(), metadata={"format": "pt"})
    pack = lambda tensor: {"shape": list(tensor.shape), "data": [float(v) for v in tensor.flatten()]}
    return {"name": name, "safetensors": base64.b64encode(stored).decode(), "x": pack(x), "y": pack(y)}


def main():
    torch.manual_seed(SEED)
    cases = [
        case("two LSTM layers and Linear", Forecaster(nn.LSTM(3, 4, num_layers=2, batch_first=True), 2), 3),
        case("bidirectional LSTM and Linear", Forecaster(nn.LSTM(2, 3, bidirectional=True, batch_first=True), 1), 2),
        case(
            "two bidirectional LSTM layers and Linear",
            Forecaster(nn.LSTM(2, 2, num_layers=2, bidirectional=True, batch_first=True), 2),
            2,
        ),
        case("GRU and Linear", Forecaster(nn.GRU(3, 4, batch_first=True), 2), 3),
        case("RNN and Linear", Forecaster(nn.RNN(2, 3, batch_first=True), 1), 2),
        case("a bare LSTM without bias", Sequences(nn.LSTM(2, 3, bias=False, batch_first=True)), 2),
    ]
    versions = {"torch": torch.__version__, "safetensors": safetensors.__version__}
    TARGET.write_text(json.dumps({"made_by": Path(__file__).name, "seed": SEED, **versions, "cases": cases}) + "\n")


if __name__ == "__main__":
    main()
