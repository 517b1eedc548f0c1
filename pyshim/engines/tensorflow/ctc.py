"""Connectionist temporal classification on TensorFlow."""

import tensorflow as tf


class CTC:

    def _ctc_sparse(self, labels, lengths):
        places = tf.where(tf.sequence_mask(lengths, tf.shape(labels)[1]))
        return tf.cast(places[:, 0], tf.int32), tf.cast(places[:, 1], tf.int32), tf.gather_nd(labels, places)

    def _ctc_cost(self, logs, labels, input_length, label_length):
        dtype = logs.dtype
        logs = tf.cast(logs, tf.float32) if dtype == tf.float16 else logs
        # TensorFlow refuses samples without labels: they get one here, and their cost is that of blanks alone.
        empty = tf.equal(label_length, 0)
        some = tf.pad(labels, [[0, 0], [0, 1]])
        rows, columns, values = self._ctc_sparse(some, tf.where(empty, 1, label_length))
        sparse = tf.SparseTensor(tf.cast(tf.stack([rows, columns], 1), tf.int64), values, tf.shape(some, tf.int64))
        cost = tf.compat.v1.nn.ctc_loss(sparse, logs, input_length, time_major=False,
                                        ignore_longer_outputs_than_inputs=True)
        blanks = tf.nn.log_softmax(logs)[:, :, -1]
        blanks = tf.where(tf.sequence_mask(input_length, tf.shape(logs)[1]), blanks, tf.zeros_like(blanks))
        cost = tf.where(empty, -tf.reduce_sum(blanks, 1), cost)
        # A blank has to stand between equal labels.
        pairs = tf.sequence_mask(label_length - 1, tf.shape(some)[1] - 1) & tf.equal(some[:, 1:], some[:, :-1])
        needed = label_length + tf.reduce_sum(tf.cast(pairs, tf.int32), 1)
        cost = tf.where(needed > input_length, tf.constant(float("inf"), cost.dtype), cost)
        return tf.cast(cost, dtype)

    def _ctc_decode(self, logs, input_length, beam_width, paths, merge_repeated):
        dtype = logs.dtype
        logs = tf.transpose(tf.cast(logs, tf.float32) if dtype == tf.float16 else logs, (1, 0, 2))
        if beam_width is None:
            decoded, scores = tf.nn.ctc_greedy_decoder(logs, input_length)
        else:
            decoded, scores = tf.compat.v1.nn.ctc_beam_search_decoder(logs, input_length, beam_width, paths,
                                                                      merge_repeated)
        return [tf.sparse.to_dense(path, default_value=-1) for path in decoded] + [tf.cast(scores, dtype)]
