"""Words and phrases found in short texts, thousands at once: each word is looked up, not searched.

A phrase is words with spaces between. A ``*`` at the start or the end of a word stands for any
letters, alone for any word; ``=`` in front of a phrase asks for the whole text. Words in Chinese
characters are found inside others, as nothing separates them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Meaning = TypeVar("Meaning")

CHINESE = "\u3400-\u9fff"
_WORD = re.compile(rf"[{CHINESE}]+|[^\W_{CHINESE}]+")
_ABBREVIATION = re.compile(r"\b(?:\w\.){2,}")
_LETTERS = str.maketrans({"ł": "l"})
_IS_CHINESE = re.compile(f"[{CHINESE}]")


class Word(NamedTuple):
    """A word and the place where it starts."""

    text: str
    start: int


class Found(NamedTuple, Generic[Meaning]):
    """A phrase in a text: where it starts, how long it is, and what it means."""

    start: int
    length: int
    meaning: Meaning


def words_of(text: str) -> list[Word]:
    """Return the words of a text in small letters, without accents and full stops.

    >>> [word.text for word in words_of("P.D.G. / Gérant")]
    ['pdg', 'gerant']
    >>> [word.text for word in words_of("创始人兼CTO")]
    ['创始人兼', 'cto']
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _ABBREVIATION.sub(lambda found: found[0].replace(".", "") + " ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFD", text.translate(_LETTERS))
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return [Word(found[0], found.start()) for found in _WORD.finditer(text)]


class Phrases(Generic[Meaning]):
    """Phrases with their meanings, ready to be found.

    >>> found = Phrases([("*leiter", 1), ("leiter vertrieb", 2), ("=chef", 3)])
    >>> [each.meaning for each in found.in_words(words_of("Leiter Vertrieb"))]
    [2, 1]
    """

    def __init__(self, phrases: Iterable[tuple[str, Meaning]]) -> None:
        """Put each phrase where its first word leads to it."""
        self._by_word: defaultdict[str, list[_Phrase[Meaning]]] = defaultdict(list)
        self._by_start: defaultdict[str, list[_Phrase[Meaning]]] = defaultdict(list)
        self._by_end: defaultdict[str, list[_Phrase[Meaning]]] = defaultdict(list)
        self._inside: list[tuple[str, _Phrase[Meaning]]] = []
        self._chinese: defaultdict[str, list[_Phrase[Meaning]]] = defaultdict(list)
        self._known: dict[str, tuple[_Phrase[Meaning], ...]] = {}
        for text, meaning in phrases:
            self._add(_Phrase(_pattern(text), text.startswith("="), meaning))
        self._longest = max(map(len, self._chinese), default=0)

    def _add(self, phrase: _Phrase[Meaning]) -> None:
        first = phrase.words[0]
        core = first.strip("*")
        if _IS_CHINESE.search(core):
            self._chinese[core].append(phrase)
        elif first.startswith("*") and first.endswith("*"):
            self._inside.append((core, phrase))
        elif first.startswith("*"):
            self._by_end[core].append(phrase)
        elif first.endswith("*"):
            self._by_start[core].append(phrase)
        else:
            self._by_word[core].append(phrase)

    def in_words(self, words: list[Word]) -> Iterator[Found[Meaning]]:
        """Yield every phrase in a text, given as its words."""
        for at, word in enumerate(words):
            if _IS_CHINESE.match(word.text):
                yield from self._in_chinese(word, alone=len(words) == 1)
            else:
                for phrase in self._starting(word.text):
                    if phrase.fits(words, at):
                        length = sum(len(each) for each in phrase.words)
                        yield Found(word.start, length, phrase.meaning)

    def _starting(self, word: str) -> tuple[_Phrase[Meaning], ...]:
        """Return the phrases whose first word fits; words repeat, so they are kept."""
        if word not in self._known:
            self._known[word] = tuple(self._looked_up(word))
        return self._known[word]

    def _looked_up(self, word: str) -> Iterator[_Phrase[Meaning]]:
        yield from self._by_word.get(word, ())
        for size in range(1, len(word) + 1):
            yield from self._by_start.get(word[:size], ())
            yield from self._by_end.get(word[-size:], ())
        for core, phrase in self._inside:
            if core in word:
                yield phrase

    def _in_chinese(self, word: Word, *, alone: bool) -> Iterator[Found[Meaning]]:
        for start in range(len(word.text)):
            for size in range(1, min(self._longest, len(word.text) - start) + 1):
                for phrase in self._chinese.get(word.text[start : start + size], ()):
                    if not phrase.whole or (alone and size == len(word.text)):
                        yield Found(word.start + start, size, phrase.meaning)


class _Phrase(NamedTuple, Generic[Meaning]):
    words: tuple[str, ...]
    whole: bool
    meaning: Meaning

    def fits(self, words: list[Word], at: int) -> bool:
        """Say whether the phrase stands at a word of a text, whose first word fits already."""
        count = len(self.words)
        if count == 1:
            return not self.whole or len(words) == 1
        if at + count > len(words) or (self.whole and count != len(words)):
            return False
        given = words[at + 1 : at + count]
        return all(
            _fits(each.text, wanted) for each, wanted in zip(given, self.words[1:], strict=True)
        )


def _fits(word: str, wanted: str) -> bool:
    core = wanted.strip("*")
    if not wanted.startswith("*"):
        return word.startswith(core) if wanted.endswith("*") else word == core
    return core in word if wanted.endswith("*") else word.endswith(core)


def _pattern(phrase: str) -> tuple[str, ...]:
    """Return the words of a phrase, each with its ``*``."""
    found: list[str] = []
    for part in phrase.removeprefix("=").split():
        inner = [word.text for word in words_of(part)]
        if not inner:
            found.append("*")
            continue
        inner[0] = ("*" if part.startswith("*") else "") + inner[0]
        inner[-1] += "*" if part.endswith("*") else ""
        found += inner
    return tuple(found)
