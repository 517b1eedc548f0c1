"""Environment: an engine's requirements, and where they are installed.

``environment.json`` in the backend's folder is written last, so a folder without it holds no complete environment,
whatever else is in it.
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

# An engine frees intermediate results as it goes. By default the C library returns large arrays to the system and
# allocates them again in the next step, page by page, which takes a tenth of the time of a network.
MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(1 << 25), "MALLOC_TRIM_THRESHOLD_": str(1 << 28)}  # bytes


class Environment:
    """An engine's interpreter and packages; each engine has a subclass."""

    name: str      # the backend's name
    title: str     # the name shown to users
    module: str    # the native library's module
    engine: str    # "module:class" of the engine
    in_session: bool = False  # whether the engine needs only the session's own Python, and always runs in it
    gradients: bool = True    # whether the engine computes gradients
    pythons: Sequence[str] = ()  # Python versions that it runs on, the preferred one first
    passed: Dict[str, Any] = {}  # user's variables passed to the engine, as in ``surroundings.PASSED``
    check: str = ""  # Python code for the environment's interpreter, which fails if the library does not work

    _tried = None  # the record of an installation that is being checked

    # -- what it must contain -----------------------------------------------------------------------------

    def requirements(self):
        """The path of the requirements file, which pins each package and its hashes."""
        return os.path.join(REQUIREMENTS, self.name + ".txt")

    def gpu_requirements(self):
        """The path of the requirements file with the packages for a GPU, or None if the engine has none."""
        path = os.path.join(REQUIREMENTS, self.name + "-gpu.txt")
        return path if os.path.exists(path) else None

    def pins(self, gpu):
        """The path of an installation's requirements file, for a GPU or not."""
        return self.gpu_requirements() if gpu else self.requirements()

    def installer(self):
        """The path of the requirements file of pip itself and of its build tools."""
        return os.path.join(REQUIREMENTS, "installer.txt")

    def digest(self, gpu=False):
        """A digest of what determines an installation: it changes with the pins and with this class."""
        digest = hashlib.sha256()
        for path in (self.installer(), self.pins(gpu), inspect.getsourcefile(type(self))):
            with open(path, "rb") as file:
                digest.update(file.read())
        return digest.hexdigest()

    def settings(self):
        """Environment variables for the worker, unless the user has set them."""
        return MEMORY

    def work_folder(self):
        """A folder for the engine's processes, owned by this user. Returns: a path, or None if none can be made."""
        return surroundings.work_folder(self)

    def process_environment(self, folder):
        """The environment variables of the engine's processes: workers and checks.

        Arguments: folder, as ``work_folder`` returns it. Returns: a dict.
        """
        needed = (self.record() or {}).get("library_path")
        libraries = needed.split(os.pathsep) if needed else []
        if self.is_for_gpu():
            libraries += surroundings.drivers(os.environ.get("LD_LIBRARY_PATH", ""))
        return surroundings.variables(self.passed, self.settings(), folder, libraries)

    def thread_environment(self, threads):
        """Environment variables for a worker that is to use that many threads; each engine reads some of them."""
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
        if users:  # the number counts the devices that the user has left visible
            number = users[int(number)] if int(number) < len(users) else "-1"
        return {"CUDA_VISIBLE_DEVICES": number}

    def before_install(self):
        """Raise InstallError if the machine lacks something that pip cannot install."""

    def complete(self, directory):
        """Finish an installation in a directory, after pip. Returns: facts for the record, a dict."""
        return {}

    def problems(self):
        """Problems of the installation other than its packages. Returns: a list of strings."""
        return []

    # -- what is installed ----------------------------------------------------------------------------------

    def folder(self):
        """The folder of the backend's record, and of its environment unless the user chose another place."""
        return os.path.join(config.home(), "environments", self.name)

    def record(self):
        """The content of ``environment.json``, or None if there is no complete environment."""
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
        """Whether it is being checked, after its installation."""
        return self._tried is not None

    @contextlib.contextmanager
    def tried(self, record):
        """A context in which the environment is as a record says, for this process only."""
        self._tried = record
        try:
            yield
        finally:
            self._tried = None

    def write_record(self, record):
        """Mark the environment as complete."""
        replace_json(self._record_path(), record)

    def drop_record(self):
        """Mark the environment as incomplete."""
        if os.path.exists(self._record_path()):
            os.unlink(self._record_path())

    def is_installed(self):
        """Whether the environment is completely installed. Returns: a bool."""
        return self.record() is not None

    def is_current(self):
        """Whether it is installed as this release would install it. Returns: a bool."""
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
