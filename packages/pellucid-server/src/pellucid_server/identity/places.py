"""Where a person has which role: the rule by which organisation roles and project roles become one."""

from pellucid_server.identity.roles import highest
from pellucid_server.model.scope import Role
from pellucid_server.store.meta.organizations import Project
from pellucid_server.store.meta.unit import UnitOfWork


def project_roles(unit: UnitOfWork, person_id: str) -> list[tuple[Project, Role]]:
    """Each project that a person sees, the oldest first, with the higher of the two roles."""
    in_organization = {item.place_id: item.role for item in unit.organization_members.of_person(person_id)}
    in_project = {item.place_id: item.role for item in unit.project_members.of_person(person_id)}
    places: list[tuple[Project, Role]] = []
    for project in unit.projects.list_all():
        given = (in_organization.get(project.organization_id), in_project.get(project.id))
        role = highest(role for role in given if role is not None)
        if role is not None:
            places.append((project, role))
    return places
