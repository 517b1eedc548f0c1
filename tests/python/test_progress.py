"""The progress of an installation, in a log, in a terminal, and with output turned off."""

import io
import os
import pty
import re
import subprocess
import sys

import pytest

from pyshim import errors
from pyshim.environments import progress, steps

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# What pip prints, with the order and wording of its releases 21 to 26.
PIP = r"""
import sys, time
def say(text):
    print(text, flush=True)
say("Looking in indexes: somewhere")
say("Collecting first==1.0 (from -r requirements.txt (line 1))")
say("  Downloading first-1.0-py3-none-any.whl.metadata (2 kB)")
say("  Downloading first-1.0-py3-none-any.whl (2.8 MB)")
say("Progress 1000000 of 2800000")
say("Progress 2800000 of 2800000")
say("Collecting second==2.0")
say("  Using cached second-2.0.tar.gz (11 kB)")
say("Collecting third==3.0")
say("Installing collected packages: first, second, third")
time.sleep(float(sys.argv[1]))
say("Successfully installed first-1.0 second-2.0 third-3.0")
sys.exit(int(sys.argv[2]))
"""


def told(monkeypatch, seconds=0, status=0, quiet=False):
    """The text in a log."""
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    shown = progress.Progress(2, quiet=quiet)
    shown.step("Installing the packages")
    steps.run([sys.executable, "-c", PIP, str(seconds), str(status)], "install the packages", shown)
    return sys.stdout.getvalue().splitlines()


def test_a_log_has_a_line_for_each_step_and_package(monkeypatch):
    assert told(monkeypatch) == [
        "[1/2] Installing the packages",
        "      Collecting first==1.0 (2.8 MB)",
        "      Collecting second==2.0 (11 kB)",
        "      Collecting third==3.0",
        "      Unpacking 3 packages"]


def test_a_long_silence_is_told_with_the_time_and_the_size(monkeypatch):
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.2)
    lines = told(monkeypatch, seconds=1.5)
    assert re.match(r"      \.\.\. \d+ s, \d+ kB so far$", lines[-1]), lines


@pytest.mark.parametrize("way", ["argument", "environment"])
def test_it_can_be_quiet(monkeypatch, way):
    if way == "environment":
        monkeypatch.setenv("KERAS_QUIET", "1")
    assert told(monkeypatch, quiet=way == "argument") == []


def test_a_failure_shows_the_last_lines_without_the_progress(monkeypatch):
    with pytest.raises(errors.InstallError) as raised:
        told(monkeypatch, status=3)
    assert "could not install the packages (exit code 3)" in str(raised.value)
    assert "Installing collected packages: first, second, third" in str(raised.value)
    assert "Progress 1000000" not in str(raised.value)


def test_what_a_command_prints_is_not_read_as_a_template():
    script = "import sys; print('{reason} of `axis` is {True}'); sys.exit(3)"
    with pytest.raises(errors.InstallError) as raised:
        steps.run([sys.executable, "-c", script], "try it", progress.Progress(1, quiet=True))
    assert str(raised.value) == ("could not try it (exit code 3). The last lines were:\n"
                                 "  {reason} of `axis` is {True}")
    assert raised.value.fields["words"] == "{reason} of `axis` is {True}"


def test_a_terminal_has_one_live_line():
    code = ("import sys; from pyshim.environments import progress, steps\n"
            "shown = progress.Progress(2); shown.step('Installing the packages')\n"
            "steps.run([sys.executable, '-c', sys.argv[1], '2.5', '0'], 'install', shown)\n"
            "shown.end('All is ready.')")
    primary, secondary = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", code, PIP], cwd=ROOT, stdout=secondary, stderr=secondary,
                               stdin=subprocess.DEVNULL, env=dict(os.environ, TERM="xterm", COLUMNS="80"))
    os.close(secondary)
    shown = b""
    try:
        while True:
            shown += os.read(primary, 1000)
    except OSError:  # the other end of the terminal is closed
        pass
    assert process.wait() == 0
    text = shown.decode()
    assert "Collecting first==1.0 (2.8 MB) 1 MB of 3 MB" in text
    assert re.search(r"\d s Unpacking 3 packages", text)
    # Each live line overwrites the last; two lines remain in the end.
    stay = [line.split("\x1b[K")[-1] for line in text.replace("\r\n", "\n").strip("\n").split("\n")]
    assert stay[0] == "[1/2] Installing the packages" and stay[1].startswith("All is ready. (") and len(stay) == 2


@pytest.mark.parametrize("count, words", [(0, "0 kB"), (11e3, "11 kB"), (222e6, "222 MB"), (1.6e9, "1.6 GB")])
def test_sizes_as_people_read_them(count, words):
    assert progress.size(count) == words


@pytest.mark.parametrize("seconds, words", [(0.4, "0 s"), (59.9, "59 s"), (125, "2 min 5 s"), (3600, "60 min 0 s")])
def test_durations_as_people_read_them(seconds, words):
    assert progress.duration(seconds) == words


def test_an_output_that_cannot_show_the_text(monkeypatch):
    ascii_only = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    for stream in (ascii_only, None):
        monkeypatch.setattr(sys, "stdout", stream)
        shown = progress.Progress(1, folder="/tmp/k\xe4ras")
        shown.step("Making /tmp/k\xe4ras")
        shown.end("Done")
    assert ascii_only.buffer.getvalue().startswith(b"[1/1] Making /tmp/k\\xe4ras\nDone")
