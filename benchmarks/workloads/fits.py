"""Training with fit() on arrays: an epoch of 12,800 samples, and the engine's own loop over the same batches."""

from children import Children
from columns import named

from .steps import check

NAMES = {
    "fit_mlp": "`fit()` of the MLP 784-512-10 on 12,800 samples, batch 128, SGD, an epoch",
    "fit_cnn": "`fit()` of the CNN 28x28x1 on 12,800 samples, batch 64, Adam, an epoch",
    "fit_lstm": "`fit()` of the LSTM, T = 50, 128 units, on 12,800 samples, batch 64, SGD, an epoch",
}
# Relative, for an epoch's loss: after hundreds of steps, rounding has switched some relu units. In addition, the
# original's Adam on TensorFlow 2.1 reads the number of iterations before or after it is increased, by chance.
AGREEMENT = 0.2
COLUMNS = ("engine", "worker", "r_worker", "peer", "keras3_tensorflow", "keras3")


def measure(plan, engine):
    names, columns = plan.wanted(NAMES), plan.columns_of(engine, COLUMNS)
    if not names or not columns:
        return
    with Children({column: named(column, engine, plan.data) for column in columns}) as children:
        for name in names:
            # Two epochs in order, and one that shuffles. Only the losses of the first one are comparable:
            # rounding errors grow.
            check(name, {column: {way: losses[:1] for way, losses in found.items()}
                         for column, found in children.ask_all(columns, "load", name, 3).items()}, AGREEMENT)
            chosen = children.ask_each(columns, "choose", name, 1)
            yield {"workload": name, "engine": engine,
                   "seconds": children.measure(columns, name, 3 if plan.quick else 5, 0.1 if plan.quick else 0.6),
                   "variants": {column: answer["variant"] for column, answer in chosen.items()}}
