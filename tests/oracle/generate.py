"""Random models with small tables that hit the edges, the same for the same seed."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from oracle.expressions import FUNCTIONS, functions, names, seconds, written
from oracle.scoring import Row, expressions_of, ladders_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

COLUMNS: dict[str, dict[str, str]] = {
    "leads": {
        "lead_id": "text",
        "account_id": "text",
        "email": "text",
        "created_at": "time",
        "seniority": "text",
        "Lead Source": "text",
        "seats": "number",
        "partner": "boolean",
        "trial_ends": "time",
        "recorded_at": "time",
        "k": "text",
    },
    "accounts": {
        "account_id": "text",
        "domain": "text",
        "created_at": "time",
        "industry": "text",
        "employees": "number",
        "target": "boolean",
        "renews": "time",
        "recorded_at": "time",
        "in_spine": "boolean",
    },
    "events": {
        "event_id": "text",
        "lead_id": "text",
        "account_id": "text",
        "type": "text",
        "occurred_at": "time",
        "recorded_at": "time",
        "path": "text",
        "minutes": "number",
        "asset": "text",
        "vip": "boolean",
        "due": "time",
        "rule": "number",
        "within": "text",
    },
    "outcomes": {
        "outcome_id": "text",
        "lead_id": "text",
        "account_id": "text",
        "outcome": "text",
        "occurred_at": "time",
        "recorded_at": "time",
        "amount": "number",
        "reason": "text",
    },
    "previous": {"lead_id": "text", "ladder": "text", "band": "text", "edge_band": "text"},
    "previous_accounts": {
        "account_id": "text",
        "ladder": "text",
        "band": "text",
        "edge_band": "text",
    },
    "field_history": {
        "entity": "text",
        "id": "text",
        "field": "text",
        "value": "text",
        "valid_from": "time",
        "recorded_at": "time",
    },
    "lead_merges": {"from_id": "text", "into_id": "text", "recorded_at": "time"},
    "event_marks": {"event_id": "text", "mark": "text", "recorded_at": "time"},
}
PROPERTIES = {
    "leads": ("seniority", "Lead Source", "seats", "partner", "trial_ends", "k"),
    "accounts": ("industry", "employees", "target", "renews", "in_spine"),
    "events": ("path", "minutes", "asset", "vip", "due", "rule", "within"),
    "outcomes": ("amount", "reason"),
}
VALUES: dict[str, Sequence[Any]] = {
    "email": ("a@x.example", "B@X.example", "ż@y.example"),
    "domain": ("x.example", "Y.example"),
    "seniority": ("vp", "VP", "manager", "4", "Ärztin"),
    "Lead Source": ("web", "Web", "fair_26", "100%", "it's"),
    "seats": (-3, 0, 1, 2.5, 7, 40),
    "partner": (True, False),
    "industry": ("software", "Software", "Łódź", "finance"),
    "employees": (0, 10, 200, 200.5, 5000),
    "target": (True, False),
    "path": ("/pricing", "/pricing/eu", "/PRICING", "/docs", "/docs_x", "日本"),
    "minutes": (-2, 0, 0.1, 1, 6, 7.5, 30, 45, 90),
    "asset": ("guide", "Guide", "live", "ü"),
    "vip": (True, False),
    "rule": (-0.0, 0, 1, 2, 3),
    "within": ("x", "X", ""),
    "k": ("l1", "x", ""),
    "in_spine": (True, False),
    "amount": (0, 100, 250.5, 900),
    "reason": ("price", "Price", "no budget", "日本"),
}
NEVER_NULL = {
    "leads": {"lead_id"},
    "accounts": {"account_id"},
    "events": {"event_id", "type"},
    "outcomes": {"outcome"},
    "previous": {"lead_id", "band"},
    "previous_accounts": {"account_id", "band"},
    "field_history": {"entity", "id", "field", "valid_from"},
    "lead_merges": {"from_id", "recorded_at"},
    "event_marks": {"event_id", "recorded_at"},
}
TEXT_FIELDS = ("seniority", "Lead Source", "industry", "path", "asset", "reason", "email")
UNREADABLE = ("n/a", "soon", "NaN")
SCORES = ("person", "company", "trial", "k", "in_spine", "merged_away", "points")
"""Some are words that the product's own statement may use."""
PATTERNS = ("/pricing%", "/docs_x", "%o%", "_eb", "%R%", "vp", "%", "日_", "100%", "soft%", "guide")

LEADS = ("l1", "l2", "l10", "L3", "ł4", "l5", "l6", "l60", "L7", "l8", "l9", "日")
ACCOUNTS = ("a1", "A2", "ä3", "a10")
GHOST_LEAD, GHOST_ACCOUNT = "l-gone", "a-gone"
TYPES = ("page_viewed", "email_sent", "form_submitted", "demo_requested", "webinar_attended")
OUTCOMES = ("rejected", "recycled", "won")
DURATIONS = ("90s", "15m", "36h", "1d", "3d", "7d", "2w", "30d")
ZONES = ("Europe/Warsaw", "Europe/Warsaw", "Asia/Shanghai", "America/New_York", "Asia/Kathmandu")
ANCHORS = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # clocks go forward in Warsaw
    datetime(2026, 10, 25, 1, tzinfo=UTC),  # and back
    datetime(2024, 2, 29, 12, tzinfo=UTC),
    datetime(2026, 11, 1, 12, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
)
TICK = timedelta(microseconds=1)
POINTS = (-25, -10, -5, -0.125, 0, 0.125, 1, 1.0000005, 2.5, 3, 5, 7.5, 10, 12.345, 15, 20, 0.005)
TABLE_KINDS = ("text", "number", "number", "boolean")
BANDS = ("discard", "nurture", "follow_up", "sales")
LADDERS = ("cloud", "edge", "chip")
STOOD = ("band", "edge_band")
STOOD_BEFORE = ("previous", "previous_accounts")
CODES = (("D", "C", "B", "A"), (4, 3, 2, 1))
ROLLUPS = (
    "sum",
    "max",
    "mean",
    "count_over 0",
    "count_over 10",
    "count_over 2.5",
    "top 1",
    "top 2",
)


@dataclass(frozen=True)
class Case:
    """A model, tables with typed values, and the moments to score."""

    document: Row
    tables: dict[str, list[Row]]
    spine: list[tuple[str, datetime]]


def case(seed: int) -> Case:
    """Return the case of a seed."""
    dice = Dice(seed)
    world = World(dice)
    document = Model(dice, world).document()
    tables = Tables(dice, world, document).tables()
    declare(dice, document, tables)
    return Case(document, tables, world.spine)


class Dice(random.Random):
    """Random choices as the rest of this page reads them."""

    def chance(self, probability: float) -> bool:
        """Return true so often."""
        return self.random() < probability

    def some(self, pool: Sequence[Any], least: int, most: int) -> list[Any]:
        """Return between `least` and `most` different ones of a pool."""
        return self.sample(pool, self.randint(least, min(most, len(pool))))

    def shuffled(self, pool: Iterable[Any]) -> list[Any]:
        """Return a pool in another order."""
        found = list(pool)
        self.shuffle(found)
        return found


class World:
    """Who there is, and the times at which anything happens: few, so that they often coincide."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.leads = dice.some(LEADS, 3, 12)
        self.accounts = dice.some(ACCOUNTS, 0, 4)
        self.types = dice.some(TYPES, 2, 3)
        self.durations = dice.some(DURATIONS, 2, 3)
        self.zone = dice.choice(ZONES) if dice.chance(0.6) else None
        self.moments = self.chosen_moments()
        self.times = [self.time() for _ in range(dice.randint(6, 16))]
        self.spine = self.chosen_spine()

    def chosen_moments(self) -> list[datetime]:
        """Return one to four moments, some of them a duration apart."""
        last = self.dice.choice(ANCHORS) + timedelta(hours=self.dice.randint(-30, 60))
        spans = [timedelta(seconds=seconds(text)) for text in self.durations]
        spans += [TICK, timedelta(hours=5), timedelta(days=2)]
        moments = [last]
        for _ in range(self.dice.choice((0, 0, 1, 2, 3, 3))):
            moments.append(moments[-1] - self.dice.choice(spans))
        return moments

    def chosen_spine(self) -> list[tuple[str, datetime]]:
        """Return most leads at most moments, at times one that is not in leads."""
        scored = [*self.leads, *([GHOST_LEAD] if self.dice.chance(0.3) else [])]
        pairs = [(lead, moment) for lead in scored for moment in self.moments]
        kept = [pair for pair in pairs if self.dice.chance(0.85)]
        return self.dice.shuffled(kept or pairs)

    def time(self) -> datetime:
        """Return a time at an edge of some moment: itself, an exact age, a midnight."""
        dice, moment = self.dice, self.dice.choice(self.moments)
        span = timedelta(seconds=seconds(dice.choice(self.durations)))
        tick = dice.choice((-TICK, 0 * TICK, 0 * TICK, TICK))
        zone = ZoneInfo(self.zone or "UTC") if dice.chance(0.7) else UTC
        date = moment.astimezone(zone).date() - timedelta(days=dice.randint(0, 3))
        edges = (
            moment,
            moment + tick,
            moment - span + tick,
            moment - span * dice.randint(1, 4),
            datetime.combine(date, clock(), zone).astimezone(UTC) + tick,
            datetime.combine(date, clock(), zone).astimezone(UTC) + tick,
            moment - timedelta(hours=dice.randint(0, 60)),
            moment - timedelta(hours=dice.randint(0, 900)),
            moment + timedelta(hours=dice.choice((1, 30))),
        )
        return dice.choice(edges)


# --- Expressions ---------------------------------------------------------------------------------


@dataclass
class Names:
    """The names that an expression may use, by type; `times` for which `age` may be asked."""

    text: list[str] = field(default_factory=list)
    number: list[str] = field(default_factory=list)
    boolean: list[str] = field(default_factory=list)
    time: list[str] = field(default_factory=list)
    spans: list[str] = field(default_factory=list)
    aged: bool = True

    def add(self, prefix: str, table: str, columns: Iterable[str]) -> Names:
        """Add columns of a table."""
        for column in columns:
            name = f'"{column}"' if " " in column else column
            getattr(self, COLUMNS[table][column]).append(f"{prefix}{name}")
        return self

    def everything(self) -> list[str]:
        """Return the names of every type."""
        return [*self.text, *self.number, *self.boolean, *self.time]


class Expressions:
    """Random expressions of a wanted type over some names."""

    def __init__(self, dice: Dice, names: Names, durations: Sequence[str]) -> None:
        self.dice, self.names, self.durations = dice, names, durations
        self.spans = [*names.spans, *(f"age({name})" for name in names.time if names.aged)]

    def condition(self, depth: int = 2) -> str:
        """Return an expression that is true, false or null."""
        if depth and self.dice.chance(0.35):
            return self.joined(depth - 1)
        kinds: list[Callable[[int], str]] = [self.compared_number, self.compared_number]
        if self.names.text:
            kinds += [self.compared_text, self.compared_text, self.fitting]
        if self.names.boolean:
            kinds += [self.truth, self.truth]
        if self.names.time:
            kinds += [self.compared_time]
        if self.spans:
            kinds += [self.compared_span, self.compared_span]
        if self.names.everything():
            kinds += [self.nullness]
        return self.dice.choice(kinds)(max(0, depth - 1))

    def joined(self, depth: int) -> str:
        """Return conditions joined by `and`, `or` and `not`."""
        left, right = self.condition(depth), self.condition(depth)
        if self.dice.chance(0.04):
            right = self.dice.choice(("true", "false", "null"))
        forms = (f"{left} and {right}", f"({left} or {right})", f"not ({left})")
        return self.dice.choice((*forms, f"{left} or {right} and not {left}"))

    def compared_number(self, depth: int) -> str:
        """Return a comparison of numbers."""
        dice, number = self.dice, self.number(depth)
        if dice.chance(0.2):
            return f"{number} {dice.choice(('', 'not '))}between {dice.choice((0, 1, 2.5))} and 45"
        if dice.chance(0.15):
            return f"{number} {dice.choice(('', 'not '))}in (0, 1, 7.5, 200)"
        sign = dice.choice(("=", "<>", "!=", "<", "<=", ">", ">=", ">", ">="))
        return f"{number} {sign} {dice.choice((0, 1, 1, 2.5, 7, self.number(0)))}"

    def compared_span(self, _: int) -> str:
        """Return a comparison of an age with a duration."""
        sign = self.dice.choice(("<", "<=", ">", ">="))
        return f"{self.dice.choice(self.spans)} {sign} {self.dice.choice(self.durations)}"

    def compared_text(self, depth: int) -> str:
        """Return a comparison of texts."""
        dice, text = self.dice, self.text(depth)
        literals = [self.literal() for _ in range(3)]
        if dice.chance(0.3):
            return f"{text} {dice.choice(('in', 'in', 'not in'))} ({', '.join(literals)})"
        return f"{text} {dice.choice(('=', '=', '<>', '<', '>='))} {literals[0]}"

    def fitting(self, depth: int) -> str:
        """Return a text and the pattern it may fit."""
        like = self.dice.choice(("like", "like", "ilike", "not like"))
        return f"{self.text(depth)} {like} {quoted(self.dice.choice(PATTERNS))}"

    def truth(self, _: int) -> str:
        """Return a boolean column, or what it is compared with."""
        name = self.dice.choice(self.names.boolean)
        return self.dice.choice((name, name, f"not {name}", f"{name} = true", f"{name} <> true"))

    def compared_time(self, _: int) -> str:
        """Return a comparison of two times."""
        left, right = self.dice.choice(self.names.time), self.dice.choice(self.names.time)
        return f"{left} {self.dice.choice(('<', '<=', '=', '>'))} {right}"

    def nullness(self, _: int) -> str:
        """Return a test for null."""
        return (
            f"{self.dice.choice(self.names.everything())} is {self.dice.choice(('', 'not '))}null"
        )

    def number(self, depth: int = 2) -> str:
        """Return an expression that is a number of moderate size or null."""
        dice = self.dice
        if not depth or dice.chance(0.3):
            return self.plain_number()
        one, other = self.number(depth - 1), self.number(depth - 1)
        factor = dice.choice((0.5, 2, 3, 0.1))
        forms = [
            f"{one} + {other}",
            f"{one} - ({other})",
            f"{factor} * ({one})",
            f"({one}) / {dice.choice((6, 4, 0, 2.5))}",
            f"({one}) / {self.plain_number()}",
            f"least({one}, {other})",
            f"greatest({one}, {other}, 0)",
            f"coalesce({one}, {other})",
            f"abs({one})",
            f"-({one})",
            f"case when {self.condition(0)} then {one} else {other} end",
            f"case when {self.condition(0)} then {one} end",
        ]
        if self.names.text:
            forms.append(f"length({self.text(0)})")
        return dice.choice(forms)

    def plain_number(self) -> str:
        """Return a number, a column or an age in days."""
        dice = self.dice
        if self.spans and dice.chance(0.25):
            return f"{dice.choice(self.spans)} / 1d"
        if self.names.number and dice.chance(0.8):
            return str(dice.choice(self.names.number))
        return str(dice.choice((0, 1, 2.5, 10)))

    def text(self, depth: int = 1) -> str:
        """Return an expression that is a text or null."""
        name = str(self.dice.choice(self.names.text))
        if not depth or self.dice.chance(0.6):
            return name
        return self.dice.choice((f"lower({name})", f"upper({name})", f"coalesce({name}, 'vp')"))

    def literal(self) -> str:
        """Return a text in quotes that some column may have."""
        return quoted(self.dice.choice(VALUES[self.dice.choice(TEXT_FIELDS)]))


def quoted(text: str) -> str:
    """Return a text as it is written in an expression."""
    return "'" + text.replace("'", "''") + "'"


# --- Models --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Detector:
    """A rule whose count a condition may read."""

    score: str
    rule: str
    account: bool
    silent: bool


class Model:
    """A random document that is without error; three in ten are small, to be read with ease."""

    def __init__(self, dice: Dice, world: World) -> None:
        self.dice, self.world = dice, world
        self.scores: dict[str, Row] = {}
        self.detectors: list[Detector] = []
        self.small = dice.chance(0.3)

    def document(self) -> Row:
        """Return the whole document, its scores in any order."""
        self.add_rule_scores()
        self.add_attribute_rules()
        if not self.small:
            self.add_computed_scores()
        found: Row = {"leadline": 1, "model": "żółty"}
        if self.world.zone:
            found["time_zone"] = self.world.zone
        if self.dice.chance(0.6):
            found["passive"] = self.dice.some(self.world.types, 1, 2)
        found["scores"] = {name: self.scores[name] for name in self.dice.shuffled(self.scores)}
        return found | Ranking(self.dice, self).parts()

    # Names

    def expressions(self, *, account: bool, columns: str = "", where: bool = False) -> Expressions:
        """Return expressions over fields, and the columns of events or outcomes if any."""
        known = Names(aged=not where)
        fields_wanted = not columns or self.dice.chance(0.5)
        if columns:
            known.add("", columns, PROPERTIES[columns])
        if fields_wanted:
            self.add_fields(known, account=account)
        return Expressions(self.dice, known, self.world.durations)

    def add_fields(self, known: Names, *, account: bool) -> None:
        """Add the fields of the account, and of the lead unless only the account is read."""
        known.add("account.", "accounts", (*PROPERTIES["accounts"], "created_at"))
        known.spans.append(f"since.account.{self.dice.choice(('industry', 'employees'))}")
        if not account:
            known.add("lead.", "leads", (*PROPERTIES["leads"], "created_at"))
            known.spans.append(f"since.lead.{self.dice.choice(('seats', 'k', 'partner'))}")
            if self.dice.chance(0.1):
                known.add("lead.", "leads", ["account_id"])

    def over_rules(self, *, account: bool, scores: Iterable[str] = ()) -> Expressions:
        """Return expressions over fields, counts of rules and scores."""
        found = self.expressions(account=account)
        for one in self.detectors:
            if one.account or not account:
                found.names.number += [f"hits.{self.path(one)}"] * 2
                if not one.silent or self.dice.chance(0.2):
                    found.spans.append(f"last.{self.path(one)}")
        found.names.number += [*scores] * 3
        return found

    def path(self, detector: Detector) -> str:
        """Return how a rule is named in a condition."""
        repeated = sum(one.rule == detector.rule for one in self.detectors) > 1
        if repeated or self.dice.chance(0.2):
            return f"{detector.score}.{detector.rule}"
        return detector.rule

    def account_scores(self) -> list[str]:
        """Return the scores of the account so far."""
        return [name for name, spec in self.scores.items() if spec.get("of") == "account"]

    # Scores

    def add_rule_scores(self) -> None:
        """Add the scores that have rules, with those rules that count something."""
        dice = self.dice
        most = 1 if self.small else 2
        for name in dice.some(SCORES, 1, most):
            self.add_rule_score(name, account=False)
        if self.small:
            return
        if dice.chance(0.5):
            self.add_rule_score("surge", account=True)
        if dice.chance(0.25):
            account = dice.chance(0.2)
            spec: Row = {"link": "logistic", "rules": self.logistic_rules(account=account)}
            self.scores["likely"] = self.for_some({"of": "account", **spec} if account else spec)

    def add_rule_score(self, name: str, *, account: bool) -> None:
        """Add a score with its event, outcome and silence rules."""
        dice = self.dice
        spec: Row = {"of": "account"} if account else {}
        self.for_some(spec)
        if dice.chance(0.45):
            spec["range"] = dice.choice(([0, 20], [-10, 40], [0, 100], [5, 30.5]))
        if dice.chance(0.4):
            spec["decay"] = self.decay()
        if dice.chance(0.3):
            spec["reset_on"] = dice.some(OUTCOMES, 1, 2)
        kinds = dice.choices(
            (self.event_rule, self.outcome_rule, self.silence_rule), (6, 2, 2), k=4
        )
        rules = {}
        for place, kind in enumerate(kinds[: dice.randint(1, 2 if self.small else 4)]):
            rule = "page" if dice.chance(0.15) and "page" not in rules else f"{name}_{place}"
            rules[rule] = kind(account=account)
            silent = "silent_for" in rules[rule]
            self.detectors.append(Detector(name, rule, account, silent))
        self.scores[name] = {**spec, "rules": rules}

    def for_some(self, spec: Row) -> Row:
        """Give a score a `for` at times."""
        if self.dice.chance(0.25):
            spec["for"] = self.expressions(account=spec.get("of") == "account").condition(1)
        return spec

    def add_attribute_rules(self) -> None:
        """Add attribute rules, put the rules in any order, and give their groups limits."""
        dice = self.dice
        for name, spec in self.scores.items():
            if "link" in spec:
                continue
            account = spec.get("of") == "account"
            for place in range(dice.randint(0, 1 if self.small else 3)):
                kind = dice.choice((self.when_rule, self.of_rule))
                spec["rules"][f"{name}_fact_{place}"] = kind(account=account)
            spec["rules"] = {rule: spec["rules"][rule] for rule in dice.shuffled(spec["rules"])}
            self.add_groups(spec)

    def add_groups(self, spec: Row) -> None:
        """Put some rules of a score in groups, most of them with a limit."""
        dice = self.dice
        if not dice.chance(0.4):
            return
        for rule in dice.some(list(spec["rules"]), 1, 4):
            spec["rules"][rule]["group"] = dice.choice(("mail", "mail", "web"))
        groups = sorted({rule["group"] for rule in spec["rules"].values() if "group" in rule})
        limits = {group: dice.choice((2.5, 6, 15)) for group in groups if dice.chance(0.8)}
        if limits:
            spec["limits"] = limits

    def add_computed_scores(self) -> None:
        """Add rollups and formulas over the scores so far."""
        dice = self.dice
        if dice.chance(0.25):
            self.add_formula("blend", account=False)
        for name in dice.some(("crowd", "best"), 0, 2):
            lead_level = [one for one, spec in self.scores.items() if "of" not in spec]
            partial = [one for one in lead_level if "for" in self.scores[one]]
            rolled = dice.choice((*lead_level, *partial))
            spec = {"of": "account", "rollup": rolled, "by": dice.choice(ROLLUPS)}
            self.scores[name] = self.ranged(self.for_some(spec))
        if self.account_scores() and dice.chance(0.35):
            self.add_formula("house", account=True)
        if dice.chance(0.5):
            self.add_window()
        if dice.chance(0.6):
            self.add_formula("profile", account=False)

    def add_formula(self, name: str, *, account: bool) -> None:
        """Add a score by formula over those that it may read."""
        dice = self.dice
        readable = self.account_scores() if account else list(self.scores)
        sums = " + ".join(dice.some(readable, 1, 3))
        over = self.over_rules(account=account, scores=readable)
        formula = sums if dice.chance(0.5) else over.number()
        spec: Row = {"of": "account"} if account else {}
        self.scores[name] = self.ranged(self.for_some({**spec, "formula": formula}))

    def add_window(self) -> None:
        """Add a score that is null until a lead has a certain age."""
        score = next(name for name, spec in self.scores.items() if "rules" in spec)
        age = self.dice.choice(("lead.created_at", "lead.trial_ends", "account.renews"))
        old = f"age({age}) >= {self.dice.choice((0, *self.world.durations))}"
        self.scores["window"] = {"formula": f"case when {old} then {score} end"}

    def ranged(self, spec: Row) -> Row:
        """Give a score a range at times."""
        if self.dice.chance(0.35):
            spec["range"] = self.dice.choice(([0, 15], [-5, 25.5], [3, 60]))
        return spec

    # Rules

    def points(self, expressions: Expressions, formula: float) -> Any:
        """Return points, so often as a formula."""
        if self.dice.chance(formula):
            return expressions.number()
        return self.dice.choice(POINTS)

    def event_rule(self, *, account: bool) -> Row:
        """Return a rule over events."""
        dice = self.dice
        types = self.world.types
        kinds = dice.choice(types) if dice.chance(0.7) else dice.some(types, 1, 2)
        return self.counting({"event": kinds}, "events", account=account)

    def outcome_rule(self, *, account: bool) -> Row:
        """Return a rule over outcomes."""
        dice = self.dice
        kinds = dice.choice(OUTCOMES) if dice.chance(0.7) else dice.some(OUTCOMES, 2, 3)
        return self.counting({"outcome": kinds}, "outcomes", account=account)

    def counting(self, rule: Row, table: str, *, account: bool) -> Row:
        """Complete a rule over events or outcomes."""
        dice, world = self.dice, self.world
        if dice.chance(0.35):
            where = self.expressions(account=account, columns=table, where=True)
            rule["where"] = where.condition(1)
        rule["points"] = self.points(self.expressions(account=account, columns=table), 0.4)
        self.add_units(rule, table)
        if dice.chance(0.2):
            rule["at_most"] = dice.randint(1, 3)
        if dice.chance(0.2):
            rule["at_least"] = dice.randint(1, 3)
            if dice.chance(0.4):
                rule["in"] = dice.choice(PROPERTIES[table])
        if dice.chance(0.3):
            rule["within"] = dice.choice(world.durations)
        if dice.chance(0.4):
            rule["decay"] = self.decay()
        if dice.chance(0.25):
            rule |= {"by": dice.choice(PROPERTIES[table]), "limit_each": dice.choice((2.5, 6, 10))}
        if dice.chance(0.25):
            rule["limit"] = dice.choice((0.5, 4, 12.5, 30))
        return rule

    def add_units(self, rule: Row, table: str) -> None:
        """Give a rule a `count`, and a `pick` where there is something to pick from."""
        dice = self.dice
        column = dice.choice(PROPERTIES[table])
        count = dice.choice(
            ("", "", "each", "daily", "daily", f"per {column}", f"per {column}", "once", "once")
        )
        if count:
            rule["count"] = count
        if count not in {"", "each"} and dice.chance(0.7):
            rule["pick"] = dice.choice(("latest", "first", "highest", "highest"))

    def decay(self) -> Any:
        """Return one of the decays."""
        duration = self.dice.choice(self.world.durations)
        keep = {"keep": self.dice.choice((0.5, 0.5, 0.9)), "every": duration}
        return self.dice.choice(("none", {"half_life": duration}, {"linear": duration}, keep))

    def silence_rule(self, *, account: bool) -> Row:
        """Return a rule over silence."""
        dice = self.dice
        rule: Row = {"silent_for": dice.choice(self.world.durations)}
        if dice.chance(0.45):
            types = self.world.types
            rule["event"] = dice.choice(types) if dice.chance(0.7) else dice.some(types, 1, 2)
        if dice.chance(0.3):
            where = self.expressions(account=account, columns="events", where=True)
            rule["where"] = where.condition(1)
        rule["points"] = self.points(self.expressions(account=account), 0.25)
        if dice.chance(0.4):
            rule["every"] = dice.choice(self.world.durations)
        if dice.chance(0.3):
            rule["limit"] = dice.choice((4, 12.5, 30))
        return rule

    def when_rule(self, *, account: bool) -> Row:
        """Return a rule with a condition."""
        over = self.over_rules(account=account)
        return {"when": over.condition(), "points": self.points(over, 0.3)}

    def of_rule(self, *, account: bool) -> Row:
        """Return a rule that looks a value up."""
        return self.looked_up(self.over_rules(account=account), POINTS)

    def looked_up(self, over: Expressions, points: Sequence[float]) -> Row:
        """Return a value and the table of its points."""
        kind = self.dice.choice(TABLE_KINDS)
        return {"of": self.of(kind, over), **self.table(kind, points)}

    def of(self, kind: str, over: Expressions) -> str:
        """Return an expression of a type."""
        if kind == "text":
            return over.text()
        return over.number() if kind == "number" else self.dice.choice(over.names.boolean)

    def table(self, kind: str, points: Sequence[Any]) -> Row:
        """Return the points of the values of one type."""
        dice = self.dice
        keys = {
            "text": ("vp", "VP", 4, "manager", "software", "Łódź", "web"),
            "number": (0, 1, 2.5, 7, 200),
            "boolean": (True, False),
        }[kind]
        if kind == "number" and dice.chance(0.6):
            edges = sorted(dice.some((-3, 0, 1, 2.5, 7, 200, 200.5), 1, 4))
            found: Row = {"bins": {edge: dice.choice(points) for edge in edges}}
        else:
            found = {"values": {key: dice.choice(points) for key in dice.some(keys, 1, 4)}}
        if dice.chance(0.4):
            found["other"] = dice.choice(points)
        if dice.chance(0.4):
            found["missing"] = dice.choice(points)
        return found

    def logistic_rules(self, *, account: bool) -> Row:
        """Return the rules of a predicted probability, in log-odds."""
        dice, over = self.dice, self.expressions(account=account)
        log_odds = (-1.5, -0.25, 0, 0.7, 0.1234565, 2)
        rules: Row = {"base": {"points": dice.choice((-2.5, -1, 0.4))}}
        rules["one"] = self.looked_up(over, log_odds)
        if dice.chance(0.6):
            rules["two"] = self.two_fields(over, log_odds)
        if dice.chance(0.5):
            rules["known"] = {"when": over.condition(1), "points": dice.choice(log_odds)}
        if dice.chance(0.5):
            event = {"event": dice.choice(self.world.types), "points": 0.3, "count": "daily"}
            rules["active"] = event
            self.detectors.append(Detector("likely", "active", account, silent=False))
        return {rule: rules[rule] for rule in dice.shuffled(rules)}

    def two_fields(self, over: Expressions, points: Sequence[float]) -> Row:
        """Return a table whose entries may be tables of a second value."""
        one, two = self.dice.choice(TABLE_KINDS), self.dice.choice(TABLE_KINDS)
        outer = self.table(one, points)
        for entries in (outer["bins" if "bins" in outer else "values"], outer):
            for key, entry in entries.items():
                if not isinstance(entry, dict) and self.dice.chance(0.6):
                    entries[key] = self.table(two, points)
        return {"of": [self.of(one, over), self.of(two, over)], **outer}


class Ranking:
    """The grades, bands and overrides of a model."""

    def __init__(self, dice: Dice, model: Model) -> None:
        self.dice, self.model = dice, model
        self.grades = {name: self.graded() for name in dice.some(("fit", "zeal", "worth"), 0, 3)}
        self.scores = list(model.scores)
        self.moving = [one for one in self.scores if "rules" in model.scores[one]]
        self.moving += [one for one in self.scores if one == "window"] * 6

    def parts(self) -> Row:
        """Return the parts of the document that follow its scores."""
        found: Row = {"grades": self.grades} if self.grades else {}
        if self.dice.chance(0.1):
            return found
        found["bands"] = self.bands()
        if self.dice.chance(0.6):
            found["overrides"] = self.overrides(ladders_of(found))
        return found

    def graded(self) -> Row:
        """Return a score and the edges of its grades."""
        codes = self.dice.choice(CODES)[-self.dice.randint(2, 4) :]
        return {"by": self.dice.choice(list(self.model.scores)), "edges": self.edges(codes)}

    def edges(self, codes: Sequence[Any]) -> Row:
        """Return ascending edges."""
        pool = (-10, 0, 1, 2.5, 5, 7.5, 10, 12.5, 20)
        numbers = sorted(self.dice.sample(pool, len(codes)))
        return dict(zip(codes, numbers, strict=True))

    def bands(self) -> Row:
        """Return one ladder or several."""
        if self.dice.chance(0.4):
            return {name: self.ladder() for name in self.dice.some(LADDERS, 2, 3)}
        return self.ladder()

    def ladder(self) -> Row:
        """Return a ladder of leads or of accounts."""
        if self.model.account_scores() and self.dice.chance(0.35):
            return {"of": "account", **self.rungs(account=True)}
        return self.rungs(account=False)

    def rungs(self, *, account: bool) -> Row:
        """Return bands over a score, or over the cells of grades."""
        scores = self.model.account_scores() if account else self.scores + self.moving * 2
        grades = [name for name, each in self.grades.items() if each["by"] in scores]
        if len(grades) > 1 and self.dice.chance(0.9 if account else 0.5):
            return self.cells(grades, account=account)
        dice = self.dice
        bands = [band for band in BANDS if dice.chance(0.75)] or ["nurture"]
        edges = self.edges(bands)
        found: Row = {"by": dice.choice(scores), "edges": edges}
        if len(bands) > 1 and dice.chance(0.7):
            found["leave"] = self.leave(edges)
        if len(bands) > 1 and dice.chance(0.5):
            chosen = dice.some(bands[1:], 1, 3)
            found["require"] = {band: self.condition(account=account) for band in chosen}
        return found

    def leave(self, edges: Row) -> Row:
        """Return lower edges, not below the edge of the band beneath."""
        pairs = list(pairwise(edges.items()))
        chosen = self.dice.some(pairs, 1, 2)
        return {
            band: self.dice.choice((low, (low + edge) / 2)) for (_, low), (band, edge) in chosen
        }

    def cells(self, grades: Sequence[str], *, account: bool) -> Row:
        """Return a ladder over two grades or three."""
        dice = self.dice
        by = dice.some(grades, 2, 3)
        joined = [""]
        for name in by:
            joined = [f"{cell}{code}" for cell in joined for code in self.grades[name]["edges"]]
        cells: dict[str, list[str]] = {}
        for cell in dice.some(joined, 2, 6):
            cells.setdefault(dice.choice(("hot", "warm")), []).append(cell)
        found: Row = {"by": by, "cells": cells, "default": "nurture"}
        if dice.chance(0.3):
            found["require"] = {dice.choice(list(cells)): self.condition(account=account)}
        return found

    def overrides(self, ladders: Mapping[str, Any]) -> Row:
        """Return one to three overrides, some for one ladder of several."""
        found: Row = {}
        for name in self.dice.some(("rival", "auto", "held"), 1, 3):
            decided = list(ladders)
            if "band" not in ladders and self.dice.chance(0.6):
                decided = [self.dice.choice(decided)]
            account = any("of" in ladders[each] for each in decided)
            band = self.dice.choice(("excluded", *BANDS))
            found[name] = {"when": self.condition(account=account), "band": band}
            if len(decided) < len(ladders):
                found[name]["in"] = decided[0]
        return found

    def condition(self, *, account: bool) -> str:
        """Return a condition over scores, counts of rules and fields."""
        scores = self.model.account_scores() if account else self.scores
        return self.model.over_rules(account=account, scores=scores).condition(1)


# --- Tables --------------------------------------------------------------------------------------


class Tables:
    """Random tables for a model, with nulls and ties in every place that allows them."""

    def __init__(self, dice: Dice, world: World, document: Row) -> None:
        self.dice, self.world, self.document = dice, world, document
        self.favourites = dice.some(world.leads, 1, 3)

    def tables(self) -> dict[str, list[Row]]:
        """Return every table, rows in any order."""
        found = {
            "leads": [self.lead(lead) for lead in self.world.leads],
            "accounts": [self.account(account) for account in self.world.accounts],
            "events": self.events(),
            "outcomes": self.outcomes(),
        }
        if self.dice.chance(0.5):
            found["previous"] = self.previous("lead", self.world.leads)
        if self.dice.chance(0.5):
            found["previous_accounts"] = self.previous("account", self.world.accounts)
        if self.dice.chance(0.35):
            found["field_history"] = self.field_history()
        if self.dice.chance(0.35):
            found["lead_merges"] = self.lead_merges()
        if self.dice.chance(0.3):
            found["event_marks"] = self.event_marks(found["events"])
        if self.dice.chance(0.06):
            del found["events"]
        return {name: self.dice.shuffled(rows) for name, rows in found.items()}

    def time(self) -> datetime:
        """Return one of the times of this world."""
        return self.dice.choice(self.world.times)

    def value(self, table: str, column: str) -> Any:
        """Return a value of a column, at times null."""
        if self.dice.chance(0.2):
            return None
        return self.time() if COLUMNS[table][column] == "time" else self.dice.choice(VALUES[column])

    def properties(self, table: str) -> Row:
        """Return a value of each property of a table."""
        return {column: self.value(table, column) for column in PROPERTIES[table]}

    def lead(self, lead: str) -> Row:
        """Return a lead, of an account, of one that is not in accounts, or of none."""
        account = self.dice.choice((*self.world.accounts * 3, GHOST_ACCOUNT, None))
        return {
            "lead_id": lead,
            "account_id": account,
            "email": self.value("leads", "email"),
            "created_at": self.time() if self.dice.chance(0.6) else None,
            "recorded_at": self.time() if self.dice.chance(0.15) else None,
            **self.properties("leads"),
        }

    def account(self, account: str) -> Row:
        """Return an account."""
        return {
            "account_id": account,
            "domain": self.value("accounts", "domain"),
            "created_at": self.time() if self.dice.chance(0.5) else None,
            "recorded_at": self.time() if self.dice.chance(0.15) else None,
            **self.properties("accounts"),
        }

    def owner(self) -> Row:
        """Return whose event it is: mostly a lead's, else an account's, both, or nobody's."""
        dice = self.dice
        lead = dice.choice((*self.favourites, dice.choice(self.world.leads)))
        account = dice.choice((*self.world.accounts, GHOST_ACCOUNT))
        kind = dice.choices(("lead", "account", "both", "ghost", "nobody"), (14, 2, 2, 1, 1))[0]
        return {
            "lead_id": {"lead": lead, "both": lead, "ghost": GHOST_LEAD}.get(kind),
            "account_id": account if kind in {"account", "both"} else None,
        }

    def recorded(self, occurred_at: datetime | None) -> datetime | None:
        """Return when an event was recorded: not said, at once, later, or before it occurred."""
        dice = self.dice
        if occurred_at is None or dice.chance(0.5):
            return None
        later = occurred_at + dice.choice((TICK, timedelta(hours=1), timedelta(days=5)))
        return dice.choice((occurred_at, later, self.time(), dice.choice(self.world.moments)))

    def events(self) -> list[Row]:
        """Return up to 60 events, some of them repeated by id."""
        number = self.dice.choice((0, 5, 15, 25, 40, 50, 56))
        rows = [self.event(f"{self.dice.choice('eEé')}{place}") for place in range(number)]
        repeated = [(row, self.again(row)) for row in rows if self.dice.chance(0.04)]
        return [*rows, *(other for row, other in repeated[:4] if may_repeat(row, other))]

    def event(self, event_id: str) -> Row:
        """Return an event."""
        occurred_at = None if self.dice.chance(0.005) else self.time()
        return {
            "event_id": event_id,
            **self.owner(),
            "type": self.dice.choice(self.world.types),
            "occurred_at": occurred_at,
            "recorded_at": self.recorded(occurred_at),
            **self.properties("events"),
        }

    def again(self, row: Row) -> Row:
        """Return an event that claims the id of another."""
        other = self.event(row["event_id"])
        same_time = self.dice.chance(0.5)
        return {**other, **({"occurred_at": row["occurred_at"]} if same_time else {})}

    def outcomes(self) -> list[Row]:
        """Return some outcomes; of those without an id no two occur at once."""
        rows: list[Row] = []
        for place in range(self.dice.choice((0, 3, 8, 14))):
            occurred_at = None if self.dice.chance(0.02) else self.time()
            unnamed = {row["occurred_at"] for row in rows if row["outcome_id"] is None}
            nameless = occurred_at not in unnamed and self.dice.chance(0.3)
            owner = self.owner()
            rows.append(
                {
                    "outcome_id": None if nameless else f"{self.dice.choice('oOö')}{place}",
                    "lead_id": owner["lead_id"],
                    "account_id": None if owner["lead_id"] else owner["account_id"],
                    "outcome": self.dice.choice(OUTCOMES),
                    "occurred_at": occurred_at,
                    "recorded_at": self.recorded(occurred_at),
                    **self.properties("outcomes"),
                }
            )
        return rows

    def previous(self, kind: str, pool: Sequence[str]) -> list[Row]:
        """Return the bands of the preceding run: one a row, or side by side as in its scores."""
        ladders = {
            name: each
            for name, each in ladders_of(self.document).items()
            if each.get("of", "lead") == kind
        }
        rows = []
        wide = self.dice.chance(0.5) and ladders and "band" not in ladders
        for identity in pool:
            stood = {
                name: self.stood(each) for name, each in ladders.items() if self.dice.chance(0.6)
            }
            if wide:
                columns = {f"{key}_{name}": None for name in ladders for key in STOOD}
                said = {f"{key}_{n}": v for n, each in stood.items() for key, v in each.items()}
                rows.append({f"{kind}_id": identity, **columns, **said})
                continue
            for name, each in stood.items():
                shown = None if name == "band" and self.dice.chance(0.5) else name
                rows.append({f"{kind}_id": identity, "ladder": shown, **each})
        return rows

    def stood(self, ladder: Mapping[str, Any]) -> Row:
        """Return a band after overrides and before them, where both are known."""
        bands = (*ladder.get("edges", ("hot",)), "retired")
        edge = self.dice.choice(bands) if self.dice.chance(0.5) else None
        return dict(zip(STOOD, (self.dice.choice(bands), edge), strict=True))

    def field_history(self) -> list[Row]:
        """Return what some fields were at some times."""
        dice = self.dice
        rows = []
        for _ in range(dice.randint(2, 6)):
            entity, pool = dice.choice(
                (("lead", self.world.leads), ("account", self.world.accounts))
            )
            table = f"{entity}s"
            columns = [
                *PROPERTIES[table],
                "created_at",
                *(["account_id"] * 3 if entity == "lead" else []),
            ]
            if pool:
                fixed = {"entity": entity, "id": dice.choice(pool), "field": dice.choice(columns)}
                rows += [self.version(table, fixed) for _ in range(dice.randint(1, 3))]
        return rows

    def version(self, table: str, fixed: Row) -> Row:
        """Return what a field was from some time on, and at times when that became known."""
        valid_from = self.time()
        recorded_at = self.recorded(valid_from) if self.dice.chance(0.5) else None
        value = self.past(table, fixed["field"])
        return {**fixed, "value": value, "valid_from": valid_from, "recorded_at": recorded_at}

    def past(self, table: str, column: str) -> str | None:
        """Return a value as text, at times one that is not of the column's type."""
        if column == "account_id":
            account: str | None = self.dice.choice((*self.world.accounts, GHOST_ACCOUNT, None))
            return account
        value = self.value(table, column)
        if value is None:
            return None
        if COLUMNS[table][column] != "text" and self.dice.chance(0.2):
            return self.dice.choice(UNREADABLE)
        if isinstance(value, datetime):
            return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return str(value).lower() if isinstance(value, bool) else str(value)

    def lead_merges(self) -> list[Row]:
        """Return leads that went into others, in chains, in cycles, back again, or ended."""
        dice = self.dice
        path = dice.some([*self.world.leads, GHOST_LEAD], 2, 4)
        pairs: list[tuple[str, str | None]] = list(pairwise(path))
        if dice.chance(0.4):
            pairs.append((path[-1], dice.choice(path)))
        if dice.chance(0.4):
            pairs.append((path[0], dice.choice(self.world.leads)))
        if dice.chance(0.4):
            pairs.append((path[0], path[0]))
        if dice.chance(0.4):
            pairs.append((dice.choice(self.world.leads), None))
        times = (*self.world.times, *self.world.moments)
        return [
            {"from_id": old, "into_id": new, "recorded_at": dice.choice(times)}
            for old, new in pairs
        ]

    def event_marks(self, events: Sequence[Row]) -> list[Row]:
        """Return marks of some events, some of them taken back."""
        dice = self.dice
        marked = dice.some([*{row["event_id"]: None for row in events}, "unseen"], 1, 12)
        times = (*self.world.times, *self.world.moments)
        return [
            {"event_id": event, "mark": mark, "recorded_at": dice.choice(times)}
            for event in marked
            for mark in dice.choice((["bot"], ["bot", None], [None, "scanner", "bot"]))
        ]


def may_repeat(row: Row, other: Row) -> bool:
    """Return whether both rows of one id belong to someone and it is plain which one stands."""
    return bool(owners(row) and owners(other)) and sort_key(row) != sort_key(other)


def sort_key(row: Row) -> tuple[Any, ...]:
    """Return what decides between rows of one event id."""
    recorded_at = row["recorded_at"] or row["occurred_at"]
    return (recorded_at, row["occurred_at"], row["lead_id"])


def declare(dice: Dice, document: Row, tables: Mapping[str, list[Row]]) -> None:
    """Declare the types of columns, at times of one that the data then lacks."""
    declared: dict[str, Row] = {}
    past = {(f"{row['entity']}s", row["field"]) for row in tables.get("field_history", ())}
    for table, columns in PROPERTIES.items():
        for column in columns:
            known = {"type": COLUMNS[table][column]}
            if dice.chance(0.01) and (table, column) not in past:
                for row in tables.get(table, ()):
                    del row[column]
                declared.setdefault(table, {})[column] = known
            elif dice.chance(0.1) or (table, column) in past:
                declared.setdefault(table, {})[column] = known
    if declared:
        document["columns"] = declared


# --- What a case covers --------------------------------------------------------------------------


def prefixed(prefix: str, ends: str) -> list[str]:
    """Return names that begin alike."""
    return [f"{prefix}.{end}" for end in ends.split()]


COUNTING = (
    "points formula list where within count pick at_most at_least in decay by limit_each limit "
    "group"
)
FEATURES: tuple[str, ...] = (
    *("leadline", "model", "time_zone", "passive", "columns", "scores", "grades", "bands"),
    "overrides",
    *prefixed("score", "rules range decay limits reset_on for of rollup by formula link"),
    *prefixed("score", "rules.lead rules.account formula.lead formula.account"),
    *prefixed("score", "reset_on.lead reset_on.account"),
    *prefixed("score.decay", "none half_life linear keep"),
    *prefixed("rollup", "sum max mean count_over top range for"),
    *prefixed("lead", "event outcome silent_for when of base"),
    *prefixed("account", "event outcome silent_for when of base"),
    *prefixed("event", COUNTING),
    *prefixed("outcome", COUNTING),
    *prefixed("silent_for", "points formula event where group every limit"),
    *prefixed("when", "points formula group"),
    *prefixed("of", "values bins other missing list group"),
    "base.points",
    *prefixed("count", "default each daily per once"),
    *prefixed("pick", "default latest first highest"),
    *prefixed("decay", "none half_life linear keep"),
    *prefixed("bands", "by edges leave require cells default several"),
    *prefixed("bands.account", "of by edges leave require cells default"),
    *prefixed("overrides", "when band in"),
    *(f"expression.{function}" for function in FUNCTIONS),
    *prefixed("name", "bare lead account hits.alone hits.of_score last.alone last.of_score"),
    *prefixed("name", "since.lead since.account"),
    *(f"table.{table}" for table in COLUMNS),
    *(
        f"null.{table}.{column}"
        for table, columns in COLUMNS.items()
        for column in columns
        if column not in NEVER_NULL[table]
    ),
    "column.absent",
    *(f"{table}.wide" for table in STOOD_BEFORE),
    *prefixed("leads", "account_absent without_account"),
    *prefixed("history", "lead account lead.account_id lead.created_at account.created_at"),
    "history.unreadable",
    *prefixed("merges", "pair chain cycle twice undone ended"),
    "events.absent",
    "marks.taken_back",
    *prefixed("events", "of_lead of_account of_lead_and_account of_nobody repeated tied"),
    *prefixed("events", "recorded_at_once recorded_later recorded_earlier at_midnight_abroad"),
)


def features(document: Row, tables: Mapping[str, Sequence[Row]]) -> set[str]:
    """Return the keys of the language and the kinds of rows that a case has."""
    return {
        *document_features(document),
        *expression_features(document),
        *row_features(tables),
        *event_features(tables),
    }


def document_features(document: Row) -> Iterator[str]:
    """Yield the keys of a document."""
    yield from document
    for spec in document["scores"].values():
        yield from score_features(spec)
        for rule in spec.get("rules", {}).values():
            yield from rule_features(rule, "account" if "of" in spec else "lead")
    for ladder in ladders_of(document).values():
        yield from (f"bands{'.account' * ('of' in ladder)}.{key}" for key in ladder)
    if "bands" in document and "by" not in document["bands"]:
        yield "bands.several"
    for override in document.get("overrides", {}).values():
        yield from (f"overrides.{key}" for key in override)


def score_features(spec: Row) -> Iterator[str]:
    """Yield the keys of a score."""
    level = "account" if "of" in spec else "lead"
    yield from (f"score.{key}" for key in spec)
    yield from (f"score.{key}.{level}" for key in ("formula", "rules", "reset_on") if key in spec)
    if "decay" in spec:
        yield f"score.decay.{decay_kind(spec['decay'])}"
    if "rollup" in spec:
        yield f"rollup.{spec['by'].split()[0]}"
        yield from (f"rollup.{key}" for key in ("range", "for") if key in spec)


def rule_features(rule: Row, level: str) -> Iterator[str]:
    """Yield the keys of a rule."""
    kinds = ("silent_for", "event", "outcome", "of", "when")
    kind = next((key for key in kinds if key in rule), "base")
    yield f"{level}.{kind}"
    yield from (f"{kind}.{key}" for key in rule if key != kind)
    if isinstance(rule.get("points"), str):
        yield f"{kind}.formula"
    if isinstance(rule.get(kind), list):
        yield f"{kind}.list"
    if kind in {"event", "outcome"}:
        yield f"count.{rule.get('count', 'default').split()[0]}"
        yield f"pick.{rule.get('pick', 'default')}"
    if "decay" in rule:
        yield f"decay.{decay_kind(rule['decay'])}"


def decay_kind(decay: Any) -> str:
    """Return the name of a decay."""
    return decay if isinstance(decay, str) else next(iter(decay))


def expression_features(document: Row) -> Iterator[str]:
    """Yield the operators, functions and kinds of names in the expressions of a document."""
    trees = [written(text) for text in expressions_of(document)]
    for function in frozenset().union(*(functions(tree) for tree in trees)):
        yield f"expression.{function}"
    for path in frozenset().union(*(names(tree) for tree in trees)):
        if path[0] in {"hits", "last"}:
            yield f"name.{path[0]}.{'of_score' if len(path) > 2 else 'alone'}"
        elif path[0] == "since":
            yield f"name.since.{path[1]}"
        elif path[0]:
            yield f"name.{path[0] if len(path) > 1 else 'bare'}"


def row_features(tables: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """Yield the tables there are, the columns that have a null or are absent, rare rows."""
    for table, rows in tables.items():
        yield f"table.{table}"
        for row in rows:
            if table in STOOD_BEFORE and "ladder" not in row:
                yield f"{table}.wide"
                continue
            yield from (f"null.{table}.{column}" for column, value in row.items() if value is None)
            if len(row) < len(COLUMNS[table]):
                yield "column.absent"
    accounts = {row["account_id"] for row in tables["accounts"]}
    if any(row["account_id"] not in {*accounts, None} for row in tables["leads"]):
        yield "leads.account_absent"
    if any(row["account_id"] is None for row in tables["leads"]):
        yield "leads.without_account"
    yield from history_features(tables.get("field_history", ()))
    yield from merge_features(tables.get("lead_merges", ()))


def history_features(rows: Iterable[Row]) -> Iterator[str]:
    """Yield what kinds of fields have a past."""
    for row in rows:
        yield f"history.{row['entity']}"
        if row["field"] in {"account_id", "created_at"}:
            yield f"history.{row['entity']}.{row['field']}"
        if row["value"] in UNREADABLE:
            yield "history.unreadable"


def merge_features(rows: Sequence[Row]) -> Iterator[str]:
    """Yield what shapes the merges of leads have."""
    if any(row["into_id"] == row["from_id"] for row in rows):
        yield "merges.undone"
    if any(row["into_id"] is None for row in rows):
        yield "merges.ended"
    into = {row["from_id"]: row["into_id"] for row in rows if row["into_id"] != row["from_id"]}
    if len(into) < len(rows):
        yield "merges.twice"
    for start in into:
        path = [start]
        while path[-1] in into and into[path[-1]] not in path:
            path.append(into[path[-1]])
        yield "merges.chain" if len(path) > 2 else "merges.pair"
        if path[-1] in into:
            yield "merges.cycle"


def event_features(tables: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """Yield what kinds of events there are."""
    rows = tables.get("events", ())
    if "events" not in tables:
        yield "events.absent"
    for row in rows:
        yield f"events.of_{'_and_'.join(owners(row)) or 'nobody'}"
        if row["recorded_at"] and row["occurred_at"]:
            yield f"events.recorded_{order(row['recorded_at'], row['occurred_at'])}"
    ids = Counter(row["event_id"] for row in rows)
    ties = Counter((row["lead_id"], row["type"], row["occurred_at"]) for row in rows)
    if max(ids.values(), default=0) > 1:
        yield "events.repeated"
    if max(ties.values(), default=0) > 1:
        yield "events.tied"
    if any(row["occurred_at"] and is_midnight(row["occurred_at"]) for row in rows):
        yield "events.at_midnight_abroad"
    marks = tables.get("event_marks", ())
    if {row["event_id"] for row in marks if row["mark"] is None}:
        yield "marks.taken_back"


def is_midnight(time: datetime) -> bool:
    """Return whether a time is midnight in one of the zones, but not in UTC."""
    local = (time.astimezone(ZoneInfo(zone)).time() for zone in ZONES)
    return time.time() != clock() and clock() in local


def owners(row: Row) -> list[str]:
    """Return whether an event has a lead and an account."""
    return [kind for kind in ("lead", "account") if row[f"{kind}_id"] is not None]


def order(one: datetime, other: datetime) -> str:
    """Return how a time lies to another."""
    if one == other:
        return "at_once"
    return "later" if one > other else "earlier"


def spine_features(one: Case) -> set[str]:
    """Return the edges of time that a case touches."""
    moments = {as_of for _, as_of in one.spine}
    known = {row["lead_id"] for row in one.tables["leads"]}
    events = one.tables.get("events", ())
    found = {f"spine.moments_{len(moments)}"}
    if any(lead not in known for lead, _ in one.spine):
        found.add("spine.lead_absent")
    spans = {timedelta(seconds=seconds(text)) for text in DURATIONS}
    for row in events:
        ages = {as_of - row["occurred_at"] for as_of in moments if row["occurred_at"]}
        found |= {name for name, edge in AGES.items() if edge & ages}
        found |= {"age.duration"} if spans & ages else set()
        found |= {"age.future"} if any(age < timedelta() for age in ages) else set()
        if row["recorded_at"] in moments:
            found.add("recorded.at_as_of")
    return found


AGES = {"age.zero": {timedelta()}, "age.tick": {TICK}, "age.minus_tick": {-TICK}}
SPINE_FEATURES: tuple[str, ...] = (
    *prefixed("spine", "moments_1 moments_2 moments_3 moments_4 lead_absent"),
    *AGES,
    *prefixed("age", "duration future"),
    "recorded.at_as_of",
)
