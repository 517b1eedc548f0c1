"""Advice for when an engine does not start, based on its error message."""

import re

from ..messages import Call

# Patterns and advice; the first pattern that matches is used.
ADVICE = (
    ("[Pp]ermission|Read-only file system|Operation not permitted|Unable to create the compiledir",
     "Name a Keras home where you may write and run programs with KERAS_HOME, or a temporary folder with TMPDIR"),
    ("No space left|Disk quota", "The disk, or your quota on it, is full: make room"),
    ("File too large|[Ff]ile size limit", "Files may not grow as large as needed: raise the limit (ulimit -f)"),
    ("Too many open files", "Too many files are open: close some, or raise the limit (ulimit -n)"),
    ("Resource temporarily unavailable|can't start new thread",
     "Too many processes run: end some, or raise the limit (ulimit -u)"),
    ("MemoryError|bad_alloc|annot allocate memory|failed to map segment",
     "There is too little memory: free some, or raise the limit of this session (ulimit -v)"),
)


def advice(environment, error, of_import=False):
    """Say what a user can do about an error. Returns: a template to append to the error's, perhaps empty, and the
    template's fields, a dict.

    Arguments:
        environment: the engine's environment.
        error: an exception, or its text.
        of_import: whether a module or a library could not be imported.
    """
    text = error if isinstance(error, str) else "%s: %s" % (type(error).__name__, error)
    problems = environment.problems() if environment.is_installed() else []
    if problems:
        return ". {advice}", {"advice": "; ".join(problems).rstrip(".")}
    for pattern, words in ADVICE:
        if re.search(pattern, text):
            return ". {advice}", {"advice": words}
    if of_import or isinstance(error, (ImportError, FileNotFoundError)):
        return ". Its environment is damaged. Try {again}", {
            "again": Call("install_backend", environment.name, force=True)}
    return "", {}
