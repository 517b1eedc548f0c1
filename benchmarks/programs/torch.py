"""PyTorch by itself: modules and their optimizer, eager, and compiled by torch.compile."""

import torch
from torch import nn
from torch.nn import functional as F

from . import fit
from .settings import BETA_1, BETA_2, EPSILON, RATE, back_and_forth


def program(data):
    return PyTorch(data)


class PyTorch:

    def __init__(self, data):
        self.data = data

    def variants(self, workload):
        if workload in ("small", "transfer"):
            return getattr(self, workload)()
        if workload == "resident":
            samples, targets = (torch.from_numpy(self.data(name)) for name in ("mlp_x", "mlp_y"))
            batches = [torch.from_numpy(rows) for rows in self.data.rows()]
            return {name: stepped(step, [(rows,) for rows in batches], lambda rows: (samples[rows], targets[rows]))
                    for name, step in self.steps("mlp").items()}
        batches = self.data.batches(workload)
        return {name: stepped(step, batches, tensors) for name, step in self.steps(workload).items()}

    def steps(self, network):
        """Ways of running a step, by name."""
        ways = {"eager": lambda module: module, "torch.compile": torch.compile}
        return {way + name: self.step(network, module(), wrapped) for name, module in NETWORKS[network].items()
                for way, wrapped in ways.items() if (way, module) != ("torch.compile", LSTM)}  # it stays uncompiled

    def step(self, network, module, wrapped):
        module.take({name: torch.from_numpy(value) for name, value in self.data.weights(network).items()})
        logits = wrapped(module)
        weights = [weight for weight in module.parameters() if weight.requires_grad]
        optimizer = (torch.optim.Adam(weights, RATE[network], (BETA_1, BETA_2), EPSILON, fused=True)
                     if network == "cnn" else torch.optim.SGD(weights, RATE[network], fused=True))

        def step(x, y):
            optimizer.zero_grad()
            loss = F.cross_entropy(logits(x), y)
            loss.backward()
            optimizer.step()
            return loss.detach()
        return step

    def epochs(self, network, name):
        """An epoch of a step, without waiting for each step's loss."""
        step, batches = self.steps(network)[name], fit.Epochs(self.data.folder).batches(network)

        def run(first, count):
            losses = [step(*tensors(*batches[i])) for i in range(first, first + count)]
            return float(torch.stack(losses).mean())
        return {name: fit.epoch_of(run, network)}

    def small(self):
        variable = torch.from_numpy(self.data("small"))

        def step(i):
            torch.abs(variable)
        return {"torch.abs": step}

    def transfer(self):
        variable = torch.zeros(self.data.shapes["big"])
        return {"Tensor.copy_": back_and_forth(self.data, lambda array: variable.copy_(torch.from_numpy(array)),
                                               variable.numpy)}


def stepped(step, batches, change):
    return lambda i: float(step(*change(*batches[i % len(batches)])))


def tensors(*arrays):
    return [torch.from_numpy(array) for array in arrays]


# -- networks -------------------------------------------------------------------------------------------------

class MLP(nn.Module):

    def __init__(self):
        super().__init__()
        self.hidden, self.out = nn.Linear(784, 512), nn.Linear(512, 10)

    def take(self, w):
        """Take the initial weights."""
        copy_dense(self, w, "hidden", "out")

    def forward(self, x):
        return self.out(F.relu(self.hidden(x)))


class CNN(nn.Module):
    """Channels are PyTorch's second axis, but last in memory."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 32, 3, padding=1), nn.Conv2d(32, 64, 3, padding=1)
        self.dense, self.out = nn.Linear(7 * 7 * 64, 128), nn.Linear(128, 10)
        self.to(memory_format=torch.channels_last)

    def take(self, w):
        copy_dense(self, w, "dense", "out")
        with torch.no_grad():
            for name in ("first", "second"):
                getattr(self, name).weight.copy_(w[name].permute(3, 2, 0, 1))
                getattr(self, name).bias.copy_(w[name + "_bias"])

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for convolution in (self.first, self.second):
            x = F.max_pool2d(F.relu(convolution(x)), 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.out(F.relu(self.dense(x)))


class LSTM(nn.Module):
    """The network with PyTorch's own LSTM layer."""

    def __init__(self):
        super().__init__()
        self.cells, self.out = nn.LSTM(64, 128, batch_first=True), nn.Linear(128, 10)
        self.cells.bias_hh_l0.requires_grad_(False)  # one bias is enough

    def take(self, w):
        copy_dense(self, w, "out")
        with torch.no_grad():
            for own, name in (("weight_ih_l0", "kernel"), ("weight_hh_l0", "recurrent"), ("bias_ih_l0", "bias")):
                enter, forget, leave, candidate = w[name].chunk(4, -1)
                getattr(self.cells, own).copy_(torch.cat([enter, forget, candidate, leave], -1).T)
            self.cells.bias_hh_l0.zero_()

    def forward(self, x):
        return self.out(self.cells(x)[0][:, -1])


class Loop(nn.Module):
    """A loop over the time steps."""

    def __init__(self):
        super().__init__()
        self.kernel, self.recurrent = nn.Parameter(torch.empty(64, 512)), nn.Parameter(torch.empty(128, 512))
        self.bias, self.out = nn.Parameter(torch.empty(512)), nn.Linear(128, 10)

    def take(self, w):
        copy_dense(self, w, "out")
        with torch.no_grad():
            for name in ("kernel", "recurrent", "bias"):
                getattr(self, name).copy_(w[name])

    def forward(self, x):
        output = cell = x.new_zeros(len(x), 128)
        for each in (x @ self.kernel + self.bias).unbind(1):
            gates = torch.addmm(each, output, self.recurrent)
            enter, forget, leave = gates[:, :384].sigmoid().chunk(3, 1)
            cell = forget * cell + enter * gates[:, 384:].tanh()
            output = leave * cell.tanh()
        return self.out(output)


def copy_dense(module, w, *names):
    with torch.no_grad():
        for name in names:
            getattr(module, name).weight.copy_(w[name].T)
            getattr(module, name).bias.copy_(w[name + "_bias"])


NETWORKS = {"mlp": {"": MLP}, "cnn": {"": CNN}, "lstm": {", nn.LSTM": LSTM, ", loop": Loop}}
