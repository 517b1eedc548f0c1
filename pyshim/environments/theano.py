"""Theano's environment: linked to the OpenBLAS from NumPy's wheel, and with precompiled headers."""

import glob
import os
import re
import shutil
import subprocess

from .. import processors
from ..errors import InstallError
from .environment import Environment
from .lock import held
from .surroundings import one_of, own_folder, programs, variables

# OpenBLAS's kernels, the fastest first, with the instruction sets that they need. By itself OpenBLAS chooses by the
# processor's model, and its oldest kernel for a model that it does not know: a product then takes six times as long.
KERNELS = {"SkylakeX": {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}, "Haswell": {"avx2", "fma"}}


class Theano(Environment):

    name = "theano"
    title = "Theano"
    module = "theano"
    engine = "pyshim.engines.theano:Engine"
    pythons = ("3.9", "3.8", "3.7", "3.6")

    def before_install(self):
        if not _compiler():
            raise InstallError("Theano compiles its functions with g++, which is not on PATH",
                               remedy="install it (Debian: apt-get install g++), then try again")

    def complete(self, directory):
        """Link a BLAS: Theano finds none by itself, and is then half as fast."""
        pattern = os.path.join(glob.escape(directory), "lib", "python3*", "site-packages", "numpy.libs",
                               "libopenblas*.so")
        libraries = sorted(glob.glob(pattern))
        if not libraries:
            raise InstallError("NumPy's OpenBLAS was not found as {pattern}", pattern=pattern)
        return {"blas": libraries[0], "headers": _precompiled(directory)}

    @property
    def passed(self):
        # OpenBLAS runs whichever kernel is named, and an unsupported one crashes with an illegal instruction.
        return {"OPENBLAS_CORETYPE": one_of("Prescott", "Nehalem", *processors.able_to_run(KERNELS))}

    def settings(self):
        fitting = processors.able_to_run(KERNELS)
        return {**super().settings(), **({"OPENBLAS_CORETYPE": fitting[0]} if fitting else {})}

    def process_environment(self, folder):
        flags = ",".join(self._flags(folder))
        users = os.environ.get("THEANO_FLAGS")
        return {**super().process_environment(folder), "THEANORC": os.devnull, "PYSHIM_THEANO_FLAGS": flags,
                "THEANO_FLAGS": flags + ("," + users if users else "")}  # the last one takes precedence

    def _flags(self, folder):
        record = self.record()
        library, name = os.path.split(record["blas"])
        blas = "-L%s -l:%s -Wl,-rpath,%s" % (library, name, library)
        if _is_broken_up(library):
            # No run-time path is needed: NumPy has already loaded the library.
            blas = "-L%s -l:%s" % (_linked(folder, "blas", library), name) if folder else ""
        compiler, headers = "-g0", record.get("headers")
        if headers and _is_broken_up(headers):
            headers = folder and _linked(folder, "headers", headers)
        if headers:
            compiler += " -I" + headers
        compiled = os.path.join(self.folder(), "compiled")
        if folder and not own_folder(compiled):
            compiled = os.path.join(folder, "compiled")
        return ["blas.ldflags=" + _quoted(blas), "gcc.cxxflags=" + _quoted(compiler),
                "base_compiledir=" + _quoted(compiled),
                "compile.wait=1"]  # seconds to wait for another worker that compiles

    def problems(self):
        problems = []
        if not os.path.exists(self.record()["blas"]):
            problems.append("its BLAS, %s, is gone" % self.record()["blas"])
        if not _compiler():
            problems.append("g++ is not on PATH; Theano runs slowly without it")
        return problems

    check = """
import numpy, theano
x = theano.tensor.matrix()
product = theano.function([x], theano.tensor.dot(x, x))
names = [type(node.op).__name__ for node in product.maker.fgraph.toposort()]
assert theano.config.cxx, "it finds no C++ compiler"
assert "Dot22" in names, "it does not use BLAS: a product runs as %s" % names
assert product(numpy.eye(2, dtype=x.dtype)).tolist() == [[1, 0], [0, 1]], "a product is wrong"
"""


def _compiler():
    """The path of g++, or None if it is missing."""
    return shutil.which("g++", path=programs(os.environ.get("PATH", "")))


def _quoted(text):
    """A value for THEANO_FLAGS, with special characters escaped by a backslash."""
    return re.sub(r"([^\w/.:=+ -])", r"\\\1", text)


def _is_broken_up(path):
    """Whether Theano or the linker would split a path, as they do at a space, for example."""
    return re.search(r"[\s,:]", path) is not None


def _linked(folder, name, target):
    """Link to a path that cannot be written in a setting. The link is in the work folder. Returns: its name."""
    path = os.path.join(folder, name)
    if not os.path.islink(path) or os.readlink(path) != target:
        temporary = "%s-%d" % (path, os.getpid())
        os.symlink(target, temporary)
        os.replace(temporary, path)  # atomically, since another session may be starting
    return name


# Shadows the interpreter's header of that name, which each C file that Theano writes includes first.
HEADER = """\
#include_next <Python.h>
#ifndef PYSHIM_PRECOMPILED
#define PYSHIM_PRECOMPILED
#include <iostream>
#include <math.h>
#include <numpy/arrayobject.h>
#include <numpy/arrayscalars.h>
#endif
"""

# Precompiled headers work only with exactly the options that Theano gives the compiler.
PRECOMPILE = """
import subprocess, sys
from theano import config
from theano.gof.cmodule import GCC_compiler, std_include_dirs
options = ["-g", "-O3", "-fno-math-errno", "-fvisibility=hidden"] + GCC_compiler.compile_args()
folders = ["-I" + folder for folder in std_include_dirs()]
sys.exit(subprocess.call([config.cxx, "-w", "-x", "c++-header"] + options + folders
                         + [sys.argv[1], "-o", sys.argv[1] + ".gch"]))
"""


def _precompiled(directory):
    """The folder of precompiled headers, which halve compilation times; None if they cannot be made."""
    folder = os.path.join(directory, "include", "precompiled")
    os.makedirs(folder, exist_ok=True)
    compiled = os.path.join(directory, "include", "compiled")
    header = os.path.join(folder, "Python.h")
    with open(header, "w", encoding="ascii") as file:
        file.write(HEADER)
    flags = "gcc.cxxflags=-g0 -I.,base_compiledir=" + _quoted(compiled)
    done = subprocess.run([os.path.join(directory, "bin", "python"), "-I", "-c", PRECOMPILE, header],
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          pass_fds=held(), cwd=folder,
                          env={**variables({}, {}, directory), "THEANORC": os.devnull, "THEANO_FLAGS": flags})
    return folder if done.returncode == 0 else None
