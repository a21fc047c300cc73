"""The collector of saved input: files that the AWS CLI wrote, for those who may not hand over credentials.

The layout is in docs: a folder for one account, or one for each under `accounts/`, with `organization.json` at the top.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from models import arns
from models.decision import FactKind
from models.errors import InputError
from models.snapshot import Organization, Snapshot, Trigger
from simulator.collector import saved_calls, saved_files, shapes
from simulator.collector.attributes import kept
from simulator.collector.builder import SnapshotBuilder
from simulator.collector.saved_calls import SavedReader
from simulator.collector.store import first_problem, read_json

DETAILS = "authorization-details.json"
T = TypeVar("T", bound=BaseModel)


def collect_saved(folder: Path) -> Snapshot:
    """Read a folder of saved files into a snapshot.

    Raises:
        InputError: if a file isn't what it should be; says which, and where in it.
    """
    return SavedCollector(folder).collect()


@dataclass(frozen=True, slots=True)
class SavedCollector:
    """Reads files. The snapshot is as old as the oldest of them."""

    folder: Path

    def collect(self) -> Snapshot:
        if not self.folder.is_dir():
            raise InputError("there is no such folder", str(self.folder))
        files = _Files()
        builder = SnapshotBuilder()
        below = self.folder / "accounts"
        folders = sorted(path for path in below.iterdir() if path.is_dir()) if below.is_dir() else []
        if not folders or (self.folder / DETAILS).exists():
            folders.insert(0, self.folder)
        accounts = [_SavedAccount(folder, files, builder) for folder in folders]
        for account in accounts:
            account.read()
        _read_organization(self.folder, files, builder, accounts)
        builder.assume_unread_tags("saved files hold no tags of it")
        return builder.build(files.oldest(), "saved")


class _Files:
    """Reads JSON files, and remembers how old they are."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def json(self, path: Path) -> Any:
        found = read_json(path)
        self._times.append(path.stat().st_mtime)
        return found

    def json_if_there(self, path: Path) -> Any | None:
        return self.json(path) if path.exists() else None

    def shape(self, shape: type[T], path: Path) -> T:
        return validated(shape, self.json(path), path)

    def oldest(self) -> datetime:
        return datetime.fromtimestamp(int(min(self._times)), UTC)


def validated(shape: type[T], content: Any, path: Path) -> T:
    try:
        return shape.model_validate(content)
    except ValidationError as error:
        raise InputError(first_problem(error), str(path)) from error


class _SavedAccount:
    """One account's folder."""

    def __init__(self, folder: Path, files: _Files, builder: SnapshotBuilder) -> None:
        self._folder = folder
        self._files = files
        self._builder = builder
        path = folder / "account.json"
        self._about = files.shape(saved_files.AccountFile, path) if path.exists() else saved_files.AccountFile()
        self._details = self._authorization_details()
        self.account = self._about.account or self._account_of_details()
        builder.account(self.account, name=self._about.name)

    @property
    def says_no_organization(self) -> bool:
        """Whether account.json says `"organization": null`: asked for, and there is none."""
        return "organization" in self._about.model_fields_set

    def _authorization_details(self) -> shapes.AuthorizationDetails:
        path = self._folder / DETAILS
        if not path.exists():
            hint = f"`aws iam get-account-authorization-details > {DETAILS}` writes it"
            raise InputError(f"there is no `{DETAILS}`; {hint}", str(self._folder))
        return self._files.shape(shapes.AuthorizationDetails, path)

    def _account_of_details(self) -> str:
        details = self._details
        for holder in (*details.role_detail_list, *details.user_detail_list, *details.group_detail_list):
            if account := arns.account_of(holder.arn):
                return account
        hint = 'say it in account.json: {"account": "111111111111", "region": "eu-west-1"}'
        raise InputError(f"no ARN in `{DETAILS}` says which account this is; {hint}", str(self._folder))

    @property
    def _partition(self) -> str:
        details = self._details
        holders = (*details.role_detail_list, *details.user_detail_list, *details.group_detail_list)
        return next((arns.partition_of(holder.arn) for holder in holders), "aws")

    @property
    def _place(self) -> str:
        """What inventories of this account are about: `ACCOUNT/region`."""
        return f"{self.account}/{self._about.region or '*'}"

    def read(self) -> None:
        for arn in self._builder.authorization_details(self.account, self._details):
            self._builder.assume(FactKind.MANAGED_POLICY, arn, f"{DETAILS} doesn't hold its document")
        self._read_functions()
        self._read_mappings()
        self._read_notifications()
        self._read_triggers()
        self._read_calls()
        self._read_policies()
        self._read_attributes()

    def _read_functions(self) -> None:
        folder = self._folder / "functions"
        if not folder.is_dir():
            self._builder.assume(FactKind.FUNCTIONS, self._place, "there is no functions folder")
        for path in _json_files(folder):
            self._builder.function(self._files.shape(saved_files.FunctionFile, path).facts())

    def _read_mappings(self) -> None:
        path = self._folder / "event-source-mappings.json"
        if not path.exists():
            self._builder.assume(FactKind.MAPPINGS, self._place, f"there is no {path.name}")
            return
        for mapping in self._files.shape(shapes.EventSourceMappings, path).event_source_mappings:
            self._builder.mapping(mapping)

    def _read_notifications(self) -> None:
        folder = self._folder / "notifications"
        if not folder.is_dir():
            self._builder.assume(FactKind.TRIGGERS, f"{self.account}/s3", "there is no notifications folder")
        for path in _json_files(folder):
            # The AWS CLI prints nothing at all for a bucket without notifications.
            empty = not path.read_bytes().strip()
            found = shapes.BucketNotification() if empty else self._files.shape(shapes.BucketNotification, path)
            self._builder.notification(f"arn:{self._partition}:s3:::{path.stem}", self.account, found)

    def _read_triggers(self) -> None:
        path = self._folder / "triggers.json"
        rows = self._files.json_if_there(path)
        if rows is None:
            self._builder.assume(FactKind.TRIGGERS, f"{self.account}/*", f"there is no {path.name}")
            return
        try:
            triggers = TypeAdapter(list[Trigger]).validate_python(rows)
        except ValidationError as error:
            raise InputError(first_problem(error), str(path)) from error
        for trigger in triggers:
            self._builder.trigger(trigger, account=self.account)

    def _read_calls(self) -> None:
        folder = self._folder / "calls"
        if not folder.is_dir():
            return
        if self._about.region is None:
            hint = 'say it in account.json: {"account": "111111111111", "region": "eu-west-1"}'
            raise InputError(f"nothing says in which Region the calls were made; {hint}", str(folder))
        reader = SavedReader(folder, self._files.json, self.account, self._partition, self._builder)
        saved_calls.read(folder, reader, self._about.region)

    def _read_policies(self) -> None:
        path = self._folder / "resource-policies.json"
        found = self._object(path)
        if found is None:
            self._builder.assume(FactKind.RESOURCE_POLICY, self.account, f"there is no {path.name}")
            return
        for arn, policy in found.items():
            self._builder.resource(arn, account=self.account, policy=policy)
            self._builder.policy_was_read(arn)

    def _read_attributes(self) -> None:
        path = self._folder / "resource-attributes.json"
        found = self._object(path)
        for arn, attributes in (found or {}).items():
            self._builder.resource(arn, account=self.account, attributes=kept(attributes))
        if found is None:
            for arn in self._own_resources():
                self._builder.assume_unread(FactKind.ATTRIBUTES, arn, f"there is no {path.name}")

    def _own_resources(self) -> list[str]:
        return [resource.arn for resource in self._builder.resources if resource.account == self.account]

    def _object(self, path: Path) -> dict[str, Any] | None:
        """Read an object from ARN to whatever."""
        found = self._files.json_if_there(path)
        if found is None:
            return None
        if not isinstance(found, dict):
            raise InputError("this is not an object from ARN to value", str(path))
        for arn in found:
            if arns.parts(arn) is None:
                raise InputError(f"`{arn}` is no ARN", str(path))
        return found


def _json_files(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*.json"))


def _read_organization(folder: Path, files: _Files, builder: SnapshotBuilder, accounts: list[_SavedAccount]) -> None:
    """Read organization.json; an account that it doesn't name is in none if its account.json says so."""
    path = folder / "organization.json"
    members: set[str] = set()
    reason = f"there is no {path.name}"
    if path.exists():
        file = files.shape(saved_files.OrganizationFile, path)
        builder.organization = _organization(file, builder)
        members = {*file.parents, file.management_account}
        reason = f"{path.name} doesn't name it"
        for member in sorted(members):
            if member.isdecimal():
                builder.account(member, name=file.names.get(member), collected=False)
    for account in accounts:
        if account.account not in members and not account.says_no_organization:
            builder.assume(FactKind.ORGANIZATION, account.account, reason)


def _organization(file: saved_files.OrganizationFile, builder: SnapshotBuilder) -> Organization:
    return Organization.model_validate(
        {
            "id": file.id,
            "management_account": file.management_account,
            "parents": file.parents,
            "policies": {
                key: {
                    "id": key,
                    "name": policy.name,
                    "type": policy.type,
                    "document": builder.documents.add(policy.document),
                }
                for key, policy in sorted(file.policies.items())
            },
            "targets": {place: tuple(sorted(policies)) for place, policies in sorted(file.targets.items())},
            "names": {place: name for place, name in file.names.items() if not place.isdecimal()},
        }
    )
