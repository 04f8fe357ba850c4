"""A model against what happened: ranking, calibration, and two models compared."""
