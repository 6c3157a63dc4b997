"""The simulator as rewriter: paraphrases, search queries, and prompts with their contradictions taken out."""

import re

from pellucid_demo.simulator.chance import chance
from pellucid_demo.simulator.conversation import Request
from pellucid_demo.simulator.mind.reading import instructions, sections
from pellucid_demo.simulator.mind.words import STOPWORDS, sentences, words

_REWRITING = re.compile(r"\b(?:rewrite|rephrase|paraphrase|reword|improve (?:this|the) (?:system )?prompt)\b", re.IGNORECASE)
_SEARCH = re.compile(r"\bsearch (?:query|terms|keywords)\b|\bkeywords?\b", re.IGNORECASE)
_PROMPT = re.compile(r"\b(?:system )?prompt\b", re.IGNORECASE)
_SYNONYMS = {
    "how do i": "what is the way to",
    "can i": "is it possible to",
    "change": "update",
    "delete": "remove",
    "show": "display",
    "find": "locate",
    "create": "set up",
    "error": "problem",
    "customer": "client",
    "answer": "reply to",
    "quickly": "soon",
}


def wanted(request: Request) -> bool:
    return _REWRITING.search(f"{request.system_text()}\n{request.last_user_text()}") is not None


def rewrite(request: Request, seed: str) -> str:
    """The text of the prompt said another way; a search query is cut to its keywords."""
    user = request.last_user_text()
    found = sections(user)
    text = found.get("text") or found.get("question") or user.split(":", 1)[-1].strip() or user
    order = f"{request.system_text()}\n{user.replace(text, '')}"
    if _SEARCH.search(order):
        return " ".join(word for word in words(text) if word not in STOPWORDS)
    if _PROMPT.search(order):
        return without_contradictions(text)
    return paraphrase(text, seed)


def paraphrase(text: str, seed: str) -> str:
    said = text
    for plain, other in _SYNONYMS.items():
        if chance(seed, "synonym", plain, text) < 0.8:
            said = re.sub(rf"\b{plain}\b", other, said, flags=re.IGNORECASE)
    return said[:1].upper() + said[1:] if said != text else f"In other words: {text}"


def without_contradictions(prompt: str) -> str:
    """A system prompt without the sentences that hold answers back from what the rest of it asks for."""
    kept = []
    for sentence in sentences(prompt):
        asked = instructions(sentence)
        if asked.max_sentences is None and not asked.no_steps and not asked.refer_to:
            kept.append(sentence)
    return " ".join(kept)
