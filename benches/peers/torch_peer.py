"""The work in PyTorch: the best of eager (fused optimizers), eager with channels last, and compiled. One thread.

`python torch_peer.py [FILTER]` prints a JSON line a piece of work.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

from work import ADAM, ELEMENTS, INFERENCE, LENET, LSTM, MLP4, MLP784, STEPS, tell

torch.set_num_threads(1)
torch.manual_seed(0)
EAGER, LAST, COMPILED = "eager", "eager, channels last", "compiled"


def mlp(sides, activation):
    layers = []
    for i, o in zip(sides, sides[1:]):
        layers += [nn.Linear(i, o), activation()]
    return nn.Sequential(*layers[:-1])


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), *mlp([400, 120, 84, 10], nn.ReLU),
    )


def conv(i, o, stride=1, side=3):
    return [nn.Conv2d(i, o, side, stride, side // 2, bias=False), nn.BatchNorm2d(o)]


def stages():
    def stage(i, o):
        return [*conv(i, o), nn.ReLU(), *conv(o, o), nn.ReLU(), nn.MaxPool2d(2)]

    return nn.Sequential(*stage(3, 32), *stage(32, 64), nn.Flatten(), *mlp([4096, 256, 10], nn.ReLU))


class Block(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.trunk = nn.Sequential(*conv(i, o, stride), nn.ReLU(), *conv(o, o))
        same = stride == 1 and i == o
        self.shortcut = nn.Identity() if same else nn.Sequential(*conv(i, o, stride, 1))

    def forward(self, x):
        return F.relu(self.trunk(x) + self.shortcut(x))


def resnet():
    layers, i = [*conv(3, 64), nn.ReLU()], 64
    for o, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [Block(i, o, stride), Block(o, o, 1)]
        i = o
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


NETS = {
    MLP4: (lambda: mlp([4, 32, 32, 2], nn.Tanh), (4,)),
    MLP784: (lambda: mlp([784, 128, 64, 10], nn.ReLU), (784,)),
    LENET: (lenet, (1, 28, 28)),
    "stages": (stages, (3, 32, 32)),
    "resnet": (resnet, (3, 32, 32)),
}


def placed(net, x, variant):
    if variant == LAST:
        return net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    return net, x


def training(name, batch, optimizer):
    def make(variant):
        net, x = placed(NETS[name][0](), torch.randn(batch, *NETS[name][1]), variant)
        if name == MLP4:
            y, loss = torch.randn(batch, 2), F.mse_loss
        else:
            y, loss = torch.randint(0, 10, (batch,)), F.cross_entropy
        update = optimizer(net.parameters())

        def forward(x, y):
            return loss(net(x), y)

        if variant == COMPILED:
            forward = torch.compile(forward, dynamic=False)

        def step():
            update.zero_grad(set_to_none=True)
            forward(x, y).backward()
            update.step()

        return step

    return make


def inference(name):
    def make(variant):
        net, x = placed(NETS[name][0]().eval(), torch.randn(1, *NETS[name][1]), variant)
        net = torch.compile(net, dynamic=False) if variant == COMPILED else net

        def run():
            with torch.inference_mode():
                net(x)

        return run

    return make


def element(f):
    def make(variant):
        g = torch.compile(f) if variant == COMPILED else f
        x, dy = torch.randn(1000, 1000, requires_grad=True), torch.randn(1000, 1000)

        def run():
            x.grad = None
            g(x).backward(dy)

        return run

    return make


def lstm(variant):
    layer = nn.LSTM(64, 128)
    f = torch.compile(layer) if variant == COMPILED else layer
    x, dy = torch.randn(32, 16, 64, requires_grad=True), torch.randn(32, 16, 128)

    def run():
        x.grad = None
        layer.zero_grad(set_to_none=True)
        f(x)[0].backward(dy)

    return run


def adam(_):
    weights = [torch.randn(1_000_000, requires_grad=True) for _ in range(10)]
    for w in weights:
        w.grad = torch.randn_like(w)
    return torch.optim.Adam(weights, 1e-3, fused=True).step


def momentum(decay):
    return lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, weight_decay=decay, fused=True)


FLAT, IMAGES = (EAGER, COMPILED), (EAGER, LAST, COMPILED)
ADAM_STEP = lambda p: torch.optim.Adam(p, 1e-3, fused=True)
for name, batch, optimizer, variants in (
    (MLP4, 32, lambda p: torch.optim.SGD(p, 0.01, fused=True), FLAT),
    (MLP784, 64, ADAM_STEP, FLAT),
    (LENET, 64, ADAM_STEP, IMAGES),
    ("stages", 32, momentum(5e-4), IMAGES),
    ("resnet", 16, momentum(0), IMAGES),
):
    tell(STEPS[name], training(name, batch, optimizer), variants)
for name in (MLP4, MLP784, LENET):
    tell(INFERENCE[name], inference(name), IMAGES if name == LENET else FLAT)
tell(ELEMENTS["gelu"], element(F.gelu), FLAT)
tell(ELEMENTS["tanh"], element(torch.tanh), FLAT)
tell(ELEMENTS["softmax"], element(lambda x: F.softmax(x, -1)), FLAT)
tell(LSTM, lstm, (EAGER,))
tell(ADAM, adam, (EAGER,))
