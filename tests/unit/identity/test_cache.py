"""The cache of scopes: fresh for a minute, useful for an hour, bounded, and never older than the last change."""

from collections import OrderedDict

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.unit.identity.fakes import FakeClock

from pellucid_server.identity.cache import CAPACITY, FRESH_FOR, STALE_FOR, UNKNOWN_FOR, ScopeCache
from pellucid_server.model.scope import Role, Scope


def scope(name: str) -> Scope:
    return Scope(organization_id="o", project_id=name, role=Role.MEMBER, actor="key:1")


def test_fresh_then_stale_then_gone(clock: FakeClock) -> None:
    cache = ScopeCache(clock)
    cache.keep("a", scope("a"), generation=cache.generation)
    clock.now += FRESH_FOR - 1
    assert cache.get("a") == scope("a")
    clock.now += 1
    assert cache.get("a") is None
    assert cache.get_stale("a") == scope("a")
    clock.now += STALE_FOR
    assert cache.get_stale("a") is None


def test_an_entry_does_not_outlive_its_key(clock: FakeClock) -> None:
    cache = ScopeCache(clock)
    cache.keep("a", scope("a"), generation=cache.generation, expires=clock.now + 5)
    clock.now += 5
    assert cache.get("a") is None
    assert cache.get_stale("a") is None


def test_refused_is_short_and_apart(clock: FakeClock) -> None:
    cache = ScopeCache(clock, capacity=2)
    cache.keep("good", scope("good"), generation=cache.generation)
    for number in range(10):
        cache.refuse(number, generation=cache.generation)
    assert cache.get("good") == scope("good")
    assert cache.is_refused(9)
    assert not cache.is_refused(0)
    clock.now += UNKNOWN_FOR
    assert not cache.is_refused(9)


def test_what_was_read_before_a_change_is_not_kept(clock: FakeClock) -> None:
    cache = ScopeCache(clock)
    before = cache.generation
    cache.clear()
    cache.keep("a", scope("a"), generation=before)
    cache.refuse("b", generation=before)
    assert cache.get("a") is None
    assert not cache.is_refused("b")


def test_the_capacity_is_bounded() -> None:
    assert ScopeCache(FakeClock())._capacity == CAPACITY


class CacheMachine(RuleBasedStateMachine):
    """Against a model: a dictionary in order of use."""

    @initialize()
    def start(self) -> None:
        self.clock = FakeClock()
        self.cache = ScopeCache(self.clock, capacity=3)
        self.model: OrderedDict[str, tuple[Scope, int]] = OrderedDict()

    @rule(name=st.sampled_from("abcde"))
    def keep(self, name: str) -> None:
        self.cache.keep(name, scope(name), generation=self.cache.generation)
        self.model[name] = (scope(name), self.clock.now + FRESH_FOR)
        self.model.move_to_end(name)
        while len(self.model) > 3:
            self.model.popitem(last=False)

    @rule(name=st.sampled_from("abcde"))
    def get(self, name: str) -> None:
        expected = None
        if name in self.model:
            self.model.move_to_end(name)
            kept, until = self.model[name]
            expected = kept if self.clock.now < until else None
        assert self.cache.get(name) == expected

    @rule(microseconds=st.integers(0, FRESH_FOR))
    def wait(self, microseconds: int) -> None:
        self.clock.now += microseconds

    @rule()
    def clear(self) -> None:
        self.cache.clear()
        self.model.clear()

    @invariant()
    def is_bounded(self) -> None:
        if hasattr(self, "cache"):
            assert len(self.cache._good) <= 3


TestCacheMachine = CacheMachine.TestCase
TestCacheMachine.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
