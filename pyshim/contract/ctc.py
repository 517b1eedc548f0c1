"""Connectionist temporal classification: labels of sequences whose alignment is unknown.

Definition: Graves, Fernandez, Gomez and Schmidhuber, 2006. The last class is the blank.
"""

from .. import config
from ..errors import ArgumentError, EngineError, ShapeError
from ..messages import Argument
from . import rules


class CTC:

    def ctc_label_dense_to_sparse(self, labels, label_lengths):
        """Labels as a sparse tensor with each sample's valid labels.

        Arguments: labels, a tensor of shape (samples, longest); label_lengths, whole numbers of shape
        (samples,): how many labels of each are valid. Returns: a sparse tensor of labels' shape and dtype. Evaluating
        it raises EngineError for another number of lengths than of samples.
        """
        labels = self.node(labels, "labels")
        rules.need_ndim(labels, "labels", 2)
        lengths = self._lengths(label_lengths, "label_lengths", labels, "labels")
        if None in (labels.shape[0], lengths.shape[0]):  # a single length would be broadcast
            samples = self.length(labels, 0)
            lengths = self._sized(lengths, 0, samples, samples, EngineError(
                "{argument} does not fit the number of samples of {of}", argument="label_lengths",
                of=Argument("labels")))
        parts = self.apply_several("ctc_sparse", [labels, lengths],
                                   [(dtype, (None,)) for dtype in ("int32", "int32", labels.dtype)])
        return self.sparse_node(parts + [self.shape(labels)], labels.shape)

    def ctc_batch_cost(self, y_true, y_pred, input_length, label_length):
        """The negative logarithm of the probability of each sample's labels.

        Arguments: y_true, whole numbers of shape (samples, labels); y_pred, a floating tensor of
        probabilities of shape (samples, time steps, classes), of which the last class is the blank; they are
        increased by epsilon() and scaled to sum to 1; input_length, label_length, whole numbers of shape
        (samples, 1) or (samples,): how many time steps and labels are valid. Returns: a tensor of shape (samples, 1);
        infinity, with a gradient of 0, if there are too few time steps for the labels. Evaluating it raises
        EngineError for a length, or a valid label, that is out of range.
        """
        y_pred = self._probabilities(y_pred)
        labels = self.cast(self.node(y_true, "y_true", dtype="int32"), "int32")
        rules.need_ndim(labels, "y_true", 2)
        _same_samples(labels, "y_true", y_pred, "y_pred")
        lengths = [self._lengths(value, name, y_pred, "y_pred") for value, name in
                   ((input_length, "input_length"), (label_length, "label_length"))]
        cost = self.apply("ctc_batch_cost", [self._ctc_logs(y_pred), labels] + lengths, y_pred.dtype, y_pred.shape[:1])
        return self.expand_dims(cost)

    def ctc_decode(self, y_pred, input_length, greedy=True, beam_width=100, top_paths=1, merge_repeated=False):
        """The most probable labels of sequences.

        Arguments: y_pred, a floating tensor of probabilities of shape (samples, time steps, classes), of which the
        last class is the blank; input_length, whole numbers of shape (samples,): how many time steps are valid;
        greedy, take the most probable class at each time step; otherwise a beam search of width beam_width finds
        the top_paths most probable labellings; merge_repeated, merge consecutive equal labels in the result of the
        beam search. Returns: a list of top_paths (greedy: 1) int64 tensors of shape
        (samples, longest), padded with -1, and a tensor of shape (samples, top_paths): with greedy the
        negative sum of the log-probabilities of the chosen classes, else each labelling's
        log-probability. Definition: TensorFlow, ``ctc_greedy_decoder`` and ``ctc_beam_search_decoder``.
        """
        y_pred = self._probabilities(y_pred)
        lengths = self._lengths(input_length, "input_length", y_pred, "y_pred")
        greedy = rules.flag(greedy, "greedy")
        merge_repeated = rules.flag(merge_repeated, "merge_repeated")
        paths = 1 if greedy else rules.integer(top_paths, "top_paths", least=1)
        width = None if greedy else rules.integer(beam_width, "beam_width", least=1)
        if not greedy and width < paths:
            raise ArgumentError("`beam_width` {width} is less than `top_paths` {paths}", width=width, paths=paths)
        logs = self._ctc_logs(y_pred)
        results = [("int64", (y_pred.shape[0], None))] * paths + [(y_pred.dtype, (y_pred.shape[0], paths))]
        decoded = self.apply_several("ctc_decode", [logs, lengths], results, paths=paths, merge_repeated=merge_repeated,
                                     beam_width=width)
        return decoded[:-1], decoded[-1]

    def _probabilities(self, y_pred):
        """The argument as probabilities of shape (samples, time steps, classes), with at least one class, the blank."""
        y_pred = self.floats(y_pred, "y_pred")
        rules.need_ndim(y_pred, "y_pred", 3)
        message = "{argument} has no classes; the last one is the blank"
        if y_pred.shape[2] == 0:
            raise ShapeError(message + "; its shape is {shape}", argument="y_pred", shape=y_pred.shape)
        if y_pred.shape[2] is None:
            y_pred = self._sized(y_pred, 2, 1, None, EngineError(message, argument="y_pred"))
        return y_pred

    def _ctc_logs(self, y_pred):
        """The logarithms of the probabilities, computed as both functions of the reference do."""
        return self.log(self.add(y_pred, config.epsilon()))

    def _lengths(self, value, name, samples, of):
        """Whole numbers, one for each of another tensor's samples."""
        lengths = self.cast(self.node(value, name, dtype="int32"), "int32")
        if lengths.ndim not in (1, 2) or lengths.shape[1:] not in ((), (1,), (None,)):
            raise ShapeError("{argument} must have the shape {short} or {long}; its shape is {shape}", argument=name,
                             short=("samples",), long=("samples", 1), shape=lengths.shape)
        _same_samples(lengths, name, samples, of)
        return self.squeeze(lengths, 1) if lengths.ndim == 2 else lengths


def _same_samples(x, name, y, of):
    if not rules.compatible(x.shape[:1], y.shape[:1]):
        raise ShapeError("{argument} has {samples} samples, {of} has {count}", argument=name, samples=x.shape[0],
                         of=Argument(of), count=y.shape[0])
