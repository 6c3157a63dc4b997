"""The detectors: one a kind of personal data or secret, each precise enough to be on by default."""

import re
import string
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from ipaddress import ip_address

import phonenumbers
from stdnum import iban, luhn

from pellucid_server.core.errors import BadRequest
from pellucid_server.enrich.detect import Detector, Found, Judge, Sensitive, stands_alone
from pellucid_server.enrich.escapes import escape_chars, escaped

REMEMBERED_NUMBERS = 4_096
"""Checked phone numbers that are remembered: the one in a system prompt comes with every call."""
_NUMBERED_LIKE_A_CARD = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[0-8]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[0689]\d{12}|35\d{14,17}|6\d{15,18}"
)
"""Visa, Mastercard, American Express, Diners, JCB, and the systems that number with a leading 6."""
_JSON = re.compile(r"\s*[\[{]")
_JSON_AFTER = re.compile(r"\s*(?:[,\]}]|\Z)")
_NEAR_CHARS = 256
_GROUPS_OF_FOUR = re.compile(r"(?:[A-Z0-9]{4} ){2}")
_DATE = re.compile(r"\d{1,2}[-/ ]\d{1,2}[-/ ]\d{2,4}")
_AS_NUMBERS = {ord(letter): str(10 + place) for place, letter in enumerate(string.ascii_uppercase)}
SHORTEST_IBAN = 15
"""Norway's."""
SHORTEST_PHONE = 8
_REGION_OF = {"north_american": "US"}
"""The country whose rules a shape without a country code falls under."""
_BODY = r"[A-Za-z0-9_-]"
_LEFT = r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrtbf])|(?<=\\u[0-9A-Fa-f]{4}))"
"""Not inside a word: so that every word is tried once, whatever its length."""
_KEYS = (
    rf"{_LEFT}(?:(?P<key>sk-{_BODY}{{20,}}|(?:AKIA|ASIA)[0-9A-Z]{{16}}|gh[pousr]_[A-Za-z0-9]{{30,}}|github_pat_[A-Za-z0-9_]{{30,}}"
    rf"|xox[abposr]-[A-Za-z0-9-]{{10,}}|AIza{_BODY}{{35}}|eyJ{_BODY}{{8,}}+\.eyJ{_BODY}{{8,}}+\.{_BODY}*|hf_[A-Za-z0-9]{{30,}}"
    rf"|glpat-{_BODY}{{20,}}|npm_[A-Za-z0-9]{{30,}}|SG\.{_BODY}{{16,}}+\.{_BODY}{{16,}}|[rsp]k_(?:live|test)_[A-Za-z0-9]{{16,}}"
    r"|lsv2_(?:pt|sk)_[0-9a-f]{16,}(?:_[0-9a-f]+)?)(?![A-Za-z0-9_])"
    r"|[Bb]earer +(?P<token>[A-Za-z0-9._~+/-]{16,}+=*))"
    r"|(?P<block>-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[A-Za-z0-9+/=\s:,.]|\\+[nrt]|-(?!-))*+(?:-----END [A-Z ]*PRIVATE KEY-----)?)"
)
_KEY_HINT = (
    r"sk-[A-Za-z0-9_-]{20}|AKIA|ASIA|gh[pousr]_|github_pat_|xox[abposr]-|AIza|eyJ|[Bb]earer +|-----BEGIN|hf_[A-Za-z0-9]{30}|glpat-"
    r"|npm_|SG\.|[rsp]k_(?:live|test)_|lsv2_"
)
_PHONES = (
    r"(?P<international>\+\d(?:[ ().-]{0,2}\d){6,14})"
    r"|(?P<north_american>\([2-9]\d\d\) ?[2-9]\d\d[ .-]?\d{4}|[2-9]\d\d[ .-][2-9]\d\d[ .-]\d{4})"
    r"|(?P<national>\(?0\d{1,4}\)?(?:[ /-]\d{2,8}){1,5})"
)
_CARDS = r"(?:[3-6]\d{3}|2[2-7]\d\d)(?:\d{9,15}|[ -]\d{4}[ -]\d{4}[ -]\d{1,7}|[ -]\d{6}[ -]\d{4,5})"
_LEFT_HINT = r"(?:^|[^0-9A-Za-z_]|\\[nrtbf]|\\u[0-9A-Fa-f]{4})"
_CARD_HINT = r"[2-6][0-9]{3}[ -]?(?:[0-9]{4}[ -]?[0-9]{4}|[0-9]{6}[ -][0-9]{4})"
_PHONE_HINT = (
    r"\+[0-9](?:[ ().-]{0,2}[0-9]){6}"
    rf"|{_LEFT_HINT}(?:(?:\([2-9][0-9]{{2}}\) ?|[2-9][0-9]{{2}}[ .-])[2-9][0-9]{{2}}|\(?0[0-9]{{1,4}}\)?[ /-][0-9]{{2}})"
)


class BadRegion(BadRequest):
    """There is no such phone region; use ISO 3166 codes such as `GB`."""

    code = "bad_region"
    title = "Bad region"


def detectors(phone_regions: Sequence[str]) -> Mapping[Sensitive, Detector]:
    """All detectors, in the order in which they must run: what one has replaced is hidden from the next."""
    known = (
        Detector(kind=Sensitive.KEY, hint=_KEY_HINT, core=re.compile(_KEYS, re.ASCII), judge=_key),
        Detector(
            kind=Sensitive.EMAIL,
            hint=r"@[A-Za-z0-9-]+\.",
            core=re.compile(r"@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}", re.ASCII),
            judge=_email,
        ),
        Detector(
            kind=Sensitive.IBAN,
            hint=_LEFT_HINT + r"[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4} ?[A-Z0-9]{4}",
            core=re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?", re.ASCII),
            judge=_iban,
        ),
        Detector(kind=Sensitive.CARD, hint=_LEFT_HINT + _CARD_HINT, core=re.compile(_CARDS, re.ASCII), judge=_card),
        Detector(
            kind=Sensitive.IP,
            hint=r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]|[0-9a-fA-F]{1,4}:[0-9a-fA-F]{0,4}:",
            core=re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){2,7}", re.ASCII),
            judge=_ip,
        ),
        Detector(
            kind=Sensitive.PHONE,
            hint=_PHONE_HINT,
            core=re.compile(_PHONES, re.ASCII),
            judge=_phone(phone_regions),
        ),
    )
    return {detector.kind: detector for detector in known}


def _email(text: str, match: re.Match[str], done: int) -> Found | None:
    begin = match.start()
    while begin > done:
        char = text[begin - 1]
        if char == "\\":
            letter = escaped(text, begin)
            if letter is None or not _in_local_part(letter):
                begin += escape_chars(text, begin)
                break
            while begin > done + 1 and text[begin - 2] == "\\":  # JSON in JSON: one escape, several backslashes
                begin -= 1
        elif not _in_local_part(char):
            break
        begin -= 1
    return Found(begin=begin, end=match.end()) if begin < match.start() else None


def _in_local_part(char: str) -> bool:
    """Letters of alphabets that stand beside Latin ones; a CJK character before an address is a word of its own."""
    return char in "._%+-" or (char.isalnum() and char < "\u0530")


def _key(text: str, match: re.Match[str], _done: int) -> Found | None:
    """Keys are random: a long name without any digit is none."""
    begin, end = match.span(match.lastgroup or 0)
    random = match.lastgroup == "block" or any(char.isdigit() for char in text[begin:end])
    return Found(begin=begin, end=end) if random else None


def _iban(text: str, match: re.Match[str], _done: int) -> Found | None:
    """The longest valid number that the candidate begins with: words in capitals may follow it."""
    begin = match.start()
    for end in _ends(text, begin, match.end(), SHORTEST_IBAN):
        if stands_alone(text, begin, end, apart_from="") and _remainder(text[begin:end]) == 1 and iban.is_valid(text[begin:end]):
            return Found(begin=begin, end=end)
    return None


def _ends(text: str, begin: int, end: int, shortest: int) -> Iterator[int]:
    """The end of a candidate, and those of its groups before that, the longest first."""
    yield end
    for at in range(end - 1, begin + shortest - 1, -1):
        if text[at - 1].isalnum() and not text[at].isalnum():
            yield at


def _remainder(number: str) -> int:
    """ISO 7064 mod 97 of an account number: a hundredth of the cost of the whole check, and 96 of 97 candidates end here."""
    compact = number.replace(" ", "")
    return int((compact[4:] + compact[:4]).translate(_AS_NUMBERS)) % 97


def _card(text: str, match: re.Match[str], _done: int) -> Found | None:
    begin, end = match.span()
    digits = re.sub(r"\D", "", match.group())
    if (
        not stands_alone(text, begin, end, apart_from=".-+/")
        or not _NUMBERED_LIKE_A_CARD.fullmatch(digits)
        or not luhn.is_valid(digits)
    ):
        return None
    return None if len(digits) == end - begin and _is_json_number(text, begin, end) else Found(begin=begin, end=end)


def _is_json_number(text: str, begin: int, end: int) -> bool:
    """Whether bare digits are a number of a JSON text, not part of one of its strings: the quote before them, if any, is a closing one."""
    if not _JSON.match(text) or not _JSON_AFTER.match(text, end):
        return False
    near = text[max(0, begin - _NEAR_CHARS) : begin]
    _, quote, between = near.rpartition('"')
    if quote:
        return between.lstrip()[:1] in (":", ",", "]", "}")
    return near.rstrip()[-1:] in ("[", ",") and not any(char.isalpha() for char in near)


def _phone(regions: Sequence[str]) -> Judge:
    plans = [(region, _national_plan(region)) for region in regions]

    def national(number: str) -> bool:
        digits = re.sub(r"\D", "", number)
        return _DATE.fullmatch(number) is None and any(
            (plan.fullmatch(digits) or plan.fullmatch(digits[1:])) and _is_number(number, region) for region, plan in plans
        )

    def judge(text: str, match: re.Match[str], _done: int) -> Found | None:
        begin = match.start()
        if match.lastgroup == "national" and _amid_groups(text, begin):
            return None
        for end in _ends(text, begin, match.end(), SHORTEST_PHONE):
            if not stands_alone(text, begin, end, apart_from=".-/:+"):
                continue
            number = text[begin:end]
            if national(number) if match.lastgroup == "national" else _is_number(number, _REGION_OF.get(match.lastgroup or "")):
                return Found(begin=begin, end=end)
        return None

    return judge


def _amid_groups(text: str, begin: int) -> bool:
    """Whether these digits go on with a longer number: `DE89 3704 0044 0532 0130`."""
    return _GROUPS_OF_FOUR.fullmatch(text, max(0, begin - 10), begin) is not None


def _national_plan(region: str) -> re.Pattern[str]:
    """The shape of a country's numbers: a hundredth of the cost of the whole check, and most of what is no number ends here."""
    plan = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if plan is None or plan.general_desc is None or plan.general_desc.national_number_pattern is None:
        raise BadRegion(f"{region!r} is no country that has phone numbers; use ISO 3166 codes such as `GB`.")
    return re.compile(plan.general_desc.national_number_pattern)


@lru_cache(REMEMBERED_NUMBERS)
def _is_number(text: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


def _ip(text: str, match: re.Match[str], _done: int) -> Found | None:
    begin, end = match.span()
    if not stands_alone(text, begin, end, apart_from=".:-/"):
        return None
    try:
        ip_address(match.group())
    except ValueError:
        return None
    return Found(begin=begin, end=end)
