"""Descriptions: the native tensors of this engine.

CNTK's dynamic axes and free dimensions don't support everything that we need. So a kernel call builds no CNTK
function: it only describes what to compute, and a program builds it when the shapes of all inputs are known.
"""

import itertools

import numpy as np

from ...dtypes import FLOATS, INTEGERS
from . import native


class Kernel:
    """A kernel: its name, and how CNTK computes it.

    ``build`` takes CNTK variables with known shapes and returns a CNTK function, or an array if the shapes alone
    determine the result. It is None if NumPy always computes the kernel. NumPy's version is ``by_numpy``, or the
    entry under the kernel's name in ``integers.py``.
    """

    def __init__(self, name, build, dtype=None, like=0, differentiable=True, by_numpy=None, indexed=False,
                 sized_by=(), several=False, parallel=False, exact=None, fast=None):
        self.name = name
        self.build = build
        self.dtype = dtype
        self.like = like  # the input that determines the result's dtype, unless dtype or an attribute does
        self.differentiable = differentiable
        self.by_numpy = by_numpy
        self.indexed = indexed    # also takes integer inputs, as cells: see operation.py
        self.sized_by = sized_by  # the inputs whose values determine the shape of the result
        self.several = several    # returns a list of arrays; each part is a separate description
        self.exact = exact        # a slower builder, for when gradients would be nan otherwise: see Stage
        self.fast = fast          # a faster builder, for values that pass a check: see checks.py
        self.parallel = parallel  # loops over samples, which is faster with several threads

    def __call__(self, *inputs, **attributes):
        dtype = self.dtype or attributes.get("dtype") or inputs[self.like].dtype
        return Description(self, inputs, attributes, dtype)


def kernel(name, build, **more):
    """Returns: a method for the engine's ``Kernels`` that describes a call of this kernel."""
    described = Kernel(name, build, **more)

    def method(self, *inputs, **attributes):
        return described(*inputs, **attributes)
    return method


class Description:
    """A computation to perform: a kernel, the descriptions of its inputs, its attributes, and the result's dtype.

    ``on_numpy`` says whether NumPy computes it, between the stages: CNTK supports only floats, so integers are computed
    by NumPy. ``by_shape`` says that shapes alone determine it, such as the number of samples: then NumPy computes it
    when its stage is built.
    """

    __slots__ = ("kernel", "inputs", "attributes", "dtype", "on_numpy", "by_shape", "number")

    numbers = itertools.count()  # descriptions are numbered in the order of their creation

    def __init__(self, kernel, inputs, attributes, dtype):
        self.number = next(self.numbers)
        self.kernel = kernel
        self.inputs = inputs
        self.attributes = attributes
        self.dtype = dtype
        on_numpy = self._on_numpy()
        self.by_shape = self._by_shape(on_numpy)
        self.on_numpy = on_numpy and not self.by_shape

    def _on_numpy(self):
        if self.kernel.name == "shape":
            return self.inputs[0].on_numpy
        if not self.kernel.build:
            return True
        inputs = self.inputs
        if self.kernel.indexed:
            inputs = [x for x in inputs if x.dtype not in INTEGERS]
        if any(x.dtype in INTEGERS for x in inputs):
            return True
        if self.kernel.name == "fill_like":  # the shape of the input is enough
            return self.inputs[0].on_numpy
        return self.dtype in INTEGERS or (self.dtype == "bool" and all(x.on_numpy or x.by_shape for x in inputs))

    def _by_shape(self, on_numpy):
        if not self.kernel or self.kernel.several or self.kernel.name == "print_tensor":
            return False
        if self.dtype in FLOATS and self.kernel.name != "cast":  # CNTK computes it, or it is a random draw
            return False
        if self.kernel.name in ("shape", "fill_like") and not on_numpy:
            return True
        return (on_numpy and any(x.by_shape for x in self.inputs)
                and all(x.by_shape or isinstance(x, Constant) for x in self.inputs))

    def given_by_numpy(self):
        """Returns: the integer inputs of a kernel that runs on CNTK."""
        return () if self.on_numpy else tuple(x for x in self.inputs if x.dtype in INTEGERS)

    def sizes(self):
        """Returns: the inputs whose values determine the shape of a result computed by CNTK."""
        return () if self.on_numpy else tuple(self.inputs[i] for i in self.kernel.sized_by if i < len(self.inputs))

    def differentiable_inputs(self):
        """Returns: the inputs that a gradient flows back to."""
        if self.on_numpy or not self.kernel.differentiable or self.dtype not in FLOATS:
            return ()
        return tuple(x for x in self.inputs if x.dtype in FLOATS)


class Source(Description):
    """A tensor that is not computed: a variable, constant or placeholder, or a slice or state in a loop body."""

    __slots__ = ()

    def __init__(self, dtype):
        super().__init__(None, (), {}, dtype)

    def _on_numpy(self):
        return self.dtype not in FLOATS

    def differentiable_inputs(self):
        return ()


class Placeholder(Source):

    __slots__ = ()


class Constant(Source):

    __slots__ = ("array", "_constant")

    def __init__(self, array):
        super().__init__(array.dtype.name)
        self.array = array
        self._constant = None

    @property
    def constant(self):
        """The CNTK constant, shared by all functions."""
        if self._constant is None:
            self._constant = native.constant(self.array)
        return self._constant


class Variable(Source):
    """A variable, whose value is an array. Where CNTK supports the dtype and shape, the array's memory is shared with
    a CNTK parameter, and with a CNTK constant for functions that need no gradient with respect to it."""

    __slots__ = ("array", "parameter", "constant")

    def __init__(self, array):
        super().__init__(array.dtype.name)
        self.parameter = self.constant = None
        if self.dtype in FLOATS and array.size:
            self.array = np.array(array, native.carrier(self.dtype), order="C")
            self.parameter = native.sharing(native.cntk_py.Parameter, self.array)
            self.constant = native.sharing(native.cntk_py.Constant, self.array)
            self.constant.changes = True
        else:
            self.array = array.copy()

    def get(self):
        """Returns: a copy of the value."""
        return self.array.astype(self.dtype)

    def set(self, value):
        """Assign an array of the variable's shape."""
        if self.parameter is None:
            self.array = np.array(value, dtype=self.dtype)
        else:
            self.array[...] = value.astype(self.dtype, copy=False)  # float16 is rounded, though stored as float32
            self.changed()

    def changed(self):
        """Tell CNTK that the array has changed."""
        self.parameter.record_value_update()
        self.constant.record_value_update()


class Group:
    """A loss and the descriptions it is differentiated with respect to: these gradients are computed together."""

    __slots__ = ("loss", "by")

    def __init__(self, loss, by):
        self.loss = loss
        self.by = by


class Gradient(Description):
    """The gradient of a group's loss with respect to one of its descriptions."""

    __slots__ = ("group", "variable")

    def __init__(self, group, variable):
        self.group = group
        self.variable = variable
        super().__init__(None, (group.loss,) + tuple(group.by), {}, variable.dtype)

    def _on_numpy(self):
        return False

    def given_by_numpy(self):
        return ()

    def sizes(self):
        return ()

    def differentiable_inputs(self):
        return ()


def ordered(roots):
    """Returns: the roots and all descriptions that they need, in topological order (inputs first).

    It is iterative because graphs may be deeper than Python's recursion limit.
    """
    order, seen = [], set()
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        description, done = stack.pop()
        if done:
            order.append(description)
        elif description not in seen:
            seen.add(description)
            stack.append((description, True))
            stack.extend((x, False) for x in reversed(description.inputs))
    return order
