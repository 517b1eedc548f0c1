"""The family elementwise."""

import numpy as np
import pytest
from checks import (
    DTYPES,
    FLOATS,
    INTEGERS,
    NUMBERS,
    TOLERANCE,
    check,
    check_array,
    check_fed,
    check_gradient,
    numeric_gradient,
    sample,
)
from hypothesis import HealthCheck, given, settings
from hypothesis.extra.numpy import mutually_broadcastable_shapes

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, about nan and inf

SHAPES = [(), (3,), (2, 3), (2, 1, 3), (2, 1, 3, 2), (1, 2, 1, 2, 3)]
SPECIAL = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0]


def clipped_sqrt(x):
    return np.sqrt(np.maximum(x, np.zeros_like(x)))


# name: (reference, dtypes, range of the values where it is smooth)
UNARY = {
    "square": (np.square, NUMBERS, (-3, 3)),
    "abs": (np.abs, NUMBERS, (0.5, 3)),
    "sqrt": (clipped_sqrt, FLOATS, (0.5, 3)),
    "exp": (np.exp, FLOATS, (-3, 3)),
    "log": (np.log, FLOATS, (0.5, 3)),
    "round": (np.round, NUMBERS, (0.6, 1.4)),
    "sign": (np.sign, NUMBERS, (0.5, 3)),
    "sin": (np.sin, FLOATS, (-3, 3)),
    "cos": (np.cos, FLOATS, (-3, 3)),
}

# name: (reference, dtypes)
BINARY = {
    "maximum": (np.maximum, NUMBERS),
    "minimum": (np.minimum, NUMBERS),
    "equal": (np.equal, DTYPES),
    "not_equal": (np.not_equal, DTYPES),
    "greater": (np.greater, NUMBERS),
    "greater_equal": (np.greater_equal, NUMBERS),
    "less": (np.less, NUMBERS),
    "less_equal": (np.less_equal, NUMBERS),
}

BROADCASTS = [((), ()), ((), (3,)), ((3,), ()), ((2, 3), (3,)), ((2, 1), (1, 3)), ((4, 1, 3), (2, 1)),
              ((1,), (2, 2)), ((2, 1, 2, 1), (3, 1, 2)), ((1, 2, 1, 2, 3), (2, 3))]


def tensor(K, array):
    return K.constant(array, dtype=array.dtype.name)


# -- functions of one tensor ----------------------------------------------------------------------------

@pytest.mark.parametrize("name", UNARY)
def test_unary_of_every_dtype(K, name):
    reference, dtypes, (low, high) = UNARY[name]
    for dtype in dtypes:
        x = sample((2, 3), dtype, low=low, high=high)
        check(K, getattr(K, name)(tensor(K, x)), reference(x).astype(dtype), dtype=dtype)


@pytest.mark.parametrize("name", UNARY)
def test_unary_of_every_rank(K, name):
    reference = UNARY[name][0]
    for shape in SHAPES:
        x = sample(shape)
        check(K, getattr(K, name)(K.variable(x)), reference(x))


@pytest.mark.parametrize("name", UNARY)
def test_unary_of_nan_and_infinity(K, name):
    for dtype in ("float32", "float64"):
        x = np.array(SPECIAL, dtype)
        check(K, getattr(K, name)(tensor(K, x)), UNARY[name][0](x))


def test_unary_of_unknown_sizes(K):
    x = sample((2, 3), low=0.1)
    check_fed(K, lambda x: [getattr(K, name)(x) for name in UNARY], [x],
              [UNARY[name][0](x) for name in UNARY], static=[(None, None)] * len(UNARY))


@pytest.mark.parametrize("name", UNARY)
def test_unary_of_an_array(K, name):
    check(K, getattr(K, name)([[1.0, 2.0]]), UNARY[name][0](np.array([[1, 2]], "float32")))


@pytest.mark.parametrize("name", sorted(set(UNARY) - {"round", "sign"}))
def test_unary_gradient(K, name):
    reference, _, (low, high) = UNARY[name]
    check_gradient(K, getattr(K, name), reference, sample((2, 3), "float64", low=low, high=high))


@pytest.mark.parametrize("name", ["round", "sign"])
def test_gradient_of_steps_is_0(K, name):
    x = K.variable([[-1.7, 0.3], [0.6, 2.2]])
    check(K, K.gradients(getattr(K, name)(x) * x, [x])[0], K.eval(getattr(K, name)(x)))
    check(K, K.gradients(getattr(K, name)(x), [x])[0], np.zeros((2, 2), "float32"))


def test_round_takes_halves_to_the_even_number(K):
    for dtype in FLOATS:
        x = np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 0.4999, 1e4], dtype)
        check(K, K.round(tensor(K, x)), np.array([-2, -2, 0, 0, 2, 2, 4, 0, 1e4], dtype))


def test_sqrt_of_a_negative_number_is_0(K):
    check(K, K.sqrt(K.constant([-4.0, -0.0, 4.0])), np.array([0, 0, 2], "float32"))


def test_sign_of_minus_0_is_0(K):
    for dtype in FLOATS:
        assert not np.signbit(K.eval(K.sign(tensor(K, np.array([-0.0, 0.0], dtype))))).any()


def test_abs_gradient_at_0_is_0(K):
    x = K.variable([-2.0, 0.0, 2.0])
    check(K, K.gradients(K.abs(x), [x])[0], np.array([-1, 0, 1], "float32"))


def test_exp_and_log_at_their_limits(K):
    check(K, K.exp(K.constant([-1000.0, 1000.0])), np.array([0, np.inf], "float32"))
    check(K, K.log(K.constant([0.0, -1.0])), np.array([-np.inf, np.nan], "float32"))


def test_large_int64_values_are_exact(K):
    x = np.array([2 ** 53 + 1, -2 ** 60 - 1], "int64")
    check(K, K.abs(tensor(K, x)), np.abs(x))
    check(K, K.maximum(tensor(K, x), 0), np.maximum(x, 0))
    check(K, K.equal(tensor(K, x), x - 1), [False, False])


# -- functions of two tensors ---------------------------------------------------------------------------

@pytest.mark.parametrize("name", BINARY)
def test_binary_of_every_dtype(K, name):
    reference, dtypes = BINARY[name]
    for dtype in dtypes:
        x, y = sample((2, 3), dtype, seed=1), sample((2, 3), dtype, seed=2)
        x[0, 0] = y[0, 0]
        check(K, getattr(K, name)(tensor(K, x), tensor(K, y)), reference(x, y))


@pytest.mark.parametrize("name", BINARY)
def test_binary_broadcasts(K, name):
    for left, right in BROADCASTS:
        x, y = sample(left, seed=3), sample(right, seed=4)
        check(K, getattr(K, name)(K.variable(x), K.variable(y)), BINARY[name][0](x, y))


@pytest.mark.parametrize("name", BINARY)
def test_binary_of_nan_and_infinity(K, name):
    x, y = np.meshgrid(np.array(SPECIAL, "float32"), np.array(SPECIAL, "float32"))
    check(K, getattr(K, name)(K.variable(x), K.variable(y)), BINARY[name][0](x, y))


@pytest.mark.parametrize("name", BINARY)
def test_binary_with_a_number(K, name):
    x = np.array([[-1, 0], [1, 2]], "int32")
    check(K, getattr(K, name)(tensor(K, x), 1), BINARY[name][0](x, np.int32(1)))
    check(K, getattr(K, name)(1, tensor(K, x)), BINARY[name][0](np.int32(1), x))


def test_binary_of_unknown_sizes(K):
    x, y = sample((2, 3), seed=5), sample((2, 3), seed=6)
    check_fed(K, lambda x, y: [getattr(K, name)(x, y) for name in BINARY], [x, y],
              [BINARY[name][0](x, y) for name in BINARY], static=[(None, None)] * len(BINARY))


def test_binary_static_shapes_of_unknown_sizes(K):
    def static(left, right):
        return (K.placeholder(left) + K.placeholder(right)).shape
    assert static((None, 3), (3,)) == (None, 3)
    assert static((None, 1), (1, None)) == (None, None)
    assert static((None, 3), (None, 1)) == (None, 3)
    assert static((None,), (4,)) == (4,)


def test_broadcasting_along_unknown_sizes(K):
    x, y, z = sample((4, 3), seed=7), sample((3,), seed=8), sample((4, 1), seed=9)
    check_fed(K, lambda x, y, z: x * y + z, [x, y, z], x * y + z, shapes=[(None, None), (None,), (None, 1)])


@pytest.mark.parametrize("name, reference", [("maximum", np.maximum), ("minimum", np.minimum)])
def test_maximum_and_minimum_gradient(K, name, reference):
    x, y = sample((2, 3), "float64", seed=10), sample((3,), "float64", seed=11)
    check_gradient(K, getattr(K, name), reference, x, y)


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_gradient_of_a_tie_goes_to_the_first_argument(K, name):
    x, y = K.variable([1.0, 2.0]), K.variable([1.0, 2.0])
    of_x, of_y = K.gradients(getattr(K, name)(x, y), [x, y])
    check(K, of_x, np.ones(2, "float32"))
    check(K, of_y, np.zeros(2, "float32"))


def test_comparisons_have_no_gradient(K):
    x = K.variable([1.0, 2.0])
    with pytest.raises(K.errors.GradientError, match="variable"):
        K.gradients(K.sum(K.cast(K.greater(x, 1.5), "float32")), [x])


# -- pow ------------------------------------------------------------------------------------------------

def test_pow_with_a_number(K):
    for dtype in FLOATS:
        x = np.array([-2, -0.5, 0, 0.5, 2], dtype)
        for a in (0, 1, 2, 3, -1, -2):
            check(K, K.pow(tensor(K, x), a), np.power(x.astype("float64"), a), dtype=dtype)
        check(K, K.pow(tensor(K, x), 0.5), np.power(x.astype("float64"), 0.5), dtype=dtype)


def test_pow_of_integers(K):
    for dtype in INTEGERS:
        x = np.array([0, 1, 2, 3], dtype)
        check(K, K.pow(tensor(K, x), 3), x ** 3, dtype=dtype)
        check(K, K.pow(tensor(K, x), tensor(K, x)), x ** x, dtype=dtype)
    x = np.array([-3, -2, -1], "int32")
    check(K, K.pow(tensor(K, x), 3), x ** 3)


def test_pow_of_integers_by_large_and_negative_exponents(K):
    x, y = K.placeholder((None,), dtype="int64"), K.placeholder((None,), dtype="int64")
    power = K.function([x, y], [K.pow(x, y)])
    for bases, exponents in (([2, 3, -1, 7], [64, 70, 2 ** 40 + 1, 0]), ([3], [[5], [63], [127]]), ([], [])):
        bases, exponents = np.array(bases, "int64"), np.array(exponents, "int64").ravel()
        check_array(power([bases, exponents])[0], bases ** exponents)
    with pytest.raises(K.errors.EngineError, match="ntegers to negative integer powers are not allowed"):
        power([[2, 3], [-1, 2]])


def test_pow_broadcasts(K):
    x, a = sample((2, 3), low=0.1), sample((2, 1), seed=1)
    check(K, K.pow(K.variable(x), K.variable(a)), np.power(x, a))


def test_pow_gradient(K):
    x, a = sample((2, 3), "float64", low=0.2), sample((3,), "float64", seed=1)
    check_gradient(K, K.pow, np.power, x, a)


def test_pow_gradient_of_negative_numbers_and_0(K):
    x = K.variable([-2.0, -1.0, 0.0, 2.0], dtype="float64")
    for a in (1, 2, 3):
        check(K, K.gradients(K.pow(x, a), [x])[0], a * np.array([-2.0, -1, 0, 2]) ** (a - 1))


# -- clip -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("low, high", [(-1, 1), (None, 1), (-1, None), (None, None), (0, 0)])
def test_clip(K, low, high):
    x = np.array([[-2, -1, -0.5], [0, 1, 3]], "float32")
    expected = x if (low, high) == (None, None) else np.clip(x, low, high)
    check(K, K.clip(K.variable(x), low, high), expected)


def test_clip_of_every_dtype(K):
    for dtype in NUMBERS:
        x = np.array([0, 1, 2, 5], dtype)
        check(K, K.clip(tensor(K, x), 1, 3), np.array([1, 1, 2, 3], dtype))


def test_clip_to_tensors(K):
    x, low, high = sample((2, 3)), np.array([-1, 0, 1], "float32"), np.array([[1], [2]], "float32")
    check(K, K.clip(K.variable(x), K.variable(low), K.variable(high)), np.maximum(np.minimum(x, high), low))


def test_clip_of_nan_and_infinity(K):
    x = np.array(SPECIAL, "float32")
    check(K, K.clip(K.variable(x), -0.5, 0.5), np.clip(x, -0.5, 0.5))


def test_clip_gradient(K):
    x = np.array([[-2, -0.5], [0.5, 2]])
    check_gradient(K, lambda x: K.clip(x, -1, 1), lambda x: np.clip(x, -1, 1), x)


def test_clip_gradient_at_the_limits_is_that_of_x(K):
    x = K.variable([-1.0, 1.0])
    check(K, K.gradients(K.clip(x, -1, 1), [x])[0], np.ones(2, "float32"))


def test_clip_with_limits_in_the_wrong_order(K):
    with pytest.raises(K.errors.ArgumentError, match=r"clip\(\): min_value 2 is larger than max_value 1"):
        K.clip(K.ones((2,)), 2, 1)


# -- errors ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", sorted(set(UNARY) - {"square", "abs", "round", "sign"}))
def test_floats_are_needed(K, name):
    for dtype in ("int32", "bool"):
        with pytest.raises(K.errors.DtypeError, match=r"%s\(\): x has dtype %s" % (name, dtype)):
            getattr(K, name)(K.constant([0, 1], dtype=dtype))


@pytest.mark.parametrize("name", ["square", "abs", "round", "sign", "maximum", "greater", "less_equal", "pow"])
def test_numbers_are_needed(K, name):
    x = K.constant([True, False], dtype="bool")
    args = (x,) if name in UNARY else (x, x)
    with pytest.raises(K.errors.DtypeError, match=r"%s\(\): x has dtype bool" % name):
        getattr(K, name)(*args)


@pytest.mark.parametrize("name", sorted(BINARY) + ["pow"])
def test_shapes_that_do_not_broadcast(K, name):
    with pytest.raises(K.errors.ShapeError, match=r"%s\(\): x of shape \(2, 3\) and . of shape \(2,\)" % name):
        getattr(K, name)(K.ones((2, 3)), K.ones((2,)))


@pytest.mark.parametrize("name", sorted(BINARY) + ["pow"])
def test_different_dtypes(K, name):
    with pytest.raises(K.errors.DtypeError, match=r"%s\(\): x has dtype float32 and . has dtype int32" % name):
        getattr(K, name)(K.ones((2,)), K.ones((2,), dtype="int32"))


def test_sizes_that_do_not_broadcast_when_fed(K):
    x, y = K.placeholder((None,)), K.placeholder((None,))
    add = K.function([x, y], [x + y])
    with pytest.raises(K.errors.KerasError):
        add([np.ones(2), np.ones(3)])
    check_array(add([np.ones(2), np.ones(2)])[0], np.full(2, 2, "float32"))


# -- properties -----------------------------------------------------------------------------------------

@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shapes=mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=4))
def test_broadcasting_is_numpys(K, shapes):
    x, y = (sample(shape, seed=i) for i, shape in enumerate(shapes.input_shapes))
    result = K.maximum(K.constant(x), K.constant(y))
    assert result.shape == shapes.result_shape
    check(K, result, np.maximum(x, y))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shapes=mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3))
def test_gradients_have_the_shape_before_broadcasting(K, shapes):
    x, y = (sample(shape, "float64", seed=i) for i, shape in enumerate(shapes.input_shapes))
    variables = [K.variable(x, "float64"), K.variable(y, "float64")]
    gradients = K.gradients(variables[0] * variables[1], variables)
    for i, gradient in enumerate(gradients):
        np.testing.assert_allclose(K.eval(gradient), numeric_gradient(np.multiply, [x, y], i), atol=1e-7)
        assert gradient.shape == (x, y)[i].shape


# -- extreme values -----------------------------------------------------------------------------------------------

def extremes(dtype):
    """Zeros, halves, the limits of a dtype, infinities and nan. TensorFlow flushes subnormal numbers to 0."""
    info = np.finfo(dtype)
    return np.array([0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, 3, -8, info.max, info.min, info.tiny, -info.tiny, info.eps,
                     np.inf, -np.inf, np.nan, 20, -20, -35, 40, -60, 88, -88, 1e4, np.pi], dtype)


def stable_sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))


AT_EXTREMES = {
    "square": np.square, "abs": np.abs, "sqrt": lambda x: np.sqrt(np.maximum(x, 0)), "exp": np.exp, "log": np.log,
    "round": np.rint, "sign": np.sign, "sin": np.sin, "cos": np.cos, "tanh": np.tanh, "sigmoid": stable_sigmoid,
    "relu": lambda x: np.maximum(x, 0), "softplus": lambda x: np.logaddexp(x, 0),
    "softsign": lambda x: x / (1 + abs(x)), "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "hard_sigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "pow": lambda x: np.power(x, -1), "logical_not": lambda x: x == 0,
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, about nan and inf
@pytest.mark.parametrize("dtype", FLOATS)
def test_extreme_values(K, dtype):
    """Each function alone, and all in one compiled function, which engines may compute in another way."""
    more = {"pow": lambda x: K.pow(x, -1), "logical_not": lambda x: ~x}
    x = extremes(dtype)
    tensor_, fed = K.constant(x, dtype), K.placeholder((None,), dtype=dtype)
    functions = {name: more.get(name) or getattr(K, name) for name in AT_EXTREMES}
    together = K.function([fed], [functions[name](fed) for name in AT_EXTREMES])([x])
    wide = x.astype("float32") if dtype == "float16" else x
    relative, _ = TOLERANCE[dtype]
    for (name, reference), value in zip(AT_EXTREMES.items(), together):
        expected = reference(wide)
        expected = expected if expected.dtype == bool else expected.astype(dtype)
        for found in (value, K.eval(functions[name](tensor_))):
            assert found.dtype == expected.dtype
            np.testing.assert_allclose(found.astype("float64"), expected.astype("float64"), rtol=relative,
                                       atol=float(np.finfo(dtype).tiny), err_msg=name)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, about nan and inf
@pytest.mark.parametrize("dtype", FLOATS)
def test_extreme_values_of_two_operands(K, dtype):
    x, y = [array.ravel() for array in np.meshgrid(extremes(dtype), extremes(dtype))]
    references = {"pow": np.power, "maximum": np.maximum, "minimum": np.minimum, "equal": np.equal, "less": np.less,
                  "greater_equal": np.greater_equal}
    operators = {"add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide}
    a, b = K.placeholder((None,), dtype=dtype), K.placeholder((None,), dtype=dtype)
    outputs = [getattr(K, name)(a, b) for name in references] + [a + b, a - b, a * b, a / b]
    values = K.function([a, b], outputs)([x, y])
    wide = [array.astype("float32") if dtype == "float16" else array for array in (x, y)]
    relative, _ = TOLERANCE[dtype]
    for (name, reference), value in zip({**references, **operators}.items(), values):
        expected = reference(*wide)
        expected = expected if expected.dtype == bool else expected.astype(dtype)
        np.testing.assert_allclose(value.astype("float64"), expected.astype("float64"), rtol=relative,
                                   atol=float(np.finfo(dtype).tiny), err_msg=name)
