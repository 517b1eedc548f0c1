"""PyTorch only: autograd records only what gradients need, and our own derivatives are differentiable."""

import numpy as np
import pytest
from checks import check_array

import pyshim


@pytest.fixture
def K():
    """pyshim with PyTorch current, and an empty graph."""
    with pyshim.use_backend("torch"):
        pyshim.clear_session()
        yield pyshim


def derivatives(K, function, values, weights):
    """The gradient of the sum of a function, and the gradient of the weighted sum of that gradient."""
    x = K.variable(values, dtype="float64")
    first, = K.gradients(K.sum(function(K, x)), x)
    second, = K.gradients(K.sum(first * np.array(weights)), x)
    return K.function([], [first, second])([])


# By name: a function; at x = (0, 2), its first derivatives, and the derivatives of their sum with weights 1 and 3.
AT_ZEROS = {
    "x * x": (lambda K, x: x * x, [0, 4], [2, 6]),
    "square(x)": (lambda K, x: K.square(x), [0, 4], [2, 6]),
    "x ** 3": (lambda K, x: x ** 3, [0, 12], [0, 36]),
    "x * exp(x)": (lambda K, x: x * K.exp(x), [1, 3 * np.exp(2)], [2, 12 * np.exp(2)]),
    "x * log(1 + x)": (lambda K, x: x * K.log(1 + x), [0, np.log(3) + 2 / 3], [2, 4 / 3]),
    "x / (1 + x)": (lambda K, x: x / (1 + x), [1, 1 / 9], [-2, -2 / 9]),
    "the product, times x[1]": (lambda K, x: K.prod(x) * x[1], [4, 0], [12, 4]),
    "products up to each, times x[0]": (lambda K, x: K.cumprod(x) * x[0], [0, 0], [6, 0]),
}


@pytest.mark.parametrize("name", AT_ZEROS)
def test_second_derivatives_where_a_factor_is_0(K, name):
    function, *expected = AT_ZEROS[name]
    for value, reference in zip(derivatives(K, function, [0.0, 2.0], [1.0, 3.0]), expected):
        check_array(value, np.array(reference, "float64"))


def test_gradients_of_one_loss_asked_for_one_by_one(K):
    x, y = K.variable([1.0, 2.0]), K.variable([3.0, 4.0])
    loss = K.sum(K.square(x) * y)
    of_x, of_y = K.gradients(loss, x)[0], K.gradients(loss, y)[0]
    for value, expected in zip(K.function([], [of_x, of_y, loss])([]), ([6, 16], [1, 4], 19)):
        check_array(value, np.array(expected, "float32"))


def test_gradients_by_a_tensor_and_by_what_it_is_computed_from(K):
    x = K.variable([1.0, 2.0])
    y = K.identity(x)
    loss = K.sum(x * y * y)
    for value, expected in zip(K.function([], K.gradients(loss, [x, y]))([]), ([3, 12], [2, 8])):
        check_array(value, np.array(expected, "float32"))


def test_a_variable_gets_memory_of_its_own(K):
    x, held = K.placeholder((2, 3)), np.arange(12, dtype="float32").reshape(4, 3)
    whole, row = K.variable(np.zeros((2, 3))), K.variable(np.zeros((3,)))
    function = K.function([x], [K.sum(x)], updates=[(whole, x), (row, x[1])])
    function([held[:2]])
    function([held[2:]])
    check_array(K.get_value(whole), held[2:])
    check_array(K.get_value(row), held[3])
    K.get_value(whole)[:] = 0
    check_array(K.get_value(whole), held[2:])


def test_unsigned_integers_that_pytorch_has_no_kernels_for(K):
    for dtype in ("uint16", "uint32", "uint64"):
        largest = np.iinfo(dtype).max
        x = K.constant(np.array([largest, 1, 0], dtype), dtype=dtype)
        for tensor, expected in [(x + 2, [1, 3, 2]), (K.max(x), largest), (x // 2, [largest // 2, 0, 0]),
                                 (K.cumsum(x), [largest, 0, 0]), (x[::-1], [0, 1, largest])]:
            check_array(K.eval(tensor), np.array(expected, dtype))
        check_array(K.eval(x > 1), np.array([True, False, False]))
