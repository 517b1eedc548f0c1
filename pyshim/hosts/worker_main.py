"""The engine's side of a worker: started by ``process.py`` on the interpreter of the engine's environment.

    python -I -u worker_main.py PACKAGE ENGINE LIFELINE SOCKET [REGION REGION]

The package directory of the session's own shim is used here too, so both sides are of one version. Of it
only what an engine needs is imported, and that runs on Python 3.6 and up.
"""

import ctypes
import fcntl
import gc
import importlib
import os
import platform
import signal
import socket
import sys
import traceback
import types

libc = ctypes.CDLL(None)


def main(package, engine, lifeline, channel, *regions):
    die_with_session(int(lifeline))
    shim = types.ModuleType("pyshim")  # instead of pyshim/__init__.py, which is the session's side
    shim.__path__ = [package]
    sys.modules["pyshim"] = shim
    from pyshim.engines.contract import Contract
    from pyshim.hosts.channel import EngineChannel
    from pyshim.hosts.dispatcher import Dispatcher
    from pyshim.hosts.region import Region
    from pyshim.hosts.wire import Closed, Connection

    incoming, outgoing = [Region(int(region)) for region in regions] or (None, None)
    connection = Connection(socket.socket(fileno=int(channel)), outgoing, incoming)

    module, name = engine.split(":")
    gc.disable()  # importing makes next to no garbage: collections in between take a tenth of the time for nothing
    try:
        built = getattr(importlib.import_module(module), name)()
    except Exception as error:
        traceback.print_exc()
        flush_output()
        connection.send({"failed": "%s: %s" % (type(error).__name__, error)})
        return
    connection.send({"ready": {"engine_version": str(built.version), "pid": os.getpid(),
                               "python_version": platform.python_version()}})
    if hasattr(gc, "freeze"):  # what the library has made lives on; collections need not look at it
        gc.freeze()
    gc.enable()
    status = 0
    try:
        EngineChannel(connection, Dispatcher(Contract(built)), flush_output).serve()
    except Closed:
        pass
    except Exception:
        traceback.print_exc()
        status = 1
    flush_output()
    os._exit(status)  # taking a native library down in order can take seconds


def die_with_session(lifeline):
    """End this process when the session does, even in the middle of a native call.

    The session holds the other end of this pipe and never writes; when it ends, however it ends, the
    kernel sends SIGIO, whose default action is to end the process.
    """
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    if os.getppid() == 1:
        os._exit(0)


def flush_output():
    """Write out what Python and C libraries have printed and hold back."""
    sys.stdout.flush()
    sys.stderr.flush()
    libc.fflush(None)


if __name__ == "__main__":
    main(*sys.argv[1:])
