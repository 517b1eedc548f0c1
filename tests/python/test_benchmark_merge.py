"""The benchmark: new results of a part replace the former ones (benchmarks/merge.py), and targets apply."""

import os
import sys

import pytest

BENCHMARKS = os.path.join(os.path.dirname(__file__), "..", "..", "benchmarks")
if not os.path.isdir(BENCHMARKS):
    pytest.skip("the benchmark is not part of this installation", allow_module_level=True)
sys.path.append(BENCHMARKS)

import merge  # noqa: E402
import report  # noqa: E402
import targets  # noqa: E402

MACHINE = {"processor": "a processor", "cores": 2, "memory": "24 GB", "system": "Linux 1"}


def measured(date, results, **more):
    versions = {"TensorFlow": date, "Theano": date, "R": date}
    return {"machine": MACHINE, "versions": versions, "quick": False, "minutes": 3.0, "date": date,
            "results": results, **more}


def result(workload, engine, own, **more):
    return {"workload": workload, "engine": engine, "seconds": {"engine": [2.0, 2.0], "r_worker": own}, **more}


OLD = measured("2026-01-01", [result("mlp", "tensorflow", [4.0, 4.0]), result("mlp", "theano", [8.0, 8.0]),
                              result("graph", "theano", [1.0], size=10), result("graph", "theano", [2.0], size=100)])


def test_replaces_the_results_of_a_workload_and_an_engine():
    part = measured("2026-02-02", [result("mlp", "theano", [1.0, 1.0]), result("graph", "theano", [5.0], size=10),
                                   result("fit_mlp", "jax", [1.0, 1.0])])
    merged = merge.merge(OLD, part)
    found = [(each["workload"], each["engine"], each["seconds"]["r_worker"][0], each["date"])
             for each in merged["results"]]
    assert found == [("mlp", "tensorflow", 4.0, "2026-01-01"), ("mlp", "theano", 1.0, "2026-02-02"),
                     ("fit_mlp", "jax", 1.0, "2026-02-02"), ("graph", "theano", 5.0, "2026-02-02")]
    assert merged["date"] == "2026-02-02"
    assert merged["versions"] == {"TensorFlow": "2026-01-01", "Theano": "2026-02-02", "R": "2026-02-02"}
    assert all("date" not in each for each in OLD["results"])


def test_keeps_a_results_own_date():
    merged = merge.merge(None, measured("2026-02-02", [result("mlp", "theano", [1.0], date="2026-02-01")]))
    again = merge.merge(merged, measured("2026-03-03", [result("mlp", "jax", [1.0], date="2026-03-02")]))
    assert [each["date"] for each in again["results"]] == ["2026-02-01", "2026-03-02"]


@pytest.mark.parametrize("part, problem", [
    (measured("2026-02-02", [], quick=True), "quick"),
    (measured("2026-02-02", [], columns=["worker"]), "only some columns"),
    (measured("2026-02-02", [], machine={**MACHINE, "cores": 64}), "another machine: cores is 64 in place of 2"),
    (measured("2026-02-02", [result("knitting", "theano", [1.0])]), "no workload knitting on theano"),
])
def test_refuses_what_cannot_be_compared(part, problem):
    with pytest.raises(merge.MergeError, match=problem):
        merge.merge(OLD, part)


def test_report_says_when_results_were_measured():
    text = report.text(merge.merge(OLD, measured("2026-02-02", [result("mlp", "theano", [1.0, 1.0])])))
    assert "Measured: TensorFlow on 2026-01-01 (a processor); Theano on 2026-02-02 (a processor)." in text
    assert "| measured | 2026-01-01 to 2026-02-02 |" in text


def test_report_says_which_processor_a_result_was_measured_on():
    part = measured("2026-01-01", [result("mlp", "theano", [1.0, 1.0])], machine={**MACHINE, "processor": "another"})
    text = report.text(merge.merge(OLD, part))
    assert "Measured: TensorFlow on 2026-01-01 (a processor); Theano on 2026-01-01 (another)." in text
    assert "| processor | a processor and another |" in text


def test_targets_apply_to_their_engines_and_sizes():
    target = targets.Within("graph", 3, "", size=100, engines=("theano",))
    sizes = [each for each in OLD["results"] if each["workload"] == "graph"]
    assert target.applies("theano", sizes)
    assert not target.applies("cntk", sizes)
    assert not target.applies("theano", sizes[:1])
    assert target.judge(sizes) == ("2 s", True)
    mlp = targets.Speed("mlp", "engine", 0.95, "")
    assert mlp.judge(OLD["results"][:1]) == ("0.50", False)
    assert not targets.Speed("mlp", "peer", 1, "").applies("theano", OLD["results"][1:2])
