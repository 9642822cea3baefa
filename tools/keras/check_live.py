"""Real Keras against files the engine wrote.

usage: check_live.py FOLDER

For each NAME.keras in FOLDER and the folders in it, with beside it
  NAME.x.npy, NAME.y.npy   inputs and what the engine predicts for them
  NAME.weights.h5          the same weights (and optimizer state) alone
  NAME.h5                  the model once more in the older format; may be missing
  NAME.npz                 the same weights under the keys lstm/kernel, ..., dense/bias
  NAME.optimizer.npz       iterations, learning_rate and the slots m/<key>, v/<key>, momentum/<key>, ...; only if compiled
it checks that Keras loads the .keras, the .h5 and, into the architecture, the .weights.h5; that it predicts y within
1e-5 * (1 + |y|) with each; that the weights are bit equal to the .npz and the optimizer's state to the .optimizer.npz;
and that training goes on for three steps. One line per check, at the end `N passed, N failed`; exit 1 if any failed.
"""

import logging
import os
import pathlib
import sys
import traceback
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["KERAS_BACKEND"] = "tensorflow"  # whatever ~/.keras/keras.json says

import keras
import numpy as np

logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns about the many small models
sys.stdout.reconfigure(encoding="utf-8", line_buffering=True)
TOLERANCE = 1e-5
MORE_STEPS = 3

passed = failed = 0


def check(name, what, test):
    """Runs one check; `test` returns a detail to print or raises. Warnings of Keras count as failures: it loads a file
    whose optimizer state does not fit with nothing but a warning."""
    global passed, failed
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            detail = test()
    except Exception as error:  # any failure of Keras is a finding
        failed += 1
        where = traceback.extract_tb(error.__traceback__)[-1]
        print(f"FAIL {name}: {what}: {type(error).__name__}: {error} ({pathlib.Path(where.filename).name}:{where.lineno})")
        return False
    passed += 1
    print(f"ok   {name}: {what}{f' ({detail})' if detail else ''}")
    return True


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


def expect_bits(received, expected, what):
    received, expected = np.asarray(received), np.asarray(expected)
    expect(received.shape == expected.shape, f"{what} has shape {received.shape}, expected {expected.shape}")
    expect(received.dtype == expected.dtype, f"{what} is {received.dtype}, expected {expected.dtype}")
    expect(received.tobytes() == expected.tobytes(), f"{what} differs, at most by {np.abs(received - expected).max()}")


def expect_prediction(model, x, y):
    received = model.predict(x, verbose=0)
    expect(received.shape == y.shape, f"Keras predicts shape {received.shape}, the engine {y.shape}")
    expect(np.isfinite(y).all() and np.isfinite(received).all(), "a prediction is not finite")
    expect(np.ptp(y) > 0, "all predictions are equal: this checks nothing")
    ratio = np.abs(received - y) / (TOLERANCE * (1 + np.abs(y)))
    expect(ratio.max() <= 1, f"max |difference| {np.abs(received - y).max():.3e}, {ratio.max():.2f} times what is allowed")
    return f"max |difference| {np.abs(received - y).max():.1e} over {y.size} values"


def variable_keys(model):
    """Our name of each variable: layer/kernel. Keras' own paths say lstm/lstm_cell/kernel and start with the model's name."""
    return [f"{layer.name}/{variable.name}" for layer in model.layers for variable in layer.weights
            if variable.dtype == "float32"]


def expect_weights(model, npz):
    """By order: the keys of wrapped layers say forward/kernel, of which Keras' names know nothing."""
    keys, weights = npz.files, model.get_weights()
    expect(len(keys) == len(weights), f"the .npz has the keys {keys}, the model {len(weights)} weights")
    for key, weight in zip(keys, weights):
        expect_bits(weight, npz[key], key)
    return f"{len(keys)} variables, {sum(w.size for w in weights)} values"


def optimizer_slots(optimizer):
    """What it keeps for each variable, by name; nothing under a name that its settings do not need."""
    if isinstance(optimizer, keras.optimizers.Adam):
        slots = {"m": optimizer._momentums, "v": optimizer._velocities}
        if optimizer.amsgrad:
            slots["vhat"] = optimizer._velocity_hats
    elif isinstance(optimizer, keras.optimizers.RMSprop):
        slots = {"velocity": optimizer._velocities, "momentum": optimizer._momentums,
                 "average_gradient": optimizer._average_gradients}
    else:
        slots = {"momentum": optimizer.momentums if optimizer.momentum else []}
    return {name: variables for name, variables in slots.items() if variables}


def expect_optimizer(model, npz):
    optimizer = model.optimizer
    expect(int(optimizer.iterations.numpy()) == int(npz["iterations"]),
           f"iterations {int(optimizer.iterations.numpy())}, expected {int(npz['iterations'])}")
    expect_bits(optimizer.learning_rate.numpy(), npz["learning_rate"], "learning_rate")
    keys = ["iterations", "learning_rate"]
    for slot, variables in optimizer_slots(optimizer).items():
        for key, variable in zip(variable_keys(model), variables, strict=True):
            keys.append(f"{slot}/{key}")
            expect_bits(variable.numpy(), npz[f"{slot}/{key}"], f"{slot} of {key}")
    expect(sorted(keys) == sorted(npz.files), f"the .optimizer.npz has {sorted(npz.files)}, Keras keeps {sorted(keys)}")
    return f"iterations {int(npz['iterations'])}, {len(keys) - 2} slots"


def expect_training(model, x, y):
    before, steps = model.get_weights(), int(model.optimizer.iterations.numpy())
    target = y + np.float32(0.1)
    losses = [float(np.ravel(model.train_on_batch(x, target))[0]) for _ in range(MORE_STEPS)]
    expect(np.isfinite(losses).all(), f"losses {losses}")
    expect(int(model.optimizer.iterations.numpy()) == steps + MORE_STEPS, "the step count does not go on")
    expect(any((a != b).any() for a, b in zip(before, model.get_weights())), "no weight moved")
    return f"step {steps} to {steps + MORE_STEPS}, loss {losses[0]:.4f} to {losses[-1]:.4f}"


def check_model(path):
    name = path.name.removesuffix(".keras")
    beside = lambda suffix: path.with_name(name + suffix)  # noqa: E731
    loaded = {}

    def load():
        loaded["model"] = keras.models.load_model(path)
        return " ".join(type(layer).__name__ for layer in loaded["model"].layers)

    if not check(name, "Keras loads the .keras", load):
        return
    model = loaded["model"]
    optimizer = getattr(model, "optimizer", None)  # Keras gives a model that is not compiled no such attribute
    x, y = np.load(beside(".x.npy")), np.load(beside(".y.npy"))
    weights = np.load(beside(".npz"))
    check(name, "it predicts what the engine predicts", lambda: expect_prediction(model, x, y))
    check(name, "its weights are bit equal to the .npz", lambda: expect_weights(model, weights))

    def load_weights():
        fresh = keras.Sequential.from_config(model.get_config())
        if optimizer:
            fresh.compile_from_config(model.get_compile_config())
            fresh.optimizer.build(fresh.trainable_variables)
        fresh.load_weights(beside(".weights.h5"))
        loaded["fresh"] = fresh
        return expect_weights(fresh, weights)

    if check(name, "Keras loads the .weights.h5 into the architecture", load_weights):
        check(name, "that predicts the same too", lambda: expect_prediction(loaded["fresh"], x, y))

    def load_h5():
        older = keras.models.load_model(beside(".h5"))
        expect_prediction(older, x, y)
        return expect_weights(older, weights)

    if beside(".h5").exists():
        check(name, "Keras loads the .h5, which predicts the same with the same weights", load_h5)

    state = beside(".optimizer.npz")
    if state.exists() != bool(optimizer):
        check(name, "compile settings and optimizer state come together", lambda: expect(False, f"{state.name} and the .keras disagree"))
    elif optimizer:
        check(name, "the .keras restores the optimizer", lambda: expect_optimizer(model, np.load(state)))
        if "fresh" in loaded:
            check(name, "the .weights.h5 restores the optimizer", lambda: expect_optimizer(loaded["fresh"], np.load(state)))
        check(name, "training goes on", lambda: expect_training(model, x, y))


def main():
    if len(sys.argv) != 2 or not pathlib.Path(sys.argv[1]).is_dir():
        sys.exit("usage: check_live.py FOLDER (a folder of .keras files with .x.npy, .y.npy, .npz, .weights.h5)")
    files = sorted(pathlib.Path(sys.argv[1]).rglob("*.keras"))
    print(f"Keras {keras.__version__}, NumPy {np.__version__}, {len(files)} models")
    for path in files:
        try:
            check_model(path)
        except Exception as error:  # a missing file beside it is a failure of this model, not of the others
            message = f"{type(error).__name__}: {error}"
            check(path.name, "the files beside it", lambda: expect(False, message))
    print(f"{passed} passed, {failed} failed")
    # Nothing checked is no success.
    sys.exit(1 if failed or not passed else 0)


main()
