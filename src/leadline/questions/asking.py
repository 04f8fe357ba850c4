"""How Python asks a question: by a function whose arguments are the options."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from leadline.questions.answer import Answer
from leadline.questions.option import options_of
from leadline.questions.session import Session

if TYPE_CHECKING:
    from leadline.engines.engine import Engine
    from leadline.questions.question import Question

P = ParamSpec("P")
A = TypeVar("A", bound=Answer[Any])


def ask(question: Question[A]) -> A:
    """Answer a question; tables are fetched, so that they outlive an engine of its own."""
    from leadline.tables.texts import write_documents

    question.check()
    with Session(*engine_of(question)) as session:
        answer = question.answer(session)
        question.accept(answer.reading)
        for name in answer.tables:
            answer.tables[name]
        if texts := answer.texts_for(question):
            write_documents(texts)
        question.finish(answer, session.tell)
    return answer


def engine_of(question: Question[Any]) -> tuple[Engine | str | None, str | None]:
    """Return the engine that a question names or was given, and the most memory it may use."""
    return getattr(question, "engine", None), getattr(question, "memory", None)


def function(question: Callable[P, Question[A]]) -> Callable[P, A]:
    """Return the function that asks a question."""
    asked = cast("type[Question[A]]", question)

    def ask_(*args: P.args, **kwargs: P.kwargs) -> A:
        return ask(question(*args, **kwargs))

    ask_.__name__ = ask_.__qualname__ = asked.name.replace("-", "_")
    ask_.__module__ = asked.__module__
    ask_.__doc__ = _described(asked)
    taken = inspect.signature(asked)
    vars(ask_)["__signature__"] = taken.replace(return_annotation=Answer)
    return ask_


def _described(question: type[Question[Any]]) -> str:
    """Return the docstring of a function: what it does, and what each argument is."""
    lines = [inspect.cleandoc(question.__doc__ or ""), "", "Args:"]
    lines += [f"    {each.name}: {each.option.help}" for each in options_of(question)]
    raised = "Raises ModelError, InputError, EngineError, FileError."
    return "\n".join([*lines, "", raised]) + "\n"
