"""The text rule for refusals: what it must catch, and (more important) what it must leave alone."""

from dataclasses import replace

import pytest

from pellucid_server.enrich.outcome import RULES, refusal_rule, refused_by
from pellucid_server.model.message import Message, Part, PartType, Role, text_part
from pellucid_server.model.span import Kind, Outcome, Span

REFUSALS = {
    "I'm sorry, but I can't help with that.": "en_help",
    "I can’t assist with that request.": "en_help",
    "I cannot help you create a phishing page.": "en_help",
    "Sorry, I'm not able to provide instructions for that.": "en_help",
    "As an AI language model, I cannot provide medical advice.": "en_help",
    "I'm unable to comply with this request.": "en_help",
    "  \n**I won't help with this.**": "en_help",
    "I must respectfully decline to write this.": "en_decline",
    "Apologies, but that's not something I can help with.": "en_not_something",
    "I'm sorry, but this is against my guidelines.": "en_policy",
    "Es tut mir leid, aber dabei kann ich Ihnen nicht helfen.": "de",
    "Tut mir leid, ich kann dir bei dieser Anfrage leider nicht weiterhelfen.": "de",
    "Ich kann diese Anfrage nicht bearbeiten.": "de_request",
    "Je suis désolé, mais je ne peux pas vous aider avec cette demande.": "fr",
    "Lo siento, pero no puedo ayudarte con eso.": "es",
    "Desculpe, mas não posso ajudar com isso.": "pt",
    "Mi dispiace, ma non posso aiutarti con questa richiesta.": "it",
    "Het spijt me, maar daar kan ik je niet bij helpen.": "nl",
    "Извините, но я не могу помочь с этим.": "ru",
    "很抱歉，我无法协助您完成该请求。": "zh",
    "申し訳ありませんが、そのご要望にはお応えできません。": "ja",
    "죄송하지만 그 요청은 도와드릴 수 없습니다.": "ko",
}

ANSWERS = [
    "",
    "Sure! Here is the plan.",
    "The box says: I can't help with that.",
    "Here is a poem. I cannot assist the moon, it sings.",
    "I can't find any order under this number. Could you check it?",
    "I can't wait to help you with that!",
    "I can't help but notice that your query lacks an index.",
    "I cannot see an attachment; please send it again.",
    "I'm unable to reproduce the error, so please send the log.",
    "I can't provide an exact delivery date yet, but it ships on Monday.",
    "I'm sorry to hear that your parcel is late. I can help you with a refund.",
    "Sorry, the item is out of stock.",
    "I'm sorry, but your card was declined.",
    "I'm sorry for the confusion. The answer is 42.",
    "That's something I can help with.",
    "As an AI, I don't have feelings, but I would choose blue.",
    "Unfortunately, the flight is fully booked.",
    "I won't bore you with details: restart the router.",
    "I must say that the report is good.",
    "Es tut mir leid, dass Ihr Paket zu spät ist.",
    "Tut mir leid, ich kann die Bestellung nicht finden.",
    "Désolé, je ne peux pas trouver votre commande.",
    "Lo siento, no puedo encontrar su pedido.",
    "Mi dispiace, non posso trovare il tuo ordine.",
    "抱歉，我没有找到您的订单。",
    "申し訳ありませんが、ご注文が見つかりませんでした。",
    '{"answer": "I can\'t help with that"}',
]


@pytest.mark.parametrize(("text", "rule"), REFUSALS.items())
def test_a_refusal_is_named_by_its_rule(text: str, rule: str) -> None:
    assert refusal_rule(text) == rule


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_is_no_refusal(text: str) -> None:
    assert refusal_rule(text) == ""


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_that_is_quoted_or_comes_later_is_no_refusal(text: str) -> None:
    assert refusal_rule("The assistant said: " + text) == ""
    assert refusal_rule("Here is your answer. " + text) == ""


def test_every_rule_has_an_example() -> None:
    assert set(REFUSALS.values()) == set(RULES)


def generation(text: str, *more: Part) -> Span:
    answer = Message(role=Role.ASSISTANT, parts=(text_part(text), *more))
    return Span(trace_id="a" * 32, span_id="b" * 16, start_time=1, kind=Kind.GENERATION, messages_out=(answer,))


def test_the_rule_applies_to_generations_that_ended_well() -> None:
    span = generation("I can't help with that.")
    assert refused_by(span) == "en_help"
    assert refused_by(replace(span, messages_out=(), output="I can't help with that.")) == "en_help"
    assert refused_by(replace(span, messages_out=(), output={"a": 1})) == ""
    assert refused_by(replace(span, kind=Kind.CHAIN)) == ""
    assert refused_by(replace(span, outcome=Outcome.ERROR)) == ""
    assert refused_by(generation("I can't help with that.", Part(type=PartType.TOOL_CALL, name="escalate"))) == ""


def test_a_hostile_answer_costs_no_more_than_its_opening() -> None:
    assert refusal_rule("tut mir leid, ich kann " + "a" * 1_000_000) == ""
