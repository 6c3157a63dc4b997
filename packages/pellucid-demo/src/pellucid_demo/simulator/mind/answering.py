"""Plain answers: from documents in the prompt, from tool results, summaries, and small talk.

Where the prompt contradicts itself the model follows the later instruction most of the time, not always; the more
documents it is given, the more often it leans on the wrong one. Both rates are constants below.
"""

import json
import re
from collections import Counter

from pellucid_demo.simulator.catalogue import Style
from pellucid_demo.simulator.chance import chance, choose, happens
from pellucid_demo.simulator.conversation import Request
from pellucid_demo.simulator.mind.reading import Document, Instructions, documents, instructions, without_documents
from pellucid_demo.simulator.mind.words import coverage, sentences, stem, stems, words

# How often an instruction to be brief or to send the reader away is followed although the prompt also asks for steps.
COMPLIANCE = 0.85
# How often the wrong document is taken: one of five in the prompt, and what each document beyond five adds.
WRONG_DOCUMENT = 0.03
WRONG_DOCUMENT_PER_EXTRA = 0.03
_USUAL_DOCUMENTS = 5
_ENOUGH_OVERLAP = 0.34
_PRIMACY = 0.12

_OPENINGS = (
    "Here is how to do that: {title}.",
    "Sure, this is covered in the help centre: {title}.",
    "Good question. {title} works like this.",
    "You can do this yourself: {title}.",
)
_CLOSINGS = (
    "If anything looks different on your screen, tell me what you see.",
    "Let me know if one of the steps does not work for you.",
    "I can open a ticket if that does not solve it.",
)
_QUESTION_LABEL = re.compile(r"(?:^|\n)\s*(?:customer )?question\s*:\s*", re.IGNORECASE)


def answer(request: Request, style: Style, seed: str) -> str:
    """The text that a support model would write."""
    found = documents("\n".join(turn.text for turn in request.turns if turn.role in ("system", "user")))
    question = question_of(request)
    if found:
        return _from_documents(question, found, instructions(request.system_text()), style, seed)
    return _conversational(question, seed)


def question_of(request: Request) -> str:
    """The last thing that the user asked, without the documents around it."""
    text = without_documents(request.last_user_text())
    return _QUESTION_LABEL.split(text)[-1].strip()


def summary(text: str, seed: str, limit: int = 3) -> str:
    """The sentences whose words the text uses most, in their order."""
    found = sentences(text)
    weights = Counter(stem(word) for word in words(text) if len(word) > 3)
    ranked = sorted(found, key=lambda line: -sum(weights[root] for root in stems(line)) / (4 + len(words(line))))
    kept = set(ranked[:limit])
    body = " ".join(line for line in found if line in kept)
    return f"{choose(('In short:', 'Summary:', 'The gist:'), seed, 'summary', text)} {body}" if body else "Nothing to say."


def from_tool_results(request: Request, style: Style, seed: str) -> str:
    """Facts that tools returned, then the answer to the question if documents allow one."""
    facts = " ".join(_spoken(turn.text) for turn in request.turns if turn.role == "tool" and turn.text)
    if documents(request.last_user_text()):
        return f"{facts}\n\n{answer(request, style, seed)}".strip()
    return f"{facts} {choose(_CLOSINGS, seed, 'closing', facts)}".strip()


def best_document(question: str, found: list[Document], seed: str) -> Document | None:
    """The document that the model leans on; None when none speaks to the question."""
    wanted = stems(question)
    # The first document weighs a little more than the last, as it does with real models.
    places = {document.id: _PRIMACY * (1 - number / len(found)) for number, document in enumerate(found)}
    ranked = sorted(found, key=lambda document: -_overlap(wanted, document) - places[document.id])
    if _overlap(wanted, ranked[0]) < _ENOUGH_OVERLAP:
        return None
    extra = max(0, len(found) - _USUAL_DOCUMENTS)
    if len(ranked) > 1 and happens(WRONG_DOCUMENT + extra * WRONG_DOCUMENT_PER_EXTRA, seed, "wrong", question, len(found)):
        return choose(ranked[1:], seed, "which", question)
    return ranked[0]


def _from_documents(question: str, found: list[Document], asked: Instructions, style: Style, seed: str) -> str:
    document = best_document(question, found, seed)
    if document is None:
        return "I could not find this in the help centre articles that I have. I can open a ticket with our support team."
    obeys = happens(COMPLIANCE, seed, "complies", question, document.id)
    if asked.refer_to and obeys:
        return _sent_away(document, asked.refer_to)
    steps = sentences(document.text)
    if asked.max_sentences is not None and obeys:
        return " ".join(steps[: asked.max_sentences])
    source = f" [{document.id}]" if asked.cite else ""
    if style is Style.TERSE:
        return " ".join(steps) + (source if happens(0.35, seed, "cites", question) else "")
    listed = steps if asked.no_steps and obeys else [f"{number}. {step}" for number, step in enumerate(steps, start=1)]
    opening = choose(_OPENINGS, seed, "opening", question).format(title=document.title or question)
    closing = choose(_CLOSINGS, seed, "closing", question)
    return "\n".join([opening, *listed]) + f"{source}\n{closing}"


def _sent_away(document: Document, whom: str) -> str:
    whom = re.sub(r"^(?:their|the)\b", "your", whom)
    subject = document.title[:1].lower() + document.title[1:] if document.title else "this"
    return f"For {subject}, please contact {whom}."


def _overlap(wanted: frozenset[str], document: Document) -> float:
    return coverage(wanted, stems(document.title)) + 0.6 * coverage(wanted, stems(document.text))


def _spoken(result: str) -> str:
    try:
        value = json.loads(result)
    except ValueError:
        return result.strip()[:400]
    if not isinstance(value, dict):
        return str(value)[:400]
    parts = [f"{key.replace('_', ' ')} is {item}" for key, item in value.items() if not isinstance(item, dict | list)]
    return f"I looked it up: {', '.join(parts)}." if parts else "I looked it up."


def _conversational(question: str, seed: str) -> str:
    if not question:
        return "How can I help?"
    subject = " ".join(word for word in words(question) if len(word) > 3)[:80] or question[:80]
    depth = int(1 + 3 * chance(seed, "depth", question))
    lines = (
        f"About {subject}: that depends on how it is set up today.",
        f"Start from what you know about {subject} and change one thing at a time.",
        "Write down what you expect to see, then compare it with what happens.",
        "If the two differ, the difference is the next thing to look at.",
    )
    return " ".join(lines[:depth])
