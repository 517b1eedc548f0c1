"""The timeouts of calls and starts: seconds, in environment variables. R's option ``keras.timeout`` sets the first."""

import math
import os
import time

from ..errors import ConfigError

VARIABLE = "KERAS_TIMEOUT"
OF_STARTS = "KERAS_START_TIMEOUT"

LONG = 300  # seconds: a library on a slow disk that is shared by many
SHORT = 20  # seconds that a start gets however short the timeout of calls is


def seconds():
    """How long a call may take. Returns: seconds, None for as long as it wants.

    Raises ConfigError where the variable is no positive number.
    """
    return _seconds(VARIABLE)


def start_seconds():
    """How long an engine may take to start: its own timeout, else that of calls, but not less than ``SHORT``.

    Returns: seconds, None for as long as it wants. Raises ConfigError where a variable is no positive number.
    """
    if os.environ.get(OF_STARTS):
        return _seconds(OF_STARTS)
    limit = _seconds(VARIABLE)
    return LONG if limit is None else max(limit, SHORT)


def _seconds(variable):
    text = os.environ.get(variable)
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not value > 0:
        raise ConfigError("%s must be a positive number of seconds, not %r" % (variable, text))
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
