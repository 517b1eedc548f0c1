"""CNTK's environment: it gets links to Open MPI's libraries under the names that CNTK was linked against."""

import glob
import os
import subprocess

from .. import processors
from ..errors import InstallError
from .environment import Environment
from .surroundings import one_of

# The name that CNTK expects: the compatible library of Open MPI 3 and 4.
MPI = {"libmpi.so.12": "libmpi.so.40", "libmpi_cxx.so.1": "libmpi_cxx.so.40"}
FOLDERS = ("/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib64/openmpi/lib", "/usr/lib64",
           "/usr/local/lib", "/usr/lib")

# The values of MKL_DEBUG_CPU_TYPE, with the instruction sets that MKL then uses. It runs whichever is named.
TYPES = {"3": {"sse4_2"}, "4": {"avx"}, "5": {"avx2", "fma"}}


class CNTK(Environment):

    name = "cntk"
    title = "CNTK"
    module = "cntk"
    engine = "pyshim.engines.cntk:Engine"
    pythons = ("3.6",)

    def before_install(self):
        for name in MPI.values():
            if not _library(name):
                raise InstallError("CNTK needs the library {library} of Open MPI, which is not there",
                                   remedy="install it (Debian: apt-get install libopenmpi3), then try again",
                                   library=name)

    def complete(self, directory):
        """Put the links beside CNTK's own libraries, where it looks first."""
        libraries = os.path.join(directory, "lib", "python3.6", "site-packages", "cntk", "libs")
        for name, target in MPI.items():
            link = os.path.join(libraries, name)
            if os.path.lexists(link):
                os.unlink(link)
            os.symlink(_library(target), link)
        return {"libraries": libraries}

    def problems(self):
        links = [os.path.join(self.record()["libraries"], name) for name in MPI]
        return ["%s leads to no library; install libopenmpi3, then the backend again" % link
                for link in links if not os.path.exists(link)]

    @property
    def passed(self):
        return {"MKL_DEBUG_CPU_TYPE": one_of(*processors.able_to_run(TYPES))}

    def settings(self):
        # By itself, the MKL of CNTK uses AVX2 only on Intel's processors. On AMD's, it takes three times as long.
        helps = processors.maker() != "GenuineIntel" and "5" in processors.able_to_run(TYPES)
        return {**super().settings(), **({"MKL_DEBUG_CPU_TYPE": "5"} if helps else {})}

    check = """
import warnings
warnings.simplefilter("ignore")
import cntk, numpy
x = cntk.constant(numpy.eye(2, dtype="float32"))
assert cntk.times(x, x).eval().tolist() == [[1, 0], [0, 1]], "a product is wrong"
"""


def _library(name):
    """The path of a shared library, or None if the machine has none of that name."""
    folders = list(FOLDERS) + os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    for folder in filter(None, folders):
        if os.path.exists(os.path.join(folder, name)):
            return os.path.join(folder, name)
    try:
        listing = subprocess.run(["ldconfig", "-p"], stdout=subprocess.PIPE, universal_newlines=True).stdout
    except OSError:
        listing = ""
    paths = [line.split("=>")[1].strip() for line in listing.splitlines() if line.strip().startswith(name + " ")]
    return paths[0] if paths else next(iter(glob.glob(os.path.join("/opt/*/lib", name))), None)
