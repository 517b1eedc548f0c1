"""PyTorch only: autograd records only what gradients need, and our own derivatives are differentiable."""

import os
import subprocess

import numpy as np
import pytest
from checks import check_array, sample

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


MEMORY = """
import gc, weakref
import pyshim as K
K.use_backend("torch", in_process=True)
x, y = K.ones((3,)), K.ones((3,))
first = [weakref.ref(variable.native.value) for variable in (x, y)]
K.function([], [], updates=[(x, K.square(x) + 1), (y, y - K.variable(0.1) * x)])([])  # the second one in place
gc.collect()
print([value() is None for value in first], K.get_value(x).tolist(), (K.get_value(y) * 10).round().tolist())
"""


def test_an_update_frees_the_memory_of_the_old_value():
    environment = pyshim.environments.find("torch")
    variables = dict(environment.process_environment(None), PYTHONPATH=os.path.dirname(pyshim.__path__[0]))
    done = subprocess.run([environment.python(), "-c", MEMORY], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, timeout=300, env=variables)
    assert [line for line in done.stdout.splitlines() if "backend" not in line] == [
        "[True, False] [2.0, 2.0, 2.0] [9.0, 9.0, 9.0]"], done.stdout


def test_unsigned_integers_that_pytorch_has_no_kernels_for(K):
    for dtype in ("uint16", "uint32", "uint64"):
        largest = np.iinfo(dtype).max
        x = K.constant(np.array([largest, 1, 0], dtype), dtype=dtype)
        for tensor, expected in [(x + 2, [1, 3, 2]), (K.max(x), largest), (x // 2, [largest // 2, 0, 0]),
                                 (K.cumsum(x), [largest, 0, 0]), (x[::-1], [0, 1, largest])]:
            check_array(K.eval(tensor), np.array(expected, dtype))
        check_array(K.eval(x > 1), np.array([True, False, False]))


# By name: a function of x = (0, 2) on which PyTorch's own gradient is nan, and its gradient.
NAN_BY_PYTORCH = {
    "exp(-1 / x), where it is not 0": (
        lambda K, x: K.switch(K.not_equal(x, 0), K.exp(-1 / x), K.zeros_like(x)), [0, np.exp(-0.5) / 4]),
    "0 * log(x)": (lambda K, x: 0 * K.log(x), [0, 0]),
    "logsumexp of -infinity and log(x)": (
        lambda K, x: K.logsumexp(K.stack([K.log(x), K.zeros_like(x) - np.inf]), axis=0), [0, 0.5]),
}


@pytest.mark.parametrize("name", NAN_BY_PYTORCH)
def test_a_run_is_repeated_with_our_gradients_if_one_is_nan(K, name):
    """It is seen only where the gradient is: the draws and the variables are those of a single run."""
    function, expected = NAN_BY_PYTORCH[name]
    x, count = K.placeholder((2,), dtype="float64"), K.variable(0.0)
    noise = K.random_uniform((2,), dtype="float64", seed=3)
    outputs = K.gradients(K.sum(function(K, x) + 0 * noise), [x]) + [noise]
    step = K.function([x], outputs, updates=[K.update_add(count, 1)])
    draws = K.function([], [K.random_uniform((2,), dtype="float64", seed=3)])
    for value in ([1.0, 2.0], [0.0, 2.0], [0.0, 2.0]):
        gradient, drawn = step([np.array(value)])
        assert np.isfinite(gradient).all()
        check_array(drawn, draws([])[0])
    check_array(gradient, np.array(expected, "float64"))
    check_array(K.get_value(count), np.float32(3))


def test_the_step_of_a_loop_is_repeated_with_our_gradients(K):
    x, sequence = K.variable([0.0, 4.0], dtype="float64"), K.constant(np.ones((1, 3, 2)), dtype="float64")

    def step(each, states):
        new = states[0] + each * K.switch(K.greater(x, 1), K.log(x), K.zeros_like(x))
        return new, [new]
    last, _, _ = K.rnn(step, sequence, [K.zeros((1, 2), dtype="float64")])
    check_array(K.eval(K.gradients(K.sum(last), [x])[0]), np.array([0, 0.75], "float64"))


def test_gradients_that_stay_nan(K):
    x = K.placeholder((2,))
    gradient = K.function([x], K.gradients(K.sum(K.exp(x) * x), [x]))
    for value in ([np.nan, 0.0], [0.0, 0.0]):
        expected = np.exp(np.array(value, "float32")) * (1 + np.array(value, "float32"))
        check_array(gradient([np.array(value)])[0], expected)


def of_adam(K, x, g, start):
    mean, square, rate = K.variable(start[1]), K.variable(start[2]), K.variable(0.1)
    new_mean, new_square = 0.9 * mean + (1 - 0.9) * g, 0.99 * square + (1 - 0.99) * K.square(g)
    return [(mean, new_mean), (square, new_square), (x, x - rate * new_mean / (K.sqrt(new_square) + 1e-3))]


def of_momentum(K, x, g, start):
    velocity, momentum = K.variable(start[1]), K.variable(0.5)
    new = momentum * velocity - 0.1 * g
    return [(velocity, new), (x, x + new)]


def of_descent(K, x, g, start):
    return [(x, x - K.variable(0.1) * g)]


@pytest.mark.parametrize("optimizer", [of_adam, of_momentum, of_descent])
def test_steps_of_optimizers_in_place_compute_the_same(K, optimizer):
    """Steps by updates, which may change variables in place, agree with new values that are computed and then set."""
    start = [np.array([[1.0, -2.0, 3.0]]), np.array([[0.5, 0.25, 0.0]]), np.array([[0.5, 1.5, 0.0]])]
    results = []
    for is_whole in (True, False):
        x = K.variable(start[0])
        g = K.gradients(K.sum(x * x * x), x)[0]
        updates = optimizer(K, x, g, start)
        variables, values = [variable for variable, _ in updates], [value for _, value in updates]
        if is_whole:
            step = K.function([], [x, g] + values, updates=updates)
            found = [step([]) for _ in range(3)][-1]
            for variable, value in zip(variables, found[2:]):
                check_array(K.get_value(variable), value)
        else:
            compute = K.function([], [x, g] + values)
            for _ in range(3):
                found = compute([])
                for variable, value in zip(variables, found[2:]):
                    K.set_value(variable, value)
        results.append(found)
    for value, expected in zip(*results):
        np.testing.assert_allclose(value, expected, rtol=1e-5)


def test_variables_with_equal_values_are_changed_in_place_one_by_one(K):
    """Values do not share memory with each other, with a constant, or with fed arrays, even if one is a view."""
    fed, constant = K.placeholder((2,)), K.constant([1.0, 2.0])
    a, b, c = [K.variable([0.0, 0.0]) for _ in range(3)]
    K.function([fed], [], updates=[(a, constant), (b, constant), (c, fed)])([np.array([3.0, 4.0], "float32")])
    descent = K.function([], [a, b], updates=[(a, a - 0.5 * b), (b, b - 0.5 * a)])
    for expected in ([1, 2], [0.5, 1], [0.25, 0.5]):
        for value in descent([]):
            check_array(value, np.array(expected, "float32"))
    K.function([], [], updates=[(b, a)])([])
    K.function([], [], updates=[(a, a - 0.5 * c)])([])
    check_array(K.get_value(b), np.array([0.125, 0.25], "float32"))
    check_array(K.get_value(a), np.array([-1.375, -1.75], "float32"))
    check_array(K.eval(constant), np.array([1, 2], "float32"))


@pytest.mark.parametrize("rows", [(3, 3), (1, 3), (3, 1)])
def test_products_and_their_bias_are_computed_together(K, rows):
    """Also if one broadcasts, and if the sum itself is needed."""
    x, y = [K.placeholder((None, 2)) for _ in rows]
    w, u, bias = [K.variable(sample(shape, "float32")) for shape in ((2, 4), (2, 4), (4,))]
    total = K.dot(x, w) + K.dot(y, u)
    result = K.bias_add(total, bias)
    loss = K.sum(K.square(result))
    fed = [sample((count, 2), "float32") for count in rows]
    expected = fed[0] @ K.get_value(w) + fed[1] @ K.get_value(u) + K.get_value(bias)
    upstream = 2 * expected
    for outputs in ([result], [result, total]):
        found = K.function([x, y], outputs + K.gradients(loss, [w, bias]))(fed)
        check_array(found[0], expected)
        check_array(found[-1], upstream.sum(0))
        check_array(found[-2], np.broadcast_to(fed[0], (3, 2)).T @ upstream)
