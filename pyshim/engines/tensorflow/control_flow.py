"""Loops on TensorFlow: a while loop around the step, which is traced once into a graph of its own."""

import contextlib

import tensorflow as tf
from tensorflow.python.ops import control_flow_util_v2


class ControlFlow:

    def _loop(self, step, sequences, states):
        sequences, states = list(map(tf.convert_to_tensor, sequences)), list(map(tf.convert_to_tensor, states))
        counts = {}

        def traced(*values):
            outputs, new = step(list(values[:len(sequences)]), list(values[len(sequences):]))
            counts["outputs"] = len(outputs)
            return list(map(tf.convert_to_tensor, outputs + new))

        slices = [tf.TensorSpec(sequence.shape[1:], sequence.dtype) for sequence in sequences]
        wholes = [tf.TensorSpec(state.shape, state.dtype) for state in states]
        self.tracing += 1
        try:
            with _ready_for_gradients():
                function = tf.function(traced, autograph=False).get_concrete_function(*slices + wholes)
        finally:
            self.tracing -= 1
        whole, inputs = function.graph.as_graph_def(add_shapes=True), {tensor.op.name for tensor in function.inputs}
        traced_graph = tf.compat.v1.GraphDef(versions=whole.versions, library=whole.library)
        traced_graph.node.extend(node for node in whole.node if node.name not in inputs)
        used = {name.split(":")[0] for node in traced_graph.node for name in node.input}

        def stepped(values):
            """The step's graph in that of the moment: a call of it could not be differentiated once it has run."""
            values = values + [tf.compat.v1.get_default_graph().capture(outer) for outer in function.captured_inputs]
            given = {tensor.name: value for tensor, value in zip(function.inputs, values)}
            computed = [tensor.name for tensor in function.outputs if tensor.name not in given]
            replaced = {tensor.name: given[tensor.name] for tensor in function.inputs if tensor.op.name in used}
            given.update(zip(computed, tf.graph_util.import_graph_def(traced_graph, replaced, computed, name="")))
            return [given[tensor.name] for tensor in function.outputs]

        time = tf.shape(sequences[0])[0]
        made = function.structured_outputs[:counts["outputs"]]
        steps, first = time, states
        if not sequences[0].shape[0] and not all(output.shape.is_fully_defined() for output in made):
            # What no step has made has the shape of what one would make of zeros.
            steps = tf.maximum(time, 1)
            sequences = [tf.pad(sequence, [[0, steps - time]] + [[0, 0]] * (sequence.shape.rank - 1))
                         for sequence in sequences]
        # Lists, not indices: what the gradient of an element is added to then is a list, not an array of all times.
        remaining = [tf.raw_ops.TensorListFromTensor(tensor=tf.reverse(sequence, [0]), element_shape=_sizes(each.shape))
                     for sequence, each in zip(sequences, slices)]
        outputs = [tf.raw_ops.EmptyTensorList(element_shape=_sizes(each.shape), max_num_elements=-1,
                                              element_dtype=each.dtype) for each in made]

        def body(i, remaining, outputs, states):
            remaining, elements = zip(*map(_taken, remaining, slices))
            results = stepped(list(elements) + states)
            outputs = [tf.raw_ops.TensorListPushBack(input_handle=output, tensor=result)
                       for output, result in zip(outputs, results)]
            new = [tf.ensure_shape(value, state.shape) for value, state in zip(results[counts["outputs"]:], states)]
            return i + 1, list(remaining), outputs, new

        with _ready_for_gradients():
            _, _, outputs, states = tf.while_loop(lambda i, *_: i < steps, body,
                                                  (tf.constant(0), remaining, outputs, states))
        stacked = [tf.raw_ops.TensorListStack(input_handle=output, element_shape=_sizes(each.shape),
                                              element_dtype=each.dtype) for output, each in zip(outputs, made)]
        if steps is time:
            return stacked, states
        return ([output[:time] for output in stacked],
                [tf.where(time > 0, last, before) for last, before in zip(states, first)])


@contextlib.contextmanager
def _ready_for_gradients():
    """Loops and branches made here keep what their gradients will need: one that has run cannot be changed any more."""
    before = control_flow_util_v2._EXPERIMENTAL_OUTPUT_ALL_INTERMEDIATES_OVERRIDE
    tf.compat.v1.experimental.output_all_intermediates(True)
    try:
        yield
    finally:
        tf.compat.v1.experimental.output_all_intermediates(before)


def _sizes(shape):
    """A shape as TensorFlow's lists take it."""
    return tf.constant([-1 if size is None else size for size in shape], tf.int32)


def _taken(remaining, each):
    """A list without its last element, and that element."""
    remaining, element = tf.raw_ops.TensorListPopBack(input_handle=remaining, element_shape=_sizes(each.shape),
                                                      element_dtype=each.dtype)
    return remaining, tf.ensure_shape(element, each.shape)
