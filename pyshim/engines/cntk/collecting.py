"""Collecting what the building of a stage creates deep inside of it."""

import contextlib


class Collection:
    """Within the context ``here()``, what is passed to ``add`` is added to its list. Contexts can be nested."""

    def __init__(self):
        self.current = None

    @contextlib.contextmanager
    def here(self):
        before, self.current = self.current, []
        try:
            yield self.current
        finally:
            self.current = before

    def add(self, thing):
        self.current.append(thing)
