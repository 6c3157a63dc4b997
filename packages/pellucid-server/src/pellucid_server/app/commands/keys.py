"""`pellucid keys`: list, make and revoke API keys."""

from argparse import Namespace
from collections.abc import Mapping
from urllib.parse import quote

from pellucid_server.app.lock import DirectoryLock
from pellucid_server.app.opening import database_url
from pellucid_server.app.remote import Remote, running
from pellucid_server.app.settings import read_settings
from pellucid_server.core.errors import NotFound
from pellucid_server.identity.provision import Provision
from pellucid_server.identity.service import Identity
from pellucid_server.model.scope import Role, Scope
from pellucid_server.store.meta.database import MetaStore


def run(arguments: Namespace, environment: Mapping[str, str]) -> int:
    """List, make or revoke keys, through the running server where there is one."""
    settings = read_settings(environment, data=arguments.data)
    remote = running(settings.data)
    if remote is not None:
        return _keys_remotely(remote, arguments)
    lock = DirectoryLock(settings.data, "keys")
    try:
        store = MetaStore.open(database_url(settings))
        identity = Identity.open(store, wanted=Provision.from_environment(environment), local=True)
        code = _keys_here(identity, arguments)
        store.close()
        return code
    finally:
        lock.release()


def _keys_remotely(remote: Remote, arguments: Namespace) -> int:
    project = f"?project={quote(arguments.project)}" if arguments.project else ""
    if arguments.verb == "list":
        for key in remote.call("GET", f"/api/v1/keys{project}")["data"]:
            print(f"{key['id']}  {key['role']:8} {key['prefix']}…  {key['name']}")
    elif arguments.verb == "create":
        made = remote.call("POST", f"/api/v1/keys{project}", {"name": arguments.name, "role": arguments.role})
        _show_secret(made["public_key"], made["secret_key"])
    else:
        remote.call("DELETE", f"/api/v1/keys/{quote(arguments.id)}{project}")
        print("The key is revoked.")
    return 0


def _keys_here(identity: Identity, arguments: Namespace) -> int:
    scope = _owner(identity, arguments.project)
    if arguments.verb == "list":
        for key in identity.keys.list_keys(scope):
            print(f"{key.id}  {key.role:8} {key.prefix}…  {key.name}")
    elif arguments.verb == "create":
        made = identity.keys.create(scope, name=arguments.name, role=Role(arguments.role))
        _show_secret(made.key.public_key, made.secret)
    else:
        identity.keys.revoke(scope, arguments.id)
        print("The key is revoked.")
    return 0


def _owner(identity: Identity, project_id: str | None) -> Scope:
    """Whoever can read the data directory owns what is in it."""
    projects = identity.projects.all_settings()
    found = next((project for project in projects if project_id in (None, project.id)), None)
    if found is None:
        known = ", ".join(project.id for project in projects)
        raise NotFound(f"There is no project {project_id!r} here; there are: {known}.")
    return Scope(organization_id=found.organization_id, project_id=found.id, role=Role.OWNER, actor="local")


def _show_secret(public_key: str, secret: str) -> None:
    print(f"public key  {public_key}\nsecret key  {secret}\nThe secret is shown this once: put it into PELLUCID_API_KEY now.")
