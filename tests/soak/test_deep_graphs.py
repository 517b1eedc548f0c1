"""Chains of 40,000 operations, and deep gradients where the session's limit of the stack is low."""

import pytest
from starting import DEEP, SETTING, SETTINGS, new_home, session

import pyshim

MANY = 40000


def test_a_chain_of_many_operations(K):
    """Libraries traverse graphs recursively. A value and a gradient are right, and the worker survives."""
    host = K.session.current_host()
    v = y = K.variable(1.0)
    for _ in range(MANY):
        y = y + 1.0
    pid = getattr(host, "pid", None)  # NumPy has no worker
    assert K.eval(y) == MANY + 1
    if pyshim.environments.find(K.backend()).gradients:
        assert K.eval(K.gradients(y, [v])[0]) == 1
    del y
    assert K.eval(v + 1.0) == 2
    assert getattr(host, "pid", None) == pid


def test_a_gradient_that_is_too_deep():
    """It needs more of the stack than CNTK's worker has."""
    with pyshim.use_backend("cntk"):
        v = y = pyshim.variable(1.0)
        pid = pyshim.session.current_host().pid
        for _ in range(100001):
            y = y + 1.0
        with pytest.raises(pyshim.errors.EngineError, match="flows back through 10000[0-9] operations"):
            pyshim.eval(pyshim.gradients(y, [v])[0])
        assert pyshim.get_value(v) == 1 and pyshim.session.current_host().pid == pid


def test_a_deep_gradient_on_a_small_stack(engine, tmp_path, monkeypatch):
    if not pyshim.environments.find(engine).in_session:
        script = SETTING + SETTINGS["the stack is small"] + DEEP % engine
        ran = session(script, new_home(tmp_path, monkeypatch))
        assert ran.stdout == "1.0 2501.0\n", ran.stderr
