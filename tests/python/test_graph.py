"""The family graph."""

import functools
import time

import numpy as np
import pytest
from checks import DTYPES, check, check_array, check_gradient, sample

# -- function -------------------------------------------------------------------------------------------


def test_function_of_several_inputs_and_outputs(K):
    x, y = K.placeholder((2, 3)), K.placeholder((3,))
    f = K.function([x, y], [x + y, K.sum(x), y, x])
    a, b = sample((2, 3), seed=1), sample((3,), seed=2)
    for value, expected in zip(f([a, b]), [a + b, a.sum(), b, a]):
        assert isinstance(value, np.ndarray)
        check_array(value, expected)
    assert repr(f) == "<%s function of 2 inputs and 4 outputs>" % K.backend()
    assert f.inputs == [("placeholder", "float32", (2, 3)), ("placeholder_1", "float32", (3,))]
    assert f.outputs == [("float32", (2, 3)), ("float32", ()), ("float32", (3,)), ("float32", (2, 3))]


def test_function_of_one_output_that_is_no_list(K):
    x = K.placeholder((None,))
    check_array(K.function([x], x * 2)([[1, 2]]), np.array([2, 4], "float32"))
    check_array(K.function(x, x * 2)([[1, 2]]), np.array([2, 4], "float32"))
    assert isinstance(K.function([x], [x * 2])([[1, 2]]), list)


def test_function_of_outputs_that_need_no_computing(K):
    x, w = K.placeholder((None,)), K.variable([1.0, 2.0])
    c = K.constant([3.0])
    f = K.function([x], [x, w, c, w, x])
    for value, expected in zip(f([[5]]), [[5], [1, 2], [3], [1, 2], [5]]):
        check_array(value, np.array(expected, "float32"))


def test_function_without_inputs_or_outputs(K):
    w = K.variable(1.0)
    assert K.function([], [])([]) == []
    check_array(K.function([], [w * 2])()[0], np.float32(2))
    grow = K.function([], [], [K.update_add(w, 1)])
    assert grow([]) == []
    check(K, w, np.float32(2))


def test_function_of_an_input_that_no_output_needs(K):
    x, y = K.placeholder((None,)), K.placeholder((2,))
    f = K.function([x, y], [x * 2])
    check_array(f([[1, 2, 3], [0, 0]])[0], np.array([2, 4, 6], "float32"))
    with pytest.raises(K.errors.ShapeError,
                       match=r"inputs\[1\] \(placeholder_1\) has shape \(3,\); expected: \(2,\)"):
        f([[1], [0, 0, 0]])


def test_function_of_several_unknown_sizes(K):
    x, w = K.placeholder((None, None)), K.placeholder((None, None))
    y = K.placeholder((None, 1, None))
    f = K.function([x, w, y], [K.softmax(K.dot(x, w)), K.sum(x, axis=0), K.dot(x, w) + y, K.shape(y)])
    for n, m, k in [(2, 3, 4), (1, 1, 1), (5, 2, 3)]:
        a, b, c = sample((n, m), seed=n), sample((m, k), seed=m), sample((2, 1, k), seed=k)
        outputs = f([a, b, c])
        product = a @ b
        exp = np.exp(product - product.max(axis=1, keepdims=True))
        for value, expected in zip(outputs, [exp / exp.sum(1, keepdims=True), a.sum(0), product + c,
                                             np.array([2, 1, k], "int32")]):
            check_array(value, expected)


def test_function_of_values_of_other_types(K):
    x = K.placeholder((None,))
    f = K.function([x], x * 2)
    for value in ([1, 2], (1.0, 2.0), np.array([1, 2], "int8"), np.array([1, 2], "float64"),
                  np.array([1, 2])[::1],
                  K.constant([1.0, 2.0]), K.variable([1, 2]), K.constant([1, 2], dtype="int64"),
                  np.array([2.0, 0, 1.0])[::-2]):
        check_array(f([value]), np.asarray(K.eval(value) if K.is_tensor(value) else value, "float32") * 2)
    scalar = K.placeholder(())
    g = K.function([scalar], scalar + 1)
    for value in (1, 1.0, True, np.float32(1), np.array(1), K.constant(1.0)):
        check_array(g([value]), np.float32(2))
    check_array(g([float("nan")]), np.float32(np.nan))
    check_array(f([[]]), np.ones(0, "float32"))


def test_function_of_every_dtype(K):
    for dtype in DTYPES:
        x = K.placeholder((None, 2), dtype=dtype)
        value = sample((3, 2), dtype)
        f = K.function([x], [x, K.transpose(x)])
        for output, expected in zip(f([value]), [value, value.T]):
            check_array(output, expected)


def test_function_of_a_large_graph_in_two_dtypes(K):
    factor = K.constant(np.array([1.0, 2.0, 3.0]), dtype="float64")
    for given in ["float32"], ["float32", "float64"]:
        inputs = [K.placeholder((3,), dtype=dtype) for dtype in given]
        y = inputs[0]
        for _ in range(50):
            y = y * 0.5 + 0.5
        z = sum((K.cast(x, "float64") for x in inputs[1:]), K.cast(y, "float64") * factor)
        values = K.function(inputs, [z, K.cast(z, "float32")])([np.ones(3)] * len(given))
        for value, dtype in zip(values, ["float64", "float32"]):
            check_array(value, (np.array([1, 2, 3]) + len(given) - 1).astype(dtype))


def test_a_function_is_given_the_value_of_a_computed_tensor(K):
    x, w = K.placeholder((None, 2), name="x"), K.variable(3.0)
    hidden = x * 2
    y = K.square(hidden) * w + K.foldl(lambda total, row: total + row * hidden[0, 0], hidden, K.zeros((2,)))
    top = K.function([hidden], [y, hidden], updates=[K.update(w, w + K.sum(hidden))])
    given = np.array([[1, 2], [3, 4]], "float32")
    expected = given * given * 3 + given.sum(axis=0)
    check_array(top([given])[0], expected)
    assert K.get_value(w) == 13
    K.set_value(w, 3.0)
    check_array(K.function([x], [y])([given / 2])[0], expected)  # the graph is as it was
    both = K.function([x, hidden], [hidden + x])
    check_array(both([given, given * 10])[0], given * 11)
    with pytest.raises(K.errors.ShapeError, match=r"inputs\[0\]"):
        top([np.ones((2, 3))])
    with pytest.raises(K.errors.PlaceholderError, match="'x'"):
        K.function([hidden], [x])


def test_gradients_with_respect_to_a_given_tensor(K):
    x = K.placeholder((2,))
    hidden = x * x
    gradient = K.function([hidden], K.gradients(K.sum(hidden * hidden), [hidden]))
    check_array(gradient([np.array([1, 2])])[0], np.array([2, 4], "float32"))


def test_function_refuses(K):
    x = K.placeholder((None, 2), name="x")
    for inputs, message in [([x, K.variable(0.0, name="w")],
                             r"inputs\[1\] must be a placeholder or a computed tensor, not variable 'w'"),
                            ([1.0], r"inputs\[0\] must be a placeholder or a computed tensor, not constant"),
                            ([x, x], r"inputs\[1\], the placeholder 'x' .*, is among the inputs twice")]:
        with pytest.raises(K.errors.ArgumentError, match=r"function\(\): " + message):
            K.function(inputs, [x])
    with pytest.raises(K.errors.ArgumentError,
                       match=r"function\(\): unknown arguments feed, mode; accepted: inputs"):
        K.function([x], [x], name="f", feed={}, mode=None)
    with pytest.raises(K.errors.DtypeError,
                       match=r"function\(\): outputs\[0\] must be a tensor, a number or an array"):
        K.function([x], [None])
    y = K.placeholder((), name="y")
    with pytest.raises(K.errors.PlaceholderError,
                       match=r"function\(\): a value is needed for the placeholder 'y' \(float32, \(\)\):"):
        K.function([x], [x * y])


def test_function_refuses_values_that_do_not_fit(K):
    x, n = K.placeholder((None, 2), name="x"), K.placeholder((), dtype="int32")
    f = K.function([x, n], [K.sum(x) * K.cast(n, "float32")])
    good = [np.ones((3, 2)), 2]
    for values, error, message in [
            ([np.ones((3, 3)), 2], "ShapeError",
             r"inputs\[0\] \(x\) has shape \(3, 3\); expected: \(None, 2\)"),
            ([np.ones(2), 2], "ShapeError", r"inputs\[0\] \(x\) has shape \(2,\); expected: \(None, 2\)"),
            ([np.ones((3, 2)), 2.5], "DtypeError", r"inputs\[1\] \(placeholder\) holds 2.5"),
            ([np.ones((3, 2)), 2 ** 40], "DtypeError",
             r"inputs\[1\] \(placeholder\) holds 1099511627776, which dtype"),
            ([np.ones((3, 2))], "ArgumentError", "1 value given, one for each of the 2 inputs needed"),
            (good + good, "ArgumentError", "4 values given, one for each of the 2 inputs needed"),
            (["a", 2], "DtypeError",
             r"inputs\[0\] \(x\) must be a tensor, a number or an array of numbers, not str"),
            (np.ones((3, 2)), "ArgumentError",
             "a function takes the list of its inputs' values, not ndarray"),
            (x, "ArgumentError", "a function takes the list of its inputs' values, not placeholder 'x'")]:
        with pytest.raises(getattr(K.errors, error), match=r"function\(\): " + message):
            f(values)
        check_array(f(good)[0], np.float32(12))


# -- updates --------------------------------------------------------------------------------------------

def test_outputs_see_the_values_from_before_the_updates(K):
    x = K.placeholder(())
    v, w = K.variable(1.0), K.variable(10.0)
    f = K.function([x], [v, w, v + w, v * x], updates=[K.update_add(v, x), (w, v * 2)])
    for value, expected in zip(f([3]), [1, 10, 11, 3]):
        check_array(value, np.float32(expected))
    check(K, v, np.float32(4))
    check(K, w, np.float32(2))
    for value, expected in zip(f([1]), [4, 2, 6, 4]):
        check_array(value, np.float32(expected))
    check(K, w, np.float32(8))


def test_updates_exchange_variables(K):
    v, w = K.variable([1.0, 2.0]), K.variable([3.0, 4.0])
    swap = K.function([], [v, w], [(v, w), [w, v]])
    for i in range(3):
        before = [[1, 2], [3, 4]][::-1 if i % 2 else 1]
        for value, expected in zip(swap([]), before):
            check_array(value, np.array(expected, "float32"))
    check(K, v, np.array([3, 4], "float32"))


def test_variables_beside_those_that_gradients_are_taken_by_change_too(K):
    x = K.placeholder((None, 2))
    w, still = K.variable([1.0, 2.0]), K.variable([3.0, 4.0])
    loss = K.sum(x * w * still)
    gradient = K.gradients(loss, [w])[0]
    step = K.function([x], [loss, gradient], [K.update(w, w - 0.5 * gradient), (still, still + w)])
    now, beside = np.array([1, 2], "float32"), np.array([3, 4], "float32")
    for i in range(4):
        if i == 2:
            beside = np.array([-1, 0.5], "float32")
            K.set_value(still, beside)
        value, slope = step([np.ones((1, 2))])
        check_array(value, (now * beside).sum())
        check_array(slope, beside)
        now, beside = now - beside / 2, beside + now
        check(K, w, now)
        check(K, still, beside)


def test_updates_by_gradients_see_the_values_from_before_them(K):
    start = [np.array(value, "float32") for value in ([1, 2], [3, 5], [7, 4], [1, 1], 2)]
    a, b, c, d, e = v = [K.variable(value) for value in start]
    x = K.placeholder((2,))
    g, h = K.gradients(K.sum(x * a * a) + K.sum(b * x), [a, b])
    new = a - 0.5 * g
    step = K.function([x], [g, new], [(a, new), (b, a - h), (c, b * h), (d, new), (e, e * 3)])
    swap = K.function([x], [], [(a, b - 0 * g), (b, a - 0 * h), (c, c + h), (d, d - new)])
    a, b, c, d, e = start
    for value in ([1, 2], [np.inf, -1], [0, 0.5]):
        value = np.array(value, "float32")
        with np.errstate(all="ignore"):
            slope = 2 * value * a
            now = a - slope / 2
            for output, expected in zip(step([value]), [slope, now]):
                check_array(output, expected)
            a, b, c, d, e = now, a - value, b * value, now, e * 3
            swap([value])
            slope = 2 * value * a
            a, b, c, d = b - 0 * slope, a - 0 * value, c + value, d - (a - slope / 2)
        for variable, expected in zip(v, [a, b, c, d, e]):
            check(K, variable, np.float32(expected))


def test_an_update_by_a_gradient_of_another_shape_is_refused(K):
    v, x = K.variable([1.0]), K.placeholder((None,))
    f = K.function([x], [], [(v, v - K.gradients(K.sum(x * x), [x])[0])])
    with pytest.raises(K.errors.KerasError):
        f([[1, 2, 3]])
    check(K, v, np.ones(1, "float32"))
    f([[2]])
    check(K, v, np.full(1, -3, "float32"))


def test_values_handed_out_do_not_change_with_their_variable(K):
    v = K.variable(np.arange(6.0).reshape(2, 3))
    step = K.function([], [v, K.identity(v)], [K.update(v, v * 2)])
    before, (same, alike) = K.get_value(v), step([])
    step([])
    for value in (before, same, alike):
        check_array(value, np.arange(6, dtype="float32").reshape(2, 3))
    check(K, v, np.arange(0, 24, 4, dtype="float32").reshape(2, 3))


def test_updates_of_every_kind_together(K):
    v = [K.variable(float(i)) for i in range(5)]
    step = K.function([], [v[0] + v[1]],
                      [K.update(v[0], 10), K.update_add(v[1], v[0]), K.update_sub(v[2], v[1]),
                                          K.moving_average_update(v[3], v[2], 0.5), (v[4], 7)])
    check_array(step([])[0], np.float32(1))
    for x, expected in zip(v, [10, 1, 1, 2.5, 7]):
        check(K, x, np.float32(expected))


@pytest.mark.parametrize("count", [3, 70000, 131072])
def test_updates_of_large_variables_see_the_values_from_before_them(K, count):
    """An optimizer with a velocity and a mean square, variables that are exchanged, and others of the same size."""
    numbers = np.random.RandomState(3).normal(size=(5, count)).astype("float32")
    w, velocity, mean, a, b = (K.variable(each.reshape(1, count)) for each in numbers)
    row, rate = K.variable(np.ones(count)), K.variable(0.5)
    gradient, = K.gradients(K.sum(K.square(w)), [w])
    moved = 0.9 * velocity - rate * gradient
    averaged = 0.5 * mean + (1 - 0.5) * K.square(gradient)
    step = K.function([], [K.sum(a)], [
        K.update(velocity, moved), K.update(w, w + moved / (K.sqrt(averaged) + 1)), K.update(mean, averaged),
        K.update(a, b + w), K.update(b, a - rate), K.update(rate, rate * 0.5), K.update(row, row * 2 + rate)])
    w_, velocity_, mean_, a_, b_ = numbers.astype("float64")
    row_, rate_ = np.ones(count), 0.5
    for _ in range(2):
        total, = step([])
        np.testing.assert_allclose(total, a_.sum(), rtol=1e-3, atol=1e-2)
        moved_, averaged_ = 0.9 * velocity_ - rate_ * 2 * w_, 0.5 * mean_ + 0.5 * (2 * w_) ** 2
        velocity_, w_, mean_, a_, b_, rate_, row_ = (
            moved_, w_ + moved_ / (np.sqrt(np.maximum(averaged_, 0)) + 1), averaged_, b_ + w_, a_ - rate_, rate_ * 0.5,
            row_ * 2 + rate_)
        for variable, expected in ((w, w_), (velocity, velocity_), (mean, mean_), (a, a_), (b, b_), (row, row_)):
            np.testing.assert_allclose(K.get_value(variable).ravel(), expected, rtol=2e-4, atol=2e-5)


def test_large_variables_may_get_the_same_new_value(K):
    numbers = np.random.RandomState(4).normal(size=(3, 140000)).astype("float32")
    a, b, c = (K.variable(each) for each in numbers)
    total = a + b
    K.function([], [], [K.update(a, total), K.update(b, total), K.update(c, (a - b) * total)])([])
    a_, b_, _ = numbers
    for variable, expected in ((a, a_ + b_), (b, a_ + b_), (c, (a_ - b_) * (a_ + b_))):
        np.testing.assert_allclose(K.get_value(variable), expected, rtol=1e-5, atol=1e-6)


def test_an_update_among_outputs_gives_the_new_value_once(K):
    v = K.variable(1.0)
    new = K.update_add(v, 2)
    f = K.function([], [v, new, new * 10], [new])
    for value, expected in zip(f([]), [1, 3, 30]):
        check_array(value, np.float32(expected))
    check(K, v, np.float32(3))
    check_array(K.function([], [new * 10])([])[0], np.float32(50))
    check(K, v, np.float32(5))


def test_updates_that_are_refused(K):
    v = K.variable(1.0, name="v")
    for updates, message in [([v], r"updates\[0\] must be the result of update\(\) or a \(variable, new"),
                             ([K.update(v, 2), v + 1], r"updates\[1\] must be the result of update\(\)"),
                             ([(v, 1, 2)], r"updates\[0\] must be the result of update\(\)"),
                             ([K.update(v, 2), (v, 3)],
                              r"the variable 'v' \(float32, \(\)\) is updated a second time"),
                             ([K.update(v, 2), K.update(v, 2)],
                              "the variable 'v' .* is updated a second time"),
                             ([K.update(v, 2) * 2, K.switch(v > 1, v, v + 1)],
                              r"updates\[1\] must be the result of update\(\)"),
                             (K.update(v, 2), "updates must be a list, not update")]:
        with pytest.raises(K.errors.ArgumentError, match=r"function\(\): " + message):
            K.function([], [v], updates)
    with pytest.raises(K.errors.DtypeError, match=r"x must be a variable, not tensor"):
        K.function([], [v], [(v + 1, 3)])
    check(K, v, np.float32(1))


def test_the_same_update_twice_is_one(K):
    v = K.variable(1.0)
    new = K.update_add(v, 1)
    K.function([], [new], [new, new])([])
    check(K, v, np.float32(2))


def test_steps_of_one_variable_are_made_one_after_another(K):
    v, x, y = K.variable(1.0), K.placeholder(()), K.placeholder(())
    steps = [K.moving_average_update(v, x, 0.5), K.moving_average_update(v, y, 0.75), K.update_add(v, y),
             K.update_sub(v, x)]
    K.function([x, y], [], steps)([3, 6])
    check(K, v, np.float32(6))
    K.function([x], [], steps[:1])([2])
    check(K, v, np.float32(4))
    for other in (K.update(v, 2), K.update(v, 2 * v)):
        with pytest.raises(K.errors.ArgumentError, match="is updated a second time"):
            K.function([x], [], [steps[0], other])


def test_a_training_step(K):
    features, labels = sample((20, 4), "float64", seed=1), sample((20, 3), "float64", seed=2)
    w0 = sample((4, 3), "float64", seed=3)
    K.set_floatx("float64")
    x, y, w = K.placeholder((None, 4)), K.placeholder((None, 3)), K.variable(w0)
    loss = K.mean(K.square(K.dot(x, w) - y))
    gradient, = K.gradients(loss, [w])
    step = K.function([x, y], [loss], [K.update_sub(w, 0.1 * gradient)])
    expected = w0
    for _ in range(5):
        error = features @ expected - labels
        check_array(step([features, labels])[0], np.mean(error ** 2))
        expected = expected - 0.1 * 2 * features.T @ error / error.size
        check(K, w, expected)


def test_updates_are_not_carried_out_when_the_call_fails(K):
    v, x = K.variable(1.0), K.placeholder((None,))
    f = K.function([x], [K.reshape(x, (2, 2))], [K.update_add(v, 1)])
    with pytest.raises(K.errors.KerasError):
        f([[1, 2, 3]])
    f([[1, 2, 3, 4]])
    check(K, v, np.float32(2))


# -- gradients ------------------------------------------------------------------------------------------

def test_gradients_of_one_and_of_several(K):
    w, b = K.variable([1.0, 2.0]), K.variable(3.0)
    loss = K.sum(K.square(w) * b)
    for gradients in (K.gradients(loss, [w, b]), K.gradients(loss, (w, b))):
        check(K, gradients[0], np.array([6, 12], "float32"))
        check(K, gradients[1], np.float32(5))
    check(K, K.gradients(loss, b)[0], np.float32(5))
    assert K.gradients(loss, []) == []


def test_gradients_of_tensors_that_are_no_variables(K):
    x, w = K.placeholder((None, 2)), K.variable([[1.0], [2.0]])
    c = K.constant(2.0)
    hidden = K.square(x) * c
    loss = K.sum(K.dot(hidden, w))
    gradients = K.gradients(loss, [x, hidden, c, w, loss])
    assert [g.shape for g in gradients] == [(None, 2), (None, 2), (), (2, 1), ()]
    value = np.array([[1, 2], [3, 4], [5, 6]], "float32")
    weights = np.array([[1, 2]], "float32")
    expected = [2 * value * 2 * weights, np.repeat(weights, 3, 0), (value ** 2 @ weights.T).sum(),
                (value ** 2 * 2).sum(0)[:, None], np.float32(1)]
    for output, reference in zip(K.function([x], gradients)([value]), expected):
        check_array(output, reference)


def test_gradient_of_the_variable_itself(K):
    w = K.variable([1.0, 2.0])
    check(K, K.gradients(w, [w])[0], np.ones(2, "float32"))


def test_gradient_of_a_loss_that_is_no_scalar_is_that_of_its_sum(K):
    x = sample((2, 3), "float64")
    check_gradient(K, lambda x: x * x, lambda x: x * x, x)
    w = K.variable(x, dtype="float64")
    check(K, K.gradients(w * w * w, w)[0], 3 * x ** 2)


def test_gradient_through_a_variable_used_several_times(K):
    check_gradient(K, lambda x: x * K.sum(x) + K.dot(x, K.transpose(x))[:, :1],
                   lambda x: x * np.sum(x) + np.dot(x, x.T)[:, :1], sample((2, 3), "float64"))


def test_second_derivative(K):
    value = sample((3,), "float64", low=0.5)
    x = K.variable(value, dtype="float64")
    first, = K.gradients(K.sum(x ** 3 + K.exp(x)), x)
    check(K, first, 3 * value ** 2 + np.exp(value))
    second, = K.gradients(first, x)
    check(K, second, 6 * value + np.exp(value))


def test_an_input_that_only_stands_beside_updates(K):
    x, unused, w = K.placeholder(()), K.placeholder((None,)), K.variable(1.0)
    f = K.function([unused, x], [x * 2], [K.update_add(w, x)])
    check_array(f([[1.0, 2.0], 3.0])[0], np.float32(6))
    check(K, w, np.float32(4))


def test_a_gradient_of_what_has_not_changed(K):
    """The gradient is the same each time, even if an engine recomputes only what has changed."""
    value = np.array([0.5, 2.0], "float32")
    w, x = K.variable(value), K.placeholder((2,))
    for function, expected in ((K.log, 1 / value), (lambda w: w ** 3, 3 * value ** 2),
                               (lambda w: K.maximum(K.sqrt(w + 0), 0.8), np.array([0, 2 ** -1.5], "float32")),
                               (lambda w: w * K.prod(w), np.array([6, 2.25], "float32"))):
        y = function(w)
        plain, = K.gradients(K.sum(y), [w])
        of_w, of_y = K.gradients(K.sum(y * x), [w, y])
        f, g = K.function([], [plain]), K.function([x], [of_w, of_y])
        for i in range(1, 4):
            check_array(f([])[0], expected)
            check(K, plain, expected)
            for got, wanted in zip(g([[i, i]]), (expected * i, np.full(2, i))):
                check_array(got, wanted, "float32")


def test_gradient_through_a_deep_graph(K):
    x = K.variable(1.0, dtype="float64")
    y = x
    for _ in range(1100):  # more than Python's recursion limit
        y = y * 1.001
    check(K, K.gradients(y, x)[0], np.float64(1.001 ** 1100))


def test_gradients_in_a_function_with_updates(K):
    x, w = K.placeholder(()), K.variable(2.0)
    gradient, = K.gradients(w * w * x, w)
    f = K.function([x], [gradient, w], [(w, gradient)])
    for expected in ([[12, 2]], [[72, 12]]):
        for value, number in zip(f([3]), expected[0]):
            check_array(value, np.float32(number))


def test_gradients_refuse(K):
    w, v = K.variable([1.0, 2.0], name="w"), K.variable([1.0, 2.0], name="v")
    n = K.variable([1, 2], dtype="int32", name="n")
    loss = K.sum(w * w)
    for variables, i in [([v], 0), ([w, v], 1), (v, 0)]:
        with pytest.raises(K.errors.GradientError, match=r"gradients\(\): the loss does not depend on "
                           r"variables\[%d\], the variable 'v' \(float32, \(2,\)\)" % i):
            K.gradients(loss, variables)
    with pytest.raises(K.errors.GradientError, match="the placeholder 'x'"):
        K.gradients(loss, [K.placeholder((2,), name="x")])
    with pytest.raises(K.errors.GradientError, match="the variable 'w'"):
        K.gradients(K.stop_gradient(loss), [w])
    with pytest.raises(K.errors.DtypeError,
                       match=r"gradients\(\): variables\[0\] has dtype int32; a floating dtype"):
        K.gradients(loss, [n])
    with pytest.raises(K.errors.DtypeError,
                       match=r"gradients\(\): loss has dtype int32; a floating dtype is needed"):
        K.gradients(K.sum(n), [w])
    for wrong in (None, 1.0, [loss]):
        with pytest.raises(K.errors.DtypeError, match=r"gradients\(\): loss must be a tensor, not"):
            K.gradients(wrong, [w])
    check(K, K.gradients(loss, w)[0], np.array([2, 4], "float32"))


def test_stop_gradient(K):
    w = K.variable([1.0, 2.0])
    stopped = K.stop_gradient(K.square(w))
    check(K, stopped, np.array([1, 4], "float32"))
    check(K, K.gradients(K.sum(stopped * w), w)[0], np.array([1, 4], "float32"))
    both = K.stop_gradient([w, w * 2])
    assert isinstance(both, list)
    check(K, K.gradients(K.sum(both[0] * both[1] * w), w)[0], np.array([2, 8], "float32"))
    for dtype in DTYPES:
        x = sample((2,), dtype)
        check(K, K.stop_gradient(K.constant(x, dtype=dtype)), x)
    x = K.placeholder((None,))
    check_array(K.function([x], K.stop_gradient(x))([[1, 2]]), np.array([1, 2], "float32"))


# -- name scopes ----------------------------------------------------------------------------------------

def test_name_scope(K):
    with K.name_scope("a"):
        x = K.variable(0.0, name="x")
        with K.name_scope("b"):
            names = [K.variable(0.0, name="x").name, K.placeholder((), name="p").name,
                     K.constant(0.0, name="c").name,
                     K.zeros_like(x, name="z").name, K.identity(x, name="i").name, K.size(x, name="n").name,
                     K.zeros((2,), name="o").name, K.random_uniform_variable((1,), 0, 1, name="r").name]
        assert K.variable(0.0, name="y").name == "a/y"
        assert K.variable(0.0).name.startswith("a/variable")
        assert (x + 1).name is None
    assert names == ["a/b/" + name for name in "xpczinor"]
    assert K.variable(0.0, name="x").name == "x"
    check(K, x + 1, np.float32(1))


def test_name_scope_ends_with_an_error(K):
    with pytest.raises(K.errors.ShapeError), K.name_scope("a"):
        K.ones((2,)) + K.ones((3,))
    assert K.variable(0.0, name="x").name == "x"


def test_name_scopes_of_two_backends(K, engine):
    other = "theano" if engine != "theano" else "cntk"
    with K.name_scope("a"):
        with K.use_backend(other):
            assert K.variable(0.0, name="x").name == "x"
            with K.name_scope("b"):
                assert K.variable(0.0, name="x").name == "b/x"
        assert K.variable(0.0, name="x").name == "a/x"


# -- control dependencies -------------------------------------------------------------------------------

def test_control_dependencies_come_along(K):
    v, x = K.variable(1.0), K.variable(5.0)
    with K.control_dependencies([K.update_add(v, 1)]):
        y = K.identity(x) * 2
    check(K, y, np.float32(10))
    check(K, v, np.float32(2))
    check_array(K.function([], [y])([])[0], np.float32(10))
    check(K, v, np.float32(3))
    check(K, x, np.float32(5))
    check(K, v, np.float32(3))


def test_inside_control_dependencies_a_variable_is_updated_already(K):
    v = K.variable(1.0)
    with K.control_dependencies([K.update_add(v, 1)]):
        y = v * 10
    before = v * 10
    for value, expected in zip(K.function([], [y, before])([]), [20, 10]):
        check_array(value, np.float32(expected))
    check(K, v, np.float32(2))


def test_updates_one_after_the_other(K):
    v = K.variable(1.0)
    first = K.update_add(v, 1)
    with K.control_dependencies([first]):
        second = K.update(v, v * 10)
        with K.control_dependencies(second):
            third = K.update_add(v, 1)
    for value, expected in zip(K.function([], [first, second, third])([]), [2, 20, 21]):
        check_array(value, np.float32(expected))
    check(K, v, np.float32(21))
    K.function([], [], [third, first])([])
    check(K, v, np.float32(221))
    with pytest.raises(K.errors.ArgumentError, match="is updated a second time"):
        K.function([], [], [third, K.update(v, 0)])


def test_control_dependencies_do_not_hold_for_what_is_not_computed(K):
    v = K.variable(1.0)
    with K.control_dependencies([K.update_add(v, 1)]):
        w, x = K.variable(5.0), K.placeholder(())
        assert K.get_value(v) == 1
        assert K.eval(w) == 5
    check(K, w * 2, np.float32(10))
    check_array(K.function([x], x)([3]), np.float32(3))
    check(K, v, np.float32(1))


def test_control_dependencies_end_with_an_error(K):
    v = K.variable(1.0)
    with pytest.raises(KeyError), K.control_dependencies([K.update_add(v, 1)]):
        raise KeyError("mine")
    check(K, K.ones(()) * 2, np.float32(2))
    check(K, v, np.float32(1))


def test_control_dependencies_refuse(K):
    for wrong in (None, ["a"]):
        with pytest.raises(K.errors.DtypeError,
                           match=r"control_dependencies\(\): control_inputs\[0\] must be a tensor"):
            with K.control_dependencies(wrong):
                pass
    check(K, K.ones(()) + 1, np.float32(2))


# -- printing -------------------------------------------------------------------------------------------

def test_print_tensor(K, capsys):
    x = K.variable([[1.0, 2.5], [3.0, 4.0]])
    y = K.print_tensor(x, message="x is ") * 2
    assert capsys.readouterr().out == ""
    check(K, y, np.array([[2, 5], [6, 8]], "float32"))
    assert capsys.readouterr().out == "x is [[1.  2.5]\n [3.  4. ]]\n"
    f = K.function([], [y])
    assert capsys.readouterr().out == ""
    for _ in range(2):
        f([])
        assert capsys.readouterr().out == "x is [[1.  2.5]\n [3.  4. ]]\n"


def test_print_tensor_of_every_dtype(K, capsys):
    for dtype in DTYPES:
        x = K.constant([1, 0], dtype=dtype)
        check(K, K.print_tensor(x), np.array([1, 0], dtype))
        assert capsys.readouterr().out == "%s\n" % np.array([1, 0], dtype)
    check(K, K.print_tensor(K.constant(2.5), "é: "), np.float32(2.5))
    assert capsys.readouterr().out == "é: 2.5\n"


@pytest.mark.parametrize("message, printed", [(None, "2.5\n"), ("", "2.5\n"), (3, "32.5\n"), ("x ", "x 2.5\n")])
def test_the_message_of_print_tensor(K, capsys, message, printed):
    check(K, K.print_tensor(K.constant(2.5), message), np.float32(2.5))
    assert capsys.readouterr().out == printed


def test_the_message_of_print_tensor_is_a_string(K):
    for message in (["x"], np.array(["x", "y"]), K.constant(1.0)):
        with pytest.raises(K.errors.ArgumentError, match=r"print_tensor\(\): message must be a string, not"):
            K.print_tensor(K.constant(2.5), message)


def test_print_tensor_is_done_for_its_own_sake(K, capsys):
    x, v = K.placeholder((None,)), K.variable(0.0)
    with K.control_dependencies([K.print_tensor(x, "x: ")]):
        y = K.sum(x) * 2
    check_array(K.function([x], [y])([[1, 2]])[0], np.float32(6))
    assert capsys.readouterr().out == "x: [1. 2.]\n"
    K.function([x], [], [K.update(v, K.sum(K.print_tensor(x, "u: ")))])([[3, 4]])
    assert capsys.readouterr().out == "u: [3. 4.]\n"
    check(K, v, np.float32(7))


def test_print_tensor_has_the_gradient_of_its_argument(K, capsys):
    x = K.variable([1.0, 2.0])
    check(K, K.gradients(K.sum(K.print_tensor(x) ** 2), x)[0], np.array([2, 4], "float32"))


# -- eager and symbolic ---------------------------------------------------------------------------------

def test_eager_results_are_concrete(K):
    seen = []

    @K.eager
    def compute(x, factor=1):
        """Twice."""
        y = x * 2 * factor
        seen.append((y.kind, np.asarray(y).tolist(), bool(K.sum(y) > 1), float(K.sum(y)), int(K.sum(y))))
        return y
    result = compute(K.constant([1.0, 2.0]), factor=2)
    check(K, result, np.array([4, 8], "float32"))
    assert seen == [("constant", [4, 8], True, 12.0, 12)]
    assert (compute.__name__, compute.__doc__) == ("compute", "Twice.")


def test_eager_values_do_not_change_with_their_variables(K):
    v = K.variable(1.0)
    y = K.eager(lambda: v * 2)()
    symbolic = v * 2
    K.set_value(v, 10.0)
    check(K, y, np.float32(2))
    check(K, symbolic, np.float32(20))


def test_eager_updates_at_once(K):
    def run():
        v = K.variable(1.0)
        values = []
        for _ in range(3):
            new = K.update_add(v, K.sum(v))
            values.append((float(new), float(v)))
        return v, values
    v, values = K.eager(run)()
    assert values == [(2, 2), (4, 4), (8, 8)]
    check(K, v, np.float32(8))


def test_eager_of_every_kind_of_function(K, capsys):
    def run():
        x = K.constant([[1.0, 2.0], [3.0, 4.0]])
        K.print_tensor(x[0], "row ")
        with K.name_scope("a"):
            assert K.variable(0.0, name="v").name == "a/v"
        parts = [K.dot(x, x), K.max(x), K.concatenate([x, x]), K.softmax(x), x[:, 1], K.shape(x),
                 K.cast(x, "int32"),
                 K.stop_gradient([x])[0], K.argmax(x), x > 2, K.one_hot(K.cast(x[0], "int32"), 3)]
        assert all(part.kind == "constant" for part in parts)
        return parts
    parts = K.eager(run)()
    assert capsys.readouterr().out == "row [1. 2.]\n"
    check(K, parts[0], np.array([[7, 10], [15, 22]], "float32"))
    check(K, parts[5], np.array([2, 2], "int32"))


def test_what_needs_the_graph_is_refused_in_eager(K):
    x = K.variable(1.0)
    for name, arguments in [("placeholder", ((2,),)), ("function", ([], [x])), ("gradients", (x * x, [x]))]:
        with pytest.raises(K.errors.EagerError,
                           match=r"%s\(\): it works on the graph; call it outside eager" % name):
            K.eager(functools.partial(getattr(K, name), *arguments))()
    check(K, K.eager(lambda: x + 1)(), np.float32(2))
    p = K.placeholder(())
    with pytest.raises(K.errors.PlaceholderError,
                       match=r"multiply\(\): a value is needed for the placeholder"):
        K.eager(lambda: p * 2)()


def test_functions_can_be_called_in_eager(K):
    x = K.placeholder((None,))
    f = K.function([x], x * 2)
    check_array(K.eager(lambda: f([K.ones((2,)) * 3]))(), np.array([6, 6], "float32"))


def test_eager_and_symbolic_nest(K):
    v = K.variable(1.0)

    @K.symbolic
    def graph():
        y = v * 2
        assert y.kind == "tensor"
        assert K.eager(lambda: v * 3)().kind == "constant"
        x = K.placeholder(())
        assert K.function([x], x * 2)([4]) == 8
        return y, (v * 4)

    @K.eager
    def outside():
        assert (v * 2).kind == "constant"
        y, z = graph()
        assert (v * 2).kind == "constant"
        return y, z
    y, z = outside()
    assert (v * 2).kind == "tensor"
    K.set_value(v, 5.0)
    check(K, y, np.float32(10))
    check(K, z, np.float32(20))
    check(K, graph()[0], np.float32(10))


def test_eager_ends_with_an_error(K):
    def fail():
        raise KeyError("mine")
    with pytest.raises(KeyError, match="mine"):
        K.eager(fail)()
    assert (K.ones(()) * 2).kind == "tensor"
    with pytest.raises(K.errors.ShapeError):
        K.eager(lambda: K.ones((2,)) + K.ones((3,)))()
    assert (K.ones(()) * 2).kind == "tensor"


def test_eager_results_carry_no_control_dependencies(K):
    v = K.variable(1.0)
    with K.control_dependencies([K.update_add(v, 1)]):
        y = K.eager(lambda: K.ones(()) * 3)()
    before = K.get_value(v)
    check(K, y * 2, np.float32(6))
    assert K.get_value(v) == before


def test_eager_and_symbolic_refuse(K):
    for mode in (K.eager, K.symbolic):
        with pytest.raises(K.errors.ArgumentError, match="func must be a function, not int"):
            mode(5)


# -- clear_session --------------------------------------------------------------------------------------

def test_clear_session(K):
    x = K.variable(1.0, name="x")
    p = K.placeholder(())
    f = K.function([p], p + x)
    y = x + 1
    assert f([1]) == 2
    assert K.clear_session() is None
    for use in (lambda: K.eval(x), lambda: x + 1, lambda: K.eval(y), lambda: f([1]),
                lambda: K.function([p], p),
                lambda: K.set_value(x, 2.0), lambda: K.sum([x, 1.0]), lambda: K.gradients(y, x),
                lambda: float(y)):
        with pytest.raises(K.errors.StaleTensorError, match=r"clear_session\(\) has dropped; make it again"):
            use()
    x = K.variable(2.0)
    assert x.name == "variable"
    check(K, x + 1, np.float32(3))


def test_clear_session_inside_scopes(K):
    v = K.variable(1.0)
    with K.name_scope("a"), K.control_dependencies([K.update_add(v, 1)]):
        K.clear_session()
        x = K.variable(1.0, name="x")
        with K.name_scope("b"):
            assert K.variable(1.0, name="y").name == "b/y"
        check(K, x + 1, np.float32(2))
    assert x.name == "x"
    with K.name_scope("c"):
        assert K.variable(1.0, name="z").name == "c/z"


def test_clear_session_in_eager(K):
    def run():
        x = K.ones((2,)) * 2
        K.clear_session()
        with pytest.raises(K.errors.StaleTensorError):
            x + 1
        return K.ones((2,)) * 3
    check(K, K.eager(run)(), np.full(2, 3, "float32"))


def test_clear_session_leaves_other_backends_alone(K, engine):
    x = K.variable(1.0)
    other = "theano" if engine != "theano" else "cntk"
    with K.use_backend(other):
        K.clear_session()
    check(K, x + 1, np.float32(2))


# -- what a graph costs -----------------------------------------------------------------------------------

def test_a_tensor_from_a_gradient_has_gradients(K):
    x = K.placeholder((2,))
    y = x
    for _ in range(3):
        y = y - 0.1 * K.gradients(K.sum(K.square(y)), [y])[0]
    check_array(K.function([x], [y])([[1, 2]])[0], np.array([0.512, 1.024], "float32"))


def test_an_evaluation_costs_what_it_needs(K):
    """It does not pay for what was built, evaluated and dropped earlier."""
    x = K.variable([1.0, 2.0])

    def seconds():
        times = []
        for _ in range(15):
            start = time.perf_counter()
            K.eval(x * 2.0 + 1.0)
            times.append(time.perf_counter() - start)
        return min(times)
    first, y = seconds(), x
    for _ in range(2000):
        y = y * 1.0
    K.eval(y)
    for i in range(50):
        K.function([], [x * float(i)])([])
    assert seconds() < 5 * first


def test_functions_and_variables_that_are_dropped_are_freed(K):
    host = K.session.current_host()

    def round_of(count):
        for i in range(count):
            v, p = K.variable(np.full((1 << 18,), i)), K.placeholder((2,))  # 1 MB
            K.function([p], [p * K.sum(v)], [K.update(v, v * 2)])([[1, 2]])
            K.eval(K.gradients(K.sum(v * v), [v])[0][:1])
        del v
        K.eval(K.ones(()) + 1)
        return host.memory()
    round_of(20)
    before = round_of(20)
    assert round_of(60) < before + (30 << 20)


def test_a_graph_as_text(K):
    x, w = K.placeholder((None, 2), name="x"), K.variable(np.ones((2, 3)), name="w")
    assert K.sum(K.dot(x, w), axis=1).describe().splitlines() == [
        "%0 = placeholder 'x' (float32, (None, 2))", "%1 = variable 'w' (float32, (2, 3))",
        "%2 = tensor (float32, (None, 3)): dot(%0, %1)",
        "%3 = tensor (float32, (None,)): sum(%2, axis=(1,), keepdims=False)"]
    text = K.map_fn(lambda row: row * w[0, 0], K.ones((3, 2))).describe()
    assert "body of fn:" in text and ": multiply(" in text


# -- infinite gradients ---------------------------------------------------------------------------------------

INF = float("inf")
# name: (function, values, their gradients). Where the outer function's gradient is infinite, an inner derivative of 0
# gives 0; where the inner function's derivative is infinite, an outer gradient of 0 stays 0.
CONTRIBUTIONS = {
    "relu": (lambda K, x: K.sqrt(K.relu(x)), [-1, 0, 4], [0, 0, .25]),
    "relu with a limit": (lambda K, x: K.sqrt(6 - K.relu(x, max_value=6)), [9, 2], [0, -.25]),
    "log of relu": (lambda K, x: K.log(K.relu(x)), [-1, 0, 4], [0, 0, .25]),
    "max": (lambda K, x: K.sqrt(K.max(x)), [-1, 0, -3], [0, INF, 0]),
    "max of equals": (lambda K, x: K.max(x) ** .5, [4, 1, 4], [.125, 0, .125]),
    "min of rows": (lambda K, x: K.sqrt(K.min(K.reshape(x, (2, 2)), 1)), [1, 0, 9, 4], [0, INF, 0, .25]),
    "prod": (lambda K, x: K.sqrt(K.prod(x)), [0, 2, 4], [INF, 0, 0]),
    "prod that is -0": (lambda K, x: K.sqrt(K.prod(x)), [-1, 0, 4], [0, -INF, 0]),
    "prod with two zeros": (lambda K, x: K.sqrt(K.prod(x)), [0, 0, 4], [0, 0, 0]),
    "sqrt of -0": (lambda K, x: K.sqrt(x), [-0.0, 0], [INF, INF]),
    "cumprod": (lambda K, x: K.sqrt(K.cumprod(x)), [1, 0, 4], [.5, INF, 0]),
    "cumprod with two zeros": (lambda K, x: K.sqrt(K.cumprod(x)), [4, 0, 0, 4], [.25, INF, 0, 0]),
    "cumsum": (lambda K, x: K.sqrt(K.cumsum(x)), [0, 1], [INF, .5]),
    "clip": (lambda K, x: K.sqrt(K.clip(x, 0, 1)), [-1, 0, .25, 3], [0, INF, 1, .0]),
    "maximum": (lambda K, x: K.sqrt(K.maximum(x, 0)), [-1, 4], [0, .25]),
    "minimum": (lambda K, x: K.sqrt(0 - K.minimum(x, 0)), [1, -4], [0, -.25]),
    "abs": (lambda K, x: K.sqrt(K.abs(x)), [0, -4, 4], [0, -.25, .25]),
    "square": (lambda K, x: K.sqrt(K.square(x)), [0, -4, 4], [0, -1, 1]),
    "x * x": (lambda K, x: K.sqrt(x * x), [0, 4], [0, 1]),
    "a mask": (lambda K, x: K.sqrt(x * np.array([0, 1])), [3, 4], [0, .25]),
    "pow": (lambda K, x: K.sqrt(K.pow(x, 2)), [0, 4], [0, 1]),
    "pow of 0": (lambda K, x: 1 / (K.pow(x, 0) - 1), [0, 4], [0, 0]),
    "0 / x": (lambda K, x: K.sqrt(0 / x), [3], [0]),
    "cos": (lambda K, x: 1 / (K.cos(x) - 1), [0], [0]),
    "exp": (lambda K, x: K.sqrt(K.exp(x)), [-1000], [0]),
    "elu": (lambda K, x: K.sqrt(K.elu(x) + 1), [-1000, 3], [0, .25]),
    "sigmoid": (lambda K, x: K.log(K.sigmoid(x)), [-1000, 0], [0, .5]),
    "1 - sigmoid": (lambda K, x: K.log(1 - K.sigmoid(x)), [1000, 0], [0, -.5]),
    "hard_sigmoid": (lambda K, x: K.log(K.hard_sigmoid(x)), [-10, 0], [0, .4]),
    "tanh": (lambda K, x: K.log(1 - K.tanh(x)), [1000, 0], [0, -1]),
    "softplus": (lambda K, x: K.log(K.softplus(x)), [-1000], [0]),
    "softmax": (lambda K, x: K.log(K.softmax(x)), [-1000, 0], [0, 0]),
    "softmax of rows": (lambda K, x: K.log(K.softmax(K.reshape(x, (2, 1, 2)))), [-1000, 0, 0, 0], [0, 0, 0, 0]),
    "std": (lambda K, x: K.std(K.reshape(x, (2, 2)), axis=1), [2, 2, 1, 3], [0, 0, -.5, .5]),
    "var": (lambda K, x: K.sqrt(K.var(x)), [2, 2, 2], [0, 0, 0]),
    "l2_normalize": (lambda K, x: K.l2_normalize(x), [0, 0], [1e6, 1e6]),
    "max pooling": (lambda K, x: K.sqrt(K.pool2d(K.reshape(x, (1, 2, 2, 1)), (2, 2))), [0, -1, -2, -3], [INF, 0, 0, 0]),
    "gather": (lambda K, x: K.sqrt(K.gather(x, K.constant([0], dtype="int32"))), [0, 1], [INF, 0]),
    "a part": (lambda K, x: K.sqrt(x[1:]), [4, 0, 4], [0, INF, .25]),
    "concatenate": (lambda K, x: K.sqrt(K.concatenate([x, x * 0])), [4, 0], [.25, INF]),
    "dropout": (lambda K, x: K.sqrt(K.dropout(x, .999999, seed=1)), [3, 4], [0, 0]),
    "batch_normalization": (lambda K, x: K.sqrt(K.batch_normalization(
        x, np.array([3, 0]), np.ones(2), np.zeros(2), np.array([0, 1]), epsilon=0)), [3, 4], [0, .25]),
    "%": (lambda K, x: K.sqrt(x % 2), [0, 4.5], [INF, .5 ** .5]),
    "//": (lambda K, x: K.sqrt(x // 2), [0, 9], [0, 0]),
    "switch": (lambda K, x: K.sqrt(K.switch(x > 1, x, x * 0)), [0, 4], [0, .25]),
    "sqrt that is not chosen": (lambda K, x: K.switch(x > 0, K.sqrt(x), x), [0, 4], [1, .25]),
    "log that is not chosen": (lambda K, x: K.switch(x > 0, K.log(x), x), [0, 4], [1, .25]),
    "1 / x that is not chosen": (lambda K, x: K.switch(K.not_equal(x, 0), 1 / x, x), [0, 4], [1, -.0625]),
    "2 / x that is not chosen": (lambda K, x: K.switch(x > 0, (x + 2) / x, x), [0, 4], [1, -.125]),
    "pow that is not chosen": (lambda K, x: K.switch(x > 0, K.pow(x, .5), x), [0, 4], [1, .25]),
    "exp that is not chosen": (lambda K, x: K.switch(x < 50, K.log(1 + K.exp(x)), x), [1000, 0], [1, .5]),
    "in a loop": (lambda K, x: K.map_fn(lambda one: K.sqrt(K.relu(one) * one), K.reshape(x, (2, 1))), [0, 4], [0, 1]),
    "logsumexp": (lambda K, x: K.sqrt(K.logsumexp(x)), [0, -1000], [INF, 0]),
    "logsumexp of rows": (lambda K, x: K.sqrt(K.logsumexp(K.reshape(x, (2, 2)), axis=1)), [0, -1000, 4, -1000],
                          [INF, 0, .25, 0]),
    "categorical_crossentropy": (lambda K, x: K.sqrt(K.categorical_crossentropy(
        K.constant([[0, 1]], x.dtype), K.reshape(x, (1, 2)))), [0, 1], [0, 0]),
    "sparse_categorical_crossentropy": (lambda K, x: K.sqrt(K.sparse_categorical_crossentropy(
        K.constant([1], "int32"), K.reshape(x, (1, 2)))), [0, 1], [0, 0]),
    "binary_crossentropy": (lambda K, x: K.sqrt(K.binary_crossentropy(K.constant([1, 0], x.dtype), x)), [1, 0], [0, 0]),
    "binary_crossentropy from logits": (lambda K, x: K.sqrt(K.binary_crossentropy(
        K.constant([0], x.dtype), x, from_logits=True)), [-1000], [0]),
    "the last output of a masked rnn": (lambda K, x: masked_rnn(K, x)[0], [1, 0, 0, 4], [.5, 0, 0, .25]),
    "all outputs of a masked rnn": (lambda K, x: masked_rnn(K, x)[1], [1, 0, 0, 4], [1, 0, 0, .25]),
    "a masked rnn": (lambda K, x: K.sqrt(masked_rnn(K, x * 0)[0]), [1, 0, 0, 4], [0, 0, 0, 0]),
}


def masked_rnn(K, x):
    """The sums of the roots of x, as two samples of two time steps, of which each has one that is masked."""
    def step(element, states):
        total = K.sqrt(element) + states[0]
        return total, [total]
    return K.rnn(step, K.reshape(x, (2, 2, 1)), [K.zeros((2, 1), x.dtype)], mask=K.constant([[1, 0], [0, 1]], "bool"))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_what_does_not_contribute_has_a_gradient_of_0(K, dtype):
    too_large = ("dropout", "l2_normalize") if dtype == "float16" else ()  # numbers for float16
    tolerance = 2e-3 if dtype == "float16" else 1e-5
    for name, (build, values, expected) in CONTRIBUTIONS.items():
        if name not in too_large:
            x = K.variable(values, dtype)
            gradient, = K.gradients(K.sum(build(K, x)), [x])
            np.testing.assert_allclose(K.eval(gradient), np.array(expected, dtype), rtol=tolerance, atol=tolerance / 10,
                                       err_msg=name)


def test_infinite_gradients_that_meet(K):
    """Where infinite gradients of opposite signs are added, and in a product of matrices, the sum is nan."""
    x = K.variable([-1000.0, 1000.0])
    for loss in (K.sqrt(K.categorical_crossentropy(K.constant([[0., 1.]]), K.reshape(x, (1, 2)), from_logits=True)),
                 K.sqrt(K.sparse_categorical_crossentropy(K.constant([1], "int32"), K.reshape(x, (1, 2)), True))):
        check_array(K.eval(K.gradients(loss, [x])[0]), np.array([0, np.nan], "float32"))
    x = K.variable([[3.0, 0.0]])
    for product in (K.dot(x, K.constant([[0.], [1.]])), K.batch_dot(x, K.constant([[0., 1.]]), axes=1)):
        check_array(K.eval(K.gradients(K.sqrt(product), [x])[0]), np.array([[np.nan, INF]], "float32"))


def test_what_does_not_contribute_has_a_gradient_of_0_in_a_function(K):
    names = ("relu", "max", "cumprod", "square", "a mask", "sigmoid", "pow", "log that is not chosen", "in a loop")
    variables = [K.variable(CONTRIBUTIONS[name][1]) for name in names]
    gradients = [K.gradients(K.sum(CONTRIBUTIONS[name][0](K, x)), [x])[0] for name, x in zip(names, variables)]
    for name, value in zip(names, K.function([], gradients)([])):
        np.testing.assert_allclose(value, CONTRIBUTIONS[name][2], rtol=1e-5, atol=1e-6, err_msg=name)


def test_a_gradient_that_is_nan_because_a_value_is_stays_nan(K):
    x = K.variable([float("nan"), 0.0])
    for build in (K.square, lambda x: x * x, K.exp, K.cos):
        gradient, = K.gradients(K.sum(build(x)), [x])
        assert np.isnan(K.eval(gradient)).tolist() == [True, False]


BESIDE_NAN = {  # by name: a function; values, of which the last is nan; the gradient of the others
    "a mask": (lambda K, x: K.sqrt(x * np.array([0, 1, 1])), [3, 4, np.nan], [0, .25]),
    "square": (lambda K, x: K.sqrt(K.square(x)), [0, -4, np.nan], [0, -1]),
    "exp": (lambda K, x: K.sqrt(K.exp(x)), [-1000, 0, np.nan], [0, .5]),
    "tanh": (lambda K, x: K.log(1 - K.tanh(x)), [1000, 0, np.nan], [0, -1]),
    "sigmoid": (lambda K, x: K.log(K.sigmoid(x)), [-1000, 0, np.nan], [0, .5]),
    "softmax of rows": (lambda K, x: K.log(K.softmax(K.reshape(x, (3, 2)))), [-1000, 0, 0, 0, 1, np.nan], [0, 0, 0, 0]),
}


@pytest.mark.parametrize("what", BESIDE_NAN)
def test_what_does_not_contribute_has_a_gradient_of_0_where_the_loss_is_nan(K, what):
    build, values, expected = BESIDE_NAN[what]
    x = K.variable(values)
    loss = K.sum(build(K, x))
    gradient = K.eval(K.gradients(loss, [x])[0])
    assert np.isnan(K.eval(loss))
    np.testing.assert_allclose(gradient[:len(expected)], expected, rtol=1e-5, atol=1e-6)


def test_a_function_computes_what_an_evaluation_does(K):
    """Optimizations keep every value: nan, infinity and the sign of 0 are the same."""
    values = [np.nan, np.inf, -np.inf, -0.0, 0.0, 1.0]
    expressions = {
        "x + 0": lambda x: x + 0.0, "x - x": lambda x: x - x, "x * 0": lambda x: x * 0.0, "0 / x": lambda x: 0.0 / x,
        "x / x": lambda x: x / x, "0 - (0 - x)": lambda x: 0.0 - (0.0 - x),
        "0 - x": lambda x: 0.0 - x, "x ** 0": lambda x: x ** 0.0,
        "a product with zeros": lambda x: K.dot(K.reshape(x, (1, 6)), K.zeros((6, 2)))}
    x, v = K.placeholder((6,)), K.variable(values)
    results = K.function([x], [make(x) for make in expressions.values()])([values])
    for (what, make), result in zip(expressions.items(), results):
        expected = K.eval(make(v))
        np.testing.assert_array_equal(result, expected, err_msg=what)
        there = ~np.isnan(expected)
        np.testing.assert_array_equal(np.signbit(result[there]), np.signbit(expected[there]), err_msg=what)


def test_a_constant_0_added_to_minus_0(K, engine):
    """0, as in NumPy, except on JAX, whose compiler drops the addition: see docs/semantics.md."""
    x, zero = K.placeholder((None,)), K.variable([0.0])
    results = K.function([x], [x + 0.0, x + zero])([[-0.0]])
    assert [bool(np.signbit(result[0])) for result in results] == [engine == "jax", False]


def test_a_reshape_that_does_not_fit_what_is_fed_is_an_error(K):
    x = K.placeholder((None,))
    for make in (lambda: K.reshape(x, (2,)), lambda: K.sum(K.reshape(x, (2,))), lambda: K.reshape(x, (2, 1)) * 2):
        f = K.function([x], [make()])
        f([[1, 2]])
        with pytest.raises(K.errors.EngineError):
            f([[1, 2, 3]])


def test_which_kernels_are_ours(K, engine):
    """The kernels themselves report which ones this package implements; docs/conformance.md is written from that."""
    own = K.session.current_host().describe_kernels()["own"]
    ours = {"torch": ["loop", "floor_divide", "ctc_decode"],
            "tensorflow": ["print_tensor"], "theano": ["loop", "max", "pad", "pool", "sigmoid", "print_tensor"],
            "cntk": ["log", "max", "relu", "divide", "print_tensor"],
            "jax": ["print_tensor", "ctc_batch_cost", "ctc_decode"],
            "numpy": ["loop", "convolution", "pool", "floor_divide", "ctc_decode"]}[engine]
    theirs = {"torch": ["dot", "exp", "max", "softmax", "gather", "convolution", "pool"],
              "tensorflow": ["dot", "max", "relu", "pool", "loop"], "theano": ["dot", "exp", "convolution", "add"],
              "cntk": ["dot", "exp", "convolution", "add", "pool"],
              "jax": ["dot", "exp", "softmax", "gather"],
              "numpy": ["dot", "exp", "max", "softmax", "gather"]}[engine]
    assert set(ours) <= set(own) and set(own).isdisjoint(theirs)
