"""Graphs: how the time to build and evaluate one grows with its size."""

import numpy as np
from children import Children
from columns import named
from programs.settings import Data

NAMES = {"graph": "a graph of 10, 100, 1,000 and 10,000 nodes (on JAX of 1,000 at the most), built and evaluated",
         "graph_build": "the same graph, built"}
SIZES = (10, 100, 1000, 10000)
LARGEST = {"jax": 1000}  # the time that XLA takes to compile a chain of nodes grows with the square of its length


def measure(plan, engine):
    names = plan.wanted(NAMES)
    if not names:
        return
    columns = plan.columns_of(engine, ("in_process", "worker", "r_worker"))
    if not columns:
        return
    with Children({column: named(column, engine, plan.data) for column in columns}) as children:
        children.ask_each(columns, "graph", 10)  # the first evaluation has extra work
        for size in SIZES[:3] if plan.quick else SIZES:
            if size > LARGEST.get(engine, size):
                break
            expected = Data(plan.data)("small")[0, 0]
            for _ in range(size):
                expected = np.tanh(expected)
            measured = {name: {column: [] for column in columns} for name in NAMES}
            for i in range(1 if plan.quick else 5):
                for column, told in children.ask_each(columns[::1 - i % 2 * 2], "graph", size).items():
                    build, evaluate, value = told
                    if not abs(value - expected) <= 1e-3 * abs(expected):
                        raise RuntimeError("%s on %s: a graph of %d nodes gives %g in place of %g"
                                           % (column, engine, size, value, expected))
                    measured["graph"][column].append(build + evaluate)
                    measured["graph_build"][column].append(build)
            for name in names:
                yield {"workload": name, "engine": engine, "size": size, "seconds": measured[name]}
