"""Training on arrays: Keras's own loops run, and the engine runs ahead of them.

Keras's loop over arrays slices a batch from them, calls the compiled function with it, and passes the results to the
callbacks. Here the function is replaced by an ``Ahead``, and the batch by its row numbers. The arrays are sent to the
engine once. When the loop requests a batch, it is run together with the batches that follow, for about a tenth of a
second; when the loop gets to those, their results are already there.

So shuffling, averages, histories and the progress bar remain Keras's own. If a callback acts on batches, each batch is
run only when the loop requests it. Training in steps, where Keras feeds whole arrays at each step, is left unchanged.
"""

import collections
import functools
import inspect
import mmap
import threading
import time
import weakref

import numpy as np

from ..contract import batches
from ..contract.function import Function
from ..engines.batches import BLOCK
from ..errors import DtypeError, naming
from ..messages import Argument
from ..sparse_array import is_sparse_value
from ..tensors import Tensor
from ..unsuitable import describe

SECONDS = 0.15         # the target duration of a chunk of batches
GROWTH = 4             # a chunk has at most this many times the batches of the largest one before
MOST_HELD = 2 ** 30    # bytes; larger data sets are sent in parts
MOST_READ = 2 ** 26    # bytes of a chunk that is read from larger arrays or from a file

NAMES = {"fit": "fit", "test": "evaluate", "predict": "predict"}  # the model's methods by the name of their loop


# The most batches in the next chunk: by compiled function, and then by the number of rows of a batch and whether the
# engine holds all data.
_most = weakref.WeakKeyDictionary()


class Ahead:
    """A compiled function that is called with the row numbers of a batch, and runs several batches at once."""

    def __init__(self, function, arrays):
        self.function = function
        self.arrays = arrays
        self.is_held = all(isinstance(array, int) or _in_memory(array) for array in arrays) and sum(
            array.nbytes for array in arrays if not isinstance(array, int)) <= MOST_HELD
        self.held = None
        self.most = _most.setdefault(function, {})
        self.batch_bytes = 1  # bytes of a batch's rows that have to be read

    def begin(self, model, one_by_one):
        """Prepare for a run of the loop; ``one_by_one`` says whether a callback acts on batches."""
        self.model = model
        self.one_by_one = one_by_one
        self.position = 0  # where the rows of the next result start in the order of the rows
        self.results = collections.deque()

    def __call__(self, inputs):
        """The result of a batch; the first input is its row numbers, a view into those of all batches."""
        rows = inputs[0]
        order = rows if rows.base is None else rows.base
        position = (rows.ctypes.data - order.ctypes.data) // rows.itemsize
        if position != self.position:  # a new epoch starts; the results left are those of one that was cut short
            self.results.clear()
        if not self.results:
            self._run(order[position:], len(rows))
        self.position = position + len(rows)
        return scalars(self.results.popleft())

    def _run(self, rows, size):
        """Run the batch of the first ``size`` rows, and following ones."""
        kind = size, self.is_held
        # If training is to stop, Keras asks for one more batch.
        one = self.one_by_one or getattr(self.model, "stop_training", False)
        most = 1 if one else self.most.get(kind, 1)
        chunk = rows[:size * most]
        sizes = [size] * (len(chunk) // size)
        if len(chunk) % size:
            sizes.append(len(chunk) % size)
        began = time.perf_counter()
        with naming("function"):
            self.results.extend(self._outputs(chunk, sizes))
        took = time.perf_counter() - began
        if not one:
            count = max(1, min(GROWTH * most, int(SECONDS * len(sizes) / took), MOST_READ // self.batch_bytes))
            self.most[kind] = count - count % BLOCK if count > BLOCK else count

    def _outputs(self, rows, sizes):
        if self.is_held:
            if self.held is None:
                self.held = batches.hold(self.function, self.arrays)
            return batches.run(self.function, self.held, rows, sizes)
        # Only the rows of the chunk are sent. They are read batch by batch, since a file is read in its own order.
        parts = np.split(rows, np.cumsum(sizes)[:-1])
        read = [array if isinstance(array, int) else np.concatenate([_read(array, part) for part in parts])
                for array in self.arrays]
        self.batch_bytes = sum(array.nbytes for array in read if not isinstance(array, int)) // len(sizes)
        return batches.run(self.function, batches.hold(self.function, read), np.arange(len(rows)), sizes)


def scalars(results):
    """A function's results, with 0-d arrays replaced by NumPy scalars, since ``round()`` refuses the former."""
    if isinstance(results, list):
        return [scalars(result) for result in results]
    return results[()] if isinstance(results, np.ndarray) and not results.ndim else results


def with_scalars(function):
    """The function, with ``scalars`` applied to its results."""
    def call(*args, **kwargs):
        return scalars(function(*args, **kwargs))
    return call


def _in_memory(array):
    """Whether it is an array that is not memory-mapped from a file."""
    if not isinstance(array, np.ndarray):
        return False
    while isinstance(array, np.ndarray):
        array = array.base
    return not isinstance(array.obj if isinstance(array, memoryview) else array, mmap.mmap)


def _read(array, rows):
    """These rows of an array, which may be on disk."""
    if rows[-1] - rows[0] == len(rows) - 1 and (np.diff(rows) == 1).all():
        return np.asarray(array[int(rows[0]):int(rows[-1]) + 1])
    try:
        return np.asarray(array[rows.tolist()])
    except TypeError as error:
        raise TypeError("rows of %s cannot be read in any order, which fit() asks for; with shuffle=\"batch\" it reads "
                        "batches of neighbouring rows" % type(array).__name__) from error


# -- the loops ----------------------------------------------------------------------------------------------

class _Loops(threading.local):
    """Per thread: whether its innermost loop's function is an ``Ahead``."""

    ahead = False


_loops = _Loops()


def run_ahead(module):
    """Make the loops of Keras's module ``training_arrays`` run batches ahead, if their function allows it."""
    slice_arrays = module.slice_arrays

    def rows_of_batch(arrays, start=None, stop=None):
        return [start] if _loops.ahead else slice_arrays(arrays, start, stop)
    module.slice_arrays = rows_of_batch
    for name in ("fit_loop", "test_loop", "predict_loop"):
        setattr(module, name, _ahead(getattr(module, name), name.split("_")[0], module.cbks))


def _ahead(loop, kind, classes):
    """A Keras loop, wrapped so that its batches are run ahead; ``classes`` is the module of callbacks."""
    signature = inspect.signature(loop)
    mode = "train" if kind == "fit" else kind

    @functools.wraps(loop)
    def run(*args, **kwargs):
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        arguments = given.arguments
        model, function, arrays = list(arguments)[:3]
        _need_unmasked(NAMES[kind], arguments[model], arguments[arrays])
        if kind == "fit":
            _need_unmasked(NAMES[kind], None, arguments["val_inputs"] or ())
        in_steps = arguments.get("steps") is not None or arguments.get("steps_per_epoch") is not None
        ahead = None if in_steps else _ahead_of(arguments[function], arguments[arrays])
        if ahead is not None:
            ahead.begin(arguments[model]._get_callback_model(),
                        one_by_one=acts_on_batches(arguments["callbacks"], mode, classes))
            arguments[function] = ahead
        elif callable(arguments[function]):
            arguments[function] = with_scalars(arguments[function])
        if kind == "fit" and not in_steps:  # validation data are sent only once
            arguments["val_function"] = (_ahead_of(arguments["val_function"], arguments["val_inputs"])
                                         or arguments["val_function"])
        outer, _loops.ahead = _loops.ahead, ahead is not None
        try:
            return loop(*given.args, **given.kwargs)
        finally:
            _loops.ahead = outer
    return run


def _need_unmasked(function, model, arrays):
    """Raise DtypeError if one of the arrays is masked. Reading rows of it, and joining them, would lose the mask.

    Arguments: function, the model's method that was called; model, or None for validation data; arrays, those of the
    inputs, the targets and the weights of samples.
    """
    for i, array in enumerate(arrays):
        unsuitable = describe(array) if isinstance(array, np.ma.MaskedArray) else None
        if unsuitable:
            with naming(function):
                raise DtypeError("{argument} must be an array of numbers, not {value}", value=unsuitable,
                                 argument=_argument(model, i))


def _argument(model, i):
    """The argument that an array of a loop belongs to."""
    if model is None:
        return Argument("validation_data")
    targets = getattr(model, "_feed_targets", ())  # a model that is not compiled has none
    for name, count in (("x", len(model._feed_inputs)), ("y", len(targets))):
        if i < count:
            return Argument(name, i) if count > 1 else Argument(name)
        i -= count
    return Argument("sample_weight")


def _ahead_of(function, arrays):
    """An ``Ahead`` for a function and its input arrays; None if they do not allow it."""
    if isinstance(function, Ahead):
        return function
    if not isinstance(function, Function) or function.takes_sparse:
        return None
    usable = arrays and not isinstance(arrays[0], int) and not any(
        is_sparse_value(array) or array is None or isinstance(array, Tensor) for array in arrays)
    return Ahead(function, arrays) if usable else None


def acts_on_batches(callbacks, mode, classes):
    """Whether one of the callbacks must be called after each batch and before the next one is run.

    Arguments: callbacks, a list of them or None; mode, "train", "test" or "predict"; classes, Keras's module of
    callbacks.
    """
    names = ["on_%s_batch_%s" % (mode, when) for when in ("begin", "end")]
    if mode == "train":
        names += ["on_batch_begin", "on_batch_end"]
    return any(_acts(callback, name, classes) and not _only_shows(callback, name, classes)
               for callback in callbacks or () for name in names)


def _only_shows(callback, name, classes):
    """Whether a callback's method only records and shows batches' results, so that it may be called late.

    A callback declares that by an attribute ``acts_on_batches`` that is False. If its class declares it, that says
    nothing about the methods of derived classes.
    """
    if type(callback) in (classes.BaseLogger, classes.ProgbarLogger):
        return True
    if getattr(callback, "acts_on_batches", True) is not False:
        return False
    line = type(callback).__mro__
    end = next((i + 1 for i, cls in enumerate(line) if name in vars(cls)), len(line))  # after the method's class
    return any("acts_on_batches" in vars(each) for each in (callback, *line[:end]))


def _acts(callback, name, classes):
    """Whether a callback overrides a method."""
    method = getattr(callback, name, None)
    function = getattr(method, "__func__", method)
    idle = getattr(function, "__code__", None) in classes.LambdaCallback.__init__.__code__.co_consts
    return function is not getattr(classes.Callback, name) and not idle
