"""docs/takeover.md: what it takes to take something over, generated from the tables that the answers are made with.

`python -m simulator.render.takeover_page` writes it; a test compares.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from simulator.render.lambda_page import table
from simulator.takeover.ways import (
    ALIAS_WAYS,
    EVERY_POWER,
    FUNCTION_WAYS,
    MAKE_ROOM,
    MOST_VERSIONS,
    PASS_WAYS,
    PASSED_TO,
    PASSING,
    TRUST_EDIT,
    USER_WAYS,
    Act,
    Fix,
    Power,
    Way,
)

PAGE = Path(__file__).parents[2] / "docs" / "takeover.md"

_INTRO = """\
# What it takes to take something over

Generated from the tables in `simulator/takeover/` by `python -m simulator.render.takeover_page`: edit those. Each row
says which page it follows, as of November 2026. Which actions lead to more permissions is known from AWS's pages and
from pathfinding.cloud, "Paths" (December 2025).

Whoever may change a function's code, configuration, policy or role has it run as he likes when it next runs.
`who-can` and `reach` list such ways with `--include takeover`, apart from those who may simply invoke; `paths` uses
them after all else that costs as much and is as certain; `graph` draws them as `changes`.

A row needs all of its actions, and one of those after "and one of". What the step itself settles of the request stands
in brackets; any other condition key is open: a policy that asks for it makes the way `conditional`. So does what no
snapshot holds ("where …"). Of something to be made (`{any}`) any name will do for which everything on it is allowed.

What nobody can change is no way: roles under `/aws-reserved/` and service-linked roles, policies that AWS manages.
"""

_FUNCTIONS = """
## A function

`via` names what is changed besides the function itself: its role, where somebody may change the policies or the trust
of that role. A source that the function is made to poll has to be in the snapshot; what its execution role has to be
allowed there, and who may write to it, stands in [lambda.md](lambda.md#sources-that-lambda-polls). To callers of
another account a function policy can give 29 actions only: of these rows `lambda:UpdateFunctionCode`. Of a function
with a code signing configuration, which may refuse his code, that is `conditional`.
"""

_ALIASES = """
## An alias

What `f:live` runs doesn't change with the code of `f`. To a version only `lambda:AddPermission` leads.
"""

_ROLES = """
## A role: its trust policy

Within the role's account. Once it trusts whoever changed it, nothing but an explicit deny, an SCP or an RCP keeps him
from assuming it: these are asked.
"""

_PASSED = f"""
## A role that is passed to a service

Within the role's account, where the role trusts the service: `{PASSING}` on the role, with `{PASSED_TO}` the service,
together with what starts code there.
"""

_USERS = """
## A user
"""

_OWN = f"""
## One's own policies

Who may change them is himself with more permissions from then on (docs/adr/0008-guises.md): his own user or role, a
group that he is in (`via` names it), a customer managed policy attached to either. Who may change the policies of
another user or role, *and* may become it (assume the role, or any way above), comes to act as it with those
permissions. What binds him still binds: a boundary unless he may lift it, SCPs, RCPs, the other account's side, and
explicit denies also of policies that he could change: that these might be lifted is not looked at. What an attached
policy that isn't AdministratorAccess would give isn't followed: where a condition on `iam:PolicyARN` leaves only
others, the way is `conditional`.

A policy has room for {MOST_VERSIONS} versions: where it has as many, `{MAKE_ROOM.action}` is needed as well.
"""

_NOT = """
## What is not looked for

- A change by one principal that another makes use of: who may change a role's policies and comes to that role only by a
  longer way.
- Resources that don't exist yet (a queue of one's own for a function to poll), and services that configure a trigger
  (`s3:PutBucketNotification`, `sns:Subscribe`, `events:PutTargets`) towards a function that lets them in already.
- Who has every permission in an account gains by another's policies only what his own keep him from; that another
  account names that other user or role is not looked at.
"""


def page() -> str:
    """The page as the file holds it."""
    heads = ("way", "actions", "what comes of it", "source")
    passed = [(_name(row), _code(row.passed_to), _actions(row), row.gives, row.source) for row in PASS_WAYS]
    return "".join(
        (
            _INTRO,
            _FUNCTIONS,
            table(heads, map(_row, FUNCTION_WAYS)),
            _ALIASES,
            table(heads, map(_row, ALIAS_WAYS)),
            _ROLES,
            table(heads, [_row(TRUST_EDIT)]),
            _PASSED,
            table(("way", "service", "actions, besides", "what comes of it", "source"), passed),
            _USERS,
            table(heads, map(_row, USER_WAYS)),
            _OWN,
            table(heads, map(_power, EVERY_POWER)),
            _NOT,
        )
    )


def _row(row: Way) -> tuple[str, ...]:
    return (_name(row), _actions(row), row.gives, row.source)


def _name(row: Way) -> str:
    return _code(row.name)


def _power(power: Power) -> tuple[str, ...]:
    return (_code(power.name), _act(power.act), power.gain, power.source)


def _actions(row: Way) -> str:
    needed = _together(row.acts)
    if row.one_of:
        needed += f", and one of {_together(row.one_of)}"
    if row.profile:
        needed += ", where the role has an instance profile"
    return needed + (f", where {row.needs}" if row.needs else "")


def _together(acts: Iterable[Act]) -> str:
    return ", ".join(map(_act, acts))


def _act(act: Act) -> str:
    on = str(act.on).replace("{partition}", "aws")
    said = f"{_code(act.action)} on {_code(on) if ':' in on or on == '*' else on}"
    fixed = ", ".join(f"`{key}` is {_value(value)}" for key, value in (act.fixed or {}).items())
    return f"{said} ({fixed})" if fixed else said


def _value(value: str | Fix) -> str:
    return str(value) if isinstance(value, Fix) else _code(value)


def _code(text: str) -> str:
    return f"`{text}`"


if __name__ == "__main__":
    (Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE).write_text(page(), encoding="utf-8")
