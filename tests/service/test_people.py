"""Ids lead to leads as a slow reading of all that was ever said has it, however passes are cut."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.service import writing
from leadline.service.arriving.facts import Event, Fact, Ids, LeadFields, Merge
from leadline.service.people import People
from leadline.service.taking import Arrived, Taking, know
from leadline.store.migrate import migrate
from leadline.store.sqlite import SQLiteStore

USERS = ("u1", "u2", "u3")
EMAILS = ("a@north.example", "b@north.example", "info@north.example")
DEVICES = ("d1", "d2")


@dataclass
class Slow:
    """Everything that was said, from the first to the last, and nothing worked out before."""

    said: list[tuple[tuple[str, str], str]] = field(default_factory=list)
    merges: list[tuple[str, str | None]] = field(default_factory=list)
    conflicts: int = 0

    def leads_to(self, each: tuple[str, str]) -> str | None:
        """The lead that an id was last said to be."""
        return next((lead for known, lead in reversed(self.said) if known == each), None)

    def into(self, lead: str) -> str | None:
        """Where a lead was last said to go."""
        return next((to for who, to in reversed(self.merges) if who == lead), lead)

    def end(self, lead: str) -> str:
        """Where a lead went in the end."""
        seen = [lead]
        while (into := self.into(seen[-1])) is not None and into not in seen:
            seen.append(into)
        return seen[-1]

    def users(self, end: str) -> set[str]:
        """The user ids of all who went there."""
        known = {each for each, _ in self.said if each[0] == "user"}
        return {each[1] for each in known if self.end(self.leads_to(each) or "") == end}

    def apart(self, one: str, other: str) -> bool:
        """Whether a merge of the two was taken back, and not made again."""
        state = False
        for number, (who, to) in enumerate(self.merges):
            before = next((t for w, t in reversed(self.merges[:number]) if w == who), None)
            if to == who and before is not None and {who, before} == {one, other} and before != who:
                state = True
            if to is not None and to != who and {who, to} == {one, other}:
                state = False
        return state

    def about(self, ids: Ids) -> str:
        """The lead that something is about; all of its ids lead there from then on."""
        named = [("user", each) for each in dict.fromkeys((ids.lead, ids.user)) if each]
        own = {value for _, value in named}
        if ids.email and not ids.email.startswith("info@"):
            named.append(("email", ids.email))
        if ids.anonymous:
            named.append(("anonymous", ids.anonymous))
        if not named:
            named = [("anonymous", f"e-mail {ids.email}")]
        holder = None
        for each in named:
            lead = self.leads_to(each)
            if lead is None:
                continue
            others = self.users(self.end(lead))
            contradicts = each[0] != "user" and own and others and not others & own
            holder = None if contradicts else lead
            break
        if holder is None:
            holder = f"founded by {named[0]} after {len(self.said)}"
        for each in named:
            self.direct(each, holder)
        return holder

    def direct(self, each: tuple[str, str], holder: str) -> None:
        """Have an id lead to a lead."""
        before = self.leads_to(each)
        if before is None:
            self.said.append((each, holder))
            return
        one, other = self.end(holder), self.end(before)
        if one == other:
            return
        if (self.users(one) and self.users(other)) or self.apart(one, other):
            self.conflicts += 1
            self.said.append((each, holder))
        elif self.users(other):
            self.merges.append((one, other))
        else:
            self.merges.append((other, one))


ids = st.builds(
    Ids,
    user=st.sampled_from(("", "", *USERS)),
    email=st.sampled_from(("", "", *EMAILS)),
    anonymous=st.sampled_from(("", *DEVICES)),
).filter(bool)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("event"), ids),
        st.tuples(st.just("identify"), ids),
        st.tuples(st.just("merge"), st.sampled_from(USERS), st.sampled_from(USERS)),
        st.tuples(st.just("undo"), st.sampled_from(USERS)),
        st.tuples(st.just("end"), st.sampled_from(USERS)),
        st.just(("cut",)),
    ),
    max_size=25,
)


def _fact(number: int, step: tuple[object, ...]) -> Fact:
    match step:
        case ("event", Ids() as who):
            return Event(f"e{number}", who, "seen", number)
        case ("identify", Ids() as who):
            return LeadFields(who, {"title": f"t{number}"}, number)
        case ("merge", str(one), str(other)):
            return Merge(one, other)
        case ("undo", str(one)):
            return Merge(one, one)
        case ("end", str(one)):
            return Merge(one, None)
    raise AssertionError(step)


def _slowly(facts: list[Fact]) -> tuple[Slow, list[str]]:
    slow, whose = Slow(), []
    for fact in facts:
        if isinstance(fact, Merge):
            from_ = slow.about(Ids(lead=fact.from_id))
            into = None if fact.into_id is None else slow.about(Ids(lead=fact.into_id))
            slow.merges.append((from_, into))
        elif isinstance(fact, Event | LeadFields):
            whose.append(slow.about(fact.ids))
    return slow, whose


@given(said=steps)
@settings(max_examples=60)
def test_passes_find_whom_a_slow_reading_finds(
    tmp_path_factory: object, said: list[tuple[object, ...]]
) -> None:
    """Events belong to the same people, and merges and conflicts are the same, in any passes."""
    store = SQLiteStore(tmp_path_factory.mktemp("people") / "store.db")  # type: ignore[attr-defined]
    migrate(store)
    at, passes, facts = 0, [[]], []  # type: ignore[var-annotated]
    for number, step in enumerate(said):
        if step == ("cut",):
            passes.append([])
            continue
        fact = _fact(number, step)
        facts.append(fact)
        passes[-1].append(fact)
    for part in passes:
        with store.reading() as session:
            taking = Taking(know(session, part))
            for fact in part:
                at += 1
                taking.take(Arrived(fact, "test", at))
        with store.writing() as session:
            writing.facts(session, taking.finish(), taking.known.people)
    slow, whose = _slowly(facts)
    with store.reading() as session:
        events = dict(session.rows("select event_id, lead_no from events"))
        merges = session.rows("select from_no, into_no from lead_merges order by taken_at")
        [(conflicts,)] = session.rows("select count(*) from conflicts")
    store.close()
    places = [fact for fact in facts if isinstance(fact, Event | LeadFields)]
    groups = {
        fact.event_id: lead
        for fact, lead in zip(places, whose, strict=True)
        if isinstance(fact, Event)
    }
    assert _same_parts(events, groups)
    assert len(merges) == len(slow.merges)
    assert conflicts == slow.conflicts


def _same_parts(one: dict[str, int], other: dict[str, str]) -> bool:
    """Whether two numberings put the same things together."""
    pairs = {(one[each], other[each]) for each in one}
    return one.keys() == other.keys() and len(pairs) == len({a for a, _ in pairs}) == len(
        {b for _, b in pairs}
    )


class Counted(People):
    """People who count how often it is asked where a lead went."""

    asked = 0

    def root(self, lead: int) -> int:
        """Count, and answer."""
        self.asked += 1
        return super().root(lead)


def test_who_signs_up_in_a_pass_is_looked_for_among_their_own() -> None:
    """The work of a pass grows with its people, and not with their square."""
    numbers = count(1)
    people = Counted({}, {}, {}, set(), lambda: next(numbers), set())
    for n in range(200):
        people.lead_of(Ids(anonymous=f"d{n}"), 2 * n + 1)
        people.lead_of(Ids(user=f"u{n}", anonymous=f"d{n}"), 2 * n + 2)
    assert len(people.founded) == 200
    assert people.asked < 20 * 200


def test_an_address_of_several_is_one_lead_in_all_passes(tmp_path: Path) -> None:
    """It leads nobody anywhere, and stands for itself where nothing else is said."""
    store = SQLiteStore(tmp_path / "store.db")
    migrate(store)
    for at in (1, 2):
        fact = _fact(at, ("event", Ids(email="info@north.example")))
        with store.reading() as session:
            taking = Taking(know(session, [fact]))
            taking.take(Arrived(fact, "test", at))
        with store.writing() as session:
            writing.facts(session, taking.finish(), taking.known.people)
    with store.reading() as session:
        assert list(session.rows("select count(*) from leads")) == [(1,)]
        assert list(session.rows("select count(*) from events")) == [(2,)]
