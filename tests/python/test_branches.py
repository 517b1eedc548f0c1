"""The branches of ``switch``: what a function of the branch that is not chosen would raise or print."""

import functools

import numpy as np
import pytest
from checks import check, check_array

PROBABILITIES = [[[.2, .3, .5], [.6, .1, .3]]]


def of_unknown_sizes(K, value, dtype):
    """A tensor with this value whose sizes are not known while the graph is built."""
    array = np.array(value, dtype)
    x = K.constant(array, dtype=dtype)
    for axis in range(array.ndim):
        order = [axis] + [i for i in range(array.ndim) if i != axis]
        x = K.permute_dimensions(x, order)[K.constant([True] * array.shape[axis], "bool")]
        x = K.permute_dimensions(x, np.argsort(order).tolist())
    assert K.int_shape(x) == (None,) * array.ndim
    return x


# By name: a dtype and a shape; a value for which the first branch fails; the two branches, functions of a tensor;
# the value of the second one; a value for which the first does not fail, and the result for that.
FAILING = {
    "the last of no elements": ("float32", (None,), [], lambda K, x: (lambda: x[-1], lambda: K.sum(x)), 0, [1, 3], 3),
    "x[n - 1] of no elements": ("float32", (None,), [], lambda K, x: (lambda: x[K.shape(x)[0] - 1],
                                                                        lambda: K.sum(x)), 0, [1, 3], 3),
    "a position too large": ("float32", (None,), [1, 2], lambda K, x: (lambda: x[2], lambda: K.sum(x)), 3,
                             [1, 2, 5], 5),
    "a computed position": ("int32", (None,), [3, 2], lambda K, n: (lambda: n[K.sum(n)], lambda: K.sum(n)), 5,
                            [2, -1], -1),
    "a computed position below": ("int32", (None,), [-3, 0], lambda K, n: (lambda: n[K.sum(n)], lambda: K.sum(n)),
                                  -3, [-2, 0], -2),
    "gather": ("int32", (None,), [7, -1], lambda K, n: (
        lambda: K.gather(K.constant([1., 2., 3.]), n), lambda: K.cast(n, "float32")), [7, -1], [2, 0], [3, 1]),
    "gather of a scalar": ("int32", (), 3, lambda K, n: (
        lambda: K.gather(K.constant([[1., 2.], [3., 4.]]), n), lambda: K.zeros((2,))), [0, 0], 1, [3, 4]),
    "gather of no slices": ("float32", (None,), [], lambda K, x: (
        lambda: K.gather(x, K.constant([1, 0], "int32")), lambda: K.ones((2,))), [1, 1], [5, 6], [6, 5]),
    "//": ("int32", (None,), [0, 2], lambda K, n: (lambda: 7 // n, lambda: n), [0, 2], [2, -2], [3, -4]),
    "%": ("int64", (None,), [0, 2], lambda K, n: (lambda: 7 % n, lambda: n), [0, 2], [4, 5], [3, 2]),
    "pow": ("int32", (None,), [-1, 2], lambda K, n: (lambda: K.pow(2 + 0 * n, n), lambda: n), [-1, 2], [3, 0], [8, 1]),
    "// by a scalar": ("uint8", (), 0, lambda K, n: (lambda: K.constant([7, 9], "uint8") // n,
                                                      lambda: K.constant([1, 2], "uint8")), [1, 2], 2, [3, 4]),
    "a slice": ("float32", (None,), [1], lambda K, x: (lambda: K.slice(x, 1, 2), lambda: K.ones((2,))), [1, 1],
                [1, 2, 3], [2, 3]),
    "a slice from a computed position": ("int32", (None,), [3, 0], lambda K, n: (
        lambda: K.slice(n, K.sum(n), 1), lambda: K.ones((1,), "int32")), [1], [0, 1], [1]),
    "a computed slice longer than x": ("float32", (None,), [1], lambda K, x: (
        lambda: K.slice(x, K.cast(x[0], "int32"), 2), lambda: K.ones((2,))), [1, 1], [1, 8, 9], [8, 9]),
    "squeeze": ("float32", (None, None), [[1, 2]], lambda K, x: (lambda: K.squeeze(x, 1), lambda: x[:, 0]), [1],
                [[3], [4]], [3, 4]),
    "a window": ("float32", (None, None), [[1, 2]], lambda K, x: (
        lambda: K.max(K.pool2d(K.expand_dims(K.expand_dims(x, 0)), (2, 2))), lambda: K.sum(x)), 3, [[1, 2], [3, 4]], 4),
    "the lengths of ctc_batch_cost": ("int32", (None,), [9], lambda K, n: (
        lambda: K.cast(K.ctc_batch_cost(K.constant([[1]]), K.constant(PROBABILITIES), n, [1]) > 9, "int32"),
        lambda: K.expand_dims(n)), [[9]], [2], [[0]]),
    "the labels of ctc_batch_cost": ("int32", (None,), [9], lambda K, n: (
        lambda: K.cast(K.ctc_batch_cost(K.expand_dims(n), K.constant(PROBABILITIES), [2], [1]) > 9, "int32"),
        lambda: K.expand_dims(n)), [[9]], [1], [[0]]),
    "the lengths of ctc_decode": ("int32", (None,), [9], lambda K, n: (
        lambda: K.cast(K.ctc_decode(K.constant(PROBABILITIES), n)[1] > 9, "int32"), lambda: K.expand_dims(n)), [[9]],
        [2], [[0]]),
}


@pytest.mark.parametrize("what", FAILING)
def test_errors_of_the_branch_that_is_not_chosen(K, what):
    dtype, _, failing, branches, other, works, chosen = FAILING[what]

    def switched(of_x, on):
        return K.switch(K.constant(on, "bool"), *branches(K, of_unknown_sizes(K, of_x, dtype)))
    for of_x, on, expected in ((failing, False, other), (works, True, chosen)):
        y = switched(of_x, on)
        check_array(K.eval(y), np.array(expected, y.dtype))
    with pytest.raises(K.errors.EngineError):
        K.eval(switched(failing, True))


def test_a_function_of_many_branches(K):
    p, cases = K.placeholder((), dtype="bool"), list(FAILING.values())
    inputs = [K.placeholder(shape, dtype=dtype) for dtype, shape, *_ in cases]
    branches = [make(K, x) for x, (_, _, _, make, *_) in zip(inputs, cases)]
    outputs = [K.in_train_phase(*each, training=p) for each in branches]
    f = K.function([*inputs, p], outputs)
    for values, on in (([case[2] for case in cases], False), ([case[5] for case in cases], True)):
        for result, y, (*_, other, _, chosen) in zip(f([*values, on]), outputs, cases):
            check_array(result, np.array(chosen if on else other, y.dtype))
    with pytest.raises(K.errors.EngineError):
        f([*(case[2] for case in cases), True])


def by_zero(K, n):
    return 7 // n


NESTED = {  # by name: functions of the division, of n, and of two conditions; the conditions for which it is chosen
    "then, then": (lambda K, d, n, p, q: K.switch(p, lambda: K.switch(q, d, lambda: n), lambda: n), [(1, 1)]),
    "else, then": (lambda K, d, n, p, q: K.switch(p, lambda: n, lambda: K.switch(q, d, lambda: n)), [(0, 1)]),
    "then, else": (lambda K, d, n, p, q: K.switch(p, lambda: K.switch(q, lambda: n, d) + 1, lambda: n), [(1, 0)]),
    "beside a switch": (lambda K, d, n, p, q: K.switch(p, lambda: K.switch(q, lambda: n, lambda: n + 1) + d(),
                                                       lambda: n), [(1, 0), (1, 1)]),
    "by element": (lambda K, d, n, p, q: K.switch(p, lambda: K.switch(K.equal(n, 2), d, lambda: n), lambda: n),
                   [(1, 0), (1, 1)]),
    "in a step": (lambda K, d, n, p, q: K.map_fn(lambda e: K.switch(p, lambda: K.switch(
        q, lambda: by_zero(K, e), lambda: e), lambda: e), n), [(1, 1)]),
    "a step inside": (lambda K, d, n, p, q: K.switch(p, lambda: K.map_fn(lambda e: K.switch(
        q, lambda: by_zero(K, e), lambda: e), n), lambda: n), [(1, 1)]),
    "in a fold": (lambda K, d, n, p, q: K.foldl(lambda s, e: K.switch(p, lambda: s + by_zero(K, e), lambda: s + e), n,
                                                K.constant(0, "int32")), [(1, 0), (1, 1)]),
}


@pytest.mark.parametrize("what", NESTED)
def test_errors_in_nested_branches(K, what):
    make, chosen = NESTED[what]
    n = K.variable([0, 2], "int32")
    conditions = [K.variable(False, "bool") for _ in range(2)]
    y = make(K, functools.partial(by_zero, K, n), n, *conditions)
    for values in ((0, 0), (0, 1), (1, 0), (1, 1)):
        K.batch_set_value(list(zip(conditions, values)))
        if values in chosen:
            with pytest.raises(K.errors.EngineError):
                K.eval(y)
        else:
            K.eval(y)


def test_a_branch_by_what_is_in_the_step(K):
    n = K.placeholder((None,), dtype="int32")
    f = K.function([n], [K.map_fn(lambda e: K.switch(e > 0, lambda: 12 // e, lambda: e), n)])
    check_array(f([[3, 0, -1, 5]])[0], np.array([4, 0, -1, 2], "int32"))


def test_what_is_made_outside_the_functions_is_computed(K):
    n, p = K.placeholder((None,), dtype="int32"), K.placeholder((), dtype="bool")
    quotient = 7 // n
    for y in (K.switch(p, quotient, n), K.switch(p, lambda: quotient + 1, lambda: n)):
        with pytest.raises(K.errors.EngineError):
            K.function([n, p], [y])([[0], False])


def test_what_a_branch_prints(K, capsys):
    x, p, q = K.placeholder((2,)), K.placeholder((), dtype="bool"), K.placeholder((), dtype="bool")
    y = K.switch(p, lambda: K.switch(q, lambda: K.print_tensor(x, "a "), lambda: K.print_tensor(x + 1, "b ")),
                 lambda: K.in_test_phase(lambda: K.print_tensor(x + 2, "c "), lambda: K.print_tensor(x + 3, "d "), q))
    f = K.function([x, p, q], [y])
    for i, (name, values) in enumerate((("a", (1, 1)), ("b", (1, 0)), ("c", (0, 0)), ("d", (0, 1)))):
        expected = np.array([1 + i, 3 + i], "float32")
        check_array(f([[1, 3], *values])[0], expected)
        assert capsys.readouterr().out == "%s %s\n" % (name, expected)


def test_what_a_branch_prints_in_loops(K, capsys):
    x, p = K.placeholder((None,)), K.placeholder((), dtype="bool")
    f = K.function([x, p], [
        K.map_fn(lambda e: K.switch(e > 1, lambda: K.print_tensor(e, "large "), lambda: e), x),
        K.switch(p, lambda: K.map_fn(lambda e: K.print_tensor(e, "each "), x), lambda: x)])
    f([[1, 2], False])
    assert capsys.readouterr().out == "large 2.0\n"
    f([[0, 1], True])
    assert capsys.readouterr().out == "each 0.0\neach 1.0\n"
    # One that does not depend on the step is printed in each step, or in none.
    f = K.function([x, p], [K.map_fn(lambda e: K.switch(p, lambda: e + K.print_tensor(x[0], "first "), lambda: e), x)])
    f([[1, 2], False])
    assert capsys.readouterr().out == ""
    f([[1, 2], True])
    assert capsys.readouterr().out == "first 1.0\n" * 2


def test_what_a_branch_prints_for_its_own_sake(K, capsys):
    x, p, v = K.placeholder((2,)), K.placeholder((), dtype="bool"), K.variable([0.0, 0.0])

    def noted():
        with K.control_dependencies([K.print_tensor(x, "x ")]):
            return K.update(v, x * 2)
    f = K.function([x, p], [K.switch(p, noted, lambda: x)])
    f([[1, 2], False])
    assert capsys.readouterr().out == ""
    check(K, v, np.zeros(2, "float32"))
    f([[1, 2], True])
    assert capsys.readouterr().out == "x [1. 2.]\n"
    check(K, v, np.array([2, 4], "float32"))


def test_eager_branches(K, capsys):
    def branches(n):
        return K.switch(K.not_equal(n, 0), lambda: K.print_tensor(12 // n, "quotient "), lambda: n)
    f = K.eager(branches)
    check(K, f(K.constant(0, "int32")), np.int32(0))
    assert capsys.readouterr().out == ""
    check(K, f(K.constant(3, "int32")), np.int32(4))
    assert capsys.readouterr().out == "quotient 4\n"


def test_gradients_of_branches(K, capsys):
    table, n = K.variable([[1.0, 2.0], [3.0, 4.0]]), K.placeholder((None,), dtype="int32")
    p, x = K.placeholder((), dtype="bool"), K.placeholder((None,))
    loss = K.switch(p, lambda: K.sum(K.print_tensor(K.gather(table, n), "rows ") ** 2), lambda: K.sum(table) * 5)
    f = K.function([n, p], K.gradients(loss, [table]))
    check_array(f([[7], False])[0], np.full((2, 2), 5, "float32"))
    assert capsys.readouterr().out == ""
    check_array(f([[1, 1], True])[0], np.array([[0, 0], [12, 16]], "float32"))
    assert capsys.readouterr().out == "rows [[3. 4.]\n [3. 4.]]\n"
    loss = K.switch(K.shape(x)[0] > 0, lambda: x[-1] ** 3, lambda: K.sum(x)) + K.sum(x)
    first, = K.gradients(loss, [x])
    f = K.function([x], [first, K.gradients(K.sum(first), [x])[0]])
    for value, once, twice in (([], [], []), ([1, 2], [1, 13], [0, 12])):
        for result, expected in zip(f([value]), (once, twice)):
            check_array(result, np.array(expected, "float32"))
