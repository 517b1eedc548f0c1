"""What the session has to know of a function of the contract: marks that its method bears."""


def calls_functions(method):
    """Mark a method that calls functions of the user's, whose errors pass as they are."""
    method.calls_functions = True
    return method


def takes_any_backend(method):
    """Mark a method that runs on the current backend, with tensors of whichever."""
    method.takes_any_backend = True
    return method
