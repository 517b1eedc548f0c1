"""Descriptions: the natives of this engine.

CNTK's dynamic axes and free dimensions have gaps. So a kernel builds nothing of CNTK when it is called: it
says what is to be computed, and a program builds it when the shapes of all inputs are known.
"""

import itertools

import numpy as np

from ...dtypes import FLOATS, INTEGERS
from . import native


class Kernel:
    """A kernel: its name, and how CNTK computes it.

    ``build`` makes a CNTK function of CNTK variables with known shapes, or gives an array where the shapes
    alone decide the result; None for what is always computed by NumPy. How NumPy computes it is
    ``by_numpy``, or in ``integers.py``, under the kernel's name.
    """

    def __init__(self, name, build, dtype=None, like=0, differentiable=True, by_numpy=None, indexed=False,
                 sized_by=(), several=False, parallel=False, exact=None):
        self.name = name
        self.build = build
        self.dtype = dtype
        self.like = like  # the input whose dtype the result has, unless dtype or an attribute says it
        self.differentiable = differentiable
        self.by_numpy = by_numpy
        self.indexed = indexed    # takes integers beside what CNTK computes with: as cells, see operation.py
        self.sized_by = sized_by  # which of these inputs decide the shape of the result by their values
        self.several = several    # gives a list of arrays; its parts are descriptions of their own
        self.exact = exact        # builds it where gradients would be nan otherwise: see Stage
        self.parallel = parallel  # goes through samples, which several threads do sooner

    def __call__(self, *inputs, **attributes):
        dtype = self.dtype or attributes.get("dtype") or inputs[self.like].dtype
        return Description(self, inputs, attributes, dtype)


def kernel(name, build, **more):
    """The method of the engine that describes a kernel."""
    described = Kernel(name, build, **more)

    def method(self, *inputs, **attributes):
        return described(*inputs, **attributes)
    return method


class Description:
    """What is to be computed: a kernel, the descriptions of its inputs, its attributes, the result's dtype.

    ``on_numpy``: CNTK has floats only, so what consists of integers is computed by NumPy.
    """

    __slots__ = ("kernel", "inputs", "attributes", "dtype", "on_numpy", "number")

    numbers = itertools.count()  # descriptions are numbered in the order in which they are made

    def __init__(self, kernel, inputs, attributes, dtype):
        self.number = next(self.numbers)
        self.kernel = kernel
        self.inputs = inputs
        self.attributes = attributes
        self.dtype = dtype
        self.on_numpy = self._on_numpy()

    def _on_numpy(self):
        if not self.kernel.build:
            return True
        inputs = self.inputs
        if self.kernel.indexed:
            inputs = [x for x in inputs if x.dtype not in INTEGERS]
        if any(x.dtype in INTEGERS for x in inputs):
            return True
        if self.kernel.name in ("shape", "fill_like"):  # the shape of the input is enough
            return self.inputs[0].on_numpy
        return self.dtype in INTEGERS or (self.dtype == "bool" and all(x.on_numpy for x in inputs))

    def given_by_numpy(self):
        """The inputs that a kernel of CNTK takes as integers."""
        return () if self.on_numpy else tuple(x for x in self.inputs if x.dtype in INTEGERS)

    def sizes(self):
        """The inputs whose values decide the shape of a result of CNTK."""
        return () if self.on_numpy else tuple(self.inputs[i] for i in self.kernel.sized_by if i < len(self.inputs))

    def differentiable_inputs(self):
        """The inputs that a gradient flows back to."""
        if self.on_numpy or not self.kernel.differentiable or self.dtype not in FLOATS:
            return ()
        return tuple(x for x in self.inputs if x.dtype in FLOATS)


class Source(Description):
    """What is not computed: a variable, constant or placeholder, a slice or state in a loop."""

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
        """The constant of CNTK, one for all functions."""
        if self._constant is None:
            self._constant = native.constant(self.array.astype(native.carrier(self.dtype)))
        return self._constant


class Variable(Source):
    """A variable: an array. CNTK, where it has such a thing, has it as a parameter, and as a constant for where
    nobody asks for gradients."""

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
        """The value, as an array of its own."""
        return self.array.astype(self.dtype)

    def set(self, value):
        """Change the value, to an array that fits."""
        if self.parameter is None:
            self.array = np.array(value, dtype=self.dtype)
        else:
            self.array[...] = value.astype(self.dtype, copy=False)  # float16 is rounded, though carried in float32
            self._changed()

    def compute(self, function, arrays):
        """Change the value to what a function of NumPy computes, where it is."""
        function(*arrays, out=self.array)
        self._changed()

    def _changed(self):
        self.parameter.record_value_update()
        self.constant.record_value_update()


class Group:
    """A loss and what it is differentiated by: their gradients are computed together."""

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
    """The descriptions that the roots need, themselves included, inputs first. Iterative: graphs are deep."""
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
