"""Lambda layers in files: their functions are bytecode, which ``custom_objects`` can replace."""

import functools

from ..errors import FileError
from ..messages import Value


class ForeignCode(FileError):
    """Code from a file is not trusted, or cannot be read."""

    def __init__(self, problem, remedy=None):
        super().__init__("the function of a Lambda layer {problem}", remedy=remedy, problem=problem)


def replaceable(from_config):
    """Lambda's ``from_config``, where a function in ``custom_objects`` under the layer's name replaces the bytecode."""
    @functools.wraps(from_config)
    def replaced(cls, config, custom_objects=None):
        name, given = config.get("name"), custom_objects or {}
        if config.get("function_type") == "lambda" and _is_function(given.get(name)):
            config = dict(config, function=name, function_type="function")
            if config.get("output_shape_type") == "lambda":  # bytecode, too; the new function shows its own shape
                config.update(output_shape=None, output_shape_type="raw")
        try:
            return from_config(cls, config, custom_objects)
        except ForeignCode as error:
            remedy = [error.remedy] if error.remedy else []
            remedy.append("give its function in `custom_objects` under the layer's name, {layer}")
            raise FileError("the function of the Lambda layer {layer} {problem}", remedy=", or ".join(remedy),
                            layer=Value(name), problem=error.fields["problem"]) from error
    return replaced


def _is_function(given):
    return callable(given) and not isinstance(given, type)
