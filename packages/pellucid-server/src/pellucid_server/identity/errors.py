"""What identity refuses, each with the rule and the next act."""

from pellucid_server.core.errors import BadRequest, Conflict, Forbidden, NotFound, PellucidError, TooMany, Unauthenticated


class UnknownKey(Unauthenticated):
    """This API key is not known here: it is mistyped, revoked or expired; create a key in the project's settings and send that."""

    code = "unknown_key"


class SessionEnded(Unauthenticated):
    """This browser session has ended; sign in again."""

    code = "session_ended"


class WrongPassword(Unauthenticated):
    """The e-mail address or the password is wrong; try again, or ask an owner for a new invitation."""

    code = "wrong_password"


class TooManyAttempts(TooMany):
    """Too many failed attempts to sign in; wait as long as `Retry-After` says."""

    code = "too_many_attempts"


class KeyOfAnotherProject(Forbidden):
    """The key opens another project than the request names; use a key of that project, or leave the project out."""

    code = "key_of_another_project"


class NoProject(Forbidden):
    """You have no role in any project yet; ask an owner of the organisation to invite you to one."""

    code = "no_project"


class RoleTooHigh(Forbidden):
    """Nobody gives or takes a role above their own; ask somebody who has that role."""

    code = "role_too_high"


class NotAPerson(Forbidden):
    """A key cannot do this, only a person who is signed in; open the settings in the browser."""

    code = "not_a_person"


class NoSuchProject(NotFound):
    """There is no such project, or you have no role in it; `GET /api/v1/projects` lists yours."""

    code = "no_such_project"


class NoSuchPerson(NotFound):
    """Nobody with this e-mail address has an account here; `pellucid people list` shows who has, others must be invited."""

    code = "no_such_person"


class BadRole(BadRequest):
    """This role cannot be given here: keys are ingest, viewer, member or admin; people viewer, member or admin, and owner only
    in the whole organisation."""

    code = "bad_role"


class WeakPassword(BadRequest):
    """A password has between 10 and 1,024 characters; choose another one."""

    code = "weak_password"


class BadEmail(BadRequest):
    """This is not an e-mail address; write it as name@example.com."""

    code = "bad_email"


class BadInvitation(NotFound):
    """This invitation is unknown, used or expired; ask for a new one."""

    code = "bad_invitation"


class LastOwner(Conflict):
    """An organisation keeps at least one owner; make somebody else an owner first."""

    code = "last_owner"


class TooManyOfThem(Conflict):
    """The project has as many of these as it can hold; delete some that are no longer used."""

    code = "too_many_of_them"


class BadPrice(BadRequest):
    """The price is not usable; give a regular expression for the model and finite, non-negative USD per million tokens by usage kind."""

    code = "bad_price"


class BadProjectSettings(BadRequest):
    """The project's settings are not usable; compare them with the API reference."""

    code = "bad_project_settings"


class BadProvisioning(PellucidError):
    """The PELLUCID_INIT_ settings contradict each other or what is stored; correct them and start again."""

    code = "bad_provisioning"
    title = "Bad provisioning"
