"""Coming in and going out, and one's own account."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user

from community.db import end_reading, transaction
from community.errors import Invalid, TooOften
from community.members import actions, passwords, queries
from community.members.emails import kept_email
from community.members.forms import (
    EmptyForm,
    InvitationForm,
    JoinForm,
    PasswordForm,
    ProfileForm,
    ResetAskForm,
    ResetForm,
    SignInForm,
    ThemeForm,
)
from community.members.letters import Letterhead, moment_in
from community.members.models import Invitation, Member, SeenAs, Theme
from community.members.queries import SignedIn
from community.permissions import Act, require
from community.web import Form, attempt, limited, local_path, now, public, shown, viewer, viewer_or_none
from community.web.limits import address, too_many

bp = Blueprint("members", __name__)

TOGETHER = "That email and password do not go together. Try once more, or have a link sent to you."
FORGETTING = '"cache", "cookies", "storage"'


def letterhead() -> Letterhead:
    """Give what letters need to know of this place."""
    settings = current_app.extensions["settings"]
    return Letterhead(settings.community_name, settings.base_url)


@bp.get("/sign-in")
@public
def sign_in() -> Any:
    """Show the opened book; one who is signed in already is sent on."""
    if viewer_or_none() is not None:
        return redirect(local_path(request.args.get("next")))
    return _book(SignInForm())


@bp.post("/sign-in")
@public
@limited("30 per minute")
def begin_sign_in() -> Any:
    """Let somebody in; an unknown address and a wrong password get one answer, in the same time."""
    form = SignInForm()
    if not form.validate_on_submit():
        form.status = 422
        return _book(form)
    email = kept_email(form.email.data) or form.email.data.strip().lower()
    # Slower, never locked. Counted by the asker's address first, so that nobody can keep the owner of an account out
    # by guessing at it; what many addresses together try at one account comes to an end as well.
    here = address()
    if too_many("5 per minute", "sign-in", email, here) or too_many("60 per minute", "sign-in", email):
        form.refuse(TooOften("That was a few tries in a row. Please wait a minute, then try again."))
        return _book(form)
    found = queries.id_and_hash(email)
    end_reading()
    kept_hash = found[1] if found else None
    if not passwords.fits(form.password.data, kept_hash) or found is None or kept_hash is None:
        form.refuse(Invalid(TOGETHER, field="password"))
        return _book(form)
    new_hash = passwords.hashed(form.password.data) if passwords.is_dated(kept_hash) else None
    if not let_in(found[0], kept=form.keep.data, new_hash=new_hash):
        form.refuse(Invalid(TOGETHER, field="password"))
        return _book(form)
    return redirect(local_path(request.values.get("next")), 303)


def let_in(member_id: int, *, kept: bool, new_hash: str | None = None) -> bool:
    """Begin a sign-in in a fresh session; False where the member may not come in."""
    moment = now()
    with transaction():
        if not queries.member_by_id(member_id).is_active:
            return False
        if viewer_or_none() is not None:  # one browser, one sign-in: whoever was here before is signed out
            actions.sign_out(sign_in_id=current_user.sign_in_id, at=moment)
        _, token = actions.sign_in(member_id=member_id, at=moment, new_hash=new_hash)
    session.clear()
    session.permanent = kept
    signed_in = queries.signed_in_by_token(token, moment)
    return signed_in is not None and bool(login_user(_Ticket(signed_in, token)))


class _Ticket(SignedIn):
    """What Flask-Login puts in the cookie: the token, which nobody can guess and we do not keep."""

    def __init__(self, signed_in: SignedIn, token: str) -> None:
        super().__init__(signed_in.member, signed_in.sign_in_id, signed_in.marks)
        self.token = token

    def get_id(self) -> str:
        """Give the token."""
        return self.token


def _book(form: SignInForm) -> tuple[str, int]:
    demo = current_app.extensions["settings"].demo
    people = current_app.extensions["demo_people"]() if demo else []
    wanted = local_path(request.values.get("next"), "")
    return shown("members/sign_in.html", form=form, demo_people=people, next=wanted)


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    """End this browser's sign-in; doing it twice is fine."""
    if viewer_or_none() is not None:
        sign_in_id = current_user.sign_in_id
        with transaction():
            actions.sign_out(sign_in_id=sign_in_id, at=now())
    return _leave()


@bp.post("/sign-out/everywhere")
def sign_out_everywhere() -> Response:
    """End every sign-in of the member."""
    with transaction():
        actions.sign_out_everywhere(by=viewer(), at=now())
    return _leave()


def _leave() -> Response:
    logout_user()
    session.clear()
    response = redirect(url_for("members.sign_in"), 303)
    response.headers["Clear-Site-Data"] = FORGETTING
    return response  # type: ignore[return-value]


@bp.get("/invitations/<token>")
@public
def open_invitation(token: str) -> Any:
    """Show what a link invites to; a member sees one button, a stranger the form."""
    invitation = queries.invitation_by_token(token, at=now())
    if viewer_or_none() is not None:
        return render_template("members/accept.html", invitation=invitation, token=token, form=EmptyForm())
    return _join_page(JoinForm(), invitation, token)


def _join_page(form: JoinForm, invitation: Invitation, token: str) -> Any:
    return shown("members/join.html", form=form, token=token, invited_by=invitation.made_by, group=invitation.group)


@bp.post("/invitations/<token>")
@public
@limited("60 per hour", key=address)  # a whole training may sit behind one address
def use_invitation(token: str) -> Any:
    """Take a stranger's details and send the letter, or let a member into the group at once."""
    if viewer_or_none() is not None:
        return _accept(token)
    invitation = queries.invitation_by_token(token, at=now())
    form = JoinForm()
    password_hash = _new_password_hash(form, (form.name.data or "", (form.email.data or "").partition("@")[0]))
    joining = password_hash and attempt(
        form,
        lambda at: actions.ask_in(
            token=token,
            name=form.name.data,
            email=form.email.data,
            password_hash=password_hash,
            zone=form.zone.data,
            letterhead=letterhead(),
            at=at,
        ),
    )
    if not joining:
        return _join_page(form, invitation, token)
    until = moment_in(joining.zone, joining.expires_at)
    return render_template(
        "members/message.html",
        title="A letter is on its way",
        sentence=f"We have written to {joining.email}. The link in that letter lets you in; it is open until {until}.",
    )


def _accept(token: str) -> Any:
    form = EmptyForm()
    invitation = attempt(form, lambda at: actions.accept_invitation(by=viewer(), token=token, at=at))
    if invitation is None:
        found = queries.invitation_by_token(token, at=now())
        return shown("members/accept.html", form=form, invitation=found, token=token)
    return redirect(f"/groups/{invitation.group.slug}" if invitation.group else "/", 303)


def _new_password_hash(form: Form, about: tuple[str, ...]) -> str | None:
    """Check and hash the form's new password before any transaction; None where the form does not fit."""
    if not form.validate_on_submit():
        form.status = 422
        return None
    end_reading()
    place = current_app.extensions["settings"].community_name
    try:
        return actions.password_hash_for(form["password"].data, about=(*about, place))
    except Invalid as refusal:
        form.refuse(refusal)
        return None


@bp.get("/joining/<token>")
@public
def confirm(token: str) -> str:
    """Show the button behind the link in a letter: links in mail change nothing by being opened."""
    joining = queries.joining_by_token(token, at=now())
    return render_template("members/confirm.html", joining=joining, token=token, form=EmptyForm())


@bp.post("/joining/<token>")
@public
@limited("60 per hour", key=address)
def come_in(token: str) -> Any:
    """Make a member of whoever holds the letter, and sign them in."""
    form = EmptyForm()
    member = attempt(form, lambda at: actions.come_in(token=token, at=at))
    if member is None:
        joining = queries.joining_by_token(token, at=now())
        return shown("members/confirm.html", form=form, joining=joining, token=token)
    let_in(member.id, kept=False)
    return redirect("/", 303)


@bp.get("/reset")
@public
def ask_for_reset() -> Any:
    """Ask which address to write to."""
    return shown("members/reset_ask.html", form=ResetAskForm())


@bp.post("/reset")
@public
@limited("10 per hour", key=address)
def begin_reset() -> Any:
    """Answer every address alike: the letter tells."""
    form = ResetAskForm()
    email = kept_email(form.email.data or "")
    # Nobody fills another's letterbox; whoever asks too often gets the answer that everybody gets.
    enough = email is not None and too_many("5 per hour", "reset", email)
    if not enough and attempt(form, lambda at: actions.ask_for_reset(email=form.email.data, at=at)) is None:
        return shown("members/reset_ask.html", form=form)
    return render_template(
        "members/message.html",
        title="Look in your letterbox",
        sentence="If that address belongs to somebody here, a link is on its way. It works once, for half an hour.",
    )


@bp.get("/reset/<token>")
@public
def show_reset(token: str) -> Any:
    """Ask for the new password."""
    queries.reset_by_token(token, at=now())
    return shown("members/reset.html", form=ResetForm(), token=token)


@bp.post("/reset/<token>")
@public
@limited("20 per hour", key=address)
def reset(token: str) -> Any:
    """Set the new password; one signs in with it afterwards, here as everywhere."""
    found = queries.reset_by_token(token, at=now()).member
    form = ResetForm()
    about = (found.name, found.email.partition("@")[0]) if found else ()
    password_hash = _new_password_hash(form, about)
    done = password_hash and attempt(
        form,
        lambda at: actions.set_password_by_reset(
            token=token, password_hash=password_hash, letterhead=letterhead(), at=at
        ),
    )
    if not done:
        return shown("members/reset.html", form=form, token=token)
    flash("Your new password is set. Come in with it.")
    return redirect(url_for("members.sign_in"), 303)


@bp.get("/profile")
def profile() -> Any:
    """Show one's own account."""
    return _profile(_profile_form(viewer()))


@bp.post("/profile")
def edit_profile() -> Any:
    """Change what others read, and how one is seen."""
    form = ProfileForm()
    done = attempt(
        form,
        lambda _at: actions.edit_profile(
            by=viewer(),
            name=form.name.data,
            pronouns=form.pronouns.data or "",
            profession=form.profession.data or "",
            zone=form.zone.data,
            seen_as=SeenAs(form.seen_as.data) if form.seen_as.data else viewer().seen_as,
        ),
    )
    if done is None:
        return _profile(form)
    flash("Kept.")
    return redirect(url_for("members.profile"), 303)


@bp.post("/profile/password")
@limited("10 per hour")
def change_password() -> Any:
    """Change one's password; the one as it is now is asked for."""
    form = PasswordForm()
    by = viewer()
    sign_in_id, about = current_user.sign_in_id, (by.name, by.email.partition("@")[0])
    found = queries.id_and_hash(by.email)
    password_hash = _new_password_hash(form, about)
    if password_hash and not passwords.fits(form.current.data, found[1] if found else None):
        form.refuse(Invalid("That is not the password as it is now.", field="current"))
        password_hash = None
    done = password_hash and attempt(
        form,
        lambda at: actions.change_password(
            by=viewer(), password_hash=password_hash, sign_in_id=sign_in_id, letterhead=letterhead(), at=at
        ),
    )
    if not done:
        return _profile(_profile_form(viewer()), password_form=form)
    flash("Your new password is set. Your other browsers are signed out.")
    return redirect(url_for("members.profile"), 303)


@bp.post("/settings/theme")
def theme() -> Any:
    """Change the light."""
    form = ThemeForm()
    done = attempt(form, lambda _at: actions.choose_theme(by=viewer(), theme=Theme(form.theme.data)))
    if done is None:
        return _profile(_profile_form(viewer()), status=form.status)
    return redirect(local_path(request.form.get("next")), 303)


def _profile_form(member: Member) -> ProfileForm:
    form = ProfileForm(formdata=None, obj=member)
    form.seen_as.data = member.seen_as.value if member.seen_as else None  # not asked yet: nothing is chosen
    return form


def _profile(form: ProfileForm, *, password_form: PasswordForm | None = None, status: int = 200) -> Any:
    body, code = shown("members/profile.html", form=form, password_form=password_form or PasswordForm(formdata=None))
    return body, max(code, status, password_form.status if password_form else 200)


@bp.get("/invitations")
def invitations() -> Any:
    """Show an admin the open invitations to the community."""
    return _invitations(InvitationForm())


@bp.post("/invitations")
def invite() -> Any:
    """Make an invitation to the community; its link is shown once."""
    form = InvitationForm()
    made = attempt(
        form,
        lambda at: actions.make_invitation(
            by=viewer(), group=None, days=form.days.data, places=form.places.data, at=at
        ),
    )
    return _invitations(form, link=invitation_link(made[1]) if made else None)


@bp.post("/invitations/<id:invitation_id>/revocation")
def revoke(invitation_id: int) -> Any:
    """Close an invitation."""
    with transaction():
        invitation = queries.invitation_to_revoke(viewer(), invitation_id, at=now())
        actions.revoke_invitation(by=viewer(), invitation=invitation, at=now())
    return redirect(local_path(request.form.get("next"), url_for("members.invitations")), 303)


def invitation_link(token: str) -> str:
    """Give the address to hand to whoever is invited."""
    base: str = current_app.extensions["settings"].base_url
    return f"{base}/invitations/{token}"


def _invitations(form: Form, *, link: str | None = None) -> Any:
    moment: datetime = now()
    require(viewer(), Act.INVITE_TO_COMMUNITY, at=moment)
    found = queries.open_invitations(group_id=None, at=moment)
    return shown("members/invitations.html", form=form, invitations=found, link=link)
