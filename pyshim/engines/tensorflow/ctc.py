"""Connectionist temporal classification (CTC) on TensorFlow. Its kernels compute in float32, so NumPy computes float64.
"""

import tensorflow as tf

from .. import numpy_ctc


class CTC:

    def ctc_sparse(self, labels, lengths):
        places = tf.where(tf.sequence_mask(lengths, tf.shape(labels)[1]))
        return tf.cast(places[:, 0], tf.int32), tf.cast(places[:, 1], tf.int32), tf.gather_nd(labels, places)

    def ctc_batch_cost(self, logs, labels, input_length, label_length):
        dtype = logs.dtype
        if dtype == tf.float64:
            return _exact_cost(logs, labels, input_length, label_length)
        if not all(logs.shape[:2]):
            samples = tf.shape(logs)[0]
            logs, (labels, input_length, label_length) = _some(logs, labels, input_length, label_length)
            return self._some_cost(logs, labels, input_length, label_length)[:samples]
        return self._some_cost(logs, labels, input_length, label_length)

    def _some_cost(self, logs, labels, input_length, label_length):
        dtype = logs.dtype
        counted = tf.boolean_mask(labels, tf.sequence_mask(label_length, tf.shape(labels)[1]))
        with _in_range((input_length, tf.shape(logs)[1], "input_length"),
                       (label_length, tf.shape(labels)[1], "label_length"),
                       (counted, tf.shape(logs)[2] - 2, "a label")):
            logs = tf.cast(tf.identity(logs), tf.float32)
        # TensorFlow rejects samples without labels. They get one here, and their cost is replaced by that of blanks.
        empty = tf.equal(label_length, 0)
        some = tf.where(empty[:, None], 0, tf.pad(labels, [[0, 0], [0, 1]]))
        rows, columns, values = self.ctc_sparse(some, tf.where(empty, 1, label_length))
        sparse = tf.SparseTensor(tf.cast(tf.stack([rows, columns], 1), tf.int64), values, tf.shape(some, tf.int64))
        cost = tf.compat.v1.nn.ctc_loss(sparse, logs, input_length, time_major=False,
                                        ignore_longer_outputs_than_inputs=True)
        blanks = tf.nn.log_softmax(logs)[:, :, -1]
        blanks = tf.where(tf.sequence_mask(input_length, tf.shape(logs)[1]), blanks, tf.zeros_like(blanks))
        cost = tf.where(empty, -tf.reduce_sum(blanks, 1), cost)
        # Equal consecutive labels need a blank between them.
        pairs = tf.sequence_mask(label_length - 1, tf.shape(some)[1] - 1) & tf.equal(some[:, 1:], some[:, :-1])
        needed = label_length + tf.reduce_sum(tf.cast(pairs, tf.int32), 1)
        cost = tf.where(needed > input_length, tf.constant(float("inf"), cost.dtype), cost)
        return tf.cast(cost, dtype)

    def ctc_decode(self, logs, input_length, beam_width, paths, merge_repeated):
        dtype = logs.dtype
        if dtype == tf.float64:
            return tf.numpy_function(
                lambda logs, lengths: numpy_ctc.decode(logs, lengths, beam_width, paths, merge_repeated),
                [logs, input_length], [tf.int64] * paths + [tf.float64])
        samples, empty = tf.shape(logs)[0], not all(logs.shape[:2])
        if empty:
            logs, (input_length,) = _some(logs, input_length)
        with _in_range((input_length, tf.shape(logs)[1], "input_length")):
            logs = tf.transpose(tf.cast(tf.identity(logs), tf.float32), (1, 0, 2))
        if beam_width is None:
            decoded, scores = _greedy(logs, input_length)
        else:
            decoded, scores = tf.compat.v1.nn.ctc_beam_search_decoder(logs, input_length, beam_width, paths,
                                                                      merge_repeated)
        results = [tf.sparse.to_dense(path, default_value=-1) for path in decoded] + [tf.cast(scores, dtype)]
        return [result[:samples] for result in results] if empty else results


def _greedy(logs, input_length):
    """Greedy decoding. TensorFlow's decoder ignores nan; here nan is the largest value of its time step."""
    nan = tf.math.is_nan(logs)
    there = tf.reduce_any(nan, -1)
    first = tf.one_hot(tf.argmax(tf.cast(nan, tf.int32), -1), tf.shape(logs)[-1], dtype=logs.dtype)
    decoded, scores = tf.nn.ctc_greedy_decoder(tf.where(there[..., None], first, logs), input_length)
    counted = tf.transpose(there) & tf.sequence_mask(input_length, tf.shape(logs)[0])
    return decoded, tf.where(tf.reduce_any(counted, 1, keepdims=True), tf.constant(float("nan"), scores.dtype), scores)


def _some(logs, *others):
    """Returns: the logs, padded to at least one sample and one time step, as TensorFlow's kernels require, and the
    other tensors, padded to as many samples."""
    more = tf.maximum(1 - tf.shape(logs), 0)
    padded = tf.pad(logs, [[0, more[0]], [0, more[1]], [0, 0]])
    padded.set_shape([None, None, logs.shape[2]])
    return padded, [tf.pad(x, [[0, more[0]]] + [[0, 0]] * (x.shape.rank - 1)) for x in others]


def _in_range(*checks):
    """A context for ops that need numbers from 0 to a maximum. Each check is a triple of numbers, maximum and name."""
    return tf.control_dependencies([assertion for numbers, largest, name in checks for assertion in (
        tf.debugging.assert_non_negative(numbers, name + " is negative"),
        tf.debugging.assert_less_equal(numbers, largest, name + " is too large"))])


@tf.custom_gradient
def _exact_cost(logs, labels, input_length, label_length):
    cost, gradient = tf.numpy_function(numpy_ctc.cost, [logs, labels, input_length, label_length], [tf.float64] * 2)
    cost.set_shape(logs.shape[:1])
    return cost, lambda upstream: (gradient * upstream[:, None, None], None, None, None)
