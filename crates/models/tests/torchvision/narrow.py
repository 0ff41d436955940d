"""Writes narrow/NAME.safetensors, for tests: the weights of a narrow network under their own names, its `logits` in use, the `loss` of a
training step, and each gradient as `gradient.NAME`.

    python crates/models/tests/torchvision/narrow.py
"""

from pathlib import Path

from safetensors.torch import save_file

from networks import NARROW, make, run


def main():
    folder = Path(__file__).with_name("narrow")
    folder.mkdir(exist_ok=True)
    for name in NARROW:
        net, x, classes = make(name, narrow=True)
        weights = {key: value.clone() for key, value in net.state_dict().items() if "num_batches" not in key}
        logits, loss, gradients = run(net, x, classes)
        out = {**weights, "logits": logits, "loss": loss.reshape(1)}
        # statistics have no gradient; theirs hold the place
        out |= {f"gradient.{key}": gradients.get(key, value) for key, value in weights.items()}
        path = folder / f"{name}.safetensors"
        save_file({key: value.float().contiguous() for key, value in out.items()}, path)
        print(f"{path.name}: {path.stat().st_size} bytes, loss {loss:.4f}, logits {logits.flatten()[:5].tolist()}")


if __name__ == "__main__":
    main()
