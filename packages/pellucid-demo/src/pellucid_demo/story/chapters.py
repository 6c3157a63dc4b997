"""The chapters: what changes for Harbour's bot, on which date, and how each of them is told without a story.

Times are days before the end of the history, or minutes after live traffic began. Every release, rebuilt index and
provider swap is dated here and nowhere else. Without a story the releases keep their dates but change nothing, and the
provider keeps its models.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pellucid_demo.bot.configuration import IndexSettings, Release
from pellucid_demo.bot.people import SignUp
from pellucid_demo.simulator.catalogue import SUCCESSORS, VERSIONS, Swap

SSO_FRAGMENT = (
    "This account signs in through a company identity provider. Keep the reply to one or two sentences, do not walk the "
    "customer through settings, and refer them to their administrator for anything about the account."
)

HISTORY_DAYS = 70
SWAP_DAYS_AGO = 24.0
REINDEX_DAYS_AGO = 14.0
FRAGMENT_DAYS_AGO = 7.0
RUNAWAY_DAYS_AGO = 2.0

SWAPPED_ALIAS = "gpt-4o"
RUNAWAY_FEATURE = "digest"
OVER_RETRIEVED_CLASS = "api"

_INDEX_V3 = IndexSettings(version="production-v3")
_INDEX_V4 = IndexSettings(version="production-v4", notes_for=frozenset({OVER_RETRIEVED_CLASS}))
_RUNAWAY_PAGE_SIZE, _RUNAWAY_PAGE_LIMIT = 50, 24

# Minutes of live traffic after which chapters happen again: from when, and for the runaway until when.
LIVE_SWAP_MINUTES = 3.0
LIVE_RUNAWAY_MINUTES = (5.0, 9.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    """A release and the time from which it serves; `note` is what its authors said about it."""

    at: datetime
    release: Release
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapters:
    """Everything that has a date, seen from the end of the history and the begin of live traffic."""

    end: datetime
    live: datetime
    story: bool = True

    @property
    def start(self) -> datetime:
        return self.end - timedelta(days=HISTORY_DAYS)

    def deploys(self) -> list[Deploy]:
        """All releases, oldest first, those after the end of the history included."""
        plain = Release(version="2.4.0", index=_INDEX_V3)
        reindexed = replace(plain, index=_INDEX_V4) if self.story else plain
        fragmented = replace(reindexed, fragments={SignUp.SSO: SSO_FRAGMENT}) if self.story else reindexed
        runaway = self._runaway(fragmented)
        steps: Sequence[tuple[float, str, Release, str]] = (
            (HISTORY_DAYS, "2.4.0", plain, "Assistant for everybody"),
            (56.0, "2.5.0", plain, "Ticket form in the sidebar"),
            (38.0, "2.6.0", plain, "Faster start of the chat window"),
            (REINDEX_DAYS_AGO, "2.7.0", reindexed, "Help-centre index rebuilt with the new schema"),
            (10.0, "2.7.1", reindexed, "Dark theme of the chat window"),
            (FRAGMENT_DAYS_AGO, "2.8.0", fragmented, "Context for accounts of companies"),
            (RUNAWAY_DAYS_AGO, "2.8.1", runaway, "Digest reads all pages of the activity"),
            (RUNAWAY_DAYS_AGO - 1.0, "2.8.2", fragmented, "Digest reads three pages again"),
        )
        past = [_deploy(self.end - timedelta(days=days), version, release, note) for days, version, release, note in steps]
        again, taken_back = (self.live + timedelta(minutes=minutes) for minutes in LIVE_RUNAWAY_MINUTES)
        return [
            *past,
            _deploy(again, "2.8.3", runaway, "Digest reads all pages of the activity, second try"),
            _deploy(taken_back, "2.8.4", fragmented, "Second try of the digest taken back"),
        ]

    def release_at(self, at: datetime) -> Release:
        """The release that serves at a time; the first one before that."""
        deploys = self.deploys()
        return next((deploy.release for deploy in reversed(deploys) if deploy.at <= at), deploys[0].release)

    def swaps(self) -> tuple[Swap, ...]:
        """What the provider does without telling anyone."""
        if not self.story:
            return ()
        since = self.end - timedelta(days=SWAP_DAYS_AGO)
        again = self.live + timedelta(minutes=LIVE_SWAP_MINUTES)
        return (
            Swap(alias=SWAPPED_ALIAS, since=since, version=SUCCESSORS[SWAPPED_ALIAS]),
            Swap(alias=SWAPPED_ALIAS, since=again, version=VERSIONS[SWAPPED_ALIAS]),
        )

    def _runaway(self, release: Release) -> Release:
        if not self.story:
            return release
        return replace(release, digest_page_size=_RUNAWAY_PAGE_SIZE, digest_page_limit=_RUNAWAY_PAGE_LIMIT)


def _deploy(at: datetime, version: str, release: Release, note: str) -> Deploy:
    return Deploy(at=at, release=replace(release, version=version), note=note)
