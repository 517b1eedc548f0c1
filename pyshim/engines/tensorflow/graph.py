"""Running TensorFlow's graph."""

import contextlib
import weakref

import tensorflow as tf
from tensorflow.core.protobuf import config_pb2

from ..contract import report


def asserted(x, condition, message):
    """x; an error with the message, when it runs, where the condition does not hold."""
    with tf.control_dependencies([tf.debugging.Assert(condition, [message])]):
        return tf.identity(x)


def branch(condition, tensors, yes, no):
    """What one of two functions makes of the tensors; both must use one of them.

    The two are ops of the graph itself. As functions, which tf.cond makes of them, each would slow every later
    evaluation in the graph down by 0.1 ms, and could not be differentiated once it has run.
    """
    if tf.compat.v1.get_default_graph().building_function:  # a loop's step, whose gradient needs functions
        return tf.cond(condition, lambda: yes(*tensors), lambda: no(*tensors))
    ways = [tf.raw_ops.Switch(data=tensor, pred=condition) for tensor in tensors]
    return tf.raw_ops.Merge(inputs=[no(*[way.output_false for way in ways]),
                                    yes(*[way.output_true for way in ways])]).output


class Graph:

    def start_graph(self):
        super().start_graph()
        self.graph = tf.Graph()
        # Only what is run is placed, so one evaluation in a large graph stays fast.
        options = tf.compat.v1.ConfigProto(graph_options=tf.compat.v1.GraphOptions(place_pruned_graph=True))
        self.session = tf.compat.v1.Session(graph=self.graph, config=options)
        self.variables = weakref.WeakSet()
        self.tracing = 0

    def building(self):
        # While a loop's step is traced, what it calls goes into the step's own graph.
        return contextlib.ExitStack() if self.tracing else self.graph.as_default()

    def deferred(self, make, node):
        graph = tf.compat.v1.get_default_graph()  # a loop's step has one of its own

        def made(*natives):
            with graph.as_default():
                return make(*natives)
        return made

    def outside_scopes(self):
        scopes = contextlib.ExitStack()
        scopes.enter_context(super().outside_scopes())
        scopes.enter_context(self.graph.as_default())
        return scopes

    def _compile(self, inputs, outputs, controls, updates, once):
        with self.graph.as_default():
            results = [tf.identity(node.native) for node in outputs]  # what is fed could not be fetched itself
            alongside = [tf.convert_to_tensor(node.native).op for node in controls]
            new_values = {variable: tf.convert_to_tensor(update.inputs[0].native)
                          for variable, update in updates.items()}
            # No variable changes before everything that is asked for has been read.
            with tf.control_dependencies(results + alongside + list(new_values.values())):
                alongside += [variable.native.assign(value, read_value=False)
                              for variable, value in new_values.items()]
        return self._callable([node.native for node in inputs], results, alongside)

    def _callable(self, feeds, fetches, targets):
        """A function of the list of the feeds' arrays that gives the fetches' values, and runs the targets, too.

        Session.make_callable() would look the graph up at each call, which takes longer than a small graph.
        """
        if not (fetches or targets):
            return lambda arrays: []
        options = config_pb2.CallableOptions(feed=[feed.name for feed in feeds],
                                             fetch=[fetch.name for fetch in fetches],
                                             target=[target.name for target in targets])
        run = self.session._make_callable_from_options(options)
        return lambda arrays: run(*arrays)

    def _gradients(self, loss, variables):
        gradients = tf.gradients(loss.native, [variable.native for variable in variables])
        return [None if gradient is None else tf.convert_to_tensor(gradient) for gradient in gradients]

    def _stop_gradient(self, x):
        return tf.stop_gradient(x)

    _asserted = staticmethod(asserted)

    def _print_tensor(self, x, message):
        shown = tf.numpy_function(lambda array: report.show(message, array), [x], [])
        with tf.control_dependencies([shown]):
            return tf.identity(x)
