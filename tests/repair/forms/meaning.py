"""What commands, templates and Terraform do, as changes: written from AWS's pages, knowing nothing of the forms.

A name that a form uses is looked up in the snapshot, in the account and Region that the form says it is for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from models import change as kinds
from models.change import Change
from models.snapshot import Function, Mapping, OrganizationPolicy, Snapshot, document_id
from simulator.changes import apply

Json = dict[str, Any]

#: Condition that Lambda stores for a parameter of AddPermission. Source: Lambda API Reference, "AddPermission".
STORED = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "OrganizationId": ("StringEquals", "aws:PrincipalOrgID"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}


@dataclass
class Place:
    """Where a form is applied; `snapshot` follows what it has done so far."""

    snapshot: Snapshot
    account: str = ""
    region: str | None = None

    def do(self, *changes: Change) -> None:
        self.snapshot = apply(self.snapshot, changes)

    # --- names --------------------------------------------------------------------------------------------------------

    def identity(self, kind: str, name: str) -> str:
        rows = getattr(self.snapshot, f"{kind}s")
        prefix = f"arn:aws:iam::{self.account}:{kind}/"
        return _only(row.arn for row in rows if row.arn.startswith(prefix) and row.arn.rsplit("/", 1)[-1] == name)

    def managed(self, name: str) -> str:
        return _only(policy.arn for policy in self.snapshot.policies if policy.arn.endswith(f":policy/{name}"))

    def resource(self, service: str, name: str) -> str:
        """By the end of its ARN."""
        rows = [row for row in self.snapshot.resources if row.arn.split(":")[2] == service]
        rows = [
            row for row in rows if (row.account, row.arn.split(":")[3] or row.region) == (self.account, self.region)
        ]
        return _only(row.arn for row in rows if row.arn == name or row.arn.endswith((f":{name}", f"/{name}")))

    def queue(self, url: str) -> str:
        host, account, name = url.removeprefix("https://").split("/")
        return self.resource("sqs", f"{host.split('.')[1]}:{account}:{name}")

    def function(self, name: str, qualifier: str | None = None) -> str:
        """A name, or an ARN, with its qualifier or apart from it."""
        arn = name if name.startswith("arn:") else f"arn:aws:lambda:{self.region}:{self.account}:function:{name}"
        assert arn.split(":")[3:5] == [self.region, self.account]
        return f"{arn}:{qualifier}" if qualifier else arn

    def the_function(self, name: str) -> Function:
        arn = self.function(name)
        return next(row for row in self.snapshot.functions if row.arn == arn)

    def mapping(self, shown: str) -> Mapping:
        """By `SOURCE to FUNCTION`."""
        source, _, function = shown.partition(" to ")
        rows = [row for row in self.snapshot.mappings if (row.source or "").endswith((f":{source}", f"/{source}"))]
        return next(row for row in rows if row.function.endswith(f":function:{function}"))

    def rule(self, name: str, bus: str | None = None) -> str:
        rows = {row.source for row in self.snapshot.triggers if row.service == "events.amazonaws.com"}
        tail = f"rule/{name}" if bus in (None, "default") else f"rule/{bus}/{name}"
        found = [row for row in rows if row.endswith(f":{tail}") or (bus is None and row.endswith(f"/{name}"))]
        return _only(found)

    def subscription(self, shown: str) -> dict[str, str]:
        """By `FUNCTION to TOPIC`."""
        function, _, topic = shown.partition(" to ")
        [found] = (
            {"source": row.source, "target": row.target}
            for row in self.snapshot.triggers
            if row.source.endswith(f":{topic}") and row.target.endswith(f":function:{function}")
        )
        return found

    def notify(self, bucket: str, target: str, events: list[str], prefix: str | None, suffix: str | None) -> None:
        source = self.resource("s3", bucket)
        self.do(
            kinds.AddTrigger(
                service="s3.amazonaws.com",
                source=source,
                target=target,
                events=tuple(events),
                prefix=prefix,
                suffix=suffix,
            )
        )

    # --- documents ----------------------------------------------------------------------------------------------------

    def put(self, side: Any, holder: str, policy: str | None, old: str | None, new: Any) -> None:
        """Make the statements of a document others: AWS takes the whole document."""
        there = _statements(self.snapshot.documents.get(old or ""))
        wanted = _statements(new)
        # Under other Sids first, so that none is in use when it is put.
        for number, statement in enumerate(wanted[: len(there)], 1):
            self._replace(side, holder, policy, number, {**statement, "Sid": f"moved{number}"})
        for number, statement in enumerate(wanted[: len(there)], 1):
            self._replace(side, holder, policy, number, statement)
        for statement in wanted[len(there) :]:
            self.do(kinds.AddStatement(side=side, holder=holder, policy=policy, statement=statement))
        for number in range(len(there), len(wanted), -1):
            self.do(kinds.RemoveStatement(side=side, holder=holder, policy=policy, sid=f"#{number}"))

    def _replace(self, side: Any, holder: str, policy: str | None, number: int, statement: Any) -> None:
        change = kinds.ReplaceStatement(side=side, holder=holder, policy=policy, sid=f"#{number}", statement=statement)
        self.do(change)

    def put_inline(self, kind: str, name: str, policy: str, document: Any) -> None:
        holder = self.identity(kind, name)
        rows = getattr(self.snapshot, f"{kind}s")
        old = next(row.inline.get(policy) for row in rows if row.arn == holder)
        self.put("identity", holder, policy, old, document)

    def put_trust(self, name: str, document: Any) -> None:
        self.do(kinds.SetTrust(holder=self.identity("role", name), document=document))

    def put_managed(self, arn: str, document: Any) -> None:
        """A managed policy changes for all that have it; a change names one of them."""
        found = self.snapshot
        old = next(policy.document for policy in found.policies if policy.arn == arn)
        for row in (*found.users, *found.groups, *found.roles):
            if arn in row.attached:
                return self.put("identity", row.arn, arn, old, document)
        bounded = next(row for row in (*found.users, *found.roles) if row.boundary == arn)
        return self.put("boundary", bounded.arn, None, old, document)

    def put_function(self, arn: str, document: Any) -> None:
        base, _, qualifier = arn.partition(":function:")[2].partition(":")
        self.put("resource", arn, None, self.the_function(base).policies.get(qualifier), document)

    def put_resource(self, arn: str, document: Any) -> None:
        old = next(row.policy for row in self.snapshot.resources if row.arn == arn)
        self.put("resource", arn, None, old, document)

    def put_organization(self, id_: str, document: Any) -> None:
        assert self.snapshot.organization is not None
        policy = self.snapshot.organization.policies[id_]
        side = "scp" if policy.type == "SERVICE_CONTROL_POLICY" else "rcp"
        target = next(name for name, ids in self.snapshot.organization.targets.items() if id_ in ids)
        self.put(side, target, id_, policy.document, document)

    def organization_policy(self, name: str) -> str:
        assert self.snapshot.organization is not None
        return _only(id_ for id_, row in self.snapshot.organization.policies.items() if row.name == name)

    def attach_organization(self, id_: str, target: str, *, there: bool) -> None:
        assert self.snapshot.organization is not None
        is_scp = self.snapshot.organization.policies[id_].type == "SERVICE_CONTROL_POLICY"
        attach, detach = (kinds.AttachScp, kinds.DetachScp) if is_scp else (kinds.AttachRcp, kinds.DetachRcp)
        self.do((attach if there else detach)(policy=id_, target=target))

    def create_organization(self, name: str, kind: Any, content: Any) -> None:
        """No change makes a policy that is attached nowhere yet."""
        found = self.snapshot.organization
        assert found is not None
        id_ = document_id(content)
        policy = OrganizationPolicy(id=name, name=name, type=kind, document=id_)
        changed = found.model_copy(update={"policies": {**found.policies, name: policy}})
        documents = {**self.snapshot.documents, id_: content}
        self.snapshot = self.snapshot.model_copy(update={"organization": changed, "documents": documents})

    # --- permissions --------------------------------------------------------------------------------------------------

    def permit(self, arn: str, parameters: Json) -> None:
        self.do(kinds.AddStatement(side="resource", holder=arn, statement=stored(arn, parameters)))

    def forbid(self, arn: str, sid: str) -> None:
        self.do(kinds.RemoveStatement(side="resource", holder=arn, sid=sid))

    def attachment(self, kind: str, name: str, policy: str, *, there: bool) -> None:
        self.do((kinds.AttachPolicy if there else kinds.DetachPolicy)(holder=self.identity(kind, name), policy=policy))

    def boundary(self, kind: str, name: str, policy: str | None) -> None:
        holder = self.identity(kind, name)
        self.do(kinds.SetBoundary(holder=holder, policy=policy) if policy else kinds.RemoveBoundary(holder=holder))

    def member(self, user: str, group: str, *, there: bool) -> None:
        names = {"user": self.identity("user", user), "group": self.identity("group", group)}
        self.do((kinds.AddToGroup if there else kinds.RemoveFromGroup)(**names))

    def create(self, kind: str, name: str, path: str | None, trust: Any = None, boundary: str | None = None) -> None:
        arn = f"arn:aws:iam::{self.account}:{kind}{path or '/'}{name}"
        self.do(kinds.CreateRole(role=arn, document=trust) if kind == "role" else kinds.CreateUser(user=arn))
        if boundary:
            self.do(kinds.SetBoundary(holder=arn, policy=boundary))

    def delete(self, kind: str, name: str) -> None:
        arn = self.identity(kind, name)
        self.do(kinds.DeleteRole(role=arn) if kind == "role" else kinds.DeleteUser(user=arn))

    def feature(self, name: str, field: str, value: Any) -> None:
        feature: Any = field
        self.do(kinds.SetFeature(function=self.function(name), feature=feature, value=value or None))

    def invokes(self, name: str, qualifier: str | None, config: Json | None) -> None:
        """The destinations of a qualifier; None: it reports to nobody any more."""
        qualifier = None if qualifier == "$LATEST" else qualifier
        left = [row for row in self.the_function(name).event_invokes if row.qualifier != qualifier]
        ends = {key: value["Destination"] for key, value in (config or {}).items()}
        row = {"qualifier": qualifier, "on_success": ends.get("OnSuccess"), "on_failure": ends.get("OnFailure")}
        rows = [*(item.model_dump() for item in left), *([row] if config is not None else [])]
        change = {"change": "set_feature", "function": self.function(name), "feature": "event_invokes", "value": rows}
        self.do(kinds.CHANGE.validate_python(change))


def _only(found: Iterator[str] | list[str]) -> str:
    [name] = set(found)
    return name


def _statements(document: Any) -> list[Any]:
    return list(document["Statement"]) if document else []


def stored(arn: str, parameters: Json) -> Json:
    """The statement that Lambda stores for the parameters of AddPermission or AddLayerVersionPermission."""
    principal = parameters["Principal"]
    if principal.isdigit():
        element: Any = {"AWS": f"arn:aws:iam::{principal}:root"}
    elif principal == "*":
        element = "*"
    else:
        element = {"AWS" if principal.startswith("arn:") else "Service": principal}
    statement: Json = {"Sid": parameters.get("StatementId"), "Effect": "Allow", "Principal": element}
    statement |= {"Action": parameters["Action"], "Resource": arn}
    for name, (operator, key) in STORED.items():
        if name in parameters:
            value = parameters[name]
            text = str(value).lower() if isinstance(value, bool) else value
            statement.setdefault("Condition", {}).setdefault(operator, {})[key] = text
    return {name: value for name, value in statement.items() if value is not None}


# --- comparing --------------------------------------------------------------------------------------------------------


def said(snapshot: Snapshot, *, sids: bool = True) -> Json:
    """All that a snapshot says, spelled in one way. `sids`: those of functions and layers count too."""
    rows: Json = snapshot.model_dump(mode="json", exclude={"documents"})
    kept = snapshot.documents
    for holder in (*rows["users"], *rows["groups"], *rows["roles"]):
        holder["inline"] = {name: _plain(kept[document]) for name, document in holder["inline"].items()}
        for field in ("trust", "session"):
            if holder.get(field):
                holder[field] = _plain(kept[holder[field]])
    for policy in rows["policies"]:
        # Versions are counted by AWS.
        del policy["version"], policy["versions"]
        policy["document"] = _plain(kept[policy["document"]])
    for function in rows["functions"]:
        documents = {name: _plain(kept[name_], sids) for name, name_ in function["policies"].items()}
        function["policies"] = documents
        function["event_invokes"].sort(key=str)
        if function["vpc"]:
            # Lambda is told subnets, which say the VPC.
            function["vpc"] = {key: value for key, value in function["vpc"].items() if key != "vpc"}
    for resource in rows["resources"]:
        counts = sids or ":layer:" not in resource["arn"]
        resource["policy"] = _plain(kept[resource["policy"]], counts) if resource["policy"] else None
    for policy in (rows["organization"] or {"policies": {}})["policies"].values():
        policy["document"] = _plain(kept[policy["document"]])
    for name in ("triggers", "mappings"):
        rows[name] = sorted((row for row in rows[name]), key=str)
    return rows


def _plain(document: Any, sids: bool = True) -> list[Json]:
    rows = [_statement(row) for row in _statements(document)]
    return (
        rows
        if sids
        else sorted(({**row, "Sid": None} for row in rows), key=lambda row: json.dumps(row, sort_keys=True))
    )


def _statement(row: Json) -> Json:
    """Condition keys have no case, one value in a list is one value, and an account is its root."""
    found = {"Sid": None, **row}
    if isinstance(row.get("Principal"), dict):
        found["Principal"] = {kind: _root(value) for kind, value in row["Principal"].items()}
    found["Condition"] = {
        operator: {key.lower(): value for key, value in keys.items()}
        for operator, keys in row.get("Condition", {}).items()
    }
    return found


def _root(value: Any) -> Any:
    return f"arn:aws:iam::{value}:root" if isinstance(value, str) and value.isdigit() else value
