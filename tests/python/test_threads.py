"""Threads, forks, signal handlers and finalizers: no deadlock, and a defined result for each call."""

import gc
import os
import signal
import threading
import time

import numpy as np
import pytest
from checks import check, check_array

import pyshim

BOUND = 60  # seconds after which a test has hung


def in_thread(function):
    """A thread that runs a function; ``outcome`` gets what it returns or raises."""
    outcome = []

    def run():
        try:
            outcome.append(function())
        except BaseException as error:
            outcome.append(error)
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, outcome


def finished(*threads):
    """Wait for the threads. Returns: their outcomes."""
    for thread, _ in threads:
        thread.join(BOUND)
        assert not thread.is_alive(), "a deadlock"
    return [outcome[0] for _, outcome in threads]


@pytest.fixture
def other(engine):
    """Another backend."""
    return "theano" if engine != "theano" else "cntk"


@pytest.fixture
def on_alarm():
    """Set a function that runs in this thread when the alarm goes off."""
    before = signal.getsignal(signal.SIGALRM)

    def set_alarm(seconds, function):
        signal.signal(signal.SIGALRM, lambda number, frame: function())
        signal.setitimer(signal.ITIMER_REAL, seconds)
    yield set_alarm
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def works(K):
    check(K, K.ones((2,)) + 1, np.full(2, 2, "float32"))
    return True


# -- stopping an engine ---------------------------------------------------------------------------------

@pytest.mark.worker
def test_stop_while_another_thread_is_in_a_function(K, engine):
    inside, stopped = threading.Event(), threading.Event()
    x = K.ones((3,))

    def function(e):
        inside.set()
        assert stopped.wait(BOUND)
        return K.square(e)
    caller = in_thread(lambda: K.map_fn(function, x))
    assert inside.wait(BOUND)
    K.stop_backend(engine)
    stopped.set()
    failure, = finished(caller)
    assert isinstance(failure, (K.errors.WorkerError, K.errors.StaleTensorError)) and "was stopped" in str(failure)
    with pytest.raises(K.errors.StaleTensorError, match="its worker was stopped"):
        K.eval(x)
    assert works(K)


@pytest.mark.worker
def test_stop_during_the_call_of_another_thread(K, engine):
    x, host = K.ones((3,)), K.session.current_host()
    os.kill(host.pid, signal.SIGSTOP)  # a call that does not come to its end
    caller = in_thread(lambda: K.eval(x))
    while not host.talking:
        time.sleep(0.01)
    began = time.monotonic()
    K.stop_backend(engine)
    failure, = finished(caller)
    assert time.monotonic() - began < 5
    assert isinstance(failure, K.errors.WorkerError) and "its worker was stopped" in str(failure)
    assert works(K)


@pytest.mark.worker
def test_stop_in_a_signal_handler_during_a_call(K, engine, on_alarm):
    x = K.ones((3,))
    os.kill(K.session.current_host().pid, signal.SIGSTOP)
    on_alarm(0.3, lambda: K.stop_backend(engine))
    began = time.monotonic()
    with pytest.raises(K.errors.WorkerError, match="its worker was stopped"):
        K.eval(x)
    assert time.monotonic() - began < 10
    assert works(K)


def test_stop_in_a_finalizer_during_a_call(K, engine):
    class Stops:
        def __init__(self):
            self.cycle = self

        def __del__(self):
            K.stop_backend(engine)

    def function(e):
        Stops()
        gc.collect()
        return e * 2
    with pytest.raises((K.errors.WorkerError, K.errors.StaleTensorError), match="was stopped"):
        K.map_fn(function, K.ones((2,)))
    assert works(K)


@pytest.mark.worker
def test_a_start_in_a_signal_handler_during_a_start(engine, on_alarm):
    caught = []

    def start():
        try:
            pyshim.use_backend(engine)
        except pyshim.errors.WorkerError as error:
            caught.append(str(error))
    pyshim.stop_backend(engine)
    on_alarm(0.1, start)
    with pyshim.use_backend(engine):
        assert works(pyshim)
    assert len(caught) == 1 and "that runs while it starts" in caught[0]


# -- threads that wait for each other -------------------------------------------------------------------

def test_functions_of_two_threads_that_cross(K, engine, other):
    together = threading.Barrier(2, timeout=BOUND)
    with K.use_backend(other):
        theirs = K.constant([1.0, 2.0])
    ours = K.constant([1.0, 2.0])

    def crossing(x, y):
        def function(e):
            together.wait()
            return e * float(K.eval(K.sum(y)))
        return lambda: K.eval(K.map_fn(function, x)).tolist()
    outcomes = finished(in_thread(crossing(ours, theirs)), in_thread(crossing(theirs, ours)))
    failures = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert len(failures) <= 1
    for failure in failures:
        assert isinstance(failure, K.errors.WorkerError) and "both would wait for ever" in str(failure)
    assert all(outcome == [3.0, 6.0] for outcome in outcomes if outcome not in failures)
    check(K, ours + 1, np.array([2, 3], "float32"))
    check(K, theirs + 1, np.array([2, 3], "float32"))


def test_a_function_that_waits_for_a_thread_that_calls_the_engine(K, engine, monkeypatch):
    v = K.variable(2.0)
    monkeypatch.setenv("KERAS_TIMEOUT", "1")

    def function(e):
        outcome, = finished(in_thread(lambda: K.get_value(v)))
        if isinstance(outcome, Exception):
            raise outcome
        return e * outcome
    with pytest.raises(K.errors.TimeoutError, match=r"was not free within the timeout of 1 seconds"):
        K.map_fn(function, K.ones((3,)))
    assert K.get_value(v) == 2


def test_a_thread_waits_for_a_function_that_ends(K, engine):
    inside = threading.Event()
    v = K.variable(2.0)

    def function(e):
        inside.set()
        time.sleep(0.5)
        return e * 2
    first = in_thread(lambda: K.eval(K.map_fn(function, K.ones((2,)))).tolist())
    assert inside.wait(BOUND)
    assert finished(first, in_thread(lambda: float(K.get_value(v)))) == [[2.0, 2.0], 2.0]


# -- the current backend --------------------------------------------------------------------------------

def test_the_current_backend_is_each_thread_s_own(K, engine, other):
    ready, go = threading.Event(), threading.Event()

    def mine():
        assert K.backend() == engine  # the main thread's
        with K.use_backend(other):
            ready.set()
            assert go.wait(BOUND)
            x = K.ones((2,))
        return x.backend, K.backend(), K.ones((2,)).backend
    thread = in_thread(mine)
    assert ready.wait(BOUND)
    assert K.backend() == engine and K.ones((2,)).backend == engine
    go.set()
    assert finished(thread) == [(other, engine, engine)]

    def follows():
        first = K.backend()
        ready.set()
        assert go.wait(BOUND)
        return first, K.backend()
    ready.clear()
    go.clear()
    thread = in_thread(follows)
    assert ready.wait(BOUND)
    with K.use_backend(other):
        go.set()
        assert finished(thread) == [(engine, engine)]


@pytest.mark.worker
def test_one_thread_starts_an_engine_while_another_computes(K, engine, other):
    K.stop_backend(other)
    with_mine = K.ones((2,))
    host = K.session.current_host()
    os.kill(host.pid, signal.SIGSTOP)
    waits = in_thread(lambda: K.eval(with_mine).tolist())
    with K.use_backend(other):
        assert works(K)
    os.kill(host.pid, signal.SIGCONT)
    assert finished(waits) == [[1.0, 1.0]]


# -- forks ----------------------------------------------------------------------------------------------

def in_fork(check):
    """Run a check in a fork of this process, for a bounded time."""
    child = os.fork()
    if not child:
        code = 1
        try:
            signal.alarm(BOUND)
            code = 0 if check() else 2
        except BaseException as error:
            os.write(2, repr(error).encode())
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.worker
def test_a_fork_while_another_thread_is_in_a_call(K, engine):
    x, host = K.ones((2,)), K.session.current_host()
    os.kill(host.pid, signal.SIGSTOP)
    caller = in_thread(lambda: K.eval(x).tolist())
    while not host.talking:
        time.sleep(0.01)

    def child():
        for use in (lambda: x + 1, lambda: K.eval(x), lambda: np.asarray(x)):
            with pytest.raises(K.errors.StaleTensorError, match="of which this one is a fork"):
                use()
        return works(K)
    in_fork(child)
    os.kill(host.pid, signal.SIGCONT)
    assert finished(caller) == [[1.0, 1.0]]


def test_a_fork_while_another_thread_starts_an_engine(engine, other):
    with pyshim.use_backend(other):
        pyshim.stop_backend(engine)
        start = in_thread(lambda: pyshim.use_backend(engine))
        time.sleep(0.2)
        in_fork(lambda: works(pyshim))
        in_fork(lambda: pyshim.use_backend(engine) and works(pyshim))
        finished(start)
        assert works(pyshim)
    with pyshim.use_backend(engine):
        assert works(pyshim)


def test_a_fork_in_a_function(K):
    def function(e):
        in_fork(lambda: works(K))
        return e + 1
    check_array(K.eval(K.map_fn(function, K.ones((2,)))), np.full(2, 2, "float32"))
