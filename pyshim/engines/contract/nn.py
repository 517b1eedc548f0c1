"""Activations, losses and normalization of neural networks."""

from ... import config
from ...errors import ShapeError
from . import rules


class NN:

    # -- activations --------------------------------------------------------------------------------

    def relu(self, x, alpha=0.0, max_value=None, threshold=0.0):
        """Rectified linear unit: x from threshold to max_value, alpha * (x - threshold) below.

        Arguments: x, a tensor of numbers; alpha, the slope below the threshold; max_value, the limit
        above, None for none; threshold. Value: a tensor like x. Definition: Keras reference, ``relu``.
        """
        x = self.numbers(x, "x")
        raised, leaky = threshold != 0, alpha != 0
        threshold = self.node(threshold, "threshold", dtype=x.dtype)
        below = self.zeros_like(x)
        if leaky:
            below = self.multiply(self.subtract(x, threshold), self.node(alpha, "alpha", dtype=x.dtype))
        above = x
        if max_value is not None:
            above = self.minimum(x, self.node(max_value, "max_value", dtype=x.dtype))
        # The gradient at 0 is that of the lower part. Comparisons with nan are false, so nan stays.
        return self.select(self.less(x, threshold) if raised else self.less_equal(x, 0), below, above)

    def softmax(self, x, axis=-1):
        """exp(x) scaled to sum 1 along an axis.

        Arguments: x, a floating tensor of at least one dimension; axis. Value: a tensor like x.
        """
        x = self.floats(x, "x")
        return self.apply("softmax", [x], x.dtype, x.shape, axis=rules.one_axis(axis, x.ndim))

    def sigmoid(self, x):
        """1 / (1 + exp(-x)), elementwise. Arguments: x, a floating tensor. Value: a tensor like x."""
        return self._float_function("sigmoid", x)

    def tanh(self, x):
        """Hyperbolic tangent, elementwise. Arguments: x, a floating tensor. Value: a tensor like x."""
        return self._float_function("tanh", x)

    # -- losses -------------------------------------------------------------------------------------

    def categorical_crossentropy(self, target, output, from_logits=False, axis=-1):
        """Cross-entropy of a distribution over classes: -sum(target * log(output)) along the axis.

        Arguments: target, a tensor of output's shape; output, a floating tensor: probabilities, which
        are scaled to sum 1 and kept epsilon() away from 0 and 1, or with from_logits what softmax takes;
        axis of the classes. Value: a tensor without that axis. Raises ShapeError where the shapes differ.
        """
        output, target = self.operands(self.floats(output, "output"), target, ("output", "target"))
        _same_shape(target, output)
        axis = rules.one_axis(axis, output.ndim)
        if from_logits:
            logs = self.subtract(output, self.logsumexp(output, axis, keepdims=True))
        else:
            output = self.divide(output, self.sum(output, axis, keepdims=True))
            logs = self.log(self.clip(output, config.epsilon(), 1 - config.epsilon()))
        return self.negative(self.sum(self.multiply(target, logs), axis))

    def binary_crossentropy(self, target, output, from_logits=False):
        """Cross-entropy of two classes, elementwise: -(target * log(p) + (1 - target) * log(1 - p)).

        Arguments: target, a tensor of output's shape; output, a floating tensor: the probabilities p,
        which are kept epsilon() away from 0 and 1, or with from_logits what sigmoid takes.
        Value: a tensor of output's shape. Raises ShapeError where the shapes differ.
        """
        output, target = self.operands(self.floats(output, "output"), target, ("output", "target"))
        _same_shape(target, output)
        if from_logits:
            # log(1 + exp(x)) is max(x, 0) + log(1 + exp(-abs(x))), which does not overflow. With max and
            # abs written as selections, the gradient is right at 0, too.
            below = self.less(output, 0)
            tail = self.log(self.add(self.exp(self.select(below, output, self.negative(output))), 1))
            top = self.select(below, self.zeros_like(output), output)
            return self.add(self.subtract(top, self.multiply(output, target)), tail)
        output = self.clip(output, config.epsilon(), 1 - config.epsilon())
        of_one = self.multiply(target, self.log(output))
        of_zero = self.multiply(self.subtract(1, target), self.log(self.subtract(1, output)))
        return self.negative(self.add(of_one, of_zero))


def _same_shape(target, output):
    if not rules.compatible(target.shape, output.shape):
        raise ShapeError("target has shape %s, output has shape %s; they must be equal"
                         % (target.shape, output.shape))
