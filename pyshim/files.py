"""Writing files that other processes read, and that are worth something."""

import contextlib
import json
import os
import secrets
import stat


@contextlib.contextmanager
def replacing(path):
    """A binary file to write to, which takes the place of that at the path when the block ends.

    Whoever reads sees the old file or the new one, never a part. Where the block or the writing fails, the
    old file is as it was and nothing is left beside it; a process that is killed leaves a file
    ``.pyshim-saving-*``. A link stays one, and an old file's permissions stay.
    """
    target = os.path.realpath(path)
    temporary = os.path.join(os.path.dirname(target), ".pyshim-saving-" + secrets.token_hex(8))
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with open(descriptor, "wb") as file:
            if os.path.exists(target):
                os.fchmod(descriptor, stat.S_IMODE(os.stat(target).st_mode))
            yield file
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def replace_json(path, value):
    """Write a value as JSON to the file at the path, as a whole or not at all."""
    with replacing(path) as file:
        file.write(json.dumps(value, indent=4).encode("utf-8") + b"\n")
