"""Function.run_batches: a compiled function called for many batches of arrays that the engine holds."""

import gc
import time

import numpy as np
import pytest

import pyshim
from pyshim.errors import ArgumentError, BackendMismatchError, DtypeError, EngineError, ShapeError

ROWS = np.arange(10.).reshape(5, 2)


@pytest.fixture
def counting(K):
    """A function that returns twice the rows, their sum times a scalar, and the number of earlier calls."""
    x, factor, count = K.placeholder((None, 2)), K.placeholder(()), K.variable(0.)
    return K.function([x, factor], [2 * x, K.sum(x) * factor, count], updates=[(count, count + 1)])


def test_batches_in_order(counting):
    batches = [[0, 2], [4, 1, 1], [3], []]
    results = counting.run_batches([ROWS, 3], batches)
    assert len(results) == 4
    for i, (rows, (doubled, total, count)) in enumerate(zip(batches, results)):
        rows = np.array(rows, int)
        np.testing.assert_allclose(doubled, 2 * ROWS[rows])
        np.testing.assert_allclose(total, 3 * ROWS[rows].sum())
        assert count == i and count.shape == () and count.dtype == "float32"


def test_results_are_those_of_calls(K):
    random = np.random.RandomState(3)
    x, y = K.placeholder((None, 4)), K.placeholder((None, 1), dtype="int32")
    function = K.function([x, y], [K.exp(x), K.sum(x, axis=0), K.max(y)])
    values = random.normal(size=(9, 4)), random.randint(0, 9, (9, 1))
    batches = np.split(random.permutation(8), 4)
    for rows, results in zip(batches, function.run_batches(list(values), batches)):
        for result, expected in zip(results, function([value[rows] for value in values])):
            assert result.dtype == expected.dtype
            np.testing.assert_array_equal(result, expected)


def test_a_single_output_and_no_inputs(K):
    x, count = K.placeholder((None, 2)), K.variable(0.)
    assert np.array(K.function([x], K.sum(x)).run_batches([ROWS], [[0], [1, 2]])).tolist() == [1, 14]
    counted = K.function([], [count], updates=[(count, count + 2)])
    assert np.ravel(counted.run_batches([], [[], [], []])).tolist() == [0, 2, 4]
    assert counted.run_batches([], []) == []


def test_orders_and_dtypes_of_arrays(counting):
    for array in (ROWS.astype("float32"), np.asfortranarray(ROWS), ROWS.astype("int64"), ROWS[::-1][::-1],
                  ROWS.tolist(), np.ma.masked_array(ROWS)):
        np.testing.assert_allclose(counting.run_batches([array, 1.], [[1, 2], [4, 0]])[1][0], 2 * ROWS[[4, 0]])


@pytest.mark.worker
def test_arrays_are_held_until_they_are_garbage(K, counting):
    array = ROWS.copy()
    held = counting.hold([array, 1])
    array[:] = 0  # the engine holds a copy
    for _ in range(2):
        np.testing.assert_allclose(counting.run_batches(held, [[3]])[0][0], 2 * ROWS[[3]])
    number, gone = held.held.number, held.host.conversation.encoder.gone
    del held
    gc.collect()
    assert number in gone
    K.eval(K.constant(1.) + 1)
    assert number not in gone


@pytest.mark.parametrize("arrays, indices, error, words", [
    ([ROWS], [[0]], ArgumentError, "1 array given, one for each of the 2 inputs"),
    (3, [[0]], ArgumentError, "arrays must be the list of the inputs' arrays, not int"),
    ([ROWS, "x"], [[0]], DtypeError, r"arrays\[1\] must be an array of numbers, not an array of dtype <U1"),
    ([np.ma.masked_array(ROWS, ROWS > 3), 1], [[0]], DtypeError, r"arrays\[0\] .* masked array"),
    ([ROWS, 1], 3, ArgumentError, "indices must be a list with the row numbers of each batch, not int"),
    ([ROWS, 1], [0, 1], ShapeError, r"indices\[0\] must be a vector of integers, not 0"),
    ([ROWS, 1], [[0], [0.5]], DtypeError, r"indices\[1\] must be a vector of integers, not of dtype float64"),
    ([ROWS, 1], [[0], [0, 5]], ArgumentError, r"indices\[1\] is out of bounds: the arrays have 5 rows"),
    ([ROWS, 1], [[-1]], ArgumentError, r"indices\[0\] is out of bounds"),
    ([ROWS[:, :1], 1], [[0]], ShapeError, r"inputs\[0\] .* has shape \(1, 1\); expected: \(None, 2\)"),
])
def test_wrong_arguments(K, counting, arrays, indices, error, words):
    with pytest.raises(error, match=r"run_batches\(\): .*" + words):
        counting.run_batches(arrays, indices)
    assert counting.run_batches([ROWS, 1], [[0]])[0][2] == 0  # nothing was run


def test_a_tensor_is_no_array(K, counting):
    with pytest.raises(ArgumentError, match=r"hold\(\): arrays\[0\] must be an array, not"):
        counting.hold([K.constant(ROWS), 1])


def test_arrays_of_another_engine_or_function(K, counting, engine):
    x = K.placeholder((None, 2))
    held = K.function([x], [x]).hold([ROWS])
    with pytest.raises(ArgumentError, match="arrays holds 1 arrays, one for each of the 2 inputs needed"):
        counting.run_batches(held, [[0]])
    with K.use_backend("cntk" if engine != "cntk" else "tensorflow"):
        y = K.placeholder((None, 2))
        with pytest.raises(BackendMismatchError, match="arrays is held by backend"):
            K.function([y], [y]).run_batches(held, [[0]])


def test_many_batches_without_images(K):
    x, kernel = K.placeholder((None, 4, 4, 1)), np.ones((2, 2, 1, 3))
    images = K.conv2d(x, K.constant(kernel))
    function = K.function([x], [K.sum(images), K.sum(images, (0, 1, 2))])
    for batches, expected in (([[0, 1]] * 150, 72), ([[]] * 200, 0)):
        for total, totals in function.run_batches([np.ones((2, 4, 4, 1))], batches):
            np.testing.assert_array_equal([total, *totals], [3 * expected] + [expected] * 3)


def compile_beside(engine):
    """With many batches, JAX compiles a loop over them in the background, while it runs batches one by one."""
    if engine == "jax":
        time.sleep(4)


def test_many_batches_are_those_that_they_are_one_by_one(K, counting, engine):
    random = np.random.RandomState(5)
    batches = [random.randint(0, 5, 2) for _ in range(1100)]
    for rounds in range(3):
        for i, (rows, (doubled, total, count)) in enumerate(zip(batches, counting.run_batches([ROWS, 3], batches))):
            np.testing.assert_allclose(doubled, 2 * ROWS[rows])
            np.testing.assert_allclose(total, 3 * ROWS[rows].sum())
            assert count == i + 1100 * rounds and count.shape == ()
        compile_beside(engine)


def test_of_many_batches_one_fails(K, engine):
    table, count, index = K.variable(np.arange(3.)), K.variable(0.), K.placeholder((None,), dtype="int32")
    function = K.function([index], [K.gather(table, index)], updates=[(count, count + 1)])
    rows = np.arange(2000)
    for _ in range(2):
        function.run_batches([rows % 3], np.split(rows, 1000))
        compile_beside(engine)
    with pytest.raises(EngineError):
        function.run_batches([np.where(rows == 201, 3, rows % 3)], np.split(rows, 1000))
    assert K.get_value(count) == 2100
    results = function.run_batches([rows % 3], np.split(rows, 1000))
    np.testing.assert_array_equal(np.concatenate([result for result, in results]), rows % 3)


def test_many_batches_without_arrays_as_results(K, engine):
    """TensorFlow runs such batches in a loop of its own: equally large ones, after the first hundred."""
    def stepping():
        x, factor, count = K.placeholder((None, 2)), K.placeholder(()), K.variable([1., 2.])
        total = K.sum(x) * factor + K.random_uniform((), seed=7)
        outputs = [total, K.mean(count), K.any(x[:, 0] > 4)]
        return K.function([x, factor], outputs, updates=[(count, count + K.sum(x, 0))])
    in_turn, together = stepping(), stepping()
    random = np.random.RandomState(5)
    batches = [random.randint(0, 5, 1 + i % 97 // 80) for i in range(250)] + [[1, 2]]
    found = together.run_batches([ROWS, 3], batches) + together.run_batches([ROWS, 3], batches[:90])
    assert len(found) == 341
    for rows, results in zip(batches + batches[:90], found):
        for result, expected in zip(results, in_turn([ROWS[rows], 3])):
            assert result.dtype == expected.dtype and result.shape == expected.shape
            np.testing.assert_allclose(result, expected, rtol=1e-6)


def test_large_arrays_and_fixed_sizes(K):
    random = np.random.RandomState(6)
    x = random.normal(size=(600, 500)).astype("float32")
    fed = K.placeholder((3, 500))
    weights = K.variable(np.zeros((500,)))
    function = K.function([fed], [K.sum(K.square(fed))], updates=[(weights, weights + K.sum(fed, 0))])
    order = random.permutation(600).reshape(200, 3)
    for array in (x, np.asfortranarray(x), x.astype("float64")):
        held = function.hold([array])
        for _ in range(2):
            found = np.ravel(function.run_batches(held, order))
            np.testing.assert_allclose(found, (x[order] ** 2).sum((1, 2)), rtol=1e-4)
    np.testing.assert_allclose(K.get_value(weights), 6 * x.sum(0), rtol=1e-3, atol=1e-2)


def test_of_many_batches_without_arrays_one_fails(K):
    table, count, index = K.variable(np.arange(3.)), K.variable(0.), K.placeholder((None,), dtype="int32")
    function = K.function([index], [K.sum(K.gather(table, index)), count], updates=[(count, count + 1)])
    rows = np.arange(400)
    function.run_batches([rows % 3], np.split(rows, 200))
    with pytest.raises(EngineError):
        function.run_batches([np.where(rows == 301, 3, rows % 3)], np.split(rows, 200))
    assert K.get_value(count) == 350
    found = function.run_batches([rows % 3], np.split(rows, 200))
    np.testing.assert_array_equal([total for total, _ in found], (rows % 3).reshape(200, 2).sum(1))


def test_draws_of_many_batches_differ(K, engine):
    x = K.placeholder((None, 2))
    function = K.function([x], [x + K.random_uniform((1, 2), seed=3)])
    results = []
    for _ in range(2):
        results += function.run_batches([ROWS], [[i % 5] for i in range(1100)])
        compile_beside(engine)
    assert len(np.unique(np.round(np.array(results)[:, 0, 0, 0] % 1, 4))) > 1900


def test_convolutions_are_no_slower_after_many_batches():
    # In a loop that JAX compiles, they would take many times as long.
    with pyshim.use_backend("jax"):
        x, kernel = pyshim.placeholder((None, 16, 16, 16)), pyshim.variable(np.full((3, 3, 16, 16), 0.01))
        loss = pyshim.sum(pyshim.conv2d(x, kernel))
        updates = [(kernel, kernel - 1e-6 * pyshim.gradients(loss, [kernel])[0])]
        function = pyshim.function([x], [loss], updates=updates)
        images = np.ones((8, 16, 16, 16), "float32")

        def fastest():
            times = []
            for _ in range(4):
                start = time.perf_counter()
                function.run_batches([images], [range(8)] * 40)
                times.append(time.perf_counter() - start)
            return min(times)
        before = fastest()
        function.run_batches([images], [range(8)] * 1100)
        compile_beside("jax")
        assert fastest() < 4 * before


def test_sparse_inputs_are_refused(K):
    x = K.placeholder((None, 2), sparse=True)
    function = K.function([x], [K.to_dense(x)])
    held = K.function([K.placeholder((None, 2))], []).hold([ROWS])
    message = "the function has a sparse input, of which no batches can be taken; call it with the values of each batch"
    for name, call in (("hold", lambda: function.hold([ROWS])),
                       ("run_batches", lambda: function.run_batches([ROWS], [[0, 1]])),
                       ("run_batches", lambda: function.run_batches(held, [[0, 1]]))):
        with pytest.raises(ArgumentError, match=r"^%s\(\): %s" % (name, message)):
            call()
