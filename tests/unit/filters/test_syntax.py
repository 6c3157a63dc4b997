"""The language by examples: what each spelling means, and what each mistake is told."""

import pytest
from tests.unit.filters.vocabularies import VOCABULARY

from pellucid_server.core.errors import BadFilter
from pellucid_server.filters.printer import show
from pellucid_server.filters.syntax import parse
from pellucid_server.filters.tree import EVERYTHING, And, Compare, FieldRef, Has, Not, Number, Operator, Or, Pattern, Text, Words


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        ("kind:generation", "kind:generation"),
        ("kind = generation", "kind:generation"),
        ("kind!=tool", "-kind:tool"),
        ("NOT kind:tool AND refund", "-kind:tool refund"),
        ("user:ada tag:smoke latency>2s", "user_id:ada tags:smoke duration>2s"),
        ("cost > $0.01", "cost>0.01"),
        ("duration:>2s", "duration>2s"),
        ("duration>1500", "duration>1500ms"),
        ("duration>1.5s", "duration>1500ms"),
        ("duration>=90s", "duration>=90s"),
        ("duration<=60m", "duration<=1h"),
        ("tokens>10k", "tokens>10000"),
        ("tokens<1.5M", "tokens<1500000"),
        ("model:(a, b)", "model:(a,b)"),
        ("model:(a)", "model:a"),
        ("model!=(a,b)", "-model:(a,b)"),
        ("model:gpt-4*", "model:gpt-4*"),
        ('model:"gpt-4*"', 'model:"gpt-4*"'),
        ('user:"x y"', 'user_id:"x y"'),
        ("metadata.plan:pro", "metadata.plan:pro"),
        ('metadata."my key":1', 'metadata."my key":1'),
        ("metadata.a.b:1", "metadata.a.b:1"),
        ("score.quality<0.5", "score.quality<0.5"),
        ("score.tone:good", "score.tone:good"),
        ("has:cost -has:tags", "has:cost -has:tags"),
        ("has:(cost,tags)", "has:cost has:tags"),
        ("is_root:yes", "is_root:true"),
        ("start_time>2026-11-20", "start_time>2026-11-20"),
        ("start_time>2026-11-20T14:30+02:00", "start_time>2026-11-20T12:30Z"),
        ("start_time>-24h", "start_time>-1d"),
        ("start_time>-90m", "start_time>-90m"),
        ("a b OR c d", "a b OR c d"),
        ("a (b OR c)", "a (b OR c)"),
        ("(a b)", "a b"),
        ("-(a OR b)", "-(a OR b)"),
        ("--a", "a"),
        ('"refund policy" -refund', '"refund policy" -refund'),
        ("ORDER NOTE or", "ORDER NOTE or"),
        ("don't stop, gpt-4o", "don't stop, gpt-4o"),
    ],
)
def test_spellings(text: str, canonical: str) -> None:
    assert show(parse(text, VOCABULARY), VOCABULARY) == canonical


def test_the_tree() -> None:
    assert parse("", VOCABULARY) == EVERYTHING
    assert parse("cost>0.01 -model:gpt* (a OR has:tags)", VOCABULARY) == And(
        (
            Compare(field=FieldRef(name="cost"), operator=Operator.GT, value=Number(0.01)),
            Not(Compare(field=FieldRef(name="model"), value=Pattern(("gpt", "")))),
            Or((Words("a"), Has(FieldRef(name="tags")))),
        )
    )
    assert parse("score.quality:1", VOCABULARY) == Compare(field=FieldRef(name="score", key="quality"), value=Number(1))
    assert parse('score.quality:"1"', VOCABULARY) == Compare(field=FieldRef(name="score", key="quality"), value=Text("1"))


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("modl:x", 0, "Did you mean `model`?"),
        ("a http://x", 2, "put it in quotes"),
        ("kind:generatoin", 5, "Did you mean `generation`?"),
        ("kind:zzz", 5, "Known: generation, tool, chain"),
        ("cost>abc", 5, "0.01 or $0.01"),
        ("cost>1e999", 5, "too large"),
        ("duration>2x", 9, "500ms, 2s"),
        ("model>a", 5, "has no order"),
        ("score.tone>good", 11, "has no order"),
        ("is_root:maybe", 8, "neither true nor false"),
        ("start_time>tomorrow", 11, "write it like 2026-11-20"),
        ("start_time>3020-01-01", 11, "outside of the years"),
        ("metadata:x", 0, "needs a key, like `metadata.plan`"),
        ("has:score", 4, "needs a key, like `score.quality`"),
        ("model.a:x", 0, "has no keys"),
        ("model:", 6, "Expected: (, a value, text in quotes"),
        ("(a", 2, "the end of the filter"),
        ("a)", 1, "Expected: the end"),
        ('a "b', 2, "not closed"),
        ("...", 0, "no letter or digit"),
        ("a OR", 4, "the end of the filter"),
        ("cost>(1,2)", 4, "only be compared with `:`"),
        ("model:(a,)", 9, "Expected: a value"),
    ],
)
def test_mistakes_are_pointed_at(text: str, position: int, says: str) -> None:
    with pytest.raises(BadFilter) as caught:
        parse(text, VOCABULARY)
    assert caught.value.details["position"] == position
    assert says in caught.value.message


def test_what_could_go_on_is_listed() -> None:
    with pytest.raises(BadFilter) as caught:
        parse("modl:x", VOCABULARY)
    assert caught.value.details["expected"] == ["model"]
