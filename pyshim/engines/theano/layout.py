"""The order of axes in memory. Theano's convolutions and pooling need the channels first; the contract has them last.

Theano writes the result of an elementwise op in row-major order, so each such op between two convolutions would read or
write with large strides. An optimization moves the transposition after the op, next to the one that reverses it.
"""

import theano
from theano.gof.opt import LocalOptGroup, TopoOptimizer
from theano.tensor.elemwise import DimShuffle, Elemwise


def _order(x):
    """Returns: the permutation by which a tensor of images is transposed from another, or None if it is not."""
    if x.ndim > 3 and x.owner and isinstance(x.owner.op, DimShuffle) and x.owner.inputs[0].ndim == x.ndim:
        order = x.owner.op.new_order
        return None if "x" in order else order
    return None


def _ordered(x, order):
    """Returns: the tensor, transposed. Two successive transpositions are merged into one."""
    if all(x.broadcastable):
        return x
    if _order(x):
        x, order = x.owner.inputs[0], [_order(x)[i] for i in order]
    return x if list(order) == sorted(order) else x.dimshuffle(order)


@theano.gof.local_optimizer([Elemwise])
def local_order_after_elemwise(node):
    """Move an elementwise op before the transposition of its inputs. These must all be transposed in the same way, but
    an input with an axis of size 1 may have any order, and is transposed. If all inputs had such an axis, this would go
    back and forth without end."""
    orders = {_order(x) for x in node.inputs if not any(x.broadcastable)}
    order = orders.pop() if len(orders) == 1 else None
    if order is None:
        return None
    back = [order.index(i) for i in range(len(order))]
    outputs = node.op(*[_ordered(x, back) for x in node.inputs], return_list=True)
    return [_ordered(x, order) for x in outputs]


@theano.gof.local_optimizer([DimShuffle])
def local_order_of_order(node):
    """Merge two successive transpositions."""
    x, = node.outputs
    if _order(x) and _order(node.inputs[0]):
        return [_ordered(node.inputs[0], _order(x))]
    return None


# Runs after the optimizations that move transpositions the other way.
theano.compile.optdb.register(
    "orders_of_axes", TopoOptimizer(LocalOptGroup(local_order_after_elemwise, local_order_of_order), "in_to_out"),
    2.5, "fast_run")
