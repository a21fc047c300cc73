"""What the caller's side and the resource's side come to together: written once, for one request and for rows of them.

Source: IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic", "Permissions boundaries for
IAM entities", "Session policies". The parts are truth values, formulas, or rows of bits: all have `&` and `|`.
"""

from __future__ import annotations

from typing import Any, Final

from models.request import Request, Requester, RequesterKind
from simulator.policy.policy_set import home_of, own_policy, refused, some_stand_alone
from simulator.policy.principals import Form

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_ACCOUNT: Final = Form.ACCOUNT
_BEHIND: Final = Form.BEHIND
_ITSELF: Final = Form.ITSELF
_FEDERATED_USER: Final = RequesterKind.FEDERATED_USER
_ROOT: Final = RequesterKind.ROOT

Part = Any
"""A truth value, a formula, or a row of bits; False is the empty row too."""


class Standing:
    """How the caller and the resource stand to each other.

    `alone`: nothing is allowed without the resource's own policy (trust policies and key policies). `others_may`: the
    resource's policy can give the action to callers of another account at all. `refused`: nothing can allow it.
    """

    __slots__ = ("alone", "kind", "others_may", "outside", "refused", "same_account")

    def __init__(
        self, kind: RequesterKind, outside: bool, same_account: bool, alone: bool, others_may: bool, refused: bool
    ) -> None:
        self.kind = kind
        self.outside = outside
        self.same_account = same_account
        self.alone = alone
        self.others_may = others_may
        self.refused = refused


def standing_of(request: Request, outside: bool) -> Standing:
    """How the two of a request stand to each other."""
    caller, account = request.requester, request.resource_account
    # An account that isn't said is taken to be the caller's own.
    same = account is None or account == caller.account
    action, resource, traits = request.action, request.resource, request.traits
    hopeless = refused(caller, action, resource, traits)
    return Standing(caller.kind, outside, same, own_policy(action, resource)[1], traits.other_accounts_may, hopeless)


class Standings:
    """How a caller of an action stands to most resources: `own` are those of its account, `other` another account's.

    `home` is what those begin with; None: their own policies may stand alone.
    """

    __slots__ = ("home", "other", "own")

    def __init__(self, home: str | None, own: Standing, other: Standing) -> None:
        self.home = home
        self.own = own
        self.other = other

    def to(self, request: Request) -> Standing:
        """As `standing_of`."""
        traits, account = request.traits, request.resource_account
        usual = traits.impossible is None and traits.other_accounts_may
        if self.home is None or not usual or not request.resource.startswith(self.home):
            return standing_of(request, self.own.outside)
        return self.own if account is None or account == request.requester.account else self.other


def standings_of(caller: Requester, action: str) -> Standings:
    """How a caller of an action stands to most resources."""
    outside = caller.is_outside
    own = Standing(caller.kind, outside, True, False, True, False)
    other = Standing(caller.kind, outside, False, False, True, False)
    return Standings(None if some_stand_alone(action) else home_of(caller), own, other)


class Sides:
    """What each of the caller's layers allows, and what the resource's policy gives by the form it names him in."""

    __slots__ = ("account", "anybody", "behind", "boundary", "identity", "itself", "session")

    def __init__(
        self,
        identity: Part = False,
        boundary: Part = True,
        session: Part = True,
        itself: Part = False,
        behind: Part = False,
        account: Part = False,
        anybody: Part = False,
    ) -> None:
        self.identity = identity
        self.boundary = boundary
        self.session = session
        self.itself = itself
        self.behind = behind
        self.account = account
        self.anybody = anybody

    def add(self, form: Form, part: Part) -> None:
        """Add what the resource's policy gives to a caller that it names in a form."""
        if form is _ITSELF:
            self.itself = self.itself | part
        elif form is _BEHIND:
            self.behind = self.behind | part
        elif form is _ACCOUNT:
            self.account = self.account | part
        else:
            self.anybody = self.anybody | part

    @property
    def named(self) -> Part:
        return self.itself | self.behind | self.account | self.anybody


def needs_own(standing: Standing, sides: Sides) -> bool:
    """Whether what the caller's own layers allow can make a difference to what is permitted."""
    if standing.refused or standing.outside:
        return False
    return not (standing.same_account and (sides.itself is True or sides.anybody is True))


def permitted(standing: Standing, sides: Sides) -> Part:
    """What the two sides give together, before SCPs and the endpoint."""
    if standing.refused:
        return False
    if standing.outside:
        return sides.named
    limits = sides.boundary & sides.session
    own = sides.identity & limits
    if not standing.same_account:
        return own & sides.named if standing.others_may else False
    given = sides.itself | sides.anybody | (sides.behind & limits)
    if standing.kind is _ROOT:
        given = given | sides.account
    if standing.alone:
        return given | (sides.account & own)
    return given | own


def has_session_by_default(caller: Requester) -> bool:
    """A federated-user session without a session policy has nothing of its user's; of others nothing is taken."""
    return caller.kind is not _FEDERATED_USER
