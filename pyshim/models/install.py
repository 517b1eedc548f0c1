"""Installing Keras 2.3.1 and its requirements for the session's own Python.

The packages go into a folder of the Keras home, one for each Python version, never into the session's own
``site-packages``. The session's NumPy is used. Keras itself is in a separate folder, so that an ordinary
``import keras`` does not find it.
"""

import glob
import importlib.util
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile

from .. import config
from ..environments import commands
from ..environments.lock import locked
from ..environments.progress import Progress
from ..environments.steps import run
from ..errors import InstallError
from ..files import replace_json

REQUIREMENTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "requirements", "keras.txt")
NUMPY = "numpy>=1.19.5"

CHECK = """
import sys
sys.path.append(sys.argv[1])
import h5py, keras_applications, keras_preprocessing.image, numpy, PIL.Image, scipy.ndimage, six, yaml
"""


class Packages:
    """The folder of Keras and its packages for this Python."""

    name = "keras"
    title = "Keras"

    def folder(self):
        return os.path.join(config.home(), "models", "python%d.%d" % sys.version_info[:2])

    @property
    def keras(self):
        """The folder that contains only the package ``keras``."""
        return os.path.join(self.folder(), "keras")

    @property
    def packages(self):
        """The folder of the packages that Keras needs."""
        return os.path.join(self.folder(), "packages")

    def is_installed(self):
        """Whether all of them are installed. Returns: a bool."""
        return os.path.exists(os.path.join(self.folder(), "installed.json"))

    def is_current(self):
        """Whether they are the versions that this release pins. Returns: a bool."""
        try:
            with open(os.path.join(self.folder(), "installed.json"), encoding="utf-8") as file:
                return json.load(file)["requirements"] == _requirements()
        except (OSError, ValueError, KeyError, TypeError):
            return False


def install_keras(force=False, quiet=False):
    """Install Keras 2.3.1 and its requirements for this session's Python, under the Keras home.

    Arguments:
        force: install again even if it is installed.
        quiet: do not show progress.
    Returns: the folder of the packages. Progress is shown.

    Keras, keras-applications, keras-preprocessing, h5py, PyYAML, SciPy and Pillow are installed in pinned versions
    whose hashes are checked. The session's NumPy is used unchanged.

    Raises InstallError if a step fails. None of the packages is used until all are installed.

    Example:
        >>> pyshim.install_keras()                                    # doctest: +SKIP
    """
    target, progress = Packages(), Progress(2, quiet=quiet)
    with locked(target, lambda: progress.say("Waiting for another installation of Keras to end.")):
        if target.is_current() and not force:
            progress.say("Keras 2.3.1 is installed: %s" % target.folder())
            return target.folder()
        try:
            _install(target, progress)
        except OSError as error:
            raise InstallError("Keras could not be installed: {words}", words=error) from error
    progress.end("Keras 2.3.1 is ready.")
    return target.folder()


def _install(target, progress):
    progress.say("Installing Keras 2.3.1 for Python %d.%d into %s" % (sys.version_info[:2] + (target.folder(),)))
    os.makedirs(os.path.dirname(target.folder()), exist_ok=True)
    unfinished = os.path.join(os.path.dirname(target.folder()), ".unfinished-")
    for folder in glob.glob(glob.escape(unfinished) + "*"):
        shutil.rmtree(folder, ignore_errors=True)
    new = unfinished + secrets.token_hex(8)
    packages = os.path.join(new, "packages")
    progress.folder = new
    progress.step("Installing the packages")
    with tempfile.TemporaryDirectory() as temporary:
        run(_pip(temporary, progress) + [
            "install", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--target", packages,
            "--requirement", REQUIREMENTS], "install the packages", progress)
    progress.step("Trying them out")
    os.makedirs(os.path.join(new, "keras"))
    os.rename(os.path.join(packages, "keras"), os.path.join(new, "keras", "keras"))
    _check(packages)
    replace_json(os.path.join(new, "installed.json"), {"requirements": _requirements()})
    if os.path.exists(target.folder()):
        old = unfinished + secrets.token_hex(8)
        os.rename(target.folder(), old)
        shutil.rmtree(old, ignore_errors=True)
    os.rename(new, target.folder())
    progress.folder = target.folder()


def _pip(temporary, progress):
    """The command of a pip for this Python: its own, or one in a temporary virtual environment."""
    if importlib.util.find_spec("pip"):
        return [_python(), "-m", "pip", "--disable-pip-version-check"]
    run([_python(), "-m", "venv", temporary], "make a virtual environment for pip", progress)
    return [os.path.join(temporary, "bin", "python"), "-m", "pip", "--disable-pip-version-check"]


def _check(packages):
    done = commands.run([_python(), "-c", CHECK, packages], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                        stderr=subprocess.STDOUT)
    if done.returncode:
        raise InstallError("Keras's packages do not work with this Python, {python}, and its NumPy ({numpy} is "
                           "needed):\n  {words}", python=_python(), numpy=NUMPY,
                           words="\n  ".join(done.stdout.strip().splitlines()[-5:]))


def _python():
    """The interpreter of this session."""
    return sys.executable


def _requirements():
    with open(REQUIREMENTS, encoding="utf-8") as file:
        return file.read()
