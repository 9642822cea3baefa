"""Writes test/fixtures/reference/keras.json: what real Keras 3 (TensorFlow backend) computes, for the float64 reference.

    python tools/keras/make_reference_fixtures.py

Everything in the file comes from Keras layers, tf.GradientTape and Keras optimizers; nothing is computed here by hand.
float64 throughout, except the runs marked float32, which pin how Keras rounds an optimizer's settings for float32 weights.
Random asymmetric weights, so that a swapped gate or a transposed matrix cannot pass. The versions and the seed are in the file.
Read by test/unit/reference-keras.test.ts.
"""

import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

SEED = 20260311
STEPS = 20
TARGET = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "reference" / "keras.json"


def hard_sigmoid_keras2(x):
    """hard_sigmoid as the TensorFlow backend of Keras 2 wrote it."""
    return tf.clip_by_value(0.2 * x + tf.constant(0.5, x.dtype), 0.0, 1.0)


def activation_of(name):
    return hard_sigmoid_keras2 if name == "hard_sigmoid_keras2" else name


def pack(array):
    array = np.asarray(array)
    return {"shape": list(array.shape), "data": [float(value) for value in array.ravel()]}


def make_activations():
    points = np.array(
        [-1e4, -100.0, -30.0, -19.5, -6.0, -3.0, -2.9, -2.5, -1.0, -0.3, -1e-3, -1e-9, 0.0,
         1e-9, 1e-3, 0.3, 1.0, 2.5, 2.9, 3.0, 6.0, 19.5, 30.0, 100.0, 1e4]
    )
    table = {}
    for name in ["linear", "tanh", "sigmoid", "relu", "softsign", "hard_sigmoid", "hard_sigmoid_keras2"]:
        x = tf.constant(points)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = keras.activations.get(activation_of(name))(x)
        gradient = tape.gradient(y, x)
        table[name] = {"value": [float(v) for v in y], "derivative": [float(v) for v in tf.convert_to_tensor(gradient)]}
    return {"x": [float(v) for v in points], "functions": table}


def make_state_case(rng):
    """One LSTM with an initial state and a gradient arriving at every step."""
    batch, steps, features, units = 3, 5, 2, 4
    x = tf.constant(rng.normal(size=(batch, steps, features)))
    h0 = tf.constant(rng.normal(size=(batch, units)))
    c0 = tf.constant(rng.normal(size=(batch, units)))
    dh = tf.constant(rng.normal(size=(batch, steps, units)))
    layer = keras.layers.LSTM(units, return_sequences=True)
    layer.build(x.shape)
    layer.set_weights([rng.normal(scale=0.7, size=w.shape) for w in layer.get_weights()])
    kernel, recurrent_kernel, bias = (w.value for w in layer.trainable_variables)
    with tf.GradientTape() as tape:
        tape.watch([x, h0, c0])
        h = layer(x, initial_state=[h0, c0])
        total = tf.reduce_sum(h * dh)
    names = ["dx", "dh0", "dc0", "dKernel", "dRecurrentKernel", "dBias"]
    gradients = tape.gradient(total, [x, h0, c0, kernel, recurrent_kernel, bias])
    return {
        "x": pack(x), "h0": pack(h0), "c0": pack(c0), "dh": pack(dh),
        "kernel": pack(kernel), "recurrentKernel": pack(recurrent_kernel), "bias": pack(bias),
        "h": pack(h), **{name: pack(g) for name, g in zip(names, gradients)},
    }


def keras_layer(spec):
    if spec["kind"] == "lstm":
        return keras.layers.LSTM(
            spec["units"],
            activation=activation_of(spec.get("activation", "tanh")),
            recurrent_activation=activation_of(spec.get("recurrentActivation", "sigmoid")),
            use_bias=spec.get("useBias", True),
            return_sequences=spec.get("returnSequences", False),
        )
    if spec["kind"] == "dense":
        return keras.layers.Dense(
            spec["units"],
            activation=activation_of(spec.get("activation", "linear")),
            use_bias=spec.get("useBias", True),
        )
    return keras.layers.Activation(activation_of(spec["activation"]))


def build_model(layers, shape, weights=None):
    model = keras.Sequential([keras.Input(shape[1:]), *[keras_layer(spec) for spec in layers]])
    if weights is not None:
        model.set_weights(weights)
    return model


def loss_of(loss):
    if isinstance(loss, dict):
        return keras.losses.Huber(delta=loss["delta"])
    return {"mse": keras.losses.MeanSquaredError, "mae": keras.losses.MeanAbsoluteError, "huber": keras.losses.Huber}[loss]()


def loss_and_gradients(model, x, y, loss):
    variables = [v.value for v in model.trainable_variables]
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = model(x, training=False)
        value = loss_of(loss)(y, output)
    return value, output, tape.gradient(value, [*variables, x])


MODELS = {
    "one LSTM": {
        "layers": [{"kind": "lstm", "units": 3}, {"kind": "dense", "units": 1}],
        "shape": [4, 5, 2], "loss": "mse",
    },
    "stacked LSTMs with other activations": {
        "layers": [
            {"kind": "lstm", "units": 3, "activation": "softsign", "recurrentActivation": "hard_sigmoid", "returnSequences": True},
            {"kind": "lstm", "units": 2, "activation": "relu", "recurrentActivation": "hard_sigmoid_keras2"},
            {"kind": "dense", "units": 2, "activation": "sigmoid"},
        ],
        "shape": [3, 4, 2], "loss": "mae",
    },
    "LSTM without bias, Dense and activation on a sequence": {
        "layers": [
            {"kind": "lstm", "units": 2, "useBias": False, "returnSequences": True},
            {"kind": "dense", "units": 3, "activation": "linear", "useBias": False},
            {"kind": "activation", "activation": "tanh"},
        ],
        "shape": [2, 3, 3], "loss": "mse",
    },
    "LSTM and Dense by Huber's loss": {
        "layers": [{"kind": "lstm", "units": 3}, {"kind": "dense", "units": 4}],
        "shape": [5, 4, 2], "loss": {"name": "huber", "delta": 0.625},
    },
    "Dense by Huber's loss as it is without settings": {
        "layers": [{"kind": "dense", "units": 4}],
        "shape": [6, 3], "loss": "huber",
    },
}


def make_models(rng):
    cases = {}
    for name, case in MODELS.items():
        x = tf.constant(rng.normal(size=case["shape"]))
        model = build_model(case["layers"], case["shape"])
        weights = [rng.normal(scale=0.6, size=w.shape) for w in model.get_weights()]
        model.set_weights(weights)
        y = tf.constant(rng.normal(size=model(x).shape))
        value, output, gradients = loss_and_gradients(model, x, y, case["loss"])
        cases[name] = {
            **case, "x": pack(x), "y": pack(y), "weights": [pack(w) for w in weights], "output": pack(output),
            "lossValue": float(value), "gradients": [pack(g) for g in gradients[:-1]], "dx": pack(gradients[-1]),
        }
    return cases


# Settings by their gatewise names; learning rates large enough that 20 steps go somewhere, clip norms that bite.
# In float64 the betas and momenta are exact in float32: Keras turns these Python numbers into float32 on their way
# to float64 (ops.cast of a float), so that 0.9 would be neither 0.9 nor a rule worth copying.
ADAM = {"kind": "adam", "learningRate": 0.03, "beta1": 0.875, "beta2": 0.984375}
RMSPROP = {"kind": "rmsprop", "learningRate": 0.01, "rho": 0.875}
MOMENTUM = {"kind": "sgd", "learningRate": 0.05, "momentum": 0.875}
OPTIMIZERS = [
    ADAM,
    {**ADAM, "epsilon": 1e-3},
    {**ADAM, "clipnorm": 0.05},
    {**ADAM, "globalClipnorm": 0.1},
    {"kind": "sgd", "learningRate": 0.1},
    MOMENTUM,
    {**MOMENTUM, "nesterov": True},
    {**MOMENTUM, "nesterov": True, "clipnorm": 0.05},
    {"kind": "sgd", "learningRate": 0.1, "globalClipnorm": 0.1},
    {**ADAM, "amsgrad": True},
    {**ADAM, "kind": "adamw", "weightDecay": 0.25},
    {**MOMENTUM, "nesterov": True, "weightDecay": 0.25},
    RMSPROP,
    {**RMSPROP, "epsilon": 1e-3, "centered": True},
    {**RMSPROP, "momentum": 0.75},
    {**RMSPROP, "momentum": 0.75, "centered": True, "clipnorm": 0.05, "weightDecay": 0.25},
]
FLOAT32_OPTIMIZERS = [
    {"kind": "adam", "learningRate": 0.03},
    {"kind": "adam", "learningRate": 0.03, "clipnorm": 0.05},
    {"kind": "sgd", "learningRate": 0.05, "momentum": 0.9, "nesterov": True},
    {"kind": "adamw", "learningRate": 0.03},
    {"kind": "rmsprop", "learningRate": 0.01, "momentum": 0.9, "centered": True},
]
KERAS_NAMES = {
    "learningRate": "learning_rate", "beta1": "beta_1", "beta2": "beta_2", "clipnorm": "clipnorm",
    "globalClipnorm": "global_clipnorm", "epsilon": "epsilon", "momentum": "momentum", "nesterov": "nesterov",
    "rho": "rho", "centered": "centered", "amsgrad": "amsgrad", "weightDecay": "weight_decay",
}
CLASSES = {
    "adam": keras.optimizers.Adam, "adamw": keras.optimizers.AdamW, "sgd": keras.optimizers.SGD,
    "rmsprop": keras.optimizers.RMSprop,
}


def slots_of(optimizer):
    """The variables kept for each weight, in the order of the reference."""
    if isinstance(optimizer, keras.optimizers.Adam):
        slots = [optimizer._momentums, optimizer._velocities, optimizer._velocity_hats if optimizer.amsgrad else []]
    elif isinstance(optimizer, keras.optimizers.RMSprop):
        slots = [optimizer._velocities, optimizer._momentums, optimizer._average_gradients]
    else:
        slots = [optimizer.momentums]
    return [slot for slot in slots if slot]


def run_optimizer(case, spec, dtype):
    keras.config.set_floatx(dtype)
    try:
        data = lambda packed: np.array(packed["data"], dtype).reshape(packed["shape"])
        x, y = tf.constant(data(case["x"])), tf.constant(data(case["y"]))
        model = build_model(case["layers"], case["shape"], [data(w) for w in case["weights"]])
        settings = {KERAS_NAMES[key]: value for key, value in spec.items() if key != "kind"}
        optimizer = CLASSES[spec["kind"]](**settings)
        optimizer.build(model.trainable_variables)
        losses = []
        for _ in range(STEPS):
            value, _, gradients = loss_and_gradients(model, x, y, case["loss"])
            losses.append(float(value))
            optimizer.apply(gradients[:-1], model.trainable_variables)
        return {
            "spec": spec, "dtype": dtype, "losses": losses,
            "weights": [pack(w) for w in model.get_weights()],
            "slots": [[pack(v) for v in slot] for slot in slots_of(optimizer)],
        }
    finally:
        keras.config.set_floatx("float64")


def main():
    keras.config.set_floatx("float64")
    rng = np.random.default_rng(SEED)
    models = make_models(rng)
    trained = models["one LSTM"]
    fixture = {
        "maker": "tools/keras/make_reference_fixtures.py",
        "versions": {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__},
        "seed": SEED,
        "steps": STEPS,
        "activations": make_activations(),
        "states": make_state_case(rng),
        "models": models,
        "optimizers": [run_optimizer(trained, spec, "float64") for spec in OPTIMIZERS]
        + [run_optimizer(trained, spec, "float32") for spec in FLOAT32_OPTIMIZERS],
    }
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(fixture, separators=(",", ":"), allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
