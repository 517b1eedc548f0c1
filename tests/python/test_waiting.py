"""Waiting: spin if the last wait was short, block if it was long."""

import os
import select
import time

import pytest

from pyshim import processors, session
from pyshim.wire import waiting
from pyshim.wire.waiting import Waiting

pytestmark = pytest.mark.worker


class Recording:
    """A poll object that records how long each poll was allowed to block."""

    def __init__(self, poll):
        self.poll_itself = poll
        self.asked = []

    def poll(self, milliseconds):
        self.asked.append(milliseconds)
        return self.poll_itself.poll(milliseconds)


@pytest.fixture
def pipe():
    read, write = os.pipe()
    yield read, write
    os.close(read)
    os.close(write)


@pytest.fixture
def recording(pipe):
    poll = select.poll()
    poll.register(pipe[0], select.POLLIN)
    return Recording(poll)


@pytest.fixture(autouse=True)
def two_processors(monkeypatch):
    monkeypatch.setattr(processors, "COUNT", 2)
    monkeypatch.setattr(waiting, "SPINNING", 0.05)


def test_what_is_there_is_found_at_once(pipe, recording):
    os.write(pipe[1], b"x")
    assert Waiting(recording).ready("x") == [pipe[0]]
    assert recording.asked == [0]


def test_a_wait_that_nothing_ends(recording):
    assert Waiting(recording).ready("x", 0.1) == []
    assert recording.asked.count(0) > 1 and recording.asked[-1] == 100


def test_asleep_after_a_long_wait_for_the_same_thing(pipe, recording):
    wait = Waiting(recording)
    wait.ready("slow", 0.1)
    recording.asked.clear()
    assert wait.ready("slow", 0.001) == []
    assert recording.asked == [0, 1]
    recording.asked.clear()
    assert wait.ready("quick", 0.001) == []
    assert len(recording.asked) > 2
    os.write(pipe[1], b"x")
    assert wait.ready("slow") == [pipe[0]]  # a short wait
    os.read(pipe[0], 1)
    recording.asked.clear()
    assert wait.ready("slow", 0.001) == []
    assert len(recording.asked) > 2


def test_asleep_where_there_is_one_processor(recording, monkeypatch):
    monkeypatch.setattr(processors, "COUNT", 1)
    assert Waiting(recording).ready("x", 0.001) == []
    assert recording.asked == [0, 1]


def test_a_worker_rests_between_calls(K):
    pid = session.current_host().pid
    K.ones((2,))
    time.sleep(0.1)
    before = processor_time(pid)
    time.sleep(0.5)
    assert processor_time(pid) - before < 0.1


def processor_time(pid):
    """The processor time of a process's main thread, in seconds."""
    with open("/proc/%d/schedstat" % pid, encoding="ascii") as file:
        return int(file.read().split()[0]) / 1e9
