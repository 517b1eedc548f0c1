"""Helpers for the tests of the families: comparing tensors with NumPy, and gradients with finite differences."""

import numpy as np

FLOATS = ("float16", "float32", "float64")
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
INTEGERS = SIGNED + UNSIGNED
NUMBERS = FLOATS + INTEGERS
DTYPES = NUMBERS + ("bool",)

# Relative and absolute tolerance for the results of a few operations.
TOLERANCE = {"float16": (4e-3, 1e-3), "float32": (2e-5, 2e-6), "float64": (1e-11, 1e-12)}


def check(K, tensor, expected, dtype=None, shape=None):
    """Check a tensor's value, its dtype and static shape, and the dtype and shape of the value.

    ``dtype`` defaults to that of the expected value; pass ``shape`` if the static shape has unknown sizes.
    """
    expected = np.asarray(expected)
    dtype = dtype or expected.dtype.name
    assert K.is_tensor(tensor)
    assert tensor.dtype == dtype
    assert tensor.shape == (expected.shape if shape is None else shape)
    check_array(K.eval(tensor), expected, dtype)


def check_array(value, expected, dtype=None):
    """Check an array's values, dtype and shape."""
    expected = np.asarray(expected)
    dtype = dtype or expected.dtype.name
    assert isinstance(value, (np.ndarray, np.generic))
    assert value.dtype.name == dtype
    assert value.shape == expected.shape
    if dtype in TOLERANCE:
        relative, absolute = TOLERANCE[dtype]
        with np.errstate(over="ignore"):
            expected = expected.astype(dtype)
        np.testing.assert_allclose(value, expected, rtol=relative, atol=absolute)
    else:
        np.testing.assert_array_equal(value, expected)


def check_fed(K, build, arrays, expected, shapes=None, static=None):
    """Check the tensor that ``build`` returns for placeholders against the expected values when arrays are fed.

    All sizes of the placeholders are unknown unless ``shapes`` says otherwise. ``build`` may return a list.
    ``static`` holds the expected static shapes; by default all sizes are unknown.
    """
    shapes = shapes or [(None,) * np.ndim(array) for array in arrays]
    inputs = [K.placeholder(shape, dtype=array.dtype.name) for shape, array in zip(shapes, arrays)]
    outputs = build(*inputs)
    single = K.is_tensor(outputs)
    outputs, expected = ([outputs], [expected]) if single else (outputs, expected)
    if static is not None:
        assert [output.shape for output in outputs] == ([static] if single else static)
    values = K.function(inputs, outputs)(list(arrays))
    assert len(values) == len(expected)
    for value, reference, output in zip(values, expected, outputs):
        assert len(output.shape) == value.ndim
        assert all(size in (None, known) for size, known in zip(output.shape, value.shape))
        check_array(value, reference)


def numeric_gradient(function, arrays, i, step=1e-5):
    """Returns: the gradient of sum(function(*arrays)) with respect to arrays[i], by central differences."""
    arrays = [np.array(array, dtype="float64") for array in arrays]
    gradient = np.empty_like(arrays[i])
    for position in np.ndindex(*arrays[i].shape):
        totals = []
        for shift in (step, -step):
            moved = [array.copy() for array in arrays]
            moved[i][position] += shift
            totals.append(np.sum(function(*moved)))
        gradient[position] = (totals[0] - totals[1]) / (2 * step)
    return gradient


def check_gradient(K, build, reference, *arrays):
    """Check that the float64 gradients of ``build`` are those of ``reference``, the same function in NumPy."""
    variables = [K.variable(array, dtype="float64") for array in arrays]
    result = build(*variables)
    # The weights make each element contribute differently to the sum.
    weights = np.random.RandomState(7).uniform(0.5, 1.5, list(result.shape))
    gradients = K.gradients(K.sum(result * weights), variables)
    for i, (variable, gradient) in enumerate(zip(variables, gradients)):
        assert (gradient.dtype, gradient.shape) == ("float64", variable.shape)
        numeric = numeric_gradient(lambda *values: weights * reference(*values), arrays, i)
        np.testing.assert_allclose(K.eval(gradient), numeric, rtol=1e-5, atol=1e-7)


def sample(shape, dtype="float32", seed=0, low=-3.0, high=3.0):
    """Returns: an array of varied values with this dtype and shape, the same each time."""
    state = np.random.RandomState(seed)
    if dtype == "bool":
        return np.asarray(state.uniform(size=shape) < 0.5)
    if dtype in UNSIGNED:
        low = 0
    if dtype not in FLOATS:
        return np.asarray(state.randint(int(low), int(high) + 1, size=shape)).astype(dtype)
    return np.asarray(state.uniform(low, high, size=shape)).astype(dtype)
