"""Text → tree: the grammar, and the checks that need the vocabulary. Errors are `BadFilter` and point at the character."""

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from pellucid_server.core.errors import BadFilter
from pellucid_server.filters.text import tokens
from pellucid_server.filters.tree import (
    EVERYTHING,
    Compare,
    FieldRef,
    Filter,
    Has,
    Not,
    Operator,
    Pattern,
    Text,
    Value,
    Words,
    all_of,
    any_of,
    depth,
    negate,
    one_of,
    walk,
)
from pellucid_server.filters.values import read_boolean, read_number, read_time
from pellucid_server.filters.vocabulary import KEYED, Field, Vocabulary

MAX_CHARS: Final = 4_096
"""A filter travels in a URL; browsers and proxies cut those at 8 KB."""
MAX_TERMS: Final = 256
"""Each term may become a subquery."""
MAX_DEPTH: Final = 24

_GRAMMAR: Final = r"""
start: [any]
?any: all (_OR all)*
?all: not_ (_AND? not_)*
?not_: (_MINUS | _NOT) not_ -> negation
     | term
?term: "(" any ")"
     | FIELD OP value                      -> comparison
     | FIELD OP "(" value ("," value)* ")" -> membership
     | QUOTED                              -> phrase
     | WORD                                -> words
value: QUOTED | BARE

_MINUS: "-"
_OR.4: /OR(?![^\s()"])/
_AND.4: /AND(?![^\s()"])/
_NOT.4: /NOT(?![^\s()"])/
FIELD.3: /[A-Za-z_]\w*(\.("(\\.|[^"\\])*"|[\w.\-\/]+))?(?=:|\s*(!=|=|<|>))/s
OP.2: /:?(>=|<=|>|<)|:|!=|=/
QUOTED.2: /"(\\.|[^"\\])*"/s
BARE: /(\\.|[^\s()",\\])+/s
WORD: /(?!(AND|OR|NOT)(?![^\s()"]))(\\.|[^\s()"\\,<>=!:\-])(\\.|[^\s()"\\])*/s
%ignore /\s+/
"""

_NAMES: Final = {
    "FIELD": "a field",
    "WORD": "a word",
    "QUOTED": "text in quotes",
    "BARE": "a value",
    "OP": "one of : = != > >= < <=",
    "LPAR": "(",
    "RPAR": ")",
    "COMMA": ",",
    "_OR": "OR",
    "_AND": "AND",
    "_NOT": "NOT",
    "_MINUS": "-",
    "$END": "the end",
}


def parse(text: str, vocabulary: Vocabulary) -> Filter:
    """The tree that `text` means. Raises `BadFilter` with `position` and what was `expected`."""
    if len(text) > MAX_CHARS:
        raise BadFilter(f"The filter is longer than {MAX_CHARS} characters; narrow it.", position=MAX_CHARS, expected=[])
    tree = _read(text, vocabulary)
    if sum(1 for _ in walk(tree)) > MAX_TERMS or depth(tree) > MAX_DEPTH:
        raise BadFilter(f"The filter has more than {MAX_TERMS} terms or {MAX_DEPTH} levels; narrow it.", position=0, expected=[])
    return tree


def _read(text: str, vocabulary: Vocabulary) -> Filter:
    try:
        return _Builder(vocabulary).transform(_parser().parse(text))
    except VisitError as error:
        if isinstance(error.orig_exc, BadFilter):
            raise error.orig_exc from None
        raise
    except UnexpectedInput as error:
        raise _unexpected(text, error) from None
    except RecursionError:
        raise BadFilter(f"The filter has more than {MAX_DEPTH} levels; narrow it.", position=0, expected=[]) from None


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=False)


def _unexpected(text: str, error: UnexpectedInput) -> BadFilter:
    raw: Iterable[str] = ()
    if isinstance(error, UnexpectedToken):
        raw = error.accepts or error.expected
    elif isinstance(error, UnexpectedCharacters):
        raw = error.allowed or ()
    expected = sorted({_NAMES[name] for name in raw if name in _NAMES})
    at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    position = len(text) if at_end else error.pos_in_stream or 0
    found = f"`{text[position]}` at character {position + 1}" if position < len(text) else "the end of the filter"
    quote = " A quotation mark is not closed." if text[position : position + 1] == '"' else ""
    return BadFilter(
        f"The filter cannot go on with {found}.{quote} Expected: {', '.join(expected)}.", position=position, expected=expected
    )


@v_args(inline=True)
class _Builder(Transformer[Token, Filter]):
    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def start(self, item: Filter = EVERYTHING) -> Filter:
        return item

    def any(self, *items: Filter) -> Filter:
        return any_of(items)

    def all(self, *items: Filter) -> Filter:
        return all_of(items)

    def negation(self, item: Filter) -> Filter:
        return negate(item)

    def words(self, token: Token) -> Filter:
        return _words(token, _unescape(token), phrase=False)

    def phrase(self, token: Token) -> Filter:
        return _words(token, _unquote(token), phrase=True)

    def value(self, token: Token) -> Token:
        return token

    def comparison(self, name: Token, operator: Token, value: Token) -> Filter:
        if name == "has":
            return self._has(value)
        ref, field = self._field(name)
        sign = operator.lstrip(":") or ":"
        if sign in (":", "=", "!="):
            item: Filter = Compare(field=ref, value=_typed(field, value))
            return Not(item) if sign == "!=" else item
        if sign not in field.operators:
            raise _bad(operator, f"`{field.name}` has no order; compare it with `:`.", [*field.operators, "!="])
        return _ordered(field, ref, Operator(sign), value)

    def membership(self, name: Token, operator: Token, *values: Token) -> Filter:
        if operator not in (":", "=", "!="):
            raise _bad(operator, "A list of values can only be compared with `:` or `!=`.", [":", "!="])
        if name == "has":
            return all_of(map(self._has, values))
        ref, field = self._field(name)
        item = one_of(ref, [_typed(field, value) for value in values])
        return Not(item) if operator == "!=" else item

    def _has(self, token: Token) -> Has:
        stem, _, key = _unquote(token).partition(".")
        return Has(_resolve(token, stem, key, self._vocabulary)[0])

    def _field(self, token: Token) -> tuple[FieldRef, Field]:
        stem, _, key = token.partition(".")
        return _resolve(token, stem, _unquote_text(key), self._vocabulary)


def _words(token: Token, text: str, *, phrase: bool) -> Words:
    if not tokens(text):
        raise _bad(token, f"`{text}` holds no letter or digit to search for.", ["a word"])
    return Words(text, phrase)


def _ordered(field: Field, ref: FieldRef, operator: Operator, token: Token) -> Compare:
    value = _typed(field, token)
    if isinstance(value, (Text, Pattern)):
        raise _bad(token, f"`{_unquote(token)}` has no order; write a number after `{operator}`.", ["a number"])
    return Compare(field=ref, operator=operator, value=value)


def _resolve(token: Token, stem: str, key: str, vocabulary: Vocabulary) -> tuple[FieldRef, Field]:
    field = vocabulary.find(stem)
    if field is None:
        similar = vocabulary.similar(stem)
        hint = f" Did you mean `{similar[0]}`?" if similar else ""
        raise _bad(token, f"There is no field `{stem}`.{hint} To search for the text itself, put it in quotes.", similar)
    keyed = field.type in KEYED
    if keyed and not key:
        raise _bad(token, f"`{field.name}` needs a key, like `{field.name}.{'quality' if field.type == 'score' else 'plan'}`.", [])
    if key and not keyed:
        raise _bad(token, f"`{field.name}` has no keys; write `{field.name}` alone.", [field.name])
    return FieldRef(name=field.name, key=key), field


def _typed(field: Field, token: Token) -> Value:
    text = _unquote(token)
    try:
        match field.type:
            case "number":
                return read_number(text, field.unit)
            case "boolean":
                return read_boolean(text)
            case "time":
                return read_time(text)
            case "score":
                return _number_or_text(token)
            case _:
                return _string(field, token)
    except ValueError as error:
        raise _bad(token, f"For `{field.name}`: {error}.", ["a " + field.type]) from None


def _number_or_text(token: Token) -> Value:
    if token.type == "BARE":
        try:
            return read_number(_unescape(token), "")
        except ValueError:
            pass
    return _string(None, token)


def _string(field: Field | None, token: Token) -> Value:
    if token.type == "BARE":
        pieces = _pieces(token)
        if len(pieces) > 1:
            return Pattern(pieces)
    text = _unquote(token)
    if field and field.values and text not in field.values:
        similar = difflib.get_close_matches(text.lower(), field.values, n=3, cutoff=0.5)
        hint = f" Did you mean `{similar[0]}`?" if similar else f" Known: {', '.join(field.values)}."
        raise _bad(token, f"`{field.name}` is never `{text}`.{hint}", list(similar or field.values))
    return Text(text)


def _pieces(token: Token) -> tuple[str, ...]:
    """The literal pieces around each unescaped `*`."""
    pieces = [""]
    for part in re.findall(r"\\.|[^\\]", token, re.DOTALL):
        if part == "*":
            pieces.append("")
        else:
            pieces[-1] += part[-1]
    return tuple(pieces)


def _unescape(token: str) -> str:
    return re.sub(r"\\(.)", r"\1", token, flags=re.DOTALL)


def _unquote(token: Token) -> str:
    return _unquote_text(token) if token.type == "QUOTED" else _unescape(token)


def _unquote_text(text: str) -> str:
    return _unescape(text[1:-1]) if text.startswith('"') else text


def _bad(token: Token, message: str, expected: list[str]) -> BadFilter:
    return BadFilter(message, position=token.start_pos or 0, expected=expected)
