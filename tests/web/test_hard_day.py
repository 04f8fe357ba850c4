"""A day of traffic as it is: doubled, late, broken, of several devices, and sent again later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from sending import require_batch

from .conftest import Live

PEOPLE, EVENTS, SIZE = 40, 2_000, 50
DOUBLED, LATE, BROKEN = 0.01, 0.02, 0.001
NOW = datetime.now(UTC)


def _day(random: Random) -> list[dict[str, Any]]:
    """Return a day of people, each with two devices, who say who they are somewhere in it."""
    said: list[dict[str, Any]] = []
    for at in range(EVENTS):
        person = random.randrange(PEOPLE)
        device = f"device-{person}-{random.randrange(2)}"
        late = timedelta(days=random.uniform(1, 5)) if random.random() < LATE else timedelta(0)
        moment = NOW - timedelta(days=1) + timedelta(days=1) * at / EVENTS - late
        said_at = moment.isoformat()
        one: dict[str, Any] = {
            "messageId": f"day-{at}",
            "anonymousId": device,
            "timestamp": said_at,
        }
        if random.random() < 0.05:
            traits = {"email": f"p{person}@firm{person % 7}.example"}
            one |= {"type": "identify", "userId": f"person-{person}", "traits": traits}
        else:
            one |= {"type": "track", "event": random.choice(["demo_requested", "page_viewed"])}
        said.append(one)
    for each in random.sample(said, round(EVENTS * BROKEN)):
        each.pop("anonymousId")
        each.pop("userId", None)
    return said


def _send(live: Live, said: list[dict[str, Any]]) -> None:
    for first in range(0, len(said), SIZE):
        body = {"batch": said[first : first + SIZE], "sentAt": datetime.now(UTC).isoformat()}
        assert live.send("/v1/batch", body).status_code == 200
    live.settle()


@pytest.mark.slow
def test_a_hard_day_counts_once(live: Live) -> None:
    """Whoever doubles, is late or sends all again; what is broken is parked, and live is batch."""
    random = Random(8)
    said = _day(random)
    whole = [each for each in said if "anonymousId" in each]
    before = _parked(live)
    _send(live, [*said, *random.sample(whole, round(EVENTS * DOUBLED))])
    tracked = {each["messageId"] for each in whole if each["type"] == "track"}
    assert {each[0] for each in live.rows(OF_THE_DAY)} == tracked
    assert _parked(live) - before == len(said) - len(whole) == round(EVENTS * BROKEN)
    require_batch(live.store)

    taken = live.rows(OF_THE_DAY), live.rows(WHO)
    _send(live, random.sample(whole, len(whole)))  # what a library kept, in an order of its own
    assert (live.rows(OF_THE_DAY), live.rows(WHO)) == taken
    assert {each[1] for each in taken[1]} == {each["userId"] for each in whole if "userId" in each}
    require_batch(live.store)


OF_THE_DAY = (
    "select event_id, lead_no, occurred_at from events where event_id like 'day-%' order by 1"
)
WHO = (
    "select distinct kind, value, lead_no from identities "
    "where kind = 'user' and value like 'person-%' order by 2"
)


def _parked(live: Live) -> int:
    [(count,)] = live.rows("select count(*) from parked where reason = 'no_id'")
    return int(str(count))
