"""Gradients of ops for which TensorFlow's own multiply 0 by infinity, and so return nan instead of 0.

Where the derivative is 0, the result does not depend on the element, so its gradient is 0 even if the upstream
gradient is infinite. And an upstream gradient of 0 stays 0 even if the derivative is infinite, like that of sqrt at 0.
"""

import tensorflow as tf

PREFIX = "Pyshim"
_kinds = []  # the types of ops that have a gradient here


def own():
    """A context in which new ops get these gradients."""
    graph = tf.compat.v1.get_default_graph()
    return graph.gradient_override_map({kind: PREFIX + kind for kind in _kinds})


def _of(kind):
    """Returns: a decorator that registers a function as the gradient of a type of op."""
    _kinds.append(kind)
    return tf.RegisterGradient(PREFIX + kind)


# The gradient of a selection is that of the selected tensor. So 0 is selected only where the product is nan: elsewhere,
# a product with 0 must keep its own gradient.

def product(gradient, derivative):
    """Their product; 0 where the derivative is 0."""
    return tf.math.multiply_no_nan(gradient, derivative)


def product_of_any(gradient, derivative):
    """Their product; 0 where either is 0, even if the other is infinite."""
    made = gradient * derivative
    is_zero = tf.logical_or(tf.equal(gradient, 0), tf.equal(derivative, 0))
    return tf.where(tf.logical_and(is_zero, tf.math.is_nan(made)), tf.zeros_like(made), made)


@_of("Xdivy")
def _of_quotient_in_a_gradient(op, gradient):
    x, y = op.inputs
    return _summed(op, tf.math.xdivy(gradient, y), product_of_any(gradient, tf.math.xdivy(-x, tf.square(y))))


def _summed(op, of_x, of_y):
    """Returns: the gradients of two inputs, summed over the axes along which the inputs were broadcast."""
    x, y = op.inputs
    if x.shape.is_fully_defined() and x.shape == y.shape:
        return of_x, of_y
    shape_of_x, shape_of_y = tf.shape(x), tf.shape(y)
    of_x_over, of_y_over = tf.raw_ops.BroadcastGradientArgs(s0=shape_of_x, s1=shape_of_y)
    return (tf.reshape(tf.reduce_sum(of_x, of_x_over), shape_of_x),
            tf.reshape(tf.reduce_sum(of_y, of_y_over), shape_of_y))


@_of("Mul")
def _of_product(op, gradient):
    x, y = op.inputs
    return _summed(op, product(gradient, y), product(gradient, x))


@_of("RealDiv")
def _of_quotient(op, gradient):
    _, y = op.inputs
    return _summed(op, tf.math.xdivy(gradient, y), product_of_any(gradient, -op.outputs[0] / y))


@_of("Pow")
def _of_power(op, gradient):
    (x, y), power = op.inputs, op.outputs[0]
    by_x = tf.where(tf.equal(y, 0), tf.zeros_like(power), y * tf.pow(x, y - 1))  # even if x is 0
    positive = x > 0
    by_y = tf.where(positive, power * tf.math.log(tf.where(positive, x, tf.ones_like(x))), tf.zeros_like(power))
    return _summed(op, product_of_any(gradient, by_x), product_of_any(gradient, by_y))


@_of("Square")
def _of_square(op, gradient):
    return product(gradient, 2 * op.inputs[0])


@_of("Abs")
def _of_abs(op, gradient):
    return product(gradient, tf.sign(op.inputs[0]))


@_of("Sqrt")
def _of_sqrt(op, gradient):
    return tf.math.xdivy(gradient / 2, tf.abs(op.outputs[0]))  # turns -0 into 0


@_of("Log")
def _of_log(op, gradient):
    return tf.math.xdivy(gradient, op.inputs[0])


@_of("Exp")
def _of_exp(op, gradient):
    return product_of_any(gradient, op.outputs[0])


@_of("Cos")
def _of_cos(op, gradient):
    return product(gradient, -tf.sin(op.inputs[0]))


@_of("Sigmoid")
def _of_sigmoid(op, gradient):
    return product(gradient, op.outputs[0] * (1 - op.outputs[0]))


@_of("Tanh")
def _of_tanh(op, gradient):
    return product(gradient, 1 - tf.square(op.outputs[0]))


def of_relu():
    """A context in which the maximum of a tensor and 0 gets the gradient of relu."""
    return tf.compat.v1.get_default_graph().gradient_override_map({"Maximum": PREFIX + "Relu"})


@tf.RegisterGradient(PREFIX + "Relu")
def _of_relu(op, gradient):
    return product(gradient, tf.sign(op.outputs[0])), None


@_of("Softplus")
def _of_softplus(op, gradient):
    return product(gradient, tf.sigmoid(op.inputs[0]))


@_of("Softmax")
def _of_softmax(op, gradient):
    shares = op.outputs[0]
    return product(gradient - tf.reduce_sum(product(gradient, shares), -1, keepdims=True), shares)


@_of("Max")
@_of("Min")
def _of_extreme(op, gradient):
    x, axes = op.inputs
    kept = tf.tensor_scatter_nd_update(tf.shape(x), axes[:, None], tf.ones_like(axes))
    chosen = tf.cast(tf.equal(x, tf.reshape(op.outputs[0], kept)), x.dtype)
    share = chosen / tf.reduce_sum(chosen, axes, keepdims=True)
    return product(tf.reshape(gradient, kept), share), None


@_of("Prod")
def _of_prod(op, gradient):
    x, axes = op.inputs
    kept = tf.tensor_scatter_nd_update(tf.shape(x), axes[:, None], tf.ones_like(axes))
    return product(tf.reshape(gradient, kept), _products_of_the_others(x, axes)), None


def _products_of_the_others(x, axes):
    """Returns: for each element, the product of all others over the axes."""
    others = tf.reduce_all(tf.not_equal(tf.range(x.shape.rank)[:, None], axes), 1)
    order = tf.concat([tf.boolean_mask(tf.range(x.shape.rank), others), axes], 0)
    moved = tf.transpose(x, order)
    count = tf.reduce_prod(tf.gather(tf.shape(x), axes))
    rows = tf.reshape(moved, [tf.size(x) // tf.maximum(count, 1), count])
    before = _products_before(rows)
    after = tf.reverse(_products_before(tf.reverse(rows, [1])), [1])
    return tf.transpose(tf.reshape(product_of_any(before, after), tf.shape(moved)), tf.math.invert_permutation(order))


@_of("BiasAdd")
def _of_bias_add(op, gradient):
    # The flattening keeps TensorFlow from fusing this with the gradient of a convolution's filters, which takes longer
    # than the two together.
    flat = tf.reshape(gradient, (-1, gradient.shape[-1]))
    return gradient, tf.raw_ops.BiasAddGrad(out_backprop=flat)


def _products_before(rows):
    """Returns: for each element of a row, the product of the elements before it."""
    return cumprod(tf.concat([tf.ones_like(rows[:, :1]), rows[:, :-1]], 1), 1)


def cumprod(x, axis):
    """The cumulative product. TensorFlow's own gradient is 0 at a 0, even if the product of the others is not."""
    @tf.custom_gradient
    def cumprod_of(x):
        products = tf.math.cumprod(x, axis)
        return products, lambda upstream: _of_cumprod(upstream, x, axis)
    return cumprod_of(x)


def _of_cumprod(upstream, x, axis):
    """The gradient of a cumulative product. The element x[i] is a factor of each product from y[i] on, and
    y[i] = y[i - 1] * x[i]. So its gradient is y[i - 1] * s[i], with s[i] = upstream[i] + x[i + 1] * s[i + 1]."""
    order = [axis] + [i for i in range(x.shape.rank) if i != axis]
    back = [order.index(i) for i in range(x.shape.rank)]
    x, s = tf.transpose(x, order), tf.transpose(upstream, order)
    none, count = tf.zeros_like(x[:1]), x.shape[0]

    def widened(width, s, factors):
        with own():
            s += product(tf.roll(s, -width, 0), factors)
            return 2 * width, s, product_of_any(factors, tf.roll(factors, -width, 0))
    # After each round, s[i] holds the first 2, 4, 8, ... terms of its sum, and factors[i] the product of as many x,
    # which is 0 beyond the end. Unlike dividing y by x, this is right for all finite products, and can be
    # differentiated.
    current = 1, s, tf.concat([x[1:], none], 0)
    if count is None:
        shapes = tf.TensorShape([]), x.shape, x.shape
        s.set_shape(x.shape)
        current = tf.while_loop(lambda width, *_: width < tf.shape(x)[0], widened, current, shapes)
    else:
        while current[0] < count:
            current = widened(*current)
    before = cumprod(tf.concat([none + 1, x[:-1]], 0), 0)
    return tf.transpose(product(current[1], before), back)
