"""The family shapes."""

import numpy as np
import pytest
from checks import DTYPES, INTEGERS, check, check_array, check_fed, check_gradient, sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SHAPES = [(), (3,), (2, 3), (2, 3, 4), (2, 1, 3, 2), (1, 2, 1, 2, 3)]


def tensor(K, array):
    return K.constant(array, dtype=array.dtype.name)


# -- reshape and flatten --------------------------------------------------------------------------------

@pytest.mark.parametrize("shape, target", [
    ((), ()), ((), (1,)), ((), (1, 1, 1)), ((1,), ()), ((6,), (2, 3)), ((2, 3), (6,)), ((2, 3), (-1,)),
    ((2, 3), (3, -1)), ((2, 3), (-1, 1, 2)), ((2, 3, 4), (4, 6)), ((2, 3, 4), (2, -1)), ((4, 6), (2, 2, 3, 2, 1)),
    ((0, 3), (3, 0)), ((0, 3), (-1, 3)), ((0, 3), (0,)), ((2, 3), [3, 2]), ((2, 3), 6), ((2, 3), -1),
])
def test_reshape(K, shape, target):
    x = sample(shape)
    check(K, K.reshape(K.constant(x), target), x.reshape(target))


def test_reshape_takes_sizes_of_numpy_and_whole_floats(K):
    x = sample((2, 3))
    for target in [np.array([3, 2]), (np.int64(3), 2), (3.0, 2.0), (None, 2)]:
        check(K, K.reshape(x, target), x.reshape(3, 2))


def test_reshape_of_every_dtype(K):
    for dtype in DTYPES:
        x = sample((2, 3), dtype)
        check(K, K.reshape(tensor(K, x), (3, 2)), x.reshape(3, 2))
        check(K, K.flatten(tensor(K, x)), x.reshape(-1))


def test_reshape_of_unknown_sizes(K):
    x = sample((4, 3))
    check_fed(K, lambda x: [K.reshape(x, (2, -1)), K.reshape(x, (-1, 2, 3)), K.reshape(x, (3, 4)), K.flatten(x)],
              [x], [x.reshape(2, -1), x.reshape(-1, 2, 3), x.reshape(3, 4), x.reshape(-1)],
              static=[(2, None), (None, 2, 3), (3, 4), (None,)])
    check_fed(K, lambda x: K.reshape(x, (-1, 6)), [x], x.reshape(-1, 6), shapes=[(None, 3)], static=(None, 6))


def test_flatten(K):
    for shape in SHAPES + [(0, 2)]:
        x = sample(shape)
        check(K, K.flatten(K.constant(x)), x.reshape(-1))


def test_reshape_gradient(K):
    check_gradient(K, lambda x: K.reshape(x, (3, -1)), lambda x: x.reshape(3, -1), sample((2, 3, 2), "float64"))
    check_gradient(K, K.flatten, np.ravel, sample((2, 3), "float64"))


def test_reshape_keeps_nan_and_infinity(K):
    x = np.array([[np.nan, np.inf], [-np.inf, -0.0]], "float32")
    value = K.eval(K.reshape(K.constant(x), (4,)))
    np.testing.assert_array_equal(value, x.reshape(4))
    np.testing.assert_array_equal(np.signbit(value), np.signbit(x.reshape(4)))


@pytest.mark.parametrize("target, error, message", [
    ((4, 2), "ShapeError", r"x of shape \(2, 3\) has 6 elements, which shape \(4, 2\) cannot hold"),
    ((4, -1), "ShapeError", r"which shape \(4, -1\) cannot hold"),
    ((0, -1), "ShapeError", "cannot hold"),
    ((), "ShapeError", "cannot hold"),
    ((-1, -1), "ShapeError", "leaves more than one size open"),
    ((-2, 3), "ArgumentError", "a size in shape must be at least -1, not -2"),
    ((1.5, 4), "ArgumentError", "a size in shape must be a whole number, not 1.5"),
    ((float("nan"), 4), "ArgumentError", "a size in shape must be a whole number, not nan"),
    ((True, 6), "ArgumentError", "a size in shape must be a whole number, not True"),
    ("ab", "ArgumentError", "shape must be a tuple of sizes, not 'ab'"),
    (None, "ArgumentError", "shape must be a tuple of sizes, not None"),
])
def test_reshape_refuses(K, target, error, message):
    with pytest.raises(getattr(K.errors, error), match=r"reshape\(\): .*" + message):
        K.reshape(K.ones((2, 3)), target)


def test_reshape_that_does_not_fit_when_fed(K):
    x = K.placeholder((None,))
    reshape = K.function([x], [K.reshape(x, (2, 2))])
    with pytest.raises(K.errors.KerasError):
        reshape([np.ones(5)])
    check_array(reshape([np.ones(4)])[0], np.ones((2, 2), "float32"))


# -- concatenate ----------------------------------------------------------------------------------------

def test_concatenate_along_every_axis(K):
    for shape in SHAPES[1:]:
        for axis in range(-len(shape), len(shape)):
            longer = list(shape)
            longer[axis] += 2
            x, y = sample(shape, seed=1), sample(longer, seed=2)
            check(K, K.concatenate([K.constant(x), K.variable(y), x], axis=axis),
                  np.concatenate([x, y, x], axis=axis))
    check(K, K.concatenate([K.constant(x), K.constant(x)]), np.concatenate([x, x], axis=-1))
    check(K, K.concatenate([K.constant(x)]), x)


def test_concatenate_of_every_dtype(K):
    for dtype in DTYPES:
        x, y = sample((2, 1), dtype, seed=1), sample((2, 3), dtype, seed=2)
        check(K, K.concatenate([tensor(K, x), tensor(K, y)]), np.concatenate([x, y], axis=-1))


def test_concatenate_of_empty_arrays(K):
    x, y = np.ones((0, 3), "float32"), np.ones((2, 3), "float32")
    check(K, K.concatenate([K.constant(x), K.constant(y)], axis=0), y)
    check(K, K.concatenate([K.constant(x), K.constant(x)], axis=1), np.ones((0, 6), "float32"))


def test_concatenate_of_unknown_sizes(K):
    x, y = sample((2, 3), seed=3), sample((2, 3), seed=4)
    check_fed(K, lambda x, y: [K.concatenate([x, y]), K.concatenate([x, y], axis=0)], [x, y],
              [np.concatenate([x, y], -1), np.concatenate([x, y], 0)], static=[(None, None)] * 2)

    def static(*shapes, axis):
        return K.concatenate([K.placeholder(shape) for shape in shapes], axis=axis).shape
    assert static((None, 3), (2, 4), axis=1) == (2, 7)
    assert static((None, 3), (2, 3), axis=0) == (None, 3)
    assert static((None, None), (None, 3), axis=0) == (None, 3)


def test_concatenate_gradient(K):
    check_gradient(K, lambda x, y: K.concatenate([x, y, x], axis=0), lambda x, y: np.concatenate([x, y, x], axis=0),
                   sample((1, 3), "float64", seed=5), sample((2, 3), "float64", seed=6))


def test_concatenate_refuses(K):
    x = K.ones((2, 3))
    refused = [
        ([x, K.ones((3, 3))], -1, "ShapeError", r"tensors\[1\] of shape \(3, 3\) cannot be joined to tensors\[0\]"),
        ([x, x, K.ones((2,))], 0, "ShapeError", r"tensors\[2\] of shape \(2,\) cannot be joined"),
        ([x, K.ones((2, 3), "int32")], 0, "DtypeError", r"tensors\[1\] has dtype int32, tensors\[0\] has dtype float32"),
        ([x, x], 2, "ShapeError", "axis 2 is out of range for a tensor with 2 dimensions"),
        ([K.ones(()), K.ones(())], -1, "ShapeError", "axis -1 is out of range for a tensor with 0 dimensions"),
        ([], -1, "ArgumentError", "tensors must hold at least one tensor"),
        ([x, None], -1, "DtypeError", r"tensors\[1\] must be a tensor, a number or an array of numbers, not NoneType"),
    ]
    for tensors, axis, error, message in refused:
        with pytest.raises(getattr(K.errors, error), match=r"concatenate\(\): .*" + message):
            K.concatenate(tensors, axis=axis)


# -- expand_dims and squeeze ----------------------------------------------------------------------------

def test_expand_dims_at_every_place(K):
    for shape in SHAPES[:5]:
        x = sample(shape)
        for axis in range(-len(shape) - 1, len(shape) + 1):
            check(K, K.expand_dims(K.constant(x), axis), np.expand_dims(x, axis))
    check(K, K.expand_dims(x), np.expand_dims(x, -1))


def test_squeeze_every_axis(K):
    for shape, axes in [((1,), (0, -1)), ((1, 3), (0, -2)), ((2, 1, 3), (1, -2)), ((1, 2, 1, 3, 1), (0, 2, 4, -1))]:
        x = sample(shape)
        for axis in axes:
            check(K, K.squeeze(K.constant(x), axis), np.squeeze(x, axis))


def test_expand_dims_and_squeeze_of_every_dtype(K):
    for dtype in DTYPES:
        x = sample((2, 1), dtype)
        check(K, K.expand_dims(tensor(K, x), 1), x[:, None])
        check(K, K.squeeze(tensor(K, x), 1), x[:, 0])


def test_expand_dims_and_squeeze_of_unknown_sizes(K):
    x = sample((2, 1))
    check_fed(K, lambda x: [K.expand_dims(x, 0), K.expand_dims(x), K.squeeze(x, 1)], [x],
              [x[None], x[..., None], x[:, 0]], static=[(1, None, None), (None, None, 1), (None,)])


def test_expand_dims_and_squeeze_gradient(K):
    check_gradient(K, lambda x: K.expand_dims(x, 1), lambda x: np.expand_dims(x, 1), sample((2, 3), "float64"))
    check_gradient(K, lambda x: K.squeeze(x, 1), lambda x: np.squeeze(x, 1), sample((2, 1), "float64"))


def test_expand_dims_and_squeeze_refuse(K):
    x = K.ones((2, 3))
    for axis in (3, -4):
        with pytest.raises(K.errors.ShapeError, match=r"expand_dims\(\): axis %d is out of range" % axis):
            K.expand_dims(x, axis)
    for axis in (2, -3):
        with pytest.raises(K.errors.ShapeError, match=r"squeeze\(\): axis %d is out of range" % axis):
            K.squeeze(x, axis)
    with pytest.raises(K.errors.ShapeError, match=r"squeeze\(\): axis 1 of x has size 3"):
        K.squeeze(x, -1)
    with pytest.raises(K.errors.ArgumentError, match=r"squeeze\(\): axis must be a whole number, not None"):
        K.squeeze(x, None)


def test_squeeze_of_another_size_when_fed(K):
    x = K.placeholder((None, 2))
    squeeze = K.function([x], [K.squeeze(x, 0)])
    with pytest.raises(K.errors.KerasError):
        squeeze([np.ones((3, 2))])
    check_array(squeeze([np.ones((1, 2))])[0], np.ones(2, "float32"))


# -- one_hot --------------------------------------------------------------------------------------------

def one_hot(indices, classes):
    return (np.asarray(indices)[..., None] == np.arange(classes)).astype("float32")


def test_one_hot_of_every_dtype_and_rank(K):
    for dtype in INTEGERS:
        for shape in SHAPES[:5]:
            indices = sample(shape, dtype, low=0)
            check(K, K.one_hot(tensor(K, indices), 4), one_hot(indices, 4))


def test_one_hot_of_an_index_out_of_range_is_0(K):
    indices = [0, 2, 3, -1]
    check(K, K.one_hot(K.constant(indices, dtype="int32"), 3), one_hot(indices, 3))


def test_one_hot_of_more_classes_than_the_dtype_counts(K):
    for dtype, indices in [("int8", [-1, 127, 0]), ("uint8", [255, 3])]:
        check(K, K.one_hot(K.constant(indices, dtype=dtype), 300), one_hot(indices, 300))


def test_one_hot_is_of_floatx(K):
    K.set_floatx("float64")
    check(K, K.one_hot(K.constant([1, 0], dtype="int64"), 2), one_hot([1, 0], 2).astype("float64"))


def test_one_hot_of_unknown_sizes(K):
    indices = np.array([[0, 1], [2, 0]], "int32")
    check_fed(K, lambda x: K.one_hot(x, 3), [indices], one_hot(indices, 3), static=(None, None, 3))


def test_one_hot_refuses(K):
    with pytest.raises(K.errors.DtypeError, match=r"one_hot\(\): indices has dtype float32; integers are needed"):
        K.one_hot(K.ones((2,)), 3)
    indices = K.constant([0], dtype="int32")
    for classes, message in [(0, "num_classes must be at least 1, not 0"), (1.5, "num_classes must be a whole number"),
                             (None, "num_classes must be a whole number, not None")]:
        with pytest.raises(K.errors.ArgumentError, match=r"one_hot\(\): " + message):
            K.one_hot(indices, classes)


# -- properties -----------------------------------------------------------------------------------------

@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=4), data=st.data())
def test_any_reshape_is_numpys(K, shape, data):
    x = sample(shape)
    target = data.draw(st.permutations(shape))
    if data.draw(st.booleans()):
        target[data.draw(st.integers(0, len(shape) - 1))] = -1
    check(K, K.reshape(K.constant(x), target), x.reshape(target))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shape=st.lists(st.integers(1, 3), min_size=1, max_size=4), lengths=st.lists(st.integers(1, 3), min_size=1,
                                                                                   max_size=3), data=st.data())
def test_any_concatenation_is_numpys(K, shape, lengths, data):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    arrays = []
    for i, length in enumerate(lengths):
        shape[axis] = length
        arrays.append(sample(shape, seed=i))
    check(K, K.concatenate([K.constant(array) for array in arrays], axis), np.concatenate(arrays, axis))
