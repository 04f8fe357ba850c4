"""Which drafts of the model are there, and what becomes of them?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore, actor, done
from leadline.service.asked.publish import plain_time

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.service.drafting import Drafted
    from leadline.store.drafts import DraftRow
    from leadline.store.store import Store

_STEPS = ("ask", "approve", "give_back", "rebase", "drop", "publish")
BEGIN = asks("Keep a model document as a new draft.", "document", "MODEL",
             against=("save", "show", *_STEPS))  # fmt: skip
SAVE = asks("Give a draft the text of --text.", "whole", "N", least=1, against=("show", *_STEPS))
TEXT = asks("Model document that --save keeps.", "document", "MODEL", beside="save")
SHOW = asks(
    "Print a draft, its faults, and what it changes.", "whole", "N", least=1, against=_STEPS
)
AGAINST = asks("Version that --show compares with; by default the one that it began from.",
               "whole", "N", least=1, beside="show")  # fmt: skip
ASK = asks("Ask for approval of a draft.", "whole", "N", least=1, against=_STEPS[1:])
APPROVE = asks("Approve a draft that somebody else wrote.", "whole", "N", least=1,
               against=_STEPS[2:])  # fmt: skip
GIVE_BACK = asks("Have a draft be open again.", "whole", "N", least=1, against=_STEPS[3:])
REBASE = asks("Have a draft be one of the version that is live now.", "whole", "N", least=1,
              against=_STEPS[4:])  # fmt: skip
DROP = asks("End a draft without publishing it.", "whole", "N", least=1, against=_STEPS[5:])
PUBLISH = asks("Score everybody by a draft, and make it live.", "whole", "N", least=1)
ALERTS = asks("Tell whom it moves; by default nobody is told.", "flag", beside="publish")
APPROVAL = asks("Who approves a draft before it is published.", "text",
                choices=("none", "second"), setting="drafts.approval")  # fmt: skip


@dataclass(frozen=True)
class Drafts(OfStore, Question["Answer[list[dict[str, Any]]]"]):
    """List the drafts of the model, show or change one, approve it, or publish it."""

    name: ClassVar[str] = "drafts"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline drafts --begin model.yaml"
    has_report: ClassVar[bool] = False

    begin: str | None = field(default=None, kw_only=True, metadata=BEGIN)
    save: int | None = field(default=None, kw_only=True, metadata=SAVE)
    text: str | None = field(default=None, kw_only=True, metadata=TEXT)
    show: int | None = field(default=None, kw_only=True, metadata=SHOW)
    against: int | None = field(default=None, kw_only=True, metadata=AGAINST)
    ask: int | None = field(default=None, kw_only=True, metadata=ASK)
    approve: int | None = field(default=None, kw_only=True, metadata=APPROVE)
    give_back: int | None = field(default=None, kw_only=True, metadata=GIVE_BACK)
    rebase: int | None = field(default=None, kw_only=True, metadata=REBASE)
    drop: int | None = field(default=None, kw_only=True, metadata=DROP)
    publish: int | None = field(default=None, kw_only=True, metadata=PUBLISH)
    alerts: bool = field(default=False, kw_only=True, metadata=ALERTS)
    approval: Literal["none", "second"] = field(default="none", kw_only=True, metadata=APPROVAL)

    def check(self) -> None:
        """Refuse a draft that is to be saved without a text. Raises InputError."""
        from leadline.errors import Fault, InputError

        super().check()
        if self.save is not None and self.text is None:
            raise InputError(Fault("", "--text", "must stand beside --save"))

    def answer(self, session: Session) -> Answer[list[dict[str, Any]]]:
        """List the drafts, after what was asked is done."""
        from leadline.service import drafting
        from leadline.store import drafts

        with self.opened() as store:
            if self.show is not None:
                with store.reading() as reading:
                    return self._shown(drafting.show(reading, self.show, self.against))
            self._done(store, session)
            with store.reading() as reading:
                rows = [_plain(each) for each in drafts.listed(reading)]
        return Answer(
            question=self.name,
            result=rows,
            figures={"drafts": rows},
            printed="\n".join(map(_line, rows)) or "there are no drafts",
        )

    def _done(self, store: Store, session: Session) -> None:
        """Do what is asked, with the text that is there now."""
        from pathlib import Path

        from leadline.service import clock, drafting

        by, at = actor(), clock.now()
        if self.publish is not None:
            revision = _revision(store, self.publish)
            publishing = drafting.Publishing(
                store, self.approval, lambda asked: done(store, self, asked, session.tell)
            )
            publishing.publish(self.publish, revision, by, alerts=self.alerts)
        if self.begin is not None:
            text = Path(self.begin).read_text(encoding="utf-8")
            with store.writing() as writing:
                drafting.begin(writing, text, by, at)
        if self.save is not None:
            text = Path(self.text or "").read_text(encoding="utf-8")
            with store.writing() as writing:
                now = drafting.revision_of(writing, self.save)
                drafting.save(writing, self.save, now, text, by, at)
        for name in drafting.STEPS:
            if (number := getattr(self, name)) is not None:
                drafting.step(store, name, number, _revision(store, number), by, at)

    def _shown(self, found: Drafted) -> Answer[list[dict[str, Any]]]:
        changes = None if found.changes is None else list(found.changes)
        plain = _plain(found.row) | {
            "document": found.text.document,
            "live": found.live,
            "faults": list(found.faults),
            "changes": changes,
        }
        told = [_line(plain), *(f"fault: {each}" for each in found.faults), *(changes or [])]
        text = found.text.document.rstrip("\n")
        return Answer(
            question=self.name,
            result=[plain],
            figures=plain,
            printed="\n".join([*told, "", text]),
        )


def _revision(store: Store, number: int) -> int:
    from leadline.service import drafting

    with store.reading() as session:
        return drafting.revision_of(session, number)


def _plain(row: DraftRow) -> dict[str, Any]:
    times = {"made_at", "asked_at", "approved_at"}
    return {
        "draft" if name == "draft_no" else name: plain_time(value) if name in times else value
        for name, value in row._asdict().items()
    }


def _line(row: dict[str, Any]) -> str:
    became = f" as version {row['version']}" if row["version"] else ""
    base = f"of version {row['base']}" if row["base"] else "of none"
    return (
        f"{row['draft']:>4}  {row['state']}{became}  {base}, revision {row['revision']}, "
        f"begun by {row['made_by']}"
    )
