"""Theano's environment: linked to the OpenBLAS that NumPy's own wheel carries, with precompiled headers."""

import glob
import os
import shutil
import subprocess

from .. import processors
from ..errors import InstallError
from .environment import Environment
from .lock import held

# OpenBLAS's kernels, the fastest first, with the instructions that they need. By itself OpenBLAS goes by the model
# of the processor, and takes its oldest for one that it does not know: a product then takes six times as long.
KERNELS = (("SkylakeX", {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}), ("Haswell", {"avx2", "fma"}))


class Theano(Environment):

    name = "theano"
    title = "Theano"
    module = "theano"
    engine = "pyshim.engines.theano:Engine"
    pythons = ("3.9", "3.8", "3.7", "3.6")

    def before_install(self):
        if not shutil.which("g++"):
            raise InstallError("Theano compiles its functions with g++, which is not on PATH. Install it "
                               "(Debian: apt-get install g++), then try again")

    def complete(self, directory):
        """Theano finds no BLAS of its own, and is then half as fast."""
        pattern = os.path.join(directory, "lib", "python3*", "site-packages", "numpy.libs", "libopenblas*.so")
        libraries = sorted(glob.glob(pattern))
        if not libraries:
            raise InstallError("NumPy's OpenBLAS was not found as %s" % pattern)
        return {"blas": libraries[0], "headers": _precompiled(directory)}

    def settings(self):
        settings, there = dict(super().settings()), processors.instructions()
        fitting = [core for core, needed in KERNELS if needed <= there]
        if fitting:
            settings["OPENBLAS_CORETYPE"] = fitting[0]
        return settings

    def process_environment(self):
        record = self.record()
        blas, name = os.path.split(record["blas"])
        compiler = ["-g0"] + (["-I" + record["headers"]] if record.get("headers") else [])
        flags = ["blas.ldflags=-L%s -l:%s -Wl\\,-rpath\\,%s" % (blas, name, blas),
                 "gcc.cxxflags=" + " ".join(compiler),
                 "base_compiledir=%s" % os.path.join(self.folder(), "compiled"),
                 "compile.wait=1"]  # seconds, for another worker that compiles
        if os.environ.get("THEANO_FLAGS"):
            flags.append(os.environ["THEANO_FLAGS"])  # the last one wins
        return {**super().process_environment(), "THEANO_FLAGS": ",".join(flags)}

    def problems(self):
        problems = []
        if not os.path.exists(self.record()["blas"]):
            problems.append("its BLAS, %s, is gone" % self.record()["blas"])
        if not shutil.which("g++"):
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


# Stands before the interpreter's header of that name: each C file that Theano writes begins with it.
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

# Precompiled headers fit the very options that Theano gives the compiler.
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
    """The folder of precompiled headers, which halve the time of compiling; None where they cannot be made."""
    folder = os.path.join(directory, "include", "precompiled")
    if " " in folder:  # Theano splits its options there
        return None
    os.makedirs(folder, exist_ok=True)
    header = os.path.join(folder, "Python.h")
    with open(header, "w", encoding="ascii") as file:
        file.write(HEADER)
    flags = "gcc.cxxflags=-g0 -I%s,base_compiledir=%s" % (folder, os.path.join(directory, "include", "compiled"))
    done = subprocess.run([os.path.join(directory, "bin", "python"), "-I", "-c", PRECOMPILE, header],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=held(),
                          env=dict(os.environ, THEANO_FLAGS=flags))
    return folder if done.returncode == 0 else None
