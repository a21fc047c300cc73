"""Policy documents of a scenario: verbatim ones with their names filled in, and what short forms stand for.

All are read strictly: what AWS would refuse is refused, with its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.errors import InputError, PolicyError
from models.policy import PolicyKind
from models.scenario_forms import AllowForm, PermitForm, TrustForm
from simulator.policy.limits import Limit
from simulator.policy.parse import parse_policy
from simulator.scenario.names import Entry, Names
from simulator.scenario.shape import validated
from simulator.scenario.source import Place, Source, read_bytes, read_yaml

Json = dict[str, Any]

VERSION = "2012-10-17"
ASSUME = "sts:AssumeRole"
ASSUME_OF = {"oidc": "sts:AssumeRoleWithWebIdentity", "saml": "sts:AssumeRoleWithSAML"}


class Documents:
    """Makes a scenario's policy documents; `folder` is where its `file:` documents lie."""

    def __init__(self, names: Names, folder: Path) -> None:
        self.names = names
        self.source = names.source
        self.folder = folder

    def verbatim(self, written: Json, place: Place, kind: PolicyKind, limit: Limit | None = None) -> Json:
        """Return a document that stands there as AWS has it, or in a file.

        `limit`: how long it may be there, where that isn't said by its kind.

        Raises:
            InputError: at the element that AWS would refuse, or the name that nothing has.
        """
        source, at, found = self.source, place, written
        if "file" in written:
            source, at = self._file(written, place), ()
            found = source.data
        document = self._filled(found, at, source)
        self.check(document, kind, source, at, limit)
        return dict(document)

    def check(self, document: Any, kind: PolicyKind, source: Source, at: Place, limit: Limit | None = None) -> None:
        """Refuse what AWS would refuse; the error stands at the element, if the file has it."""
        try:
            parse_policy(document, kind, strict=True, limit=limit)
        except PolicyError as error:
            raise source.error(_element(document, error.place, at), error.problem) from error

    def check_statement(self, statement: Json, kind: PolicyKind, place: Place) -> None:
        """Refuse a single statement that AWS would refuse."""
        try:
            parse_policy({"Version": VERSION, "Statement": [statement]}, kind, strict=True)
        except PolicyError as error:
            inside = error.place.removeprefix("Statement[0]").removeprefix(".")
            raise self.source.error(_element(statement, inside, place), error.problem) from error

    def made(self, statements: Iterable[Json], kind: PolicyKind, place: Place, limit: Limit | None = None) -> Json:
        """Return the document of statements that short forms stand for."""
        document: Json = {"Version": VERSION, "Statement": list(statements)}
        try:
            parse_policy(document, kind, strict=True, limit=limit)
        except PolicyError as error:
            raise self.source.error(place, error.problem) from error
        return document

    def _file(self, written: Json, place: Place) -> Source:
        at = (*place, "file")
        name = written["file"]
        if len(written) > 1 or not isinstance(name, str):
            raise self.source.error(place, "`file` stands alone, and names a file in the scenario's folder")
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise self.source.error(at, f"`{name}` is not in the scenario's folder")
        shown = str(Path(self.source.path).parent / name)
        if not path.is_file():
            raise self.source.error(at, f"no such file `{name}`")
        if path.suffix in (".yaml", ".yml"):
            read = read_yaml(path)
            return Source(shown, read.data, read.values, read.keys)
        return Source(shown, _json(read_bytes(path, shown), shown))

    def _filled(self, value: Any, place: Place, source: Source) -> Any:
        """Replace the names in a document, at any depth; keys stay as they are."""
        if isinstance(value, dict):
            return {key: self._filled(item, (*place, key), source) for key, item in value.items()}
        if isinstance(value, list):
            return [self._filled(item, (*place, index), source) for index, item in enumerate(value)]
        if isinstance(value, str) and "{{" in value:
            return replace(self.names, source=source).filled(value, place)
        return value

    def items(self, values: tuple[str, ...], place: Place) -> list[tuple[str, Place]]:
        """Pair values with their places; one that was written without a list stands at `place` itself."""
        listed = (*place, 0) in self.source.values
        return [(value, (*place, index) if listed else place) for index, value in enumerate(values)]

    def patterns(self, values: tuple[str, ...], place: Place) -> list[str]:
        return [self.names.pattern(value, at) for value, at in self.items(values, place)]

    def allow(self, form: AllowForm, place: Place, effect: str = "Allow") -> Json:
        """Return the statement of an identity-based policy that a short form stands for."""
        statement: Json = {"Sid": form.sid} if form.sid else {}
        statement |= {"Effect": effect, "Action": _one_or_many(form.actions)}
        statement["Resource"] = _one_or_many(self.patterns(form.on, (*place, "on")))
        if form.when:
            statement["Condition"] = self._filled(form.when, (*place, "when"), self.source)
        return statement

    def trust(self, written: Json | TrustForm | tuple[TrustForm, ...], place: Place) -> Json:
        """Return a trust policy: verbatim, or what one short form or several stand for."""
        if isinstance(written, dict):
            return self.verbatim(written, place, PolicyKind.TRUST)
        if isinstance(written, TrustForm):
            return self.made([self.trust_statement(written, place)], PolicyKind.TRUST, place)
        rows = [self.trust_statement(form, (*place, index)) for index, form in enumerate(written)]
        return self.made(rows, PolicyKind.TRUST, place)

    def trust_statement(self, form: TrustForm, place: Place) -> Json:
        """Return the statement of a trust policy that a short form stands for."""
        principal: Json = {}
        if form.aws:
            named = [self.principal(name, at) for name, at in self.items(form.aws, (*place, "AWS"))]
            principal["AWS"] = _one_or_many(named)
        if form.service:
            principal["Service"] = _one_or_many(form.service)
        providers = [self._provider(name, at) for name, at in self.items(form.federated or (), (*place, "Federated"))]
        if providers:
            principal["Federated"] = _one_or_many([arn for arn, _ in providers])
        statement: Json = {"Sid": form.sid} if form.sid else {}
        statement |= {"Effect": "Allow", "Principal": principal}
        statement["Action"] = _one_or_many(form.actions or _assume_actions(form, providers))
        condition = self._trust_condition(form, providers, place)
        if condition:
            statement["Condition"] = condition
        return statement

    def _trust_condition(self, form: TrustForm, providers: list[tuple[str, str]], place: Place) -> Json:
        condition: Json = {}
        if form.external_id:
            _add(condition, "StringEquals", "sts:ExternalId", form.external_id)
        if form.audience or form.subject:
            oidc = [arn.partition("oidc-provider/")[2] for arn, kind in providers if kind == "oidc"]
            if not oidc:
                raise self.source.error(place, "audience and subject are of an OIDC provider: name it in `Federated`")
            for url in oidc:
                if form.audience:
                    _add(condition, "StringEquals", f"{url}:aud", form.audience)
                if form.subject:
                    like = any("*" in value or "?" in value for value in form.subject)
                    _add(condition, "StringLike" if like else "StringEquals", f"{url}:sub", form.subject)
        return _merged(condition, self._filled(form.when or {}, (*place, "when"), self.source))

    def principal(self, name: str, place: Place) -> str:
        """Return what stands under `AWS` for a user, a role, an account, an ARN, or `*`."""
        if name == "*":
            return name
        if self.names.is_account(name):
            return f"arn:{self.names.partition}:iam::{self.names.account(name, place)}:root"
        if "{{" in name:
            return self.names.filled(name, place)
        return self.names.arn(name, place, ("user", "role"))

    def _provider(self, name: str, place: Place) -> tuple[str, str]:
        """Return an identity provider's ARN (or built-in name) and its kind."""
        if name in ("accounts.google.com", "www.amazon.com", "graph.facebook.com", "cognito-identity.amazonaws.com"):
            return name, "oidc"
        arn = name if name.startswith("arn:") else self.names.arn(name, place, ("provider",))
        return arn, "saml" if ":saml-provider/" in arn else "oidc"

    def permit(self, form: PermitForm, function: Entry, place: Place) -> Json:
        """Return the statement of a function's policy that a short form stands for.

        Source: Lambda Developer Guide, "Granting Lambda function access to AWS services"; API Reference,
        "AddPermission".
        """
        if form.qualifier is not None and form.qualifier not in function.qualifiers:
            # Asked by name: the error lists the versions and aliases that there are.
            self.names.entry(f"{function.name}:{form.qualifier}", (*place, "qualifier"), ("function",))
            raise self.source.error((*place, "qualifier"), "$LATEST has no policy of its own: leave `qualifier` out")
        statement: Json = {"Sid": form.sid} if form.sid else {}
        statement |= {"Effect": "Allow", "Principal": self._permitted(form, place), "Action": form.action}
        statement["Resource"] = function.arn + (f":{form.qualifier}" if form.qualifier else "")
        condition = self._permit_condition(form, place)
        if condition:
            statement["Condition"] = condition
        return statement

    def _permitted(self, form: PermitForm, place: Place) -> Any:
        if form.service is not None:
            return {"Service": form.service}
        if form.account is not None:
            number = self.names.account(form.account, (*place, "account"))
            return {"AWS": f"arn:{self.names.partition}:iam::{number}:root"}
        if form.principal is None or form.principal == "*":
            return "*"
        return {"AWS": self.principal(form.principal, (*place, "principal"))}

    def _permit_condition(self, form: PermitForm, place: Place) -> Json:
        condition: Json = {}
        arn = self.names.pattern(form.source, (*place, "source")) if form.source is not None else None
        if arn is not None:
            _add(condition, "ArnLike", "aws:SourceArn", (arn,))
        owner = self._source_account(form, arn, place)
        if owner is not None:
            _add(condition, "StringEquals", "aws:SourceAccount", (owner,))
        for key, value in (
            ("aws:PrincipalOrgID", form.organization),
            ("lambda:EventSourceToken", form.token),
            ("lambda:FunctionUrlAuthType", form.url_auth),
        ):
            if value is not None:
                _add(condition, "StringEquals", key, (value,))
        if form.via_url:
            _add(condition, "Bool", "lambda:InvokedViaFunctionUrl", ("true",))
        return _merged(condition, self._filled(form.when or {}, (*place, "when"), self.source))

    def _source_account(self, form: PermitForm, arn: str | None, place: Place) -> str | None:
        """Return who has to own the source. A bucket's ARN has no account, and needs it said beside."""
        if form.source_account is not None:
            return self.names.account(form.source_account, (*place, "source_account"))
        if arn is None or arn.split(":")[2] != "s3":
            return None
        bucket = self.names.by_arn.get(arn)
        if bucket is None:
            raise self.source.error(place, "a bucket's ARN has no account: write `source_account` too")
        return bucket.account

    def statement(self, side: str, holder: str, written: Json, place: Place) -> Json:
        """Return the statement that a change adds: IAM's own, or the short form of its side."""
        if "Effect" in written:
            return dict(self._filled(written, place, self.source))
        if side == "identity":
            return self.allow(validated(self.source, AllowForm, written, place), place)
        if side == "trust":
            return self.trust_statement(validated(self.source, TrustForm, written, place), place)
        entry = self.names.by_arn.get(holder) or self.names.by_arn.get(holder.rpartition(":")[0])
        if entry is None or entry.kind != "function":
            raise self.source.error(place, "needs an `Effect`: only a function's policy has a short form")
        written = dict(written)
        if holder != entry.arn:
            written.setdefault("qualifier", holder.rpartition(":")[2])
        return self.permit(validated(self.source, PermitForm, written, place), entry, place)


def _one_or_many(values: Iterable[str]) -> str | list[str]:
    many = list(values)
    return many[0] if len(many) == 1 else many


def _assume_actions(form: TrustForm, providers: list[tuple[str, str]]) -> list[str]:
    actions = [ASSUME] if form.aws or form.service else []
    return list(dict.fromkeys([*actions, *(ASSUME_OF[kind] for _, kind in providers)]))


def _add(condition: Json, operator: str, key: str, values: Iterable[str]) -> None:
    condition.setdefault(operator, {})[key] = _one_or_many(values)


def _merged(condition: Json, further: Json) -> Json:
    for operator, keys in further.items():
        condition[operator] = {**condition.get(operator, {}), **keys}
    return condition


def _json(text: str, shown: str) -> Any:
    """Read JSON in which no key stands twice.

    Raises:
        InputError: with line and column, if it isn't JSON.
    """

    def unique(pairs: list[tuple[str, Any]]) -> Json:
        found = dict(pairs)
        if len(found) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise InputError(f"`{twice}` is written twice", shown)
        return found

    try:
        return json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise InputError(
            f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}", shown, error.lineno, error.colno
        ) from error
    except RecursionError as error:
        raise InputError("not JSON that anybody wrote: nested too deeply", shown) from error


def _element(document: Any, place: str, at: Place) -> Place:
    """Return where the element is that a PolicyError names, such as `Statement[0].Condition.StringLike.aws:userid`.

    Keys may hold dots, so that the longest key that fits is taken; an index into a single value is none.
    """
    while place:
        if place.startswith("["):
            index, _, place = place[1:].partition("]")
            if isinstance(document, list) and int(index) < len(document):
                document, at = document[int(index)], (*at, int(index))
        else:
            fitting = [key for key in document if place.startswith(key)] if isinstance(document, dict) else []
            if not fitting:
                return at
            key = max(fitting, key=len)
            document, at, place = document[key], (*at, key), place[len(key) :]
        place = place.removeprefix(".")
    return at
