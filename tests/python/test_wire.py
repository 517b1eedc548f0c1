"""The wire: values survive a round trip; frames, and invalid frames."""

import json
import os
import socket
import struct
import threading
import warnings

import numpy as np
import pytest
from checks import DTYPES, check_array, sample
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from pyshim import errors, memory, processors
from pyshim.graph.node import Node
from pyshim.graph.positions import At
from pyshim.wire import connection, region
from pyshim.wire.region import Region
from pyshim.wire.reordering import copy, reorder, row_major
from pyshim.wire.values import pack, unpack


@pytest.fixture(params=["stream", "region"])
def ends(request):
    """The two ends of the wire. Large arrays go through a shared region, or all arrays go through the stream."""
    ours, theirs = socket.socketpair()
    regions = [Region.create() if request.param == "region" else None for _ in range(2)]
    ends = connection.Connection(ours, *regions), connection.Connection(theirs, *other_ends(regions))
    yield ends
    for end in ends:
        end.close()


def other_ends(regions):
    """The regions as the other process maps them."""
    return [region and Region(os.dup(region.descriptor)) for region in reversed(regions)]


def carried(ends, message):
    """The message that arrives. A thread sends it, since a large one fills the stream."""
    thread = threading.Thread(target=ends[0].send, args=(message,))
    thread.start()
    received = ends[1].receive()
    thread.join()
    return received


def there_and_back(ends, value):
    buffers = []
    message = carried(ends, {"value": pack(value, buffers), "buffers": buffers})
    return unpack(message["value"], message["buffers"])


# -- values ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("value", [
    None, True, False, 0, -1, 2 ** 70, 1.5, -0.0, "", "text", "é\n\0\ud800", [], (), {}, [1, [2, (3, None)]],
    {"a": 1, "b": [True]}, (1, (2,), [3]), slice(None), slice(1, None, -2), (slice(0, 3), At(2), None),
    float("inf"), float("-inf"), {"array": 1}, {"tuple": [1]}, {"float": "x"}, {"body": 3}], ids=repr)
def test_values_there_and_back(ends, value):
    assert_same(there_and_back(ends, value), value)


def test_nan_there_and_back(ends):
    for value in (float("nan"), [float("nan")], {"x": float("nan")}):
        assert repr(there_and_back(ends, value)) == repr(value)
    assert repr(there_and_back(ends, -0.0)) == "-0.0"


@pytest.mark.parametrize("dtype", DTYPES)
def test_arrays_of_every_dtype_and_rank(ends, dtype):
    for shape in [(), (0,), (3,), (2, 3), (2, 0, 3), (2, 1, 3), (2, 1, 3, 2), (1, 2, 1, 2, 3)]:
        x = sample(shape, dtype)
        back = there_and_back(ends, x)
        check_array(back, x)
        assert isinstance(back, np.ndarray) and back.flags.writeable
    scalar = there_and_back(ends, np.dtype(dtype).type(1))
    assert isinstance(scalar, np.generic)
    check_array(scalar, np.array(1, dtype))


def test_arrays_that_lie_in_memory_in_other_ways(ends):
    x = np.arange(24, dtype="float32").reshape(2, 3, 4)
    for array in (x[:, ::-1], x.T, x[..., ::2], np.asfortranarray(x), np.broadcast_to(x[0, 0], (5, 4)),
                  x.astype(">f4"),
                  x[:0], np.ma.masked_array(x)):
        back = there_and_back(ends, array)
        np.testing.assert_array_equal(back, array)
        assert back.flags.c_contiguous


def test_an_array_leaves_in_the_order_that_it_has(ends):
    x = np.arange(900, dtype="float32").reshape(30, 30)
    for array, order in [(x, "C"), (x.T, "F"), (x[:, ::-1], "C"), (x[:1].T, "C"), (np.float32(1), "C")]:
        buffers = []
        message = {"value": pack(array, buffers), "buffers": buffers}
        read, write = socket.socketpair()
        thread = threading.Thread(target=connection.Connection(write).send, args=(message,))
        thread.start()
        _, length, _ = connection.PREFIX.unpack(read.recv(connection.PREFIX.size))
        listed = json.loads(read.recv(length).decode())["arrays"]
        thread.join()
        read.close()
        write.close()
        assert listed == [["<f4", list(array.shape), order]]


def test_many_arrays_in_one_message(ends):
    value = [sample((i,), dtype) for i in range(4) for dtype in DTYPES]
    for back, array in zip(there_and_back(ends, {"x": value})["x"], value):
        check_array(back, array)


def test_a_large_array(ends):
    x = np.random.RandomState(0).randint(0, 255, 20000000).astype("uint8")
    np.testing.assert_array_equal(there_and_back(ends, x), x)


@pytest.mark.parametrize("shape", [(300, 1000), (3, 70000), (70000, 3), (2, 3, 4, 5000), (1000, 1, 129), (40, 300, 7),
                                   (200, 50, 64), (9, 3, 100, 3), (5,)])
def test_reordering(ends, shape):
    x = np.random.RandomState(0).normal(size=shape).astype("float32")
    for array in (np.asfortranarray(x), x):
        back = there_and_back(ends, array)
        check_array(back, x)
        assert back.flags.c_contiguous and back.flags.writeable
        target = np.empty(shape, "float32", order="F")
        reorder(target, array)
        check_array(target, x)


@pytest.mark.parametrize("shape", [(1031, 1027), (1, 2 ** 20 + 5), (2 ** 20 + 5,), (3, 400000), (400000, 3)])
def test_copies_by_several_threads(ends, shape, monkeypatch):
    monkeypatch.setattr(processors, "COUNT", 4)
    x = np.random.RandomState(0).randint(-100, 100, shape).astype("int32")
    for array in (x, np.asfortranarray(x), np.repeat(x, 2, 0)[::2]):
        back = there_and_back(ends, array)
        check_array(back, x)
        assert back.flags.c_contiguous and back.flags.writeable and memory.is_usable(row_major(array))
        for order in "CF":
            target = np.zeros(shape, "int32", order=order)
            copy(target, np.array(array, order=order))
            check_array(target, x)


def test_memory_is_used_again():
    """The memory of a large array goes to a new one when nothing refers to it any more."""
    def made(value):
        return row_major(np.full((700, 1000), value, "float32"))
    memory._blocks.clear()
    first = made(1)
    place = first.ctypes.data
    part = first[3:, ::7]
    del first
    second = made(2)  # the part keeps the first one's memory
    assert second.ctypes.data != place and (part == 1).all()
    capsule = part.__dlpack__()
    del part
    third = made(3)
    assert third.ctypes.data != place and (second == 2).all()
    del capsule
    fourth = made(4)
    assert fourth.ctypes.data == place
    assert (second == 2).all() and (third == 3).all() and (fourth == 4).all()


def test_little_memory_is_kept(monkeypatch):
    monkeypatch.setattr(memory, "MOST", 3 << 20)
    memory._blocks.clear()
    arrays = [row_major(np.zeros(size, "uint8")) for size in (2 << 20, 4 << 20, 5 << 19, 2 << 20)]
    assert [block.size for block in memory._blocks] == [(2 << 20) + memory.ALIGNMENT]
    del arrays
    row_major(np.zeros(3 << 19, "uint8"))  # is far smaller than the block, which stays
    assert len(memory._blocks) == 1


def test_reordering_by_several_threads():
    """The threads cast as the calling thread does, even if numbers overflow."""
    x = np.asfortranarray(np.random.RandomState(0).normal(size=(1031, 1027)))
    x[-1, -1] = x[0, 0] = 1e300
    target = np.empty(x.shape, "float32")
    with warnings.catch_warnings(), np.errstate(over="ignore"):
        warnings.simplefilter("error")
        reorder(target, x)
        check_array(target, x.astype("float32"))
    x[0, 0] = 0  # the last block's error is raised, too
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        reorder(target, x)


@pytest.mark.parametrize("allowed", [0, 1])
def test_reordering_without_a_thread(allowed, monkeypatch):
    """What a thread would copy that cannot start, because no memory is left for its stack, is copied, too."""
    started = []

    def start(thread):
        if len(started) == allowed:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        started_by_python(thread)
    started_by_python = threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", start)
    monkeypatch.setattr(processors, "COUNT", 4)
    x = np.asfortranarray(np.random.RandomState(0).normal(size=(1031, 1027)))
    target = np.full(x.shape, np.nan, "float32")
    reorder(target, x)
    check_array(target, x.astype("float32"))
    assert len(started) == allowed


def test_large_arrays_go_through_the_region(ends, monkeypatch):
    sent = []
    monkeypatch.setattr(connection, "LEAST", 100)
    ends[0].stream = Recording(ends[0].stream, sent)
    x = [sample((30,), "float32"), sample((3, 2, 7), "float64").T, sample((), "int8"), sample((0, 4), "int8")]
    for back, array in zip(there_and_back(ends, x), x):
        check_array(back, array)
    size = sum(array.nbytes for array in x)
    magic, length, counted = connection.PREFIX.unpack(sent[0][:connection.PREFIX.size])
    assert counted == (0 if ends[0].outgoing else size)
    assert sum(map(len, sent)) == connection.PREFIX.size + length + counted


class Recording:
    """A stream that records what is sent."""

    def __init__(self, stream, sent):
        self.stream, self.sent = stream, sent

    def sendall(self, data):
        self.sent.append(bytes(data))
        self.stream.sendall(data)

    def close(self):
        self.stream.close()


def test_what_comes_in_is_not_touched_by_the_next_message(ends):
    first, second = np.full(1 << 20, 1, "int8"), np.full(1 << 20, 2, "int8")
    kept = there_and_back(ends, first)
    there_and_back(ends, second)
    np.testing.assert_array_equal(kept, first)


def test_a_region_gives_its_memory_back(monkeypatch):
    monkeypatch.setattr(region, "KEPT", 1 << 20)
    ours = Region.create()
    theirs, = other_ends([ours])
    for size, kept in [(1 << 19, 1 << 19), (1 << 22, 0), (1 << 10, 1 << 10), (1 << 23, 0)]:
        x = np.arange(size, dtype="int64").astype("uint8")
        ours.write([x])
        np.testing.assert_array_equal(theirs.read([(x.dtype, x.shape, "C")])[0], x)
        assert os.fstat(ours.descriptor).st_size == kept
    ours.close()
    theirs.close()


def test_no_memory_for_a_region(ends, monkeypatch):
    if not ends[0].outgoing:
        return

    def refuse(*args):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(os, "posix_fallocate", refuse)
    with pytest.raises(errors.WireError, match="arrays of 1000000 bytes cannot be sent: .*No space left"):
        ends[0].send({"buffers": [np.zeros(1000000, "int8")]})
    check_array(there_and_back(ends, np.zeros(3, "int8")), np.zeros(3, "int8"))


def test_values_that_cannot_be_sent():
    for value in (object(), {1}, 1j, b"bytes", range(3), print, int.__add__, Ellipsis, float, np.float32, Node,
                  Node("constant", "float32", ())):
        for nested in (value, [value], (1, value), {"x": value}, slice(value)):
            with pytest.raises(errors.WireError, match="a value of type %s cannot be sent" % type(value).__name__):
                pack(nested, [])


@pytest.mark.parametrize("array", [np.array(["a"]), np.array([None]), np.array([1j]), np.array([(1, 2)], "i4,i4"),
                                   np.array(["2020-01-01"], "datetime64[D]")], ids=lambda array: array.dtype.name)
def test_arrays_of_no_numbers_are_refused_where_they_arrive(array):
    """The contract would stop them, but a foreign session might send them."""
    read, write = socket.socketpair()
    with read, write:
        listed = [[array.dtype.str, array.shape, "C"]]
        write.sendall(frame({"value": {"array": 0, "scalar": False}, "arrays": listed}, b"x" * array.nbytes))
        with pytest.raises(errors.WireError, match="it lists something other than an array of numbers"):
            connection.Connection(read).receive()


def test_a_header_that_is_too_long(ends, monkeypatch):
    monkeypatch.setattr(connection, "LARGEST_HEADER", 100)
    with pytest.raises(errors.WireError, match="is too long; .* Give numbers as an array, not as a list"):
        ends[0].send({"value": list(range(100))})
    assert carried(ends, {"value": 1}) == {"value": 1, "buffers": []}


@settings(max_examples=60, deadline=None)
@given(value=st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
    | st.sampled_from(DTYPES).flatmap(lambda dtype: arrays(dtype, array_shapes(min_dims=0, max_side=3))),
    lambda parts: st.lists(parts, max_size=3) | st.lists(parts, max_size=3).map(tuple)
    | st.dictionaries(st.text(), parts, max_size=3) | st.builds(slice, parts, parts, parts), max_leaves=8))
def test_any_nesting_there_and_back(value):
    buffers = []
    packed = json.loads(json.dumps(pack(value, buffers)))
    assert_same(unpack(packed, buffers), value)


def assert_same(back, value):
    assert type(back) is type(value)
    if isinstance(value, np.ndarray):
        assert (back.dtype, back.shape) == (value.dtype, value.shape)
        np.testing.assert_array_equal(back, value)
    elif isinstance(value, dict):
        assert list(back) == list(value)
        for key in value:
            assert_same(back[key], value[key])
    elif isinstance(value, (list, tuple)):
        assert len(back) == len(value)
        for part, expected in zip(back, value):
            assert_same(part, expected)
    elif isinstance(value, slice):
        assert_same((back.start, back.stop, back.step), (value.start, value.stop, value.step))
    else:
        assert back == value


# -- invalid frames -------------------------------------------------------------------------------------

def frame(header, buffers=b"", magic=connection.MAGIC, length=None, size=None):
    data = header if isinstance(header, bytes) else json.dumps(header).encode()
    return connection.PREFIX.pack(magic, len(data) if length is None else length,
                            len(buffers) if size is None else size) + data + buffers


MALFORMED = {
    "noise": b"GET / HTTP/1.1\r\n\r\n....",
    "another magic": frame({"arrays": []}, magic=b"KER2"),
    "a header longer than allowed": frame({"arrays": []}, length=connection.LARGEST_HEADER + 1),
    "no JSON": frame(b"{arrays: []}"),
    "no UTF-8": frame(b"\xff\xfe"),
    "no object": frame([1, 2]),
    "a number": frame(3),
    "no arrays": frame({"do": "run"}),
    "arrays that are no list": frame({"arrays": 3}),
    "an array without a shape": frame({"arrays": [["<f4"]]}),
    "an unknown dtype": frame({"arrays": [["<q9", [1], "C"]]}),
    "an array without an order": frame({"arrays": [["<f4", [1]]]}, b"x" * 4),
    "an unknown order": frame({"arrays": [["<f4", [1], "K"]]}, b"x" * 4),
    "an order that is no text": frame({"arrays": [["<f4", [1], ["C"]]]}, b"x" * 4),
    "objects": frame({"arrays": [["|O", [1], "C"]]}, b"x" * 8),
    "strings": frame({"arrays": [["<U1", [1], "C"]]}, b"x" * 4),
    "records": frame({"arrays": [["V8", [1], "C"]]}, b"x" * 8),
    "a negative size": frame({"arrays": [["<f4", [-1], "C"]]}),
    "two negative sizes": frame({"arrays": [["<f4", [-1, -1], "C"]]}, b"x" * 4),
    "a size that is no number": frame({"arrays": [["<f4", ["a"], "C"]]}),
    "fewer bytes than listed": frame({"arrays": [["<f4", [2], "C"]]}, b"x" * 4),
    "more bytes than listed": frame({"arrays": [["<f4", [1], "C"]]}, b"x" * 8),
    "more memory than there is": frame({"arrays": [["<f8", [1 << 50], "C"]]}, size=1 << 53),
    "sizes beyond all bounds": frame({"arrays": [["<f8", [1 << 80], "C"]]}, size=8),
    "shared arrays that are not there": frame({"arrays": [["<f4", [1 << 20], "C"]], "shared": True}),
    "shared arrays beyond all bounds": frame({"arrays": [["<f8", [1 << 80], "C"]], "shared": True}),
    "shared arrays and buffers": frame({"arrays": [["<f4", [1], "C"]], "shared": True}, b"xy"),
    "endless nesting": frame(b"[" * 100000),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_frames_are_refused(ends, name):
    thread = threading.Thread(target=ends[0].stream.sendall, args=(MALFORMED[name],))
    thread.start()
    with pytest.raises(errors.WireError):
        ends[1].receive()
    thread.join()


def test_the_end_of_the_stream(ends):
    whole = frame({"arrays": [["<f4", [2], "C"]]}, b"x" * 8)
    for count in (0, 3, connection.PREFIX.size, connection.PREFIX.size + 5, len(whole) - 1):
        ours, theirs = socket.socketpair()
        with theirs:
            ours.sendall(whole[:count])
            ours.close()
            with pytest.raises(connection.Closed):
                connection.Connection(theirs).receive()
    ends[1].stream.close()
    with pytest.raises(connection.Closed):
        ends[0].send({"x": np.zeros(100).tolist()})


def test_a_frame_in_pieces(ends):
    whole = frame({"value": {"array": 0, "scalar": False}, "arrays": [["<i2", [3], "C"]]},
                  struct.pack("<3h", 1, 2, 3))

    def drip():
        for i in range(len(whole)):
            ends[0].stream.sendall(whole[i:i + 1])
    thread = threading.Thread(target=drip)
    thread.start()
    message = ends[1].receive()
    thread.join()
    check_array(unpack(message["value"], message["buffers"]), np.array([1, 2, 3], "int16"))
