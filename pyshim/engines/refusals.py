"""Errors of a native library, turned into our own errors with the library's message."""

import contextlib
import re

from ..errors import EngineError, KerasError, OutOfMemoryError

# Lines of TensorFlow's messages that say where our code created a node.
TRACEBACK = ("File \"", "Graph execution error:", "Detected at node", "Original stack trace for")

NOISE = re.compile(r"\{\{function_node [^}]*\}\} ?| ?\[Op:\w+\]( name: ?)?")  # TensorFlow's names for our calls
LONGEST = 8  # the most lines to show


@contextlib.contextmanager
def explained(engine, is_users=None):
    """A context that turns errors of the native library into an EngineError, with the original error as the cause.

    ``is_users`` says of an error whether it is not the library's, but was raised by code of the user's that ran
    meanwhile.
    """
    try:
        yield
    except KerasError:
        raise
    except MemoryError as error:
        words = str(error) or "%s has none left" % engine.name
        raise OutOfMemoryError("out of memory: {words}", words=words) from error
    except Exception as error:
        if is_users is not None and is_users(error):
            raise
        raise EngineError("{backend} refused: {words}", backend=engine.name, words=_summary(error)) from error


def _summary(error):
    """Returns: the type of the native library's error and the first lines of its message, without noise."""
    lines = [NOISE.sub("", line).strip() for line in str(error).splitlines()]
    lines = [line for line in lines if line and not line.startswith(TRACEBACK)]
    return "%s: %s" % (type(error).__name__, "\n  ".join(lines[:LONGEST]) or "no message")
