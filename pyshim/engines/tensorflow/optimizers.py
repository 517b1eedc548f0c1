"""Fuse the steps of optimizers into TensorFlow's own ops.

SGD with momentum and Adam, written with backend functions as in Keras, make a dozen passes over the weights; an op of
TensorFlow makes one. A step is recognized by the pattern of ops that computes the new values.
"""

import tensorflow as tf


class Step:
    """An optimizer's step for one weight: the indices of the variables it updates, its input tensors, and a function
    that creates the fused op."""

    def __init__(self, variables, inputs, run):
        self.variables, self.inputs, self.run = variables, inputs, run


def steps(variables, reads, values):
    """Find the optimizer steps among updates.

    Arguments: variables, a list of TensorFlow variables; reads, their old values; values, their new values.
    Returns: a list of steps. No variable is in more than one of them.
    """
    updated = _Updates(variables, [_bare(read) for read in reads], [_bare(value) for value in values])
    found, taken = [], set()
    for i in range(len(variables)):
        step = _momentum(updated, i) or _adam(updated, i)
        if step is not None and taken.isdisjoint(step.variables):
            found.append(step)
            taken.update(step.variables)
    return found


class _Updates:

    def __init__(self, variables, reads, values):
        self.variables, self.reads, self.values = variables, reads, values

    def of_value(self, value):
        """Returns: the index of the variable that gets this new value, or None."""
        return next((i for i, each in enumerate(self.values) if each is value), None)

    def alike(self, numbers, gradient):
        """Whether these variables and the gradient have the same static shape and dtype."""
        first = self.reads[numbers[0]]
        return first.dtype.is_floating and first.shape.is_fully_defined() and all(
            each.dtype == first.dtype and each.shape == first.shape
            for each in [self.reads[number] for number in numbers] + [gradient])


def _momentum(updated, i):
    """Match p + v, where v = momentum * v - rate * gradient. Returns: a step or None."""
    parts = _operands(updated.values[i], "AddV2")
    if parts is None or parts[0] is not updated.reads[i]:
        return None
    velocity = updated.of_value(parts[1])
    parts = _operands(parts[1], "Sub")
    if velocity is None or velocity == i or parts is None:
        return None
    kept, added = [_scaled(part) for part in parts]
    if kept is None or added is None or kept[1] is not updated.reads[velocity]:
        return None
    (momentum, _), (rate, gradient) = kept, added
    if not updated.alike([i, velocity], gradient):
        return None
    variables = updated.variables[i], updated.variables[velocity]
    return Step([i, velocity], [momentum, rate, gradient], lambda: tf.raw_ops.ResourceApplyKerasMomentum(
        var=variables[0].handle, accum=variables[1].handle, lr=rate, grad=gradient, momentum=momentum))


def _adam(updated, i):
    """Match p - rate * m / (sqrt(v) + epsilon), where m and v are moving averages of the gradient and of its square.

    Returns: a step or None.
    """
    parts = _operands(updated.values[i], "Sub")
    if parts is None or parts[0] is not updated.reads[i]:
        return None
    parts = _operands(parts[1], "RealDiv")
    scaled, sum_ = parts and _scaled(parts[0]), parts and _operands(parts[1], "AddV2")
    if not scaled or not sum_ or sum_[1].shape.rank != 0:
        return None
    (rate, mean), (divisor, epsilon) = scaled, sum_
    square = _root(divisor)
    numbers = [updated.of_value(each) for each in (mean, square)]
    if None in numbers or len({i, *numbers}) < 3:
        return None
    averages = [_average(each, updated.reads[number]) for each, number in zip((mean, square), numbers)]
    if None in averages:
        return None
    (beta_1, gradient), (beta_2, squared) = averages
    root = _operands(squared, "Square")
    if root is None or root[0] is not gradient or not updated.alike([i] + numbers, gradient):
        return None
    variables = [updated.variables[number] for number in [i] + numbers]
    zero = tf.zeros((), gradient.dtype)
    return Step([i] + numbers, [rate, epsilon, beta_1, beta_2, gradient], lambda: tf.raw_ops.ResourceApplyAdam(
        var=variables[0].handle, m=variables[1].handle, v=variables[2].handle, beta1_power=zero, beta2_power=zero,
        lr=rate, beta1=beta_1, beta2=beta_2, epsilon=epsilon, grad=gradient))


def _average(value, before):
    """Match beta * before + (1 - beta) * x. Returns: ``beta`` and ``x``, or None."""
    parts = _operands(value, "AddV2")
    kept, added = [_scaled(part) for part in parts] if parts else (None, None)
    if kept is None or added is None or kept[1] is not before:
        return None
    return (kept[0], added[1]) if _is_rest(added[0], kept[0]) else None


def _is_rest(rest, share):
    """Whether the first scalar is known to be 1 minus the second."""
    known = [tf.get_static_value(each) for each in (rest, share)]
    if all(each is not None for each in known):
        return abs(known[0] + known[1] - 1) < 1e-7
    parts = _operands(rest, "Sub")
    return parts is not None and parts[1] is share and tf.get_static_value(parts[0]) == 1


def _root(value):
    """Match sqrt(x), or sqrt(max(x, 0)), which is the same for an average of squares. Returns: ``x``, or None."""
    parts = _operands(value, "Sqrt")
    if parts is None:
        return None
    larger = _operands(parts[0], "Maximum")
    return larger[0] if larger is not None and tf.get_static_value(larger[1]) == 0 else parts[0]


def _scaled(value):
    """Match the product of a scalar and a tensor. Returns: both, or None."""
    parts = _operands(value, "Mul")
    return parts if parts is not None and parts[0].shape.rank == 0 else None


def _operands(value, kind):
    """Returns: the inputs of the op that computes the value, or None if it is of another type."""
    return [_bare(part) for part in value.op.inputs] if value is not None and value.op.type == kind else None


def _bare(value):
    """Returns: the value without the identity ops that pass it on."""
    while value.op.type == "Identity":
        value = value.op.inputs[0]
    return value
