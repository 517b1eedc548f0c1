"""Operation: a function of NumPy inside a CNTK function, with its derivative.

For kernels that CNTK lacks or gets wrong; the families say which and why.
"""

import contextlib

import numpy as np

from . import native
from .native import C, cntk_py

UserFunction = C.ops.functions.UserFunction


def operation(forward, *derivatives, by_result=False):
    """A builder of CNTK functions from NumPy functions.

    ``forward`` computes the result from the inputs' arrays. There is a derivative for each input, or one for
    all: it is called with the gradient of the result, the result, and the inputs' arrays, and gives the
    gradient of its input, in the result's shape if it is broadcast. Attributes go to all of them. Where
    ``forward`` gives a pair, the second is kept for the derivative, which gets it as a last array. For
    each input of integers, which are the last, there is a cell. ``by_result``: the derivatives read nothing
    of the inputs but their shapes, so these need not be copied for them; nor is the result a view of one.
    """
    def build(*inputs, cells=(), **attributes):
        # Arrays without memory of their own tell the result's shape.
        arrays = [np.broadcast_to(x.dtype(1), x.shape) for x in inputs[:len(inputs) - len(cells)]]
        shape = _parts(forward(*arrays + [cell.array for cell in cells], **attributes))[0].shape
        if 0 in shape:
            return np.empty(shape)
        inputs = _separate(inputs)  # kept until the composite, which holds them, is made
        made = Operation(inputs, cells, shape, forward, derivatives, by_result, attributes)
        return C.user_function(made)
    build.in_numpy = True
    return build


class Cell:
    """Integers beside what CNTK computes with: an array that a stage puts in before it runs. CNTK has them
    as floats, which may not be exact, but tell it that something has changed."""

    def __init__(self, array):
        self.array = array
        self.checks = []  # of what is put in

    def put(self, array):
        for check in self.checks:
            check(array)
        self.array = array


def _parts(computed):
    """What ``forward`` has computed: the result, and the list of what is kept."""
    if isinstance(computed, tuple):
        return computed[0], [computed[1]]
    return np.asarray(computed), []


@contextlib.contextmanager
def kept():
    """The list of the operations that are made inside, which must live as long as they are run."""
    before, Operation.kept = Operation.kept, []
    try:
        yield Operation.kept
    finally:
        Operation.kept = before


def constant_derivative(gradient, result, *arrays, **attributes):
    """The derivative of a function that is constant but for steps."""
    return np.zeros_like(gradient)


def where(condition, x):
    """x where the condition holds, else 0. By its bits: numpy.where takes ten times as long where both are frequent."""
    return (x.view("i%d" % x.itemsize) * condition).view(x.dtype)


def _separate(inputs):
    """The inputs, in a form in which CNTK finds them: it loses arguments of the whole function that a user
    function takes directly, and those that it takes twice."""
    separate = []
    for x in map(native.output, inputs):
        if x.is_input or x.is_placeholder or any(x is other for other in separate):
            x = C.reshape(x, x.shape).output
        separate.append(x)
    return separate


class Operation(UserFunction):
    """Overrides the methods that CNTK calls with its values: the public ones convert through slow checks."""

    kept = None    # where new operations are kept
    failures = []  # exceptions in the functions of NumPy: CNTK would not hand them on

    @classmethod
    def check(cls):
        """Raise what a function of NumPy has raised since the last check."""
        if cls.failures:
            failure = cls.failures[0]
            cls.failures.clear()
            raise failure

    def __init__(self, inputs, cells, shape, forward, derivatives, by_result, attributes):
        self.cells = cells
        self.numpy_forward = forward
        self.derivatives = derivatives
        self.by_result = by_result
        self.attributes_ = attributes
        self.dtype_ = inputs[0].dtype
        self.shape_ = shape
        super().__init__(inputs)
        self.given = []  # what CNTK has been given last, which it copies once it has all of it
        self._none_state = None  # CNTK's refers to the operation, which would never be freed
        self.kept.append(self)

    def __disown__(self):
        """CNTK would have the operation keep itself: see ``kept``."""

    def clone(self, inputs):
        return Operation(inputs, self.cells, self.shape_, self.numpy_forward, self.derivatives, self.by_result,
                         self.attributes_)

    def infer_outputs(self):
        return [C.output_variable(self.shape_, self.dtype_, self.inputs[0].dynamic_axes)]

    def _tried(self, shape, function, *arrays):
        """What a function computes, or, where it fails, something of that shape: see ``check``."""
        try:
            return _parts(function(*arrays, **self.attributes_))
        except Exception as error:
            self.failures.append(error)
            return np.zeros(shape), []

    def _forward(self, arguments, outputs, device=None, outputs_to_retain=None):
        floats = arguments[:len(arguments) - len(self.cells)]
        read = native.borrowed if self.by_result else native.array  # CNTK may reuse the memory before it goes back
        arrays = [read(value) for value in floats] + [cell.array for cell in self.cells]
        result, kept = self._tried(self.shape_, self.numpy_forward, *arrays)
        result = result.astype(self.dtype_, copy=False)
        arrays += kept
        for variable in outputs:
            outputs[variable] = native.value(result)
        self.given = list(outputs.values())
        return cntk_py.UserBackPropState.create(self, native.DEVICE, (result, arrays)), outputs

    def _backward(self, state, root_gradients, variables):
        result, arrays = cntk_py.UserBackPropState.data(state)
        gradient, = [native.borrowed(value) for value in root_gradients.values()]
        inputs = cntk_py.Function.inputs(self, True)
        for variable in variables:
            i = inputs.index(variable)
            derivative = self.derivatives[i if len(self.derivatives) > 1 else 0]
            of_input, _ = self._tried(arrays[i].shape, derivative, gradient, result, *arrays)
            of_input = _summed_to(of_input, arrays[i].shape).astype(self.dtype_, copy=False)
            variables[variable] = native.value(of_input)
        self.given = list(variables.values())


def _summed_to(gradient, shape):
    """The gradient of an input that was broadcast: summed over what it was repeated along."""
    gradient = np.asarray(gradient)
    if gradient.shape == shape:
        return gradient
    more = gradient.ndim - len(shape)
    repeated = tuple(range(more)) + tuple(more + i for i, size in enumerate(shape)
                                          if size == 1 and gradient.shape[more + i] != 1)
    return gradient.sum(axis=repeated, keepdims=True).reshape(shape)
