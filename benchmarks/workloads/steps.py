"""Steps: repeated operations, by children that take turns."""

import statistics

from children import Children
from columns import named

NAMES = {
    "mlp": "MLP 784-512-10, batch 128, SGD step, fed at every step",
    "resident": "the same MLP, its data with the engine: the rows of the batch are fed",
    "cnn": "CNN 28x28x1, batch 64, Adam step",
    "lstm": "LSTM through `rnn`, T = 50, 128 units, batch 64, SGD step",
    "small": "one small call, `abs` of a 2x3 variable",
    "transfer": "an R double array of 64 MB to the engine as float32 and back",
}
COLUMNS = ("engine", "in_process", "worker", "r_worker", "peer", "r_peer")
WITH_NUMPY = ("transfer",)
WITHOUT_VALUE = ("small",)
AGREEMENT = 1e-3  # relative, of the losses of the first steps


def measure(plan, engine):
    names = plan.wanted(NAMES)
    columns = plan.columns_of(engine, ("numpy",) * bool(set(WITH_NUMPY) & set(names)) + COLUMNS)
    if not names or not columns:
        return
    with Children({column: named(column, engine, plan.data) for column in columns}) as children:
        for name in names:
            takers = [column for column in columns if column != "numpy" or name in WITH_NUMPY]
            check(name, children.ask_all(takers, "load", name, 4 if plan.quick else 12))
            chosen = children.ask_each(takers, "choose", name, 1 if plan.quick else 8)
            repeats = 3 if plan.quick else 9 if name == "small" else 5
            yield {"workload": name, "engine": engine,
                   "seconds": children.measure(takers, name, repeats, 0.1 if plan.quick else 0.6),
                   "variants": {column: answer["variant"] for column, answer in chosen.items()}}


def check(name, losses, agreement=AGREEMENT):
    """Raise an error if a column computes something other than the others do."""
    if name in WITHOUT_VALUE:
        return
    found = {"%s, %s" % (column, variant): values
             for column, variants in losses.items() for variant, values in variants.items()}
    expected = [statistics.median(values) for values in zip(*found.values())]
    for where, values in found.items():
        for i, (value, right) in enumerate(zip(values, expected)):
            if not abs(value - right) <= agreement * abs(right):
                raise RuntimeError("%s computes something else in %s: step %d gives %.6g in place of %.6g"
                                   % (where, name, i + 1, value, right))
