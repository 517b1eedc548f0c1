"""Random tensors on Theano, drawn by NumPy.

The draws are determined by the tensor's seed, the number of earlier evaluations, and inside loops the index of the time
step. So the gradient of a loop, which recomputes its steps, gets the same draws.
"""

import random

import numpy as np
import theano
import theano.tensor as T
from theano.gof.graph import ancestors

from .. import numpy_random
from .broadcasting import sizes


def _kernel(draw):
    """Returns: a kernel that draws by a function of a shape, a dtype and a generator.

    The kernel's ``times`` are the indices of the current time steps of the enclosing loops.
    """
    def kernel(self, shape, dtype, seed, times=()):
        seed = random.SystemRandom().randrange(2 ** 31) if seed is None else seed
        evaluations = theano.shared(np.zeros((), "int64"))
        evaluations.tag.evaluations = True
        return Draw(draw, dtype, seed, sizes(shape)[0])(shape, evaluations, *times)
    return kernel


class Random:

    random_uniform = _kernel(numpy_random.uniform)
    random_normal = _kernel(numpy_random.normal)
    truncated_normal = _kernel(numpy_random.truncated_normal)


class Draw(theano.Op):
    """Draws a tensor of a shape. The seed and the numbers in the inputs determine the draws."""

    __props__ = ("draw", "dtype", "seed", "ndim")

    def __init__(self, draw, dtype, seed, ndim):
        self.draw = draw
        self.dtype = dtype
        self.seed = seed
        self.ndim = ndim

    def make_node(self, shape, *numbers):
        return theano.Apply(self, [shape] + list(numbers), [T.TensorType(self.dtype, (False,) * self.ndim)()])

    def perform(self, node, inputs, outputs):
        generator = np.random.default_rng([self.seed] + list(map(int, inputs[1:])))
        outputs[0][0] = np.asarray(self.draw(tuple(inputs[0]), self.dtype, generator), self.dtype)

    def infer_shape(self, node, shapes):
        return [tuple(T.cast(node.inputs[0][i], "int64") for i in range(self.ndim))]

    def connection_pattern(self, node):
        return [[False] for _ in node.inputs]

    def grad(self, inputs, gradients):
        return [theano.gradient.disconnected_type() for _ in inputs]


def counting(run, results):
    """Returns: a callable that runs ``run``, and then increments the counter of each random tensor in the results."""
    counters = [x for x in ancestors(results) if hasattr(x.tag, "evaluations")]

    def call(arrays):
        values = run(arrays)
        for counter in counters:
            counter.set_value(counter.get_value() + 1)
        return values
    return call if counters else run
