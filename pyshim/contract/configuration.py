"""Configuration of an engine: unique names, the learning phase, the native session.

Settings that apply to all backends (floatx, epsilon, data format) are in ``pyshim.config``.
"""

import contextlib
import itertools

import numpy as np

from ..errors import ArgumentError, EngineError
from ..messages import Call, Value
from . import rules


class Configuration:

    def get_uid(self, prefix=""):
        """The next number for names that begin with ``prefix``, counted from 1.

        Arguments: prefix, a string. Returns: an integer, one higher at each call with the same prefix.

        Example:
            >>> K.get_uid("dense"), K.get_uid("dense")
            (1, 2)
        """
        rules.text(prefix, "prefix")
        return next(self.uids.setdefault(prefix, itertools.count(1)))  # two threads get two numbers

    def reset_uids(self):
        """Count every prefix of ``get_uid`` from 1 again."""
        self.uids = {}

    def manual_variable_initialization(self, value):
        """Whether variables are left for the user to initialize through the native session.

        Arguments: value, a bool. It affects only TensorFlow; the other engines have no uninitialized variables
        and ignore the setting.
        """
        self.initialize_variables = not rules.flag(value, "value")

    def learning_phase(self):
        """The learning phase: 0 is test, 1 is train.

        Returns: the integer given to ``set_learning_phase``, or else a bool scalar placeholder that can be an input
        of ``function``; it defaults to test.
        """
        fixed = self.fixed_phase()
        if fixed is not None:
            return fixed
        if self.phase is None:
            with self.outside_scopes():
                self.phase = self.fed_phase = self.placeholder(shape=(), dtype="bool", name="learning_phase")
            self.phase.value = False
        return self.phase

    def set_learning_phase(self, value):
        """Fix the learning phase for everything built from now on, and for functions made of what was built before.

        A function that was made before, with the phase as its last input, may be called without a value for it.

        Arguments: value, 0 (test) or 1 (train). Raises ArgumentError for any other value.
        """
        if not isinstance(value, (int, float, np.number, np.bool_)) or value not in (0, 1):
            raise ArgumentError("{argument} must be 0 (test) or 1 (train), not {value}", argument="value",
                                value=Value(value))
        self.phase = int(value)
        if self.fed_phase is not None:
            self.fed_phase.value = bool(value)

    def fixed_phase(self):
        """The learning phase if it is fixed: 0 or 1; None otherwise."""
        if self.scopes.phase is not None:
            return self.scopes.phase
        return self.phase if isinstance(self.phase, int) else None

    @contextlib.contextmanager
    def building_for(self, phase):
        """A context in which this thread builds for a fixed learning phase; None changes nothing."""
        before = self.scopes.phase
        self.scopes.phase = before if phase is None else phase
        try:
            yield
        finally:
            self.scopes.phase = before

    def get_session(self):
        """The native session of the engine, for direct work with the native library.

        Returns: TensorFlow's ``Session``. Raises EngineError if the engine has none, or runs in a worker: a native
        object cannot leave its process (``in_process=True`` runs the engine in this one).
        """
        self._need_session()
        return self.host.engine.get_session()

    def set_session(self, session):
        """Use another native session; the values of all variables are carried over.

        Arguments: session, TensorFlow's ``Session`` on the graph of this engine. Raises EngineError as
        ``get_session`` does.
        """
        self._need_session()
        self.host.engine.set_session(session)

    def _need_session(self):
        if not self.host.traits["has_session"]:
            raise EngineError("{backend} has no session", backend=self.host.backend)
        if self.host.engine is None:
            raise EngineError("a native Session cannot leave the engine's process",
                              remedy="{call} keeps the engine in the session's own",
                              call=Call("use_backend", self.host.backend, in_process=True))
