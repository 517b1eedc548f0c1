"""Bad input to every backend function raises one of our errors, which names the function and the argument.

``CALLS`` has a valid call of each function. Each argument is of a kind, which lists invalid values. The bad calls are
the valid one with one argument replaced, and then those that only make sense for that function.
"""

import re

import numpy as np
import pytest
from checks import check

import pyshim

NAN = float("nan")


class Tensors:
    """Tensors of ones for the calls, each made on first access: ``t.matrix``, ``t.matrix_int32``."""

    SHAPES = {"scalar": (), "vector": (3,), "matrix": (2, 3), "square": (3, 3), "cube": (2, 3, 4),
              "image": (2, 5, 6, 3),
              "volume": (2, 3, 4, 5, 2), "rank6": (1, 1, 1, 1, 1, 1)}

    def __init__(self, K):
        self.K = K

    def __getattr__(self, name):
        shape, _, dtype = name.partition("_")
        value = self(self.SHAPES[shape], dtype or "float32")
        setattr(self, name, value)
        return value

    def __call__(self, shape, dtype="float32"):
        return self.K.ones(shape, dtype)


# -- kinds of arguments: a valid value, and pairs of an error and an invalid value ----------------------

RAGGED = [[1, 2], [3]]
NO_TENSORS = [("DtypeError", value) for value in (None, "text", ["a", "b"], RAGGED, {"a": 1})]
NO_NUMBERS = [("ArgumentError", value) for value in ("three", None, [1, 2], {})]
NO_WHOLE_NUMBERS = NO_NUMBERS + [("ArgumentError", value) for value in (0.5, NAN, float("inf"), True)]


def some(good, *bad):
    """An argument with its own list of invalid values."""
    return good, list(bad)


def tensor(good, *bad):
    """A tensor; ``bad`` lists tensors that are invalid here."""
    return good, NO_TENSORS + list(bad)


def tensors(good, *bad):
    """A list of tensors. A list of lists counts as one."""
    return good, [(error, value) for error, value in NO_TENSORS if value != RAGGED] + list(bad)


def also(kind, *bad):
    """An argument of a kind with further invalid values."""
    return kind[0], kind[1] + list(bad)


def optional(kind):
    """An argument that may be None."""
    good, bad = kind
    return good, [(error, value) for error, value in bad if value is not None]


def variable(t):
    return t.vector, NO_TENSORS + [("DtypeError", t.vector + 1)]


def axis(good, out_of_range=9):
    return good, NO_WHOLE_NUMBERS + [("ShapeError", out_of_range), ("ShapeError", -1 - out_of_range)]


def axes(good, out_of_range=9):
    good, bad = axis(good, out_of_range)
    bad = [(error, value) for error, value in bad if value not in (None, [1, 2])]
    return good, bad + [("ShapeError", [0, 0]), ("ShapeError", [0, out_of_range]), ("ArgumentError", [0, NAN])]


def whole(good, least=None):
    """An integer, such as a size."""
    return good, NO_WHOLE_NUMBERS + ([] if least is None else [("ArgumentError", least - 1)])


def several(good, least=1, single=True):
    """Integers, one per axis, or one for all axes."""
    bad = ["three", None, good + good, [], [0.5] * len(good), [NAN] * len(good), ["a"] * len(good),
           [least - 1] * len(good), {}] + ([] if single else [1])
    return good, [("ArgumentError", value) for value in bad]


def sizes(good, *bad):
    """A shape."""
    wrong = ("three", None, [-1], -2, [0.5], NAN, [NAN], [[2]], ["a"], {}, True)
    return good, [("ArgumentError", value) for value in wrong] + list(bad)


def known(good):
    return sizes(good, ("ShapeError", [2, None]))


def number(good, *bad):
    return good, NO_NUMBERS + list(bad)


# Names and types that NumPy accepts as a dtype but we refuse: "float", for one, is neither floatx nor the float
# of TensorFlow.
NO_DTYPES = ("decimal", 5, "complex64", "str", ["float32"], "", "float", "int", "double", "half", "f4", "<f4", "?",
             "Float32", float, int, str, np.floating, np.complex64, np.longdouble, np.dtype("datetime64[s]"))


def dtype(good="float32", *bad):
    return good, [("DtypeError", value) for value in NO_DTYPES] + list(bad)


def choice(good, *bad):
    """One of several words."""
    return good, [("ArgumentError", value) for value in ("nonsense", 5, ["same"], NAN) + bad]


def padding(good="valid"):
    return choice(good, None, "causal")


def data_format():
    return choice("channels_last", "channels", "last")


def function(good):
    return good, [("ArgumentError", value) for value in (None, 5, "text", [abs])]


def name():
    return "name", [("ArgumentError", value) for value in (5, ["a"], [], np.array([1, 2]), {})]


def seed():
    return 1, [("ArgumentError", value) for value in ("seed", -1, 0.5, NAN, [1, 2])]


def flag(good=False):
    return good, [("ArgumentError", value) for value in ("text", [], NAN, 2)]


# -- valid calls ----------------------------------------------------------------------------------------

def nothing(t):
    return {}


def one(kind):
    """A function of one argument."""
    (argument, make), = kind.items()
    return lambda t: {argument: make(t)}


def of_tensor(argument="x"):
    return lambda t: {argument: tensor(t.matrix)}


def of_floats(t):
    return {"x": tensor(t.matrix, ("DtypeError", t.matrix_int32), ("DtypeError", t.matrix_bool))}


def of_numbers(t):
    return {"x": tensor(t.matrix, ("DtypeError", t.matrix_bool))}


def of_two(t):
    return {"x": tensor(t.matrix, ("DtypeError", t.matrix_bool)),
            "y": tensor(t.matrix, ("DtypeError", t.matrix_int32), ("ShapeError", t((2, 2))))}


def equality(t):
    return {"x": tensor(t.matrix), "y": tensor(t.matrix, ("DtypeError", t.matrix_int32), ("ShapeError", t((2, 2))))}


def reduction(t):
    return {"x": tensor(t.matrix), "axis": axes(1), "keepdims": flag()}


def number_reduction(t):
    return dict(reduction(t), x=tensor(t.matrix, ("DtypeError", t.matrix_bool)))


def along(t):
    return {"x": tensor(t.matrix, ("DtypeError", t.matrix_bool)), "axis": axis(1)}


def filled(t):
    return {"shape": known((2, 3)), "dtype": dtype(), "name": name()}


def filled_like(t):
    return {"x": tensor(t.matrix), "dtype": dtype(), "name": name()}


def cost(t):
    return {"target": tensor(t.matrix, ("ShapeError", t.cube), ("ShapeError", t((2, 4))),
                             ("DtypeError", t.matrix_int32)),
            "output": tensor(t.matrix, ("DtypeError", t.matrix_int32)), "from_logits": flag()}


def convolved(x, kernel, count, **more):
    """A convolution of tensors of these shapes."""
    def call(t):
        others = [("ShapeError", t.scalar), ("ShapeError", t.rank6), ("ShapeError", t(kernel + (1,)))]
        wrong = [("ShapeError", t(kernel[:-2] + (7, 7))), ("ShapeError", t((20,) * count + kernel[-2:])),
                 ("ShapeError", t((0,) * count + kernel[-2:]))]
        steps = (1,) * count
        return dict({"x": tensor(t(x), ("DtypeError", t(x, "int32")),
                                 ("ShapeError", t.vector), ("ShapeError", t.rank6)),
                     "kernel": tensor(t(kernel), ("DtypeError", t(kernel, "float64")), *others + wrong),
                     "strides": several(steps), "padding": padding(), "data_format": data_format(),
                     "dilation_rate": several(steps)}, **{key: make(t) for key, make in more.items()})
    return call


def renamed(call, **names):
    """The same call with renamed arguments; arguments renamed to None are left out."""
    return lambda t: {names.get(key, key): kind for key, kind in call(t).items() if names.get(key, key) is not None}


def pooled(x, count):
    return lambda t: {
        "x": tensor(t(x), ("DtypeError", t(x, "int32")), ("ShapeError", t.vector), ("ShapeError", t.rank6)),
        "pool_size": also(several((2,) * count), ("ShapeError", [20] * count)),
        "strides": several((1,) * count), "padding": padding(), "data_format": data_format(),
        "pool_mode": choice("max", None, "mean")}


def drawn(**more):
    return lambda t: dict({"shape": known((2, 3)), "dtype": dtype("float32", ("DtypeError", "bool")), "seed": seed()},
                          **{key: make() for key, make in more.items()})


def normal():
    return drawn(mean=lambda: tensor(0.0), stddev=lambda: tensor(1.0, ("ArgumentError", -1.0)))


def folded(t):
    return {"fn": function(lambda total, x: total + x), "elems": tensor(t.matrix, ("ShapeError", t.scalar)),
            "initializer": optional(tensor(t.vector)),
            "name": name()}


def phase(t):
    return {"x": tensor(t.matrix), "alt": tensor(t.matrix),
            "training": some(1, ("ArgumentError", 2), ("ArgumentError", "text"), ("ArgumentError", NAN),
                             ("ShapeError", t.vector), ("ArgumentError", [1, 0]))}


def padded(shape, count):
    pairs = ((1, 1),) * count
    wrong = (None, "text", 1, (1, 1, 1, 1), ((1, 1),) * (count + 1), ((1, -1),) * count, ((1, NAN),) * count,
             ((1,),) * count)
    return lambda t: {"x": tensor(t(shape), ("ShapeError", t.vector), ("ShapeError", t.rank6)),
                      "padding": some(pairs, *[("ArgumentError", value) for value in wrong]),
                      "data_format": data_format()}


def asked(argument="x"):
    return lambda t: {argument: tensor(t.vector)}


CALLS = {
    "backend": nothing, "epsilon": nothing, "floatx": nothing, "image_data_format": nothing,
    "set_epsilon": lambda t: {"e": some(1e-7, *[("ConfigError", e) for e in (0, -1, NAN, "x", None, True, [1])])},
    "set_floatx": lambda t: {"floatx": some("float32", *[("ConfigError", x) for x in ("int32", "", None, 5, NAN, [])])},
    "cast_to_floatx": of_tensor(),
    "set_image_data_format": lambda t: {"data_format": some("channels_last", *[
        ("ConfigError", x) for x in ("last", "", None, 5, NAN, [])])},
    "normalize_data_format": lambda t: {"value": choice("channels_last", "last")},
    "get_uid": lambda t: {"prefix": some("dense", *[("ArgumentError", x) for x in (5, None, [], {}, NAN)])},
    "reset_uids": nothing,
    "manual_variable_initialization": lambda t: {"value": flag()},
    "learning_phase": nothing,
    "set_learning_phase": lambda t: {"value": some(0, *[
        ("ArgumentError", x) for x in (2, -1, None, NAN, "x", [1], 0.5)])},

    "symbolic": one({"func": lambda t: function(abs)}),
    "eager": one({"func": lambda t: function(abs)}),
    "clear_session": nothing,
    "function": lambda t: {
        "inputs": some([], ("ArgumentError", t.vector), ("ArgumentError", [t.vector]), *[
            ("DtypeError", x) for x in (None, "text", [None])]),
        "outputs": some([t.vector], *[("DtypeError", x) for x in (None, "text", [None], [t.vector, "text"], {"a": 1})]),
        "updates": some([], *[
            ("ArgumentError", x) for x in ("text", 5, t.vector, [t.vector], [None], [(1, 2, 3)], {})])},
    "gradients": lambda t: {
        "loss": tensor(t.vector, ("DtypeError", t.vector_int32), ("GradientError", t.vector_float64),
                       ("DtypeError", 1.0)),
        "variables": tensors([t.vector], ("DtypeError", [t.vector_int32]), ("GradientError", [t.matrix]),
                            ("GradientError", [1.0]))},
    "stop_gradient": lambda t: {"variables": tensors(t.matrix)},
    "name_scope": lambda t: {"name": some("scope", *[("ArgumentError", x) for x in (None, 5, [], {}, t.vector)])},
    "control_dependencies": lambda t: {"control_inputs": tensors([])},
    "print_tensor": lambda t: {"x": tensor(t.matrix),
                               "message": some("x: ", *[("ArgumentError", value) for value in (["x"], {}, t.vector)])},

    "variable": lambda t: {"value": tensor(t.matrix), "dtype": dtype(), "name": name(),
                           "constraint": optional(function(abs))},
    "constant": lambda t: {"value": tensor([1.0, 2.0]), "dtype": dtype(), "name": name(),
                           "shape": optional(sizes((1, 2), ("ShapeError", (2, None)), ("ShapeError", (3,))))},
    "placeholder": lambda t: {"shape": optional(sizes((2, None))), "dtype": dtype(), "sparse": flag(), "name": name(),
                              "ndim": some(2, *[("ArgumentError", x) for x in (3, -1, NAN, "two", [1, 2])])},
    "zeros": filled, "ones": filled,
    "eye": lambda t: {"size": known(3), "dtype": dtype(), "name": name()},
    "zeros_like": filled_like, "ones_like": filled_like,
    "identity": lambda t: {"x": tensor(t.matrix), "name": name()},
    "random_uniform_variable": lambda t: {"shape": known((2, 3)), "low": number(0.0), "high": number(1.0),
                                          "dtype": dtype(), "name": name(), "seed": seed()},
    "random_normal_variable": lambda t: {"shape": known((2, 3)), "mean": number(0.0), "dtype": dtype(), "name": name(),
                                         "scale": number(1.0, ("ArgumentError", -1.0)), "seed": seed()},
    "is_variable": one({"x": lambda t: some(5)}), "is_tensor": one({"x": lambda t: some(5)}),
    "is_placeholder": one({"x": lambda t: some(5)}),
    "is_keras_tensor": lambda t: {"x": some(t.vector, *[("ArgumentError", x) for x in (None, "text", 5, [1, 2])])},
    "is_sparse": of_tensor("tensor"), "to_dense": of_tensor("tensor"),
    "shape": of_tensor(), "int_shape": of_tensor(), "ndim": of_tensor(), "dtype": of_tensor(),
    "size": lambda t: {"x": tensor(t.matrix), "name": name()},
    "count_params": lambda t: {"x": tensor(t.matrix, ("ShapeError", t.K.placeholder((None,))))},
    "get_variable_shape": of_tensor(), "eval": of_tensor(), "get_value": of_tensor(),
    "batch_get_value": lambda t: {"ops": some([t.vector], ("DtypeError", [None]), ("DtypeError", ["text"]), *[
        ("ArgumentError", x) for x in (None, "text", 5, t.vector)])},
    "set_value": lambda t: {"x": variable(t), "value": tensor([1, 2, 3], ("ShapeError", t.matrix), ("ShapeError", 1))},
    "batch_set_value": lambda t: {"tuples": some([(t.vector, [1, 2, 3])], *[
        ("ArgumentError", x) for x in (None, "text", 5, t.vector, [None], [(t.vector,)])] + [
            ("DtypeError", [(None, 1)]), ("DtypeError", [(t.vector, None)]), ("ShapeError", [(t.vector, [1])])])},
    "cast": lambda t: {"x": tensor(t.matrix), "dtype": dtype("int32", ("DtypeError", None))},
    "update": lambda t: {"x": variable(t), "new_x": tensor([1, 2, 3], ("ShapeError", 1),
                                                           ("DtypeError", t.vector_int32))},
    "update_add": lambda t: {"x": variable(t), "increment": tensor(1, ("ShapeError", [1, 2]), ("ShapeError", t.matrix),
                                                                  ("DtypeError", t.vector_int32))},
    "update_sub": lambda t: {"x": variable(t), "decrement": tensor(1, ("ShapeError", [1, 2]), ("ShapeError", t.matrix),
                                                                  ("DtypeError", t.vector_int32))},
    "moving_average_update": lambda t: {
        "x": variable(t), "value": tensor([1, 2, 3], ("ShapeError", t.matrix), ("ShapeError", [1, 2]),
                                          ("DtypeError", t.vector_int32)),
        "momentum": tensor(0.9, ("ShapeError", [0.1, 0.2]), ("DtypeError", t.scalar_float64))},
    "arange": lambda t: {"start": number(0, ("ArgumentError", NAN), ("ShapeError", t.vector)),
                         "stop": optional(number(3, ("ArgumentError", NAN), ("ShapeError", t.vector))),
                         "step": number(1, ("ArgumentError", NAN), ("ArgumentError", 0)), "dtype": dtype("int32")},

    "dot": lambda t: {
        "x": tensor(t.matrix, ("ShapeError", t.scalar), ("DtypeError", t.matrix_bool), ("DtypeError", t.matrix_int32)),
        "y": tensor(t.square, ("ShapeError", t.scalar), ("ShapeError", t((2, 2))), ("DtypeError", t.square_int32))},
    "batch_dot": lambda t: {
        "x": tensor(t.cube, ("ShapeError", t.vector), ("DtypeError", t.cube_bool)),
        "y": tensor(t.cube, ("ShapeError", t.vector), ("ShapeError", t((2, 3, 3))), ("ShapeError", t((1, 3, 4))),
                    ("DtypeError", t.cube_int32)),
        "axes": some((2, 2), *[("ArgumentError", x) for x in ("text", (1,), (1, 1, 1), NAN, (2, NAN), {}, True)] + [
            ("ShapeError", x) for x in ((0, 1), (9, 1), (2, -9), 0)])},
    "transpose": of_tensor(),
    "gather": lambda t: {"reference": tensor(t.matrix, ("ShapeError", t.scalar)),
                         "indices": tensor([0, 1], ("DtypeError", t.vector), ("DtypeError", t.vector_bool),
                                           ("DtypeError", [0.5]))},

    "max": number_reduction, "min": number_reduction, "sum": reduction, "prod": reduction,
    "cumsum": along, "cumprod": along, "var": reduction, "std": reduction, "mean": reduction, "any": reduction,
    "all": reduction, "argmax": along, "argmin": along,
    "logsumexp": lambda t: dict(reduction(t), **of_floats(t)),

    "square": of_numbers, "abs": of_numbers, "sqrt": of_floats, "exp": of_floats, "log": of_floats, "round": of_numbers,
    "sign": of_numbers, "sin": of_floats, "cos": of_floats,
    "pow": renamed(of_two, y="a"),
    "clip": lambda t: {"x": tensor(t.matrix, ("DtypeError", t.matrix_bool)),
                       "min_value": optional(tensor(0.0, ("ArgumentError", 2.0), ("ShapeError", [1, 2]),
                                                    ("ShapeError", t.cube), ("DtypeError", t.matrix_int32))),
                       "max_value": optional(tensor(1.0, ("ArgumentError", -2.0), ("ShapeError", [1, 2]),
                                                    ("ShapeError", t.cube), ("DtypeError", t.matrix_int32)))},
    "equal": equality, "not_equal": equality, "greater": of_two, "greater_equal": of_two, "less": of_two,
    "less_equal": of_two, "maximum": of_two, "minimum": of_two,

    "concatenate": lambda t: {
        "tensors": tensors([t.matrix, t.matrix], ("ArgumentError", []), ("ShapeError", [t.matrix, t.cube]),
                           ("ShapeError", [t.matrix, t.square]), ("DtypeError", [t.matrix, t.matrix_int32]),
                           ("DtypeError", [t.matrix, None])),
        "axis": axis(1)},
    "reshape": lambda t: {"x": tensor(t.matrix, ("ShapeError", t((7,)))),
                          "shape": some((3, 2), ("ShapeError", (4, 2)), ("ShapeError", (-1, -1)),
                                        ("ShapeError", (4, -1)), *[
                              ("ArgumentError", x) for x in ("six", None, (-2, 3), (0.5,), NAN, [["a"]], {}, True)])},
    "permute_dimensions": lambda t: {
        "x": tensor(t.matrix, ("ShapeError", t.cube)),
        "pattern": some((1, 0), *[("ShapeError", x) for x in ((0, 0), (0,), (0, 1, 2), (0, 9))] + [
            ("ArgumentError", x) for x in (None, "text", ("a", "b"), (0, NAN), {}, (True, False))])},
    "repeat_elements": lambda t: {"x": tensor(t.matrix), "rep": whole(2, 0), "axis": axis(1)},
    "repeat": lambda t: {"x": tensor(t.matrix, ("ShapeError", t.cube), ("ShapeError", t.vector)), "n": whole(2, 0)},
    "tile": lambda t: {"x": tensor(t.matrix), "n": some((2, 2), *[
        ("ArgumentError", x) for x in (None, "text", (-1, 1), (0.5,), NAN, (NAN,), {}, True)])},
    "flatten": of_tensor(),
    "batch_flatten": lambda t: {"x": tensor(t.matrix, ("ShapeError", t.scalar))},
    "expand_dims": lambda t: {"x": tensor(t.matrix), "axis": axis(1)},
    "squeeze": lambda t: {"x": tensor(t((1, 2)), ("ShapeError", t.matrix)), "axis": axis(0)},
    "stack": lambda t: {
        "x": tensors([t.matrix, t.matrix], ("ArgumentError", []), ("ShapeError", [t.matrix, t.cube]),
                     ("ShapeError", [t.matrix, t.square]), ("DtypeError", [t.matrix, t.matrix_int32])),
        "axis": axis(1)},
    "one_hot": lambda t: {"indices": tensor([0, 1], ("DtypeError", t.vector), ("DtypeError", t.vector_bool)),
                          "num_classes": whole(3, 1)},
    "reverse": lambda t: {"x": tensor(t.matrix), "axes": axes(1)},
    "slice": lambda t: {"x": tensor(t.matrix, ("ShapeError", t((1, 1)))),
                        "start": several((0, 1), 0), "size": several((2, 2), -1)},
    "pattern_broadcast": lambda t: {"x": tensor(t((1, 2)), ("ShapeError", t.matrix)), "broadcastable": some(
        (True, False), ("ShapeError", (True, True)), *[
            ("ArgumentError", x) for x in (None, "text", (True,), True, ("a", "b"), (NAN, 0), {})])},
    "temporal_padding": lambda t: {"x": tensor(t.cube, ("ShapeError", t.matrix)), "padding": several((1, 1), 0)},
    "spatial_2d_padding": padded((1, 2, 2, 1), 2), "spatial_3d_padding": padded((1, 2, 2, 2, 1), 3),
    "resize_images": lambda t: {"x": tensor(t.image, ("ShapeError", t.vector)), "height_factor": whole(2, 1),
                                "width_factor": whole(2, 1), "data_format": data_format(),
                                "interpolation": choice("nearest", None, "cubic")},
    "resize_volumes": lambda t: {"x": tensor(t.volume, ("ShapeError", t.vector)), "depth_factor": whole(2, 1),
                                 "height_factor": whole(2, 1), "width_factor": whole(2, 1),
                                 "data_format": data_format()},

    "relu": lambda t: {"x": tensor(t.matrix, ("DtypeError", t.matrix_bool)), "alpha": tensor(0.1),
                       "max_value": optional(tensor(1.0, ("ShapeError", [1, 2]))),
                       "threshold": tensor(0.5, ("ShapeError", [1, 2]))},
    "elu": lambda t: dict(of_floats(t), alpha=tensor(0.1, ("ShapeError", [1, 2]), ("ShapeError", t.cube),
                                                     ("DtypeError", t.scalar_int32))),
    "softmax": lambda t: dict(of_floats(t), axis=axis(1)),
    "softplus": of_floats, "softsign": of_floats, "sigmoid": of_floats, "hard_sigmoid": of_floats, "tanh": of_floats,
    "categorical_crossentropy": lambda t: dict(cost(t), axis=axis(1)),
    "sparse_categorical_crossentropy": lambda t: dict(
        cost(t), target=tensor([0, 1], ("ShapeError", t.matrix), ("ShapeError", t.cube), ("ShapeError", [0, 1, 2]),
                               ("ShapeError", 1)), axis=axis(1)),
    "binary_crossentropy": cost,
    "dropout": lambda t: dict(of_floats(t), seed=seed(), level=number(0.5, *[
        ("ArgumentError", x) for x in (-0.1, 1, NAN, True)]), noise_shape=some((2, 1), *[
            ("ShapeError", x) for x in ((2,), 2, (2, 1, 1), (5, 1), (0, 1))] + [
            ("ArgumentError", x) for x in ("text", (-1, 1), (NAN, 1), (0.5, 1), ("a", "b"), {})])),
    "l2_normalize": lambda t: dict(of_floats(t), axis=axes(1)),
    "in_top_k": lambda t: {
        "predictions": tensor(t.matrix, ("DtypeError", t.matrix_int32), ("ShapeError", t.vector),
                              ("ShapeError", t.cube)),
        "targets": tensor([0, 1], ("DtypeError", t((2,))), ("ShapeError", [[0, 1]]), ("ShapeError", [0, 1, 2])),
        "k": whole(1, 1)},
    "normalize_batch_in_training": lambda t: dict(
        of_floats(t), gamma=optional(tensor(t.vector, ("ShapeError", [1, 2]), ("DtypeError", t.vector_int32))),
        beta=optional(tensor(t.vector, ("ShapeError", [1, 2]), ("ShapeError", t.cube))), reduction_axes=axes([0]),
        epsilon=number(0.1, ("ArgumentError", -1), ("ArgumentError", NAN))),
    "batch_normalization": lambda t: dict(
        of_floats(t), axis=axis(1), epsilon=number(0.1, ("ArgumentError", -1), ("ArgumentError", NAN)),
        **{argument: (optional if argument in ("beta", "gamma") else (lambda kind: kind))(
            tensor(t.vector, ("ShapeError", [1, 2]), ("ShapeError", t.cube), ("DtypeError", t.vector_int32)))
           for argument in ("mean", "var", "beta", "gamma")}),
    "bias_add": lambda t: {"x": tensor(t.matrix, ("ShapeError", t.vector)), "data_format": data_format(),
                           "bias": tensor(t.vector, ("ShapeError", t.matrix), ("ShapeError", [1, 2]),
                                          ("DtypeError", t.vector_int32))},

    "conv1d": convolved((2, 5, 3), (2, 3, 4), 1, padding=lambda t: choice("valid", None)),
    "conv2d": convolved((2, 5, 6, 3), (2, 2, 3, 4), 2),
    "conv3d": convolved((2, 3, 4, 5, 2), (2, 2, 2, 2, 3), 3),
    "conv2d_transpose": convolved((2, 4, 5, 3), (2, 2, 4, 3), 2, output_shape=lambda t: some(
        (2, 5, 6, 4), *[
            ("ShapeError", x) for x in ((2, 9, 9, 4), (5, 6), (2, 5, 6, 9), (9, 5, 6, 4), (2, None, 6, 4), 5)] + [
            ("ArgumentError", x) for x in (None, "text", (2, -1, 6, 4), (2, NAN, 6, 4), (2, "a", 6, 4), {})])),
    "conv3d_transpose": renamed(convolved((2, 2, 3, 4, 3), (2, 2, 2, 2, 3), 3, output_shape=lambda t: some(
        (2, 3, 4, 5, 2), *[("ShapeError", x) for x in ((2, 9, 9, 9, 2), (5, 6), (2, 3, 4, 5, 9), 5)] + [
            ("ArgumentError", x) for x in (None, "text", (2, -1, 6, 4, 2))])), dilation_rate=None),
    "separable_conv1d": renamed(convolved((2, 5, 3), (2, 3, 2), 1, pointwise_kernel=lambda t: tensor(
        t((1, 6, 4)), ("ShapeError", t((1, 5, 4))), ("ShapeError", t((2, 6, 4))), ("ShapeError", t.matrix),
        ("DtypeError", t((1, 6, 4), "float64")))), kernel="depthwise_kernel"),
    "separable_conv2d": renamed(convolved((2, 5, 6, 3), (2, 2, 3, 2), 2, pointwise_kernel=lambda t: tensor(
        t((1, 1, 6, 4)), ("ShapeError", t((1, 1, 5, 4))), ("ShapeError", t((2, 1, 6, 4))), ("ShapeError", t.matrix),
        ("DtypeError", t((1, 1, 6, 4), "float64")))), kernel="depthwise_kernel"),
    "depthwise_conv2d": renamed(convolved((2, 5, 6, 3), (2, 2, 3, 2), 2), kernel="depthwise_kernel"),
    "pool2d": pooled((2, 5, 6, 3), 2), "pool3d": pooled((2, 3, 4, 5, 2), 3),
    "local_conv1d": lambda t: {
        "inputs": tensor(t((2, 5, 3)), ("ShapeError", t.matrix), ("DtypeError", t((2, 5, 3), "int32")),
                         ("ShapeError", t((2, 1, 3)))),
        "kernel": tensor(t((4, 6, 2)), ("ShapeError", t.matrix), ("ShapeError", t((3, 6, 2))),
                         ("DtypeError", t((4, 6, 2), "float64"))),
        "kernel_size": several((2,)), "strides": several((1,)), "data_format": data_format()},
    "local_conv2d": lambda t: {
        "inputs": tensor(t((2, 3, 3, 1)), ("ShapeError", t.matrix), ("DtypeError", t((2, 3, 3, 1), "int32")),
                         ("ShapeError", t((2, 1, 1, 1)))),
        "kernel": tensor(t((4, 4, 2)), ("ShapeError", t.matrix), ("ShapeError", t((3, 4, 2))),
                         ("DtypeError", t((4, 4, 2), "float64"))),
        "kernel_size": several((2, 2)), "strides": several((1, 1)), "data_format": data_format(),
        "output_shape": optional(also(several((2, 2)), ("ShapeError", (3, 3))))},

    "random_normal": normal(), "truncated_normal": normal(),
    "random_uniform": drawn(minval=lambda: number(0.0, ("ArgumentError", 2.0)),
                            maxval=lambda: number(1.0, ("ArgumentError", -1.0))),
    "random_binomial": drawn(p=lambda: tensor(0.5, *[("ArgumentError", x) for x in (-0.1, 1.1, NAN)])),

    "rnn": lambda t: {
        "step_function": also(function(lambda x, states: (x, states[:1])),
            ("ArgumentError", lambda x, states: x), ("ArgumentError", lambda x, states: (x, states)),
            ("DtypeError", lambda x, states: (None, states[:1])), ("DtypeError", lambda x, states: (x, [None])),
            ("ShapeError", lambda x, states: (x, [t.square]))),
        "inputs": tensor(t.cube, ("ShapeError", t.vector)),
        "initial_states": tensors([t((2, 4))]),
        "mask": optional(tensor(t((2, 3)), ("ShapeError", t((2, 2))), ("ShapeError", t.vector),
                                 ("ShapeError", t.cube))),
        "constants": optional(tensors([t.vector])), "go_backwards": flag(), "unroll": flag(),
        "input_length": some(3, *[("ArgumentError", x) for x in ("text", 0, -1, NAN, [3])] + [("ShapeError", 5)])},
    "switch": lambda t: {"condition": tensor(1, ("ShapeError", [0, 1, 0]), ("ShapeError", t.cube)),
                         "then_expression": tensor(t.matrix, ("ShapeError", t.square), ("DtypeError", lambda: None)),
                         "else_expression": tensor(t.matrix, ("DtypeError", t.matrix_int32))},
    "in_train_phase": phase, "in_test_phase": lambda t: dict(phase(t), training=some(0, *phase(t)["training"][1])),
    "map_fn": lambda t: {"fn": also(function(lambda x: x), ("DtypeError", lambda x: None),
                                    ("DtypeError", lambda x: "a")),
                         "elems": tensor(t.matrix, ("ShapeError", t.scalar)), "name": name(), "dtype": dtype()},
    "foldl": folded, "foldr": folded,

    "ctc_label_dense_to_sparse": lambda t: {
        "labels": tensor(t.matrix_int32, ("ShapeError", t.vector_int32)),
        "label_lengths": tensor([1, 2], ("ShapeError", [1]), ("ShapeError", 1), ("ShapeError", t.matrix_int32),
                                ("DtypeError", [0.5, 1]))},
    "ctc_batch_cost": lambda t: {
        "y_true": tensor(t((2, 1), "int32"), ("ShapeError", t.vector_int32), ("ShapeError", t((3, 1), "int32"))),
        "y_pred": tensor(t.cube, ("ShapeError", t.matrix), ("DtypeError", t.cube_int32)),
        "input_length": tensor([3, 3], ("ShapeError", [1]), ("ShapeError", 1), ("DtypeError", [0.5, 1])),
        "label_length": tensor([1, 1], ("ShapeError", [1]), ("ShapeError", 1), ("DtypeError", [0.5, 1]))},
    "ctc_decode": lambda t: {
        "y_pred": tensor(t.cube, ("ShapeError", t.matrix), ("DtypeError", t.cube_int32)),
        "input_length": tensor([3, 3], ("ShapeError", [1]), ("ShapeError", 1), ("DtypeError", [0.5, 1])),
        "greedy": flag(), "beam_width": whole(5, 1),
        "merge_repeated": flag(),
        "top_paths": also(whole(1, 1), ("ArgumentError", 9))},
}

# The names of arguments in messages, where they differ from the argument's own name.
SAID = {("set_epsilon", "e"): "epsilon", ("set_image_data_format", "data_format"): "image_data_format"}

# Functions whose argument is an object of the engine's library, which only the engine can check.
NATIVE = {"get_session", "set_session"}


def bad_calls(name, t):
    """The valid call of a function, and triples of an error, an argument and the arguments of an invalid call."""
    kinds = CALLS[name](t)
    good = {argument: value for argument, (value, _) in kinds.items()}
    return good, [(error, argument, dict(good, **{argument: value}))
                  for argument, (_, bad) in kinds.items() for error, value in bad]


def called(K, name, arguments):
    value = getattr(K, name)(**arguments)
    if name in ("name_scope", "control_dependencies"):
        with value:
            pass
    return value


def test_every_function_is_in_the_table():
    assert set(CALLS) | NATIVE == {name for names in pyshim.FAMILIES.values() for name in names}


@pytest.mark.parametrize("name", CALLS)
def test_bad_calls(K, name):
    t = Tensors(K)
    good, bad = bad_calls(name, t)
    called(K, name, good)
    bad.append(("ArgumentError", "nonsense", dict(good, nonsense=1)))
    wrong = []
    for expected, argument, arguments in bad:
        said = SAID.get((name, argument), argument).replace("data_", "data[_ ]")
        given = arguments[argument]
        try:
            called(K, name, arguments)
            wrong.append("%s=%.60r: no error" % (argument, given))
        except Exception as caught:
            named = re.match(r"%s\(\): .*\b%s" % (name, said), str(caught), re.DOTALL)
            if type(caught).__name__ != expected or not named:
                wrong.append("%s=%.60r: %s: %.200s" % (argument, given, type(caught).__name__, caught))
    assert not wrong, "\n" + "\n".join(wrong)
    check(K, K.ones((3,)) * 2, np.full(3, 2, "float32"))
