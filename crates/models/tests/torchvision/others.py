"""Networks that torchvision lacks, narrow, written by hand from the tables in the docs. Their tensors are called by their places, as those of
nested `nn.Sequential`s are."""

import torch
from torch import nn


class Flat(nn.Module):
    """The numbers of an image pixel by pixel, the channels innermost."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


class Unflat(nn.Module):
    def __init__(self, side, channels):
        super().__init__()
        self.side, self.channels = side, channels

    def forward(self, x):
        return x.view(-1, self.side, self.side, self.channels).permute(0, 3, 1, 2)


class Beside(nn.Sequential):
    """The outputs of all parts, their channels side by side."""

    def forward(self, x):
        return torch.cat([part(x) for part in self], 1)


class NormRelu(nn.BatchNorm2d):
    """One layer, with one place."""

    def forward(self, x):
        return torch.relu(super().forward(x))


def alexnet_original():
    a, b, c, hidden, classes = 2, 3, 4, 10, 5
    norm = lambda: nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=1)
    return nn.Sequential(
        nn.Sequential(
            nn.Conv2d(3, 2 * a, 11, 4), nn.ReLU(), norm(), nn.MaxPool2d(3, 2),
            nn.Conv2d(2 * a, 2 * b, 5, 1, 2, groups=2), nn.ReLU(), norm(), nn.MaxPool2d(3, 2),
        ),
        nn.Sequential(
            nn.Conv2d(2 * b, 2 * c, 3, 1, 1), nn.ReLU(), nn.Conv2d(2 * c, 2 * c, 3, 1, 1, groups=2), nn.ReLU(),
            nn.Conv2d(2 * c, 2 * b, 3, 1, 1, groups=2), nn.ReLU(), nn.MaxPool2d(3, 2), Flat(),
        ),
        nn.Sequential(
            nn.Linear(2 * b, hidden), nn.ReLU(), nn.Dropout(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(),
            nn.Linear(hidden, classes),
        ),
    )


def twice(i, o):
    def once(i):
        return nn.Sequential(nn.Conv2d(i, o, 3, 1, 1, bias=False), NormRelu(o))
    return nn.Sequential(once(i), once(o))


def level(a, b, *deeper):
    down = nn.Sequential(nn.MaxPool2d(2), twice(a, b), *deeper, nn.ConvTranspose2d(b, a, 2, 2))
    return nn.Sequential(Beside(nn.Identity(), down), twice(2 * a, a))


def unet(i, o, widths):
    inner = []
    for a, b in reversed(list(zip(widths, widths[1:]))):
        inner = [level(a, b, *inner)]
    return nn.Sequential(twice(i, widths[0]), *inner, nn.Conv2d(widths[0], o, 1))


def conv_autoencoder():
    code, a, b = 3, 2, 3
    return nn.Sequential(
        nn.Sequential(
            nn.Conv2d(1, a, 3, 2, 1), nn.ReLU(), nn.Conv2d(a, b, 3, 2, 1), nn.ReLU(), Flat(), nn.Linear(49 * b, code),
        ),
        nn.Sequential(
            nn.Linear(code, 49 * b), nn.ReLU(), Unflat(7, b), nn.ConvTranspose2d(b, a, 4, 2, 1), nn.ReLU(),
            nn.ConvTranspose2d(a, 1, 4, 2, 1),
        ),
    )


def chances(logits):
    """What a pixel should be, the channels innermost."""
    n, c, h, w = logits.shape
    place = torch.arange(n * c * h * w)
    return ((place * place % 101).double() / 100).view(n, h, w, c).permute(0, 3, 1, 2)
