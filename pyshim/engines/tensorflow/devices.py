"""Whether TensorFlow computes on a GPU. Its kernels there return numbers for indices that are out of bounds and for
integers divided by 0, so we check these ourselves."""

import functools

import tensorflow as tf


@functools.lru_cache(maxsize=None)
def on_gpu():
    return bool(tf.test.is_built_with_cuda() and tf.config.list_physical_devices("GPU"))
