"""The command line: ``python -m pyshim list | install | doctor``."""

import argparse
import sys

from . import environments, session
from .errors import KerasError
from .models.install import install_keras

KERAS = "keras"  # the name by which `install` installs Keras itself, besides the backends


def main(arguments=None):
    """Run a command. Returns: the exit status, 0 when all is well."""
    parser = argparse.ArgumentParser(prog="python -m pyshim", description="Backends of Keras.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="list | install | doctor")
    commands.add_parser("list", help="list the backends")
    install = commands.add_parser("install", help="install backends, and keras for models; all by default")
    install.add_argument("backends", nargs="*", metavar="backend | keras")
    install.add_argument("--python", help="the interpreter to use")
    install.add_argument("--path", help="another folder for the environment")
    install.add_argument("--force", action="store_true", help="reinstall what is already installed")
    install.add_argument("--conda", metavar="PATH", nargs="?", const="auto",
                         help="take the interpreter from conda, mamba or micromamba")
    install.add_argument("--gpu", action="store_true", help="install the packages for an NVIDIA GPU")
    install.add_argument("--yes", action="store_true", help="download an interpreter without asking")
    install.add_argument("--quiet", action="store_true", help="do not show the progress of the installation")
    doctor = commands.add_parser("doctor", help="check what is installed")
    doctor.add_argument("backends", nargs="*", metavar="backend")
    options = parser.parse_args(arguments)
    return {"list": _list, "install": _install, "doctor": _doctor}[options.command](options)


def _list(options):
    row = "%-12s %-10s %-14s %-8s\n"
    sys.stdout.write(row % ("backend", "installed", "version", "Python"))
    for entry in session.list_backends():
        sys.stdout.write(row % (entry["backend"], "yes" if entry["installed"] else "no",
                                entry["engine_version"] or "", entry["python_version"] or ""))
    return 0


def _install(options):
    """Install each one; a failure does not stop the others."""
    failed = 0
    for name in options.backends or environments.names() + [KERAS]:
        try:
            if name == KERAS:
                install_keras(options.force, options.quiet)
                continue
            environments.install_backend(
                name, options.python, options.path, options.force, "conda" if options.conda else "auto",
                options.conda or "auto", options.quiet, options.yes, options.gpu)
        except KerasError as error:
            sys.stderr.write("%s: %s\n" % (name, error))
            failed = 1
    return failed


def _doctor(options):
    own = environments.session_python()
    sys.stdout.write("%-12s %s\n" % ("session", "Python %s, %s" % (
        own["python_version"], "NumPy %s" % own["numpy"] if own["numpy"] else "no NumPy")))
    failed = 0
    if own["problem"]:
        sys.stdout.write("    %s\n" % own["problem"])
        failed = 1
    for name in options.backends or environments.names():
        report = environments.doctor(name)[0]
        sys.stdout.write("%-12s %s\n" % (name, report["versions"] or "does not work"))
        for problem in report["problems"]:
            sys.stdout.write("    %s\n" % problem)
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
