"""Running programs on TensorFlow, each as a TensorFlow function or kernel by kernel."""

import tensorflow as tf
from tensorflow.core.protobuf import config_pb2, rewriter_config_pb2
from tensorflow.python.eager import context, execute

from .. import splits
from ..natives import Natives
from ..plan import Plan
from . import gradients, optimizers, samples
from .control_flow import loop
from .random import generators

SMALL = 64  # constants of up to so many elements are embedded in a function; larger ones are captured inputs


def compiled(kernels, program):
    """Returns: a callable that runs the program as one TensorFlow function, optimized as a whole."""
    kept = []  # a function does not keep the variables that it uses alive
    images = samples.with_samples(program.nodes)
    call = _traced(kernels, program, kept, images)
    for_empty = []  # the variant for arrays without elements, traced when it is first needed

    def run(arrays):
        chosen = call
        if images and not all(array.size for array in arrays):
            if not for_empty:
                for_empty.append(_traced(kernels, program, kept, frozenset()))
            chosen, = for_empty
        return [output.numpy() for output in chosen(list(map(tf.constant, arrays)))]
    run.kept = kept
    return run


def _traced(kernels, program, kept, images):
    """Returns: a callable for the program's traced function, in which the operations ``images`` have samples."""
    def traced(*fed):
        natives = InFunction(kernels, dict(zip(program.inputs, fed)), kept, program.nodes, images)
        outputs = [tf.identity(natives[node]) for node in program.outputs]
        controls = [tf.convert_to_tensor(natives[node]) for node in program.controls]
        values = [tf.convert_to_tensor(natives[node]) for node in program.updates.values()]
        variables = [variable.native.value for variable in program.updates]
        steps = optimizers.steps(variables, [natives[variable] for variable in program.updates], values)
        stepped = {i for step in steps for i in step.variables}
        others = [(variables[i], value) for i, value in enumerate(values) if i not in stepped]
        needed = [value for _, value in others] + [value for step in steps for value in step.inputs]
        # No variable may change before all outputs have been computed.
        with tf.control_dependencies(outputs + controls + needed):
            for step in steps:
                step.run()
            for variable, value in others:
                variable.assign(value, read_value=False)
        return outputs

    specs = [tf.TensorSpec(node.shape, node.dtype) for node in program.inputs]
    function = tf.function(traced, autograph=False).get_concrete_function(*specs)
    kept += [node.native for node in program.nodes + list(program.updates) if node.kind == "variable"]
    return _call(function, len(program.outputs))


def _call(function, count):
    """Returns: a callable that takes the list of the function's input tensors.

    TensorFlow's public way to call a function repeats checks of the contract, and allows no settings for a single
    function. So this calls its internals, which is safe because the environment pins the version.
    """
    caller, name, captured = context.context(), function._inference_function.name.decode(), function.captured_inputs
    settings = config_pb2.ConfigProto()
    settings.CopyFrom(caller.config)
    # These optimizations change results: the first replaces x + 0 by x, which differs for -0; the second removes a
    # reshape that should fail for the size that is fed.
    for name_of_pass in ("constant_folding", "arithmetic_optimization"):
        setattr(settings.graph_options.rewrite_options, name_of_pass, rewriter_config_pb2.RewriterConfig.OFF)
    attributes = "executor_type", "", "config_proto", settings.SerializeToString()

    def call(tensors):
        return execute.execute(name, count, tensors + captured, attributes, caller)
    call.function = function  # keeps the function alive
    return call


def source(node):
    """Returns: the native tensor of a node that is not computed from others."""
    if node.kind == "variable":
        return node.native.read()
    if node.value.size <= SMALL:
        return tf.constant(node.value)
    if node.native is None:
        with tf.init_scope():
            node.native = tf.constant(node.value)
    return node.native


class InFunction(Natives):
    """The tensors of a function that is being traced. Objects that they use but do not keep alive are added to
    ``kept``. The operations ``images`` are known to have samples.
    """

    def __init__(self, kernels, made, kept, nodes, images):
        super().__init__(kernels, made)
        self.kept = kept
        self.images = images
        self._look_at(nodes)

    def within(self, body, given):
        inner = super().within(body, given)
        inner._look_at(body.nodes)
        return inner

    def _look_at(self, nodes):
        self.wanted = {(node.operation, node.output) for node in nodes}
        self.parts, self.splits = splits.parts(nodes), {}

    def is_wanted(self, operation, output):
        """Whether this output of an operation with several outputs is needed."""
        return (operation, output) in self.wanted

    def source(self, node):
        return source(node)

    def apply(self, operation, inputs):
        if operation.kernel == "loop":
            return loop(operation, inputs, self)
        if operation.kernel == "gradient":
            with gradients.own():  # they may be differentiated themselves
                found = tf.gradients(inputs[0], inputs[1:], unconnected_gradients=tf.UnconnectedGradients.ZERO)
            return [tf.convert_to_tensor(gradient) for gradient in found]
        part = self.parts.get(operation)
        if part is not None:
            if part.split() not in self.splits:
                self.splits[part.split()] = tf.split(inputs[0], part.sizes, part.axis)
            return self.splits[part.split()][part.number]
        attributes = generators.attributes(operation)
        self.kept.append(attributes.get("generator"))
        with gradients.own(), samples.given(operation in self.images):
            return getattr(self.kernels, operation.kernel)(*inputs, **attributes)


class Interpreted(Plan):
    """A program that runs kernel by kernel on eager tensors."""

    generators = generators

    def __init__(self, kernels, program):
        self.kernels = kernels
        self.count = len(program.outputs)
        self.changed = [variable.native for variable in program.updates]
        super().__init__(program.nodes, program.inputs,
                         program.outputs + program.controls + list(program.updates.values()))

    def constant(self, node):
        return source(node)

    def function(self, operation):
        return getattr(self.kernels, operation.kernel)

    def __call__(self, arrays):
        values = self.run(map(tf.constant, arrays))
        results = [tf.convert_to_tensor(value).numpy() for value in values[:self.count]]
        for variable, value in zip(self.changed, values[len(values) - len(self.changed):]):
            variable.value.assign(value)
        return results
