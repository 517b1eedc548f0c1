"""Environment: what an engine needs, and where it is installed.

``environment.json`` in the backend's folder is written last of all, so a folder without it holds no
environment, whatever else lies there.
"""

import contextlib
import hashlib
import inspect
import json
import os
from typing import Any, Dict, Sequence

from .. import config
from ..files import replace_json
from . import surroundings

REQUIREMENTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "requirements")

# An engine frees what it computes on the way. The C library would give larger arrays back to the system,
# and get their memory anew in the next step, page by page: a tenth of the time of a network.
MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(1 << 25), "MALLOC_TRIM_THRESHOLD_": str(1 << 28)}  # bytes


class Environment:
    """An engine's interpreter and packages; a subclass tells those of one engine."""

    name: str      # of the backend
    title: str     # as it is told to people
    module: str    # the native library's module
    engine: str    # "module:class" of the engine
    in_session: bool = False  # whether the engine needs the session's own Python alone, and always runs in it
    gradients: bool = True    # whether the engine computes them
    pythons: Sequence[str] = ()  # fitting Python versions, the preferred one first
    passed: Dict[str, Any] = {}  # variables of the user that reach the engine, as in ``surroundings.PASSED``
    check: str = ""  # Python code, run by the environment's interpreter, that fails where the library does

    _tried = None  # the record of an installation that is being checked

    # -- what it is to hold -----------------------------------------------------------------------------

    def requirements(self):
        """The path of the requirement file, which pins each package and its hashes."""
        return os.path.join(REQUIREMENTS, self.name + ".txt")

    def gpu_requirements(self):
        """The path of the requirement file with the packages for a GPU, None where the engine has none."""
        path = os.path.join(REQUIREMENTS, self.name + "-gpu.txt")
        return path if os.path.exists(path) else None

    def pins(self, gpu):
        """The path of the requirement file of an installation, for a GPU or not."""
        return self.gpu_requirements() if gpu else self.requirements()

    def installer(self):
        """The path of the requirement file of pip itself, and of what it builds packages with."""
        return os.path.join(REQUIREMENTS, "installer.txt")

    def digest(self, gpu=False):
        """A digest of what an installation is made by: another one when the pins or this class have changed."""
        digest = hashlib.sha256()
        for path in (self.installer(), self.pins(gpu), inspect.getsourcefile(type(self))):
            with open(path, "rb") as file:
                digest.update(file.read())
        return digest.hexdigest()

    def settings(self):
        """Environment variables that the worker gets where the user has set none of that name."""
        return MEMORY

    def work_folder(self):
        """A folder of this user's own for the processes. Returns: a path, None where there is no place for it."""
        return surroundings.work_folder(self)

    def process_environment(self, folder):
        """The environment variables of the engine's processes: workers and checks.

        Arguments: folder, as ``work_folder`` returns it. Returns: a dict.
        """
        libraries = (self.record() or {}).get("library_path")
        return surroundings.variables(self.passed, self.settings(), folder, libraries)

    def thread_environment(self, threads):
        """Environment variables for a worker that is to use that many threads; each engine heeds some of them."""
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
                 "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
        return {name: str(threads) for name in names}

    def device_environment(self, device):
        """Environment variables for a worker that is to compute on a device: "cpu", "gpu", or one such as "gpu:1"."""
        if device == "cpu":
            return {"CUDA_VISIBLE_DEVICES": "-1"}
        number = device.partition(":")[2]
        if not number:
            return {}
        users = [name for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name]
        if users:  # the number is one of those that the user has left visible
            number = users[int(number)] if int(number) < len(users) else "-1"
        return {"CUDA_VISIBLE_DEVICES": number}

    def before_install(self):
        """Raise InstallError where the machine lacks what pip cannot bring."""

    def complete(self, directory):
        """Finish an installation in a directory, after pip. Returns: facts to remember, a dict."""
        return {}

    def problems(self):
        """What is wrong with the installation beyond its packages. Returns: a list of strings."""
        return []

    # -- what is there ----------------------------------------------------------------------------------

    def folder(self):
        """Where the backend's record is, and its environment unless the user named another place."""
        return os.path.join(config.home(), "environments", self.name)

    def record(self):
        """What ``environment.json`` says, None where there is no whole environment."""
        if self._tried is not None:
            return self._tried
        try:
            with open(self._record_path(), encoding="utf-8") as file:
                record = json.load(file)
            return record if os.path.exists(record["python"]) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @property
    def is_tried(self):
        """Whether it is being tried, after its installation."""
        return self._tried is not None

    @contextlib.contextmanager
    def tried(self, record):
        """A context in which the environment is what a record says, for this process alone."""
        self._tried = record
        try:
            yield
        finally:
            self._tried = None

    def write_record(self, record):
        """Declare the environment whole."""
        replace_json(self._record_path(), record)

    def drop_record(self):
        """Declare the environment not whole."""
        if os.path.exists(self._record_path()):
            os.unlink(self._record_path())

    def is_installed(self):
        """Whether the environment is there, whole. Returns: a bool."""
        return self.record() is not None

    def is_current(self):
        """Whether it is installed as this release installs it. Returns: a bool."""
        record = self.record()
        return record is not None and record.get("digest") == self.digest(self.is_for_gpu())

    def is_for_gpu(self):
        """Whether it is installed with the packages for a GPU. Returns: a bool."""
        return bool((self.record() or {}).get("gpu"))

    def python(self):
        """The path of the environment's interpreter."""
        return self.record()["python"]

    def _record_path(self):
        return os.path.join(self.folder(), "environment.json")
