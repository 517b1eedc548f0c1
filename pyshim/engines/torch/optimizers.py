"""Steps of optimizers that change variables in place.

An optimizer's step, written with backend functions, makes several passes over the weights and allocates memory for each
result, which takes longer than the arithmetic. Three steps are recognized by the operations that compute the new
values: gradient descent, descent with momentum, and Adam, as Keras writes them.
"""

import torch

FLOATS = "float32", "float64"


class Step:
    """A step: the variables it changes, the nodes whose values it needs, and a function of the tensors of both."""

    def __init__(self, variables, inputs, change):
        self.variables, self.inputs, self.change = variables, inputs, change

    def run(self, inputs):
        """Change the variables. The inputs do not share memory with a variable."""
        self.change(*[variable.native.owned() for variable in self.variables], *inputs)


def steps(updates):
    """Find the steps among updates, a dict from variables to the nodes of their new values.

    Returns: a list of steps, and a dict of the other updates.
    """
    values = {value: variable for variable, value in updates.items()}
    found, others = [], dict(updates)
    for match in (_adam, _momentum, _descent):
        for variable in updates:
            step = match(variable, others, values) if variable in others else None
            if step is not None:
                found.append(step)
                for each in step.variables:
                    del others[each]
    return found, others


def _descent(variable, others, values):
    """Match x - rate * gradient. Returns: a step or None."""
    parts = _operands(others[variable], "subtract", variable)
    scaled = parts and _scaled(parts[1], variable)
    if not scaled:
        return None

    def change(x, rate, gradient):
        x.sub_(gradient, alpha=rate.item())
    return Step([variable], scaled, change)


def _momentum(variable, others, values):
    """Match x + v, where v = momentum * v - rate * gradient. Returns: a step or None."""
    parts = _operands(others[variable], "add", variable)
    velocity = values.get(parts[1]) if parts else None
    if velocity is None or velocity is variable or velocity not in others:
        return None
    parts = _operands(parts[1], "subtract")
    kept, added = [_scaled(part, variable) for part in parts] if parts else (None, None)
    if not kept or not added or kept[1] is not velocity:
        return None

    def change(x, v, momentum, rate, gradient):
        x.add_(v.mul_(momentum.item()).sub_(gradient, alpha=rate.item()))
    return Step([variable, velocity], [kept[0]] + added, change)


def _adam(variable, others, values):
    """Match x - rate * m / (sqrt(v) + epsilon), where m and v are moving averages of the gradient and its square.

    Returns: a step or None.
    """
    parts = _operands(others[variable], "subtract", variable)
    parts = parts and _operands(parts[1], "divide")
    scaled, divisor = (_scaled(parts[0], variable), _operands(parts[1], "add")) if parts else (None, None)
    root = divisor and _operands(divisor[0], "sqrt")
    if not scaled or not root or divisor[1].ndim:
        return None
    (rate, mean), epsilon = scaled, divisor[1]
    larger = _operands(root[0], "maximum")  # the contract's sqrt(), which an average of squares does not need
    square = larger[0] if larger and larger[1].kind == "constant" and not larger[1].value.any() else root[0]
    averages = [values.get(mean), values.get(square)]
    if any(each is None or each not in others for each in averages) or len({variable, *averages}) < 3:
        return None
    kept = [_average(new, old) for new, old in zip((mean, square), averages)]
    if not all(kept):
        return None
    (beta_1, gradient), (beta_2, squared) = kept
    root = _operands(squared, "square")
    if not root or root[0] is not gradient:
        return None
    return Step([variable] + averages, [rate, epsilon, beta_1, beta_2, gradient], _change_by_adam)


def _change_by_adam(x, mean, square, rate, epsilon, beta_1, beta_2, gradient):
    beta_1, beta_2 = beta_1.item(), beta_2.item()
    if beta_1 < 1 and beta_2 < 1:
        # PyTorch's Adam corrects the averages by the number of steps. After infinitely many the correction is 1.
        torch._fused_adam_([x], [gradient], [mean], [square], [], [torch.tensor(float("inf"))], lr=rate.item(),
                           beta1=beta_1, beta2=beta_2, weight_decay=0.0, eps=epsilon.item(), amsgrad=False,
                           maximize=False)
    else:
        mean.mul_(beta_1).add_(gradient, alpha=1 - beta_1)
        square.mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)
        x.addcdiv_(mean, square.sqrt().add_(epsilon), value=-rate.item())


def _average(new, old):
    """Match beta * old + (1 - beta) * x. Returns: ``beta`` and ``x``, or None."""
    parts = _operands(new, "add")
    kept, added = [_scaled(part, old) for part in parts] if parts else (None, None)
    if not kept or not added or kept[1] is not old or not _is_rest(added[0], kept[0]):
        return None
    return kept[0], added[1]


def _is_rest(rest, share):
    """Whether the first scalar is 1 minus the second."""
    if rest.kind == share.kind == "constant":
        return abs(float(rest.value) + float(share.value) - 1) < 1e-7
    parts = _operands(rest, "subtract")
    return bool(parts) and parts[1] is share and parts[0].kind == "constant" and bool((parts[0].value == 1).all())


def _scaled(node, like):
    """Match the product of a scalar and a tensor like another one. Returns: both, or None."""
    parts = _operands(node, "multiply")
    return parts if parts and parts[0].ndim == 0 and _alike(like, parts[1]) else None


def _alike(x, y):
    """Whether two nodes have the same floating dtype and the same, known shape."""
    return x.dtype == y.dtype and x.dtype in FLOATS and x.shape == y.shape and None not in x.shape


def _operands(node, kernel, first=None):
    """Returns: a list of the inputs of the kernel that computes a node, without identities; None if it is another
    kernel, or its first input is not ``first``, or something else must be evaluated with it."""
    node = _bare(node)
    if node.operation is None or node.operation.kernel != kernel or node.controls:
        return None
    parts = [_bare(part) for part in node.inputs]
    return parts if first is None or parts[0] is first else None


def _bare(node):
    while node.operation is not None and node.operation.kernel == "identity" and not node.controls:
        node = node.inputs[0]
    return node
