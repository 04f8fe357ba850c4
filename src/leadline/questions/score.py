"""Which leads are worth a call, and why?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.errors import Fault, InputError
from leadline.model.moments import moment
from leadline.questions.answer import Reading, Tables
from leadline.questions.asking import function
from leadline.questions.called import file_of
from leadline.questions.common import AS_OF_OR_SPINE, CLEAN, MODEL, Anywhere
from leadline.questions.inputs import KEEP, LEADS, REJECTS, AllTables, table, target
from leadline.questions.option import asks
from leadline.questions.question import TABLE, Question, Topic
from leadline.questions.scored import Scored
from leadline.questions.warned import warned

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline.explain.best import Best
    from leadline.questions.judging import ModelInput
    from leadline.questions.session import Session
    from leadline.scoring import Run
    from leadline.tables.places.inputs import Input

OPTIONS = {
    "scores": "out",
    "points": "ledger",
    "account_scores": "accounts_out",
    "transitions": "transitions",
    "account_transitions": "account_transitions",
}
"""Result to the option that says where it is written."""
_EXPECT = asks(
    "What must hold for scores to be written; beats expect of the model.",
    "object",
    setting="expect",
)
_ALLOW = asks(
    "Go on where a table that is read is empty, much changes, or expect does not hold.", "flag"
)
_NEEDS = {
    "account_scores": "scores of accounts",
    "transitions": "bands of leads",
    "account_transitions": "bands of accounts",
}


@dataclass(frozen=True)
class Score(AllTables, Anywhere, Question[Scored]):
    """Score leads, and print the best or write the scores."""

    name: ClassVar[str] = "score"
    topic: ClassVar[Topic] = "score"
    example: ClassVar[str] = (
        "leadline score model.yaml --leads leads.csv --events 'events/*.parquet' --out scores.csv"
    )

    model: ModelInput = field(metadata=MODEL)
    leads: Input = field(kw_only=True, metadata=LEADS)
    as_of: datetime | str | None = field(default=None, kw_only=True, metadata=AS_OF_OR_SPINE)
    spine: Input | None = field(default=None, kw_only=True, metadata=table("spine"))
    out: str | None = field(default=None, kw_only=True, metadata=target("Write the scores"))
    ledger: str | None = field(default=None, kw_only=True, metadata=target("Write the ledger"))
    accounts_out: str | None = field(
        default=None, kw_only=True, metadata=target("Write the scores of accounts")
    )
    transitions: str | None = field(
        default=None, kw_only=True, metadata=target("Write changes of band")
    )
    account_transitions: str | None = field(
        default=None, kw_only=True, metadata=target("Write changes of band of accounts")
    )
    rejects: str | None = field(default=None, kw_only=True, metadata=REJECTS)
    keep: str | None = field(default=None, kw_only=True, metadata=KEEP)
    expect: Mapping[str, Any] | None = field(default=None, kw_only=True, metadata=_EXPECT)
    allow: bool = field(default=False, kw_only=True, metadata=_ALLOW)
    clean: bool = field(default=False, kw_only=True, metadata=CLEAN)

    def check(self) -> None:
        """Refuse also where no moment is known."""
        super().check()
        if self.as_of is None and self.spine is None:
            raise InputError(Fault("", "score", "must be given either as_of or spine"))

    def answer(self, session: Session) -> Scored:
        """Score the leads, and write what is wanted."""
        at = None if self.as_of is None else moment(self.as_of)
        run = self._opened(session, at)
        self.accept(Reading.of(run.loaded))
        warnings = (*warned(self.model, session.tell), *self._unexpected(run, session))
        session.tell(f"model {run.model.model}, fingerprint {run.fingerprint}")
        if at is not None:
            session.tell(f"as of {at.isoformat().replace('+00:00', 'Z')}")
        written = self._write(run)
        tables = Tables(_tables(run))
        if self.out is not None:
            _tell_bands(run, session)
        return Scored(
            question=self.name,
            result=run.model,
            fingerprint=run.fingerprint,
            reading=Reading.of(run.loaded, warnings),
            tables=tables,
            written=tuple(written),
            make_best=partial(_best, run, tables),
            command=partial(self._command, session.settled),
            printed="" if self.out else None,
            is_whole=True,
        )

    def _opened(self, session: Session, at: datetime | None) -> Run:
        """Return the model over its tables. Raises InputError where it lacks what is wanted."""
        from leadline.model.declared import with_kept
        from leadline.scoring import Run

        model = with_kept(self.model, self.keep)
        run = session.hold(
            Run.open(session.engine, model, self.tables(), as_of=at, clean=self.clean)
        )
        for name in self._wanted():
            if name not in run.statement.outputs:
                option = f"--{OPTIONS[name].replace('_', '-')}"
                expected = f"needs a model with {_NEEDS[name]}"
                raise InputError(Fault("", option, expected, run.model.model))
        return run

    def _unexpected(self, run: Run, session: Session) -> tuple[str, ...]:
        """Return and tell what is not as expected. Raises InputError where it is not allowed."""
        from leadline.scoring.guards import expectations, unexpected

        more = None if self.expect is None else expectations(self.expect)
        needed = _for_changes(run)
        if needed:
            run.keep(*dict.fromkeys([*self._wanted(), "scores", *needed]))
        faults = unexpected(run, more)
        if faults and not self.allow:
            raise InputError(*faults)
        found = tuple(str(replace(each, remedy="")) for each in faults)
        for each in found:
            session.tell(f"warning: {each}")
        return found

    def _wanted(self) -> dict[str, str]:
        """Return where each result is written that is."""
        targets = {name: getattr(self, option) for name, option in OPTIONS.items()}
        return {name: target for name, target in targets.items() if target is not None}

    def _write(self, run: Run) -> list[str]:
        """Write files and tables; the files appear once the tables are there."""
        from leadline.scoring.publish import check_targets, ordered, publish
        from leadline.tables.write import Outputs

        wanted = self._wanted()
        published = {
            name: address.removeprefix(TABLE)
            for name, address in wanted.items()
            if address.startswith(TABLE)
        }
        if published:
            check_targets(run, published)
        run.keep(*wanted)
        run.table("scores")
        with Outputs(run.engine.embedded) as outputs:
            for name in wanted.keys() - published.keys():
                outputs.add(ordered(run, name), wanted[name])
            if self.rejects:
                outputs.add(run.loaded.rejects.query, self.rejects)
            if published:
                publish(run, published)
        return [*wanted.values(), *([self.rejects] if self.rejects else [])]

    def _command(self, settled: frozenset[str], lead: str) -> list[str]:
        """Return the words of the command that explains a lead."""
        from leadline.engines.postgres.errors import shown

        given: dict[str, object] = {**self.tables()}
        given.pop("spine", None)
        if isinstance(self.as_of, str):
            given["as_of"] = self.as_of
        if isinstance(self.engine, str) and self.engine != "duckdb":
            given["engine"] = shown(self.engine)
        words = [
            str(word)
            for name, value in given.items()
            if name not in settled
            for word in (f"--{name.replace('_', '-')}", value)
        ]
        model = [] if "model" in settled else [str(file_of(self.model) or "MODEL")]
        return ["leadline", "explain", *model, lead, *words]


def _for_changes(run: Run) -> list[str]:
    """Return the results that say who changes band, where bands of a run before were given."""
    given = {
        "previous": ("transitions",),
        "previous_accounts": ("account_scores", "account_transitions"),
    }
    read = [
        each for table, results in given.items() if table in run.loaded.schema for each in results
    ]
    return [each for each in read if each in run.statement.outputs]


def _tables(run: Run) -> Mapping[str, Callable[[], pa.Table]]:
    """Return what fetches each result; the first computes what all of them rest on."""
    outputs = list(run.statement.outputs)

    def fetched(output: str) -> pa.Table:
        run.keep(*outputs)
        return run.arrow(output)

    rejects = run.loaded.rejects.query
    return {
        **{output: partial(fetched, output) for output in outputs},
        "rejects": lambda: run.engine.embedded.arrow(rejects),
    }


def _best(run: Run, tables: Tables) -> Best:
    """Return the best leads, of the tables where these are here, else of the run."""
    from leadline.explain.best import best, best_of

    if tables.are_fetched:
        return best_of(run.model, tables["scores"], tables["points"])
    return best(run)


def _tell_bands(run: Run, session: Session) -> None:
    """Say how many leads, and accounts, are in each band."""
    from leadline.explain.best import band_counts
    from leadline.reports.best import counted

    for name, ladder in run.model.bands.items():
        whose = " of accounts" if ladder.is_account else ""
        session.tell(f"{run.model.column(name)}{whose}: {counted(band_counts(run, name))}")


score = function(Score)
