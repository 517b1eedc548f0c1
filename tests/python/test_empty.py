"""Tensors without elements give the defined result or one of our errors, whether sizes are static or fed."""

import numpy as np
import pytest
from checks import check_array

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, about means of nothing

SHAPES = [(0,), (0, 3), (2, 0)]
UNARY = ("square abs sqrt exp log round sign sin cos softplus softsign sigmoid hard_sigmoid tanh relu elu identity "
         "zeros_like ones_like stop_gradient softmax cumsum cumprod").split()
EMPTY = np.zeros((0, 3), "float32")


def zeros(*shape, dtype="float32"):
    return np.zeros(shape, dtype)


def ones(*shape, dtype="float32"):
    return np.ones(shape, dtype)


def values(K, build, arrays):
    """The results of ``build`` for constants, and for placeholders with only their ranks and channels known."""
    yield K.eval(build(*[K.constant(array, dtype=array.dtype.name) for array in arrays]))
    inputs = [K.placeholder((None,) * array.ndim if array.ndim < 3 else (None,) * (array.ndim - 1) + array.shape[-1:],
                            dtype=array.dtype.name) for array in arrays]
    yield K.function(inputs, [build(*inputs)])(list(arrays))[0]


def given(K, build, expected, *arrays):
    for value in values(K, build, arrays):
        check_array(value, np.asarray(expected))


def refused(K, build, *arrays, message):
    """ShapeError if the shapes are known, EngineError if they are fed; both say what is wrong."""
    each = values(K, build, arrays)
    with pytest.raises(K.errors.ShapeError, match=message):
        next(each)
    inputs = [K.placeholder((None,) * (array.ndim - 1) + (array.shape[-1] or None,)) for array in arrays]
    with pytest.raises(K.errors.EngineError):
        K.function(inputs, [build(*inputs)])(list(arrays))


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_tensor(K, name):
    for shape in SHAPES:
        given(K, getattr(K, name), zeros(*shape), zeros(*shape))


@pytest.mark.parametrize("name", ["equal", "less", "maximum", "minimum", "pow"])
def test_functions_of_two_tensors(K, name):
    dtype = "bool" if name in ("equal", "less") else "float32"
    for x, y in (((0, 3), (3,)), ((2, 0), (0,)), ((0,), (1,)), ((0, 1), (1, 3))):
        given(K, getattr(K, name), np.empty(np.broadcast(zeros(*x), zeros(*y)).shape, dtype), zeros(*x), ones(*y))


def test_reductions(K):
    def logsumexp(x, axis):
        return np.log(np.sum(np.exp(x), axis))
    for name, reference in (("sum", np.sum), ("prod", np.prod), ("any", np.any), ("all", np.all), ("mean", np.mean),
                            ("var", np.var), ("std", np.std), ("logsumexp", logsumexp),
                            ("max", lambda x, axis: np.max(x, axis, initial=-np.inf)),
                            ("min", lambda x, axis: np.min(x, axis, initial=np.inf))):
        for shape in SHAPES:
            for axis in [None] + list(range(len(shape))):
                given(K, lambda x, name=name, axis=axis: getattr(K, name)(x, axis), reference(zeros(*shape), axis),
                      zeros(*shape))
    limits = np.iinfo("int32")
    for name, number in (("max", limits.min), ("min", limits.max)):
        given(K, lambda x, name=name: getattr(K, name)(x, 0), np.full(2, number, "int32"), zeros(0, 2, dtype="int32"))


def test_index_of_the_largest_of_nothing(K):
    for name in ("argmax", "argmin"):
        refused(K, lambda x, name=name: getattr(K, name)(x, 0), EMPTY, message=r"axis 0 of x, of shape \(0, 3\), has")
        given(K, lambda x, name=name: getattr(K, name)(x, 1), zeros(0, dtype="int64"), EMPTY)


def test_products(K):
    for x, y in (((0, 3), (3, 4)), ((2, 0), (0, 4)), ((2, 3), (3, 0)), ((0,), (0,)), ((2, 3), (2, 3, 0)),
                 ((2, 0), (3, 0, 4))):
        given(K, K.dot, np.dot(zeros(*x), zeros(*y)), zeros(*x), zeros(*y))
    for x, y in (((0, 3, 4), (0, 4, 2)), ((2, 0, 4), (2, 4, 3)), ((2, 3, 0), (2, 0, 4))):
        given(K, K.batch_dot, np.matmul(zeros(*x), zeros(*y)), zeros(*x), zeros(*y))
    given(K, K.gather, zeros(0, 2), ones(3, 2), zeros(0, dtype="int32"))
    given(K, K.gather, zeros(2, 0), zeros(3, 0), ones(2, dtype="int32"))


def test_shapes(K):
    x = zeros(0, 2)
    for build, expected in (
            (lambda x: K.reshape(x, (0, 5)), (0, 5)), (lambda x: K.reshape(x, (-1, 2)), (0, 2)), (K.flatten, (0,)),
            (K.batch_flatten, (0, 2)), (K.transpose, (2, 0)), (lambda x: K.repeat_elements(x, 2, 1), (0, 4)),
            (lambda x: K.repeat(x, 2), (0, 2, 2)), (lambda x: K.tile(x, (2, 2)), (0, 4)), (K.expand_dims, (0, 2, 1)),
            (lambda x: K.reverse(x, 0), (0, 2)), (lambda x: K.slice(x, (0, 1), (0, 1)), (0, 1)),
            (lambda x: K.concatenate([x, x], 1), (0, 4)), (lambda x: K.stack([x, x]), (2, 0, 2))):
        given(K, build, zeros(*expected), x)
    given(K, lambda x: K.concatenate([x, K.ones((1, 2))], 0), ones(1, 2), x)
    given(K, K.shape, np.array([0, 2], "int32"), x)
    given(K, K.size, np.array(0, "int32"), x)
    given(K, lambda x: K.one_hot(x, 3), EMPTY, zeros(0, dtype="int32"))
    given(K, K.temporal_padding, zeros(2, 2, 3), zeros(2, 0, 3))
    for interpolation in ("nearest", "bilinear"):
        for shape in ((0, 2, 2, 1), (1, 0, 2, 1), (1, 2, 0, 1), (1, 2, 2, 0)):
            given(K, lambda x, how=interpolation: K.resize_images(x, 2, 3, "channels_last", how),
                  zeros(shape[0], shape[1] * 2, shape[2] * 3, shape[3]), zeros(*shape))
    with pytest.raises(K.errors.ShapeError, match=r"shape \(0, -1\) leaves a size open"):
        K.reshape(K.placeholder((None, 2)), (0, -1))


def test_shapes_that_do_not_fit(K):
    for build in (K.maximum, lambda x, y: x + y, lambda x, y: K.switch(x > 0, x, y), lambda x, y: K.stack([x, y]),
                  lambda x, y: K.concatenate([x, y], 1)):
        refused(K, build, zeros(0, 3), ones(2, 3), message="of shape|has shape")
    refused(K, lambda x, y: K.dot(K.transpose(x), y), zeros(0, 3), ones(2, 3), message="do not fit")
    refused(K, K.batch_dot, zeros(0, 2, 3), ones(1, 3, 2), message="samples")
    refused(K, lambda x: K.slice(x, (1, 0), (0, 1)), zeros(0, 3), message="out of bounds")
    refused(K, lambda x: K.slice(x, (1, 0), (-1, 1)), zeros(0, 3), message="out of bounds")
    refused(K, lambda x: K.reshape(x, (1, 2)), zeros(0, 2), message="cannot hold")
    for of_variable, of_value in (((0, 3), (1, 3)), ((1, 3), (0, 3))):
        x, value = K.zeros(of_variable), K.placeholder((None, None))
        with pytest.raises(K.errors.ShapeError):
            K.update(x, zeros(*of_value))
        with pytest.raises(K.errors.EngineError):
            K.function([value], [], [K.update(x, value)])([zeros(*of_value)])
        check_array(K.get_value(x), zeros(*of_variable))


# -- windows --------------------------------------------------------------------------------------------

CONVOLUTIONS = {  # the kernels, and the number of output channels
    "conv1d": ([(3, 2, 4)], 4), "conv2d": ([(3, 3, 2, 4)], 4), "conv3d": ([(3, 3, 3, 2, 4)], 4),
    "depthwise_conv2d": ([(3, 3, 2, 4)], 8), "separable_conv1d": ([(3, 2, 4), (1, 8, 3)], 3),
    "separable_conv2d": ([(3, 3, 2, 4), (1, 1, 8, 3)], 3),
}


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolutions(K, name):
    kernels, channels = CONVOLUTIONS[name]
    count = len(kernels[0]) - 2
    for strides, dilation in ((1, 1), (2, 1), (1, 2)):
        for padding in ("valid", "same"):
            def convolve(x, padding=padding, strides=strides, dilation=dilation):
                return getattr(K, name)(x, *[K.constant(ones(*kernel)) for kernel in kernels], strides=strides,
                                        padding=padding, dilation_rate=dilation)
            places = -(-6 // strides) if padding == "same" else (6 - 2 * dilation - 1) // strides + 1
            given(K, convolve, zeros(0, *(places,) * count, channels), zeros(0, *(6,) * count, 2))
            flat = (6,) * (count - 1)
            if padding == "same":
                given(K, convolve, zeros(1, 0, *(places,) * (count - 1), channels), zeros(1, 0, *flat, 2))
            else:
                for size in (0, 2) if strides == 1 else (1,):  # size of the first axis
                    refused(K, convolve, zeros(1, size, *flat, 2), message="a window of .* does not fit")


def test_too_large_a_window_is_named(K):
    x = K.placeholder((None, None, None, 1))
    for build, least in ((lambda: K.conv2d(x, K.ones((3, 3, 1, 1))), 3), (lambda: K.pool2d(x, 3), 3),
                         (lambda: K.depthwise_conv2d(x, K.ones((3, 3, 1, 1))), 3)):
        run = K.function([x], [build()])
        assert run([ones(1, least, least, 1)])[0].shape == (1, 1, 1, 1)
        with pytest.raises(K.errors.EngineError, match=r"the window of .*3.* is too large for .*x"):
            run([ones(1, 2, 5, 1)])


def test_pools(K):
    for count, pool, dtype in ((2, K.pool2d, "float32"), (3, K.pool3d, "float32"), (3, K.pool3d, "float64")):
        flat = (5,) * (count - 1)
        for mode in ("max", "avg"):
            def pooled(x, padding, mode=mode, pool=pool):
                return pool(x, 2, 2, padding, None, mode)
            for padding, places in (("valid", 2), ("same", 3)):
                for samples, channels in ((0, 2), (1, 0)):
                    given(K, lambda x, padding=padding: pooled(x, padding),
                          zeros(samples, *(places,) * count, channels, dtype=dtype),
                          zeros(samples, 5, *flat, channels, dtype=dtype))
            given(K, lambda x: pooled(x, "same"), zeros(1, 0, *(3,) * (count - 1), 2, dtype=dtype),
                  zeros(1, 0, *flat, 2, dtype=dtype))
            refused(K, lambda x: pooled(x, "valid"), zeros(1, 0, *flat, 2), message="pool_size: a window")


def test_transposed_convolutions(K):
    kernel = ones(2, 2, 4, 2)
    for x, output_shape, strides, padding, dilation in (
            ((0, 4, 5, 2), (None, 5, 6, 4), 1, "valid", 1), ((0, 2, 3, 2), (None, 4, 6, 4), 2, "valid", 1),
            ((0, 3, 4, 2), (None, 5, 6, 4), 1, "valid", 2), ((1, 0, 3, 2), (None, 0, 6, 4), 2, "same", 1),
            ((1, 0, 6, 2), (None, 0, 6, 4), 1, "same", 2)):
        def transposed(x, kernel, to=output_shape, strides=strides, padding=padding, dilation=dilation):
            return K.conv2d_transpose(x, kernel, to, strides, padding, None, dilation)
        given(K, lambda x: transposed(x, K.constant(kernel)), zeros(x[0], *output_shape[1:]), zeros(*x))
        weights, images = K.variable(kernel), K.placeholder((None, None, None, 2))
        of_x, of_kernel = K.function([images], K.gradients(K.sum(transposed(images, weights)), [images, weights]))(
            [zeros(*x)])
        check_array(of_x, zeros(*x))
        check_array(of_kernel, zeros(*kernel.shape))
    for rows in (0, 3):  # 4 would fit
        refused(K, lambda x: K.conv2d_transpose(x, K.constant(kernel), (None, 5, 6, 4)), zeros(1, rows, 5, 2),
                message="output_shape .* does not fit")
    for rows in (0, 1):
        with pytest.raises(K.errors.ShapeError, match="output_shape .* does not fit"):
            K.conv2d_transpose(zeros(1, 0, 5, 2), kernel, (1, rows, 6, 4))


def test_locally_connected(K):
    def local(x):
        return K.local_conv2d(x, K.constant(ones(9, 18, 4)), (3, 3), (1, 1), (3, 3))
    given(K, local, zeros(0, 3, 3, 4), zeros(0, 5, 5, 2))
    for rows in (0, 2, 7):
        refused(K, local, ones(1, rows, 5, 2), message="does not fit")
    for x, kernel in (((1, 5, 0), (3, 0, 4)), ((1, 5, 2), (3, 6, 0))):
        with pytest.raises(K.errors.ShapeError, match="kernel of shape .* has no elements"):
            K.local_conv1d(zeros(*x), zeros(*kernel), 3, 1)


def test_kernels_without_channels_or_filters(K):
    given(K, lambda x: K.conv2d(x, K.constant(zeros(2, 2, 0, 3))), zeros(1, 3, 3, 3), zeros(1, 4, 4, 0))
    given(K, lambda x: K.conv2d(x, K.constant(zeros(2, 2, 1, 0))), zeros(1, 3, 3, 0), ones(1, 4, 4, 1))
    given(K, lambda x: K.conv2d_transpose(x, K.constant(ones(2, 2, 4, 2)), (None, 5, 6, 4)), zeros(0, 5, 6, 4),
          zeros(0, 4, 5, 2))


def test_a_function_of_images_is_called_with_and_without_samples(K):
    x = K.placeholder((None, 6, 6, 2))
    kernel, bias = K.variable(np.ones((3, 3, 2, 4)) / 18), K.variable(np.zeros(4))
    images = K.relu(K.bias_add(K.conv2d(x, kernel, padding="same"), bias))
    images = K.pool2d(images, (2, 2), strides=(2, 2), padding="same")
    images = K.depthwise_conv2d(images, K.constant(np.ones((3, 3, 4, 1)) / 9))
    step = K.function([x], [images] + K.gradients(K.sum(images), [x, kernel, bias]))
    for count in (2, 0, 1, 0):
        values = step([np.ones((count, 6, 6, 2))])
        assert [value.shape for value in values] == [(count, 1, 1, 4), (count, 6, 6, 2), (3, 3, 2, 4), (4,)]
        np.testing.assert_allclose(values[3], np.full(4, count), rtol=1e-5)
        if not count:
            assert not values[2].any()


def test_images_of_which_a_slice_is_empty(K):
    x, count = K.placeholder((None, 6, 6, 2)), K.placeholder((), dtype="int32")
    kernel, bias = K.variable(np.ones((3, 3, 2, 4)) / 18), K.variable(np.zeros(4))
    images = K.bias_add(K.conv2d(x[:count], kernel), bias)
    step = K.function([x, count], [images] + K.gradients(K.sum(images), [x, kernel, bias]))
    for there in (1, 0):
        values = step([np.ones((3, 6, 6, 2)), there])
        assert [value.shape for value in values] == [(there, 4, 4, 4), (3, 6, 6, 2), (3, 3, 2, 4), (4,)]
        np.testing.assert_allclose(values[3], np.full(4, 16 * there), rtol=1e-5)


def test_gradient_of_an_empty_batch(K):
    x, kernel = K.placeholder((None, None, None, 2)), K.variable(ones(3, 3, 2, 4))
    gradients = K.gradients(K.sum(K.conv2d(x, kernel, padding="same")), [x, kernel])
    of_x, of_kernel = K.function([x], gradients)([zeros(0, 5, 5, 2)])
    check_array(of_x, zeros(0, 5, 5, 2))
    check_array(of_kernel, zeros(3, 3, 2, 4))


# -- networks -------------------------------------------------------------------------------------------

def test_losses_and_normalization(K):
    for from_logits in (False, True):
        given(K, lambda t, x, how=from_logits: K.categorical_crossentropy(t, x, how), zeros(0), EMPTY, EMPTY)
        given(K, lambda t, x, how=from_logits: K.binary_crossentropy(t, x, how), EMPTY, EMPTY, EMPTY)
    given(K, lambda x: K.dropout(x, 0.5), EMPTY, EMPTY)
    given(K, K.l2_normalize, EMPTY, EMPTY)
    given(K, lambda x, m: K.batch_normalization(x, m, m, m, m), EMPTY, EMPTY, ones(3))
    given(K, K.bias_add, EMPTY, EMPTY, ones(3))


def test_loops(K):
    given(K, lambda x: K.map_fn(lambda row: row * 2, x), EMPTY, EMPTY)
    given(K, lambda x: K.foldl(lambda total, row: total + row, x, K.ones((3,))), ones(3), EMPTY)

    def step(x, states):
        return x + states[0], [x + states[0]]
    given(K, lambda x, s: K.rnn(step, x, [s])[1], zeros(0, 3, 2), zeros(0, 3, 2), zeros(0, 2))
    with pytest.raises(K.errors.ShapeError, match="inputs of shape .* have no time"):
        K.rnn(step, zeros(2, 0, 2), [ones(2, 2)])
    x, state = K.placeholder((None, None, 2)), K.placeholder((None, 2))
    last, outputs, states = K.rnn(step, x, [state])
    outputs, states = K.function([x, state], [outputs] + states)([zeros(2, 0, 2), ones(2, 2)])
    check_array(outputs, zeros(2, 0, 2))
    check_array(states, ones(2, 2))
    with pytest.raises(K.errors.EngineError):
        K.function([x, state], [last])([zeros(2, 0, 2), ones(2, 2)])


def test_ctc(K):
    none = zeros(0)
    given(K, K.ctc_batch_cost, zeros(0, 1), zeros(0, 2), zeros(0, 4, 3), none, none)
    given(K, K.ctc_batch_cost, zeros(1, 1), zeros(1, 2), zeros(1, 0, 3), zeros(1), zeros(1))
    for greedy in (True, False):
        for part, samples, times, expected in ((0, 0, 4, zeros(0, 0, dtype="int64")), (1, 0, 4, zeros(0, 1)),
                                               (0, 1, 0, zeros(1, 0, dtype="int64")), (1, 1, 0, zeros(1, 1))):
            def decoded(y, lengths, greedy=greedy, part=part):
                result = K.ctc_decode(y, lengths, greedy)
                return result[1] if part else result[0][0]
            given(K, decoded, expected, zeros(samples, times, 3), zeros(samples))


def test_ctc_without_classes(K):
    for build in (lambda y: K.ctc_decode(y, [4])[1], lambda y: K.ctc_batch_cost([[0]], y, [4], [1])):
        with pytest.raises(K.errors.ShapeError, match="y_pred has no classes"):
            build(zeros(1, 4, 0))
        y = K.placeholder((None, None, None))
        with pytest.raises(K.errors.EngineError, match="y_pred has no classes"):
            K.function([y], [build(y)])([zeros(1, 4, 0)])


def test_made_without_elements(K):
    for name in ("random_normal", "random_uniform", "random_binomial", "truncated_normal", "zeros", "ones"):
        check_array(K.eval(getattr(K, name)((0, 3))), EMPTY)
    check_array(K.eval(K.eye(0)), zeros(0, 0))
    check_array(K.eval(K.arange(0)), zeros(0, dtype="int32"))
    check_array(K.eval(K.constant([])), zeros(0))
    x = K.variable(zeros(2, 0))
    K.set_value(x, zeros(2, 0))
    check_array(K.get_value(x), zeros(2, 0))
