"""Real Keras on what gatewise made of its files.

usage: live_check.py FOLDER        (made by live_make.py and filled by live.mjs)

random/: what gatewise predicts from Keras' .keras, .h5 and .weights.h5 is within 1e-5 * (1 + |y|) of Keras; the three files
that gatewise wrote load, predict what gatewise predicts, and have every bit of weights and optimizer.
genuine/: files of old Keras as gatewise wrote them for Keras 3 predict what the old Keras did.
training/: 50 steps here, 50 in Keras and 50 here end within a relative L2 of 1e-4 of 150 steps in Keras alone.
One line per check, at the end `N passed, N failed`; exit 1 if any failed.
"""

import logging
import os
import pathlib
import sys
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["KERAS_BACKEND"] = "tensorflow"

import h5py
import keras
import numpy as np

logging.getLogger("tensorflow").setLevel(logging.ERROR)
sys.stdout.reconfigure(encoding="utf-8", line_buffering=True)
TOLERANCE = 1e-5

passed = failed = 0


def check(what, test):
    global passed, failed
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # Keras skips an optimizer that does not fit with a warning only
            detail = test()
    except Exception as error:  # whatever Keras raises is a finding
        failed += 1
        print(f"FAIL {what}: {type(error).__name__}: {str(error).strip()[:600]}")
        return
    passed += 1
    print(f"ok   {what}{f' ({detail})' if detail else ''}")


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


def made(path):
    """A file that gatewise should have written."""
    error = pathlib.Path(f"{path}.error")
    expect(not error.exists(), f"gatewise: {error.read_text().strip() if error.exists() else ''}")
    expect(path.exists(), f"{path.name} is missing")
    return path


def expect_close(received, expected):
    expect(received.shape == expected.shape, f"shape {received.shape}, expected {expected.shape}")
    expect(np.isfinite(received).all(), "a value is not finite")
    ratio = (np.abs(received - expected) / (TOLERANCE * (1 + np.abs(expected)))).max()
    expect(ratio <= 1, f"max |difference| {np.abs(received - expected).max():.3e}, {ratio:.2f} times what is allowed")
    return f"{ratio:.2f} of what is allowed"


def expect_bits(received, expected, what):
    received, expected = [[np.asarray(one) for one in some] for some in (received, expected)]
    expect(len(received) == len(expected), f"{len(received)} {what}, expected {len(expected)}")
    for i, (one, other) in enumerate(zip(received, expected)):
        same = one.shape == other.shape and one.dtype == other.dtype and one.tobytes() == other.tobytes()
        expect(same, f"number {i} of the {what} differs: {one.dtype} {one.shape}, expected {other.dtype} {other.shape}")


def optimizer_values(model):
    optimizer = getattr(model, "optimizer", None)
    return [variable.numpy() for variable in optimizer.variables] if optimizer else []


def random_model(name):
    at = lambda ending: name.with_name(name.name + ending)  # noqa: E731
    x, y = np.load(at(".x.npy")), np.load(at(".y.npy"))
    for kind in ("keras", "h5", "weights"):
        check(f"{name.name}: gatewise predicts from .{kind}", lambda: expect_close(np.load(made(at(f".from-{kind}.npy"))), y))
    original = keras.models.load_model(at(".keras"))
    predicted = at(".from-keras.npy")
    here = np.load(predicted) if predicted.exists() else y

    def back(load, state, path):
        model = load(made(path))
        expect_bits(model.get_weights(), original.get_weights(), "weights")
        found = state(model, path)
        expect_bits(found, optimizer_values(original), "optimizer variables")
        return f"{len(model.get_weights())} weights, {len(found)} of the optimizer bit equal, {expect_close(model.predict(x, verbose=0), here)}"

    def loaded(model, _):
        return optimizer_values(model)

    def in_file(_, path):
        """Keras 3.15 loads no optimizer out of an .h5, not even out of its own."""
        with h5py.File(path) as file:
            group = file.get("optimizer_weights")
            return [] if group is None else [group[name][()] for name in group.attrs["weight_names"]]

    def with_weights(path):
        model = keras.models.model_from_json(at(".json").read_text())
        if getattr(original, "optimizer", None):
            model.compile_from_config(original.get_compile_config())
            model.optimizer.build(model.trainable_variables)
        model.load_weights(path)
        return model

    check(f"{name.name}: Keras takes our .keras", lambda: back(keras.models.load_model, loaded, at(".back.keras")))
    check(f"{name.name}: Keras takes our .h5", lambda: back(keras.models.load_model, in_file, at(".back.h5")))
    check(f"{name.name}: Keras takes our .weights.h5", lambda: back(with_weights, loaded, at(".back.weights.h5")))


def genuine_file(name):
    at = lambda ending: name.with_name(name.name + ending)  # noqa: E731
    y = np.load(at(".y.npy"))

    def converted():
        path = next((at(ending) for ending in (".back.keras", ".back.h5") if at(ending).exists()), None)
        for ending in (".back.keras", ".back.h5"):
            made(at(ending)) if at(f"{ending}.error").exists() else None
        expect(path is not None, "gatewise wrote nothing")
        model = keras.models.load_model(path, compile=False)
        rows = model.input_shape[0] or len(y)  # a stateful model goes on from batch to batch
        return expect_close(model.predict(np.load(at(".x.npy")), verbose=0, batch_size=rows), y)

    check(f"{name.name}: today's Keras predicts what that one did", converted)


def training(folder):
    def close():
        ours = keras.models.load_model(made(folder / "step-150.keras"))
        alone = keras.models.load_model(folder / "keras-alone.keras")
        expect(int(ours.optimizer.iterations) == 150, f"{int(ours.optimizer.iterations)} steps, expected 150")
        flat = lambda model: np.concatenate([w.ravel() for w in model.get_weights()])  # noqa: E731
        start = flat(keras.models.load_model(folder / "start.keras"))
        moved = np.linalg.norm(flat(alone) - start) / np.linalg.norm(start)
        expect(moved > 0.05, f"the training moved the weights by {moved:.3f} only: this checks nothing")
        off = np.linalg.norm(flat(ours) - flat(alone)) / np.linalg.norm(flat(alone))
        expect(off <= 1e-4, f"relative L2 {off:.2e}")
        return f"relative L2 {off:.1e}; the training moved the weights by {moved:.2f}"

    check("50 steps here, 50 in Keras, 50 here against 150 in Keras", close)


def names(folder, ending):
    return [folder / path.name.removesuffix(ending) for path in sorted(folder.glob(f"*{ending}"))]


def main():
    folder = pathlib.Path(sys.argv[1])
    print(f"Keras {keras.__version__}, NumPy {np.__version__}")
    for name in names(folder / "random", ".json"):
        random_model(name)
    for name in names(folder / "genuine", ".y.npy"):
        genuine_file(name)
    training(folder / "training")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
