"""What units weigh by their age."""

import numpy as np

from leadline.model.document import HalfLife, Linear, Steps
from leadline.scoring.arrays.weights import Weights, halved

DAY = 86_400_000_000
DECAYS = (
    None,
    HalfLife.model_validate({"half_life": "30d"}),
    Linear.model_validate({"linear": "10d"}),
    Steps.model_validate({"keep": 0.9, "every": "7d"}),
)


def test_half_remains_after_each_half_life_exactly() -> None:
    """However many there are, and also backwards; after very many nothing is left."""
    ages = np.array([0, 30, 300, 21_000, -60, 90_000, 10**7]) * DAY
    found = halved(ages, np.full(len(ages), 30 * DAY)).tolist()
    assert found == [1.0, 0.5, 2.0**-10, 2.0**-700, 4.0, 0.0, 0.0]


def test_units_of_many_rules_are_weighed_at_once() -> None:
    """Each by the decay of its own rule."""
    rule, days = np.array([0, 1, 2, 2, 3, 3]), np.array([15, 15, 5, 11, 6, 20])
    found = Weights.of(DECAYS).at(rule, days * DAY).tolist()
    assert found == [1.0, 2.0**-0.5, 0.5, 0.0, 1.0, 0.9**2]
