"""NumPy's environment: the session's own Python, which has NumPy."""

from ..errors import InstallError
from .environment import Environment
from .session_python import session_python


class NumPy(Environment):

    name = "numpy"
    title = "NumPy"
    module = "numpy"
    engine = "pyshim.engines.numpy:Engine"
    in_session = True
    gradients = False

    def before_install(self):
        problem = session_python()["problem"]
        if problem:
            raise InstallError("{problem}", problem=problem)

    def record(self):
        own = session_python()
        if own["problem"]:
            return None
        return {"python": own["python"], "python_version": own["python_version"], "engine_version": own["numpy"]}

    def is_current(self):
        return self.is_installed()
