"""Connectionist temporal classification (CTC) in NumPy, for the engines that lack it.

The cost is defined by Graves, Fernandez, Gomez and Schmidhuber, 2006; the decoders behave like TensorFlow's.
"""

import numpy as np


def log_softmax(logs):
    """Returns: log probabilities, normalized along the last axis."""
    logs = logs - logs.max(axis=-1, keepdims=True)
    return logs - np.log(np.exp(logs).sum(axis=-1, keepdims=True))


def _need_range(numbers, largest, what):
    for number in numbers:
        if not 0 <= number <= largest:
            raise ValueError("%s is %d; it must be from 0 to %d" % (what, number, largest))


def _need_samples(samples, lengths, what):
    if len(lengths) != samples:
        raise ValueError("%s has %d numbers for %d samples" % (what, len(lengths), samples))


def cost(logs, labels, input_length, label_length):
    """Returns: the cost of each sample (infinity if it has too few time steps), and its gradient with respect to
    ``logs``."""
    for numbers, what in (labels, "y_true"), (input_length, "input_length"), (label_length, "label_length"):
        _need_samples(len(logs), numbers, what)
    _need_range(input_length, logs.shape[1], "input_length")
    _need_range(label_length, labels.shape[1], "label_length")
    counted = labels[np.arange(labels.shape[1]) < label_length[:, None]]
    _need_range(counted, logs.shape[2] - 2, "a label")
    costs, gradients = np.zeros(len(logs), logs.dtype), np.zeros_like(logs)
    with np.errstate(divide="ignore", invalid="ignore"):
        for i, (times, count) in enumerate(zip(input_length, label_length)):
            costs[i], gradients[i, :times] = _cost(logs[i, :times].astype("float64"), labels[i, :count])
    return costs, gradients


def _cost(logs, labels):
    logs = log_softmax(logs)
    blank = logs.shape[1] - 1
    path = np.full(2 * len(labels) + 1, blank)
    path[1::2] = labels
    # A jump over a blank is allowed if the label after it differs from the one before it.
    jumps = np.zeros(len(path), bool)
    jumps[2:] = (path[2:] != blank) & (path[2:] != path[:-2])
    emitted = logs[:, path]
    forward = _forward(emitted, jumps)
    reachable = np.zeros(len(path), bool)
    reachable[::-1][2:] = jumps[2:][::-1]
    backward = _forward(emitted[::-1, ::-1], reachable[::-1])[::-1, ::-1]
    total = np.logaddexp.reduce(forward[-1, -2:]) if len(logs) else (0.0 if not len(labels) else -np.inf)
    if np.isneginf(total):
        return np.inf, np.zeros_like(logs)
    through = np.exp(np.where(np.isneginf(emitted), -np.inf, forward + backward - emitted - total))
    expected = np.zeros_like(logs)
    np.add.at(expected, (slice(None), path), through)
    return -total, np.exp(logs) - expected


def _forward(emitted, jumps):
    """Returns: for each time step and each position of the path, the log probability of all ways that lead there."""
    ways = np.full(emitted.shape, -np.inf)
    if len(emitted):
        ways[0, :2] = emitted[0, :2]
    for t in range(1, len(emitted)):
        before = ways[t - 1]
        total = before.copy()
        total[1:] = np.logaddexp(total[1:], before[:-1])
        total[2:] = np.where(jumps[2:], np.logaddexp(total[2:], before[:-2]), total[2:])
        ways[t] = total + emitted[t]
    return ways


def decode(logs, input_length, beam_width, paths, merge_repeated):
    """Decode, greedily if beam_width is None.

    Returns: a list: int64 matrices of labels, padded with -1, and their scores.
    """
    _need_samples(len(logs), input_length, "input_length")
    _need_range(input_length, logs.shape[1], "input_length")
    if beam_width is None:
        found = [_greedy(sample[:times]) for sample, times in zip(logs, input_length)]
    else:
        found = [_beam(log_softmax(sample[:times].astype("float64")), beam_width, paths, merge_repeated)
                 for sample, times in zip(logs, input_length)]
    scores = np.array([[score for _, score in ways] for ways in found], logs.dtype).reshape(len(found), paths)
    return [_filled([ways[i][0] for ways in found]) for i in range(paths)] + [scores]


def _filled(labellings):
    filled = np.full((len(labellings), max(map(len, labellings), default=0)), -1, "int64")
    for row, labels in zip(filled, labellings):
        row[:len(labels)] = labels
    return filled


def _greedy(logs):
    best = logs.argmax(axis=1) if len(logs) else np.zeros(0, int)
    new = np.ones(len(best), bool)
    new[1:] = best[1:] != best[:-1]
    return [(best[new & (best != logs.shape[1] - 1)].tolist(), -logs.max(axis=1).sum() if len(logs) else 0.0)]


def _beam(logs, width, paths, merge_repeated):
    """Beam search. For each prefix, it keeps the log probabilities of the ways that end in a blank and in a label.

    Returns: the most probable labellings, each with its score.
    """
    blank = logs.shape[1] - 1
    beams = {(): (0.0, -np.inf)}
    for at in logs:
        new = {}

        def add(prefix, ends_blank, ends_label, new=new):
            before = new.get(prefix, (-np.inf, -np.inf))
            new[prefix] = (np.logaddexp(before[0], ends_blank), np.logaddexp(before[1], ends_label))
        for prefix, (ends_blank, ends_label) in beams.items():
            add(prefix, np.logaddexp(ends_blank, ends_label) + at[blank], -np.inf)
            for label in range(blank):
                if prefix and prefix[-1] == label:
                    add(prefix, -np.inf, ends_label + at[label])
                    add(prefix + (label,), -np.inf, ends_blank + at[label])
                else:
                    add(prefix + (label,), -np.inf, np.logaddexp(ends_blank, ends_label) + at[label])
        beams = dict(sorted(new.items(), key=lambda item: -np.logaddexp(*item[1]))[:width])
    best = sorted(((np.logaddexp(*ends), prefix) for prefix, ends in beams.items()), key=lambda way: -way[0])[:paths]
    best += [(-np.inf, ())] * (paths - len(best))
    return [(_merged(prefix) if merge_repeated else list(prefix), score) for score, prefix in best]


def _merged(labels):
    return [label for i, label in enumerate(labels) if not i or label != labels[i - 1]]
