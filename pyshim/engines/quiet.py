"""Keeping known chatter of a native library away from the user's screen."""

import contextlib
import os
import re
import sys
import tempfile


@contextlib.contextmanager
def leaving_out(*patterns):
    """Of what is written to stderr inside, by C++ too, lines in which a pattern is found are left out."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as written:
        os.dup2(written.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            written.seek(0)
            for line in written:
                if not any(re.search(pattern, line.decode("utf-8", "replace")) for pattern in patterns):
                    os.write(2, line)
