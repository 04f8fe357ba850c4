"""Columns of Arrow as arrays, and back; pyarrow's own ways import pandas where it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def array_of(column: pa.Array | pa.ChunkedArray) -> npt.NDArray[Any]:
    """Return a column without nulls as an array.

    >>> array_of(pa.chunked_array([[1, 2], [3]])).tolist()
    [1, 2, 3]
    """
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    arrays = [np.from_dlpack(each) for each in chunks]
    return arrays[0] if len(arrays) == 1 else np.concatenate([_NOTHING, *arrays])


_NOTHING = np.empty(0, np.int8)


def column_of(kind: pa.DataType, array: npt.NDArray[Any]) -> pa.Array:
    """Return an array as a column of a type.

    >>> column_of(pa.int32(), np.array([1, 2])).to_pylist()
    [1, 2]
    """
    values = np.ascontiguousarray(array, kind.to_pandas_dtype())
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])


def known_column(array: npt.NDArray[np.float64]) -> pa.Array:
    """Return real numbers as a column that is null where they are NaN.

    >>> known_column(np.array([1.5, np.nan])).to_pylist()
    [1.5, None]
    """
    unknown = np.isnan(array)
    if not unknown.any():
        return column_of(pa.float64(), array)
    known = pa.py_buffer(np.packbits(~unknown, bitorder="little"))
    return pa.Array.from_buffers(
        pa.float64(), len(array), [known, pa.py_buffer(np.ascontiguousarray(array))]
    )
