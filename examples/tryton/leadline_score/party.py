"""Four fields of a party: leadline writes them, and people see them in the form."""

from trytond.model import fields
from trytond.pool import PoolMeta


class Party(metaclass=PoolMeta):
    """A party with its score, band and reasons."""

    __name__ = "party.party"

    leadline_score = fields.Float("Lead Score")
    leadline_band = fields.Char("Lead Band")
    leadline_reasons = fields.Text("Lead Reasons")
    leadline_scored_at = fields.DateTime("Lead Scored At")
