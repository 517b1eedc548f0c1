"""The output of ``print_tensor``: the same on every engine."""

import sys


def show(message, array):
    """Print a message and an array, as each evaluation of ``print_tensor`` does."""
    sys.stdout.write("%s%s\n" % (message, array))
    sys.stdout.flush()
