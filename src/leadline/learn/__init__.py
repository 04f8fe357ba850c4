"""Outcomes to a model: bins, cards of points, log-odds, calibration, and the document of it."""
