"""Waiting for the other side of a wire: spin, then block, because waking up a processor takes as long as a small call.

It spins only if the last wait for the same thing was short, so that a long computation of an engine can use all
processors.
"""

import os
import time

from .. import processors

SPINNING = 1e-3  # seconds to spin: R takes half of that from an answer to the next array
LONGEST = 3600  # seconds of one wait; the system counts milliseconds in 32 bits
LOOKS = 0.1     # seconds between checks for interrupts

interrupted = None  # set by the R package: a function that says whether R has an interrupt that is not a signal


def milliseconds(seconds):
    """Returns: the milliseconds of the next wait if so many seconds are left; None is no limit."""
    longest = LONGEST if interrupted is None else LOOKS
    return 1000 * (longest if seconds is None else min(seconds, longest))


def check_interrupt():
    """Raise KeyboardInterrupt if R has an interrupt."""
    if interrupted is not None and interrupted():
        raise KeyboardInterrupt


class Waiting:

    def __init__(self, poll):
        self.poll = poll
        self.took = {}  # seconds of the last wait for each thing

    def ready(self, what, seconds=None):
        """Returns: the descriptors that are ready; none if the seconds, or the longest wait, have passed before."""
        began = time.monotonic()
        found = self.poll.poll(0)
        if self.took.get(what, 0) < SPINNING and processors.COUNT > 1:
            while not found and time.monotonic() - began < SPINNING:
                os.sched_yield()  # the other side may be waiting for this processor
                found = self.poll.poll(0)
        if not found:
            found = self.poll.poll(milliseconds(seconds))
            check_interrupt()
        self.took[what] = time.monotonic() - began
        return [descriptor for descriptor, _ in found]
