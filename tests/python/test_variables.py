"""The family variables."""

import gc
import re

import numpy as np
import pytest
from checks import DTYPES, FLOATS, INTEGERS, NUMBERS, check, check_array, check_fed, check_gradient, sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

SHAPES = [(), (3,), (2, 3), (2, 1, 3), (2, 1, 3, 2), (1, 2, 1, 2, 3)]


def tensor(K, array):
    return K.constant(array, dtype=array.dtype.name)


# -- variable and constant ------------------------------------------------------------------------------

@pytest.mark.parametrize("make", ["variable", "constant"])
def test_values_of_every_dtype_and_rank(K, make):
    for dtype in DTYPES:
        for shape in SHAPES:
            x = sample(shape, dtype)
            check(K, getattr(K, make)(x, dtype=dtype), x)


@pytest.mark.parametrize("make", ["variable", "constant"])
def test_values_at_the_limits_of_their_dtype(K, make):
    for dtype in INTEGERS:
        limits = np.iinfo(dtype)
        x = np.array([limits.min, limits.max], dtype)
        check(K, getattr(K, make)(x, dtype=dtype), x)
    for dtype in FLOATS:
        x = np.array([np.nan, np.inf, -np.inf, -0.0, np.finfo(dtype).max, np.finfo(dtype).tiny], dtype)
        value = K.eval(getattr(K, make)(x, dtype=dtype))
        np.testing.assert_array_equal(value, x)
        np.testing.assert_array_equal(np.signbit(value), np.signbit(x))


@pytest.mark.parametrize("make", ["variable", "constant"])
def test_values_of_other_types_become_floatx(K, make):
    make = getattr(K, make)
    for floatx in FLOATS:
        K.set_floatx(floatx)
        for value in (1, 2.5, True, [1, 2], (1.5, 2), np.float64(0.5), np.float16(0.5), np.int8(3),
                      np.bool_(True),
                      np.arange(3), np.ones((2, 2), ">f4"), np.asfortranarray([[1, 2], [3, 4]]),
                      np.arange(6).reshape(2, 3)[:, ::-2], [np.float32(1), 2], float("inf")):
            check(K, make(value), np.asarray(value).astype(floatx))


@pytest.mark.parametrize("make", ["variable", "constant"])
def test_dtypes_given_in_other_ways(K, make):
    for dtype, name in [(np.float64, "float64"), (np.dtype("int16"), "int16"), (bool, "bool"),
                        (np.bool_, "bool"), (np.int8, "int8"), (np.intc, "int32"), (np.dtype(">f8"), "float64")]:
        check(K, getattr(K, make)([1, 0], dtype=dtype), np.array([1, 0], name))


@pytest.mark.parametrize("make", ["variable", "constant"])
def test_value_of_a_tensor_is_evaluated(K, make):
    x = K.variable([1.0, 2.0])
    y = getattr(K, make)(x * 2)
    K.set_value(x, [0.0, 0.0])
    check(K, y, np.array([2, 4], "float32"))
    check(K, getattr(K, make)(K.constant([3, 4], dtype="int64")), np.array([3, 4], "float32"))


@pytest.mark.parametrize("make", ["variable", "constant"])
def test_empty_values(K, make):
    for value in ([], [[]], np.ones((0, 3)), np.ones((2, 0, 3))):
        check(K, getattr(K, make)(value), np.asarray(value, "float32"))


@pytest.mark.parametrize("make", ["variable", "constant"])
def test_values_that_are_refused(K, make):
    refused = [
        ("abc", None, "value must be a tensor, a number or an array of numbers, not str"),
        (None, None, "value must be a tensor, a number or an array of numbers, not NoneType"),
        ([[1, 2], [3]], None, "value must be a tensor, a number or an array of numbers, not list"),
        ([2, 1.5], "int32", "value holds 1.5, which dtype int32 cannot hold"),
        ([float("nan")], "int32", "value holds nan, which dtype int32 cannot hold"),
        ([1e30], "int64", "value holds .*, which dtype int64 cannot hold"),
        ([0, 256], "uint8", "value holds 256, which dtype uint8 cannot hold"),
        ([0, -1], "uint64", "value holds -1, which dtype uint64 cannot hold"),
        ([1], "complex64", "unknown dtype 'complex64'; accepted: float16, float32, float64, int8"),
        # Further names of NumPy's, which mean 64 bits in NumPy and 32 in TensorFlow.
        ([1], "float", "unknown dtype 'float'; accepted: float16"), ([1], float, "unknown dtype 'float'"),
        ([1], int, "unknown dtype 'int'"),
        ([1], ">f8", "unknown dtype '>f8'"), ([1], "floaty", "unknown dtype 'floaty'"),
        ([1], 5, "unknown dtype 5"),
    ]
    for value, dtype, message in refused:
        with pytest.raises(K.errors.DtypeError, match=r"%s\(\): %s" % (make, message)):
            getattr(K, make)(value, dtype=dtype)
    check(K, getattr(K, make)(1), np.float32(1))


def test_arrays_of_other_kinds_are_refused_by_name(K):
    masked = np.ma.masked_array([1.0, 2.0, 3.0], [False, True, False])
    kinds = [(masked, "a masked array, whose mask would be lost"),
             (masked.astype("float32"), "a masked array"), (masked.astype("int64")[1], "a masked array"),
             (np.array([(1, 2.0)], "i4,f4"), r"an array of dtype \[\('f0', '<i4'\), \('f1', '<f4'\)\]"),
             (np.array(["2020-01-01"], "datetime64[D]"), r"an array of dtype datetime64\[D\]"),
             (np.timedelta64(1, "s"), r"an array of dtype timedelta64\[s\]"),
             (np.array([1, None]), "an array of dtype object"), (np.array(["a"]), "an array of dtype <U1"),
             (np.array([b"a"]), r"an array of dtype \|S1"), (np.ones(2, complex), "an array of dtype complex128"),
             (10 ** 30, "10{30}, which needs more than 64 bits")]
    calls = [("variable", "value", K.variable), ("sum", "x", K.sum),
             ("constant", "value", lambda value: K.constant(value, "float16")),
             ("set_value", "value", lambda value: K.set_value(K.zeros((3,)), value)),
             ("add", "y", lambda value: K.ones((3,)) + value),
             ("function", "inputs", lambda value: K.function([K.placeholder((3,))], [])([value]))]
    for value, what in kinds:
        for array in (value, [value, value]) if not isinstance(value, int) else (value,):
            for name, argument, call in calls:
                with pytest.raises(K.errors.DtypeError, match=r"%s\(\): %s.* must be a tensor, a number or an array of "
                                                              "numbers, not %s" % (name, argument, what)):
                    call(array)
    whole = np.ma.masked_array([1.0, 2.0], [False, False])  # nothing is masked, so nothing is lost
    check(K, K.constant(whole), np.array([1, 2], "float32"))


def test_no_complex_numbers_nor_objects(K):
    for value in (1j, np.array([1j]), object(), {1, 2}, np.array(["a"])):
        with pytest.raises(K.errors.KerasError):
            K.variable(value)


def test_constant_fills_a_shape(K):
    check(K, K.constant(2, shape=(2, 3)), np.full((2, 3), 2, "float32"))
    check(K, K.constant([7], dtype="int32", shape=[2]), np.array([7, 7], "int32"))
    check(K, K.constant([1, 2, 3, 4], shape=(2, 2)), np.array([[1, 2], [3, 4]], "float32"))
    check(K, K.constant(5.0, shape=()), np.float32(5))
    check(K, K.constant([5.0], shape=()), np.float32(5))
    check(K, K.constant(1, shape=(0, 2)), np.ones((0, 2), "float32"))
    check(K, K.constant(1, shape=3), np.ones(3, "float32"))
    with pytest.raises(K.errors.ShapeError,
                       match=r"constant\(\): value has 3 elements; shape \(2, 2\) takes 4"):
        K.constant([1, 2, 3], shape=(2, 2))
    with pytest.raises(K.errors.ShapeError, match=r"constant\(\): shape must be known in every dimension"):
        K.constant(1, shape=(None, 2))


def test_a_constraint_is_kept_with_the_variable(K):
    def constraint(w):
        return K.clip(w, 0, 1)
    x = K.variable([-1.0, 2.0], constraint=constraint)
    assert x.constraint is constraint
    check(K, x.constraint(x), np.array([0, 1], "float32"))
    assert K.variable(0.0, None, "x", constraint).constraint is constraint
    assert K.variable(0.0).constraint is None
    with pytest.raises(K.errors.ArgumentError,
                       match=r"variable\(\): constraint must be a function, not 'clip'"):
        K.variable(0.0, constraint="clip")


def test_a_variable_has_a_value_of_its_own(K):
    array = np.ones(3, "float32")
    x = K.variable(array)
    array[:] = 5
    value = K.get_value(x)
    check_array(value, np.ones(3, "float32"))
    value[:] = 7
    check_array(K.get_value(x), np.ones(3, "float32"))
    K.set_value(x, array)
    array[:] = 9
    check_array(K.get_value(x), np.full(3, 5, "float32"))


# -- filled variables -----------------------------------------------------------------------------------

@pytest.mark.parametrize("name, number", [("zeros", 0), ("ones", 1)])
def test_zeros_and_ones(K, name, number):
    make = getattr(K, name)
    for shape in SHAPES + [(0,), (2, 0)]:
        x = make(shape)
        check(K, x, np.full(shape, number, "float32"))
        assert K.is_variable(x)
    for dtype in DTYPES:
        check(K, make((2,), dtype=dtype, name="w"), np.full((2,), number, dtype))
    for shape in (3, 3.0, [3], np.array([3]), (np.int64(3),)):
        check(K, make(shape), np.full((3,), number, "float32"))


@pytest.mark.parametrize("name", ["zeros", "ones"])
def test_zeros_and_ones_refuse(K, name):
    for shape, error, message in [
            ((None, 2), "ShapeError", r"shape must be known in every dimension, not \(None, 2\)"),
            ((2, -1), "ArgumentError", "a size in shape must be at least 0, not -1"),
            ((2, 1.5), "ArgumentError", "a size in shape must be a whole number, not 1.5"),
            ("ab", "ArgumentError", "shape must be a tuple of sizes, not 'ab'"),
            (None, "ArgumentError", "shape must be a tuple of sizes, not None")]:
        with pytest.raises(getattr(K.errors, error), match=r"%s\(\): %s" % (name, message)):
            getattr(K, name)(shape)
    with pytest.raises(K.errors.DtypeError, match=r"%s\(\): unknown dtype 'text'" % name):
        getattr(K, name)((2,), dtype="text")


def test_eye(K):
    check(K, K.eye(3), np.eye(3, dtype="float32"))
    check(K, K.eye((2, 3), dtype="int32"), np.eye(2, 3, dtype="int32"))
    check(K, K.eye(1, dtype="bool"), np.eye(1, dtype="bool"))
    check(K, K.eye(0), np.ones((0, 0), "float32"))
    for size in ((), (1, 2, 3)):
        with pytest.raises(K.errors.ShapeError, match=r"eye\(\): size must be one number or two"):
            K.eye(size)


@pytest.mark.parametrize("name, number", [("zeros_like", 0), ("ones_like", 1)])
def test_zeros_and_ones_like(K, name, number):
    like = getattr(K, name)
    for shape in SHAPES + [(0, 2)]:
        check(K, like(K.constant(sample(shape))), np.full(shape, number, "float32"))
    for dtype in DTYPES:
        x = tensor(K, sample((2, 3), dtype))
        check(K, like(x), np.full((2, 3), number, dtype))
        check(K, like(K.ones((2,)), dtype=dtype), np.full((2,), number, dtype))
    check(K, like([[1, 2]]), np.full((1, 2), number, "int64"))
    x = sample((2, 3))
    check_fed(K, like, [x], np.full((2, 3), number, "float32"), static=(None, None))
    check(K, like(K.constant([np.nan, np.inf])), np.full(2, number, "float32"))
    assert like(K.ones((2,)), name="w").name == "w"


def test_identity(K):
    x = K.variable([1.0, 2.0])
    y = K.identity(x, name="y")
    assert (K.is_variable(y), y.name) == (False, "y")
    K.set_value(x, [3.0, 4.0])
    check(K, y, np.array([3, 4], "float32"))
    for dtype in DTYPES:
        array = sample((2, 3), dtype)
        check(K, K.identity(tensor(K, array)), array)
    check_gradient(K, K.identity, np.copy, sample((2, 3), "float64"))


def test_random_variables_repeat_with_a_seed(K):
    uniform = np.random.RandomState(3).uniform(-1, 2, (4, 5))
    check(K, K.random_uniform_variable((4, 5), -1, 2, seed=3), uniform.astype("float32"))
    normal = np.random.RandomState(3).normal(-1, 2, (4, 5))
    check(K, K.random_normal_variable((4, 5), -1, 2, dtype="float64", seed=3.0), normal)
    assert K.is_variable(K.random_normal_variable((2,), 0, 1, name="n"))


def test_random_variables_differ_without_a_seed(K):
    for make in (K.random_uniform_variable, K.random_normal_variable):
        first, second = K.get_value(make((50,), 0, 1)), K.get_value(make((50,), 0, 1))
        assert not np.array_equal(first, second)
    value = K.get_value(K.random_uniform_variable((2000,), -2, 2))
    assert value.min() >= -2 and value.max() < 2 and abs(value.mean()) < 0.2
    value = K.get_value(K.random_normal_variable((2000,), 5, 2))
    assert abs(value.mean() - 5) < 0.3 and abs(value.std() - 2) < 0.3


def test_random_variables_refuse(K):
    for seed in (-1, 0.5, "a"):
        with pytest.raises(K.errors.ArgumentError, match=r"random_uniform_variable\(\): seed must be"):
            K.random_uniform_variable((2,), 0, 1, seed=seed)
    for low, high in ((0, np.inf), (-np.inf, 0), (np.nan, 1), (0, np.nan), (np.inf, np.inf), (-1e308, 1e308)):
        with pytest.raises(K.errors.ArgumentError, match=r"random_uniform_variable\(\): low %s and high %s must be "
                                                         r"finite" % (re.escape(str(low)), re.escape(str(high)))):
            K.random_uniform_variable((2,), low, high)
    with pytest.raises(K.errors.ArgumentError,
                       match=r"random_normal_variable\(\): scale must be at least 0, not -1"):
        K.random_normal_variable((2,), 0, -1)
    with pytest.raises(K.errors.ShapeError, match=r"random_normal_variable\(\): shape must be known"):
        K.random_normal_variable((None,), 0, 1)


@pytest.mark.parametrize("arguments",
                         [(5,), (0,), (-3,), (2, 7), (7, 2), (7, 2, -2), (0, 1, 0.25), (0.5, 3), (5.0,),
                                       (np.int64(4),)], ids=str)
def test_arange(K, arguments):
    expected = np.arange(*arguments)
    check(K, K.arange(*arguments, dtype="float64"), expected.astype("float64"))
    if np.all(expected == np.trunc(expected)):
        check(K, K.arange(*arguments), expected.astype("int32"))


def test_arange_refuses(K):
    with pytest.raises(K.errors.ArgumentError, match=r"arange\(\): step must not be 0"):
        K.arange(1, 2, 0)
    for start in ("a", float("nan"), float("inf"), [1, 2]):
        with pytest.raises(K.errors.ArgumentError, match=r"arange\(\): stop must be a number, not"):
            K.arange(start)
    with pytest.raises(K.errors.DtypeError,
                       match=r"arange\(\): value holds 299, which dtype uint8 cannot hold"):
        K.arange(300, dtype="uint8")


# -- placeholders ---------------------------------------------------------------------------------------

def test_placeholder(K):
    x = K.placeholder((None, 3, None), name="x")
    assert (x.shape, x.dtype, x.name, x.kind) == ((None, 3, None), "float32", "x", "placeholder")
    assert K.placeholder(ndim=2).shape == (None, None)
    assert K.placeholder(ndim=0).shape == ()
    assert K.placeholder(shape=(2,), ndim=1, dtype="int32").dtype == "int32"
    assert K.placeholder(shape=[None, 2.0]).shape == (None, 2)
    K.set_floatx("float64")
    assert K.placeholder(()).dtype == "float64"


def test_placeholder_of_every_dtype_and_rank(K):
    for dtype in DTYPES:
        x = K.placeholder((None, 3), dtype=dtype)
        value = sample((2, 3), dtype)
        check_array(K.function([x], x)([value]), value)
    for shape in SHAPES:
        x = K.placeholder(ndim=len(shape))
        value = sample(shape)
        check_array(K.function([x], [K.identity(x)])([value])[0], value)


def test_placeholder_refuses(K):
    for arguments, message in [
            ({}, "shape or ndim must be given"),
            ({"shape": (2, 3), "ndim": 1}, r"ndim is 1, but shape \(2, 3\) has 2 dimensions"),
            ({"ndim": -1}, "ndim must be at least 0, not -1"),
            ({"ndim": 1.5}, "ndim must be a whole number, not 1.5"),
            ({"shape": (-1, 2)}, "a size in shape must be at least 0, not -1")]:
        with pytest.raises(K.errors.ArgumentError, match=r"placeholder\(\): .*" + message):
            K.placeholder(**arguments)
    with pytest.raises(K.errors.DtypeError, match=r"placeholder\(\): unknown dtype 'string'"):
        K.placeholder((2,), dtype="string")


# -- names ----------------------------------------------------------------------------------------------

def test_names(K):
    assert K.variable(0.0, name="w").name == "w"
    assert [K.variable(0.0).name for _ in range(3)] == ["variable", "variable_1", "variable_2"]
    assert [K.placeholder(()).name for _ in range(2)] == ["placeholder", "placeholder_1"]
    assert K.constant(0.0, name="c").name == "c"
    assert K.constant(0.0).name is None
    assert K.zeros((2,), name="z").name == "z"
    assert K.variable(0.0, name="a/b c:0 é").name == "a/b c:0 é"


# -- queries --------------------------------------------------------------------------------------------

def test_what_a_tensor_is(K):
    x, y, z = K.variable(0.0), K.placeholder((2,)), K.constant([1.0])
    assert [K.is_tensor(t) for t in (x, y, z, x + 1, 1.0, np.ones(2), "x", None)] == [True] * 4 + [False] * 4
    assert [K.is_variable(t) for t in (x, y, z, x + 1, 1.0, None)] == [True] + [False] * 5
    assert [K.is_placeholder(t) for t in (x, y, z, y + 1, 1.0, None)] == [False, True] + [False] * 4
    assert [K.is_sparse(t) for t in (x, y, z)] == [False] * 3
    assert [K.is_keras_tensor(t) for t in (x, y, z)] == [False] * 3
    assert K.eval(K.to_dense(z)) == 1
    with pytest.raises(K.errors.ArgumentError, match=r"is_keras_tensor\(\): x must be a tensor, not ndarray"):
        K.is_keras_tensor(np.ones(2))


def test_shapes_and_dtypes(K):
    x = K.placeholder((None, 3), dtype="float64")
    assert (K.int_shape(x), K.ndim(x), K.dtype(x)) == ((None, 3), 2, "float64")
    y = K.variable(np.ones((2, 3, 4)))
    assert (K.int_shape(y), K.ndim(y), K.dtype(y), K.count_params(y)) == ((2, 3, 4), 3, "float32", 24)
    assert (K.get_variable_shape(y), K.count_params(K.ones(())),
            K.count_params(K.ones((0, 3)))) == ((2, 3, 4), 1, 0)
    assert (K.int_shape([[1, 2]]), K.ndim(1.0), K.dtype(np.int8(1))) == ((1, 2), 0, "int8")
    with pytest.raises(K.errors.ShapeError,
                       match=r"count_params\(\): x has unknown sizes: its shape is \(None, 3\)"):
        K.count_params(x)
    for value in ("a", None, [[1], [2, 3]]):
        for function in ("int_shape", "dtype"):
            with pytest.raises(K.errors.DtypeError, match=r"%s\(\): x must be a tensor" % function):
                getattr(K, function)(value)


def test_shape_and_size_as_tensors(K):
    for shape in SHAPES + [(0, 3)]:
        x = K.constant(sample(shape))
        check(K, K.shape(x), np.array(shape, "int32"))
        check(K, K.size(x, name="n"), np.int32(np.prod(shape)))
    for dtype in DTYPES:
        check(K, K.shape(tensor(K, sample((2, 3), dtype))), np.array([2, 3], "int32"))
    x = sample((2, 3))
    check_fed(K, lambda x: [K.shape(x), K.size(x)], [x], [np.array([2, 3], "int32"), np.int32(6)],
              static=[(2,), ()])
    check_fed(K, lambda x: [K.shape(x)[0], K.cast(K.size(x), "float32") * K.sum(x)], [x],
              [np.int32(2), np.float32(6) * x.sum()])


# -- values ---------------------------------------------------------------------------------------------

def test_eval_gives_arrays(K):
    for dtype in DTYPES:
        for x in (K.constant(1, dtype=dtype), K.variable(1, dtype=dtype),
                  K.identity(K.variable(1, dtype=dtype))):
            value = K.eval(x)
            assert isinstance(value, np.ndarray)
            check_array(value, np.array(1, dtype))
    check_array(K.eval([1.0, 2.0]), np.array([1, 2], "float32"))
    check_array(K.get_value(K.ones((2,)) * 3), np.array([3, 3], "float32"))


def test_arrays_can_be_changed_in_place(K):
    x = K.variable([1.0, 2.0])
    for value in (K.eval(x), K.eval(x * 1), K.function([], [x])([])[0]):
        value += 1
    check(K, x, np.array([1, 2], "float32"))


def test_eval_sees_changes_of_variables(K):
    x = K.variable([1.0, 2.0])
    y = K.sum(x * 2)
    for factor in (1, 2, 3):
        K.set_value(x, [factor, factor])
        check(K, y, np.float32(4 * factor))


def test_set_value(K):
    for dtype in DTYPES:
        x = K.zeros((2, 3), dtype=dtype)
        value = sample((2, 3), dtype)
        assert K.set_value(x, value) is None
        check(K, x, value)
    x = K.variable(0.0)
    for value in (1, 2.5, np.float64(3.5), np.int64(4), True, K.constant(6.0), K.constant(3.0) * 2):
        K.set_value(x, value)
        check(K, x, np.float32(K.eval(value)))
    K.set_value(x, float("nan"))
    assert np.isnan(K.get_value(x))


def test_set_value_refuses(K):
    x = K.ones((2, 3))
    for value, error, message in [
            (np.ones((3, 2)), "ShapeError", r"value has shape \(3, 2\); expected: \(2, 3\)"),
            (1.0, "ShapeError", r"value has shape \(\); expected: \(2, 3\)"),
            ("a", "DtypeError", "value must be a tensor, a number or an array of numbers, not str")]:
        with pytest.raises(getattr(K.errors, error), match=r"set_value\(\): " + message):
            K.set_value(x, value)
    with pytest.raises(K.errors.DtypeError, match=r"set_value\(\): value holds 0.5, which"):
        K.set_value(K.ones((), "int32"), 0.5)
    for target, what in [(x + 1, "tensor"), (K.placeholder((2, 3)), "placeholder 'placeholder'"),
                         (K.constant(1.0), "constant"), (np.ones(2), "ndarray"), (None, "NoneType")]:
        with pytest.raises(K.errors.DtypeError, match=r"set_value\(\): x must be a variable, not " + what):
            K.set_value(target, np.ones((2, 3)))
    check(K, x, np.ones((2, 3), "float32"))


def test_values_of_several_variables(K):
    x, y = K.variable([1.0, 2.0]), K.variable(3, dtype="int32")
    K.batch_set_value([(x, [5.0, 6.0]), (y, 7)])
    values = K.batch_get_value([x, y, x + 1])
    for value, expected in zip(values, [np.array([5, 6], "float32"), np.array(7, "int32"),
                                        np.array([6, 7], "float32")]):
        check_array(value, expected)
    assert K.batch_get_value([]) == []
    K.batch_set_value([])


def test_batch_set_value_changes_all_or_nothing(K):
    x, y = K.variable([1.0, 2.0]), K.variable(3.0)
    for pairs, error, message in [
            ([(x, [5.0, 6.0]), (y, [1.0])], "ShapeError",
             r"tuples\[1\]\[1\] has shape \(1,\); expected: \(\)"),
            ([(x, [5.0, 6.0]), (y + 1, 1.0)], "DtypeError",
             r"tuples\[1\]\[0\] must be a variable, not tensor"),
            ([(x, [5.0, 6.0]), 3], "ArgumentError",
             r"tuples\[1\] must be a \(variable, value\) pair, not 3")]:
        with pytest.raises(getattr(K.errors, error), match=r"batch_set_value\(\): " + message):
            K.batch_set_value(pairs)
    check(K, x, np.array([1, 2], "float32"))
    with pytest.raises(K.errors.ArgumentError, match=r"batch_get_value\(\): ops must be a list of variables"):
        K.batch_get_value(x)


# -- cast -----------------------------------------------------------------------------------------------

def test_cast_from_every_dtype_to_every_dtype(K):
    for source in DTYPES:
        x = np.array([0, 1, 2, 100], source)
        t = tensor(K, x)
        for target in DTYPES:
            check(K, K.cast(t, target), x.astype(target))


def test_cast_drops_fractions(K):
    x = np.array([-2.7, -0.5, 0.5, 2.7])
    for dtype in FLOATS:
        for target in ("int8", "int16", "int32", "int64"):
            check(K, K.cast(tensor(K, x.astype(dtype)), target), np.trunc(x).astype(target))
    check(K, K.cast(K.constant([0.5, 0.0, -0.1, np.nan, np.inf]), "bool"), [True, False, True, True, True])


def test_cast_of_negative_and_large_numbers(K):
    for dtype in ("int8", "int16", "int32", "int64"):
        x = np.array([np.iinfo(dtype).min, -1, np.iinfo(dtype).max], dtype)
        check(K, K.cast(tensor(K, x), "int64"), x.astype("int64"))
        check(K, K.cast(tensor(K, x), "float64"), x.astype("float64"))
    check(K, K.cast(K.constant([np.nan, np.inf, -np.inf, 1e30]), "float64"),
          np.array([np.nan, np.inf, -np.inf, np.float32(1e30)], "float64"))
    with np.errstate(over="ignore"):
        check(K, K.cast(K.constant([1e30, -1e30]), "float16"), np.array([np.inf, -np.inf], "float16"))
    check(K, K.cast(K.constant([0.1], dtype="float64"), "float32"), np.array([0.1], "float32"))


def test_cast_to_integers_of_what_they_cannot_hold(K):
    for source in FLOATS:
        x = np.array([np.nan, np.inf, -np.inf, -1.5, 1.5, 60000], source)
        t, fed = tensor(K, x), K.placeholder((None,), dtype=source)
        for dtype in INTEGERS:
            limits = np.iinfo(dtype)
            expected = np.array([0, limits.max, limits.min, max(-1, limits.min), 1, min(60000, limits.max)], dtype)
            check(K, K.cast(t, dtype), expected)
            check_array(K.function([fed], [K.cast(fed, dtype)])([x])[0], expected)
    large = np.array([2.0 ** 63, -2.0 ** 63, 2.0 ** 64, 2.0 ** 62])
    check(K, K.cast(tensor(K, large), "int64"), np.array([2 ** 63 - 1, -2 ** 63, 2 ** 63 - 1, 2 ** 62]))
    check(K, K.cast(tensor(K, large), "uint64"), np.array([2 ** 63, 0, 2 ** 64 - 1, 2 ** 62], "uint64"))


def test_cast_of_unknown_sizes_and_of_arrays(K):
    x = sample((2, 3))
    check_fed(K, lambda x: [K.cast(x, "int32"), K.cast(x, "bool")], [x], [x.astype("int32"), x != 0],
              static=[(None, None)] * 2)
    check(K, K.cast([1, 0], "bool"), [True, False])
    check(K, K.cast(2.7, "int32"), np.int32(2))


def test_cast_gradient(K):
    x = K.variable([1.0, 2.0])
    check(K, K.gradients(K.sum(K.cast(x, "float64") ** 2), x)[0], np.array([2, 4], "float32"))
    y = K.cast(x, "float64")
    check(K, K.gradients(K.sum(y ** 2), y)[0], np.array([2.0, 4.0]))


def test_cast_refuses(K):
    with pytest.raises(K.errors.DtypeError, match=r"cast\(\): unknown dtype 'complex64'; accepted: float16"):
        K.cast(K.ones((2,)), "complex64")


# -- updates --------------------------------------------------------------------------------------------

UPDATES = {
    "update": (lambda K, x, y: K.update(x, y), lambda x, y: y),
    "update_add": (lambda K, x, y: K.update_add(x, y), lambda x, y: x + y),
    "update_sub": (lambda K, x, y: K.update_sub(x, y), lambda x, y: x - y),
    "moving_average_update": (lambda K, x, y: K.moving_average_update(x, y, 0.75),
                              lambda x, y: 0.75 * x + 0.25 * y),
}


@pytest.mark.parametrize("name", UPDATES)
def test_update_is_carried_out_when_it_is_evaluated(K, name):
    update, reference = UPDATES[name]
    for dtype in FLOATS if name == "moving_average_update" else NUMBERS:
        value, other = sample((2, 3), dtype, seed=1, low=0, high=50), sample((2, 3), dtype, seed=2, low=0,
                                                                             high=50)
        for operand in (other, tensor(K, other)):
            x = K.variable(value, dtype=dtype)
            new = update(K, x, operand)
            check(K, x, value)
            check(K, new, reference(value, other).astype(dtype))
            check(K, x, reference(value, other).astype(dtype))
    check(K, new, reference(reference(value, other), other).astype(dtype))


@pytest.mark.parametrize("name", ["update", "update_add", "update_sub"])
def test_update_with_a_number(K, name):
    x = K.variable(5.0)
    K.eval(UPDATES[name][0](K, x, 2))
    check(K, x, np.float32(UPDATES[name][1](5, 2)))


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("scaled", [False, True], ids=["elementwise", "with the norm"])
def test_updates_by_gradients(K, dtype, scaled):
    start = np.array([[-2, 0.5, 1], [4, -0.25, 3]], dtype)
    w, mean, rate = K.variable(start, dtype), K.variable(np.zeros((2, 3)), dtype), K.variable(0.5, dtype)
    factor = K.placeholder((), dtype=dtype)
    by_engine, = K.gradients(K.sum(w * w) * factor, [w])
    gradient = by_engine / K.sqrt(K.sum(K.square(by_engine))) if scaled else by_engine
    new_mean = K.maximum(mean * rate + K.abs(gradient), -w)
    new = w - rate * K.sign(gradient) * K.pow(new_mean, 0.5) / (K.sqrt(K.minimum(K.square(gradient), 9)) + 1)
    updates = [K.update(w, new), K.update(mean, new_mean), K.update(rate, rate / 2)]
    step = K.function([factor], [gradient, mean], updates)
    expected, mean_value, rate_value = start.astype("float64"), np.zeros((2, 3)), 0.5
    for number in (1.0, 0.25, 2.0):
        result, old_mean = step([np.array(number, dtype)])
        slope = 2 * number * expected
        slope = slope / np.sqrt((slope ** 2).sum()) if scaled else slope
        for value, by_numpy in ((result, slope), (old_mean, mean_value)):
            np.testing.assert_allclose(value, by_numpy, 0.02 if dtype == "float16" else 1e-5, 1e-6)
        mean_value = np.maximum(mean_value * rate_value + abs(slope), -expected)
        root = np.sqrt(np.minimum(slope ** 2, 9)) + 1
        expected = expected - rate_value * np.sign(slope) * mean_value ** 0.5 / root
        rate_value /= 2
    np.testing.assert_allclose(K.get_value(w), expected, 0.02 if dtype == "float16" else 1e-5)
    assert result.dtype == old_mean.dtype == dtype


def test_update_of_bools(K):
    x = K.variable([True, False], dtype="bool")
    K.eval(K.update(x, ~x))
    check(K, x, [False, True])


def test_moving_average_with_a_tensor_as_momentum(K):
    x, momentum = K.variable([1.0, 2.0]), K.placeholder(())
    average = K.function([momentum], [K.moving_average_update(x, K.constant([3.0, 6.0]), momentum)])
    check_array(average([0.5])[0], np.array([2, 4], "float32"))
    check(K, x, np.array([2, 4], "float32"))


@pytest.mark.parametrize("name", UPDATES)
def test_updates_refuse(K, name):
    update = UPDATES[name][0]
    for target in (K.ones((2,)) + 1, K.constant([1.0, 2.0]), np.ones(2), None):
        with pytest.raises(K.errors.DtypeError,
                           match=r"%s\(\): x must be a variable, not" % name):
            update(K, target, K.ones((2,)))
    x = K.ones((2,))
    with pytest.raises(K.errors.ShapeError, match=r"%s\(\): .*\(3,\)" % name):
        update(K, x, K.ones((3,)))
    with pytest.raises(K.errors.ShapeError, match=r"%s\(\): .*\(3, 2\)" % name):
        update(K, x, K.ones((3, 2)))
    with pytest.raises(K.errors.DtypeError, match=r"%s\(\): .* has dtype .*int32" % name):
        update(K, x, K.ones((2,), "int32"))
    check(K, x, np.ones(2, "float32"))


def test_update_of_another_shape_when_fed(K):
    x, new = K.ones((2,)), K.placeholder((None,))
    set_x = K.function([new], [], [K.update(x, new)])
    with pytest.raises(K.errors.KerasError):
        set_x([np.ones(3)])
    check(K, x, np.ones(2, "float32"))
    set_x([np.array([4, 5])])
    check(K, x, np.array([4, 5], "float32"))


def test_variables_that_get_one_value_have_memory_of_their_own(K):
    """Also where a size depends on values, so that JAX interprets the program; later functions reuse that memory."""
    x, there = K.placeholder((3,)), K.placeholder((None,), dtype="bool")
    a, b, c, d = (K.zeros((3,)) for _ in range(4))
    set_all = K.function([x, there], [x[there]], updates=[K.update(a, x), K.update(b, x), K.update(c, d)])
    fed = np.array([1, 2, 3], "float32")
    check_array(set_all([fed, [True, False, True]])[0], np.array([1, 3], "float32"))
    fed[:] = 9
    K.function([], [K.update_add(a, K.ones((3,))), K.update_add(b, K.ones((3,))), K.update_add(c, K.ones((3,)))])([])
    for variable, expected in ((a, [2, 3, 4]), (b, [2, 3, 4]), (c, [1, 1, 1]), (d, [0, 0, 0])):
        check_array(K.get_value(variable), np.array(expected, "float32"))


# -- properties -----------------------------------------------------------------------------------------

@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.sampled_from(DTYPES).flatmap(lambda dtype: arrays(dtype, array_shapes(min_dims=0, max_dims=4,
                                                                                      min_side=0,
                                                                                      max_side=3))))
def test_any_value_there_and_back(K, value):
    back = K.eval(K.variable(value, dtype=value.dtype.name))
    assert (back.dtype, back.shape) == (value.dtype, value.shape)
    np.testing.assert_array_equal(back, value)


def test_values_of_variables_that_are_gone_are_let_go(K):
    kept = K.variable([1.0])
    for _ in range(20):
        K.variable(np.ones(1000))
    gc.collect()
    check(K, kept, np.array([1], "float32"))
