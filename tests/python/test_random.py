"""The family random: draws have the requested distribution, and repeat with a seed."""

import subprocess
import sys

import numpy as np
import pytest
from checks import FLOATS, INTEGERS, check_array
from scipy import stats

MANY = (100, 200)

# name: (arguments, SciPy's distribution, its mean, its variance)
TRUNCATED = stats.truncnorm(-2, 2)
DISTRIBUTIONS = {
    "random_normal": ({}, stats.norm()),
    "random_normal with mean and stddev": ({"mean": -3.0, "stddev": 0.5}, stats.norm(-3, 0.5)),
    "random_uniform": ({}, stats.uniform()),
    "random_uniform from -2 to 3": ({"minval": -2.0, "maxval": 3.0}, stats.uniform(-2, 5)),
    "truncated_normal": ({}, TRUNCATED),
    "truncated_normal with mean and stddev": ({"mean": 1.0, "stddev": 2.0}, stats.truncnorm(-2, 2, 1, 2)),
}
NAMES = ("random_normal", "random_uniform", "random_binomial", "truncated_normal")


def draw(K, name, shape=(3, 4), **arguments):
    """A random tensor; half of the binomial draws are 1."""
    if name == "random_binomial":
        arguments.setdefault("p", 0.5)
    return getattr(K, name)(shape, **arguments)


# -- distributions ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("what", DISTRIBUTIONS)
def test_distribution(K, what):
    arguments, distribution = DISTRIBUTIONS[what]
    for dtype in ("float32", "float64"):
        values = K.eval(getattr(K, what.split()[0])(MANY, dtype=dtype, seed=11, **arguments))
        assert (values.shape, values.dtype.name) == (MANY, dtype)
        values = values.astype("float64").ravel()
        low, high = distribution.support()
        assert low <= values.min() and values.max() <= high
        # Within five standard errors of the mean and of the variance.
        error = distribution.std() / np.sqrt(values.size)
        assert abs(values.mean() - distribution.mean()) < 5 * error
        spread = distribution.var() * np.sqrt((distribution.stats("k") + 2) / values.size)
        assert abs(values.var() - distribution.var()) < 5 * spread
        assert stats.kstest(values, distribution.cdf).pvalue > 1e-3
        # Consecutive draws are uncorrelated.
        assert abs(np.corrcoef(values[:-1], values[1:])[0, 1]) < 5 / np.sqrt(values.size)


def test_uniform_leaves_out_its_upper_limit(K):
    for dtype in FLOATS:
        values = K.eval(K.random_uniform((50000,), dtype=dtype, seed=3))
        assert values.min() >= 0 and values.max() < 1
        assert len(np.unique(values)) > 500


@pytest.mark.parametrize("dtype, low, high", [("float16", 1, 2), ("float16", 100, 101), ("float16", -0.3, 0.7),
                                              ("float16", 0, 3), ("float32", 1e6, 1e6 + 1),
                                              ("float64", 1e15, 1e15 + 1)])
def test_uniform_leaves_out_other_upper_limits(K, dtype, low, high):
    limits = [K.constant(number, dtype=dtype) for number in (low, high)]
    tensors = [K.random_uniform((20000,), low, high, dtype=dtype, seed=3)]
    if dtype != "float16" or K.backend() not in ("cntk", "theano"):  # they compute in float32, and round the result
        tensors.append(K.random_uniform((20000,), *limits, dtype=dtype, seed=3))
    for values in K.function([], tensors)([]) + [K.eval(x) for x in tensors]:
        assert np.dtype(dtype).type(low) <= values.min() and values.max() < np.dtype(dtype).type(high)
        assert len(np.unique(values)) > 7


def test_uniform_of_limits_that_are_no_numbers(K):
    nan = float("nan")
    for low, high in ((nan, 1.0), (0.0, nan), (nan, nan), (K.variable(0.0), nan), (K.variable(nan), K.variable(1.0))):
        assert np.isnan(K.eval(K.random_uniform((5,), low, high))).all()


def test_float16(K):
    for what in DISTRIBUTIONS:
        arguments, distribution = DISTRIBUTIONS[what]
        values = K.eval(getattr(K, what.split()[0])(MANY, dtype="float16", seed=5, **arguments))
        assert (values.shape, values.dtype.name) == (MANY, "float16")
        assert abs(values.astype("float64").mean() - distribution.mean()) < 0.02 * distribution.std() + 1e-3


@pytest.mark.parametrize("p", [0.0, 0.2, 1.0])
def test_binomial(K, p):
    for dtype in FLOATS:
        values = K.eval(K.random_binomial(MANY, p, dtype=dtype, seed=7))
        assert (values.shape, values.dtype.name) == (MANY, dtype)
        assert set(np.unique(values)) <= {0, 1}
        assert abs(values.astype("float64").mean() - p) <= 5 * np.sqrt(p * (1 - p) / values.size)


@pytest.mark.parametrize("dtype", FLOATS)
def test_binomial_of_a_small_probability(K, dtype):
    for p in (1e-4, K.constant(1e-4, dtype=dtype)):
        ones = np.count_nonzero(K.eval(K.random_binomial((1000, 1000), p, dtype=dtype, seed=7)))
        assert abs(ones - 100) < 50


def test_uniform_of_integers(K):
    for dtype in INTEGERS:
        low = 0 if dtype.startswith("u") else -3
        values = K.eval(K.random_uniform((6000,), low, 5, dtype=dtype, seed=13))
        assert values.dtype.name == dtype
        numbers, counts = np.unique(values, return_counts=True)
        assert numbers.tolist() == list(range(low, 5))
        assert stats.chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize("dtype, low, high", [
    ("int64", 2 ** 53 + 1, 2 ** 53 + 2), ("int64", 2 ** 54, 2 ** 54 + 3), ("int64", 2 ** 52, 2 ** 52 + 1),
    ("int64", -2 ** 63, -2 ** 63 + 2), ("int64", -2 ** 63, 2 ** 63), ("int64", 2 ** 53 - 1, 2 ** 54 + 2 ** 53),
    ("int64", 2 ** 62 + 1, 2 ** 63), ("uint64", 2 ** 64 - 3, 2 ** 64), ("uint64", 0, 2 ** 64), ("int8", -128, 128)])
def test_uniform_of_integers_that_floats_do_not_hold(K, dtype, low, high):
    values = K.eval(K.random_uniform((3000,), low, high, dtype=dtype, seed=13))
    assert values.dtype.name == dtype
    assert low <= int(values.min()) and int(values.max()) < high
    assert len(np.unique(values)) >= min(high - low, 256)


def test_uniform_of_one_number(K):
    check_array(K.eval(K.random_uniform((5,), 3, 4, dtype="int32")), np.full(5, 3, "int32"))
    check_array(K.eval(K.random_uniform((5,), 2.5, 2.5)), np.full(5, 2.5, "float32"))


# -- seeds ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", NAMES)
def test_a_seed_repeats_the_sequence(K, name):
    first, second = draw(K, name, (40,), seed=17), draw(K, name, (40,), seed=17)
    draws = [K.eval(first) for _ in range(3)]
    for one, other in zip(draws, draws[1:]):
        assert not np.array_equal(one, other)  # the sequence continues
    for value in draws:
        np.testing.assert_array_equal(K.eval(second), value)


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_repeats_in_a_new_graph_and_in_a_function(K, name):
    expected = [K.eval(tensor) for tensor in [draw(K, name, (40,), seed=19)] for _ in range(2)]
    K.clear_session()
    function = K.function([], [draw(K, name, (40,), seed=19)])
    for value in expected:
        np.testing.assert_array_equal(function([])[0], value)


@pytest.mark.parametrize("name", NAMES)
def test_seeds_differ(K, name):
    seeds = [0, 1, 2, 1000, 2 ** 31 - 2, 2 ** 40 + 3]
    values = [K.eval(draw(K, name, (60,), seed=seed)) for seed in seeds]
    assert len({value.tobytes() for value in values}) == len(seeds)


@pytest.mark.parametrize("name", NAMES)
def test_without_a_seed_every_draw_is_another(K, name):
    first, second = draw(K, name, (60,)), draw(K, name, (60,))
    values = [K.eval(first), K.eval(first), K.eval(second)]
    function = K.function([], [first, second])
    values += function([]) + function([])
    assert len({value.tobytes() for value in values}) == 7


def test_one_evaluation_draws_a_tensor_once(K):
    x = K.random_uniform((50,))
    one, other, twice = K.function([], [x, x + 1, x + x])([])
    np.testing.assert_allclose(other, one + 1, rtol=1e-6)
    np.testing.assert_allclose(twice, one + one, rtol=1e-6)

# -- NumPy's seed ---------------------------------------------------------------------------------------------

SESSION = """
import numpy as np, pyshim as K
def drawn():
    np.random.seed(31)
    tensors = [K.random_normal((5,)), K.random_uniform((5,)), K.random_binomial((9,), 0.5), K.truncated_normal((5,)),
               K.random_uniform((9,), 0, 100, dtype="int32"), K.random_normal_variable((5,), 0, 1),
               K.random_uniform_variable((5,), 0, 1), K.dropout(K.ones((9,)), 0.5)]
    return [K.eval(x).tolist() for x in tensors for _ in range(2)]
"""


def test_numpys_seed_makes_draws_repeat(K):
    space = {}
    exec(SESSION, space)
    first = space["drawn"]()
    assert space["drawn"]() == first
    K.clear_session()
    assert space["drawn"]() == first
    assert len({str(value) for value in first}) == len(first) - 2  # variables draw only once, so two values repeat


def test_numpys_seed_makes_draws_repeat_in_another_session(K, engine):
    space = {}
    exec(SESSION, space)
    code = SESSION + "K.use_backend(%r)\nprint(drawn())" % engine
    printed = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True).stdout
    assert printed.decode().strip().endswith(str(space["drawn"]()))


def test_a_call_takes_one_number_of_numpys(K):
    np.random.seed(5)
    np.random.randint(10 ** 7)
    expected = np.random.get_state()[1:3]
    for call in (lambda seed: K.random_normal((2,), seed=seed), lambda seed: K.dropout(K.ones((3,)), 0.5, seed=seed),
                 lambda seed: K.random_normal_variable((2,), 0, 1, "float32", None, seed)):
        np.random.seed(5)
        call(None)
        np.testing.assert_array_equal(np.random.get_state()[1], expected[0])
        assert np.random.get_state()[2] == expected[1]
        call(3)  # with a seed, NumPy's generator is not used
        assert np.random.get_state()[2] == expected[1]
    with pytest.raises(K.errors.ArgumentError, match=r"random_normal\(\): .*sed"):
        K.random_normal((2,), sed=3)


def test_draws_of_a_loops_step_follow_numpys_seed(K):
    def drawn():
        np.random.seed(8)
        return K.eval(K.map_fn(lambda x: x + K.random_normal((3,)), K.zeros((4, 3))))
    first = drawn()
    check_array(drawn(), first)
    assert len(np.unique(first)) == 12


# -- shapes and dtypes ------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", NAMES)
def test_shapes(K, name):
    for shape in ((), (3,), (2, 3), (2, 1, 3, 2, 1), (0,), (2, 0, 3)):
        x = draw(K, name, shape)
        assert (x.shape, x.dtype) == (shape, "float32")
        assert K.eval(x).shape == shape
    assert draw(K, name, [2, 3]).shape == (2, 3)
    assert draw(K, name, 4).shape == (4,)


@pytest.mark.parametrize("name", NAMES)
def test_the_shape_as_a_tensor(K, name):
    x = K.placeholder((None, 3))
    like = draw(K, name, K.shape(x))
    assert like.shape == (None, 3)
    function = K.function([x], [like, x * like])
    for samples in (4, 2, 0):
        values = function([np.ones((samples, 3))])
        assert [value.shape for value in values] == [(samples, 3)] * 2
        np.testing.assert_array_equal(*values)
    assert K.eval(draw(K, name, K.constant([2, 5], dtype="int64"))).shape == (2, 5)


@pytest.mark.parametrize("name", NAMES)
def test_dtype_is_floatx_by_default(K, name):
    K.set_floatx("float64")
    assert draw(K, name).dtype == "float64"
    assert K.eval(draw(K, name)).dtype == "float64"


def test_limits_as_tensors(K):
    mean, stddev = K.variable([0.0, 100.0]), K.variable([1.0, 0.001])
    values = K.eval(K.random_normal((2000, 2), mean, stddev, seed=23))
    np.testing.assert_allclose(values.mean(axis=0), [0, 100], atol=0.12)
    np.testing.assert_allclose(values.std(axis=0), [1, 0.001], rtol=0.1)
    values = K.eval(K.random_uniform((2000,), K.variable(3.0), K.variable(5.0), seed=29))
    assert 3 <= values.min() < 3.01 and 4.99 < values.max() < 5
    for p in (K.variable([0.0, 1.0]), [0, 1], np.array([0.0, 1.0]), [0.0, K.constant(1.0)]):
        values = K.eval(K.random_binomial((1000, 2), p))
        check_array(values, np.tile(np.array([0, 1], "float32"), (1000, 1)))
    p = K.placeholder((2,))
    f = K.function([p], [K.random_binomial((1000, 2), p)])
    for value in ([0, 1], [1, 0]):
        check_array(f([value])[0], np.tile(np.array(value, "float32"), (1000, 1)))
    ones = np.count_nonzero(K.eval(K.random_binomial((2000, 2), [0.1, 0.9], dtype="float16", seed=7)), axis=0)
    np.testing.assert_allclose(ones, [200, 1800], atol=70)


def test_gradient_passes_through_the_limits(K):
    mean, stddev = K.variable(2.0), K.variable(3.0)
    x = K.random_normal((6,), mean, stddev)
    of_mean, of_stddev, value = K.function([], K.gradients(K.sum(x), [mean, stddev]) + [K.sum(x)])([])
    np.testing.assert_allclose(of_mean, 6, rtol=1e-5)
    np.testing.assert_allclose(of_stddev, (value - 12) / 3, rtol=1e-4, atol=1e-5)


# -- errors -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", NAMES)
def test_refused(K, name):
    def refused(error, message, **arguments):
        with pytest.raises(getattr(K.errors, error + "Error"), match=r"%s\(\): %s" % (name, message)):
            draw(K, name, **arguments)
    refused("Shape", r"shape must be known in every dimension, not \(None, 2\)", shape=(None, 2))
    refused("Argument", "a size in shape must be at least 0, not -1", shape=(2, -1))
    refused("Argument", "shape must be a tuple of sizes", shape="12")
    refused("Dtype", "unknown dtype 'text'", dtype="text")
    refused("Argument", "seed must be a whole number, not 0.5", seed=0.5)
    refused("Argument", "seed must be at least 0, not -1", seed=-1)
    refused("Dtype", "shape has dtype float32; integers are needed", shape=K.variable([1.0]))
    refused("Argument", "shape, as a tensor, must have one dimension", shape=K.constant([[3]], dtype="int32"))
    if name != "random_uniform":
        refused("Dtype", "dtype int32 cannot be drawn; accepted: float16, float32, float64$", dtype="int32")


def test_refused_limits(K):
    with pytest.raises(K.errors.ArgumentError, match=r"random_uniform\(\): minval 2 is larger than maxval 1"):
        K.random_uniform((2,), 2, 1)
    with pytest.raises(K.errors.ArgumentError, match=r"minval -40000.0 and maxval 40000.0 are too far apart for dtype "
                                                     r"float16, whose largest number is 65504"):
        K.random_uniform((2,), -40000.0, 40000.0, dtype="float16")
    with pytest.raises(K.errors.ArgumentError, match="minval 0 and maxval inf are too far apart"):
        K.random_uniform((2,), 0, float("inf"))
    with pytest.raises(K.errors.ArgumentError, match="minval must be a whole number, not 0.5"):
        K.random_uniform((2,), 0.5, 3, dtype="int32")
    with pytest.raises(K.errors.ArgumentError, match="stddev must not be negative; it is -1"):
        K.random_normal((2,), stddev=-1)
    with pytest.raises(K.errors.ArgumentError, match="stddev must not be negative"):
        K.truncated_normal((2,), stddev=-0.5)
    for p, improper in ((-0.1, "-0.1"), (1.5, "1.5"), (float("nan"), "nan"), ([0.1, 1.5], "1.5"),
                        (np.array([float("nan"), 1]), "nan")):
        with pytest.raises(K.errors.ArgumentError, match="p must be from 0 to 1, not " + improper):
            K.random_binomial((2,), p)
    with pytest.raises(K.errors.DtypeError, match=r"random_binomial\(\): p must be a tensor, a number or an array"):
        K.random_binomial((2,), "half")
    with pytest.raises(K.errors.DtypeError, match=r"random_uniform\(\): dtype bool cannot be drawn; .*int8"):
        K.random_uniform((2,), dtype="bool")
    for low, high in ((-1, 5), (0, 257), (3, 3)):
        with pytest.raises(K.errors.ArgumentError, match="minval %d and maxval %d leave .* uint8" % (low, high)):
            K.random_uniform((2,), low, high, dtype="uint8")
    with pytest.raises(K.errors.DtypeError, match="mean must be a tensor, a number or an array"):
        K.random_normal((2,), mean="large")


@pytest.mark.parametrize("shape, dtype", [((5, 7), "float32"), ((2000,), "float64"), ((3,), "float16"),
                                          ((0, 3), "float32")])
def test_an_evaluation_draws_what_a_function_draws(K, shape, dtype):
    """JAX has generators of its own for what is evaluated once."""
    def draws():
        return [K.random_uniform(shape, -0.3, 0.7, dtype=dtype, seed=5), K.random_normal(shape, 0.1, 0.37, dtype, 5),
                K.random_normal(shape, 0, 0.37, dtype, 5), K.truncated_normal(shape, 0.1, 0.37, dtype, 5)]
    # Theano runs some operations in Python if they run only once, which rounds in another way.
    difference = 4 * np.finfo(dtype).eps if K.backend() == "theano" else 0
    for one, other in zip(draws(), K.function([], draws())([])):
        np.testing.assert_allclose(K.eval(one), other, rtol=difference, atol=difference)
