"""The help centre: articles by document class, and what customers ask about them.

In the files a line `? …` is a question that the article answers (traffic is made from them, the bot never sees them)
and a line `= …` holds reference notes, which only some index versions include.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

DOCUMENT_CLASSES = ("billing", "account", "security", "workspace", "integrations", "api")

_HEADING = re.compile(r"^## (?P<id>[\w-]+): (?P<title>.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article. `text` is the guide, `notes` the reference part that a guide can do without."""

    id: str
    document_class: str
    title: str
    text: str
    notes: str
    questions: tuple[str, ...]


@cache
def articles() -> tuple[Article, ...]:
    return tuple(article for name in DOCUMENT_CLASSES for article in _read(name))


def _read(document_class: str) -> list[Article]:
    text = resources.files("pellucid_demo.bot.help_centre").joinpath(f"{document_class}.md").read_text("utf-8")
    headings = list(_HEADING.finditer(text))
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    return [
        _article(document_class, heading["id"], heading["title"], text[heading.end() : end])
        for heading, end in zip(headings, ends, strict=True)
    ]


def _article(document_class: str, name: str, title: str, block: str) -> Article:
    lines = [line for line in block.splitlines() if line]
    return Article(
        id=name,
        document_class=document_class,
        title=title,
        text=" ".join(line for line in lines if line[0] not in "?="),
        notes=" ".join(line[2:] for line in lines if line.startswith("= ")),
        questions=tuple(line[2:] for line in lines if line.startswith("? ")),
    )
