"""Who may sign in, and may do what?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore, actor
from leadline.service.asked.publish import plain_time

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.store.people import Person
    from leadline.store.session import Session as Writing

ROLES = ("viewer", "sales", "marketing", "administrator")
ADD = asks("E-mail address of somebody to add; prints a link for them.", "text", "EMAIL",
           against=("change", "end", "link"))  # fmt: skip
CHANGE = asks("E-mail address of somebody to change.", "text", "EMAIL", against=("end", "link"))
END = asks("E-mail address of somebody who opens nothing from now on.", "text", "EMAIL",
           against=("link",))  # fmt: skip
LINK = asks("E-mail address of somebody who gets a link to choose a password.", "text", "EMAIL")
SET_TEAM = asks("Name of a team to make, or to give another territory.", "text", "TEAM",
                against=("add", "change", "end", "link"))  # fmt: skip
SIGN_OUT = asks("E-mail address of somebody who has to sign in again everywhere.", "text", "EMAIL")
FORGET = asks(
    "E-mail address of somebody who is asked for no code any more: who lost telephone and codes.",
    "text",
    "EMAIL",
)
NAME = asks("Their name; by default what stands before the @.", "text", "NAME", word="name")
ROLE = asks("What they may do.", "text", "ROLE", choices=ROLES)
TEAM = asks("Their team; none takes away what was, here and below.", "text", "TEAM")
TERRITORY = asks("Territory of a person, who else has that of the team; or of a team.", "text", "T")
ZONE = asks("Their time zone, such as Europe/Warsaw.", "text", "ZONE")
LANGUAGE = asks("Language of what is shown to them.", "text", "L")
ADDRESS = asks(
    "Where people reach the service; links lead there.", "text", "URL", setting="service.url"
)
NONE = "none"
LOCAL = "http://127.0.0.1:8321"


@dataclass(frozen=True)
class People(OfStore, Question["Answer[list[dict[str, Any]]]"]):
    """List who may sign in, add somebody, change what they may, or end them."""

    name: ClassVar[str] = "people"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline people --add ada@north.example --role sales"
    has_report: ClassVar[bool] = False

    add: str | None = field(default=None, kw_only=True, metadata=ADD)
    change: str | None = field(default=None, kw_only=True, metadata=CHANGE)
    end: str | None = field(default=None, kw_only=True, metadata=END)
    link: str | None = field(default=None, kw_only=True, metadata=LINK)
    set_team: str | None = field(default=None, kw_only=True, metadata=SET_TEAM)
    sign_out: str | None = field(default=None, kw_only=True, metadata=SIGN_OUT)
    forget_factor: str | None = field(default=None, kw_only=True, metadata=FORGET)
    full_name: str | None = field(default=None, kw_only=True, metadata=NAME)
    role: str | None = field(default=None, kw_only=True, metadata=ROLE)
    team: str | None = field(default=None, kw_only=True, metadata=TEAM)
    territory: str | None = field(default=None, kw_only=True, metadata=TERRITORY)
    time_zone: str | None = field(default=None, kw_only=True, metadata=ZONE)
    language: str | None = field(default=None, kw_only=True, metadata=LANGUAGE)
    url: str | None = field(default=None, kw_only=True, metadata=ADDRESS)

    def check(self) -> None:
        """Refuse what is said of nobody. Raises InputError."""
        from leadline.errors import Fault, InputError

        super().check()
        said = ["full_name", "role", "team", "time_zone", "language"]
        is_of_somebody = self.add is not None or self.change is not None
        if self.set_team is None:
            said.append("territory")
        for each in said:
            if getattr(self, each) is not None and not is_of_somebody:
                word = "--" + ("name" if each == "full_name" else each.replace("_", "-"))
                raise InputError(Fault("", word, "must stand beside --add or --change"))

    def answer(self, _: Session) -> Answer[list[dict[str, Any]]]:
        """Do what is asked, and list everybody."""
        from leadline.store import people

        with self.opened() as store, store.writing() as session:
            path = self._done(session)
            rows = [_plain(each) for each in people.listed(session)]
        link = f"{(self.url or LOCAL).rstrip('/')}{path}" if path else ""
        said = [f"a link for {self.add or self.link}, which works once: {link}"] if link else []
        return Answer(
            question=self.name,
            result=rows,
            figures={"people": rows, **({"link": link} if link else {})},
            printed="\n".join([*said, *map(_line, rows)]) or "nobody can sign in yet",
        )

    def _done(self, session: Writing) -> str:
        """Do what is asked; return the path of a link where one is made. Raises InputError."""
        from leadline.service import clock, staff
        from leadline.store import people

        by, at = actor(), clock.now()
        if self.set_team is not None:
            territory = None if self.territory == NONE else self.territory
            staff.set_team(session, self.set_team, territory, by, at)
        if self.add is not None:
            return staff.link(session, staff.add(session, self._new(self.add), by, at), by, at)
        if self.link is not None:
            return staff.link(session, people.require(session, self.link), by, at)
        if self.change is not None:
            known = people.require(session, self.change)
            staff.change(session, known, self._said_of(known), by, at)
        if self.sign_out is not None:
            staff.sign_out(session, people.require(session, self.sign_out), by, at)
        if self.forget_factor is not None:
            staff.forget_factor(session, people.require(session, self.forget_factor), by, at)
        if self.end is not None:
            staff.end(session, people.require(session, self.end), by, at)
        return ""

    def _new(self, email: str) -> Person:
        from leadline.store.people import Person

        return self._said_of(Person(0, email, email.partition("@")[0], "viewer"))

    def _said_of(self, person: Person) -> Person:
        """Return somebody with what is said of them."""
        said = {
            "name": self.full_name,
            "role": self.role,
            "team": self.team,
            "territory": self.territory,
            "time_zone": self.time_zone,
            "language": self.language,
        }
        given: dict[str, Any] = {
            name: None if each == NONE else each for name, each in said.items() if each is not None
        }
        return replace(person, **given)


def _plain(person: Person) -> dict[str, Any]:
    return {
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "team": person.team,
        "territory": person.territory,
        "time_zone": person.time_zone,
        "language": person.language,
        "ended_at": plain_time(person.ended_at),
    }


def _line(row: dict[str, Any]) -> str:
    state = "ended" if row["ended_at"] else row["role"]
    of = ", ".join(filter(None, (row["team"], row["territory"])))
    return f"{row['email']:32}  {state:13}  {row['name']}{f'  ({of})' if of else ''}"
