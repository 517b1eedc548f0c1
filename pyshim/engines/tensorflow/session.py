"""TensorFlow's own session, for those who work with it: it mirrors the engine's variables in a graph of version 1."""

import weakref

import tensorflow as tf

from ...errors import ArgumentError
from ...messages import Value


class NativeSession:
    """Made when somebody asks for it. From then on the values of the variables are read from it before the engine uses
    them, and written to it after that."""

    def __init__(self):
        self.session = None
        self.variables = weakref.WeakSet()

    def add(self, variable):
        """Note a new variable of the engine."""
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
        """What ``run`` returns, which uses variables of the engine."""
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
