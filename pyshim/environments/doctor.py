"""doctor: check that the installed environments work."""

from ..errors import KerasError
from .checks import check
from .interpreters import find_interpreter
from .registry import find, names


def doctor(name=None):
    """Check the environments: pinned packages, a computation with the library, its BLAS or MPI.

    Arguments: name of a backend, None for all. Returns: a list of dicts, one per backend, with the keys
    "backend", "installed" (a bool), "versions" (a string, None if it does not work) and "problems" (a
    list of strings, each with a remedy; empty if there are none).
    """
    return [_examine(find(each)) for each in ([name] if name else names())]


def _examine(environment):
    report = {"backend": environment.name, "installed": environment.is_installed(), "versions": None,
              "problems": []}
    again = "Install it with install_backend(\"%s\"%s)"
    if not report["installed"]:
        report["problems"].append("it is not installed" if environment.in_session
                                  else "it is not installed. " + again % (environment.name, ""))
        try:
            if not environment.in_session:
                find_interpreter(environment.title, environment.pythons)
            environment.before_install()
        except KerasError as error:
            report["problems"].append(str(error))
        return report
    if not environment.is_current():
        report["problems"].append("it is of another release. " + again % (environment.name, ""))
    report["problems"] += environment.problems()
    try:
        facts = check(environment)
        report["versions"] = "%s %s, Python %s" % (environment.title, facts["engine_version"],
                                                   facts["python_version"])
    except KerasError as error:
        report["problems"].append("%s. " % error + again % (environment.name, ", force=True"))
    return report
