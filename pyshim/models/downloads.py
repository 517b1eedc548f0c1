"""Files that Keras downloads, data sets and weights: they are complete and verified, or they do not exist."""

import functools
import http.client
import inspect
import os
import tarfile

from ..errors import FileError, KerasError


def whole(urlretrieve):
    """A ``urlretrieve`` whose file appears only when it is complete, so that a killed session leaves no partial one."""
    @functools.wraps(urlretrieve)
    def call(url, filename, *args, **kwargs):
        part = "%s.%d.part" % (filename, os.getpid())
        try:
            result = urlretrieve(url, part, *args, **kwargs)
            os.replace(part, filename)
        finally:
            if os.path.exists(part):
                os.remove(part)
        return result
    return call


def checked(get_file, module):
    """A ``get_file`` that verifies the checksum of its download and reports failures clearly.

    Arguments: get_file, the function; module, the Keras module that defines it.
    """
    signature = inspect.signature(get_file)

    @functools.wraps(get_file)
    def call(*args, **kwargs):
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        given = given.arguments
        try:
            path = get_file(*args, **kwargs)
        except KerasError:
            raise
        except Exception as error:  # a failed download raises a plain Exception
            if type(error) is not Exception and not isinstance(error, (OSError, http.client.HTTPException)):
                raise
            raise FileError("{file} could not be downloaded from {origin}", "{reason}",
                            "try again, or put the file into the folder {folder} of the Keras home",
                            file=given["fname"], origin=given["origin"], reason=str(error) or type(error).__name__,
                            folder=given["cache_subdir"]) from error
        archive = path + ".tar.gz" if given["untar"] else path
        checksum = given["file_hash"] or given["md5_hash"]
        if given["untar"] and not tarfile.is_tarfile(archive):
            os.remove(archive)
            raise FileError("{file}, downloaded from {origin}, is not an archive", remedy="it was removed; try again",
                            file=os.path.basename(archive), origin=given["origin"])
        algorithm = given["hash_algorithm"] if given["file_hash"] else "md5"
        if checksum and not module.validate_file(archive, checksum, algorithm):
            os.remove(archive)
            raise FileError("{file}, downloaded from {origin}, is not the file that was expected: its checksum is "
                            "another one", remedy="it was removed; try again", file=given["fname"],
                            origin=given["origin"])
        return path
    return call
