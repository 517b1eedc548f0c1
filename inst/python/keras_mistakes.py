"""R's messages for frequent mistakes that Keras itself reports, in Python's notation.

Each rule is a pattern that matches Keras's message, and a function that makes one of our errors from it. Arguments
and calls in these messages are written for R, since only R users see them.
"""

import ast
import difflib
import math
import os
import re

from pyshim.errors import ArgumentError, FileError, KerasError, ShapeError
from pyshim.messages import Axis, Choices, Shape

RULES = []
RULES_OF_ENGINES = []  # for errors while a model runs
SHAPE = r"(\([^()]*\))"
NAMES = r"\[.*\]"


def told(error, words, rules=RULES):
    """Our error for an error of Keras; None where no rule matches it.

    ``words`` is Keras's message.
    """
    for pattern, tell in rules:
        found = re.search(pattern, words, re.DOTALL)
        made = tell(Places(error), *found.groups()) if found else None
        if made:
            return made
    return None


def told_of_engine(error):
    """A clearer error for one of an engine, or that error."""
    return told(error, error.message, RULES_OF_ENGINES) or error


def rule(pattern, rules=RULES):
    def add(tell):
        rules.append((pattern, tell))
        return tell
    return add


class Places:
    """Where an error was raised: the local variables of the functions that were running."""

    def __init__(self, error):
        self.error = error
        self.frames = []
        place = error.__traceback__
        while place:
            self.frames.append((place.tb_frame.f_code.co_name, place.tb_frame.f_locals))
            place = place.tb_next

    def within(self, *functions):
        """Whether one of the functions was running."""
        return any(name in functions for name, _ in self.frames)

    def find(self, function, name):
        """A local variable; None where the function was not running."""
        return next((values[name] for running, values in self.frames if running == function and name in values), None)

    def data(self, kind):
        """The argument that holds the data of that kind: "input" or "target"."""
        if self.find("fit", "do_validation") or self.find("fit_generator", "val_x") is not None:
            return "validation_data"
        return "y" if "target" in kind else "x"


def _shape(text):
    return tuple(size if size is None or isinstance(size, int) else str(size) for size in ast.literal_eval(text))


def _count(number, noun):
    if int(number) != 1:
        noun = noun[:-2] + "es" if noun.endswith("is") else noun + "s"
    return "%s %s" % (number, noun)


def _part(kind):
    return "output" if kind == "target" else "input"


# -- data -------------------------------------------------------------------------------------------------

@rule(r"Error when checking (?:model )?(\w+): expected (\S+) to have (\d+) dimensions, but got array with shape "
      + SHAPE)
def wrong_rank(places, kind, name, count, shape):
    shape, count = _shape(shape), int(count)
    argument = places.data(kind)
    array = argument if argument in ("x", "y") else "array"
    remedy = "the first axis counts samples, the others are those of a sample"
    if len(shape) + 1 == count:
        remedy = _missing_axis(array, shape, _expected_by_keras(places, name)) or remedy
    elif count == 2 and len(shape) > 2:
        remedy = "`array_reshape(%s, c(%d, %d))` turns each sample into a row" % (array, shape[0], math.prod(shape[1:]))
    return ShapeError("{argument} has {given} axes, shape {shape}, but the model's {part} \"{name}\" has {count}",
                      remedy=remedy, argument=argument, given=len(shape), shape=shape, count=count, name=name,
                      part=_part(kind))


def _expected_by_keras(places, name):
    """The shape of the model's input or output of that name, () if it is unknown."""
    names, shapes = (places.find("standardize_input_data", what) or [] for what in ("names", "shapes"))
    return next((tuple(shape) for each, shape in zip(names, shapes) if each == name and shape), ())


def _missing_axis(array, shape, expected):
    """What adds the axis of size 1 that an array lacks: that of the samples, or one such as the channels'."""
    def fits(axis):
        sizes = [*shape[:axis], 1, *shape[axis:]]
        return all(size in (None, given) for size, given in zip(expected, sizes))
    if expected and not fits(len(shape)):
        if fits(0):
            return ("`array_reshape(%s, c(1, dim(%s)))` adds the axis of the samples, as for a single one; `[` keeps "
                    "it with `drop = FALSE`" % (array, array))
        found = next((axis for axis in range(1, len(shape)) if fits(axis)), None)
        if found is None:
            return None
        sizes = ", ".join(map(str, [*shape[:found], 1, *shape[found:]]))
        return "`array_reshape(%s, c(%s))` adds an axis of size 1" % (array, sizes)
    return "`array_reshape(%s, c(dim(%s), 1))` adds an axis of size 1, as of one channel" % (array, array)


@rule(r"Error when checking (?:model )?(\w+): expected (\S+) to have shape " + SHAPE + " but got array with shape "
      + SHAPE)
def wrong_shape(places, kind, name, expected, shape):
    expected, shape = _shape(expected), _shape(shape)
    remedy = "the first axis counts samples: {argument} must have the shape {whole_shape}"
    if kind == "target" and shape == (1,) and len(expected) == 1:
        remedy = ("`to_categorical(y)` makes indicators of class numbers, which count from 0; the loss "
                  "\"sparse_categorical_crossentropy\" takes class numbers as they are")
    elif kind == "target" and expected == (1,) and len(shape) == 1:
        remedy = ("the last layer's number of units must be that of the columns. If these are indicators of classes, "
                  "use the loss \"categorical_crossentropy\", or make class numbers of them by `max.col(y) - 1`")
    return ShapeError("the samples in {argument} have shape {shape}, but those of the model's {part} \"{name}\" have "
                      "{expected_shape}", remedy=remedy, argument=places.data(kind), shape=shape,
                      expected_shape=expected, whole_shape=(None, *expected), name=name,
                      part=_part(kind))


@rule(r"Error when checking model (\w+): the list of Numpy arrays .* Expected to see (\d+) array\(s\), but instead got "
      r"the following list of (\d+) arrays")
def wrong_count(places, kind, expected, count):
    return ArgumentError("{argument} holds {count}, but the model has {expected}", argument=places.data(kind),
                         count=_count(count, "array"), expected=_count(expected, _part(kind)))


@rule(r"Error when checking model (\w+): you are passing a list as input .* expects a list of (\d+) Numpy arrays")
def one_for_several(places, kind, expected):
    return ArgumentError("{argument} is one array, but the model has {expected} {part}s",
                         remedy="give a list of arrays", argument=places.data(kind), expected=expected,
                         part=_part(kind))


@rule(r"No data provided for \"(.*?)\"\. Need data for each key in: (" + NAMES + ")")
def missing_name(places, name, names):
    kind = places.find("standardize_input_data", "exception_prefix") or "input"
    return ArgumentError("{argument} has no array \"{name}\"", remedy="names of its arrays must be {names}",
                         argument=places.data(kind), name=name, names=Choices(ast.literal_eval(names)))


@rule(r"Input arrays should have the same number of samples as target arrays\. Found (\d+) input samples and (\d+)")
def different_samples(places, count, targets):
    if places.data("input") == "x":
        return ShapeError("`x` has {count} samples, but {argument} has {targets}",
                          remedy="the first axis counts the samples", argument="y", count=count, targets=targets)
    return ShapeError("{argument} holds {count} samples of inputs, but {targets} of targets",
                      remedy="the first axis counts the samples", argument="validation_data", count=count,
                      targets=targets)


@rule(r"All (\w+) arrays \([xy]\) should have the same number of samples\. Got array shapes: (" + NAMES + ")")
def different_counts(places, kind, shapes):
    return ShapeError("the arrays in {argument} hold different numbers of samples: {counts}",
                      remedy="the first axis counts the samples", argument=places.data(kind),
                      counts=", ".join(str(shape[0]) for shape in ast.literal_eval(shapes)))


@rule(r"Found a sample_weight array with shape " + SHAPE + " for an input with shape " + SHAPE)
@rule(r"Sample_weight arrays should have the same number of samples as target arrays\. Got (\d+) input samples and "
      r"(\d+)")
def wrong_weights(places, one, other):
    if one.startswith("("):
        one, other = _shape(other)[0], _shape(one)[0]
    return ShapeError("{argument} holds {count} weights, but there are {samples} samples", argument="sample_weight",
                      count=other, samples=one)


@rule(r"You are passing a target array of shape " + SHAPE + " while using as loss `categorical_crossentropy`")
def classes_for_indicators(places, shape):
    return ShapeError("{argument} has shape {shape}, but the loss \"categorical_crossentropy\" takes indicators, of "
                      "shape {expected_shape}",
                      remedy="`to_categorical(y)` makes them of class numbers, which count from 0; the loss "
                             "\"sparse_categorical_crossentropy\" takes class numbers as they are",
                      argument=places.data("target"), shape=_shape(shape), expected_shape=("samples", "classes"))


@rule(r"A target array with shape " + SHAPE + " was passed for an output of shape " + SHAPE
      + r" while using as loss `(\w+)`")
def other_than_output(places, shape, expected, loss):
    return ShapeError("{argument} has shape {shape}, but the model's output {expected_shape}: the loss \"{loss}\" "
                      "compares arrays of one shape",
                      remedy="the last layer's number of units must be that of the columns of {argument}",
                      argument=places.data("target"), shape=_shape(shape), expected_shape=_shape(expected), loss=loss)


@rule(r"Output of generator should be a tuple `\(x, y, sample_weight\)`")
def wrong_batch(places):
    return ArgumentError("the generator must return `list(x, y)` or `list(x, y, sample_weight)` for each batch")


@rule(r"`class_weight` must contain all classes in the data\. The classes \{(.*?)\} exist")
def missing_weights(places, classes):
    classes = sorted(float(number) for number in re.findall(r"[-\d.]+", classes))
    return ArgumentError("{argument} has no weight for {classes}", argument="class_weight",
                         classes=", ".join("class %g" % number for number in classes))


@rule(r"Unrecognized keyword arguments: \{'(\w+)'")
def unknown_argument(places, name):
    return ArgumentError("there is no argument `{name}`", name=name)


@rule("local variable 'batch_index'")
def no_samples(places):
    return ArgumentError("There are no samples to train on",
                         remedy="`x` has none, or `validation_split` leaves none")


@rule(r"In a stateful network, you should only pass inputs with a number of samples that can be divided by the batch "
      r"size\. Found: (\d+) samples")
def no_multiple(places, count):
    size = places.find("_standardize_user_data", "batch_size") or places.find("predict", "batch_size")
    return ShapeError("{argument} has {count} samples, but a stateful model takes multiples of its batch size, {size}",
                      argument="x", count=count, size=size)


@rule(r"^(?:\w+\.)*(?:fit|evaluate|predict)(?:_generator)?\(\) got an unexpected keyword argument '(\w+)'")
def unknown_argument_of_method(places, name):
    return unknown_argument(places, name)


def _has_embedding(model):
    return any(type(layer).__name__ == "Embedding" or _has_embedding(layer) for layer in getattr(model, "layers", ()))


@rule(r"indices\[.*\] = -?\d+ is not in \[0|index out of range in self|an index is out of range|"
      r"[Gg]ather: index|[Ii]ndex -?\d+ is out of bounds", RULES_OF_ENGINES)
def no_index_of_embedding(places):
    runs = ("fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch", "fit_generator",
            "evaluate_generator", "predict_generator")
    if not any(_has_embedding(places.find(name, "self")) for name in runs):
        return None
    return ArgumentError("the data hold a number that is out of range for layer_embedding()",
                         remedy="its numbers count from 0, so `input_dim` must be greater than the largest of them")


@rule(r"You must compile (?:a|your) model before")
def not_compiled(places):
    return ArgumentError("The model is not compiled", remedy="Call `model %>% compile(optimizer, loss)` first")


@rule(r"Unknown entries in (\w+) dictionary: (" + NAMES + r")\. Only expected following keys: (" + NAMES + ")")
def unknown_outputs(places, argument, given, names):
    return ArgumentError("{argument} names {given}, which is no output of the model", remedy="its outputs are {names}",
                         argument=argument, given=Choices(ast.literal_eval(given)),
                         names=Choices(ast.literal_eval(names)))


@rule(r"When passing a list as (loss|loss_weights), it should have one entry per model outputs?\. The model has (\d+)")
def wrong_entries(places, argument, count):
    return ArgumentError("{argument} must have one entry for each output, but the model has {count}", argument=argument,
                         count=_count(count, "output"))


@rule("cannot identify image file|broken data stream|image file is truncated|unrecognized data stream")
def no_image(places):
    path = places.find("load_img", "path")
    if path is None:
        return None
    return FileError("{file} cannot be read as an image", file=path)


# -- callbacks ----------------------------------------------------------------------------------------------

@rule(r"^(\w+)$")
def no_such_value(places, name):
    if not isinstance(places.error, KeyError):
        return None
    function, values = places.frames[-1]
    if function != "on_epoch_end" or type(values.get("self")).__name__ != "ModelCheckpoint":
        return None
    return ArgumentError("{argument} of callback_model_checkpoint() names `{name}`, which the training does not have",
                         remedy="it has {accepted}; names that begin with \"val_\" need validation data",
                         argument="filepath", name=name, accepted=Choices(sorted(values["logs"])))


@rule("Unable to .*create file .*No such file or directory")
def no_folder(places):
    path = places.find("save_model", "filepath") or places.find("save_weights", "filepath")
    if path is None:
        return None
    return FileError("{file} cannot be written: there is no folder {folder}", file=path,
                     folder=os.path.dirname(path) or ".")


# -- layers and models --------------------------------------------------------------------------------------

@rule(r"Layer (\S+) does not support masking, but was passed an input_mask")
def no_masks(places, layer):
    return ArgumentError("the layer \"{layer}\" does not support masks, but its input has one, from layer_masking() or "
                         "from layer_embedding() with `mask_zero = TRUE`", layer=layer,
                         remedy="recurrent layers without `return_sequences`, and layer_global_average_pooling_1d(), "
                                "apply the mask and do not pass it on")


@rule(r"^CuDNN(LSTM|GRU) runs on a GPU")
def needs_cudnn(places, kind):
    instead = {"LSTM": 'layer_lstm(recurrent_activation = "sigmoid")',
               "GRU": 'layer_gru(recurrent_activation = "sigmoid", reset_after = TRUE)'}
    return ArgumentError("the layer runs on a GPU by TensorFlow's own kernel, which no backend here has",
                         remedy="`%s` has the same weights and computes the same on every backend" % instead[kind])


@rule(r"You tried to call `count_params` on (\S+), but the layer isn't built")
def not_counted(places, name):
    return ArgumentError("the shapes of the weights of \"{name}\" are not known yet", name=name,
                         remedy="they are once a layer has been applied to a tensor, or fit() or predict() of a model "
                                "has been called")


@rule(r"Asked to get \w+ at node (\d+), but the layer has only (\d+) inbound nodes")
def no_such_node(places, index, count):
    return ArgumentError("{argument} is {index}, but the layer has been applied {count}", argument="node_index",
                         index=int(index) + 1, count=_count(count, "time"))


@rule(r"Input \d+ is incompatible with layer (\S+): expected (min_|max_)?ndim=(\d+), found ndim=(\d+)")
def wrong_input_rank(places, layer, bound, count, found):
    if type(places.find("assert_input_compatibility", "self")).__name__ == "Permute":
        return ShapeError("{argument} has {count}, but a sample {found}", argument="dims",
                          count=_count(int(count) - 1, "element"), found=_count(int(found) - 1, "axis"),
                          remedy="it must name each axis of a sample once")
    remedies = {
        "3": "a sample has the shape c(steps, features). Before this layer, recurrent layers need `return_sequences = "
             "TRUE`; `input_shape` does not include the samples' axis",
        "4": "a sample has the shape c(rows, columns, channels). `input_shape` does not include the samples' axis",
        "5": "`input_shape` does not include the samples' axis",
    }
    return ShapeError("the layer \"{layer}\" takes tensors with {bound}{count} axes, including the samples' axis, but "
                      "gets one with {found}",
                      remedy=remedies.get(count, "layer_flatten() and layer_reshape() change the number of axes"),
                      layer=layer, count=count, found=found,
                      bound={"min_": "at least ", "max_": "at most "}.get(bound, ""))


@rule(r"Input \d+ is incompatible with layer (\S+): expected axis (-?\d+) of input shape to have value (\d+) but got "
      r"shape " + SHAPE)
def wrong_input_size(places, layer, axis, size, shape):
    return ShapeError("the layer \"{layer}\" takes {size} elements along axis {axis}, but gets the shape {shape}",
                      remedy="its weights have been made for inputs of that size", layer=layer, axis=Axis(int(axis)),
                      size=size, shape=_shape(shape))


@rule(r"Operands could not be broadcast together with shapes " + SHAPE + " " + SHAPE)
def wrong_merge(places, shape, other):
    return ShapeError("samples of the tensors in {argument} have different shapes, {shape} and {other_shape}",
                      argument="inputs", shape=_shape(shape), other_shape=_shape(other))


@rule(r"A `?(\w+)`? layer should be called on (?:a list of |exactly )(?:at least )?(\d+)? ?inputs")
def too_few_tensors(places, layer, count):
    return ArgumentError("{argument} must be a list of {bound}{count} tensors", argument="inputs", count=count or 2,
                         bound="" if layer in ("Dot", "Subtract") else "at least ")


@rule(r"requires inputs with matching shapes except for the concat axis\. Got inputs shapes: \[(.*)\]")
def wrong_concatenation(places, shapes):
    shapes = [_shape(shape) for shape in re.findall(SHAPE, shapes)]
    fields = {"shape" + str(i): Shape(shape) for i, shape in enumerate(shapes)}
    listed = ", ".join("{%s}" % name for name in fields)
    return ShapeError("the tensors in {argument} must have the same shape except along `axis`, not " + listed,
                      argument="inputs", **fields)


@rule(r"Dimension incompatibility \S+ != \S+ Layer shapes: " + SHAPE + ", " + SHAPE)
def wrong_dot(places, shape, other):
    return ShapeError("tensors of the shapes {shape} and {other_shape} have different sizes along {argument}",
                      argument="axes", shape=_shape(shape), other_shape=_shape(other))


@rule("total size of new array must be unchanged")
def wrong_reshape(places):
    return ShapeError("samples of the shape {shape} do not have as many elements as {argument}, {target_shape}",
                      argument="target_shape", shape=tuple(places.find("_fix_unknown_dimension", "input_shape")),
                      target_shape=tuple(places.find("_fix_unknown_dimension", "output_shape")))


@rule(r"The shape of the input to \"Flatten\" is not fully defined \(got " + SHAPE)
def unknown_flatten(places, shape):
    return ShapeError("layer_flatten() must know the shape of a sample, not {shape}",
                      remedy="give the first layer an `input_shape` without NA, or layer_embedding() an `input_length`",
                      shape=_shape(shape))


@rule("If a RNN is stateful, it needs to know its batch size")
def unknown_batch(places):
    return ShapeError("A stateful layer must know the number of samples of a batch",
                      remedy="Give `batch_input_shape = c(samples, steps, features)` to the first layer, or "
                             "`batch_shape` to layer_input()")


@rule("This model has not yet been built")
def not_built(places):
    return ArgumentError("The model's shapes are not known yet",
                         remedy="Give the first layer an `input_shape`, or fit the model")


@rule(r"Graph disconnected: .* at layer \"(.*?)\"\.")
def disconnected(places, layer):
    given = [places.find("_init_graph_network", name) for name in ("inputs", "outputs")]
    tensors = [x for each in given for x in (each if isinstance(each, (list, tuple)) else [each])]
    backends = list(dict.fromkeys(x.backend for x in tensors))
    if len(backends) > 1:
        return ArgumentError("{argument} are of backend {other}, and `inputs` of backend {backend}",
                             remedy="to_backend() copies a model to another backend", argument="outputs",
                             backend=backends[0], other=backends[1])
    return ArgumentError("{argument} depend on the layer \"{layer}\", which cannot be computed from `inputs`",
                         remedy="`inputs` must hold all tensors of layer_input() that lead to the outputs",
                         argument="outputs", layer=layer)


@rule("Output tensors to a .* must be the output of a Keras `Layer`")
def no_layers_output(places):
    return ArgumentError("{argument} holds a tensor that is not the output of a layer",
                         remedy="call functions k_*() within layer_lambda(), as in "
                                "`layer_lambda(x, function(x) k_square(x))`",
                         argument="outputs")


@rule("'NoneType' object has no attribute '_inbound_nodes'")
def depends_on_no_layers_output(places):
    return ArgumentError("{argument} depend on a tensor that is not the output of a layer",
                         remedy="call functions k_*(), and use operators, within layer_lambda(), as in "
                                "`layer_lambda(x, function(x) x[, 1:2])`",
                         argument="outputs")


@rule(r"'(\w+)' object has no attribute '_keras_shape'")
def no_tensor_from_call(places, kind):
    if not places.within("__call__"):
        return None
    called = {"NoneType": "NULL", "float": "a number", "int": "a number", "list": "a list", "dict": "a list"}
    return ArgumentError("the layer's `call()` must return a tensor, or a list of tensors, not {what}",
                         what=called.get(kind, kind))


@rule("Input tensors to a .* must come from `keras.layers.Input`")
def no_input(places):
    return ArgumentError("{argument} must hold tensors that layer_input() returns", argument="inputs")


@rule("No such layer: (.*)")
def no_such_name(places, name):
    names = [layer.name for layer in places.find("get_layer", "self").layers]
    return ArgumentError("{argument} is \"{name}\", but no layer of the model has that name",
                         remedy="its layers are {names}", argument="name", name=name, names=Choices(names))


@rule("There are no layers in the model")
def no_layers(places):
    return ArgumentError("The model has no layers")


@rule("Provide either a layer name or layer index")
def no_name(places):
    return ArgumentError("`name` or `index` must be given")


@rule(r"Layer weight shape " + SHAPE + " not compatible with provided weight shape " + SHAPE)
def wrong_weight(places, expected, shape):
    return ShapeError("{argument} holds an array of shape {shape} where the layer has one of shape {expected_shape}",
                      argument="weights", shape=_shape(shape), expected_shape=_shape(expected))


@rule(r"You called `set_weights\(weights\)` on layer \"(.*?)\" with a weight list of length (\d+), but the layer was "
      r"expecting (\d+)")
def wrong_number_of_weights(places, layer, count, expected):
    return ArgumentError("{argument} holds {count}, but the layer \"{layer}\" has {expected}", argument="weights",
                         count=_count(count, "array"), layer=layer, expected=expected)


@rule("^$")
def no_steps(places):
    layer = places.find("build", "self")
    if type(layer).__name__ == "TimeDistributed":
        return ShapeError("the samples have no axis of time steps to go along",
                          remedy="a sample must have the shape c(steps, ...); layer_repeat_vector() and "
                                 "layer_reshape() add an axis")
    return None


@rule("^$")
def no_configuration(places):
    if isinstance(places.error, NotImplementedError) and places.within("get_config", "save"):
        return ArgumentError("a model of keras_model_custom() has no configuration that a file could hold",
                             remedy="save_model_weights_hdf5() saves its weights, which a model made by the same "
                                    "functions can load")
    return None


@rule("^go_backwards$")
def not_recurrent(places):
    if not places.within("__init__"):
        return None
    return ArgumentError("{argument} must be a recurrent layer, such as that of layer_lstm()", argument="layer")


@rule(r"unsupported operand type\(s\) for [+*]: '(?:NoneType|int)' and '(?:NoneType|int)'")
def unknown_features(places):
    layer = places.find("build", "self")
    if layer is None:
        return None
    return ShapeError("the layer \"{layer}\" must know the size of its inputs' last axis, but gets the shape {shape}",
                      remedy="give the first layer an `input_shape` without NA there", layer=layer.name,
                      shape=tuple(places.find("build", "input_shape") or ()))


@rule("tuple index out of range")
def no_such_axes(places):
    layer = places.find("build", "self")
    if type(layer).__name__ == "BatchNormalization":
        return ShapeError("{argument} is {axis}, but the layer's input has {count}", argument="axis", axis=layer.axis,
                          count=_count(len(places.find("build", "input_shape")), "axis"),
                          remedy="-1 is the last one, the channels' by default")
    if type(layer).__name__ == "Dot":
        return ShapeError("{argument} is out of range for the tensors in `inputs`", argument="axes",
                          remedy="axis 1 is the first one of a sample, since 0 is that of the samples")
    return None


@rule("Please provide to Input either a `shape` or a `batch_shape`")
def no_input_shape(places):
    return ArgumentError("`shape` or `batch_shape` must be given",
                         remedy="`shape` is that of a sample: it does not include the samples' axis")


# -- files --------------------------------------------------------------------------------------------------

@rule(r"You are trying to load a weight file containing (\d+) layers into a model with (\d+) layers")
def other_layers(places, count, expected):
    remedy = "`by_name = TRUE` loads those of layers with the same names"
    if int(expected) == 0:
        remedy = ("the weights of a model of keras_model_custom() are made when fit() or predict() is called for the "
                  "first time")
    return ArgumentError("{argument} holds weights of {count}, but the model has {expected} with weights",
                         remedy=remedy, argument="filepath",
                         count=_count(count, "layer"), expected=_count(expected, "layer"))


@rule(r"Layer #\d+ \(named \"(.*?)\" in the current model\).* expects (\d+) weights, but the saved weights have (\d+)")
def other_weights(places, layer, expected, count):
    return ArgumentError("{argument} holds {count} where the layer \"{layer}\" has {expected}", argument="filepath",
                         count=_count(count, "array"), layer=layer, expected=expected)


@rule(r"Layer #\d+ \(named \"(.*?)\"\), weight .* has shape " + SHAPE + ", but the saved weight has shape " + SHAPE)
def other_shapes(places, layer, expected, shape):
    return ShapeError("{argument} holds an array of shape {shape} where the layer \"{layer}\" has one of shape "
                      "{expected_shape}", remedy="`skip_mismatch = TRUE` leaves such layers as they are",
                      argument="filepath", layer=layer, shape=_shape(shape), expected_shape=_shape(expected))


@rule(r"Unknown ([\w ]+): ?(\w+)$")
def unknown_name(places, kind, name):
    if places.within("load_model", "model_from_json", "model_from_yaml", "model_from_config"):
        return ArgumentError("the model has the {kind} \"{name}\", which is not part of Keras",
                             remedy="pass it, as in `custom_objects = list({name} = {name})`", kind=kind, name=name)
    known = places.find("deserialize_keras_object", "module_objects") or {}
    meant = difflib.get_close_matches(name, [other for other in known if not other.startswith("_")], 1)
    remedy = "did you mean \"%s\"?" % meant[0] if meant else None
    return KerasError("{words}", remedy=remedy, words="there is no %s \"%s\"" % (kind, name))


@rule(r"line \d+ column \d+ \(char \d+\)$")
def no_json(places):
    return ArgumentError("{argument} is not the JSON of a model", argument="json")
