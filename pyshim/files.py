"""Writing files and making folders safely: other processes use them, and their data must not be lost."""

import contextlib
import fcntl
import json
import os
import secrets
import stat


def make_folder(path):
    """Make a folder and its parents, where they are missing.

    Their owner may enter and write them, whatever the umask says. Raises OSError if one cannot be made.
    """
    above = os.path.dirname(path)
    if above and not os.path.exists(above):
        make_folder(above)
    try:
        os.mkdir(path)
    except FileExistsError:
        if not os.path.isdir(path):
            raise
    else:
        _grant(path, stat.S_IRWXU)


def _grant(file, rights):
    """Ensure that the owner of a path or descriptor has these rights."""
    mode = stat.S_IMODE(os.stat(file).st_mode)
    if mode & rights != rights:
        os.chmod(file, mode | rights)


def clear_of_standard_streams(descriptor):
    """The descriptor, under a number above 2. If this process's standard streams are closed, new descriptors get
    their numbers, and anything that writes to stdout would write there."""
    if descriptor > 2:
        return descriptor
    try:
        return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def replacing(path):
    """A context with a binary file to write to, which replaces the file at the path when the block ends.

    Readers see the old file or the new one, never a part. If the block or the writing fails, the old file is
    unchanged and nothing is left beside it; a process that is killed leaves a file ``.pyshim-saving-*``. A link stays a
    link, and an old file's permissions are kept.
    """
    target = os.path.realpath(path)
    temporary = os.path.join(os.path.dirname(target), ".pyshim-saving-" + secrets.token_hex(8))
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with open(descriptor, "wb") as file:
            if os.path.exists(target):
                os.fchmod(descriptor, stat.S_IMODE(os.stat(target).st_mode))
            else:
                _grant(descriptor, stat.S_IRUSR | stat.S_IWUSR)
            yield file
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def replace_json(path, value):
    """Write a value as JSON to the file at the path, atomically."""
    with replacing(path) as file:
        file.write(json.dumps(value, indent=4).encode("utf-8") + b"\n")
