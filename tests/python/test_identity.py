"""The identity of tensors: a tensor of the graph is one object, and lists, sets and dicts find it."""

import numpy as np
import pytest
from checks import check, check_array


@pytest.fixture
def other(engine):
    """Another backend."""
    return "theano" if engine != "theano" else "cntk"


def test_lists_of_tensors_find_by_identity(K, other):
    with K.use_backend(other):
        foreign = K.constant([1.0, 2.0])
    x, y = K.constant([1.0, 2.0]), K.constant([1.0, 2.0])
    odd = [K.constant([1, 2], dtype="int32"), K.constant([1.0, 2.0, 3.0]), K.placeholder((None, 4)), K.variable(1.0),
           K.placeholder((3, 4), sparse=True), foreign]
    for others in ([y], odd, odd + [y], [None, "x", {}] + odd):
        assert x not in others and others.count(x) == 0
        with pytest.raises(ValueError, match="not in list"):
            others.index(x)
        found = others + [x]
        assert x in found and found.index(x) == len(others) and found.count(x) == 1
        found.remove(x)
        assert len(found) == len(others)
    for each in odd:
        assert each in odd and each not in [x, y] and odd.index(each) >= 0


def test_sets_and_dicts_of_tensors(K):
    x, y = K.variable([1.0, 2.0]), K.variable([1.0, 2.0])
    assert len({x, y, x}) == 2 and x in {x: 1} and y not in {x: 1}
    assert {x: "x", y: "y"}[y] == "y"


def test_comparisons_are_tensors_of_the_elements(K):
    x, y = K.constant([1.0, 2.0]), K.constant([1.0, 3.0])
    check(K, x == y, np.array([True, False]))
    check(K, x != y, np.array([False, True]))
    check(K, x == x, np.array([True, True]))
    check(K, x == 1, np.array([True, False]))
    assert bool(x == x) is True and bool(x == y) is False
    assert bool(x != x) is False and bool(x != y) is True
    with pytest.raises(K.errors.ArgumentError, match=r"has no truth value while the graph is built; use switch\(\)"):
        bool(x == 1)


def test_the_same_tensor_comes_back(K):
    x = K.variable([1.0, 2.0], constraint=abs)
    x.mine = "kept"
    update = K.update(x, [3.0, 4.0])
    for same in (K.to_dense(x), K.cast(x, "float32"), update.variable, K.update_add(x, 1.0).variable,
                 K.in_train_phase(x, 0.0, training=1), K.in_train_phase(lambda: x, 0.0, training=True)):
        assert same is x
        assert same.mine == "kept" and same.constraint is abs
    seen = []

    def step(element, states):
        seen.extend(states)
        return element, states[:1]
    K.rnn(step, K.ones((1, 2, 3)), [K.ones((1, 3))], constants=[x])
    assert seen[-1] is x
    assert K.identity(x) is not x and not hasattr(K.identity(x), "mine")


def test_attributes_stay_where_a_worker_has_ended(K, engine):
    x = K.variable([1.0, 2.0], name="x", constraint=abs)
    x.mine = "kept"
    K.stop_backend(engine)
    K.set_value(x, [3.0, 4.0])
    assert (x.mine, x.constraint, x.name, x.shape, x.dtype) == ("kept", abs, "x", (2,), "float32")
    check_array(K.get_value(K.to_dense(x)), np.array([3, 4], "float32"))


def test_what_functions_of_the_user_get_and_give(K):
    """A tensor that the function captures is the same object as outside."""
    x, inside = K.variable([1.0, 2.0]), []

    def function(e):
        e.mine = "element"
        inside.append(K.to_dense(e))
        return e * x[0]
    check(K, K.map_fn(function, x), np.array([1, 2], "float32"))
    assert inside[0].mine == "element" and len(inside) == 1


def test_members_of_native_tensors(K):
    """The error names the function that does the same on every engine."""
    x = K.variable([1., 2.])
    for name, instead in [("get_shape", "int_shape(x)"), ("get_value", "get_value(x)"), ("assign", "update(x, value)")]:
        with pytest.raises(AttributeError) as caught:
            getattr(x, name)
        assert str(caught.value) == "a tensor has no attribute '%s'; use %s" % (name, instead)
    assert not hasattr(x, "eval") and getattr(x, "_keras_history", None) is None
    with pytest.raises(AttributeError, match="has no attribute 'shapes'$"):
        x.shapes.sort()
