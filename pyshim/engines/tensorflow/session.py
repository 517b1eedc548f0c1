"""A TensorFlow session for users who ask for it. It mirrors the engine's variables in a TensorFlow 1 graph."""

import weakref

import tensorflow as tf

from ...errors import ArgumentError
from ...messages import Value


class NativeSession:
    """A session that is created when it is first requested. From then on, the engine reads the variables' values from
    it before it uses them, and writes them back afterwards."""

    def __init__(self):
        self.session = None
        self.variables = weakref.WeakSet()

    def add(self, variable):
        """Register a new variable of the engine."""
        self.variables.add(variable)
        if self.session is not None:
            self._mirror(variable)

    def get(self):
        if self.session is None:
            self.session = tf.compat.v1.Session(graph=tf.Graph())
            for variable in self.variables:
                self._mirror(variable)
        return self.session

    def set(self, session):
        if not isinstance(session, tf.compat.v1.Session) or session.graph is not self.get().graph:
            raise ArgumentError("{argument} must be a tf.compat.v1.Session on the graph of {get_session()}, "
                                "not {value}", argument="session", value=Value(session))
        self._read(self.variables)
        self.session = session
        self._write(self.variables)

    def around(self, run, variables):
        """Call ``run``, which uses these variables of the engine, between reading and writing their values.

        Returns: what ``run`` returns.
        """
        if self.session is None:
            return run()
        self._read(variables)
        result = run()
        self._write(variables)
        return result

    def _mirror(self, variable):
        with self.session.graph.as_default():
            start = (tf.compat.v1.placeholder(variable.value.dtype, variable.value.shape) if variable.first is None
                     else tf.compat.v1.placeholder_with_default(variable.first, variable.value.shape))
            variable.mirror = tf.compat.v1.Variable(start, use_resource=True)
            variable.start, variable.there = start, variable.mirror.is_initialized()
        self._write([variable])

    def _write(self, variables):
        for variable in variables:
            if variable.value.is_initialized():
                self.session.run(variable.mirror.initializer, {variable.start: variable.value.numpy()})

    def _read(self, variables):
        for variable in variables:
            if self.session.run(variable.there):
                variable.value.assign(self.session.run(variable.mirror))
