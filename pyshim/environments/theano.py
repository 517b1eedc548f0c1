"""Theano's environment: linked to the OpenBLAS that NumPy's own wheel carries."""

import glob
import os
import shutil

from ..errors import InstallError
from .environment import Environment


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
        return {"blas": libraries[0]}

    def process_environment(self):
        blas, name = os.path.split(self.record()["blas"])
        flags = ["blas.ldflags=-L%s -l:%s -Wl\\,-rpath\\,%s" % (blas, name, blas),
                 "base_compiledir=%s" % os.path.join(self.folder(), "compiled"),
                 "compile.wait=1"]  # seconds, for another worker that compiles
        if os.environ.get("THEANO_FLAGS"):
            flags.append(os.environ["THEANO_FLAGS"])  # the last one wins
        return {"THEANO_FLAGS": ",".join(flags)}

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
