"""Models: Keras 2.3.1, the unmodified package, on this package's backends.

    from pyshim import keras

``install.py`` installs it, ``loading.py`` imports it, and ``repairs.py`` holds the patches that code of 2019 needs on
a new Python, NumPy or h5py, and on a backend that is not one of Keras's own. ``training.py`` runs the batches.
``copies.py`` rebuilds a model on another backend, ``snapshots.py`` after its worker has exited. All of it runs in
the session.
"""
