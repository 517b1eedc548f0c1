"""Run a program on many batches in one call of TensorFlow: a loop gathers the rows of each batch and runs the program.

Compared with a call for each batch, this saves TensorFlow's copy of the batch, and Python's time between two batches.
"""

import tensorflow as tf

from ... import memory

LEAST = 4       # minimum batches of a call; fewer are requested if a batch takes long, and then the loop saves little
PATIENCE = 100  # how many batches run one by one before the loop is compiled, which takes as long as a few hundred save


def tensors(program, arrays, whole):
    """The tensors that the loop needs, which use the memory of large arrays.

    Arguments: program; arrays, the inputs of which each batch gets its rows; whole, the other inputs.
    Returns: a list; None if the program must run batch by batch, because its outputs may have different sizes, an array
    is empty, has the wrong shape, or cannot be shared.
    """
    if not (all(None not in output.shape for output in program.outputs)
            and all(map(_fits, program.inputs, arrays))
            and all(array.size and memory.is_usable(array) for array in arrays + whole)):
        return None
    return [tf.experimental.dlpack.from_dlpack(array.__dlpack__()) if memory.is_large(array) else tf.constant(array)
            for array in arrays + whole]


def _fits(node, array):
    """Whether the array's batches have the shape of the input, as far as it is known."""
    return not array.ndim or len(array.shape) == len(node.shape) and all(
        size in (None, given) for size, given in zip(node.shape[1:], array.shape[1:]))


def loop_of(function, program, split, draws, checked):
    """Returns: a concrete function that runs a program's concrete function on batches.

    Arguments: function; program; split, which inputs have a row for each sample, the others being the same for all
    batches; draws, the generators of its random tensors; checked, whether its last result says that the others are
    right, as only then the next batch may run.

    The inputs are those of the program, with the rows of all samples, and a matrix: the indices of each batch's rows.
    The outputs are those of the program, stacked; the number of batches that have run; whether all were right; and the
    states that the generators had before the last of them.
    """
    def run(*fed):
        *fed, indices = fed
        count = tf.shape(indices)[0]

        def step(i, right, stacked, states):
            states = [generator.state.read_value() for generator in draws]
            outputs = function(*[_rows(x, indices[i], node) if is_split else x
                                 for x, node, is_split in zip(fed, program.inputs, split)])
            outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
            right = outputs.pop() if checked else right
            return i + 1, right, [array.write(i, output) for array, output in zip(stacked, outputs)], states

        stacked = [tf.TensorArray(output.dtype, size=count, element_shape=output.shape) for output in program.outputs]
        i, right, stacked, states = tf.while_loop(
            lambda i, right, *_: tf.logical_and(i < count, right), step,
            (0, True, stacked, [generator.state.read_value() for generator in draws]), parallel_iterations=1)
        return [array.stack() for array in stacked] + [i, right] + states

    specs = [tf.TensorSpec((None,) + tuple(node.shape[1:]) if is_split else node.shape, node.dtype)
             for node, is_split in zip(program.inputs, split)]
    return tf.function(run, autograph=False).get_concrete_function(*specs, tf.TensorSpec((None, None), "int64"))


def _rows(x, indices, node):
    """Returns: these rows of x, as a value of the input ``node``."""
    rows = tf.gather(x, indices)
    return rows if node.shape[0] is None else tf.ensure_shape(rows, node.shape)
