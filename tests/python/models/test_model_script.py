"""Scripts that ``import keras``, with Keras 2.3.1 installed under that name and KERAS_BACKEND=pyshim."""

import os
import subprocess
import sys

import pytest

import pyshim
from pyshim.models.install import Packages

SCRIPT = """
import keras, numpy as np
from keras.layers import Dense, Dropout
model = keras.models.Sequential([Dense(4, activation="relu", input_shape=(3,)), Dropout(0.5), Dense(1)])
model.compile("sgd", "mse")
model.{learn}(np.ones((8, 3)), np.ones(8), verbose=0)
model.save("model.h5")
loaded = keras.models.load_model("model.h5")
images = np.full((1, 2, 2, 3), 255.)  # scaled alike in arrays and in tensors, whatever mode was used before
from keras.applications.imagenet_utils import preprocess_input as preprocess
for mode in ("caffe", "torch"):
    scaled = keras.backend.eval(preprocess(keras.backend.constant(images), data_format="channels_last", mode=mode))
    np.testing.assert_allclose(scaled, preprocess(images.copy(), data_format="channels_last", mode=mode), rtol=1e-5)
print(keras.__version__, keras.backend.backend(), np.allclose(loaded.predict(np.ones((2, 3))),
                                                              model.predict(np.ones((2, 3)))))
"""


@pytest.mark.parametrize("variable", [None, "cntk"])
def test_keras_json_counts_where_the_import_of_keras_comes_first(tmp_path, variable):
    """Importing Keras reads the user's keras.json, and leaves it as it is."""
    text = '{"backend": "theano", "epsilon": 0.5, "floatx": "float64", "image_data_format": "channels_first"}'
    (tmp_path / "keras.json").write_text(text)
    os.symlink(os.path.join(pyshim.config.home(), "models"), str(tmp_path / "models"))
    script = """
from pyshim import keras
import pyshim as K
for module in (K, keras.backend):
    print(module.floatx(), module.epsilon(), module.image_data_format())
print(K.backend())
"""
    variables = dict(os.environ, KERAS_HOME=str(tmp_path), PYTHONPATH=os.path.dirname(os.path.dirname(pyshim.__file__)))
    variables.pop("KERAS_BACKEND", None)
    if variable:
        variables["KERAS_BACKEND"] = variable
    done = subprocess.run([sys.executable, "-W", "error::RuntimeWarning", "-c", script], env=variables,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    assert done.stdout.splitlines() == ["float64 0.5 channels_first"] * 2 + [variable or "theano"], done.stderr
    assert (tmp_path / "keras.json").read_text() == text


@pytest.mark.parametrize("first", ["", "import pyshim\npyshim.use_backend('{engine}')"])
def test_an_old_script_runs_on_the_default_backend(engine, tmp_path, first):
    """``first``: what the script does before it imports Keras."""
    root = os.path.dirname(os.path.dirname(pyshim.__file__))
    home = tmp_path / "home"
    home.mkdir()
    for entry in os.listdir(pyshim.config.home()):
        if entry != "keras.json":
            os.symlink(os.path.join(pyshim.config.home(), entry), str(home / entry))
    (home / "keras.json").write_text('{"backend": "%s", "epsilon": 1e-7, "floatx": "float32", '
                                     '"image_data_format": "channels_last"}' % engine)
    path = os.pathsep.join([root, Packages().keras, Packages().packages])
    script = SCRIPT.format(learn="fit" if engine != "numpy" else "evaluate")  # NumPy has no gradients
    script = first.format(engine=engine) + script
    done = subprocess.run([sys.executable, "-c", script], cwd=str(tmp_path), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True,
                          env=dict(os.environ, KERAS_BACKEND="pyshim", KERAS_HOME=str(home), PYTHONPATH=path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["2.3.1", engine, "True"]
