"""The session: which backend is current, starting it, switching, stopping."""

import contextlib
import functools
import numbers
import os
import re
import sys
import threading

from . import config, environments
from .errors import ArgumentError, DeviceError, NotInstalledError, UnknownBackendError, accepted_names, naming
from .hosts import output
from .messages import Call, Choices, Setting, Type, Value


class _Session:
    """What all threads of this session share."""

    def __init__(self):
        self.hosts = {}         # (backend, in_process) -> host
        self.threads = {}       # backend -> the number of threads chosen for its worker
        self.devices = {}       # backend -> the device chosen for its worker
        self.current = None     # the main thread's, which new threads start with; a key of hosts
        self.announced = set()  # keys of hosts, and places in programs that switched to one


class _Thread(threading.local):
    """State that each thread has of its own."""

    def __init__(self):
        self.current = _session.current
        self.eager = False


_session = _Session()
_thread = _Thread()


def _use(key, of_session):
    """Make a backend current in this thread, and if that is the main thread, make one current for new threads."""
    _thread.current = key
    if threading.current_thread() is threading.main_thread():
        _session.current = of_session


# -- announcing the backend in use -----------------------------------------------------------------------

def announce(title):
    """Say which backend is used. The R package replaces this function by its own."""
    output.write(sys.stderr, "Using %s backend.\n" % title)


def _announce_once(host, *places):
    """Announce a host, unless it and the places have been announced. A place of None never counts as announced."""
    news = {host.key, *places} - _session.announced
    if news and os.environ.get("KERAS_QUIET", "0") in ("", "0"):
        announce(host.environment.title)
    _session.announced.update(news - {None})


def _place(name):
    """The line of the user's program that switches to a backend; None in an interactive session."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "pyshim":
        frame = frame.f_back
    if frame is None or frame.f_code.co_filename.startswith("<stdin"):
        return None
    return frame.f_code.co_filename, frame.f_lineno, str(name)


class Scope:
    """What ``use_backend`` returns: a context manager that restores the previous backend on exit."""

    def __init__(self, name, before, of_session):
        self.name = name
        self._before = before          # the backend that was current in this thread
        self._of_session = of_session  # that of new threads, which is another one in a call on another backend

    def __enter__(self):
        return self

    def __exit__(self, *error):
        _use(self._before, self._of_session)

    def __repr__(self):
        return "<using backend %s>" % self.name


def use_backend(name, in_process=False, save=False, threads=None, device=None):
    """Make a backend current in this thread, and start its engine if it is not running.

    Other threads keep their backend; a new thread starts with the main thread's. A line on stderr says which backend
    is used when its engine starts, and the first time that a line of a program switches to it; the environment
    variable KERAS_QUIET=1 silences that.

    Arguments:
        name: "tensorflow", "theano", "cntk", "jax", "torch", "numpy", or another registered name.
        in_process: run the engine in this Python, which must have the library, instead of in a worker; "numpy" always
            runs this way.
        save: write the name to keras.json as the default of later sessions.
        threads: how many threads the engine computes with, an integer; None leaves the number unchanged: initially
            the number of cores, in CNTK only for matrix products, convolutions and pooling.
        device: "cpu", "gpu", or one of several, such as "gpu:1"; None leaves it to the engine, which uses a GPU if it
            is installed for one (``install_backend(gpu=True)``) and finds one.
    Returns: a context manager that restores the previous backend on exit; without ``with`` the backend stays current.
    Tensors of other backends stay valid; ``eval`` computes them on the current one.

    Raises UnknownBackendError for a name that is not registered, NotInstalledError if the backend's environment is not
    installed, WorkerError if its worker cannot start, DeviceError if there is no such device, ArgumentError for
    threads or a device other than those of a running engine, which cannot change them.

    Example:
        >>> with K.use_backend("theano"):
        ...     K.eval(K.ones((2,)) * 3)
        array([3., 3.], dtype=float32)
    """
    with naming("use_backend"):
        return select(name, in_process, save, threads, places=[_place(name)], device=device)


def select(name, in_process, save, threads, places, device=None):
    """Do the work of ``use_backend``. A start is announced, and so is the first switch at a place in a program."""
    from .contract import rules  # needs NumPy, which the import of pyshim does not
    in_process, save = rules.flag(in_process, "in_process"), rules.flag(save, "save")
    before = _thread.current, _session.current
    key = _key(_environment(name), in_process)
    if threads is not None:
        _need_threads(threads)
        _choose("threads", key, int(threads), _session.threads, "OMP_NUM_THREADS")
    if device is not None:
        _need_device(device, environments.find(key[0]))
        _choose("device", key, device, _session.devices, "CUDA_VISIBLE_DEVICES")
    host = _host(key)
    try:
        host.start()
    except (DeviceError, NotInstalledError):  # the next call may choose again
        _session.devices.pop(key[0], None)
        raise
    if save:
        config.save_backend(key[0])
    _use(key, key)
    _announce_once(host, *places)
    return Scope(name, *before)


@contextlib.contextmanager
def on(host):
    """A context in which a host is current in this thread; nothing is announced. A backend that ``use_backend`` makes
    current meanwhile, in a callback for example, stays current."""
    before, key = _thread.current, host.key
    _thread.current = key
    try:
        yield
    finally:
        if _thread.current is key:  # the same tuple, not that of a use_backend() with the same name
            _thread.current = before


def _need_threads(threads):
    if isinstance(threads, bool) or not isinstance(threads, numbers.Integral) or threads < 1:
        raise ArgumentError("{argument} must be a positive integer, not {value}", argument="threads",
                            value=Value(threads))


def _need_device(device, environment):
    """Raise an error for a value that is not a device, or a device that a backend is not installed for."""
    if not isinstance(device, str) or not re.match(r"(cpu|gpu(:\d{1,3})?)$", device):
        raise ArgumentError("{argument} must be 'cpu', 'gpu', or one of several, such as 'gpu:1', not {value}",
                            argument="device", value=Value(device))
    if device == "cpu":
        return
    if environment.gpu_requirements() is None:
        raise DeviceError("{backend} computes only on the CPU", remedy="leave out {setting}",
                          backend=environment.title, setting=Setting("device", device))
    if environment.is_installed() and not environment.is_for_gpu():
        raise DeviceError("{backend} is installed without the packages for a GPU", remedy="install them with {call}",
                          backend=environment.title, call=Call("install_backend", environment.name, gpu=True))


def _choose(argument, key, value, chosen, variable):
    """Record what a backend's worker is to start with: ``chosen`` maps backends to choices, ``variable`` is the
    environment variable that has the same effect in the session's own process."""
    name, in_process = key
    if in_process:
        raise ArgumentError("{argument} cannot be chosen where the engine shares the session's process",
                            remedy="set %s before the session starts" % variable, argument=argument)
    host = _session.hosts.get(key)
    now = getattr(host, argument, None)
    if host is not None and host.running and now != value:
        own = {"threads": "its own number of threads", "device": "the device that it chose"}[argument]
        raise ArgumentError("the engine of backend {name} runs already, with {now}",
                            remedy="{stop}, then choose {wanted}", name=name, wanted=Setting(argument, value),
                            now=Setting(argument, now) if now else own, stop=Call("stop_backend", name))
    chosen[name] = value


def _key(environment, in_process=False):
    """The key of the host that runs, or would run, a backend."""
    return environment.name, bool(in_process) or environment.in_session


def _environment(name):
    """The environment of a backend, by the name that the user gave."""
    if not isinstance(name, str):
        raise UnknownBackendError("a backend's name is a string, one of {accepted}, not {value}", argument="backend",
                                  accepted=Choices(environments.names()), value=Value(name))
    return environments.find(name)


def _default_environment():
    """The environment of the default backend."""
    name, accepted = config.backend(), environments.names()
    if name not in accepted:
        raise UnknownBackendError("unknown default backend {name} in {source}", name=Value(name),
                                  source=config.source_of_backend(), **accepted_names(name, accepted))
    return environments.find(name)


def backend():
    """The name of this thread's current backend: that of the last ``use_backend``, else the default in keras.json.

    Returns: a string. No engine is started.
    """
    return _thread.current[0] if _thread.current else config.backend()


def current_host():
    """The host of the current backend, which is started if it has never been."""
    key = _thread.current
    if key is None:
        key = _key(_default_environment())
    host = _host(key)
    if host.traits is None:
        host.start()
    if _thread.current is None:
        _use(key, key)
    if key not in _session.announced:
        _announce_once(host)
    return host


def _host(key):
    """The session's host for that key, created on first use."""
    host = _session.hosts.get(key)
    if host is None:
        host = _session.hosts.setdefault(key, _new(*key))
    if not host.running:
        host.threads, host.device = _session.threads.get(key[0]), _session.devices.get(key[0])
    return host


def _new(name, in_process):
    if in_process:
        from .hosts.in_process import InProcess as Host  # these need NumPy
    else:
        from .hosts.worker import Worker as Host
    return Host(environments.find(name))


def started():
    """The hosts whose engines run. Returns: a list."""
    return [host for host in list(_session.hosts.values()) if host.running]


def list_backends():
    """The registered backends and their states.

    Returns: a list of dicts with the keys "backend", "title", "installed" (a bool), "engine_version" and
    "python_version" (strings, None where not installed), "path" (of its interpreter), "running" (a bool),
    "memory" (resident bytes of its worker), "device" (what it computes on, such as "cpu" or "gpu:1"), both None if
    no worker runs, and "current" (a bool).
    """
    return [_standing(environments.find(name)) for name in environments.names()]


def _standing(environment):
    record = environment.record() or {}
    hosts = [host for host in started() if host.backend == environment.name]
    memory = [host.memory() for host in hosts if host.memory() is not None]
    return {"backend": environment.name, "title": environment.title, "installed": bool(record),
            "engine_version": record.get("engine_version"), "python_version": record.get("python_version"),
            "path": record.get("python"), "running": bool(hosts),
            "memory": sum(memory) if memory else None, "device": hosts[0].device_used if hosts else None,
            "current": backend() == environment.name}


def stop_backend(name=None):
    """Stop the engines of a backend, or of all. Their graphs stay; variables lose their values.

    A call in progress in another thread raises WorkerError. The next call that needs the engine starts it again. Signal
    handlers and finalizers may stop engines, too.

    Arguments: name of a backend, None for all. Raises UnknownBackendError for a name not registered.
    """
    if name is not None:
        with naming("stop_backend"):
            name = _environment(name).name
    for host in started():
        if name in (None, host.backend):
            host.stop()


# -- calls ----------------------------------------------------------------------------------------------

def call(name, args, kwargs):
    """Call a function of the contract on the backend of its tensors, or on the current one if it gets none."""
    from .tensors import of_graphs  # here, since it needs NumPy
    with naming(name):
        given = of_graphs([args, kwargs])
        host = _host_of(given)
    return call_on(host, name, args, kwargs, given)


def call_here(name, args, kwargs):
    """Call a function of the contract that takes tensors of any backend. It runs on the current backend, even if that
    is not the tensors' own."""
    from .tensors import of_graphs  # here, since it needs NumPy
    with naming(name):
        host = _host_of(of_graphs([args, kwargs]))
        if _thread.current is not None and _thread.current[0] != host.backend:
            host = current_host()
    return call_on(host, name, args, kwargs, given=())


def call_on(host, name, args, kwargs, given=None):
    """Call a function of the contract on a host, which is current while the contract calls the user's functions.

    Arguments: given, as of ``Host.call``.
    """
    before, key = _thread.current, host.key
    _thread.current = key
    try:
        with naming(name):
            return host.call(name, args, kwargs, _thread.eager, given)
    finally:
        if _thread.current is key:  # as in ``on``
            _thread.current = before


def _host_of(given):
    """The host of tensors and functions: the current one if any of them belong to it, or if there are none."""
    hosts = [thing.graph.host for thing in given]
    if not hosts or _session.hosts.get(_thread.current) in hosts:
        return current_host()
    return hosts[0]


class _Mode:
    """A context in which calls are eager, or symbolic."""

    def __init__(self, eager):
        self.eager = eager

    def __enter__(self):
        self.before = _thread.eager
        _thread.eager = self.eager

    def __exit__(self, *error):
        _thread.eager = self.before


def symbolic(func):
    """The function, made to run in the backend's graph, even when called inside ``eager``.

    Arguments: func, a function. Returns: a function of the same arguments and return value.
    """
    return _in_mode(func, eager=False)


def eager(func):
    """The function, made to run eagerly: each result inside is a concrete value.

    Arguments: func, a function. Returns: a function of the same arguments and return value. Inside, every backend
    function computes immediately, updates change their variables immediately, and ``numpy.asarray(x)`` returns a
    result's value. ``placeholder``, ``function`` and ``gradients`` raise EagerError there.

    Example:
        >>> K.eager(lambda: float(K.sum(K.ones((3,)))))()
        3.0
    """
    return _in_mode(func, eager=True)


def _in_mode(func, eager):
    if not callable(func):
        raise ArgumentError("{argument} must be a function, not {value}", argument="func", value=Type(func))

    @functools.wraps(func)
    def function(*args, **kwargs):
        with _Mode(eager):
            return func(*args, **kwargs)
    return function


class _GraphScope:
    """A scope of the contract, entered and left by calls to it."""

    def __init__(self, kind, argument):
        self.kind = kind
        self.argument = argument
        self.__enter__()  # invalid arguments are refused here
        self.__exit__()

    def __enter__(self):
        from .tensors import of_graphs  # here, since it needs NumPy
        self.host = _host_of(of_graphs(self.argument))
        with naming(self.kind):
            self.host.call("enter_" + self.kind, (self.argument,), {})

    def __exit__(self, *error):
        self.host.call("leave_" + self.kind, (), {})


def name_scope(name):
    """A context in which the names of new variables, placeholders and tensors begin with ``name/``.

    Arguments: name, a string. Returns: a context manager.

    Example:
        >>> with K.name_scope("encoder"):
        ...     K.variable(0., name="w").name
        'encoder/w'
    """
    return _GraphScope("name_scope", name)


def control_dependencies(control_inputs):
    """A context in which new tensors are computed only after the control inputs, and together with them.

    Arguments: control_inputs, a list of tensors, such as updates and printed tensors, or one. Inside, a
    variable that one of them updates has its new value. Returns: a context manager.
    """
    return _GraphScope("control_dependencies", control_inputs)
