"""Loops on TensorFlow: a while loop around the body."""

import tensorflow as tf


def loop(operation, inputs, natives):
    """Returns: the native tensors of a loop's results."""
    body = operation.attributes["body"]
    inputs = list(map(tf.convert_to_tensor, inputs))
    sequences, inputs = inputs[:len(body.slices)], inputs[len(body.slices):]
    states, captured = inputs[:len(body.states)], inputs[len(body.states):]
    differentiated = {x for node in body.nodes if node.kind == "gradient" for x in node.inputs}

    is_wanted = [natives.is_wanted(operation, i) for i in range(len(body.outputs))]
    wanted = [x for x, is_one in zip(body.outputs, is_wanted) if is_one]

    def stepped(values):
        given = dict(zip(body.loop_inputs, values))
        # A tensor that the body differentiates with respect to must be created in the body.
        given.update((x, tf.identity(native) if x in differentiated else natives.cut(x, native))
                     for x, native in zip(body.captured, captured))
        inside = natives.within(body, given)
        return [tf.convert_to_tensor(inside[x]) for x in wanted + body.new_states]

    time = tf.shape(sequences[0])[0]
    for sequence in sequences[1:]:
        if sequence.shape[0] is None or sequence.shape[0] != sequences[0].shape[0]:
            tf.debugging.assert_equal(tf.shape(sequence)[0], time, "the sequences have different lengths")
    made = [tf.TensorSpec(x.shape, x.dtype) for x in wanted]
    slices = [tf.TensorSpec(sequence.shape[1:], sequence.dtype) for sequence in sequences]
    steps, first = time, states
    if not sequences[0].shape[0] and not all(output.shape.is_fully_defined() for output in made):
        # With zero steps, a step on zeros determines the shapes of the outputs.
        steps = tf.maximum(time, 1)
        sequences = [tf.pad(sequence, [[0, steps - time]] + [[0, 0]] * (sequence.shape.rank - 1))
                     for sequence in sequences]
    # Use lists instead of indexing: the gradient of an element is then added to a list, not to an array of all time
    # steps.
    remaining = [tf.raw_ops.TensorListFromTensor(tensor=tf.reverse(sequence, [0]), element_shape=_sizes(each.shape))
                 for sequence, each in zip(sequences, slices)]
    outputs = [tf.raw_ops.EmptyTensorList(element_shape=_sizes(each.shape), max_num_elements=-1,
                                          element_dtype=each.dtype) for each in made]

    def step(i, remaining, outputs, states):
        remaining, elements = zip(*map(_taken, remaining, slices))
        results = stepped(list(map(natives.cut, operation.inputs, elements)) + states)
        outputs = [tf.raw_ops.TensorListPushBack(input_handle=output, tensor=result)
                   for output, result in zip(outputs, results)]
        new = [tf.ensure_shape(value, state.shape) for value, state in zip(results[len(made):], states)]
        return i + 1, list(remaining), outputs, new

    _, _, outputs, states = tf.while_loop(lambda i, *_: i < steps, step, (tf.constant(0), remaining, outputs, states))
    stacked = [tf.raw_ops.TensorListStack(input_handle=output, element_shape=_sizes(each.shape),
                                          element_dtype=each.dtype) for output, each in zip(outputs, made)]
    if steps is not time:
        stacked = [output[:time] for output in stacked]
        states = [tf.where(time > 0, last, before) for last, before in zip(states, first)]
    stacked = iter(stacked)
    return [next(stacked) if is_one else None for is_one in is_wanted] + states


def _sizes(shape):
    """Returns: a shape in the form that TensorFlow's lists expect."""
    return tf.constant([-1 if size is None else size for size in shape], tf.int32)


def _taken(remaining, each):
    """Returns: a list without its last element, and that element."""
    remaining, element = tf.raw_ops.TensorListPopBack(input_handle=remaining, element_shape=_sizes(each.shape),
                                                      element_dtype=each.dtype)
    return remaining, tf.ensure_shape(element, each.shape)
