"""The family control_flow: functions that take functions, which run in this process while the graph is built."""

import functools

import numpy as np
import pytest
from checks import FLOATS, INTEGERS, check, check_array, check_fed, check_gradient, numeric_gradient, sample

SAMPLES, TIME, SIZE = 3, 4, 2
MASK = np.array([[1, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0]], bool)


def tensor(K, array):
    return K.constant(array, dtype=array.dtype.name)


# -- the references ---------------------------------------------------------------------------------------

def rnn(step, x, states, backwards=False, mask=None):
    """The output of each time step, in the order of computation, and the final states."""
    states, output, outputs = [state.copy() for state in states], None, []
    times = range(x.shape[1])[::-1] if backwards else range(x.shape[1])
    for t in times:
        new_output, new_states = step(x[:, t], states)
        if mask is not None:
            on = mask[:, t].astype(bool)

            def chosen(new, old, on=on):
                return np.where(on.reshape((-1,) + (1,) * (new.ndim - 1)), new, old)
            new_output = chosen(new_output, np.zeros_like(new_output) if output is None else output)
            new_states = [chosen(new, old) for new, old in zip(new_states, states)]
        output, states = new_output, new_states
        outputs.append(output)
    return np.stack(outputs, axis=1), states


def weights(seed=1, dtype="float32"):
    return sample((SIZE, SIZE), dtype, seed=seed, low=-1.0, high=1.0)


def simple_step(of_input, of_state, dot, tanh):
    """The step of a simple recurrent network, in NumPy or on a backend."""
    def step(x, states):
        new = tanh(dot(x, of_input) + dot(states[0], of_state))
        return new, [new]
    return step


def inputs(dtype="float32", time=TIME):
    return sample((SAMPLES, time, SIZE), dtype), sample((SAMPLES, SIZE), dtype, seed=2)


def check_rnn(K, result, expected, static_time=TIME):
    """The three results of rnn()."""
    last, outputs, states = result
    expected_outputs, expected_states = expected
    check(K, outputs, expected_outputs)
    check(K, last, expected_outputs[:, -1])
    assert isinstance(states, list) and len(states) == len(expected_states)
    for state, reference in zip(states, expected_states):
        check(K, state, reference)


# -- rnn --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("unroll", [False, True])
def test_rnn(K, unroll, backwards, masked):
    (x, state), of_input, of_state = inputs(), weights(1), weights(2)
    step = simple_step(K.variable(of_input), K.variable(of_state), K.dot, K.tanh)
    mask = MASK if masked else None
    result = K.rnn(step, tensor(K, x), [tensor(K, state)], go_backwards=backwards, unroll=unroll,
                   mask=tensor(K, mask) if masked else None)
    check_rnn(K, result, rnn(simple_step(of_input, of_state, np.dot, np.tanh), x, [state], backwards, mask))


@pytest.mark.parametrize("unroll", [False, True])
def test_masks_of_other_dtypes_and_shapes(K, unroll):
    x, state = inputs()
    expected = rnn(lambda x, s: (x + s[0], [s[0] * 2]), x, [state], mask=MASK)
    for dtype in ("float32", "int32", "bool"):
        for mask in (MASK.astype(dtype), MASK.astype(dtype)[:, :, None]):
            check_rnn(K, K.rnn(lambda x, s: (x + s[0], [s[0] * 2]), tensor(K, x), [tensor(K, state)],
                               mask=tensor(K, mask), unroll=unroll), expected)


@pytest.mark.parametrize("unroll", [False, True])
def test_states_of_other_shapes_and_dtypes(K, unroll):
    # Matrices as inputs, a state with another size than the output, an integer counter, and a state that never changes.
    x = sample((2, 3, 2, 3))
    states = [np.zeros((2, 1), "float32"), np.zeros((2,), "int32"), sample((2, 2, 3), "float64", seed=3)]
    mask = np.array([[1, 0, 1], [0, 1, 1]], bool)

    def step(x, s):
        total = s[0] + K.sum(x, axis=[1, 2])[:, None]
        return x * 2 + K.cast(s[2], "float32"), [total, s[1] + 1, s[2]]

    def reference(x, s):
        total = s[0] + np.sum(x, axis=(1, 2))[:, None]
        return x * 2 + s[2].astype("float32"), [total, s[1] + np.int32(1), s[2]]
    for current in (None, mask):
        result = K.rnn(step, tensor(K, x), [tensor(K, state) for state in states], unroll=unroll,
                       mask=None if current is None else tensor(K, current))
        check_rnn(K, result, rnn(reference, x, states, mask=current))


@pytest.mark.parametrize("unroll", [False, True])
def test_rnn_without_states(K, unroll):
    x = inputs()[0]
    check_rnn(K, K.rnn(lambda x, s: (K.square(x), []), tensor(K, x), [], unroll=unroll), (np.square(x), []))
    check_rnn(K, K.rnn(lambda x, s: (K.sum(x, -1, keepdims=True), []), tensor(K, x), [], unroll=unroll,
                       mask=tensor(K, MASK), go_backwards=True),
              rnn(lambda x, s: (x.sum(-1, keepdims=True), []), x, [], True, MASK))


@pytest.mark.parametrize("unroll", [False, True])
def test_rnn_with_constants(K, unroll):
    (x, state), factor = inputs(), sample((SAMPLES, SIZE), seed=4)
    seen = []

    def step(x, s):
        seen.append((len(s), s[1].shape, s[2].shape))
        return x * s[1] + s[0] + s[2], [s[0] * s[2]]
    result = K.rnn(step, tensor(K, x), [tensor(K, state)], unroll=unroll,
                   constants=[tensor(K, factor), K.constant(2.0)])
    check_rnn(K, result, rnn(lambda x, s: (x * factor + s[0] + 2, [s[0] * 2]), x, [state]))
    assert set(seen) == {(3, (SAMPLES, SIZE), ())}
    assert len(seen) == (TIME if unroll else 1)


@pytest.mark.parametrize("masked", [False, True])
def test_rnn_of_unknown_time(K, masked):
    of_input, of_state = weights(1), weights(2)
    x = K.placeholder((None, None, SIZE))
    mask = K.placeholder((None, None), dtype="bool")
    state = K.zeros_like(x[:, 0])
    step = simple_step(K.variable(of_input), K.variable(of_state), K.dot, K.tanh)
    last, outputs, states = K.rnn(step, x, [state], mask=mask if masked else None)
    assert (last.shape, outputs.shape, states[0].shape) == ((None, SIZE), (None, None, SIZE), (None, SIZE))
    function = K.function([x, mask], [last, outputs, states[0]] + ([] if masked else [K.sum(K.cast(mask, "int32"))]))
    for time in (TIME, 1):
        value, on = inputs(time=time)[0], MASK[:, :time]
        expected, states = rnn(simple_step(of_input, of_state, np.dot, np.tanh), value,
                               [np.zeros((SAMPLES, SIZE), "float32")], mask=on if masked else None)
        for result, reference in zip(function([value, on]), [expected[:, -1], expected, states[0]]):
            check_array(result, reference)


@pytest.mark.parametrize("time", [3, 5])
def test_a_mask_of_another_length(K, time):
    x, mask = K.placeholder((None, None, SIZE)), K.placeholder((None, None))
    outputs = K.rnn(lambda x, states: (x, states), x, [], mask=mask)[1]
    with pytest.raises(K.errors.EngineError):
        K.function([x, mask], [outputs])([np.ones((SAMPLES, 4, SIZE)), np.ones((SAMPLES, time))])


def test_loops_in_a_masked_step_of_unknown_sizes(K):
    """The first output of a masked rnn is zeros in the output's shape, which only the loops in the step determine."""
    def step(element, states):
        total = K.sum(element)
        folded = K.map_fn(lambda row: K.foldl(lambda before, number: before + number * total, row), element)
        return K.expand_dims(folded, 1) * element, [states[0] + element]

    def reference(element, states):
        folded = element[:, 0] + element[:, 1] * element.sum()
        return folded[:, None] * element, [states[0] + element]
    x, mask = K.placeholder((None, None, None)), K.placeholder((None, None), dtype="bool")
    function = K.function([x, mask], K.rnn(step, x, [K.zeros_like(x[:, 0])], mask=mask)[1:2])
    value = inputs()[0]
    expected = rnn(reference, value, [np.zeros((SAMPLES, SIZE), "float32")], mask=MASK)[0]
    check_array(function([value, MASK])[0], expected)


def test_gradients_in_a_step_with_respect_to_tensors_that_depend_on_each_other(K):
    x = K.variable([1.0, 2.0])
    squares = K.square(x)
    result = K.map_fn(lambda row: K.sum(K.gradients(K.sum(squares * squares * row), [x, squares])[0]), K.ones((3, 2)))
    check_array(K.eval(result), np.full(3, 36, "float32"))


def test_rnn_unrolled_by_input_length(K):
    x = inputs()[0]
    check_fed(K, lambda x: K.rnn(lambda x, s: (x + s[0], [s[0] + 1]), x, [K.zeros_like(x[:, 0])], unroll=True,
                                 input_length=TIME)[1], [x],
              rnn(lambda x, s: (x + s[0], [s[0] + 1]), x, [np.zeros((SAMPLES, SIZE), "float32")])[0],
              shapes=[(None, None, SIZE)])
    check_fed(K, lambda x: K.rnn(lambda x, s: (x + s[0], [s[0] + 1]), x, [K.zeros_like(x[:, 0])],
                                 input_length=TIME)[1], [x],
              rnn(lambda x, s: (x + s[0], [s[0] + 1]), x, [np.zeros((SAMPLES, SIZE), "float32")])[0],
              shapes=[(None, TIME, SIZE)], static=(None, TIME, SIZE))


@pytest.mark.parametrize("dtype", FLOATS + ("int32", "int64", "uint8"))
def test_rnn_of_other_dtypes(K, dtype):
    x = sample((2, 3, 2), "int32", low=0, high=3).astype(dtype)
    result = K.rnn(lambda x, s: (x + s[0], [x + s[0]]), tensor(K, x), [tensor(K, np.zeros((2, 2), dtype))])
    expected = np.cumsum(x, axis=1, dtype=dtype)
    check_rnn(K, result, (expected, [expected[:, -1]]))


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("unroll, backwards", [(False, False), (False, True), (True, False)])
def test_rnn_gradient(K, unroll, backwards, masked):
    x, state = inputs("float64", 3)
    mask = MASK[:, :3] if masked else None

    def build(x, state, of_input, of_state, constant):
        def step(x, s):
            new = K.tanh(K.dot(x, of_input) + K.dot(s[0], of_state) * s[1])
            return new * s[0], [new]
        last, outputs, states = K.rnn(step, x, [state], go_backwards=backwards, unroll=unroll, constants=[constant],
                                      mask=tensor(K, mask) if masked else None)
        return K.concatenate([outputs, last[:, None], states[0][:, None]], axis=1)

    def reference(x, state, of_input, of_state, constant):
        def step(x, s):
            new = np.tanh(x @ of_input + s[0] @ of_state * constant)
            return new * s[0], [new]
        outputs, states = rnn(step, x, [state], backwards, mask)
        return np.concatenate([outputs, outputs[:, -1:], states[0][:, None]], axis=1)
    check_gradient(K, build, reference, x, state, weights(1, "float64"), weights(2, "float64"),
                   sample((SIZE,), "float64", seed=5))


def test_gradient_through_unknown_time(K):
    of_input, of_state = weights(1, "float64"), weights(2, "float64")
    variables = [K.variable(of_input, dtype="float64"), K.variable(of_state, dtype="float64")]
    x = K.placeholder((None, None, SIZE), dtype="float64")
    step = simple_step(variables[0], variables[1], K.dot, K.tanh)
    loss = K.sum(K.square(K.rnn(step, x, [K.zeros_like(x[:, 0])])[1]))
    function = K.function([x], K.gradients(loss, [x] + variables))
    for time in (3, 2):
        value = inputs("float64", time)[0]

        def reference(value, of_input, of_state):
            return np.square(rnn(simple_step(of_input, of_state, np.dot, np.tanh), value,
                                 [np.zeros((SAMPLES, SIZE))])[0])
        for i, gradient in enumerate(function([value])):
            expected = numeric_gradient(reference, [value, of_input, of_state], i)
            np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-7)


def test_masked_nan_leaves_no_trace(K):
    x = np.array([[[1.0], [np.nan], [2.0]]])
    _, outputs, _ = K.rnn(lambda x, s: (x * s[0], [s[0] + K.square(x)]), tensor(K, x), [K.ones((1, 1), "float64")],
                          mask=tensor(K, np.array([[1, 0, 1]])))
    check(K, outputs, np.array([[[1.0], [1.0], [4.0]]]))


@pytest.mark.parametrize("unroll", [False, True])
def test_gradients_of_what_has_been_evaluated_before(K, unroll):
    x = sample((2, 3, 1), "float64")
    variable = K.variable(x, dtype="float64")
    _, outputs, _ = K.rnn(lambda x, s: (K.foldl(lambda total, row: total * row, K.stack([x, s[0], x])), [x]), variable,
                          [K.ones((2, 1), "float64")], unroll=unroll)
    loss = K.sum(outputs)

    def reference(x):
        return x ** 2 * np.concatenate([np.ones((2, 1, 1)), x[:, :-1]], axis=1)
    for _ in range(2):
        check(K, loss, reference(x).sum())
        np.testing.assert_allclose(K.eval(K.gradients(loss, [variable])[0]), numeric_gradient(reference, [x], 0),
                                   rtol=1e-5, atol=1e-7)


def test_what_a_step_sees(K):
    seen = []

    def step(x, states):
        seen.append((x.shape, x.dtype, [state.shape for state in states], type(states)))
        return x, states
    K.rnn(step, K.placeholder((None, 5, 7)), [K.zeros((2, 3)), K.zeros((2,))])
    assert seen == [((None, 7), "float32", [(2, 3), (2,)], list)]


def test_steps_read_variables_when_they_run(K):
    factor, x = K.variable(2.0), K.placeholder((1, 3))
    function = K.function([x], [K.rnn(lambda x, s: (x * factor, []), x, [])[1]])
    check_array(function([np.ones((1, 3))])[0], np.full((1, 3), 2, "float32"))
    K.set_value(factor, 5.0)
    check_array(function([np.ones((1, 3))])[0], np.full((1, 3), 5, "float32"))


def test_steps_use_placeholders_and_results_from_outside(K):
    x, factor = K.placeholder((2, 3, 1)), K.placeholder(())
    twice = factor * 2 + K.sum(x)
    outputs = K.rnn(lambda x, s: (x * twice, []), x, [])[1]
    value = np.ones((2, 3, 1))
    check_array(K.function([x, factor], [outputs])([value, 3.0])[0], np.full((2, 3, 1), 12, "float32"))
    with pytest.raises(K.errors.PlaceholderError):
        K.function([x], [outputs])


def test_random_tensors_inside_a_step_draw_anew(K):
    outputs = K.rnn(lambda x, s: (x + K.random_uniform((2, 1)), []), K.zeros((2, 50, 1)), [])[1]
    first, second = K.eval(outputs), K.eval(outputs)
    assert len(np.unique(first)) > 90 and len(np.unique(np.stack([first, second]))) > 190


def test_rnn_in_rnn(K):
    x = sample((2, 3, 4, 1))

    def step(x, s):
        inner = K.rnn(lambda x, s: (x + s[0], [x + s[0]]), x, [s[0]])[0]
        return inner, [inner]
    check_rnn(K, K.rnn(step, tensor(K, x), [K.zeros((2, 1))]),
              (np.cumsum(x.reshape(2, 12), axis=1)[:, 3::4, None], [x.sum(axis=(1, 2))]))


# -- map_fn, foldl, foldr ---------------------------------------------------------------------------------

def test_map_fn(K):
    for shape in ((4,), (3, 2), (2, 1, 3), (1, 2, 1, 2, 2)):
        x = sample(shape)
        check(K, K.map_fn(lambda row: K.square(row) + 1, tensor(K, x)), np.square(x) + 1)
        check(K, K.map_fn(lambda row: K.sum(row), tensor(K, x)), x.reshape(len(x), -1).sum(axis=1))


def test_map_fn_of_every_dtype(K):
    for dtype in FLOATS + INTEGERS:
        x = sample((3, 2), dtype)
        check(K, K.map_fn(lambda row: row + row, tensor(K, x)), x + x)
    x = sample((3, 2), "bool")
    check(K, K.map_fn(lambda row: K.any(row), tensor(K, x)), x.any(axis=1))


def test_map_fn_to_another_dtype(K):
    x = np.array([[1, 2], [3, 4]], "int32")
    check(K, K.map_fn(lambda row: K.sum(row), tensor(K, x), dtype="float64"), np.array([3.0, 7.0]))
    check(K, K.map_fn(lambda row: K.cast(row, "float32") / 2, tensor(K, x)), x.astype("float32") / 2)


def test_map_fn_of_unknown_sizes(K):
    x = sample((4, 3))
    check_fed(K, lambda x: K.map_fn(lambda row: K.sum(row) * row, x), [x], x.sum(axis=1, keepdims=True) * x,
              static=(None, None))
    check_fed(K, lambda x: K.map_fn(lambda row: row + 1, x), [np.zeros((0, 3), "float32")],
              np.zeros((0, 3), "float32"), shapes=[(None, 3)])


def test_map_fn_over_no_slices_to_sizes_that_depend_on_values(K):
    x = K.placeholder((None, None))
    positive = K.function([x], [K.map_fn(lambda row: row[row > 0], x), K.map_fn(lambda row: K.sum(row[row > 0]), x)])
    for array in (np.array([[1, -1, 2], [-3, 4, 5]]), np.zeros((0, 3))):
        rows, sums = positive([array])
        assert len(rows) == len(array)
        check_array(sums, np.where(array > 0, array, 0).sum(1).astype("float32"))


@pytest.mark.parametrize("dtype", ["int32", "uint16"])
def test_map_fn_over_no_slices_that_are_divisors(K, engine, dtype):
    x = K.placeholder((None, None), dtype=dtype)
    divided = K.function([x], [K.map_fn(lambda row: 10 // row, x)])
    arrays = [np.array([[1, 3, 7]], dtype), np.zeros((0, 3), dtype)]
    for array in arrays[:1] if engine in ("tensorflow", "cntk") else arrays:  # these two only try a step on zeros
        check_array(divided([array])[0], np.array(10 // array, dtype))


def test_map_fn_in_map_fn(K):
    x = sample((3, 2, 2))
    check(K, K.map_fn(lambda matrix: K.map_fn(lambda row: K.sum(row) + K.max(matrix), matrix), tensor(K, x)),
          x.sum(axis=2) + x.max(axis=(1, 2))[:, None])


def test_map_fn_name_and_constant_result(K):
    result = K.map_fn(lambda row: K.constant([1.0, 2.0]), K.zeros((3, 1)), name="rows")
    assert result.name == "rows"
    check(K, result, np.tile(np.array([1, 2], "float32"), (3, 1)))


@pytest.mark.parametrize("kind", [list, tuple])
def test_map_fn_and_folds_of_several_arrays(K, kind):
    arrays = kind([np.array([1, 2, 3]), np.array([4, 5, 6])])
    check(K, K.map_fn(lambda pair: pair[0] * pair[1], arrays, dtype="int64"), np.array([4, 10, 18]))
    check(K, K.foldl(lambda sum, pair: sum + pair[0] * pair[1], arrays, np.int64(0)), np.array(32))
    check(K, K.map_fn(lambda row: K.sum(row), kind([[1, 2, 3], [4, 5, 6]])), np.array([6, 15]))


def test_map_fn_of_several_tensors(K):
    x, y = sample((3, 4)), sample((3, 2), seed=1)
    expected = x.sum(axis=1) * y[:, 0]
    check(K, K.map_fn(lambda rows: K.sum(rows[0]) * rows[1][0], (tensor(K, x), tensor(K, y))), expected)
    check(K, K.map_fn(lambda rows: K.sum(rows[0]) * rows[1][0], [tensor(K, x), y]), expected)
    kinds = []
    K.map_fn(lambda rows: kinds.append(type(rows)) or rows[0], (tensor(K, x), tensor(K, y)))
    K.map_fn(lambda rows: kinds.append(type(rows)) or rows[0], [tensor(K, x), tensor(K, y)])
    assert kinds == [tuple, list]
    check_fed(K, lambda x, y: K.map_fn(lambda rows: K.sum(rows[0]) * rows[1][0], [x, y]), [x, y], expected)
    check(K, K.map_fn(lambda rows: rows[0] + rows[1], [tensor(K, x), tensor(K, x)], dtype="float64"),
          (x + x).astype("float64"))


def test_map_fn_to_several_tensors(K):
    x = sample((3, 4))
    sums, rows = K.map_fn(lambda row: (K.sum(row), row * 2), tensor(K, x))
    check(K, sums, x.sum(axis=1))
    check(K, rows, x * 2)
    results = K.map_fn(lambda rows: [rows[0] + rows[1], K.sum(rows[0]) > 0], [tensor(K, x), tensor(K, x)],
                       dtype=("float64", "int32"))
    assert isinstance(results, list)
    check(K, results[0], (x + x).astype("float64"))
    check(K, results[1], (x.sum(axis=1) > 0).astype("int32"))
    with pytest.raises(K.errors.ArgumentError, match=r"map_fn\(\): dtype holds 1 dtypes, but fn returns 2 tensors"):
        K.map_fn(lambda row: (row, row), tensor(K, x), dtype=["float32"])


def test_folds_of_several_tensors(K):
    x, y = sample((3, 4)), sample((3,), seed=1)
    expected = (x * y[:, None]).sum(axis=0)
    pair = tensor(K, x), tensor(K, y)
    check(K, K.foldl(lambda total, rows: total + rows[0] * rows[1], pair, np.zeros(4)), expected)
    check(K, K.foldr(lambda total, rows: total * rows[1] + rows[0], list(pair), K.zeros((4,))),
          (x[2] * y[1] + x[1]) * y[0] + x[0])


def test_several_tensors_of_different_lengths(K):
    with pytest.raises(K.errors.ShapeError, match=r"map_fn\(\): the first axis of elems\[1\] has size 2, but that of "
                                                  r"elems\[0\] 3"):
        K.map_fn(lambda rows: rows[0], [K.ones((3,)), K.ones((2,))])
    with pytest.raises(K.errors.ArgumentError, match=r"foldl\(\): initializer is needed, since elems is a list"):
        K.foldl(lambda total, rows: total, [K.ones((3,)), K.ones((3,))])
    x, y = K.placeholder((None,)), K.placeholder((None,))
    mapped = K.function([x, y], [K.map_fn(lambda rows: rows[0] + rows[1], [x, y])])
    with pytest.raises(K.errors.EngineError, match="first axes of different sizes"):
        mapped([[1.0, 2.0], [1.0]])
    assert mapped([[1.0, 2.0], [1.0, 2.0]])[0].tolist() == [2, 4]


def test_map_fn_gradient(K):
    x, w = sample((3, 2), "float64"), sample((2,), "float64", seed=1)
    check_gradient(K, lambda x, w: K.map_fn(lambda row: K.exp(row * w) + K.sum(row), x),
                   lambda x, w: np.exp(x * w) + x.sum(axis=1, keepdims=True), x, w)


def test_foldl_and_foldr(K):
    x = sample((4, 2))

    def reference(rows, start):
        for row in rows:
            start = start * np.float32(0.5) + row
        return start
    fn = lambda total, row: total * 0.5 + row
    check(K, K.foldl(fn, tensor(K, x)), reference(x[1:], x[0]))
    check(K, K.foldr(fn, tensor(K, x)), reference(x[-2::-1], x[-1]))
    start = np.ones(2, "float32")
    check(K, K.foldl(fn, tensor(K, x), tensor(K, start)), reference(x, start))
    check(K, K.foldr(fn, tensor(K, x), start, name="folded"), reference(x[::-1], start))
    assert K.foldl(fn, tensor(K, x), name="folded").name == "folded"


def test_folds_of_one_row_and_of_none(K):
    x = sample((1, 2))
    check(K, K.foldl(lambda total, row: total + row, tensor(K, x)), x[0])
    check(K, K.foldr(lambda total, row: total + row, tensor(K, x)), x[0])
    check_fed(K, lambda x: K.foldl(lambda total, row: total + row, x, K.ones((2,))), [np.zeros((0, 2), "float32")],
              np.ones(2, "float32"), shapes=[(None, 2)])


def test_folds_of_unknown_sizes_and_integers(K):
    x = np.array([[3, 1], [2, 5], [7, 4]], "int32")
    check_fed(K, lambda x: [K.foldl(lambda total, row: total - row, x), K.foldr(lambda total, row: total - row, x)],
              [x], [x[0] - x[1] - x[2], x[2] - x[1] - x[0]], static=[(None,), (None,)])


def test_a_fold_whose_accumulator_is_of_another_shape(K):
    x = sample((3, 2))
    check(K, K.foldl(lambda total, row: total + K.sum(row), tensor(K, x), K.constant(10.0)),
          np.float32(10) + x.sum())


def test_fold_gradient(K):
    x, start = sample((3, 2), "float64"), sample((2,), "float64", seed=1)

    def reference(x, start):
        for row in x:
            start = np.tanh(start * row)
        return start
    check_gradient(K, lambda x, start: K.foldl(lambda total, row: K.tanh(total * row), x, start), reference, x, start)
    check_gradient(K, lambda x: K.foldr(lambda total, row: K.tanh(total * row), x),
                   lambda x: reference(x[-2::-1], x[-1]), x)


# -- switch -----------------------------------------------------------------------------------------------

def test_switch_of_a_scalar(K):
    x, y = sample((2, 3)), sample((2, 3), seed=1)
    for condition in (True, False):
        expected = x if condition else y
        for dtype in ("bool", "int32", "float32", "uint8"):
            check(K, K.switch(K.constant(condition, dtype=dtype), tensor(K, x), tensor(K, y)), expected)
        check(K, K.switch(K.constant(condition, dtype="bool"), lambda: tensor(K, x) * 2, lambda: tensor(K, y) * 3),
              x * 2 if condition else y * 3)
        check(K, K.switch(K.variable(2.0) > (1 if condition else 3), tensor(K, x), lambda: tensor(K, y)), expected)


def test_switch_by_element(K):
    x, y = sample((3, 2, 2)), sample((3, 2, 2), seed=1)
    on = np.array([True, False, True])
    for condition in (on, on[:, None], on[:, None] & np.array([True, False]), sample((3, 2, 2), "bool", seed=3)):
        chosen = condition.reshape(condition.shape + (1,) * (3 - condition.ndim))
        for dtype in ("bool", "float32", "int64"):
            check(K, K.switch(tensor(K, condition.astype(dtype)), tensor(K, x), lambda: tensor(K, y)),
                  np.where(chosen, x, y))


def test_switch_of_every_dtype(K):
    on = np.array([True, False, True])
    for dtype in FLOATS + INTEGERS + ("bool",):
        x, y = sample((3, 2), dtype), sample((3, 2), dtype, seed=1)
        check(K, K.switch(tensor(K, on), tensor(K, x), tensor(K, y)), np.where(on[:, None], x, y))


def test_switch_broadcasts_and_takes_numbers(K):
    x = sample((2, 3))
    check(K, K.switch(K.constant(True, dtype="bool"), tensor(K, x), 0.0), x)
    check(K, K.switch(K.constant([1, 0], dtype="int32"), tensor(K, x), K.zeros((1, 3))),
          np.array([x[0], np.zeros(3, "float32")]))
    check(K, K.switch(K.constant(0), 1.5, 2.5), np.float32(2.5))


def test_switch_of_unknown_sizes(K):
    on, x, y = np.array([True, False]), sample((2, 3)), sample((2, 3), seed=1)
    check_fed(K, lambda on, x, y: [K.switch(on, x, y), K.switch(K.any(on), lambda: x, lambda: y)], [on, x, y],
              [np.where(on[:, None], x, y), x], static=[(None, None)] * 2)


def test_switch_gradient(K):
    x, y = sample((3, 2), "float64"), sample((3, 2), "float64", seed=1)
    for condition in (np.array([1, 0, 1]), np.array(0), np.array(1)):
        chosen = condition.reshape(condition.shape + (1,) * (2 - condition.ndim)).astype(bool)
        check_gradient(K, lambda x, y, condition=condition: K.switch(
            tensor(K, condition), lambda: K.square(x), lambda: x * y),
            lambda x, y, chosen=chosen: np.where(chosen, np.square(x), x * y), x, y)


def test_what_switch_does_not_choose_leaves_no_nan(K):
    x, y = K.variable([4.0, np.nan]), K.variable([np.inf, 1.0])
    result = K.switch(K.constant([True, False], "bool"), lambda: x, y)
    check(K, result, np.array([4, 1], "float32"))
    of_x, of_y = K.gradients(K.sum(K.square(result)), [x, y])
    check(K, of_x, np.array([8, 0], "float32"))
    check(K, of_y, np.array([0, 2], "float32"))


# -- phases -----------------------------------------------------------------------------------------------

def test_phases_of_numbers(K):
    for training in (1, True, 1.0):
        check(K, K.in_train_phase(K.constant(1.0), K.constant(2.0), training), np.float32(1))
        check(K, K.in_test_phase(K.constant(1.0), K.constant(2.0), training), np.float32(2))
    for training in (0, False):
        check(K, K.in_train_phase(K.constant(1.0), K.constant(2.0), training), np.float32(2))
        check(K, K.in_test_phase(lambda: K.constant(1.0), lambda: K.constant(2.0), training), np.float32(1))


def test_a_phase_that_is_known_builds_one_branch(K):
    called = []
    train, test = (lambda: called.append("train") or K.ones(())), (lambda: called.append("test") or K.zeros(()))
    check(K, K.in_train_phase(train, test, 1), np.float32(1))
    check(K, K.in_train_phase(train, test, 0), np.float32(0))
    check(K, K.in_test_phase(test, train, 0), np.float32(0))
    assert called == ["train", "test", "test"]


@pytest.mark.parametrize("training", [1, 0])
def test_a_number_beside_a_tensor_in_a_phase_that_is_known(K, training):
    """It takes the tensor's dtype, as it does when the phase is a tensor."""
    x = K.constant([0.25, 2.0], dtype="float64")
    number, array = np.float64(3), np.array([0.25, 2.0])
    check(K, K.in_train_phase(x, 3, training), array if training else number)
    check(K, K.in_train_phase(3.0, x, training), number if training else array)
    check(K, K.in_test_phase(lambda: x, 3.0, 1 - training), array if training else np.float32(3))
    check(K, K.in_train_phase(lambda: 3.0, x, training), number if training else array)
    check(K, K.in_train_phase([1.0, 2.0], x, 1), np.array([1.0, 2.0]))
    check(K, K.in_train_phase(K.ones((2,)), x, training), array if not training else np.ones(2, "float32"))


def test_phases_of_tensors(K):
    training, x = K.placeholder((), dtype="bool"), K.placeholder((None, 2))
    function = K.function([training, x], [K.in_train_phase(lambda: x * 2, x, training),
                                          K.in_test_phase(lambda: x * 2, x, training)])
    value = sample((3, 2))
    for on in (True, False):
        train, test = function([on, value])
        check_array(train, value * 2 if on else value)
        check_array(test, value if on else value * 2)


def test_phases_of_the_learning_phase(K):
    x = K.variable([1.0, 2.0])
    train, test = K.in_train_phase(lambda: x * 2, lambda: x), K.in_test_phase(x * 2, x)
    function = K.function([K.learning_phase()], [train, test])
    doubled, plain = np.array([2, 4], "float32"), np.array([1, 2], "float32")
    for phase in (1, 0, True, False):
        values = function([phase])
        check_array(values[0], doubled if phase else plain)
        check_array(values[1], plain if phase else doubled)
    check_array(K.function([], [train])([])[0], plain)  # the phase defaults to testing
    gradient = K.function([K.learning_phase()], K.gradients(K.sum(train), [x]))
    check_array(gradient([1])[0], np.full(2, 2, "float32"))
    check_array(gradient([0])[0], np.full(2, 1, "float32"))


def test_phases_after_the_learning_phase_is_set(K):
    for phase in (0, 1):
        K.set_learning_phase(phase)
        check(K, K.in_train_phase(K.ones((2,)), K.zeros((2,))), np.full(2, phase, "float32"))
        check(K, K.in_test_phase(K.ones((2,)), K.zeros((2,))), np.full(2, 1 - phase, "float32"))


# -- what happens in the user's function ------------------------------------------------------------------

class OursError(Exception):
    """A user-defined error."""


def failing(*arguments):
    raise OursError("from inside", len(arguments))


@pytest.mark.parametrize("call", [
    lambda K: K.rnn(failing, K.ones((2, 3, 4)), [K.ones((2, 4))]),
    lambda K: K.rnn(failing, K.ones((2, 3, 4)), [], unroll=True, mask=K.ones((2, 3))),
    lambda K: K.map_fn(failing, K.ones((3, 2))),
    lambda K: K.foldl(failing, K.ones((3, 2))),
    lambda K: K.foldr(failing, K.ones((3, 2)), K.ones((2,))),
    lambda K: K.switch(K.constant(1), failing, K.ones(())),
    lambda K: K.in_train_phase(failing, K.ones(())),
    lambda K: K.in_test_phase(failing, failing, training=0),
    lambda K: K.map_fn(lambda row: K.map_fn(failing, row), K.ones((3, 2))),
])
def test_exceptions_come_back_as_they_are(K, call):
    with pytest.raises(OursError, match="from inside") as caught:
        call(K)
    assert type(caught.value) is OursError
    check(K, K.map_fn(lambda row: row + 1, K.zeros((2, 2))), np.ones((2, 2), "float32"))
    check(K, K.ones((2,)) + 1, np.full(2, 2, "float32"))


def test_our_errors_inside_name_the_function_that_refused(K):
    with pytest.raises(K.errors.ShapeError, match=r"^dot\(\): x of shape \(2,\) and y of shape \(3, 1\)"):
        K.map_fn(lambda row: K.dot(row, K.ones((3, 1))), K.ones((4, 2)))
    check(K, K.map_fn(lambda row: K.dot(row, K.ones((2, 1))), K.ones((4, 2))), np.full((4, 1), 2, "float32"))


def test_an_error_that_the_function_handles_is_forgotten(K):
    def fn(row):
        try:
            return K.dot(row, K.ones((3, 1)))
        except K.errors.ShapeError:
            return row * 2
    check(K, K.map_fn(fn, K.ones((4, 2))), np.full((4, 2), 2, "float32"))


def test_printing_inside(K, capfd):
    x = K.constant([1.0, 2.0, 3.0])
    total = K.foldl(lambda total, row: K.print_tensor(total + row, "so far "), x, K.zeros(()))
    check(K, total, np.float32(6))
    out = capfd.readouterr().out
    assert [out.count("so far %s" % number) for number in (1, 3, 6)] == [1, 1, 1]


def test_inside_eager(K):
    def compute():
        x = K.constant([[1.0, 2.0], [3.0, 4.0]])
        mapped = K.map_fn(lambda row: K.sum(row), x)
        last, outputs, states = K.rnn(lambda x, s: (x + s[0], [x + s[0]]), x[:, :, None], [K.zeros((2, 1))])
        chosen = K.switch(K.constant(True, dtype="bool"), lambda: x * 2, lambda: x)
        return [np.asarray(value) for value in (mapped, last, outputs, states[0], chosen, K.foldl(
            lambda total, row: total * row, x), K.in_train_phase(lambda: x, lambda: x + 1, training=0))]
    x = np.array([[1, 2], [3, 4]], "float32")
    total = np.cumsum(x, axis=1)[:, :, None]
    for value, expected in zip(K.eager(compute)(), [x.sum(axis=1), total[:, -1], total, total[:, -1], x * 2,
                                                    x[0] * x[1], x + 1]):
        check_array(value, expected)


def test_gradients_inside(K):
    def fn(row):
        return K.gradients(K.sum(K.square(row)), [row])[0]
    x = sample((3, 2))
    check(K, K.map_fn(fn, tensor(K, x)), 2 * x)


# -- errors -----------------------------------------------------------------------------------------------

def good_step(x, states):
    return x, states


REFUSED = {  # what: (call, error, message)
    "rank of inputs": (lambda K: K.rnn(good_step, K.ones((3,)), []), "Shape",
                       r"rnn\(\): inputs must have at least two dimensions; its shape is \(3,\)"),
    "a step that is no function": (lambda K: K.rnn(3, K.ones((2, 3)), []), "Argument",
                                   r"rnn\(\): step_function must be a function, not 3"),
    "what the step gives": (lambda K: K.rnn(lambda x, s: x, K.ones((2, 3, 1)), []), "Argument",
                            r"rnn\(\): step_function must return an output and the list of new states"),
    "number of states": (lambda K: K.rnn(lambda x, s: (x, []), K.ones((2, 3, 1)), [K.ones((2, 1))]), "Argument",
                         r"rnn\(\): step_function returns 0 new states for 1 states"),
    "shape of a state": (lambda K: K.rnn(lambda x, s: (x, [K.ones((2, 5))]), K.ones((2, 3, 1)), [K.ones((2, 1))]),
                         "Shape", r"step_function makes a state of shape \(2, 5\) of state 0 of shape \(2, 1\)"),
    "dtype of a state": (lambda K: K.rnn(lambda x, s: (x, [K.cast(s[0], "int32")]), K.ones((2, 3, 1)),
                                         [K.ones((2, 1))]),
                         "Dtype", "step_function makes a state of dtype int32 of state 0 of dtype float32"),
    "shape of the mask": (lambda K: K.rnn(good_step, K.ones((2, 3, 1)), [], mask=K.ones((2, 4))), "Shape",
                          r"mask must have the shape \(2, 3\); its shape is \(2, 4\)"),
    "rank of the mask": (lambda K: K.rnn(good_step, K.ones((2, 3, 1)), [], mask=K.ones((2,))), "Shape",
                         r"mask must have the shape \(2, 3\); its shape is \(2,\)"),
    "unroll of unknown time": (lambda K: K.rnn(good_step, K.placeholder((2, None, 1)), [], unroll=True), "Shape",
                               "unroll needs a known number of time steps"),
    "input_length": (lambda K: K.rnn(good_step, K.ones((2, 3, 1)), [], input_length=4), "Shape",
                     "input_length is 4, inputs has 3 time steps"),
    "elems without axes": (lambda K: K.map_fn(lambda row: row, K.ones(())), "Shape",
                           r"map_fn\(\): elems must have at least one dimension"),
    "a fn that is none": (lambda K: K.map_fn(None, K.ones((2,))), "Argument",
                          r"map_fn\(\): fn must be a function, not None"),
    "a fold's fn that is none": (lambda K: K.foldl(K.ones((2,)), K.ones((2,))), "Argument",
                                 r"foldl\(\): fn must be a function, not"),
    "a fn that gives no tensor": (lambda K: K.map_fn(lambda row: "text", K.ones((2,))), "Dtype",
                                  r"map_fn\(\): the value of fn must be a tensor"),
    "shape of an accumulator": (lambda K: K.foldl(lambda total, row: row[:1], K.ones((3, 2))), "Shape",
                                r"foldl\(\): fn makes a state of shape \(1,\) of state 0 of shape \(2,\)"),
    "dtype of an accumulator": (lambda K: K.foldr(lambda total, row: K.cast(row, "float64"), K.ones((3, 2))), "Dtype",
                                r"foldr\(\): fn makes a state of dtype float64 .* float32"),
    "nothing to fold": (lambda K: K.foldl(lambda total, row: total, K.zeros((0, 2))), "Shape",
                        r"foldl\(\): elems has no slice to begin with; give an initializer"),
    "an update in a loop": (lambda K: K.map_fn(lambda row: K.update(K.variable(0.0), K.sum(row)), K.ones((2, 2))),
                            "Argument", "fn updates a variable, which a loop cannot do"),
    "dtypes of switch": (lambda K: K.switch(K.constant(1), K.ones((2,)), K.ones((2,), dtype="int32")), "Dtype",
                         "then_expression has dtype float32 and else_expression has dtype int32"),
    "shapes of switch": (lambda K: K.switch(K.constant(1), K.ones((2,)), K.ones((3,))), "Shape",
                         r"then_expression of shape \(2,\) and else_expression of shape \(3,\) do not broadcast"),
    "a condition that does not fit": (lambda K: K.switch(K.ones((3,)), K.ones((2, 2)), K.ones((2, 2))), "Shape",
                                      r"switch\(\): condition of shape \(3,\)"),
    "a condition with more axes": (lambda K: K.switch(K.ones((2, 2)), K.ones((2,)), K.ones((2,))), "Shape",
                                   r"condition of shape \(2, 2\) does not fit"),
    "training": (lambda K: K.in_train_phase(K.ones(()), K.ones(()), training=2), "Argument",
                 r"in_train_phase\(\): training must be True, False, a scalar tensor or None, not 2"),
    "training that is text": (lambda K: K.in_test_phase(K.ones(()), K.ones(()), training="yes"), "Argument",
                              r"in_test_phase\(\): training must be"),
    "training that is no scalar": (lambda K: K.in_train_phase(K.ones((2,)), K.ones((2,)), training=K.ones((2,))),
                                   "Shape", r"training must be a scalar; its shape is \(2,\)"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(K, what):
    call, error, message = REFUSED[what]
    with pytest.raises(getattr(K.errors, error + "Error"), match=message):
        call(K)
    check(K, K.map_fn(lambda row: row + 1, K.zeros((2,))), np.ones(2, "float32"))


def test_an_index_out_of_range_inside_is_an_error_when_it_runs(K):
    result = K.map_fn(lambda i: K.gather(K.constant([1.0, 2.0]), i), K.constant([0, 5], dtype="int32"))
    with pytest.raises(K.errors.EngineError):
        K.eval(result)


def test_a_loop_of_many_unrolled_steps(K):
    x, w = sample((2, 40, 3)), sample((3, 3), seed=1)
    sequence, weights = K.placeholder((2, 40, 3)), K.variable(w)

    def step(row, states):
        state = states[0] * 0.5 + K.dot(row, weights)
        return state, [state]
    last, outputs, _ = K.rnn(step, sequence, [K.zeros((2, 3))], unroll=True)
    gradient, = K.gradients(K.sum(last), [weights])
    values = K.function([sequence], [last, outputs, gradient])([x])
    expected = np.zeros((2, 40, 3))
    state = np.zeros((2, 3))
    for i in range(40):
        state = expected[:, i] = state * 0.5 + x[:, i] @ w
    factors = 0.5 ** np.arange(39, -1, -1)
    of_weights = np.repeat(np.einsum("nti,t->i", x, factors)[:, None], 3, axis=1)
    for value, right in zip(values, (state, expected, of_weights)):
        np.testing.assert_allclose(value, right, rtol=1e-4, atol=1e-5)


# -- what a loop computes, and what is computed outside ---------------------------------------------------

def test_a_tensor_of_a_loop_has_no_value_outside(K):
    kept = []

    def fn(row):
        kept.append(row * 2)
        return row

    def step(x, states):
        kept.append(states[0] + x)
        return x, states
    K.map_fn(fn, K.ones((3, 2)))
    K.rnn(step, K.ones((1, 2, 2)), [K.zeros((1, 2))])
    uses = [K.eval, lambda x: K.function([], [x + 1]),
            lambda x: K.eval(K.map_fn(lambda row: row + x, K.ones((2, 2))))]
    for tensor, name in zip(kept, ("fn", "step_function")):
        message = "depends on a slice or state of the loop that calls %s, and has a value only in that loop" % name
        for use in uses:
            with pytest.raises(K.errors.ArgumentError, match=message):
                use(tensor)


def test_values_that_are_there_while_a_loop_is_built(K):
    """Inside a step, tensors that do not depend on a slice can be evaluated, directly and by functions."""
    v, p = K.variable(2.0), K.placeholder(())
    f, outside = K.function([p], [p * v]), K.constant(2.0) * 3

    def fn(x):
        q = K.placeholder(())
        K.set_value(v, 3.0)
        inside = [K.eval(outside), K.eval(K.ones(()) + 1), K.get_value(v), f([2.0])[0],
                  K.function([q], [q * 2])([1.0])[0], K.eval(K.gradients(K.square(v), [v])[0])]
        return x * float(np.sum(inside))
    check(K, K.map_fn(fn, K.constant([1.0, 2.0])), np.array([25, 50], "float32"))
    for use in (float, np.asarray, K.eval):
        with pytest.raises(K.errors.ArgumentError, match="has a value only in that loop"):
            K.map_fn(lambda x, use=use: x * use(x * 2), K.constant([1.0, 2.0]))
    total = K.foldl(lambda a, x: a + x * float(K.get_value(v)), K.constant([1.0, 2.0]), K.constant(0.0))
    check(K, total, np.float32(9))


def test_functions_of_nested_loops_are_called_once(K):
    calls = []

    def nested(depth):
        def fn(x):
            calls.append(depth)
            return K.sum(K.map_fn(nested(depth - 1), K.ones((2,)) * x)) if depth > 1 else x + 1
        return fn
    check(K, K.map_fn(nested(4), K.ones((3,))), np.full(3, 16, "float32"))
    assert sorted(calls) == [1, 2, 3, 4]

    def step(x, states):
        calls.append(0)
        return states[0] + x, [states[0] + x]
    mask = K.placeholder((None, None))
    x = K.placeholder((None, None, 2))
    f = K.function([x, mask], [K.rnn(step, x, [x[:, 0] * 0], mask=mask)[1]])
    assert calls.count(0) == 1
    check_array(f([np.ones((1, 3, 2)), [[0, 1, 1]]])[0], np.array([[[0, 0], [1, 1], [2, 2]]], "float32"))


def test_a_random_tensor_from_outside_is_drawn_once(K):
    r = K.random_uniform(())
    once, each = K.function([], [K.map_fn(lambda x: x + r, K.zeros((20,))),
                                 K.map_fn(lambda x: x + K.random_uniform(()), K.zeros((20,)))])([])
    assert len(set(once.tolist())) == 1 and len(set(each.tolist())) > 1


# -- gradients in loops, and of loops ---------------------------------------------------------------------

def test_gradients_in_a_step_of_what_was_made_outside(K):
    values = np.array([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]])
    x, y = K.variable(values), K.variable([1.0, 2.0])
    z = K.dot(x, K.square(y))
    rows = K.map_fn(lambda i: K.gradients(K.gather(z, i), [y])[0], K.arange(3), dtype="float32")
    check(K, rows, (2 * values * [1, 2]).astype("float32"))


def test_gradients_in_a_step_through_what_was_made_outside(K):
    w = K.variable(3.0)
    h = w * w
    of_w = K.map_fn(lambda x: K.gradients(x * h * h, [w])[0], K.constant([1.0, 2.0]))
    check(K, of_w, np.array([108, 216], "float32"))
    of_h = K.map_fn(lambda x: K.gradients(x * h * h, [h])[0], K.constant([1.0, 2.0]))
    check(K, of_h, np.array([18, 36], "float32"))
    check(K, K.gradients(K.sum(of_h), [w])[0], np.float32(36))


def test_gradients_by_an_intermediate_tensor_that_a_step_captures(K):
    w = K.variable(3.0)
    h = w * w
    loss = K.sum(K.map_fn(lambda x: x * h * x, K.constant([1.0, 2.0])))
    of_h, of_w = K.gradients(loss, [h, w])
    check(K, of_h, np.float32(5))
    check(K, of_w, np.float32(30))


def test_descent_in_a_step(K):
    """Each step of the loop computes gradients of results of the earlier steps."""
    def step(x, states):
        y = states[0]
        return y, [y - 0.1 * K.gradients(K.sum(K.square(y) * x), [y])[0]]
    last = K.rnn(step, K.ones((1, 3, 1)), [K.constant([[1.0, 2.0]])])[2][0]
    check(K, last, np.array([[0.512, 1.024]], "float32"))


def test_second_derivatives_of_a_loop_that_has_run(K):
    w = K.variable(0.5)

    def step(x, states):
        return states[0] * w + x, [states[0] * w + x]
    loss = K.sum(K.rnn(step, K.ones((1, 3, 1)), [K.zeros((1, 1))])[1])  # 3 + 2 w + w * w
    first, = K.gradients(loss, [w])
    check(K, loss, np.float32(4.25))
    check(K, first, np.float32(3))
    check_array(K.function([], [first])([])[0], np.float32(3))
    check(K, K.gradients(first, [w])[0], np.float32(2))


# -- updates in branches ----------------------------------------------------------------------------------

def counted(K, make, calls, conditions, among):
    """The values of two variables after each call of a function of conditions; ``among`` is "outputs" or "updates"."""
    a, b = K.variable(0.0), K.variable(0.0)
    placeholders = [K.placeholder((), dtype="bool") for _ in range(conditions)]
    made = [make(a, b, *placeholders)]
    f = K.function(placeholders, *([made] if among == "outputs" else [[], made]))
    values = []
    for call in calls:
        f(list(call))
        values.append((float(K.get_value(a)), float(K.get_value(b))))
    return values


BRANCHES = {
    "one in each": (lambda K, a, b, p: K.switch(p, lambda: K.update_add(a, 1), lambda: K.update_add(b, 1)),
                    [(True,), (False,), (True,)], [(1, 0), (1, 1), (2, 1)]),
    "one variable in both": (lambda K, a, b, p: K.switch(p, lambda: K.update_add(a, 1), lambda: K.update_sub(a, 10)),
                             [(True,), (False,)], [(1, 0), (-9, 0)]),
    "one update in both": (lambda K, a, b, p: (lambda u: K.switch(p, u, u * 2))(K.update_add(a, 1)),
                           [(True,), (False,)], [(1, 0), (2, 0)]),
    "before the branches": (lambda K, a, b, p: (lambda u: u + K.switch(p, u, K.update_add(b, 1)))(K.update_add(a, 1)),
                            [(True,), (False,)], [(1, 0), (2, 1)]),
    "branches in branches": (lambda K, a, b, p, q: K.switch(
        p, lambda: K.switch(q, lambda: K.update_add(a, 1), lambda: K.update_add(a, 10)), lambda: K.update_add(a, 100)),
        [(True, True), (True, False), (False, True), (False, False)], [(1, 0), (11, 0), (111, 0), (211, 0)]),
    "one update in two branches": (lambda K, a, b, p, q: (lambda u: K.switch(p, u, K.zeros(())) + K.switch(
        q, u, K.zeros(())))(K.update_add(a, 1)), [(True, True), (True, False), (False, True), (False, False)],
        [(1, 0), (2, 0), (3, 0), (3, 0)]),
    "under control dependencies": (lambda K, a, b, p: K.switch(
        p, lambda: after(K, K.update_add(a, 1)), lambda: K.zeros(()) + 1), [(True,), (False,)], [(1, 0), (1, 0)]),
    "in a training phase": (lambda K, a, b, p: K.in_train_phase(
        lambda: K.update_add(a, 1), lambda: K.identity(a), training=p), [(False,), (True,)], [(0, 0), (1, 0)]),
    "in a test phase": (lambda K, a, b, p: K.in_test_phase(
        lambda: K.update_add(a, 1), lambda: K.update_add(b, 1), training=p), [(False,), (True,)], [(1, 0), (1, 1)]),
}


def after(K, update):
    with K.control_dependencies([update]):
        return K.ones(()) * 1


@pytest.mark.parametrize("among", ["outputs", "updates"])
@pytest.mark.parametrize("what", BRANCHES)
def test_updates_of_the_branch_that_is_chosen(K, what, among):
    make, calls, expected = BRANCHES[what]
    assert counted(K, functools.partial(make, K), calls, len(calls[0]), among) == expected


def test_two_updates_that_may_meet_are_refused(K):
    v, p, q = K.variable(0.0), K.placeholder((), dtype="bool"), K.placeholder((), dtype="bool")
    y = K.switch(p, lambda: K.update_add(v, 1), lambda: v * 1) + K.switch(q, lambda: K.update_add(v, 2), lambda: v * 1)
    with pytest.raises(K.errors.ArgumentError, match="is updated a second time"):
        K.function([p, q], [y])


def test_clear_session_in_a_step(K):
    def fn(x):
        K.clear_session()
        return x * 2
    with pytest.raises(K.errors.StaleTensorError, match="clear_session"):
        K.map_fn(fn, K.ones((3,)))
    check(K, K.map_fn(lambda x: x * 2, K.ones((3,))), np.full(3, 2, "float32"))
    x = K.placeholder((2,))
    check_array(K.function([x], [x + K.variable([1.0, 2.0])])([[1, 1]])[0], np.array([2, 3], "float32"))


def test_a_constant_that_comes_after_a_part_of_the_step(K):
    def step(row):
        doubled = row * 2
        with K.control_dependencies([doubled]):
            return K.sum(doubled) + K.constant(1.0)
    check(K, K.map_fn(step, K.constant(np.ones((3, 2)))), np.full(3, 5, "float32"))
