"""Losses, metrics, optimizers, regularizers, constraints and initializers."""

import numpy as np


def _probabilities(random, shape):
    x = random.uniform(0.05, 1, shape)
    return x / x.sum(-1, keepdims=True)


def _data(random, kind):
    """Targets and predictions that suit a loss or a metric."""
    shape = (4, 3)
    if kind == "classes":
        return np.eye(3)[random.randint(0, 3, 4)], _probabilities(random, shape)
    if kind == "sparse":
        return random.randint(0, 3, (4, 1)).astype("float64"), _probabilities(random, shape)
    if kind == "binary":
        return random.randint(0, 2, shape).astype("float64"), random.uniform(0.05, 0.95, shape)
    if kind == "signs":
        return random.choice([-1., 1.], shape), random.uniform(-1.5, 1.5, shape)
    return random.uniform(0.1, 1, shape), random.uniform(0.1, 1, shape)


def _learned(keras, random, loss, y, prediction, **compiling):
    """The losses and weights of two training steps of a model that returns the given predictions before the first."""
    inputs = keras.layers.Input(batch_shape=prediction.shape)
    model = keras.models.Model(inputs, keras.layers.Dense(prediction.shape[-1])(inputs))
    model.set_weights([np.eye(prediction.shape[-1]), np.zeros(prediction.shape[-1])])
    model.compile(loss=loss, **compiling)
    losses = [model.train_on_batch(prediction, y) for _ in range(2)]
    return dict({"losses": losses}, **{"w%d" % i: w for i, w in enumerate(model.get_weights())})


def _loss(make, kind):
    def case(keras, random):
        y, prediction = _data(random, kind)
        return _learned(keras, random, make(keras.losses), y, prediction, optimizer=keras.optimizers.SGD(0.1))
    return case


LOSSES = {
    "mean_squared_error": _loss(lambda L: "mse", "numbers"),
    "mean_absolute_error": _loss(lambda L: "mean_absolute_error", "numbers"),
    "mean_absolute_percentage_error": _loss(lambda L: "mape", "numbers"),
    "mean_squared_logarithmic_error": _loss(lambda L: "msle", "numbers"),
    "squared_hinge": _loss(lambda L: "squared_hinge", "signs"),
    "hinge": _loss(lambda L: "hinge", "signs"),
    "hinge_of_bits": _loss(lambda L: L.Hinge(), "binary"),
    "categorical_hinge": _loss(lambda L: "categorical_hinge", "classes"),
    "logcosh": _loss(lambda L: "logcosh", "numbers"),
    "huber": _loss(lambda L: L.Huber(delta=0.3), "numbers"),
    "categorical_crossentropy": _loss(lambda L: "categorical_crossentropy", "classes"),
    "categorical_crossentropy_of_logits": _loss(
        lambda L: L.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1), "classes"),
    "sparse_categorical_crossentropy": _loss(lambda L: "sparse_categorical_crossentropy", "sparse"),
    "binary_crossentropy": _loss(lambda L: "binary_crossentropy", "binary"),
    "binary_crossentropy_of_logits": _loss(
        lambda L: L.BinaryCrossentropy(from_logits=True, label_smoothing=0.2), "binary"),
    "kullback_leibler_divergence": _loss(lambda L: "kullback_leibler_divergence", "classes"),
    "poisson": _loss(lambda L: "poisson", "numbers"),
    "cosine_proximity": _loss(lambda L: "cosine_proximity", "numbers"),
    "sum_reduction": _loss(lambda L: L.MeanSquaredError(reduction="sum"), "numbers"),
}


def _optimizer(make):
    def case(keras, random):
        y, prediction = _data(random, "numbers")
        return _learned(keras, random, "mse", y, prediction, optimizer=make(keras.optimizers))
    return case


OPTIMIZERS = {
    "sgd": _optimizer(lambda o: o.SGD(0.2)),
    "sgd_momentum": _optimizer(lambda o: o.SGD(0.2, momentum=0.9, decay=0.1)),
    "sgd_nesterov": _optimizer(lambda o: o.SGD(0.2, momentum=0.9, nesterov=True)),
    "rmsprop": _optimizer(lambda o: o.RMSprop(0.05)),
    "adagrad": _optimizer(lambda o: o.Adagrad(0.05)),
    "adadelta": _optimizer(lambda o: o.Adadelta()),
    "adam": _optimizer(lambda o: o.Adam(0.05)),
    "adam_amsgrad": _optimizer(lambda o: o.Adam(0.05, amsgrad=True, decay=0.1)),
    "adamax": _optimizer(lambda o: o.Adamax(0.05)),
    "nadam": _optimizer(lambda o: o.Nadam(0.05)),
    "clipnorm": _optimizer(lambda o: o.SGD(0.2, clipnorm=0.1)),
    "clipvalue": _optimizer(lambda o: o.SGD(0.2, clipvalue=0.05)),
}


def _metric(make, kind):
    """A metric's result after each of two batches; the second batch has sample weights."""
    def case(keras, random):
        results = []
        for weights in (None, [0.5, 1., 2., 0.]):
            y, prediction = _data(random, kind)
            inputs = keras.layers.Input(shape=prediction.shape[1:])
            model = keras.models.Model(inputs, keras.layers.Activation("linear")(inputs))
            model.compile("sgd", lambda y, p: keras.backend.mean(p, axis=-1), weighted_metrics=[make(keras.metrics)])
            results.append(model.evaluate(prediction, y, sample_weight=None if weights is None else np.array(weights),
                                          batch_size=2, verbose=0)[1])
        return {"results": results}
    return case


METRICS = {
    "accuracy": _metric(lambda M: "accuracy", "classes"),
    "binary_accuracy": _metric(lambda M: M.BinaryAccuracy(threshold=0.4), "binary"),
    "categorical_accuracy": _metric(lambda M: M.CategoricalAccuracy(), "classes"),
    "top_k": _metric(lambda M: M.TopKCategoricalAccuracy(k=2), "classes"),
    "mean_squared_error": _metric(lambda M: M.MeanSquaredError(), "numbers"),
    "root_mean_squared_error": _metric(lambda M: M.RootMeanSquaredError(), "numbers"),
    "mean_absolute_error": _metric(lambda M: "mae", "numbers"),
    "mean_absolute_percentage_error": _metric(lambda M: M.MeanAbsolutePercentageError(), "numbers"),
    "mean_squared_logarithmic_error": _metric(lambda M: M.MeanSquaredLogarithmicError(), "numbers"),
    "cosine_similarity": _metric(lambda M: M.CosineSimilarity(), "numbers"),
    "hinge": _metric(lambda M: M.Hinge(), "signs"),
    "squared_hinge": _metric(lambda M: M.SquaredHinge(), "signs"),
    "categorical_hinge": _metric(lambda M: M.CategoricalHinge(), "classes"),
    "logcosh": _metric(lambda M: M.LogCoshError(), "numbers"),
    "poisson": _metric(lambda M: M.Poisson(), "numbers"),
    "kullback_leibler_divergence": _metric(lambda M: M.KLDivergence(), "classes"),
    "binary_crossentropy": _metric(lambda M: M.BinaryCrossentropy(), "binary"),
    "categorical_crossentropy": _metric(lambda M: M.CategoricalCrossentropy(), "classes"),
    "false_positives": _metric(lambda M: M.FalsePositives(), "binary"),
    "false_negatives": _metric(lambda M: M.FalseNegatives(thresholds=0.3), "binary"),
    "true_positives": _metric(lambda M: M.TruePositives(), "binary"),
    "true_negatives": _metric(lambda M: M.TrueNegatives(), "binary"),
    "precision": _metric(lambda M: M.Precision(), "binary"),
    "recall": _metric(lambda M: M.Recall(thresholds=0.3), "binary"),
    "precision_of_top_k": _metric(lambda M: M.Precision(top_k=2), "classes"),
    "auc": _metric(lambda M: M.AUC(num_thresholds=20), "binary"),
    "auc_of_precision_and_recall": _metric(lambda M: M.AUC(num_thresholds=20, curve="PR"), "binary"),
    "sensitivity_at_specificity": _metric(lambda M: M.SensitivityAtSpecificity(0.5, num_thresholds=20), "binary"),
    "specificity_at_sensitivity": _metric(lambda M: M.SpecificityAtSensitivity(0.5, num_thresholds=20), "binary"),
    "sparse_categorical_accuracy": _metric(lambda M: M.SparseCategoricalAccuracy(), "sparse"),
    "sparse_top_k": _metric(lambda M: M.SparseTopKCategoricalAccuracy(k=2), "sparse"),
    "sparse_categorical_crossentropy": _metric(lambda M: M.SparseCategoricalCrossentropy(), "sparse"),
}


def _dense(**arguments):
    """A Dense layer with regularizers or constraints, after two steps."""
    def case(keras, random):
        made = {name: make(keras) for name, make in arguments.items()}
        inputs = keras.layers.Input(batch_shape=(4, 3))
        model = keras.models.Model(inputs, keras.layers.Dense(2, **made)(inputs))
        model.set_weights([random.uniform(-1, 1, w.shape) for w in model.get_weights()])
        model.compile(keras.optimizers.SGD(0.3), "mse")
        x, y = random.uniform(-1, 1, (4, 3)), random.uniform(-1, 1, (4, 2))
        losses = [model.train_on_batch(x, y) for _ in range(2)]
        return dict({"losses": losses}, **{"w%d" % i: w for i, w in enumerate(model.get_weights())})
    return case


PENALTIES = {
    "l1": _dense(kernel_regularizer=lambda k: k.regularizers.l1(0.1)),
    "l2": _dense(kernel_regularizer=lambda k: k.regularizers.l2(0.1), bias_regularizer=lambda k: "l2"),
    "l1_l2": _dense(activity_regularizer=lambda k: k.regularizers.l1_l2(0.1, 0.2)),
    "max_norm": _dense(kernel_constraint=lambda k: k.constraints.max_norm(0.5)),
    "non_neg": _dense(kernel_constraint=lambda k: "non_neg"),
    "unit_norm": _dense(kernel_constraint=lambda k: k.constraints.unit_norm(axis=1)),
    "min_max_norm": _dense(kernel_constraint=lambda k: k.constraints.min_max_norm(0.3, 0.6, rate=0.7)),
}

FAMILIES = {"losses": LOSSES, "metrics": METRICS, "optimizers": OPTIMIZERS, "penalties": PENALTIES}
