"""Chooses which models run on which engine. By default, Theano, which takes seconds to compile each one, and the
engines outside ``THOROUGH`` run only a few of each kind. Theano leaves out the tests that are marked
``slow_on_theano``, too.
"""

import cases

FAST = ("tensorflow", "cntk", "numpy")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--whole"):
        return
    left_out = [item for item in items if _is_left_out(item, getattr(item, "callspec", None))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _is_left_out(item, call):
    """Whether `make test` skips this case, on all engines or on this one."""
    if call is not None and call.params.get("rare"):
        return True
    if call is None or call.params.get("engine", FAST[0]) in FAST:
        return False
    if item.get_closest_marker("slow_on_theano") and call.params["engine"] == "theano":
        return True
    if "fast_only" in call.params:  # set by the test itself
        return call.params["fast_only"]
    if "family" not in call.params:
        return False
    return call.params["name"] not in cases.FEW.get(call.params["family"], ())
