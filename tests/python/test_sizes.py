"""Sizes, counts and positions given as tensors: right for every fed size, and known as early as possible."""

import numpy as np
import pytest
from checks import check, check_array, check_gradient, numeric_gradient, sample
from scipy.sparse import coo_matrix

from pyshim.errors import ArgumentError, DtypeError, EngineError, ShapeError

ROW = [[1., 2., 3.]]


def rows(x):
    """The number of rows of a tensor, as a tensor."""
    from pyshim import shape
    return shape(x)[0]


# A function of a placeholder x of shape (None, 2), the same function in NumPy, and the static shape of the result.
CASES = {
    "reshape(x, (n, 1, 2))": (lambda K, x: K.reshape(x, (rows(x), 1, 2)), lambda x: x.reshape(-1, 1, 2),
                              (None, 1, 2)),
    "reshape(x, (n, -1))": (lambda K, x: K.reshape(x, (rows(x), -1)), lambda x: x, (None, 2)),
    "reshape(x, (-1, n))": (lambda K, x: K.reshape(x, (-1, rows(x))), lambda x: x.reshape(2, len(x)), (2, None)),
    "reshape(x, (2 * n,))": (lambda K, x: K.reshape(x, (2 * rows(x),)), lambda x: x.ravel(), (None,)),
    "reshape(x, [n, 2, None])": (lambda K, x: K.reshape(x, [rows(x), 2, None]), lambda x: x.reshape(-1, 2, 1),
                                 (None, 2, 1)),
    "reshape(x, shape(y))": (lambda K, x: K.reshape(x, K.shape(K.expand_dims(x))), lambda x: x[..., None],
                             (None, 2, 1)),
    "reshape(x, stack([-1, prod]))": (
        lambda K, x: K.reshape(x, K.stack([-1, K.prod(K.shape(x)[1:])])), lambda x: x, (None, 2)),
    "reshape(x, concatenate)": (
        lambda K, x: K.reshape(x, K.concatenate([K.shape(x)[:1], [2, 1]])), lambda x: x[..., None], (None, 2, 1)),
    "tile(row, (n, 1))": (lambda K, x: K.tile(K.constant(ROW), (rows(x), 1)), lambda x: np.tile(ROW, (len(x), 1)),
                          (None, 3)),
    "tile(x, [2, n])": (lambda K, x: K.tile(x, [2, rows(x)]), lambda x: np.tile(x, (2, len(x))), (None, None)),
    "tile(x, [n, 1, 1])": (lambda K, x: K.tile(x, [rows(x), 1, 1]), lambda x: np.tile(x, (len(x), 1, 1)),
                           (None, None, 2)),
    "tile(x, n)": (lambda K, x: K.tile(x, rows(x)), lambda x: np.tile(x, len(x)), (None, None)),
    "repeat_elements(row, n, 0)": (lambda K, x: K.repeat_elements(K.constant(ROW), rows(x), 0),
                                   lambda x: np.repeat(ROW, len(x), 0), (None, 3)),
    "repeat_elements(x, n, -1)": (lambda K, x: K.repeat_elements(x, rows(x), -1),
                                  lambda x: np.repeat(x, len(x), -1), (None, None)),
    "repeat(x, n)": (lambda K, x: K.repeat(x, rows(x)), lambda x: np.repeat(x[:, None], len(x), 1),
                     (None, None, 2)),
    "arange(n)": (lambda K, x: K.arange(rows(x)), lambda x: np.arange(len(x), dtype="int32"), (None,)),
    "arange(1, n + 1, 2)": (lambda K, x: K.arange(1, rows(x) + 1, 2, dtype="int64"),
                            lambda x: np.arange(1, len(x) + 1, 2), (None,)),
    "arange(n, 0, -1)": (lambda K, x: K.arange(rows(x), 0, -1), lambda x: np.arange(len(x), 0, -1, dtype="int32"),
                         (None,)),
    "arange(0, 1, 1 / n)": (lambda K, x: K.arange(0., K.cast(rows(x), "float32") / 4, 0.25, dtype="float32"),
                            lambda x: np.arange(0, len(x) / 4, 0.25, dtype="float32"), (None,)),
    "zeros((n, 3))": (lambda K, x: K.zeros((rows(x), 3)), lambda x: np.zeros((len(x), 3)), (None, 3)),
    "zeros([n, n])": (lambda K, x: K.zeros([rows(x), rows(x)], dtype="bool"),
                      lambda x: np.zeros((len(x), len(x)), bool), (None, None)),
    "ones(shape(x))": (lambda K, x: K.ones(K.shape(x), "int32"), lambda x: np.ones(x.shape, "int32"), (None, 2)),
    "ones(n)": (lambda K, x: K.ones(rows(x)), lambda x: np.ones(len(x)), (None,)),
    "eye(n)": (lambda K, x: K.eye(rows(x)), lambda x: np.eye(len(x)), (None, None)),
    "eye((2, n))": (lambda K, x: K.eye((2, rows(x)), "int32"), lambda x: np.eye(2, len(x), dtype="int32"),
                    (2, None)),
    "constant(7, shape=(n, 3))": (lambda K, x: K.constant(7, shape=(rows(x), 3)), lambda x: np.full((len(x), 3), 7.),
                                  (None, 3)),
    "one_hot([0, 2], n)": (lambda K, x: K.one_hot(K.constant([0, 2], dtype="int32"), rows(x)),
                           lambda x: np.equal.outer([0, 2], np.arange(len(x))).astype(float), (2, None)),
    "slice(x, (0, 0), (n, 1))": (lambda K, x: K.slice(x, (0, 0), (rows(x), 1)), lambda x: x[:, :1], (None, 1)),
    "slice(x, 0, (n - 1, -1))": (lambda K, x: K.slice(x, 0, (rows(x) - 1, -1)), lambda x: x[:-1], (None, 2)),
    "slice(x, [n - 2, 0], (2, 2))": (lambda K, x: K.slice(x, K.stack([rows(x) - 2, 0]), (2, 2)), lambda x: x[-2:],
                                     (2, 2)),
    "slice(x, [n - 1, 1], -1)": (lambda K, x: K.slice(x, [rows(x) - 1, 1], -1), lambda x: x[-1:, 1:], (None, 1)),
    "slice(x, 0, 1 - n)": (lambda K, x: K.slice(x, 0, [K.minimum(rows(x), 1) - 2, 1]), lambda x: x[:, :1],
                           (None, 1)),
    "x[n - 1]": (lambda K, x: x[rows(x) - 1], lambda x: x[-1], (2,)),
    "x[-n]": (lambda K, x: x[-rows(x)], lambda x: x[0], (2,)),
    "x[n - 1, 1]": (lambda K, x: x[rows(x) - 1, 1], lambda x: x[-1, 1], ()),
    "x[:n - 1]": (lambda K, x: x[:rows(x) - 1], lambda x: x[:-1], (None, 2)),
    "x[n - 2:]": (lambda K, x: x[rows(x) - 2:], lambda x: x[-2:], (None, 2)),
    "x[n - 1::-1]": (lambda K, x: x[rows(x) - 1::-1], lambda x: x[::-1], (None, 2)),
    "x[1:n:n - 1, None, ::-1]": (lambda K, x: x[0:rows(x):rows(x) - 1, None, ::-1],
                                 lambda x: x[::len(x) - 1, None, ::-1], (None, 1, 2)),
    "x[:100]": (lambda K, x: x[:rows(x) + 100, ..., 0], lambda x: x[:, 0], (None,)),
    "gather(x, n - 1)": (lambda K, x: K.gather(x, rows(x) - 1), lambda x: x[-1], (2,)),
    "gather(x, [n - 1, 0])": (lambda K, x: K.gather(x, [rows(x) - 1, 0]), lambda x: x[[-1, 0]], (2, 2)),
    "prod([n, 3])": (lambda K, x: K.prod([rows(x), 3]), lambda x: np.int32(len(x) * 3), ()),
    "sum([n, 3, [..]])": (lambda K, x: K.sum([[rows(x), 1], [2, 3]], axis=0),
                          lambda x: np.array([len(x) + 2, 4], "int32"), (2,)),
    "stack([x[0], [1, 2]])": (lambda K, x: K.stack([x[0], [1, 2]]), lambda x: np.stack([x[0], [1, 2]]), (2, 2)),
    "concatenate([x, [[1, 2]]])": (lambda K, x: K.concatenate([[[1, 2]], x], 0),
                                   lambda x: np.concatenate([[[1, 2]], x]), (None, 2)),
    "x * [n, 3]": (lambda K, x: x * [K.cast(rows(x), "float32"), 3], lambda x: x * [len(x), 3], (None, 2)),
}


@pytest.mark.parametrize("case", CASES)
def test_sizes_of_what_is_fed(K, case):
    build, reference, static = CASES[case]
    x = K.placeholder((None, 2))
    result = build(K, x)
    assert result.shape == static
    run = K.function([x], [result])
    for count in (5, 2, 3):
        array = sample((count, 2), seed=count)
        expected = np.asarray(reference(array))
        check_array(run([array])[0], expected.astype("float32") if expected.dtype.kind == "f" else expected)


@pytest.mark.parametrize("draw, low, high", [
    ("random_normal", -9, 9), ("random_uniform", 0, 1), ("truncated_normal", -2, 2), ("random_binomial", 0, 1)])
def test_random_tensors_of_sizes_of_what_is_fed(K, draw, low, high):
    x = K.placeholder((None, 2))
    results = [getattr(K, draw)(shape) for shape in
               [(rows(x), 3), [2, rows(x)], K.shape(x), K.stack([rows(x), 3]), (rows(x),)]]
    assert [result.shape for result in results] == [(None, 3), (2, None), (None, 2), (None, 3), (None,)]
    run = K.function([x], results)
    for count in (4, 0, 1):
        values = run([np.zeros((count, 2))])
        assert [value.shape for value in values] == [(count, 3), (2, count), (count, 2), (count, 3), (count,)]
        assert all(value.dtype == "float32" and np.all((value >= low) & (value <= high)) for value in values)
    drawn = getattr(K, draw)((rows(x), 1000), seed=3)
    first, second = K.function([x], [drawn, drawn])([np.zeros((2, 2))])
    np.testing.assert_array_equal(first, second)
    assert (first.std() > 0.1) == (draw != "random_binomial")


def test_whole_numbers_and_limits_of_sizes_of_what_is_fed(K):
    x = K.placeholder((None, 2))
    drawn = K.random_uniform((rows(x), 50), minval=-2, maxval=3, dtype="int32")
    value = K.function([x], [drawn])([np.zeros((4, 2))])[0]
    assert value.shape == (4, 50) and set(value.ravel()) == {-2, -1, 0, 1, 2}


def test_dropout_with_sizes_of_what_is_fed(K):
    x = K.placeholder((None, 2))
    dropped = [K.dropout(x, 0.5, noise_shape=shape) for shape in
               [(rows(x), 1), K.stack([rows(x), 1]), (1, 2), (None, 1), None]]
    assert [each.shape for each in dropped] == [(None, 2)] * 5
    values = K.function([x], dropped)([np.ones((50, 2))])
    for value in values:
        assert value.shape == (50, 2) and set(value.ravel()) <= {0, 2}
    assert all(len(set(values[i].ravel())) == 2 for i in (0, 1, 3, 4))
    for value in (values[0], values[1], values[3]):
        np.testing.assert_array_equal(value[:, 0], value[:, 1])


def test_sizes_that_are_known_are_numbers(K):
    x = K.constant(sample((5, 2)))
    n = K.shape(x)[0]
    assert K.is_variable(K.zeros((n, 3))) and K.is_variable(K.ones(K.shape(x))) and K.is_variable(K.eye(n))
    for tensor, shape in [(K.reshape(x, (K.shape(x)[1], n)), (2, 5)), (K.reshape(x, K.shape(x)[::-1]), (2, 5)),
                          (K.tile(x, (n, 1)), (25, 2)), (K.arange(n * 2 - 1), (9,)), (x[:n - 1], (4, 2)),
                          (K.random_normal((n, n // 2)), (5, 2)),
                          (K.repeat(x, K.constant(3, dtype="int64")), (5, 3, 2)),
                          (K.reshape(x, [K.prod(K.shape(x))]), (10,)), (K.one_hot([0], K.size(x)), (1, 10)),
                          (K.ones(K.concatenate([[3], K.shape(x)[1:]])), (3, 2)),
                          (K.zeros(K.gather(K.shape(x), [1, 1])), (2, 2)), (x[1:K.maximum(n, 7)], (4, 2))]:
        assert tensor.shape == shape and K.eval(tensor).shape == shape


def test_sizes_that_follow_from_others_are_known(K):
    x, y = K.placeholder((None, 4, 6)), K.placeholder((None, None))
    n = K.shape(x)[0]
    assert K.reshape(x, (n, -1)).shape == (None, 24)
    assert K.reshape(x, (-1, n)).shape == (24, None)
    assert K.reshape(x, (n, 2, -1, 3)).shape == (None, 2, 4, 3)
    assert K.reshape(x, (-1, 4, 6)).shape == (None, 4, 6)
    assert K.reshape(K.ones((6, 2)), (K.shape(y)[0], 3)).shape == (4, 3)
    assert K.reshape(y, (K.shape(y)[1], K.shape(y)[0])).shape == (None, None)
    assert K.reshape(y, (K.shape(y)[0], K.shape(y)[1], -1)).shape == (None, None, 1)
    assert K.reshape(y, (K.shape(y)[0], -1)).shape == (None, None)
    assert K.reshape(x, (n, K.shape(y)[0])).shape == (None, None)  # if x has no rows, any size fits
    value = K.function([y], [K.reshape(y, (K.shape(y)[1], K.shape(y)[0]))])([sample((2, 3))])[0]
    check_array(value, sample((2, 3)).reshape(3, 2))


def test_sizes_of_every_integer_dtype(K):
    for dtype in ("int8", "uint8", "int16", "int32", "int64", "uint64"):
        n = K.placeholder((), dtype=dtype)
        run = K.function([n], [K.zeros((n, 2)), K.arange(n), K.constant(sample((4, 2)))[n], K.one_hot([1], n)])
        assert [value.shape for value in run([3])] == [(3, 2), (3,), (2,), (1, 3)]


def test_gradients_with_sizes_that_are_tensors(K):
    array = sample((3, 2), "float64")
    x = K.placeholder((None, 2), dtype="float64")
    n = rows(x)
    weights = K.constant(np.arange(1., 7.), dtype="float64")
    scalar = K.variable(2., dtype="float64")
    losses = [
        (lambda x: K.reshape(x, (2, n)) * K.reshape(K.cast(K.arange(2 * n), "float64"), (2, -1)),
         lambda x: x.reshape(2, -1) * np.arange(6.).reshape(2, -1)),
        (lambda x: K.tile(x, (1, n)) * weights, lambda x: np.tile(x, 3) * np.arange(1., 7.)),
        (lambda x: K.repeat_elements(x, n, 1) * weights, lambda x: np.repeat(x, 3, 1) * np.arange(1., 7.)),
        (lambda x: K.square(x[:n - 1]), lambda x: np.square(x[:-1])),
        (lambda x: K.square(x[n - 1::-2]), lambda x: np.square(x[::-2])),
        (lambda x: K.square(x[n - 1]), lambda x: np.square(x[-1])),
        (lambda x: K.square(K.slice(x, (n - 2, 0), (2, 1))), lambda x: np.square(x[-2:, :1])),
        (lambda x: K.reshape(K.square(x), (n, 1, 2)), np.square),
    ]
    for build, reference in losses:
        gradient = K.gradients(K.sum(build(x)), [x])[0]
        np.testing.assert_allclose(K.function([x], [gradient])([array])[0], numeric_gradient(reference, [array], 0),
                                   rtol=1e-6, atol=1e-8)
    filled = K.sum(K.constant(1., dtype="float64", shape=(n, 4)) * scalar)
    assert K.function([x], K.gradients(filled, [scalar]))([array]) == [12]


def test_gradient_of_what_is_repeated_a_known_number_of_times(K):
    check_gradient(K, lambda x: K.tile(x, K.shape(x)), lambda x: np.tile(x, x.shape), sample((2, 3), "float64"))


def test_sizes_in_a_step(K):
    def step(x, states):
        n = K.shape(x)[0]
        state = states[0] + K.ones((n, 3)) * K.sum(K.reshape(x, (n, 1, 2)), axis=2)
        last = K.tile(state[n - 1:], (n, 1))
        return state + K.random_uniform((n, 3), 0, 1e-9) + last, [state]

    x = K.placeholder((None, None, 2))
    initial = K.zeros((K.shape(x)[0], 3))
    last, outputs, states = K.rnn(step, x, [initial])
    run = K.function([x], [last, outputs, states[0], K.gradients(K.sum(last), [x])[0]])
    for shape in [(2, 3, 2), (3, 1, 2)]:
        array = sample(shape)
        total = array.sum(2).cumsum(1)
        expected = np.repeat((total + total[-1:])[..., None], 3, 2)
        values = run([array])
        np.testing.assert_allclose(values[0], expected[:, -1], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(values[1], expected, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(values[2], np.repeat(total[:, -1:], 3, 1), rtol=1e-4, atol=1e-5)
        weights = np.full(shape, 3.)
        weights[-1] += 3 * shape[0]
        np.testing.assert_allclose(values[3], weights, rtol=1e-4)


def test_positions_in_a_step(K):
    array = sample((4, 5))
    taken = K.map_fn(lambda i: K.constant(array)[i, i + 1], K.constant([0, 2, 3], dtype="int32"), dtype="float32")
    check_array(K.eval(taken), array[[0, 2, 3], [1, 3, 4]])


def test_wrong_sizes_are_refused(K):
    x = K.placeholder((None, 2))
    n = rows(x)
    for build, error, words in [
        (lambda: K.zeros((x, 2)), DtypeError, "size in shape"),
        (lambda: K.zeros((K.cast(n, "float32"), 2)), DtypeError, "float32"),
        (lambda: K.zeros(K.expand_dims(K.shape(x))), ArgumentError, "shape"),
        (lambda: K.zeros((K.shape(x), 2)), ShapeError, "scalar"),
        (lambda: K.zeros(K.placeholder((None,), dtype="int32")), ArgumentError, "known length"),
        (lambda: x[K.shape(x)], ShapeError, "a position"),
        (lambda: x[:K.cast(n, "float32")], DtypeError, "a bound of a slice"),
        (lambda: K.constant(0., shape=(K.constant(-1, dtype="int32"), 2)), ArgumentError, "at least 0"),
        (lambda: K.reshape(K.ones((5, 2)), (n, 3)), ShapeError, "cannot hold"),
        (lambda: K.random_normal((None, 2)), ShapeError, "known in every dimension"),
        (lambda: K.arange(K.shape(x)), ShapeError, "scalar"),
        (lambda: K.slice(x, (n, 0, 0), 1), ArgumentError, "start"),
        (lambda: K.stack([n, 0.5]), DtypeError, "holds 0.5, which dtype int32"),
    ]:
        with pytest.raises(error, match=words):
            build()


def test_wrong_sizes_of_what_is_fed_are_refused_when_it_runs(K):
    x, n = K.placeholder((None, 2)), K.placeholder((), dtype="int32")
    built = [(K.reshape(x, (n, 2)), 4), (K.reshape(x, (rows(x), n)), 3), (K.reshape(x, (rows(x), rows(x))), 0),
             (K.zeros((n, 2)), -1), (x[n], 3), (x[n], -4), (K.slice(x, (n, 0), (1, 2)), 3),
             (K.slice(x, (0, 0), (n, 2)), 4), (K.slice(x, (n, 0), (1, 2)), -1), (K.gather(x, n), 3),
             (K.reshape(x, (n, -1)), 4)]
    for result, count in built:
        with pytest.raises(EngineError):
            K.function([x, n], [result])([np.zeros((3, 2)), count])


def test_sizes_evaluated_eagerly(K):
    @K.eager
    def run():
        x = K.constant(sample((3, 2)))
        n = K.shape(x)[0]
        check(K, x[n - 1], sample((3, 2))[-1])
        check(K, K.reshape(x, (n * 2,)), sample((3, 2)).ravel())
        assert K.random_normal((n, 4)).shape == (3, 4)
    run()


@pytest.mark.parametrize("size", [2 ** 31, 2 ** 32 + 3])
def test_sizes_that_int32_does_not_hold(K, size):
    # Without elements, such a tensor needs no memory.
    for tensor in (K.zeros((size, 0)), K.random_normal((size, 0)), K.repeat_elements(K.ones((1, 0)), size, 0),
                   K.tile(K.ones((1, 0)), (size, 1)), K.constant(1., shape=(size, 0))):
        assert tensor.shape == K.eval(tensor).shape == (size, 0)
    check_array(K.eval(K.repeat(K.ones((1, 0)), size)), np.zeros((1, size, 0), "float32"))
    for refused in (lambda: K.shape(K.zeros((size, 0))), lambda: K.size(K.placeholder((size, 3)))):
        with pytest.raises(ShapeError, match="int32"):
            refused()
    x = K.placeholder((None, None))
    for fed in (K.shape(x), K.size(x), K.reshape(x, (K.shape(x)[0], 5, -1))):
        with pytest.raises(EngineError):
            K.function([x], [fed])([np.zeros((size, 0), "float32")])
    rows = coo_matrix(([1.], ([size - 1], [0])), shape=(size, 2))
    with pytest.raises(ShapeError, match="at most 2147483647 rows and columns"):
        K.variable(rows)


def test_products_of_sizes_that_int32_does_not_hold(K):
    x = K.placeholder((None, None), dtype="int8")
    many = K.repeat_elements(K.ones((2 ** 16, 0)), 2 ** 16, 0)
    assert many.shape == K.eval(many).shape == (2 ** 32, 0)
    with pytest.raises(ShapeError, match="x has 4294967296 elements"):
        K.size(K.placeholder((2 ** 16, 2 ** 16)))
    run = K.function([x], [K.size(x)])
    check_array(run([np.zeros((3, 5))])[0], np.int32(15))
    with pytest.raises(ShapeError, match="out of range"):
        K.SparseArray([2 ** 32], [0], [1.], (2, 2))
