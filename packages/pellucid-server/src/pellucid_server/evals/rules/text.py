"""Rules on one selected value, by default the output: each says whether it passes, and why."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from pellucid_server.enrich.detect import Sensitive
from pellucid_server.enrich.outcome import refusal_rule
from pellucid_server.enrich.redact import RedactionPolicy, Redactor
from pellucid_server.evals.errors import BadEvaluator
from pellucid_server.evals.rules.setting import Settings, flag, number, pattern, texts, word
from pellucid_server.evals.selecting import as_text, check_path, select
from pellucid_server.evals.verdict import Verdict, missing
from pellucid_server.llm.json_schema import NotASchema, fits
from pellucid_server.model.json import JsonValue

Check: TypeAlias = Callable[[JsonValue, JsonValue], Verdict]
"""(selected value, whole subject) → verdict."""

SHORTEST_LANGUAGE_CHARS: Final = 12
"""Below this a language is a guess."""
_CITATION: Final = re.compile(
    r"\[\d{1,3}\]|\[\[?[\w .:/#-]{2,80}\]\]?\(|\[source[^\]]{0,80}\]|\(source:|<cite|https?://", re.IGNORECASE
)


def required_fields(settings: Settings) -> Check:
    """Every JSONPath in `fields` finds something in the value, which is JSON."""
    paths = [check_path(path) for path in texts(settings, "fields")]

    def check(value: JsonValue, _subject: JsonValue) -> Verdict:
        document = _document(value)
        if document is None:
            return Verdict(value=False, comment="The value is not JSON, so no field can be there.")
        absent = [path for path in paths if select(document, path) in (None, "", [], {})]
        return Verdict(value=not absent, comment=f"Missing: {', '.join(absent)}." if absent else "All fields are there.")

    return check


def matches(settings: Settings) -> Check:
    """The expression `pattern` (RE2) is found, or with `forbidden` is not."""
    expression, forbidden = pattern(settings, "pattern"), flag(settings, "forbidden")

    def check(value: JsonValue, _subject: JsonValue) -> Verdict:
        found = expression.search(as_text(value)) is not None
        return Verdict(value=found != forbidden, comment="The expression was found." if found else "The expression was not found.")

    return check


def json_schema(settings: Settings) -> Check:
    """The value is JSON and fits `schema` (Draft 2020-12; references to addresses are not followed)."""
    try:
        misfit_of = fits(settings.get("schema"))
    except NotASchema as error:
        raise BadEvaluator(f"`schema` is no JSON schema: {error}") from error

    def check(value: JsonValue, _subject: JsonValue) -> Verdict:
        document = _document(value)
        if document is None:
            return Verdict(value=False, comment="The value is not JSON.")
        misfit = misfit_of(document)
        return Verdict(value=misfit is None, comment=f"At {misfit.place or 'the top'}: {misfit.message}" if misfit else "It fits.")

    return check


def contains(settings: Settings) -> Check:
    """`words` are in the text: `any` of them, `all` or `none`."""
    words, mode = texts(settings, "words"), word(settings, "mode", ("any", "all", "none"), "any")
    same_case = flag(settings, "match_case")

    def check(value: JsonValue, _subject: JsonValue) -> Verdict:
        found = _found(words, as_text(value), same_case=same_case)
        passed = {"any": bool(found), "all": len(found) == len(words), "none": not found}[mode]
        return Verdict(value=passed, comment=f"Found: {', '.join(found[:10])}." if found else "None of the words was found.")

    return check


def length(settings: Settings) -> Check:
    """Between `min` and `max` of `unit` (characters, words or sentences)."""
    unit = word(settings, "unit", ("characters", "words", "sentences"), "words")
    low, high = number(settings, "min", 0.0), number(settings, "max")
    if high is not None and low is not None and high < low:
        raise BadEvaluator(f"`max` ({high:g}) is below `min` ({low:g}).")

    def check(value: JsonValue, _subject: JsonValue) -> Verdict:
        text = as_text(value)
        size = {
            "characters": len(text),
            "words": len(text.split()),
            "sentences": len([part for part in re.split(r"[.!?。！？]+(?:\s|$)", text) if part.strip()]),
        }[unit]
        passed = (low is None or size >= low) and (high is None or size <= high)
        return Verdict(value=passed, comment=f"{size:,} {unit}.", metadata={"size": size})

    return check


def language(settings: Settings) -> Check:
    """The text is in one of `languages` (ISO 639-1), or with `same_as` (a JSONPath) in the language of that value."""
    wanted = texts(settings, "languages", needed=False)
    other = check_path(settings["same_as"]) if settings.get("same_as") else None
    if not wanted and other is None:
        raise BadEvaluator('The rule needs `languages`, such as ["en", "de"], or `same_as`, such as `$.input`.')

    def check(value: JsonValue, subject: JsonValue) -> Verdict:
        allowed = wanted or tuple(filter(None, [_language(as_text(select(subject, other or "$")))]))
        found = _language(as_text(value))
        if not found or not allowed:
            return missing(f"Fewer than {SHORTEST_LANGUAGE_CHARS} characters say nothing about a language.")
        return Verdict(value=found in allowed, comment=f"The text is {found}; wanted: {', '.join(allowed)}.")

    return check


def citation(settings: Settings) -> Check:
    """At least `min` sources are cited: `[1]`, a link, a `[title](…)`, or what `pattern` finds."""
    own = pattern(settings, "pattern") if settings.get("pattern") else None
    least = number(settings, "min", 1.0) or 1.0

    def check(value: JsonValue, _subject: JsonValue) -> Verdict:
        text = as_text(value)
        count = (1 if own.search(text) else 0) if own is not None else len(set(_CITATION.findall(text)))
        return Verdict(value=count >= min(least, 1.0 if own is not None else least), comment=f"{count} source(s) cited.")

    return check


def refusal(_settings: Settings) -> Check:
    """Passes where the answer does not open with a refusal."""

    def check(value: JsonValue, _subject: JsonValue) -> Verdict:
        rule = refusal_rule(as_text(value))
        return Verdict(value=not rule, comment=f"It opens with a refusal (rule {rule})." if rule else "It is an answer.")

    return check


def pii(settings: Settings) -> Check:
    """Passes where no personal data and no secrets of `kinds` are in the text. What was found is counted, never repeated."""
    known = tuple(kind.value for kind in Sensitive)
    wanted = texts(settings, "kinds", needed=False) or tuple(kind for kind in known if kind != Sensitive.IP)
    if unknown := [kind for kind in wanted if kind not in known]:
        raise BadEvaluator(f"`kinds` names {unknown[0]!r}; known are {', '.join(known)}.")
    redactor = Redactor(RedactionPolicy(kinds=frozenset(Sensitive(kind) for kind in wanted)))

    def check(value: JsonValue, _subject: JsonValue) -> Verdict:
        text = as_text(value)
        clean = redactor.text(text)
        found = {kind: clean.count(f"[{kind.upper()}]") - text.count(f"[{kind.upper()}]") for kind in wanted}
        leaks = {kind: count for kind, count in found.items() if count > 0}
        told = ", ".join(f"{count} × {kind}" for kind, count in leaks.items())
        return Verdict(value=not leaks, comment=f"Found: {told}." if leaks else "Nothing personal was found.", metadata={**leaks})

    return check


def toxicity(settings: Settings) -> Check:
    """Passes where none of the list's words stands in the text as a word; `words` adds to the list or, with `only`, replaces it."""
    own = texts(settings, "words", needed=False)
    listed = own if flag(settings, "only") else (*TOXIC, *own)
    expression = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, listed)) + r")(?!\w)", re.IGNORECASE)

    def check(value: JsonValue, _subject: JsonValue) -> Verdict:
        count = len(expression.findall(as_text(value)))
        return Verdict(value=not count, comment=f"{count} word(s) of the list." if count else "No word of the list.")

    return check


TOXIC: Final = (
    "asshole", "bastard", "bitch", "bullshit", "cunt", "dickhead", "dumbass", "fuck", "fucking", "go to hell", "idiot", "kill yourself",
    "moron", "motherfucker", "piece of shit", "retard", "shit", "shut up", "slut", "son of a bitch", "stupid", "whore", "arschloch",
    "fick", "hurensohn", "scheiße", "schlampe", "connard", "putain", "salope", "cabrón", "gilipollas", "puta", "stronzo", "vaffanculo",
)  # fmt: skip
"""Insults and curses of several languages: a floor, not a classifier. The gallery has a judge for the rest."""


def _document(value: JsonValue) -> JsonValue:
    """A value that is JSON already, or text that holds JSON; None where it is neither."""
    if not isinstance(value, str):
        return value
    try:
        parsed: JsonValue = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return parsed


def _found(words: Sequence[str], text: str, *, same_case: bool) -> list[str]:
    if same_case:
        return [one for one in words if one in text]
    folded = text.casefold()
    return [one for one in words if one.casefold() in folded]


def _language(text: str) -> str:
    if len(text.strip()) < SHORTEST_LANGUAGE_CHARS:
        return ""
    import py3langid  # type: ignore[import-untyped]  # its model takes 1.5 s to load, which a start does not need

    return str(py3langid.classify(text[:2_000])[0])


TEXT_RULES: Final[Mapping[str, Callable[[Settings], Check]]] = {
    "required_fields": required_fields,
    "matches": matches,
    "json_schema": json_schema,
    "contains": contains,
    "length": length,
    "language": language,
    "citation": citation,
    "refusal": refusal,
    "pii": pii,
    "toxicity": toxicity,
}
"""By name."""
