"""Writes names.txt: the tensors of each of torchvision's networks, name and sides as PyTorch has them, and what torchvision says of it.

`NETWORK PARAMETERS GIGA` opens a network: how many numbers it has that learn, and its multiply-adds as published, in units of 10^9.

    python crates/models/tests/torchvision/names.py
"""

from pathlib import Path

import torchvision
from torchvision import models

NETWORKS = {
    "alexnet": "AlexNet",
    "vgg11": "VGG11", "vgg11_bn": "VGG11_BN",
    "vgg13": "VGG13", "vgg13_bn": "VGG13_BN",
    "vgg16": "VGG16", "vgg16_bn": "VGG16_BN",
    "vgg19": "VGG19", "vgg19_bn": "VGG19_BN",
    "googlenet": "GoogLeNet",
    "resnet18": "ResNet18", "resnet34": "ResNet34",
    "resnet50": "ResNet50", "resnet101": "ResNet101", "resnet152": "ResNet152",
    "resnext50_32x4d": "ResNeXt50_32X4D",
}


def main():
    lines = [f"# torchvision {torchvision.__version__.split('+')[0]}"]
    for name, weights in NETWORKS.items():
        options = {"init_weights": False, "aux_logits": True} if name == "googlenet" else {}
        net = getattr(models, name)(weights=None, **options)
        giga = getattr(models, f"{weights}_Weights").IMAGENET1K_V1.meta["_ops"]
        lines.append(f"{name} {sum(p.numel() for p in net.parameters())} {giga}")
        for tensor, value in sorted(net.state_dict().items()):
            # counts batches, which nothing here asks for
            if not tensor.endswith("num_batches_tracked"):
                lines.append(f"  {tensor} {'x'.join(map(str, value.shape))}")
    path = Path(__file__).with_name("names.txt")
    path.write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
