"""Filtering known messages of a native library out of stderr."""

import contextlib
import os
import re
import sys
import tempfile


@contextlib.contextmanager
def leaving_out(*patterns):
    """A context that drops lines that match a pattern from what is written to stderr, also by C++ code.

    If no temporary file can be created, nothing is dropped.
    """
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr
        yield
        return
    try:
        written = tempfile.TemporaryFile()
    except OSError:
        os.close(kept)
        yield
        return
    flush()
    with written:
        os.dup2(written.fileno(), 2)
        try:
            yield
        finally:
            flush()
            os.dup2(kept, 2)
            os.close(kept)
            written.seek(0)
            for line in written:
                if not any(re.search(pattern, line.decode("utf-8", "replace")) for pattern in patterns):
                    os.write(2, line)


def flush():
    if sys.stderr is not None:
        sys.stderr.flush()
