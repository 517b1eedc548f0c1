"""Connectionist temporal classification (CTC) on PyTorch. NumPy does the decoding."""

import torch

from .. import numpy_ctc
from .arrays import array_of, tensor_of


class CTC:

    def ctc_sparse(self, labels, lengths):
        rows, columns = torch.nonzero(_counted(labels, lengths), as_tuple=True)
        return rows.int(), columns.int(), labels[rows, columns]

    def ctc_batch_cost(self, logs, labels, input_length, label_length):
        _need_range(input_length, logs.shape[1], "input_length")
        _need_range(label_length, labels.shape[1], "label_length")
        counted = _counted(labels, label_length)
        _need_range(labels[counted], logs.shape[2] - 2, "a label")
        labels = torch.where(counted, labels, 0)
        if logs.dtype == torch.float16 or not (logs.numel() and input_length.all()):  # PyTorch rejects these
            return _Cost.apply(logs, labels, input_length, label_length)
        # With zero_infinity (the last argument), the gradient of an infinite cost is 0. The public function would also
        # set the cost to 0, but this one does not.
        return torch._ctc_loss(torch.log_softmax(logs, 2).transpose(0, 1), labels.long(), input_length.tolist(),
                               label_length.tolist(), logs.shape[2] - 1, True)[0]

    def ctc_decode(self, logs, input_length, beam_width, paths, merge_repeated):
        found = numpy_ctc.decode(array_of(logs), array_of(input_length), beam_width, paths, merge_repeated)
        return list(map(tensor_of, found))


def _counted(labels, lengths):
    """Returns: a tensor of bools that is true where a label belongs to its sequence."""
    return torch.arange(labels.shape[1], device=labels.device) < lengths[:, None]


def _need_range(numbers, largest, what):
    """Raise ValueError if one of the numbers is not between 0 and the largest."""
    for number in numbers[(numbers < 0) | (numbers > largest)].tolist():
        raise ValueError("%s is %d; it must be from 0 to %d" % (what, number, largest))


class _Cost(torch.autograd.Function):
    """The costs, computed by NumPy."""

    @staticmethod
    def forward(ctx, logs, *others):
        costs, gradient = map(tensor_of, numpy_ctc.cost(*map(array_of, (logs,) + others)))
        ctx.save_for_backward(gradient)
        return costs

    @staticmethod
    def backward(ctx, upstream):
        gradient, = ctx.saved_tensors
        return gradient * upstream[:, None, None], None, None, None
