"""Scopes by credential, in memory, so that the door asks the database once a minute and not once a request.

Bounded, with a time to live; emptied whenever this process changes anything about keys or people. Another process sees a change
after at most `FRESH_FOR`. Entries outlive that: while the database is away, a key that was good a moment ago stays good.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock

from pellucid_server.core.clock import HOUR, MINUTE, SECOND, Clock, Micros
from pellucid_server.model.scope import Scope

FRESH_FOR: Micros = MINUTE
STALE_FOR: Micros = HOUR
"""How long an entry may still be used if the database does not answer."""
UNKNOWN_FOR: Micros = 5 * SECOND
"""How long a refused credential is refused without asking: short, because its key may be created elsewhere at any moment."""
CAPACITY = 10_000
"""Entries; about 1 KB each. The least recently used goes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    scope: Scope | None
    fresh_until: Micros
    ends: Micros
    """When it must not be used any more, whatever happens."""


class ScopeCache:
    """Thread-safe. Refused credentials are kept apart from good ones, so that a flood of bad ones displaces nobody."""

    def __init__(self, clock: Clock, capacity: int = CAPACITY) -> None:
        self._clock = clock
        self._capacity = capacity
        self._lock = Lock()
        self._good: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._refused: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._generation = 0

    @property
    def generation(self) -> int:
        """Changes with every `clear`; hand it to `keep`, read before the database was."""
        return self._generation

    def get(self, key: Hashable) -> Scope | None:
        """The fresh scope of a credential, or None if the database must be asked."""
        entry = self._find(self._good, key)
        return entry.scope if entry is not None and self._clock() < entry.fresh_until else None

    def get_stale(self, key: Hashable) -> Scope | None:
        """The scope that it had lately. Only for when the database does not answer."""
        entry = self._find(self._good, key)
        return entry.scope if entry is not None and self._clock() < entry.ends else None

    def is_refused(self, key: Hashable) -> bool:
        """Whether it was refused a moment ago."""
        entry = self._find(self._refused, key)
        return entry is not None and self._clock() < entry.fresh_until

    def keep(self, key: Hashable, scope: Scope, *, generation: int, expires: Micros | None = None) -> None:
        """Remember a good credential, not beyond its own expiry, and not if the truth changed since `generation`."""
        now = self._clock()
        ends = now + STALE_FOR if expires is None else min(now + STALE_FOR, expires)
        entry = _Entry(scope=scope, fresh_until=min(now + FRESH_FOR, ends), ends=ends)
        self._put(self._good, key, entry, generation)

    def refuse(self, key: Hashable, *, generation: int) -> None:
        """Remember a bad credential for a moment."""
        until = self._clock() + UNKNOWN_FOR
        self._put(self._refused, key, _Entry(scope=None, fresh_until=until, ends=until), generation)

    def clear(self) -> None:
        """Forget everything: some key, person or role changed."""
        with self._lock:
            self._generation += 1
            self._good.clear()
            self._refused.clear()

    def _find(self, entries: OrderedDict[Hashable, _Entry], key: Hashable) -> _Entry | None:
        with self._lock:
            entry = entries.get(key)
            if entry is not None:
                entries.move_to_end(key)
            return entry

    def _put(self, entries: OrderedDict[Hashable, _Entry], key: Hashable, entry: _Entry, generation: int) -> None:
        with self._lock:
            if generation != self._generation:
                return
            entries[key] = entry
            entries.move_to_end(key)
            while len(entries) > self._capacity:
                entries.popitem(last=False)
