"""Which layer, activation or loss stands for an operator: its types, and the numbers of a case in our layout."""

from fractions import Fraction

import numpy as np


class NotApplicable(Exception):
    """A non-float type, a shape known only at run time, an operator that nothing here offers."""


class Lacks(Exception):
    """The operator is offered, this form of it is not."""


class Part:
    """A layer, or a loss, with its tensors and what should come out."""

    def __init__(self, kind, *types, **tensors):
        self.test = f"{kind}::<{', '.join(types)}>"
        self.tensors = {name.replace("__", "."): np.asarray(value) for name, value in tensors.items()}


FLOATS = (np.float32, np.float64)


def floats(*tensors):
    for tensor in tensors:
        if tensor is not None and tensor.dtype not in FLOATS:
            raise NotApplicable("a non-float type")


def shape(*sides):
    if len(sides) > 3:
        sides = (int(np.prod(sides[:-2])), *sides[-2:])
    name = {1: "Vector", 2: "Matrix", 3: "Image"}[len(sides)]
    return f"{name}<{', '.join(map(str, sides))}>"


def ratio(number):
    r = Fraction(float(number)).limit_denominator(1000)
    return f"{r.numerator}, {r.denominator}"


def nhwc(x):
    """Channels last, whatever the number of sides."""
    return np.moveaxis(x, 1, -1)


def infer(x_shape, layer, x, y, **tensors):
    return [Part("infer", x_shape, layer, x=x, y=y, **tensors)]


# ---- activations ----


def elementwise(layer):
    """The first side is the batch, if there are several."""

    def convert(node):
        (x, y), name = (node.inputs[0], node.outputs[0]), layer(node) if callable(layer) else layer
        floats(x)
        x, y = (t.reshape(1, *t.shape) if t.ndim == 1 else t for t in (x, y))
        return infer(shape(*x.shape[1:]), name, x, y)

    return convert


def selu(node):
    alpha, gamma = node.get("alpha"), node.get("gamma")
    if alpha is None and gamma is None:
        return "Selu"
    return f"(Elu<{ratio(alpha)}>, Elementwise<Times<{int(gamma)}>>)"


def gelu(node):
    return "GeluTanh" if node.get("approximate", "none") == "tanh" else "Gelu"


def hard_sigmoid(node):
    return f"HardSigmoid<{ratio(node.get('alpha', 0.2))}, {ratio(node.get('beta', 0.5))}>"


def prelu(node):
    x, slope, y = node.inputs[0], node.inputs[1], node.outputs[0]
    floats(x)
    # a slope for every number of a sample, or for every channel
    rows = slope.size
    if slope.shape not in (x.shape, x.shape[-1:]):
        raise Lacks("slopes along an inner axis")
    x, y = x.reshape(-1, rows), y.reshape(-1, rows)
    return infer(f"Vector<{rows}>", f"PRelu<{rows}>", x, y, slope=slope.flatten())


def along_axis(layer):
    def convert(node):
        x, y = node.inputs[0], node.outputs[0]
        floats(x)
        axis = node.get("axis", -1 if node.opset >= 13 else 1)
        n = x.shape[axis]
        x, y = (np.moveaxis(t, axis, -1).reshape(-1, n) for t in (x, y))
        return infer(f"Vector<{n}>", layer, x, y)

    return convert


# ---- layers ----


def linear(x, w, b, y):
    """`y = x·w + b`; a bias for each row makes a case of each."""
    (i, o), rows = w.shape, x.shape[0]
    if b is None:
        return infer(f"Vector<{i}>", f"LinearNoBias<{i}, {o}>", x, y, weight=w)
    b = np.broadcast_to(b, y.shape)
    layer = f"Linear<{i}, {o}>"
    if (b == b[:1]).all():
        return infer(f"Vector<{i}>", layer, x, y, weight=w, bias=b[0])
    return [infer(f"Vector<{i}>", layer, x[r : r + 1], y[r : r + 1], weight=w, bias=b[r])[0] for r in range(rows)]


def gemm(node):
    a, b, c = node.inputs[0], node.inputs[1], node.input(2)
    floats(a)
    a, b = a.T if node.get("transA", 0) else a, b.T if node.get("transB", 0) else b
    return linear(a, node.get("alpha", 1.0) * b, None if c is None else node.get("beta", 1.0) * c, node.outputs[0])


def matmul(node):
    a, b, y = *node.inputs, node.outputs[0]
    floats(a)
    if min(a.ndim, b.ndim) < 2:
        raise Lacks("a product with a vector")
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    flat = lambda t: np.broadcast_to(t, (*lead, *t.shape[-2:])).reshape(-1, *t.shape[-2:])
    return [linear(a, b, None, y)[0] for a, b, y in zip(flat(a), flat(b), flat(y))]


def gather(node):
    table, index, y = *node.inputs, node.outputs[0]
    floats(table)
    axis = node.get("axis", 0)
    if (index < 0).any():
        raise Lacks("words that count from the end")
    table = np.moveaxis(table, axis, 0)
    y = np.moveaxis(y, tuple(range(axis, axis + index.ndim)), tuple(range(index.ndim)))
    n, o = table.shape[0], table[0].size
    index = index.reshape(-1, index.shape[-1])
    y = y.reshape(*index.shape, o)
    return infer(f"Tokens<{index.shape[-1]}, {n}>", f"Embedding<{n}, {o}>", index, y, weight=table.reshape(n, o))


def flatten(node):
    x, y = node.inputs[0], node.outputs[0]
    floats(x)
    axis = node.get("axis", 1)
    axis = axis + x.ndim if axis < 0 else axis
    sides = x.shape[axis:] or (1,)
    return infer(shape(*sides), "Flatten", x.reshape(-1, *sides), y)


def reshape(node):
    x, y = node.inputs[0], node.outputs[0]
    floats(x)
    if y.ndim > 3 or 0 in y.shape:
        raise NotApplicable("a shape known only at run time")
    return infer(shape(*x.shape), f"Reshape<{shape(*y.shape)}>", x[None], y[None])


def padding(node, sides, kernel, strides, dilations):
    """How much is added before and after each side, and how many outputs there are."""
    auto = node.get("auto_pad", "NOTSET")
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    if auto.startswith("SAME"):
        outs = [-(-n // s) for n, s in zip(sides, strides)]
        all_of = [max((o - 1) * s + k - n, 0) for o, s, k, n in zip(outs, strides, reach, sides)]
        small = [a // 2 for a in all_of]
        before = small if auto == "SAME_UPPER" else [a - h for a, h in zip(all_of, small)]
        return before, [a - b for a, b in zip(all_of, before)]
    pads = node.get("pads", [0] * 2 * len(sides))
    return pads[: len(sides)], pads[len(sides) :]


def ones(node, n):
    return node.get("strides", [1] * n), node.get("dilations", [1] * n)


def conv(node):
    x, w, b, y = node.inputs[0], node.inputs[1], node.input(2), node.outputs[0]
    floats(x)
    if x.ndim != 4:
        raise Lacks("windows of one or three sides")
    strides, dilations = ones(node, 2)
    kernel = w.shape[2:]
    before, after = padding(node, x.shape[2:], kernel, strides, dilations)
    if node.get("group", 1) != 1 or dilations != [1, 1]:
        raise Lacks("groups or dilation")
    o, i = w.shape[:2]
    pad = before if before == after else [0, 0]
    layer = f"RectConv2d<{i}, {o}, {', '.join(map(str, [*kernel, *strides, *pad]))}>"
    tensors = {"weight": w.transpose(2, 3, 1, 0)} | ({} if b is None else {"bias": b})
    if before != after:
        layer = f"(ZeroPad2d<{before[0]}, {before[1]}, {after[0]}, {after[1]}>, {layer})"
        tensors = {f"1.{name}": value for name, value in tensors.items()}
    x, y = nhwc(x), nhwc(y)
    return infer(shape(*x.shape[1:]), layer, x, y, **tensors)


def conv_transpose(node):
    """Sequences are images of one row; every group makes a part of its own."""
    x, w, b, y = node.inputs[0], node.inputs[1], node.input(2), node.outputs[0]
    floats(x)
    if x.ndim == 3:
        x, w, y = (t[:, :, None] for t in (x, w, y))
    if x.ndim != 4:
        raise Lacks("windows of three sides")
    sides, kernel, outs, groups = x.shape[2:], w.shape[2:], y.shape[2:], node.get("group", 1)
    strides, dilations = ones(node, 2)
    if list(dilations) != [1, 1]:
        raise Lacks("dilation")
    full = [(n - 1) * s + k for n, s, k in zip(sides, strides, kernel)]
    if node.get("auto_pad", "NOTSET") == "SAME_UPPER":
        before = [(f - out) // 2 for f, out in zip(full, outs)]
    else:
        before = node.get("pads", [0] * 4)[:2]
    # what is left over at the end is added there, or cut off
    extra = [out - f + 2 * p for f, p, out in zip(full, before, outs)]
    crop = min(extra) < 0
    if crop:
        cut = [*before, *(f - p - out for f, p, out in zip(full, before, outs))]
        before, extra = [0, 0], [0, 0]
    parts = []
    for g in range(groups):
        i, o = w.shape[0] // groups, w.shape[1]
        mine, theirs = slice(g * i, (g + 1) * i), slice(g * o, (g + 1) * o)
        numbers = [kernel[0], strides[0], before[0], "f32", kernel[1], strides[1], before[1], *extra]
        layer = f"ConvTranspose2d<{i}, {o}, {', '.join(map(str, numbers))}>"
        tensors = {"weight": w[mine].transpose(2, 3, 1, 0)} | ({} if b is None else {"bias": b[theirs]})
        if crop:
            layer = f"({layer}, Crop2d<{', '.join(map(str, cut))}>)"
            tensors = {f"0.{name}": value for name, value in tensors.items()}
        parts += infer(shape(*sides, i), layer, nhwc(x[:, mine]), nhwc(y[:, theirs]), **tensors)
    return parts


def border(node):
    """The width comes as an input; the types say it where a layer has that border."""
    x, pads, y = node.inputs[0], [int(p) for p in node.inputs[1]], node.outputs[0]
    floats(x)
    layer = {"reflect": "ReflectPad2d", "edge": "ReplicatePad2d"}.get(node.get("mode", "constant"))
    if layer is None or x.ndim != 4 or len(pads) != 8 or any(pads[i] for i in (0, 1, 4, 5)):
        raise NotApplicable("a shape known only at run time")
    sides = [pads[i] for i in (2, 3, 6, 7)]
    x, y = nhwc(x), nhwc(y)
    return infer(shape(*x.shape[1:]), f"{layer}<{', '.join(map(str, sides))}>", x, y)


def pool(mean):
    def convert(node):
        x, y = node.inputs[0], node.outputs[0]
        floats(x)
        if x.ndim == 5:
            raise Lacks("windows of three sides")
        if len(node.outputs) > 1:
            raise Lacks("the places of the largest numbers")
        kernel, n = node.get("kernel_shape"), x.ndim - 2
        strides, dilations = ones(node, n)
        before, after = padding(node, x.shape[2:], kernel, strides, dilations)
        if dilations != [1] * n:
            raise Lacks("dilated pooling")
        counts = mean and node.get("count_include_pad", 0) == 1
        # symmetric padding from which windows at the same places are kept
        pads, crops = [], []
        for d in range(n):
            side, k, s, out = x.shape[2 + d], kernel[d], strides[d], y.shape[2 + d]
            choices = range(before[d], k, s)
            positions = lambda p: (side + 2 * p - k) // s + 1
            fits = [p for p in choices if positions(p) >= (p - before[d]) // s + out]
            if not fits:
                raise Lacks("padding as long as the window")
            skip = (fits[0] - before[d]) // s
            pads.append(fits[0])
            crops.append([skip, positions(fits[0]) - skip - out])
        if counts and (pads != list(before) or any(map(any, crops)) or list(before) != list(after)):
            raise Lacks("padding that counts on one side alone")
        x, y = nhwc(x), nhwc(y)
        if n == 1:
            if any(pads) or any(map(any, crops)):
                raise Lacks("padding of sequences")
            layer = f"{'Avg' if mean else 'Max'}Pool1d<{kernel[0]}, {strides[0]}>"
            return infer(f"Sequence<{x.shape[1]}, {x.shape[2]}>", layer, x, y)
        numbers = [kernel[0], strides[0], pads[0], kernel[1], strides[1], pads[1]]
        text = ", ".join(map(str, numbers))
        layer = f"AvgPool2d<{text}, {str(counts).lower()}>" if mean else f"MaxPool2d<{text}>"
        if any(map(any, crops)):
            crops = ", ".join(str(crop[end]) for end in (0, 1) for crop in crops)
            layer = f"({layer}, Crop2d<{crops}>)"
        return infer(shape(*x.shape[1:]), layer, x, y)

    return convert


def whole(layer):
    def convert(node):
        x, y = nhwc(node.inputs[0]), node.outputs[0]
        floats(x)
        return infer(shape(*x.shape[1:]), layer, x, y.reshape(y.shape[:2]))

    return convert


def shuffle(deep):
    """Channels to pixels or back; with a single channel of pixels the orders of all libraries agree."""

    def convert(node):
        x, y, r = node.inputs[0], node.outputs[0], node.get("blocksize")
        floats(x)
        few = (y if deep else x).shape[1]
        if few > 1 and node.get("mode", "DCR") == "DCR":
            raise Lacks("the order depth, column, row")
        layer = f"PixelShuffle<{r}>" if deep else f"PixelUnshuffle<{r}>"
        x, y = nhwc(x), nhwc(y)
        return infer(shape(*x.shape[1:]), layer, x, y)

    return convert


def nearest(x, f, g):
    return np.repeat(np.repeat(x, f, 2), g, 3)


def bilinear(x, factors):
    """Halves of pixels, not before the first nor after the last."""
    for axis, f in zip((2, 3), factors):
        n = x.shape[axis]
        at = np.maximum((np.arange(n * f) + 0.5) / f - 0.5, 0)
        low = np.minimum(np.floor(at).astype(int), n - 1)
        part = (at - low).reshape([-1 if a == axis else 1 for a in range(4)])
        x = np.take(x, low, axis) * (1 - part) + np.take(x, np.minimum(low + 1, n - 1), axis) * part
    return x


def resize(node):
    """The size comes as an input; where whole multiples do, the types say them."""
    x, y = node.inputs[0], node.outputs[0]
    floats(x)
    run_time = NotApplicable("a shape known only at run time")
    if x.ndim != 4 or x.shape[:2] != y.shape[:2] or any(b % a for a, b in zip(x.shape, y.shape)):
        raise run_time
    f, g = (b // a for a, b in zip(x.shape[2:], y.shape[2:]))
    mode = node.get("mode", "nearest")
    if mode == "nearest" and np.array_equal(nearest(x, f, g), y):
        layer = f"UpsampleNearest2d<{f}, {g}>"
    elif mode == "linear" and np.allclose(bilinear(x, (f, g)), y, 1e-5, 1e-5):
        layer = f"UpsampleBilinear2d<{f}, {g}>"
    else:
        raise run_time
    x, y = nhwc(x), nhwc(y)
    return infer(shape(*x.shape[1:]), layer, x, y)


# ---- branches ----


def both(*tensors):
    """Samples as a row of all their numbers: several inputs side by side, which is how a pair lies in memory."""
    return np.concatenate([t.reshape(t.shape[0], -1) for t in tensors], 1)


def pair_of(*sides):
    return sides[0] if len(sides) == 1 else f"Pair<{sides[0]}, {pair_of(*sides[1:])}>"


def combined(layer):
    """Two tensors, or three, as a pair, and a pair in a pair."""

    def convert(node):
        tensors, y = node.inputs, node.outputs[0]
        floats(*tensors)
        if any(t.shape != y.shape for t in tensors):
            raise Lacks("broadcasting")
        if len(tensors) > 3:
            raise Lacks("more than three tensors")
        tensors = [t.reshape(1, -1) if t.ndim == 1 else t for t in tensors]
        sides = shape(*tensors[0].shape[1:])
        ways = [
            "Identity",
            f"{layer}<First, Second>",
            f"{layer}<First, (Second, {layer}<First, Second>)>",
        ][len(tensors) - 1]
        return infer(pair_of(*[sides] * len(tensors)), ways, both(*tensors), y.reshape(tensors[0].shape))

    return convert


def concat(node):
    floats(*node.inputs)
    if len(node.inputs) != 2:
        raise Lacks("more than two tensors")
    axis = node.get("axis")
    (a, b), y = (np.moveaxis(t, axis, -1) for t in node.inputs), np.moveaxis(node.outputs[0], axis, -1)
    a, b, y = (t.reshape(-1, t.shape[-1]) for t in (a, b, y))
    sides = pair_of(shape(a.shape[1]), shape(b.shape[1]))
    return infer(sides, "Concat<(First, Second)>", both(a, b), y)


# ---- normalisation ----


def usual_epsilon(node):
    if abs(node.get("epsilon", 1e-5) - 1e-5) > 1e-9:
        raise Lacks("another epsilon than 1e-5")


def batch_norm(node):
    x, scale, shift, mean, variance = node.inputs
    floats(x)
    usual_epsilon(node)
    c, y = x.shape[1], node.outputs[0]
    x, y = nhwc(x), nhwc(y)
    if x.ndim == 2:
        x_shape = f"Vector<{c}>"
    else:
        x_shape = shape(*x.shape[1:])
    tensors = {"scale": scale, "shift": shift, "mean": mean, "variance": variance}
    if not node.get("training_mode", 0):
        return infer(x_shape, f"BatchNorm<{c}>", x, y, **tensors)
    # theirs keeps the biased variance, ours the unbiased one
    n, momentum = x.size / c, node.get("momentum", 0.9)
    of_batch = [(new - momentum * old) / (1 - momentum) for new, old in zip(node.outputs[1:], (mean, variance))]
    found = {"batch_mean": of_batch[0], "batch_variance": of_batch[1] * n / (n - 1)}
    return [Part("batch_norm", x_shape, str(c), x=x, y=y, **tensors, **found)]


def per_pixel(layer):
    def convert(node):
        x, scale, shift, y = *node.inputs, node.outputs[0]
        floats(x)
        usual_epsilon(node)
        x, y = nhwc(x), nhwc(y)
        return infer(shape(*x.shape[1:]), layer(node, x.shape[-1]), x, y, scale=scale, shift=shift)

    return convert


def per_row(layer, fields):
    def convert(node):
        x, y = node.inputs[0], node.outputs[0]
        floats(x)
        usual_epsilon(node)
        axis = node.get("axis", -1)
        n = int(np.prod(x.shape[axis:]))
        learned = {name: value.flatten() for name, value in zip(fields, node.inputs[1:])}
        return infer(f"Vector<{n}>", f"{layer}<{n}>", x.reshape(-1, n), y.reshape(-1, n), **learned)

    return convert


def response(node):
    x, y = nhwc(node.inputs[0]), nhwc(node.outputs[0])
    floats(x)
    if (node.get("alpha", 1e-4), node.get("beta", 0.75), node.get("bias", 1.0)) != (1e-4, 0.75, 1.0):
        if not np.allclose([node.get("alpha", 1e-4), node.get("beta", 0.75), node.get("bias", 1.0)], [1e-4, 0.75, 1]):
            raise Lacks("other constants than AlexNet's in PyTorch")
    return infer(shape(*x.shape[1:]), f"LocalResponseNorm<{node.get('size')}>", x, y)


def dropout(node):
    x, y = node.inputs[0], node.outputs[0]
    floats(x)
    given = node.input(1)
    p = float(given) if given is not None and given.size else node.get("ratio", 0.5)
    trains = node.input(2) is not None and bool(node.input(2))
    if trains and p > 0:
        raise Lacks("draws of another generator")
    x, y = (t.reshape(1, *t.shape) if t.ndim == 1 else t for t in (x, y))
    return [Part("train" if trains else "infer", shape(*x.shape[1:]), f"Dropout<{ratio(p)}>", x=x, y=y)]


# ---- recurrent layers ----


def recurrent(layer, order):
    """The gates of ONNX in the order of ours; the last state of every sample."""

    def convert(node):
        x, w, u, b = *node.inputs[:3], node.input(3)
        floats(x)
        x = x if node.get("layout", 0) else x.swapaxes(0, 1)
        kind, lengths, peephole = layer, node.input(4), node.input(7)
        if lengths is not None and (lengths != x.shape[1]).any():
            raise Lacks("sequences of several lengths")
        if layer == "Gru" and not node.get("linear_before_reset", 0):
            kind = "GruResetBefore"
        if peephole is not None:
            kind = "PeepholeLstm"
        (i, n), gates = (x.shape[2], u.shape[2]), len(order)
        by_gate = lambda t: t.reshape(gates, n, -1)[order]
        shaped = lambda t: by_gate(t[0]).transpose(2, 0, 1)
        tensors = {"0.weight_ih": shaped(w), "0.weight_hh": shaped(u)}
        if b is not None:
            tensors["0.bias"] = by_gate(b[0].reshape(2, -1).sum(0))
        tensors = {name: value.reshape(value.shape[0], -1) for name, value in tensors.items()}
        if "0.bias" in tensors:
            tensors["0.bias"] = tensors["0.bias"].flatten()
        if peephole is not None:
            tensors["0.peephole"] = peephole.reshape(3, n)[[0, 2, 1]].flatten()
        y = node.outputs[-1].reshape(x.shape[0], n)
        sequence, cell = f"Sequence<{x.shape[1]}, {i}>", f"{kind}<{i}, {n}>"
        first = [node.input(k).reshape(x.shape[0], n) for k in (5, 6) if node.input(k) is not None]
        if not first:
            return infer(sequence, f"({cell}, LastStep)", x, y, **tensors)
        state = f"Vector<{n}>" if layer != "Lstm" else f"Pair<Vector<{n}>, Vector<{n}>>"
        whole = np.concatenate([x.reshape(x.shape[0], -1), *first], 1)
        return infer(f"Pair<{sequence}, {state}>", f"(Stateful<{cell}>, First, LastStep)", whole, y, **tensors)

    return convert


# ---- losses ----


def class_loss(plain, weighted, softmax):
    """Every row a sample; the reduction and the mean by weights are the caller's."""

    def convert(node):
        y, labels, weights = node.inputs[0], node.inputs[1], node.input(2)
        floats(y)
        n, ignored = y.shape[1], node.get("ignore_index")
        weights = weights if weights is None else weights.copy()
        if ignored is not None and (labels == ignored).any():
            if not 0 <= ignored < n:
                raise Lacks("labels that are no class")
            weights = np.ones(n) if weights is None else weights
            weights[ignored] = 0
        rows = lambda t: nhwc(t).reshape(-1, n)
        tensors = {"x": rows(y), "labels": labels.flatten(), "loss": node.outputs[0].flatten()}
        if weights is not None:
            tensors["weights"] = weights
        kind = f"loss_{node.get('reduction', 'mean')}"
        types = [f"{weighted}<{n}>" if weights is not None else plain, str(n)]
        parts = [Part(kind, *types, **tensors)]
        if softmax and len(node.outputs) > 1:
            parts += infer(f"Vector<{n}>", "LogSoftmax", rows(y), rows(node.outputs[1]))
        return parts

    return convert


# Functions that ONNX writes out, node by node.
GRAPHS = {
    ("HardSigmoid", "Mul"): elementwise("Product<Identity, HardSigmoid>"),
    ("Softplus", "Tanh", "Mul"): elementwise("Product<Identity, (Softplus, Tanh)>"),
}

OPERATORS = {
    "Add": combined("Sum"),
    "AveragePool": pool(True),
    "BatchNormalization": batch_norm,
    "Celu": elementwise(lambda node: f"Celu<{ratio(node.get('alpha', 1.0))}>"),
    "Concat": concat,
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "DepthToSpace": shuffle(True),
    "Dropout": dropout,
    "Elu": elementwise(lambda node: f"Elu<{ratio(node.get('alpha', 1.0))}>"),
    "Flatten": flatten,
    "Gather": gather,
    "Gelu": elementwise(gelu),
    "Gemm": gemm,
    "GRU": recurrent("Gru", [1, 0, 2]),
    "GlobalAveragePool": whole("GlobalAvgPool"),
    "GlobalMaxPool": whole("GlobalMaxPool"),
    "GroupNormalization": per_pixel(lambda node, c: f"GroupNorm<{node.get('num_groups')}, {c}>"),
    "HardSigmoid": elementwise(hard_sigmoid),
    "HardSwish": elementwise("HardSwish"),
    "Identity": elementwise("Identity"),
    "InstanceNormalization": per_pixel(lambda node, c: f"InstanceNorm<{c}>"),
    "LRN": response,
    "LSTM": recurrent("Lstm", [0, 2, 3, 1]),
    "LayerNormalization": per_row("LayerNorm", ["scale", "shift"]),
    "LeakyRelu": elementwise(lambda node: f"LeakyRelu<{ratio(node.get('alpha', 0.01))}>"),
    "LogSoftmax": along_axis("LogSoftmax"),
    "MatMul": matmul,
    "MaxPool": pool(False),
    "Mish": elementwise("Mish"),
    "Mul": combined("Product"),
    "NegativeLogLikelihoodLoss": class_loss("Nll", "WeightedNll", False),
    "PRelu": prelu,
    "RNN": recurrent("Rnn", [0]),
    "Pad": border,
    "RMSNormalization": per_row("RmsNorm", ["scale"]),
    "Relu": elementwise("Relu"),
    "Reshape": reshape,
    "Resize": resize,
    "Selu": elementwise(selu),
    "Sigmoid": elementwise("Sigmoid"),
    "Sign": elementwise("Sign"),
    "Softmax": along_axis("Softmax"),
    "SoftmaxCrossEntropyLoss": class_loss("CrossEntropy", "WeightedCrossEntropy", True),
    "Softplus": elementwise("Softplus"),
    "Softsign": elementwise("Softsign"),
    "SpaceToDepth": shuffle(False),
    "Sum": combined("Sum"),
    "Swish": elementwise(lambda node: f"Swish<{ratio(node.get('alpha', 1.0))}>"),
    "Tanh": elementwise("Tanh"),
    "Upsample": resize,
}
