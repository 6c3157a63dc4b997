"""`pellucid people`: who has an account, and a new password for who lost theirs. Works on the metadata itself, server or no server.

Whoever can open the metadata could do anything to it, so nobody is asked who they are.
"""

import sys
from argparse import Namespace
from collections.abc import Mapping
from getpass import getpass

from pellucid_server.app.opening import database_url
from pellucid_server.app.settings import read_settings
from pellucid_server.identity.service import Identity
from pellucid_server.store.meta.database import MetaStore

ACTOR = "system"


def run(arguments: Namespace, environment: Mapping[str, str]) -> int:
    """List people, or reset a password."""
    settings = read_settings(environment, data=arguments.data)
    store = MetaStore.open(database_url(settings))
    try:
        if arguments.verb == "list":
            return _list(store)
        return _reset(Identity.open(store), arguments.email)
    finally:
        store.close()


def _list(store: MetaStore) -> int:
    with store.reading() as unit:
        for person in unit.people.list_all():
            roles = [f"{item.role} of {item.place_id} (all projects)" for item in unit.organization_members.of_person(person.id)]
            roles += [f"{item.role} of {item.place_id}" for item in unit.project_members.of_person(person.id)]
            print(f"{person.email}  {person.name}  {', '.join(roles) or 'no role'}")
    return 0


def _reset(identity: Identity, email: str) -> int:
    identity.sign_in.reset_password(email, _new_password(), actor=ACTOR)
    print("The password is changed, and all sessions of this person end within a minute.")
    return 0


def _new_password() -> str:
    """From the terminal unseen, or one line from a pipe."""
    return getpass("New password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
