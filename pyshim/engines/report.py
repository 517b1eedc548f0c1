"""What engines print: the output of ``print_tensor``, the same on every engine, and messages for the user."""

import sys

_told = []  # the messages that have been told


def show(message, array):
    """Print a message and an array, as each evaluation of ``print_tensor`` does."""
    sys.stdout.write("%s%s\n" % (message, array))
    sys.stdout.flush()


def once(message, reason):
    """Tell the user something and its reason, the first time only."""
    if message not in _told:
        _told.append(message)
        sys.stderr.write("%s: %s\n" % (message, reason))
        sys.stderr.flush()
