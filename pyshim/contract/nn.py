"""Activations, losses and normalization of neural networks."""

import numpy as np

from .. import config
from ..errors import ArgumentError, ShapeError
from ..graph.node import Node
from ..messages import Value
from . import rules
from .random import dtype_of_draws, random_seed
from .sizes import static_sizes


class NN:

    # -- activations --------------------------------------------------------------------------------

    def relu(self, x, alpha=0.0, max_value=None, threshold=0.0):
        """Rectified linear unit: x from threshold to max_value, alpha * (x - threshold) below.

        Arguments: x, a tensor of numbers; alpha, the slope below the threshold; max_value, the limit
        above, None for none; threshold. The latter three are numbers, arrays or tensors, which broadcast.
        Returns: a tensor like x. Definition: Keras reference, ``relu``.
        """
        x = self.numbers(x, "x")
        raised, leaky = [isinstance(each, (Node, np.ndarray)) or each != 0 for each in (threshold, alpha)]
        if not (raised or leaky) and max_value is None and x.dtype in rules.FLOATS:
            return self._float_function("relu", x)
        threshold = self.node(threshold, "threshold", dtype=x.dtype)
        below = self.zeros_like(x)
        if leaky:
            below = self._binary("multiply", self._binary("subtract", x, threshold, ("x", "threshold")), alpha,
                                 ("x", "alpha"))
        above = x
        if max_value is not None:
            above = self._binary("minimum", x, max_value, ("x", "max_value"))
        # The gradient at 0 is that of the lower part. Comparisons with nan are false, so nan propagates.
        if raised:
            return self.select(self._binary("less", x, threshold, ("x", "threshold"), dtype="bool"), below, above)
        return self.select(self.less_equal(x, 0), below, above)

    def elu(self, x, alpha=1.0):
        """Exponential linear unit: x where it is positive, alpha * (exp(x) - 1) elsewhere.

        Arguments: x, a floating tensor; alpha, a number. Returns: a tensor like x.
        Definition: Clevert, Unterthiner and Hochreiter, 2015.
        """
        x = self.floats(x, "x")
        # exp of the positive elements is not used, but could overflow.
        below = self._binary("multiply", self.subtract(self.exp(self.minimum(x, 0)), 1), alpha, ("x", "alpha"))
        return self.select(self.greater(x, 0), x, below)

    def softplus(self, x):
        """log(1 + exp(x)), elementwise, without overflow. Arguments: x, a floating tensor. Returns: a tensor like x."""
        return self._float_function("softplus", x)

    def softsign(self, x):
        """x / (1 + abs(x)), elementwise. Arguments: x, a floating tensor. Returns: a tensor like x."""
        x = self.floats(x, "x")
        return self.divide(x, self.add(self.abs(x), 1))

    def hard_sigmoid(self, x):
        """0.2 * x + 0.5, limited to [0, 1], elementwise. Arguments: x, a floating tensor. Returns: a tensor like x."""
        x = self.floats(x, "x")
        return self.clip(self.add(self.multiply(x, 0.2), 0.5), 0, 1)

    def softmax(self, x, axis=-1):
        """exp(x) scaled to sum to 1 along an axis.

        Arguments: x, a floating tensor of at least one dimension; axis. Returns: a tensor like x.
        """
        x = self.floats(x, "x")
        return self.apply("softmax", [x], x.dtype, x.shape, axis=rules.one_axis(axis, x.ndim))

    def sigmoid(self, x):
        """1 / (1 + exp(-x)), elementwise. Arguments: x, a floating tensor. Returns: a tensor like x."""
        return self._float_function("sigmoid", x)

    def tanh(self, x):
        """Hyperbolic tangent, elementwise. Arguments: x, a floating tensor. Returns: a tensor like x."""
        return self._float_function("tanh", x)

    # -- losses -------------------------------------------------------------------------------------

    def categorical_crossentropy(self, target, output, from_logits=False, axis=-1):
        """Cross-entropy of a distribution over classes: -sum(target * log(output)) along the axis.

        Arguments: target, a tensor of output's shape; output, a floating tensor: probabilities, which
        are scaled to sum to 1 and kept epsilon() away from 0 and 1, or with from_logits the inputs of softmax;
        axis of the classes. Returns: a tensor without that axis. Raises ShapeError if the shapes differ.
        """
        output, target = self.operands(self.floats(output, "output"), target, ("output", "target"))
        _same_shape(target, output)
        axis = rules.one_axis(axis, output.ndim)
        logs = self._log_probabilities(output, from_logits, axis)
        return self.negative(self.sum(self.multiply(target, logs), axis))

    def _log_probabilities(self, output, from_logits, axis):
        """The logarithms of the classes' probabilities."""
        if rules.flag(from_logits, "from_logits"):
            return self.subtract(output, self.logsumexp(output, axis, keepdims=True))
        output = self.divide(output, self.sum(output, axis, keepdims=True))
        return self.log(_kept_inside(self, output))

    def sparse_categorical_crossentropy(self, target, output, from_logits=False, axis=-1):
        """Cross-entropy with integer class labels: -log(output[target]) along the axis.

        Arguments: target, a tensor with the indices of the true classes, from 0, of output's shape without
        the axis (or with size 1 there); output, from_logits and axis as of ``categorical_crossentropy``.
        Returns: a tensor without that axis; nan for a class that is out of range.
        """
        output = self.floats(output, "output")
        target = self.cast(self.node(target, "target"), "int64")
        axis = rules.one_axis(axis, output.ndim)
        shape = rules.without(output.shape, axis)
        with_axis = shape[:axis] + (1,) + shape[axis:]
        if not rules.compatible(target.shape, shape) and not rules.compatible(target.shape, with_axis):
            raise ShapeError("`target` has shape {target}; `output` of shape {output} takes a target of shape {shape}",
                             target=target.shape, output=output.shape, shape=shape)
        if target.ndim == output.ndim:
            target = self.squeeze(target, axis)
        if output.shape[axis] is None:
            raise ShapeError("{argument} of shape {shape} has an unknown number of classes", argument="output",
                             shape=output.shape)
        right = self.equal(self.expand_dims(target, axis),
                           np.arange(output.shape[axis]).reshape((-1,) + (1,) * (output.ndim - 1 - axis)))
        logs = self._log_probabilities(output, from_logits, axis)
        loss = self.negative(self.sum(self.select(right, logs, self.zeros_like(logs)), axis))
        return self.select(self.any(right, axis), loss, float("nan"))

    def binary_crossentropy(self, target, output, from_logits=False):
        """Cross-entropy of two classes, elementwise: -(target * log(p) + (1 - target) * log(1 - p)).

        Arguments: target, a tensor of output's shape; output, a floating tensor: the probabilities p,
        which are kept epsilon() away from 0 and 1, or with from_logits the inputs of sigmoid.
        Returns: a tensor of output's shape. Raises ShapeError where the shapes differ.
        """
        output, target = self.operands(self.floats(output, "output"), target, ("output", "target"))
        _same_shape(target, output)
        if rules.flag(from_logits, "from_logits"):
            # log(1 + exp(x)) is max(x, 0) + log(1 + exp(-abs(x))), which does not overflow. With max and abs
            # written as selections, the gradient is also correct at 0.
            below = self.less(output, 0)
            tail = self.log(self.add(self.exp(self.select(below, output, self.negative(output))), 1))
            top = self.select(below, self.zeros_like(output), output)
            return self.add(self.subtract(top, self.multiply(output, target)), tail)
        output = _kept_inside(self, output)
        of_one = self.multiply(target, self.log(output))
        of_zero = self.multiply(self.subtract(1, target), self.log(self.subtract(1, output)))
        return self.negative(self.add(of_one, of_zero))

    def in_top_k(self, predictions, targets, k):
        """Whether the target is among the k classes with the largest predictions.

        Arguments: predictions, a floating tensor of shape (samples, classes); targets, an integer tensor of
        shape (samples,); k, a whole number. Returns: a bool tensor of shape (samples,). Classes that tie with
        the k-th are included; a target that is out of range, or whose prediction is not finite, is
        not. Definition: TensorFlow, ``in_top_k``.
        """
        predictions, targets = self.floats(predictions, "predictions"), self.node(targets, "targets")
        rules.need_ndim(predictions, "predictions", 2)
        rules.need_ndim(targets, "targets", 1)
        rules.need_dtype(targets, "targets", rules.INTEGERS, "integers are needed,")
        if not rules.compatible(targets.shape, predictions.shape[:1]):
            raise ShapeError("`targets` has {targets} samples, `predictions` has {predictions}",
                             targets=targets.shape[0], predictions=predictions.shape[0])
        if predictions.shape[1] is None:
            raise ShapeError("{argument} of shape {shape} has an unknown number of classes", argument="predictions",
                             shape=predictions.shape)
        # A narrow dtype cannot count the classes.
        right = self.equal(self.expand_dims(self.cast(targets, "int64")), np.arange(predictions.shape[1]))
        score = self.sum(self.select(right, predictions, self.zeros_like(predictions)), 1, keepdims=True)
        better = self.sum(self.cast(self.greater(predictions, score), "int32"), 1)
        valid = self.logical_and(self.any(right, 1), self.less(self.abs(self.squeeze(score, 1)), float("inf")))
        return self.logical_and(self.less(better, rules.integer(k, "k", least=1)), valid)

    # -- normalization ------------------------------------------------------------------------------

    def dropout(self, x, level, noise_shape=None, seed=None):
        """Set elements to 0 at random, and scale the others so that the expected sum is unchanged.

        Arguments: x, a floating tensor; level, the fraction to drop, from 0 up to but not including 1, a number or a
        floating scalar such as a variable; noise_shape, the shape of the mask, with 1 (or None for x's size) on axes
        along which elements are dropped together, numbers, integer scalars, or one integer tensor; seed, an integer
        that makes the sequence of masks reproducible. Returns: a tensor like x.
        Definition: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, 2014.
        """
        x, level = self.floats(x, "x"), rules.scalar(level)
        if isinstance(level, Node):
            level = self.floats(level, "level")
            if level.ndim:
                raise ShapeError("{argument} must be a number or a scalar; it is a tensor of shape {shape}",
                                 argument="level", shape=level.shape)
        elif isinstance(level, bool) or not isinstance(level, (int, float, np.number)) or not 0 <= level < 1:
            raise ArgumentError("{argument} must be a number from 0 up to but not including 1, not {value}",
                                argument="level", value=Value(level))
        sizes = [None] * x.ndim if noise_shape is None else self.sizes_of(noise_shape, "noise_shape", least=0)
        if len(sizes) != x.ndim:
            raise ShapeError("{argument} {shape} must have a size for each of the {ndim} axes of `x`",
                             argument="noise_shape", shape=static_sizes(sizes), ndim=x.ndim)
        if any(size not in (1, known) for size, known in zip(sizes, x.shape)
               if isinstance(size, int) and known is not None):
            raise ShapeError("{argument} {shape} does not fit `x` of shape {x_shape}",
                             detail="each size must be 1 or that of `x`", argument="noise_shape",
                             shape=static_sizes(sizes), x_shape=x.shape)
        static = tuple(known if size is None else size if isinstance(size, int) else None
                       for size, known in zip(sizes, x.shape))
        sizes = [self.length(x, axis) if size is None else size for axis, size in enumerate(sizes)]
        shape = self.cast(self.shape(x), "int64") if noise_shape is None else self.packed(sizes)
        dtype = dtype_of_draws(x.dtype)
        draws = self.apply("random_uniform", [shape], dtype, static, dtype=dtype, seed=random_seed(seed))
        if isinstance(level, Node):
            level, share = self.cast(level, dtype), self.cast(self.subtract(1, level), x.dtype)
        else:
            share = 1 - level
        return self.select(self.greater_equal(draws, level), self.divide(x, share), self.zeros_like(x))

    def l2_normalize(self, x, axis=None):
        """x / sqrt(sum(x * x)) over an axis; sums below 1e-12 are replaced by 1e-12.

        Arguments: x, a floating tensor; axis, None for all, a number or several. Returns: a tensor like x.
        """
        x = self.floats(x, "x")
        least = max(1e-12, float(np.finfo(x.dtype).tiny))
        total = self.maximum(self.sum(self.square(x), axis, keepdims=True), least)
        return self.divide(x, self.sqrt(total))

    def normalize_batch_in_training(self, x, gamma, beta, reduction_axes, epsilon=0.001):
        """Normalize a batch by its own mean and variance.

        Arguments: x, a floating tensor; gamma, the scale, and beta, the offset: tensors of the sizes of x
        that are not reduced, or None; reduction_axes, the axes to average over; epsilon, added to the
        variance. Returns: the normalized tensor, the mean, and the (population) variance.
        Definition: Ioffe and Szegedy, 2015.
        """
        x = self.floats(x, "x")
        axes = rules.many_axes(reduction_axes, x.ndim, "reduction_axes")
        mean = self.mean(x, axes, keepdims=True)
        centered = self.subtract(x, mean)
        variance = self.mean(self.square(centered), axes, keepdims=True)
        gamma, beta = [None if value is None else self._spread(value, name, x, axes)
                       for value, name in ((gamma, "gamma"), (beta, "beta"))]
        normalized = self._normalized(centered, variance, beta, gamma, epsilon)
        return [normalized, self._dropped(mean, axes), self._dropped(variance, axes)]

    def batch_normalization(self, x, mean, var, beta, gamma, axis=-1, epsilon=0.001):
        """gamma * (x - mean) / sqrt(var + epsilon) + beta.

        Arguments: x, a floating tensor; mean, var, beta, gamma, tensors with one dimension, of x's size
        along the axis, or tensors that broadcast with x; beta and gamma may be None; axis, that of the
        features; epsilon. Returns: a tensor like x. Definition: Ioffe and Szegedy, 2015.
        """
        x = self.floats(x, "x")
        others = tuple(i for i in range(x.ndim) if i != rules.one_axis(axis, x.ndim))
        mean, var = self._spread(mean, "mean", x, others), self._spread(var, "var", x, others)
        beta, gamma = [None if value is None else self._spread(value, name, x, others)
                       for value, name in ((beta, "beta"), (gamma, "gamma"))]
        return self._normalized(self.subtract(x, mean), var, beta, gamma, epsilon)

    def _normalized(self, centered, variance, beta, gamma, epsilon):
        scale = self.sqrt(self.add(variance, rules.number(epsilon, "epsilon", least=0)))
        # The quotient usually has one number for each channel, so x itself is multiplied once, and never divided.
        result = self.multiply(centered, self.divide(1 if gamma is None else gamma, scale))
        return result if beta is None else self.add(result, beta)

    def _spread(self, value, name, x, axes):
        """A parameter of a normalization, reshaped to have size 1 along the named axes of x."""
        value, _ = self.operands(value, x, (name, "x"))
        if axes and value.ndim == x.ndim - len(axes):
            sizes = iter([self.length(value, axis) for axis in range(value.ndim)])
            value = self.reshape(value, [1 if axis in axes else next(sizes) for axis in range(x.ndim)])
        if len(rules.broadcast(value.shape, x.shape, (name, "x"))) > x.ndim:
            raise ShapeError("{argument} of shape {shape} has more dimensions than `x` of shape {x_shape}",
                             argument=name, shape=value.shape, x_shape=x.shape)
        return value

    def bias_add(self, x, bias, data_format=None):
        """Add a bias for each channel.

        Arguments: x, a tensor with at least two dimensions; bias, a tensor with one dimension, or with one
        less than x: one for each position and channel, with the channels last; data_format, "channels_last" or
        "channels_first", by default the setting. Returns: a tensor like x. Raises ShapeError for a bias that
        does not fit. With channels first, a bias of several dimensions is reshaped, not transposed, to
        channels first: Keras reference, ``bias_add``.
        """
        x, bias = self.operands(x, bias, ("x", "bias"))
        data_format = config.standard_data_format(data_format)
        if x.ndim < 2:
            raise ShapeError("{argument} must have at least two dimensions; its shape is {shape}", argument="x",
                             shape=x.shape)
        if bias.ndim not in (1, x.ndim - 1):
            raise ShapeError("{argument} must have 1 or {ndim} dimensions; its shape is {shape}", argument="bias",
                             ndim=x.ndim - 1, shape=bias.shape)
        if data_format == "channels_first" and x.ndim > 2:
            if bias.ndim == 1:
                bias = self.reshape(bias, (-1,) + (1,) * (x.ndim - 2))
            else:
                bias = self.reshape(bias, rules.known_shape(bias.shape[-1:] + bias.shape[:-1], "bias"))
        if len(rules.broadcast(x.shape, bias.shape, ("x", "bias"))) != x.ndim:
            raise ShapeError("`x` of shape {x_shape} and `bias` of shape {bias_shape} do not fit", x_shape=x.shape,
                             bias_shape=bias.shape)
        rules.need_dtype(x, "x", rules.FLOATS + rules.INTEGERS, "numbers are needed,")
        return self.apply("bias_add", [x, bias], x.dtype, rules.broadcast(x.shape, bias.shape, ("x", "bias")))


def _kept_inside(engine, output):
    """Probabilities clipped to be epsilon() away from 0 and 1, or the least distance that their dtype allows."""
    info = np.finfo(output.dtype)
    # Engines flush subnormal numbers to 0, but compute float16 in float32.
    smallest = 2.0 ** -24 if output.dtype == "float16" else float(info.tiny)
    epsilon = config.epsilon()
    return engine.clip(output, max(epsilon, smallest), 1 - max(epsilon, float(info.epsneg)))


def _same_shape(target, output):
    if not rules.compatible(target.shape, output.shape):
        raise ShapeError("`target` has shape {target}, `output` has shape {output}; they must be equal",
                         target=target.shape, output=output.shape)
