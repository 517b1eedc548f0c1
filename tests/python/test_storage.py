"""save_variables and load_variables: any value, on any backend, and damaged files."""

import io
import os
import pickle
import random
import signal
import stat
import subprocess
import sys
import time
import zipfile

import numpy as np
import pytest
import scipy.sparse
from checks import DTYPES, check, check_array, sample

import pyshim
from pyshim import errors, storage

ROOT = os.path.dirname(pyshim.__path__[0])
BACKENDS = ("tensorflow", "theano", "cntk")


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "weights.npz")


def content(path):
    """What NumPy reads from the file."""
    with np.load(path, allow_pickle=False) as archive:
        return dict(archive)


def only_file(path):
    """The folder holds nothing but the file."""
    return os.listdir(os.path.dirname(path)) == [os.path.basename(path)]


# -- round trips ----------------------------------------------------------------------------------------

def test_values_of_every_dtype_come_back_on_every_backend(K, path):
    values = {dtype: sample((2, 3), dtype) for dtype in DTYPES}
    values.update(scalar=np.float32(1.5), empty=np.zeros((0, 3), "float32"), special=np.array(
        [np.nan, np.inf, -np.inf, -0.0, 1e-40, 3.4e38], "float32"), deep=sample((2, 1, 3, 1, 2), "float64"),
        large=np.array([-2 ** 63, 2 ** 63 - 1]), unsigned=np.array([2 ** 64 - 1], "uint64"))
    K.save_variables(path, {name: K.variable(value, dtype=value.dtype) for name, value in values.items()})
    assert only_file(path)
    for backend in BACKENDS:
        with K.use_backend(backend):
            loaded = K.load_variables(path)
            assert list(loaded) == list(values)
            for name, variable in loaded.items():
                assert (variable.backend, variable.kind, variable.name) == (backend, "variable", name)
                check(K, variable, values[name])


def test_numpy_opens_what_is_saved(K, path):
    x, y = sample((3, 4)), np.arange(5, dtype="int64")
    K.save_variables(path, {"x": K.variable(x), "layer/y": K.variable(y, dtype="int64")})
    saved = content(path)
    assert list(saved) == ["x", "layer/y"]
    check_array(saved["x"], x)
    check_array(saved["layer/y"], y)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_what_numpy_saves_is_loaded(K, path, save):
    x = sample((3, 4), "float64")
    save(path, fortran=np.asfortranarray(x), big_endian=x.astype(">f8"), number=np.int16(3))
    loaded = K.load_variables(path)
    check(K, loaded["fortran"], x)
    check(K, loaded["big_endian"], x)
    check(K, loaded["number"], np.int16(3))


def test_sparse_variables(K, path):
    value = pyshim.SparseArray([0, 1, 0], [1, 0, 1], [1.0, 2.0, 3.0], (2, 3))
    expected = np.array([[0, 4, 0], [2, 0, 0]], "float32")
    K.save_variables(path, {"s": K.variable(value), "t": K.variable(scipy.sparse.eye(3), dtype="float64")})
    saved = content(path)
    assert set(saved) == {name + part for name in "st" for part in (":rows", ":columns", ":values", ":shape")}
    matrix = scipy.sparse.coo_matrix((saved["s:values"], (saved["s:rows"], saved["s:columns"])), saved["s:shape"])
    check_array(matrix.toarray(), expected)
    for backend in BACKENDS:
        with K.use_backend(backend):
            loaded = K.load_variables(path)
            assert loaded["s"].sparse and loaded["t"].sparse
            check(K, loaded["s"], expected)
            check(K, loaded["t"], np.eye(3))


def test_a_large_sparse_variable_is_not_made_dense(K, path):
    size = 10 ** 6
    value = pyshim.SparseArray([7, size - 1], [size - 1, 0], [1.0, 2.0], (size, size))
    K.save_variables(path, {"s": K.variable(value)})
    assert os.path.getsize(path) < 2000
    s = K.load_variables(path)["s"]
    assert s.shape == (size, size)
    total = K.sum(K.dot(s, K.ones((size, 1))))
    check(K, total, np.float32(3))


def test_names(K, path):
    names = ["w", "encoder/w", "w:0", "größe λ", "a b", "../up", "/root", "file", "x" * 300, "w.npy", "w:rows:0"]
    K.save_variables(path, [K.variable(float(i), name=name) for i, name in enumerate(names)])
    assert list(content(path)) == names
    loaded = K.load_variables(path)
    assert list(loaded) == names and [variable.name for variable in loaded.values()] == names
    check_array(np.array(K.batch_get_value(list(loaded.values()))), np.arange(len(names), dtype="float32"))


def test_variables_of_several_backends_in_one_file(path):
    variables = {}
    for number, backend in enumerate(BACKENDS):
        with pyshim.use_backend(backend):
            variables[backend] = pyshim.variable(float(number))
    pyshim.save_variables(path, variables)
    assert content(path) == {"tensorflow": 0, "theano": 1, "cntk": 2}


def test_training_goes_on_where_it_was(K, path):
    """A network's weights and its optimizer's state, saved on one backend, continue to train on the next."""
    x, y = sample((20, 3), seed=1), sample((20, 2), seed=2)

    def network():
        w, v = K.variable(sample((3, 2), seed=3), name="w"), K.variable(np.zeros((3, 2)), name="v")
        features, targets = K.placeholder((None, 3)), K.placeholder((None, 2))
        loss = K.mean(K.square(K.dot(features, w) - targets))
        gradient, = K.gradients(loss, [w])
        new_v = 0.5 * v - 0.02 * gradient
        return [w, v], K.function([features, targets], [loss], [K.update(v, new_v), K.update_add(w, new_v)])

    variables, step = network()
    losses = [float(step([x, y])[0]) for _ in range(3)]
    K.save_variables(path, variables)
    losses += [float(step([x, y])[0]) for _ in range(3)]
    assert losses == sorted(losses, reverse=True)
    for backend in BACKENDS:
        with K.use_backend(backend):
            K.clear_session()
            variables, step = network()
            assert K.load_variables(path, variables) is None
            np.testing.assert_allclose([float(step([x, y])[0]) for _ in range(3)], losses[3:], rtol=1e-5)


# -- into existing variables ----------------------------------------------------------------------------

def test_loading_into_variables(K, path):
    w, b = K.variable([1.0, 2.0], name="w"), K.variable(3, dtype="int32", name="b")
    K.save_variables(path, [w, b])
    for load in ([w, b], {"w": w, "b": b}, (b, w)):
        K.batch_set_value([(w, [0.0, 0.0]), (b, 0)])
        assert K.load_variables(path, load) is None
        check(K, w, np.array([1, 2], "float32"))
        check(K, b, np.int32(3))
    other = K.variable([0.0, 0.0])
    K.load_variables(path, {"w": other})
    check(K, other, np.array([1, 2], "float32"))


def test_nothing_is_set_unless_all_can_be(K, path):
    K.save_variables(path, {"w": K.variable([1.0, 2.0]), "b": K.variable(3.0),
                            "s": K.variable(scipy.sparse.eye(2))})
    w = K.variable([8.0, 9.0], name="w")
    sparse = K.variable(scipy.sparse.eye(2))
    for other, error, message in [
            ({"c": K.variable(0.0)}, "ArgumentError", "holds nothing by the name 'c'; it holds: w, b, s"),
            ({"b": K.variable([0.0])}, "ShapeError", r"'b' has shape \(\) in .*; expected: \(1,\)"),
            ({"b": K.variable(0.0, dtype="float64")}, "DtypeError", "'b' has dtype float32 in .*; expected: float64"),
            ({"s": K.variable(np.eye(2))}, "ArgumentError", "'s' is sparse in .*, but the variable is not"),
            ({"s": sparse}, "ArgumentError", "'s' is a sparse variable, which keeps its value"),
            ({"b": K.constant(0.0)}, "DtypeError", r"variables \(b\) must be a variable, not constant")]:
        with pytest.raises(getattr(K.errors, error), match=r"load_variables\(\): .*" + message):
            K.load_variables(path, {"w": w, **other})
        check(K, w, np.array([8, 9], "float32"))


def test_variables_of_two_backends_are_loaded_one_backend_at_a_time(path):
    with pyshim.use_backend("theano"):
        x = pyshim.variable(1.0)
    with pyshim.use_backend("cntk"):
        y = pyshim.variable(2.0)
    pyshim.save_variables(path, {"x": x, "y": y})
    with pytest.raises(errors.BackendMismatchError, match=r"load_variables\(\): "):
        pyshim.load_variables(path, {"x": y, "y": x})
    assert (float(x), float(y)) == (1.0, 2.0)


def test_what_cannot_be_saved(K, path):
    x = K.variable(1.0, name="x")
    for variables, error, message in [
            ([x, K.variable(2.0, name="x")], "ArgumentError", "two variables have the name 'x'; give a dict"),
            ({"": x}, "ArgumentError", "cannot be saved by the name ''; give a dict"),
            ({1: x}, "ArgumentError", "cannot be saved by the name 1; give a dict"),
            ({"a\0b": x}, "ArgumentError", "cannot be saved by the name"),
            ({"w\ud800": x}, "ArgumentError", r"by the name 'w\\ud800', which is not valid Unicode text"),
            ({"w" * 65524: x}, "ArgumentError", r"by a name of 65524 bytes, 'wwwwwwwwwwwwwwwwwwww'\.\.\.; give"),
            ({"\u00e4" * 40000: x}, "ArgumentError", r"by a name of 80000 bytes"),
            ({"x:rows": x}, "ArgumentError", "by the name 'x:rows', whose end marks the parts of a sparse one"),
            ([], "ArgumentError", "no variables were given"),
            ({}, "ArgumentError", "no variables were given"),
            (x, "ArgumentError", "variables must be a dict of variables by name, or a list of variables, not variable"),
            ([x + 1], "DtypeError", r"variables\[0\] must be a variable, not tensor"),
            ({"x": np.ones(2)}, "DtypeError", r"variables \(x\) must be a variable, not ndarray"),
            ([K.placeholder(())], "DtypeError", r"variables\[0\] must be a variable, not placeholder")]:
        with pytest.raises(getattr(K.errors, error), match=r"save_variables\(\): .*" + message):
            K.save_variables(path, variables)
    with pytest.raises(K.errors.ArgumentError, match=r"save_variables\(\): missing a required argument"):
        K.save_variables(path)
    assert os.listdir(os.path.dirname(path)) == []


def test_the_longest_name(K, path):
    K.save_variables(path, {"w" * 65523: K.variable(2.0)})
    loaded, = K.load_variables(path).values()
    assert (loaded.name, float(loaded)) == ("w" * 65523, 2.0)


def test_variables_that_are_gone_are_not_saved(K, path):
    K.save_variables(path, {"x": K.variable(1.0)})
    before = content(path)
    gone = K.variable(2.0)
    K.clear_session()
    with pytest.raises(K.errors.StaleTensorError, match=r"save_variables\(\): "):
        K.save_variables(path, {"y": K.variable(1.0), "x": gone})
    assert content(path) == before and only_file(path)


# -- locations ------------------------------------------------------------------------------------------

@pytest.fixture
def x():
    with pyshim.use_backend("theano"):
        yield pyshim.variable([1.0, 2.0], name="x")


def test_the_home_folder(x, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    pyshim.save_variables("~/weights.npz", [x])
    assert os.listdir(tmp_path) == ["weights.npz"]
    assert list(pyshim.load_variables("~/weights.npz")) == ["x"]
    pyshim.save_variables(tmp_path / "no suffix", [x])
    assert list(pyshim.load_variables(tmp_path / "no suffix")) == ["x"]


def test_a_path_that_cannot_be_written(x, tmp_path, path):
    (tmp_path / "file").write_text("mine")
    for where, message in [
            (tmp_path / "missing" / "w.npz", "there is no folder .*missing; make it first"),
            (tmp_path / "file" / "w.npz", "there is no folder .*file; make it first"),
            (tmp_path, "it is not a file"), ("", "it is not a file"), ("/dev/null", "it is not a file"),
            (tmp_path / ("n" * 300), "File name too long"), ("/proc/w.npz", "cannot be written")]:
        with pytest.raises(errors.FileError, match=r"save_variables\(\): .*" + message):
            pyshim.save_variables(where, [x])
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    assert os.listdir(tmp_path) == ["file"] and (tmp_path / "file").read_text() == "mine"
    for where in (None, 3, ["w.npz"], b"w.npz", "a\0b"):
        for call in (lambda: pyshim.save_variables(where, [x]), lambda: pyshim.load_variables(where)):  # noqa: B023
            with pytest.raises(errors.ArgumentError, match="path must be the path of a file"):
                call()


def test_a_link_stays_one_and_permissions_stay(x, tmp_path):
    (tmp_path / "there").mkdir()
    target = tmp_path / "there" / "w.npz"
    pyshim.save_variables(str(target), [x])
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~_umask()
    target.chmod(0o600)
    (tmp_path / "link.npz").symlink_to(target)
    pyshim.save_variables(tmp_path / "link.npz", {"y": x})
    assert (tmp_path / "link.npz").is_symlink() and list(content(target)) == ["y"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def _umask():
    umask = os.umask(0)
    os.umask(umask)
    return umask


def test_the_same_values_give_the_same_bytes(x, tmp_path):
    for name in ("a", "b"):
        pyshim.save_variables(tmp_path / name, [x])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


# -- saving that fails ----------------------------------------------------------------------------------

SAVE_LARGE = """
import resource, sys
import numpy as np, pyshim as K
K.use_backend("theano")
x = K.variable(np.ones(10 ** 6))
resource.setrlimit(resource.RLIMIT_FSIZE, (10 ** 6, 10 ** 6))
try:
    K.save_variables(sys.argv[1], {"x": x})
except K.errors.FileError as error:
    print(error)
print(float(K.eval(K.sum(x))))
"""


def test_where_the_disk_is_full_the_old_file_is_whole(x, path):
    pyshim.save_variables(path, [x])
    before = open(path, "rb").read()
    for old in (True, False):
        if not old:
            os.unlink(path)
        done = subprocess.run([sys.executable, "-c", SAVE_LARGE, path], cwd=ROOT, capture_output=True, text=True,
                              timeout=120)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == [
            "save_variables(): %s cannot be written: File too large. The previous file is unchanged" % path,
            "1000000.0"]
        assert done.stderr == "Using Theano backend.\n"
        assert os.listdir(os.path.dirname(path)) == (["weights.npz"] if old else [])
        assert not old or open(path, "rb").read() == before


SAVE_FOREVER = """
import sys
import numpy as np, pyshim as K
K.use_backend("theano")
x, y = K.variable(np.zeros(10 ** 6), name="x"), K.variable(np.zeros(10 ** 6), name="y")
for number in range(10 ** 6):
    K.batch_set_value([(x, np.full(10 ** 6, number)), (y, np.full(10 ** 6, number))])
    K.save_variables(sys.argv[1], [x, y])
    print(number, flush=True)
"""


def test_a_save_that_is_killed_leaves_the_old_file_whole(path):
    chance = random.Random(0)
    for _ in range(5):
        process = subprocess.Popen([sys.executable, "-c", SAVE_FOREVER, path], cwd=ROOT, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        for _ in range(2):
            process.stdout.readline()
        time.sleep(chance.uniform(0, 0.1))
        process.send_signal(signal.SIGKILL)
        last = process.stdout.read().splitlines()
        process.wait()
        process.stdout.close()
        saved = content(path)
        number = saved["x"][0]
        assert number >= (int(last[-1]) if last else 1)
        assert (saved["x"] == number).all() and (saved["y"] == number).all()


def test_a_worker_that_dies_leaves_the_old_file_whole(path):
    with pyshim.use_backend("theano"):
        x, y = pyshim.variable(1.0), pyshim.variable(2.0)
        pyshim.save_variables(path, {"x": x, "y": y})
        before = content(path)
        os.kill(pyshim.session.current_host().pid, signal.SIGKILL)
        with pytest.raises(errors.KerasError, match=r"save_variables\(\): "):
            pyshim.save_variables(path, {"x": y, "y": x})
        assert content(path) == before and only_file(path)
        check(pyshim, pyshim.load_variables(path)["x"], np.float32(1))


# -- damaged files --------------------------------------------------------------------------------------

@pytest.fixture
def saved(x, path):
    """The bytes of a file, and the values in it."""
    pyshim.save_variables(path, {"x": x, "s": pyshim.variable(scipy.sparse.eye(2))})
    with open(path, "rb") as file:
        return file.read(), storage._read(path)


def broken(path, data):
    """Loading this data fails with a FileError that says why."""
    with open(path, "wb") as file:
        file.write(data)
    with pytest.raises(errors.FileError, match=r"load_variables\(\): .*is not a complete file of saved variables \("):
        pyshim.load_variables(path)


def test_a_truncated_file(saved, path):
    for length in range(len(saved[0])):
        broken(path, saved[0][:length])


def test_a_file_with_one_wrong_byte(saved, path):
    """If the byte has no effect, as in a date, the values are right; otherwise loading fails."""
    data, values = saved
    failed = 0
    for position in range(len(data)):
        for change in (0xff, 0x01, 0x40):
            with open(path, "wb") as file:
                file.write(data[:position] + bytes([data[position] ^ change]) + data[position + 1:])
            try:
                read = storage._read(path)
            except errors.FileError:
                failed += 1
                continue
            assert list(read) == list(values)
            check_array(read["x"], values["x"])
            for part, expected in zip(read["s"].parts(), values["s"].parts()):
                check_array(part, expected)
    assert failed > len(data)


class Trap:
    """An object whose pickle creates a folder when it is loaded."""

    def __init__(self, where):
        self.where = where

    def __reduce__(self):
        return os.mkdir, (self.where,)


def test_foreign_files(saved, tmp_path, path):
    trap = np.array([Trap(str(tmp_path / "trapped"))], object)
    pickled, archive, text, array = (io.BytesIO() for _ in range(4))
    np.savez(pickled, x=trap)
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("x.txt", "no array")
    np.savez(text, x=np.array(["a", "b"]))
    np.save(array, np.ones(2))
    for data in (b"", b"text", pickled.getvalue(), archive.getvalue(), array.getvalue(), pickle.dumps(trap),
                 os.urandom(1000)):
        broken(path, data)
    assert not (tmp_path / "trapped").exists()
    with open(path, "wb") as file:
        file.write(text.getvalue())
    with pytest.raises(errors.DtypeError, match=r"load_variables\(\): 'x' has dtype <U1 in .*; accepted: float16"):
        pyshim.load_variables(path)


def test_arrays_that_make_no_sparse_variable(x, path):
    parts = {"s:rows": [0], "s:columns": [0], "s:values": [1.0], "s:shape": [2, 2]}
    for wrong in ({"s:rows": [2]}, {"s:rows": [0, 1]}, {"s:rows": [-1]}, {"s:rows": [0.0]}, {"s:shape": [2]},
                  {"s:shape": [[2, 2]]}, {"s:columns": 0}, {"s": 1.0}):
        np.savez(path, **{**parts, **wrong})
        with pytest.raises(errors.FileError, match="is not a complete file of saved variables"):
            pyshim.load_variables(path)


def test_an_archive_with_one_name_twice(x, path):
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        for value in (1.0, 2.0):
            file = io.BytesIO()
            np.save(file, value)
            archive.writestr("x.npy", file.getvalue())
    with pytest.raises(errors.FileError, match="it holds two arrays of one name"):
        pyshim.load_variables(path)


def test_an_array_that_claims_to_be_enormous(x, path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10 ** 14,)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", header.getvalue())
    with pytest.raises(errors.FileError, match="is not a complete file of saved variables"):
        pyshim.load_variables(path)


def test_a_file_that_is_not_there(x, tmp_path):
    for where, message in [(tmp_path / "missing.npz", "No such file or directory"), (tmp_path, "Is a directory")]:
        with pytest.raises(errors.FileError, match=r"load_variables\(\): .*cannot be read: " + message):
            pyshim.load_variables(where)
