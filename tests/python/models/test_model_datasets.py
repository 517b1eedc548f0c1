"""Data sets and get_file(): from the cache, and from a local file server that stands in for the real ones."""

import gzip
import hashlib
import http.server
import io
import json
import os
import pickle
import tarfile
import threading

import numpy as np
import pytest

from pyshim import errors, keras

utils = keras.utils.data_utils


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The folder of cached data sets, in an empty Keras home."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    folder = tmp_path / "datasets"
    folder.mkdir()
    return folder


@pytest.fixture
def server(monkeypatch):
    """A server that answers every data set's address with ``files[name]``; ``asked`` lists the requested names."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            name = os.path.basename(self.path)
            server.asked.append(name)
            content = server.files.get(name)
            self.send_response(404 if content is None else 200)
            # A broken file announces more bytes than it has.
            self.send_header("Content-Length", str(len(content or b"") + (1000 if name in server.broken else 0)))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *args):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.files, server.asked, server.broken = {}, [], []
    server.url = "http://127.0.0.1:%d/" % server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    download = utils.urlretrieve
    monkeypatch.setattr(utils, "urlretrieve", lambda url, *args: download(server.url + os.path.basename(url), *args))
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def any_checksum(monkeypatch):
    """Accept our files in place of the real ones, whose checksums Keras knows."""
    monkeypatch.setattr(utils, "validate_file", lambda *args, **kwargs: True)


def _npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def _tar(folder, files):
    """A .tar.gz with a folder of pickled dicts."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, value in files.items():
            content = pickle.dumps({key.encode("ascii"): part for key, part in value.items()})
            entry = tarfile.TarInfo("%s/%s" % (folder, name))
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def test_mnist_from_the_cache_asks_no_server(cache, server, any_checksum):
    x = np.arange(2 * 28 * 28, dtype="uint8").reshape(2, 28, 28)
    (cache / "mnist.npz").write_bytes(_npz(x_train=x, y_train=[3, 4], x_test=x[:1], y_test=[5]))
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    np.testing.assert_array_equal(x_train, x)
    assert (y_train.tolist(), x_test.shape, y_test.tolist()) == ([3, 4], (1, 28, 28), [5])
    assert server.asked == []


def test_boston_housing_is_shuffled_and_split(cache, server, monkeypatch):
    """The download includes a check of the checksum, which passes here."""
    x = np.arange(130.).reshape(10, 13)
    server.files["boston_housing.npz"] = _npz(x=x, y=x[:, 0])
    checked = []
    monkeypatch.setattr(utils, "validate_file", lambda path, *args, **kwargs: not checked.append(path))
    (x_train, y_train), (x_test, y_test) = keras.datasets.boston_housing.load_data(test_split=0.3)
    assert (x_train.shape, x_test.shape) == ((7, 13), (3, 13))
    np.testing.assert_array_equal(np.sort(np.concatenate([y_train, y_test])), x[:, 0])
    np.testing.assert_array_equal(x_train[:, 0], y_train)
    assert server.asked == ["boston_housing.npz"] and (cache / "boston_housing.npz").exists()
    keras.datasets.boston_housing.load_data()
    assert server.asked == ["boston_housing.npz"]


def test_sequences_of_words(cache, server, any_checksum):
    words = np.array([[4, 9, 2], [5, 3]], dtype=object)
    server.files["imdb.npz"] = _npz(x_train=words, y_train=[0, 1], x_test=words, y_test=[1, 0])
    (x_train, y_train), _ = keras.datasets.imdb.load_data(num_words=8)
    # A sequence begins with 1, words are shifted by 3, and words from 8 on become 2.
    order = np.argsort([len(each) for each in x_train])
    assert [x_train[i] for i in order] == [[1, 2, 6], [1, 7, 2, 5]] and [y_train[i] for i in order] == [1, 0]
    server.files["imdb_word_index.json"] = json.dumps({"fine": 4}).encode("ascii")
    assert keras.datasets.imdb.get_word_index() == {"fine": 4}
    server.files["reuters.npz"] = _npz(x=words, y=[7, 8])
    (x_train, y_train), (x_test, y_test) = keras.datasets.reuters.load_data(test_split=0.5)
    assert sorted([*y_train, *y_test]) == [7, 8] and len(x_train) == len(x_test) == 1
    server.files["reuters_word_index.json"] = json.dumps({"oil": 9}).encode("ascii")
    assert keras.datasets.reuters.get_word_index() == {"oil": 9}


def test_images_in_archives(cache, server):
    def batch(value, **labels):
        return {"data": np.full((2, 3072), value, "uint8"), **labels}
    server.files["cifar-100-python.tar.gz"] = _tar("cifar-100-python", {
        "train": batch(3, fine_labels=[9, 8], coarse_labels=[1, 2]),
        "test": batch(4, fine_labels=[7, 6], coarse_labels=[3, 4])})
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar100.load_data("coarse")
    assert x_train.shape == (2, 32, 32, 3) and (x_train == 3).all() and (x_test == 4).all()
    assert (y_train.ravel().tolist(), y_test.ravel().tolist()) == ([1, 2], [3, 4])


def test_images_of_clothes(cache, server):
    images = np.arange(2 * 784, dtype="uint8").reshape(2, 28, 28)
    for name in ("train", "t10k"):
        server.files[name + "-labels-idx1-ubyte.gz"] = gzip.compress(bytes(8) + bytes([5, 6]))
        server.files[name + "-images-idx3-ubyte.gz"] = gzip.compress(bytes(16) + images.tobytes())
    (x_train, y_train), (x_test, _) = keras.datasets.fashion_mnist.load_data()
    np.testing.assert_array_equal(x_train, images)
    np.testing.assert_array_equal(x_test, images)
    assert y_train.tolist() == [5, 6]


# -- what goes wrong ------------------------------------------------------------------------------------------

def test_a_downloaded_file_with_another_checksum_is_refused(cache, server):
    server.files["mnist.npz"] = _npz(x_train=[1], y_train=[1], x_test=[1], y_test=[1])
    with pytest.raises(errors.FileError, match=r"mnist\.npz, downloaded from .*checksum.*it was removed; try again"):
        keras.datasets.mnist.load_data()
    assert os.listdir(cache) == []


def test_a_cached_file_with_another_checksum_is_downloaded_again(cache, server, capsys):
    content = b"weights"
    (cache / "file.bin").write_bytes(b"old")
    server.files["file.bin"] = content
    for checksum in ({"file_hash": hashlib.sha256(content).hexdigest()},
                     {"md5_hash": hashlib.md5(content).hexdigest()}):
        (cache / "file.bin").write_bytes(b"old")
        path = keras.utils.get_file("file.bin", server.url + "file.bin", **checksum)
        with open(path, "rb") as file:
            assert file.read() == content
    assert "hash does not match" in capsys.readouterr().out
    server.files["file.bin"] = b"another"
    keras.utils.get_file("file.bin", server.url + "file.bin", **checksum)  # the cached file matches: no request
    assert server.asked == ["file.bin", "file.bin"]


def test_a_download_that_fails_says_so(cache, server):
    with pytest.raises(errors.FileError, match=r"mnist\.npz could not be downloaded from http.*404.*"
                                               r"put the file into the folder datasets of the Keras home"):
        keras.datasets.mnist.load_data()
    server.files["file.bin"], server.broken = b"half", ["file.bin"]
    with pytest.raises(errors.FileError, match=r"file\.bin could not be downloaded"):
        keras.utils.get_file("file.bin", server.url + "file.bin")
    server.shutdown()
    server.server_close()
    with pytest.raises(errors.FileError, match="could not be downloaded"):
        keras.utils.get_file("other.bin", server.url + "other.bin")
    assert os.listdir(cache) == []


def test_an_archive_that_is_none_is_refused(cache, server):
    server.files["cifar-10-python.tar.gz"] = b"<html>not here</html>"
    with pytest.raises(errors.FileError, match=r"cifar-10-batches-py\.tar\.gz, .*, is not an archive; it was removed"):
        keras.datasets.cifar10.load_data()
    assert os.listdir(cache) == []


def test_an_archive_may_be_named_as_its_content_is_not(cache, server, tmp_path):
    """Scripts name the archive and look for its content next to the returned path."""
    (tmp_path / "text.txt").write_text("hello")
    with tarfile.open(str(tmp_path / "data.tar.gz"), "w:gz") as archive:
        archive.add(str(tmp_path / "text.txt"), "inner/text.txt")
    server.files["data.tar.gz"] = (tmp_path / "data.tar.gz").read_bytes()
    path = keras.utils.get_file("data.tar.gz", server.url + "data.tar.gz", untar=True)
    with open(os.path.join(os.path.dirname(path), "inner", "text.txt")) as file:
        assert file.read() == "hello"


def test_a_killed_download_leaves_no_file_that_looks_whole(cache, server, monkeypatch):
    """A file gets its name only once it is complete; until then it has another."""
    seen = []

    def progress(count, block_size, total_size):
        seen.append(sorted(os.listdir(cache)))
    server.files["file.bin"] = b"0123456789"
    utils.urlretrieve(server.url + "file.bin", str(cache / "file.bin"), progress)
    assert seen and all(len(names) == 1 and names[0].endswith(".part") for names in seen)
    assert os.listdir(cache) == ["file.bin"]


def test_archives_are_unpacked(cache, server):
    server.files["things.tar.gz"] = _tar("things", {"one": {"a": 1}})
    keras.utils.get_file("things.tar.gz", server.url + "things.tar.gz", extract=True)
    with open(cache / "things" / "one", "rb") as file:
        assert pickle.load(file) == {b"a": 1}
