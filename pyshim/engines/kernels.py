"""The kernels: what an engine computes with native tensors.

The arguments of a kernel have passed the contract's checks: dtypes agree,
axes are counted from the front, shapes fit. Its result has the dtype of its first argument and the shape
of the contract's function unless said otherwise here. Static shapes may have unknown sizes; a kernel
must work with them. Keyword arguments are plain Python values.

A kernel that is not abstract has a default composition, which an engine overrides where its native way is
faster or more exact.
"""

from abc import ABC, abstractmethod


class Kernels(ABC):

    # -- graph --------------------------------------------------------------------------------------

    @abstractmethod
    def stop_gradient(self, x):
        """x, with a gradient of 0."""

    @abstractmethod
    def asserted(self, x, condition, message):
        """x; an error with the message, when it is evaluated, where the bool scalar does not hold."""

    @abstractmethod
    def print_tensor(self, x, message):
        """x; ``report.show(message, array)`` is called with its value at each evaluation."""

    # -- variables ----------------------------------------------------------------------------------

    @abstractmethod
    def identity(self, x):
        """A new native tensor of the same value; of a variable, its value at evaluation."""

    @abstractmethod
    def fill_like(self, x, number, dtype):
        """The number, in the shape of x and the given dtype."""

    @abstractmethod
    def arange(self, count):
        """The numbers from 0 up to, but not including, count, an int64 scalar that is not negative: int64."""

    @abstractmethod
    def shape(self, x):
        """The shape of x at evaluation: int32, one dimension."""

    @abstractmethod
    def cast(self, x, dtype):
        """x converted to another dtype (not bool): towards 0 from float to integer, bools to 0 and 1."""

    # -- linear algebra -----------------------------------------------------------------------------

    @abstractmethod
    def dot(self, x, y):
        """The sum over the last axis of x and the last but one (or only) axis of y, as numpy.dot."""

    @abstractmethod
    def permute(self, x, pattern):
        """x with its axes in the order of the pattern, as numpy.transpose."""

    @abstractmethod
    def batch_dot(self, x, y, axes):
        """For each index of the first axes, the sum over axis axes[0] of x and axes[1] of y of the products:
        x's other axes, then y's."""

    @abstractmethod
    def gather(self, reference, indices):
        """The slices of reference's first axis at the indices, int32 or int64; an error where one is out of range.
        Gradients of a slice that is taken several times add up."""

    @abstractmethod
    def segment_sum(self, x, segments, count):
        """A tensor whose slice i is the sum of the slices x[j] with segments[j] == i; ``count`` is the number
        of slices, an int32 scalar. ``segments`` are int32."""

    @abstractmethod
    def scatter(self, values, rows, columns, sizes):
        """A matrix of zeros of the shape ``sizes`` (int32), with values[j] added at (rows[j], columns[j])."""

    # -- elementwise: floats ------------------------------------------------------------------------

    @abstractmethod
    def sqrt(self, x):
        """Square root of x >= 0."""

    @abstractmethod
    def exp(self, x):
        """Exponential."""

    @abstractmethod
    def log(self, x):
        """Natural logarithm; -inf at 0, nan below."""

    @abstractmethod
    def sin(self, x):
        """Sine."""

    @abstractmethod
    def cos(self, x):
        """Cosine."""

    @abstractmethod
    def sigmoid(self, x):
        """1 / (1 + exp(-x)), without overflow."""

    @abstractmethod
    def tanh(self, x):
        """Hyperbolic tangent."""

    @abstractmethod
    def round(self, x):
        """Nearest whole number, halves to the even one."""

    @abstractmethod
    def divide(self, x, y):
        """x / y, broadcast: inf or nan where y is 0."""

    # -- elementwise: numbers -----------------------------------------------------------------------

    @abstractmethod
    def abs(self, x):
        """Absolute value."""

    @abstractmethod
    def square(self, x):
        """x * x."""

    @abstractmethod
    def sign(self, x):
        """-1, 0 or 1."""

    @abstractmethod
    def negative(self, x):
        """-x; of unsigned integers modulo 2 to the power of their bits."""

    @abstractmethod
    def add(self, x, y):
        """x + y, broadcast."""

    @abstractmethod
    def subtract(self, x, y):
        """x - y, broadcast."""

    @abstractmethod
    def multiply(self, x, y):
        """x * y, broadcast."""

    @abstractmethod
    def floor_divide(self, x, y):
        """NumPy's x // y, broadcast; an error for an integer divided by 0. The gradient is 0."""

    @abstractmethod
    def remainder(self, x, y):
        """NumPy's x % y, broadcast; an error for an integer divided by 0. The gradients are 1, and -(x // y)."""

    @abstractmethod
    def pow(self, x, y):
        """x to the power of y, broadcast; also for negative x and whole y."""

    @abstractmethod
    def maximum(self, x, y):
        """The larger, broadcast."""

    @abstractmethod
    def minimum(self, x, y):
        """The smaller, broadcast."""

    # -- elementwise: bools -------------------------------------------------------------------------

    @abstractmethod
    def equal(self, x, y):
        """x == y, broadcast: bool. Also of bools."""

    @abstractmethod
    def not_equal(self, x, y):
        """x != y, broadcast: bool. Also of bools."""

    @abstractmethod
    def greater(self, x, y):
        """x > y, broadcast: bool."""

    @abstractmethod
    def greater_equal(self, x, y):
        """x >= y, broadcast: bool."""

    @abstractmethod
    def less(self, x, y):
        """x < y, broadcast: bool."""

    @abstractmethod
    def less_equal(self, x, y):
        """x <= y, broadcast: bool."""

    @abstractmethod
    def logical_and(self, x, y):
        """Both bools, broadcast."""

    @abstractmethod
    def logical_or(self, x, y):
        """Either bool, broadcast."""

    @abstractmethod
    def logical_not(self, x):
        """The other bool."""

    @abstractmethod
    def select(self, condition, x, y):
        """x where the bool holds, else y, all broadcast: of x's dtype. What is not chosen leaves no trace,
        not even nan, in value or gradient."""

    # -- reductions ---------------------------------------------------------------------------------
    # ``axis`` is a tuple of at least one axis; with ``keepdims`` they stay with size 1.

    @abstractmethod
    def max(self, x, axis, keepdims):
        """The largest element; -inf where there is none."""

    @abstractmethod
    def min(self, x, axis, keepdims):
        """The smallest element; inf where there is none."""

    @abstractmethod
    def sum(self, x, axis, keepdims):
        """The sum."""

    @abstractmethod
    def prod(self, x, axis, keepdims):
        """The product; its gradient is right where elements are 0, too."""

    @abstractmethod
    def mean(self, x, axis, keepdims):
        """The mean of floats, finite where the sum is too large for the dtype."""

    @abstractmethod
    def any(self, x, axis, keepdims):
        """Whether any bool is true."""

    @abstractmethod
    def all(self, x, axis, keepdims):
        """Whether all bools are true."""

    @abstractmethod
    def argmax(self, x, axis):
        """The index of the largest element along an axis, or of the first nan; the first of equals: int64."""

    @abstractmethod
    def argmin(self, x, axis):
        """The index of the smallest element along an axis, or the first nan; of equals the first: int64."""

    @abstractmethod
    def cumsum(self, x, axis):
        """The running sum along an axis."""

    @abstractmethod
    def cumprod(self, x, axis):
        """The running product along an axis; its gradient is right where elements are 0, too."""

    logsumexp = None  # (x, axis, keepdims), where the engine has it in one; else it is composed

    # -- shapes -------------------------------------------------------------------------------------

    @abstractmethod
    def reshape(self, x, shape):
        """x in another shape, a tuple of sizes of which one may be -1."""

    @abstractmethod
    def reshape_to(self, x, sizes):
        """x in another shape: an int64 tensor with one dimension, of which one element may be -1."""

    @abstractmethod
    def broadcast_to(self, x, sizes):
        """x, repeated along axes of size 1 so that it has the sizes: an int64 tensor, of one element for each axis."""

    @abstractmethod
    def batch_flatten(self, x):
        """x with all axes but the first made one; the first may have size 0."""

    @abstractmethod
    def repeat_elements(self, x, rep, axis):
        """Each slice along an axis rep times in a row, as numpy.repeat."""

    @abstractmethod
    def tile(self, x, n):
        """x, n[i] times along each axis i."""

    @abstractmethod
    def pad(self, x, padding):
        """x with zeros: a pair of numbers, before and after, for each axis."""

    @abstractmethod
    def resize_linear(self, x, factor, axis):
        """An axis made longer by a whole factor: element i * factor is x[i], and i * factor + j is x[i] *
        (1 - j / factor) + x[i + 1] * (j / factor), where the last element counts as its own next."""

    @abstractmethod
    def concatenate(self, *tensors, axis):
        """Tensors joined along an axis."""

    @abstractmethod
    def expand_dims(self, x, axis):
        """x with a new axis of size 1."""

    @abstractmethod
    def squeeze(self, x, axis):
        """x without the axes of size 1 that the tuple names."""

    @abstractmethod
    def get_item(self, x, key):
        """x[key]: key has a number or slice for each dimension, and None for new ones."""

    @abstractmethod
    def get_item_at(self, x, positions, key):
        """x[key] with elements of ``positions``, an int64 tensor with one dimension, in the places in the key that
        are an ``At``: see ``positions.py``."""

    # -- nn -----------------------------------------------------------------------------------------

    @abstractmethod
    def relu(self, x):
        """x where it is positive, else 0, and no -0. nan stays. The gradient at 0 is 0."""

    @abstractmethod
    def softplus(self, x):
        """log(1 + exp(x)), without overflow."""

    @abstractmethod
    def softmax(self, x, axis):
        """exp(x) scaled to sum 1 along an axis, without overflow."""

    def bias_add(self, x, bias):
        """x + bias, of which the axes are x's last."""
        return self.add(x, bias)

    # -- convolution --------------------------------------------------------------------------------
    # x has the samples first, the channels last, and one to three spatial axes between them. The static
    # shape of the kernel and its channels is known. ``padding`` is "valid" or "same"; "same" adds
    # max((ceil(size / stride) - 1) * stride + (width - 1) * dilation + 1 - size, 0) zeros along an axis, the
    # odd one at its end. ``strides`` and ``dilation`` have a number for each spatial axis.

    @abstractmethod
    def convolution(self, x, kernel, strides, padding, dilation):
        """Cross-correlation with a kernel of shape spatial + (channels, filters)."""

    @abstractmethod
    def convolution_transpose(self, x, kernel, *given, sizes, strides, padding, dilation):
        """What the gradient of convolution is for its x, of spatial sizes ``sizes``, where x is the gradient
        of its result. The kernel has the shape spatial + (channels of the result, channels of x). Where sizes has
        None, ``given`` is an int64 tensor of all sizes."""

    @abstractmethod
    def depthwise_convolution(self, x, kernel, strides, padding, dilation):
        """Each channel by its own filters: kernel spatial + (channels, multiplier), one or two spatial axes;
        channel c * multiplier + m of the result is channel c of x by kernel[..., c, m]."""

    @abstractmethod
    def pool(self, x, size, strides, padding, mode):
        """The largest element ("max") or the mean ("avg") of windows; padded places count for nothing. A window
        with nan gives nan; of equal largest elements, the first has the gradient."""

    # -- random -------------------------------------------------------------------------------------
    # ``shape`` is an int64 tensor with one dimension. Each evaluation draws anew. With a seed (None for
    # none), a new tensor begins the same sequence.

    @abstractmethod
    def random_uniform(self, shape, dtype, seed):
        """Draws from [0, 1)."""

    @abstractmethod
    def random_normal(self, shape, dtype, seed):
        """Draws from the normal distribution of mean 0 and standard deviation 1."""

    @abstractmethod
    def truncated_normal(self, shape, dtype, seed):
        """As _random_normal, with draws beyond -2 and 2 drawn again."""

    # -- control flow -------------------------------------------------------------------------------

    def switch(self, condition, x, y):
        """x where the bool scalar holds, else y, broadcast. As ``select`` otherwise."""
        return self.select(condition, x, y)

    # -- ctc ----------------------------------------------------------------------------------------

    @abstractmethod
    def ctc_sparse(self, labels, lengths):
        """Rows, columns (int32) and values of the labels [i, j] with j < lengths[i], in row-major order."""

    @abstractmethod
    def ctc_batch_cost(self, logs, labels, input_length, label_length):
        """The negative logarithm of each sample's labels' probability. ``logs`` (samples, time, classes) become
        logarithms of probabilities by log_softmax; the last class is the blank; the others are int32."""

    @abstractmethod
    def ctc_decode(self, logs, input_length, beam_width, paths, merge_repeated):
        """A list: ``paths`` int64 tensors of labels, and their scores, as ``ctc_decode`` says. Greedy where
        beam_width is None: scores are the negative sums of the largest logs as they are. The beam search scores
        with log_softmax of the logs."""
