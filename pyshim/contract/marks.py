"""Decorators that mark methods of the contract with facts that the session needs."""


def calls_functions(method):
    """Mark a method that calls the user's functions, whose errors are passed on unchanged."""
    method.calls_functions = True
    return method


def takes_any_backend(method):
    """Mark a method that runs on the current backend and accepts tensors of any."""
    method.takes_any_backend = True
    return method
