"""What one training step and one predict of a batch take in Keras on TensorFlow and in PyTorch, on this machine.

usage: bench_yardstick.py [--configs A,B,C,D,E] [--rounds N] [--torch-python PYTHON] [--json FILE] [--record]

A yardstick beside `npm run bench`, at its configurations (bench/configs.ts): LSTM(H) -> Dense(F), MSE, Adam, float32. Each
engine runs in a process of its own: Keras on TensorFlow CPU; PyTorch on the CPU; PyTorch with cuDNN (TF32 off) where there
is a CUDA device. PyTorch is not in requirements.txt: it is taken from this environment, or from the interpreter that
--torch-python names, and said to be missing otherwise (requirements-torch.txt has the version this was written for). The
engines get the same weights and batches; their first losses must agree within 1e-5. --record writes the section
`yardstick` of bench/RESULTS.md.
"""

import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
# name: batch, time steps, features, units
CONFIGS = {
    "A": (32, 24, 4, 32),
    "B": (32, 24, 8, 64),
    "C": (256, 120, 7, 32),
    "D": (64, 48, 14, 128),
    "E": (128, 64, 32, 256),
    "F": (8, 168, 8, 512),
    "G": (1, 24, 4, 32),
}
ENGINES = ("keras", "torch-cpu", "torch-cuda")
LEARNING_RATE = 0.001
BATCHES = 4
SEED = 2019
ROUND_SECONDS = 1.0
FIRST_LOSS_TOLERANCE = 1e-5
MISSING = 3  # exit status of an engine that is not there


def make_work(config):
    """Batches, and weights in Keras' layout: gates i, f, c, o, forget bias 1."""
    batch, steps, features, units = CONFIGS[config]
    rng = np.random.default_rng(SEED)

    def matrix(rows, columns):
        limit = np.sqrt(6 / (rows + columns))
        return rng.uniform(-limit, limit, (rows, columns)).astype(np.float32)

    bias = np.zeros(4 * units, np.float32)
    bias[units : 2 * units] = 1
    weights = [matrix(features, 4 * units), matrix(units, 4 * units), bias, matrix(units, features)]
    weights.append(np.zeros(features, np.float32))
    x = rng.uniform(-1, 1, (BATCHES, batch, steps, features)).astype(np.float32)
    y = rng.uniform(-1, 1, (BATCHES, batch, features)).astype(np.float32)
    return x, y, weights


def timed(run, rounds):
    """Milliseconds of one call of run(k), one figure per round. run must wait until its work is done."""
    for k in range(3):
        run(k)
    begun = time.perf_counter()
    run(0)
    calls = max(1, min(200, int(ROUND_SECONDS / max(time.perf_counter() - begun, 1e-6))))
    figures = []
    for _ in range(rounds):
        begun = time.perf_counter()
        for k in range(calls):
            run(k)
        figures.append(1000 * (time.perf_counter() - begun) / calls)
    return figures


def measure_keras(configs, rounds):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras
    import tensorflow as tf

    def measure(config, jit):
        batch, steps, features, units = CONFIGS[config]
        x, y, weights = make_work(config)
        model = keras.Sequential([keras.layers.LSTM(units), keras.layers.Dense(features)])
        model.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="mse", jit_compile=jit)
        model.build((batch, steps, features))
        model.set_weights(weights)
        first = float(model.train_on_batch(x[0], y[0]))
        step = timed(lambda k: model.train_on_batch(x[k % BATCHES], y[k % BATCHES]), rounds)
        predict = timed(lambda k: model.predict_on_batch(x[k % BATCHES]), rounds)
        return {"config": config, "firstLoss": first, "stepMs": step, "predictMs": predict}

    def fastest(config):
        """With and without XLA: which is faster depends on the sizes."""
        plain, compiled = measure(config, False), measure(config, True)
        result = {"config": config, "firstLoss": plain["firstLoss"]}
        for key in ("stepMs", "predictMs"):
            result[key] = min(plain[key], compiled[key], key=np.median)
        return result

    name = f"Keras {keras.__version__} on TensorFlow {tf.__version__} CPU, train_on_batch and predict_on_batch, the faster of XLA and none"
    return {"engine": name, "results": [fastest(config) for config in configs]}


def measure_torch(configs, rounds, device):
    import torch

    if device == "cuda" and not torch.cuda.is_available():
        sys.exit(MISSING)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False

    def finish():
        if device == "cuda":
            torch.cuda.synchronize()

    def measure(config):
        batch, steps, features, units = CONFIGS[config]
        x, y, (kernel, recurrent, bias, dense, dense_bias) = make_work(config)
        lstm = torch.nn.LSTM(features, units, batch_first=True)
        head = torch.nn.Linear(units, features)
        # PyTorch's gates are i, f, g, o as well; its second bias has no counterpart and stays zero at first.
        values = {"weight_ih_l0": kernel.T, "weight_hh_l0": recurrent.T, "bias_ih_l0": bias, "bias_hh_l0": 0 * bias}
        lstm.load_state_dict({key: torch.tensor(np.ascontiguousarray(value)) for key, value in values.items()})
        head.load_state_dict({"weight": torch.tensor(dense.T.copy()), "bias": torch.tensor(dense_bias)})
        model = torch.nn.ModuleList([lstm, head]).to(device)
        lstm.flatten_parameters()
        optimizer = torch.optim.Adam(model.parameters(), LEARNING_RATE, eps=1e-7)
        inputs = [torch.tensor(one, device=device) for one in x]
        targets = [torch.tensor(one, device=device) for one in y]

        def forward(one):
            return head(lstm(one)[0][:, -1])

        def step(k):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(forward(inputs[k % BATCHES]), targets[k % BATCHES])
            loss.backward()
            optimizer.step()
            finish()
            return loss

        def predict(k):
            with torch.inference_mode():
                forward(inputs[k % BATCHES])
            finish()

        first = float(step(0).detach())
        return {"config": config, "firstLoss": first, "stepMs": timed(step, rounds), "predictMs": timed(predict, rounds)}

    where = f"CPU, {torch.get_num_threads()} threads" if device == "cpu" else ""
    if device == "cuda":
        where = f"cuDNN {torch.backends.cudnn.version()} on {torch.cuda.get_device_name()}, TF32 off"
    return {"engine": f"PyTorch {torch.__version__}, {where}", "results": [measure(config) for config in configs]}


def run_engine(engine, configs, rounds):
    """In this process; the result is the last line of stdout."""
    try:
        if engine == "keras":
            result = measure_keras(configs, rounds)
        else:
            result = measure_torch(configs, rounds, engine.removeprefix("torch-"))
    except ModuleNotFoundError as error:
        print(error, file=sys.stderr)
        sys.exit(MISSING)
    print(json.dumps(result))


def run_apart(engine, python, configs, rounds):
    """In a process of its own, so that no engine's threads stay beside another's; None where it is missing."""
    words = [python, __file__, "--engine", engine, "--configs", ",".join(configs), "--rounds", str(rounds)]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8")
    if done.returncode == MISSING:
        return None
    if done.returncode != 0:
        sys.exit(f"{engine} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def check_losses(measured, configs):
    for place, config in enumerate(configs):
        losses = [one["results"][place]["firstLoss"] for one in measured]
        if max(losses) - min(losses) > FIRST_LOSS_TOLERANCE * max(losses):
            sys.exit(f"The first losses at {config} are {losses}: the engines do not compute the same model, their times mean nothing.")


def table(measured):
    lines = ["| config | engine | ms/step | quartiles | ms/predict | quartiles | first loss |", "| --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    for place in range(len(measured[0]["results"])):
        for one in measured:
            result = one["results"][place]
            cells = [result["config"], one["engine"].split(",")[0] + (" cuDNN" if "cuDNN" in one["engine"] else "")]
            for key in ("stepMs", "predictMs"):
                low, median, high = np.quantile(result[key], [0.25, 0.5, 0.75])
                cells += [f"{median:.4g}", f"{low:.4g} .. {high:.4g}"]
            lines.append("| " + " | ".join([*cells, f"{result['firstLoss']:.7g}"]) + " |")
    return "\n".join(lines)


def surroundings():
    def git(*words):
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()

    info = pathlib.Path("/proc/cpuinfo")
    names = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    changed = "+" if git("status", "--porcelain", "--untracked-files=no") else ""
    return {
        "processor": f"{names[0] if names else platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "commit": (git("rev-parse", "--short", "HEAD") or "unknown") + changed,
    }


def section_text(measured, missing, place):
    about = [f"- {one['engine']}" for one in measured] + [f"- {reason}" for reason in missing]
    head = [
        f"- Command: `node tools/keras/run.mjs bench_yardstick.py {' '.join(sys.argv[1:])}`",
        f"- Runs in: Python {platform.python_version()}, each engine in a process of its own",
        f"- Processor: {place['processor']}, load {place['load']}",
        f"- Date: {place['date']}",
        f"- Commit: {place['commit']}",
    ]
    note = (
        "A yardstick, not a contender: native code outside of any browser, on other random batches of the same shapes. "
        "Arrays or tensors are in the engine's memory before a step; each step and each predict is waited for."
    )
    return "\n\n".join(["## Keras and PyTorch on the same machine", "\n".join(head), "\n".join(about), note, table(measured)])


def record(text):
    """Replaces the section between its marks, or adds it at the end, as bench/sections.ts does."""
    path = ROOT / "bench" / "RESULTS.md"
    document = path.read_text(encoding="utf-8")
    begin, end = "<!-- yardstick -->", "<!-- /yardstick -->"
    section = f"{begin}\n{text}\n{end}"
    if begin not in document:
        path.write_text(f"{document.rstrip()}\n\n{section}\n", encoding="utf-8")
        return
    before, rest = document.split(begin, 1)
    if end not in rest:
        sys.exit(f'RESULTS.md has "{begin}" and no "{end}" after it: put it back.')
    path.write_text(before + section + rest.split(end, 1)[1], encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--configs", default="A,B,C,D,E")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--torch-python", default=sys.executable, help="a Python that has torch and numpy")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--engine", choices=ENGINES, help="only this one, in this process")
    options = parser.parse_args()
    configs = options.configs.split(",")
    strange = [name for name in configs if name not in CONFIGS]
    if strange or options.rounds < 1:
        parser.error(f"--configs takes {', '.join(CONFIGS)} with commas between and --rounds 1 or more, received {options.configs} and {options.rounds}")
    if options.engine:
        run_engine(options.engine, configs, options.rounds)
        return
    place = surroundings()
    measured, missing = [], []
    for engine in ENGINES:
        print(f"{engine} ...", file=sys.stderr)
        result = run_apart(engine, sys.executable if engine == "keras" else options.torch_python, configs, options.rounds)
        if result:
            measured.append(result)
        else:
            missing.append(f"{engine}: {'no CUDA device, or PyTorch is not installed' if engine == 'torch-cuda' else 'not installed (tools/keras/requirements-torch.txt, --torch-python)'}")
    if not measured:
        sys.exit("Neither Keras nor PyTorch is installed here: run it with `node tools/keras/run.mjs bench_yardstick.py`.")
    check_losses(measured, configs)
    text = section_text(measured, missing, place)
    print(text)
    if options.json:
        options.json.write_text(json.dumps({**place, "results": measured}, indent=2) + "\n", encoding="utf-8")
    if options.record:
        record(text)


main()
