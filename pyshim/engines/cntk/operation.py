"""Operation: a NumPy function inside a CNTK function, with its derivative.

Used for kernels that CNTK lacks or gets wrong; the kernel files say which and why.
"""

import numpy as np

from . import native
from .collecting import Collection
from .native import C, cntk_py

UserFunction = C.ops.functions.UserFunction


def operation(forward, *derivatives, by_result=False):
    """Wrap NumPy functions as a CNTK function.

    Arguments:
        forward: computes the result from the inputs' arrays. If it returns a pair, the second item is saved for the
            derivatives, which get it as their last array.
        derivatives: one for each input, or a single one for all. Each is called with the upstream gradient, the
            result and the inputs' arrays, and returns the gradient of its input. If the input was broadcast, the
            gradient may have the result's shape.
        by_result: the derivatives use only the shapes of the inputs, so the inputs need not be copied for the
            backward pass. The result must not be a view of an input.

    Returns:
        a builder: a function of CNTK variables and of attributes, which are passed to ``forward`` and to the
        derivatives. Integer inputs come last, and each of them has a ``Cell``.
    """
    def build(*inputs, cells=(), **attributes):
        # Find the result's shape with broadcast scalars, which allocate no memory.
        arrays = [np.broadcast_to(x.dtype(1), x.shape) for x in inputs[:len(inputs) - len(cells)]]
        shape = _parts(forward(*arrays + [cell.array for cell in cells], **attributes))[0].shape
        if 0 in shape:
            return np.empty(shape)
        inputs = _separate(inputs)  # must stay referenced until the composite, which holds them, is made
        made = Operation(inputs, cells, shape, forward, derivatives, by_result, attributes)
        return C.user_function(made)
    build.in_numpy = True
    return build


class Cell:
    """An integer input of an operation: an array that a stage sets before it runs. CNTK also gets these integers
    as floats. Those may be inexact, but they let CNTK notice that the input has changed."""

    def __init__(self, array):
        self.array = array
        self.checks = []  # functions that check each new array

    def put(self, array):
        for check in self.checks:
            check(array)
        self.array = array


def _parts(computed):
    """Returns: the result of ``forward``, and the list of arrays it saved for the derivatives."""
    if isinstance(computed, tuple):
        return computed[0], [computed[1]]
    return np.asarray(computed), []


def constant_derivative(gradient, result, *arrays, **attributes):
    """The derivative of a step function, which is constant between its steps: 0."""
    return np.zeros_like(gradient)


def where(condition, x):
    """x where the condition holds, else 0. This works on the bits: numpy.where is ten times slower if both are common.
    """
    return (x.view("i%d" % x.itemsize) * condition).view(x.dtype)


def _separate(inputs):
    """Reshape inputs where necessary so that CNTK finds them all: it loses arguments of the whole function that are
    direct inputs of a user function, and inputs that occur twice."""
    separate = []
    for x in map(native.output, inputs):
        if x.is_input or x.is_placeholder or any(x is other for other in separate):
            x = C.reshape(x, x.shape).output
        separate.append(x)
    return separate


class Operation(UserFunction):
    """Overrides the internal methods that CNTK calls with its own values: the public ones convert with slow checks."""

    kept = Collection()  # of new operations, which must live as long as they are run
    failures = []  # exceptions raised by the NumPy functions: CNTK would not propagate them

    @classmethod
    def check(cls):
        """Raise the first exception of a NumPy function since the last check."""
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
        self.given = []  # the values last returned to CNTK, which copies them only when it has all of them
        self._none_state = None  # CNTK's default refers to the operation, which would then never be freed
        self.kept.add(self)

    def __disown__(self):
        """A no-op: CNTK's method would make the operation keep itself alive. See ``kept``."""

    def clone(self, inputs):
        return Operation(inputs, self.cells, self.shape_, self.numpy_forward, self.derivatives, self.by_result,
                         self.attributes_)

    def infer_outputs(self):
        return [C.output_variable(self.shape_, self.dtype_, self.inputs[0].dynamic_axes)]

    def _tried(self, shape, function, *arrays):
        """Returns: what the function computes. If it fails, zeros of the given shape; ``check`` raises the error."""
        try:
            return _parts(function(*arrays, **self.attributes_))
        except Exception as error:
            self.failures.append(error)
            return np.zeros(shape), []

    def _forward(self, arguments, outputs, device=None, outputs_to_retain=None):
        floats = arguments[:len(arguments) - len(self.cells)]
        read = native.borrowed if self.by_result else native.array  # CNTK may reuse the memory before backward
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
    """Returns: the gradient of an input that was broadcast: the sum over the axes that it was repeated along."""
    gradient = np.asarray(gradient)
    if gradient.shape == shape:
        return gradient
    more = gradient.ndim - len(shape)
    repeated = tuple(range(more)) + tuple(more + i for i, size in enumerate(shape)
                                          if size == 1 and gradient.shape[more + i] != 1)
    return gradient.sum(axis=repeated, keepdims=True).reshape(shape)
