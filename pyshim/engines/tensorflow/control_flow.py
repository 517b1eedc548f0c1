"""Loops on TensorFlow: a while loop around the step, which is traced once into a graph of its own."""

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

        self.tracing += 1
        try:
            slices = [tf.TensorSpec(sequence.shape[1:], sequence.dtype) for sequence in sequences]
            wholes = [tf.TensorSpec(state.shape, state.dtype) for state in states]
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
        outputs = [tf.TensorArray(output.dtype, steps, element_shape=output.shape) for output in made]

        def body(i, outputs, states):
            results = stepped([sequence[i] for sequence in sequences] + states)
            written = [array.write(i, result) for array, result in zip(outputs, results)]
            new = [tf.ensure_shape(value, state.shape) for value, state in zip(results[counts["outputs"]:], states)]
            return i + 1, written, new

        # A loop that has run cannot be changed any more, so it keeps what its gradient will need from the start.
        before = control_flow_util_v2._EXPERIMENTAL_OUTPUT_ALL_INTERMEDIATES_OVERRIDE
        tf.compat.v1.experimental.output_all_intermediates(True)
        try:
            _, outputs, states = tf.while_loop(lambda i, *_: i < steps, body, (tf.constant(0), outputs, states))
        finally:
            tf.compat.v1.experimental.output_all_intermediates(before)
        stacked = [array.stack() for array in outputs]
        if steps is time:
            return stacked, states
        return ([output[:time] for output in stacked],
                [tf.where(time > 0, last, before) for last, before in zip(states, first)])
