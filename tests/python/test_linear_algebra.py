"""The family linear_algebra."""

import numpy as np
import pytest
from checks import DTYPES, NUMBERS, check, check_array, check_fed, check_gradient, sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DOTS = [((2, 3), (3, 4)), ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 2, 3), (3, 4)),
        ((2, 3), (4, 3, 5)), ((2, 1, 3), (2, 3, 2)), ((2, 1, 2, 3), (3,)), ((1, 1), (1, 1)),
        ((2, 1, 2, 1, 3), (3, 2))]


def tensor(K, array):
    return K.constant(array, dtype=array.dtype.name)


# -- dot ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("left, right", DOTS)
def test_dot(K, left, right):
    x, y = sample(left, seed=1), sample(right, seed=2)
    check(K, K.dot(K.variable(x), K.constant(y)), np.dot(x, y))
    check_fed(K, K.dot, [x, y], np.dot(x, y), static=(None,) * np.dot(x, y).ndim)


def test_dot_of_every_dtype(K):
    for dtype in NUMBERS:
        for left, right in [((2, 3), (3, 2)), ((2, 2, 3), (3,))]:
            x, y = sample(left, dtype, seed=3), sample(right, dtype, seed=4)
            check(K, K.dot(tensor(K, x), tensor(K, y)), np.dot(x, y), dtype=dtype)


def test_dot_of_large_integers_is_exact(K):
    x = np.array([[2 ** 53 + 1, 1]], "int64")
    check(K, K.dot(tensor(K, x), tensor(K, np.array([[1], [2]], "int64"))), x @ np.array([[1], [2]], "int64"))


def test_dot_wraps_around_as_numpy_does(K):
    x = np.array([[100, 100]], "int8")
    check(K, K.dot(tensor(K, x), tensor(K, x.T)), np.dot(x, x.T))


def test_dot_of_nan_and_infinity(K):
    x = np.array([[np.nan, 1], [np.inf, 1], [-np.inf, np.inf]], "float32")
    y = np.array([[1, 2], [3, 4]], "float32")
    with np.errstate(invalid="ignore"):
        check(K, K.dot(K.variable(x), K.variable(y)), np.dot(x, y))


def test_dot_with_an_array_takes_the_dtype_of_the_tensor(K):
    x = sample((2, 3), "float64")
    y = [[1, 2], [3, 4], [5, 6]]
    check(K, K.dot(tensor(K, x), y), np.dot(x, y))
    check(K, K.dot(np.transpose(y), tensor(K, x.T)), np.dot(np.transpose(y), x.T))
    check(K, K.dot([1.0, 2.0], [3.0, 4.0]), np.float32(11))


def test_dot_of_empty_arrays(K):
    x, y = np.ones((2, 0), "float32"), np.ones((0, 3), "float32")
    check(K, K.dot(tensor(K, x), tensor(K, y)), np.zeros((2, 3), "float32"))
    check(K, K.dot(tensor(K, np.ones((0, 2), "float32")), tensor(K, np.ones((2, 3), "float32"))),
          np.zeros((0, 3), "float32"))


def test_dot_static_shapes(K):
    def static(left, right):
        return K.dot(K.placeholder(left), K.placeholder(right)).shape
    assert static((None, 4), (4, 3)) == (None, 3)
    assert static((None, None), (4, 3)) == (None, 3)
    assert static((5, 4), (None, None)) == (5, None)
    assert static((None, 2, 3), (4, None, 5)) == (None, 2, 4, 5)
    assert static((None,), (None,)) == ()


@pytest.mark.parametrize("left, right", [((2, 3), (3, 4)), ((3,), (3,)), ((2, 2, 3), (2, 3, 2)), ((2, 3), (3,))])
def test_dot_gradient(K, left, right):
    check_gradient(K, K.dot, np.dot, sample(left, "float64", seed=5), sample(right, "float64", seed=6))


def test_dot_gradient_of_unknown_sizes(K):
    w = K.variable(sample((3, 2), seed=7))
    x = K.placeholder((None, 3))
    gradient = K.function([x], K.gradients(K.sum(K.dot(x, w)), w))
    for rows in (2, 5):
        value = sample((rows, 3), seed=8)
        check_array(gradient([value])[0], np.repeat(value.sum(0)[:, None], 2, axis=1))


def test_dot_refuses(K):
    refused = [
        (K.ones((2, 3)), K.ones((2, 3)), K.errors.ShapeError, r"x of shape \(2, 3\) and y of shape \(2, 3\)"),
        (K.ones((3,)), K.ones((2,)), K.errors.ShapeError, "the last size of x is 3, size 0 of y is 2"),
        (K.ones(()), K.ones((2,)), K.errors.ShapeError, "x and y must have at least one dimension"),
        (K.ones((2,)), 3.0, K.errors.ShapeError, "x and y must have at least one dimension"),
        (K.ones((2,)), K.ones((2,), "int32"), K.errors.DtypeError, "x has dtype float32 and y has dtype int32"),
        (K.ones((2,), "bool"), K.ones((2,), "bool"), K.errors.DtypeError, "x has dtype bool"),
        (K.ones((2,)), "ab", K.errors.DtypeError, "y must be a tensor, a number or an array of numbers, not str"),
    ]
    for x, y, error, message in refused:
        with pytest.raises(error, match=r"dot\(\): .*" + message):
            K.dot(x, y)


def test_dot_of_sizes_that_do_not_fit_when_fed(K):
    x, y = K.placeholder((None, None)), K.placeholder((None, None))
    dot = K.function([x, y], [K.dot(x, y)])
    with pytest.raises(K.errors.KerasError):
        dot([np.ones((2, 3)), np.ones((2, 3))])
    check_array(dot([np.ones((2, 3)), np.ones((3, 1))])[0], np.full((2, 1), 3, "float32"))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(left=st.lists(st.integers(1, 3), max_size=3), right=st.lists(st.integers(1, 3), max_size=3),
       inner=st.integers(1, 4))
def test_dot_of_any_shapes_is_numpys(K, left, right, inner):
    x, y = sample((*left, inner)), sample((*right[:-1], inner, *right[-1:]), seed=1)
    check(K, K.dot(K.constant(x), K.constant(y)), np.dot(x, y))


# -- transpose ------------------------------------------------------------------------------------------

def test_transpose_of_every_rank(K):
    for shape in [(), (3,), (2, 3), (2, 3, 4), (2, 1, 3, 2), (1, 2, 1, 2, 3)]:
        x = sample(shape)
        check(K, K.transpose(K.variable(x)), x.T)
        check_fed(K, K.transpose, [x], x.T, static=(None,) * x.ndim)


def test_transpose_of_every_dtype(K):
    for dtype in DTYPES:
        x = sample((2, 3), dtype)
        check(K, K.transpose(tensor(K, x)), x.T)


def test_transpose_keeps_what_is_known(K):
    assert K.transpose(K.placeholder((None, 3, 4))).shape == (4, 3, None)
    check(K, K.transpose(np.ones((0, 3))), np.ones((3, 0), "float32"))


def test_transpose_gradient(K):
    check_gradient(K, K.transpose, np.transpose, sample((2, 3, 2), "float64"))
