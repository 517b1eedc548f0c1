"""Waiting for the other side of a wire: spin, then block, since waking a processor up takes as long as a small call.

Only where the last wait for the same thing was short: a long step of an engine has the processors to itself.
"""

import os
import time

from .. import processors

SPINNING = 1e-3  # seconds: R takes half of them from an answer to the next array
LONGEST = 3600  # seconds of one wait; the system counts the milliseconds in 32 bits
LOOKS = 0.1     # seconds between two looks at what interrupts

interrupted = None  # a function that the R package puts here: whether R has an interrupt that is no signal


def milliseconds(seconds):
    """For how long to wait at once where there are so many seconds left, None for no limit."""
    longest = LONGEST if interrupted is None else LOOKS
    return 1000 * (longest if seconds is None else min(seconds, longest))


def check_interrupt():
    """Raise KeyboardInterrupt where R has an interrupt."""
    if interrupted is not None and interrupted():
        raise KeyboardInterrupt


class Waiting:

    def __init__(self, poll):
        self.poll = poll
        self.took = {}  # seconds of the last wait, by what was waited for

    def ready(self, what, seconds=None):
        """The descriptors that are ready; none where the seconds, or the longest wait, are over before."""
        began = time.monotonic()
        found = self.poll.poll(0)
        if self.took.get(what, 0) < SPINNING and processors.COUNT > 1:
            while not found and time.monotonic() - began < SPINNING:
                os.sched_yield()  # the other side may wait for this very processor
                found = self.poll.poll(0)
        if not found:
            found = self.poll.poll(milliseconds(seconds))
            check_interrupt()
        self.took[what] = time.monotonic() - began
        return [descriptor for descriptor, _ in found]
