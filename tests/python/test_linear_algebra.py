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


@pytest.mark.parametrize("left, right",
                         [((2, 3), (3, 4)), ((3,), (3,)), ((2, 2, 3), (2, 3, 2)), ((2, 3), (3,))])
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
        (K.ones((3,)), K.ones((2,)), K.errors.ShapeError, "axis 0 of x has size 3, axis 0 of y has size 2"),
        (K.ones(()), K.ones((2,)), K.errors.ShapeError, "x and y must have at least one dimension"),
        (K.ones((2,)), 3.0, K.errors.ShapeError, "x and y must have at least one dimension"),
        (K.ones((2,)), K.ones((2,), "int32"), K.errors.DtypeError,
         "x has dtype float32 and y has dtype int32"),
        (K.ones((2,), "bool"), K.ones((2,), "bool"), K.errors.DtypeError, "x has dtype bool"),
        (K.ones((2,)), "ab", K.errors.DtypeError,
         "y must be a tensor, a number or an array of numbers, not str"),
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


@pytest.mark.parametrize("left, right", [((2, 1), (3, 2)), ((2, 2, 1), (3, 2)), ((2, 2, 3), (1, 2)),
                                         ((2, 3), (2, 1, 2)), ((2, 1), (2, 3, 2))])
def test_dot_sums_over_no_size_of_1_that_would_be_broadcast(K, left, right):
    x, y = K.placeholder((None,) * len(left)), K.placeholder((None,) * len(right))
    with pytest.raises(K.errors.EngineError):
        K.function([x, y], [K.dot(x, y)])([np.ones(left), np.ones(right)])


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


# -- batch_dot ------------------------------------------------------------------------------------------

BATCH_DOTS = [  # shapes, axes
    ((2, 3), (2, 3), None), ((2, 3), (2, 3), 1), ((2, 3), (2, 3), (-1, 1)),
    ((2, 3, 4), (2, 4), None), ((2, 3, 4), (2, 3), (1, 1)), ((2, 4), (2, 4, 3), None), ((2, 3), (2, 4, 3), (1, 2)),
    ((2, 3, 4), (2, 4, 5), None), ((2, 3, 4), (2, 5, 4), 2), ((2, 3, 4), (2, 3, 5), (1, 1)),
    ((2, 3, 4), (2, 5, 3), (1, -1)), ((2, 3, 4), (2, 5, 3), (-2, 2)),
    ((2, 3, 1, 4), (2, 4, 3), (3, 1)), ((2, 3, 4, 2), (2, 2, 4, 3), (2, 2)), ((2, 1, 2, 1, 3), (2, 3), (4, 1)),
    ((2, 3, 4, 3), (2, 2, 3, 4), None), ((1, 1, 1), (1, 1, 1), None),
]


def batch_dot(x, y, axes=None):
    """A product for each sample, by the definition."""
    if axes is None:
        axes = (-1, -1 if y.ndim == 2 else -2)
    axes = axes if isinstance(axes, tuple) else (axes, axes)
    of_x, of_y = axes[0] % x.ndim - 1, axes[1] % y.ndim - 1
    result = np.stack([np.tensordot(a, b, (of_x, of_y)) for a, b in zip(x, y)])
    return result[:, None] if result.ndim == 1 else result


@pytest.mark.parametrize("left, right, axes", BATCH_DOTS)
def test_batch_dot(K, left, right, axes):
    x, y = sample(left, seed=1), sample(right, seed=2)
    expected = batch_dot(x, y, axes)
    check(K, K.batch_dot(tensor(K, x), tensor(K, y), axes), expected)
    if len(left) < 5:
        check_fed(K, lambda x, y: K.batch_dot(x, y, axes), [x, y], expected,
                  static=(None,) * (expected.ndim if len(left) + len(right) > 4 else 1) + (
                      () if len(left) + len(right) > 4 else (1,)))


def test_batch_dot_of_every_dtype(K):
    for dtype in NUMBERS:
        x, y = sample((2, 3, 4), dtype, seed=1, low=-2, high=2), sample((2, 4, 2), dtype, seed=2, low=-2, high=2)
        if dtype.startswith("float"):
            x, y = np.round(x), np.round(y)
        check(K, K.batch_dot(tensor(K, x), tensor(K, y)), batch_dot(x, y))


def test_batch_dot_takes_arrays_and_lists_of_axes(K):
    x, y = sample((2, 3, 4)), sample((2, 4, 5), seed=1)
    check(K, K.batch_dot(tensor(K, x), y, [2, 1]), batch_dot(x, y))
    check(K, K.batch_dot(x, y, np.array([2, 1])), batch_dot(x, y))


def test_batch_dot_static_shapes(K):
    assert K.batch_dot(K.placeholder((None, 3, 4)), K.placeholder((8, 4, None))).shape == (8, 3, None)
    assert K.batch_dot(K.placeholder((None, 4)), K.placeholder((None, 4))).shape == (None, 1)


def test_batch_dot_of_nan_and_infinity(K):
    x, y = np.array([[np.nan, 1], [np.inf, 1]], "float32"), np.ones((2, 2), "float32")
    check(K, K.batch_dot(tensor(K, x), tensor(K, y)), np.array([[np.nan], [np.inf]], "float32"))


@pytest.mark.parametrize("left, right, axes", BATCH_DOTS[:1] + BATCH_DOTS[3:6] + BATCH_DOTS[9:14:2])
def test_batch_dot_gradient(K, left, right, axes):
    check_gradient(K, lambda x, y: K.batch_dot(x, y, axes), lambda x, y: batch_dot(x, y, axes),
                   sample(left, "float64", seed=1), sample(right, "float64", seed=2))


@pytest.mark.parametrize("left, right, axes, error, message", [
    ((2,), (2, 3), None, "Shape", "x and y must have at least two dimensions"),
    ((2, 3), (2, 4), None, "Shape", "axis 1 of x has size 3, axis 1 of y has size 4"),
    ((2, 3, 4), (2, 5, 3), None, "Shape", "axis 2 of x has size 4, axis 1 of y has size 5"),
    ((2, 3), (3, 3), None, "Shape", "x has 2 samples, y has 3"),
    ((2, 3), (2, 3), 0, "Shape", "name the axis of the samples"),
    ((2, 3), (2, 3), (1, 2), "Shape", r"axes\[1\] 2 is out of range"),
    ((2, 3), (2, 3), (1, 1, 1), "Argument", "axes must be one number or two"),
    ((2, 3), (2, 3), "last", "Argument", r"axes\[0\] must be a whole number"),
])
def test_batch_dot_refuses(K, left, right, axes, error, message):
    with pytest.raises(getattr(K.errors, error + "Error"), match=r"batch_dot\(\): .*" + message):
        K.batch_dot(K.ones(left), K.ones(right), axes)


def test_batch_dot_refuses_dtypes(K):
    with pytest.raises(K.errors.DtypeError, match=r"batch_dot\(\): x has dtype float32 and y has dtype int32"):
        K.batch_dot(K.ones((2, 3)), K.ones((2, 3), "int32"))
    with pytest.raises(K.errors.DtypeError, match=r"batch_dot\(\): x has dtype bool; numbers are needed"):
        K.batch_dot(K.constant([[True]], "bool"), K.constant([[True]], "bool"))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(left=st.lists(st.integers(1, 3), min_size=1, max_size=3), right=st.lists(st.integers(1, 3), min_size=1,
                                                                                max_size=3), data=st.data())
def test_batch_dot_over_any_axes(K, left, right, data):
    axes = data.draw(st.integers(0, len(left) - 1)), data.draw(st.integers(0, len(right) - 1))
    right[axes[1]] = left[axes[0]]
    x, y = sample([2] + left, seed=1), sample([2] + right, seed=2)
    axes = (axes[0] + 1, axes[1] - len(right))
    check(K, K.batch_dot(tensor(K, x), tensor(K, y), axes), batch_dot(x, y, axes))


# -- gather ---------------------------------------------------------------------------------------------

def test_gather(K):
    for shape in ((4,), (4, 2), (4, 1, 3), (4, 2, 1, 2, 1)):
        reference = sample(shape)
        for indices in (np.array(2), np.array([3, 0, 3, 1]), np.array([[0], [3]]), np.zeros((0,), int)):
            indices = indices.astype("int32")
            check(K, K.gather(tensor(K, reference), tensor(K, indices)), reference[indices])


def test_gather_of_every_dtype(K):
    for dtype in DTYPES:
        x = sample((3, 2), dtype)
        check(K, K.gather(tensor(K, x), [2, 0, 2]), x[[2, 0, 2]])
    for dtype in DTYPES:
        if "int" in dtype:
            check(K, K.gather(K.variable(np.eye(3)), K.constant([2, 0], dtype=dtype)),
                  np.eye(3, dtype="float32")[[2, 0]])


def test_gather_of_unknown_sizes(K):
    x, indices = sample((4, 3)), np.array([[3, 1], [0, 0]], "int32")
    check_fed(K, K.gather, [x, indices], x[indices], static=(None, None, None))
    assert K.gather(K.placeholder((None, 3)), K.placeholder((2, None), dtype="int32")).shape == (2, None, 3)


def test_gather_passes_nan_and_infinity_on(K):
    x = np.array([np.nan, np.inf, -np.inf, 1], "float32")
    check(K, K.gather(tensor(K, x), [1, 0, 3]), x[[1, 0, 3]])


def test_gather_gradient_adds_up(K):
    check_gradient(K, lambda x: K.gather(x, [2, 0, 2, 2]), lambda x: x[[2, 0, 2, 2]], sample((4, 2), "float64"))
    x = K.variable(np.zeros((3, 2)))
    check(K, K.gradients(K.sum(K.gather(x, [[1, 1], [1, 0]])), [x])[0],
          np.array([[1, 1], [3, 3], [0, 0]], "float32"))


@pytest.mark.parametrize("index", [-1, 3, 100])
def test_gather_out_of_range_is_an_error_when_it_runs(K, index):
    x, indices = K.variable(np.eye(3)), K.placeholder((None,), dtype="int32")
    function = K.function([indices], [K.gather(x, indices)])
    with pytest.raises(K.errors.EngineError):
        function([[0, index]])
    check_array(function([[2]])[0], np.array([[0, 0, 1]], "float32"))


def test_gathers_of_several_sizes_in_one_function(K):
    x, y = sample((5, 2), "float64"), sample((4,), "float64", seed=1)
    indices = K.placeholder((None,), dtype="int32")
    first, second = K.variable(x, "float64"), K.variable(y, "float64")
    rows = K.gather(K.gather(first, indices), [1, 0, 1])
    gradients = K.gradients(K.sum(rows * rows) + K.sum(K.gather(second, [[3, 3]])), [first, second])
    function = K.function([indices], [rows] + gradients)
    for chosen in ([4, 0], [2, 2, 1, 0]):
        got = x[chosen][[1, 0, 1]]
        expected = np.zeros_like(x)
        np.add.at(expected, np.array(chosen)[[1, 0, 1]], 2 * got)
        for result, array in zip(function([chosen]), [got, expected, np.array([0, 0, 0, 2.0])]):
            check_array(result, array)


def test_gather_of_a_variable_that_gradients_are_not_taken_by(K):
    data, weights = K.variable(sample((6, 3))), K.variable(sample((3, 2), seed=1))
    indices = K.placeholder((None,), dtype="int64")
    step = K.function([indices], K.gradients(K.sum(K.dot(K.gather(data, indices), weights)), [weights]))
    for value in (sample((6, 3), seed=2), sample((6, 3), seed=3)):
        K.set_value(data, value)
        for chosen in ([5, 0, 5], [1]):
            check_array(step([chosen])[0], np.repeat(value[chosen].sum(0)[:, None], 2, 1))


def test_gather_of_more_slices_than_float32_counts(K):
    x = np.zeros(2 ** 24 + 4, "float32")
    x[-3:] = [1, 2, 3]
    indices = K.placeholder((None,), dtype="int32")
    function = K.function([indices], [K.gather(K.variable(x), indices)])
    check_array(function([[2 ** 24 + 2, 2 ** 24 + 1, 2 ** 24 + 3]])[0], np.array([2, 1, 3], "float32"))


def test_gather_refuses(K):
    with pytest.raises(K.errors.DtypeError, match=r"gather\(\): indices has dtype float32; integers are needed"):
        K.gather(K.ones((3,)), K.ones((2,)))
    with pytest.raises(K.errors.DtypeError, match=r"gather\(\): indices has dtype bool"):
        K.gather(K.ones((3,)), K.constant([True], "bool"))
    with pytest.raises(K.errors.ShapeError, match=r"gather\(\): reference must have at least one dimension"):
        K.gather(K.ones(()), [0])


# -- masks: x[mask] -------------------------------------------------------------------------------------

def masked(K, x, mask):
    result = tensor(K, x)[tensor(K, mask)]
    assert result.shape == (None,) + x.shape[mask.ndim:]
    array = K.eval(result)
    assert array.dtype == x.dtype
    np.testing.assert_array_equal(array, x[mask])


def test_mask(K):
    for shape in ((4,), (4, 2), (2, 1, 3)):
        x = sample(shape)
        for ndim in range(1, x.ndim + 1):
            masked(K, x, sample(shape[:ndim], seed=ndim) > 0)
        masked(K, x, np.zeros(shape, bool))
        masked(K, x, np.ones(shape, bool))


def test_mask_of_every_dtype(K):
    for dtype in DTYPES:
        masked(K, sample((3, 2), dtype), np.array([True, False, True]))


def test_mask_leaves_out_nan_and_infinity(K):
    x = np.array([np.nan, 1, np.inf, np.nan, 2], "float32")
    masked(K, x, np.array([False, True, False, False, True]))
    masked(K, x, np.array([True, False, True, True, False]))


def test_mask_of_unknown_sizes(K):
    x = sample((4, 3))
    fed = K.placeholder((None, 3))
    function = K.function([fed], [fed[fed > 0], fed[fed[:, 0] > 0]])
    for value in (x, -x, np.zeros((2, 3), "float32")):
        elements, rows = function([value])
        np.testing.assert_array_equal(elements, value[value > 0])
        np.testing.assert_array_equal(rows, value[value[:, 0] > 0])


def test_mask_gradient(K):
    x = K.variable(sample((2, 3)))
    check(K, K.gradients(K.sum(K.square(x[x > 0])), [x])[0], np.where(K.eval(x) > 0, 2 * K.eval(x), 0))


def test_mask_that_does_not_fit(K):
    x = K.variable(np.zeros((2, 3)))
    for shape in ((3,), (2, 2), (2, 3, 1)):
        with pytest.raises(K.errors.ShapeError, match="mask"):
            x[K.zeros(shape) > 0]
    fed = K.placeholder((None,), dtype="bool")
    function = K.function([fed], [x[fed]])
    with pytest.raises(K.errors.EngineError):
        function([np.array([True, False, True])])
