"""Models: Keras 2.3.1, the unmodified package, on this package's backends.

    from pyshim import keras

``install.py`` installs it, ``loading.py`` imports it, and ``repairs.py`` holds what code of 2019 needs on a new
Python, NumPy or h5py, and on a backend that is not one of its own. ``training.py`` runs the batches.
``copies.py`` builds a model again on another backend, ``snapshots.py`` after its worker has exited. It all runs in the
session.
"""
