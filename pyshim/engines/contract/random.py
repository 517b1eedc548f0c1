"""Random tensors: drawn anew at each evaluation."""

import numpy as np

from ... import config
from ...errors import ArgumentError
from . import rules
from .node import Node


class Random:

    def random_normal(self, shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
        """Draws from the normal distribution.

        Arguments: shape, a tuple of sizes or an integer tensor with one dimension; mean; stddev, the
        standard deviation; dtype, a floating one, floatx by default; seed, an integer with which a new
        tensor draws the same sequence again on the same backend. Value: a tensor.
        """
        return self._scaled(self._drawn("random_normal", shape, dtype, seed), stddev, mean)

    def random_uniform(self, shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
        """Draws from the uniform distribution on [minval, maxval).

        Arguments: minval, maxval, numbers; shape and seed as of ``random_normal``; dtype, floatx by
        default, an integer dtype draws whole numbers. Value: a tensor.
        """
        dtype = rules.dtype_name(dtype or config.floatx())
        if isinstance(minval, (int, float)) and isinstance(maxval, (int, float)) and minval > maxval:
            raise ArgumentError("minval %r is larger than maxval %r" % (minval, maxval))
        if dtype in rules.FLOATS:
            return self._scaled(self._drawn("random_uniform", shape, dtype, seed), maxval - minval, minval)
        low, high = rules.integer(minval, "minval"), rules.integer(maxval, "maxval")
        draws = self._scaled(self._drawn("random_uniform", shape, "float64", seed), high - low, low)
        # Towards 0 would make 0 twice as likely where low is negative.
        return self.cast(self.floor_divide(draws, 1), dtype)

    def random_binomial(self, shape, p=0.0, dtype=None, seed=None):
        """Draws of 1 with probability p, else 0.

        Arguments: p, a number from 0 to 1; shape, dtype and seed as of ``random_normal``. Value: a tensor.
        """
        if not isinstance(p, Node) and not 0 <= p <= 1:
            raise ArgumentError("p must be a number from 0 to 1, not %r" % (p,))
        draws = self._drawn("random_uniform", shape, dtype, seed)
        return self.cast(self.less(draws, p), draws.dtype)

    def truncated_normal(self, shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
        """Draws from the normal distribution, those beyond two standard deviations drawn again.

        Arguments and value as of ``random_normal``.
        """
        return self._scaled(self._drawn("truncated_normal", shape, dtype, seed), stddev, mean)

    def _drawn(self, kernel, shape, dtype, seed):
        """Standard draws of a floating dtype."""
        dtype = rules.dtype_name(dtype or config.floatx())
        if dtype not in rules.FLOATS:
            raise ArgumentError("dtype must be a floating one, not %s" % dtype)
        if isinstance(shape, Node):
            rules.need_dtype(shape, "shape", rules.INTEGERS, "integers are needed,")
            rules.need_ndim(shape, "shape", 1)
            if shape.shape[0] is None:
                raise ArgumentError("shape, as a tensor, must have a known length")
            static, sizes = (None,) * shape.shape[0], self.cast(shape, "int32")
        else:
            static = rules.known_shape(shape)
            sizes = self.constant(np.array(static, "int32"), dtype="int32")
        return self.apply(kernel, [sizes], dtype, static, dtype=dtype, seed=random_seed(seed))

    def _scaled(self, draws, scale, offset):
        return self.add(self.multiply(draws, scale), offset)


def random_seed(seed):
    """A seed as a whole number from 0, or None for a sequence that is another one each time."""
    return None if seed is None else rules.integer(seed, "seed", least=0) % (1 << 31)
