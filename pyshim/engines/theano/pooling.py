"""Max pooling by our own ops, which exist only in C. Theano's own ignores nan and gives each of several equal elements
the whole gradient, and its backward pass takes as long as that of a convolution.

The channels are first. A plane is the part of x for one sample and channel; a place is an element's index in its plane.
"""

import zlib

import numpy as np
import theano
import theano.tensor as T
from theano.gof import ParamsType


def max_pool(x, size, strides, padding):
    """Returns: the maximum of each window along the axes of x from the third on; nan if the window has one.

    ``padding`` is a pair for each axis, the numbers of elements to add before and after. They are ignored.
    """
    return MaxPool(tuple(size), tuple(strides), tuple(map(tuple, padding)))(x)[0]


class Pooling(theano.Op):
    """An op that calls a C function with its inputs, the addresses of its outputs, and the code in ``arguments``."""

    __props__ = ()
    arguments = ""

    def c_support_code(self):
        return C_CODE

    def c_code(self, node, name, inputs, outputs, sub):
        return "if (!pyshim_%s<%s>(%s)) { %s }" % (
            type(self).__name__.lower(), node.outputs[0].type.dtype_specs()[1],
            ", ".join(list(inputs) + ["&" + output for output in outputs]) + self.arguments % sub, sub["fail"])

    def c_code_cache_version(self):
        return zlib.crc32(C_CODE.encode()),


class MaxPool(Pooling):
    """The maximum of each window, and its place: the first one if there are ties. nan is larger than all others."""

    __props__ = ("size", "strides", "padding")

    params_type = ParamsType(windows=T.TensorType("int64", (False, False)))
    arguments = ", %(params)s->windows"

    def __init__(self, size, strides, padding):
        self.size = size
        self.strides = strides
        self.padding = padding

    @property
    def windows(self):
        """The width, the step, and the padding before and after, along three axes."""
        axes = [(width, step) + pair for width, step, pair in zip(self.size, self.strides, self.padding)]
        return np.array(([(1, 1, 0, 0)] + axes)[-3:], "int64")

    def make_node(self, x):
        pattern = x.broadcastable[:2] + (False,) * len(self.size)
        return theano.Apply(self, [x], [T.TensorType(dtype, pattern)() for dtype in (x.dtype, "int32")])

    def infer_shape(self, node, shapes):
        counts = [T.maximum((size + sum(pair) - width) // step + 1, 0)
                  for size, width, step, pair in zip(shapes[0][2:], self.size, self.strides, self.padding)]
        return [tuple(shapes[0][:2]) + tuple(counts)] * 2

    def connection_pattern(self, node):
        return [[True, False]]

    def L_op(self, inputs, outputs, gradients):
        return [Scatter()(gradients[0], outputs[1], inputs[0])]


class Scatter(Pooling):
    """Adds elements at their places to zeros with the shape of the third input: the gradient of MaxPool."""

    def make_node(self, x, places, like):
        return theano.Apply(self, [x, places, like], [like.type()])

    def infer_shape(self, node, shapes):
        return [shapes[2]]

    def connection_pattern(self, node):
        return [[True], [False], [False]]

    def grad(self, inputs, gradients):
        return [Gather()(gradients[0], inputs[1])] + [theano.gradient.disconnected_type() for _ in inputs[1:]]


class Gather(Pooling):
    """The elements at the given places: the gradient of Scatter."""

    def make_node(self, x, places):
        return theano.Apply(self, [x, places], [T.TensorType(x.dtype, places.broadcastable)()])

    def infer_shape(self, node, shapes):
        return [shapes[1]]

    def connection_pattern(self, node):
        return [[True], [False]]

    def grad(self, inputs, gradients):
        return [Scatter()(gradients[0], inputs[1], inputs[0]), theano.gradient.disconnected_type()]


C_CODE = r"""
#include <algorithm>
#include <limits>

typedef npy_int32 pyshim_place;

static bool pyshim_new(PyArrayObject** output, PyArrayObject* like, npy_intp* shape, int type) {
    Py_XDECREF(*output);
    *output = (PyArrayObject*)PyArray_EMPTY(PyArray_NDIM(like), shape, type, 0);
    return *output != NULL;
}

// Arrays as a processor likes to read them.
struct pyshim_contiguous {
    PyArrayObject* array;

    pyshim_contiguous(PyArrayObject* x) : array(PyArray_GETCONTIGUOUS(x)) {}
    ~pyshim_contiguous() { Py_XDECREF(array); }
};

struct pyshim_axis {
    npy_intp size, width, step, before, count;

    npy_intp first(npy_intp i) const { return std::max(i * step - before, npy_intp(0)); }
    npy_intp end(npy_intp i) const { return std::min(i * step - before + width, size); }
};

// The elements at one place of each window in a row: a loop without branches, made for each step that is known.
template <typename number>
inline __attribute__((always_inline))
void pyshim_row(const number* __restrict__ x, npy_intp step, npy_intp count, pyshim_place first,
                number* __restrict__ most, pyshim_place* __restrict__ place) {
    for (npy_intp k = 0; k < count; k++) {
        const number one = x[k * step], old = most[k];
        const bool more = !(one <= old) & (old == old);
        most[k] = more ? one : old;
        place[k] = more ? pyshim_place(first + k * step) : place[k];
    }
}

template <typename number>
void pyshim_plane(const number* x, const pyshim_axis& a, const pyshim_axis& b, const pyshim_axis& c,
                  number* most, pyshim_place* place) {
    for (npy_intp i = 0; i < a.count; i++)
    for (npy_intp j = 0; j < b.count; j++, most += c.count, place += c.count) {
        for (npy_intp k = 0; k < c.count; k++) {
            most[k] = -std::numeric_limits<number>::infinity();
            place[k] = (a.first(i) * b.size + b.first(j)) * c.size + c.first(k);
        }
        for (npy_intp u = a.first(i); u < a.end(i); u++)
        for (npy_intp v = b.first(j); v < b.end(j); v++)
        for (npy_intp w = -c.before; w < c.width - c.before; w++) {
            npy_intp k = 0, end = c.count;  // of the windows that have something there
            while (w + k * c.step < 0)
                k++;
            while (w + (end - 1) * c.step >= c.size)
                end--;
            const npy_intp first = (u * b.size + v) * c.size + w + k * c.step;
            if (c.step == 1)
                pyshim_row(x + first, 1, end - k, first, most + k, place + k);
            else if (c.step == 2)
                pyshim_row(x + first, 2, end - k, first, most + k, place + k);
            else
                pyshim_row(x + first, c.step, end - k, first, most + k, place + k);
        }
    }
}

template <typename number>
bool pyshim_maxpool(PyArrayObject* given, PyArrayObject** largest, PyArrayObject** places, PyArrayObject* windows) {
    pyshim_contiguous x(given);
    if (!x.array)
        return false;
    npy_intp shape[5] = {PyArray_DIM(given, 0), PyArray_DIM(given, 1)}, size = 1, count = 1;
    pyshim_axis axes[3] = {{1, 1, 1, 0, 1}};  // images have two
    for (int i = 2, j = 5 - PyArray_NDIM(given); j < 3; i++, j++) {
        pyshim_axis& axis = axes[j];
        axis.size = PyArray_DIM(given, i);
        axis.width = *(npy_int64*)PyArray_GETPTR2(windows, j, 0);
        axis.step = *(npy_int64*)PyArray_GETPTR2(windows, j, 1);
        axis.before = *(npy_int64*)PyArray_GETPTR2(windows, j, 2);
        const npy_intp rest = axis.size + axis.before + *(npy_int64*)PyArray_GETPTR2(windows, j, 3) - axis.width;
        axis.count = rest < 0 ? 0 : rest / axis.step + 1;
        shape[i] = axis.count;
        size *= axis.size;
        count *= axis.count;
    }
    if (size > std::numeric_limits<pyshim_place>::max()) {
        PyErr_SetString(PyExc_ValueError, "x is too large");
        return false;
    }
    if (!pyshim_new(largest, given, shape, PyArray_TYPE(given)) || !pyshim_new(places, given, shape, NPY_INT32))
        return false;
    for (npy_intp i = 0; i < shape[0] * shape[1]; i++)
        pyshim_plane<number>((number*)PyArray_DATA(x.array) + i * size, axes[0], axes[1], axes[2],
                             (number*)PyArray_DATA(*largest) + i * count,
                             (pyshim_place*)PyArray_DATA(*places) + i * count);
    return true;
}

static npy_intp pyshim_plane_size(PyArrayObject* x) {
    npy_intp size = 1;
    for (int i = 2; i < PyArray_NDIM(x); i++)
        size *= PyArray_DIM(x, i);
    return size;
}

template <typename number>
bool pyshim_scatter(PyArrayObject* given, PyArrayObject* places, PyArrayObject* like, PyArrayObject** output) {
    pyshim_contiguous x(given);
    if (!x.array || !pyshim_new(output, like, PyArray_DIMS(like), PyArray_TYPE(like)))
        return false;
    PyArray_FILLWBYTE(*output, 0);
    const npy_intp size = pyshim_plane_size(like), count = pyshim_plane_size(places);
    const number* part = (number*)PyArray_DATA(x.array);
    number* whole = (number*)PyArray_DATA(*output);
    const pyshim_place* place = (pyshim_place*)PyArray_DATA(places);
    for (npy_intp plane = PyArray_DIM(like, 0) * PyArray_DIM(like, 1); plane; plane--, whole += size)
        for (npy_intp i = 0; i < count; i++)
            whole[*place++] += *part++;
    return true;
}

template <typename number>
bool pyshim_gather(PyArrayObject* given, PyArrayObject* places, PyArrayObject** output) {
    pyshim_contiguous x(given);
    if (!x.array || !pyshim_new(output, places, PyArray_DIMS(places), PyArray_TYPE(given)))
        return false;
    const npy_intp size = pyshim_plane_size(given), count = pyshim_plane_size(places);
    const number* whole = (number*)PyArray_DATA(x.array);
    number* part = (number*)PyArray_DATA(*output);
    const pyshim_place* place = (pyshim_place*)PyArray_DATA(places);
    for (npy_intp plane = PyArray_DIM(given, 0) * PyArray_DIM(given, 1); plane; plane--, whole += size)
        for (npy_intp i = 0; i < count; i++)
            *part++ = whole[*place++];
    return true;
}
"""
