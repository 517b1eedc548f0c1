"""Running the commands of an installation, and reporting on their output."""

import contextlib
import os
import re
import select
import signal
import subprocess
import tempfile

from ..errors import InstallError
from .lock import held
from .progress import size
from .surroundings import install_variables

FULL = ": the disk, or your quota on it, is full"
ROOM = 1 << 28  # bytes that a large package needs temporarily

# pip's output: the reason in words.
REASONS = {
    "connection broken|NewConnectionError|Max retries exceeded|Could not fetch URL":
        ": the package index cannot be reached. Look at the network, the proxy, and pip's settings",
    "Errno 28|Errno 27|Errno 122": FULL,
    "DO NOT MATCH THE HASHES": ": the package index returned a file other than the pinned one",
}


def run(command, what, progress, environment=None):
    """Run a step of an installation. Progress is shown; other output is shown only if the step fails.

    Arguments:
        command: a list of strings.
        what: what the command does, such as "install the packages".
        progress: a Progress.
        environment: environment variables, a dict; those of ``install_variables`` by default.
    Raises InstallError with the last lines of output if the command fails.
    """
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   pass_fds=held(), env=environment or install_variables(), start_new_session=True)
    except OSError as error:
        raise InstallError("could not {step}: {words}", step=what, words=error) from error
    last, reason, packages = [], "", _Packages(progress)
    try:
        for line in _lines(process.stdout.fileno(), progress):
            if not packages.heard(line):
                last = last[-9:] + [line if len(line) < 400 else line[:400] + " ..."]
            reason = next((words for sign, words in REASONS.items() if re.search(sign, line)), reason)
        status = process.wait()
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # and the processes that it has started
        process.wait()
        raise
    finally:
        process.stdout.close()
        progress.clear()
    if status:
        if not _has_room(tempfile.gettempdir()):  # pip may report a full disk as a broken download
            reason = FULL
        raise InstallError("could not {step}{reason} (exit code {status}). The last lines were:\n  {words}", step=what,
                           reason=reason, status=status, words="\n  ".join(last).strip())


def _lines(descriptor, progress):
    """The lines that a process prints; while there are none, the progress display ticks."""
    rest = b""
    while True:
        if not select.select([descriptor], [], [], progress.pause())[0]:
            progress.tick()
            continue
        text = os.read(descriptor, 1 << 16)
        *lines, rest = (rest + text).split(b"\n")
        for line in lines + ([rest] if not text and rest else []):
            yield line.decode("utf-8", "replace").rstrip()
        if not text:
            return


class _Packages:
    """Parses pip's output: which package it collects, how large that is, and how much has arrived."""

    def __init__(self, progress):
        self.progress = progress
        self.name = None

    def heard(self, line):
        """Report a line. Returns: whether it is only about progress, and so of no use in an error message."""
        found = re.match(r"Progress (\d+) of (\d+)$", line)
        if found:
            self.progress.tick("%s of %s" % tuple(size(int(number)) for number in found.groups()))
            return True
        found = re.match(r" +(?:Downloading|Using cached) (\S+) \(([^)]+)\)", line)
        if found and self.name and not found.group(1).endswith(".metadata"):
            self._collecting(" (%s)" % found.group(2))
        found = re.match(r"Collecting ([^\s;]+)|Processing |Installing ", line)
        if found:
            self._collecting()
            self.name = found.group(1)
        found = re.match(r"Processing (.*/([^-/]+)-(\d[^-/]*?)(?:-[^/]*\.whl|\.tar\.gz|\.zip))", line)
        if found and os.path.exists(found.group(1)):
            path, name, version = found.groups()
            self.progress.detail("Collecting %s==%s (%s)" % (name, version, size(os.path.getsize(path))))
        found = re.match(r"Installing collected packages: (.*)", line)
        if found:
            count = len(found.group(1).split(","))
            self.progress.detail("Unpacking %d package%s" % (count, "s" if count > 1 else ""))
        return False

    def _collecting(self, how_large=""):
        if self.name:
            self.progress.detail("Collecting %s%s" % (self.name, how_large))
        self.name = None


def _has_room(directory):
    """Whether a large file can be written into a directory."""
    try:
        with tempfile.TemporaryFile(dir=directory) as file:
            os.posix_fallocate(file.fileno(), 0, ROOM)
        return True
    except OSError:
        return False
