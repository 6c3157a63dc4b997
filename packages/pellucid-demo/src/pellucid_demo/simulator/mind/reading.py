"""Reading a prompt: its sections, its documents, and the instructions that a model would obey."""

import json
import re
from dataclasses import dataclass

_NUMBERS = {"one": 1, "a single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_COUNT = r"(one|a single|two|three|four|five|six|\d+)"

_MAX_SENTENCES = re.compile(
    rf"\b(?:in|to|at most|within|no more than|under|maximum of)\s+{_COUNT}(?:\s+(?:or|to)\s+{_COUNT})?\s+(?:short\s+)?sentences?\b",
    re.IGNORECASE,
)
_NO_STEPS = re.compile(
    r"\b(?:do not|don't|never|avoid|without)\b[^.\n]{0,60}\b(?:steps?|walk|settings|instructions)\b", re.IGNORECASE
)
_REFER = re.compile(
    r"\brefer\s+(?:them|the customer|the user|customers|users)\s+to\s+((?:their|the|an?|our)\s+[^.,;\n]{3,60}?)"
    r"(?=\s+for\b|\s+instead\b|[.,;\n]|$)",
    re.IGNORECASE,
)
_CITE = re.compile(r"\bcite\b|\bname the (?:article|source)\b", re.IGNORECASE)

_DOCUMENT = re.compile(r"<document\b([^>]*)>\s*(.*?)\s*</document>", re.DOTALL | re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(\w+)=["']([^"']*)["']""")

_LABELS = {
    "question": "question|user question|customer question|user input|user message|user query|user|input|query|prompt|task",
    "context": "context|retrieved context|retrieved documents|retrieval context|documents|sources|reference context",
    "answer_a": "answer a|response a|assistant a|output a|option a",
    "answer_b": "answer b|response b|assistant b|output b|option b",
    "reference": "expected answer|expected output|reference answer|ground truth|expected|reference|gold answer",
    "answer": "answer|response|assistant response|ai response|model response|assistant|output|model output|completion|"
    "submission|candidate|candidate answer|generation|actual output|reply",
    "text": "text|original|draft|system prompt|current prompt|document",
}
_SECTION_OF = {name: section for section, labels in _LABELS.items() for name in labels.split("|")}
_ANY_LABEL = "|".join(sorted(map(re.escape, _SECTION_OF), key=len, reverse=True)).replace(r"\ ", "[ _-]")
_HEADING = re.compile(
    rf"^[ \t]*(?:\#{{1,4}}[ ]*|\*\*|\[)?(?:the\s+)?({_ANY_LABEL})(?:\*\*|\])?[ ]*(?::(?:\*\*)?|\]|$)",
    re.IGNORECASE | re.MULTILINE,
)
_TAG = re.compile(rf"<({_ANY_LABEL})>\s*(.*?)\s*</\1>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructions:
    """What a system prompt asks of the form of an answer. The last word on a subject wins."""

    max_sentences: int | None
    no_steps: bool
    refer_to: str
    cite: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document in a prompt."""

    id: str
    title: str
    text: str


def instructions(text: str) -> Instructions:
    limits = [_number(match[2] or match[1]) for match in _MAX_SENTENCES.finditer(text)]
    refers = _REFER.findall(text)
    return Instructions(
        max_sentences=limits[-1] if limits else None,
        no_steps=_NO_STEPS.search(text) is not None,
        refer_to=refers[-1].strip() if refers else "",
        cite=_CITE.search(text) is not None,
    )


def documents(text: str) -> list[Document]:
    """The `<document id= title=>` elements of a prompt, in their order."""
    found = []
    for number, match in enumerate(_DOCUMENT.finditer(text), start=1):
        attributes = dict(_ATTRIBUTE.findall(match[1]))
        found.append(Document(id=attributes.get("id", str(number)), title=attributes.get("title", ""), text=match[2].strip()))
    return found


def without_documents(text: str) -> str:
    return _DOCUMENT.sub("", text).strip()


def sections(text: str) -> dict[str, str]:
    """The labelled parts of a prompt: question, context, answer, answer_a, answer_b, reference, text.

    Understood are `<answer>…</answer>`, `Answer: …`, `## Answer`, `**Answer:** …`, `[Answer]` and a JSON object with
    such keys. A later section wins over an earlier one with the same label, so an example in the rubric does not hide
    the case itself.
    """
    found = _json_sections(text)
    headings = list(_HEADING.finditer(text))
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    for heading, end in zip(headings, ends, strict=bool(headings)):
        if content := text[heading.end() : end].strip():
            found[_section(heading[1])] = content
    for tag in _TAG.finditer(text):
        if tag[2]:
            found[_section(tag[1])] = tag[2]
    return found


def _section(label: str) -> str:
    return _SECTION_OF[re.sub(r"[ _-]", " ", label.lower())]


def _json_sections(text: str) -> dict[str, str]:
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return {}
    try:
        value = json.loads(text[start : end + 1])
    except ValueError:
        return {}
    if not isinstance(value, dict):
        return {}
    known = {key: item for key, item in value.items() if re.sub(r"[ _-]", " ", key.lower()) in _SECTION_OF}
    return {_section(key): item if isinstance(item, str) else json.dumps(item) for key, item in known.items()}


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word.lower()]
