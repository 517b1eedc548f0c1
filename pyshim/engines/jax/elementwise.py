"""Elementwise mathematics on JAX."""

import jax
import jax.numpy as jnp

from . import checks
from .gradients import product, product_of_any, quotient, with_gradients


def _none(gradient, *others):
    return jnp.zeros_like(gradient)


def _of_power_by_x(g, x, y, power):
    return product_of_any(g, jnp.where(y == 0, jnp.zeros_like(power), y * jnp.power(x, y - 1)))


def _of_power_by_y(g, x, y, power):
    return product_of_any(g, jnp.where(x > 0, power * jnp.log(jnp.where(x > 0, x, jnp.ones_like(x))),
                                       jnp.zeros_like(power)))


def _of_quotient_by_y(g, x, y, z):
    none = (g == 0) & (y == 0)
    y = jnp.where(none, jnp.ones_like(y), y)  # an infinite derivative's own gradient would be nan
    return product_of_any(g, -x / y / y)


class Elementwise:

    sqrt = with_gradients(lambda g, x, y: quotient(g / 2, y))(jnp.sqrt)
    exp = with_gradients(lambda g, x, y: product_of_any(g, y))(jnp.exp)
    log = with_gradients(lambda g, x, y: quotient(g, x))(jnp.log)
    sin = with_gradients(lambda g, x, y: product(g, jnp.cos(x)))(jnp.sin)
    cos = with_gradients(lambda g, x, y: product(g, -jnp.sin(x)))(jnp.cos)
    sigmoid = with_gradients(lambda g, x, y: product(g, y * (1 - y)))(jax.nn.sigmoid)
    tanh = with_gradients(lambda g, x, y: product(g, 1 - y * y))(jnp.tanh)
    round = with_gradients(_none)(jnp.round)
    divide = with_gradients(lambda g, x, y, z: quotient(g, y), _of_quotient_by_y)(jnp.true_divide)
    abs = with_gradients(lambda g, x, y: product(g, jnp.sign(x)))(jnp.abs)
    square = with_gradients(lambda g, x, y: product(g, 2 * x))(jnp.square)
    sign = with_gradients(_none)(lambda x: jnp.where(x == 0, jnp.zeros_like(x), jnp.sign(x)))  # JAX's is -0 for -0
    multiply = with_gradients(lambda g, x, y, z: product(g, jnp.broadcast_to(y, g.shape)),
                              lambda g, x, y, z: product(g, jnp.broadcast_to(x, g.shape)))(jnp.multiply)
    maximum = with_gradients(lambda g, x, y, z: jnp.where(x >= y, g, 0), lambda g, x, y, z: jnp.where(x >= y, 0, g))(
        jnp.maximum)
    minimum = with_gradients(lambda g, x, y, z: jnp.where(x <= y, g, 0), lambda g, x, y, z: jnp.where(x <= y, 0, g))(
        jnp.minimum)
    _float_pow = with_gradients(_of_power_by_x, _of_power_by_y)(jnp.power)
    _float_floor_divide = with_gradients(_none, _none)(lambda x, y: _divided(x, y)[0])
    _float_remainder = with_gradients(lambda g, x, y, z: g, lambda g, x, y, z: product(g, -_divided(x, y)[0]))(
        lambda x, y: _divided(x, y)[1])

    negative = staticmethod(jnp.negative)
    add = staticmethod(jnp.add)
    subtract = staticmethod(jnp.subtract)
    equal = staticmethod(jnp.equal)
    not_equal = staticmethod(jnp.not_equal)
    greater = staticmethod(jnp.greater)
    greater_equal = staticmethod(jnp.greater_equal)
    less = staticmethod(jnp.less)
    less_equal = staticmethod(jnp.less_equal)
    logical_and = staticmethod(jnp.logical_and)
    logical_or = staticmethod(jnp.logical_or)
    logical_not = staticmethod(jnp.logical_not)
    select = staticmethod(jnp.where)

    def pow(self, x, y):
        return self._float_pow(x, y) if jnp.issubdtype(x.dtype, jnp.floating) else _whole_power(x, y)

    def floor_divide(self, x, y):
        if jnp.issubdtype(x.dtype, jnp.floating):
            return self._float_floor_divide(x, y)
        y = _not_zero(y)
        minus = _is_minus_one(y)
        return jnp.where(minus, jnp.negative(x), jnp.floor_divide(x, jnp.where(minus, jnp.ones_like(y), y)))

    def remainder(self, x, y):
        if jnp.issubdtype(x.dtype, jnp.floating):
            return self._float_remainder(x, y)
        y = _not_zero(y)
        return jnp.remainder(x, jnp.where(_is_minus_one(y), jnp.ones_like(y), y))


def _whole_power(x, y):
    """x to the power of y, of integers, by repeated squaring. JAX's own uses only the six lowest bits of y."""
    checks.need(jnp.all(y >= 0), "integers to negative integer powers are not allowed")

    def step(current):
        power, square, left = current
        return jnp.where(left & 1 == 1, power * square, power), square * square, left >> 1
    x, y = jnp.broadcast_arrays(x, y)
    return jax.lax.while_loop(lambda current: jnp.any(current[2] > 0), step, (jnp.ones_like(x), x, y))[0]


def _not_zero(y):
    checks.need(jnp.all(y != 0), "an integer is divided by 0")
    return jnp.where(y == 0, jnp.ones_like(y), y)


def _is_minus_one(y):
    return y == -1 if jnp.issubdtype(y.dtype, jnp.signedinteger) else jnp.zeros(y.shape, bool)


def _divided(x, y):
    """Returns: x // y and x % y of floats, computed from the remainder of truncated division, which is exact."""
    if x.dtype == "float16":  # in float32, like NumPy
        return [part.astype("float16") for part in _divided(x.astype("float32"), y.astype("float32"))]
    left = jnp.fmod(x, y)
    whole = (x - left) / y
    wrong = (left != 0) & ((y < 0) != (left < 0))
    left, whole = jnp.where(wrong, left + y, left), jnp.where(wrong, whole - 1, whole)
    left = jnp.where(left == 0, jnp.copysign(jnp.zeros_like(left), y), left)
    floor = jnp.floor(whole)
    floor = jnp.where(whole - floor > 0.5, floor + 1, floor)
    whole = jnp.where(whole == 0, jnp.copysign(jnp.zeros_like(whole), x / y), floor)
    return jnp.where(y == 0, x / y, whole), left
