"""The family reductions."""

import numpy as np
import pytest
from checks import DTYPES, FLOATS, NUMBERS, check, check_fed, check_gradient, numeric_gradient, sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, about nan and inf


def logsumexp(x, axis=None, keepdims=False):
    return np.log(np.sum(np.exp(x.astype("float64")), axis=axis, keepdims=keepdims)).astype(x.dtype)


def in_floatx(function):
    """The reference of an average, which has dtype floatx unless x is a float."""
    def reference(x, **kwargs):
        x = x if x.dtype.name in FLOATS else x.astype("float32")
        return np.asarray(function(x.astype("float64"), **kwargs)).astype(x.dtype)
    return reference


def counted(function):
    """The reference of a sum or product, which has the dtype of x; bools are counted in int32."""
    def reference(x, **kwargs):
        return function(x, dtype="int32" if x.dtype == bool else x.dtype, **kwargs)
    return reference


# name: (reference, dtypes)
REDUCTIONS = {
    "max": (np.max, NUMBERS),
    "min": (np.min, NUMBERS),
    "sum": (counted(np.sum), DTYPES),
    "prod": (counted(np.prod), DTYPES),
    "mean": (in_floatx(np.mean), DTYPES),
    "var": (in_floatx(np.var), DTYPES),
    "std": (in_floatx(np.std), DTYPES),
    "any": (np.any, DTYPES),
    "all": (np.all, DTYPES),
    "logsumexp": (logsumexp, FLOATS),
}
SMOOTH = ("max", "min", "sum", "prod", "mean", "var", "std", "logsumexp")
CUMULATIVE = {"cumsum": np.cumsum, "cumprod": np.cumprod}
INDEX = {"argmax": np.argmax, "argmin": np.argmin}

AXES = [  # shape, axes
    ((), [None]),
    ((4,), [None, 0, -1, [0]]),
    ((2, 3), [None, 0, 1, -1, -2, [0, 1], (-1,)]),
    ((2, 3, 4), [None, 1, -1, [0, 2], [-1, 0], (2, 1, 0)]),
    ((2, 1, 3, 2), [1, -2, [0, -1], [1, 2, 3]]),
    ((1, 2, 1, 2, 3), [None, 4, [0, 2, 4]]),
]


def tensor(K, array):
    return K.constant(array, dtype=array.dtype.name)


def numpy_axis(axis):
    return tuple(axis) if isinstance(axis, list) else axis


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reduction_over_every_axis(K, name):
    function, reference = getattr(K, name), REDUCTIONS[name][0]
    for shape, axes in AXES:
        x = sample(shape)
        for axis in axes:
            for keepdims in (False, True):
                expected = reference(x, axis=numpy_axis(axis), keepdims=keepdims)
                check(K, function(K.variable(x), axis=axis, keepdims=keepdims), expected)


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reduction_of_every_dtype(K, name):
    function, (reference, dtypes) = getattr(K, name), REDUCTIONS[name]
    for dtype in dtypes:
        x = sample((2, 3), dtype, seed=1)
        check(K, function(tensor(K, x), axis=1), reference(x, axis=1))


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reduction_of_unknown_sizes(K, name):
    function, reference = getattr(K, name), REDUCTIONS[name][0]
    x = sample((2, 3, 2), seed=2)
    check_fed(K, lambda x: [function(x), function(x, axis=1), function(x, axis=[0, -1], keepdims=True)], [x],
              [reference(x), reference(x, axis=1), reference(x, axis=(0, 2), keepdims=True)],
              static=[(), (None, None), (1, None, 1)])


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reduction_of_nan_and_infinity(K, name):
    x = np.array([[1, 2], [np.nan, 1], [np.inf, 1], [-np.inf, 1]], "float32")
    expected = REDUCTIONS[name][0](x, axis=1)
    check(K, getattr(K, name)(K.variable(x), axis=1), expected)


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reduction_over_no_axis(K, name):
    x = sample((2, 3), seed=3)
    check(K, getattr(K, name)(K.variable(x), axis=[]), REDUCTIONS[name][0](x, axis=()))


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reduction_of_an_array(K, name):
    x = np.array([[1, 2], [3, 4]], "float32")
    check(K, getattr(K, name)(x.tolist()), REDUCTIONS[name][0](x))


EMPTY = {"max": -np.inf, "min": np.inf, "sum": 0, "prod": 1, "mean": np.nan, "var": np.nan, "std": np.nan,
         "any": False, "all": True, "logsumexp": -np.inf}


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reduction_of_empty_arrays(K, name):
    function, dtype = getattr(K, name), "bool" if name in ("any", "all") else "float32"
    x = np.ones((0, 3), "float32")
    check(K, function(K.constant(x), axis=0), np.full(3, EMPTY[name], dtype))
    check(K, function(K.constant(x), axis=1), np.ones(0, dtype))
    check_fed(K, lambda x: function(x, axis=0), [x], np.full(3, EMPTY[name], dtype))


@pytest.mark.parametrize("name", SMOOTH)
def test_reduction_gradient(K, name):
    reference = REDUCTIONS[name][0]
    x = sample((2, 3, 2), "float64", seed=4)
    for axis, keepdims in [(None, False), (1, False), ([0, -1], True)]:
        check_gradient(K, lambda x, axis=axis, keepdims=keepdims: getattr(K, name)(x, axis, keepdims),
                       lambda x, axis=axis, keepdims=keepdims:
                       reference(x, axis=numpy_axis(axis), keepdims=keepdims), x)


@pytest.mark.parametrize("name", ["max", "min"])
def test_gradient_of_ties_is_shared(K, name):
    x = K.variable([[1.0, 1.0], [2.0, 2.0]])
    gradient = K.gradients(getattr(K, name)(x), [x])[0]
    check(K, gradient, np.array([[0, 0], [0.5, 0.5]] if name == "max" else [[0.5, 0.5], [0, 0]], "float32"))


def test_prod_gradient_with_zeros(K):
    for row, expected in [([2, 3, 4], [12, 8, 6]), ([0, 3, 4], [12, 0, 0]), ([0, 3, 0], [0, 0, 0])]:
        x = K.variable([row, [1, 1, 1]])
        check(K, K.gradients(K.prod(x, axis=1), [x])[0], np.array([expected, [1, 1, 1]], "float32"))


def test_std_of_equal_elements_is_0(K):
    check(K, K.std(K.constant([[2.0, 2.0], [1.0, 3.0]]), axis=1), np.array([0, 1], "float32"))


def test_logsumexp_does_not_overflow(K):
    for top in (1000.0, -1000.0):
        x = np.array([top, top], "float32")
        check(K, K.logsumexp(K.variable(x)), np.float32(top + np.log(2)))
    x = K.variable([-np.inf, -np.inf])
    check(K, K.logsumexp(x), np.float32(-np.inf))


@pytest.mark.parametrize("keepdims", [False, True])
def test_logsumexp_gradient_is_softmax(K, keepdims):
    x = np.array([[-np.inf, 0, 1], [1000, 1000, 999]], "float32")
    powers = np.exp(x - x.max(1, keepdims=True))
    variable, weights = K.variable(x), np.array([[2], [3]], "float32")
    result = K.logsumexp(variable, axis=1, keepdims=keepdims) * (weights if keepdims else weights[:, 0])
    check(K, K.gradients(K.sum(result), variable)[0], weights * powers / powers.sum(1, keepdims=True))


def test_sum_counts_bools(K):
    x = np.array([True, False, True])
    check(K, K.sum(tensor(K, x)), np.int32(2))
    check(K, K.prod(tensor(K, x)), np.int32(0))


def test_mean_of_many_halves(K):
    x = np.full((3000,), 30, "float16")
    check(K, K.mean(tensor(K, x)), np.float16(30))


# -- running sums and products --------------------------------------------------------------------------

@pytest.mark.parametrize("name", CUMULATIVE)
def test_cumulative_along_every_axis(K, name):
    function, reference = getattr(K, name), CUMULATIVE[name]
    for shape in [(4,), (2, 3), (2, 3, 4), (2, 1, 3, 2), (1, 2, 1, 2, 3)]:
        x = sample(shape)
        for axis in range(-len(shape), len(shape)):
            check(K, function(K.variable(x), axis=axis), reference(x, axis=axis))
    check(K, function(K.variable(x)), reference(x, axis=0))


@pytest.mark.parametrize("name", CUMULATIVE)
def test_cumulative_of_every_dtype(K, name):
    for dtype in NUMBERS:
        x = sample((2, 4), dtype, seed=5)
        check(K, getattr(K, name)(tensor(K, x), axis=1), CUMULATIVE[name](x, axis=1, dtype=dtype))


def test_cumsum_of_many_halves(K):
    x = np.ones((4096,), "float16")
    check(K, K.cumsum(K.variable(x, dtype="float16")), np.arange(1, 4097).astype("float16"))


@pytest.mark.parametrize("name", CUMULATIVE)
def test_cumulative_of_unknown_sizes(K, name):
    function, reference = getattr(K, name), CUMULATIVE[name]
    x = sample((2, 3), seed=6)
    check_fed(K, lambda x: [function(x), function(x, axis=-1)], [x], [reference(x, axis=0), reference(x, axis=1)],
              static=[(None, None), (None, None)])


@pytest.mark.parametrize("name", CUMULATIVE)
def test_cumulative_of_nan_and_infinity(K, name):
    x = np.array([1, np.inf, 2, np.nan, 3], "float32")
    check(K, getattr(K, name)(K.variable(x)), CUMULATIVE[name](x))


@pytest.mark.parametrize("name", CUMULATIVE)
def test_cumulative_gradient(K, name):
    x = sample((2, 3), "float64", seed=7)
    for axis in (0, 1):
        check_gradient(K, lambda x, axis=axis: getattr(K, name)(x, axis),
                       lambda x, axis=axis: CUMULATIVE[name](x, axis), x)


def test_cumprod_gradient_with_zeros(K):
    for row in ([2, 0, 3, 4], [0, 0, 3, 4], [2, 3, 4, 0]):
        check_gradient(K, K.cumprod, np.cumprod, np.array(row, "float64"))


def test_cumprod_gradient_where_products_over_or_underflow(K):
    for row, expected in (([1e30, 1e30, 1e-30], [1e30, 1e30, np.inf]), ([1e-30, 1e-30, 1e30], [2, 1, 0]),
                          ([1, np.inf, 2], [np.inf, 3, np.inf])):
        x = K.variable(row)
        check(K, K.gradients(K.sum(K.cumprod(x)), [x])[0], np.array(expected, "float32"))


def test_cumprod_gradient_of_unknown_sizes(K):
    x = K.placeholder((None, None), dtype="float64")
    gradient = K.function([x], K.gradients(K.sum(K.square(K.cumprod(x, 1))), [x]))
    for row in (sample((2, 5), "float64"), np.array([[2., 0, 3]]), np.zeros((2, 0)), np.zeros((0, 3))):
        expected = numeric_gradient(lambda x: np.cumprod(x, 1) ** 2, [row], 0)
        np.testing.assert_allclose(gradient([row])[0], expected, rtol=1e-5, atol=1e-7)


# -- positions ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", INDEX)
def test_index_along_every_axis(K, name):
    function, reference = getattr(K, name), INDEX[name]
    for shape in [(4,), (2, 3), (2, 3, 4), (2, 1, 3, 2), (1, 2, 1, 2, 3)]:
        x = sample(shape)
        for axis in range(-len(shape), len(shape)):
            check(K, function(K.variable(x), axis=axis), reference(x, axis=axis), dtype="int64")
    check(K, function(K.variable(x)), reference(x, axis=-1), dtype="int64")


@pytest.mark.parametrize("name", INDEX)
def test_index_of_every_dtype(K, name):
    for dtype in NUMBERS:
        x = np.array([[1, 3, 2], [3, 2, 1]], dtype)
        check(K, getattr(K, name)(tensor(K, x)), INDEX[name](x, axis=-1), dtype="int64")


@pytest.mark.parametrize("name", INDEX)
def test_index_of_equals_is_the_first(K, name):
    x = np.array([[1, 2, 2, 1], [0, 0, 0, 0]], "float32")
    check(K, getattr(K, name)(K.variable(x)), INDEX[name](x, axis=-1), dtype="int64")


@pytest.mark.parametrize("name", INDEX)
def test_index_of_nan_is_the_first(K, name):
    for dtype in FLOATS:
        x = np.array([[1, np.nan, 2], [np.inf, 1, np.nan], [-np.inf, np.nan, np.nan], [1, np.inf, -np.inf]], dtype)
        check(K, getattr(K, name)(tensor(K, x)), INDEX[name](x, axis=-1), dtype="int64")


@pytest.mark.parametrize("name", INDEX)
def test_index_along_an_empty_axis(K, name):
    check(K, getattr(K, name)(K.constant(np.ones((0, 3))), axis=1), np.ones((0,), "int64"))
    with pytest.raises(K.errors.KerasError):
        K.eval(getattr(K, name)(K.constant(np.ones((0, 3))), axis=0))


@pytest.mark.parametrize("name", INDEX)
def test_index_of_unknown_sizes(K, name):
    x = sample((2, 3), seed=8)
    check_fed(K, lambda x: [getattr(K, name)(x), getattr(K, name)(x, axis=0)], [x],
              [INDEX[name](x, axis=1), INDEX[name](x, axis=0)], static=[(None,), (None,)])


# -- errors ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", sorted(REDUCTIONS) + sorted(CUMULATIVE) + sorted(INDEX))
def test_axis_out_of_range(K, name):
    for axis in (2, -3):
        with pytest.raises(K.errors.ShapeError,
                           match=r"%s\(\): axis %d is out of range for a tensor with 2 dimensions" % (name, axis)):
            getattr(K, name)(K.ones((2, 3)), axis=axis)
    with pytest.raises(K.errors.ArgumentError, match=r"%s\(\): axis must be a whole number, not 0.5" % name):
        getattr(K, name)(K.ones((2, 3)), axis=0.5)


@pytest.mark.parametrize("name", REDUCTIONS)
def test_axis_named_twice(K, name):
    with pytest.raises(K.errors.ShapeError, match=r"%s\(\): axis .* names the same dimension twice" % name):
        getattr(K, name)(K.ones((2, 3)), axis=[0, -2])


@pytest.mark.parametrize("name", ["max", "min", "cumsum", "cumprod", "argmax", "argmin"])
def test_numbers_are_needed(K, name):
    with pytest.raises(K.errors.DtypeError, match=r"%s\(\): x has dtype bool" % name):
        getattr(K, name)(K.constant([True, False], dtype="bool"))


def test_floats_are_needed(K):
    for dtype in ("int32", "bool"):
        with pytest.raises(K.errors.DtypeError, match=r"logsumexp\(\): x has dtype %s" % dtype):
            K.logsumexp(K.constant([0, 1], dtype=dtype))


@pytest.mark.parametrize("name", ["any", "all", "argmax"])
def test_no_gradient(K, name):
    x = K.variable([[1.0, 2.0]])
    with pytest.raises(K.errors.GradientError, match="variable"):
        K.gradients(K.sum(K.cast(getattr(K, name)(x), "float32")), [x])


# -- properties -----------------------------------------------------------------------------------------

@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), shape=st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_sum_over_any_axes_is_numpys(K, data, shape):
    ndim = len(shape)
    axes = data.draw(st.lists(st.integers(-ndim, ndim - 1), unique_by=lambda axis: axis % ndim))
    keepdims = data.draw(st.booleans())
    x = sample(shape)
    check(K, K.sum(K.constant(x), axis=axes, keepdims=keepdims), np.sum(x, axis=tuple(axes), keepdims=keepdims))
