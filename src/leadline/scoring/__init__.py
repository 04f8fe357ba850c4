"""Score a model over tables: read, check, compute. Everything that scores goes through here."""

from leadline.model.given import read_model, refuse
from leadline.model.moments import moment
from leadline.scoring.run import Run
from leadline.scoring.scored import Scored, score
from leadline.scoring.scorer import Scorer

__all__ = ["Run", "Scored", "Scorer", "moment", "read_model", "refuse", "score"]
