"""Interrupts at a chosen step of a call or a start. A step is a line of pyshim/hosts that this thread runs."""

import contextlib
import os
import sys

import pyshim

FOLDER = os.path.join(pyshim.__path__[0], "hosts")


@contextlib.contextmanager
def interrupted_at(step):
    """Raise KeyboardInterrupt just before the given step, counted from 1, if the code in the context gets that far."""
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
