"""The family convolution. The references compute one output position at a time, as in the definitions."""

import numpy as np
import pytest
from checks import FLOATS, check, check_array, check_fed, check_gradient, numeric_gradient, sample
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starting import session

FORMATS = ("channels_last", "channels_first")

CASES = {  # number of spatial axes: [(sizes, window, strides, padding, dilation)]
    1: [
        ((7,), (3,), (1,), "valid", (1,)),
        ((7,), (3,), (2,), "same", (1,)),
        ((8,), (2,), (3,), "valid", (1,)),
        ((8,), (4,), (2,), "same", (1,)),
        ((3,), (5,), (1,), "same", (1,)),
        ((9,), (3,), (1,), "valid", (2,)),
        ((9,), (2,), (1,), "same", (3,)),
    ],
    2: [
        ((5, 6), (3, 2), (1, 1), "valid", (1, 1)),
        ((5, 6), (3, 2), (2, 2), "same", (1, 1)),
        ((5, 7), (2, 3), (1, 2), "valid", (1, 1)),
        ((6, 5), (2, 3), (3, 1), "same", (1, 1)),
        ((4, 4), (4, 4), (1, 1), "valid", (1, 1)),
        ((2, 3), (3, 5), (1, 1), "same", (1, 1)),
        ((7, 7), (1, 2), (3, 3), "valid", (1, 1)),
        ((7, 6), (1, 2), (3, 4), "same", (1, 1)),
        ((7, 8), (3, 2), (1, 1), "valid", (2, 2)),
        ((6, 7), (3, 2), (1, 1), "same", (2, 3)),
        ((6, 5), (3, 2), (1, 1), "same", (1, 2)),
    ],
    3: [
        ((3, 4, 3), (2, 2, 2), (1, 1, 1), "valid", (1, 1, 1)),
        ((3, 4, 5), (2, 3, 2), (2, 2, 2), "same", (1, 1, 1)),
        ((3, 4, 5), (2, 1, 3), (1, 2, 2), "valid", (1, 1, 1)),
        ((4, 3, 4), (2, 2, 2), (1, 1, 1), "same", (2, 1, 2)),
    ],
}
ALL = [(count, case) for count, cases in CASES.items() for case in cases]
UNDILATED = [(count, case) for count, case in ALL if count > 1 and max(case[4]) == 1]


# -- the references ---------------------------------------------------------------------------------------

def zeros_around(sizes, window, strides, padding, dilation):
    """The numbers of zeros that the padding adds before and after, for each axis."""
    pairs = []
    for size, width, stride, step in zip(sizes, window, strides, dilation):
        seen = (width - 1) * step + 1
        total = {"valid": 0, "causal": seen - 1}.get(padding)
        if total is None:
            total = max((-(-size // stride) - 1) * stride + seen - size, 0)
        before = total if padding == "causal" else total // 2
        pairs.append((before, total - before))
    return pairs


def windows(x, window, strides, padding="valid", dilation=None, fill=0.0):
    """The input of each output position: an array of shape (samples, positions, window, channels)."""
    dilation = dilation or (1,) * len(window)
    pairs = zeros_around(x.shape[1:-1], window, strides, padding, dilation)
    x = np.pad(x, [(0, 0)] + pairs + [(0, 0)], mode="constant", constant_values=fill)
    places = tuple((size - (width - 1) * step - 1) // stride + 1
                   for size, width, stride, step in zip(x.shape[1:-1], window, strides, dilation))
    seen = np.empty(x.shape[:1] + places + tuple(window) + x.shape[-1:], x.dtype)
    for place in np.ndindex(*places):
        key = tuple(slice(p * stride, p * stride + (width - 1) * step + 1, step)
                    for p, width, stride, step in zip(place, window, strides, dilation))
        seen[(slice(None),) + place] = x[(slice(None),) + key]
    return seen


def convolution(x, kernel, strides, padding, dilation):
    count = kernel.ndim - 2
    seen = windows(x, kernel.shape[:count], strides, padding, dilation)
    return np.tensordot(seen, kernel, [range(count + 1, 2 * count + 2), range(count + 1)])


def depthwise(x, kernel, strides, padding, dilation):
    channels = [convolution(x[..., c:c + 1], kernel[..., c:c + 1, :], strides, padding, dilation)
                for c in range(x.shape[-1])]
    return np.concatenate(channels, axis=-1)


def transposed(x, kernel, sizes, strides, padding, dilation):
    count = kernel.ndim - 2
    pairs = zeros_around(sizes, kernel.shape[:count], strides, padding, dilation)
    whole = [size + sum(pair) for size, pair in zip(sizes, pairs)]
    result = np.zeros([len(x)] + whole + [kernel.shape[-2]], x.dtype)
    for place in np.ndindex(*x.shape[1:-1]):
        for offset in np.ndindex(*kernel.shape[:count]):
            at = tuple(p * stride + o * step for p, o, stride, step in zip(place, offset, strides, dilation))
            result[(slice(None),) + at] += x[(slice(None),) + place] @ kernel[offset].T
    inner = tuple(slice(before, before + size) for size, (before, _) in zip(sizes, pairs))
    return result[(slice(None),) + inner]


def pool(x, window, strides, padding, mode):
    count = len(window)
    seen = windows(x, window, strides, padding, fill=np.nan)
    reduce = np.nanmax if mode == "max" else np.nanmean
    return reduce(seen, axis=tuple(range(count + 1, 2 * count + 1)))


def local(x, kernel, window, strides, channels_first=False):
    count = len(window)
    seen = windows(x, window, strides)
    places = seen.shape[1:count + 1]
    if channels_first:
        seen = np.moveaxis(seen, -1, count + 1)
    seen = seen.reshape(len(x), len(kernel), -1)
    return np.einsum("npi,pif->npf", seen, kernel).reshape((len(x),) + places + kernel.shape[-1:])


def in_format(x, data_format):
    return x if data_format == "channels_last" else np.moveaxis(x, -1, 1)


def out_of_format(x, data_format):
    return x if data_format == "channels_last" else np.moveaxis(x, 1, -1)


def images(sizes, channels=2, dtype="float32", seed=0, samples=2):
    return sample((samples,) + tuple(sizes) + (channels,), dtype, seed=seed, low=-1.0, high=1.0)


def tensor(K, array):
    return K.constant(array, dtype=array.dtype.name)


def number_or_several(values):
    """A single number if all are equal, as users write it."""
    return values[0] if len(set(values)) == 1 else values


def check_both_formats(K, function, reference, x, *kernels):
    """Check the function of images and kernels in both data formats."""
    for data_format in FORMATS:
        result = function(tensor(K, in_format(x, data_format)), *[tensor(K, kernel) for kernel in kernels],
                          data_format=data_format)
        check(K, result, in_format(reference, data_format), dtype=x.dtype.name)


# -- convolutions -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("count, case", ALL)
def test_convolution(K, count, case):
    sizes, window, strides, padding, dilation = case
    x, kernel = images(sizes), sample(window + (2, 3), seed=1, low=-1.0, high=1.0)

    def function(x, kernel, data_format):
        return getattr(K, "conv%dd" % count)(x, kernel, strides=number_or_several(strides), padding=padding,
                                             data_format=data_format, dilation_rate=number_or_several(dilation))
    check_both_formats(K, function, convolution(x, kernel, strides, padding, dilation), x, kernel)


@pytest.mark.parametrize("stride, dilation", [(1, 1), (2, 1), (1, 3)])
def test_causal_convolution(K, stride, dilation):
    x, kernel = images((7,)), sample((3, 2, 2), seed=1)
    expected = convolution(x, kernel, (stride,), "causal", (dilation,))
    check_both_formats(K, lambda x, kernel, data_format: K.conv1d(
        x, kernel, stride, "causal", data_format, dilation), expected, x, kernel)


def test_one_channel_and_unequal_strides(K):
    # In these cases, TensorFlow's own kernel leaves some positions uninitialized.
    for sizes, window, strides in (((3, 1), (1, 2), (1, 2)), ((5, 2), (2, 2), (1, 3)),
                                   ((2, 5, 1), (1, 2, 2), (1, 1, 2))):
        x, kernel = images(sizes, 1), sample(window + (1, 2), seed=1)
        check(K, getattr(K, "conv%dd" % len(sizes))(tensor(K, x), tensor(K, kernel), strides, "same"),
              convolution(x, kernel, strides, "same", (1,) * len(sizes)))


def test_convolution_defaults(K):
    x, kernel = images((4, 5)), sample((2, 3, 2, 4), seed=1)
    expected = convolution(x, kernel, (1, 1), "valid", (1, 1))
    check(K, K.conv2d(tensor(K, x), tensor(K, kernel)), expected)
    K.set_image_data_format("channels_first")
    check(K, K.conv2d(tensor(K, in_format(x, "channels_first")), kernel), in_format(expected, "channels_first"))


@pytest.mark.parametrize("count", CASES)
def test_convolution_of_unknown_sizes(K, count):
    for case in CASES[count][1:2] + CASES[count][-1:]:
        sizes, window, strides, padding, dilation = case
        x, kernel = images(sizes), sample(window + (2, 3), seed=1, low=-1.0, high=1.0)
        expected = convolution(x, kernel, strides, padding, dilation)
        for data_format in FORMATS:
            check_fed(K, lambda x, case=case, kernel=kernel, data_format=data_format: getattr(K, "conv%dd" % count)(
                x, kernel, strides=case[2], padding=case[3], data_format=data_format, dilation_rate=case[4]),
                [in_format(x, data_format)], in_format(expected, data_format),
                static=in_format_shape((None,) * (count + 1) + (3,), data_format))


def in_format_shape(shape, data_format):
    return shape if data_format == "channels_last" else shape[:1] + shape[-1:] + shape[1:-1]


def test_static_shapes_of_partly_unknown_sizes(K):
    kernel = K.ones((3, 2, 2, 4))
    assert K.conv2d(K.placeholder((None, None, 8, 2)), kernel, strides=2).shape == (None, None, 4, 4)
    assert K.conv2d(K.placeholder((5, 7, None, 2)), kernel, padding="same").shape == (5, 7, None, 4)
    assert K.pool2d(K.placeholder((None, 7, None, 2)), 2, 2).shape == (None, 3, None, 2)
    assert K.conv1d(K.placeholder((None, 6, 2)), K.ones((3, 2, 4)), 2, "causal").shape == (None, 3, 4)


@pytest.mark.parametrize("dtype", FLOATS)
def test_of_every_dtype(K, dtype):
    def whole(shape, seed):  # integers, whose sums are exact
        return sample(shape, "int32", seed=seed).astype(dtype)
    for count in CASES:
        sizes, window, strides, padding, dilation = CASES[count][1]
        x, kernel = whole((2,) + sizes + (2,), 0), whole(window + (2, 3), 1)
        check(K, getattr(K, "conv%dd" % count)(tensor(K, x), tensor(K, kernel), strides, padding),
              convolution(x, kernel, strides, padding, dilation), dtype=dtype)
        if count > 1:
            check(K, getattr(K, "conv%dd_transpose" % count)(
                tensor(K, convolution(x, kernel, strides, padding, dilation)), tensor(K, kernel), x.shape,
                strides, padding),
                transposed(convolution(x, kernel, strides, padding, dilation), kernel, sizes, strides, padding,
                           dilation), dtype=dtype)
            for mode in ("max", "avg"):
                check(K, getattr(K, "pool%dd" % count)(tensor(K, x), window, strides, padding, pool_mode=mode),
                      pool(x.astype("float64"), window, strides, padding, mode), dtype=dtype)
    x, kernel = whole((2, 4, 5, 2), 2), whole((2, 2, 2, 2), 3)
    check(K, K.depthwise_conv2d(tensor(K, x), tensor(K, kernel)),
          depthwise(x, kernel, (1, 1), "valid", (1, 1)), dtype=dtype)
    kernel = whole((12, 8, 2), 4)
    check(K, K.local_conv2d(tensor(K, x), tensor(K, kernel), (2, 2), (1, 1), (3, 4)),
          local(x, kernel, (2, 2), (1, 1)), dtype=dtype)


@pytest.mark.parametrize("count, case", [(count, case) for count, cases in CASES.items()
                                         for case in cases[1:4] + cases[-1:]])
def test_convolution_gradient(K, count, case):
    sizes, window, strides, padding, dilation = case
    if count == 3:
        sizes = tuple(min(size, 3) if step == 1 else size for size, step in zip(sizes, dilation))
    x, kernel = images(sizes, dtype="float64", samples=1), sample(window + (2, 2), "float64", seed=1)
    check_gradient(K, lambda x, kernel: getattr(K, "conv%dd" % count)(
        x, kernel, strides=strides, padding=padding, dilation_rate=dilation),
        lambda x, kernel: convolution(x, kernel, strides, padding, dilation), x, kernel)


def test_gradient_with_channels_first_and_causal(K):
    x, kernel = images((4, 5), dtype="float64", samples=1), sample((2, 3, 2, 2), "float64", seed=1)
    check_gradient(K, lambda x, kernel: K.conv2d(x, kernel, (2, 1), "same", "channels_first"),
                   lambda x, kernel: in_format(convolution(out_of_format(x, "channels_first"), kernel, (2, 1),
                                                           "same", (1, 1)), "channels_first"),
                   in_format(x, "channels_first"), kernel)
    x, kernel = images((6,), dtype="float64", samples=1), sample((2, 2, 2), "float64", seed=1)
    check_gradient(K, lambda x, kernel: K.conv1d(x, kernel, padding="causal", dilation_rate=2),
                   lambda x, kernel: convolution(x, kernel, (1,), "causal", (2,)), x, kernel)


def test_gradient_when_sizes_are_unknown(K):
    x, kernel = images((5, 4), dtype="float64", samples=1), sample((2, 3, 2, 2), "float64", seed=1)
    image, weights = K.placeholder((None,) * 4, dtype="float64"), K.variable(kernel, dtype="float64")
    loss = K.sum(K.square(K.conv2d(image, weights, strides=2, padding="same")))
    values = K.function([image], K.gradients(loss, [image, weights]))([x])
    for i, value in enumerate(values):
        np.testing.assert_allclose(value, numeric_gradient(
            lambda x, kernel: np.square(convolution(x, kernel, (2, 2), "same", (1, 1))), [x, kernel], i),
            rtol=1e-5, atol=1e-7)


def test_second_derivative(K):
    # By linearity, the gradient of sum(conv(x, w) ** 2) with respect to x, dotted with x, is 2 * sum(conv(x, w) ** 2).
    x, kernel = images((3, 4), dtype="float64", samples=1), sample((2, 2, 2, 2), "float64", seed=1)
    image, weights = K.variable(x, dtype="float64"), K.variable(kernel, dtype="float64")
    first, = K.gradients(K.sum(K.square(K.conv2d(image, weights))), [image])
    second, = K.gradients(K.sum(first * image), [weights])
    expected = numeric_gradient(lambda kernel: 2 * np.square(convolution(x, kernel, (1, 1), "valid", (1, 1))),
                                [kernel], 0)
    np.testing.assert_allclose(K.eval(second), expected, rtol=1e-5, atol=1e-7)


def test_elementwise_ops_between_convolutions(K):
    """Theano computes them in another order of axes. The results must not depend on it."""
    x, kernel, bias = images((4, 5), 3), sample((2, 2, 3, 3), seed=1, low=-1.0, high=1.0), sample((3,), seed=2)
    mask, scale = sample((4, 5, 1), seed=3), images((4, 5), 3, seed=4)

    def convolve(x):
        return convolution(x, kernel, (1, 1), "same", (1, 1))
    left, right = convolve(x), convolve(scale)
    middle = np.maximum(left + bias, 0) * mask
    expected = [middle + right, convolve(middle) * scale, middle.transpose(0, 2, 1, 3) + right.transpose(0, 2, 1, 3),
                np.exp(left).sum(axis=(0, 1, 2)), left.transpose(0, 3, 1, 2) * right.transpose(0, 3, 1, 2)]

    def function(x, scale):
        left, right = [K.conv2d(each, K.constant(kernel), padding="same") for each in (x, scale)]
        middle = K.relu(K.bias_add(left, K.constant(bias))) * K.constant(mask)
        turned, other = [K.permute_dimensions(each, (0, 2, 1, 3)) for each in (middle, right)]
        first = [K.permute_dimensions(each, (0, 3, 1, 2)) for each in (left, right)]
        return [middle + right, K.conv2d(middle, K.constant(kernel), padding="same") * scale, turned + other,
                K.sum(K.exp(left), axis=(0, 1, 2)), first[0] * first[1]]
    check_fed(K, function, [x, scale], expected, shapes=[(None, 4, 5, 3)] * 2)


AXES = [(0,), (3,), (0, 2), (1, 2), (0, 1, 2), (1, 2, 3), (0, 1, 2, 3)]


def test_reductions_of_images(K):
    """CNTK reduces images in its own layout if all spatial axes are among the reduced ones."""
    x, kernel = images((4, 5), 3), sample((2, 2, 3, 2), seed=1, low=-1.0, high=1.0)
    convolved = convolution(x, kernel, (1, 1), "same", (1, 1))
    expected = [convolved.sum(axes) for axes in AXES] + [convolved.mean(axes, keepdims=True) for axes in AXES]

    def function(x):
        convolved = K.conv2d(x, K.constant(kernel), padding="same")
        return [K.sum(convolved, axes) for axes in AXES] + [K.mean(convolved, axes, keepdims=True) for axes in AXES]
    check_fed(K, function, [x], expected, shapes=[(None, 4, 5, 3)])


@pytest.mark.parametrize("axes", [(0, 1, 2), (1, 2), (1, 2, 3)])
def test_gradients_of_reductions_of_images(K, axes):
    x, kernel = sample((2, 3, 3, 2)), sample((2, 2, 2, 3), seed=1, low=-1.0, high=1.0)

    def deviation(x, kernel):
        convolved = convolution(x, kernel, (1, 1), "same", (1, 1))
        return np.square(convolved - convolved.mean(axes, keepdims=True)).mean(axes, keepdims=True) * convolved

    def build(x, kernel):
        convolved = K.conv2d(x, kernel, padding="same")
        return K.mean(K.square(convolved - K.mean(convolved, axes, keepdims=True)), axes, True) * convolved
    check_gradient(K, build, deviation, x, kernel)


# -- transposed convolutions ------------------------------------------------------------------------------

TRANSPOSED = [case for case in ALL if case[0] == 2] + [case for case in UNDILATED if case[0] == 3]


def of_shape(sizes, window, strides, padding, dilation):
    """The spatial shape of the output of a convolution for an input of these sizes."""
    return windows(np.zeros((1,) + sizes + (1,)), window, strides, padding, dilation).shape[1:len(sizes) + 1]


@pytest.mark.parametrize("count, case", TRANSPOSED)
def test_convolution_transpose(K, count, case):
    sizes, window, strides, padding, dilation = case
    x, kernel = images(of_shape(*case), 3), sample(window + (2, 3), seed=1, low=-1.0, high=1.0)
    more = {} if count == 3 else {"dilation_rate": dilation}

    def function(x, kernel, data_format):
        return getattr(K, "conv%dd_transpose" % count)(
            x, kernel, in_format_shape((2,) + sizes + (2,), data_format), strides=number_or_several(strides),
            padding=padding, data_format=data_format, **more)
    check_both_formats(K, function, transposed(x, kernel, sizes, strides, padding, dilation), x, kernel)


def test_transpose_of_several_sizes(K):
    # A convolution with stride 2 maps both size 5 and size 6 to size 3; output_shape decides between them.
    x, kernel = images((3, 3), 3), sample((2, 2, 2, 3), seed=1)
    for sizes in ((5, 5), (6, 5), (6, 6)):
        check(K, K.conv2d_transpose(tensor(K, x), kernel, (2,) + sizes + (2,), (2, 2), "same"),
              transposed(x, kernel, sizes, (2, 2), "same", (1, 1)))


def test_transpose_of_unknown_samples(K):
    x, kernel = images((2, 3), 3), sample((2, 2, 2, 3), seed=1)
    expected = transposed(x, kernel, (4, 6), (2, 2), "valid", (1, 1))
    check_fed(K, lambda x: K.conv2d_transpose(x, kernel, (None, 4, 6, 2), (2, 2)), [x], expected,
              shapes=[(None, 2, 3, 3)], static=(None, 4, 6, 2))
    check_fed(K, lambda x: K.conv2d_transpose(x, kernel, K.constant([2, 4, 6, 2], dtype="int32"), (2, 2)), [x],
              expected, static=(None, 4, 6, 2))
    check_fed(K, lambda x: K.conv2d_transpose(x, kernel, (K.shape(x)[0], 4, 6, 2), (2, 2)), [x], expected,
              shapes=[(None, 2, 3, 3)], static=(None, 4, 6, 2))
    x, kernel = images((2, 3, 2), 3), sample((2, 2, 1, 2, 3), seed=1)
    check_fed(K, lambda x: K.conv3d_transpose(x, kernel, (None, 3, 6, 2, 2), (2, 2, 1), "same"), [x],
              transposed(x, kernel, (3, 6, 2), (2, 2, 1), "same", (1, 1, 1)), static=(None, 3, 6, 2, 2))


@pytest.mark.parametrize("strides, padding, dilation", [
    ((2, 1), "same", (1, 1)), ((1, 1), "valid", (2, 1)), ((2, 2), "valid", (1, 1)), ((3, 3), "same", (1, 1))])
def test_transpose_to_sizes_of_what_is_fed(K, strides, padding, dilation):
    kernel = sample((2, 3, 2, 3), seed=1)
    x, like = K.placeholder((None, None, None, 3)), K.placeholder((None, None, None, 2))
    n = K.shape(like)
    as_list, as_tensor = [K.conv2d_transpose(x, kernel, shape, strides, padding, dilation_rate=dilation)
                          for shape in ((n[0], n[1], n[2], 2), n)]
    channels_first = K.permute_dimensions(K.conv2d_transpose(
        K.permute_dimensions(x, (0, 3, 1, 2)), kernel, (n[0], 2, n[1], n[2]), strides, padding, "channels_first",
        dilation), (0, 2, 3, 1))
    assert as_list.shape == (None, None, None, 2)
    # The transposed convolution is linear in x, so the gradient is the convolution of the weights.
    run = K.function([x, like], [as_list, as_tensor, channels_first] + K.gradients(K.sum(as_list * like), [x]))
    for sizes in ((7, 6), (5, 5)):
        array = images(of_shape(sizes, (2, 3), strides, padding, dilation), 3)
        weights = sample((2,) + sizes + (2,), seed=3)
        expected = transposed(array, kernel, sizes, strides, padding, dilation)
        values = run([array, weights])
        for value in values[:3]:
            np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(values[3], convolution(weights, kernel, strides, padding, dilation),
                                   rtol=1e-4, atol=1e-5)
    for shape in ((2, 20, 5, 2), (3, 5, 5, 2)):  # wrong numbers of positions and of samples
        with pytest.raises(K.errors.EngineError):
            run([array, np.zeros(shape)])


def test_transpose_in_three_dimensions_to_sizes_of_what_is_fed(K):
    x, kernel = images((2, 3, 2), 3), sample((2, 2, 1, 2, 3), seed=1)
    check_fed(K, lambda x: K.conv3d_transpose(x, kernel, [None] + [2 * K.shape(x)[1], 6, K.shape(x)[3], 2], (2, 2, 1)),
              [x], transposed(x, kernel, (4, 6, 2), (2, 2, 1), "valid", (1, 1, 1)), static=(None, None, 6, None, 2))


@pytest.mark.parametrize("count, case", [TRANSPOSED[0], TRANSPOSED[1], TRANSPOSED[3], TRANSPOSED[9],
                                         TRANSPOSED[-2]])
def test_transpose_gradient(K, count, case):
    sizes, window, strides, padding, dilation = case
    x = images(of_shape(*case), 2, "float64", samples=1)
    kernel = sample(window + (1, 2), "float64", seed=1)
    more = {} if count == 3 else {"dilation_rate": dilation}
    check_gradient(K, lambda x, kernel: getattr(K, "conv%dd_transpose" % count)(
        x, kernel, (1,) + sizes + (1,), strides, padding, **more),
        lambda x, kernel: transposed(x, kernel, sizes, strides, padding, dilation), x, kernel)


# -- depthwise and separable ------------------------------------------------------------------------------

@pytest.mark.parametrize("case", CASES[2])
def test_depthwise_convolution(K, case):
    sizes, window, strides, padding, dilation = case
    x, kernel = images(sizes, 3), sample(window + (3, 2), seed=1, low=-1.0, high=1.0)

    def function(x, kernel, data_format):
        return K.depthwise_conv2d(x, kernel, number_or_several(strides), padding, data_format, dilation)
    check_both_formats(K, function, depthwise(x, kernel, strides, padding, dilation), x, kernel)


@pytest.mark.parametrize("count, case", [(1, case) for case in CASES[1]] + [(2, case) for case in CASES[2][1:10:2]])
def test_separable_convolution(K, count, case):
    sizes, window, strides, padding, dilation = case
    x, kernel = images(sizes, 3), sample(window + (3, 2), seed=1, low=-1.0, high=1.0)
    pointwise = sample((1,) * count + (6, 2), seed=2, low=-1.0, high=1.0)

    def function(x, kernel, pointwise, data_format):
        return getattr(K, "separable_conv%dd" % count)(x, kernel, pointwise, number_or_several(strides), padding,
                                                       data_format, number_or_several(dilation))
    expected = convolution(depthwise(x, kernel, strides, padding, dilation), pointwise, (1,) * count, "valid",
                           (1,) * count)
    check_both_formats(K, function, expected, x, kernel, pointwise)


def test_depthwise_and_separable_of_unknown_sizes(K):
    x, kernel, pointwise = images((5, 6)), sample((2, 3, 2, 2), seed=1), sample((1, 1, 4, 3), seed=2)
    middle = depthwise(x, kernel, (2, 2), "same", (1, 1))
    expected = convolution(middle, pointwise, (1, 1), "valid", (1, 1))
    check_fed(K, lambda x: [K.depthwise_conv2d(x, kernel, 2, "same"),
                            K.separable_conv2d(x, kernel, pointwise, 2, "same")], [x], [middle, expected],
              static=[(None, None, None, 4), (None, None, None, 3)])
    x, kernel, pointwise = images((6,)), sample((2, 2, 2), seed=1), sample((1, 4, 3), seed=2)
    middle = depthwise(x, kernel, (1,), "valid", (2,))
    check_fed(K, lambda x: K.separable_conv1d(x, kernel, pointwise, dilation_rate=2), [x],
              convolution(middle, pointwise, (1,), "valid", (1,)), static=(None, None, 3))


@pytest.mark.parametrize("case", [CASES[2][1], CASES[2][3], CASES[2][8]])
def test_depthwise_gradient(K, case):
    sizes, window, strides, padding, dilation = case
    x, kernel = images(sizes, 2, "float64", samples=1), sample(window + (2, 2), "float64", seed=1)
    check_gradient(K, lambda x, kernel: K.depthwise_conv2d(x, kernel, strides, padding, None, dilation),
                   lambda x, kernel: depthwise(x, kernel, strides, padding, dilation), x, kernel)


def test_separable_gradient(K):
    x, kernel = images((6,), 2, "float64", samples=1), sample((3, 2, 2), "float64", seed=1)
    pointwise = sample((1, 4, 2), "float64", seed=2)
    check_gradient(K, lambda *values: K.separable_conv1d(*values, strides=2, padding="same"),
                   lambda x, kernel, pointwise: convolution(depthwise(x, kernel, (2,), "same", (1,)), pointwise,
                                                            (1,), "valid", (1,)), x, kernel, pointwise)


# -- pooling ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("mode", ["max", "avg"])
@pytest.mark.parametrize("count, case", UNDILATED)
def test_pool(K, count, case, mode):
    sizes, window, strides, padding, _ = case
    x = images(sizes)

    def function(x, data_format):
        return getattr(K, "pool%dd" % count)(x, number_or_several(window), number_or_several(strides), padding,
                                             data_format, mode)
    check_both_formats(K, function, pool(x, window, strides, padding, mode), x)


def test_pool_of_negative_numbers_is_not_that_of_the_padding(K):
    x = -np.ones((1, 3, 3, 1), "float32")
    for mode in ("max", "avg"):
        check(K, K.pool2d(tensor(K, x), 2, 2, "same", pool_mode=mode), -np.ones((1, 2, 2, 1), "float32"))


@pytest.mark.parametrize("count", [2, 3])
def test_average_of_large_halves(K, count):
    x = K.placeholder((None,) * (count + 1) + (1,), dtype="float16")
    mean = getattr(K, "pool%dd" % count)(x, 2, padding="same", pool_mode="avg")
    value, gradient = np.full((1,) + (3,) * count + (1,), 40000, "float16"), np.ones((1,) + (3,) * count + (1,))
    found = K.function([x], [mean])([value])[0]
    check_array(found, np.full(found.shape, 40000, "float16"))
    total = K.function([x], K.gradients(K.sum(mean), [x]))([value])[0].sum()
    check_array(total, np.sum(gradient).astype("float16"))


def test_pool_of_unknown_sizes(K):
    x = images((5, 6))
    check_fed(K, lambda x: [K.pool2d(x, (2, 3), (2, 1), "same", pool_mode=mode) for mode in ("max", "avg")], [x],
              [pool(x, (2, 3), (2, 1), "same", mode) for mode in ("max", "avg")], static=[(None,) * 4] * 2)
    x = images((3, 4, 5))
    check_fed(K, lambda x: [K.pool3d(x, 2, (2, 1, 2), "same", "channels_first", mode) for mode in ("max", "avg")],
              [in_format(x, "channels_first")],
              [in_format(pool(x, (2, 2, 2), (2, 1, 2), "same", mode), "channels_first") for mode in ("max", "avg")])


@pytest.mark.parametrize("mode", ["max", "avg"])
def test_pool_gradient(K, mode):
    for sizes, window, strides, padding in (((4, 5), (2, 2), (2, 2), "valid"), ((4, 5), (3, 2), (1, 2), "same"),
                                            ((3, 2, 4), (2, 2, 2), (1, 2, 2), "same")):
        x = images(sizes, 2, "float64", samples=1)
        check_gradient(K, lambda x, window=window, strides=strides, padding=padding: getattr(
            K, "pool%dd" % len(window))(x, window, strides, padding, pool_mode=mode),
            lambda x, window=window, strides=strides, padding=padding: pool(x, window, strides, padding, mode), x)


def test_gradient_of_equal_elements_in_a_pool_goes_to_the_first(K):
    x = K.variable(np.array([[[0, 2, 1], [2, 2, 1], [0, 1, 1]]]).reshape(1, 3, 3, 1))
    expected = np.array([[0, 2, 0], [1, 1, 0], [0, 0, 0]], "float32").reshape(1, 3, 3, 1)
    check(K, K.gradients(K.pool2d(x, 2), [x])[0], expected)
    volumes = K.variable(np.ones((1, 2, 2, 2, 1)))
    first = np.zeros((1, 2, 2, 2, 1), "float32")
    first[0, 0, 0, 0, 0] = 1
    check(K, K.gradients(K.pool3d(volumes, 2), [volumes])[0], first)


def test_gradient_of_a_pool_whose_windows_overlap_adds_up(K):
    x = K.variable(np.array([[5, 1, 0, 1, 2]]).reshape(1, 1, 5, 1))
    check(K, K.gradients(K.pool2d(x, (1, 4), padding="same"), [x])[0],
          np.array([[2, 0, 0, 0, 3]], "float32").reshape(1, 1, 5, 1))


@pytest.mark.parametrize("layer", [
    lambda K, x: K.pool2d(x, 2), lambda K, x: K.pool2d(x, 2, pool_mode="avg"),
    lambda K, x: K.conv2d(x, K.ones((2, 2, 3, 4))), lambda K, x: K.depthwise_conv2d(x, K.ones((2, 2, 3, 2))),
    lambda K, x: K.rnn(lambda row, states: (K.pool2d(K.expand_dims(row, 1), (1, 2)), []), x, [])[1]],
    ids=["max", "avg", "conv", "depthwise", "in a step"])
def test_gradients_of_what_has_been_evaluated_before(K, layer):
    x = K.placeholder((None, 5, 4, 3))
    loss = K.sum(layer(K, x))
    images = sample((2, 5, 4, 3))
    value, = K.function([x], [loss])([images])
    again, gradient = K.function([x], [loss, K.gradients(loss, [x])[0]])([images])
    np.testing.assert_allclose(again, value, rtol=1e-5)
    # These functions are linear as long as the order of the elements is the same, so sum(x * gradient) is the loss.
    np.testing.assert_allclose(np.sum(images * gradient), value, rtol=1e-4)


def test_second_derivative_of_a_pool(K):
    # At the largest elements, the gradient of sum(pool(x) ** 3) with respect to x is 3 * x ** 2, and that of the
    # gradient's sum is 6 * x.
    x = images((4, 5), dtype="float64", samples=1)
    image = K.variable(x, dtype="float64")
    pooled = K.pool2d(image, 2, 2)
    first, = K.gradients(pooled * pooled * pooled, [image])
    second, = K.gradients(first, [image])
    largest = pool(x, (2, 2), (2, 2), "valid", "max").repeat(2, axis=1).repeat(2, axis=2)
    expected = np.zeros_like(x)
    expected[:, :, :4] = np.where(x[:, :, :4] == largest, 6 * x[:, :, :4], 0)
    np.testing.assert_allclose(K.eval(second), expected, rtol=1e-12)


@pytest.mark.parametrize("dtype", FLOATS)
def test_what_no_window_sees_at_the_end_of_an_axis(K, dtype):
    """Padding "same" and a stride larger than the window: nothing is padded, and the elements left over are unused."""
    sizes, window, strides = (6, 3, 8), (1, 2, 1), (4, 1, 4)
    same = {"strides": strides, "padding": "same"}
    state = np.random.RandomState(0)
    x = state.permutation(2 * np.prod(sizes) * 2).reshape((2,) + sizes + (2,)).astype(dtype) / 16
    kernel = state.randint(-2, 3, window + (2, 3)).astype(dtype)
    result = convolution(x, kernel, strides, "same", (1, 1, 1))
    upstream = state.randint(-2, 3, result.shape).astype(dtype)
    of_kernel = np.tensordot(windows(x, window, strides, "same"), upstream, [range(4), range(4)])
    of_x = transposed(upstream, kernel, sizes, strides, "same", (1, 1, 1))

    images_, weights, gradients = K.variable(x, dtype), K.variable(kernel, dtype), K.variable(upstream, dtype)
    y = K.conv3d(images_, weights, **same)
    check(K, y, result)
    for gradient, expected in zip(K.gradients(K.sum(y * gradients), [images_, weights]), (of_x, of_kernel)):
        check(K, gradient, expected)
    whole = K.conv3d_transpose(gradients, weights, x.shape, **same)
    check(K, whole, of_x)
    for gradient, expected in zip(K.gradients(K.sum(whole * images_), [gradients, weights]), (result, of_kernel)):
        check(K, gradient, expected)
    for mode in ("max", "avg"):
        pooled = K.pool3d(images_, window, pool_mode=mode, **same)
        check(K, pooled, pool(x, window, strides, "same", mode))
        upstream = state.randint(-2, 3, pooled.shape).astype(dtype)
        gradient, = K.gradients(K.sum(pooled * K.constant(upstream, dtype)), [images_])
        expected = numeric_gradient(_weighted_pool(upstream, window, strides, mode), [x], 0, step=1 / 64)
        check_array(K.eval(gradient), expected.astype(dtype), dtype)


def _weighted_pool(weights, window, strides, mode):
    return lambda x: weights * pool(x, window, strides, "same", mode)


UNFUSED = """
import numpy as np
given = np.load("given.npz")
K.use_backend("tensorflow")
found = {}
for known in (True, False):
    for dtype in ("float32", "float64"):
        x, kernel, upstream = [given[name].astype(dtype) for name in ("x", "kernel", "upstream")]
        image = K.placeholder(x.shape if known else (None,) * 5, dtype=dtype)
        weights, gradients = K.variable(kernel, dtype), K.variable(upstream, dtype)
        y = K.conv3d(image, weights, strides=(4, 1, 4), padding="same")
        pooled = K.pool3d(image, (1, 2, 1), (4, 1, 4), "same")
        results = [y] + K.gradients(K.sum(y * gradients), [image, weights]) + [pooled]
        key = "%s, known sizes: %s, " % (dtype, known)
        for name, value in zip(("y", "of_x", "of_kernel", "pooled"), K.function([image], results)([x])):
            found[key + name] = value
np.savez("found.npz", **found)
"""


def test_what_no_window_sees_without_onednn(tmp_path, monkeypatch):
    """TensorFlow's own kernels pad by a negative amount there. They compute float32 where oneDNN is switched off."""
    sizes, window, strides = (6, 3, 8), (1, 2, 1), (4, 1, 4)
    state = np.random.RandomState(0)
    x = state.permutation(2 * np.prod(sizes) * 2).reshape((2,) + sizes + (2,)) / 16
    kernel = state.randint(-2, 3, window + (2, 3)).astype("float64")
    y = convolution(x, kernel, strides, "same", (1, 1, 1))
    upstream = state.randint(-2, 3, y.shape).astype("float64")
    expected = {"y": y, "of_x": transposed(upstream, kernel, sizes, strides, "same", (1, 1, 1)),
                "of_kernel": np.tensordot(windows(x, window, strides, "same"), upstream, [range(4), range(4)]),
                "pooled": pool(x, window, strides, "same", "max")}
    np.savez(tmp_path / "given.npz", x=x, kernel=kernel, upstream=upstream)
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    ran = session("import pyshim as K\n" + UNFUSED, tmp_path)
    assert ran.returncode == 0, ran.stderr
    found = np.load(tmp_path / "found.npz")
    assert len(found.files) == 4 * len(expected)
    for key in found.files:
        dtype, name = key.split(", ")[0], key.split(", ")[-1]
        check_array(found[key], expected[name].astype(dtype), dtype)


def test_gradient_of_equal_elements_without_onednn(tmp_path, monkeypatch):
    """TensorFlow's own kernel for three axes gives it to all of them."""
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    ran = session("""
import pyshim as K
K.use_backend("tensorflow")
x = K.variable([[[[[1.], [1.]]] * 2] * 2])
gradient, = K.gradients(K.pool3d(x, 2), [x])
assert K.eval(gradient).ravel().tolist() == [1, 0, 0, 0, 0, 0, 0, 0], K.eval(gradient)
""", tmp_path)
    assert ran.returncode == 0, ran.stderr


def test_pool_of_a_window_wider_than_x(K):
    x = images((3, 2))
    check(K, K.pool2d(tensor(K, x), (9, 7), (1, 1), "same"), pool(x, (9, 7), (1, 1), "same", "max"))
    placeholder = K.placeholder((None,) * 4)
    function = K.function([placeholder], [K.pool2d(placeholder, (2, 3))])
    with pytest.raises(K.errors.KerasError):
        function([x])
    check_array(function([images((2, 3))])[0], pool(images((2, 3)), (2, 3), (1, 1), "valid", "max"))


# -- locally connected ------------------------------------------------------------------------------------

@pytest.mark.parametrize("data_format", FORMATS)
def test_local_convolution(K, data_format):
    first = data_format == "channels_first"
    for sizes, window, strides in (((6,), (3,), (1,)), ((7,), (2,), (2,)), ((4, 5), (2, 3), (1, 1)),
                                   ((5, 6), (2, 3), (3, 2)), ((4, 4), (1, 1), (2, 2))):
        count, x = len(sizes), images(sizes, 3)
        places = of_shape(sizes, window, strides, "valid", (1,) * count)
        kernel = sample((np.prod(places), np.prod(window) * 3, 2), seed=1, low=-1.0, high=1.0)
        expected = in_format(local(x, kernel, window, strides, first), data_format)
        x = in_format(x, data_format)
        more = () if count == 1 else (places,)
        check(K, getattr(K, "local_conv%dd" % count)(tensor(K, x), tensor(K, kernel), window, strides, *more,
                                                     data_format=data_format), expected)
        check_fed(K, lambda x, kernel: getattr(K, "local_conv%dd" % len(window))(  # noqa: B023
            x, kernel, window, strides, *more, data_format=data_format), [x, kernel], expected,  # noqa: B023
            shapes=[(None,) + x.shape[1:], kernel.shape])


def test_local_gradient(K):
    x, kernel = images((4, 3), 2, "float64", samples=2), sample((3, 8, 2), "float64", seed=1)
    check_gradient(K, lambda x, kernel: K.local_conv2d(x, kernel, (2, 2), (1, 2), (3, 1)),
                   lambda x, kernel: local(x, kernel, (2, 2), (1, 2)), x, kernel)
    x, kernel = images((5,), 2, "float64", samples=2), sample((2, 6, 2), "float64", seed=1)
    check_gradient(K, lambda x, kernel: K.local_conv1d(x, kernel, 3, 2),
                   lambda x, kernel: local(x, kernel, (3,), (2,)), x, kernel)


# -- nan and infinity -------------------------------------------------------------------------------------

def test_nan_and_infinity_pass_through(K):
    x = images((4, 5), 1)
    x[0, 1, 1, 0], x[1, 2, 3, 0] = np.inf, np.nan
    kernel = np.abs(sample((2, 2, 1, 2), seed=1)) + 1
    check(K, K.conv2d(tensor(K, x), tensor(K, kernel)), convolution(x, kernel, (1, 1), "valid", (1, 1)))
    check(K, K.depthwise_conv2d(tensor(K, x), tensor(K, kernel)), depthwise(x, kernel, (1, 1), "valid", (1, 1)))
    seen = windows(x, (2, 2), (1, 1))
    check(K, K.pool2d(tensor(K, x), 2), np.max(seen, axis=(3, 4)))
    check(K, K.pool2d(tensor(K, x), 2, pool_mode="avg"), np.mean(seen, axis=(3, 4)))
    check(K, K.pool2d(tensor(K, np.full((1, 3, 3, 1), -np.inf, "float32")), 2, padding="same"),
          np.full((1, 3, 3, 1), -np.inf, "float32"))


@pytest.mark.parametrize("strides, dilation", [((1, 1), (2, 2)), ((1, 2), (1, 1)), ((2, 2), (1, 1))])
def test_infinity_stays_in_its_channel(K, strides, dilation):
    x, kernel = images((5, 6), 2), sample((2, 2, 2, 2), seed=1)
    x[0, 2, 2, 1], kernel[0, 0, 1, 0] = np.inf, np.inf
    value = K.eval(K.depthwise_conv2d(tensor(K, x), tensor(K, kernel), strides, "same", None, dilation))
    expected = depthwise(x, kernel, strides, "same", dilation)
    check_array(value[..., :2], expected[..., :2])
    assert not np.isfinite(value[0, ..., 2:]).all()


# -- errors -----------------------------------------------------------------------------------------------

IMAGE, KERNEL = (2, 5, 6, 3), (2, 2, 3, 4)
REFUSED = {  # what: (function, shapes of its tensors, arguments, error, message)
    "rank of x": ("conv2d", [(2, 5, 6), KERNEL], {}, "Shape", r"x must have 4 dimensions; its shape is \(2, 5, 6\)"),
    "rank of x in 1d": ("conv1d", [IMAGE, (2, 3, 4)], {}, "Shape", "x must have 3 dimensions"),
    "rank of x in 3d": ("conv3d", [IMAGE, KERNEL], {}, "Shape", "x must have 5 dimensions"),
    "rank of the kernel": ("conv2d", [IMAGE, (2, 2, 3)], {}, "Shape", "kernel must have 4 dimensions"),
    "rank of a causal kernel": ("conv1d", [(2, 5, 3), KERNEL], {"padding": "causal"}, "Shape",
                                "kernel must have 3 dimensions"),
    "channels": ("conv2d", [IMAGE, (2, 2, 4, 4)], {}, "Shape", "x has 3 channels, kernel of shape .* takes 4"),
    "channels first": ("conv2d", [IMAGE, KERNEL], {"data_format": "channels_first"}, "Shape", "x has 5 channels"),
    "padding": ("conv2d", [IMAGE, KERNEL], {"padding": "full"}, "Argument",
                "unknown padding 'full'; accepted: valid, same"),
    "padding in 1d": ("conv1d", [(2, 5, 3), (2, 3, 4)], {"padding": "full"}, "Argument",
                      "unknown padding 'full'; accepted: valid, same, causal"),
    "causal images": ("conv2d", [IMAGE, KERNEL], {"padding": "causal"}, "Argument", "unknown padding 'causal'"),
    "data format": ("conv2d", [IMAGE, KERNEL], {"data_format": "last"}, "Argument",
                    "unknown data format 'last'; accepted: channels_last, channels_first"),
    "stride 0": ("conv2d", [IMAGE, KERNEL], {"strides": 0}, "Argument", "strides must be at least 1, not 0"),
    "three strides": ("conv2d", [IMAGE, KERNEL], {"strides": (1, 2, 3)}, "Argument",
                      "strides must be one number or 2"),
    "strides that are no numbers": ("conv2d", [IMAGE, KERNEL], {"strides": "two"}, "Argument",
                                    "strides must be a whole number"),
    "dilation": ("conv2d", [IMAGE, KERNEL], {"dilation_rate": -1}, "Argument", "dilation_rate must be at least 1"),
    "strides with dilation": ("conv2d", [IMAGE, KERNEL], {"strides": 2, "dilation_rate": 2}, "Argument",
                              "are both more than 1"),
    "a window too large": ("conv2d", [IMAGE, (6, 2, 3, 4)], {}, "Shape", "does not fit the spatial shape"),
    "a window too dilated": ("conv1d", [(2, 5, 3), (3, 3, 4)], {"dilation_rate": 3}, "Shape", "does not fit"),
    "output_shape": ("conv2d_transpose", [IMAGE, (2, 2, 4, 3)], {"output_shape": (2, 9, 9, 4)}, "Shape",
                     "output_shape .* does not fit"),
    "sizes of output_shape": ("conv2d_transpose", [IMAGE, (2, 2, 4, 3)], {"output_shape": (2, 6, 7)}, "Shape",
                              "output_shape .* must have 4 sizes"),
    "unknown output_shape": ("conv2d_transpose", [IMAGE, (2, 2, 4, 3)], {"output_shape": (2, None, 7, 4)}, "Shape",
                             "output_shape must be known"),
    "filters of output_shape": ("conv2d_transpose", [IMAGE, (2, 2, 4, 3)], {"output_shape": (2, 6, 7, 9)}, "Shape",
                                "output_shape .* has 4 channels"),
    "samples of output_shape": ("conv2d_transpose", [IMAGE, (2, 2, 4, 3)], {"output_shape": (3, 6, 7, 4)}, "Shape",
                                "output_shape .* has 2 samples"),
    "channels of a transpose": ("conv2d_transpose", [IMAGE, KERNEL], {"output_shape": (2, 6, 7, 3)}, "Shape",
                                "x has 3 channels"),
    "channels of depthwise": ("depthwise_conv2d", [IMAGE, (2, 2, 4, 1)], {}, "Shape", "depthwise_kernel"),
    "pointwise kernel": ("separable_conv2d", [IMAGE, (2, 2, 3, 2), (2, 1, 6, 4)], {}, "Shape",
                         "pointwise_kernel must have size 1"),
    "rank of the pointwise kernel": ("separable_conv1d", [(2, 5, 3), (2, 3, 2), (6, 4)], {}, "Shape",
                                     "pointwise_kernel must have 3 dimensions"),
    "channels of the pointwise kernel": ("separable_conv2d", [IMAGE, (2, 2, 3, 2), (1, 1, 5, 4)], {}, "Shape",
                                         "6 channels.* takes 5"),
    "pool_mode": ("pool2d", [IMAGE], {"pool_size": 2, "pool_mode": "min"}, "Argument",
                  "unknown pool_mode 'min'; accepted: max, avg"),
    "pool_size": ("pool2d", [IMAGE], {"pool_size": 0}, "Argument", "pool_size must be at least 1"),
    "a pool too large": ("pool2d", [IMAGE], {"pool_size": 6}, "Shape", "does not fit"),
    "padding of a pool": ("pool3d", [(2, 3, 3, 3, 1)], {"pool_size": 2, "padding": "causal"}, "Argument",
                          "unknown padding"),
    "rank of a pool": ("pool3d", [IMAGE], {"pool_size": 2}, "Shape", "x must have 5 dimensions"),
    "local kernel": ("local_conv1d", [(2, 5, 3), (3, 6, 2)], {"kernel_size": 2, "strides": 1}, "Shape",
                     r"it must have the shape \(4, 6, filters\)"),
    "local output_shape": ("local_conv2d", [IMAGE, (20, 12, 2)],
                           {"kernel_size": 2, "strides": 1, "output_shape": (5, 4)}, "Shape", "does not fit"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(K, what):
    name, shapes, arguments, error, message = REFUSED[what]
    with pytest.raises(getattr(K.errors, error + "Error"), match=r"%s\(\): .*%s" % (name, message)):
        getattr(K, name)(*[K.ones(shape) for shape in shapes], **arguments)


@pytest.mark.parametrize("name, shapes, more", [("conv2d", [IMAGE, KERNEL], {}), ("pool2d", [IMAGE], {"pool_size": 2}),
                                                ("depthwise_conv2d", [IMAGE, (2, 2, 3, 1)], {})])
def test_floats_are_needed(K, name, shapes, more):
    with pytest.raises(K.errors.DtypeError, match=r"%s\(\): x has dtype int32" % name):
        getattr(K, name)(*[K.ones(shape, dtype="int32") for shape in shapes], **more)


def test_one_dtype_is_needed(K):
    with pytest.raises(K.errors.DtypeError, match="x has dtype float32 and kernel has dtype float64"):
        K.conv2d(K.ones(IMAGE), K.ones(KERNEL, dtype="float64"))


def test_sizes_that_do_not_fit_when_fed(K):
    x = K.placeholder((None,) * 4)
    function = K.function([x], [K.conv2d(x, K.ones(KERNEL))])
    with pytest.raises(K.errors.KerasError):
        function([np.ones((2, 5, 6, 2))])
    check_array(function([np.ones((1, 2, 2, 3))])[0], np.full((1, 1, 1, 4), 12, "float32"))


# -- properties -------------------------------------------------------------------------------------------

windows_of_two_axes = st.tuples(
    st.tuples(st.integers(1, 8), st.integers(1, 8)), st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)), st.sampled_from(["valid", "same"]),
    st.tuples(st.integers(1, 3), st.integers(1, 3)))


def usable(case):
    sizes, window, strides, padding, dilation = case
    fits = all((width - 1) * step < size for size, width, step in zip(sizes, window, dilation))
    return (fits or padding == "same") and (max(strides) == 1 or max(dilation) == 1)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=windows_of_two_axes.filter(usable))
@example(case=((3, 1), (4, 4), (1, 2), "same", (1, 1)))  # PyTorch leaves some results unwritten
def test_padding_strides_and_dilation(K, case):
    sizes, window, strides, padding, dilation = case
    x, kernel = images(sizes, 1, samples=1), sample(window + (1, 1), seed=1, low=-1.0, high=1.0)
    expected = convolution(x, kernel, strides, padding, dilation)
    result = K.conv2d(tensor(K, x), tensor(K, kernel), strides, padding, None, dilation)
    back = K.conv2d_transpose(result, tensor(K, kernel), x.shape, strides, padding, None, dilation)
    outputs = [(result, expected), (back, transposed(expected, kernel, sizes, strides, padding, dilation))]
    if max(dilation) == 1:
        outputs.append((K.pool2d(tensor(K, x), window, strides, padding), pool(x, window, strides, padding, "max")))
    for output, reference in outputs:
        check(K, output, reference)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("filters", [1, 2])
def test_gradients_of_single_images_and_channels(K, channels, filters):
    """Whatever an engine concludes from sizes of 1, the gradient of a linear function by its input is exact."""
    for sizes, strides in (((4, 4), (2, 2)), ((7, 1), (1, 3)), ((3, 1), (1, 2))):
        x, kernel = K.variable(images(sizes, channels, samples=1)), K.variable(sample((4, 4, channels, filters)))
        back = K.variable(sample((4, 4, filters, channels), seed=1))
        wide = tuple(size * stride for size, stride in zip(sizes, strides))
        for result, of in ((K.conv2d(x, kernel, strides, "same"), kernel),
                           (K.conv2d_transpose(x, back, (1, *wide, filters), strides, "same"), back)):
            weights = sample(K.int_shape(result), seed=2)
            total = K.sum(result * weights)
            value, by_x, by_kernel = K.function([], [total] + K.gradients(total, [x, of]))([])
            # A function that is linear in each of two tensors has both of these products as its value.
            np.testing.assert_allclose((by_x * K.get_value(x)).sum(), value, rtol=1e-4)
            np.testing.assert_allclose((by_kernel * K.get_value(of)).sum(), value, rtol=1e-4)


def test_a_variable_of_the_shape_of_images_changes_beside_them(K):
    images, filters = sample((2, 4, 4, 1)), sample((3, 3, 1, 2), seed=1)
    beside = K.variable(np.ones((2, 4, 4, 2)))  # all elements are equal at first
    convolved = K.conv2d(K.constant(images), K.constant(filters), padding="same", data_format="channels_last")
    f = K.function([], [convolved, convolved * beside])
    for value in (np.ones((2, 4, 4, 2), "float32"), sample((2, 4, 4, 2), seed=2)):
        K.set_value(beside, value)
        plain, product = f([])
        check_array(product, plain * value)


@pytest.mark.parametrize("rank, channels, taken", [(1, 4, 2), (2, 4, 2), (3, 2, 1), (2, 1, 3), (2, 2, 4)])
def test_unknown_channels_that_a_kernel_does_not_take(K, rank, channels, taken):
    x = K.placeholder((None,) * (rank + 2))
    results = [getattr(K, "conv%dd" % rank)(x, np.ones((2,) * rank + (taken, 4), "float32"))]
    if rank == 2:
        results.append(K.depthwise_conv2d(x, np.ones((2, 2, taken, 2), "float32")))
        results.append(K.separable_conv2d(x, np.ones((2, 2, taken, 1), "float32"),
                                          np.ones((1, 1, taken, 2), "float32")))
    for result in results:
        with pytest.raises(K.errors.EngineError):
            K.function([x], [result])([np.ones((1,) + (4,) * rank + (channels,))])


# -- a spatial axis of size 1 -----------------------------------------------------------------------------

@pytest.mark.parametrize("data_format", ["channels_first", "channels_last"])
@pytest.mark.parametrize("window, filters", [((4, 2), 2), ((6, 1), 1), ((6, 2), 2)])
def test_training_where_the_result_has_an_axis_of_size_1(K, data_format, window, filters):
    """A convolution, a bias, and a loss by the difference from targets whose shape shows the axis, too."""
    random = np.random.RandomState(1)
    samples = random.normal(size=(3, 6, 2, 5)).astype("float32")
    sizes = (6 - window[0] + 1, 2 - window[1] + 1, filters)
    targets = random.normal(size=(3,) + sizes).astype("float32")
    kernel, bias = K.variable(random.normal(size=window + (5, filters))), K.variable(np.zeros(filters))
    fed = [array.transpose(0, 3, 1, 2) if data_format == "channels_first" else array for array in (samples, targets)]
    x, target = [K.placeholder((None,) + array.shape[1:]) for array in fed]
    result = K.bias_add(K.conv2d(x, kernel, data_format=data_format), bias, data_format)
    loss = K.mean(K.square(result - target))
    loss, by_kernel, by_bias = K.function([x, target], [loss] + K.gradients(loss, [kernel, bias]))(fed)

    seen = np.stack([samples[:, i:i + window[0], j:j + window[1]].reshape(3, -1)
                     for i in range(sizes[0]) for j in range(sizes[1])], 1)
    error = seen @ K.get_value(kernel).reshape(-1, filters) - targets.reshape(3, -1, filters)
    np.testing.assert_allclose(loss, np.mean(error ** 2), rtol=1e-5)
    by_error = 2 * error / error.size
    np.testing.assert_allclose(by_bias, by_error.sum((0, 1)), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(by_kernel.reshape(-1, filters), np.einsum("spw,spf->wf", seen, by_error), rtol=1e-4,
                               atol=1e-6)
