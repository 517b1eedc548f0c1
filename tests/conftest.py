"""Tests that use ``K`` run once for each engine: by default the four engines in ``THOROUGH``. The other registered
engines run only the modules in ``SELECTED`` and those of tests/soak, or everything with ``--whole`` or
``--conformance``, or if ``--backend`` names them. No engine is mocked: each one runs in its worker, or in this process
if it has none.

On an engine without gradients, a test of gradients ends as soon as the engine refuses them with the expected error.

``--backend theano`` (repeatable) restricts the tests to one engine. ``--composed`` runs them on NumPy and TensorFlow
with default compositions in place of the engines' own kernels.
"""

import os
import signal
import sys

import hypothesis
import numpy as np
import pytest

import pyshim

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "python"))  # tests/soak needs it, too
import composed
import conformance

from pyshim.contract.graph import NO_GRADIENTS

# Continuous integration tries the same examples each time; elsewhere, new ones are generated.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")

BACKENDS = tuple(pyshim.environments.names())

# The whole contract, which runs in the session, is tested on these. Other engines differ only in their kernels, in how
# they compile programs, and in how they differentiate them: in what the selected modules test.
THOROUGH = ("tensorflow", "theano", "cntk", "numpy")
SELECTED = frozenset(["test_batches", "test_branches", "test_control_flow", "test_convolution", "test_ctc",
                      "test_elementwise", "test_empty", "test_graph", "test_linear_algebra", "test_nn",
                      "test_operators", "test_random", "test_reductions", "test_repeating", "test_second_derivatives",
                      "test_shapes", "test_sizes", "test_sparse", "test_variables", "test_model_layers",
                      "test_model_training"])
GRADIENTS_BY = ", ".join(name for name in BACKENDS if pyshim.environments.find(name).gradients)

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as it is in a shell's background jobs
    signal.signal(signal.SIGINT, signal.default_int_handler)
WITH_WORKERS = [name for name in BACKENDS if not pyshim.environments.find(name).in_session]


# Theano spends minutes on compiling; TensorFlow has the most tests that take more than a moment.
LONGEST = ("theano", "theano-models", "tensorflow", "tensorflow-models")

# Theano compiles in one process at a time for each folder, which would make two test processes as slow as one.
TEST_PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
if TEST_PROCESS != "gw0":
    COMPILED = os.path.join(pyshim.environments.find("theano").folder(), "compiled-" + TEST_PROCESS)
    os.environ.setdefault("THEANO_FLAGS", "base_compiledir=" + COMPILED)


def pytest_addoption(parser):
    parser.addoption("--backend", action="append", choices=BACKENDS,
                     help="run the tests of this engine only; all by default")
    parser.addoption("--composed", action="store_true",
                     help="kernels are default compositions, on engines that have both: " + ", ".join(composed.ENGINES))
    parser.addoption("--whole", action="store_true", help="run all tests on all engines, however long it takes")
    parser.addoption("--in-process", action="store_true",
                     help="the engine runs in this process: without the tests of workers; see tools/on-gpu")
    parser.addoption("--conformance", metavar="PATH", help="write the table of conformance")


def pytest_configure(config):
    config.addinivalue_line("markers", "worker: about the process that an engine runs in; not of engines without one")
    config.addinivalue_line("markers", "slow_on_theano: takes too long there for `make test`; `make soak` runs it")
    if config.getoption("--composed"):
        for name, engine in composed.ENGINES.items():
            pyshim.environments.find(name).engine = engine
    if config.getoption("--conformance"):
        config.pluginmanager.register(conformance.Recorder(config.getoption("--conformance")), "conformance")


def pytest_generate_tests(metafunc):
    # The scope "session" orders the tests by engine.
    if "engine" in metafunc.fixturenames:
        names = metafunc.config.getoption("--backend") or _backends(metafunc)
        if metafunc.config.getoption("--composed"):
            names = [name for name in names if name in composed.ENGINES]
        if metafunc.definition.get_closest_marker("worker"):
            names = [name for name in names if name in WITH_WORKERS and not metafunc.config.getoption("--in-process")]
        metafunc.parametrize("engine", names, indirect=True, scope="session")


def _backends(metafunc):
    option = metafunc.config.getoption
    in_soak = metafunc.definition.path.parent.name == "soak"
    if option("--whole") or option("--conformance") or in_soak or metafunc.module.__name__.split(".")[-1] in SELECTED:
        return BACKENDS
    return [name for name in BACKENDS if name in THOROUGH]


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items):
    """With several test processes (pytest-xdist), all tests of one engine run in the same process, in which it starts
    once. Its tests of models form a group of their own. What takes longest comes first."""
    groups = {item: str(item.callspec.params["engine"]) + ("-models" if "models" in item.path.parts else "")
              for item in items if "engine" in item.fixturenames}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group))
    ranks = {name: i for i, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(groups.get(item), len(ranks)))


@pytest.hookimpl(wrapper=True, tryfirst=True)  # outside of conformance.py's hook, which must not count such a test
def pytest_runtest_call(item):
    try:
        return (yield)
    except pyshim.errors.GradientError as error:
        if error.template != NO_GRADIENTS:
            raise
        assert str(error) == "gradients(): NumPy computes no gradients; backends that do: " + GRADIENTS_BY
        return None


@pytest.fixture(scope="session")
def engine(request):
    """The name of the backend."""
    return request.param


@pytest.fixture
def K(engine, pytestconfig):
    """pyshim with this backend selected, an empty graph, default settings, and draws without a seed that repeat."""
    np.random.seed(1)
    recorder = pytestconfig.pluginmanager.getplugin("conformance")
    _default_settings()
    with pyshim.use_backend(engine, in_process=pytestconfig.getoption("--in-process")):
        pyshim.clear_session()
        yield recorder.watched(pyshim) if recorder else pyshim
    _default_settings()


def _default_settings():
    pyshim.set_floatx("float32")
    pyshim.set_epsilon(1e-7)
    pyshim.set_image_data_format("channels_last")
