"""The session: switching backends, scopes, all backends at once, and engines in process."""

import contextlib
import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
from checks import check, check_array, sample

import pyshim

ROOT = os.path.dirname(pyshim.__path__[0])
BACKENDS = ("tensorflow", "theano", "cntk")


def run_python(script, python=sys.executable, **environment):
    """The output of a fresh Python that runs the script."""
    ran = subprocess.run([python, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120,
                         env={**os.environ, "PYTHONPATH": ROOT, **environment})
    assert ran.returncode == 0, ran.stderr
    return ran.stdout, ran.stderr


# -- threads --------------------------------------------------------------------------------------------

@pytest.mark.worker
def test_threads_are_chosen_before_an_engine_starts(K, engine):
    K.stop_backend(engine)
    K.use_backend(engine, threads=1)
    assert K.session.current_host().threads == 1
    K.use_backend(engine, threads=1)
    with pytest.raises(K.errors.ArgumentError, match=r"the engine of backend %s runs already, with "
                       r'threads=1; stop_backend\("%s"\), then choose threads=2' % (engine, engine)):
        K.use_backend(engine, threads=2)
    os.kill(K.session.current_host().pid, signal.SIGKILL)
    with pytest.raises(K.errors.WorkerError):
        K.ones((2,))
    K.ones((2,))
    assert K.session.current_host().threads == 1
    K.stop_backend(engine)
    K.use_backend(engine, threads=2)
    assert K.session.current_host().threads == 2
    K.session._session.threads.clear()
    K.stop_backend(engine)


@pytest.mark.parametrize("argument", ["save", "in_process"])
def test_flags_that_are_neither_true_nor_false(K, argument):
    for value in (float("nan"), "yes", None, 2):
        with pytest.raises(K.errors.ArgumentError, match=r"^use_backend\(\): %s must be True or False, not" % argument):
            K.use_backend("numpy", **{argument: value})


def test_threads_that_are_none(K, engine):
    for threads in (0, -1, 1.5, "2", True):
        with pytest.raises(K.errors.ArgumentError, match="threads must be a positive integer, not"):
            K.use_backend(engine, threads=threads)
    message = "threads cannot be chosen where the engine shares the session's process"
    with pytest.raises(K.errors.ArgumentError, match=message):
        K.use_backend(engine, in_process=True, threads=1)


# -- switching ------------------------------------------------------------------------------------------

def test_use_backend_says_which(K, engine, capsys):
    title = K.environments.find(engine).title
    scope = K.use_backend(engine)
    assert capsys.readouterr() == ("", "Using %s backend.\n" % title)
    assert K.backend() == engine
    assert repr(scope) == "<using backend %s>" % engine
    check(K, K.ones((2,)) + 1, np.full(2, 2, "float32"))


def test_a_switch_is_announced_where_it_is_news(K, engine, capsys, monkeypatch):
    monkeypatch.setattr(K.session._session, "announced", set())
    title = K.environments.find(engine).title
    other = "theano" if engine != "theano" else "cntk"
    for _ in range(3):
        with K.use_backend(other), K.use_backend(engine):
            pass
    assert capsys.readouterr().err.count("Using %s backend.\n" % title) == 1
    K.use_backend(engine)
    assert capsys.readouterr().err == "Using %s backend.\n" % title


def test_nothing_is_announced_where_the_user_wants_none():
    script = """
import pyshim as K
K.use_backend("cntk")
K.ones((2,))
"""
    for quiet, said in (("1", ""), ("0", "Using CNTK backend.\n"), ("", "Using CNTK backend.\n")):
        assert run_python(script, KERAS_QUIET=quiet) == ("", said)


def test_functions_work_on_the_backend_of_their_tensors(K, engine):
    x = K.variable([1.0, 2.0, 3.0])
    p = K.placeholder((None,))
    for other in BACKENDS:
        with K.use_backend(other):
            check(K, K.sum(x), np.float32(6))
            check(K, K.concatenate([x, [4.0]]), np.array([1, 2, 3, 4], "float32"))
            check(K, K.map_fn(lambda e: e + K.ones(()), x), np.array([2, 3, 4], "float32"))
            check(K, K.rnn(lambda e, states: (e + K.zeros_like(e), []), K.reshape(x, (1, 3, 1)), [])[0],
                  np.array([[3]], "float32"))
            check(K, K.switch(K.sum(x) > 0, lambda: x * 2, lambda: K.zeros((3,))), np.array([2, 4, 6], "float32"))
            check(K, K.gradients(K.sum(K.square(x)), [x])[0], np.array([2, 4, 6], "float32"))
            check_array(K.function([p], [p * 2, K.sum(x)], [K.update(x, x * 1)])([[5.0]])[0], np.array([10], "float32"))
            with K.control_dependencies(K.update(x, x + 0)):
                check(K, K.identity(x), np.array([1, 2, 3], "float32"))
            K.set_value(x, [3.0, 2.0, 1.0])
            K.batch_set_value([(x, [1.0, 2.0, 3.0])])
            check_array(K.batch_get_value([x, x])[1], np.array([1, 2, 3], "float32"))
            assert K.backend() == other and K.ones(()).backend == other


def test_tensors_of_other_backends_stay_alive():
    variables = {}
    for name in BACKENDS:
        pyshim.use_backend(name)
        variables[name] = pyshim.variable([1.0, 2.0], name=name)
        assert variables[name].backend == name
    for name in BACKENDS:
        for x in variables.values():
            check_array(np.asarray(x * 2), np.array([2, 4], "float32"))
        pyshim.use_backend(name)
        assert pyshim.backend() == name
        check(pyshim, variables[name], np.array([1, 2], "float32"))


def test_all_backends_interleaved():
    """A softmax regression: the backends take one step each in turn, from the same to the same weights."""
    x, y = sample((30, 4), "float64", seed=1), np.eye(3)[np.random.RandomState(2).randint(0, 3, 30)]
    w0 = sample((4, 3), "float64", seed=3)
    pyshim.set_floatx("float64")
    try:
        models = {}
        for name in BACKENDS:
            with pyshim.use_backend(name) as scope:
                assert scope.name == name
                features, labels = pyshim.placeholder((None, 4)), pyshim.placeholder((None, 3))
                w = pyshim.variable(w0)
                loss = pyshim.mean(pyshim.categorical_crossentropy(labels,
                                                                   pyshim.softmax(pyshim.dot(features, w))))
                gradient, = pyshim.gradients(loss, [w])
                step = pyshim.function([features, labels], [loss], [pyshim.update_sub(w, 0.5 * gradient)])
                models[name] = (w, step, [])
        expected = w0
        for _ in range(5):
            for _, step, losses in models.values():  # regardless of the current backend
                losses.append(float(step([x, y])[0]))
            scores = np.exp(x @ expected)
            expected = expected - 0.5 * x.T @ (scores / scores.sum(1, keepdims=True) - y) / len(x)
    finally:
        pyshim.set_floatx("float32")
    for name, (w, _, losses) in models.items():
        with pyshim.use_backend(name):
            np.testing.assert_allclose(pyshim.get_value(w), expected, rtol=1e-9)
        np.testing.assert_allclose(losses, models["theano"][2], rtol=1e-9)
        assert losses == sorted(losses, reverse=True)


def test_values_move_between_backends():
    value = sample((2, 3), "float64")
    for name in BACKENDS:
        with pyshim.use_backend(name):
            value = pyshim.get_value(pyshim.variable(value, dtype="float64") * 2)
    check_array(value, sample((2, 3), "float64") * 8)


# -- scopes ---------------------------------------------------------------------------------------------

def test_scopes_nest():
    pyshim.use_backend("tensorflow")
    with pyshim.use_backend("theano"):
        assert pyshim.backend() == "theano"
        with pyshim.use_backend("cntk"):
            assert pyshim.backend() == "cntk"
            with pyshim.use_backend("theano"):
                assert (pyshim.backend(), pyshim.ones(()).backend) == ("theano", "theano")
            assert pyshim.backend() == "cntk"
        assert pyshim.backend() == "theano"
    assert (pyshim.backend(), pyshim.ones(()).backend) == ("tensorflow", "tensorflow")


def test_a_scope_ends_with_an_error():
    pyshim.use_backend("theano")
    with pytest.raises(KeyError), pyshim.use_backend("cntk"):
        raise KeyError("mine")
    assert pyshim.backend() == "theano"


def test_switching_inside_a_scope():
    pyshim.use_backend("theano")
    with pyshim.use_backend("cntk"):
        pyshim.use_backend("tensorflow")
        assert pyshim.backend() == "tensorflow"
    assert pyshim.backend() == "theano"


@pytest.mark.parametrize("scoped", [False, True])
@pytest.mark.parametrize("name", ["theano", "numpy", "cntk"])
@pytest.mark.parametrize("of_model", [False, True])
def test_switching_in_a_call_on_another_backend(name, scoped, of_model):
    pyshim.use_backend("numpy")
    x = pyshim.ones(())
    pyshim.use_backend("cntk")

    def choose():
        assert pyshim.backend() == "numpy"
        with pyshim.use_backend(name) if scoped else contextlib.nullcontext(pyshim.use_backend(name)):
            assert pyshim.backend() == name
        return x

    if of_model:
        with pyshim.session.on(x.host):
            choose()
    else:
        pyshim.in_train_phase(choose, x, training=1)
    of_thread = []
    thread = threading.Thread(target=lambda: of_thread.append(pyshim.backend()))
    thread.start()
    thread.join()
    assert [pyshim.backend()] == of_thread == ["cntk" if scoped else name]


def test_a_backend_that_cannot_be_used_leaves_the_current_one():
    pyshim.use_backend("theano")
    for use in (lambda: pyshim.use_backend("caffe"), lambda: pyshim.use_backend("cntk", in_process=True)):
        with pytest.raises(pyshim.errors.KerasError):
            use()
        assert pyshim.backend() == "theano"
    check(pyshim, pyshim.ones(()) + 1, np.float32(2))


def test_in_process_needs_the_library():
    for name in ("theano", "cntk"):
        with pytest.raises(pyshim.errors.NotInstalledError,
                           match="backend '%s' cannot run in process: this Python has "
                           "no %s .*leave out in_process to run it in a worker" % (name, name)):
            pyshim.use_backend(name, in_process=True)


# -- stopping -------------------------------------------------------------------------------------------

def test_stop_backend():
    for name in ("theano", "cntk"):
        pyshim.use_backend(name)
        pyshim.clear_session()
    x = pyshim.variable([1.0, 2.0])
    with pyshim.use_backend("theano"):
        y = pyshim.variable([1.0, 2.0])
        before = pyshim.session.current_host()
        pyshim.stop_backend("theano")
        assert before not in pyshim.session.started()
        assert pyshim.backend() == "theano"
        with pytest.raises(pyshim.errors.StaleTensorError, match="its worker was stopped"):
            pyshim.eval(y)
        check(pyshim, pyshim.variable(1.0) * 2, np.float32(2))
        assert before in pyshim.session.started()
    check(pyshim, x * 2, np.array([2, 4], "float32"))
    pyshim.stop_backend("theano")
    pyshim.stop_backend("theano")  # it is not running


def test_stopping_all():
    script = """
import pyshim as K
for name in ("theano", "cntk"):
    K.use_backend(name)
    x = K.ones((2,))
K.stop_backend()
print(len(K.session.started()), K.backend())
print(K.eval(K.ones((2,)) + 1).tolist(), len(K.session.started()))
try:
    K.eval(x + 1)
except K.errors.StaleTensorError as error:
    print(error)
"""
    assert run_python(script)[0].splitlines() == [
        "0 cntk", "[2.0, 2.0] 1", "eval(): the variable 'variable' (float32, (2,)) has lost its value: its worker was "
        "stopped; give it one with set_value() or load_variables()"]


# -- before a backend is chosen -------------------------------------------------------------------------

def test_importing_starts_nothing():
    script = """
import sys, pyshim as K
assert K.session.started() == []
assert not {"tensorflow", "theano", "cntk"}.intersection(sys.modules)
assert K.backend() == "cntk" and K.floatx() == "float32" and K.session.started() == []
assert K.is_tensor(1) is False and K.int_shape([[1, 2]]) == (1, 2) and K.session.started() == []
x = K.ones((2,))
assert [host.backend for host in K.session.started()] == ["cntk"] and x.backend == "cntk"
K.ones((2,))
"""
    out, err = run_python(script, KERAS_BACKEND="cntk")
    assert (out, err) == ("", "Using CNTK backend.\n")


def test_an_unknown_default_backend(tmp_path):
    script = """
import pyshim as K
for _ in range(2):
    try:
        K.ones((2,))
    except K.errors.UnknownBackendError as error:
        print(error)
K.use_backend("cntk")
print(K.eval(K.ones((2,))).tolist(), K.backend())
"""
    (tmp_path / "keras.json").write_text('{"backend": "teano"}')
    path = os.path.join(pyshim.config.home(), "environments")
    os.symlink(path, str(tmp_path / "environments"))
    for name, source, more in (("caffe", "KERAS_BACKEND", {"KERAS_BACKEND": "caffe"}),
                               ("teano", str(tmp_path / "keras.json"), {"KERAS_BACKEND": ""}),
                               ("teano", str(tmp_path / "keras.json"), {"KERAS_BACKEND": "pyshim"})):
        out, _ = run_python(script, KERAS_HOME=str(tmp_path), **more)
        lines = out.splitlines()
        assert lines[0] == lines[1]
        assert lines[0].startswith("ones(): unknown default backend '%s' in %s; accepted: tensorflow, theano, cntk"
                                   % (name, source))
        assert ("Did you mean 'theano'?" in lines[0]) == (name == "teano")
        assert lines[2] == "[1.0, 1.0] cntk"


def test_a_scope_as_the_first_thing_in_a_session():
    script = """
import pyshim as K
with K.use_backend("theano"):
    assert K.backend() == "theano"
assert K.backend() == "cntk"
print(K.eval(K.ones((2,))).tolist(), K.ones(()).backend)
"""
    out, err = run_python(script, KERAS_BACKEND="cntk")
    assert out == "[1.0, 1.0] cntk\n"
    assert err == "Using Theano backend.\nUsing CNTK backend.\n"


def test_a_backend_that_is_not_installed(tmp_path):
    script = """
import pyshim as K
try:
    K.use_backend("cntk")
except K.errors.NotInstalledError as error:
    print(error)
print(K.backend(), K.session.started())
"""
    out, _ = run_python(script, KERAS_HOME=str(tmp_path), KERAS_BACKEND="theano")
    assert out.startswith("use_backend(): backend 'cntk' is not installed. Install it with install_backend(\"cntk\")")
    assert out.endswith("theano []\n")


# -- in process -----------------------------------------------------------------------------------------

IN_PROCESS = """
import gc, os, sys, weakref
import numpy as np, tensorflow as tf
import pyshim as K

def raises(error, message, function):
    try:
        function()
    except error as caught:
        assert message in str(caught), caught
    else:
        raise AssertionError(message)

K.use_backend("tensorflow", in_process=True)
host = K.session.current_host()
assert str(host) == "tensorflow (in process)" and host.traits["version"] == tf.__version__

# The same calls give the same as in a worker.
x = K.placeholder((None, 2))
w = K.variable([[1.0], [2.0]], name="w", constraint=abs)
assert w.constraint is abs
loss = K.sum(K.dot(x, w))
f = K.function([x], [loss], [K.update_sub(w, K.gradients(loss, [w])[0])])
assert f([[[1, 2], [3, 4]]])[0] == 5 + 11
assert K.get_value(w).tolist() == [[-3], [-4]]
assert K.eager(lambda: float(K.sum(w)))() == -7
assert np.asarray(w[::-1, 0]).tolist() == [-4, -3]
assert isinstance(K.eval(K.sum(w)), np.ndarray)
assert K.eval(K.constant(1.0, dtype="float64")).dtype == "float64"
value = K.get_value(w)
value[:] = 0
assert K.get_value(w).tolist() == [[-3], [-4]]

# The native objects are there.
assert isinstance(w.native.value, tf.Variable)

# The contract calls functions of the session, which call it again, and fail as themselves.
def call_back(function):
    return K.in_train_phase(lambda: function((2,), "float32"), 0., 1)
assert K.eval(call_back(lambda shape, dtype: K.ones(shape) * 3)).tolist() == [3, 3]
raises(KeyError, "mine", lambda: call_back(lambda shape, dtype: {}["mine"]))

# Errors are the same.
raises(K.errors.ShapeError, "dot(): x of shape (2, 1) and y of shape (2, 1)", lambda: K.dot(w, w))
raises(K.errors.ArgumentError, "sum(): got an unexpected keyword argument 'axes'", lambda: K.sum(w, axes=1))
raises(K.errors.PlaceholderError, "eval(): a value is needed", lambda: K.eval(x))
raises(K.errors.DtypeError, "sum(): x must be a tensor", lambda: K.sum("a"))
p = K.placeholder((None,))
g = K.function([p], [K.reshape(p, (2, 2))])
raises(K.errors.EngineError, "function(): tensorflow refused", lambda: g([[1, 2, 3]]))

# It prints into this process, and lets go of what is not needed.
K.eval(K.print_tensor(K.constant(1.0), "in process: "))
native = weakref.ref(K.variable(0.0).native)
gc.collect()
assert native() is None

# A worker of the same backend, and another backend, live beside it.
with K.use_backend("tensorflow"):
    y = K.variable([1.0])
    assert str(K.session.current_host()) == "tensorflow (worker)"
    raises(K.errors.BackendMismatchError, "a tensor of backend tensorflow (in process) was given to backend "
           "tensorflow (worker)", lambda: y + w)
with K.use_backend("cntk"):
    assert K.eval(K.ones((2,)) + 1).tolist() == [2, 2]
assert np.asarray(y + 1).tolist() == [2]
assert K.session.current_host() is host

K.clear_session()
raises(K.errors.StaleTensorError, "clear_session() has dropped", lambda: w + 1)
z = K.ones((2,))
K.stop_backend("tensorflow")
raises(K.errors.StaleTensorError, "has lost its value: its engine was stopped", lambda: K.eval(z + 1))
raises(K.errors.StaleTensorError, "has lost its value: its worker was stopped", lambda: K.eval(y + 1))
K.set_value(z, [3, 4])
assert K.eval(z + 1).tolist() == [4, 5]
assert K.eval(K.ones((2,)) * 2).tolist() == [2, 2]
assert str(K.session.current_host()) == "tensorflow (in process)" and K.session.current_host() is host
print("done")
"""


def test_in_process():
    python = pyshim.session.environments.find("tensorflow").python()
    out, _ = run_python(IN_PROCESS, python)
    assert out == "in process: 1.0\ndone\n"


@pytest.mark.parametrize("name", ["theano", "cntk"])
def test_the_engine_side_runs_on_the_worker_s_python(name):
    """The worker's interpreter finds and imports the worker's modules, but not those of the session."""
    with pyshim.use_backend(name):
        assert pyshim.session.current_host().python_version.startswith({"theano": "3.", "cntk": "3.6"}[name])
        check(pyshim, pyshim.sum(pyshim.ones((2, 2))), np.float32(4))
