"""The reference reader of the fuzzer (fuzz.mjs): reads each damaged file that gatewise has accepted with h5py and says
whether both see the same. One JSON object per line on stdin, one answer per line on stdout. libhdf5 may crash or hang on
such files: the reading happens in a process of its own that is replaced then.
"""
import base64
import io
import json
import multiprocessing
import os
import sys
import tempfile
import zipfile

PATIENCE = 20  # seconds for one file


def text(value):
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def split(attributes, name):
    if name in attributes:
        return [text(one) for one in attributes[name]]
    parts, i = [], 0
    while f"{name}{i}" in attributes:
        parts += [text(one) for one in attributes[f"{name}{i}"]]
        i += 1
    return parts


def differences(case, path):
    """Sentences; none when h5py sees what gatewise saw."""
    import h5py
    import numpy

    problems = []
    with open(path, "rb") as handle:
        data = handle.read()
    architecture = None
    if data[:2] == b"PK":
        archive = zipfile.ZipFile(io.BytesIO(data))
        architecture = json.loads(archive.read("config.json"))
        data = archive.read("model.weights.h5")
        with open(path, "wb") as handle:
            handle.write(data)
    with h5py.File(path, "r") as file:
        if "model_config" in file.attrs:
            architecture = json.loads(text(file.attrs["model_config"]))
        if architecture != json.loads(case["architecture"]):
            problems.append("the architecture differs")
        base = file["model_weights"] if "model_weights" in file else file
        names = case["layers"]
        if names is not None:
            if split(base.attrs, "layer_names") != names:
                problems.append("layer_names differ")
            listed = [w for name in names for w in split(base[name].attrs, "weight_names")]
            if len(listed) != case["weights"]:
                problems.append("the number of weights differs")
        elif sum(isinstance(o, h5py.Dataset) for o in objects(file)) != len(case["arrays"]):
            problems.append("the number of arrays differs")
        for array in case["arrays"]:
            dataset = file[array["path"]]
            with numpy.errstate(all="ignore"):
                values = numpy.ascontiguousarray(numpy.asarray(dataset[()]).astype("float32"))
            if list(dataset.shape) != array["shape"]:
                problems.append(f"{array['path']}: shape {dataset.shape} here, {array['shape']} there")
            elif values.tobytes() != base64.b64decode(array["data"]):
                problems.append(f"{array['path']}: values differ")
    return problems


def objects(file):
    found = []
    file.visititems(lambda _name, one: found.append(one))
    return found


def worker(pipe):
    # HDF5 prints its own error stack, and numpy its warnings.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "case")
        while True:
            case = pipe.recv()
            with open(path, "wb") as handle:
                handle.write(base64.b64decode(case["bytes"]))
            try:
                problems = differences(case, path)
                pipe.send({"verdict": "differs" if problems else "equal", "why": "; ".join(problems)})
            except Exception as error:  # whatever h5py raises is a refusal
                pipe.send({"verdict": "refused", "why": f"{type(error).__name__}: {error}"[:300]})


def start():
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=worker, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def main():
    process, pipe = start()
    for line in sys.stdin:
        case = json.loads(line)
        try:
            pipe.send(case)
            answer = pipe.recv() if pipe.poll(PATIENCE) else {"verdict": "hang", "why": f"over {PATIENCE} s"}
        except (EOFError, OSError):
            answer = {"verdict": "crash", "why": "h5py's process ended"}
        if answer["verdict"] in ("hang", "crash"):
            process.kill()
            process.join()
            process, pipe = start()
        print(json.dumps({"id": case["id"], **answer}), flush=True)


if __name__ == "__main__":
    main()
