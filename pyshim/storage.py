"""Saving and loading the values of variables as NumPy's ``.npz``: a zip archive with one ``.npy`` file per variable.

``numpy.load`` opens such a file, and one that ``numpy.savez`` wrote can be loaded here. A sparse variable ``w``
is kept as the arrays ``w:rows``, ``w:columns``, ``w:values`` and ``w:shape``; duplicate elements are summed.
"""

import os
import zipfile

from numpy.lib import format as npy

from . import session
from .dtypes import DTYPES
from .errors import ArgumentError, DtypeError, FileError, ShapeError
from .files import replacing
from .messages import Argument, Choices, Type, Value
from .sparse_array import SparseArray
from .tensors import Tensor

PARTS = (":rows", ":columns", ":values", ":shape")
NOT_WHOLE = "{path} is not a complete file of saved variables (NumPy's .npz)"
LONGEST_NAME = 2 ** 16 - 1 - len(":columns.npy")  # the limit of a zip archive, less the longest suffix


def save_variables(path, variables):
    """Save the values of variables in a file that every backend, and NumPy, can load: see ``load_variables``.

    Arguments:
        path: the file to write, a string; ``~`` is the home folder. The usual extension is NumPy's, ``.npz``.
        variables: a dict of variables by name, or a list of variables, saved under their own names. They may belong
            to different backends.
    An existing file is replaced only once the new one is complete: if saving fails or is killed, it is unchanged.

    Raises FileError if the file cannot be written; ArgumentError if two variables have the same name, there are no
    variables, or a name has surrogates or more than 65,523 bytes; DtypeError for anything that is not a variable.

    Example:
        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "weights.npz")
        >>> K.save_variables(path, {"w": K.variable([1., 2.])})
        >>> K.load_variables(path)["w"].name
        'w'
    """
    path, named = _path(path), _named(variables)
    target = os.path.realpath(path)
    if not os.path.isdir(os.path.dirname(target)):
        raise FileError("{path} cannot be written: there is no folder {folder}", remedy="make it first", path=path,
                        folder=os.path.dirname(target))
    if os.path.exists(target) and not os.path.isfile(target):
        raise FileError("{path} cannot be written: it is not a file", path=path)
    try:
        with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
            for name, variable in named.items():
                for key, array in _arrays(name, variable):
                    # ZIP64, which allows entries over 4 GB; NumPy does the same.
                    with archive.open(zipfile.ZipInfo(key + ".npy"), "w", force_zip64=True) as entry:
                        npy.write_array(entry, array, allow_pickle=False)
    except OSError as error:
        raise FileError("{path} cannot be written: {reason}. The previous file is unchanged", path=path,
                        reason=error.strerror or error) from error


def load_variables(path, variables=None):
    """Load a file saved by ``save_variables`` or ``numpy.savez``.

    Arguments:
        path: the file, a string; ``~`` is the home folder.
        variables: the variables that get the saved values: a dict by name, or a list of variables, matched by their
            own names; other entries of the file are ignored. None loads all entries as new variables.
    Returns: a dict of new variables of the current backend, with the saved names and dtypes; None if variables were
    given.

    Either all variables change or none does. Raises FileError if the file cannot be read or has another format,
    ArgumentError for a name that is not in it, ShapeError or DtypeError if a saved value does not fit its variable.

    Example:
        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "weights.npz")
        >>> K.save_variables(path, {"w": K.variable([1., 2.])})
        >>> w = K.variable([0., 0.], name="w")
        >>> K.load_variables(path, [w])
        >>> K.get_value(w)
        array([1., 2.], dtype=float32)
    """
    path = _path(path)
    if variables is None:
        return {name: session.call("variable", (value, value.dtype.name, name), {})
                for name, value in _read(path).items()}
    named = _named(variables)
    values = _read(path, named)
    for name, variable in named.items():
        if variable.sparse:
            raise ArgumentError("{name} is a sparse variable, which keeps its value",
                                remedy="load it as a new one, with no variables given", name=Value(name))
        _check(path, name, values[name], variable)
    pairs = [(variable, values[name]) for name, variable in named.items()]
    pairs[0][0].host.call("batch_set_value", (pairs,), {})
    return None


# -- variables and arrays -------------------------------------------------------------------------------

def _path(path):
    if not isinstance(path, (str, os.PathLike)) or "\0" in str(path):
        raise ArgumentError("{argument} must be the path of a file, a string, not {value}", argument="path",
                            value=Value(path))
    return os.path.expanduser(os.fspath(path))


def _named(variables):
    """The variables by name: a dict."""
    if isinstance(variables, dict):
        pairs = list(variables.items())
    elif isinstance(variables, (list, tuple)):
        pairs = [(getattr(variable, "name", None), variable) for variable in variables]
    else:
        raise ArgumentError("{argument} must be a {dict} of variables by name, or a list of variables, not {value}",
                            argument="variables", value=Type(variables))
    if not pairs:
        raise ArgumentError("no variables were given")
    named = {}
    for i, (name, variable) in enumerate(pairs):
        if not isinstance(variable, Tensor) or variable.kind != "variable":
            raise DtypeError("{argument} must be a variable, not {value}",
                             argument=Argument("variables", str(name) if isinstance(variables, dict) else i),
                             value=Type(variable))
        if name in named:
            raise ArgumentError("two variables have the name {name}", remedy="give a {dict}, with a name for each",
                                name=Value(name))
        named[_checked_name(name)] = variable
    return named


def _checked_name(name):
    if not isinstance(name, str) or not name or "\0" in name:
        raise ArgumentError("a variable cannot be saved by the name {name}",
                            remedy="give a {dict}, with a name for each", name=Value(name))
    try:
        size = len(name.encode("utf-8"))
    except UnicodeEncodeError:
        raise ArgumentError("a variable cannot be saved by the name {name}, which is not valid Unicode text",
                            remedy="give a {dict}, with another name", name=ascii(name)) from None
    if size > LONGEST_NAME:
        raise ArgumentError("a variable cannot be saved by a name of {size} bytes, {start}...",
                            remedy="give a {dict}, with a name of at most {longest} bytes for each", size=size,
                            start=repr(name[:20]), longest=LONGEST_NAME)
    if name.endswith(PARTS):
        raise ArgumentError("a variable cannot be saved by the name {name}, whose end marks the parts of a sparse one",
                            remedy="give a {dict}, with another name", name=Value(name))
    return name


def _arrays(name, variable):
    """The (name, array) pairs that are stored for a variable."""
    if not variable.sparse:
        return [(name, variable.host.call("eval", (variable,), {}))]
    parts = variable.host.call("sparse_parts", (variable,), {})
    return [(name + suffix, variable.host.call("eval", (part,), {})) for suffix, part in zip(PARTS, parts)]


def _check(path, name, value, variable):
    """Raise an error unless the value that was read fits the variable."""
    if isinstance(value, SparseArray):
        raise ArgumentError("{name} is sparse in {path}, but the variable is not",
                            remedy="load it as a new one, with no variables given", name=Value(name), path=path)
    if value.shape != variable.shape:
        raise ShapeError("{name} has shape {shape} in {path}; expected: {expected}", name=Value(name),
                         shape=tuple(value.shape), path=path, expected=variable.shape)
    if value.dtype.name != variable.dtype:
        raise DtypeError("{name} has dtype {dtype} in {path}; expected: {expected}", name=Value(name),
                         dtype=value.dtype.name, path=path, expected=variable.dtype)


# -- reading --------------------------------------------------------------------------------------------

def _read(path, wanted=None):
    """The arrays and SparseArrays in a file, by name: all of them, or only the wanted ones."""
    try:
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
            _check_count(file, archive)
            names = _names(archive)
            missing = [name for name in wanted or () if name not in names]
            if missing:
                raise ArgumentError("{path} holds nothing by the name {name}", path=path, name=Value(missing[0]),
                                    remedy="it holds: {names}" if names else "it holds nothing", names=Choices(names))
            values = {name: _value(archive, name, names[name]) for name in (names if wanted is None else wanted)}
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
        raise FileError("{path} cannot be read: {reason}", path=path, reason=error.strerror) from error
    except ArgumentError:
        raise
    except _Broken as error:
        raise FileError(NOT_WHOLE, error.problem, path=path, **error.fields) from error
    except Exception as error:  # the zip and npy readers raise all kinds of errors for a broken file
        raise FileError(NOT_WHOLE, "{reason}", path=path, reason=str(error) or type(error).__name__) from error
    for name, value in values.items():
        if value.dtype.name not in DTYPES:
            raise DtypeError("{name} has dtype {dtype} in {path}", remedy="accepted: {accepted}", name=Value(name),
                             dtype=value.dtype, path=path, accepted=Choices(DTYPES))
    return values


class _Broken(ValueError):
    """A file is invalid; holds the message's template and its fields."""

    def __init__(self, problem, **fields):
        super().__init__(problem)
        self.problem, self.fields = problem, fields


def _check_count(file, archive):
    """Raise _Broken unless the archive lists as many files as its end record says: a wrong length can hide some."""
    file.seek(-22, os.SEEK_END)
    end = file.read()
    count = int.from_bytes(end[10:12], "little")
    if end[:4] == b"PK\5\6" and count != min(len(archive.infolist()), 0xffff):
        raise _Broken("it says that it holds {count} arrays, and lists {listed}", count=count,
                      listed=len(archive.infolist()))


def _names(archive):
    """A dict of the stored variables' names, and whether each is sparse."""
    files = archive.namelist()
    foreign = [name for name in files if not name.endswith(".npy")]
    if foreign:
        raise _Broken("it holds {name}, which is not an array", name=Value(foreign[0]))
    if len(set(files)) < len(files):
        raise _Broken("it holds two arrays of one name")
    keys = dict.fromkeys(name[:-len(".npy")] for name in files)
    names = {}
    for key in keys:
        owner, mark, end = key.rpartition(":")
        sparse = mark + end in PARTS and all(owner + part in keys for part in PARTS)
        if sparse and owner in keys:
            raise _Broken("it holds {name} twice, dense and sparse", name=Value(owner))
        names[owner if sparse else key] = sparse
    return names


def _value(archive, name, sparse):
    if not sparse:
        return _array(archive, name)
    rows, columns, values, shape = [_array(archive, name + part) for part in PARTS]
    if any(numbers.dtype.kind not in "iu" for numbers in (rows, columns, shape)):
        raise _Broken("the coordinates of {name} are not integers", name=Value(name))
    return SparseArray(rows, columns, values, shape)


def _array(archive, name):
    with archive.open(name + ".npy") as file:
        array = npy.read_array(file, allow_pickle=False)
        if file.read(1):  # reading to the end also verifies the entry's checksum
            raise _Broken("{name} is longer than it says", name=Value(name))
    return array.astype(array.dtype.newbyteorder("="), copy=False)
