"""The timeout of calls: seconds, in the environment variable that R's option ``keras.timeout`` sets, too."""

import math
import os
import time

from ..errors import ConfigError

VARIABLE = "KERAS_TIMEOUT"


def seconds():
    """How long a call may take. Returns: seconds, None for as long as it wants.

    Raises ConfigError where the variable is no positive number.
    """
    text = os.environ.get(VARIABLE)
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not value > 0:
        raise ConfigError("%s must be a positive number of seconds, not %r" % (VARIABLE, text))
    return None if math.isinf(value) else value


class Expired(Exception):
    """The time is over. A class of its own: a TimeoutError may also come from a user's signal handler."""


class Clock:
    """The time that a call may still take. It runs inside ``with clock``, where the session waits for the worker."""

    def __init__(self):
        self.start(None)

    def start(self, limit):
        """Allow a number of seconds, None for no limit."""
        self.limit = self._left = limit
        self._end = None

    def __enter__(self):
        if self._left is not None:
            self._end = time.monotonic() + self._left
        return self

    def __exit__(self, *error):
        if self._end is not None:
            self._left, self._end = self._end - time.monotonic(), None

    def remaining(self):
        """Seconds that are left, None where there is no limit; Expired when there are none."""
        if self._left is None:
            return None
        left = self._left if self._end is None else self._end - time.monotonic()
        if left <= 0:
            raise Expired()
        return left
