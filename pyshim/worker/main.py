"""The engine's side of a worker: started by ``hosts/process.py`` on the interpreter of the engine's environment.

    python -I -u main.py DESCRIPTION

The description is a JSON object with the arguments of ``main``. The worker uses the session's own package directory,
so both sides have the same version. It imports only the modules that an engine needs, which run on Python 3.6 and up.
"""

import contextlib
import ctypes
import fcntl
import gc
import importlib
import importlib.util
import io
import json
import os
import platform
import resource
import select
import signal
import socket
import sys
import threading
import time
import traceback
import types

libc = ctypes.CDLL(None)

PR_SET_PDEATHSIG = 1
STARTING = 10  # seconds to wait for the end of the session's thread that has started this process
DESCRIPTORS = 4096
STACK = 100 << 20  # bytes; the system leaves that much space below a stack in any case


def main(package, engine, location, lifeline, stream, regions, thread):
    """Serve the session's calls until it has ended.

    Arguments:
        package: the directory of pyshim.
        engine: "module:class".
        location: path of the top-level module or package of the engine's module, or None if that is pyshim.
        lifeline: the descriptor of a pipe whose other end is the session's.
        stream: the descriptor of a socket whose other end is the session's.
        regions: two descriptors of memory, for incoming and outgoing arrays, or an empty list.
        thread: the number of the thread that has started this process, or None if it is the session's main thread.
    """
    parent = os.getppid()
    take_normal_settings()
    for descriptor in [lifeline, stream] + regions:
        os.set_inheritable(descriptor, False)  # a compiler that outlives this process would keep the connection open
    die_with_lifeline(lifeline)
    die_with_parent(parent, thread)
    shim = types.ModuleType("pyshim")  # instead of pyshim/__init__.py, which is the session's side
    shim.__path__ = [package]
    sys.modules["pyshim"] = shim
    from pyshim.wire.connection import Closed, Connection
    from pyshim.wire.region import Region
    from pyshim.worker.service import Service

    incoming, outgoing = [Region(region) for region in regions] or (None, None)
    connection = Connection(socket.socket(fileno=stream), outgoing, incoming)

    module, name = engine.split(":")
    gc.disable()  # imports create hardly any garbage; collections would only add a tenth of the time
    try:
        if location is not None:
            import_from(location, module.split(".")[0])
        built = getattr(importlib.import_module(module), name)()
    except (Exception, SystemExit) as error:
        traceback.print_exc()
        flush_output()
        connection.send({"failed": {"kind": type(error).__name__, "message": str(error),
                                    "of_import": isinstance(error, ImportError)}})
        os._exit(1)
    connection.send({"ready": {"traits": built.traits(), "pid": os.getpid(),
                               "python_version": platform.python_version()}})
    with contextlib.suppress(Exception):  # it happens again in the first computation, and is reported then
        built.warm_up()
    if hasattr(gc, "freeze"):  # the library's objects are permanent, so collections can skip them
        gc.freeze()
    gc.enable()

    def serve():
        status = 0
        try:
            Service(connection, built, flush_output).serve()
        except Closed:
            pass
        except Exception:
            traceback.print_exc()
            status = 1
        flush_output()
        os._exit(status)  # an orderly shutdown of a native library can take seconds
    on_a_large_stack(serve)


def take_normal_settings():
    """Reset the process settings that were inherited from the session."""
    for number in (signal.SIGCHLD, signal.SIGIO, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)  # if SIGCHLD is ignored, failed compilers seem to succeed
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.umask(os.umask(0o077) & 0o077)  # this process can read the files that it creates
    for limit, wanted in ((resource.RLIMIT_NOFILE, DESCRIPTORS),
                          (resource.RLIMIT_STACK, STACK),  # libraries traverse deep graphs recursively
                          (resource.RLIMIT_FSIZE, resource.RLIM_INFINITY)):
        with contextlib.suppress(OSError, ValueError):  # a sandbox may forbid it; setrlimit() raises ValueError then
            raise_limit(limit, wanted)
            if limit == resource.RLIMIT_FSIZE and resource.getrlimit(limit)[0] != resource.RLIM_INFINITY:
                sys.dont_write_bytecode = True  # Python would keep files of bytecode that end at the limit
    for name in ("stdout", "stderr"):  # the session reads UTF-8
        setattr(sys, name, io.TextIOWrapper(getattr(sys, name).detach(), "utf-8", "backslashreplace",
                                            write_through=True))


def raise_limit(limit, wanted):
    """Raise a limit of this process as far as allowed; RLIM_INFINITY, -1, is the largest."""
    soft, hard = resource.getrlimit(limit)
    if wanted == resource.RLIM_INFINITY or 0 <= hard < wanted:
        wanted = hard
    if soft != resource.RLIM_INFINITY and (soft < wanted or wanted == resource.RLIM_INFINITY):
        resource.setrlimit(limit, (wanted, hard))


def on_a_large_stack(function):
    """Call a function that never returns, in a thread of its own if this one's stack may not grow to STACK.

    No limit holds for the stack of a thread. But the C library gives a thread other memory than it gives this one,
    which slows large arrays down, so by default there is none.
    """
    thread = None
    with contextlib.suppress(OSError, RuntimeError):  # a sandbox hides the limit; memory is short
        if 0 <= resource.getrlimit(resource.RLIMIT_STACK)[0] < STACK:
            threading.stack_size(STACK)
            another = threading.Thread(target=function)
            another.start()
            thread = another
    threading.stack_size(0)
    if thread is None:
        function()
    else:
        thread.join()


def die_with_lifeline(lifeline):
    """Make the kernel kill this process when the session ends, even during a native call.

    The session holds the other end of this pipe and never writes to it. When the session ends, for whatever reason, the
    kernel sends SIGKILL, which cannot be blocked and ends even a stopped process.
    """
    with contextlib.suppress(AttributeError, OSError):  # else SIGIO, whose default action also ends the process
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    poll = select.poll()
    poll.register(lifeline, 0)
    if poll.poll(0):  # the session has already ended
        os._exit(0)


def die_with_parent(parent, thread):
    """Make the kernel kill this process when the session ends, even if a fork of the session holds the pipe open.

    The kernel sends the signal when the parent thread ends. The thread that has started this process is short-lived;
    when it ends, the session's main thread becomes the parent. So wait for its end first.
    """
    if not sys.platform.startswith("linux"):
        return
    began = time.monotonic()
    while thread is not None and os.path.exists("/proc/%d/task/%d" % (parent, thread)):
        if time.monotonic() - began > STARTING:
            return
        time.sleep(0.001)
    libc.prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # the session has ended in the meantime
        os._exit(0)


def import_from(location, name):
    """Import the module or package of that name from its path, without making its neighbours importable."""
    path = os.path.join(location, "__init__.py") if os.path.isdir(location) else location
    if os.path.exists(path):
        within = [location] if os.path.isdir(location) else None
        spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=within)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    else:
        module = types.ModuleType(name)
        module.__path__ = [location]
        sys.modules[name] = module


def flush_output():
    """Flush what Python and C libraries have buffered."""
    sys.stdout.flush()
    sys.stderr.flush()
    libc.fflush(None)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
