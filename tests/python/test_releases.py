"""What a worker is told about the graph, exactly once, and what it is told to release."""

import gc
import threading

import numpy as np
import pytest
from checks import check, check_array

pytestmark = pytest.mark.worker


def host_of(K):
    return K.session.current_host()


def messages_to(host, monkeypatch):
    """The messages sent to a worker from now on, as a list that grows."""
    sent, send = [], host.conversation.wire.send

    def spy(message):
        sent.append(message)
        send(message)
    monkeypatch.setattr(host.conversation.wire, "send", spy)
    return sent


def entries_of(host, monkeypatch):
    """The entries of nodes sent to a worker from now on: a list for each program."""
    told, encoder = [], host.conversation.encoder
    program = encoder.program

    def spy(*args):
        data = program(*args)
        told.append(data["entries"])
        return data
    monkeypatch.setattr(encoder, "program", spy)
    return told


def numbers_in(told):
    """The numbers of the nodes and operations in these entries."""
    return {number for entries in told for entry in entries
            for number in (entry[0], entry[5][0] if isinstance(entry[5], list) else entry[5]) if number is not None}


def released(K, sent):
    """The numbers that the worker has been told to release, including those that go with the next message."""
    gc.collect()
    K.get_value(K.variable(0.0))
    return {number for message in sent for number in message["release"]}


def test_the_worker_lets_go_with_the_last_reference(K, monkeypatch):
    sent = messages_to(host_of(K), monkeypatch)
    x = K.variable(1.0)
    number, same = x.number, x
    del x
    assert number not in released(K, sent)
    del same
    assert number in released(K, sent)


def test_all_that_a_program_was_made_of_is_let_go(K, monkeypatch):
    sent = messages_to(host_of(K), monkeypatch)
    told = entries_of(host_of(K), monkeypatch)
    w = K.variable([1.0, 2.0])
    f = K.function([], [K.map_fn(lambda e, w=w: e * 2 + K.sum(w), w)], [K.update_add(w, [1.0, 1.0])])
    numbers = {w.number, f._run.number} | numbers_in(told)
    check_array(f([])[0], np.array([5, 7], "float32"))
    assert len(numbers) > 10
    del w, f
    assert numbers <= released(K, sent)


def test_what_a_tensor_is_made_of_lives_as_long_as_it(K, monkeypatch):
    sent = messages_to(host_of(K), monkeypatch)
    w = K.variable(2.0)
    y = K.square(w) * 3
    f = K.function([], [w + 1], [K.update_add(w, 1)])
    number = w.number
    del w
    assert number not in released(K, sent)
    check(K, y, np.float32(12))
    check_array(f([])[0], np.float32(3))
    check(K, y, np.float32(27))
    number = f._run.number
    del f
    assert number in released(K, sent)


def test_tensors_let_go_in_another_thread_or_in_a_cycle(K, monkeypatch):
    sent = messages_to(host_of(K), monkeypatch)
    x = K.variable(1.0)
    cycle = [x]
    cycle.append(cycle)
    numbers = [x.number]
    del x, cycle

    def run():
        numbers.append(K.variable(2.0).number)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert released(K, sent).issuperset(numbers)


def test_memory_of_variables_is_given_back(K):
    host = host_of(K)
    value = np.ones(12500000, "float32")
    sizes = []
    for i in range(20):
        x = K.variable(value)
        K.set_value(x, value)
        assert K.eval(x[i]) == 1
        del x
        K.get_value(K.variable(0.0))
        sizes.append(host.memory())
    assert sizes[-1] < sizes[3] + 4 * value.nbytes, sizes


def test_numbers_are_not_used_again_after_clear_session(K):
    old = K.variable(1.0)
    K.clear_session()
    new = [K.variable(float(i)) for i in range(5)]
    assert old.number not in [x.number for x in new]
    del old
    gc.collect()
    check(K, new[0] + 1, np.float32(1))


def test_a_node_is_sent_once(K, monkeypatch):
    told = entries_of(host_of(K), monkeypatch)
    x = K.variable([1.0, 2.0])
    y = K.square(x) * 3
    K.eval(y)
    K.eval(y)
    z = K.sum(y)
    K.eval(z)
    first, second = [[entry[0] for entry in entries] for entries in told]
    assert y.number in first and second == [z.number]


def test_what_is_evaluated_does_not_depend_on_what_else_the_graph_has(K, monkeypatch):
    told = entries_of(host_of(K), monkeypatch)
    x = K.variable([1.0, 2.0])
    K.eval(K.square(x) * 3)
    y, kept = x, []
    for _ in range(10000):
        y = y * 1.5
        kept.append(K.sum(y))
    assert len(told) == 1  # building the graph sends nothing
    check_array(K.eval(K.square(x) * 3), np.array([3, 12], "float32"))
    assert [len(entries) for entries in told] == [len(told[0])] * 2

