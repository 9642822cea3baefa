"""Writes test/fixtures/keras/explain.json: what plain Python, on real Keras 3 (TensorFlow backend), says of three models.

    python tools/keras/explain_fixtures.py           writes the file
    python tools/keras/explain_fixtures.py --check   computes everything again and compares; one line per number, at the
                                                     end `N passed, N failed`, exit status 1 if any failed

The methods of gatewise/explain once more, by the shortest code that does them: gradients by TensorFlow's tape, means in
NumPy, one window after the other or all at once. float64 throughout. Weights are random, asymmetric and of three decimals.
What is drawn at random is drawn by the engine's generator, so that both see the same draws.
Maps are [T, D], lag 1 (the newest step) first; errors and attributions are in units of the target, `scale` of them in one
of the model's. Read by test/gpu/keras-explain.test.ts.
"""

import argparse
import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

SEED = 20261132
WINDOWS, STEPS_OF_PATH = 24, 64
# Of permutations and expected gradients, and draws of the latter for each window.
DRAW_SEED, DRAWS = 11, 48
TARGET = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "keras" / "explain.json"
# Rounding to 13 digits, and what two builds of TensorFlow differ by.
TOLERANCE = 1e-9

# name, layers, shape of a window, output that is explained, unit of the target
MODELS = [
    ("one LSTM", [["LSTM", {"units": 6}], ["Dense", {"units": 1}]], (7, 3), 0, 4.2),
    ("two LSTMs, the upper with hard gates, two outputs",
     [["LSTM", {"units": 5, "return_sequences": True}], ["Dropout", {"rate": 0.3}],
      ["LSTM", {"units": 4, "recurrent_activation": "hard_sigmoid"}], ["Dense", {"units": 2}]], (6, 2), 1, 0.5),
    ("a long window of one feature, no bias, two Dense",
     [["LSTM", {"units": 4, "use_bias": False}], ["Dense", {"units": 3, "activation": "tanh"}], ["Dense", {"units": 1}]],
     (24, 1), 0, 1.0),
]


def engine_random(seed, stream):
    """Numbers in [0, 1) as src/engine/core/random.ts draws them: xoshiro128** seeded by splitmix32, 53 bits each."""
    mask = 2**32 - 1
    mix = (seed ^ ((stream + 1) * 0x9E3779B9)) & mask
    state = []
    for _ in range(4):
        mix = (mix + 0x9E3779B9) & mask
        z = ((mix ^ (mix >> 16)) * 0x21F0AAAD) & mask
        z = ((z ^ (z >> 15)) * 0x735A2D97) & mask
        state.append(z ^ (z >> 15))
    a, b, c, d = state[0], state[1], state[2], state[3] | 1
    rotate = lambda value, k: ((value << k) | (value >> (32 - k))) & mask  # noqa: E731

    def uint32():
        nonlocal a, b, c, d
        result = (rotate((b * 5) & mask, 7) * 9) & mask
        shifted = (b << 9) & mask
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = rotate(d, 11)
        return result

    while True:
        high = uint32() >> 5
        yield (high * 2**26 + (uint32() >> 6)) / 2**53


def exchange(windows, stream):
    """For each window the one whose value it gets: the next in a shuffled round."""
    random = engine_random(DRAW_SEED, stream)
    order = list(range(windows))
    for i in range(windows - 1, 0, -1):
        j = int(next(random) * (i + 1))
        order[i], order[j] = order[j], order[i]
    given = np.empty(windows, int)
    given[order] = np.roll(order, -1)
    return given


def gradient(model, x, output):
    """dy/dx [N, T, D] of one output."""
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(model(x, training=False)[:, output])
    return tape.gradient(y, x).numpy()


def by_lag(values):
    """Mean over the windows [N, T, D], the newest step first."""
    return values.mean(axis=0)[::-1]


def integrated_gradients(model, x, baseline, output):
    """Sundararajan et al. 2017 with Gauss's rule: [N, T, D]. On these models 64 points are enough, so that the engine, which
    cuts a way finer where its parts miss more than 1e-3 of the change, does not (keras-explain.test.ts holds it to that)."""
    nodes, weights = np.polynomial.legendre.leggauss(STEPS_OF_PATH)
    points = np.concatenate([baseline + (1 + node) / 2 * (x - baseline) for node in nodes])
    slopes = gradient(model, points, output).reshape(STEPS_OF_PATH, *x.shape)
    return (x - baseline) * np.tensordot(weights / 2, slopes, axes=1)


def expected_gradients(model, x, output):
    """Erion et al. 2021, each window's baselines drawn from all windows: [N, T, D]."""
    attributions = []
    for n, window in enumerate(x):
        random = engine_random(DRAW_SEED, n)
        baselines = x[[int(next(random) * len(x)) for _ in range(DRAWS)]]
        alphas = np.array([next(random) for _ in range(DRAWS)])[:, None, None]
        slopes = gradient(model, baselines + alphas * (window - baselines), output)
        attributions.append(((window - baselines) * slopes).mean(axis=0))
    return np.array(attributions)


def rmse(model, x, y, output):
    return np.sqrt(np.mean((model(x, training=False).numpy()[:, output] - y[:, output]) ** 2))


def error_changes(model, x, y, output, replaced):
    """What it adds to the error when each place in turn holds the same place of `replaced(place)`, [T, D], lag 1 first."""
    others = []
    for lag in range(1, x.shape[1] + 1):
        for j in range(x.shape[2]):
            others.append(x.copy())
            others[-1][:, -lag, j] = replaced(len(others) - 1)[:, -lag, j]
    forecasts = model(np.concatenate(others), training=False).numpy()[:, output].reshape(len(others), len(x))
    errors = np.sqrt(np.mean((forecasts - y[:, output]) ** 2, axis=1))
    return (errors - rmse(model, x, y, output)).reshape(x.shape[1:])


def unit_changes(model, layer, x, y, output):
    """What it adds to the error when nothing reads a unit of the first LSTM: its rows are 0 in U, and in the kernel above, [H]."""
    weights = model.get_weights()
    before = rmse(model, x, y, output)
    changes = []
    for unit in range(layer.units):
        cut = [w.copy() for w in weights]
        cut[1][unit] = cut[len(layer.get_weights())][unit] = 0
        model.set_weights(cut)
        changes.append(rmse(model, x, y, output) - before)
    model.set_weights(weights)
    return np.array(changes)


def half_lives(layer, x):
    """Steps until half of each unit's c is left, by the geometric mean of its forget gates over windows and steps, [H]."""
    kernel, recurrent, *bias = layer.get_weights()
    gate = lambda z: 1 / (1 + np.exp(-z))  # noqa: E731
    h = c = np.zeros((len(x), layer.units))
    logs = []
    for t in range(x.shape[1]):
        zi, zf, zc, zo = np.split(x[:, t] @ kernel + h @ recurrent + (bias[0] if bias else 0), 4, axis=1)
        c = gate(zf) * c + gate(zi) * np.tanh(zc)
        h = gate(zo) * np.tanh(c)
        logs.append(np.log(gate(zf)))
    return np.log(0.5) / np.mean(logs, axis=(0, 1))


def explain(name, entries, shape, output, scale, rng):
    model = keras.Sequential([keras.Input(shape), *[getattr(keras.layers, kind)(**config) for kind, config in entries]])
    model.set_weights([rng.normal(scale=0.6, size=w.shape).round(3) for w in model.weights])
    x = rng.normal(size=(WINDOWS, *shape)).round(3)
    y = rng.normal(size=(WINDOWS, model.output_shape[-1])).round(3)
    slopes = gradient(model, x, output) * scale
    before = np.roll(x, 1, axis=0)
    from_mean = integrated_gradients(model, x, np.zeros_like(x), output) * scale
    from_rows = integrated_gradients(model, x, before, output) * scale
    lstm = next(layer for layer in model.layers if isinstance(layer, keras.layers.LSTM))
    expected = expected_gradients(model, x, output) * scale
    zeros = np.zeros_like(x)
    results = {
        "sensitivity": by_lag(np.abs(slopes)),
        "gradient_times_input": by_lag(slopes * x),
        "integrated_from_mean": from_mean,
        "integrated_from_mean_map": by_lag(np.abs(from_mean)),
        "integrated_from_window_before": from_rows,
        "expected": expected,
        "expected_map": by_lag(np.abs(expected)),
        "rmse": scale * rmse(model, x, y, output),
        "occlusion": scale * error_changes(model, x, y, output, lambda _: zeros),
        "permutation": scale * error_changes(model, x, y, output, lambda place: x[exchange(WINDOWS, 1 + place)]),
        "units": scale * unit_changes(model, lstm, x, y, output),
        "half_lives": half_lives(lstm, x),
    }
    return {
        "name": name, "layers": entries, "output": output, "scale": scale,
        "weights": [{"shape": list(w.shape), "data": numbers(w)} for w in model.get_weights()],
        "x": {"shape": list(x.shape), "data": numbers(x)},
        "y": {"shape": list(y.shape), "data": numbers(y)},
        "results": {key: numbers(value) for key, value in results.items()},
    }


def numbers(array):
    """13 digits: enough to tell float64 results apart from other ones, and half the file."""
    return [float(f"{value:.13g}") for value in np.asarray(array).ravel()]


def compare(stored, made):
    """One line for each result of each model."""
    passed = failed = 0
    if [one["name"] for one in stored["models"]] != [one["name"] for one in made["models"]]:
        print("FAIL the file has other models; write it again")
        return 0, 1
    for old, new in zip(stored["models"], made["models"]):
        for key, values in new["results"].items():
            received, expected = np.array(values), np.array(old["results"].get(key, []))
            same = received.shape == expected.shape and bool(expected.size)
            error = np.abs(received - expected).max() if same else np.inf
            good = bool(error <= TOLERANCE)
            passed, failed = passed + good, failed + (not good)
            print(f"{'ok  ' if good else 'FAIL'} {new['name']}: {key} (max |difference| {error:.1e})")
        inputs = all(old[key] == new[key] for key in ["layers", "output", "scale", "weights", "x", "y"])
        passed, failed = passed + inputs, failed + (not inputs)
        print(f"{'ok  ' if inputs else 'FAIL'} {new['name']}: weights and data are those of the seed")
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description="Writes test/fixtures/keras/explain.json, or compares with it.", allow_abbrev=False)
    parser.add_argument("--check", action="store_true", help="compute everything again and compare; write nothing")
    check = parser.parse_args().check
    keras.config.set_floatx("float64")
    rng = np.random.default_rng(SEED)
    document = {
        "seed": SEED,
        "steps": STEPS_OF_PATH,
        "draws": {"seed": DRAW_SEED, "samples": DRAWS},
        "versions": {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__},
        "models": [explain(*model, rng) for model in MODELS],
    }
    if check:
        passed, failed = compare(json.loads(TARGET.read_text()), document)
        print(f"{passed} passed, {failed} failed")
        sys.exit(1 if failed or not passed else 0)
    TARGET.write_text(json.dumps(document, separators=(",", ":")) + "\n")
    print(f"{TARGET}: {len(MODELS)} models, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
