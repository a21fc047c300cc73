"""docs/lambda.md: what invokes functions and what that takes, generated from the tables that the answers are made with.

`python -m simulator.render.lambda_page` writes it; a test compares.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from simulator.triggers import urls
from simulator.triggers.polled import EXTRAS, POLLED, Need, On, PolledSource
from simulator.triggers.push import Acts, Called, Feed, Sent, TriggerService
from simulator.triggers.services import SERVICES

PAGE = Path(__file__).parents[2] / "docs" / "lambda.md"

_INTRO = """\
# What invokes a Lambda function, and what that takes

Generated from the tables in `simulator/triggers/` by `python -m simulator.render.lambda_page`: edit those. Each row
says which page of AWS's documentation it follows, as of November 2026. What no page states is marked *unconfirmed*;
where an answer turns on it, the answer is `conditional` or `unknown`, or names it under `assumes`. `--context` settles
it.

In ARNs `{name}` stands for what differs, and the partition is the function's own. A permission sits on the very ARN
that is called: one on `f` says nothing of `f:live`, nor one on `f:live` of `f`, and whoever may call `f:live` needs
nothing on the version behind it. Where the permission is on another of the function's ARNs, the answer names the one
that is called: add it there (AddPermission with that Qualifier). What is called is the function, version or alias that
is configured, unless the row says otherwise.
"""

_ITSELF = """
## Services that invoke by themselves

The function's policy has to allow the service principal `lambda:InvokeFunction`; no identity-based policy counts.
aws:SourceArn says for what it acts: without it, and without aws:SourceAccount, anybody's resource of that kind is let
in.
"""

_ROLE = """
## Services that assume a role

The role has to trust the service principal (`sts:AssumeRole`) and needs `lambda:InvokeFunction` on what is called. In
the function's account that is all; a function of another account has to let the role in as well.
"""

_CALLER = """
## Services that invoke as their caller

Whoever uses the service needs `lambda:InvokeFunction` as well. From the service's resource alone the answer is
`unknown`: ask for whoever it may be. The same goes for an API Gateway integration whose credentials are
`arn:aws:iam::*:user/*`.
"""

_EXECUTION_ROLE = """
## Services that run a function as its own execution role

No statement of the function's policy is asked for: the execution role has to trust Lambda and the service.
"""

_URLS = """
## Function URLs

A URL is on a function or on an alias of it, and whoever calls it runs that. Both actions have to be allowed on that
very ARN, each under the condition key that the call settles: a statement that asks for another AuthType, or that admits
InvokeFunction only where the call doesn't come by a URL, lets nobody in.
"""

_CORS = """
CORS settings of a URL tell browsers which pages may read its answers. They permit nothing and refuse nobody, so that
they are not asked; neither is the AuthType of a URL a permission by itself. What CloudFront calls as the origin of a
distribution is above, among the services that invoke by themselves.
"""

_STAGES = """
## Stage variables

What an API Gateway integration or authorizer calls may hang on the stage: `function:${stageVariables.fn}`. Where a
stage's variables are known, so is the function of each stage. Where they aren't, an `unknown` step, which names the
variable, leads to every function, version and alias that it may be and that lets the API (or its role) in.
"""

_POLLED = """
## Sources that Lambda polls

An event source mapping reads its source with the function's execution role; the function's policy is not asked. The
mapping calls the function, version or alias that it is configured with. Needed is all of a row:
"""

_EXTRAS = """
What a mapping of any kind may be configured to have adds:
"""

#: What an event source mapping needs whatever its configuration.
_ALWAYS = frozenset(
    {
        On.SOURCE,
        On.STREAM,
        On.ANYTHING,
        On.ANYTHING_OR_SOURCE,
        On.CLUSTER,
        On.PARAMETER_GROUP,
        On.SUBNET_GROUP,
    }
)


def page() -> str:
    """The page as the file holds it."""
    return "".join(
        (
            _INTRO,
            _ITSELF,
            table(
                ("for", "service principal", "aws:SourceArn", "aws:SourceAccount", "who may cause it", "source"),
                [_itself(row) for row in SERVICES if row.acts in (Acts.ITSELF, Acts.EITHER)],
            ),
            _ROLE,
            table(
                ("for", "service principal", "configured on", "the role also needs", "who may cause it", "source"),
                [_by_role(row) for row in SERVICES if row.acts in (Acts.ROLE, Acts.EITHER)],
            ),
            _CALLER,
            table(
                ("for", "service principal", "configured on", "who may cause it", "source"),
                [_by_caller(row) for row in SERVICES if row.acts is Acts.CALLER],
            ),
            _EXECUTION_ROLE,
            table(
                ("for", "service principal", "configured on", "whoever sets it up needs", "source"),
                [_by_execution_role(row) for row in SERVICES if row.acts is Acts.EXECUTION_ROLE],
            ),
            _URLS,
            table(
                ("action", "condition key that the call settles", "its value", "source"),
                [(_code(one.action), _code(one.key), _value(one), urls.SOURCE) for one in urls.ACTIONS],
            ),
            table(
                ("AuthType", "who may call", "asked of a caller of the function's account", "of another account"),
                [(_code(one.name), one.who, one.own_account, one.other_account) for one in urls.AUTH_TYPES],
            ),
            _CORS,
            _STAGES,
            _POLLED,
            table(
                ("source", "always", "as configured", "of another account", "who may write to it", "see"),
                [_polled(row) for row in POLLED.values()],
            ),
            _EXTRAS,
            table(("on", "actions", "see"), [(need.on, _actions(need), need.source) for need in EXTRAS]),
        )
    )


def table(heads: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [tuple(heads)]
    lines += [("---",) * len(lines[0]), *rows]
    return "\n" + "".join(f"| {' | '.join(_escaped(cell) for cell in line)} |\n" for line in lines)


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{text}`"


def _codes(texts: Iterable[str]) -> str:
    return ", ".join(map(_code, texts))


# --- services --------------------------------------------------------------------------------------------------------


def _label(row: TriggerService) -> str:
    return _name(row) + "".join(f"<br>*unconfirmed: {fact}*" for fact in row.unconfirmed)


def _name(row: TriggerService) -> str:
    called = "" if row.called is Called.CONFIGURED else f"<br>calls {row.called}"
    own = " and ".join(name for name, bound in (("Region", row.own_region), ("account", row.own_account)) if bound)
    return row.label + called + (f"<br>calls functions of its own {own} only" if own else "")


def _principals(row: TriggerService) -> str:
    return " or ".join(map(_code, (row.principal, *row.also_as)))


#: The partition that ARNs on the page have.
_SHOWN = "aws"


def _on(row: TriggerService) -> str:
    """The ARN that a trigger is configured on, or the id of what has none."""
    return _code(_arn(row.configured_on))


def _arn(form: str) -> str:
    plain = re.sub(r"[+*]\}", "}", form)
    return f"arn:{_SHOWN}:{plain}" if ":" in plain else plain


def _sent(row: TriggerService) -> str:
    if row.source_arn_sent is Sent.NO:
        return "none" + (f"; `lambda:EventSourceToken` is {_on(row)}" if row.token else "")
    if not row.source_arn:
        return "not known"
    arn = _code(row.source_arn.replace("{source}", _arn(row.configured_on)))
    return f"perhaps {arn}" if row.source_arn_sent is Sent.UNCONFIRMED else arn


def _itself(row: TriggerService) -> tuple[str, ...]:
    return (_label(row), _principals(row), _sent(row), row.needs_account, _causes(row), row.source)


def _by_role(row: TriggerService) -> tuple[str, ...]:
    # What isn't confirmed of a service that acts in both ways is about what it sends by itself.
    label = _name(row) if row.acts is Acts.EITHER else _label(row)
    return (label, _principals(row), _on(row), _codes(row.role_needs), _causes(row), row.source)


def _by_caller(row: TriggerService) -> tuple[str, ...]:
    return (_label(row), _principals(row), _on(row), _causes(row), row.source)


def _by_execution_role(row: TriggerService) -> tuple[str, ...]:
    label = f"{_label(row)}, of a function in {row.only_in}"
    return (label, _code(row.principal), _on(row), _codes(row.set_up), row.source)


def _causes(row: TriggerService) -> str:
    """Who may cause a trigger: by IAM, or by what else decides it."""
    actions = ", ".join(dict.fromkeys(map(_feed, row.feeds)))
    if row.fed_by:
        return row.fed_by
    if row.guard is None:
        return actions or "nobody: it runs by itself"
    if not row.guard:
        return f"{actions}; not decided by IAM alone" if actions else "not decided by IAM alone"
    return f"{actions}, where `{row.guard}` is `AWS_IAM`; everybody where it is `NONE`; else not decided by IAM alone"


def _feed(feed: Feed) -> str:
    said = _code(feed.action)
    if feed.also:
        said += "".join(f" with {_code(action)}" for action, _ in feed.also)
    if feed.event:
        return f"{said} (`{feed.event.removesuffix('*')}`)"
    if feed.on not in ("{source}", "*"):
        said += f" on {_where(feed.on)}"
    if feed.key_actions:
        said += f", with {_codes(feed.key_actions)} on its customer managed key"
    if feed.settles:
        said += f" for its {feed.settles[1]}"
    if feed.when:
        said += " (where its `{}` is `{}`)".format(*feed.when)
    return f"{said} (unless `{feed.unless}` is set)" if feed.unless else said


def _where(on: str) -> str:
    if on.startswith("{source}"):
        return "anything within"
    if on.startswith("{."):
        return "its source"
    if "{topics}" in on:
        return "the topics that it reads"
    return "the bus" if on == "{bus}" else _code(on.replace("{partition}", "aws"))


def _value(action: urls.UrlAction) -> str:
    return "the URL's AuthType" if "{" in action.value else _code(action.value)


# --- polled sources --------------------------------------------------------------------------------------------------


def _polled(row: PolledSource) -> tuple[str, ...]:
    always = [need for need in row.needs if need.on in _ALWAYS]
    configured = [need for need in row.needs if need.on not in _ALWAYS]
    return (row.label, _needs(always), _needs(configured), _abroad(row), _writers(row), row.source)


def _needs(needs: Iterable[Need]) -> str:
    return "<br>".join(f"{_actions(need)} on {need.on}" for need in needs)


def _actions(need: Need) -> str:
    listed = (" or " if need.any_of else ", ").join(map(_code, need.actions))
    by = f"{listed}, for Lambda itself (`lambda.{{region}}.amazonaws.com`)" if need.by_lambda else listed
    return f"{by} (*unconfirmed: {need.doubt}*)" if need.doubt else by


def _abroad(row: PolledSource) -> str:
    """What a source of another account takes; self-managed Kafka is in none."""
    if not row.arn[0]:
        return ""
    return {
        "yes": "its policy has to let the role in",
        "no": "not possible",
        "connected": "its policy has to let the role in, through a managed VPC connection",
        "unsaid": "*unconfirmed: AWS doesn't say*",
    }[row.other_accounts]


def _writers(row: PolledSource) -> str:
    actions = dict.fromkeys(
        _code(write.action) + (f" with {_codes(action for action, _ in write.also)}" if write.also else "")
        for write in row.writes
    )
    return ", ".join(actions) or row.fed_by


if __name__ == "__main__":
    (Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE).write_text(page(), encoding="utf-8")
