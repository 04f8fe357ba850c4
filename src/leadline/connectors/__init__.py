"""Other systems: one file a system, and what several of them share in packages of their own."""

from leadline.connectors.points.imported import SYSTEMS, Imported, read_points
from leadline.connectors.points.parity import Parity, check_parity

__all__ = ["SYSTEMS", "Imported", "Parity", "check_parity", "read_points"]
