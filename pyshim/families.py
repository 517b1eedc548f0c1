"""The twelve families, and the backend functions in each.

The same names cut the contract, each engine, the R sources, the tests and the reference.
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
    "linear_algebra": "dot transpose",
    "reductions": "max min sum prod cumsum cumprod var std mean any all argmax argmin logsumexp",
    "elementwise": """square abs sqrt exp log round sign pow clip equal not_equal greater greater_equal
        less less_equal maximum minimum sin cos""",
    "shapes": "concatenate reshape flatten expand_dims squeeze one_hot",
    "nn": "relu softmax sigmoid tanh categorical_crossentropy binary_crossentropy",
}
FAMILIES = {family: tuple(names.split()) for family, names in FAMILIES.items()}
