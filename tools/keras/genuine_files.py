"""Model files written by the Keras that was current then, with what it predicts: the files people still have on disk.

usage: python tools/keras/genuine_files.py OUT.zip     (in an environment with the Keras to be asked)

Writes test/fixtures/keras/genuine/<name>.zip: for each case NAME.h5 (and NAME.keras where this Keras has the format),
NAME.x.npy, NAME.y.npy, and manifest.json with versions and seed. Read by test/keras/genuine.test.ts. Weights are random,
asymmetric and drawn here, never constant. The same numbers come out of every run; the bytes of HDF5 files hold a clock.

Environments (all of them run on Python 3.11; the old ones want a shim for names that Python has since moved, below):
  Keras 1.0.8, 1.2.2, 2.0.8, 2.2.4, 2.3.1:  pip install numpy==1.23.5 scipy==1.9.3 h5py==3.8.0 six pyyaml "setuptools<66" \
      wheel Theano==1.0.5 keras-applications==1.0.8 keras-preprocessing==1.1.2, then pip install --no-deps keras==VERSION
  tf.keras 2.12.0, 2.15.1:  pip install tensorflow-cpu==VERSION "numpy<2"
  Keras 3: tools/keras/requirements.txt
"""

import collections
import collections.abc
import inspect
import io
import json
import os
import platform
import sys
import tempfile
import warnings
import zipfile

os.environ["THEANO_FLAGS"] = "cxx=,optimizer=fast_compile,device=cpu,floatX=float32,blas.ldflags="
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
warnings.simplefilter("ignore")

import numpy as np

SEED = 7
ROWS, BATCH = 4, 2  # a batch size that the stateful case is built for


def import_keras():
    """tf.keras where TensorFlow 2 is the home of Keras, else the package keras."""
    try:
        import tensorflow as tf

        if int(tf.__version__.split(".")[1]) < 16:
            return tf.keras, "tf.keras " + tf.__version__
        import keras

        return keras, "keras " + keras.__version__
    except ImportError:
        # Old Keras writes its settings into the home folder, where Keras 3 would find a backend it does not have.
        os.environ["HOME"] = tempfile.mkdtemp()
        os.environ["KERAS_BACKEND"] = "theano"
        for name in ("Iterable", "Callable", "Mapping", "Sequence"):
            setattr(collections, name, getattr(collections.abc, name))
        spec = collections.namedtuple("ArgSpec", "args varargs keywords defaults")
        inspect.getargspec = lambda function: spec(*inspect.getfullargspec(function)[:4])
        import keras

        return keras, "keras " + keras.__version__


keras, VERSION = import_keras()
GENERATION = "tf.keras" if VERSION.startswith("tf") else VERSION.split()[1].split(".")[0]
IS_1 = GENERATION == "1"
IS_OLD = GENERATION in ("1", "2")
L = keras.layers
Sequential = keras.models.Sequential
OLD_NAMES = {"recurrent_activation": "inner_activation", "dropout": "dropout_W", "recurrent_dropout": "dropout_U"}

CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def first(shape):
    """The input shape in this Keras' words, as an argument of the first layer."""
    return {"input_shape": shape}


def rnn(units, shape=None, kind="LSTM", **options):
    if IS_1:
        options = {OLD_NAMES.get(key, key): value for key, value in options.items()}
    return getattr(L, kind)(units, **options, **(first(shape) if shape else {}))


def advanced(name, value):
    home = keras.layers.advanced_activations if IS_OLD else L
    return getattr(home, name)(value)


@case
def simple():
    return [rnn(5, (4, 3)), L.Dense(2)], (4, 3)


@case
def stacked():
    return [rnn(6, (5, 2), return_sequences=True), L.Dropout(0.3), rnn(4), L.Dense(3, activation="softmax")], (5, 2)


@case
def activations():
    return [rnn(4, (4, 3), activation="relu", recurrent_activation="sigmoid"), L.Dense(2, activation="hard_sigmoid")], (4, 3)


@case
def hard_sigmoid():
    return [rnn(4, (4, 3), activation="softsign", recurrent_activation="hard_sigmoid"), L.Dense(2, activation="softplus")], (4, 3)


@case
def backwards():
    return [rnn(4, (4, 3), go_backwards=True, return_sequences=True), rnn(3), L.Dense(1)], (4, 3)


@case
def time_distributed():
    return [rnn(4, (6, 3), return_sequences=True), L.TimeDistributed(L.Dense(2)), L.Activation("softmax")], (6, 3)


@case
def masking():
    return [L.Masking(mask_value=0.0, **first((6, 3))), rnn(4), L.Dense(1)], (6, 3)


@case
def masked_sequences():
    return [L.Masking(mask_value=-1.0, **first((6, 3))), rnn(4, return_sequences=True), rnn(3, return_sequences=True)], (6, 3)


@case
def repeat_vector():
    return [rnn(4, (6, 3)), L.RepeatVector(4), rnn(5, return_sequences=True), L.TimeDistributed(L.Dense(2))], (6, 3)


@case
def gru():
    return [rnn(4, (5, 3), kind="GRU"), L.Dense(1)], (5, 3)


@case
def simple_rnn():
    return [rnn(4, (5, 3), kind="SimpleRNN"), L.Dense(1)], (5, 3)


@case
def shapes():
    return [rnn(4, (5, 3), return_sequences=True), L.Flatten(), L.Dense(3), L.Activation("relu"), L.Reshape((3, 1)), rnn(2)], (5, 3)


@case
def normalized():
    return [rnn(4, (5, 3), return_sequences=True), L.BatchNormalization(), rnn(3), L.BatchNormalization(), L.Dense(1)], (5, 3)


@case
def leaky():
    return [rnn(4, (5, 3)), advanced("LeakyReLU", 0.2), L.Dense(3), advanced("ELU", 0.7), L.Dense(1)], (5, 3)


@case
def noise():
    return [L.GaussianNoise(0.1, **first((5, 3))), rnn(4, dropout=0.2, recurrent_dropout=0.2), L.Dense(1)], (5, 3)


@case
def bidirectional():
    wrap = lambda layer, mode, **more: L.Bidirectional(layer, merge_mode=mode, **more)  # noqa: E731
    return [wrap(rnn(4, return_sequences=True), "concat", **first((5, 3))), wrap(rnn(3), "sum"), L.Dense(1)], (5, 3)


@case
def bidirectional_products():
    wrap = lambda layer, mode, **more: L.Bidirectional(layer, merge_mode=mode, **more)  # noqa: E731
    return [wrap(rnn(4, return_sequences=True), "mul", **first((5, 3))), wrap(rnn(3), "ave")], (5, 3)


@case
def stateful():
    if GENERATION == "3":
        return [keras.Input(batch_shape=(BATCH, 5, 3)), L.LSTM(4, stateful=True), L.Dense(1)], (5, 3)
    return [L.LSTM(4, batch_input_shape=(BATCH, 5, 3), stateful=True), L.Dense(1)], (5, 3)


@case
def open_length():
    return [rnn(4, (None, 3), return_sequences=True), rnn(3), L.Dense(1)], (7, 3)


@case
def functional():
    model = keras.models.Model
    inputs = L.Input((5, 3))
    hidden = L.LSTM(4, return_sequences=True)(inputs)
    hidden = L.LSTM(3)(hidden)
    outputs = L.Dense(2, activation="sigmoid")(hidden)
    return (model(input=inputs, output=outputs) if IS_1 else model(inputs, outputs)), (5, 3)


if IS_1:

    @case
    def fused_arrays():
        return [rnn(4, (5, 3), consume_less="gpu"), L.Dense(1)], (5, 3)

    @case
    def other_initials():
        return [rnn(4, (5, 3), consume_less="mem", forget_bias_init="zero", inner_init="glorot_uniform"), L.Dense(1)], (5, 3)

    @case
    def time_distributed_dense():
        return [rnn(4, (5, 3), return_sequences=True), L.TimeDistributedDense(2), L.Activation("softmax")], (5, 3)

else:

    @case
    def no_bias():
        return [rnn(4, (5, 3), use_bias=False), L.Dense(2, use_bias=False)], (5, 3)

    @case
    def regularized():
        rules = {"kernel_regularizer": keras.regularizers.l2(0.01), "recurrent_constraint": keras.constraints.max_norm(2.0)}
        return [rnn(4, (5, 3), kernel_initializer="he_normal", **rules), L.Dense(1, kernel_regularizer="l1")], (5, 3)

    @case
    def nested():
        return [Sequential([rnn(4, (5, 3), return_sequences=True), L.Dropout(0.1)]), rnn(3), L.Dense(1)], (5, 3)


if GENERATION in ("tf.keras", "3"):

    @case
    def more_activations():
        layers = [
            rnn(4, (4, 3), activation="softsign", return_sequences=True),
            rnn(3, activation="elu", recurrent_activation="softplus"),
            L.Dense(2, activation="selu"),
            L.Activation("exponential"),
        ]
        return layers, (4, 3)

    @case
    def masked_bidirectional():
        masked = L.Masking(mask_value=-1.0, **first((6, 3)))
        return [masked, L.Bidirectional(rnn(4, return_sequences=True)), L.Bidirectional(rnn(3))], (6, 3)

    @case
    def two_directions():
        backward = L.LSTM(4, go_backwards=True, recurrent_activation="hard_sigmoid")
        forward = L.LSTM(4, activation="relu")
        return [L.Bidirectional(forward, backward_layer=backward, **first((5, 3))), L.Dense(1)], (5, 3)

    @case
    def gru_reset_before():
        return [rnn(4, (5, 3), kind="GRU", reset_after=False), L.LayerNormalization(), L.ReLU(max_value=0.9, negative_slope=0.1), L.Dense(1)], (5, 3)

    @case
    def returned_state():
        inputs = L.Input((5, 3))
        hidden, _, _ = L.LSTM(3, return_state=True)(inputs)
        return keras.models.Model(inputs, L.Dense(2)(hidden)), (5, 3)


def optimizer_and_loss(index):
    return [("adam", "mse"), ("rmsprop", "mae"), ("sgd", "mse"), ("adagrad", "mse")][index % 4]


def mask_steps(x, name):
    """Steps at the end, at the beginning and in the middle that a Masking layer takes out."""
    if "mask" in name:
        value = 0.0 if name == "masking" else -1.0
        x[0, 4:] = value
        x[1, :2] = value
        x[2, 3] = value
    return x


def make(index, name, folder):
    generator = np.random.RandomState(SEED + index)
    layers, shape = CASES[name]()
    model = layers
    if isinstance(layers, list):
        model = Sequential()
        for layer in layers:
            model.add(layer)
    optimizer, loss = optimizer_and_loss(index)
    model.compile(optimizer=optimizer, loss=loss)
    weights = [(generator.randn(*w.shape) * 0.4 + 0.05).astype("f4") for w in model.get_weights()]
    if name == "normalized":
        weights = [np.abs(w) + np.float32(0.3) for w in weights]  # a variance is never negative
    model.set_weights(weights)
    x = mask_steps(generator.randn(ROWS, *shape).astype("f4"), name)
    quiet = {} if IS_OLD else {"verbose": 0}
    if name in ("simple", "stacked", "regularized"):  # one step, so that the optimizer has a state to save
        y = model.predict(x, batch_size=BATCH, **quiet)
        model.train_on_batch(x[:BATCH], generator.randn(*y[:BATCH].shape).astype("f4"))
    if name == "stateful" and GENERATION != "3":
        model.reset_states()
    y = model.predict(x, batch_size=BATCH, **quiet)
    assert np.isfinite(y).all() and np.ptp(y) > 0, f"{name}: these predictions check nothing"
    np.save(os.path.join(folder, name + ".x.npy"), x)
    np.save(os.path.join(folder, name + ".y.npy"), y)
    # Keras 3 forgets the optimizer's settings once it has written an .h5.
    if GENERATION == "tf.keras":
        model.save(os.path.join(folder, name + ".keras"), save_format="keras")
    elif GENERATION == "3":
        model.save(os.path.join(folder, name + ".keras"))
    model.save(os.path.join(folder, name + ".h5"))


def main(target):
    with tempfile.TemporaryDirectory() as folder:
        for index, name in enumerate(CASES):
            make(index, name, folder)
        manifest = {
            "madeBy": "tools/keras/genuine_files.py",
            "keras": VERSION,
            "numpy": np.__version__,
            "python": platform.python_version(),
            "seed": SEED,
            "batch": BATCH,
            "cases": sorted(CASES),
        }
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            archive.writestr(zipfile.ZipInfo("manifest.json"), json.dumps(manifest, indent=1) + "\n")
            for file in sorted(os.listdir(folder)):
                entry = zipfile.ZipInfo(file)
                entry.compress_type = zipfile.ZIP_DEFLATED
                with io.open(os.path.join(folder, file), "rb") as content:
                    archive.writestr(entry, content.read(), compresslevel=9)
    print(f"{VERSION}: {len(CASES)} cases, {os.path.getsize(target)} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: genuine_files.py OUT.zip")
    main(sys.argv[1])
