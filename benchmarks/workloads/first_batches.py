"""First batches: build and compile a large network, and train it on one batch, in a new process."""

import random

from children import Children
from columns import named

SETTING = "random weights, images of 96x96x3, a batch of 8: build, compile, `train_on_batch()`"
NAMES = {
    "first_vgg16": "the first batch of a VGG16, " + SETTING,
    "first_resnet50": "the first batch of a ResNet-50, " + SETTING,
}
COLUMNS = ("worker", "r_worker", "peer", "keras3_tensorflow", "keras3")
ROUNDS = {"theano": 1, "cntk": 1}  # it takes minutes
LONGEST = 1800          # seconds that an answer may take


def measure(plan, engine):
    columns = plan.columns_of(engine, COLUMNS)
    for name in plan.wanted(NAMES) if columns else ():
        measured = {column: [] for column in columns}
        order, shuffled = list(columns), random.Random(1)
        # Theano keeps what it has compiled, for all columns of pyshim together: a first round is not counted.
        uncounted = int(engine == "theano" and not plan.quick)
        for i in range(uncounted + (1 if plan.quick else ROUNDS.get(engine, 3))):
            shuffled.shuffle(order)
            for column in order:
                with Children({column: named(column, engine, plan.data)}, LONGEST) as children:
                    took = children.ask_each([column], "first", name[len("first_"):])[column]
                if i >= uncounted:
                    measured[column].append(took)
        yield {"workload": name, "engine": engine, "seconds": measured}
