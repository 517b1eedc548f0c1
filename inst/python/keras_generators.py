"""Training, evaluation and predictions on generators. Those that call R are run in R's own thread."""

import random

import keras_models as models
from keras_functions import calls_r

from pyshim.errors import ArgumentError


class RGenerator:
    """An R function as a generator: it returns a batch on each call, and None at the end."""

    def __init__(self, function):
        self.function = function
        self.batches = 0

    def __iter__(self):
        return self

    def __next__(self):
        batch = self.function()
        if batch is None:
            raise ArgumentError("{argument} ended after {count} batches, and more are needed",
                                remedy="have it begin anew, or ask for fewer steps", argument="generator",
                                count=self.batches)
        self.batches += 1
        if not isinstance(batch, (list, tuple)):
            return models.data(batch)  # inputs alone, for predictions
        return models.data(batch[0]) if len(batch) == 1 else tuple(models.data(list(batch)))


def as_generator(function):
    """The generator of an R function."""
    return RGenerator(function)


def fit_batches(model, generator, kwargs, keep=False):
    """Fit a model to a generator's batches. Returns: its history and parameters."""
    validation = kwargs.get("validation_data")
    models.need_batches(generator)
    models.need_batches(validation)
    if calls_r(generator) or calls_r(validation):
        generator = in_one_thread(generator, shuffle=kwargs.get("shuffle", True))
        kwargs.update(workers=0, validation_data=in_one_thread(validation))
    return models.fit(model, "fit_generator", generator, None, kwargs, keep)


def with_batches(model, name, generator, kwargs):
    """Call a method of a model, ``evaluate_generator`` or ``predict_generator``, on a generator."""
    models.need_batches(generator)
    if calls_r(generator):
        generator = in_one_thread(generator)
        kwargs["workers"] = 0
    return getattr(model, name)(generator, **kwargs)


def in_one_thread(generator, shuffle=False):
    """A Sequence with the same batches in the order in which Keras's threads would prepare them; other generators are
    returned unchanged.

    Without threads, Keras iterates over the Sequence. A flow of images then continues where its last use ended, instead
    of beginning with its first batch. ``shuffle`` is whether to shuffle the batches in each epoch.
    """
    sequence_class = models.keras_get("utils.Sequence")
    if not isinstance(generator, sequence_class):
        return generator

    class InOneThread(sequence_class):
        def __len__(self):
            return len(generator)

        def __getitem__(self, index):
            return generator[index]

        def __iter__(self):
            order = list(range(len(generator)))
            if shuffle:
                random.shuffle(order)
            for index in order:
                yield generator[index]
            generator.on_epoch_end()
    return InOneThread()
