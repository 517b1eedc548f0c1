"""The callback RemoteMonitor without the package requests, with a server in this process."""

import http.server
import json
import threading
import urllib.parse
import warnings

import numpy as np
import pytest

from pyshim import keras
from pyshim.models import posts


@pytest.fixture
def server(monkeypatch):
    """A server that records its requests, and answers each with an error."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.server.seen.append((self.path, self.headers, body))
            self.send_error(500)

        def log_message(self, *args):
            pass

    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(keras.callbacks.callbacks, "requests", posts.requests)  # even where requests is installed
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as made:
        made.seen = []
        made.root = "http://127.0.0.1:%d" % made.server_port
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def _trained(monitor, epochs):
    model = keras.models.Sequential([keras.layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    return model.fit(np.ones((4, 2)), np.ones(4), epochs=epochs, verbose=0, callbacks=[monitor]).history


def test_each_epoch_is_sent_as_a_form(K, server):
    history = _trained(keras.callbacks.RemoteMonitor(server.root, headers={"X-Run": "a"}), 2)
    assert [path for path, _, _ in server.seen] == ["/publish/epoch/end/"] * 2
    for epoch, (_, headers, body) in enumerate(server.seen):
        assert headers["Content-Type"] == "application/x-www-form-urlencoded" and headers["X-Run"] == "a"
        sent = json.loads(urllib.parse.parse_qs(body)["data"][0])
        assert sent == {"epoch": epoch, "loss": pytest.approx(history["loss"][epoch])}


def test_an_epoch_is_sent_as_json(K, server):
    history = _trained(keras.callbacks.RemoteMonitor(server.root, "/here", send_as_json=True), 1)
    (path, headers, body), = server.seen
    assert (path, headers["Content-Type"]) == ("/here", "application/json")
    assert json.loads(body) == {"epoch": 0, "loss": pytest.approx(history["loss"][0])}


def test_the_training_goes_on_without_the_server(K, server):
    server.server_close()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        history = _trained(keras.callbacks.RemoteMonitor(server.root), 2)
    assert len(history["loss"]) == 2
    assert len([each for each in told if "could not reach" in str(each.message)]) == 2
