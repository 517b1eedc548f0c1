"""Generated frames and calls, most of them wrong: what they may do is to be refused with an error of ours."""

import inspect
import json
import random
import socket
import threading

import numpy as np

from pyshim import config, errors
from pyshim.families import FAMILIES
from pyshim.hosts import wire
from pyshim.hosts.channel import EngineChannel
from pyshim.hosts.dispatcher import Dispatcher
from pyshim.hosts.region import Region

# -- frames ---------------------------------------------------------------------------------------------

PARTS = (None, True, 0, -1, 1 << 70, 0.5, "", "sum", "__class__", "__init__", "os.system", "call", "callback", "return",
         "raise", "handle", "array", "tuple", "dict", "sparse", "<f4", "|O", "V8", [], {}, [["<f4", [1], "C"]], "F",
         {"array": 0}, {"array": 9}, {"handle": 1}, {"handle": "x"}, {"callback": 1}, {"dict": 3}, {"tuple": 3},
         {"float": "x"}, {"slice": [1]}, {"sparse": [1, 2]}, {"array": 0, "scalar": True})
KEYS = ("call", "args", "kwargs", "eager", "config", "release", "arrays", "shared", "return", "raise", "callback")


def refuse_frames(seed, count):
    """Send generated frames to an engine's channel: each is answered with an error, or closes it with one."""
    draw = random.Random(seed)
    engine = Untouched()
    settings = config.snapshot()
    for _ in range(count):
        ours, theirs = socket.socketpair()
        region = Region.create() if draw.random() < 0.5 else None
        ours.settimeout(20)
        ending = []
        thread = threading.Thread(target=_serve, args=(theirs, region, engine, ending))
        thread.start()
        data = _frame(draw)
        answer = bytearray()
        try:
            ours.sendall(data)
            ours.shutdown(socket.SHUT_WR)
            while True:
                piece = ours.recv(1 << 16)  # a hang would be an error here
                if not piece:
                    break
                answer += piece
        except ConnectionResetError:  # it has closed without reading all
            pass
        thread.join(20)
        ours.close()
        assert not thread.is_alive(), data
        assert engine.touched == [], data
        assert isinstance(ending[0], (wire.Closed, errors.WireError)), (data, ending)
        if answer:
            magic, length, _ = wire.PREFIX.unpack(answer[:wire.PREFIX.size])
            answered = json.loads(bytes(answer[wire.PREFIX.size:wire.PREFIX.size + length]))
            assert issubclass(getattr(errors, answered["raise"]), errors.KerasError), (data, answered)
    assert config.snapshot() == settings


class Untouched:
    """In the place of an engine: notes what is done to it."""

    name = "untouched"
    touched = []

    def __getattr__(self, name):
        self.touched.append(name)
        raise AttributeError(name)


def _serve(stream, region, engine, ending):
    connection = wire.Connection(stream, None, region)
    try:
        answer = EngineChannel(connection, Dispatcher(engine), lambda: None).serve()
        ending.append(errors.WireError("an answer to no question: %r" % answer))
    except BaseException as error:
        ending.append(error)
    connection.close()


def _frame(draw):
    kind = draw.random()
    if kind < 0.1:
        return bytes(draw.randrange(256) for _ in range(draw.randrange(100)))
    header = {key: _part(draw) for key in KEYS if draw.random() < 0.7}
    if draw.random() < 0.5:  # a whole call of what is not there
        header = {"call": draw.choice(("summ", "__class__", "__init__", "start_graph_", "", 3, None, [1])),
                  "args": [_part(draw)], "kwargs": {"dict": []}, "eager": False, "config": None, "release": [],
                  "arrays": []}
        if draw.random() < 0.5:
            header[draw.choice(KEYS)] = _part(draw)
    data = json.dumps(header).encode()
    buffers = bytes(draw.randrange(40))
    length = len(data) if draw.random() < 0.8 else draw.choice((0, 1, len(data) - 1, len(data) + 1, 1 << 31))
    size = len(buffers) if draw.random() < 0.8 else draw.choice((0, 1, 1 << 20, 1 << 62))
    frame = bytearray(wire.PREFIX.pack(wire.MAGIC, length, size) + data + buffers)
    if draw.random() < 0.2:
        frame[draw.randrange(len(frame))] = draw.randrange(256)
    return bytes(frame[:draw.randrange(len(frame))] if draw.random() < 0.2 else frame)


def _part(draw, depth=0):
    if depth < 3 and draw.random() < 0.3:
        return [_part(draw, depth + 1) for _ in range(draw.randrange(3))]
    if depth < 3 and draw.random() < 0.2:
        return {draw.choice(("dict", "tuple", "array", "handle", "x")): _part(draw, depth + 1)}
    return draw.choice(PARTS)


# -- calls ----------------------------------------------------------------------------------------------

# Not these: they are no functions of tensors, or change what the other calls mean.
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
    """Make generated calls: each gives a result or an error of ours, and the worker that began is there at the end."""
    calls = _Calls(K, seed)
    host = K.session.current_host()
    for _ in range(count):
        calls.make()
    assert K.session.current_host() is host and not host.ended
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
        """One call, and sometimes the value of what it gives."""
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
        """Keep tensors for later calls, unless they are large, and evaluate some of them."""
        for tensor in result if isinstance(result, (list, tuple)) else [result]:
            if self.K.is_tensor(tensor) and np.prod([size or 1 for size in tensor.shape], dtype=float) < 1 << 16:
                if len(self.tensors) < POOL:
                    self.tensors.append(tensor)
                else:
                    self.tensors[self.draw.randrange(POOL)] = tensor
                if self.draw.random() < 0.3:
                    self.K.eval(tensor)

    def _argument(self, parameter):
        """A value for a parameter: in half of the cases one that could be right."""
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
