"""Random networks of torchvision, at their full width or narrow, and those of `others.py`, with running statistics that are not those of a new
network.

A narrow network has the layers of the full one, each with few channels, so that its weights make a file of some 50 kB.
"""

import zlib

import torch
from torch import nn
from torchvision import models
from torchvision.models.googlenet import BasicConv2d, Inception, InceptionAux
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet
from torchvision.models.vgg import VGG, make_layers

import others

FULL = ["alexnet", "vgg11_bn", "googlenet", "resnet18", "resnet50", "resnext50_32x4d"]
# the side of the images that a narrow network takes
SIDES = {"alexnet": 63, "vgg11_bn": 32, "googlenet": 64, "resnet18": 64, "resnet50": 64, "resnext50_32x4d": 64,
         "alexnet_original": 67, "small_unet": 12, "unet": 32, "conv_autoencoder": 28}
# the channels of those that are not coloured
CHANNELS = {"small_unet": 2, "unet": 2, "conv_autoencoder": 1}
# where the channels are so few that relus might leave nothing of the picture, seeds that do leave it
SEEDS = {"small_unet": "small_unet 30", "unet": "unet 14 8"}
CLASSES = 5


class NarrowResNet(ResNet):
    """Every width of the paper divided."""

    def __init__(self, by, block, layers, **options):
        self.by = by
        super().__init__(block, layers, **options)
        self.fc = nn.Linear(512 // by * block.expansion, CLASSES)

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        if planes == 64:
            self.inplanes = 64 // self.by
            self.conv1 = nn.Conv2d(3, self.inplanes, 7, 2, 3, bias=False)
            self.bn1 = nn.BatchNorm2d(self.inplanes)
        return super()._make_layer(block, planes // self.by, blocks, stride, dilate)


def alexnet():
    net = models.AlexNet()
    a, b, c, d, hidden = 4, 6, 8, 6, 10
    for at, layer in {
        0: nn.Conv2d(3, a, 11, 4, 2), 3: nn.Conv2d(a, b, 5, 1, 2), 6: nn.Conv2d(b, c, 3, 1, 1),
        8: nn.Conv2d(c, d, 3, 1, 1), 10: nn.Conv2d(d, d, 3, 1, 1),
    }.items():
        net.features[at] = layer
    net.avgpool = nn.AdaptiveAvgPool2d(1)
    net.classifier[1] = nn.Linear(d, hidden)
    net.classifier[4] = nn.Linear(hidden, hidden)
    net.classifier[6] = nn.Linear(hidden, CLASSES)
    return net


def vgg11_bn():
    net = VGG(make_layers([4, "M", 6, "M", 8, 8, "M", 10, 10, "M", 10, 10, "M"], batch_norm=True), init_weights=False)
    net.avgpool = nn.AdaptiveAvgPool2d(1)
    net.classifier[0] = nn.Linear(10, 12)
    net.classifier[3] = nn.Linear(12, 12)
    net.classifier[6] = nn.Linear(12, CLASSES)
    return net


def head(channels):
    head = InceptionAux(channels, CLASSES)
    head.conv = BasicConv2d(channels, 2, kernel_size=1)
    head.fc1 = nn.Linear(32, 8)
    head.fc2 = nn.Linear(8, CLASSES)
    return head


def googlenet():
    net = models.GoogLeNet(num_classes=CLASSES, init_weights=False)
    net.conv1 = BasicConv2d(3, 4, kernel_size=7, stride=2, padding=3)
    net.conv2 = BasicConv2d(4, 4, kernel_size=1)
    net.conv3 = BasicConv2d(4, 6, kernel_size=3, padding=1)
    channels = 6
    for name in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"):
        setattr(net, f"inception{name}", Inception(channels, 2, 3, 4, 2, 3, 1))
        channels = 2 + 4 + 3 + 1
    net.aux1, net.aux2 = head(10), head(10)
    net.fc = nn.Linear(10, CLASSES)
    return net


NARROW = {
    "alexnet": alexnet,
    "vgg11_bn": vgg11_bn,
    "googlenet": googlenet,
    "resnet18": lambda: NarrowResNet(32, BasicBlock, [2, 2, 2, 2]),
    "resnet50": lambda: NarrowResNet(64, Bottleneck, [3, 4, 6, 3]),
    "resnext50_32x4d": lambda: NarrowResNet(64, Bottleneck, [3, 4, 6, 3], groups=2, width_per_group=64),
    "alexnet_original": others.alexnet_original,
    "small_unet": lambda: others.unet(2, 1, [2, 4, 8]),
    "unet": lambda: others.unet(2, 2, [1, 2, 4, 8, 16]),
    "conv_autoencoder": others.conv_autoencoder,
}


def make(name, narrow, dtype=torch.float64):
    """The network, its images, its classes. Nothing is dropped."""
    torch.manual_seed(zlib.crc32(SEEDS.get(name, name).encode()))
    if narrow:
        net, side, samples = NARROW[name](), SIDES[name], 4
    else:
        options = {"init_weights": False} if name == "googlenet" else {}
        net, side, samples = getattr(models, name)(weights=None, **options), 224, 2
    for module in net.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.uniform_(module.bias, -0.2, 0.2)
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)
            nn.init.uniform_(module.running_mean, -0.5, 0.5)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
    # a wave that the test makes too
    channels = CHANNELS.get(name, 3)
    place = torch.arange(samples * channels * side * side)
    x = torch.sin((place * place % 10007).double()).float().reshape(samples, channels, side, side)
    classes = torch.arange(samples) * 7 % (CLASSES if narrow else 1000)
    # numbers of f32, worked on as numbers of f64
    net = net.float().to(dtype)
    return net, x.to(dtype), classes


def run(net, x, classes):
    """The logits in use, the channels innermost, and the loss of a training step with its gradients: the heads count 0.3 each."""
    net.eval()
    with torch.no_grad():
        logits = net(x)
    if logits.dim() == 4:
        logits = logits.permute(0, 2, 3, 1)
    net.train()
    criterion = nn.CrossEntropyLoss()
    y = net(x)
    if isinstance(y, tuple):
        loss = criterion(y.logits, classes)
        loss = loss + 0.3 * criterion(y.aux_logits1, classes) + 0.3 * criterion(y.aux_logits2, classes)
    elif y.dim() == 4:
        loss = nn.functional.binary_cross_entropy_with_logits(y, others.chances(y))
    else:
        loss = criterion(y, classes)
    names, parameters = zip(*net.named_parameters())
    return logits, loss.detach(), dict(zip(names, torch.autograd.grad(loss, parameters)))
