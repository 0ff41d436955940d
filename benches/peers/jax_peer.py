"""The work in JAX: the best of a jitted step and, for the small networks, of a jitted scan over many steps. Run it on one core.

`python jax_peer.py [FILTER]` prints a JSON line a piece of work.
"""

import os

os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax

from work import ADAM, ELEMENTS, INFERENCE, LENET, LSTM, MLP4, MLP784, STEPS, tell

JIT, LAST, SCAN = "jit", "jit, channels last", "scan"
random = np.random.default_rng(0)


def normal(*sides, scale=1.0):
    return jnp.asarray(random.standard_normal(sides, dtype=np.float32) * scale)


def linear(i, o):
    return {"w": normal(i, o, scale=i**-0.5), "b": jnp.zeros(o)}


def mlp_weights(sides):
    return [linear(i, o) for i, o in zip(sides, sides[1:])]


def mlp(weights, x, activation):
    for i, layer in enumerate(weights):
        x = x @ layer["w"] + layer["b"]
        x = activation(x) if i + 1 < len(weights) else x
    return x


class Images:
    """Convolution, batch norm and pooling in one of the two layouts."""

    def __init__(self, last):
        self.last = last
        self.words = ("NHWC", "HWIO", "NHWC") if last else ("NCHW", "OIHW", "NCHW")
        self.inner = (0, 1, 2) if last else (0, 2, 3)

    def image(self, batch, side, channels):
        return normal(batch, side, side, channels) if self.last else normal(batch, channels, side, side)

    def channel(self, v):
        return v if self.last else v[:, None, None]

    def filter(self, i, o, side):
        scale = (i * side * side) ** -0.5
        return normal(side, side, i, o, scale=scale) if self.last else normal(o, i, side, side, scale=scale)

    def conv(self, x, f, stride=1, padding=1):
        return lax.conv_general_dilated(x, f, (stride, stride), [(padding, padding)] * 2, dimension_numbers=self.words)

    def normalised(self, i, o, side):
        return {"f": self.filter(i, o, side), "scale": jnp.ones(o), "bias": jnp.zeros(o)}, {"mean": jnp.zeros(o), "var": jnp.ones(o)}

    def conv_norm(self, x, weights, running, stride=1, padding=1):
        y = self.conv(x, weights["f"], stride, padding)
        mean = y.mean(self.inner)
        var = ((y - self.channel(mean)) ** 2).mean(self.inner)
        n = y.size / mean.size
        running = {
            "mean": 0.9 * running["mean"] + 0.1 * lax.stop_gradient(mean),
            "var": 0.9 * running["var"] + 0.1 * lax.stop_gradient(var) * n / (n - 1),
        }
        scale = self.channel(lax.rsqrt(var + 1e-5) * weights["scale"])
        return (y - self.channel(mean)) * scale + self.channel(weights["bias"]), running

    def max_pool(self, x):
        window = (1, 2, 2, 1) if self.last else (1, 1, 2, 2)
        return lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")


relu = jax.nn.relu


def lenet(images):
    weights = {
        "c1": (images.filter(1, 6, 5), jnp.zeros(6)),
        "c2": (images.filter(6, 16, 5), jnp.zeros(16)),
        "mlp": mlp_weights([400, 120, 84, 10]),
    }

    def forward(weights, state, x):
        for name, padding in (("c1", 2), ("c2", 0)):
            f, bias = weights[name]
            x = images.max_pool(relu(images.conv(x, f, 1, padding) + images.channel(bias)))
        return mlp(weights["mlp"], x.reshape(x.shape[0], -1), relu), state

    return weights, None, forward


def stages(images):
    pairs = [images.normalised(i, o, 3) for i, o in ((3, 32), (32, 32), (32, 64), (64, 64))]
    weights = {"convs": [w for w, _ in pairs], "mlp": mlp_weights([4096, 256, 10])}

    def forward(weights, state, x):
        after = []
        for i, (w, running) in enumerate(zip(weights["convs"], state)):
            x, running = images.conv_norm(x, w, running)
            after.append(running)
            x = relu(x)
            x = images.max_pool(x) if i % 2 else x
        return mlp(weights["mlp"], x.reshape(x.shape[0], -1), relu), after

    return weights, [running for _, running in pairs], forward


def resnet(images):
    sides, i = [], 64
    for o, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        sides += [(i, o, stride), (o, o, 1)]
        i = o
    stem, stem_running = images.normalised(3, 64, 3)
    blocks, running = [], []
    for i, o, stride in sides:
        parts = [images.normalised(i, o, 3), images.normalised(o, o, 3)]
        parts += [images.normalised(i, o, 1)] if stride != 1 or i != o else []
        blocks.append([w for w, _ in parts])
        running.append([r for _, r in parts])
    weights = {"stem": stem, "blocks": blocks, "classes": linear(512, 10)}

    def forward(weights, state, x):
        x, stem_after = images.conv_norm(x, weights["stem"], state["stem"])
        x, after = relu(x), []
        for (_, _, stride), block, running in zip(sides, weights["blocks"], state["blocks"]):
            y, first = images.conv_norm(x, block[0], running[0], stride)
            y, second = images.conv_norm(relu(y), block[1], running[1])
            now = [first, second]
            if len(block) == 3:
                x, third = images.conv_norm(x, block[2], running[2], stride, 0)
                now.append(third)
            x = relu(y + x)
            after.append(now)
        x = x.mean((1, 2) if images.last else (2, 3))
        return x @ weights["classes"]["w"] + weights["classes"]["b"], {"stem": stem_after, "blocks": after}

    return weights, {"stem": stem_running, "blocks": running}, forward


def setup(name, batch, variant):
    images = Images(variant == LAST)
    if name == MLP4:
        net = mlp_weights([4, 32, 32, 2]), None, lambda w, s, x: (mlp(w, x, jnp.tanh), s)
        return net, normal(batch, 4), normal(batch, 2)
    labels = jnp.asarray(random.integers(0, 10, batch), jnp.int32)
    if name == MLP784:
        net = mlp_weights([784, 128, 64, 10]), None, lambda w, s, x: (mlp(w, x, relu), s)
        return net, normal(batch, 784), labels
    if name == LENET:
        return lenet(images), images.image(batch, 28, 1), labels
    return {"stages": stages, "resnet": resnet}[name](images), images.image(batch, 32, 3), labels


def training(name, batch, optimizer, many):
    def make(variant):
        (weights, state, forward), x, y = setup(name, batch, variant)

        def step(carry, x, y):
            weights, state, moments = carry

            def loss(weights):
                out, after = forward(weights, state, x)
                if name == MLP4:
                    return ((out - y) ** 2).mean(), after
                return optax.softmax_cross_entropy_with_integer_labels(out, y).mean(), after

            (value, state), gradient = jax.value_and_grad(loss, has_aux=True)(weights)
            update, moments = optimizer.update(gradient, moments, weights)
            return (optax.apply_updates(weights, update), state, moments), value

        carry = [(weights, state, optimizer.init(weights))]
        if variant == SCAN:
            all_steps = jax.jit(lambda c, x, y: lax.scan(lambda c, _: step(c, x, y), c, None, length=many), donate_argnums=0)
        else:
            all_steps = jax.jit(step, donate_argnums=0)

        def run():
            carry[0], _ = jax.block_until_ready(all_steps(carry[0], x, y))

        run.repeats = many if variant == SCAN else 1
        return run

    return make


def inference(name):
    def make(variant):
        (weights, state, forward), x, _ = setup(name, 1, variant)
        f = jax.jit(lambda w, x: forward(w, state, x)[0])
        return lambda: f(weights, x).block_until_ready()

    return make


def element(f):
    def make(_):
        x, dy = normal(1000, 1000), normal(1000, 1000)

        def both(x, dy):
            y, pullback = jax.vjp(f, x)
            return y, pullback(dy)[0]

        both = jax.jit(both)
        return lambda: jax.block_until_ready(both(x, dy))

    return make


def lstm(_):
    weights = {"x": normal(64, 512, scale=0.1), "h": normal(128, 512, scale=0.1), "b": jnp.zeros(512)}
    x, dy = normal(32, 16, 64), normal(32, 16, 128)

    def layer(weights, x):
        def cell(carry, gates):
            h, c = carry
            i, f, g, o = jnp.split(gates + h @ weights["h"], 4, -1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        zero = jnp.zeros((16, 128))
        return lax.scan(cell, (zero, zero), x @ weights["x"] + weights["b"])[1]

    def both(weights, x, dy):
        y, pullback = jax.vjp(layer, weights, x)
        return y, pullback(dy)

    both = jax.jit(both)
    return lambda: jax.block_until_ready(both(weights, x, dy))


def adam(_):
    weights, gradients = [[normal(1_000_000) for _ in range(10)] for _ in range(2)]
    optimizer = optax.adam(1e-3)

    def step(weights, moments, gradients):
        update, moments = optimizer.update(gradients, moments, weights)
        return optax.apply_updates(weights, update), moments

    step = jax.jit(step, donate_argnums=(0, 1))
    carry = [weights, optimizer.init(weights)]

    def run():
        carry[:] = jax.block_until_ready(step(*carry, gradients))

    return run


def momentum(decay):
    sgd = optax.sgd(0.01, momentum=0.9)
    return optax.chain(optax.add_decayed_weights(decay), sgd) if decay else sgd


for name, batch, optimizer, many, variants in (
    (MLP4, 32, optax.sgd(0.01), 1000, (JIT, SCAN)),
    (MLP784, 64, optax.adam(1e-3), 100, (JIT, SCAN)),
    (LENET, 64, optax.adam(1e-3), 20, (JIT, LAST, SCAN)),
    ("stages", 32, momentum(5e-4), 1, (JIT, LAST)),
    ("resnet", 16, momentum(0), 1, (JIT, LAST)),
):
    tell(STEPS[name], training(name, batch, optimizer, many), variants)
for name in (MLP4, MLP784, LENET):
    tell(INFERENCE[name], inference(name), (JIT, LAST) if name == LENET else (JIT,))
tell(ELEMENTS["gelu"], element(lambda x: jax.nn.gelu(x, approximate=False)), (JIT,))
tell(ELEMENTS["tanh"], element(jnp.tanh), (JIT,))
tell(ELEMENTS["softmax"], element(lambda x: jax.nn.softmax(x, -1)), (JIT,))
tell(LSTM, lstm, (JIT,))
tell(ADAM, adam, (JIT,))
