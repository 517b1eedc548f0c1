"""Theano itself, imported with the user's settings where it accepts them."""

import importlib
import os
import sys
import tempfile

from ... import processors
from ..importing import variables

# The flags of the environment alone; THEANO_FLAGS has the user's, too.
OWN_FLAGS = "PYSHIM_THEANO_FLAGS"


def _imported():
    refused = None
    with variables(**_repaired()):
        try:
            return importlib.import_module("theano")
        except ImportError:
            raise
        except Exception as error:
            if not _has_users_settings():
                raise
            refused = error
        for name in [name for name in sys.modules if name.split(".")[0] == "theano"]:
            del sys.modules[name]
        with variables(THEANO_FLAGS=os.environ.get(OWN_FLAGS, ""), THEANORC=os.devnull):
            imported = importlib.import_module("theano")
    sys.stderr.write("Theano does not accept the settings in THEANO_FLAGS or .theanorc, and goes without them: %s\n"
                     % refused)
    return imported


def _has_users_settings():
    files = os.environ.get("THEANORC", "~/.theanorc").split(os.pathsep)
    return (os.environ.get("THEANO_FLAGS", "") != os.environ.get(OWN_FLAGS, "")
            or any(os.path.isfile(os.path.expanduser(file)) for file in files))


def _repaired():
    """Variables that would keep Theano from being imported: None, or a value that it accepts."""
    tempfile.gettempdir()  # which heeds TMPDIR, and is remembered
    # They become defaults of a file of settings, where % has a meaning.
    repaired = {name: None for name in ("USER", "LSCRATCH", "TMPDIR", "TEMP", "TMP") if "%" in os.environ.get(name, "")}
    if "OMP_NUM_THREADS" in os.environ:
        repaired["OMP_NUM_THREADS"] = processors.count_in(os.environ["OMP_NUM_THREADS"])
    return repaired


os.environ.setdefault("PATH", os.defpath)  # its compiler looks there for programs of its own
theano = _imported()
