"""Variables, constants, placeholders: making them, inspecting them, reading and changing their values."""

import numpy as np

from .. import config
from ..engines.numpy_shape import LARGEST
from ..errors import ArgumentError, DtypeError, EngineError, ShapeError
from ..graph.node import Node
from ..messages import Argument, Shape, Type, Value
from ..sparse_array import is_sparse_value
from . import known, rules
from .core import first_tensor
from .marks import takes_any_backend
from .random import random_seed
from .sizes import static_sizes


class Variables:

    # -- making ---------------------------------------------------------------------------------

    def variable(self, value, dtype=None, name=None, constraint=None):
        """A tensor whose value persists and can be changed.

        Arguments: value, a number, array, scipy.sparse matrix or tensor (which is evaluated); dtype, floatx by default;
        name, a string; constraint, a function kept with the variable for optimizers to apply.
        Returns: a variable of the value's shape. Raises DtypeError for values that are not numbers.

        Example:
            >>> K.eval(K.variable([[1, 2], [3, 4]]))
            array([[1., 2.],
                   [3., 4.]], dtype=float32)
        """
        if constraint is not None and not callable(constraint):
            raise ArgumentError("{argument} must be a function, not {value}", argument="constraint",
                                value=Value(constraint))
        dtype = rules.dtype_name(dtype, config.floatx())
        if is_sparse_value(value):
            return self.sparse_variable(value, dtype, self._name(name, "variable"))
        array = self.array(value, "value", dtype)
        name = self._name(name, "variable")
        node = self.new_node("variable", dtype, array.shape, name=name)
        node.constraint = constraint
        self.host.make_variable(node, array, self.initialize_variables)
        return node

    def constant(self, value, dtype=None, shape=None, name=None):
        """A tensor whose value never changes.

        Arguments: value, a number, array or tensor (which is evaluated); dtype, floatx by default; shape,
        the result's shape: the value's elements must fill it, or be one that is repeated (sizes may be integer
        scalars, or all of them one integer tensor with one dimension); name, a string. Returns: a tensor. Raises
        ShapeError when value and shape do not fit.
        """
        array = self.array(value, "value", rules.dtype_name(dtype, config.floatx()))
        if shape is not None:
            sizes = self.sizes_of(shape, "shape", least=0)
            shape = static_sizes(sizes)
            if any(isinstance(size, Node) for size in sizes):
                value = self.constant_node(array)
                of_shape = (self.filled if array.size == 1 else self.reshape)(value, sizes)
                return self._named(of_shape, name)
            rules.known_shape(shape)
            if array.size == rules.product(shape):
                array = array.reshape(shape)
            elif array.size == 1:
                array = np.full(shape, array.reshape(()), dtype=array.dtype)
            else:
                raise ShapeError("`value` has {size} elements; `shape` {shape} takes {count}, or 1 that is repeated",
                                 size=array.size, shape=shape, count=rules.product(shape))
        return self.constant_node(array, name)

    def placeholder(self, shape=None, ndim=None, dtype=None, sparse=False, name=None):
        """A tensor whose value is given at each call of a ``function``.

        Arguments: shape, a tuple with None for each unknown size; or ndim, the number of dimensions, all
        unknown; dtype, floatx by default; sparse, whether its values are scipy.sparse matrices; name, a
        string. Returns: a placeholder. Raises ArgumentError when neither shape nor ndim is given, or they disagree.

        Example:
            >>> K.int_shape(K.placeholder(shape=(None, 3)))
            (None, 3)
        """
        if shape is None and ndim is None:
            raise ArgumentError("`shape` or `ndim` must be given")
        if shape is None:
            shape = (None,) * rules.integer(ndim, "ndim", least=0)
        shape = rules.static_shape(shape)
        if ndim is not None and ndim != len(shape):
            raise ArgumentError("{argument} is {value}, but `shape` {shape} has {count} dimensions",
                                argument="ndim", value=Value(ndim), shape=shape, count=len(shape))
        dtype = rules.dtype_name(dtype, config.floatx())
        name = self._name(name, "placeholder")
        if rules.flag(sparse, "sparse"):
            return self.sparse_placeholder(shape, dtype, name)
        return self.new_node("placeholder", dtype, shape, name=name)

    def _name(self, name, kind):
        """The name that a variable or placeholder was given, or a generated one."""
        if name is not None and rules.text(name, "name"):
            return name
        number = self.get_uid(kind)
        return kind if number == 1 else "%s_%d" % (kind, number - 1)

    def zeros(self, shape, dtype=None, name=None):
        """A variable filled with zeros; if a size is a tensor, such as ``K.shape(x)[0]``, a tensor of zeros.

        Arguments: shape, a tuple of sizes, numbers or integer scalars, or an integer tensor with one dimension;
        dtype, floatx by default; name, a string.

        Example:
            >>> K.eval(K.zeros((2, K.shape(K.ones((3, 4)))[1])))
            array([[0., 0., 0., 0.],
                   [0., 0., 0., 0.]], dtype=float32)
        """
        return self._filled_variable(0, shape, dtype, name)

    def ones(self, shape, dtype=None, name=None):
        """A variable filled with ones; if a size is a tensor, a tensor of ones. Arguments as of ``zeros``."""
        return self._filled_variable(1, shape, dtype, name)

    def _filled_variable(self, number, shape, dtype, name):
        dtype = rules.dtype_name(dtype, config.floatx())
        sizes = self.sizes_of(shape, "shape", least=0)
        if any(isinstance(size, Node) for size in sizes):
            return self._named(self.filled(self.node(number, "value", dtype=dtype), sizes), name)
        return self.variable(np.full(rules.known_shape(sizes), number, dtype), dtype, name)

    def eye(self, size, dtype=None, name=None):
        """A variable that holds the identity matrix; if a size is a tensor, a tensor with that value.

        Arguments: size, the number of rows and columns, or a tuple of both, numbers or integer scalars; dtype,
        floatx by default; name, a string.
        """
        sizes = self.sizes_of(size, "size", least=0)
        if len(sizes) not in (1, 2):
            raise ShapeError("{argument} must be one number or two, not {sizes}", argument="size", sizes=Shape(sizes))
        dtype = rules.dtype_name(dtype, config.floatx())
        if any(isinstance(each, Node) for each in sizes):
            rows, columns = [self.arange(each, dtype="int64") for each in (sizes[0], sizes[-1])]
            return self._named(self.cast(self.equal(self.expand_dims(rows, 1), columns), dtype), name)
        rules.known_shape(sizes, "size")
        made = self.variable(np.eye(sizes[0], sizes[-1], dtype=dtype), dtype, name)
        made._tracked = True  # tells Keras that it is no weight of a layer that it is an attribute of
        return made

    def zeros_like(self, x, dtype=None, name=None):
        """Zeros in the shape of another tensor, unknown sizes included.

        Arguments: x, a tensor or array; dtype, that of x by default; name, a string. Returns: a tensor.
        """
        return self._filled_like(x, 0, dtype, name)

    def ones_like(self, x, dtype=None, name=None):
        """Ones in the shape of another tensor, unknown sizes included.

        Arguments: x, a tensor or array; dtype, that of x by default; name, a string. Returns: a tensor.
        """
        return self._filled_like(x, 1, dtype, name)

    def _filled_like(self, x, number, dtype, name):
        x = self.node(x, "x")
        dtype = rules.dtype_name(dtype, x.dtype)
        return self._named(self.apply("fill_like", [x], dtype, x.shape, number=number, dtype=dtype), name)

    def identity(self, x, name=None):
        """A new tensor of the same value.

        Arguments: x, a tensor or array; name, a string. Returns: a tensor of x's shape and dtype.
        """
        x = self.node(x, "x")
        return self._named(self.apply("identity", [x], x.dtype, x.shape), name)

    def _named(self, node, name):
        node.name = None if name is None else self.scoped(name)
        return node

    def random_uniform_variable(self, shape, low, high, dtype=None, name=None, seed=None):
        """A variable drawn from the uniform distribution on [low, high).

        Arguments: shape, a tuple of known sizes; low, high, numbers; dtype, floatx by default; name, a
        string; seed, an integer that makes the draw repeat, the same on every backend.
        """
        low, high = rules.number(low, "low"), rules.number(high, "high")
        if not np.isfinite(float(high) - float(low)):
            raise ArgumentError("`low` {low} and `high` {high} must be finite, and so must their difference",
                                low=Value(low), high=Value(high))
        draws = _draws(seed).uniform(low, high, rules.known_shape(shape))
        return self.variable(draws, dtype, name)

    def random_normal_variable(self, shape, mean, scale, dtype=None, name=None, seed=None):
        """A variable drawn from the normal distribution.

        Arguments: shape, a tuple of known sizes; mean; scale, the standard deviation; dtype, floatx by
        default; name, a string; seed, an integer that makes the draw repeat, the same on every backend.
        """
        mean, scale = rules.number(mean, "mean"), rules.number(scale, "scale", least=0)
        draws = _draws(seed).normal(mean, scale, rules.known_shape(shape))
        return self.variable(draws, dtype, name)

    def arange(self, start, stop=None, step=1, dtype="int32"):
        """The numbers from start up to, but not including, stop.

        Arguments: start, stop, step, numbers or scalar tensors; a single one is the stop, and the start is 0;
        dtype of the result. Returns: a tensor of one dimension. Raises ArgumentError when step is 0.
        """
        if stop is None:
            start, stop = 0, start
        start, stop, step = [each.known if isinstance(each, Node) and known.is_number(each.known) else each
                             for each in map(rules.scalar, (start, stop, step))]
        if any(isinstance(each, Node) for each in (start, stop, step)):
            return self._counted_up(start, stop, step, rules.dtype_name(dtype, "int32"))
        for argument, number in (("start", start), ("stop", stop), ("step", step)):
            if not isinstance(number, (int, float, np.number)) or not np.isfinite(number):
                raise ArgumentError("{argument} must be a number, not {value}", argument=argument, value=Value(number))
        if step == 0:
            raise ArgumentError("{argument} must not be 0", argument="step")
        return self.constant(np.arange(start, stop, step), rules.dtype_name(dtype, "int32"))

    def _counted_up(self, start, stop, step, dtype):
        """``arange`` if one of the three is a tensor."""
        three = [self.node(each, name) for each, name in ((start, "start"), (stop, "stop"), (step, "step"))]
        for node, name in zip(three, ("start", "stop", "step")):
            rules.need_dtype(node, name, rules.FLOATS + rules.INTEGERS, "numbers are needed,")
            if node.ndim:
                raise ShapeError("{argument} must be a scalar; its shape is {shape}", argument=name, shape=node.shape)
        whole = all(node.dtype in rules.INTEGERS for node in three)
        start, stop, step = [self.cast(node, "int64" if whole else "float64") for node in three]
        # The number of steps, rounded up.
        count = self.negative(self.floor_divide(self.subtract(start, stop), step))
        count = self.maximum(self.cast(count, "int64"), 0)
        numbers = self.cast(self.apply("arange", [count], "int64", (None,)), start.dtype)
        return self.cast(self.add(start, self.multiply(numbers, step)), dtype)

    # -- sizes ------------------------------------------------------------------------------------

    def shape(self, x):
        """The shape as a tensor, known in full when it is evaluated.

        Arguments: x, a tensor or array. Returns: an int32 tensor with an element for each dimension. Raises ShapeError
        for a size that does not fit int32; if that is not known before, evaluating it raises EngineError.
        """
        x = self.node(x, "x", sparse=True)
        if x.parts is not None:
            return x.parts[3]
        if any(size is not None and size > LARGEST for size in x.shape):
            raise ShapeError("a size of {shape}, the shape of {argument}, is larger than int32 holds", argument="x",
                             shape=x.shape)
        return self.apply("shape", [x], "int32", (x.ndim,))

    def size(self, x, name=None):
        """The number of elements as a tensor.

        Arguments: x, a tensor or array; name, a string. Returns: an int32 scalar. Raises ShapeError for a number that
        does not fit int32; if that is not known before, evaluating it raises EngineError.
        """
        x = self.node(x, "x", sparse=True)
        count = rules.product(x.shape)
        if count is not None and count > LARGEST:
            raise ShapeError("{argument} has {count} elements, more than int32 counts", argument="x", count=count)
        if count is not None:
            return self._named(self.prod(self.shape(x)), name)
        count = self.prod(self.cast(self.shape(x), "int64"))
        fits = self.less_equal(count, LARGEST)
        count = self._asserted(count, fits, EngineError("{argument} has more elements than int32 counts", argument="x"))
        return self._named(self.cast(count, "int32"), name)

    # -- values -----------------------------------------------------------------------------------

    @takes_any_backend
    def eval(self, x):
        """The value of a tensor, computed on the current backend.

        Arguments: x, a tensor of any backend that depends on no placeholder. Returns: a NumPy array of its shape and
        dtype. An update is carried out. The variables of a tensor of another backend stay there: their current values
        are sent along. Raises PlaceholderError naming the placeholders without a value, and GradientError for
        gradients if the current backend has none.

        Example:
            >>> K.eval(K.ones((2, 2)) + 1)
            array([[2., 2.],
                   [2., 2.]], dtype=float32)
        """
        tensor = first_tensor(x)
        own = self if tensor is None else tensor.graph.contract
        return self.evaluate(own._node_of(x, "x"))

    def get_value(self, x):
        """The value of a variable. Arguments: x, a variable or other tensor. Returns: a NumPy array."""
        return self.evaluate(self._node_of(x, "x"))

    def batch_get_value(self, ops):
        """The values of several variables. Arguments: ops, a list. Returns: a list of NumPy arrays."""
        if not isinstance(ops, (list, tuple)):
            raise ArgumentError("{argument} must be a list of variables, not {value}", argument="ops", value=Type(ops))
        nodes = [self._node_of(x, Argument("ops", i)) for i, x in enumerate(ops)]
        variables = [node for node in nodes if node.kind == "variable" and node.parts is None]
        values = dict(zip(variables, self.host.get_values(variables)))
        return [values[node] if node in values else self.evaluate(node) for node in nodes]

    def _node_of(self, x, argument):
        """The argument as a node, tensors unchanged: control dependencies do not apply to reading a variable."""
        return x if isinstance(x, Node) else self.node(x, argument)

    def set_value(self, x, value):
        """Change the value of a variable.

        Arguments: x, a variable; value, a number, array or tensor (which is evaluated) of x's shape.
        Raises ShapeError if the shapes differ, DtypeError if x is not a variable.
        """
        x = self.variable_node(x, "x")
        self.host.set_values([(x, self.fitting_array(value, "value", x.dtype, x.shape))])

    def batch_set_value(self, tuples):
        """Change the values of several variables, or of none if one of the values does not fit.

        Arguments: tuples, a list of (variable, value) pairs. Raises as ``set_value`` does.
        """
        if not isinstance(tuples, (list, tuple)):
            raise ArgumentError("{argument} must be a list of (variable, value) pairs, not {value}", argument="tuples",
                                value=Value(tuples))
        pairs = []
        for i, pair in enumerate(tuples):
            if not isinstance(pair, (list, tuple)) or len(pair) != 2:
                raise ArgumentError("{argument} must be a (variable, value) pair, not {value}",
                                    argument=Argument("tuples", i), value=Value(pair))
            x, value = pair
            x = self.variable_node(x, Argument("tuples", i, 0))
            pairs.append((x, self.fitting_array(value, Argument("tuples", i, 1), x.dtype, x.shape)))
        self.host.set_values(pairs)

    def cast(self, x, dtype):
        """The tensor with its elements converted.

        Arguments: x, a tensor or array; dtype, a dtype's name. Floats are truncated to integers; nan becomes 0, and
        values outside the dtype's range its nearest limit. Numbers become bools by comparing
        with 0. Returns: a tensor of x's shape.
        """
        x, dtype = self.node(x, "x"), rules.dtype_name(dtype)
        if x.dtype == dtype:
            return x
        if dtype == "bool":
            return self.not_equal(x, 0)
        return self.apply("cast", [x], dtype, x.shape, dtype=dtype)

    # -- updates ------------------------------------------------------------------------------------

    def update(self, x, new_x):
        """An update of a variable, carried out when it is evaluated.

        Arguments: x, a variable; new_x, a tensor or array of its shape. Returns: a tensor, the new value,
        to evaluate or to pass to ``function`` among its updates.
        Raises DtypeError if x is not a variable or the dtypes differ, ShapeError if the shapes differ.
        """
        return self._updated(self.variable_node(x, "x"), new_x, "new_x")

    def _updated(self, x, new_x, argument):
        """An update of a variable to a new value; ``argument`` is the user's argument that determines the value."""
        new_x = self.node(new_x, argument, dtype=x.dtype)
        if new_x.dtype != x.dtype:
            raise DtypeError("{argument} has dtype {dtype}, the variable has dtype {expected}",
                             remedy="convert it with {cast()}", argument=argument, dtype=new_x.dtype, expected=x.dtype)
        if not rules.compatible(new_x.shape, x.shape):
            raise ShapeError("{argument} has shape {shape}; the variable has shape {expected}", argument=argument,
                             shape=new_x.shape, expected=x.shape)
        node = self.apply("identity", [new_x], x.dtype, x.shape, kind="update")
        node.variable = x
        return node

    def update_add(self, x, increment):
        """An update that adds. Arguments: x, a variable; increment, a tensor or array. Returns: as ``update``."""
        return self._moved(self.variable_node(x, "x"), "add", increment, "increment")

    def update_sub(self, x, decrement):
        """An update that subtracts. Arguments: x, a variable; decrement, a tensor or array. Returns: as ``update``."""
        return self._moved(self.variable_node(x, "x"), "subtract", decrement, "decrement")

    def _moved(self, x, kernel, change, argument):
        """An update by a sum or difference, which must have the variable's shape."""
        moved = self._binary(kernel, x, change, ("x", argument))
        if not rules.compatible(moved.shape, x.shape):
            raise ShapeError("{argument} of shape {shape} does not fit the variable `x` of shape {expected}",
                             argument=argument, shape=self.node(change, argument).shape, expected=x.shape)
        return self._updated(x, moved, argument)

    def moving_average_update(self, x, value, momentum):
        """An update towards a value: x * momentum + value * (1 - momentum).

        Arguments: x, a variable; value, a tensor or array of its shape; momentum, a number or scalar tensor
        from 0 to 1. Returns: as ``update``.
        """
        x = self.variable_node(x, "x")
        _, value = self.operands(x, value, ("x", "value"))
        _, momentum = self.operands(x, momentum, ("x", "momentum"))
        if momentum.ndim:
            raise ShapeError("{argument} must be a scalar; its shape is {shape}", argument="momentum",
                             shape=momentum.shape)
        if not rules.compatible(value.shape, x.shape):
            raise ShapeError("{argument} has shape {shape}; the variable has shape {expected}", argument="value",
                             shape=value.shape, expected=x.shape)
        old = self.multiply(x, momentum)
        return self._updated(x, self.add(old, self.multiply(value, self.subtract(1, momentum))), "value")


def _draws(seed):
    """A NumPy generator with that seed, or with one drawn from NumPy's global generator."""
    return np.random.RandomState(random_seed(None) if seed is None else rules.integer(seed, "seed", least=0) % 2 ** 32)
