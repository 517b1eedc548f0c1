"""Connectionist temporal classification (CTC)."""

from abc import ABC, abstractmethod

from .native import Native


class CTC(Native, ABC):

    def ctc_sparse(self, labels, lengths):
        """The rows (int32), columns (int32) and values of the labels [i, j] with j < lengths[i], in row-major order."""
        rows = self.reshape(self.arange(self._size(labels, (0,))), (-1, 1))
        columns = self.reshape(self.arange(self._size(labels, (1,))), (1, -1))
        mask = self.less(columns, self.reshape(self.cast(lengths, "int64"), (-1, 1)))
        rows, columns = self.add(rows, self._like(columns, 0)), self.add(columns, self._like(rows, 0))
        mask, rows, columns, labels = [self.reshape(each, (-1,)) for each in (mask, rows, columns, labels)]
        # Each chosen label is added to its own slot, and all others to a last slot, which is dropped.
        kept = self.cast(mask, "int32")
        count = self.sum(kept, (0,), False)
        places = self.select(mask, self.subtract(self.cumsum(kept, 0), self._like(kept, 1)), count)
        more = self.add(count, self._like(count, 1))

        def chosen(x):
            return self.get_item(self.segment_sum(x, places, more), (slice(None, -1),))
        return chosen(self.cast(rows, "int32")), chosen(self.cast(columns, "int32")), chosen(labels)

    @abstractmethod
    def ctc_batch_cost(self, logs, labels, input_length, label_length):
        """The negative log probability of each sample's labels. ``logs`` (samples, time steps, classes) are normalized
        by log_softmax, and the last class is the blank. The other arguments are int32."""

    @abstractmethod
    def ctc_decode(self, logs, input_length, beam_width, paths, merge_repeated):
        """A list: ``paths`` int64 tensors of labels, and their scores, as documented for the backend function
        ``ctc_decode``. If beam_width is None, decoding is greedy, and the scores are the negative sums of the largest
        logs, which are not normalized. The beam search scores with log_softmax of the logs."""
