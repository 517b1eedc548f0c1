"""Programs that an engine runs again with other kernels, because a first run met nan or infinity."""

import numpy as np
import pytest

KERNEL = np.array([[1, -1], [-1, 1]], "float32")[:, :, None, None]


def network(K):
    """Returns: a placeholder for images, and relu of their convolution with a bias, and the two variables."""
    images = K.placeholder((None, 3, 3, 1))
    kernel, bias = K.variable(KERNEL), K.variable([0.5])
    return images, K.relu(K.bias_add(K.conv2d(images, kernel), bias)), kernel, bias


def expected(images, kernel=KERNEL, bias=0.5):
    windows = np.stack([images[:, i:i + 2, j:j + 2, 0] * kernel[:, :, 0, 0] for i in (0, 1) for j in (0, 1)], 1)
    return np.maximum(windows.sum((2, 3)).reshape(-1, 2, 2, 1) + bias, 0)


@pytest.fixture
def images():
    return np.random.RandomState(1).normal(size=(2, 3, 3, 1)).astype("float32")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_numbers_that_are_not_finite(K, images, bad):
    """They show in the result and its maxima; each step counts once, and draws go on from its state."""
    x, result, kernel, bias = network(K)
    count, noise = K.variable(0), K.random_uniform((3,), seed=4)
    step = K.function([x], [result, K.max(result), K.pool2d(result, (2, 2)), noise], [K.update_add(count, 1)])
    draws = K.function([], [K.random_uniform((3,), seed=4)])
    changed = images.copy()
    changed[1, 0, 0, 0] = bad
    for batch in [images, changed, images]:
        values = step([batch])
        with np.errstate(invalid="ignore"):
            wanted = expected(batch)
        np.testing.assert_allclose(values[0], wanted, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(values[1], wanted.max(), rtol=1e-5)
        np.testing.assert_allclose(values[2], wanted.max((1, 2), keepdims=True), rtol=1e-5)
        np.testing.assert_array_equal(values[3], draws([])[0])
    assert K.get_value(count) == 3


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_one_of_many_batches_that_is_not_finite(K, images, bad):
    x, result, kernel, bias = network(K)
    count, noise = K.variable(0), K.random_uniform((), seed=4)
    step = K.function([x], [K.max(result), count, noise], [K.update_add(count, 1)])
    draws = K.function([], [K.random_uniform((), seed=4)])
    samples = np.concatenate([images] * 100)
    samples[150, 0, 0, 0] = bad
    with np.errstate(invalid="ignore"):
        maxima = expected(samples).max((1, 2, 3))
    order = np.concatenate([np.arange(140), np.arange(200), np.arange(200)])
    found = [values for rows in np.split(order, [140, 340]) for values in step.run_batches([samples], rows[:, None])]
    assert not np.isfinite(maxima[150])
    for i, (largest, counted, drawn) in enumerate(found):
        np.testing.assert_allclose(largest, maxima[order[i]], rtol=1e-5)
        assert counted == i
        np.testing.assert_array_equal(drawn, draws([])[0])


@pytest.mark.parametrize("which", [0, 1])
def test_weights_that_are_not_finite(K, images, which):
    x, result, *weights = network(K)
    compute = K.function([x], [result])
    np.testing.assert_allclose(compute([images])[0], expected(images), rtol=1e-5, atol=1e-6)
    K.set_value(weights[which], np.full(np.shape(K.get_value(weights[which])), np.nan))
    assert np.isnan(compute([images])[0]).all()


def test_an_infinite_gradient(K, images):
    """Where relu is 0, so is its gradient, even if the one that flows back is infinite; the update happens once."""
    x, result, kernel, bias = network(K)
    loss = K.sum(K.sqrt(result))
    by_kernel, by_bias = K.gradients(loss, [kernel, bias])
    velocity = K.variable(np.zeros(1))
    step = K.function([x], [loss, by_kernel], [K.update_add(velocity, by_bias), K.update_sub(bias, 0 * by_bias)])
    positive = np.ones_like(images)
    step([positive])
    np.testing.assert_allclose(K.get_value(velocity), [8 * 0.5 / np.sqrt(0.5)], rtol=1e-5)
    value, found = step([images])
    results = expected(images)
    assert (results == 0).any() and (results > 0).any()
    upstream = np.where(results > 0, 0.5 / np.sqrt(np.where(results > 0, results, 1)), 0)
    by_hand = sum((images[:, i:i + 2, j:j + 2, 0] * upstream[:, i, j, None]).sum(0) for i in (0, 1) for j in (0, 1))
    np.testing.assert_allclose(value, np.sqrt(results).sum(), rtol=1e-5)
    np.testing.assert_allclose(found[:, :, 0, 0], by_hand, rtol=1e-4)
    np.testing.assert_allclose(K.get_value(velocity), [8 * 0.5 / np.sqrt(0.5) + upstream.sum()], rtol=1e-4)


def test_an_infinite_gradient_of_what_relu_gets(K, images):
    """Such a gradient shows only there, if no other is asked for."""
    x = K.placeholder((None, 3, 3, 1))
    convolved = K.conv2d(x, K.constant(KERNEL))
    gradient, = K.gradients(K.sum(K.sqrt(K.relu(convolved))), [convolved])
    results = expected(images, bias=0)
    assert (results == 0).any() and (results > 0).any()
    np.testing.assert_allclose(K.function([x], [gradient])([images])[0],
                               np.where(results > 0, 0.5 / np.sqrt(np.where(results > 0, results, 1)), 0), rtol=1e-4)


def test_it_prints_once(K, images, capfd):
    x, result, kernel, bias = network(K)
    compute = K.function([x], [K.relu(K.print_tensor(result, "seen"))])
    compute([np.full_like(images, np.nan)])
    assert capfd.readouterr().out.count("seen") == 1


@pytest.mark.parametrize("bad", [np.nan, -np.inf])
@pytest.mark.parametrize("steps", [1, 150])
def test_nan_that_does_not_reach_the_result(K, steps, bad):
    """relu and the largest element of a window, with a number that only a comparison looks at, in a large program."""
    x = K.placeholder((1, 2, 2, 1))
    made = x
    for _ in range(steps):
        made = made * 1
    made = K.relu(made)
    largest = K.pool2d(made, (2, 2))
    for _ in range(steps):
        largest = largest * 1
    compute = K.function([x], [K.equal(largest, 3), K.equal(made, 0)])
    for second in (-1, bad, 0):
        image = np.array([3, second, 1, -2], "float32").reshape(1, 2, 2, 1)
        is_three, is_zero = compute([image])
        assert is_three.item() == (not np.isnan(second))
        assert is_zero.ravel().tolist() == [False, not np.isnan(second), False, True]


@pytest.mark.parametrize("special", [0, 2e-38, -1, np.inf, np.nan])
@pytest.mark.parametrize("size", [4, 20000])
def test_values_for_which_a_library_is_wrong(K, size, special):
    """Logarithms, quotients, maxima and minima of ordinary numbers, then of a special one, then of ordinary ones."""
    x, y = K.placeholder((None,)), K.placeholder((None,))
    results = [K.log(x), x / y, K.maximum(x, y), K.minimum(y, x)]
    by_x, by_y = (K.gradients(K.sum(sum(results)), [x, y]))
    compute = K.function([x, y], results + [by_x, by_y])
    for inside in (3, special, 0.5):
        left, right = np.full(size, 2, "float32"), np.full(size, 1.5, "float32")
        left[1] = right[2] = inside
        *values, of_left, of_right = compute([left, right])
        with np.errstate(all="ignore"):
            expected = np.log(left), left / right, np.maximum(left, right), np.minimum(left, right)
            gradients = 1 / left + 1 / right + 1, -left / right ** 2 + 1
        for value, wanted in zip(values, expected):
            np.testing.assert_allclose(value, wanted, rtol=1e-5)
        if not np.isnan(inside):  # there, engines differ
            np.testing.assert_allclose(of_left, gradients[0], rtol=1e-5)
            np.testing.assert_allclose(of_right, gradients[1], rtol=1e-5)


@pytest.mark.parametrize("first", [0, 1])
def test_a_tie_after_training_steps(K, first):
    """The gradient of a maximum or minimum flows to the first argument where both are equal, in each run."""
    pair = [K.variable([1., 2.]), K.variable([2., 2.])]
    largest = K.maximum(pair[first], pair[1 - first]) + K.minimum(pair[first], pair[1 - first])
    gradient, = K.gradients(K.sum(K.square(largest)), [pair[first]])
    step = K.function([], [gradient], [K.update_add(pair[0], [1., 0.])])
    assert step([])[0].tolist() == [6, 16]
    assert step([])[0].tolist() == [16, 16]
