"""After a worker has exited, the graph is whole; its variables report their lost values and accept new ones."""

import os
import signal

import numpy as np
import pytest
from checks import check, check_array

pytestmark = pytest.mark.worker


def end(K):
    """Kill the session's worker, and let the session notice."""
    os.kill(K.session.current_host().pid, signal.SIGKILL)
    with pytest.raises(K.errors.WorkerError):
        K.variable(0.0)


def test_the_graph_outlives_its_worker(K, monkeypatch):
    x, w, b = K.placeholder((None, 2)), K.variable([[1.0], [2.0]], name="w"), K.variable([0.5], name="b")
    y = K.dot(x, w) + b
    f = K.function([x], [y, K.gradients(K.sum(y), [w])[0]], [K.update_add(b, [1.0])])
    plain, called = K.function([x], [K.map_fn(lambda row: row * 2, x)]), K.constant([1.0, 2.0]) * 3
    fed = [[[3.0, 4.0]]]
    expected = f(fed)
    check(K, called, np.array([3, 6], "float32"))
    program = f._run.program
    end(K)

    check_array(plain(fed)[0], np.array([[6, 8]], "float32"))  # without variables, it works at once
    check(K, called, np.array([3, 6], "float32"))
    lost = r"the variable '%s' \(float32, \(%s\)\) has lost its value: it ended \(signal SIGKILL\)"
    with pytest.raises(K.errors.StaleTensorError, match=lost % ("w", "2, 1")):
        f(fed)
    with pytest.raises(K.errors.StaleTensorError, match=lost % ("b", "1,")):
        K.get_value(b)
    with pytest.raises(K.errors.StaleTensorError, match=lost % ("b", "1,")):
        K.eval(K.update_add(b, [1.0]))
    K.set_value(w, [[1.0], [2.0]])
    with pytest.raises(K.errors.StaleTensorError, match=lost % ("b", "1,")):
        f(fed)
    K.batch_set_value([(b, [0.5])])
    for value, wanted in zip(f(fed), expected):
        check_array(value, wanted)
    assert f._run.program is program
    check_array(K.get_value(b), np.array([1.5], "float32"))
    check(K, K.dot(K.constant([[1.0, 1.0]]), w) + b, np.array([[4.5]], "float32"))


def test_variables_come_back_from_a_file(K, tmp_path):
    w, b = K.variable([1.0, 2.0], name="w"), K.variable(3.0, name="b")
    f = K.function([], [w * b])
    path = str(tmp_path / "saved.npz")
    K.save_variables(path, [w, b])
    for _ in range(2):
        end(K)
        with pytest.raises(K.errors.StaleTensorError, match=r"the variable '[wb]' .* has lost its value"):
            K.save_variables(path, [w, b])
        K.load_variables(path, [w, b])
        check_array(f([])[0], np.array([3, 6], "float32"))


def test_a_part_of_the_variables_may_be_set(K):
    kept, lost = K.variable([1.0]), K.variable([2.0])
    end(K)
    K.set_value(kept, [3.0])
    K.batch_set_value([(kept, [4.0]), (lost, [5.0])])  # one with a value, and one without
    assert [value.tolist() for value in K.batch_get_value([kept, lost])] == [[4], [5]]
    end(K)
    K.set_value(lost, [6.0])
    with pytest.raises(K.errors.StaleTensorError):
        K.batch_get_value([lost, kept])
    check_array(K.get_value(lost), np.array([6], "float32"))

