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
        below = self.multiply(self.subtract(x, threshold), alpha) if alpha else self.zeros_like(x)
        above = self.minimum(x, max_value) if max_value is not None else x
        return self.select(self.greater_equal(x, threshold) if threshold else self.greater(x, 0),
                           above, below)

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
        output = self.floats(output, "output")
        target = self.node(target, "target", dtype=output.dtype)
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
        output = self.floats(output, "output")
        target = self.node(target, "target", dtype=output.dtype)
        _same_shape(target, output)
        if from_logits:
            # log(1 + exp(x)) is max(x, 0) + log(1 + exp(-abs(x))), which does not overflow.
            tail = self.log(self.add(self.exp(self.negative(self.abs(output))), 1))
            loss = self.subtract(self.maximum(output, 0), self.multiply(output, target))
            return self.add(loss, tail)
        output = self.clip(output, config.epsilon(), 1 - config.epsilon())
        of_one = self.multiply(target, self.log(output))
        of_zero = self.multiply(self.subtract(1, target), self.log(self.subtract(1, output)))
        return self.negative(self.add(of_one, of_zero))


def _same_shape(target, output):
    if not rules.compatible(target.shape, output.shape):
        raise ShapeError("target has shape %s, output has shape %s; they must be equal"
                         % (target.shape, output.shape))
