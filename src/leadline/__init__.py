"""leadline scores B2B leads and accounts, and says why to the last point."""

from leadline.errors import EngineError, FileError, InputError, LeadlineError, ModelError
from leadline.model.fingerprint import fingerprint
from leadline.model.reader import read
from leadline.model.writer import edit, write
from leadline.review.trial import Trial, trial
from leadline.scoring import Scored, score

__all__ = [
    "EngineError",
    "FileError",
    "InputError",
    "LeadlineError",
    "ModelError",
    "Scored",
    "Trial",
    "edit",
    "fingerprint",
    "read",
    "score",
    "trial",
    "write",
]
