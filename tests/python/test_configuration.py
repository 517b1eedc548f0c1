"""The family configuration."""

import inspect
import subprocess

import numpy as np
import pytest
from checks import FLOATS, check, check_array

import pyshim

# -- settings that hold for all backends ----------------------------------------------------------------


def test_backend_is_the_current_one(K, engine):
    assert K.backend() == engine


def test_floatx(K):
    assert K.floatx() == "float32"
    for dtype in FLOATS:
        K.set_floatx(dtype)
        assert K.floatx() == dtype
        for x in (K.variable(1.0), K.constant([1.0]), K.placeholder((2,)), K.zeros((2,)), K.ones((2,)),
                  K.eye(2),
                  K.random_normal_variable((2,), 0, 1), K.sum([1.0, 2.0]),
                  K.mean(K.constant([1], dtype="int32")),
                  K.one_hot(K.constant([0], dtype="int32"), 2), K.constant([1], dtype="int32") / 2):
            assert x.dtype == dtype


def test_floatx_holds_for_all_backends_at_once(K):
    K.set_floatx("float64")
    for backend in ("tensorflow", "theano", "cntk"):
        with K.use_backend(backend):
            check(K, K.variable(1.5) * 2, np.float64(3))


def test_epsilon(K):
    assert K.epsilon() == 1e-7
    for value in (1e-3, 1, np.float32(0.5), np.int64(2)):
        K.set_epsilon(value)
        assert (K.epsilon(), type(K.epsilon())) == (float(value), float)
    K.set_epsilon(0.25)
    check(K, K.categorical_crossentropy([[1.0, 0.0]], [[0.0, 1.0]]), np.array([-np.log(0.25)], "float32"))


def test_image_data_format(K):
    assert K.image_data_format() == "channels_last"
    K.set_image_data_format("channels_first")
    assert K.image_data_format() == "channels_first"
    assert K.normalize_data_format(None) == "channels_first"
    assert K.normalize_data_format("Channels_Last") == "channels_last"
    for value in ("channels", 5, ["channels_last"]):
        with pytest.raises(K.errors.ArgumentError,
                           match="unknown value .*; accepted: channels_last, channels_f"):
            K.normalize_data_format(value)


@pytest.mark.parametrize("name, values, message", [
    ("floatx", ["float", "int32", None, np.float32],
     "unknown floatx .*; accepted: float16, float32, float64"),
    ("epsilon", [0, -1e-7, float("nan"), float("inf"), True, "small", None],
     "epsilon must be a positive number, not"),
    ("image_data_format", ["channels", None, 1],
     "unknown image_data_format .*; accepted: channels_last, channels_f"),
])
def test_settings_refuse(name, values, message):
    before = getattr(pyshim, name)()
    for value in values:
        with pytest.raises(pyshim.errors.ConfigError, match=message):
            getattr(pyshim, "set_" + name)(value)
    assert getattr(pyshim, name)() == before


def test_cast_to_floatx(K):
    for dtype in FLOATS:
        K.set_floatx(dtype)
        for value in (1, True, [1, 2], np.array([[1, 0]], "int8"), np.float64(0.5), float("nan")):
            check_array(K.cast_to_floatx(value), np.asarray(value).astype(dtype))
        check(K, K.cast_to_floatx(K.constant([1, 2], dtype="int32")), np.array([1, 2], dtype))
    for value in ("a", None, 1j):
        with pytest.raises(K.errors.DtypeError,
                           match=r"cast_to_floatx\(\): x must be a tensor, a number or an array"):
            K.cast_to_floatx(value)


# -- settings of each engine ----------------------------------------------------------------------------

def test_uids_count_by_prefix(K):
    assert [K.get_uid("a"), K.get_uid("a"), K.get_uid("b"), K.get_uid(), K.get_uid("a")] == [1, 2, 1, 1, 3]
    K.reset_uids()
    assert K.get_uid("a") == 1
    K.clear_session()
    assert K.get_uid("a") == 1


def test_learning_phase_is_an_input_of_functions(K):
    phase = K.learning_phase()
    assert (phase.kind, phase.dtype, phase.shape, phase.name) == ("placeholder", "bool", (), "learning_phase")
    x = K.placeholder((None,))
    y = x * K.cast(K.learning_phase(), "float32")
    f = K.function([x, K.learning_phase()], [y])
    for value in (1, True, 1.0, np.bool_(True)):
        check_array(f([[1, 2], value])[0], np.array([1, 2], "float32"))
    check_array(f([[1, 2], 0])[0], np.array([0, 0], "float32"))


def test_learning_phase_is_test_unless_it_is_fed(K):
    x = K.placeholder((None,))
    f = K.function([x], [x * K.cast(K.learning_phase(), "float32")])
    check_array(f([[1, 2]])[0], np.array([0, 0], "float32"))
    check(K, K.cast(K.learning_phase(), "int32"), np.int32(0))
    assert K.eager(lambda: bool(K.learning_phase()))() is False


def test_learning_phase_belongs_to_no_scope(K):
    x = K.zeros(())
    with K.name_scope("scope"), K.control_dependencies([K.update_add(x, 1)]):
        phase = K.learning_phase()
    assert phase.name == "learning_phase"
    K.eval(K.learning_phase())
    check(K, x, np.float32(0))


def test_set_learning_phase(K):
    for value in (1, 0, True, 1.0):
        K.set_learning_phase(value)
        assert K.learning_phase() == int(value)
        assert isinstance(K.learning_phase(), int)
    for value in (2, -1, 0.5, None, "train", K.learning_phase, [1, 2], np.ones(2), K.constant(1.0)):
        with pytest.raises(K.errors.ArgumentError,
                           match=r"set_learning_phase\(\): value must be 0 \(test\) or 1"):
            K.set_learning_phase(value)
    K.clear_session()
    assert K.is_placeholder(K.learning_phase())


def test_manual_variable_initialization(K, engine):
    K.manual_variable_initialization(True)
    x = K.variable([1.0, 2.0])
    if engine == "tensorflow":
        with pytest.raises(K.errors.EngineError, match="tensorflow refused"):
            K.eval(x)
        K.set_value(x, [1.0, 2.0])
    check(K, x, np.array([1, 2], "float32"))
    K.manual_variable_initialization(False)
    check(K, K.variable(3.0), np.float32(3))


def test_no_native_session_leaves_a_worker(K, engine):
    message = {"tensorflow": "a native Session cannot leave the engine's process; .*in_process=True"}
    with pytest.raises(K.errors.EngineError, match=message.get(engine, "%s has no session" % engine)):
        K.get_session()
    with pytest.raises(K.errors.KerasError):
        K.set_session(object())
    check(K, K.ones(()) + 1, np.float32(2))


IN_PROCESS = """
import numpy as np, tensorflow as tf, pyshim as K
K.use_backend("tensorflow", in_process=True)
x = K.variable([1.0, 2.0])
session = K.get_session()
assert isinstance(session, tf.compat.v1.Session), session
assert len(session.graph.get_operations()) > 0

other = tf.compat.v1.Session(graph=session.graph)
K.set_session(other)
assert K.get_session() is other
assert K.get_value(x).tolist() == [1, 2]      # carried over
K.set_value(x, [3.0, 4.0])
assert K.eval(x * 2).tolist() == [6, 8]

for wrong in (None, tf.compat.v1.Session(graph=tf.Graph())):
    try:
        K.set_session(wrong)
    except K.errors.ArgumentError as error:
        assert str(error).startswith("set_session(): session must be a tf.compat.v1.Session on the"), error
    else:
        raise AssertionError(wrong)

K.clear_session()
K.manual_variable_initialization(True)
y = K.variable([5.0, 6.0])
try:
    K.eval(y)
except K.errors.EngineError:
    pass
else:
    raise AssertionError("it had a value")
with K.get_session().graph.as_default():
    K.get_session().run(tf.compat.v1.global_variables_initializer())
assert K.get_value(y).tolist() == [5, 6]
print("done")
"""


def test_native_session_in_process():
    python = pyshim.session.environments.find("tensorflow").python()
    ran = subprocess.run([python, "-c", IN_PROCESS], capture_output=True, text=True, timeout=120,
                         env={"PYTHONPATH": pyshim.__path__[0] + "/..", "PATH": "/usr/bin:/bin"})
    assert ran.stdout.endswith("done\n"), ran.stderr


def test_help_and_signatures_are_the_contracts(K):
    for family in K.FAMILIES.values():
        for name in family:
            function = getattr(K, name)
            assert function.__doc__, name
            assert "self" not in inspect.signature(function).parameters
    assert str(inspect.signature(K.sum)) == "(x, axis=None, keepdims=False)"
