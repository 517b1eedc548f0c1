"""Running programs on TensorFlow, each as a TensorFlow function or kernel by kernel."""

import tensorflow as tf
from tensorflow.core.protobuf import config_pb2, rewriter_config_pb2
from tensorflow.python.eager import context, execute

from ...graph.node import RANDOM, between, operations_inside
from .. import splits
from ..natives import Natives
from ..plan import Plan
from ..repeating import are_outside_loops, gradient_operations
from . import batches, finite, gradients, known, optimizers, samples
from .control_flow import loop
from .devices import on_gpu
from .random import generators

SMALL = 64  # constants of up to so many elements are embedded in a function; larger ones are captured inputs


class Compiled:
    """A program as one TensorFlow function, optimized as a whole. There may be several variants of the function, each
    traced when it is first needed."""

    def __init__(self, kernels, program):
        self.kernels, self.program = kernels, program
        self.kept = []  # a function does not keep the variables that it uses alive
        self.variants = {}
        self.images = samples.with_samples(program.nodes)
        self.relus = finite.relus(program.nodes, self.images)
        self.draws = [generators.of(operation) for operation in operations_inside(program.nodes)
                      if operation.kernel in RANDOM] if self.relus else []
        self.loops = {}
        self.ran = 0  # how many batches
        self._variant(self.images, self.relus)  # now, so that the errors of tracing are raised here

    def __call__(self, arrays):
        tensors = list(map(tf.constant, arrays))
        if self.images and not all(array.size for array in arrays):
            outputs = self._variant(frozenset(), {})(tensors)
        elif self.relus:
            outputs = self._of_finite_numbers(tensors)
        else:
            outputs = self._variant(self.images, {})(tensors)
        return [output.numpy() for output in outputs]

    def _of_finite_numbers(self, tensors):
        states = [generator.state.read_value() for generator in self.draws]
        *outputs, right = self._variant(self.images, self.relus)(tensors)
        if not right:
            self._give_up(states)
            outputs = self._variant(self.images, {})(tensors)
        return outputs

    def _give_up(self, states):
        """Use kernels for all numbers from now on, since the next batches hardly become finite again. The batch that
        was not finite will be repeated from these states of the generators."""
        self.relus = {}
        for generator, state in zip(self.draws, states):
            generator.state.assign(state)

    def several(self, arrays, whole, rows):
        """Run batches in one call, if it pays off: see ``engines/batches.py``."""
        self.ran += len(rows)
        # A GPU would get the whole arrays each time. Batches without rows need the variant for them.
        if self.ran < batches.PATIENCE or len(rows) < batches.LEAST or on_gpu() or self.images and not rows.size:
            return []
        tensors = batches.tensors(self.program, arrays, whole)
        if tensors is None:
            return []
        loop = self._loop(tuple([array.ndim > 0 for array in arrays] + [False] * len(whole)))
        results = [result.numpy() for result in loop(tensors + [tf.constant(rows)])]
        end = len(self.program.outputs)
        outputs, (done, right), states = results[:end], results[end:end + 2], results[end + 2:]
        if not right:
            done -= 1
            self._give_up(states)
        return [[output[i] for output in outputs] for i in range(done)]

    def _loop(self, split):
        key = bool(self.relus), split
        if key not in self.loops:
            function = self._variant(self.images, self.relus).function
            loop = batches.loop_of(function, self.program, split, self.draws, bool(self.relus))
            self.loops[key] = _call(loop, len(self.program.outputs) + 2 + len(self.draws))
        return self.loops[key]

    def _variant(self, images, relus):
        key = bool(images), bool(relus)
        if key not in self.variants:
            self.variants[key] = _traced(self.kernels, self.program, self.kept, images, relus)
        return self.variants[key]


def _traced(kernels, program, kept, images, relus):
    """Returns: a callable for the program's traced function, in which the operations ``images`` have samples. If there
    are ``relus``, convolutions before them must be finite, and the last result is whether they were."""
    def traced(*fed):
        natives = InFunction(kernels, dict(zip(program.inputs, fed)), kept, program.nodes, images, relus)
        outputs = [tf.identity(natives[node]) for node in program.outputs]
        controls = [tf.convert_to_tensor(natives[node]) for node in program.controls]
        values = [tf.convert_to_tensor(natives[node]) for node in program.updates.values()]
        variables = [variable.native.value for variable in program.updates]
        steps = optimizers.steps(variables, [natives[variable] for variable in program.updates], values)
        stepped = {i for step in steps for i in step.variables}
        others = [(variables[i], value) for i, value in enumerate(values) if i not in stepped]
        needed = [value for _, value in others] + [value for step in steps for value in step.inputs]

        def update():
            for step in steps:
                step.run()
            for variable, value in others:
                variable.assign(value, read_value=False)

        right = tf.reduce_all(tf.stack(natives.checks)) if relus else None
        # No variable may change before all outputs have been computed. One operation waits for them all, and updates
        # wait for that one: otherwise the graph would have a dependency for each pair of an output and an update.
        with tf.control_dependencies(outputs + controls + needed):
            computed = tf.no_op()
        with tf.control_dependencies([computed]):
            if relus and values:
                tf.cond(right, update, lambda: None)
            else:
                update()
        return outputs + [right] if relus else outputs

    specs = [tf.TensorSpec(node.shape, node.dtype) for node in program.inputs]
    function = tf.function(traced, autograph=False).get_concrete_function(*specs)
    kept += [node.native for node in program.nodes + list(program.updates) if node.kind == "variable"]
    return _call(function, len(program.outputs) + bool(relus))


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
    ``kept``. The operations ``images`` are known to have samples. The convolutions before the ``relus`` are taken to be
    finite if all ``checks`` are true.
    """

    def __init__(self, kernels, made, kept, nodes, images, relus):
        super().__init__(kernels, made)
        self.kept = kept
        self.images = images
        self.relus, self.examined, self.checks = relus, finite.examined(relus), []
        self.flowing = _flowing(nodes)
        self._look_at(nodes)

    def within(self, body, given):
        inner = super().within(body, given)
        inner._look_at(body.nodes)
        inner.flowing = None
        return inner

    def _look_at(self, nodes):
        self.wanted = {(node.operation, node.output) for node in nodes}
        self.parts, self.splits = splits.parts(nodes), {}

    def cut(self, node, native):
        """Returns: the native tensor of an input of a loop, in the loop's body. TensorFlow's loops compute gradients by
        all inputs; those that nobody needs, and products of matrices only for them, are left out by this."""
        return native if self.flowing is None or node in self.flowing else tf.stop_gradient(native)

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
            found = [tf.convert_to_tensor(gradient) for gradient in found]
            self.checks += [finite.has_no_nan(gradient) for gradient, x in zip(found, operation.inputs[1:])
                            if x in self.examined]
            return found
        if operation in self.relus:
            self.checks.append(finite.are_bounded(*[self[node] for node in self.relus[operation]]))
            return tf.nn.relu(inputs[0])
        part = self.parts.get(operation)
        if part is not None:
            if part.split() not in self.splits:
                self.splits[part.split()] = tf.split(inputs[0], part.sizes, part.axis)
            return self.splits[part.split()][part.number]
        attributes = generators.attributes(operation)
        self.kept.append(attributes.get("generator"))
        with gradients.own(), known.HAS_SAMPLES.set_to(operation in self.images), \
                known.IS_FINITE.set_to(finite.is_after(self.relus, operation)):
            return getattr(self.kernels, operation.kernel)(*inputs, **attributes)


def _flowing(nodes):
    """Returns: the nodes that a gradient flows back to; None if there is no loop, which alone asks for them, or no
    gradient, or if some gradient is computed in the body of a loop."""
    gradients, operations = gradient_operations(nodes), operations_inside(nodes)
    with_loops = any(operation.kernel == "loop" for operation in operations)
    if not gradients or not with_loops or not are_outside_loops(gradients, operations):
        return None
    found = {x for gradient in gradients for x in between(gradient.inputs[0], gradient.inputs[1:], nodes)}
    return found.union(*[gradient.inputs[1:] for gradient in gradients])


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
