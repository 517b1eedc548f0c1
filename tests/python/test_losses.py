"""Nothing is lost: the worker, its variables and the session survive what the surroundings do to a call."""

import gc
import os
import resource
import signal
import socket
import time

import numpy as np
import pytest
from checks import check, check_array

from pyshim import environments, errors
from pyshim.hosts.worker import Worker

pytestmark = pytest.mark.worker


@pytest.fixture
def kept(K):
    """A variable that must still exist at the end, in the same process."""
    host = K.session.current_host()
    variable, conversation = K.variable([1.0, 2.0]), host.conversation
    yield variable
    assert K.session.current_host() is host and host.conversation is conversation and not host.ended
    check_array(K.get_value(variable), np.array([1, 2], "float32"))
    check(K, K.map_fn(lambda e: e * 2, K.constant([1.0, 2.0])), np.array([2, 4], "float32"))


# -- memory ---------------------------------------------------------------------------------------------

class Limit:
    """Limits how many more bytes of address space a process can take; process 0 is this one."""

    def __init__(self, pid, more=20 << 20):
        self.pid, self.more = pid, more

    def __enter__(self):
        with open("/proc/%s/statm" % (self.pid or "self"), encoding="ascii") as file:
            now = int(file.read().split()[0]) * resource.getpagesize()
        self.before = resource.prlimit(self.pid, resource.RLIMIT_AS)
        resource.prlimit(self.pid, resource.RLIMIT_AS, (now + self.more, self.before[1]))

    def __exit__(self, *error):
        resource.prlimit(self.pid, resource.RLIMIT_AS, self.before)


@pytest.fixture(params=["inline", "region"])
def worker_of(request, engine, monkeypatch):
    monkeypatch.setenv("KERAS_SHARED_MEMORY", "0" if request.param == "inline" else "1")
    worker = Worker(environments.find(engine))
    worker.start()
    yield worker
    worker.stop()


def test_memory_that_runs_out_while_an_array_arrives(worker_of):
    def call(name, *args):
        return worker_of.call(name, args, {})
    pid = worker_of.pid
    small = call("variable", np.array([1.0, 2.0]))
    large = call("variable", np.ones((5000, 5000), "float32"))
    value = np.ones((5000, 5000), "float32")
    with Limit(worker_of.pid):
        for array in (value, value.T):
            with pytest.raises(errors.EngineError, match="(?i)out of memory"):
                call("variable", array)
            try:
                call("set_value", large, array)  # some engines need no further memory for this
            except errors.OutOfMemoryError as error:
                assert "out of memory" in str(error)
    check_array(call("get_value", small), np.array([1, 2], "float32"))
    del value, array
    gc.collect()
    with Limit(0):
        with pytest.raises(errors.EngineError, match="the session could not receive arrays of 100000000"):
            call("get_value", large)
        with pytest.raises(MemoryError, match="out of memory"):
            call("variable", np.broadcast_to(np.float32(1), (9000, 9000)))
    check_array(call("get_value", small), np.array([1, 2], "float32"))
    assert call("get_value", large).shape == (5000, 5000)
    assert worker_of.pid == pid


def test_memory_that_runs_out_after_an_array_has_arrived(worker_of):
    """There is room for the array, but not for the stack of a thread that helps to reorder it."""
    pid, done = worker_of.pid, 0
    value = np.asfortranarray(np.ones((1200, 1000), "float32"))
    worker_of.hold([np.ones(1)])  # its answer comes after the engine's warm-up
    for more in range(value.nbytes, value.nbytes + (24 << 20), 2 << 20):
        with Limit(pid, more):
            try:
                worker_of.hold([value])  # no engine's library is involved, which may not survive such limits
                done += 1
            except errors.EngineError as error:
                assert "out of memory" in str(error)
    assert done > 0 and worker_of.pid == pid


def test_functions_of_the_user_that_find_no_memory(K, kept):
    """The error is ours if a backend function runs out of memory, and the user's own if their code raised it."""
    with Limit(0):
        for function in (lambda e: K.ones((1 << 15, 1 << 15)), lambda e: K.constant(0.0, shape=(1 << 15, 1 << 15))):
            with pytest.raises(errors.OutOfMemoryError, match=r"^(ones|constant)\(\): out of memory: "):
                K.map_fn(function, K.ones((2,)))
        with pytest.raises(MemoryError) as caught:
            K.map_fn(lambda e: np.ones((1 << 15, 1 << 15)), K.ones((2,)))
        assert not isinstance(caught.value, errors.KerasError)


# -- the session's own settings ---------------------------------------------------------------------------

def test_what_numpy_does_on_errors(K, kept):
    tiny = np.array([1e-300, 1e300, 1.0])
    for how in ("raise", "warn", "call"):
        before = np.seterr(all=how)
        try:
            check_array(K.eval(K.constant(tiny)), np.array([0, np.inf, 1], "float32"))
            x = K.placeholder((None,))
            check_array(K.function([x], [x * 1])([np.tile(tiny, 5000)])[0][:3], np.array([0, np.inf, 1], "float32"))
            K.set_value(kept, np.array([1e-300, 1]))
            K.set_value(kept, [1.0, 2.0])
            check_array(K.eval(K.constant(1.0) / K.constant(0.0)), np.array(np.inf, "float32"))
        finally:
            np.seterr(**before)


def test_a_default_timeout_of_sockets(engine, monkeypatch):
    socket.setdefaulttimeout(0.05)
    try:
        worker = Worker(environments.find(engine))
        large = np.ones((3000, 3000))

        def total():
            return float(worker.call("eval", (worker.call("sum", (large,), {}),), {}))
        assert total() == 9e6
        monkeypatch.setattr(worker.conversation.wire, "outgoing", None)  # use the stream, which fills up
        assert total() == 9e6
        os.kill(worker.pid, signal.SIGSTOP)
        signal.signal(signal.SIGALRM, lambda *_: os.kill(worker.pid, signal.SIGCONT))
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        assert worker.call("ones", ((2,),), {}).shape == (2,)
        worker.stop()
    finally:
        socket.setdefaulttimeout(None)


# -- exceptions -------------------------------------------------------------------------------------------

class Unprintable(Exception):

    def __str__(self):
        raise self

    __repr__ = __str__


class NoText(Exception):

    def __str__(self):
        return self.code


class Exits(Exception):

    def __str__(self):
        raise SystemExit(3)


@pytest.mark.parametrize("failure", [Unprintable(), NoText(), Exits(), Exception("\ud800"), StopIteration(),
                                     MemoryError(), RecursionError()], ids=lambda failure: type(failure).__name__)
def test_exceptions_of_functions_that_cannot_be_printed(K, kept, failure):
    def function(e):
        raise failure
    with pytest.raises(type(failure)) as caught:
        K.map_fn(function, K.ones((2,)))
    assert caught.value is failure


class Hostile:
    """A return value of a user function that cannot even be shown in a message."""

    def __getattr__(self, name):
        raise RuntimeError("no %s" % name)

    def __repr__(self):
        raise RuntimeError("no repr")


class Array:

    def __array__(self, dtype=None, copy=None):
        raise Unprintable()


@pytest.mark.parametrize("value", [Hostile(), Array(), {1: Hostile()}, np.array([object()]), float, lambda: 1, "text"],
                         ids=lambda value: type(value).__name__)
def test_results_of_functions_that_are_none(K, kept, value):
    with pytest.raises((errors.KerasError, Unprintable, RuntimeError)):
        K.map_fn(lambda e: value, K.ones((2,)))


def test_failures_are_caught_in_between(K, kept):
    def catches(e):
        with pytest.raises(ZeroDivisionError):
            K.map_fn(lambda u: 1 / 0, K.ones((2,)))
        return e + 1
    for _ in range(5):
        check(K, K.map_fn(catches, K.ones((2,))), np.full(2, 2, "float32"))


def test_a_call_within_a_function_has_a_time_of_its_own(K, monkeypatch):
    host, x = K.session.current_host(), K.ones((2,))
    monkeypatch.setenv("KERAS_TIMEOUT", "1")

    def function(e):
        K.get_value(x)
        os.kill(host.pid, signal.SIGSTOP)
        time.sleep(0.3)
        K.get_value(x)
    began = time.monotonic()
    with pytest.raises(errors.TimeoutError, match="within the timeout of 1 seconds"):
        K.map_fn(function, x)
    assert 1.3 < time.monotonic() - began < 6
    monkeypatch.delenv("KERAS_TIMEOUT")
    check(K, K.ones((2,)) + 1, np.full(2, 2, "float32"))


# -- signal handlers --------------------------------------------------------------------------------------

@pytest.mark.parametrize("error", [TimeoutError("my own limit"), errors.TimeoutError("mine")], ids=["own", "ours"])
def test_an_exception_of_a_signal_handler_passes_through(K, error, monkeypatch):
    def handler(number, frame):
        raise error
    monkeypatch.setenv("KERAS_TIMEOUT", "60")
    x, host = K.ones((2,)), K.session.current_host()
    os.kill(host.pid, signal.SIGSTOP)  # a call that never ends
    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(type(error)) as caught:
            K.eval(x)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert caught.value is error
    check(K, K.ones((2,)) + 1, np.full(2, 2, "float32"))


# -- timeouts ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", ["1e9", "1e308", "inf", "1e18", "2147484"])
def test_timeouts_that_are_large(K, kept, text, monkeypatch):
    monkeypatch.setenv("KERAS_TIMEOUT", text)
    check(K, K.ones((2,)) + 1, np.full(2, 2, "float32"))


def test_the_user_s_own_time_does_not_count(K, kept, monkeypatch):
    monkeypatch.setenv("KERAS_TIMEOUT", "2")

    def first(e):
        time.sleep(2.2)
        return K.square(e)

    def last(e):
        y = K.square(e)
        time.sleep(2.2)
        return y

    def inner(e):
        y = K.map_fn(first, K.stack([e, e]))
        return K.sum(y)
    for function, expected in ((last, 4), (inner, 8)):
        check(K, K.map_fn(function, K.constant([2.0])), np.array([expected], "float32"))


def test_tensors_dropped_while_a_call_is_refused_are_released_later(K, kept, monkeypatch):
    """The call is refused before anything is sent, so the releases go out with the next one."""
    wire, sent = K.session.current_host().conversation.wire, []
    send = wire.send

    def spy(message):
        send(message)
        sent.append(message)
    monkeypatch.setattr(wire, "send", spy)
    K.ones(())
    numbers = set()
    for _ in range(3):
        tensors = [K.variable(float(i)) for i in range(10)]
        numbers.update(tensor.number for tensor in tensors)
        del tensors
        gc.collect()
        count = len(sent)
        with Limit(0, 0), pytest.raises(MemoryError):
            K.variable(np.broadcast_to(np.float32(1), (9000, 9000)))
        assert len(sent) == count
    K.ones(())
    assert numbers <= {number for message in sent for number in message["release"]}


def test_what_a_refused_call_would_have_told_of_is_told_later(K, kept, monkeypatch):
    """The nodes of a program that was not sent are sent with the next one that needs them."""
    x = K.placeholder((None, 9000))
    y = K.square(x) + K.sum(kept)
    for _ in range(2):
        with Limit(0, 0), pytest.raises(MemoryError):
            K.eval(K.sum(y) * K.constant(np.broadcast_to(np.float32(1), (9000, 9000))))
        with Limit(0, 0), pytest.raises(MemoryError):
            K.function([x], [y])([np.broadcast_to(np.float32(1), (9000, 9000))])
    check_array(K.function([x], [y])([np.ones((1, 9000))])[0][0, :2], np.array([4, 4], "float32"))


# -- tensors ----------------------------------------------------------------------------------------------
