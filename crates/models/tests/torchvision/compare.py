"""Random networks of torchvision at full size against ours: logits in use within 1e-4, every gradient of a training step within 1e-3 of its
tensor's norm. Ours runs in f32 or, so that rounding does not count, in f64 as torchvision's does.

    cargo build --release -p models --features torchvision --example torchvision
    python crates/models/tests/torchvision/compare.py [f32] [PROGRAM] [NAME …]
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from networks import FULL, make, run

ROOT = Path(__file__).resolve().parents[4]


def compare(name, program, precision):
    net, x, classes = make(name, narrow=False)
    with tempfile.TemporaryDirectory() as folder:
        weights, gradients = (str(Path(folder) / file) for file in ("weights.safetensors", "gradients.safetensors"))
        save_file({key: value.float().contiguous() for key, value in net.state_dict().items()}, weights)
        printed = subprocess.run([program, precision, name, weights, gradients], check=True, capture_output=True, text=True).stdout
        ours = load_file(gradients)
    numbers = torch.tensor([float(line) for line in printed.split()], dtype=torch.float64)
    right_logits, right_loss, right = run(net, x, classes)
    logits = ((numbers[:-1] - right_logits.flatten()).norm() / right_logits.norm()).item()
    loss = abs(numbers[-1] / right_loss - 1).item()

    def error(key, value):
        size = value.norm().item()
        # a bias that a normalisation takes away again has the gradient 0: what rounding leaves is measured by its weight's
        if key.endswith(".bias") and size < 1e-9 * (weight := right[key.removesuffix("bias") + "weight"].norm().item()):
            size = weight
        return (ours[key].double() - value).norm().item() / size

    worst, at = max((error(key, value), key) for key, value in right.items())
    print(f"{name} in {precision}: logits {logits:.1e}, loss {loss:.1e}, worst of {len(right)} gradients {worst:.1e} ({at})", flush=True)
    return logits < 1e-4 and worst < 1e-3


def main():
    program = ROOT / "target/release/examples/torchvision"
    words = sys.argv[1:]
    precision = words.pop(0) if words[:1] == ["f32"] else "f64"
    if words and "/" in words[0]:
        program = words.pop(0)
    sys.exit(not all([compare(name, program, precision) for name in words or FULL]))


if __name__ == "__main__":
    main()
