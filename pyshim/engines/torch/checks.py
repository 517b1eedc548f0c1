"""Indices that are out of bounds on a GPU. PyTorch's own check would end all use of the GPU by this process, and one of
ours for each operation would wait for the GPU. So indices are clipped, and the error is raised after the run."""

import threading

import torch

from .arrays import array_of


class _Thread(threading.local):
    wrong = None  # of the current run: a list of bool scalars, each true if some index was out of bounds


_thread = _Thread()


def checked(run):
    """Returns: a function that runs a plan and, if an index was out of bounds, raises IndexError."""
    def checking(values):
        before, _thread.wrong = _thread.wrong, []
        try:
            results = run(values)
            if _thread.wrong and array_of(torch.stack(_thread.wrong)).any():
                raise IndexError("an index is out of range")
        finally:
            _thread.wrong = before
        return results
    return checking


def clipped(indices, count):
    """Returns: the indices, each at least 0 and less than the count."""
    if not count:
        if indices.numel():
            raise IndexError("an index is out of range: there are no slices")
        return indices
    _thread.wrong.append(((indices < 0) | (indices >= count)).any())
    return indices.clamp(0, count - 1)
