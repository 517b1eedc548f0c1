"""Layers, losses, metrics, optimizers: every engine computes what the original Keras 2.3.1 does."""

import os

import cases
import numpy as np
import pytest

from pyshim import keras

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures")


@pytest.fixture(scope="module")
def expected():
    """The results of the original, by family."""
    loaded = {}
    for family in cases.FAMILIES:
        with np.load(os.path.join(FIXTURES, family + ".npz")) as arrays:
            loaded[family] = dict(arrays)
    return loaded


@pytest.mark.parametrize("family, name", [(family, name) for family, listed in cases.FAMILIES.items()
                                          for name in listed])
def test_numbers_of_the_original(K, expected, family, name):
    wanted = {key.split("/")[1]: value for key, value in expected[family].items() if key.split("/")[0] == name}
    for key, value in cases.computed(keras, family, name):
        np.testing.assert_allclose(value, wanted.pop(key), rtol=1e-5, atol=1e-6, err_msg=key)
    assert not wanted
