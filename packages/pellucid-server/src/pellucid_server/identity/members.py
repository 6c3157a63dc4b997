"""People of a project: list, invite, change a role, remove. Roles in the whole organisation are an owner's to give and take."""

from collections.abc import Iterable
from dataclasses import dataclass

from pellucid_server.core.clock import DAY, Micros
from pellucid_server.core.errors import Forbidden, NotFound
from pellucid_server.identity.context import Context
from pellucid_server.identity.emails import checked
from pellucid_server.identity.errors import LastOwner, RoleTooHigh
from pellucid_server.identity.resolve import Resolver
from pellucid_server.identity.roles import ORGANIZATION_ROLES, PROJECT_ROLES, check_grant, highest, rank
from pellucid_server.identity.secret_text import digest, new_token
from pellucid_server.model.scope import Permission, Role, Scope
from pellucid_server.store.meta.invitations import Invitation
from pellucid_server.store.meta.people import Membership, Memberships, Person
from pellucid_server.store.meta.unit import UnitOfWork

INVITATION_LIFE: Micros = 14 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who has a role here, or has been promised one."""

    id: str
    """A person's id, or an invitation's."""
    email: str
    name: str
    role: Role
    """The higher of the two."""
    organization_role: Role | None = None
    project_role: Role | None = None
    invited: bool = False
    """Has not accepted yet."""
    created_time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """What came of an invitation."""

    member: Member
    token: str | None
    """To be handed to the person, once; None if they had an account and joined at once."""
    expires_time: Micros | None


class Members:
    """The verbs."""

    def __init__(self, context: Context, resolver: Resolver) -> None:
        self._context = context
        self._resolver = resolver

    def list_members(self, scope: Scope) -> list[Member]:
        """Everybody with a role in the project, by name; then the open invitations."""
        with self._context.store.reading() as unit:
            return [*_joined(unit, scope), *_invited(unit, scope)]

    def invite(self, scope: Scope, *, email: str, role: Role, whole_organization: bool = False) -> Invited:
        """Give a role to somebody who has an account, or an invitation to somebody who has none."""
        self._check_place(scope, role, whole_organization)
        spelled = checked(email)
        with self._context.store.writing() as unit:
            person = unit.people.by_email(spelled)
            if person is not None:
                self._put(unit, scope, person, role, whole_organization)
                invited = Invited(member=_member(unit, scope, person.id), token=None, expires_time=None)
            else:
                invited = self._promise(unit, scope, spelled, role, whole_organization)
            self._context.note(unit, scope, "member.invite", spelled, role=role.value, whole_organization=whole_organization)
        self._resolver.refresh()
        return invited

    def change_role(self, scope: Scope, person_id: str, *, role: Role, whole_organization: bool = False) -> Member:
        """Give another role. Raises `LastOwner`, `RoleTooHigh`."""
        self._check_place(scope, role, whole_organization)
        with self._context.store.writing() as unit:
            person = unit.people.get(person_id)
            if person is None or not _roles(unit, scope, person_id):
                raise NotFound("There is no such member in this project; `GET /api/v1/members` lists them.")
            self._put(unit, scope, person, role, whole_organization)
            self._context.note(unit, scope, "member.change", person_id, role=role.value, whole_organization=whole_organization)
            member = _member(unit, scope, person_id)
        self._resolver.refresh()
        return member

    def remove(self, scope: Scope, member_id: str, *, whole_organization: bool = False) -> None:
        """Take the role in the project away (or the one in the organisation), or an invitation back."""
        if whole_organization and not scope.may(Permission.OWNER):
            raise Forbidden
        with self._context.store.writing() as unit:
            if not self._withdraw(unit, scope, member_id):
                self._expel(unit, scope, member_id, whole_organization)
            self._context.note(unit, scope, "member.remove", member_id, whole_organization=whole_organization)
        self._resolver.refresh()

    def _check_place(self, scope: Scope, role: Role, whole_organization: bool) -> None:
        if whole_organization and not scope.may(Permission.OWNER):
            raise Forbidden
        check_grant(scope.role, role, ORGANIZATION_ROLES if whole_organization else PROJECT_ROLES)

    def _put(self, unit: UnitOfWork, scope: Scope, person: Person, role: Role, whole_organization: bool) -> None:
        _check_not_above(unit, scope, person.id)
        if whole_organization and role is not Role.OWNER:
            _check_not_last_owner(unit, scope.organization_id, person.id)
        members, place_id = _place(unit, scope, whole_organization)
        now = self._context.clock()
        members.put(Membership(place_id=place_id, person_id=person.id, role=role, created_time=now))

    def _promise(self, unit: UnitOfWork, scope: Scope, email: str, role: Role, whole_organization: bool) -> Invited:
        now, token = self._context.clock(), new_token()
        for earlier in unit.invitations.of_organization(scope.organization_id):
            if earlier.email == email and earlier.project_id == (None if whole_organization else scope.project_id):
                unit.invitations.remove(earlier.id)
        invitation = Invitation(
            id=self._context.new_id("invitation"),
            token_hash=digest(token),
            organization_id=scope.organization_id,
            project_id=None if whole_organization else scope.project_id,
            email=email,
            role=role,
            created_by=scope.actor,
            created_time=now,
            expires_time=now + INVITATION_LIFE,
        )
        unit.invitations.add(invitation)
        return Invited(member=_of_invitation(invitation), token=token, expires_time=invitation.expires_time)

    def _withdraw(self, unit: UnitOfWork, scope: Scope, invitation_id: str) -> bool:
        for invitation in _open_invitations(unit, scope):
            if invitation.id == invitation_id:
                if invitation.project_id is None and not scope.may(Permission.OWNER):
                    raise Forbidden
                unit.invitations.remove(invitation_id)
                return True
        return False

    def _expel(self, unit: UnitOfWork, scope: Scope, person_id: str, whole_organization: bool) -> None:
        _check_not_above(unit, scope, person_id)
        if whole_organization:
            _check_not_last_owner(unit, scope.organization_id, person_id)
        members, place_id = _place(unit, scope, whole_organization)
        if not members.remove(place_id, person_id):
            raise NotFound("This person has no role of that kind here; `GET /api/v1/members` shows who has which.")


def _place(unit: UnitOfWork, scope: Scope, whole_organization: bool) -> tuple[Memberships, str]:
    if whole_organization:
        return unit.organization_members, scope.organization_id
    return unit.project_members, scope.project_id


def _roles(unit: UnitOfWork, scope: Scope, person_id: str) -> list[Role]:
    in_organization = [
        item.role for item in unit.organization_members.of_person(person_id) if item.place_id == scope.organization_id
    ]
    return in_organization + [item.role for item in unit.project_members.of_person(person_id) if item.place_id == scope.project_id]


def _check_not_above(unit: UnitOfWork, scope: Scope, person_id: str) -> None:
    theirs = highest(_roles(unit, scope, person_id))
    if theirs is not None and rank(theirs) > rank(scope.role):
        raise RoleTooHigh


def _check_not_last_owner(unit: UnitOfWork, organization_id: str, person_id: str) -> None:
    owners = {item.person_id for item in unit.organization_members.of_place(organization_id) if item.role is Role.OWNER}
    if owners == {person_id}:
        raise LastOwner


def _joined(unit: UnitOfWork, scope: Scope) -> list[Member]:
    in_organization = {item.person_id: item.role for item in unit.organization_members.of_place(scope.organization_id)}
    in_project = {item.person_id: item.role for item in unit.project_members.of_place(scope.project_id)}
    people = unit.people.by_ids(in_organization.keys() | in_project.keys())
    members = [_of_person(person, in_organization.get(person.id), in_project.get(person.id)) for person in people]
    return sorted(members, key=lambda member: (member.name.lower(), member.email))


def _member(unit: UnitOfWork, scope: Scope, person_id: str) -> Member:
    person = unit.people.get(person_id)
    if person is None:
        raise NotFound
    in_organization = _role_at(unit.organization_members.of_person(person_id), scope.organization_id)
    in_project = _role_at(unit.project_members.of_person(person_id), scope.project_id)
    return _of_person(person, in_organization, in_project)


def _of_person(person: Person, in_organization: Role | None, in_project: Role | None) -> Member:
    return Member(
        id=person.id,
        email=person.email,
        name=person.name,
        role=highest(role for role in (in_organization, in_project) if role is not None) or Role.VIEWER,
        organization_role=in_organization,
        project_role=in_project,
        created_time=person.created_time,
    )


def _role_at(memberships: Iterable[Membership], place_id: str) -> Role | None:
    return next((item.role for item in memberships if item.place_id == place_id), None)


def _open_invitations(unit: UnitOfWork, scope: Scope) -> list[Invitation]:
    invitations = unit.invitations.of_organization(scope.organization_id)
    return [item for item in invitations if item.project_id in {None, scope.project_id}]


def _invited(unit: UnitOfWork, scope: Scope) -> list[Member]:
    return [_of_invitation(invitation) for invitation in _open_invitations(unit, scope)]


def _of_invitation(invitation: Invitation) -> Member:
    whole = invitation.project_id is None
    return Member(
        id=invitation.id,
        email=invitation.email,
        name="",
        role=invitation.role,
        organization_role=invitation.role if whole else None,
        project_role=None if whole else invitation.role,
        invited=True,
        created_time=invitation.created_time,
    )
