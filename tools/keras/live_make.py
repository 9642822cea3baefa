"""Random models out of real Keras, for gatewise to read.

usage: live_make.py FOLDER COUNT GENUINE

Writes for seeds 1 to COUNT into FOLDER/random: NAME.keras, NAME.h5, NAME.weights.h5 (all of Keras' own making), NAME.json
(to_json), NAME.x.npy, and what Keras predicts, NAME.y.npy. Weights are asymmetric and random; draws whose outputs are all
equal, or not finite, are thrown away. Every other model is compiled and its optimizer is full of random state.
FOLDER/genuine gets the files of the archives in GENUINE (genuine_files.py), FOLDER/training the start of a training and
where 150 steps in Keras alone lead.
"""

import logging
import os
import pathlib
import sys
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
from keras import layers as L

logging.getLogger("tensorflow").setLevel(logging.ERROR)
logging.getLogger("absl").setLevel(logging.ERROR)  # it calls .h5 legacy
BATCH = 3
PHI = ["tanh", "tanh", "relu", "sigmoid", "softsign", "hard_sigmoid", "linear"]
SIGMA = ["sigmoid", "sigmoid", "hard_sigmoid", "tanh"]


class Draw:
    def __init__(self, seed, attempt):
        self.rng = np.random.default_rng([seed, attempt])

    def integer(self, least, most):
        return int(self.rng.integers(least, most + 1))

    def chance(self, p):
        return bool(self.rng.random() < p)

    def pick(self, items):
        return items[int(self.rng.integers(len(items)))]


def recurrent(draw, return_sequences, is_open, stateful):
    cell = draw.pick([L.LSTM, L.LSTM, L.LSTM, L.GRU, L.SimpleRNN])
    units = draw.integer(1, 100) if draw.chance(0.3) else draw.integer(1, 24)

    def options():
        chosen = dict(
            activation=draw.pick(PHI),
            use_bias=draw.chance(0.75),
            return_sequences=return_sequences,
            stateful=stateful,
            unroll=not is_open and draw.chance(0.1),
            kernel_initializer=draw.pick(["glorot_uniform", keras.initializers.VarianceScaling(0.5, "fan_in")]),
            kernel_regularizer=draw.pick([None, "l2", keras.regularizers.L1L2(0.01, 0.02)]),
            recurrent_constraint=draw.pick([None, keras.constraints.MaxNorm(3.0)]),
            dropout=draw.pick([0.0, 0.2]),
            recurrent_dropout=draw.pick([0.0, 0.3]),
        )
        if cell is not L.SimpleRNN:
            chosen["recurrent_activation"] = draw.pick(SIGMA)
        if cell is L.LSTM:
            chosen["unit_forget_bias"] = draw.chance(0.5)
        if cell is L.GRU:
            chosen["reset_after"] = draw.chance(0.5)
        return chosen

    if not stateful and draw.chance(0.3):
        backward = None
        if draw.chance(0.5):
            backward = cell(units, go_backwards=True, **options())
        return L.Bidirectional(cell(units, **options()), merge_mode=draw.pick(["concat", "sum", "mul", "ave"]), backward_layer=backward)
    return cell(units, go_backwards=draw.chance(0.3), zero_output_for_mask=draw.chance(0.3), **options())


def between(draw):
    return draw.pick([
        lambda: L.Dropout(0.5),
        lambda: L.BatchNormalization(epsilon=0.01, scale=draw.chance(0.7), center=draw.chance(0.7)),
        lambda: L.LayerNormalization(scale=draw.chance(0.7), center=draw.chance(0.7)),
        lambda: L.GaussianNoise(1.0),
        lambda: L.LeakyReLU(negative_slope=0.2),
        lambda: L.ELU(alpha=0.7),
        lambda: L.ReLU(max_value=2.0, negative_slope=0.1, threshold=0.1),
        lambda: L.Activation(draw.pick(["softsign", "hard_sigmoid"])),
    ])()


def build(seed, attempt):
    draw = Draw(seed, attempt)
    steps, features = draw.integer(2, 12), draw.integer(1, 9)
    is_masked, mask_value = draw.chance(0.35), draw.pick([0.0, -1.0])
    stateful = draw.chance(0.1)
    is_open = not stateful and draw.chance(0.25)
    stack = [keras.Input((None if is_open else steps, features), batch_size=BATCH if stateful else None)]
    if is_masked:
        stack.append(L.Masking(mask_value))
    elif draw.chance(0.3):
        stack.append(L.TimeDistributed(L.Dense(draw.integer(2, 9), activation=draw.pick(PHI), use_bias=draw.chance(0.7))))
    count = draw.integer(1, 3)
    for k in range(count):
        return_sequences = k < count - 1 or draw.chance(0.3)
        stack.append(recurrent(draw, return_sequences, is_open, stateful))
        if draw.chance(0.5):
            stack.append(between(draw))
    if return_sequences and not is_masked and not is_open and draw.chance(0.6):
        stack += draw.pick([[L.Flatten()], [L.Reshape((-1,))]])
    elif not return_sequences and draw.chance(0.15):
        stack += [L.RepeatVector(3), L.LSTM(4, return_sequences=True)]
    if draw.chance(0.4):
        stack.append(L.Dense(draw.integer(2, 9), activation=draw.pick(PHI), use_bias=draw.chance(0.7)))
    units = draw.integer(1, 6)
    stack.append(L.Dense(units, activation=draw.pick(["linear", "linear", "softmax"]) if units > 1 else "linear"))
    model = keras.Sequential(stack, name=f"random_{seed}")
    for variable in model.weights:
        if variable.dtype == "float32":
            variable.assign(values(draw.rng, variable.path.split("/")[-1], variable.shape))
    x = draw.rng.standard_normal((BATCH, steps, features)).astype("float32")
    if is_masked:  # the first sample stays whole
        masked = draw.rng.random((BATCH, steps)) < 0.4
        masked[0] = False
        x[masked] = mask_value
    if seed % 2 == 0:
        compile_with_state(model, draw)
    return model, x


def values(rng, name, shape):
    is_matrix = len(shape) == 2 and name != "bias"
    scale = 0.8 / np.sqrt(shape[0]) if is_matrix else 0.2
    middle = 1 if name in ("gamma", "moving_variance") else 0.05
    drawn = middle + scale * rng.standard_normal(shape)
    return np.abs(drawn) + 0.1 if name == "moving_variance" else drawn


def compile_with_state(model, draw):
    optimizers = keras.optimizers
    optimizer = draw.pick([
        lambda: optimizers.Adam(0.002, clipnorm=1.0),
        lambda: optimizers.Adam(amsgrad=True),
        lambda: optimizers.AdamW(weight_decay=0.01),
        lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True),
        lambda: optimizers.SGD(1.0),
        lambda: optimizers.RMSprop(global_clipnorm=2.0),
        lambda: optimizers.RMSprop(momentum=0.5, centered=True),
    ])()
    model.compile(optimizer, loss=draw.pick(["mse", "mae", "huber"]), metrics=["mae"])
    optimizer.build(model.trainable_variables)
    for variable in optimizer.variables[2:]:
        variable.assign(np.abs(0.01 * draw.rng.standard_normal(variable.shape)))
    optimizer.iterations.assign(draw.integer(1, 1000))


def random_models(folder, count):
    folder.mkdir(parents=True)
    for seed in range(1, count + 1):
        for attempt in range(20):
            model, x = build(seed, attempt)
            y = model.predict(x, verbose=0)
            if np.isfinite(y).all() and np.ptp(y) > 1e-3 and np.abs(y).max() < 100:
                break
        else:
            sys.exit(f"seed {seed}: no draw has outputs that differ")
        name = folder / f"random-{seed:02d}"
        model.save(f"{name}.keras")
        model.save(f"{name}.h5")
        model.save_weights(f"{name}.weights.h5")
        pathlib.Path(f"{name}.json").write_text(model.to_json())
        np.save(f"{name}.x.npy", x)
        np.save(f"{name}.y.npy", y)


def genuine_files(folder, archives):
    folder.mkdir()
    for archive in sorted(archives.glob("*.zip")):
        with zipfile.ZipFile(archive) as files:
            for name in files.namelist():
                (folder / f"{archive.stem}-{name}").write_bytes(files.read(name))


def training(folder):
    """Adam on windows of noise and a target that depends on them; 5 steps an epoch, in the same order each time."""
    folder.mkdir()
    rng = np.random.default_rng(11)
    x = rng.standard_normal((40, 7, 3)).astype("float32")
    y = np.stack([x[:, -1, 0] * 0.5 + x[:, -2, 1], np.tanh(x[:, :, 2].sum(1))], 1).astype("float32")
    model = keras.Sequential([keras.Input((7, 3)), L.LSTM(9, return_sequences=True), L.LSTM(6), L.Dense(2)])
    for variable in model.weights:
        variable.assign(values(rng, variable.path.split("/")[-1], variable.shape))
    model.compile(keras.optimizers.Adam(0.01), loss="mse")
    model.optimizer.build(model.trainable_variables)
    model.save(folder / "start.keras")
    np.save(folder / "x.npy", x)
    np.save(folder / "y.npy", y)
    model.fit(x, y, batch_size=8, epochs=30, shuffle=False, verbose=0)
    model.save(folder / "keras-alone.keras")


def main():
    folder, count, archives = pathlib.Path(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
    random_models(folder / "random", count)
    genuine_files(folder / "genuine", archives)
    training(folder / "training")


main()
