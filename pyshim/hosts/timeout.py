"""The timeouts of calls and starts, in seconds, from environment variables. R's ``keras.timeout`` sets the first.
"""

import math
import os
import time

from ..errors import ConfigError
from ..messages import Value

VARIABLE = "KERAS_TIMEOUT"
OF_STARTS = "KERAS_START_TIMEOUT"

LONG = 300  # seconds, enough for a library on a slow shared disk
SHORT = 20  # the minimum seconds for a start, even if the timeout of calls is shorter


def seconds():
    """Returns: the timeout of a call in seconds, or None for no limit.

    Raises ConfigError if the variable is not a positive number.
    """
    return _seconds(VARIABLE)


def start_seconds():
    """Returns: the timeout of an engine's start in seconds, or None for no limit.

    It is the timeout of starts if that is set; else that of calls, but at least ``SHORT``; else ``LONG``. Raises
    ConfigError if a variable is not a positive number.
    """
    limit = _seconds(VARIABLE)
    return check_seconds() if limit is None or os.environ.get(OF_STARTS) else max(limit, SHORT)


def check_seconds():
    """Returns: the timeout of checking an environment, in seconds, or None for no limit: that of starts if it is set,
    else ``LONG``. Raises ConfigError if the variable is not a positive number.
    """
    return _seconds(OF_STARTS) if os.environ.get(OF_STARTS) else LONG


def _seconds(variable):
    text = os.environ.get(variable)
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not value > 0:
        raise ConfigError("{variable} must be a positive number of seconds, not {text}", variable=variable,
                          text=Value(text))
    return None if math.isinf(value) else value


class Expired(Exception):
    """The time is over. This is not TimeoutError, because a user's signal handler may raise that."""


class Clock:
    """The time that is left for a call. It runs only inside ``with clock``, while the session waits for the worker."""

    def __init__(self):
        self.start(None)

    def start(self, limit):
        """Set the time to a number of seconds, or None for no limit."""
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
        """Returns: the seconds that are left, or None if there is no limit. Raises Expired if no time is left."""
        if self._left is None:
            return None
        left = self._left if self._end is None else self._end - time.monotonic()
        if left <= 0:
            raise Expired()
        return left
