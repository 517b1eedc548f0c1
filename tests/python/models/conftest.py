"""Which models run on which engine: unless asked, a few of each kind on Theano, which compiles each for seconds, and on
the engines that run selected tests."""

import cases

FAST = ("tensorflow", "cntk", "numpy")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--whole"):
        return
    left_out = [item for item in items if _is_left_out(getattr(item, "callspec", None))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _is_left_out(call):
    """Whether it is a case that `make test` leaves out, or one that the other engines do."""
    if call is not None and call.params.get("rare"):
        return True
    if call is None or call.params.get("engine", FAST[0]) in FAST:
        return False
    if "fast_only" in call.params:  # a test's own parameter
        return call.params["fast_only"]
    if "family" not in call.params:
        return False
    return call.params["name"] not in cases.FEW.get(call.params["family"], ())
