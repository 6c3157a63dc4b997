"""What one deployed release of the bot is made of: everything that shapes its answers, in one frozen value."""

from dataclasses import dataclass, field

from pellucid_demo.bot.people import SignUp


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSettings:
    """A build of the help-centre index.

    `notes_for` names document classes whose reference notes are indexed as chunks of their own beside the guide.
    Builds differ in version, never in name.
    """

    version: str
    name: str = "help-centre"
    top_k: int = 5
    notes_for: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release of the bot.

    `fragments` are appended to the system prompt for accounts that signed up in a certain way. `digest_page_size` is
    how many events the activity tool returns a page, `digest_page_limit` how many pages it has at most.
    """

    version: str
    index: IndexSettings
    fragments: dict[SignUp, str] = field(default_factory=dict)
    digest_page_size: int = 40
    digest_page_limit: int = 3
