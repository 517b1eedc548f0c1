"""A replacement for the package requests, as far as Keras's RemoteMonitor uses it, if that package is missing."""

import http.client
import json as formats
import types
import urllib.error
import urllib.parse
import urllib.request


def post(url, data=None, json=None, headers=None):
    """Send a form, or an object as JSON. As in requests, a response with an error status is not an exception.

    Arguments: url, the address; data, a dict of the form's fields; json, an object to send in place of a form;
    headers, a dict, which takes precedence over the content's own type.
    """
    if json is None:
        content, kind = urllib.parse.urlencode(data), "application/x-www-form-urlencoded"
    else:
        content, kind = formats.dumps(json), "application/json"
    request = urllib.request.Request(url, content.encode(), {"Content-Type": kind, **(headers or {})})
    try:
        with urllib.request.urlopen(request) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        error.close()


requests = types.SimpleNamespace(
    post=post, exceptions=types.SimpleNamespace(RequestException=(OSError, http.client.HTTPException))
)
