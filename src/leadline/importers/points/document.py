"""A draft as the text of a model document, with the row that each rule comes from above it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import SingleQuotedScalarString

from leadline.importers.points.draft import Draft, DraftScore

PASSIVE = ("email_sent", "email_delivered", "email_bounced")
_INDENT = 2


def document(draft: Draft, model: str, head: Iterable[str]) -> str:
    """Return a draft as block YAML; ``head`` is the lines above it."""
    whole = CommentedMap({"leadline": 1, "model": model})
    if any(
        "silent_for" in rule for score in draft.scores.values() for rule in score.rules.values()
    ):
        whole["passive"] = _flow(PASSIVE)
    whole["scores"] = CommentedMap()
    for name, score in draft.scores.items():
        whole["scores"][name] = _score(score)
    for name, formula in draft.formulas.items():
        whole["scores"][name] = CommentedMap({"formula": formula})
    if draft.grades:
        whole["grades"] = _tree(draft.grades)
    if draft.bands:
        whole["bands"] = _tree(draft.bands)
    whole.yaml_set_start_comment("\n".join(map(_line, head)))
    return _text(whole)


def _score(score: DraftScore) -> CommentedMap:
    found = CommentedMap({key: _tree(value) for key, value in score.keys.items()})
    used = {rule.get("group") for rule in score.rules.values()}
    if limits := {name: limit for name, limit in score.groups.items() if name in used}:
        found["limits"] = CommentedMap({name: _number(limit) for name, limit in limits.items()})
    found["rules"] = CommentedMap()
    for name, rule in score.rules.items():
        found["rules"][name] = _tree(rule)
        above = "\n".join(_line(each) for each in score.comments[name])
        found["rules"].yaml_set_comment_before_after_key(name, before=above, indent=3 * _INDENT)
    return found


def _tree(value: Any) -> Any:
    if isinstance(value, Mapping):
        return CommentedMap({_scalar(key): _tree(each) for key, each in value.items()})
    if isinstance(value, list | tuple):
        return _flow(value)
    return _scalar(value)


def _flow(values: Iterable[Any]) -> CommentedSeq:
    found = CommentedSeq([_scalar(each) for each in values])
    found.fa.set_flow_style()
    return found


def _scalar(value: Any) -> Any:
    """Return a text that could be read as something else in quotes."""
    if isinstance(value, str) and not value.replace("_", "").isalpha():
        return value if _is_plain(value) else SingleQuotedScalarString(value)
    return value


def _is_plain(text: str) -> bool:
    return bool(re.fullmatch(r"[1-9][0-9]*[dh]", text)) or (
        text.isascii()
        and text[:1].isalpha()
        and ": " not in text
        and " #" not in text
        and text[-1] != ":"
    )


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _line(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)


def _text(whole: CommentedMap) -> str:
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 2**20
    yaml.indent(mapping=_INDENT, sequence=2 * _INDENT, offset=_INDENT)
    stream = StringIO()
    yaml.dump(whole, stream)
    return stream.getvalue()
