"""TensorFlow's session."""

import tensorflow as tf

from ...errors import ArgumentError


class Configuration:

    def get_session(self):
        return self.session

    def set_session(self, session):
        if not isinstance(session, tf.compat.v1.Session) or session.graph is not self.graph:
            raise ArgumentError("session must be a tf.compat.v1.Session on the graph of get_session(), "
                                "not %r" % (session,))
        values = {variable: self._get_value(variable) for variable in self.variables}
        self.session = session
        for variable, value in values.items():
            self._set_value(variable, value)
