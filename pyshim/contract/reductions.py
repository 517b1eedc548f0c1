"""Reductions over axes. ``axis`` is None for all, a number (negative from the end) or several."""

from .. import config
from ..errors import ShapeError
from ..messages import Axis
from . import rules


class Reductions:

    def max(self, x, axis=None, keepdims=False):
        """The largest element over the axes.

        Arguments: x, a tensor of numbers; axis; keepdims, keep the axes with size 1.
        Returns: a tensor of x's dtype; with no elements, -inf or the smallest number of an integer dtype.
        Raises ShapeError for an axis out of range.
        """
        return self._reduction("max", self.numbers(x, "x"), axis, keepdims)

    def min(self, x, axis=None, keepdims=False):
        """The smallest element over the axes; with no elements, inf or the largest number of an integer dtype.

        Arguments and errors as of ``max``. Returns: a tensor of x's dtype.
        """
        return self._reduction("min", self.numbers(x, "x"), axis, keepdims)

    def sum(self, x, axis=None, keepdims=False):
        """The sum over the axes. Arguments, value and errors as of ``max``; bools are counted, in int32."""
        return self._reduction("sum", self._counted(x), axis, keepdims)

    def prod(self, x, axis=None, keepdims=False):
        """The product over the axes. Arguments, value and errors as of ``sum``."""
        return self._reduction("prod", self._counted(x), axis, keepdims)

    def cumsum(self, x, axis=0):
        """The cumulative sum along an axis. Arguments: x, a tensor of numbers; axis. Returns: a tensor like x."""
        return self._cumulative("cumsum", x, axis)

    def cumprod(self, x, axis=0):
        """The cumulative product along an axis. Arguments: x, a tensor of numbers; axis. Returns: a tensor like x."""
        return self._cumulative("cumprod", x, axis)

    def var(self, x, axis=None, keepdims=False):
        """The (population) variance over the axes: the mean of the squared deviations.

        Arguments and errors as of ``mean``. Returns: a tensor of x's dtype; bools and integers become floatx.
        """
        x = self._averaged(x)
        deviations = self.subtract(x, self.mean(x, axis, keepdims=True))
        return self.mean(self.square(deviations), axis, keepdims)

    def std(self, x, axis=None, keepdims=False):
        """The standard deviation over the axes: the square root of the variance. Arguments as of ``var``."""
        return self.sqrt(self.var(x, axis, keepdims))

    def mean(self, x, axis=None, keepdims=False):
        """The mean over the axes.

        Arguments: x, a tensor; axis; keepdims, keep the axes with size 1.
        Returns: a tensor of x's dtype; bools and integers become floatx. Raises ShapeError for an axis out
        of range.
        """
        return self._reduction("mean", self._averaged(x), axis, keepdims)

    def any(self, x, axis=None, keepdims=False):
        """Whether any element over the axes is true (not 0).

        Arguments: x, a tensor; axis; keepdims. Returns: a bool tensor.
        """
        return self._reduction("any", self.cast(self.node(x, "x"), "bool"), axis, keepdims)

    def all(self, x, axis=None, keepdims=False):
        """Whether all elements over the axes are true (not 0).

        Arguments: x, a tensor; axis; keepdims. Returns: a bool tensor.
        """
        return self._reduction("all", self.cast(self.node(x, "x"), "bool"), axis, keepdims)

    def argmax(self, x, axis=-1):
        """The index of the largest element along an axis, the first one if there are several, or of the first nan.

        Arguments: x, a tensor of numbers; axis. Returns: an int64 tensor, without that axis. Raises ShapeError
        where the axis has no elements; where that is not known before, evaluating it raises EngineError.
        """
        return self._index("argmax", x, axis)

    def argmin(self, x, axis=-1):
        """The index of the smallest element along an axis, the first one if there are several, or of the first nan.

        Arguments: x, a tensor of numbers; axis. Returns: an int64 tensor, without that axis. Raises ShapeError
        where the axis has no elements; where that is not known before, evaluating it raises EngineError.
        """
        return self._index("argmin", x, axis)

    def logsumexp(self, x, axis=None, keepdims=False):
        """log(sum(exp(x))) over the axes, computed from x - max(x), which does not overflow.

        Arguments: x, a floating tensor; axis; keepdims. Returns: a tensor of x's dtype.
        """
        x = self.floats(x, "x")
        if "logsumexp" in self.host.traits["fused"]:
            return self._reduction("logsumexp", x, axis, keepdims)
        # An infinite maximum is not subtracted: inf - inf is nan.
        top = self.stop_gradient(self.max(x, axis, keepdims=True))
        finite = self.less(self.abs(top), float("inf"))
        top = self.select(finite, top, self.zeros_like(top))
        total = self.log(self.sum(self.exp(self.subtract(x, top)), axis, keepdims))
        return self.add(total, top if keepdims else self._dropped(top, axis))

    def _dropped(self, x, axis):
        axes = rules.many_axes(axis, x.ndim)
        return self.apply("squeeze", [x], x.dtype, rules.reduced(x.shape, axes, False), axis=axes)

    def _counted(self, x):
        x = self.node(x, "x")
        return self.cast(x, "int32") if x.dtype == "bool" else x

    def _averaged(self, x):
        x = self.node(x, "x")
        return x if x.dtype in rules.FLOATS else self.cast(x, config.floatx())

    def _reduction(self, kernel, x, axis, keepdims):
        axes, keepdims = rules.many_axes(axis, x.ndim), rules.flag(keepdims, "keepdims")
        if not axes:
            return self.identity(x)
        return self.apply(kernel, [x], x.dtype, rules.reduced(x.shape, axes, keepdims), axis=axes, keepdims=keepdims)

    def _cumulative(self, kernel, x, axis):
        x = self.numbers(x, "x")
        return self.apply(kernel, [x], x.dtype, x.shape, axis=rules.one_axis(axis, x.ndim))

    def _index(self, kernel, x, axis):
        x = self.numbers(x, "x")
        axis = rules.one_axis(axis, x.ndim)
        if x.shape[axis] == 0:
            raise ShapeError("{argument} {axis} of `x`, of shape {shape}, has no elements to choose from",
                             argument="axis", axis=Axis(axis), shape=x.shape)
        return self.apply(kernel, [x], "int64", rules.reduced(x.shape, (axis,), False), axis=axis)
