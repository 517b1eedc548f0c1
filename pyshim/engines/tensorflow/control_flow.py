"""Loops on TensorFlow: a while loop around the step, which is traced once into a function."""

import tensorflow as tf


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

        time = tf.shape(sequences[0])[0]
        made = function.structured_outputs[:counts["outputs"]]
        outputs = [tf.TensorArray(output.dtype, time, element_shape=output.shape) for output in made]

        def body(i, outputs, states):
            results = function(*[sequence[i] for sequence in sequences] + states)
            written = [array.write(i, result) for array, result in zip(outputs, results)]
            new = [tf.ensure_shape(value, state.shape) for value, state in zip(results[counts["outputs"]:], states)]
            return i + 1, written, new

        _, outputs, states = tf.while_loop(lambda i, *_: i < time, body, (tf.constant(0), outputs, states))
        return [array.stack() for array in outputs], states
