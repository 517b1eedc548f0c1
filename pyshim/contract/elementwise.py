"""Elementwise mathematics, and the operators of a tensor.

Users reach the methods of the last section through Python's and R's operators.
"""

from .. import config
from ..errors import ArgumentError
from ..messages import Value
from . import rules


class Elementwise:

    # -- functions of one tensor ------------------------------------------------------------------

    def square(self, x):
        """x * x, elementwise. Arguments: x, a tensor of numbers. Returns: a tensor of its shape and dtype."""
        x = self.numbers(x, "x")
        return self.apply("square", [x], x.dtype, x.shape)

    def abs(self, x):
        """Absolute value, elementwise. Arguments: x, a tensor of numbers. Returns: a tensor like x."""
        x = self.numbers(x, "x")
        return self.apply("abs", [x], x.dtype, x.shape)

    def sqrt(self, x):
        """Square root, elementwise; 0 for negative numbers.

        Arguments: x, a floating tensor. Returns: a tensor like x. The Keras reference clips below at 0.
        """
        return self._float_function("sqrt", self.maximum(self.floats(x, "x"), 0))

    def exp(self, x):
        """e to the power of x, elementwise. Arguments: x, a floating tensor. Returns: a tensor like x."""
        return self._float_function("exp", x)

    def log(self, x):
        """Natural logarithm, elementwise: -inf at 0, nan below.

        Arguments: x, a floating tensor. Returns: a tensor like x.
        """
        return self._float_function("log", x)

    def round(self, x):
        """Nearest whole number, elementwise; halves are rounded to even, as in IEEE 754.

        Arguments: x, a tensor of numbers. Returns: a tensor like x. The gradient is 0.
        """
        x = self.numbers(x, "x")
        if x.dtype not in rules.FLOATS:
            return self.identity(x)
        return self.apply("round", [x], x.dtype, x.shape)

    def sign(self, x):
        """-1, 0 or 1, elementwise. Arguments: x, a tensor of numbers. Returns: a tensor like x."""
        x = self.numbers(x, "x")
        return self.apply("sign", [x], x.dtype, x.shape)

    def sin(self, x):
        """Sine of x in radians, elementwise. Arguments: x, a floating tensor. Returns: a tensor like x."""
        return self._float_function("sin", x)

    def cos(self, x):
        """Cosine of x in radians, elementwise. Arguments: x, a floating tensor. Returns: a tensor like x."""
        return self._float_function("cos", x)

    def _float_function(self, kernel, x):
        x = self.floats(x, "x")
        return self.apply(kernel, [x], x.dtype, x.shape)

    # -- functions of several tensors -------------------------------------------------------------

    def pow(self, x, a):
        """x to the power of a, elementwise.

        Arguments: x, a tensor of numbers; a, a number or a tensor that broadcasts with x.
        Returns: a tensor of x's dtype.
        """
        return self._binary("pow", x, a, ("x", "a"))

    def clip(self, x, min_value, max_value):
        """x limited to [min_value, max_value], elementwise.

        Arguments: x, a tensor of numbers; min_value, max_value, numbers or tensors, None for no limit.
        Returns: a tensor like x. Raises ArgumentError when both are numbers and min_value is the larger.
        """
        x = self.numbers(x, "x")
        if isinstance(min_value, (int, float)) and isinstance(max_value, (int, float)) \
                and min_value > max_value:
            raise ArgumentError("`min_value` {low} is larger than `max_value` {high}", low=Value(min_value),
                                high=Value(max_value))
        if max_value is not None:
            x = self._binary("minimum", x, max_value, ("x", "max_value"))
        if min_value is not None:
            x = self._binary("maximum", x, min_value, ("x", "min_value"))
        return x

    def equal(self, x, y):
        """x == y, elementwise. Arguments: tensors or arrays that broadcast. Returns: a bool tensor."""
        return self._binary("equal", x, y, dtype="bool")

    def not_equal(self, x, y):
        """x != y, elementwise. Arguments: tensors or arrays that broadcast. Returns: a bool tensor."""
        return self._binary("not_equal", x, y, dtype="bool")

    def greater(self, x, y):
        """x > y, elementwise. Arguments: tensors or arrays that broadcast. Returns: a bool tensor."""
        return self._binary("greater", x, y, dtype="bool")

    def greater_equal(self, x, y):
        """x >= y, elementwise. Arguments: tensors or arrays that broadcast. Returns: a bool tensor."""
        return self._binary("greater_equal", x, y, dtype="bool")

    def less(self, x, y):
        """x < y, elementwise. Arguments: tensors or arrays that broadcast. Returns: a bool tensor."""
        return self._binary("less", x, y, dtype="bool")

    def less_equal(self, x, y):
        """x <= y, elementwise. Arguments: tensors or arrays that broadcast. Returns: a bool tensor."""
        return self._binary("less_equal", x, y, dtype="bool")

    def maximum(self, x, y):
        """The larger of x and y, elementwise. Arguments: tensors or arrays that broadcast. Returns: a tensor."""
        return self._binary("maximum", x, y)

    def minimum(self, x, y):
        """The smaller of x and y, elementwise. Arguments: tensors or arrays that broadcast. Returns: a tensor."""
        return self._binary("minimum", x, y)

    def _binary(self, kernel, x, y, names=("x", "y"), dtype=None):
        x, y, shape = self.pair(x, y, names)
        if kernel not in ("equal", "not_equal"):
            rules.need_dtype(x, names[0], rules.FLOATS + rules.INTEGERS, "numbers are needed,")
        return self.apply(kernel, [x, y], dtype or x.dtype, shape)

    # -- operators --------------------------------------------------------------------------------

    def add(self, x, y):
        """x + y, elementwise."""
        return self._binary("add", x, y)

    def subtract(self, x, y):
        """x - y, elementwise."""
        return self._binary("subtract", x, y)

    def multiply(self, x, y):
        """x * y, elementwise."""
        return self._binary("multiply", x, y)

    def divide(self, x, y):
        """x / y, elementwise; integers are converted to floatx first."""
        x, y, _ = self.pair(x, y)
        if x.dtype not in rules.FLOATS:
            x, y = self.cast(x, config.floatx()), self.cast(y, config.floatx())
        return self._binary("divide", x, y)

    def floor_divide(self, x, y):
        """The largest whole number not above x / y, elementwise, as in NumPy. The gradient is 0."""
        return self._binary("floor_divide", x, y)

    def remainder(self, x, y):
        """The remainder of floor_divide(x, y), elementwise, with the sign of y as in NumPy and R."""
        return self._binary("remainder", x, y)

    def negative(self, x):
        """-x, elementwise."""
        x = self.numbers(x, "x")
        return self.apply("negative", [x], x.dtype, x.shape)

    def logical_and(self, x, y):
        """Logical and, elementwise, of bools, or of numbers, where 0 is false and all others are true."""
        x, y, shape = self.pair(self.cast(x, "bool"), self.cast(y, "bool"))
        return self.apply("logical_and", [x, y], "bool", shape)

    def logical_or(self, x, y):
        """Logical or, elementwise, of bools, or of numbers, where 0 is false and all others are true."""
        x, y, shape = self.pair(self.cast(x, "bool"), self.cast(y, "bool"))
        return self.apply("logical_or", [x, y], "bool", shape)

    def logical_not(self, x):
        """Logical not, elementwise, of bools, or of numbers, where 0 is false and all others are true."""
        x = self.cast(x, "bool")
        return self.apply("logical_not", [x], "bool", x.shape)

    def select(self, condition, x, y):
        """x where the condition is true, y elsewhere; all three broadcast."""
        condition = self.cast(condition, "bool")
        x, y, shape = self.pair(x, y)
        shape = rules.broadcast(condition.shape, shape, ("condition", "the result"))
        return self.apply("select", [condition, x, y], x.dtype, shape)
