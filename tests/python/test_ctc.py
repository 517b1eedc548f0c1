"""The family ctc, compared with sums over all alignments where there are few time steps."""

import itertools

import numpy as np
import pytest
from checks import check, check_array, sample

from pyshim.engines import numpy_ctc

EPSILON = 1e-7


# -- the references ---------------------------------------------------------------------------------------

def distribution(y_pred):
    """The probabilities that the reference uses: increased by epsilon, and scaled to sum to 1."""
    y_pred = y_pred.astype("float64") + EPSILON
    return y_pred / y_pred.sum(axis=-1, keepdims=True)


def collapsed(path, blank):
    """The labelling of an alignment: repeated labels are merged, then blanks are dropped."""
    return tuple(label for label, _ in itertools.groupby(path) if label != blank)


def labellings(probabilities):
    """The probability of every labelling of one sample: the sum over its alignments."""
    times, classes = probabilities.shape
    totals = {}
    for path in itertools.product(range(classes), repeat=times):
        labels = collapsed(path, classes - 1)
        totals[labels] = totals.get(labels, 0.0) + np.prod([probabilities[t, c] for t, c in enumerate(path)])
    return totals


def cost(y_true, y_pred, input_length, label_length):
    probabilities = distribution(y_pred)
    costs = []
    for labels, chances, times, count in zip(y_true, probabilities, input_length, label_length):
        total = labellings(chances[:times]).get(tuple(labels[:count]), 0.0)
        costs.append(-np.log(total) if total else np.inf)
    return np.array(costs)[:, None]


def predictions(samples=4, times=4, classes=3, dtype="float32", seed=0):
    x = sample((samples, times, classes), dtype, seed=seed, low=0.05, high=1.0)
    return (x / x.sum(axis=-1, keepdims=True)).astype(dtype)


# Labels of 4 samples: two, one, none, and two equal ones; then the numbers of valid time steps and labels.
LABELS = np.array([[0, 1], [1, 0], [0, 0], [1, 1]], "int32")
TIMES, COUNTS = np.array([4, 3, 4, 3], "int32"), np.array([2, 1, 0, 2], "int32")


def tensor(K, array):
    return K.constant(array, dtype=array.dtype.name)


# -- ctc_batch_cost ---------------------------------------------------------------------------------------

def test_cost(K):
    for dtype in ("float32", "float64"):
        y_pred = predictions(dtype=dtype)
        result = K.ctc_batch_cost(tensor(K, LABELS), tensor(K, y_pred), tensor(K, TIMES[:, None]),
                                  tensor(K, COUNTS[:, None]))
        check(K, result, cost(LABELS, y_pred, TIMES, COUNTS).astype(dtype))


def test_cost_of_float16(K):
    y_pred = predictions(dtype="float16")
    value = K.eval(K.ctc_batch_cost(LABELS, tensor(K, y_pred), TIMES, COUNTS))
    assert (value.dtype.name, value.shape) == ("float16", (4, 1))
    np.testing.assert_allclose(value, cost(LABELS, y_pred, TIMES, COUNTS), rtol=1e-2)


def test_cost_of_labels_and_lengths_of_other_dtypes_and_shapes(K):
    y_pred = predictions()
    expected = cost(LABELS, y_pred, TIMES, COUNTS).astype("float32")
    for dtype in ("float32", "int64", "uint8"):
        labels, times, counts = (array.astype(dtype) for array in (LABELS, TIMES, COUNTS))
        check(K, K.ctc_batch_cost(tensor(K, labels), tensor(K, y_pred), tensor(K, times), tensor(K, counts[:, None])),
              expected)


def test_labels_that_do_not_count_may_be_anything(K):
    for dtype in ("float32", "float64"):
        y_pred = predictions(dtype=dtype)
        for filler in (-1, 2, 99):
            labels = np.where(np.arange(2) < COUNTS[:, None], LABELS, filler)
            check(K, K.ctc_batch_cost(labels, tensor(K, y_pred), TIMES, COUNTS),
                  cost(LABELS, y_pred, TIMES, COUNTS).astype(dtype))


def test_cost_of_logits_that_do_not_sum_to_1(K):
    y_pred = predictions() * np.float32(3)
    check(K, K.ctc_batch_cost(LABELS, tensor(K, y_pred), TIMES, COUNTS),
          cost(LABELS, y_pred, TIMES, COUNTS).astype("float32"))


def test_cost_where_the_times_do_not_suffice(K):
    labels = np.array([[0, 1, 0], [1, 1, 0], [0, 0, 0]], "int32")
    y_pred = predictions(3)
    for times, counts, infinite in (([2, 2, 4], [3, 2, 3], [1, 1, 1]), ([3, 3, 0], [3, 2, 1], [0, 0, 1])):
        expected = cost(labels, y_pred, times, counts).astype("float32")
        assert np.isinf(expected)[:, 0].tolist() == [bool(number) for number in infinite]
        check(K, K.ctc_batch_cost(labels, tensor(K, y_pred), np.array(times), np.array(counts)), expected)


def test_cost_without_labels_is_that_of_blanks(K):
    y_pred, none = predictions(2), np.zeros((2, 1), "int32")
    expected = -np.log(distribution(y_pred)[:, :, -1])
    check(K, K.ctc_batch_cost(none, tensor(K, y_pred), np.array([4, 2]), np.array([0, 0])),
          np.array([[expected[0].sum()], [expected[1, :2].sum()]], "float32"))


def test_cost_of_certainty(K):
    # A probability of 0 counts as epsilon.
    y_pred = np.array([[[1, 0, 0], [0, 0, 1], [0, 1, 0]]] * 2, "float64")
    labels = np.array([[0, 1], [1, 0]], "int32")
    check(K, K.ctc_batch_cost(labels, tensor(K, y_pred), np.array([3, 3]), np.array([2, 2])),
          cost(labels, y_pred, [3, 3], [2, 2]))


def test_cost_of_unknown_sizes(K):
    y_pred = predictions()
    inputs = [K.placeholder((None, None), dtype="int32"), K.placeholder((None, None, None)),
              K.placeholder((None, 1), dtype="int32"), K.placeholder((None, 1), dtype="int32")]
    result = K.ctc_batch_cost(*inputs)
    assert result.shape == (None, 1)
    function = K.function(inputs, [result])
    for n in (4, 2):
        values = LABELS[:n], y_pred[:n], TIMES[:n, None], COUNTS[:n, None]
        check_array(function(list(values))[0], cost(LABELS[:n], y_pred[:n], TIMES, COUNTS).astype("float32"))


def test_cost_of_longer_sequences(K):
    # There are too many alignments to sum over. But the cost must not change when the classes are renumbered.
    y_pred = predictions(3, 30, 6, "float64", seed=5)
    labels = np.array([[0, 1, 2, 3, 4, 0], [1, 1, 1, 1, 1, 1], [4, 3, 0, 0, 2, 2]], "int32")
    times, counts = np.array([30, 28, 25], "int32"), np.array([6, 5, 4], "int32")
    value = K.eval(K.ctc_batch_cost(labels, tensor(K, y_pred), times, counts))
    names = np.array([2, 0, 4, 1, 3, 5])
    renamed = np.empty_like(y_pred)
    renamed[:, :, names] = y_pred
    np.testing.assert_allclose(K.eval(K.ctc_batch_cost(names[labels], tensor(K, renamed), times, counts)), value,
                               rtol=1e-9)
    ours = numpy_ctc.cost(np.log(y_pred + EPSILON), labels, times, counts)[0]
    np.testing.assert_allclose(value[:, 0], ours, rtol=1e-9)


def test_cost_gradient(K):
    y_pred = predictions(dtype="float64")
    variable = K.variable(y_pred, dtype="float64")
    weights = np.array([[1.0], [2.0], [0.5], [1.5]])
    loss = K.sum(K.ctc_batch_cost(LABELS, variable, TIMES, COUNTS) * weights)
    gradient, = K.gradients(loss, [variable])
    numeric = np.empty_like(y_pred)
    for position in np.ndindex(*y_pred.shape):
        moved = [y_pred.copy(), y_pred.copy()]
        moved[0][position] += 1e-5
        moved[1][position] -= 1e-5
        numeric[position] = np.subtract(*[(cost(LABELS, y, TIMES, COUNTS) * weights).sum() for y in moved]) / 2e-5
    np.testing.assert_allclose(K.eval(gradient), numeric, rtol=1e-5, atol=1e-7)
    assert np.all(K.eval(gradient)[1, 3:] == 0)  # time steps beyond the length


def test_gradient_of_an_infinite_cost_is_0(K):
    y_pred = K.variable(predictions(2, dtype="float64"), dtype="float64")
    costs = K.ctc_batch_cost(np.array([[0, 0], [0, 1]]), y_pred, np.array([2, 2]), np.array([2, 2]))
    value = K.eval(costs)
    assert np.isinf(value[0, 0]) and np.isfinite(value[1, 0])
    gradient = K.eval(K.gradients(K.sum(costs), [y_pred])[0])
    assert np.all(gradient[0] == 0) and np.all(np.isfinite(gradient)) and np.any(gradient[1] != 0)


# -- ctc_decode -------------------------------------------------------------------------------------------

def greedy(y_pred, input_length):
    logs = np.log(y_pred.astype("float64") + EPSILON)
    paths = [collapsed(x[:n].argmax(axis=-1), y_pred.shape[-1] - 1) for x, n in zip(logs, input_length)]
    return paths, np.array([[-x[:n].max(axis=-1).sum()] for x, n in zip(logs, input_length)])


def filled(paths):
    result = np.full((len(paths), max(map(len, paths))), -1, "int64")
    for row, path in zip(result, paths):
        row[:len(path)] = path
    return result


def check_decoded(K, result, expected_paths, expected_scores, dtype="float32"):
    decoded, scores = result
    assert isinstance(decoded, list) and len(decoded) == len(expected_paths)
    for path, expected in zip(decoded, expected_paths):
        check(K, path, filled(expected), shape=(len(expected), None))
    check(K, scores, np.asarray(expected_scores, dtype))


def test_greedy(K):
    for seed in range(3):
        y_pred = predictions(5, 6, 3, seed=seed)
        lengths = np.array([6, 1, 4, 0, 5], "int32")
        paths, scores = greedy(y_pred, lengths)
        check_decoded(K, K.ctc_decode(tensor(K, y_pred), tensor(K, lengths)), [paths], scores)


def test_nan_is_the_largest_and_makes_its_sample_nan(K):
    y_pred = np.array([[[0.2, 0.3, 0.5], [np.nan, 0.2, 0.2]], [[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]]] * 2, "float32")
    lengths = [2, 2, 1, 2]  # the nan in the third sample is beyond its length
    decoded, scores = K.ctc_decode(tensor(K, y_pred), lengths)
    check_array(K.eval(decoded[0]), np.array([[0], [1], [-1], [1]]))
    np.testing.assert_array_equal(np.isnan(K.eval(scores)[:, 0]), [True, False, False, False])
    costs = K.eval(K.ctc_batch_cost([[0]] * 4, tensor(K, y_pred), lengths, [1] * 4))
    np.testing.assert_array_equal(np.isnan(costs[:, 0]), [True, False, False, False])


def test_greedy_where_all_are_blanks(K):
    y_pred = np.tile(np.array([0.1, 0.1, 0.8], "float32"), (2, 3, 1))
    check_decoded(K, K.ctc_decode(tensor(K, y_pred), np.array([3, 2])), [[(), ()]], greedy(y_pred, [3, 2])[1])


def test_greedy_merges_equal_labels_but_not_over_a_blank(K):
    y_pred = np.eye(3, dtype="float32")[np.array([[0, 0, 2, 0, 1, 1], [1, 1, 1, 0, 2, 2]])]
    decoded, scores = K.ctc_decode(tensor(K, y_pred), np.array([6, 6]), top_paths=3)
    assert len(decoded) == 1  # greedy decoding has only one path
    check(K, decoded[0], np.array([[0, 0, 1], [1, 0, -1]]), shape=(2, None))
    np.testing.assert_allclose(K.eval(scores), np.zeros((2, 1)), atol=1e-5)


def best(y_pred, input_length, paths):
    """The most probable labellings of each sample, and the logarithms of their probabilities."""
    ranked = [sorted(labellings(x[:n]).items(), key=lambda way: -way[1])
              for x, n in zip(distribution(y_pred), input_length)]
    return ([[ways[i][0] for ways in ranked] for i in range(paths)],
            [[np.log(ways[i][1]) for i in range(paths)] for ways in ranked])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_beam_search_finds_the_most_probable_labellings(K, dtype):
    for seed in range(2):
        y_pred, lengths = predictions(4, 4, 3, dtype, seed), np.array([4, 3, 2, 4], "int32")
        for paths in (1, 3):
            result = K.ctc_decode(tensor(K, y_pred), tensor(K, lengths), greedy=False, beam_width=200,
                                  top_paths=paths)
            check_decoded(K, result, *best(y_pred, lengths, paths), dtype=dtype)


def test_beam_search_with_merge_repeated(K):
    # The search tells two equal labels apart when a blank separates them; merge_repeated then merges them.
    y_pred = np.array([[[0.9, 0.05, 0.05], [0.05, 0.05, 0.9], [0.9, 0.05, 0.05], [0.1, 0.8, 0.1]]], "float32")
    (plain,), scores = best(y_pred, [4], 1)
    assert plain == [(0, 0, 1)]
    check_decoded(K, K.ctc_decode(tensor(K, y_pred), [4], greedy=False), [plain], scores)
    check_decoded(K, K.ctc_decode(tensor(K, y_pred), [4], greedy=False, merge_repeated=True), [[(0, 1)]], scores)


def test_a_narrow_beam(K):
    # Greedy decoding takes two blanks; a beam of width 1 keeps only the most probable prefix of each time step.
    y_pred = np.array([[[0.4, 0.0, 0.6], [0.4, 0.0, 0.6]]], "float32")
    (plain,), scores = best(y_pred, [2], 1)
    assert plain == [(0,)]
    check_decoded(K, K.ctc_decode(tensor(K, y_pred), [2], greedy=False, beam_width=10), [plain], scores)
    check_decoded(K, K.ctc_decode(tensor(K, y_pred), [2]), [[()]], greedy(y_pred, [2])[1])
    decoded, score = K.ctc_decode(tensor(K, y_pred), [2], greedy=False, beam_width=1)
    check(K, decoded[0], np.zeros((1, 0), "int64"), shape=(1, None))
    np.testing.assert_allclose(K.eval(score), [[2 * np.log(0.6)]], rtol=1e-5)


def test_decoding_of_unknown_sizes(K):
    y_pred, lengths = predictions(3, 4, 3, seed=4), np.array([4, 2, 3], "int32")
    inputs = [K.placeholder((None, None, None)), K.placeholder((None,), dtype="int32")]
    (quick,), quick_scores = K.ctc_decode(*inputs)
    (first, second), scores = K.ctc_decode(*inputs, greedy=False, beam_width=100, top_paths=2)
    assert (quick.shape, scores.shape) == ((None, None), (None, 2))
    function = K.function(inputs, [quick, quick_scores, first, second, scores])
    for n in (3, 1):
        values = function([y_pred[:n], lengths[:n]])
        paths, quick_score = greedy(y_pred[:n], lengths[:n])
        (one, other), score = best(y_pred[:n], lengths[:n], 2)
        for value, expected in zip(values, [filled(paths), quick_score.astype("float32"), filled(one),
                                            filled(other), np.array(score, "float32")]):
            check_array(value, expected)


# -- ctc_label_dense_to_sparse ----------------------------------------------------------------------------

def test_labels_dense_to_sparse(K):
    for dtype in ("int32", "int64", "float32"):
        labels = (LABELS + 1).astype(dtype)
        sparse = K.ctc_label_dense_to_sparse(tensor(K, labels), tensor(K, COUNTS))
        assert K.is_sparse(sparse) and sparse.dtype == dtype and sparse.shape == (4, 2)
        expected = np.where(np.arange(2) < COUNTS[:, None], labels, 0).astype(dtype)
        check(K, K.to_dense(sparse), expected)
        check_array(K.eval(sparse), expected)


def test_labels_of_unknown_sizes(K):
    labels, lengths = K.placeholder((None, None), dtype="int32"), K.placeholder((None,), dtype="int32")
    dense = K.to_dense(K.ctc_label_dense_to_sparse(labels, lengths))
    assert dense.shape == (None, None)
    function = K.function([labels, lengths], [dense])
    for counts in ([2, 1], [0, 0], [1, 2]):
        expected = np.where(np.arange(2) < np.array(counts)[:, None], [[1, 2], [3, 4]], 0).astype("int32")
        check_array(function([[[1, 2], [3, 4]], counts])[0], expected)


@pytest.mark.parametrize("fed, given", [((None, 4), (None,)), ((3, 4), (None,)), ((None, 4), (1,))])
def test_labels_and_another_number_of_lengths(K, fed, given):
    labels, lengths = K.placeholder(fed, dtype="int32"), K.placeholder(given, dtype="int32")
    function = K.function([labels, lengths], [K.to_dense(K.ctc_label_dense_to_sparse(labels, lengths))])
    with pytest.raises(K.errors.EngineError, match="label_lengths does not fit the number of samples of labels"):
        function([np.ones((3, 4), "int32"), [2]])


# -- errors -----------------------------------------------------------------------------------------------

REFUSED = {  # what: (call, error, message)
    "rank of y_pred": (lambda K: K.ctc_batch_cost(LABELS, K.ones((4, 3)), TIMES, COUNTS), "Shape",
                       r"ctc_batch_cost\(\): y_pred must have 3 dimensions"),
    "rank of y_true": (lambda K: K.ctc_batch_cost(TIMES, K.ones((4, 4, 3)), TIMES, COUNTS), "Shape",
                       "y_true must have 2 dimensions"),
    "dtype of y_pred": (lambda K: K.ctc_batch_cost(LABELS, K.ones((4, 4, 3), "int32"), TIMES, COUNTS), "Dtype",
                        "y_pred has dtype int32"),
    "samples of y_true": (lambda K: K.ctc_batch_cost(LABELS[:3], K.ones((4, 4, 3)), TIMES, COUNTS), "Shape",
                          "y_true has 3 samples, y_pred has 4"),
    "samples of input_length": (lambda K: K.ctc_batch_cost(LABELS, K.ones((4, 4, 3)), TIMES[:2], COUNTS), "Shape",
                                "input_length has 2 samples, y_pred has 4"),
    "rank of label_length": (lambda K: K.ctc_batch_cost(LABELS, K.ones((4, 4, 3)), TIMES, 2), "Shape",
                             "label_length must have the shape"),
    "shape of label_length": (lambda K: K.ctc_batch_cost(LABELS, K.ones((4, 4, 3)), TIMES, LABELS), "Shape",
                              r"label_length must have the shape \(samples,\) or \(samples, 1\)"),
    "lengths that are text": (lambda K: K.ctc_decode(K.ones((4, 4, 3)), "four"), "Dtype", "input_length must be"),
    "samples of a decoding": (lambda K: K.ctc_decode(K.ones((4, 4, 3)), [1, 2]), "Shape",
                              r"ctc_decode\(\): input_length has 2 samples, y_pred has 4"),
    "rank of a decoding": (lambda K: K.ctc_decode(K.ones((4, 4)), TIMES), "Shape", "y_pred must have 3 dimensions"),
    "beam_width": (lambda K: K.ctc_decode(K.ones((4, 4, 3)), TIMES, False, 0), "Argument",
                   "beam_width must be at least 1, not 0"),
    "top_paths": (lambda K: K.ctc_decode(K.ones((4, 4, 3)), TIMES, False, top_paths=0), "Argument",
                  "top_paths must be at least 1"),
    "more paths than beams": (lambda K: K.ctc_decode(K.ones((4, 4, 3)), TIMES, False, 2, 3), "Argument",
                              "beam_width 2 is less than top_paths 3"),
    "rank of labels": (lambda K: K.ctc_label_dense_to_sparse(TIMES, COUNTS), "Shape", "labels must have 2 dimensions"),
    "samples of labels": (lambda K: K.ctc_label_dense_to_sparse(LABELS, COUNTS[:3]), "Shape",
                          "label_lengths has 3 samples, labels has 4"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(K, what):
    call, error, message = REFUSED[what]
    with pytest.raises(getattr(K.errors, error + "Error"), match=message):
        call(K)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("times, counts, label", [(5, 1, 0), (-1, 1, 0), (4, 3, 0), (4, -1, 0), (4, 1, 2), (4, 1, -1)])
def test_out_of_range(K, dtype, times, counts, label):
    y_pred = K.constant(predictions(2), dtype=dtype)
    with pytest.raises(K.errors.EngineError):
        K.eval(K.ctc_batch_cost(np.array([[label, 1], [0, 1]]), y_pred, np.array([times, 4]), np.array([counts, 2])))
    if times != 4:
        for greedy in (True, False):
            with pytest.raises(K.errors.EngineError):
                K.eval(K.ctc_decode(y_pred, [times, 4], greedy=greedy)[1])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_lengths_of_another_number_of_samples(K, dtype):
    y_pred = K.constant(predictions(2), dtype=dtype)
    lengths = K.placeholder((None,), dtype="int32")
    for result in (K.ctc_decode(y_pred, lengths)[1], K.ctc_decode(y_pred, lengths, greedy=False)[1],
                   K.ctc_batch_cost(np.array([[0, 1], [0, 1]]), y_pred, lengths, np.array([2, 2])),
                   K.ctc_batch_cost(np.array([[0, 1], [0, 1]]), y_pred, np.array([4, 4]), lengths)):
        with pytest.raises(K.errors.EngineError):
            K.function([lengths], [result])([[2]])


# -- NumPy's implementation, which some engines call ------------------------------------------------------

def test_numpys_cost_and_gradient():
    logs = np.log(predictions(dtype="float64"))
    costs, gradients = numpy_ctc.cost(logs, LABELS, TIMES, COUNTS)

    def reference(logs):
        probabilities = np.exp(logs) / np.exp(logs).sum(axis=-1, keepdims=True)
        return [-np.log(labellings(x[:n])[tuple(labels[:count])])
                for x, n, labels, count in zip(probabilities, TIMES, LABELS, COUNTS)]
    np.testing.assert_allclose(costs, reference(logs), rtol=1e-10)
    for position in np.ndindex(*logs.shape):
        moved = [logs.copy(), logs.copy()]
        moved[0][position] += 1e-5
        moved[1][position] -= 1e-5
        np.testing.assert_allclose(gradients[position], np.subtract(*[sum(reference(x)) for x in moved]) / 2e-5,
                                   rtol=1e-5, atol=1e-8)


def test_numpys_cost_at_its_limits():
    logs = np.log(predictions(4, dtype="float64"))
    costs, gradients = numpy_ctc.cost(logs, LABELS, np.array([1, 0, 0, 2]), np.array([2, 1, 0, 2]))
    np.testing.assert_array_equal(costs, [np.inf, np.inf, 0, np.inf])
    assert np.all(gradients == 0)
    logs[0, 0, 0] = -np.inf  # a class with probability 0
    costs, gradients = numpy_ctc.cost(logs, LABELS, TIMES, COUNTS)
    assert np.all(np.isfinite(costs)) and np.all(np.isfinite(gradients))


@pytest.mark.parametrize("times", [0, 1, 2, 5])
def test_numpys_beam_search(times):
    y_pred = predictions(3, 5, 3, "float64", seed=9) - EPSILON
    lengths = np.full(3, times)
    paths, scores = best(y_pred, lengths, 1)
    decoded = numpy_ctc.decode(np.log(y_pred + EPSILON), lengths, 500, 1, False)
    np.testing.assert_array_equal(decoded[0], filled(paths[0]))
    np.testing.assert_allclose(decoded[1], scores, rtol=1e-10, atol=1e-12)


def test_numpys_greedy():
    y_pred, lengths = predictions(6, 5, 3, "float64", seed=10), np.array([5, 4, 3, 2, 1, 0])
    paths, scores = greedy(y_pred, lengths)
    decoded = numpy_ctc.decode(np.log(y_pred + EPSILON), lengths, None, 1, True)
    np.testing.assert_array_equal(decoded[0], filled(paths))
    np.testing.assert_allclose(decoded[1], scores, atol=1e-12)
