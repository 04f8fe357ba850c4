"""How leads end, by a task: rules that ask for it, and what their answers say."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.history.outcomes import OTHER, Rules, other_rules, rules_of
from leadline.model.task import TaskDocument
from leadline.scoring import Run
from leadline.sql.text import Sql, joined, name, sql_text

EVER = Sql("timestamp '2900-01-01'")
"""A moment after everything."""


@dataclass(frozen=True)
class Ends:
    """The rules that ask how leads end; answers are columns of a relation ``a``, see ``ask``.

    Attributes:
        rules: What is asked.
        is_timed: Whether it is known when the outcome came.
    """

    rules: Rules
    is_timed: bool

    @property
    def closed(self) -> Sql:
        """Whether the lead was closed by then."""
        fired = [sql_text("a.{r}", r=name(each)) for each in self._closing]
        return Sql(f"({joined(' or ', fired)})") if fired else Sql("false")

    @property
    def closed_at(self) -> Sql:
        """When the lead was closed."""
        return sql_text("least({times})", times=[self._at(each) for each in self._closing] or None)

    @property
    def won_at(self) -> Sql:
        """When the outcome came; null where that is not known."""
        return self._at("outcome") if self.is_timed else Sql("null::timestamp")

    @property
    def amount(self) -> Sql:
        """For how much the first outcome with an amount was."""
        return Sql("a.outcome_amount_points" if "outcome_amount" in self.rules else "null::double")

    @property
    def unknown(self) -> Sql:
        """Whether a field leaves open how, or when, the lead ended."""
        if not self.is_timed:
            return Sql("a.outcome_missing")
        return Sql("a.outcome_undated" if "outcome_undated" in self.rules else "false")

    @property
    def _closing(self) -> list[str]:
        timed = ("outcome",) if self.is_timed else ()
        return [each for each in (*timed, "closed", OTHER) if each in self.rules]

    def _at(self, rule: str) -> Sql:
        if f"{rule}_date" not in self.rules:
            return sql_text("a.{at}", at=name(f"{rule}_at"))
        age = name(f"{rule}_date_points")
        return sql_text("a.as_of - to_microseconds(round(a.{age} * 1e6)::bigint)", age=age)


def ends_of(run: Run, document: TaskDocument) -> Ends:
    """Return the rules that ask how leads of a task end. Raises InputError."""
    task = document.task
    rules = dict(rules_of(run, document, "outcome", task.outcome))
    if task.closed is not None:
        rules |= rules_of(run, document, "closed", task.closed)
    elif task.outcome.has_time:
        rules |= other_rules(run)
    return Ends(rules, task.outcome.has_time)
