"""The kernels: what an engine gives to the contract.

A kernel computes with native tensors. Its arguments have passed the contract's checks: dtypes agree,
axes are counted from the front, shapes fit. Its result has the dtype of its first argument and the shape
of the contract's function unless said otherwise here. Static shapes may have unknown sizes; a kernel
must work with them. Keyword arguments are plain Python values.

An engine may also override a function of the contract that is a composition, where its native way is
faster or more exact.
"""

from abc import ABC, abstractmethod


class Kernels(ABC):

    # -- graph --------------------------------------------------------------------------------------

    @abstractmethod
    def _compile(self, inputs, outputs, controls, updates, once):
        """A callable from a list of arrays, one for each input node, to a list of arrays.

        ``inputs``, ``outputs`` and ``controls`` are lists of nodes; controls are evaluated, their values
        dropped. ``updates`` maps each variable node to the update node with its new value: outputs and
        new values are computed from the variables as they are before, then these change.
        ``once``: the callable is likely to be called once, so compiling should be cheap.
        """

    @abstractmethod
    def _gradients(self, loss, variables):
        """The native gradients of the sum of a node with respect to nodes; None for one without."""

    @abstractmethod
    def _stop_gradient(self, x):
        """x, with a gradient of 0."""

    @abstractmethod
    def _print_tensor(self, x, message):
        """x; ``report.show(message, array)`` is called with its value at each evaluation."""

    # -- variables ----------------------------------------------------------------------------------

    @abstractmethod
    def _variable(self, array, name):
        """A native variable that holds the array's value, of its dtype and shape."""

    @abstractmethod
    def _constant(self, array):
        """A native constant of the array's dtype and shape."""

    @abstractmethod
    def _placeholder(self, shape, dtype, name):
        """A native placeholder; None in shape is an unknown size."""

    @abstractmethod
    def _get_value(self, variable):
        """The value of a native variable, an array that later changes of the variable leave alone."""

    @abstractmethod
    def _set_value(self, variable, array):
        """Change the value of a native variable; dtype and shape are its own."""

    @abstractmethod
    def _identity(self, x):
        """A new native tensor of the same value; of a variable, its value at evaluation."""

    @abstractmethod
    def _fill_like(self, x, number, dtype):
        """The number, in the shape of x and the given dtype."""

    @abstractmethod
    def _shape(self, x):
        """The shape of x at evaluation: int32, one dimension."""

    @abstractmethod
    def _cast(self, x, dtype):
        """x converted to another dtype (not bool): towards 0 from float to integer, bools to 0 and 1."""

    # -- linear algebra -----------------------------------------------------------------------------

    @abstractmethod
    def _dot(self, x, y):
        """The sum over the last axis of x and the last but one (or only) axis of y, as numpy.dot."""

    @abstractmethod
    def _permute(self, x, pattern):
        """x with its axes in the order of the pattern, as numpy.transpose."""

    # -- elementwise: floats ------------------------------------------------------------------------

    @abstractmethod
    def _sqrt(self, x):
        """Square root of x >= 0."""

    @abstractmethod
    def _exp(self, x):
        """Exponential."""

    @abstractmethod
    def _log(self, x):
        """Natural logarithm; -inf at 0, nan below."""

    @abstractmethod
    def _sin(self, x):
        """Sine."""

    @abstractmethod
    def _cos(self, x):
        """Cosine."""

    @abstractmethod
    def _sigmoid(self, x):
        """1 / (1 + exp(-x)), without overflow."""

    @abstractmethod
    def _tanh(self, x):
        """Hyperbolic tangent."""

    @abstractmethod
    def _round(self, x):
        """Nearest whole number, halves to the even one."""

    @abstractmethod
    def _divide(self, x, y):
        """x / y, broadcast: inf or nan where y is 0."""

    # -- elementwise: numbers -----------------------------------------------------------------------

    @abstractmethod
    def _abs(self, x):
        """Absolute value."""

    @abstractmethod
    def _square(self, x):
        """x * x."""

    @abstractmethod
    def _sign(self, x):
        """-1, 0 or 1."""

    @abstractmethod
    def _negative(self, x):
        """-x; of unsigned integers modulo 2 to the power of their bits."""

    @abstractmethod
    def _add(self, x, y):
        """x + y, broadcast."""

    @abstractmethod
    def _subtract(self, x, y):
        """x - y, broadcast."""

    @abstractmethod
    def _multiply(self, x, y):
        """x * y, broadcast."""

    @abstractmethod
    def _floor_divide(self, x, y):
        """The largest whole number not above x / y, broadcast; an error for an integer divided by 0."""

    @abstractmethod
    def _pow(self, x, y):
        """x to the power of y, broadcast; also for negative x and whole y."""

    @abstractmethod
    def _maximum(self, x, y):
        """The larger, broadcast."""

    @abstractmethod
    def _minimum(self, x, y):
        """The smaller, broadcast."""

    # -- elementwise: bools -------------------------------------------------------------------------

    @abstractmethod
    def _equal(self, x, y):
        """x == y, broadcast: bool. Also of bools."""

    @abstractmethod
    def _not_equal(self, x, y):
        """x != y, broadcast: bool. Also of bools."""

    @abstractmethod
    def _greater(self, x, y):
        """x > y, broadcast: bool."""

    @abstractmethod
    def _greater_equal(self, x, y):
        """x >= y, broadcast: bool."""

    @abstractmethod
    def _less(self, x, y):
        """x < y, broadcast: bool."""

    @abstractmethod
    def _less_equal(self, x, y):
        """x <= y, broadcast: bool."""

    @abstractmethod
    def _logical_and(self, x, y):
        """Both bools, broadcast."""

    @abstractmethod
    def _logical_or(self, x, y):
        """Either bool, broadcast."""

    @abstractmethod
    def _logical_not(self, x):
        """The other bool."""

    @abstractmethod
    def _select(self, condition, x, y):
        """x where the bool holds, else y, all broadcast: of x's dtype. What is not chosen leaves no trace,
        not even nan, in value or gradient."""

    # -- reductions ---------------------------------------------------------------------------------
    # ``axis`` is a tuple of at least one axis; with ``keepdims`` they stay with size 1.

    @abstractmethod
    def _max(self, x, axis, keepdims):
        """The largest element; -inf where there is none."""

    @abstractmethod
    def _min(self, x, axis, keepdims):
        """The smallest element; inf where there is none."""

    @abstractmethod
    def _sum(self, x, axis, keepdims):
        """The sum."""

    @abstractmethod
    def _prod(self, x, axis, keepdims):
        """The product; its gradient is right where elements are 0, too."""

    @abstractmethod
    def _mean(self, x, axis, keepdims):
        """The mean of floats, finite where the sum is too large for the dtype."""

    @abstractmethod
    def _any(self, x, axis, keepdims):
        """Whether any bool is true."""

    @abstractmethod
    def _all(self, x, axis, keepdims):
        """Whether all bools are true."""

    @abstractmethod
    def _argmax(self, x, axis):
        """The index of the largest element along an axis, or of the first nan; the first of equals: int64."""

    @abstractmethod
    def _argmin(self, x, axis):
        """The index of the smallest element along an axis, or the first nan; of equals the first: int64."""

    @abstractmethod
    def _cumsum(self, x, axis):
        """The running sum along an axis."""

    @abstractmethod
    def _cumprod(self, x, axis):
        """The running product along an axis; its gradient is right where elements are 0, too."""

    # -- shapes -------------------------------------------------------------------------------------

    @abstractmethod
    def _reshape(self, x, shape):
        """x in another shape, a tuple of sizes of which one may be -1."""

    @abstractmethod
    def _concatenate(self, *tensors, axis):
        """Tensors joined along an axis."""

    @abstractmethod
    def _expand_dims(self, x, axis):
        """x with a new axis of size 1."""

    @abstractmethod
    def _squeeze(self, x, axis):
        """x without the axes of size 1 that the tuple names."""

    @abstractmethod
    def _get_item(self, x, key):
        """x[key]: key has a number or slice for each dimension, and None for new ones."""

    # -- nn -----------------------------------------------------------------------------------------

    @abstractmethod
    def _softmax(self, x, axis):
        """exp(x) scaled to sum 1 along an axis, without overflow."""
