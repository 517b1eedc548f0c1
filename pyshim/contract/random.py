"""Random tensors: each evaluation draws new values."""

import numpy as np

from .. import config
from ..engines import numpy_cast
from ..errors import ArgumentError, DtypeError, ShapeError
from ..graph.node import Node
from ..messages import Choices, Shape, Value
from . import rules
from .core import first_tensor, numeric_array
from .sizes import static_sizes

EXACT = 2 ** 53  # float64 holds every whole number up to this one


class Random:

    def random_normal(self, shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
        """Draws from the normal distribution.

        Arguments: shape, a tuple of sizes, numbers or integer scalars such as ``K.shape(x)[0]``, or an integer
        tensor with one dimension; mean; stddev, the standard deviation; dtype, a floating one, floatx by default;
        seed, an integer that makes the sequence of draws reproducible on the same backend. Returns: a tensor.
        """
        return self._normal("random_normal", shape, mean, stddev, dtype, seed)

    def random_uniform(self, shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
        """Draws from the uniform distribution on [minval, maxval).

        Arguments: minval, maxval, numbers, or with a floating dtype scalar tensors; shape and seed as of
        ``random_normal``; dtype, floatx by default, an integer dtype draws whole numbers. Returns: a tensor.
        """
        dtype = rules.dtype_name(dtype, config.floatx())
        bounds = [value for value, name in ((minval, "minval"), (maxval, "maxval"))
                  if not isinstance(value, Node) and rules.number(value, name) is not None]
        if len(bounds) == 2 and minval > maxval:
            raise ArgumentError("`minval` {low} is larger than `maxval` {high}", low=Value(minval), high=Value(maxval))
        if dtype in rules.INTEGERS:
            return self._whole_numbers(shape, minval, maxval, dtype, seed)
        draws = self._drawn("random_uniform", shape, dtype, seed, rules.FLOATS + rules.INTEGERS)
        if bounds == [0, 1]:
            return draws
        low, high = [self.node(value, name, dtype=dtype) for value, name in ((minval, "minval"), (maxval, "maxval"))]
        result = self.add(self.multiply(draws, self.subtract(high, low)), low)
        # The sum may be rounded up to maxval. If a limit is nan, so is the sum.
        if len(bounds) == 2:
            return self.minimum(result, _largest_below(maxval, minval, dtype))
        return self.select(self.greater_equal(result, high), low, result)

    def _whole_numbers(self, shape, minval, maxval, dtype, seed):
        low, high, limits = rules.integer(minval, "minval"), rules.integer(maxval, "maxval"), np.iinfo(dtype)
        if not limits.min <= low < high <= int(limits.max) + 1:
            raise ArgumentError("`minval` {low} and `maxval` {high} leave no whole numbers, or some that {dtype} "
                                "cannot hold", low=low, high=high, dtype=dtype)
        draws = self.multiply(self._drawn("random_uniform", shape, "float64", seed), float(high - low))
        if high - low > EXACT:
            # The draws are further apart than whole numbers, and the sum may be rounded beyond a limit.
            return self.clip(self.cast(self.add(draws, float(low)), dtype), low, high - 1)
        # Rounding towards 0, as cast() does, would make 0 twice as likely if the lower bound is negative.
        draws = self.floor_divide(draws, 1)
        if -EXACT <= low and high <= EXACT:
            return self.cast(self.add(draws, float(low)), dtype)
        return self.add(self.cast(draws, dtype), low)

    def random_binomial(self, shape, p=0.0, dtype=None, seed=None):
        """Draws of 1 with probability p, else 0.

        Arguments: p, a number from 0 to 1, an array of them, or a tensor; shape, dtype and seed as of
        ``random_normal``. Returns: a tensor.
        """
        if first_tensor(p) is None:
            p = numeric_array(p, "p")
            improper = p[~((p >= 0) & (p <= 1))]  # nan, too
            if improper.size:
                raise ArgumentError("{argument} must be from 0 to 1, not {value}", argument="p",
                                    value=Value(improper[0]))
        dtype = rules.dtype_name(dtype, config.floatx())
        draws = self._drawn("random_uniform", shape, dtype_of_draws(dtype), seed)
        p = self.node(p, "p", dtype=draws.dtype)
        if dtype != draws.dtype:
            p = self.cast(p, draws.dtype)
        return self.cast(self.less(draws, p), dtype)

    def truncated_normal(self, shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
        """Draws from the normal distribution; values beyond two standard deviations are drawn again.

        Arguments and return value as of ``random_normal``.
        """
        return self._normal("truncated_normal", shape, mean, stddev, dtype, seed)

    def _normal(self, kernel, shape, mean, stddev, dtype, seed):
        if isinstance(stddev, (int, float)) and stddev < 0:
            raise ArgumentError("{argument} must not be negative; it is {value}", argument="stddev",
                                value=Value(stddev))
        draws = self._drawn(kernel, shape, dtype, seed)
        mean, stddev = [self.node(value, name, dtype=draws.dtype)
                        for value, name in ((mean, "mean"), (stddev, "stddev"))]
        return self.add(self.multiply(draws, stddev), mean)

    def _drawn(self, kernel, shape, dtype, seed, accepted=rules.FLOATS):
        """Standard draws of a floating dtype."""
        dtype = rules.dtype_name(dtype, config.floatx())
        if dtype not in rules.FLOATS:
            raise DtypeError("{argument} {dtype} cannot be drawn", remedy="accepted: {accepted}", argument="dtype",
                             dtype=dtype, accepted=Choices(accepted))
        sizes = self.sizes_of(shape, "shape", least=0)
        if None in sizes:
            raise ShapeError("{argument} must be known in every dimension, not {shape}",
                             remedy="a size may be a tensor, an element of {shape()}", argument="shape",
                             shape=Shape(sizes))
        return self.apply(kernel, [self.packed(sizes)], dtype, static_sizes(sizes), dtype=dtype,
                          seed=random_seed(seed))


def dtype_of_draws(dtype):
    """The dtype of uniform draws that are compared with a probability: those of float16 are multiples of 1 / 2048."""
    return "float32" if dtype == "float16" else dtype


def _largest_below(maxval, minval, dtype):
    """The largest number of a floating dtype that is less than maxval, or minval if it equals maxval.

    Raises ArgumentError if their difference overflows.
    """
    with numpy_cast.quiet():
        low, high = np.array([minval, maxval]).astype(dtype)
        infinite = np.isinf(high - low)
    if infinite:
        raise ArgumentError("`minval` {low} and `maxval` {high} are too far apart for dtype {dtype}, whose largest "
                            "number is {largest}", low=Value(minval), high=Value(maxval), dtype=dtype,
                            largest=float(np.finfo(dtype).max))
    return np.nextafter(high, low)


def random_seed(seed):
    """A seed as a non-negative integer. Without one it is drawn from NumPy's generator, as in Keras, so that
    ``np.random.seed()`` makes all draws reproducible, whichever process makes them."""
    return int(np.random.randint(10 ** 7)) if seed is None else rules.integer(seed, "seed", least=0) % (2 ** 31 - 1)
