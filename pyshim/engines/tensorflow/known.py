"""What is known of the images of an operation: its kernel, which has no arguments for this, asks here."""

import contextlib
import threading


class Fact(threading.local):
    """Something that may hold for the operation whose kernel is being called."""

    holds = False

    @contextlib.contextmanager
    def set_to(self, holds):
        """A context in which it holds or not."""
        outer, self.holds = self.holds, holds
        try:
            yield
        finally:
            self.holds = outer


HAS_SAMPLES = Fact()  # the batch is not empty
IS_FINITE = Fact()    # no element is nan or infinite
