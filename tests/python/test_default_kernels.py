"""Default compositions of kernels, compared directly with NumPy's own kernels.

With ``--composed``, all tests run on compositions, on TensorFlow with their gradients, too.
"""

import math

import composed.numpy
import numpy as np
import pytest
from checks import DTYPES, FLOATS, INTEGERS, NUMBERS, TOLERANCE

from pyshim.engines.kernels import Kernels, default_compositions, kernel_names
from pyshim.engines.numpy import Engine
from pyshim.engines.own_kernels import own_kernels

OWN, COMPOSED = Engine.kernels, composed.numpy.Engine.kernels
SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.3, -0.3, 0.5, -0.5, 1e-4, -1e-4, 2.5, -7.25, 30.0, -30.0, 6e4, -6e4, np.inf, -np.inf,
           np.nan)
SHAPES = ((), (1,), (0,), (3,), (2, 3), (2, 0), (0, 2), (2, 1, 4))


def numbers(shape, dtype, seed=0):
    """Numbers of a dtype, including its special values."""
    generator = np.random.default_rng(seed)
    if dtype == "bool":
        return generator.random(shape) < 0.5
    if dtype in FLOATS:
        return np.asarray(generator.choice(SPECIAL, shape), dtype)
    limits = np.iinfo(dtype)
    return np.asarray(generator.choice(np.array([limits.min, limits.max, limits.max // 2, 0, 1, 2, 3], dtype), shape))


def each(shape, dtypes, **attributes):
    """One case per dtype, each of one tensor."""
    return [((numbers(shape, dtype),), attributes) for dtype in dtypes]


def unary(dtypes):
    return [case for shape in SHAPES for case in each(shape, dtypes)] + \
        [((np.array(SPECIAL, dtype),), {}) for dtype in dtypes if dtype in FLOATS]


def binary(dtypes):
    shapes = [((), ()), ((3,), (3,)), ((2, 1, 4), (3, 1)), ((0, 2), (1, 2)), ((), (2, 2))]
    cases = [((numbers(x, dtype), numbers(y, dtype, 1)), {}) for x, y in shapes for dtype in dtypes]
    table = [np.array(SPECIAL, dtype) for dtype in dtypes if dtype in FLOATS]
    return cases + [((x[:, None], x), {}) for x in table]


def reduction(dtypes):
    return [((numbers(shape, dtype),), {"axis": axis, "keepdims": keepdims})
            for shape, axis in (((3,), (0,)), ((2, 3), (1,)), ((2, 3, 4), (0, 2)), ((2, 3, 4), (2, 0)), ((0, 2), (0,)),
                                ((2, 0), (0,)), ((0, 2), (0, 1)), ((2, 1, 3), (1,)))
            for keepdims in (False, True) for dtype in dtypes]


PADDED = (((5,), (2,), (2,), (1,), ((0, 0),)), ((5,), (2,), (2,), (1,), ((0, 1),)),
          ((6, 5), (2, 3), (1, 1), (2, 1), ((1, 1), (0, 2))), ((4, 4), (1, 2), (2, 1), (1, 1), ((0, 0), (2, 0))),
          ((0, 3), (2, 2), (1, 1), (1, 1), ((0, 1), (0, 0))), ((3, 3), (3, 2), (2, 2), (1, 1), ((0, 0), (0, 0))))


def depthwise_convolutions():
    generator = np.random.default_rng(0)
    for size, width, strides, dilation, padding in PADDED:
        for channels, multiplier, samples in ((3, 2, 2), (1, 1, 1), (2, 1, 0), (0, 2, 2)):
            yield ((generator.normal(size=(samples,) + size + (channels,)),
                    generator.normal(size=width + (channels, multiplier))),
                   {"strides": strides, "padding": padding, "dilation": dilation})


def pools():
    for size, width, strides, _, padding in PADDED:
        for channels, samples in ((3, 2), (1, 0), (0, 2)):
            for dtype in FLOATS:
                for mode in ("max", "avg"):
                    x = np.random.default_rng(0).choice([1, -2, 3.5, -3.5, -np.inf, np.nan],
                                                        (samples,) + size + (channels,))
                    yield (x.astype(dtype),), {"size": width, "strides": strides, "padding": padding, "mode": mode}


def sizes(*shape):
    return np.array(shape, "int64")


FINITE = [((np.linspace(-3, 3, 24).reshape(2, 3, 4).astype(dtype),), {"axis": axis})
          for dtype in FLOATS for axis in (0, 1, 2)]
SPARSE = [((np.arange(1, 5, dtype=dtype), np.array([1, 0, 1, 1], "int32"), np.array([2, 0, 2, 1], "int32"),
            np.array([2, 4], "int32")), {}) for dtype in NUMBERS]
NOTHING = np.zeros(0, "int32")

CASES = {
    "identity": unary(DTYPES),
    "scatter": SPARSE + [((np.zeros(0), NOTHING, NOTHING, np.array(shape, "int32")), {}) for shape in ((2, 3), (0, 3))],
    "sigmoid": unary(FLOATS), "tanh": unary(FLOATS),
    "abs": unary(NUMBERS), "square": unary(NUMBERS), "sign": unary(NUMBERS), "negative": unary(NUMBERS),
    "maximum": binary(NUMBERS), "minimum": binary(NUMBERS),
    "not_equal": binary(DTYPES), "greater": binary(NUMBERS), "greater_equal": binary(NUMBERS),
    "less_equal": binary(NUMBERS), "logical_or": binary(("bool",)),
    "min": reduction(NUMBERS), "prod": reduction(NUMBERS), "mean": reduction(FLOATS),
    "any": reduction(("bool",)), "all": reduction(("bool",)),
    "argmin": [((numbers(shape, dtype),), {"axis": axis}) for shape, axis in (((5,), 0), ((2, 6), 1), ((2, 3, 4), 1))
               for dtype in NUMBERS],
    "broadcast_to": [((numbers(shape, dtype), sizes(*target)), {}) for dtype in DTYPES for shape, target in (
        ((), ()), ((1, 3), (2, 3)), ((1, 1), (0, 4)), ((2, 0), (2, 0)), ((1,), (3,)))],
    "batch_flatten": [case for shape in SHAPES[1:] for case in each(shape, DTYPES)],
    "repeat_elements": [case for shape, axis in (((3,), 0), ((2, 3), 0), ((2, 1, 4), 2), ((0, 2), 0))
                        for rep in (0, 1, 3) for case in each(shape, DTYPES, rep=rep, axis=axis)],
    "tile": [case for shape, n in (((), ()), ((3,), (2,)), ((2, 3), (1, 3)), ((2, 3), (2, 0)), ((0, 2), (3, 2)))
             for case in each(shape, DTYPES, n=n)],
    "pad": [case for shape, padding in (((3,), ((1, 2),)), ((2, 3), ((0, 0), (0, 2))), ((0, 2), ((1, 0), (1, 1))),
                                        ((2, 2), ((0, 0), (0, 0)))) for case in each(shape, DTYPES, padding=padding)],
    "resize_linear": [case for shape, axis in (((3,), 0), ((2, 3), 1), ((2, 3), 0), ((0, 2), 0)) for factor in (1, 2, 3)
                      for case in each(shape, FLOATS, factor=factor, axis=axis)],
    "expand_dims": [case for shape, axis in (((), 0), ((2, 3), 0), ((2, 3), 1), ((2, 0), 2))
                    for case in each(shape, DTYPES, axis=axis)],
    "squeeze": [case for shape, axis in (((1,), (0,)), ((1, 3), (0,)), ((1, 0, 1), (0, 2)), ((2, 1), (1,)))
                for case in each(shape, DTYPES, axis=axis)],
    "relu": unary(FLOATS), "softplus": unary(FLOATS),
    "softmax": FINITE + [((np.array([[1, np.nan], [-np.inf, 0]], dtype),), {"axis": 1}) for dtype in FLOATS],
    "bias_add": [((numbers((2, 3), dtype), numbers((3,), dtype)), {}) for dtype in FLOATS],
    "depthwise_convolution": list(depthwise_convolutions()), "pool": list(pools()),
    "switch": [((np.array(condition),) + inputs, {}) for condition in (True, False) for inputs, _ in binary(FLOATS)],
    "ctc_sparse": [((numbers(shape, dtype), np.array(lengths, "int32")), {}) for dtype in INTEGERS + FLOATS
                   for shape, lengths in (((2, 4), (3, 1)), ((3, 2), (0, 2, 0)), ((0, 3), ()), ((2, 0), (0, 0)))],
}
DRAWN = ("random_normal", "truncated_normal")  # they do not draw what NumPy's kernels draw: see below


def test_each_composition_is_compared():
    assert sorted([*CASES, *DRAWN]) == sorted(default_compositions())
    assert set(kernel_names()) == set(default_compositions()) | Kernels.__abstractmethods__ | {"logsumexp"}
    assert len(Kernels.__abstractmethods__) <= 50
    for name in CASES:
        assert getattr(COMPOSED, name).__func__ is default_compositions()[name]


@pytest.mark.parametrize("name", CASES)
def test_a_composition_computes_what_the_kernel_of_numpy_does(name):
    for inputs, attributes in CASES[name]:
        with np.errstate(all="ignore"):
            expected, found = [getattr(kernels, name)(*inputs, **attributes) for kernels in (OWN, COMPOSED)]
        if not isinstance(expected, tuple):
            expected, found = [expected], [found]
        for one, other in zip(found, expected):
            one, other = np.asarray(one), np.asarray(other)
            described = (name, attributes, [(x.dtype.name, x.tolist()) for x in inputs])
            assert (one.dtype, one.shape) == (other.dtype, other.shape), described
            relative, absolute = TOLERANCE.get(one.dtype.name, (0, 0))
            np.testing.assert_allclose(one, other, relative / 4, absolute / 100, err_msg=str(described))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus"])
def test_functions_by_exponentials_are_as_exact_as_the_dtype(name, dtype):
    """The error is a few units in the last place, relative to the result, even for tiny results."""
    x = np.concatenate([np.linspace(-20, 20, 4001), [-1e-5, 1e-5, 0.4999, 0.5001]]).astype(dtype)
    wide = x.astype("longdouble")
    exact = {"sigmoid": 1 / (1 + np.exp(-wide)), "tanh": np.tanh(wide), "softplus": np.log1p(np.exp(wide))}[name]
    unit = np.finfo(dtype)
    found = getattr(COMPOSED, name)(x).astype("longdouble")
    np.testing.assert_array_less(abs(found - exact), 6 * float(unit.eps) * abs(exact) + 2 * float(unit.tiny))


def test_zeros_keep_their_signs():
    zeros = np.array([0.0, -0.0])
    for name, expected in (("negative", [True, False]), ("abs", [False, False]), ("relu", [False, False]),
                           ("tanh", [False, True])):
        assert np.signbit(getattr(COMPOSED, name)(zeros)).tolist() == expected, name


def test_squeezing_an_axis_of_another_size_is_an_error():
    with pytest.raises(ValueError, match="a size other than 1"):
        COMPOSED.squeeze(np.zeros((2, 1)), axis=(0, 1))


def test_broadcasting_to_a_negative_size_is_an_error():
    with pytest.raises(ValueError, match="negative"):
        COMPOSED.broadcast_to(np.zeros((1, 2)), sizes(-1, 2))


# -- random ---------------------------------------------------------------------------------------------

def cumulative(x):
    """The cumulative distribution function of the normal distribution."""
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", DRAWN)
def test_draws_are_of_the_distribution(name, dtype):
    count = 200000
    draws = getattr(COMPOSED, name)(sizes(count // 2, 2), dtype, 0, generator=np.random.default_rng(1))
    assert (draws.dtype, draws.shape) == (dtype, (count // 2, 2))
    draws = np.sort(draws.ravel().astype("float64"))
    low = 0 if name == "random_normal" else cumulative(-2)
    expected = np.array([(cumulative(x) - low) / (1 - 2 * low) for x in draws[::100]])
    reached = np.searchsorted(draws, draws[::100], "right") / count
    # Kolmogorov-Smirnov: above 2 / sqrt(n) once in a thousand; ties in float16 add half a unit.
    assert np.abs(reached - expected).max() < 2 / math.sqrt(count) + (4e-4 if dtype == "float16" else 0)
    assert name == "random_normal" or np.abs(draws).max() <= 2
    first, again = [getattr(COMPOSED, name)(sizes(3), dtype, 0, generator=np.random.default_rng(1)) for _ in range(2)]
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("name", DRAWN)
def test_no_draws(name):
    drawn = getattr(COMPOSED, name)(sizes(0, 3), "float32", 0, generator=np.random.default_rng(0))
    assert (drawn.dtype, drawn.shape) == ("float32", (0, 3))


def test_quantiles_of_the_truncated_distribution():
    """For evenly spaced uniform numbers, the draws are the quantiles of the distribution."""
    class Even:
        def random(self, shape, dtype):
            return np.linspace(0, 1, 1001)[:-1]

    draws = COMPOSED.truncated_normal(sizes(1000), "float64", 0, generator=Even())
    low = cumulative(-2)
    shares = [(cumulative(x) - low) / (1 - 2 * low) for x in draws]
    np.testing.assert_allclose(shares, np.linspace(0, 1, 1001)[:-1], atol=1e-7)


# -- which kernels are an engine's own --------------------------------------------------------------------

def test_a_composition_of_own_kernels_is_own():
    """As in docs/conformance.md: convolutions are not NumPy's own functions, nor is what is composed of them."""
    own, of_composed = own_kernels(Engine()), own_kernels(composed.numpy.Engine())
    for name in ("convolution", "depthwise_convolution"):
        assert name in own and name in of_composed
    assert "relu" not in own + of_composed
