"""What users see during an installation: steps, packages with their sizes, and the time.

In a terminal the last line is updated in place: it shows the current package and the seconds. Elsewhere (a log, a
notebook) each step and each package gets its own line, and so does a longer silence of a step.
"""

import os
import shutil
import sys
import time

from ..hosts import output

QUIET_SECONDS = 15  # of silence, after which a log gets a line


class Progress:
    """Reports the progress of an installation on standard output.

    Arguments: steps, their number; folder, the folder being filled; quiet, whether to print nothing, as the environment
    variable KERAS_QUIET=1 does.
    """

    def __init__(self, steps=1, folder=None, quiet=False):
        self.steps = steps
        self.folder = folder
        self.quiet = quiet or os.environ.get("KERAS_QUIET", "0") not in ("", "0")
        self._live = not self.quiet and _is_terminal()
        self._begun = self._last = time.monotonic()
        self._step = 0
        self._detail = ""

    # -- what is shown -----------------------------------------------------------------------------------

    def say(self, text):
        """Print a permanent line."""
        if not self.quiet:
            self._write(("\r\033[K" if self._live else "") + text + "\n")

    def step(self, text):
        """Begin the next step."""
        self._step += 1
        self._detail = ""
        self.say("[%d/%d] %s" % (self._step, self.steps, text))

    def detail(self, text):
        """Show what the step is working on, such as a package."""
        self._detail = text
        if self._live:
            self.tick()
        else:
            self.say("      " + text)

    def tick(self, part=""):
        """Note that time has passed: the live line is redrawn; a log gets a line after a silence.

        Arguments: part, how much of the current package has arrived, such as "12 of 80 MB".
        """
        seconds = time.monotonic() - self._begun
        if self._live:
            text = "      %s %s" % (duration(seconds), " ".join(filter(None, [self._detail, part])))
            self._write("\r\033[K" + text[:shutil.get_terminal_size().columns - 1])
        elif not self.quiet and time.monotonic() - self._last >= QUIET_SECONDS:
            self.say("      ... %s, %s so far" % (duration(seconds), part or size(bytes_in(self.folder))))

    def pause(self):
        """How long to wait for output before the next tick, in seconds."""
        return 1 if self._live else QUIET_SECONDS

    def end(self, text):
        """Report that everything is done."""
        self.say("%s (%s, %s)" % (text, size(bytes_in(self.folder)), duration(time.monotonic() - self._begun)))

    def clear(self):
        """Remove the live line, for example before an error message."""
        if self._live:
            self._write("\r\033[K")

    def _write(self, text):
        output.write(sys.stdout, text)
        self._last = time.monotonic()


def _is_terminal():
    try:
        return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    except (AttributeError, ValueError):  # a notebook's stream, or a closed one
        return False


# -- readable numbers ------------------------------------------------------------------------

def duration(seconds):
    """ "48 s" or "2 min 5 s"."""
    minutes, seconds = divmod(int(seconds), 60)
    return "%d min %d s" % (minutes, seconds) if minutes else "%d s" % seconds


def size(count):
    """A number of bytes in pip's format: "1.6 GB", "222 MB", "11 kB"."""
    if count >= 1e9:
        return "%.1f GB" % (count / 1e9)
    return "%.0f MB" % (count / 1e6) if count >= 1e6 else "%.0f kB" % (count / 1e3)


def bytes_in(folder):
    """The total size of the files below a folder, in bytes; a file may vanish meanwhile."""
    total = 0
    for place, _, names in os.walk(folder or os.devnull):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except OSError:
                pass
    return total
