"""`Identity`: the room's services, wired. Built once by `app`, which says where it listens and who hears of changes."""

from collections.abc import Callable
from dataclasses import dataclass

from pellucid_server.core.clock import Clock, system_clock
from pellucid_server.core.ids import IdSource, random_id
from pellucid_server.identity.attempts import AttemptLimits, Attempts
from pellucid_server.identity.cache import ScopeCache
from pellucid_server.identity.context import Context
from pellucid_server.identity.keys import Keys
from pellucid_server.identity.members import Members
from pellucid_server.identity.origins import Origins
from pellucid_server.identity.passwords import Passwords
from pellucid_server.identity.prices import Prices
from pellucid_server.identity.projects import Projects
from pellucid_server.identity.provision import Provision, provision
from pellucid_server.identity.resolve import Resolver
from pellucid_server.identity.sign_in import SignIn
from pellucid_server.model.change import ChangeEvent
from pellucid_server.store.meta.database import MetaStore


def ignore(_project_id: str) -> None:
    """The listener of a server that keeps no snapshots."""


def unrecorded(_project_id: str, _event: ChangeEvent) -> None:
    """The recorder of a server that keeps no ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """All verbs of the room."""

    resolver: Resolver
    sign_in: SignIn
    keys: Keys
    members: Members
    projects: Projects
    prices: Prices
    origins: Origins
    store: MetaStore

    @classmethod
    def open(
        cls,
        store: MetaStore,
        *,
        wanted: Provision | None = None,
        local: bool = False,
        clock: Clock = system_clock,
        new_id: IdSource = random_id,
        attempt_limits: AttemptLimits | None = None,
        project_changed: Callable[[str], None] = ignore,
        record_change: Callable[[str, ChangeEvent], None] = unrecorded,
    ) -> "Identity":
        """Provision what is missing and wire the services. `local`: only this machine can reach the server, so that requests
        without a credential may be its owner's."""
        origins = Origins(store, clock)

        def changed(project_id: str) -> None:
            origins.forget()
            project_changed(project_id)

        context = Context(
            store=store,
            clock=clock,
            new_id=new_id,
            scopes=ScopeCache(clock),
            project_changed=changed,
            record_change=record_change,
        )
        passwords = Passwords()
        provision(context, passwords, wanted or Provision())
        resolver = Resolver(context, local=local)
        return cls(
            resolver=resolver,
            sign_in=SignIn(context, resolver, passwords, Attempts(attempt_limits)),
            keys=Keys(context),
            members=Members(context, resolver),
            projects=Projects(context),
            prices=Prices(context),
            origins=origins,
            store=store,
        )

    def has_credentials(self) -> bool:
        """Whether anybody could get in from outside: a key exists, or an owner can sign in."""
        with self.store.reading() as unit:
            return unit.keys.count() > 0 or unit.people.an_owner_can_sign_in()
