"""The twelve families, and the backend functions in each.

The contract, each engine, the R sources, the tests and the reference are divided by these names.
"""

FAMILIES = {
    "configuration": """backend epsilon set_epsilon floatx set_floatx cast_to_floatx image_data_format
        set_image_data_format normalize_data_format get_uid reset_uids manual_variable_initialization
        learning_phase set_learning_phase get_session set_session""",
    "graph": """symbolic eager clear_session function gradients stop_gradient name_scope
        control_dependencies print_tensor""",
    "variables": """variable constant placeholder zeros ones eye zeros_like ones_like identity
        random_uniform_variable random_normal_variable is_variable is_tensor is_keras_tensor
        is_placeholder is_sparse to_dense shape int_shape ndim size dtype count_params
        get_variable_shape eval get_value batch_get_value set_value batch_set_value cast update
        update_add update_sub moving_average_update arange""",
    "linear_algebra": "dot batch_dot transpose gather",
    "reductions": "max min sum prod cumsum cumprod var std mean any all argmax argmin logsumexp",
    "elementwise": """square abs sqrt exp log round sign pow clip equal not_equal greater greater_equal
        less less_equal maximum minimum sin cos""",
    "shapes": """concatenate reshape permute_dimensions repeat_elements repeat tile flatten batch_flatten
        expand_dims squeeze stack one_hot reverse slice pattern_broadcast temporal_padding spatial_2d_padding
        spatial_3d_padding resize_images resize_volumes""",
    "nn": """relu elu softmax softplus softsign sigmoid hard_sigmoid tanh categorical_crossentropy
        sparse_categorical_crossentropy binary_crossentropy dropout l2_normalize in_top_k
        normalize_batch_in_training batch_normalization bias_add""",
    "convolution": """conv1d conv2d conv3d conv2d_transpose conv3d_transpose separable_conv1d
        separable_conv2d depthwise_conv2d pool2d pool3d local_conv1d local_conv2d""",
    "random": "random_normal random_uniform random_binomial truncated_normal",
    "control_flow": "rnn switch in_train_phase in_test_phase map_fn foldl foldr",
    "ctc": "ctc_label_dense_to_sparse ctc_batch_cost ctc_decode",
}
FAMILIES = {family: tuple(names.split()) for family, names in FAMILIES.items()}
