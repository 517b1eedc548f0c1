"""Random tensors on Theano, drawn by NumPy.

What is drawn follows from the tensor's seed, the number of evaluations before, and inside of loops the number of
the step. So the gradient of a loop, which computes its steps a second time, sees the same draws.
"""

import random

import numpy as np
import theano
import theano.tensor as T
from theano.gof.graph import ancestors

from .. import numpy_random
from .broadcasting import sizes


def _kernel(draw):
    """The kernel that draws by a function of a shape, a dtype and a generator.

    ``times`` are the numbers of the steps of the loops around it.
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
    """Draws of a shape, that follow from numbers."""

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
    """A callable that computes the results, and then counts the evaluation for each tensor drawn in it."""
    counters = [x for x in ancestors(results) if hasattr(x.tag, "evaluations")]

    def call(arrays):
        values = run(arrays)
        for counter in counters:
            counter.set_value(counter.get_value() + 1)
        return values
    return call if counters else run
