"""What a person calls the nodes of an answer: `role invoker` for an ARN of 40 letters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from models import arns

if TYPE_CHECKING:
    from models.answer import GrantAnswer

#: Kinds of which people say more than their name.
_WORDS = {"policy": "managed policy", "bus": "event bus"}

_SIDES = {
    "identity": "identity-based policy",
    "resource": "resource-based policy",
    "trust": "trust policy",
    "boundary": "permissions boundary",
    "session": "session policy",
    "scp": "service control policy",
    "rcp": "resource control policy",
    "vpc_endpoint": "VPC endpoint policy",
}


def side(word: str) -> str:
    """Return IAM's name of a side or layer: `trust` -> `trust policy`."""
    return _SIDES.get(word, word)


def parts(node: str) -> tuple[str, str]:
    """Return what a node is and its short name: (`role`, `invoker`). What it is may be empty."""
    if node.startswith("arn:"):
        return _arn_parts(node)
    head, colon, rest = node.partition(":")
    if head == "url" and colon:
        return "function URL", parts(rest)[1]
    if head in ("service", "account", "federated") and colon:
        return {"federated": "identity provider"}.get(head, head), rest
    return "", node


def account_in(node: str) -> str:
    """Return the number of the account that an ARN names, of a URL its function's, or nothing."""
    pieces = node.removeprefix("url:").split(":", 5)
    return pieces[4] if len(pieces) == 6 and pieces[0] == "arn" else ""


def _arn_parts(arn: str) -> tuple[str, str]:
    pieces = arn.split(":", 5)
    if len(pieces) < 6:
        return "", arn
    service, account, rest = pieces[2], pieces[4], pieces[5]
    if rest == "root":
        return "account", account
    if plain := arns.UNSPELLED.get(service):
        return ("object" if service == "s3" and "/" in rest else plain), rest
    head, mark, name = _split_first(rest)
    if not mark:
        return service, rest
    if service in ("iam",) and head in ("user", "role", "group", "policy"):
        name = name.rsplit("/", 1)[-1]
    kind = arns.KINDS.get((service, head), f"{service} {head}")
    return _WORDS.get(kind, kind.replace("_", " ")), name


def _split_first(rest: str) -> tuple[str, str, str]:
    found = re.search(r"[:/]", rest)
    if not found:
        return rest, "", ""
    return rest[: found.start()], found.group(), rest[found.end() :]


class Names:
    """Short names of nodes and accounts. `accounts` maps an account's number to its name, where it has one."""

    def __init__(self, accounts: Mapping[str, str | None] | None = None) -> None:
        self._accounts = dict(accounts or {})

    def bare(self, node: str) -> str:
        """Return the name alone: `dev`, `orders:live`, `s3.amazonaws.com`; an account with what it is."""
        kind, name = parts(node)
        if kind == "function URL":
            return f"url:{name}"
        return f"account {self.account(name)}" if kind == "account" else name

    def caller(self, node: str) -> str:
        """Return who asks: as `bare`, but that an account's root ARN is its root user, and not everybody in it."""
        is_root = node.startswith("arn:") and node.endswith(":root")
        return f"the root user of {self.bare(node)}" if is_root else self.bare(node)

    def kind_and_name(self, node: str) -> str:
        """Return what it is and its name: `role invoker`."""
        kind, name = parts(node)
        if kind == "account":
            return f"account {self.account(name)}"
        return f"{kind} {name}".strip()

    def policy(self, policy: str) -> str:
        """Return a policy by its name or ARN: `policy invoke`, `managed policy AWSLambdaRole`."""
        return self.kind_and_name(policy) if policy.startswith("arn:") else f"policy {policy}"

    def account(self, number: str | None) -> str:
        """Return an account with its name: `111111111111 (partner)`."""
        if number is None:
            return "of unknown number"
        name = self._accounts.get(number)
        return f"{number} ({name})" if name else number

    def account_of(self, node: str) -> str:
        """Return the account that a node's ARN names, or nothing."""
        number = account_in(node)
        return self.account(number) if number else ""

    def place(self, grant: GrantAnswer) -> str:
        """Return where a grant belongs: `account 222222222222 (ours), trust policy of role invoker`."""
        where = f"account {self.account(grant.account)}, " if grant.account else ""
        return f"{where}{side(grant.side)} {self.on(grant.side, grant.holder)}"

    def on(self, word: str, holder: str) -> str:
        """Return the holder with its preposition: a policy is *of* a role, a service control policy *on* an OU."""
        preposition = "on" if word in ("scp", "rcp", "vpc_endpoint") else "of"
        return f"{preposition} {self.kind_and_name(holder)}"

    def chain(self, nodes: Iterable[str]) -> str:
        """Return nodes in the order in which they are gone through: `pipeline > invoker`."""
        return " > ".join(self.bare(node) for node in nodes)
