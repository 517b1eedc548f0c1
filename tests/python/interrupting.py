"""Interrupts at a chosen step of a call or a start: a line of pyshim/hosts that this thread runs."""

import contextlib
import os
import sys

import pyshim

FOLDER = os.path.join(pyshim.__path__[0], "hosts")


@contextlib.contextmanager
def interrupted_at(step):
    """A context that raises KeyboardInterrupt before the line of that number, counted from 1, if so many are run."""
    left = step

    def interrupt(frame, event, argument):
        nonlocal left
        if not frame.f_code.co_filename.startswith(FOLDER):
            return None
        if event == "line":
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
        return interrupt

    before = sys.gettrace()
    sys.settrace(interrupt)
    try:
        yield
    finally:
        sys.settrace(before)
