"""Steps: what is done over and over, by children that take turns."""

import statistics

from children import Children
from columns import CALLED, TITLES, command

NAMES = {
    "mlp": "MLP 784-512-10, batch 128, SGD step, fed at every step",
    "resident": "the same MLP, its data with the engine, rows fed",
    "cnn": "CNN 28x28x1, batch 64, Adam step",
    "lstm": "LSTM through rnn, T = 50, 128 units, batch 64, SGD step",
    "small": "one small call: abs of a 2x3 variable",
}
CHECKED = 12        # first steps, whose losses all columns must agree on
AGREEMENT = 1e-3    # relative


def measure(plan, engine):
    names = plan.wanted(NAMES)
    columns = plan.columns_of(engine, TITLES)
    if not names or not columns:
        return
    commands = {column: ("%s on %s" % (TITLES[column], CALLED[engine]),) + command(column, engine, plan.data)
                for column in columns}
    with Children(commands) as children:
        for name in names:
            losses = children.ask_all("load", name, CHECKED)
            check(name, losses)
            children.settle()
            chosen = children.ask_each("choose", name, 3 if plan.quick else 20)
            repeats = (3 if plan.quick else 9) if name == "small" else 3 if plan.quick else 5
            yield {"workload": name, "engine": engine,
                   "seconds": children.measure(name, repeats, 0.2 if plan.quick else 0.6),
                   "variants": {column: answer["variant"] for column, answer in chosen.items()}}


def check(name, losses):
    """Stop where a column computes something else than the others."""
    found = {"%s, %s" % (TITLES[column], variant): values
             for column, variants in losses.items() for variant, values in variants.items()}
    expected = [statistics.median(values) for values in zip(*found.values())] if name != "small" else []
    for where, values in found.items():
        for i, (value, right) in enumerate(zip(values, expected)):
            if not abs(value - right) <= AGREEMENT * abs(right):
                raise RuntimeError("%s computes something else in %s: the loss of step %d is %.6g in place of %.6g"
                                   % (where, name, i + 1, value, right))
