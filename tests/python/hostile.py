"""Generated frames and calls. Most of them are invalid and must be refused with one of our errors."""

import inspect
import json
import random
import socket
import threading

import numpy as np

from pyshim import config, errors
from pyshim.families import FAMILIES
from pyshim.wire import connection
from pyshim.wire.region import Region
from pyshim.worker.service import Service

# -- frames ---------------------------------------------------------------------------------------------

PARTS = (None, True, 0, 1, 2, 3, 4, -1, 1 << 70, 0.5, "", "sum", "__class__", "__init__", "os.system", "run",
         "variable", "constant", "tensor", "loop", "gradient", "float32", "<f4", "|O", "V8", [], {}, "F",
         [["<f4", [1], "C"]], [[]], {"array": 0}, {"array": 9}, {"dict": 3}, {"tuple": 3}, {"float": "x"},
         {"slice": [1]}, {"at": "x"}, {"array": 0, "scalar": True}, {"body": {}}, {"body": 3})
KEYS = ("do", "number", "numbers", "name", "array", "initialize", "values", "once", "program", "fed", "held", "whole",
        "rows", "sizes", "arrays_held", "release", "arrays", "shared", "return", "raise")
PROGRAM = ("entries", "inputs", "outputs", "controls", "nodes", "updates")
BODY = ("name", "slices", "states", "outputs", "new_states", "nodes", "captured")
KINDS = ("tensor", "constant", "placeholder", "variable", "update", "gradient", "loop input", "", None)


def refuse_frames(seed, count):
    """Send generated frames to a worker's service, which must answer each one or close the connection with an error.

    An accepted frame may only describe nodes, or make the engine do one of the things in ``ASKED``.
    """
    draw = random.Random(seed)
    settings = dict(config._settings())
    refused = 0
    for _ in range(count):
        ours, theirs = socket.socketpair()
        region = Region.create() if draw.random() < 0.5 else None
        ours.settimeout(20)
        engine, ending = Noting(), []
        thread = threading.Thread(target=_serve, args=(theirs, region, engine, ending))
        thread.start()
        data = _frame(draw)
        answer = bytearray()
        try:
            ours.sendall(data)
            ours.shutdown(socket.SHUT_WR)
            while True:
                piece = ours.recv(1 << 16)  # raises if the service hangs
                if not piece:
                    break
                answer += piece
        except ConnectionResetError:  # the service closed the connection before it had read everything
            pass
        thread.join(20)
        ours.close()
        assert not thread.is_alive(), data
        assert set(engine.touched) <= set(ASKED), (data, engine.touched)
        assert isinstance(ending[0], (connection.Closed, errors.WireError)), (data, ending)
        if answer:
            magic, length, _ = connection.PREFIX.unpack(answer[:connection.PREFIX.size])
            answered = json.loads(bytes(answer[connection.PREFIX.size:connection.PREFIX.size + length]))
            assert "return" in answered or issubclass(getattr(errors, answered["raise"]), errors.KerasError), (data,
                                                                                                               answered)
            refused += answered.get("raise") == "WireError"
            if answered.get("read") is False:
                assert engine.touched == ["start_graph"], (data, engine.touched)
    assert refused > count / 10
    assert dict(config._settings()) == settings


# The only things that a service may ask of its engine.
ASKED = ("start_graph", "variable", "get_value", "set_value", "compile", "name")


class Noting:
    """Stands in for an engine: records requests and refuses them."""

    name = "noting"

    def __init__(self):
        self.touched = []

    def start_graph(self):
        self.touched.append("start_graph")

    def __getattr__(self, name):
        self.touched.append(name)
        raise RuntimeError(name)


def _serve(stream, region, engine, ending):
    end = connection.Connection(stream, None, region)
    try:
        Service(end, engine, lambda: None).serve()
    except BaseException as error:
        ending.append(error)
    end.close()


def _frame(draw):
    kind = draw.random()
    if kind < 0.1:
        return bytes(draw.randrange(256) for _ in range(draw.randrange(100)))
    buffers = bytes(draw.randrange(40))
    header = {key: _part(draw) for key in KEYS if draw.random() < 0.7}
    if draw.random() < 0.8:  # a complete message, in which one part may be wrong
        header, buffers = dict(_message(draw), release=[], arrays=[["<f4", [2], "C"]]), bytes(8)
        if draw.random() < 0.4:
            header[draw.choice(list(header) + list(KEYS))] = _part(draw)
    data = json.dumps(header).encode()
    length = len(data) if draw.random() < 0.9 else draw.choice((0, 1, len(data) - 1, len(data) + 1, 1 << 31))
    size = len(buffers) if draw.random() < 0.9 else draw.choice((0, 1, 1 << 20, 1 << 62))
    frame = bytearray(connection.PREFIX.pack(connection.MAGIC, length, size) + data + buffers)
    if draw.random() < 0.1:
        frame[draw.randrange(len(frame))] = draw.randrange(256)
    return bytes(frame[:draw.randrange(len(frame))] if draw.random() < 0.1 else frame)


def _message(draw):
    """A message like those that a session sends, valid or nearly valid."""
    do = draw.choice(("run", "run", "run", "run", "hold", "batches", "variable", "get", "set", "clear_", "__init__",
                      "serve", "", None, 3))
    return {"do": do, **{
        "run": lambda: {"number": draw.randrange(9), "once": draw.random() < 0.5, "program": _program(draw),
                        "fed": draw.choice((None, [], [{"array": 0, "scalar": False}], _part(draw)))},
        "hold": lambda: {"number": draw.randrange(9), "arrays_held": _part(draw)},
        "batches": lambda: {"number": 1, "held": 2, "whole": [], "rows": {"array": 0, "scalar": False}, "sizes": [2]},
        "variable": lambda: {"number": draw.randrange(9), "name": "v", "initialize": True,
                             "array": draw.choice(({"array": 0, "scalar": False}, _part(draw)))},
        "get": lambda: {"numbers": draw.choice(([], [1], _part(draw)))},
        "set": lambda: {"values": draw.choice(([], [[1, {"array": 0}]], _part(draw)))},
    }.get(do, dict)()}


def _program(draw):
    count = draw.randrange(1, 5)
    program = {part: [draw.randrange(1, count + 1)] if draw.random() < 0.5 else [] for part in PROGRAM}
    program["updates"] = [[1, draw.randrange(1, count + 2)]] if draw.random() < 0.2 else []
    program["entries"] = [_entry(draw, number) for number in range(1, count + 1)]
    if draw.random() < 0.4:
        program[draw.choice(PROGRAM)] = _part(draw)
    return draw.choice((program, program, program, program, None, _part(draw)))


def _entry(draw, number):
    """The entry of a node that is computed from earlier nodes, or from none."""
    earlier = list(range(1, number)) * 2
    body = {part: "fn" if part == "name" else draw.sample(earlier, min(len(earlier), draw.randrange(3)))
            for part in BODY}
    attributes = draw.choice(({}, {"axis": 0}, {"fn": {"body": body}}, {"fn": _part(draw)}))
    operation = [100 + number, draw.choice(("add", "loop", "gradient", "__class__", 3)), earlier[:2], attributes]
    entry = [number, draw.choice(KINDS), "float32", [2], None, draw.choice((None, operation)), None, [], None]
    if draw.random() < 0.15:
        entry[draw.randrange(len(entry))] = _part(draw)
    return entry[:draw.randrange(len(entry))] if draw.random() < 0.05 else entry


def _part(draw, depth=0):
    if depth < 3 and draw.random() < 0.3:
        return [_part(draw, depth + 1) for _ in range(draw.randrange(3))]
    if depth < 3 and draw.random() < 0.2:
        return {draw.choice(("dict", "tuple", "array", "body", "at", "x")): _part(draw, depth + 1)}
    return draw.choice(PARTS)


# -- calls ----------------------------------------------------------------------------------------------

# Left out because they do not take tensors, or because they change the meaning of later calls.
LEFT_OUT = {"backend", "get_session", "set_session", "symbolic", "eager", "clear_session", "name_scope",
            "control_dependencies", "manual_variable_initialization", "set_floatx", "set_epsilon",
            "set_image_data_format"}
NAMES = sorted(set(sum(FAMILIES.values(), ())) - LEFT_OUT)
NUMBERS = (0, 1, 2, -1, 3, -7, 1 << 40, -(1 << 63), 1 << 62, 0.5, -0.0, float("nan"), float("inf"), 1e308)
WORDS = ("same", "valid", "channels_first", "channels_last", "float32", "int8", "bool", "max", "avg", "nearest", "",
         "x\0", "float1024", "é")
FITTING = {"axis": (0, 1, -1, (0, 1)), "axes": (1, (1, 1)), "dtype": ("float32", "float64", "int32", "bool"),
           "shape": ((2, 3), (3,), ()), "padding": ("same", "valid"), "strides": (1, (1, 1), 2), "n": (0, 2),
           "data_format": ("channels_first", "channels_last"), "pool_size": ((2, 2), (1, 1)),
           "rep": (1, 2), "keepdims": (True, False)}
OTHERS = (None, True, False, {}, object(), np.array(["a"]), b"bytes", slice(None), Ellipsis, 1j,
          lambda *args: args[0] if args else 1.0)
POOL = 100


def survive_calls(K, seed, count):
    """Make generated calls. Each must return a result or raise our error, and the worker must survive all of them."""
    calls = _Calls(K, seed)
    host = K.session.current_host()
    conversation = getattr(host, "conversation", None)
    for _ in range(count):
        calls.make()
    assert K.session.current_host() is host and host.running
    assert getattr(host, "conversation", None) is conversation
    assert float(K.eval(K.sum(K.ones((2, 3))))) == 6
    assert calls.right > count / 20 and calls.refused > count / 5


class _Calls:

    def __init__(self, K, seed):
        self.K = K
        self.draw = random.Random(seed)
        self.right = self.refused = 0
        self.tensors = [K.placeholder((None, 3)), K.placeholder(ndim=2)]
        for dtype in ("float32", "float64", "int32", "uint8", "bool", "float16"):
            for shape in [(), (3,), (2, 3), (2, 0), (1, 4, 4, 2)]:
                self.tensors.append(K.variable(np.ones(shape, dtype), dtype=dtype))

    def make(self):
        """Make one call, and evaluate its result now and then."""
        name = self.draw.choice(NAMES)
        args, kwargs = [], {}
        for parameter in inspect.signature(getattr(self.K, name)).parameters.values():
            if parameter.kind is not parameter.POSITIONAL_OR_KEYWORD or self.draw.random() < 0.02:
                continue
            if parameter.default is parameter.empty:
                args.append(self._argument(parameter.name))
            elif self.draw.random() < 0.3:
                kwargs[parameter.name] = self._argument(parameter.name)
        if self.draw.random() < 0.02:
            kwargs["surprise"] = self._value()
        try:
            self._take(getattr(self.K, name)(*args, **kwargs))
            self.right += 1
        except errors.KerasError as error:
            assert not isinstance(error, (errors.WorkerError, errors.TimeoutError)), (name, args, kwargs, error)
            self.refused += 1
        except Exception as error:
            raise AssertionError("%s(*%r, **%r) raises what is no error of ours: %r"
                                 % (name, args, kwargs, error)) from error

    def _take(self, result):
        """Keep a result's tensors for later calls unless they are large, and evaluate some of them."""
        for tensor in result if isinstance(result, (list, tuple)) else [result]:
            if self.K.is_tensor(tensor) and np.prod([size or 1 for size in tensor.shape], dtype=float) < 1 << 16:
                if len(self.tensors) < POOL:
                    self.tensors.append(tensor)
                else:
                    self.tensors[self.draw.randrange(POOL)] = tensor
                if self.draw.random() < 0.3:
                    self.K.eval(tensor)

    def _argument(self, parameter):
        """A value for a parameter; about half of the time one that may be valid."""
        if self.draw.random() < 0.5:
            return self.draw.choice(FITTING.get(parameter, self.tensors))
        return self._value()

    def _value(self, depth=0):
        kind = self.draw.random()
        if kind < 0.5:
            return self.draw.choice(self.tensors)
        if kind < 0.65:
            return self.draw.choice(NUMBERS)
        if kind < 0.75:
            return self.draw.choice(WORDS)
        if kind < 0.88 and depth < 3:
            return self.draw.choice((list, tuple))(self._value(depth + 1) for _ in range(self.draw.randrange(4)))
        if kind < 0.95:
            shape = [self.draw.randrange(4) for _ in range(self.draw.randrange(4))]
            return np.full(shape, self.draw.choice((0, 1, np.nan, np.inf, -1e38)),
                           self.draw.choice(("float32", "float64")))
        return self.draw.choice(OTHERS)
