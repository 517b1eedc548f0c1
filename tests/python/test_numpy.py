"""The NumPy engine, which needs no worker and no installation. The tests of the families run on it, too."""

import gc
import os
import signal
import subprocess
import sys
import weakref

import numpy as np
import pytest
from checks import check_array

import pyshim
from pyshim import environments
from pyshim.graph.node import Node

ROOT = os.path.dirname(pyshim.__path__[0])


@pytest.fixture
def K():
    with pyshim.use_backend("numpy"):
        pyshim.clear_session()
        yield pyshim


# -- a session without anything installed -------------------------------------------------------------------

@pytest.fixture
def home(tmp_path):
    """An empty Keras home, and a function that runs Python with it."""
    def run(*arguments):
        return subprocess.run([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              universal_newlines=True, env=dict(os.environ, KERAS_HOME=str(tmp_path)))
    run.path = tmp_path
    return run


def test_it_computes_in_a_home_where_nothing_is_installed(home):
    done = home("-c", "import pyshim as K, os; K.use_backend('numpy'); print(K.eval(K.sum(K.ones((2, 3)))))\n"
                      "print(K.session.current_host().where, os.listdir(%r))" % str(home.path))
    assert (done.stdout, done.stderr) == ("6.0\nin process ['keras.json']\n", "Using NumPy backend.\n")


def test_it_can_be_the_default(home):
    (home.path / "keras.json").write_text('{"backend": "numpy"}')
    done = home("-c", "import pyshim as K; print(K.eval(K.ones((2,)) * 3), K.session.current_host().where)")
    assert (done.stdout, done.stderr) == ("[3. 3.] in process\n", "Using NumPy backend.\n")


def test_nothing_needs_to_be_installed(home):
    done = home("-m", "pyshim", "install", "numpy")
    assert done.returncode == 0
    assert done.stdout == ("Nothing needs to be installed: NumPy runs in this session's own Python, %s.\n"
                           % sys.executable)
    assert os.listdir(home.path) == []
    assert environments.download_needed("numpy") is None


def test_the_doctor_and_the_list_know_it(home):
    done = home("-m", "pyshim", "doctor", "numpy")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].split() == ["numpy", "NumPy", np.__version__ + ",", "Python",
                                                    "%d.%d.%d" % sys.version_info[:3]]
    lines = home("-m", "pyshim", "list").stdout.splitlines()
    line, = [line for line in lines if line.startswith("numpy ")]
    assert line.split() == ["numpy", "yes", np.__version__, "%d.%d.%d" % sys.version_info[:3]]


def test_its_engine_is_the_same_with_in_process(K):
    host = K.session.current_host()
    with K.use_backend("numpy", in_process=True):
        assert K.session.current_host() is host
    with pytest.raises(K.errors.ArgumentError, match="threads cannot be chosen where the engine shares the session's"):
        K.use_backend("numpy", threads=2)


def test_a_stopped_engine_has_lost_its_tensors(K):
    x = K.variable(1.)
    K.stop_backend("numpy")
    with pytest.raises(K.errors.StaleTensorError, match="its engine was stopped"):
        K.eval(x)
    with K.use_backend("numpy"):
        assert K.eval(K.ones(()) + 1) == 2


# -- gradients ----------------------------------------------------------------------------------------------

def test_gradients_are_refused_by_a_clear_error(K):
    w = K.variable([1., 2.])
    with pytest.raises(K.errors.GradientError) as caught:
        K.gradients(K.sum(w * w), [w])
    assert str(caught.value).startswith("gradients(): NumPy computes no gradients; backends that do: tensorflow, ")
    assert set(caught.value.fields["accepted"].data) == set(environments.names()) - {"numpy"}
    check_array(K.eval(w * w), np.array([1, 4], "float32"))


def test_a_model_predicts_and_evaluates_and_says_that_it_cannot_learn(K):
    from pyshim import keras
    L = keras.layers
    model = keras.models.Sequential([L.Conv1D(4, 3, activation="relu", input_shape=(8, 2)), L.LSTM(3), L.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.random.RandomState(1).rand(5, 8, 2), np.zeros((5, 1))
    prediction = model.predict(x)
    np.testing.assert_allclose(model.evaluate(x, y, verbose=0), np.mean(prediction ** 2), rtol=1e-5)
    with pytest.raises(K.errors.GradientError, match="NumPy computes no gradients"):
        model.fit(x, y, verbose=0)
    np.testing.assert_array_equal(model.predict(x), prediction)


# -- values are not shared with the user --------------------------------------------------------------------

def test_arrays_of_the_user_and_of_the_engine_are_apart(K):
    given = np.ones((2, 2), "float32")
    x, p = K.variable(given), K.placeholder((2, 2))
    constant = K.constant(given)
    f = K.function([p], [K.identity(p), x, K.transpose(constant)], [K.update(x, p)])
    fed = np.full((2, 2), 2, "float32")
    results = f([fed])
    for array in [given, fed, K.get_value(x), K.eval(constant)] + results:
        array[:] = 7
    check_array(K.get_value(x), np.full((2, 2), 2, "float32"))
    check_array(K.eval(K.transpose(constant)), np.ones((2, 2), "float32"))
    K.set_value(x, given)
    given[:] = 5
    check_array(K.get_value(x), np.full((2, 2), 7, "float32"))


def test_no_variable_changes_where_one_new_value_does_not_fit(K):
    x, y = K.variable([1., 2.]), K.variable([1., 2.])
    p = K.placeholder((None,))
    f = K.function([p], [], [K.update(x, x + 1), K.update(y, p)])
    with pytest.raises(K.errors.EngineError, match=r"a variable of shape \(2,\) has shape \(3,\)"):
        f([[1, 2, 3]])
    check_array(K.get_value(x), np.array([1, 2], "float32"))
    f([[5, 6]])
    check_array(K.get_value(x), np.array([2, 3], "float32"))
    check_array(K.get_value(y), np.array([5, 6], "float32"))


def test_an_error_of_a_signal_handler_stays_as_it_is(K):
    class TooLongError(Exception):
        pass

    def handler(*_):
        raise TooLongError("longer than 50 ms")

    x = y = K.constant(np.full((300, 300), 1e-3))
    for _ in range(2000):
        y = K.dot(y, x)
    before = signal.signal(signal.SIGALRM, handler)
    try:
        for _ in range(3):
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            with pytest.raises(TooLongError):
                K.eval(y)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    p = K.placeholder((None,), dtype="int32")
    with pytest.raises(K.errors.EngineError):
        K.function([p], [K.gather(x, p)])([[300]])


def test_nothing_is_kept_of_what_is_dropped(K):
    def nodes():
        gc.collect()
        return sum(isinstance(each, Node) for each in gc.get_objects())
    p = K.placeholder((None, 2))
    before = nodes()
    for _ in range(20):
        f = K.function([p], [K.map_fn(lambda x: x * K.random_uniform((2,)), p)])
        kept = weakref.ref(f)
        assert f([np.ones((3, 2))])[0].shape == (3, 2)
        del f
        assert kept() is None
    K.eval(K.ones(()) + 1)  # tells the engine what was released
    assert nodes() <= before + 5


def test_a_seed_repeats_on_every_run(K):
    def drawn():
        K.clear_session()
        x = K.random_normal((3,), seed=4)
        return [K.eval(x) for _ in range(2)]
    first, second = drawn(), drawn()
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first[0], first[1])
    np.testing.assert_array_equal(first[0], np.random.default_rng(4).standard_normal(3, "float32"))
