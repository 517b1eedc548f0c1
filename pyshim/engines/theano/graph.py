"""Compiling and interpreting Theano's graph, gradients, printing."""

import contextlib
import io
import sys
import threading

import numpy as np
import theano
import theano.tensor as T
from theano.gof.graph import Constant, ancestors, io_toposort
from theano.tensor.opt import Assert

from .. import report
from .optimizing import ONLY_IN_C

# Theano traverses graphs recursively. A deep one needs a stack of this size, in bytes, and this recursion limit.
STACK = 1 << 29
DEPTH = 200000

# These optimizations change results: with them x * 0 is 0 even for nan, x / x is 1 even for 0, and log(1 + exp(x))
# does not overflow. A function must return the same values as ``eval`` and the other engines.
# The one on products also fails for float32.
INEXACT = ("stabilize", "local_mul_canonizer", "local_add_canonizer", "local_mul_zero", "local_mul_specialize",
           "local_zero_div", "local_0_dot_x", "local_elemwise_sub_zeros", "local_useless_elemwise",
           "local_useless_elemwise_comparison", "local_mul_switch_sink", "local_div_switch_sink",
           "local_pow_canonicalize", "local_pow_specialize", "local_exp_over_1_plus_exp",
           "local_log_sum_exp", "local_sum_prod_mul_by_scalar", "local_pow_specialize_device",
           "local_add_specialize", "local_useless_reshape")

# This one fails, and logs that at length, if both branches are the same and the condition is a constant.
FAILING = ("local_useless_switch",)

# The SLOW optimizations take time quadratic in the size of the graph. Without them, a graph of more than LARGE tensors
# is compiled in seconds and runs nearly as fast.
LARGE = 500
SLOW = ("fusion", "inplace")


class Graph:

    def stop_gradient(self, x):
        return theano.gradient.disconnected_grad(x)

    def asserted(self, x, condition, message):
        return Assert(message)(x, condition)

    def print_tensor(self, x, condition, message, times=()):
        return Print(message)(x, condition, *times)


class Print(theano.Op):
    """Returns x and prints it at each evaluation in which the condition is true. It has no ``__props__``, so that equal
    prints are not merged."""

    view_map = {0: [0]}

    def __init__(self, message):
        self.message = message

    def make_node(self, x, condition, *times):
        # Inside loops, the indices of the time steps are inputs, so that it depends on the step and prints at each one.
        return theano.Apply(self, [x, condition] + list(times), [x.type()])

    def perform(self, node, inputs, outputs):
        if inputs[1]:
            report.show(self.message, inputs[0])
        outputs[0][0] = inputs[0]

    def do_constant_folding(self, node):
        return False

    def infer_shape(self, node, shapes):
        return shapes[:1]

    def connection_pattern(self, node):
        return [[i == 0] for i in range(len(node.inputs))]

    def grad(self, inputs, gradients):
        return gradients + [theano.gradient.disconnected_type() for _ in inputs[1:]]


def differentiable(loss):
    """Returns: the tensors on which the loss depends through differentiable functions."""
    reached, stack = set(), [loss]
    while stack:
        x = stack.pop()
        if x in reached or x.dtype not in T.float_dtypes:
            continue
        reached.add(x)
        if x.owner is not None:
            op, place = x.owner.op, x.owner.outputs.index(x)
            pattern = op.connection_pattern(x.owner) if hasattr(op, "connection_pattern") else None
            stack.extend(needed for i, needed in enumerate(x.owner.inputs)
                         if pattern is None or pattern[i][place])
    return reached


def compiled(inputs, outputs, controls, updates):
    """Returns: a callable that Theano has optimized and compiled to C."""
    # Make prints outputs too, so that no optimization removes them.
    needed = ancestors(outputs + controls + [value for _, value in updates])
    prints = [x for x in needed if x.owner is not None and isinstance(x.owner.op, Print)]
    alongside = [theano.Out(x, borrow=True) for x in controls + prints]
    mode = theano.compile.mode.get_mode("FAST_RUN").excluding(*INEXACT, *FAILING)
    if len(needed) > LARGE:
        mode = mode.excluding(*SLOW)
    with contextlib.redirect_stdout(io.StringIO()):  # prints about ops without C code for float16
        run = deep(theano.function, inputs, outputs + alongside, updates=updates,
                    on_unused_input="ignore", mode=mode)
    run.trust_input = True
    count = len(outputs)

    def call(arrays):
        with np.errstate(all="ignore"):
            return run(*arrays)[:count]
    return call


def interpreted(inputs, outputs, controls, updates):
    """Returns: a callable that computes op by op in Python, which saves the time to optimize and compile."""
    results = outputs + [value for _, value in updates]
    order = io_toposort([], results + controls)
    storage, computed = {}, {}
    for x in inputs + results + controls + [x for node in order for x in node.inputs + node.outputs]:
        if x not in storage:
            leaf = x.owner is None
            computed[x] = [leaf]
            storage[x] = x.container.storage if hasattr(x, "container") else [x.data if isinstance(x, Constant)
                                                                              else None]
    steps = [(node.op.make_thunk(node, storage, computed, [], impl=None if isinstance(node.op, ONLY_IN_C) else "py"),
              []) for node in order]
    last_use = {x: i for i, node in enumerate(order) for x in node.inputs + node.outputs
                if x.owner is not None}
    for x, i in last_use.items():
        if x not in results:
            steps[i][1].append(storage[x])

    def call(arrays):
        for x, array in zip(inputs, arrays):
            storage[x][0] = array
        with np.errstate(all="ignore"):
            for compute, finished in steps:
                compute()
                for cell in finished:
                    cell[0] = None
        values = [np.array(storage[x][0], dtype=x.dtype) for x in results]
        for x in results + inputs:
            if x.owner is not None:
                storage[x][0] = None
        for (variable, _), value in zip(updates, values[len(outputs):]):
            variable.set_value(value, borrow=True)
        return values[:len(outputs)]
    return call


def deep(function, *args, **kwargs):
    """Call a function in a thread with a larger stack, and return its value."""
    if sys.getrecursionlimit() >= DEPTH:  # already inside such a call
        return function(*args, **kwargs)
    outcome = []

    def run():
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(DEPTH)
        try:
            outcome.append((function(*args, **kwargs), None))
        except BaseException as error:
            outcome.append((None, error))
        finally:
            sys.setrecursionlimit(limit)

    before = threading.stack_size(STACK)
    try:
        thread = threading.Thread(target=run)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    value, error = outcome[0]
    if error is not None:
        raise error
    return value
