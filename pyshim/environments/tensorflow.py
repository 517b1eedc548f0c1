"""TensorFlow's environment."""

from .. import processors
from .environment import Environment
from .surroundings import one_of


class TensorFlow(Environment):

    name = "tensorflow"
    title = "TensorFlow"
    module = "tensorflow"
    engine = "pyshim.engines.tensorflow:Engine"
    pythons = ("3.11", "3.12", "3.13", "3.10")

    passed = {"TF_CPP_MIN_LOG_LEVEL": one_of("0", "1", "2", "3"), "TF_ENABLE_ONEDNN_OPTS": one_of("0", "1"),
              "TF_NUM_INTRAOP_THREADS": processors.count_in, "TF_NUM_INTEROP_THREADS": processors.count_in}

    def settings(self):
        # Its log lists the processor's capabilities, and warns about graphs that grow after a run, as ours do. Errors
        # are raised as exceptions.
        return {**super().settings(), "TF_CPP_MIN_LOG_LEVEL": "3"}

    check = """
import tensorflow
assert tensorflow.eye(2).numpy().tolist() == [[1, 0], [0, 1]], "a matrix is wrong"
"""
