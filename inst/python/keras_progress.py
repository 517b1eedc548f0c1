"""What R's ``fit()`` shows while it trains: a bar that fits the console, or a line for each epoch."""

import sys
import time

INTERVAL = 0.1  # seconds between updates of the bar
BAR = 30
LEAST_BAR = 10


def progress(callback_class):
    """A Keras callback that shows the progress."""
    class Progress(_Progress, callback_class):
        pass
    return Progress()


class _Progress:
    """The callback's methods. The console's width is read at each epoch: it may change, or output may go to a file."""

    acts_on_batches = False  # it only shows them, so the engine may run ahead

    def on_epoch_begin(self, epoch, logs=None):
        self.title = "Epoch %d/%d" % (epoch + 1, self.params["epochs"])
        self.width = _console_width()
        self.began = time.time()
        self.shown = 0.
        self.seen = self.length = 0
        self.loss = 0.
        names = [name for name in self.params["metrics"] if not name.startswith("val_")]
        target = self.params.get("samples") or self.params.get("steps") or 0
        others = 2 * len(str(target)) + len("/ [] - ETA: 0:00") + sum(len(" - : 0.0000" + name) for name in names)
        self.bar = min(BAR, max(LEAST_BAR, self.width - 1 - others))  # the same width in all epochs
        if self.width:
            sys.stdout.write(self.title + "\n")

    def on_batch_end(self, batch, logs=None):
        logs = logs or {}
        size = logs.get("size", 1)
        self.loss += float(logs.get("loss", 0)) * size
        self.seen += size
        self.steps = batch + 1
        if self.width and time.time() - self.shown >= INTERVAL:
            # Metrics are already averages over the epoch; the loss is that of the batch.
            self._write(self._bar(dict(logs, loss=self.loss / self.seen)), last=False)

    def on_epoch_end(self, epoch, logs=None):
        numbers = _numbers(self.params["metrics"], logs or {})
        if self.width:
            self._write(self._bar(logs or {}), last=True)
        else:
            sys.stdout.write("%s - %.0fs%s\n" % (self.title, time.time() - self.began, numbers))

    def _bar(self, logs):
        target = self.params.get("samples") or self.params.get("steps")
        seen = self.seen if self.params.get("samples") else self.steps
        numbers = _numbers(self.params["metrics"], logs)
        spent = time.time() - self.began
        if target is None:
            return "%d - %.0fs%s" % (seen, spent, numbers)
        count = "%*d/%d" % (len(str(target)), seen, target)
        if seen < target:
            rest = " - ETA: %s%s" % (_duration(spent / seen * (target - seen)), numbers)
        else:
            rest = " - %s%s" % (_duration(spent), numbers)
        done = min(self.bar, int(self.bar * seen / target))
        bar = "=" * done if done == self.bar else ("=" * done + ">").ljust(self.bar, ".")
        return "%s [%s]%s" % (count, bar, rest)

    def _write(self, text, last):
        # A line that the console wraps could not be overwritten.
        text = text if last else text[:self.width - 1]
        sys.stdout.write("\r" + text + " " * (self.length - len(text)) + ("\n" if last else ""))
        sys.stdout.flush()
        self.length = len(text)
        self.shown = time.time()


def _numbers(names, logs):
    return "".join(" - %s: %s" % (name, ("%.4f" if abs(logs[name]) > 1e-3 or logs[name] == 0 else "%.4e") % logs[name])
                   for name in names if name in logs)


def _duration(seconds):
    if seconds >= 3600:
        return "%d:%02d:%02d" % (seconds // 3600, seconds % 3600 // 60, seconds % 60)
    if seconds >= 60:
        return "%d:%02d" % (seconds // 60, seconds % 60)
    return "%ds" % seconds


def _console_width():
    """Columns of R's console, or 0 where lines cannot be overwritten: in a file, a document, a sink."""
    return int(sys.stdout.console_width()) if hasattr(sys.stdout, "console_width") else 0
