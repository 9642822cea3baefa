"""50 steps of a training that gatewise began: live_train.py FOLDER FROM.keras TO.keras (live.mjs has the rest)."""

import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

folder = pathlib.Path(sys.argv[1])
model = keras.models.load_model(folder / sys.argv[2])
model.fit(np.load(folder / "x.npy"), np.load(folder / "y.npy"), batch_size=8, epochs=10, shuffle=False, verbose=0)
model.save(folder / sys.argv[3])
