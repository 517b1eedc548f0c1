"""Connectionist temporal classification (CTC) on NumPy."""

import numpy as np

from .. import numpy_ctc


class CTC:

    def ctc_sparse(self, labels, lengths):
        rows, columns = np.nonzero(np.arange(labels.shape[1]) < lengths[:, None])
        return rows.astype("int32"), columns.astype("int32"), labels[rows, columns]

    def ctc_batch_cost(self, logs, labels, input_length, label_length):
        return numpy_ctc.cost(logs, labels, input_length, label_length)[0]

    def ctc_decode(self, logs, input_length, beam_width, paths, merge_repeated):
        return numpy_ctc.decode(logs, input_length, beam_width, paths, merge_repeated)
