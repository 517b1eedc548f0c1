"""Sparse tensors, made from scipy.sparse matrices, or from pyshim's SparseArray where there is no SciPy."""

import numpy as np
import pytest
import scipy.sparse
from checks import FLOATS, check, check_array, numeric_gradient, sample

import pyshim

FORMATS = ("coo", "csr", "csc", "bsr", "dia", "dok", "lil")


def dense(shape=(3, 4), dtype="float32", seed=0):
    """A matrix that is mostly zeros."""
    x = sample(shape, dtype, seed=seed)
    x[sample(shape, "float32", seed=seed + 1) > -0.5] = 0
    return x


def array_of(x):
    rows, columns = np.nonzero(x)
    return pyshim.SparseArray(rows, columns, x[rows, columns], x.shape)


# -- creation and queries ---------------------------------------------------------------------------------

@pytest.mark.parametrize("format", FORMATS)
def test_variable_of_every_format(K, format):
    x = dense()
    for value in (scipy.sparse.coo_matrix(x).asformat(format), scipy.sparse.coo_array(x).asformat(format)):
        variable = K.variable(value)
        assert (variable.dtype, variable.shape, variable.kind) == ("float32", (3, 4), "variable")
        assert K.is_sparse(variable) and variable.sparse
        check(K, variable, x)
        check_array(K.get_value(variable), x)


def test_variable_of_a_sparse_array(K):
    x = dense()
    variable = K.variable(array_of(x), name="weights")
    assert K.is_sparse(variable) and K.is_variable(variable) and variable.name == "weights"
    check(K, variable, x)
    check(K, K.variable(array_of(dense(dtype="int32")), dtype="float64"), dense(dtype="int32").astype("float64"))


def test_is_sparse(K):
    assert K.is_sparse(K.placeholder((2, 3), sparse=True))
    assert not K.is_sparse(K.placeholder((2, 3)))
    assert not K.is_sparse(K.variable(np.eye(2)))
    assert not K.is_sparse(K.to_dense(K.variable(scipy.sparse.eye(2))))


@pytest.mark.parametrize("dtype", FLOATS + ("int8", "int32", "int64", "uint8", "uint64"))
def test_to_dense_of_every_dtype(K, dtype):
    x = dense(dtype=dtype)
    result = K.to_dense(K.variable(scipy.sparse.csr_matrix(x.astype("float64")), dtype=dtype))
    check(K, result, x)


def test_to_dense_of_a_dense_tensor_is_that_tensor(K):
    x = K.variable(np.eye(3))
    check(K, K.to_dense(x), np.eye(3, dtype="float32"))


def test_values_that_the_dtype_cannot_hold(K):
    for value, dtype, message in (([[1.5]], "int32", "value holds 1.5, which dtype int32"),
                                  ([[70000]], "int16", "value holds 70000, which dtype int16 cannot hold"),
                                  ([[-1]], "uint8", "value holds -1, which dtype uint8 cannot hold")):
        with pytest.raises(K.errors.DtypeError, match=r"variable\(\): " + message):
            K.variable(scipy.sparse.coo_matrix(value), dtype=dtype)
    check(K, K.to_dense(K.variable(scipy.sparse.coo_matrix([[0, 2.0]]), dtype="int16")), np.array([[0, 2]], "int16"))


def test_what_numpy_does_on_errors_changes_no_values(K):
    tiny = scipy.sparse.coo_matrix([[1e-300, 1.0, 1e300]])
    x = K.placeholder((1, 3), sparse=True)
    function = K.function([x], [K.to_dense(x)])
    expected = np.array([[0, 1, np.inf]], "float32")
    with np.errstate(all="raise"):
        check(K, K.to_dense(K.variable(tiny)), expected)
        check_array(function([tiny])[0], expected)


def test_placeholder(K):
    placeholder = K.placeholder((None, 4), sparse=True, name="x")
    assert (placeholder.shape, placeholder.dtype, placeholder.kind) == ((None, 4), "float32", "placeholder")
    assert K.is_placeholder(placeholder) and placeholder.name == "x" and K.ndim(placeholder) == 2
    function = K.function([placeholder], [K.to_dense(placeholder), K.shape(placeholder)])
    for rows in (3, 5, 1):
        x = dense((rows, 4))
        for format in FORMATS:
            value, shape = function([scipy.sparse.csr_matrix(x).asformat(format)])
            check_array(value, x)
            check_array(shape, np.array([rows, 4], "int32"))
        check_array(function([array_of(x)])[0], x)


def test_a_computed_sparse_tensor_is_no_input(K):
    x = K.placeholder((3, 4), sparse=True)
    with pytest.raises(K.errors.ArgumentError, match=r"function\(\): inputs\[0\] must be a placeholder or a computed"):
        K.function([K.concatenate([x, x], axis=0)], [K.to_dense(x)])


def test_placeholder_by_ndim_and_dtype(K):
    placeholder = K.placeholder(ndim=2, sparse=True, dtype="float64")
    assert (placeholder.shape, placeholder.dtype) == ((None, None), "float64")
    function = K.function([placeholder], [K.to_dense(placeholder)])
    check_array(function([scipy.sparse.csr_matrix(dense())])[0], dense().astype("float64"))


def test_values_at_one_place_add_up(K):
    value = pyshim.SparseArray([0, 1, 0, 0], [1, 0, 1, 2], [1.0, 2.0, 3.0, 4.0], (2, 3))
    expected = np.array([[0, 4, 4], [2, 0, 0]], "float32")
    check(K, K.variable(value), expected)
    check(K, K.dot(K.variable(value), K.ones((3, 1))), np.array([[8], [2]], "float32"))
    check(K, K.concatenate([K.variable(value)] * 2, 0), np.concatenate([expected] * 2, 0))
    coordinates = scipy.sparse.coo_matrix(([1.0, 2.0], ([1, 1], [0, 0])), shape=(2, 2))
    check(K, K.variable(coordinates), np.array([[0, 0], [3, 0]], "float32"))


def test_empty_matrices(K):
    for shape in ((2, 3), (0, 3), (2, 0)):
        x = K.variable(scipy.sparse.csr_matrix(shape))
        check(K, K.to_dense(x), np.zeros(shape, "float32"))
        check(K, K.dot(x, K.ones((shape[1], 2))), np.zeros((shape[0], 2), "float32"))


def test_nan_and_infinity(K):
    x = np.array([[np.nan, 0], [0, np.inf]], "float32")
    check(K, K.variable(scipy.sparse.csr_matrix(x)), x)
    check(K, K.dot(K.variable(scipy.sparse.csr_matrix(x)), K.ones((2, 1))), np.array([[np.nan], [np.inf]], "float32"))


# -- dot --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("dtype", FLOATS + ("int32",))
def test_dot(K, dtype):
    x, y = dense(dtype=dtype), sample((4, 2), dtype, seed=3)
    product = K.dot(K.variable(scipy.sparse.csr_matrix(x.astype("float64")), dtype=dtype), K.constant(y, dtype=dtype))
    assert not K.is_sparse(product)
    check(K, product, (x.astype("float64") @ y).astype(dtype))
    check(K, K.dot(K.variable(array_of(x), dtype=dtype), K.constant(y[:, 0], dtype=dtype)),
          (x.astype("float64") @ y[:, 0]).astype(dtype))


def test_dot_of_a_placeholder(K):
    x, y = K.placeholder((None, None), sparse=True), K.placeholder((None, None))
    product = K.dot(x, y)
    assert product.shape == (None, None)
    function = K.function([x, y], [product])
    for rows in (3, 1):
        left, right = dense((rows, 4)), sample((4, 2), seed=rows)
        check_array(function([scipy.sparse.csc_matrix(left), right])[0], left @ right)


def test_dot_with_an_array(K):
    x = dense()
    check(K, K.dot(K.variable(scipy.sparse.csr_matrix(x)), np.ones((4, 2))), x @ np.ones((4, 2), "float32"))
    assert K.dot(K.placeholder((None, 4), sparse=True), np.ones((4, 2))).shape == (None, 2)


def test_a_training_step_on_sparse_rows(K):
    x, target = dense((5, 4), "float64"), sample((5, 2), "float64", seed=4)
    weights, rows = K.variable(sample((4, 2), "float64", seed=5), dtype="float64"), K.placeholder(
        (None, 4), sparse=True, dtype="float64")
    loss = K.mean(K.square(K.dot(rows, weights) - target))
    start = K.get_value(weights)
    gradient, = K.gradients(loss, [weights])
    step = K.function([rows], [loss], [K.update_sub(weights, 0.1 * gradient)])
    check_array(step([scipy.sparse.csr_matrix(x)])[0], np.mean(np.square(x @ start - target)))
    expected = numeric_gradient(lambda w: np.mean(np.square(x @ w - target)), [start], 0)
    np.testing.assert_allclose((start - K.get_value(weights)) / 0.1, expected, rtol=1e-5, atol=1e-8)


def test_gradient_of_a_dot_with_a_vector(K):
    x, y = dense((3, 4), "float64"), sample((4,), "float64")
    variable = K.variable(y, dtype="float64")
    product = K.dot(K.variable(array_of(x), dtype="float64"), variable)
    check(K, K.gradients(K.sum(K.square(product)), [variable])[0], 2 * x.T @ (x @ y))


# -- concatenate ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("axis", [0, 1, -1, -2])
def test_concatenate(K, axis):
    parts = [dense((2, 3), seed=1), dense((4, 3) if axis in (0, -2) else (2, 1), seed=2), dense((2, 3), seed=3)]
    joined = K.concatenate([K.variable(scipy.sparse.csr_matrix(part)) for part in parts], axis)
    expected = np.concatenate(parts, axis)
    assert K.is_sparse(joined) and joined.shape == expected.shape
    check(K, joined, expected)
    y = sample((expected.shape[1], 2), seed=4)
    check(K, K.dot(joined, K.constant(y)), expected @ y)


def test_concatenate_sparse_and_dense(K):
    parts = [dense((2, 3), seed=1), dense((2, 1), seed=2), dense((2, 2), seed=3)]
    joined = K.concatenate([K.constant(parts[0]), K.variable(scipy.sparse.csr_matrix(parts[1])), parts[2]], 1)
    assert not K.is_sparse(joined)
    check(K, joined, np.concatenate(parts, 1))


@pytest.mark.parametrize("axis", [0, 1])
def test_concatenate_placeholders(K, axis):
    inputs = [K.placeholder((None, None), sparse=True), K.placeholder((None, None), sparse=True)]
    joined = K.concatenate(inputs, axis)
    assert K.is_sparse(joined) and joined.shape == (None, None)
    function = K.function(inputs, [K.to_dense(joined), K.shape(joined)])
    for size in (2, 3):
        parts = [dense((3, size), seed=size), dense((3, size), seed=5)]
        value, shape = function([scipy.sparse.csr_matrix(part) for part in parts])
        check_array(value, np.concatenate(parts, axis))
        check_array(shape, np.array(value.shape, "int32"))


@pytest.mark.parametrize("axis", [0, 1])
def test_concatenate_placeholders_that_do_not_fit_when_fed(K, axis):
    inputs = [K.placeholder((None, None), sparse=True), K.placeholder((None, None), sparse=True)]
    joined = K.concatenate(inputs, axis)
    parts = [scipy.sparse.csr_matrix(dense(shape)) for shape in ((2, 3), (3, 2))]
    for result in (K.to_dense(joined), K.shape(joined)):
        with pytest.raises(K.errors.EngineError, match=r"tensors\[1\] and tensors\[0\] differ in size on axis"):
            K.function(inputs, [result])(parts)


def test_concatenate_static_shapes(K):
    x, y = K.placeholder((None, 3), sparse=True), K.placeholder((2, 3), sparse=True)
    assert K.concatenate([x, y], 0).shape == (None, 3)
    assert K.concatenate([y, y], 0).shape == (4, 3)
    assert K.concatenate([x, y], 1).shape == (2, 6)


# -- SparseArray ------------------------------------------------------------------------------------------

def test_sparse_array():
    x = pyshim.SparseArray([0, 1], [2, 0], [1.5, 2.5], (2, 3))
    assert x.shape == (2, 3) and x.dtype == "float64"
    assert pyshim.SparseArray.of(x) is x
    other = pyshim.SparseArray.of(scipy.sparse.csr_matrix(np.array([[0, 0, 1.5], [2.5, 0, 0]])))
    for mine, its in zip(x.parts(), other.parts()):
        np.testing.assert_array_equal(mine, its)


@pytest.mark.parametrize("arguments, message", [
    (([0], [0], [1.0], (2,)), r"a sparse matrix has two sizes, not \(2,\)"),
    (([0, 1], [0], [1.0], (2, 2)), "rows, columns and values must have one dimension and one length"),
    (([[0]], [[0]], [[1.0]], (2, 2)), "must have one dimension"),
    (([2], [0], [1.0], (2, 2)), "rows hold numbers out of range for size 2"),
    (([0], [-1], [1.0], (2, 2)), "columns hold numbers out of range for size 2"),
])
def test_sparse_arrays_that_do_not_fit(arguments, message):
    with pytest.raises(pyshim.errors.ShapeError, match=message):
        pyshim.SparseArray(*arguments)


# -- errors -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name, arguments", [
    ("square", ()), ("sum", ()), ("reshape", ((4, 3),)), ("transpose", ()), ("relu", ()), ("cast", ("float64",)),
    ("expand_dims", ()), ("identity", ()), ("batch_dot", (np.ones((3, 4)),)), ("gather", ([0],)),
])
def test_refused_elsewhere(K, name, arguments):
    x = K.variable(scipy.sparse.eye(3, 4))
    with pytest.raises(K.errors.ArgumentError, match=r"%s\(\): .* is sparse; convert it with to_dense\(\)" % name):
        getattr(K, name)(x, *arguments)


def sparse(K, shape, dtype="float32"):
    return K.placeholder(shape, sparse=True, dtype=dtype)


REFUSED = {  # what: (call, error, message)
    "rank of a placeholder": (lambda K: sparse(K, (2, 3, 4)), "Shape",
                              r"placeholder\(\): a sparse placeholder has two dimensions, not shape \(2, 3, 4\)"),
    "sizes of a product": (lambda K: K.dot(sparse(K, (2, 3)), K.ones((4, 2))), "Shape",
                           r"dot\(\): x of shape \(2, 3\) and y of shape \(4, 2\) do not fit"),
    "dtypes of a product": (lambda K: K.dot(sparse(K, (2, 3)), K.ones((3, 2), "float64")), "Dtype",
                            "x has dtype float32 and y has dtype float64"),
    "rank in a product": (lambda K: K.dot(sparse(K, (2, 3)), K.ones((2, 3, 2))), "Shape",
                          "y must have 1 or 2 dimensions"),
    "a sparse tensor on the right": (lambda K: K.dot(K.ones((2, 2)), sparse(K, (2, 3))), "Argument",
                                     r"y is sparse; convert it with to_dense\(\)"),
    "sparse on both sides": (lambda K: K.dot(sparse(K, (2, 2)), sparse(K, (2, 3))), "Argument", "y is sparse"),
    "sizes to be joined": (lambda K: K.concatenate([sparse(K, (2, 3)), sparse(K, (2, 4))], 0), "Shape",
                           r"tensors\[1\] of shape \(2, 4\) cannot be joined to tensors\[0\] of shape \(2, 3\)"),
    "dtypes to be joined": (lambda K: K.concatenate([sparse(K, (2, 3)), sparse(K, (2, 3), "float64")]), "Dtype",
                            r"tensors\[1\] has dtype float64, tensors\[0\] has dtype float32"),
    "an axis": (lambda K: K.concatenate([sparse(K, (2, 3))] * 2, 2), "Shape", "axis 2 is out of range"),
    "a new value": (lambda K: K.set_value(K.variable(scipy.sparse.eye(2)), np.eye(2)), "Argument",
                    r"set_value\(\): x is a sparse variable, which keeps its value; make a new one"),
    "an update": (lambda K: K.update(K.variable(scipy.sparse.eye(2)), K.ones((2, 2))), "Argument",
                  "x is a sparse variable"),
    "a gradient": (lambda K: K.gradients(K.sum(K.to_dense(K.variable(scipy.sparse.eye(2)))),
                                         [K.variable(scipy.sparse.eye(2))]), "Argument", "is sparse"),
    "a constraint": (lambda K: K.variable(scipy.sparse.eye(2), constraint=3), "Argument",
                     "constraint must be a function, not 3"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(K, what):
    call, error, message = REFUSED[what]
    with pytest.raises(getattr(K.errors, error + "Error"), match=message):
        call(K)


def test_values_that_do_not_fit(K):
    x = K.placeholder((None, 3), sparse=True, name="x")
    function = K.function([x], [K.to_dense(x)])
    with pytest.raises(K.errors.ShapeError, match=r"inputs\[0\] \(x\) has shape \(2, 4\); expected: \(None, 3\)"):
        function([scipy.sparse.eye(2, 4)])
    with pytest.raises(K.errors.ArgumentError, match="a sparse value is a scipy.sparse matrix or a SparseArray, not"):
        function([np.eye(3)])
    y = K.placeholder((2, 2))
    with pytest.raises(K.errors.KerasError, match=r"inputs\[0\].* is sparse"):
        K.function([y], [y])([scipy.sparse.eye(2)])
    check_array(function([scipy.sparse.eye(2, 3)])[0], np.eye(2, 3, dtype="float32"))


def test_outputs_of_a_function_must_be_dense(K):
    x = K.placeholder((2, 3), sparse=True)
    with pytest.raises(K.errors.ArgumentError, match=r"outputs\[0\] is sparse; convert it with to_dense\(\)"):
        K.function([x], [x])
