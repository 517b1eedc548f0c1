"""Keras 2.3.1 on this package's backends: ``from pyshim import keras``.

Importing this module imports the unmodified package that ``pyshim.install_keras()`` has installed, which then
replaces this module. Its modules are named ``pyshim.keras.layers`` and so on; a Keras 3 that is installed as
``keras`` is left alone.

Raises NotInstalledError where Keras is not installed.
"""

from .models import loading

loading.load(__name__)
