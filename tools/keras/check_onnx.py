"""Runs the ONNX files that gatewise wrote in onnxruntime, after ONNX' own checker has gone through them.

    pip install onnx==1.23.2 onnxruntime==1.32.0
    GATEWISE_ONNX_FOLDER=FOLDER npx vitest run --project unit test/keras/onnx.test.ts
    python tools/keras/check_onnx.py FOLDER

Exit status 1 when a file is not valid or a prediction is further than 1e-5 * (1 + |y|) from what was expected.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

TOLERANCE = 1e-5


def error_of(path):
    onnx.checker.check_model(onnx.load(path), full_check=True)
    expected = json.loads(path.with_suffix(".json").read_text())
    x = np.array(expected["x"]["data"], np.float32).reshape(expected["x"]["shape"])
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    y = session.run(None, {"x": x})[0].ravel()
    wanted = np.array(expected["y"])
    return np.inf if len(y) != len(wanted) else float((np.abs(y - wanted) / (1 + np.abs(wanted))).max())


def main():
    paths = sorted(Path(sys.argv[1]).glob("*.onnx"))
    errors = {path.name: error_of(path) for path in paths}
    for name, error in errors.items():
        print(f"{error:.1e} {name}")
    sys.exit(0 if errors and max(errors.values()) <= TOLERANCE else 1)


if __name__ == "__main__":
    main()
