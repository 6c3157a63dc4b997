"""Signing in and out, and passwords. A session lives in a cookie; of its token only the hash is stored."""

from dataclasses import dataclass, replace

from pellucid_server.core.clock import DAY, Micros
from pellucid_server.identity.attempts import Attempts
from pellucid_server.identity.context import Context
from pellucid_server.identity.emails import checked, same_spelling
from pellucid_server.identity.errors import BadInvitation, NoSuchPerson, NotAPerson, WrongPassword
from pellucid_server.identity.passwords import Passwords
from pellucid_server.identity.resolve import Resolver
from pellucid_server.identity.secret_text import digest, new_token
from pellucid_server.model.change import AuditEvent
from pellucid_server.model.scope import Scope
from pellucid_server.store.meta.invitations import Invitation
from pellucid_server.store.meta.people import Membership, Person, Session
from pellucid_server.store.meta.unit import UnitOfWork

SESSION_LIFE: Micros = 30 * DAY
_INVITED = "invitation"
"""Under this name failures of invitation tokens are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A new session: the token goes into the cookie and nowhere else."""

    token: str
    person: Person
    expires_time: Micros


class SignIn:
    """The verbs of the sign-in page and of "change my password"."""

    def __init__(self, context: Context, resolver: Resolver, passwords: Passwords, attempts: Attempts) -> None:
        self._context = context
        self._resolver = resolver
        self._passwords = passwords
        self._attempts = attempts

    def sign_in(self, email: str, password: str, *, address: str) -> SignedIn:
        """Open a session. `address` is the client's, for counting failures. Raises `WrongPassword` or `TooManyAttempts`."""
        spelled = same_spelling(email)
        self._attempts.check(spelled, address)
        with self._context.store.reading() as unit:
            person = unit.people.by_email(spelled)
        if not self._passwords.matches(person.password_hash if person else None, password) or person is None:
            self._attempts.failed(spelled, address)
            raise WrongPassword
        stronger = self._stronger(person, password)
        with self._context.store.writing() as unit:
            if stronger is not None and unit.people.get(person.id) == person:
                unit.people.put(stronger)
            return self._open_session(unit, person)

    def sign_out(self, token: str) -> None:
        """End one session; an unknown one is no error."""
        with self._context.store.writing() as unit:
            unit.sessions.remove(digest(token))
        self._context.scopes.clear()

    def change_password(self, scope: Scope, *, old: str, new: str, address: str) -> SignedIn:
        """Set one's own password, knowing the old one. All sessions end, and a new one begins."""
        with self._context.store.reading() as unit:
            person = unit.people.get(scope.actor.removeprefix("user:")) if scope.actor.startswith("user:") else None
        if person is None:
            raise NotAPerson
        self._attempts.check(person.email, address)
        if not self._passwords.matches(person.password_hash, old):
            self._attempts.failed(person.email, address)
            raise WrongPassword
        changed = self._set_password(person, new, actor=scope.actor)
        with self._context.store.writing() as unit:
            return self._open_session(unit, changed)

    def reset_password(self, email: str, new: str, *, actor: str) -> None:
        """Set somebody's password without the old one: for whoever runs the server, at its command line. Ends their sessions."""
        with self._context.store.reading() as unit:
            person = unit.people.by_email(checked(email))
        if person is None:
            raise NoSuchPerson
        self._set_password(person, new, actor=actor)

    def accept_invitation(self, token: str, *, name: str, password: str, address: str) -> SignedIn:
        """Turn an invitation into an account with a password, and sign in. Raises `BadInvitation` or `WeakPassword`."""
        self._attempts.check(_INVITED, address)
        self._passwords.check_strength(password)
        with self._context.store.reading() as unit:
            if self._promised(unit, token) is None:
                self._attempts.failed(_INVITED, address)
                raise BadInvitation
        signed_in = self._join(token, name, self._passwords.hash(password))
        self._resolver.refresh()
        return signed_in

    def _promised(self, unit: UnitOfWork, token: str) -> Invitation | None:
        """The invitation, if it is still open."""
        invitation = unit.invitations.by_token(digest(token))
        if invitation is None or invitation.expires_time <= self._context.clock():
            return None
        return invitation if unit.people.by_email(invitation.email) is None else None

    def _join(self, token: str, name: str, hashed: str) -> SignedIn:
        now = self._context.clock()
        with self._context.store.writing() as unit:
            invitation = self._promised(unit, token)
            if invitation is None:  # accepted twice at once
                raise BadInvitation
            person = Person(
                id=self._context.new_id("user"), email=invitation.email, name=name, password_hash=hashed, created_time=now
            )
            unit.people.add(person)
            _give_role(unit, invitation, person, now)
            unit.invitations.remove(invitation.id)
            event = AuditEvent(time=now, actor=f"user:{person.id}", action="invitation.accept", target=invitation.email)
            unit.audit.append(event, organization_id=invitation.organization_id, project_id=invitation.project_id)
            return self._open_session(unit, person)

    def _stronger(self, person: Person, password: str) -> Person | None:
        """The person with a hash by today's parameters, if theirs is older."""
        if person.password_hash is None or not self._passwords.is_outdated(person.password_hash):
            return None
        return replace(person, password_hash=self._passwords.hash(password))

    def _set_password(self, person: Person, new: str, *, actor: str) -> Person:
        self._passwords.check_strength(new)
        changed = replace(person, password_hash=self._passwords.hash(new))
        with self._context.store.writing() as unit:
            unit.people.put(changed)
            unit.sessions.remove_of_person(person.id)
            unit.audit.append(AuditEvent(time=self._context.clock(), actor=actor, action="password.change", target=person.id))
        self._resolver.refresh()
        return changed

    def _open_session(self, unit: UnitOfWork, person: Person) -> SignedIn:
        now = self._context.clock()
        token = new_token()
        unit.sessions.remove_expired(now)
        unit.sessions.add(Session(token_hash=digest(token), person_id=person.id, created_time=now, expires_time=now + SESSION_LIFE))
        return SignedIn(token=token, person=person, expires_time=now + SESSION_LIFE)


def _give_role(unit: UnitOfWork, invitation: Invitation, person: Person, now: Micros) -> None:
    """Give the role that was promised."""
    project_id = invitation.project_id
    place_id = invitation.organization_id if project_id is None else project_id
    members = unit.organization_members if project_id is None else unit.project_members
    members.put(Membership(place_id=place_id, person_id=person.id, role=invitation.role, created_time=now))
