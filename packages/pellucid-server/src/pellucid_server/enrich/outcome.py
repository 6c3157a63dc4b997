"""Refusals that only the text shows: a short, documented list of openings. Pure text in, the name of the matching rule out.

Providers' own signs (refusal fields, stop reasons) are read by the dialects; some emitters turn them into plain text, and many models
decline in prose. The rule is for precision first: an answer counts as refused only if it *opens* with a refusal to help, comply
or discuss. An answer that cannot find an order, or says "I can't" in its middle, is an answer. `docs/guides/refusals.md` lists the rules.
"""

import re

from pellucid_server.model.message import PartType, text_of
from pellucid_server.model.span import Kind, Outcome, Span

OPENING_CHARS = 240
"""How much of the answer is looked at: an apology and the first clause."""

_SORRY_EN = (
    r"(?:(?:(?:i(?:'m| am) )?(?:so |very |really |truly )?sorry|(?:my )?apologies|i apologi[sz]e|unfortunately)"
    r"[,.:;!]? (?:but |however,? )?)?(?:as an ai(?: [\w ]{1,40})?, )?"
)
_UNABLE_EN = r"i(?:'m| am)? (?:can't|cannot|can not|won't|will not|(?:not able|unable|not going) to|not comfortable|not willing to)"
_HELP_EN = (
    r"(?:help(?:ing)? (?:you )?with|help you (?:to|do|make|create|write|build|get|plan)|help[.!]"
    r"|assist(?:ing)? (?:you )?(?:with|in)|assist[.!]|comply|fulfil+ (?:that|this|your|the) request|engage (?:in|with)"
    r"|participate in|support (?:that|this) request|discuss (?:that|this)|answer that|do that[.!]"
    r"|provid(?:e|ing) (?:that|this|instructions|guidance on|(?:medical|legal|financial) advice|you with (?:that|this|instructions))"
    r"|(?:creat|generat|writ|produc)(?:e|ing) (?:that|this|such|content that|explicit|harmful|hateful))"
)

_RULES: tuple[tuple[str, str], ...] = (
    ("en_help", _SORRY_EN + _UNABLE_EN + " " + _HELP_EN),
    ("en_decline", _SORRY_EN + r"i (?:(?:must|have to|need to|will have to) (?:respectfully |politely )?decline|decline to)\b"),
    (
        "en_policy",
        _SORRY_EN
        + r"(?:(?:it|that|this)(?:'s| is)|(?:that|this|your) request (?:is|goes)) against my (?:guidelines|polic|programming|values)",
    ),
    (
        "en_not_something",
        _SORRY_EN + r"(?:that|this)(?:'s| is) (?:not something i (?:can|am able to|will)|something i (?:can't|cannot|won't)) "
        r"(?:help|assist|do|support)",
    ),
    (
        "de",
        r"(?:es )?(?:tut mir leid|entschuldigung|leider)[,.]? (?:aber )?"
        r"(?:ich kann|(?:dabei|damit|hierbei) kann ich|kann ich) [^.!?]{0,60}nicht (?:weiter)?(?:helfen|behilflich|unterstützen)",
    ),
    (
        "de_request",
        r"(?:(?:es )?tut mir leid[,.]? (?:aber )?)?(?:ich kann|ich darf) (?:diese|dieser|ihre|deine) (?:anfrage|bitte) nicht",
    ),
    (
        "fr",
        r"(?:(?:je suis )?désolée?|je regrette)[,.]? (?:mais )?je ne (?:peux|puis|suis) pas (?:en mesure de )?"
        r"(?:vous |t')?(?:aider|assister|répondre à cette demande|donner suite|accéder à cette demande)",
    ),
    (
        "es",
        r"lo siento[,.]? (?:pero )?no puedo (?:ayudar(?:te|le|los)? (?:con|en|a)|asistir(?:te|le)? (?:con|en)|cumplir|responder a es[ao])",
    ),
    (
        "pt",
        r"(?:desculpe|sinto muito|lamento)[,.]? (?:mas )?(?:eu )?não posso "
        r"(?:ajud(?:ar|á-l[oa]) (?:com|n)|auxiliar|atender a es[st]e|cumprir)",
    ),
    ("it", r"(?:mi dispiace|spiacente)[,.]? (?:ma )?non posso (?:aiutar(?:ti|la|vi) (?:con|in|a)|assister(?:ti|la)|soddisfare)"),
    ("nl", r"(?:het )?spijt me[,.]? (?:maar )?(?:daar|hier|ik) kan (?:ik )?(?:je|u|jou) [^.!?]{0,40}niet (?:(?:bij|mee) )?helpen"),
    ("ru", r"(?:извините|простите|к сожалению)[,.]? (?:но )?я не могу (?:помочь|выполнить (?:этот|ваш)|ответить на этот)"),
    (
        "zh",
        r"(?:很抱歉|非常抱歉|抱歉|对不起|對不起)[，,。]?(?:但是?)?(?:我)?(?:无法|無法|不能|不便)"
        r"(?:协助|協助|帮助|幫助|满足|滿足|回答这|回答這|提供这|提供這|提供此|完成这|完成這)",
    ),
    (
        "ja",
        r"(?:大変)?(?:申し訳(?:あり|ござい)ませんが|すみませんが|恐れ入りますが)[、,]?"
        r"[^。]{0,24}(?:お応え|お答え|対応|お手伝い|ご協力|支援)(?:する)?(?:こと)?(?:は|が)?でき(?:ません|かねます)",
    ),
    ("ko", r"죄송(?:하지만|합니다만|합니다)[.,]? [^.]{0,30}(?:도와드릴|도와 드릴|도울|응할|답변드릴|답변할) 수(?:가)? 없"),
)

_OPENING = re.compile(r"[\s\"'“*_>]*(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _RULES) + ")")

RULES: tuple[str, ...] = tuple(name for name, _ in _RULES)
"""The names of the rules; the first that matches is kept with the span."""


def refusal_rule(text: str) -> str:
    """The rule by which this answer opens with a refusal; empty for an answer."""
    opening = text[:OPENING_CHARS].lower().replace("’", "'")
    match = _OPENING.match(opening)
    return (match.lastgroup or "") if match else ""


def refused_by(span: Span) -> str:
    """The rule by which a generation that ended well was refused after all; empty otherwise.

    An answer that calls a tool is not a refusal, whatever it says beside the call.
    """
    if span.kind is not Kind.GENERATION or span.outcome is not Outcome.SUCCESS:
        return ""
    if any(part.type is PartType.TOOL_CALL for message in span.messages_out for part in message.parts):
        return ""
    text = text_of(span.messages_out[:1]) if span.messages_out else span.output
    return refusal_rule(text) if isinstance(text, str) else ""
