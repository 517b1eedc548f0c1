"""eval() while another backend is current: that backend computes, and variables stay where they are."""

import os
import signal

import numpy as np
import pytest
from checks import check_array


@pytest.fixture(params=["a library", "NumPy"])
def other(request, engine):
    """Another backend."""
    if request.param == "a library" or engine == "numpy":
        return "tensorflow" if engine == "cntk" else "cntk"
    return "numpy"


@pytest.fixture
def sent(monkeypatch, K, engine):
    """The programs that the tested engine compiles from now on."""
    host, programs = K.session.current_host(), []
    compile = host.compile

    def compiling(program, once):
        programs.append(program)
        return compile(program, once)
    monkeypatch.setattr(host, "compile", compiling)
    return programs


def test_the_current_backend_computes(K, engine, other, sent):
    x, w = K.constant([[1.0, 2.0, 3.0]]), K.variable([[1.0], [2.0], [3.0]], name="w")
    y = K.tanh(K.dot(x, w) / 10)
    z = K.map_fn(lambda row: K.sum(K.map_fn(lambda e: e * w[1, 0], row)), x) + K.logsumexp(x)
    with K.use_backend(other):
        K.clear_session()
        for value in ([[1.0], [2.0], [3.0]], [[0.5], [-1.0], [2.0]]):
            K.set_value(w, value)
            check_array(K.eval(y), np.tanh(np.dot([[1.0, 2.0, 3.0]], value) / 10), "float32")
            check_array(K.eval(z), 6 * np.array(value[1], "float64") + np.log(np.exp([1.0, 2, 3]).sum()), "float32")
        assert not sent and not K.session.current_host().contract.uids  # no named tensor is made there
        assert w.backend == engine and K.get_value(w).tolist() == value
        # Everything else stays with the tensor's backend.
        check_array(K.get_value(y), K.eval(y), "float32")
        check_array(np.asarray(K.square(w)), np.square(value), "float32")
        check_array(K.function([], [y])([])[0], K.eval(y), "float32")
        assert len(sent) == 3
    check_array(K.eval(y), np.tanh(np.dot([[1.0, 2.0, 3.0]], value) / 10), "float32")
    assert len(sent) == 3  # get_value() compiled it already


def test_a_tensor_is_compiled_once(K, other, monkeypatch):
    w = K.variable(0.0)
    y = K.exp(w) + 1
    with K.use_backend(other):
        host, count = K.session.current_host(), []
        compile = host.compile
        monkeypatch.setattr(host, "compile", lambda *args: count.append(0) or compile(*args))
        for i in range(3):
            K.set_value(w, i)
            check_array(K.eval(y), np.exp(i) + 1, "float32")
        assert len(count) == 1
        K.clear_session()  # clears the current backend; the tensor's own graph stays
        check_array(K.eval(y), np.exp(2) + 1, "float32")
        assert len(count) == 2 and len(y.evaluators) == 1
        for i in range(70):
            K.eval(w * i)
        assert not y.evaluators  # later evaluations have replaced it in the cache
        check_array(K.eval(y), np.exp(2) + 1, "float32")


def test_updates_change_their_variables(K, other):
    w, b = K.variable([1.0, 2.0]), K.variable(3.0)
    added = K.update_add(w, [1.0, 1.0])
    with K.control_dependencies([K.update(b, K.sum(w))]):
        late = K.square(w)
    chosen = K.switch(K.constant(True), lambda: K.update(b, 10.0), lambda: K.update(b, 20.0))
    with K.use_backend(other):
        for i in range(1, 3):
            check_array(K.eval(added), np.array([1 + i, 2 + i], "float32"))
            check_array(K.get_value(w), np.array([1 + i, 2 + i], "float32"))
        check_array(K.eval(late), np.array([9, 16], "float32"))
        check_array(K.get_value(b), np.float32(7))
        check_array(K.eval(chosen), np.float32(10))
        check_array(K.eval(b), np.float32(10))


def test_random_tensors_draw_there(K, other):
    r = K.random_uniform((1000,), 2.0, 3.0)
    both = K.stack([r, r])
    with K.use_backend(other):
        first, second = K.eval(both), K.eval(both)
        assert (first[0] == first[1]).all() and not (first[0] == second[0]).any()
        assert 2 <= first.min() < 2.05 and 2.95 < first.max() <= 3


def test_gradients(K, engine, other):
    w = K.variable([1.0, 2.0])
    if engine == "numpy":
        K.gradients(K.sum(K.square(w)), [w])  # raises
    gradient = K.gradients(K.sum(w ** 3), [w])[0]
    with K.use_backend(other):
        if other == "numpy":
            with pytest.raises(K.errors.GradientError, match=r"^eval\(\): NumPy computes no gradients"):
                K.eval(gradient)
            check_array(K.get_value(gradient), np.array([3, 12], "float32"))
        else:
            check_array(K.eval(gradient), np.array([3, 12], "float32"))


def test_lists_sparse_tensors_and_values(K, other):
    sparse = pytest.importorskip("scipy.sparse")
    s, w = K.variable(sparse.csr_matrix([[0, 2.0], [1, 0]])), K.variable(2.0)
    product = K.dot(s, K.constant([[1.0], [2.0]]))
    with K.use_backend(other):
        check_array(K.eval(s), np.array([[0, 2], [1, 0]], "float32"))
        check_array(K.eval(product), np.array([[4], [1]], "float32"))
        check_array(K.eval([w * 2, 1.0]), np.array([4, 1], "float32"))
        check_array(K.eval(K.constant([5])), np.array([5], "float32"))
        check_array(K.eval(3), np.array(3))


def test_in_eager_mode(K, other):
    w = K.variable(2.0)
    y = w * 3
    with K.use_backend(other):
        def run():
            return K.eval(y), K.eval(w), K.square(w), K.eval(K.square(w)), K.eval(K.ones(()) + 1)
        got = K.eager(run)()
    assert [float(value) for value in got] == [6, 2, 4, 4, 2]
    assert got[2].backend == w.backend


def test_before_a_backend_is_chosen(K, engine, monkeypatch):
    """eval() does not start the engine of a default backend that has not been used yet."""
    y = K.square(K.variable(3.0))
    monkeypatch.setattr(K.session._thread, "current", None)
    monkeypatch.setattr(K.session, "current_host", None)
    check_array(K.eval(y), np.float32(9))


def test_errors(K, engine, other):
    x, i = K.placeholder((2,), name="p"), K.variable([7], dtype="int32")
    missing, taken = x + 1, K.gather(K.constant([1.0, 2.0]), i)
    cut = K.slice(K.constant([1.0, 2.0, 3.0]), K.cast(i, "int32"), (2,))
    inside = []
    K.map_fn(lambda e: inside.append(e * 2) or e, K.ones((2,)))
    with K.use_backend(other):
        with pytest.raises(K.errors.PlaceholderError, match=r"eval\(\): a value is needed for the .*'p'"):
            K.eval(missing)
        with pytest.raises(K.errors.ArgumentError, match=r"eval\(\): the tensor depends on a slice or state of"):
            K.eval(inside[0])
        with pytest.raises(K.errors.EngineError, match="7|index"):
            K.eval(taken)
        with pytest.raises(K.errors.EngineError, match=r"`?start`? and `?size`? are out of bounds for axis 0"):
            K.eval(cut)
        K.set_value(i, [1])
        check_array(K.eval(taken), np.array([2], "float32"))
        check_array(K.eval(cut), np.array([2, 3], "float32"))
        with pytest.raises(K.errors.BackendMismatchError):
            K.eval([missing, K.constant(1.0)])
    K.clear_session()
    with K.use_backend(other), pytest.raises(K.errors.StaleTensorError, match="clear_session"):
        K.eval(taken)


@pytest.mark.worker
def test_variables_on_a_dead_worker(K, other):
    w = K.variable([1.0, 2.0], name="w")
    y, plain = K.exp(w), K.exp(K.constant([1.0]))
    with K.use_backend(other):
        check_array(K.eval(y), np.exp([1, 2]), "float32")
        os.kill(w.host.pid, signal.SIGKILL)
        with pytest.raises(K.errors.WorkerError):
            K.get_value(w)
        for tensor in (y, w, K.square(w)):
            with pytest.raises(K.errors.StaleTensorError, match="the variable 'w' .* has lost its value"):
                K.eval(tensor)
        check_array(K.eval(plain), np.exp([1]), "float32")  # does not need the dead worker
        assert not w.host.running
        K.set_value(w, [0.0, 1.0])
        check_array(K.eval(y), np.exp([0, 1]), "float32")


@pytest.mark.worker
def test_the_current_backend_is_a_dead_worker(K, engine):
    other = "tensorflow" if engine == "cntk" else "cntk"
    w = K.variable([1.0, 2.0])
    y = K.exp(w)
    with K.use_backend(other):
        check_array(K.eval(y), np.exp([1, 2]), "float32")
        K.stop_backend(other)
        check_array(K.eval(y), np.exp([1, 2]), "float32")  # in a new worker
