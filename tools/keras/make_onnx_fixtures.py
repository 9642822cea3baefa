"""Writes test/fixtures/keras/onnx-*.json: ONNX models of other tools and what onnxruntime (or Keras) predicts with them.

    pip install torch==2.13.0 onnx==1.23.2 onnxruntime==1.32.0 onnxscript
    python tools/keras/make_onnx_fixtures.py torch

    pip install keras==3.15.1 tensorflow-cpu==2.21.0 tf2onnx onnx==1.17.0
    python tools/keras/make_onnx_fixtures.py keras

Environments of their own: the live check needs none of these. Random asymmetric weights, so that a swapped gate shows.
The versions and the seed are in the files. Read by test/keras/onnx.test.ts.
"""

import base64
import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SEED = 20261124
FOLDER = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "keras"
rng = np.random.default_rng(SEED)


def pack(array):
    array = np.asarray(array, np.float32)
    return {"shape": list(array.shape), "data": [float(v) for v in array.ravel()]}


def case(name, model, x, y):
    return {"name": name, "onnx": base64.b64encode(model.SerializeToString()).decode(), "x": pack(x), "y": pack(y)}


def write(name, cases, **versions):
    head = {"made_by": Path(__file__).name, "seed": SEED, "onnx": onnx.__version__, **versions}
    (FOLDER / name).write_text(json.dumps({**head, "cases": cases}) + "\n")


def run(model, x):
    import onnxruntime

    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x})[0]


def weights(name, *shape):
    return numpy_helper.from_array((0.05 + 0.4 * rng.normal(size=shape)).astype(np.float32), name)


def node_model(op, output, x_shape, y_shape, directions=1, gates=4, features=3, units=2, tail=(), constants=(), **attributes):
    """One recurrent node straight on the graph's input."""
    outputs = {"Y": ["Y"], "Y_h": ["", "Y_h"]}[output]
    node = helper.make_node(op, ["x", "W", "R", "B"], outputs, hidden_size=units, **attributes)
    graph = helper.make_graph(
        [node, *tail],
        op,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, x_shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, y_shape)],
        [
            weights("W", directions, gates * units, features),
            weights("R", directions, gates * units, units),
            weights("B", directions, 2 * gates * units),
            *constants,
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def made_by_hand():
    last = (helper.make_node("Squeeze", ["Y_h", "zero"], ["y"]),)
    steps = (helper.make_node("Squeeze", ["Y", "one"], ["y"]),)
    zero = numpy_helper.from_array(np.array([0]), "zero")
    one = numpy_helper.from_array(np.array([1]), "one")
    x_shape, last_shape, steps_shape = ["T", "B", 3], ["B", 2], ["T", "B", 2]
    give_last = dict(output="Y_h", x_shape=x_shape, y_shape=last_shape, tail=last, constants=(zero,))
    give_steps = dict(output="Y", x_shape=x_shape, y_shape=steps_shape, tail=steps, constants=(one,))
    keras3 = dict(activations=["HardSigmoid", "Tanh", "Tanh"], activation_alpha=[1 / 6], activation_beta=[0.5])
    models = {
        "LSTM, both biases, all steps": node_model("LSTM", **give_steps),
        "LSTM in reverse, last state": node_model("LSTM", **give_last, direction="reverse"),
        "LSTM with the HardSigmoid that ONNX means": node_model(
            "LSTM", **give_last, activations=["HardSigmoid", "Softsign", "Softsign"]
        ),
        "LSTM with the HardSigmoid of Keras 3": node_model("LSTM", **give_last, **keras3),
        "GRU with linear_before_reset": node_model("GRU", **give_last, gates=3, linear_before_reset=1),
        "GRU without": node_model("GRU", **give_steps, gates=3),
        "RNN with relu": node_model("RNN", **give_last, gates=1, activations=["Relu"]),
    }
    cases = []
    for name, model in models.items():
        x = rng.normal(size=(5, 2, 3)).astype(np.float32)
        cases.append(case(name, model, x, run(model, x)))
    # onnxruntime has no layout 1; the reference of ONNX itself does.
    from onnx.reference import ReferenceEvaluator

    tail = (helper.make_node("Squeeze", ["Y_h", "one"], ["y"]),)
    model = node_model("LSTM", "Y_h", ["B", "T", 3], ["B", 2], tail=tail, constants=(one,), layout=1)
    x = rng.normal(size=(2, 5, 3)).astype(np.float32)
    cases.append(case("LSTM with layout 1", model, x, ReferenceEvaluator(model).run(None, {"x": x})[0]))
    return cases


def made_by_torch():
    import torch
    from torch import nn

    class Forecaster(nn.Module):
        def __init__(self, recurrent, take):
            super().__init__()
            self.rnn, self.take = recurrent, take
            self.head = nn.Linear(recurrent.hidden_size * (2 if recurrent.bidirectional else 1), 2)

        def forward(self, x):
            out, state = self.rnn(x)
            if self.take == "steps":
                return torch.tanh(self.head(out))
            if self.take == "last step":
                return self.head(out[:, -1])
            hidden = state[0] if isinstance(state, tuple) else state
            return self.head(torch.cat([hidden[-2], hidden[-1]], 1) if self.rnn.bidirectional else hidden[-1])

    torch.manual_seed(SEED)
    models = {
        "LSTM, last step": Forecaster(nn.LSTM(3, 2, num_layers=2, batch_first=True), "last step"),
        "bidirectional LSTMs, all steps": Forecaster(
            nn.LSTM(3, 2, num_layers=2, bidirectional=True, batch_first=True), "steps"
        ),
        "bidirectional LSTM, last states": Forecaster(nn.LSTM(3, 2, bidirectional=True, batch_first=True), "state"),
        "GRU, last state": Forecaster(nn.GRU(3, 2, batch_first=True), "state"),
    }
    cases = []
    for is_dynamo in (False, True):
        for name, model in models.items():
            model.eval()
            x = torch.randn(2, 5, 3)
            dims = {0: torch.export.Dim("b"), 1: torch.export.Dim("t")}
            options = (
                dict(dynamo=True, dynamic_shapes={"x": dims}, external_data=False, verbose=False)
                if is_dynamo
                else dict(dynamo=False, input_names=["x"], dynamic_axes={"x": {0: "b", 1: "t"}})
            )
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "m.onnx")
                torch.onnx.export(model, (x,), path, **options)
                exported = onnx.load(path)
            for node in exported.graph.node:
                del node.metadata_props[:]  # stack traces with paths of a machine
                node.doc_string = ""
            for info in [*exported.graph.input, *exported.graph.value_info, *exported.graph.output]:
                del info.metadata_props[:]
            del exported.graph.value_info[:]
            del exported.graph.metadata_props[:]
            del exported.metadata_props[:]
            exporter = "torch.export" if is_dynamo else "TorchScript"
            cases.append(case(f"{name} ({exporter})", exported, x.numpy(), run(exported, x.numpy())))
    return cases, torch.__version__


def made_by_keras():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow as tf
    import tf2onnx
    from keras import layers

    def both(units, **options):
        return layers.Bidirectional(layers.LSTM(units, **options))

    models = {
        "LSTM, Dense softmax": [layers.LSTM(4), layers.Dense(2, activation="softmax")],
        "stacked LSTMs, Dense on all steps": [
            layers.LSTM(3, return_sequences=True),
            layers.LSTM(2, return_sequences=True, activation="relu", use_bias=False),
            layers.Dense(2, activation="tanh"),
        ],
        "Bidirectional twice": [both(3, return_sequences=True), both(2), layers.Dense(1)],
        "GRU, which tf2onnx makes a Loop": [layers.GRU(2)],
    }
    cases = []
    for name, stack in models.items():
        model = keras.Sequential([layers.Input((5, 3)), *stack])
        model.set_weights([(0.05 + 0.4 * rng.normal(size=w.shape)).astype(np.float32) for w in model.get_weights()])
        signature = [tf.TensorSpec((None, 5, 3), tf.float32, name="x")]
        function = tf.function(lambda x, model=model: model(x), input_signature=signature)
        exported, _ = tf2onnx.convert.from_function(function, input_signature=signature, opset=15)
        x = rng.normal(size=(2, 5, 3)).astype(np.float32)
        cases.append(case(name, exported, x, model(x)))
    return cases, {"keras": keras.__version__, "tensorflow": tf.__version__, "tf2onnx": tf2onnx.__version__}


if __name__ == "__main__":
    if sys.argv[1:] == ["torch"]:
        import onnxruntime

        torch_cases, torch_version = made_by_torch()
        write("onnx-torch.json", torch_cases, torch=torch_version, onnxruntime=onnxruntime.__version__)
        write("onnx-nodes.json", made_by_hand(), onnxruntime=onnxruntime.__version__)
    else:
        keras_cases, versions = made_by_keras()
        write("onnx-keras.json", keras_cases, **versions)
