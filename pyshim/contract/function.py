"""Functions: compiled parts of the graph."""

import contextlib

import numpy as np

from ..errors import ArgumentError, EngineError, StaleTensorError, naming
from ..messages import Argument, Type
from ..tensors import OfGraph, Tensor
from . import batches
from .programs import program_of


class Function(OfGraph):
    """What ``function`` returns: call it with the list of the inputs' values.

    ``inputs`` and ``outputs`` describe them: dtype and static shape, for inputs also the name.
    """

    def __init__(self, contract, inputs, outputs, updates, single, once=False):
        # A sparse input is fed through the placeholders of its parts.
        fed = [part for node in inputs for part in node.parts or (node,)]
        program = program_of(contract, fed, outputs, updates)
        self.graph = contract.graph
        self.inputs = [(node.name, node.dtype, node.shape) for node in inputs]
        self.outputs = [(node.dtype, node.shape) for node in outputs]
        self.takes_sparse = len(fed) > len(inputs)
        self._nodes = inputs
        self.single = single
        self._unfed = program.inputs[len(fed):]  # placeholders with a default value
        self._run = contract.host.compile(program, once)

    @property
    def _defaults(self):
        """The default values. That of the learning phase may change."""
        array = self.graph.contract.array
        return [array(node.value, "default", node.dtype) for node in self._unfed]

    @property
    def outdated(self):
        """Whether it can no longer run, nor be compiled again."""
        return self._run.outdated

    def __call__(self, inputs=()):
        with naming("function"):
            if isinstance(inputs, Tensor) or not isinstance(inputs, (list, tuple)):
                raise ArgumentError("a function takes the list of its inputs' values, not {value}", argument="inputs",
                                    value=Type(inputs))
            return self.results(inputs)

    def results(self, values):
        """The outputs' values for these input values: a list of arrays, or one array if ``outputs`` was one tensor."""
        contract = self.graph.contract
        self._need_graph()
        values = self.with_phase(values)
        if len(values) != len(self._nodes):
            raise ArgumentError("{given} value%s given, one for each of the {needed} inputs needed"
                                % ("s" * (len(values) != 1)), given=len(values), needed=len(self._nodes))
        arrays = [array for i, value in enumerate(values) for array in self._arrays(contract, i, value)]
        with self._asserted():
            results = [np.asarray(result) for result in self._run(arrays + self._defaults)]
        return results[0] if self.single else results

    def with_phase(self, values):
        """The inputs' values, with the learning phase if it is missing.

        If the phase has been fixed after the function was made, Keras does not feed it any more.
        """
        contract = self.graph.contract
        missing = (isinstance(contract.phase, int) and len(values) == len(self._nodes) - 1
                   and self._nodes[-1] is contract.fed_phase)
        return [*values, contract.phase] if missing else values

    def run_batches(self, arrays, indices):
        """Call the function on many batches: the data are sent to the engine once, which gathers and runs the batches.

        Arguments:
            arrays: list of arrays, one for each input; a batch gets its rows along the first axis. A scalar, such as
                the learning phase, is passed to each batch. Or the object that ``hold`` returned for such a list.
            indices: list with a vector of row numbers for each batch, integers counted from 0.
        Returns: a list with the function's result for each batch, in order. Updates are carried out batch by batch.

        Raises ArgumentError, ShapeError or DtypeError for invalid arguments; then no batch has been run.

        Example:
            >>> x = K.placeholder((None, 2)); double = K.function([x], [x * 2])
            >>> double.run_batches([[[1., 2.], [3., 4.], [5., 6.]]], [[0, 2], [1]])
            [[array([[ 2.,  4.],
                   [10., 12.]], dtype=float32)], [array([[6., 8.]], dtype=float32)]]
        """
        with naming("run_batches"):
            return batches.run_batches(self, arrays, indices)

    def hold(self, arrays):
        """Send arrays to the engine for several calls of ``run_batches``.

        Arguments: arrays, a list as for ``run_batches``. Returns: an object to pass in its place; the engine keeps the
        arrays until that object is garbage-collected. Later changes to the arrays do not reach the engine.
        """
        with naming("hold"):
            return batches.hold(self, arrays)

    def run_compiled_batches(self, held, rows, sizes):
        """The outputs of all batches in a single list; the arguments have been checked."""
        self._need_graph()
        with self._asserted():
            return self._run.run_batches(held, self._defaults, rows, sizes)

    @contextlib.contextmanager
    def _asserted(self):
        """A context that replaces the engine's error about a failed assertion by the contract's own."""
        try:
            yield
        except EngineError as error:
            told = self.graph.contract.asserted_error(error)
            if told is None:
                raise
            raise told from error

    def _need_graph(self):
        if self.graph.contract.graph is not self.graph:
            raise StaleTensorError("the function belongs to a graph that {clear_session()} has dropped",
                                   remedy="make it again")

    def _arrays(self, contract, i, value):
        """The value of an input as an array, or several arrays for a sparse input."""
        node = self._nodes[i]
        argument = Argument("inputs", i, *([node.name] if node.name else []))
        if node.parts is not None:
            return contract.sparse_fed(node, value, argument)
        return [contract.fitting_array(value, argument, node.dtype, node.shape)]

    def __repr__(self):
        return "<%s function of %d inputs and %d outputs>" % (self.backend, len(self.inputs), len(self.outputs))
