"""The worker: callbacks to user functions, its output, and its end."""

import copy
import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import weakref

import numpy as np
import pytest
from checks import check, check_array
from interrupting import interrupted_at
from starting import is_gone

import pyshim
from pyshim import environments, errors
from pyshim.hosts.worker import Worker
from pyshim.wire import connection

pytestmark = pytest.mark.worker

ROOT = os.path.dirname(pyshim.__path__[0])


def host_of(K):
    return K.session.current_host()


def call_back(K, function):
    """Have a function of the contract call a user function. Returns: the tensor of that result."""
    return K.in_train_phase(lambda: function((2,), "float32"), 0., 1)


def say(host, text, stream=1):
    """Write to a stream of the worker as a native library does, bypassing Python."""
    with open("/proc/%d/fd/%d" % (host.pid, stream), "wb", buffering=0) as file:
        file.write(text if isinstance(text, bytes) else text.encode())


def wait_until(condition):
    """Wait for another process with a time limit, so that a test fails instead of hanging."""
    for _ in range(6000):
        if condition():
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def worker(engine):
    """A worker in addition to the session's."""
    worker = Worker(environments.find(engine))
    worker.start()
    yield worker
    worker.stop()


def call(worker, name, *args, **kwargs):
    return worker.call(name, args, kwargs)


# -- user functions ---------------------------------------------------------------------------------------

def test_the_contract_calls_a_function_of_the_user(K):
    seen = []

    def function(shape, dtype):
        seen.append((shape, dtype))
        return np.array([3, 4], "float32")
    check(K, call_back(K, function), np.array([3, 4], "float32"))
    assert seen == [((2,), "float32")]


def test_the_function_calls_the_engine_again(K):
    w = K.variable([1.0, 2.0])

    def function(shape, dtype):
        x = K.ones(shape) * 2 + w
        assert x.dtype == dtype
        K.set_value(w, K.eval(x))
        return K.concatenate([w[:1], x[1:] * 10])
    check(K, call_back(K, function), np.array([3, 60], "float32"))
    check(K, w, np.array([3, 4], "float32"))


def test_calls_nest_deeply(K):
    def function(depth):
        def inner(shape, dtype):
            if not depth:
                return np.ones(2)
            return call_back(K, function(depth - 1)) + 1
        return inner
    check(K, call_back(K, function(20)), np.full(2, 21, "float32"))


def test_functions_in_nested_loops_are_called_once(K):
    called = []

    def inner(e):
        called.append("inner")
        return e * 2

    def outer(row):
        called.append("outer")
        return K.map_fn(inner, row)
    check(K, K.map_fn(outer, K.constant(np.ones((4, 3)))), np.full((4, 3), 2, "float32"))
    assert called == ["outer", "inner"]


def test_the_function_works_with_another_backend(K, engine):
    other = "theano" if engine != "theano" else "cntk"

    def function(shape, dtype):
        with K.use_backend(other):
            return K.eval(call_back(K, lambda shape, dtype: K.eval(K.ones(shape) * 3)) + 1)
    check(K, call_back(K, function), np.full(2, 4, "float32"))


def test_an_exception_of_the_function_comes_back_as_itself(K):
    class Mine(Exception):
        pass
    kept = K.variable([1.0])
    for error in (Mine("mine", 3), KeyError("k"), K.errors.ShapeError("shape"), KeyboardInterrupt(),
                  SystemExit(3)):
        def fail(shape, dtype, error=error):
            raise error
        with pytest.raises(type(error)) as caught:
            call_back(K, fail)
        assert caught.value is error
        assert caught.traceback[-1].name == "fail"
        check(K, kept + 1, np.array([2], "float32"))


def test_an_exception_passes_all_the_calls_that_are_open(K):
    error = ValueError("deep")

    def outer(shape, dtype):
        def inner(shape, dtype):
            raise error
        return call_back(K, inner)
    with pytest.raises(ValueError) as caught:
        call_back(K, outer)
    assert caught.value is error
    check(K, K.ones(()) + 1, np.float32(2))


def test_an_exception_is_caught_in_between(K):
    def outer(shape, dtype):
        with pytest.raises(ZeroDivisionError):
            call_back(K, lambda shape, dtype: 1 / 0)
        with pytest.raises(K.errors.ShapeError):
            K.ones((2,)) + K.ones((3,))
        return K.ones(shape) * 5
    check(K, call_back(K, outer), np.full(2, 5, "float32"))


def test_an_error_of_the_engine_within_the_function(K):
    with pytest.raises(K.errors.ShapeError, match=r"^add\(\): x of shape \(2,\) and y of shape \(3,\)"):
        call_back(K, lambda shape, dtype: K.ones(shape) + K.ones((3,)))
    check(K, K.ones(()) + 1, np.float32(2))


def test_what_the_function_may_not_give_back(K, engine):
    other = "theano" if engine != "theano" else "cntk"
    with K.use_backend(other):
        foreign = K.ones((2,))
    for value, error in [(object(), K.errors.DtypeError), (foreign, K.errors.BackendMismatchError),
                         ("text", K.errors.DtypeError), (None, K.errors.DtypeError)]:
        with pytest.raises(error):
            call_back(K, lambda shape, dtype, value=value: value)
        check(K, K.ones(()) + 1, np.float32(2))


def test_functions_are_forgotten_after_the_call(K):
    def forgotten(fails):
        def function(e):
            return {}["a"] if fails else e + 1
        reference = weakref.ref(function)
        x = K.constant([1.0, 2.0])
        if fails:
            with pytest.raises(KeyError):
                K.map_fn(function, x)
        else:
            assert K.eval(K.map_fn(function, x)).tolist() == [2, 3]
        return reference
    references = [forgotten(False), forgotten(True)]
    gc.collect()
    assert [reference() for reference in references] == [None, None]


def test_arrays_in_and_out_of_functions(K):
    big = np.random.RandomState(0).uniform(size=(1000, 500)).astype("float32")
    check_array(K.get_value(call_back(K, lambda shape, dtype: big)), big)


def test_calls_from_several_threads(K):
    results, barrier = {}, threading.Barrier(4)

    def run(i):
        with_mine = K.constant([float(i)])
        barrier.wait()
        results[i] = [float(K.sum(with_mine * j)) for j in range(20)]
    threads = [threading.Thread(target=run, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {i: [float(i * j) for j in range(20)] for i in range(4)}


def test_a_call_in_the_midst_of_another_is_refused(worker):
    """A finalizer or a signal handler can make such a call while the session waits. It may build the graph."""
    caught = []
    one = call(worker, "ones", ())

    def handler(number, frame):
        caught.append(call(worker, "add", one, 1))
        try:
            call(worker, "ones", (2,))
        except errors.WorkerError as error:
            caught.append(str(error))
    os.kill(worker.pid, signal.SIGSTOP)
    threading.Timer(0.6, os.kill, (worker.pid, signal.SIGCONT)).start()
    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        x = call(worker, "ones", (3,))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert x.shape == (3,)
    two, refusal = caught
    assert "a finalizer or a signal handler that runs during another call" in refusal
    assert call(worker, "eval", x).tolist() == [1, 1, 1]
    assert call(worker, "eval", two) == 2


def test_finalizers_that_call_while_others_do(K):
    """Cyclic garbage holds handles, and its finalizers call the engine whenever Python collects, in any thread."""
    class Finalized:
        def __init__(self):
            self.mine, self.x = self, K.ones((2,))

        def __del__(self):
            try:
                K.sum(self.x)
            except K.errors.KerasError:
                pass
    before = gc.get_threshold()
    gc.set_threshold(20)
    try:
        for i in range(50):
            Finalized()
            check_array(K.eval(K.ones((2,)) * i), np.full(2, i, "float32"))
    finally:
        gc.set_threshold(*before)
    check(K, K.ones((2,)) + 1, np.full(2, 2, "float32"))


# -- what a worker prints -------------------------------------------------------------------------------

def test_output_is_shown_before_the_call_returns(K, capsys):
    x = K.print_tensor(K.constant([1.0, 2.0]), "x: ")
    print("before")
    K.eval(x)
    print("between")
    K.eval(x)
    print("after")
    assert capsys.readouterr().out == "before\nx: [1. 2.]\nbetween\nx: [1. 2.]\nafter\n"


def test_output_of_calls_within_calls_is_in_order(K, capsys):
    first, second = (K.print_tensor(K.constant(i), "%d: " % i) for i in (1, 2))

    def function(shape, dtype):
        print("in")
        K.eval(second)
        print("out")
        return np.ones(2)
    K.eval(first)
    call_back(K, function)
    assert capsys.readouterr().out == "1: 1.0\nin\n2: 2.0\nout\n"


def test_output_goes_to_the_streams_of_the_moment(K, monkeypatch):
    import io
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    say(host_of(K), "native warning: é\n", stream=2)
    K.eval(K.print_tensor(K.constant(1.0), "é "))
    assert (out.getvalue(), err.getvalue()) == ("é 1.0\n", "native warning: é\n")


def test_output_that_is_larger_than_a_pipe_holds(K, capsys):
    message = "".join(chr(97 + i % 26) for i in range(300000))
    K.eval(K.print_tensor(K.constant(1.0), message))
    assert capsys.readouterr().out == message + "1.0\n"


def test_output_that_is_no_text(K, capsys):
    host = host_of(K)
    say(host, b"\xff\xfe ok \xc3")
    K.eval(K.ones(()))
    say(host, b"\xa9\n")  # the rest of the character
    K.eval(K.ones(()))
    assert capsys.readouterr().out == "\ufffd\ufffd ok é\n"


def test_output_to_a_stream_that_cannot_show_it(K, monkeypatch):
    import io
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    x = K.print_tensor(K.constant(1.0), "é ")
    assert K.eval(x) == 1
    assert stream.buffer.getvalue() == b"\\xe9 1.0\n"
    monkeypatch.setattr(sys, "stdout", None)
    assert K.eval(x) == 1


def test_a_worker_that_is_killed_in_a_function_of_the_user(worker):
    """The graph belongs to the session, so the user function is traced as if nothing had happened."""
    pid = worker.pid

    def function(e):
        os.kill(pid, signal.SIGKILL)
        return call(worker, "add", e, 1)
    x = call(worker, "map_fn", function, np.ones(2))
    with pytest.raises(errors.WorkerError, match=r"ended during the call \(signal SIGKILL\)"):
        call(worker, "eval", x)
    assert call(worker, "eval", x).tolist() == [2, 2]


def test_a_worker_that_is_stopped_in_a_function_of_the_user(worker):
    def function(e):
        worker.stop()
        return call(worker, "add", e, 1)
    assert call(worker, "eval", call(worker, "map_fn", function, np.ones(2))).tolist() == [2, 2]


# -- tensors --------------------------------------------------------------------------------------------

def test_tensors_and_functions_cannot_be_pickled(K):
    x = K.variable(1.0)
    for handle in (x, K.function([], [x])):
        for save in (pickle.dumps, copy.copy):
            with pytest.raises(K.errors.ArgumentError, match=r"cannot be saved; save its value, get_value\(x\)"):
                save(handle)


# -- how a worker ends ----------------------------------------------------------------------------------

def test_a_worker_runs_on_its_own_interpreter(K, engine):
    host = host_of(K)
    record = environments.find(engine).record()
    assert (host.python_version, host.engine_version) == (record["python_version"], record["engine_version"])
    assert host.pid != os.getpid()
    assert str(host) == "%s (worker)" % engine


def test_stop(worker):
    x = call(worker, "ones", (2,))
    pid = worker.pid
    worker.stop()
    assert is_gone(pid)
    worker.stop()
    assert worker.pid is None and not worker.running
    with pytest.raises(errors.StaleTensorError, match="has lost its value: its worker was stopped; give it one with "):
        call(worker, "eval", call(worker, "sum", x))
    assert not worker.running or worker.pid != pid
    assert call(worker, "eval", call(worker, "ones", (2,))).tolist() == [1, 1]
    assert worker.pid != pid


def test_a_worker_that_is_killed(K, engine):
    x = K.variable([1.0, 2.0], name="x")
    host = host_of(K)
    pid = host.pid
    say(host, "the last words\n", stream=2)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(K.errors.WorkerError) as caught:
        K.eval(x)
    message = str(caught.value)
    assert "eval(): the worker of backend %s ended during the call (signal SIGKILL)." % engine in message
    assert "Its variables have lost their values; the next call starts a new one." in message
    assert "the last words" in message
    y = K.variable([1.0, 2.0])
    assert host_of(K) is host and host.pid != pid
    check(K, y + 1, np.array([2, 3], "float32"))
    for use in (x, x + 1):
        with pytest.raises(K.errors.StaleTensorError,
                           match=r"^eval\(\): the variable 'x' \(float32, \(2,\)\) has lost its value: it ended "
                                 r"\(signal SIGKILL\); give it one with set_value\(\) or load_variables\(\)"):
            K.eval(use)


def test_a_signal_without_a_name(K):
    os.kill(host_of(K).pid, signal.SIGRTMIN + 6)
    with pytest.raises(K.errors.WorkerError, match=r"ended during the call \(signal %d\)" % (signal.SIGRTMIN + 6)):
        K.ones((2,))


def test_clear_session_after_a_worker_has_died(K):
    x = K.variable([1.0, 2.0])
    os.kill(host_of(K).pid, signal.SIGKILL)
    K.clear_session()
    with pytest.raises(K.errors.StaleTensorError, match=r"clear_session\(\) has dropped"):
        K.eval(x)
    check(K, K.variable([1.0, 2.0]) + 1, np.array([2, 3], "float32"))


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL])
def test_other_backends_are_untouched_by_a_crash(K, engine, number):
    other = "theano" if engine != "theano" else "cntk"
    with K.use_backend(other):
        kept = K.variable([1.0, 2.0])
        neighbour = host_of(K).pid
    os.kill(host_of(K).pid, number)
    with pytest.raises(K.errors.WorkerError, match=r"ended during the call \(signal %s\)" % number.name):
        K.ones((2,))
    check(K, K.ones((2,)) + 1, np.full(2, 2, "float32"))
    with K.use_backend(other):
        check(K, kept * 2, np.array([2, 4], "float32"))
        assert host_of(K).pid == neighbour


def test_a_worker_that_is_killed_while_it_computes(worker):
    x = call(worker, "random_uniform", (1500, 1500))
    for _ in range(60):
        x = call(worker, "dot", x, x)
    threading.Timer(0.3, os.kill, (worker.pid, signal.SIGKILL)).start()
    with pytest.raises(errors.WorkerError, match=r"ended during the call \(signal SIGKILL\)"):
        call(worker, "eval", x)


@pytest.mark.parametrize("way", ["stream", "region"])
def test_a_worker_that_is_killed_while_arrays_are_on_their_way(worker, way):
    if way == "stream":
        worker.conversation.wire.outgoing = None
    os.kill(worker.pid, signal.SIGSTOP)
    threading.Timer(0.3, os.kill, (worker.pid, signal.SIGKILL)).start()
    with pytest.raises(errors.WorkerError, match=r"ended during the call \(signal SIGKILL\)"):
        call(worker, "variable", np.zeros(1 << 23))


def test_more_memory_than_there_is(worker):
    with pytest.raises(errors.EngineError, match="(?i)memory|allocate"):
        call(worker, "eval", call(worker, "ones", (1 << 22, 1 << 22)))
    assert call(worker, "eval", call(worker, "ones", (2,))).tolist() == [1, 1]


def test_a_worker_without_shared_memory(engine, monkeypatch):
    monkeypatch.setenv("KERAS_SHARED_MEMORY", "0")
    worker = Worker(environments.find(engine))
    worker.start()
    assert worker.conversation.wire.outgoing is worker.conversation.wire.incoming is None
    x = np.random.RandomState(0).uniform(size=(300, 500))
    check_array(call(worker, "get_value", call(worker, "variable", x)), x.astype("float32"))
    worker.stop()


def test_nothing_of_a_session_is_left_in_the_file_system(engine, tmp_path):
    script = """
import numpy as np, os, pyshim as K, signal
K.use_backend("%s")
K.get_value(K.variable(np.ones((1000, 1000))))
os.kill(os.getpid(), signal.SIGKILL)""" % engine
    before = set(os.listdir("/dev/shm"))
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=dict(os.environ, TMPDIR=str(tmp_path)), timeout=120)
    assert set(os.listdir("/dev/shm")) <= before
    assert os.listdir(str(tmp_path)) == []


def test_an_interrupt_ends_the_call_and_the_worker(worker):
    x, pid = call(worker, "ones", (2,)), worker.pid
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs of a shell ignore SIGINT
    try:
        os.kill(pid, signal.SIGSTOP)  # a call that never ends
        threading.Timer(0.2, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            call(worker, "eval", x)
    finally:
        signal.signal(signal.SIGINT, before)
    assert is_gone(pid)
    with pytest.raises(errors.StaleTensorError,
                       match="has lost its value: the call that it was in was interrupted; give it one"):
        call(worker, "eval", x)


def test_an_interrupt_at_each_step_of_a_call():
    """The next call gets its own answer, from this process or from a new one. A step is a line of pyshim/hosts
    that the session's thread runs. The test uses the engine that starts fastest."""
    worker = Worker(environments.find("cntk"))
    worker.start()

    def open_files():
        return len(os.listdir("/proc/self/fd"))

    x = call(worker, "constant", [1.0, 2.0])
    call(worker, "eval", x)
    before, interrupted, points = open_files(), True, 0
    while interrupted:
        points += 1
        y, interrupted = call(worker, "add", x, float(points)), False
        try:
            with interrupted_at(points):
                call(worker, "eval", y)
        except KeyboardInterrupt:
            interrupted = True
        for z in (call(worker, "multiply", x, float(points)), y):
            expected = [points, 2 * points] if z is not y else [points + 1, points + 2]
            assert call(worker, "eval", z).tolist() == expected, points
        assert not worker.conversation.talking
        assert open_files() == before, points
    worker.stop()
    assert points > 60


def test_noise_instead_of_a_frame_is_refused_by_the_worker(worker):
    worker.conversation.wire.stream.sendall(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(errors.WorkerError) as caught:
        call(worker, "ones", (2,))
    assert "ended during the call (exit code 1)" in str(caught.value)
    assert "the received data is not a message of this protocol" in str(caught.value)


def test_a_broken_conversation_ends_the_worker(worker, monkeypatch):
    pid = worker.pid
    monkeypatch.setattr(connection, "MAGIC", b"KER2")  # in this process: what it sends and expects
    with pytest.raises(errors.KerasError):
        call(worker, "ones", (2,))
    assert wait_until(lambda: is_gone(pid))


def test_an_unfit_interpreter_is_told():
    class Unfit(type(environments.find("theano"))):
        def python(self):
            return self.interpreter

        def is_installed(self):
            return True
    unfit = Unfit()
    unfit.interpreter = "/nowhere/python"
    with pytest.raises(errors.WorkerError,
                       match="the worker of backend theano could not start: .*/nowhere/python"):
        Worker(unfit).start()
    unfit.interpreter = "/bin/false"
    with pytest.raises(errors.WorkerError, match=r"the worker of backend theano ended .*exit code 1"):
        Worker(unfit).start()
    unfit.interpreter = sys.executable  # it has no Theano
    with pytest.raises(errors.WorkerError,
                       match="could not import its engine: ModuleNotFoundError: .*theano.*"
                       r'Try install_backend\("theano", force=True\)'):
        Worker(unfit).start()


def test_texts_of_others_are_not_taken_for_templates(worker, tmp_path):
    """Paths and last words are shown as they are, also if they have braces and backticks."""
    odd = "`axis` {None} {backend} {words}"

    class Odd(type(environments.find("theano"))):
        def python(self):
            return str(tmp_path / odd)

        def is_installed(self):
            return True
    with pytest.raises(errors.WorkerError) as caught:
        Worker(Odd()).start()
    assert "could not start: " in str(caught.value) and "/%s'" % odd in str(caught.value)
    assert caught.value.to_data()["fields"]["words"][0] == "text"
    (tmp_path / odd).write_text("#!/bin/sh\necho '%s' >&2\nexit 1\n" % odd)
    (tmp_path / odd).chmod(0o755)
    with pytest.raises(errors.WorkerError) as caught:
        Worker(Odd()).start()
    assert "ended while it started (exit code 1)" in str(caught.value) and "words:\n  " + odd in str(caught.value)
    call(worker, "ones", (2,))
    say(worker, odd + "\n", stream=2)
    os.kill(worker.pid, signal.SIGKILL)
    with pytest.raises(errors.WorkerError) as caught:
        call(worker, "eval", call(worker, "ones", (2,)))
    assert "(signal SIGKILL)" in str(caught.value) and "words:\n  " + odd in str(caught.value)


def test_a_fork_has_engines_of_its_own(K):
    host = host_of(K)
    x, pid = K.ones((2,)), host.pid
    y = x + 1
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            for use in (x, y, x * 2):
                with pytest.raises(K.errors.StaleTensorError, match="has lost its value: it belongs to process %d, of "
                                                                    "which this one is a fork" % os.getppid()):
                    K.eval(use)
            check(K, K.ones((3,)) + 1, np.full(3, 2, "float32"))
            assert host_of(K) is host and host.pid != pid
            K.set_value(x, [4.0, 5.0])  # the graph still exists
            check(K, y, np.array([5, 6], "float32"))
            os.write(writing, b"%d" % host.pid)
        finally:
            os._exit(0)
    check(K, x + 1, np.full(2, 2, "float32"))  # while the child is running
    assert os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 0
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        theirs = int(file.read())
    check(K, y, np.full(2, 2, "float32"))
    assert host_of(K) is host and host.pid == pid
    assert wait_until(lambda: is_gone(theirs))


# -- timeouts -------------------------------------------------------------------------------------------

def test_a_call_that_does_not_return_is_ended(worker, monkeypatch):
    x, pid = call(worker, "ones", (2,)), worker.pid
    monkeypatch.setenv("KERAS_TIMEOUT", "0.5")
    call(worker, "eval", x)  # within the time limit
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(errors.TimeoutError, match="did not answer within the timeout of 0.5 seconds, and was ended"):
        call(worker, "eval", x)
    assert 0.5 <= time.monotonic() - began
    assert is_gone(pid)
    with pytest.raises(errors.StaleTensorError, match="took longer than the timeout"):
        call(worker, "eval", x)


def test_a_worker_that_stops_reading_is_ended(worker, monkeypatch):
    pid = worker.pid
    monkeypatch.setenv("KERAS_TIMEOUT", "0.5")
    worker.conversation.wire.outgoing = None  # so that the array goes through the stream, which fills up
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(errors.TimeoutError, match="did not answer within the timeout"):
        call(worker, "variable", np.zeros(1 << 22))
    assert is_gone(pid)


def test_the_time_of_the_session_s_own_functions_does_not_count(worker, monkeypatch):
    monkeypatch.setenv("KERAS_TIMEOUT", "0.5")

    def function(e):
        call(worker, "ones", ())
        time.sleep(0.7)
        call(worker, "ones", ())
        return e
    call(worker, "map_fn", function, np.ones(2))


def test_a_timeout_that_is_none(worker, monkeypatch):
    for text in ("soon", "-1", "0", "nan", "`axis` {variable}"):
        monkeypatch.setenv("KERAS_TIMEOUT", text)
        with pytest.raises(errors.ConfigError) as caught:
            call(worker, "ones", (2,))
        assert "KERAS_TIMEOUT must be a positive number of seconds, not '%s'" % text in str(caught.value)
    for text in ("", "inf", "1e3"):
        monkeypatch.setenv("KERAS_TIMEOUT", text)
        call(worker, "ones", (2,))


# -- threads --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("threads", [1, 2])
def test_an_engine_computes_with_the_threads_that_it_is_told_to(engine, threads):
    worker = Worker(environments.find(engine))
    worker.threads = threads
    x = call(worker, "variable", np.ones((1500, 1500), "float32"))  # feeding it would keep the main thread busy, too
    factor = call(worker, "placeholder", (1,))  # without it, CNTK would compute the constant product only once
    product = call(worker, "function", [factor],
                   [call(worker, "mean", call(worker, "dot", call(worker, "multiply", x, factor), x))])
    product([np.zeros(1)])
    time.sleep(0.5)  # OpenMP's threads spin for a while
    before = busy_threads(worker.pid)
    for i in range(1, 9):
        mean, = product([np.full(1, i)])
        assert mean == pytest.approx(1500 * i, rel=1e-3)
    after = busy_threads(worker.pid)
    worker.stop()
    first, second = (sorted(after[thread] - before.get(thread, 0) for thread in after)[::-1] + [0])[:2]
    assert (second > first / 3) == (threads == 2), (first, second)


def busy_threads(pid):
    """The processor time of each thread of a process."""
    times = {}
    for thread in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/schedstat" % (pid, thread)) as file:
            times[thread] = int(file.read().split()[0])
    return times


ENDINGS = {
    "returns": "sys.exit(0)",
    "raises": "raise ValueError('mine')",
    "exits at once": "os._exit(1)",
    "is killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "is killed in a function that a backend function calls": """
hosts[0].call("map_fn", (lambda e: os.kill(os.getpid(), signal.SIGKILL), [1.0]), {})""",
    "is killed while the engines are busy": """
for host in hosts:
    x = host.call("ones", ((2000, 2000),), {})
    y = x
    for _ in range(300):
        y = host.call("dot", (y, x), {})
    threading.Thread(target=host.call, args=("eval", (y,), {}), daemon=True).start()
time.sleep(1)
os.kill(os.getpid(), signal.SIGKILL)""",
    "returns while the engines are busy": """
for host in hosts:
    os.kill(host.pid, signal.SIGSTOP)
    threading.Thread(target=host.call, args=("variable", (1.0,), {}), daemon=True).start()
time.sleep(0.2)""",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_workers_are_gone_when_the_session_is(ending):
    script = """
import os, signal, sys, threading, time
from pyshim import environments
from pyshim.hosts.worker import Worker
hosts = [Worker(environments.find(name)) for name in ("theano", "cntk")]
for host in hosts:
    host.start()
print(*[host.pid for host in hosts], flush=True)
""" + ENDINGS[ending]
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE,
                         text=True, timeout=120)
    pids = [int(pid) for pid in ran.stdout.split()]
    assert len(pids) == 2, ran.stderr
    for pid in pids:
        assert wait_until(lambda pid=pid: is_gone(pid)), "worker %d lives on" % pid


def test_only_what_a_worker_is_there_for_is_done(worker):
    """Other methods of the service or the engine, and functions of the contract, are refused."""
    kept = call(worker, "variable", [1.0, 2.0])
    for do in ("_read", "answer", "serve", "start_graph", "eval", "sum", "call", "engine", "__init__", "__class__",
               "make_variable", "", None, 3):
        with pytest.raises(errors.WireError, match="a message is malformed"):
            worker.conversation.ask(do, lambda buffers: {"number": 1, "fed": None})
    for content in ({}, {"number": 10 ** 6, "fed": []}, {"number": kept.number, "fed": []},
                    {"number": None, "fed": None}, {"number": 1, "fed": None, "program": {}}):
        with pytest.raises(errors.WireError):
            worker.conversation.ask("run", lambda buffers, content=content: content)
    for do, content in (("get", {"numbers": [10 ** 6]}), ("get", {}), ("set", {"values": [[10 ** 6, None]]}),
                        ("set", {"values": 3}), ("variable", {"number": 3})):
        with pytest.raises(errors.WireError):
            worker.conversation.ask(do, lambda buffers, content=content: content)
    assert call(worker, "eval", kept).tolist() == [1, 2]
