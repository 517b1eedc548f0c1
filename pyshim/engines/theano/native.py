"""Theano itself, imported with those user settings that it accepts."""

import importlib
import os
import re
import sys
import tempfile

from ... import processors
from ..importing import variables

# This variable has only the environment's own flags. THEANO_FLAGS also has the user's.
OWN_FLAGS = "PYSHIM_THEANO_FLAGS"


def _imported():
    own, kept = _flags()
    dropped, files = [], {}
    with variables(**_repaired()):
        while True:
            try:
                with variables(THEANO_FLAGS=",".join(own + kept), **files):
                    imported = importlib.import_module("theano")
                break
            except ImportError:
                raise
            except Exception as error:
                refused = _refused(kept, str(error))
                if not refused and not files and _has_files():
                    files, refused = {"THEANORC": os.devnull}, [".theanorc"]
                elif not refused:
                    refused = kept
                if not refused:
                    raise
                dropped.append("%s: %s" % (", ".join(refused), error))
                kept = [flag for flag in kept if flag not in refused]
            for name in [name for name in sys.modules if name.split(".")[0] == "theano"]:
                del sys.modules[name]
    for text in dropped:
        sys.stderr.write("Theano does not accept a setting of the user's, and goes without it: %s\n" % text)
    return imported


def _flags():
    """Returns: the environment's flags and the user's: two lists of strings such as "floatX=float32"."""
    own, all_of_them = os.environ.get(OWN_FLAGS, ""), os.environ.get("THEANO_FLAGS", "")
    users = all_of_them[len(own):] if all_of_them.startswith(own) else all_of_them
    # A comma in quotes or after a backslash is part of the value.
    return [own] if own else [], re.findall(r"""(?:[^,\\"']|\\.|"[^"]*"|'[^']*'|["'\\])+""", users)


def _refused(flags, words):
    """Returns: the flags whose names occur in Theano's error message; if there are none, those without a value."""
    def is_named(flag):
        return re.search(r"(?<![\w.])%s(?![\w.])" % re.escape(flag.partition("=")[0].strip()), words)
    named = [flag for flag in flags if "=" in flag and is_named(flag)]
    return named or [flag for flag in flags if "=" not in flag]


def _has_files():
    files = os.environ.get("THEANORC", "~/.theanorc").split(os.pathsep)
    return any(os.path.isfile(os.path.expanduser(file)) for file in files)


def _repaired():
    """Returns: replacements for environment variables with which the import of Theano would fail: an accepted value,
    or None to unset the variable."""
    tempfile.gettempdir()  # reads TMPDIR and caches the result, before TMPDIR may be unset
    # These variables become defaults in a configuration parser, to which % is special.
    repaired = {name: None for name in ("USER", "LSCRATCH", "TMPDIR", "TEMP", "TMP") if "%" in os.environ.get(name, "")}
    if "OMP_NUM_THREADS" in os.environ:
        repaired["OMP_NUM_THREADS"] = processors.count_in(os.environ["OMP_NUM_THREADS"])
    return repaired


os.environ.setdefault("PATH", os.defpath)  # Theano's C compiler looks up its own programs there
theano = _imported()
