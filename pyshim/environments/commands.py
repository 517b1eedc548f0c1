"""Running a command to its end."""

import subprocess


def run(command, timeout=None, **options):
    """Run a command, as ``subprocess.run`` does, with its output as text.

    After an exception, such as an interrupt or TimeoutExpired, no process is left; ``subprocess.run`` may return before
    the process that it has killed is gone.

    Returns: a ``subprocess.CompletedProcess``.
    """
    with subprocess.Popen(command, universal_newlines=True, **options) as process:
        try:
            output, errors = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            process.wait()
            raise
    return subprocess.CompletedProcess(command, process.returncode, output, errors)
