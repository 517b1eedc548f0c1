"""Stopped gradients, assertions and printing on JAX."""

import functools

import jax

from .. import report
from . import checks


def _show(message, x, condition):
    if condition:
        report.show(message, x)


class Graph:

    def stop_gradient(self, x):
        return jax.lax.stop_gradient(x)

    def asserted(self, x, condition, message):
        checks.need(condition, message)
        return x

    def print_tensor(self, x, condition, message):
        if not checks.are_noted_already():
            jax.debug.callback(functools.partial(_show, message), x, condition, ordered=True)
        return x
