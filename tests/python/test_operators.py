"""Operators of tensors, and indexing with positions and slices."""

import copy
import operator
import pickle

import numpy as np
import pytest
from checks import DTYPES, FLOATS, INTEGERS, NUMBERS, check, check_array, check_fed, check_gradient, sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, about nan and inf

ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
              "//": operator.floordiv, "%": operator.mod}
COMPARISONS = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
               ">=": operator.ge}
BOTH = {**ARITHMETIC, **COMPARISONS}
LOGICAL = {"&": operator.and_, "|": operator.or_}


def tensor(K, array):
    return K.constant(array, dtype=array.dtype.name)


# -- operators ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("sign", BOTH)
def test_operators_of_every_dtype(K, sign):
    for dtype in NUMBERS:
        x, y = sample((2, 3), dtype, seed=1), np.maximum(sample((2, 3), dtype, seed=2), np.array(1, dtype))
        x[0, 0] = y[0, 0]
        expected = BOTH[sign](x, y)
        if sign == "/" and dtype in INTEGERS:
            expected = expected.astype("float32")
        check(K, BOTH[sign](tensor(K, x), tensor(K, y)), expected)


@pytest.mark.parametrize("sign", BOTH)
def test_operators_with_numbers_and_arrays_on_either_side(K, sign):
    apply = BOTH[sign]
    x = np.array([[1.5, -2.0], [0.5, 3.0]], "float32")
    t = K.variable(x)
    for other in (2, 2.5, np.float64(1.5), np.int8(3), np.array([1.5, -2.0]), [1.5, -2.0], [[1], [2]]):
        as_float = np.asarray(other, "float32")
        check(K, apply(t, other), apply(x, as_float))
        check(K, apply(other, t), apply(as_float, x))
    check(K, apply(t, t), apply(x, x))


@pytest.mark.parametrize("sign", BOTH)
def test_operators_broadcast_and_take_unknown_sizes(K, sign):
    x, y = sample((2, 1, 3), seed=3), sample((4, 1), seed=4, low=0.5)
    check(K, BOTH[sign](K.constant(x), K.constant(y)), BOTH[sign](x, y))
    check_fed(K, BOTH[sign], [x, y], BOTH[sign](x, y))


@pytest.mark.parametrize("sign", ["+", "-", "*", "/"])
def test_operators_of_nan_and_infinity(K, sign):
    special = np.array([np.nan, np.inf, -np.inf, 0.0, 1.0, -1.0], "float32")
    x, y = np.meshgrid(special, special)
    check(K, ARITHMETIC[sign](K.constant(x), K.constant(y)), ARITHMETIC[sign](x, y))


@pytest.mark.parametrize("sign", ["+", "-", "*", "/"])
def test_operator_gradients(K, sign):
    x, y = sample((2, 3), "float64", seed=5), sample((3,), "float64", seed=6, low=0.5)
    check_gradient(K, ARITHMETIC[sign], ARITHMETIC[sign], x, y)


def test_products_of_matrices(K):
    x, y = np.arange(24, dtype="float32").reshape(2, 3, 4), np.arange(40, dtype="float32").reshape(2, 4, 5)
    for one, other in ((x, y), (x, y[0]), (x[0], y[0]), (x[0], y[0, :, 0]), (x[0, 0], y[0])):
        expected = one @ other
        for product in (tensor(K, one) @ tensor(K, other), tensor(K, one) @ other, one.tolist() @ tensor(K, other)):
            check(K, product, expected)
    with pytest.raises(K.errors.ArgumentError, match=r"4 and 3 dimensions is not defined here; use dot\(\) or"):
        tensor(K, x[None]) @ tensor(K, y)


def test_power(K):
    x = np.array([0.5, 1.0, 2.0], "float32")
    t = K.constant(x)
    check(K, t ** 2, x ** 2)
    check(K, 2 ** t, np.float32(2) ** x)
    check(K, t ** t, x ** x)
    check(K, np.array([1.0, 2.0, 3.0]) ** t, np.array([1, 2, 3], "float32") ** x)


def test_floor_division_and_remainder_have_the_sign_of_python(K):
    x, y = np.array([7, -7, 7, -7], "int32"), np.array([2, 2, -2, -2], "int32")
    for dtype in ("int32", "float32", "float64"):
        a, b = x.astype(dtype), y.astype(dtype)
        check(K, tensor(K, a) // tensor(K, b), a // b)
        check(K, tensor(K, a) % tensor(K, b), a % b)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, about nan and inf
def test_remainder_of_nan_and_infinity(K):
    special = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 5.0, -5.0, 1e30, -1e30], "float32")
    x, y = np.meshgrid(special, special)
    check(K, K.constant(x) % K.constant(y), np.mod(x, y))
    check(K, K.constant(5.0) % np.inf, np.float32(5))
    check(K, K.constant(x) // K.constant(y), np.where(y == 0, x / y, x // y))


def test_floor_division_and_remainder_where_the_quotient_is_nearly_whole(K):
    """x / y, or its floor, rounds to an integer that is larger than the true quotient."""
    state = np.random.RandomState(0)
    x = np.concatenate([[0.5, 1.0, 6.0, -6.0, 3.0, 88.0, -1.0, 1e-5, -1e-5, 0.0, -4.0, 4.0, -0.0, 0.0],
                        state.randn(500) * 10])
    y = np.concatenate([[1e-3, 0.1, 0.3, 0.3, 0.1, 1e-3, 0.1, 1e4, 1e4, -2.0, 2.0, -2.0, 2.0, 0.5],
                        state.choice([0.1, -0.2, 0.3, 0.7, 1e-3, -1.1], 500)])
    for dtype in FLOATS:
        a, b = x.astype(dtype), y.astype(dtype)
        expected = a // b, a % b
        values = K.function([], [K.constant(a, dtype) // K.constant(b, dtype),
                                 K.constant(a, dtype) % K.constant(b, dtype)])([])
        for value, reference in zip(values, expected):
            np.testing.assert_array_equal(value, reference)
            np.testing.assert_array_equal(np.signbit(value[value == 0]), np.signbit(reference[value == 0]))
        check(K, K.constant(a, dtype) % K.constant(b, dtype), expected[1])  # eval(), not a function


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, about an overflow
def test_floor_division_and_remainder_where_the_quotient_overflows(K):
    for dtype, large, small in (("float32", 3e35, 7e-33), ("float64", 3e300, 7e-290)):
        x = np.array([large, -large, large, -large, 7, np.nan], dtype)
        y = np.array([small, small, -small, -small, 4, 1], dtype)
        np.testing.assert_array_equal(K.eval(tensor(K, x) % tensor(K, y)), x % y)
        np.testing.assert_array_equal(K.eval(tensor(K, x) // tensor(K, y)), x // y)


def test_floor_division_and_remainder_of_every_integer_dtype(K):
    state = np.random.RandomState(0)
    for dtype in INTEGERS:
        limits = np.iinfo(dtype)
        x = np.array([limits.min, limits.max, limits.min, limits.max, 7, 0] + state.randint(0, 100, 40).tolist(), dtype)
        y = np.array([3, 3, limits.max, 2, 2, 5] + state.randint(1, 10, 40).tolist(), dtype)
        if limits.min:
            x, y = np.concatenate([x, -x]), np.concatenate([y, -y])
        check(K, tensor(K, x) // tensor(K, y), x // y)
        check(K, tensor(K, x) % tensor(K, y), x % y)
        if limits.min:  # the quotient overflows and wraps, as -x does; some releases of NumPy crash
            least = tensor(K, np.array([limits.min, 5], dtype))
            check(K, least // -1, np.array([limits.min, -5], dtype))
            check(K, least % -1, np.zeros(2, dtype))


def test_gradient_of_remainder_and_floor_division(K):
    x, y = K.variable([5.0, -5.0, 7.0, -7.0]), K.variable([np.inf, np.inf, 3.0, 3.0])
    of_x, of_y = K.gradients(K.sum(x % y), [x, y])
    check(K, of_x, np.ones(4, "float32"))
    check(K, of_y, np.array([0, 1, -2, 3], "float32"))
    for gradient in K.gradients(K.sum(x // K.variable([0.0, 1.0, 2.0, 3.0])), [x]) + K.gradients(5 // y, [y]):
        check(K, gradient, np.zeros(4, "float32"))


def test_division_by_0(K):
    x = np.array([1.0, -1.0, 0.0], "float32")
    check(K, K.constant(x) / 0, np.array([np.inf, -np.inf, np.nan], "float32"))


def test_division_of_integers_by_0(K):
    x = K.constant([1, 2], dtype="int32")
    for divide in (operator.floordiv, operator.mod):
        with pytest.raises(K.errors.EngineError, match="zero|by 0"):
            K.eval(divide(x, 0))
    check(K, x / 0, np.array([np.inf, np.inf], "float32"))


def test_signs(K):
    for dtype in FLOATS + ("int8", "int32", "int64"):
        x = sample((2, 3), dtype)
        check(K, -tensor(K, x), -x)
        check(K, +tensor(K, x), x)
        check(K, abs(tensor(K, x)), np.abs(x))


def test_negative_of_unsigned_integers_wraps_around(K):
    for dtype in ("uint8", "uint16", "uint32", "uint64"):
        x = np.array([0, 1, 2], dtype)
        check(K, -tensor(K, x), -x)


def test_integers_wrap_around(K):
    for dtype in ("int8", "uint8", "int16", "uint16", "int32", "int64"):
        x = np.array([np.iinfo(dtype).max], dtype)
        check(K, tensor(K, x) + 1, x + np.array(1, dtype))


def test_large_integers_are_exact(K):
    x = np.array([2 ** 62 + 1, -2 ** 53 - 1], "int64")
    t = tensor(K, x)
    check(K, t + 1, x + 1)
    check(K, t - t, x - x)
    check(K, t * 1, x)
    check(K, t // 2, x // 2)
    check(K, t == x + 1, [False, False])


@pytest.mark.parametrize("sign", LOGICAL)
def test_logical_operators(K, sign):
    x, y = np.array([True, True, False, False]), np.array([True, False, True, False])
    check(K, LOGICAL[sign](tensor(K, x), tensor(K, y)), LOGICAL[sign](x, y))
    check(K, LOGICAL[sign](tensor(K, x), True), LOGICAL[sign](x, True))
    check(K, LOGICAL[sign](True, tensor(K, x)), LOGICAL[sign](x, True))
    check(K, LOGICAL[sign](K.constant([2.0, 0.0]), K.constant([0.5, np.nan])), LOGICAL[sign](
        np.array([True, False]), np.array([True, True])))


def test_logical_not(K):
    check(K, ~K.constant([True, False], dtype="bool"), [False, True])
    check(K, ~K.constant([2, 0], dtype="int32"), [False, True])


def test_matrix_product(K):
    x, y = sample((2, 3)), sample((3, 2))
    check(K, K.constant(x) @ K.constant(y), x @ y)
    check(K, x @ K.constant(y), x @ y)


def test_operators_compute_on_the_backend_of_the_tensor(K, engine):
    x = K.variable([1.0, 2.0])
    other = "theano" if engine != "theano" else "cntk"
    with K.use_backend(other):
        y = x * 2 + x[0]
        assert y.backend == engine
        check_array(K.use_backend(engine) and K.eval(y), np.array([3, 5], "float32"))


def test_operators_refuse(K):
    x = K.ones((2, 3))
    for operand, error, message in [
            (K.ones((2,)), K.errors.ShapeError,
             r"x of shape \(2, 3\) and y of shape \(2,\) do not broadcast"),
            (K.ones((3,), "int32"), K.errors.DtypeError, "x has dtype float32 and y has dtype int32"),
            (1j, K.errors.KerasError, "complex")]:
        with pytest.raises(error, match=message):
            x + operand
    with pytest.raises(K.errors.DtypeError, match=r"add\(\): y holds 0.5, which dtype int32 cannot hold"):
        K.ones((3,), "int32") + 0.5
    with pytest.raises(K.errors.DtypeError, match=r"add\(\): y holds 300, which dtype uint8 cannot hold"):
        K.ones((3,), "uint8") + 300
    for operand in (None, "a", {}):
        with pytest.raises(TypeError):
            x + operand
    assert (x == None) is False  # noqa: E711
    assert (x != "a") is True


# -- Python's protocols ---------------------------------------------------------------------------------

def test_conversions(K):
    x = K.variable([[1.5, 2.0]])
    check_array(np.asarray(x), np.array([[1.5, 2]], "float32"))
    check_array(np.asarray(x * 2, dtype="float64"), np.array([[3.0, 4]]))
    assert float(K.sum(x)) == 3.5
    assert int(K.constant(3.0)) == 3
    assert bool(K.constant(0.0)) is False
    assert len(x) == 1
    assert [row.shape for row in x] == [(2,)]
    assert repr(x).startswith("<%s variable 'variable': dtype float32, shape (1, 2)>" % x.backend)
    assert x.ndim == 2
    assert {x: 1}[x] == 1


def test_what_a_tensor_of_the_graph_refuses(K):
    x = K.placeholder((None,))
    with pytest.raises(K.errors.ArgumentError,
                       match=r"no truth value while the graph is built; use switch\(\)"):
        bool(x == 1)
    with pytest.raises(K.errors.ArgumentError, match="no known length"):
        len(x)
    with pytest.raises(K.errors.ArgumentError, match="no known length"):
        list(K.ones(()))
    with pytest.raises(K.errors.PlaceholderError,
                       match="a value is needed for the placeholder 'placeholder'"):
        float(x)
    for save in (pickle.dumps, copy.deepcopy):
        with pytest.raises(K.errors.ArgumentError, match=r"cannot be saved; save its value, get_value\(x\)"):
            save(x)


# -- indexing -------------------------------------------------------------------------------------------

SLICES = [slice(None), slice(1, None), slice(None, 2), slice(1, 3), slice(None, -1), slice(-2, None),
          slice(None, None, 2), slice(1, None, 2), slice(None, None, -1), slice(3, 0, -2),
          slice(-1, None, -3),
          slice(10, None), slice(None, 10), slice(-10, 2), slice(3, 1), slice(1, 3, -1), slice(2, 2),
          slice(-10, -20, -1), slice(None, -100, -1), slice(None, 2 ** 40), slice(100, None, -1)]
KEYS = [0, -1, 2, (0, 1), (-1, -1, -1), (slice(None), 1), (slice(1, 3), slice(None, None, -1), 0), Ellipsis,
        (Ellipsis, 0), (0, Ellipsis), (Ellipsis, slice(1, 2)), None, (None, 0), (0, None, slice(None), None),
        (Ellipsis, None), (slice(None), None, Ellipsis, 1), (),
        (slice(None, None, -2), slice(2, 0, -1), slice(1, 1))]


def test_slices(K):
    x = sample((4,))
    t = K.variable(x)
    for part in SLICES:
        check(K, t[part], x[part])


def test_keys(K):
    x = sample((4, 3, 2))
    t = K.variable(x)
    for key in KEYS:
        check(K, t[key], x[key])


def test_slices_of_unknown_sizes(K):
    x = sample((4, 3))
    parts = SLICES + [0, -1, (slice(None), -1), (Ellipsis, slice(None, None, -1)), (None, slice(1, 3))]
    check_fed(K, lambda t: [t[part] for part in parts], [x], [x[part] for part in parts])


def test_slices_of_a_known_size_beside_an_unknown_one(K):
    t = K.placeholder((None, 5))
    assert t[1:, 1:3].shape == (None, 2)
    assert t[0].shape == (5,)
    assert t[:, ::-2].shape == (None, 3)
    assert t[..., None].shape == (None, 5, 1)


def test_slices_of_every_dtype(K):
    for dtype in DTYPES:
        x = sample((3, 2), dtype)
        check(K, tensor(K, x)[::-1, 1], x[::-1, 1])


def test_positions_of_numpy_and_whole_floats(K):
    x = sample((4, 3))
    t = K.constant(x)
    check(K, t[np.int64(1)], x[1])
    check(K, t[np.int32(1):np.int64(3), 2.0], x[1:3, 2])


def test_slices_of_empty_arrays(K):
    x = np.ones((0, 3), "float32")
    t = K.constant(x)
    check(K, t[1:], x)
    check(K, t[:, 1], x[:, 1])
    check(K, t[::-1], x)


def test_slices_that_are_all_of_a_tensor(K):
    x = sample((3, 7), "float64")
    cuts = [slice(0, 2), slice(2, 3), slice(-4, None)]

    def weighted(t):
        return sum((t[:, cut] * t[:, cut] * i)[..., 0] for i, cut in enumerate(cuts, 1)) + t[:, 2:3][..., 0]
    check_gradient(K, weighted, weighted, x)

    def step(part, states):
        state = sum(part[:, cut] * i for i, cut in enumerate((slice(0, 2), slice(2, 4), slice(4, None)), 1))
        return state, [states[0] + state]
    series = K.placeholder((None, 4, 6))
    _, outputs, (total,) = K.rnn(step, series, [K.zeros_like(series[:, 0, :2])])
    values = sample((2, 4, 6))
    rows = values[..., :2] + 2 * values[..., 2:4] + 3 * values[..., 4:]
    found = K.function([series], [outputs, total] + K.gradients(K.sum(total), [series]))([values])
    for value, expected in zip(found, (rows, rows.sum(1), np.broadcast_to(np.repeat([1, 2, 3], 2), values.shape))):
        np.testing.assert_allclose(value, expected, rtol=1e-5)


@pytest.mark.parametrize("key",
                         [0, slice(1, 3), slice(None, None, -2), (slice(None), 1), (None, -1, slice(0, 1)),
                                 (Ellipsis, slice(None, None, -1))], ids=str)
def test_slice_gradient(K, key):
    check_gradient(K, lambda x: x[key], lambda x: x[key], sample((3, 2), "float64"))


def test_slice_gradient_of_unknown_sizes(K):
    x = K.placeholder((None, 3))
    gradient = K.function([x], K.gradients(K.sum(x[1::2] * 3), x))
    expected = np.zeros((5, 3), "float32")
    expected[1::2] = 3
    check_array(gradient([np.ones((5, 3))])[0], expected)


def test_indexing_refuses(K):
    x = K.ones((2, 3))
    for key, error, message in [
            (2, "ShapeError", "position 2 is out of range for axis 0 of size 2"),
            ((0, -4), "ShapeError", "position -4 is out of range for axis 1 of size 3"),
            ((0, 0, 0), "ShapeError", "3 positions are given for a tensor with 2 dimensions"),
            ((Ellipsis, Ellipsis), "ShapeError", "positions are given"),
            (1.5, "ArgumentError", "a position must be a whole number, not 1.5"),
            (True, "ArgumentError", "a position must be a whole number, not True"),
            ("a", "ArgumentError", "a position must be a whole number, not 'a'"),
            ([0, 1], "ArgumentError", r"a position must be a whole number, not \[0, 1\]"),
            (x, "DtypeError", "a position has dtype float32; integers are needed"),
            (slice(0.5, None), "ArgumentError", "a bound of a slice must be a whole number, not 0.5"),
            (slice(None, None, 0), "ArgumentError", "the step of a slice must not be 0")]:
        with pytest.raises(getattr(K.errors, error), match=r"get_item\(\): .*" + message):
            x[key]


def test_position_out_of_range_when_fed(K):
    x = K.placeholder((None,))
    for position in (3, -4):
        at = K.function([x], [x[position]])
        with pytest.raises(K.errors.KerasError):
            at([np.ones(3)])
        check_array(at([np.arange(4.0)])[0], np.float32(3 if position == 3 else 0))


part = st.one_of(st.builds(slice, *[st.one_of(st.none(), st.integers(-6, 6))] * 2,
                           st.one_of(st.none(), st.integers(-3, 3).filter(bool))), st.integers(-2, 1),
                 st.none())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.lists(part, max_size=4).map(tuple).filter(lambda key: sum(p is not None for p in key) <= 3))
def test_any_key_is_numpys(K, key):
    x = sample((4, 2, 3))
    check(K, K.constant(x)[key], x[key])


def test_a_number_beside_a_tensor_takes_its_dtype_or_does_not_fit(K):
    for dtype in NUMBERS + ("bool",):
        x = K.constant([1, 0, 1], dtype=dtype)
        two = [lambda y, x=x: K.equal(x, y), lambda y, x=x: K.switch(K.constant(True, dtype="bool"), x, y),
               lambda y, x=x: K.concatenate([x, np.array([y])])]
        if dtype != "bool":
            two += [lambda y, x=x: x + y, lambda y, x=x: y - x, lambda y, x=x: K.maximum(y, x),
                    lambda y, x=x: K.pow(x, y), lambda y, x=x: K.clip(x, None, y),
                    lambda y, x=x: K.dot(x, np.full((3, 1), y)),
                    lambda y, x=x: K.update_add(K.variable(1, x.dtype), y)]
        for call in two:
            assert call(1).dtype in (dtype, "bool")
            if dtype in FLOATS:
                for number in (0.5, np.inf, np.nan):
                    assert call(number).dtype in (dtype, "bool")
                if dtype != "float64":
                    largest = float(np.finfo(dtype).max)
                    assert call(largest).dtype in (dtype, "bool")
                    with pytest.raises(K.errors.DtypeError, match="holds .*, which dtype %s cannot hold; its" % dtype):
                        call(-2 * largest)
                continue
            for number in (0.5, float("nan"), 1e300) + ((300, -1) if dtype == "uint8" else ()):
                with pytest.raises(K.errors.DtypeError, match="holds .*, which dtype %s cannot hold" % dtype):
                    call(number)
    mask = K.constant([1, 0], dtype="bool")
    for call in (lambda: K.equal(mask, 2), lambda: K.switch(mask, -1, mask)):
        with pytest.raises(K.errors.DtypeError, match="holds other numbers than 0 and 1, which dtype bool cannot hold"):
            call()


def test_states_that_are_no_tensors_take_the_dtype_of_what_is_looped_over(K):
    x = K.constant([[1, 2, 3]], "float64")
    check(K, K.foldl(lambda total, one: total + one, x[0], initializer=0.1), np.float64(6.1))
    _, outputs, _ = K.rnn(lambda one, states: (one + states[0], [one + states[0]]), K.expand_dims(x),
                          [np.full((1, 1), 0.1)])
    check(K, outputs, np.array([[[1.1], [3.1], [6.1]]]))
