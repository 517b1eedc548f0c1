"""Conversion between NumPy arrays and PyTorch tensors."""

import warnings

import numpy as np
import torch

DTYPES = {name: getattr(torch, name) for name in (
    "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool")}

# On a GPU, PyTorch's convolutions would round float32 to the 10 bits of TF32, unlike its products, and its products of
# float16 might add parts of a sum in float16.
torch.backends.cudnn.allow_tf32 = False
torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def tensor_of(array):
    """Returns: a tensor on the device. On the processor, it shares the memory of the array, if possible: don't change
    the array afterwards."""
    tensor = _shared(array)
    return tensor if DEVICE.type == "cpu" else tensor.to(DEVICE)


def _shared(array):
    array = np.asarray(array)
    if not array.dtype.isnative or any(step < 0 for step in array.strides):
        array = np.array(array, array.dtype.newbyteorder("="))
    if array.flags.writeable:
        return torch.from_numpy(array)
    with warnings.catch_warnings():  # PyTorch warns that the memory is read-only
        warnings.simplefilter("ignore")
        return torch.from_numpy(array)


def array_of(tensor):
    """Returns: an array that shares the memory of a tensor, if the tensor is in the processor's memory."""
    return tensor.detach().cpu().numpy()
