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
from pyshim.contract.graph import KEPT

BOUND = 60  # seconds after which a test counts as hanging


def in_thread(function):
    """Start a thread that runs a function; its ``outcome`` will hold what the function returns or raises."""
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
    """A function that sets what this thread runs when the alarm goes off."""
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
    """The user function runs in the session and finishes; the computation is lost."""
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
    result, = finished(caller)
    with pytest.raises(K.errors.StaleTensorError, match="has lost its value: its worker was stopped"):
        K.eval(result)
    K.set_value(x, [1.0, 2.0, 3.0])
    check(K, result, np.array([1, 4, 9], "float32"))
    assert works(K)


@pytest.mark.worker
def test_stop_during_the_call_of_another_thread(K, engine):
    x, host = K.ones((3,)), K.session.current_host()
    os.kill(host.pid, signal.SIGSTOP)  # a call that never ends
    caller = in_thread(lambda: K.eval(x))
    while not host.conversation.talking:
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


class Stops:
    """An object that stops an engine when it is collected as garbage."""

    def __init__(self, engine):
        self.engine = engine
        self.cycle = self

    def __del__(self):
        pyshim.stop_backend(self.engine)


@pytest.mark.worker
def test_stop_in_a_finalizer_during_a_call(K, engine, on_alarm):
    x, host = K.ones((3,)), K.session.current_host()
    os.kill(host.pid, signal.SIGSTOP)  # a call that never ends
    talking = []

    def collect():
        talking.append(host.conversation.talking)
        Stops(engine)
        gc.collect()
    on_alarm(0.3, collect)
    began = time.monotonic()
    with pytest.raises(K.errors.WorkerError, match="its worker was stopped"):
        K.eval(x)
    assert talking == [True] and time.monotonic() - began < 10
    assert works(K)


def test_stop_in_a_finalizer_while_a_function_runs(K, engine):
    def function(e):
        Stops(engine)
        gc.collect()
        return e * 2
    lost = K.ones((2,))
    check(K, K.map_fn(function, K.constant([1.0, 2.0])), np.array([2, 4], "float32"))
    with pytest.raises(K.errors.StaleTensorError, match="was stopped"):
        K.eval(K.map_fn(function, lost))
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
    assert finished(in_thread(crossing(ours, theirs)), in_thread(crossing(theirs, ours))) == [[3.0, 6.0]] * 2
    check(K, ours + 1, np.array([2, 3], "float32"))
    check(K, theirs + 1, np.array([2, 3], "float32"))


def test_a_function_that_waits_for_a_thread_that_calls_the_engine(K, engine, monkeypatch):
    v = K.variable(2.0)
    monkeypatch.setenv("KERAS_TIMEOUT", "20")

    def function(e):
        outcome, = finished(in_thread(lambda: K.get_value(v) + K.eval(K.foldl(lambda t, u: t * u * v, K.ones((2,))))))
        return e * outcome
    check(K, K.map_fn(function, K.ones((3,))), np.full(3, 4, "float32"))
    assert K.get_value(v) == 2


def test_a_thread_does_not_wait_for_a_function_of_another(K, engine):
    inside, done = threading.Event(), threading.Event()
    v = K.variable(2.0)

    def function(e):
        inside.set()
        assert done.wait(BOUND)
        return e * 2
    first = in_thread(lambda: K.eval(K.map_fn(function, K.ones((2,)))).tolist())
    assert inside.wait(BOUND)
    assert finished(in_thread(lambda: float(K.get_value(v)))) == [2.0]
    done.set()
    assert finished(first) == [[2.0, 2.0]]


@pytest.mark.worker
def test_threads_build_and_evaluate_one_graph(K):
    """Each thread has its own functions, gradients and scopes; all share the variables."""
    w = K.variable([1.0, 2.0])
    together = threading.Barrier(4, timeout=BOUND)

    def work(i):
        def run():
            together.wait()
            found = []
            for j in range(5):
                with K.name_scope("thread%d" % i):
                    mine = K.variable(float(i), name="v")
                assert mine.name == "thread%d/v" % i
                loss = K.sum(K.map_fn(lambda e, mine=mine: e * e * mine, w * j))
                found.append((float(K.eval(loss)), K.eval(K.gradients(loss, [w])[0]).tolist()))
            return found
        return run
    for i, found in enumerate(finished(*[in_thread(work(i)) for i in range(4)])):
        assert found == [(5.0 * i * j * j, [2.0 * i * j * j, 4.0 * i * j * j]) for j in range(5)]


def test_one_function_in_several_threads(K):
    x, total = K.placeholder((2,)), K.variable(0.0)
    f = K.function([x], [x * 2], [K.update_add(total, K.sum(x))])

    def run(i):
        return lambda: [f([[i, j]])[0].tolist() for j in range(20)]
    assert finished(*[in_thread(run(i)) for i in range(4)]) == [[[2.0 * i, 2.0 * j] for j in range(20)]
                                                                for i in range(4)]
    assert K.get_value(total) == 4 * 190 + 20 * 6


@pytest.mark.worker
def test_a_new_process_for_functions_in_several_threads(K, engine):
    x = K.placeholder((2,))
    functions = [K.function([x], [x * i]) for i in range(4)]
    K.stop_backend(engine)
    host = K.session.current_host()

    def run(f):
        return lambda: (f([[1.0, 2.0]])[0].tolist(), host.pid)
    outcomes = finished(*[in_thread(run(f)) for f in functions])
    assert [value for value, _ in outcomes] == [[1.0 * i, 2.0 * i] for i in range(4)]
    assert {pid for _, pid in outcomes} == {host.pid}


# -- the current backend --------------------------------------------------------------------------------

def test_the_current_backend_is_each_thread_s_own(K, engine, other):
    ready, go = threading.Event(), threading.Event()

    def mine():
        assert K.backend() == engine  # that of the main thread
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
    """Run a check in a fork of this process, with a time limit."""
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
    y, pid = x + 1, host.pid
    os.kill(pid, signal.SIGSTOP)
    caller = in_thread(lambda: K.eval(x).tolist())
    while not host.conversation.talking:
        time.sleep(0.01)

    def child():
        for use in (lambda: K.eval(y), lambda: K.eval(x), lambda: np.asarray(x)):
            with pytest.raises(K.errors.StaleTensorError, match="of which this one is a fork"):
                use()
        K.set_value(x, [3.0, 4.0])
        check(K, y, np.array([4, 5], "float32"))
        return works(K)
    in_fork(child)
    os.kill(pid, signal.SIGCONT)
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


def test_compiled_evaluators_are_dropped_after_evaluations_at_the_same_time(K):
    contract = K.session.current_host().contract
    kept = [K.constant(float(i)) + 1 for i in range(KEPT + 2)]
    for x in kept:
        K.eval(x)
    contract.evaluated.append(contract.evaluated[-1])  # as if two threads had found room for one
    contract.evaluated.append(contract.evaluated[-1])
    for x in [K.constant(float(i)) + 2 for i in range(5)]:
        K.eval(x)
    assert len(contract.evaluated) == KEPT + 2
    assert sum(bool(x.evaluators) for x in kept) < KEPT
