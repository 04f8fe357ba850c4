"""leadline scores B2B leads and accounts, and says why to the last point."""

from leadline.errors import EngineError, FileError, InputError, LeadlineError, ModelError
from leadline.inspection.inspect import inspect
from leadline.inspection.report import Inspection
from leadline.model.fingerprint import fingerprint
from leadline.model.reading.reader import read
from leadline.model.reading.writer import edit, write
from leadline.review.trial.trial import Trial, trial
from leadline.scoring import Scored, score

__all__ = [
    "EngineError",
    "FileError",
    "InputError",
    "Inspection",
    "LeadlineError",
    "ModelError",
    "Scored",
    "Trial",
    "edit",
    "fingerprint",
    "inspect",
    "read",
    "score",
    "trial",
    "write",
]
