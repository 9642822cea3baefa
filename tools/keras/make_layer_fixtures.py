"""Writes test/fixtures/keras/layers.json: what real Keras 3 (TensorFlow backend) computes at inference, layer by layer.

    python tools/keras/make_layer_fixtures.py

Every layer and option that keras/layer-settings.ts understands, each in a model of its own: go_backwards, masks at the
start, in the middle, at the end and everywhere, states carried from batch to batch, every merge mode, every activation.
float64 throughout; settings that TensorFlow keeps in float32 are numbers with few bits. Random asymmetric weights of
three decimals, so that a swapped gate or a transposed matrix cannot pass and the file stays small. The gates of one LSTM are computed in NumPy from Keras' weights, step by step, and the script
stops when their h is not Keras'. Read by test/unit/reference-layers.test.ts and test/gpu/cases/layers.ts.
"""

import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

SEED = 20261124
ROWS, STEPS, FEATURES, UNITS = 4, 5, 3, 4
TARGET = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "keras" / "layers.json"

ACTIVATIONS = ["linear", "tanh", "sigmoid", "relu", "softsign", "hard_sigmoid", "hard_sigmoid_keras2", "softplus", "elu",
               "selu", "exponential"]


def hard_sigmoid_keras2(x):
    """hard_sigmoid as the TensorFlow backend of Keras 2 wrote it."""
    return tf.clip_by_value(0.2 * x + tf.constant(0.5, x.dtype), 0.0, 1.0)


def keras_layer(entry):
    """The Keras layer of [class name, config]; nested layers and the old hard_sigmoid are put in place."""
    class_name, config = entry
    config = dict(config)
    for key in ["activation", "recurrent_activation"]:
        if config.get(key) == "hard_sigmoid_keras2":
            config[key] = hard_sigmoid_keras2
    if "layer" in config:
        config["layer"] = keras_layer([config["layer"]["class_name"], config["layer"]["config"]])
    return getattr(keras.layers, class_name)(**config)


def inputs(rng):
    dense = rng.normal(size=(ROWS, STEPS, FEATURES)).round(3)
    gappy = dense.copy()
    gappy[0, :2] = 0  # at the start
    gappy[1, 2] = 0  # in the middle
    gappy[2, 3:] = 0  # at the end
    gappy[3] = 0  # everywhere
    gappy[0, 3, 1] = 0  # one feature alone does not mask a step
    ones = np.where(gappy == 0, -1.0, gappy)
    vector = rng.normal(size=(ROWS, FEATURES)).round(3)
    return {"sequence": dense, "gappy": gappy, "minus_ones": ones, "vector": vector}


def nested(class_name, **config):
    return {"class_name": class_name, "config": config}


def recurrent_cases():
    masking = ["Masking", {"mask_value": 0.0}]
    kinds = {
        "LSTM": ["LSTM", {}],
        "GRU": ["GRU", {"reset_after": True}],
        "GRU that resets before": ["GRU", {"reset_after": False}],
        "SimpleRNN": ["SimpleRNN", {}],
    }
    options = {
        "": {},
        "sequences": {"return_sequences": True},
        "backwards": {"go_backwards": True},
        "backwards sequences": {"go_backwards": True, "return_sequences": True},
        "no bias": {"use_bias": False},
    }
    masked = {
        "": {},
        "sequences": {"return_sequences": True},
        "backwards": {"go_backwards": True},
        "backwards sequences": {"go_backwards": True, "return_sequences": True},
        "zeros": {"zero_output_for_mask": True},
        "zeros sequences": {"zero_output_for_mask": True, "return_sequences": True},
    }
    for kind, [class_name, base] in kinds.items():
        layer = lambda more: [class_name, {"units": UNITS, **base, **more}]
        for name, more in options.items():
            yield f"{kind} {name}".strip(), [layer(more)], "sequence", None
        for name, more in masked.items():
            yield f"{kind} masked {name}".strip(), [masking, layer(more)], "gappy", None
        stateful = {"stateful": True, "return_sequences": True}
        yield f"{kind} stateful", [layer(stateful)], "sequence", 2
        yield f"{kind} stateful masked", [masking, layer(stateful)], "gappy", 1
        yield f"{kind} stateful backwards", [layer({"stateful": True, "go_backwards": True})], "sequence", 2
    for activation in ACTIVATIONS:
        yield f"LSTM of {activation}", [["LSTM", {"units": UNITS, "activation": activation}]], "sequence", None
        gates = {"units": UNITS, "recurrent_activation": activation, "return_sequences": True}
        yield f"LSTM with gates of {activation}", [["LSTM", gates]], "sequence", None
    for kind in ["hard_sigmoid", "hard_sigmoid_keras2"]:
        layer = ["GRU", {"units": UNITS, "reset_after": False, "recurrent_activation": kind, "activation": "softsign"}]
        yield f"GRU with gates of {kind}", [layer], "sequence", None


def bidirectional_cases():
    for mode in ["concat", "sum", "mul", "ave", None]:
        for sequences in [False, True]:
            inner = nested("LSTM", units=2, return_sequences=sequences)
            layer = ["Bidirectional", {"layer": inner, "merge_mode": mode}]
            name = f"Bidirectional {mode} {'sequences' if sequences else ''}".strip()
            yield name, [layer], "sequence", None
            yield f"{name} masked", [["Masking", {}], layer], "gappy", None
    for inner in [nested("GRU", units=2, return_sequences=True, use_bias=False), nested("SimpleRNN", units=3)]:
        yield f"Bidirectional of {inner['class_name']}", [["Bidirectional", {"layer": inner}]], "sequence", None
    inner = nested("LSTM", units=2, stateful=True, return_sequences=True)
    yield "Bidirectional stateful", [["Bidirectional", {"layer": inner}]], "sequence", 2
    inner = nested("LSTM", units=2, zero_output_for_mask=True)
    yield "Bidirectional that may not emit zeros", [["Masking", {}], ["Bidirectional", {"layer": inner}]], "gappy", None


def other_cases():
    sequence = ["LSTM", {"units": 3, "return_sequences": True}]
    last = ["LSTM", {"units": 3}]
    for data in ["vector", "sequence"]:
        for layer in [
            ["Dense", {"units": 5, "activation": "selu"}],
            ["Dense", {"units": 5, "activation": "softmax", "use_bias": False}],
            ["Activation", {"activation": "softmax"}],
            ["Activation", {"activation": "softplus"}],
            ["Softmax", {"axis": -1}],
            ["ReLU", {}],
            ["ReLU", {"max_value": 0.75, "negative_slope": 0.25, "threshold": 0.375}],
            ["LeakyReLU", {"negative_slope": 0.125}],
            ["ELU", {"alpha": 0.7}],
            ["Rescaling", {"scale": 0.375, "offset": -1.25}],
            ["BatchNormalization", {"epsilon": 0.01}],
            ["BatchNormalization", {"center": False, "scale": False}],
            ["LayerNormalization", {"epsilon": 0.01}],
            ["LayerNormalization", {"center": False}],
            ["Dropout", {"rate": 0.4}],
            ["GaussianNoise", {"stddev": 0.4}],
            ["GaussianDropout", {"rate": 0.4}],
            ["ActivityRegularization", {"l2": 0.4}],
            ["Flatten", {}],
            ["Reshape", {"target_shape": [3, -1]}],
        ]:
            yield f"{layer[0]} {json.dumps(layer[1])} of a {data}", [layer], data, None
    yield "SpatialDropout1D", [["SpatialDropout1D", {"rate": 0.3}]], "sequence", None
    yield "TimeDistributed Dense", [["TimeDistributed", {"layer": nested("Dense", units=2, activation="tanh")}]], "sequence", None
    yield "RepeatVector", [["RepeatVector", {"n": 3}], sequence], "vector", None
    yield "Flatten behind an LSTM", [sequence, ["Flatten", {}], ["Dense", {"units": 2}]], "sequence", None
    yield "Reshape behind an LSTM", [sequence, ["Reshape", {"target_shape": [-1, 5]}], last], "sequence", None
    yield "Masking of minus ones", [["Masking", {"mask_value": -1.0}], last], "minus_ones", None
    yield "Masking alone", [["Masking", {"mask_value": -1.0}]], "minus_ones", None
    carriers = {
        "Dense": [["Dense", {"units": 2, "activation": "tanh"}]],
        "TimeDistributed": [["TimeDistributed", {"layer": nested("Dense", units=2)}]],
        "Dropout and Activation": [["Dropout", {"rate": 0.5}], ["Activation", {"activation": "sigmoid"}]],
        "BatchNormalization": [["BatchNormalization", {}]],
        "LayerNormalization": [["LayerNormalization", {}]],
        "ELU and LeakyReLU": [["ELU", {"alpha": 0.5}], ["LeakyReLU", {"negative_slope": 0.25}]],
        "Rescaling": [["Rescaling", {"scale": 2.0, "offset": 0.5}]],
        "GaussianNoise and SpatialDropout1D": [["GaussianNoise", {"stddev": 1.0}], ["SpatialDropout1D", {"rate": 0.5}]],
        "LSTM": [sequence],
        "Bidirectional": [["Bidirectional", {"layer": nested("GRU", units=2, return_sequences=True)}]],
        "Reshape, which drops it": [["Reshape", {"target_shape": [5, 3]}], ["Rescaling", {"scale": 1.0, "offset": 0.5}]],
        "LSTM and RepeatVector, which drop it": [last, ["RepeatVector", {"n": 3}]],
    }
    for name, layers in carriers.items():
        yield f"a mask through {name}", [["Masking", {}], *layers, sequence], "gappy", None
    yield "a mask from a layer in the middle", [["ReLU", {"threshold": 0.75}], ["Masking", {}], sequence, last], "sequence", None


def randomize(model, rng, scale=0.6):
    weights = []
    for weight in model.weights:
        value = rng.normal(scale=scale, size=weight.shape).round(3)
        weights.append(np.abs(value) + 0.1 if weight.path.endswith("moving_variance") else value)
    model.set_weights(weights)


def make_model(name, entries, key, batch, x, rng):
    shape = x[key].shape
    layers = [keras_layer(entry) for entry in entries]
    model = keras.Sequential([keras.Input(batch_shape=(batch, *shape[1:])), *layers])
    randomize(model, rng, 0.05 if "exponential" in name else 0.6)  # e^e^x leaves float64 soon
    y = model.predict(x[key], batch_size=batch or ROWS, verbose=0)
    if isinstance(y, (list, tuple)):
        y = np.concatenate(y, axis=-1)
    if not np.isfinite(y).all() or np.abs(y).max() == 0 or np.abs(y).max() > 1e4:
        raise SystemExit(f"{name}: the outputs show nothing ({np.abs(y).max()}).")
    weights = [{"shape": list(w.shape), "data": numbers(w)} for w in model.get_weights()]
    return {"name": name, "layers": entries, "input": key, "batch": batch, "weights": weights,
            "y": {"shape": list(y.shape), "data": numbers(y)}}


def make_gates(x, rng):
    """Gates and states of an LSTM at every step, [rows, T, H]."""
    layer = keras.layers.LSTM(UNITS, return_sequences=True, recurrent_activation="hard_sigmoid")
    model = keras.Sequential([keras.Input(shape=x.shape[1:]), layer])
    randomize(model, rng)
    kernel, recurrent, bias = layer.get_weights()
    relu6 = lambda z: np.clip(z / 6 + 0.5, 0, 1)
    h = c = np.zeros((len(x), UNITS))
    kept = {key: [] for key in ["i", "f", "candidate", "o", "c", "h"]}
    for t in range(x.shape[1]):
        zi, zf, zc, zo = np.split(x[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        i, f, candidate, o = relu6(zi), relu6(zf), np.tanh(zc), relu6(zo)
        c = f * c + i * candidate
        h = o * np.tanh(c)
        for key, value in zip(kept, [i, f, candidate, o, c, h]):
            kept[key].append(value)
    stacked = {key: np.stack(values, axis=1) for key, values in kept.items()}
    difference = np.abs(stacked["h"] - model.predict(x, verbose=0)).max()
    if difference > 1e-12:
        raise SystemExit(f"The gates do not lead to Keras' h: {difference}.")
    weights = [{"shape": list(w.shape), "data": numbers(w)} for w in layer.get_weights()]
    return {"weights": weights, "traces": {key: numbers(value) for key, value in stacked.items()}}


def make_activations():
    points = np.array([-1e4, -100.0, -30.0, -19.5, -6.0, -3.1, -2.9, -1.0, -0.3, -1e-3, -1e-9, 0.0, 1e-9, 1e-3, 0.3, 1.0,
                       2.9, 3.1, 6.0, 19.5, 30.0, 80.0])
    table = {}
    for name in ["softplus", "elu", "selu", "exponential"]:
        x = tf.constant(points)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = keras.activations.get(name)(x)
        table[name] = {"value": numbers(y), "derivative": numbers(tape.gradient(y, x))}
    return {"x": numbers(points), "functions": table}


def numbers(array):
    """13 digits: enough to tell float64 results apart from other ones, and half the file."""
    return [float(f"{value:.13g}") for value in np.asarray(array).ravel()]


def main():
    keras.config.set_floatx("float64")
    rng = np.random.default_rng(SEED)
    x = inputs(rng)
    cases = [*recurrent_cases(), *bidirectional_cases(), *other_cases()]
    names = [name for name, *_ in cases]
    if len(set(names)) != len(names):
        raise SystemExit("Two cases have one name.")
    document = {
        "seed": SEED,
        "versions": {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__},
        "inputs": {key: {"shape": list(value.shape), "data": numbers(value)} for key, value in x.items()},
        "models": [make_model(*case, x, rng) for case in cases],
        "gates": make_gates(x["sequence"], rng),
        "activations": make_activations(),
    }
    TARGET.write_text(json.dumps(document, separators=(",", ":")) + "\n")
    print(f"{TARGET}: {len(cases)} models, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
