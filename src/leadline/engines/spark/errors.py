"""What Spark says when something fails, for a person: what it was, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from leadline.errors import EngineError, InputError, LeadlineError


class Failure(NamedTuple):
    """What errors with a mark in their text become."""

    mark: str
    remedy: str
    error: type[LeadlineError] = EngineError


_AGAIN = "Nothing was written; run it again."

FAILURES = (
    Failure(
        "TABLE_OR_VIEW_NOT_FOUND",
        "Check the name; it may need its catalog and schema, as in table:crm.events.",
        InputError,
    ),
    Failure("SCHEMA_NOT_FOUND", "Check the name of the schema.", InputError),
    Failure("PATH_NOT_FOUND", "Check the path; every worker must see it.", InputError),
    Failure("FileNotFoundException", "Every worker must see the file; nothing was written."),
    Failure("UNRESOLVED_COLUMN", "", InputError),
    Failure("PARSE_SYNTAX_ERROR", "Check the names of tables.", InputError),
    Failure("AccessControlException", "Ask the owner to grant it; nothing was written."),
    Failure("PERMISSION_DENIED", "Ask the owner to grant it; nothing was written."),
    Failure("INSUFFICIENT_PERMISSIONS", "Ask the owner to grant it; nothing was written."),
    Failure("No space left on device", "Free space on that disk; nothing was written."),
    Failure("OutOfMemoryError", "Give it more memory; nothing was written."),
    Failure("cancelled", "It was cancelled; nothing was written."),
    Failure("OPERATION_CANCELED", "It was cancelled; nothing was written."),
    Failure("Master removed our application", f"The connection was lost. {_AGAIN}"),
    Failure("All masters are unresponsive", f"The connection was lost. {_AGAIN}"),
    Failure("stopped SparkContext", f"The connection was lost. {_AGAIN}"),
    Failure("SparkContext was shut down", f"The connection was lost. {_AGAIN}"),
    Failure("has been shut down", f"The connection was lost. {_AGAIN}"),
    Failure("UNAVAILABLE", f"The connection was lost. {_AGAIN}"),
    Failure("INVALID_HANDLE", f"The connection was lost. {_AGAIN}"),
    Failure("Connection refused", f"The connection was lost. {_AGAIN}"),
    Failure("Answer from Java side is empty", f"The connection was lost. {_AGAIN}"),
    Failure("ExecutorLostFailure", f"Workers were lost. {_AGAIN}"),
    Failure("", ""),
)
"""The first that fits decides."""


@contextmanager
def own_errors() -> Iterator[None]:
    """Turn what Spark raises in a block into errors of our own."""
    try:
        yield
    except LeadlineError:
        raise
    except Exception as error:
        if not is_of_spark(error):
            raise
        raise translated(error) from error


def is_of_spark(error: BaseException) -> bool:
    """Say whether Spark, or what carries its calls, raised an error."""
    origin = type(error).__module__.partition(".")[0]
    return origin in {"pyspark", "py4j", "grpc"} or isinstance(error, ConnectionError)


def translated(error: BaseException) -> LeadlineError:
    """Return what an error of Spark means."""
    text = f"{type(error).__name__}: {error}"
    found = next(each for each in FAILURES if each.mark in text)
    return found.error(f"Spark: {said(str(error))}. {found.remedy}".rstrip())


def said(text: str) -> str:
    r"""Return the one line that says what happened.

    >>> said("[TABLE_OR_VIEW_NOT_FOUND] The table or view `x` cannot be found. Verify it.\n...")
    'The table or view `x` cannot be found'
    >>> said("An error occurred.\n: org.apache.spark.SparkException: Job aborted.\n\tat org")
    'Job aborted'
    >>> said('<_InactiveRpcError of RPC that terminated with:\n\tdetails = "Socket closed"\n>')
    'Socket closed'
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith("Caused by: ")]
    thrown = [line for line in lines if re.match(r": ([\w$]+\.)+[\w$]+: ", line)]
    told = re.findall(r'^details = "(.+?)"?$', "\n".join(lines), re.MULTILINE)
    line = (causes or thrown or told or lines[:1] or ["failed"])[-1]
    line = re.sub(r"^(Caused by: |: )?([\w$]+\.)+[\w$]+(Exception|Error): ", "", line)
    line = re.sub(r"\s*SQLSTATE: \w+", "", re.sub(r"^\[[A-Z_.]+\]\s*", "", line))
    return re.split(r"\.\s|\.$", line)[0].strip() or "failed"
