"""The choice of the device. The tests need no GPU: without one, choosing it is an error."""

import os
import subprocess

import pytest

import pyshim
from pyshim import environments
from pyshim.environments.environment import Environment
from pyshim.errors import ArgumentError, DeviceError, NotInstalledError


@pytest.fixture
def device(monkeypatch):
    """A function that says where a backend's engine runs. GPUs are hidden, and earlier choices are forgotten."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    monkeypatch.setattr(pyshim.session._session, "devices", {})
    yield lambda name: next(each["device"] for each in pyshim.list_backends() if each["backend"] == name)
    pyshim.stop_backend()


@pytest.mark.worker
def test_the_processor_is_chosen(K, engine, device):
    K.stop_backend(engine)
    assert device(engine) is None
    K.use_backend(engine, device="cpu")
    assert device(engine) == "cpu"
    assert K.eval(K.ones(()) + 1) == 2
    K.use_backend(engine, device="cpu")


@pytest.mark.worker
def test_a_running_engine_keeps_its_device(K, engine, device):
    K.stop_backend(engine)
    K.use_backend(engine)
    with pytest.raises(ArgumentError, match=r"the engine of backend %s runs already, with the device that it chose; "
                       r"stop_backend\(\"%s\"\), then choose device='cpu'" % (engine, engine)):
        K.use_backend(engine, device="cpu")
    K.stop_backend(engine)
    K.use_backend(engine, device="cpu")


def test_what_is_no_device(K, engine, device):
    for wrong in ("tpu", "gpu:", "gpu:x", "GPU", 0, True):
        with pytest.raises(ArgumentError, match="device must be 'cpu', 'gpu', or one of several, such as 'gpu:1', not"):
            K.use_backend(engine, device=wrong)
    message = "device cannot be chosen where the engine shares the session's process; set CUDA_VISIBLE_DEVICES before"
    with pytest.raises(ArgumentError, match=message):
        K.use_backend(engine, in_process=True, device="cpu")


@pytest.mark.parametrize("name", ["theano", "cntk"])
def test_an_engine_that_knows_no_gpu(device, name):
    with pytest.raises(DeviceError, match=r"use_backend\(\): .* computes only on the CPU; leave out device="):
        pyshim.use_backend(name, device="gpu")


@pytest.mark.parametrize("name", [name for name in environments.names() if environments.find(name).gpu_requirements()])
def test_a_gpu_is_never_replaced_by_the_processor(device, monkeypatch, name):
    environment = environments.find(name)
    with pytest.raises(DeviceError, match=r"is installed without the packages for a GPU; install them with "
                       r'install_backend\("%s", gpu=True\)' % name):
        pyshim.use_backend(name, device="gpu:1")
    monkeypatch.setattr(environment, "is_for_gpu", lambda: True)
    pyshim.stop_backend(name)
    for wanted in ("gpu", "gpu:1"):
        with pytest.raises(DeviceError, match="backend '%s' found no GPU for device='%s'" % (name, wanted)):
            pyshim.use_backend(name, device=wanted)
        assert device(name) is None
    with pyshim.use_backend(name):  # the failed choice is not remembered
        assert device(name) == "cpu"


def test_a_gpu_for_a_backend_that_is_not_installed(device, monkeypatch):
    pyshim.stop_backend("jax")
    with monkeypatch.context() as patch:
        patch.setattr(type(environments.find("jax")), "record", lambda self: None)
        with pytest.raises(NotInstalledError, match=r'Install it with install_backend\("jax", gpu=True\)'):
            pyshim.use_backend("jax", device="gpu")
    with pyshim.use_backend("jax"):  # the failed choice is not remembered
        assert device("jax") == "cpu"


def test_a_numbered_gpu_is_one_of_those_that_are_visible(monkeypatch):
    def visible(users, device):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", users)
        return Environment().device_environment(device).get("CUDA_VISIBLE_DEVICES")
    assert visible("", "cpu") == visible("2,3", "cpu") == "-1"
    assert visible("2,3", "gpu") is None  # the user's own setting is kept
    assert [visible("", "gpu:1"), visible("2,3", "gpu:0"), visible("2,3", "gpu:1")] == ["1", "2", "3"]
    assert visible("2,3", "gpu:2") == "-1"


def test_pytorch_keeps_a_step_on_one_device():
    environment = environments.find("torch")
    here = os.path.dirname(os.path.abspath(__file__))
    variables = dict(environment.process_environment(None), PYTHONPATH=os.path.dirname(os.path.dirname(here)))
    done = subprocess.run([environment.python(), os.path.join(here, "on_meta_tensors.py")], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True, timeout=300, env=variables)
    assert done.returncode == 0 and done.stdout.count("ok ") > 40, done.stdout


INDICES = """
import numpy as np, torch
import pyshim as K
from pyshim.engines.torch import checks, linear_algebra, plan
plan.DEVICE = linear_algebra.DEVICE = torch.device("meta")  # the tensors stay on the processor
K.use_backend("torch", in_process=True)
x, sum_, count = K.placeholder((None,), dtype="int32"), K.variable(0.), K.variable(np.ones((3, 2)))
taken = K.gather(count, x)
function = K.function([x], [taken], updates=[(sum_, sum_ + K.sum(taken))])
print(function([[0, 2]])[0].shape, K.get_value(sum_))
for wrong in ([0, 3], [-1]):
    try:
        function([wrong])
    except K.errors.EngineError as error:
        print(error)
try:
    K.eval(K.gather(K.zeros((0, 2)), K.constant([0], "int32")))
except K.errors.EngineError as error:
    print(error)
print(function([[]])[0].shape, K.get_value(sum_))
"""


def test_pytorch_on_a_gpu_reports_indices_after_the_run():
    """A GPU's own check would end all use of it by the process."""
    environment = environments.find("torch")
    variables = dict(environment.process_environment(None), PYTHONPATH=os.path.dirname(pyshim.__path__[0]))
    done = subprocess.run([environment.python(), "-c", INDICES], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, timeout=300, env=variables)
    assert [line for line in done.stdout.splitlines() if "backend" not in line] == [
        "(2, 2) 4.0", "function(): torch refused: IndexError: an index is out of range",
        "function(): torch refused: IndexError: an index is out of range",
        "eval(): torch refused: IndexError: an index is out of range: there are no slices", "(0, 2) 4.0"], done.stdout


INTEGER_PRODUCTS = """
import numpy as np, torch
import pyshim as K
from pyshim.engines.torch import plan
plan.DEVICE = torch.device("meta")  # the tensors stay on the processor

def of_floats(function):
    def computed(x, y, *axes):
        assert x.is_floating_point(), "there is no such kernel on a GPU"
        return function(x, y, *axes)
    return computed
for name in ("mm", "bmm", "tensordot"):
    setattr(torch, name, of_floats(getattr(torch, name)))
K.use_backend("torch", in_process=True)
for dtype in ("int32", "uint8", "float32"):
    x, y = (K.constant(np.arange(6).reshape(shape), dtype=dtype) for shape in ((2, 3), (3, 2)))
    value = K.eval(K.dot(x, y))
    print(value.dtype, value.tolist(), K.eval(K.dot(x, y[:, 0])).tolist(), K.eval(K.batch_dot(x, x)).tolist())
"""


def test_pytorch_on_a_gpu_multiplies_integers():
    """Its own products there are of floats only."""
    environment = environments.find("torch")
    variables = dict(environment.process_environment(None), PYTHONPATH=os.path.dirname(pyshim.__path__[0]))
    done = subprocess.run([environment.python(), "-c", INTEGER_PRODUCTS], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True, timeout=300, env=variables)
    assert [line.replace(".0", "") for line in done.stdout.splitlines() if "backend" not in line] == [
        dtype + " [[10, 13], [28, 40]] [10, 28] [[5], [50]]" for dtype in ("int32", "uint8", "float32")], done.stdout


OF_TENSORFLOW = """
import numpy as np
import pyshim as K
K.use_backend("tensorflow", in_process=True)
from pyshim.engines.tensorflow import devices
devices.on_gpu = lambda: True  # its kernels run on the processor
x, y = K.placeholder((None,), dtype="int32"), K.placeholder((None,), dtype="int64")
function = K.function([x, y], [K.gather(K.variable([1., 2.]), x), 7 // y, 7 % y])
print([value.tolist() for value in function([[0, 1], [2, -3]])])
for fed in ([[2], [1]], [[-1], [1]], [[0], [1, 0]]):
    try:
        function(fed)
    except K.errors.EngineError as error:
        print([words for words in ("an index is out of range", "an integer is divided by 0") if words in str(error)])
"""


def test_tensorflow_on_a_gpu_checks_indices_and_divisors():
    """A GPU's own kernels return numbers for them."""
    environment = environments.find("tensorflow")
    variables = dict(environment.process_environment(None), PYTHONPATH=os.path.dirname(pyshim.__path__[0]))
    done = subprocess.run([environment.python(), "-c", OF_TENSORFLOW], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, timeout=300, env=variables)
    assert done.stdout.splitlines() == [
        "[[1.0, 2.0], [3, -3], [1, -2]]", "['an index is out of range']", "['an index is out of range']",
        "['an integer is divided by 0']"], done.stderr


def test_pytorch_for_the_processor_sees_no_gpu(monkeypatch):
    """Its packages for both are the same."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    environment = environments.find("torch")
    assert environment.gpu_requirements() == environment.requirements()
    assert environment.process_environment(None)["CUDA_VISIBLE_DEVICES"] == "-1"
    monkeypatch.setattr(environment, "is_for_gpu", lambda: True)
    assert environment.process_environment(None)["CUDA_VISIBLE_DEVICES"] == "0"
