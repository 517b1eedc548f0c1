"""Functions of neural networks on Theano."""

import numpy as np
import theano
import theano.tensor as T
from theano import scalar

from .broadcasting import sizes
from .elementwise import larger
from .gradients import product


class NN:

    def relu(self, x):
        # 0 is the first argument, so at x = 0 it gets the gradient, and x gets none.
        return larger(T.constant(0, dtype=x.dtype), x)

    def softplus(self, x):
        return _log_add_exp(x, T.constant(0, dtype=x.dtype))

    def softmax(self, x, axis):
        if x.ndim == 2 and axis == 1 and sizes(x)[1]:  # Theano's own needs elements
            return T.nnet.softmax(x)
        top = theano.gradient.disconnected_grad(self.max(x, axis=(axis,), keepdims=True))
        exps = T.exp(x - top)
        return exps / T.sum(exps, axis=axis, keepdims=True)


class LogAddExp(scalar.BinaryScalarOp):
    """log(exp(x) + exp(y)), without overflow. Theano's softplus is x for x >= 16."""

    nfunc_spec = ("logaddexp", 2, 1)

    def impl(self, x, y):
        return np.logaddexp(x, y)

    def c_code(self, node, name, inputs, outputs, sub):
        (x, y), (z,) = inputs, outputs
        return "%s = fmax(%s, %s) + log1p(exp(-fabs(%s - %s)));" % (z, x, y, x, y)

    def c_code_cache_version(self):
        return 1,

    def L_op(self, inputs, outputs, gradients):
        (x, y), (g,) = inputs, gradients
        return [product(g, T.nnet.sigm.scalar_sigmoid(x - y)), product(g, T.nnet.sigm.scalar_sigmoid(y - x))]


_log_add_exp = T.Elemwise(LogAddExp(scalar.upcast_out, name="log_add_exp"))
