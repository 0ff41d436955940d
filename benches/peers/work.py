"""What the Python peers share: the names of the work, as `benches` has them, and how it is timed and told."""

import json
import statistics
import sys
import time
import traceback

BUDGET = 2.0  # seconds of measuring a piece of work, after a quarter of it for warming up

MLP4 = "MLP 4-32-32-2"
MLP784 = "MLP 784-128-64-10"
LENET = "LeNet-5"
STEPS = {
    MLP4: f"train {MLP4}, batch 32",
    MLP784: f"train {MLP784}, batch 64",
    LENET: f"train {LENET}, batch 64",
    "stages": "train two convolutional stages, batch 32",
    "resnet": "train ResNet-18 for 32×32, batch 16",
}
INFERENCE = {net: f"infer {net}, one sample" for net in (MLP4, MLP784, LENET)}
ELEMENTS = {
    "gelu": "GELU (exact), 1 M numbers, both",
    "tanh": "tanh, 1 M numbers, both",
    "softmax": "softmax, 1,000 rows of 1,000, both",
}
LSTM = "LSTM 64→128, length 32, batch 16"
ADAM = "Adam, 10 M"


def median_us(run):
    """The median of many runs, in microseconds; `run` returns when its work is done."""
    run()
    run()
    end = time.perf_counter() + BUDGET / 4
    while time.perf_counter() < end:
        run()
    times, end = [], time.perf_counter() + BUDGET
    while len(times) < 7 or (time.perf_counter() < end and len(times) < 20_000):
        start = time.perf_counter_ns()
        run()
        times.append(time.perf_counter_ns() - start)
    return statistics.median(times) / 1e3


def tell(name, make, variants):
    """Prints the best of the variants that can do the work: `make(variant)` returns what is run, once or `repeats` times a call."""
    if len(sys.argv) > 1 and sys.argv[1] not in name:
        return
    best = None
    for variant in variants:
        try:
            run = make(variant)
            us = median_us(run) / getattr(run, "repeats", 1)
        except Exception:  # a variant that cannot do this work says why, and the others go on
            traceback.print_exc()
            continue
        if best is None or us < best[0]:
            best = (us, variant)
    if best:
        print(json.dumps({"work": name, "us": round(best[0], 3), "by": best[1]}), flush=True)
