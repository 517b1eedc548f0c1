"""Logs for TensorBoard without TensorFlow, written by tensorboardX, an event writer from PyPI.

It is optional, and looked for when a callback is made.
"""

import numbers
import warnings

import numpy as np

from ..errors import ArgumentError, NotInstalledError
from ..messages import Value

# Options of the original that only TensorFlow 1 can serve; old scripts may set them.
NOT_WRITTEN = ("write_grads", "write_images", "embeddings_freq")


def callback_class(base):
    """The callback TensorBoard, a class derived from Keras's class of callbacks."""
    class TensorBoard(base):
        """Writes logs for TensorBoard: the metrics, and histograms of the weights.

        Arguments:
            log_dir: the folder to write to. ``tensorboard --logdir`` shows it.
            histogram_freq: after how many epochs histograms of all weights are written; 0 for none.
            batch_size, write_graph: accepted for old scripts; there is no TensorFlow graph to write.
            write_grads, write_images, embeddings_freq: not written, with a warning.
            embeddings_layer_names, embeddings_metadata, embeddings_data: accepted for old scripts.
            update_freq: "epoch" for the metrics of each epoch, by its number; "batch" for those of each batch, too, or
                a number of samples after which they are written, both by the number of samples seen, and under names
                that begin with ``batch_``.

        Raises NotInstalledError if the package tensorboardX is missing.
        """

        acts_on_batches = False  # it only records what it receives

        def __init__(self, log_dir="./logs", histogram_freq=0, batch_size=32, write_graph=True, write_grads=False,
                     write_images=False, embeddings_freq=0, embeddings_layer_names=None, embeddings_metadata=None,
                     embeddings_data=None, update_freq="epoch"):
            super().__init__()
            whole = isinstance(update_freq, numbers.Integral) and not isinstance(update_freq, bool) and update_freq > 0
            if update_freq not in ("batch", "epoch") and not whole:
                raise ArgumentError("{argument} must be \"epoch\", \"batch\" or a number of samples, not {value}",
                                    argument="update_freq", value=Value(update_freq))
            self.log_dir, self.histogram_freq, self.update_freq = log_dir, histogram_freq, update_freq
            self.samples_seen = self.written_at = 0
            self.writer = None
            _writer_class()
            asked = {"write_grads": write_grads, "write_images": write_images, "embeddings_freq": embeddings_freq}
            for name in NOT_WRITTEN:
                if asked[name]:
                    warnings.warn("TensorBoard(%s=%r): these logs need TensorFlow 1, and are not written"
                                  % (name, asked[name]), stacklevel=2)

        def set_model(self, model):
            super().set_model(model)
            self._open()  # here, since a script's own training loop calls this, but perhaps not on_train_begin()

        def _open(self):
            if self.writer is None:
                self.writer = _writer_class()(self.log_dir)

        def on_batch_end(self, batch, logs=None):
            if self.update_freq == "epoch":
                return
            logs = dict(logs or {})
            self.samples_seen += logs.pop("size", 1)
            logs.pop("batch", None)
            if self.update_freq == "batch" or self.samples_seen - self.written_at >= self.update_freq:
                self.written_at = self.samples_seen
                self._write({"batch_" + name: value for name, value in logs.items()}, self.samples_seen)

        def on_epoch_end(self, epoch, logs=None):
            self._open()
            self._write(logs or {}, epoch)
            if self.histogram_freq and (epoch + 1) % self.histogram_freq == 0:
                for layer in self.model.layers:
                    for weight, value in zip(layer.weights, layer.get_weights()):
                        self.writer.add_histogram(weight.name, value, epoch)
            self.writer.flush()

        def _write(self, logs, step):
            for name, value in logs.items():
                if np.ndim(value) == 0:
                    self.writer.add_scalar(name, float(value), step)

        def on_train_end(self, logs=None):
            if self.writer is not None:
                self.writer.close()
                self.writer = None
    return TensorBoard


def _writer_class():
    try:
        from tensorboardX import SummaryWriter
    except ImportError as error:
        raise NotInstalledError("logs for TensorBoard are written by the package tensorboardX, which this Python does "
                                "not have", remedy="install it by pip install tensorboardX, in R by "
                                                   "reticulate::py_install(\"tensorboardX\")") from error
    return SummaryWriter
