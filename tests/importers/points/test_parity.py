"""Their scores against ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from importers.scenes import happened, run_of
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.importers import Imported, check_parity
from leadline.importers.points.report import as_markdown, figures
from leadline.scoring import Run

Read = Callable[[str, str], Imported]
TABLE = "Rule,Points\nEmail opened,1\nEmail clicked,3\nForm submitted,10\n"
LEADS = 40


@pytest.fixture
def imported_run(imported: Read, engine: DuckDB) -> tuple[Imported, Run]:
    """Return an import and its run: lead n opens n % 4 mails, clicks n % 3, and submits n % 2."""
    found = imported("hubspot", TABLE)
    events = [
        event
        for lead in range(LEADS)
        for kind, times in (("email_opened", 4), ("email_clicked", 3), ("form_submitted", 2))
        for event in happened(str(lead), *[(kind, 1.0, {})] * (lead % times))
    ]
    leads = [{"lead_id": str(lead)} for lead in range(LEADS)]
    return found, run_of(engine, found, leads=leads, events=events)


def _theirs(folder: Path, opened: float = 1, form: float = 10, leads: int = LEADS) -> Path:
    rows = [f"{n},{(n % 4) * opened + (n % 3) * 3 + (n % 2) * form:g}" for n in range(leads)]
    path = folder / "theirs.csv"
    path.write_text("\n".join(["Record ID,HubSpot Score", *rows]), encoding="utf-8")
    return path


def test_equal_scores_are_called_equal(imported_run: tuple[Imported, Run], tmp_path: Path) -> None:
    """Nothing is left to explain."""
    parity = check_parity(imported_run[1], _theirs(tmp_path))
    assert (parity.leads, parity.equal, parity.largest) == (LEADS, LEADS, ())
    assert parity.conclusion == ("All 40 scores are equal.",)


def test_a_seeded_difference_is_found(imported_run: tuple[Imported, Run], tmp_path: Path) -> None:
    """Their e-mail is worth 5 more: the rule, the amount and the leads are named."""
    parity = check_parity(imported_run[1], _theirs(tmp_path, opened=6))
    assert parity.equal == LEADS / 4
    assert parity.classes == {
        "equal": 10, "over 0 to 1": 0, "over 1 to 5": 10, "over 5 to 10": 10, "over 10 to 25": 10,
        "over 25": 0,
    }  # fmt: skip
    assert parity.rules[0].rule == "engagement.email_opened"
    assert (parity.rules[0].fired, parity.rules[0].differing) == (30, 30)
    assert parity.rules[0].per_unit == 5
    assert "exactly where engagement.email_opened fired" in parity.conclusion[1]
    assert parity.conclusion[2] == (
        "Theirs is 5 more for each time that engagement.email_opened counts."
    )
    assert parity.largest[0].difference == 15
    assert {row["rule"] for row in parity.largest[0].ledger} >= {"email_opened"}


def test_the_correlation_is_that_of_the_engine(
    imported_run: tuple[Imported, Run], tmp_path: Path
) -> None:
    """The sums give what ``corr`` gives over every lead and every rule."""
    run = imported_run[1]
    parity = check_parity(run, _theirs(tmp_path, opened=3, form=7))
    wanted = dict(
        run.engine.rows(
            f"""select r.rule, corr(p.difference, (l.rule is not null)::int)
            from parity p cross join (select distinct rule from {run.table("points")}) r
            left join {run.table("points")} l on l.lead_id = p.lead_id and l.rule = r.rule
            group by 1"""
        )
    )
    found = {each.rule.partition(".")[2]: each.correlation for each in parity.rules}
    assert found == pytest.approx(wanted)
    strengths = [abs(each.correlation or 0) for each in parity.rules]
    assert strengths == sorted(strengths, reverse=True)


def test_leads_of_one_side_are_counted(imported_run: tuple[Imported, Run], tmp_path: Path) -> None:
    """They take no part in the comparison."""
    path = _theirs(tmp_path, leads=30)
    path.write_text(path.read_text(encoding="utf-8") + "\nghost,5", encoding="utf-8")
    parity = check_parity(imported_run[1], path)
    assert (parity.leads, parity.only_theirs, parity.only_ours) == (30, 1, 10)


def test_words_are_compared_with_bands(imported: Read, engine: DuckDB, tmp_path: Path) -> None:
    """A matrix of theirs is compared with the cells of ours."""
    table = (
        "Criteria,Field value,Points,Weighting,Frequency\n"
        "Country,Poland,100,100%,\nEmail opened,,100,100%,at least 1 time\n"
    )
    found = imported("eloqua", table)
    run = run_of(
        engine,
        found,
        leads=[{"lead_id": "a", "country": "Poland"}, {"lead_id": "b", "country": "Chad"}],
        events=happened("b", ("email_opened", 1, {})),
    )
    path = tmp_path / "theirs.csv"
    path.write_text("lead_id,rating\na,a4\nb,C1\n", encoding="utf-8")
    parity = check_parity(run, path)
    assert (parity.output, parity.is_number, parity.equal) == ("band", False, 1)
    assert [(each.lead_id, each.theirs, each.ours) for each in parity.largest] == [
        ("b", "C1", "D1")
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,score\na,1\n", "must have a column lead"),
        ("lead_id,score\n1,1\n1,2\n", "must have each lead once; found 1"),
        ("lead_id,score\n", "must have a row"),
        ("lead_id,score\nghost,1\n", "must have leads of the tables; found 1 leads"),
        ("lead_id,score\n1,A1\n", "no bands to compare words with"),
    ],
)
def test_scores_that_cannot_be_compared_are_refused(
    imported_run: tuple[Imported, Run], tmp_path: Path, text: str, message: str
) -> None:
    """The message says what is lacking."""
    path = tmp_path / "theirs.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        check_parity(imported_run[1], path)


def test_the_report_has_every_row_and_the_conclusion(
    imported_run: tuple[Imported, Run], tmp_path: Path
) -> None:
    """Markdown for people and JSON for programs say the same."""
    found, run = imported_run
    parity = check_parity(run, _theirs(tmp_path, opened=6))
    page, values = as_markdown(found, parity), json.dumps(figures(found, parity), default=str)
    for each in (*parity.conclusion, *(each.text.replace("|", "\\|") for each in found.findings)):
        assert each in page
    assert '"per_unit": 5.0' in values
