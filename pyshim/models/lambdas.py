"""Lambda layers in files: a function is stored as bytecode, or by its name alone; ``custom_objects`` replaces both."""

import functools

from ..errors import FileError
from ..messages import Value


class ForeignCode(FileError):
    """Code from a file is not trusted, or cannot be read."""

    def __init__(self, problem, remedy=None):
        super().__init__("the function of a Lambda layer {problem}", remedy=remedy, problem=problem)


def replaceable(from_config, registered):
    """Lambda's ``from_config``, where a function in ``custom_objects`` under the layer's name replaces the stored one.

    Arguments:
        from_config: the original.
        registered: a function without arguments that returns the objects in Keras's custom object scopes.
    """
    @functools.wraps(from_config)
    def replaced(cls, config, custom_objects=None):
        name, given = config.get("name"), dict(registered(), **custom_objects or {})
        remedy = "give its function in `custom_objects` under the layer's name, {layer}"
        if _is_function(given.get(name)) and not _is_found(config, "function", given):
            config = dict(config, function=name, function_type="function")
            if not _is_found(config, "output_shape", given):  # the new function shows its own shape
                config.update(output_shape=None, output_shape_type="raw")
        for key in ("function", "output_shape"):
            if config.get(key + "_type") == "function" and not _is_found(config, key, given):
                raise FileError("the Lambda layer {layer} calls the function {function}, which is not in the file",
                                remedy=remedy, layer=Value(name), function=Value(config[key]))
        try:
            return from_config(cls, config, given)
        except ForeignCode as error:
            raise FileError("the function of the Lambda layer {layer} {problem}",
                            remedy="%s, or %s" % (error.remedy, remedy) if error.remedy else remedy,
                            layer=Value(name), problem=error.fields["problem"]) from error
    return replaced


def _is_function(given):
    return callable(given) and not isinstance(given, type)


def _is_found(config, key, given):
    """Whether the configuration has the function by a name among the given ones, or needs none."""
    kind = config.get(key + "_type")
    return kind == "raw" or kind == "function" and config[key] in given
