"""What a native library refuses, as an error of ours with the library's own words."""

import contextlib
import re

from ..errors import EngineError, KerasError, OutOfMemoryError

# Lines of TensorFlow's messages that say where in our own code a node was made.
TRACEBACK = ("File \"", "Graph execution error:", "Detected at node", "Original stack trace for")

NOISE = re.compile(r"\{\{function_node [^}]*\}\} ?| ?\[Op:\w+\]( name: ?)?")  # its names of our calls
LONGEST = 8  # lines that a person reads


@contextlib.contextmanager
def explained(engine):
    """Errors of the native library become an EngineError, with its own error as the cause."""
    try:
        yield
    except KerasError:
        raise
    except MemoryError as error:
        words = str(error) or "%s has none left" % engine.name
        raise OutOfMemoryError("out of memory: {words}", words=words) from error
    except Exception as error:
        raise EngineError("{backend} refused: {words}", backend=engine.name, words=_summary(error)) from error


def _summary(error):
    """The native library's own words, of the length that a person reads."""
    lines = [NOISE.sub("", line).strip() for line in str(error).splitlines()]
    lines = [line for line in lines if line and not line.startswith(TRACEBACK)]
    return "%s: %s" % (type(error).__name__, "\n  ".join(lines[:LONGEST]) or "no message")
