"""Tables of points of other products to a model, one file a product."""

from leadline.importers.points.imported import SYSTEMS, Imported, read_points
from leadline.importers.points.parity import Parity, check_parity

__all__ = ["SYSTEMS", "Imported", "Parity", "check_parity", "read_points"]
