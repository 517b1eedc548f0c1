# Files of a folder in place of those that a module of Keras would download, while the code runs.
with_files <- function(module, folder, code) {
  swap <- reticulate::py_run_string(paste(
    "def swap(path, folder):",
    "    import sys",
    "    module = sys.modules['pyshim.keras.' + path]",
    "    download = module.get_file",
    "    module.get_file = lambda name, *args, **kwargs: folder + '/' + name",
    "    return lambda: setattr(module, 'get_file', download)", sep = "\n"
  ), local = TRUE)$swap
  keras:::call_shim("keras_get", module)  # imports the module
  back <- swap(module, normalizePath(folder))
  on.exit(back())
  force(code)
}

# Write arrays into a NumPy file: dtypes have NumPy's names, "object" for a list of vectors of whole numbers.
write_npz <- function(path, arrays, dtypes) {
  save <- reticulate::py_run_string(paste(
    "def save(path, arrays, dtypes):", "    import numpy as np",
    "    made = {}",
    "    for name, array in arrays.items():",
    "        if dtypes[name] == 'object':",
    "            made[name] = np.empty(len(array), object)",
    "            made[name][:] = [[int(number) for number in row] for row in array]",
    "        else:",
    "            made[name] = np.asarray(array).astype(dtypes[name])",
    "    np.savez(path, **made)", sep = "\n"
  ), local = TRUE)$save
  save(path, arrays, dtypes)
}

# Write values, as a dict whose keys are bytes, as Python's pickle.
write_pickle <- function(path, values) {
  save <- reticulate::py_run_string(paste(
    "def save(path, values):", "    import pickle, numpy as np",
    "    values = {key.encode(): np.asarray(value, 'uint8') if key == 'data' else list(value)",
    "              for key, value in values.items()}",
    "    with open(path, 'wb') as file:", "        pickle.dump(values, file)", sep = "\n"
  ), local = TRUE)$save
  save(path, values)
}
