"""Who am I; signing in and out; one's own password; accepting an invitation."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from pellucid_server.api.credentials import SECURE_SESSION_COOKIE, SESSION_COOKIE, read_credential
from pellucid_server.api.house import house_of
from pellucid_server.api.security import public, signed_in
from pellucid_server.api.wire.identity import AcceptBody, MeAnswer, PasswordBody, SignedInAnswer, SignInBody, to_me
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.core.clock import SECOND
from pellucid_server.identity.credentials import SessionCredential
from pellucid_server.identity.sign_in import SESSION_LIFE, SignedIn
from pellucid_server.model.scope import Scope

Anyone = Annotated[Scope, signed_in()]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["identity"], responses=PROBLEMS)
    router.get("/me", summary="Who asks, and what they may do")(get_me)
    router.post("/sign-in", summary="Open a browser session", dependencies=[public()])(sign_in)
    router.post("/sign-out", summary="End the browser session", status_code=204, dependencies=[public()])(sign_out)
    router.put("/me/password", summary="Change one's own password")(change_password)
    router.post("/invitations/accept", summary="Turn an invitation into an account", dependencies=[public()])(accept_invitation)
    return router


def get_me(request: Request, scope: Anyone) -> MeAnswer:
    """The caller's name, role and projects. Works with every credential."""
    return to_me(house_of(request).identity.projects.me(scope))


def sign_in(request: Request, response: Response, body: SignInBody) -> SignedInAnswer:
    """Sets the session cookie. Five wrong passwords in five minutes close the account to this address for a while."""
    signed = house_of(request).identity.sign_in.sign_in(body.email, body.password, address=_address(request))
    return _open(request, response, signed)


async def sign_out(request: Request, response: Response) -> None:
    """Ends the session of the cookie, if there is one."""
    credential = read_credential(request.headers.get)
    if isinstance(credential, SessionCredential):
        await run_in_threadpool(house_of(request).identity.sign_in.sign_out, credential.token)
    for name in (SESSION_COOKIE, SECURE_SESSION_COOKIE):
        response.delete_cookie(name, path="/", secure=name == SECURE_SESSION_COOKIE, httponly=True, samesite="lax")


def change_password(request: Request, response: Response, scope: Anyone, body: PasswordBody) -> SignedInAnswer:
    """All sessions end; this browser gets a new one."""
    signed = house_of(request).identity.sign_in.change_password(
        scope, old=body.old_password, new=body.new_password, address=_address(request)
    )
    return _open(request, response, signed)


def accept_invitation(request: Request, response: Response, body: AcceptBody) -> SignedInAnswer:
    """Makes the account and signs in."""
    signed = house_of(request).identity.sign_in.accept_invitation(
        body.token, name=body.name, password=body.password, address=_address(request)
    )
    return _open(request, response, signed)


def _address(request: Request) -> str:
    return request.client.host if request.client is not None else ""


def _open(request: Request, response: Response, signed: SignedIn) -> SignedInAnswer:
    secure = request.url.scheme == "https"
    response.set_cookie(
        SECURE_SESSION_COOKIE if secure else SESSION_COOKIE,
        signed.token,
        max_age=SESSION_LIFE // SECOND,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )
    response.headers["cache-control"] = "no-store"
    return SignedInAnswer(name=signed.person.name, email=signed.person.email, expires_time=signed.expires_time)
