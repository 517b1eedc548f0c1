"""The timeout of calls: seconds, in the environment variable that R's option ``keras.timeout`` sets, too."""

import math
import os

from ..errors import ConfigError

VARIABLE = "KERAS_TIMEOUT"


def seconds():
    """How long a call may take, None for as long as it wants. ConfigError where the variable is no such number."""
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
