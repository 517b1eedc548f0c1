"""The family shapes."""

import os

import numpy as np
import pytest
from checks import DTYPES, FLOATS, INTEGERS, check, check_array, check_fed, check_gradient, numeric_gradient, sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SHAPES = [(), (3,), (2, 3), (2, 3, 4), (2, 1, 3, 2), (1, 2, 1, 2, 3)]


def tensor(K, array):
    return K.constant(array, dtype=array.dtype.name)


# -- reshape and flatten --------------------------------------------------------------------------------

@pytest.mark.parametrize("shape, target", [
    ((), ()), ((), (1,)), ((), (1, 1, 1)), ((1,), ()), ((6,), (2, 3)), ((2, 3), (6,)), ((2, 3), (-1,)),
    ((2, 3), (3, -1)), ((2, 3), (-1, 1, 2)), ((2, 3, 4), (4, 6)), ((2, 3, 4), (2, -1)),
    ((4, 6), (2, 2, 3, 2, 1)),
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
    check_fed(K,
              lambda x: [K.reshape(x, (2, -1)), K.reshape(x, (-1, 2, 3)), K.reshape(x, (3, 4)), K.flatten(x)],
              [x], [x.reshape(2, -1), x.reshape(-1, 2, 3), x.reshape(3, 4), x.reshape(-1)],
              static=[(2, None), (None, 2, 3), (3, 4), (None,)])
    check_fed(K, lambda x: K.reshape(x, (-1, 6)), [x], x.reshape(-1, 6), shapes=[(None, 3)], static=(None, 6))


def test_flatten(K):
    for shape in SHAPES + [(0, 2)]:
        x = sample(shape)
        check(K, K.flatten(K.constant(x)), x.reshape(-1))


def test_reshape_gradient(K):
    check_gradient(K, lambda x: K.reshape(x, (3, -1)), lambda x: x.reshape(3, -1),
                   sample((2, 3, 2), "float64"))
    check_gradient(K, K.flatten, np.ravel, sample((2, 3), "float64"))


def test_reshape_keeps_nan_and_infinity(K):
    x = np.array([[np.nan, np.inf], [-np.inf, -0.0]], "float32")
    value = K.eval(K.reshape(K.constant(x), (4,)))
    np.testing.assert_array_equal(value, x.reshape(4))
    np.testing.assert_array_equal(np.signbit(value), np.signbit(x.reshape(4)))


def test_moving_elements_keeps_nan_and_infinity(K):
    x = np.array([[np.nan, 1, np.inf], [-np.inf, -2, np.nan]], "float32")
    t, image = K.constant(x), K.constant(x[None, :, :, None])
    for result, expected in ((K.concatenate([t, t], 0), np.concatenate([x, x])), (K.stack([t, t]), np.stack([x, x])),
                             (K.tile(t, (2, 1)), np.tile(x, (2, 1))), (K.repeat_elements(t, 2, 1), x.repeat(2, 1)),
                             (K.reverse(t, (0, 1)), x[::-1, ::-1]), (K.slice(t, (0, 1), (2, 2)), x[:, 1:]),
                             (K.spatial_2d_padding(image)[0, :, :, 0], np.pad(x, 1, "constant")),
                             (K.resize_images(image, 2, 1, "channels_last")[0, :, :, 0], x.repeat(2, 0)),
                             # Bilinear enlargement keeps the original pixels.
                             (K.resize_images(image, 1, 2, "channels_last", "bilinear")[0, :, ::2, 0], x)):
        check(K, result, expected)


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


@pytest.mark.parametrize("shapes", [((2, 3), (2, 1)), ((1, 3, 2), (2, 3, 1)), ((2, 1), (2, 2), (2, 2))])
def test_joined_tensors_are_not_broadcast(K, shapes):
    inputs = [K.placeholder((None,) * len(shape)) for shape in shapes]
    arrays = [np.ones(shape, "float32") for shape in shapes]
    for joined in K.concatenate(inputs, axis=0), K.stack(inputs):
        with pytest.raises(K.errors.EngineError):
            K.function(inputs, [joined])(arrays)


def test_concatenate_gradient(K):
    check_gradient(K, lambda x, y: K.concatenate([x, y, x], axis=0),
                   lambda x, y: np.concatenate([x, y, x], axis=0),
                   sample((1, 3), "float64", seed=5), sample((2, 3), "float64", seed=6))


def test_concatenate_refuses(K):
    x = K.ones((2, 3))
    refused = [
        ([x, K.ones((3, 3))], -1, "ShapeError",
         r"tensors\[1\] of shape \(3, 3\) cannot be joined to tensors\[0\]"),
        ([x, x, K.ones((2,))], 0, "ShapeError", r"tensors\[2\] of shape \(2,\) cannot be joined"),
        ([x, K.ones((2, 3), "int32")], 0, "DtypeError",
         r"tensors\[1\] has dtype int32, tensors\[0\] has dtype float32"),
        ([x, x], 2, "ShapeError", "axis 2 is out of range for a tensor with 2 dimensions"),
        ([K.ones(()), K.ones(())], -1, "ShapeError",
         "axis -1 is out of range for a tensor with 0 dimensions"),
        ([], -1, "ArgumentError", "tensors must hold at least one tensor"),
        ([x, None], -1, "DtypeError",
         r"tensors\[1\] must be a tensor, a number or an array of numbers, not NoneType"),
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
    for shape, axes in [((1,), (0, -1)), ((1, 3), (0, -2)), ((2, 1, 3), (1, -2)),
                        ((1, 2, 1, 3, 1), (0, 2, 4, -1))]:
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
    check_gradient(K, lambda x: K.expand_dims(x, 1), lambda x: np.expand_dims(x, 1),
                   sample((2, 3), "float64"))
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
    with pytest.raises(K.errors.DtypeError,
                       match=r"one_hot\(\): indices has dtype float32; integers are needed"):
        K.one_hot(K.ones((2,)), 3)
    indices = K.constant([0], dtype="int32")
    for classes, message in [(0, "num_classes must be at least 1, not 0"),
                             (1.5, "num_classes must be a whole number"),
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
@given(shape=st.lists(st.integers(1, 3), min_size=1, max_size=4),
       lengths=st.lists(st.integers(1, 3), min_size=1,
                                                                                   max_size=3),
       data=st.data())
def test_any_concatenation_is_numpys(K, shape, lengths, data):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    arrays = []
    for i, length in enumerate(lengths):
        shape[axis] = length
        arrays.append(sample(shape, seed=i))
    check(K, K.concatenate([K.constant(array) for array in arrays], axis), np.concatenate(arrays, axis))


# == permutations, repetition, parts, padding, resizing =====================================================

RANKS = [(3,), (2, 3), (2, 1, 3), (2, 1, 3, 2), (1, 2, 1, 2, 3)]

# name: (function, reference, shape). The functions move elements, and change none.
MOVES = {
    "permute_dimensions": (lambda K, x: K.permute_dimensions(x, (2, 0, 1)), lambda x: x.transpose(2, 0, 1), (2, 3, 4)),
    "repeat_elements": (lambda K, x: K.repeat_elements(x, 3, 1), lambda x: np.repeat(x, 3, 1), (2, 3, 2)),
    "repeat": (lambda K, x: K.repeat(x, 3), lambda x: np.stack([x] * 3, 1), (2, 4)),
    "tile": (lambda K, x: K.tile(x, (2, 1, 3)), lambda x: np.tile(x, (2, 1, 3)), (2, 3, 2)),
    "batch_flatten": (lambda K, x: K.batch_flatten(x), lambda x: x.reshape(len(x), -1), (2, 3, 2)),
    "stack": (lambda K, x: K.stack([x, x, x], 1), lambda x: np.stack([x] * 3, 1), (2, 3)),
    "reverse": (lambda K, x: K.reverse(x, (0, -1)), lambda x: x[::-1, :, ::-1], (2, 3, 2)),
    "slice": (lambda K, x: K.slice(x, (1, 0), (1, -1)), lambda x: x[1:2], (2, 3)),
    "pattern_broadcast": (lambda K, x: K.pattern_broadcast(x, (False, True)), lambda x: x, (3, 1)),
    "temporal_padding": (lambda K, x: K.temporal_padding(x, (1, 2)),
                         lambda x: np.pad(x, ((0, 0), (1, 2), (0, 0)), "constant"), (2, 3, 2)),
    "spatial_2d_padding": (lambda K, x: K.spatial_2d_padding(x, ((1, 0), (2, 3)), "channels_last"),
                           lambda x: np.pad(x, ((0, 0), (1, 0), (2, 3), (0, 0)), "constant"), (2, 2, 3, 1)),
    "spatial_3d_padding": (lambda K, x: K.spatial_3d_padding(x, ((1, 0), (2, 3), (0, 1)), "channels_first"),
                           lambda x: np.pad(x, ((0, 0), (0, 0), (1, 0), (2, 3), (0, 1)), "constant"), (1, 2, 2, 1, 2)),
    "resize_images": (lambda K, x: K.resize_images(x, 2, 3, "channels_last"),
                      lambda x: np.repeat(np.repeat(x, 2, 1), 3, 2), (2, 2, 3, 1)),
    "resize_volumes": (lambda K, x: K.resize_volumes(x, 2, 1, 3, "channels_first"),
                       lambda x: np.repeat(np.repeat(x, 2, 2), 3, 4), (1, 2, 2, 1, 2)),
}


@pytest.mark.parametrize("name", MOVES)
def test_moves_of_every_dtype(K, name):
    function, reference, shape = MOVES[name]
    for dtype in DTYPES:
        x = sample(shape, dtype)
        check(K, function(K, tensor(K, x)), reference(x))


@pytest.mark.parametrize("name", MOVES)
def test_moves_of_unknown_sizes(K, name):
    function, reference, shape = MOVES[name]
    x = sample(shape)
    x.flat[0], x.flat[1], x.flat[2] = np.nan, np.inf, -np.inf
    check_fed(K, lambda x: function(K, x), [x], reference(x))


@pytest.mark.parametrize("name", MOVES)
def test_moves_gradient(K, name):
    function, reference, shape = MOVES[name]
    check_gradient(K, lambda x: function(K, x), reference, sample(shape, "float64"))


@pytest.mark.parametrize("name", MOVES)
def test_moves_gradient_of_unknown_sizes(K, name):
    function, reference, shape = MOVES[name]
    x, value = K.placeholder((None,) * len(shape), dtype="float64"), sample(shape, "float64")
    gradient, = K.function([x], K.gradients(K.sum(K.square(function(K, x))), [x]))([value])
    numeric = numeric_gradient(lambda x: reference(x) ** 2, [value], 0)
    np.testing.assert_allclose(gradient, numeric, rtol=1e-5, atol=1e-6)


def test_moves_of_arrays(K):
    for function, reference, shape in MOVES.values():
        x = sample(shape)
        check(K, function(K, x), reference(x))


def test_permutations_of_every_rank(K):
    check(K, K.permute_dimensions(K.constant(2.0), ()), np.float32(2))
    for shape in RANKS:
        x = sample(shape)
        for pattern in (range(x.ndim), range(x.ndim)[::-1], np.roll(range(x.ndim), 1)):
            pattern = tuple(int(axis) for axis in pattern)
            check(K, K.permute_dimensions(tensor(K, x), pattern), x.transpose(pattern))
    check(K, K.permute_dimensions(tensor(K, sample((2, 3, 4))), [-1, 0, -2]), sample((2, 3, 4)).transpose(2, 0, 1))
    assert K.permute_dimensions(K.placeholder((None, 3, 4)), (2, 0, 1)).shape == (4, None, 3)


def test_values_of_scalars_and_ranges_as_arguments(K):
    """``eval`` returns an array without dimensions for a scalar, which is a number wherever one is expected."""
    n, x = K.eval(K.constant(2, "int32")), np.arange(24, dtype="float32").reshape(2, 3, 4)
    assert n.shape == () and K.zeros((n, 3)).shape == (2, 3) and K.zeros(n).shape == (2,)
    y = K.constant(x)
    check(K, K.sum(y, axis=n), x.sum(2))
    check(K, K.sum(y, axis=range(1, 3)), x.sum((1, 2)))
    check(K, K.permute_dimensions(y, range(2, -1, -1)), x.transpose(2, 1, 0))
    check(K, K.repeat_elements(y, n, 1), x.repeat(2, 1))
    check(K, K.arange(n, dtype="float32"), np.arange(2, dtype="float32"))
    check(K, K.one_hot(K.constant([0, 1], "int32"), n), np.eye(2, dtype="float32"))
    assert K.dropout(y, K.eval(K.constant(0.5))).shape == (2, 3, 4)


def test_repetition_along_every_axis(K):
    for shape in RANKS:
        x = sample(shape)
        for axis in range(-x.ndim, x.ndim):
            for rep in (1, 2, 0):
                check(K, K.repeat_elements(tensor(K, x), rep, axis), np.repeat(x, rep, axis))
    assert K.repeat_elements(K.placeholder((None, 3)), 2, 0).shape == (None, 3)
    assert K.repeat_elements(K.placeholder((None, 3)), 2, 1).shape == (None, 6)
    assert K.repeat(K.placeholder((None, 3)), 4).shape == (None, 4, 3)


def test_tiles_of_every_rank(K):
    check(K, K.tile(K.constant(2.0), 3), np.full(3, 2, "float32"))
    for shape, n in (((3,), 2), ((3,), (2,)), ((2, 3), 2), ((2, 3), (2, 1)), ((2, 3), (3, 1, 2)), ((2, 3), [2, 2]),
                     ((2, 3, 2), (0, 1, 2)), ((1, 2, 1, 2, 3), (2, 1, 3, 1, 1)), ((2, 3), (1, 1, 1))):
        check(K, K.tile(tensor(K, sample(shape)), n), np.tile(sample(shape), n))
    assert K.tile(K.placeholder((None, 3)), (2, 2)).shape == (None, 6)


def test_batch_flatten_of_every_rank(K):
    for shape in RANKS + [(0, 2, 3)]:
        x = sample(shape)
        check(K, K.batch_flatten(tensor(K, x)), x.reshape(len(x), int(np.prod(shape[1:]))))
    check_fed(K, K.batch_flatten, [np.zeros((0, 2, 3), "float32")], np.zeros((0, 6), "float32"),
              shapes=[(None, 2, 3)], static=(None, 6))
    assert K.batch_flatten(K.placeholder((3, None, 2))).shape == (3, None)


def test_stack_along_every_axis(K):
    for shape in [()] + RANKS[:4]:
        parts = [sample(shape, seed=seed) for seed in range(3)]
        for axis in range(-len(shape) - 1, len(shape) + 1):
            check(K, K.stack([tensor(K, part) for part in parts], axis), np.stack(parts, axis))
    check(K, K.stack([tensor(K, parts[0])]), parts[0][None])
    check(K, K.stack([[1.0, 2.0], [3.0, 4.0]]), np.array([[1, 2], [3, 4]], "float32"))
    assert K.stack([K.placeholder((None, 3)), K.placeholder((2, None))], 1).shape == (2, 2, 3)


def test_reverse_every_axis(K):
    for shape in RANKS:
        x = sample(shape)
        for axes in list(range(-x.ndim, x.ndim)) + [list(range(x.ndim)), []]:
            expected = np.flip(x, tuple(axes) if isinstance(axes, list) else axes)
            check(K, K.reverse(tensor(K, x), axes), expected)


def test_slices(K):
    x = sample((4, 3, 2))
    for start, size in (((0, 0, 0), (4, 3, 2)), ((1, 1, 0), (2, 1, 2)), ((3, 0, 1), (-1, 3, -1)), (1, 1),
                        ((0, 3, 0), (4, 0, 2)), ([1, 0, 0], np.array([2, 2, 1]))):
        starts = np.broadcast_to(start, 3)
        sizes = [length - first if count < 0 else count
                 for first, count, length in zip(starts, np.broadcast_to(size, 3), x.shape)]
        expected = x[tuple(slice(first, first + count) for first, count in zip(starts, sizes))]
        check(K, K.slice(tensor(K, x), start, size), expected)
    check(K, K.slice(tensor(K, x), K.constant([1, 0, 1], "int32"), K.constant([2, 3, 1], "int32")), x[1:3, :, 1:])
    assert K.slice(K.placeholder((None, 3)), (1, 0), (2, -1)).shape == (2, 3)
    assert K.slice(K.placeholder((None, 3)), (1, 0), (-1, 2)).shape == (None, 2)


def test_a_slice_that_leaves_what_is_fed(K):
    x = K.placeholder((None, 2))
    function = K.function([x], [K.slice(x, (1, 0), (2, 2))])
    check_array(function([np.ones((3, 2))])[0], np.ones((2, 2), "float32"))
    with pytest.raises(K.errors.EngineError):
        function([np.ones((2, 2))])


def test_pattern_broadcast(K):
    x, y = sample((3, 1)), sample((3, 4), seed=1)
    check_fed(K, lambda x, y: K.pattern_broadcast(x, (False, True)) + y, [x, y], x + y)
    assert K.pattern_broadcast(K.placeholder((None, None)), (False, True)).shape == (None, 1)
    check(K, K.pattern_broadcast(tensor(K, y), (False, False)), y)


def test_paddings(K):
    x = sample((2, 3, 2))
    check(K, K.temporal_padding(tensor(K, x)), np.pad(x, ((0, 0), (1, 1), (0, 0)), "constant"))
    check(K, K.temporal_padding(tensor(K, x), 2), np.pad(x, ((0, 0), (2, 2), (0, 0)), "constant"))
    check(K, K.temporal_padding(tensor(K, x), (0, 0)), x)
    assert K.temporal_padding(K.placeholder((None, None, 3)), (1, 2)).shape == (None, None, 3)
    assert K.temporal_padding(K.placeholder((None, 4, 3)), (1, 2)).shape == (None, 7, 3)
    for name, shape in (("spatial_2d_padding", (2, 2, 3, 1)), ("spatial_3d_padding", (1, 2, 1, 3, 2))):
        x, function = sample(shape), getattr(K, name)
        for data_format in (None, "channels_last", "channels_first"):
            first, count = 2 if data_format == "channels_first" else 1, len(shape) - 2

            def around(pairs):
                return [(0, 0)] * first + list(pairs) + [(0, 0)] * (2 - first)  # noqa: B023
            check(K, function(tensor(K, x), data_format=data_format), np.pad(x, around([(1, 1)] * count), "constant"))
            pairs = [(i, 2 - i) for i in range(count)]
            check(K, function(tensor(K, x), pairs, data_format), np.pad(x, around(pairs), "constant"))
        K.set_image_data_format("channels_first")
        check(K, function(tensor(K, x)), np.pad(x, [(0, 0)] * 2 + [(1, 1)] * (len(shape) - 2), "constant"))
        K.set_image_data_format("channels_last")


def bilinear(x, factor, axis):
    """Element i * factor + j lies j / factor of the way from element i to element i + 1."""
    following = np.concatenate([np.delete(x, 0, axis), np.take(x, [-1], axis)], axis)
    steps = [x + (following - x) * (j / factor) for j in range(factor)]
    return np.stack(steps, axis + 1).reshape(x.shape[:axis] + (-1,) + x.shape[axis + 1:])


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_resize_images(K, data_format):
    x, first = sample((2, 3, 2, 2), low=-1, high=1), 1 if data_format == "channels_last" else 2
    for height, width in ((1, 1), (2, 3), (3, 1)):
        check(K, K.resize_images(tensor(K, x), height, width, data_format),
              np.repeat(np.repeat(x, height, first), width, first + 1))
        expected = bilinear(bilinear(x.astype("float64"), height, first), width, first + 1)
        for dtype in FLOATS:
            check(K, K.resize_images(tensor(K, x.astype(dtype)), height, width, data_format, "bilinear"),
                  expected.astype(dtype))
    check_fed(K, lambda x: K.resize_images(x, 2, 3, data_format, "bilinear"), [x],
              bilinear(bilinear(x, 2, first), 3, first + 1).astype("float32"), static=(None,) * 4)


def test_resize_images_by_hand(K):
    x = np.array([[0, 1], [2, 3]], "float32").reshape(1, 2, 2, 1)
    expected = [[0, 0.5, 1, 1], [1, 1.5, 2, 2], [2, 2.5, 3, 3], [2, 2.5, 3, 3]]
    check(K, K.resize_images(tensor(K, x), 2, 2, "channels_last", "bilinear"),
          np.array(expected, "float32").reshape(1, 4, 4, 1))


def test_resize_images_gradient(K):
    check_gradient(K, lambda x: K.resize_images(x, 2, 3, "channels_first", "bilinear"),
                   lambda x: bilinear(bilinear(x, 2, 2), 3, 3), sample((1, 2, 2, 3), "float64"))


def test_resize_volumes(K):
    x = sample((1, 2, 3, 2, 2))
    for factors in ((1, 2, 3), (2, 2, 2)):
        for data_format, first in (("channels_last", 1), ("channels_first", 2)):
            expected = x
            for axis, factor in enumerate(factors, first):
                expected = np.repeat(expected, factor, axis)
            check(K, K.resize_volumes(tensor(K, x), *factors, data_format=data_format), expected)


MOVES_REFUSED = {  # what: (call, error, message)
    "a pattern with one axis twice": (lambda K, x: K.permute_dimensions(x, (0, 0)), "Shape",
                                      r"permute_dimensions\(\): pattern \(0, 0\) must name each of the 2 axes"),
    "a pattern out of range": (lambda K, x: K.permute_dimensions(x, (0, 2)), "Shape", "2 is out of range"),
    "a short pattern": (lambda K, x: K.permute_dimensions(x, (1,)), "Shape", "must name each of the 2 axes"),
    "a pattern that is none": (lambda K, x: K.permute_dimensions(x, "ab"), "Argument", "pattern must be a tuple"),
    "an axis to repeat": (lambda K, x: K.repeat_elements(x, 2, 2), "Shape", r"repeat_elements\(\): axis 2 is out"),
    "half a repetition": (lambda K, x: K.repeat_elements(x, 1.5, 0), "Argument", "rep must be a whole number"),
    "a negative repetition": (lambda K, x: K.repeat_elements(x, -1, 0), "Argument", "rep must be at least 0"),
    "rank of repeat": (lambda K, x: K.repeat(K.ones((2, 3, 4)), 2), "Shape", "x must have 2 dimensions"),
    "n of repeat": (lambda K, x: K.repeat(x, -2), "Argument", r"repeat\(\): n must be at least 0"),
    "n of tile": (lambda K, x: K.tile(x, (2, -1)), "Argument", r"tile\(\): n must be at least 0"),
    "a flat scalar": (lambda K, x: K.batch_flatten(K.ones(())), "Shape", "x must have at least one dimension"),
    "stacked shapes": (lambda K, x: K.stack([x, K.ones((3, 2))]), "Shape", r"stack\(\): x\[1\] has shape \(3, 2\)"),
    "stacked dtypes": (lambda K, x: K.stack([x, K.ones((2, 3), "int32")]), "Dtype",
                       r"stack\(\): x\[1\] has dtype int32, x\[0\] has dtype float32"),
    "nothing stacked": (lambda K, x: K.stack([]), "Argument", "x must hold at least one tensor"),
    "an axis of stack": (lambda K, x: K.stack([x, x], 3), "Shape", "axis 3 is out of range"),
    "an axis of reverse": (lambda K, x: K.reverse(x, 2), "Shape", r"reverse\(\): axes 2 is out of range"),
    "an axis reversed twice": (lambda K, x: K.reverse(x, (0, -2)), "Shape", "names the same dimension twice"),
    "a slice that leaves x": (lambda K, x: K.slice(x, (1, 0), (2, 3)), "Shape",
                              r"slice\(\): start 1 and size 2 are out of bounds for axis 0 of x, which has size 2"),
    "a start beyond x": (lambda K, x: K.slice(x, (3, 0), (-1, 3)), "Shape", "out of bounds"),
    "a negative start": (lambda K, x: K.slice(x, (-1, 0), (1, 1)), "Argument", "start must be at least 0"),
    "too few starts": (lambda K, x: K.slice(x, (1,), (1, 1)), "Argument", "start must be one number or 2"),
    "a size below -1": (lambda K, x: K.slice(x, (0, 0), (-2, 1)), "Argument", "size must be at least -1"),
    "too few bools": (lambda K, x: K.pattern_broadcast(x, (True,)), "Argument", "a bool for each of the 2 axes"),
    "bools that are none": (lambda K, x: K.pattern_broadcast(x, True), "Argument", "a bool for each of the 2 axes"),
    "an axis that does not broadcast": (lambda K, x: K.pattern_broadcast(x, (True, False)), "Shape", "size 2"),
    "rank of time": (lambda K, x: K.temporal_padding(x), "Shape", "x must have 3 dimensions"),
    "three paddings of time": (lambda K, x: K.temporal_padding(K.ones((2, 3, 1)), (1, 2, 3)), "Argument",
                               "padding must be one number or 2"),
    "a negative padding": (lambda K, x: K.temporal_padding(K.ones((2, 3, 1)), (1, -1)), "Argument",
                           "padding must be at least 0"),
    "rank of images": (lambda K, x: K.spatial_2d_padding(x), "Shape", "x must have 4 dimensions"),
    "pairs of padding": (lambda K, x: K.spatial_2d_padding(K.ones((1, 2, 2, 1)), ((1, 1),)), "Argument",
                         "padding must have a pair for each of the 2 spatial axes"),
    "padding that is no pairs": (lambda K, x: K.spatial_3d_padding(K.ones((1, 2, 2, 1, 1)), 1), "Argument",
                                 "padding must have a pair for each of the 3 spatial axes"),
    "a data format": (lambda K, x: K.spatial_2d_padding(K.ones((1, 2, 2, 1)), data_format="rows"), "Argument",
                      "unknown data format 'rows'"),
    "an interpolation": (lambda K, x: K.resize_images(K.ones((1, 2, 2, 1)), 2, 2, "channels_last", "cubic"),
                         "Argument", "unknown interpolation 'cubic'; accepted: nearest, bilinear"),
    "bilinear integers": (lambda K, x: K.resize_images(K.ones((1, 2, 2, 1), "int32"), 2, 2, "channels_last",
                                                       "bilinear"), "Dtype", "x has dtype int32; a floating dtype"),
    "a factor": (lambda K, x: K.resize_images(K.ones((1, 2, 2, 1)), 0, 2, "channels_last"), "Argument",
                 "height_factor must be at least 1, not 0"),
    "half a factor": (lambda K, x: K.resize_volumes(K.ones((1, 2, 2, 1, 1)), 1, 1, 1.5, "channels_last"), "Argument",
                      "width_factor must be a whole number, not 1.5"),
    "rank of resized images": (lambda K, x: K.resize_images(x, 2, 2, "channels_last"), "Shape", "4 dimensions"),
    "rank of volumes": (lambda K, x: K.resize_volumes(x, 2, 2, 2, "channels_last"), "Shape", "5 dimensions"),
}


@pytest.mark.parametrize("what", MOVES_REFUSED)
def test_moves_refuse(K, what):
    call, error, message = MOVES_REFUSED[what]
    with pytest.raises(getattr(K.errors, error + "Error"), match=message):
        call(K, K.ones((2, 3)))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=4), data=st.data())
def test_any_permutation_tile_and_slice_is_numpys(K, shape, data):
    x, count = sample(shape), len(shape)
    pattern = data.draw(st.permutations(range(count)))
    n = data.draw(st.lists(st.integers(1, 3), min_size=count, max_size=count))
    start = [data.draw(st.integers(0, size - 1)) for size in shape]
    size = [data.draw(st.integers(0, length - first)) for first, length in zip(start, shape)]
    values = K.function([], [K.permute_dimensions(tensor(K, x), pattern), K.tile(tensor(K, x), n),
                             K.slice(tensor(K, x), start, size)])([])
    piece = x[tuple(slice(first, first + length) for first, length in zip(start, size))]
    for value, expected in zip(values, [x.transpose(pattern), np.tile(x, n), piece]):
        check_array(value, expected)


def cpu_seconds(K):
    """The processor time of the engine's process, and of the compilers that it has run: a busy machine adds to the time
    that passes, but hardly to this."""
    with open("/proc/%d/stat" % getattr(K.session.current_host(), "pid", os.getpid())) as file:
        ticks = file.read().rpartition(")")[2].split()[11:15]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def test_joining_many_parts(K):
    # Theano's own op takes a second for each part to compile.
    x = K.placeholder((None, 2))
    rows = [x[:, :1] * float(i) for i in range(50)]
    joined, stacked = K.concatenate(rows, 1), K.stack([x[0]] * 500)
    start = cpu_seconds(K)
    run = K.function([x], [joined, stacked] + K.gradients(K.sum(joined * joined) + K.sum(stacked), [x]))
    array = sample((3, 2))
    values = run([array])
    assert cpu_seconds(K) - start < 45
    check_array(values[0], array[:, :1] * np.arange(50, dtype="float32"))
    check_array(values[1], np.repeat(array[:1], 500, 0))
    expected = np.zeros((3, 2))
    expected[:, 0] = 2 * array[:, 0] * np.sum(np.arange(50.) ** 2)
    expected[0] += 500
    np.testing.assert_allclose(values[2], expected, rtol=1e-4)


def test_numbers_that_shapes_determine(K):
    """CNTK computes them when it builds a function for the shapes that it is given."""
    x = K.placeholder((None, None))
    count, width = [K.shape(x)[axis] for axis in (0, 1)]
    samples = K.cast(count, "float32")
    mean = K.sum(x) / samples
    gradients = K.gradients(mean, [x, samples])
    total = K.variable(0.)
    # The result of a gather is an integer that shapes do not determine alone.
    picked = K.gather(K.constant([5, 7, 9, 11], dtype="int64"), width) + K.cast(count, "int64")
    f = K.function([x], [mean, *gradients, count * 2 - width, K.reshape(x, K.stack([count * width])), picked,
                         K.ones_like(x, "int32") * count], [(total, total + samples)])
    seen = 0
    for shape in [(2, 3), (4, 2), (2, 3), (1, 1)]:
        array, seen = sample(shape, seed=seen), seen + shape[0]
        values = f([array])
        np.testing.assert_allclose(values[0], array.sum() / shape[0], rtol=1e-5)
        np.testing.assert_allclose(values[1], np.full(shape, 1 / shape[0]), rtol=1e-6)
        np.testing.assert_allclose(values[2], -array.sum() / shape[0] ** 2, rtol=1e-5)
        assert values[3] == 2 * shape[0] - shape[1]
        check_array(values[4], array.ravel())
        assert values[5] == [5, 7, 9, 11][shape[1]] + shape[0]
        check_array(values[6], np.full(shape, shape[0], "int32"))
        assert K.get_value(total) == seen
