"""The live collector: read-only calls through boto3, one account after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from models import arns
from models.decision import FactKind
from models.errors import InputError, PermgraphError
from models.snapshot import Snapshot
from simulator.collector import finders, iam, keys, lambdas, needed, organization, polled, secrets, sources
from simulator.collector.builder import SnapshotBuilder
from simulator.collector.calls import UNREAD_POLICIES
from simulator.collector.reader import Fact, Reader, Refused

Progress = Callable[[str], None]

#: Read in each region; what it is called in the progress line -> how. Lambda first: its mappings say what is polled.
_REGIONAL: dict[str, Callable[[Reader, str], str]] = {
    "Lambda": lambdas.read,
    "SNS": sources.read_topics,
    "SQS": sources.read_queues,
    "EventBridge": sources.read_rules,
    "Kinesis": polled.read_streams,
    "DynamoDB": polled.read_tables,
    "MSK": polled.read_clusters,
    "MQ and DocumentDB": polled.read_brokers,
    "Secrets Manager": secrets.read_secrets,
    "KMS": secrets.read_keys,
}
#: The same, when the functions of all accounts are known.
_NEEDED: dict[str, Callable[[Reader, str], str]] = {
    "ECR": needed.read_repositories,
    "EFS": needed.read_access_points,
    "S3 Files": needed.read_s3_file_systems,
}
#: Some of them no call lists, the others come and go.
_UNLISTED = (
    "not read: Alexa skills, macros of CloudFormation, IoT Events, Lex V1, runbooks, and what databases, labeling "
    "jobs, Kendra and Kinesis Data Analytics call"
)
_SESSION_NAME = "permgraph-collect"


def collect(
    *,
    profile: str | None = None,
    regions: Sequence[str] = (),
    endpoint_url: str | None = None,
    assume_roles: Sequence[str] = (),
    external_id: str | None = None,
    organization: bool = False,
    progress: Progress = lambda line: None,
) -> Snapshot:
    """Read the account of the credentials, and with each role one more, into one snapshot.

    `regions` empty: the region of the credentials' configuration. Each line of progress goes to `progress`.

    Raises:
        PermgraphError: if there are no credentials, they don't work, there is no region, or a role's ARN is none.
            Whatever is refused after that is a Gap in the snapshot.
    """
    collector = AwsCollector(
        profile=profile,
        regions=tuple(regions),
        endpoint_url=endpoint_url,
        assume_roles=tuple(assume_roles),
        external_id=external_id,
        organization=organization,
        progress=progress,
    )
    return collector.collect()


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsCollector:
    """Reads over the network. It is read-only: `calls.py` lists every call that it can make."""

    profile: str | None = None
    regions: tuple[str, ...] = ()
    endpoint_url: str | None = None
    assume_roles: tuple[str, ...] = ()
    external_id: str | None = None
    organization: bool = False
    progress: Progress = lambda line: None

    def collect(self) -> Snapshot:
        taken_at = datetime.now(UTC).replace(microsecond=0)
        _check_roles(self.assume_roles)
        session = self._session()
        regions = self.regions or tuple(filter(None, (session.region_name,)))
        if not regions:
            raise InputError("no region is configured; name at least one with --region")
        builder = SnapshotBuilder()
        first = self._reader_of(session, builder, regions[0])
        readers = [first, *self._assumed(first, builder, regions[0])]
        for reader in readers:
            self._read_account(reader, regions)
        # Last: a distribution may have any account's function behind it, and a function any account's image.
        for reader in readers:
            for region in regions:
                for name, read in _NEEDED.items():
                    self.progress(f"{reader.account} {region}: {name}: {read(reader, region)}")
            for line in finders.find_global(reader, regions[0]):
                self.progress(f"{reader.account}: {line}")
        self._read_organization(readers, builder, regions[0])
        builder.assume_unread_tags("its tags were not asked for")
        return builder.build(taken_at, "collected")

    def _session(self) -> Any:
        import boto3
        from botocore.exceptions import BotoCoreError

        try:
            return boto3.Session(profile_name=self.profile)
        except BotoCoreError as error:
            raise InputError(f"the AWS configuration can't be used: {_lower(error)}") from error

    def _settings(self, attempts: int) -> dict[str, Any]:
        from botocore.config import Config

        retries = {"mode": "adaptive", "total_max_attempts": attempts}
        return {"endpoint_url": self.endpoint_url, "config": Config(retries=retries, user_agent_extra="permgraph")}

    def _reader_of(self, session: Any, builder: SnapshotBuilder, region: str) -> Reader:
        """Find out whose account a session is in.

        Raises:
            PermgraphError: if AWS doesn't say.
        """
        # Twice only: what is wrong here (no credentials, a wrong address) doesn't mend itself, and a person waits.
        asking = Reader(session, "", "", builder, **self._settings(attempts=2))
        try:
            identity = asking.call("sts:GetCallerIdentity", region)
        except Refused as refused:
            hint = "see `aws sts get-caller-identity`, or name another --profile"
            raise PermgraphError(f"AWS doesn't take the credentials: {_lower(refused)}; {hint}") from refused
        account, partition = str(identity["Account"]), arns.partition_of(str(identity["Arn"]))
        builder.account(account)
        return Reader(session, account, partition, builder, **self._settings(attempts=10))

    def _assumed(self, first: Reader, builder: SnapshotBuilder, region: str) -> list[Reader]:
        """Take each role; the account of one that is refused is a Gap. Two roles of an account are read once."""
        found: dict[str, Reader] = {first.account: first}
        for role in self.assume_roles:
            self.progress(f"assuming {role}")
            external = {"ExternalId": self.external_id} if self.external_id else {}
            asked = {"RoleArn": role, "RoleSessionName": _SESSION_NAME, **external}
            take = partial(_credentials, first, region, asked)
            try:
                session = keys.session_with(take(), take)
            except Refused as refused:
                account = arns.account_of(role) or ""
                if account not in found:
                    builder.account(account, collected=False)
                    first.note(Fact(FactKind.IDENTITY, account), refused)
                continue
            reader = self._reader_of(session, builder, region)
            found.setdefault(reader.account, reader)
        return list(found.values())[1:]

    def _read_account(self, reader: Reader, regions: Sequence[str]) -> None:
        account = reader.account
        self.progress(f"{account}: IAM: {iam.read(reader, regions[0])}")
        self.progress(f"{account}: S3: {sources.read_buckets(reader, regions[0])}")
        for region in regions:
            for name, read in _REGIONAL.items():
                self.progress(f"{account} {region}: {name}: {read(reader, region)}")
            for line in finders.find_regional(reader, region):
                self.progress(f"{account} {region}: {line}")
        for service in UNREAD_POLICIES:
            reader.builder.assume(
                FactKind.RESOURCE_POLICY, f"{account}/{service}", f"resource-based policies of {service} are not read"
            )
        reader.builder.assume(FactKind.TRIGGERS, f"{account}/*", _UNLISTED)

    def _read_organization(self, readers: list[Reader], builder: SnapshotBuilder, region: str) -> None:
        if not self.organization:
            organization.assume_none(builder)
            return
        self.progress(f"organization: {organization.read(readers, region)}")


def _check_roles(roles: Sequence[str]) -> None:
    for role in roles:
        if not arns.is_role(role) or not arns.account_of(role):
            raise InputError(f"`{role}` is no role's ARN; --assume-role takes arn:aws:iam::ACCOUNT:role/NAME")


def _credentials(reader: Reader, region: str, asked: dict[str, str]) -> dict[str, Any]:
    """Take a role.

    Raises:
        Refused: if AWS doesn't let it be taken.
    """
    found: dict[str, Any] = reader.call("sts:AssumeRole", region, **asked)["Credentials"]
    return found


def _lower(error: Exception) -> str:
    """AWS's sentence, as the tail of ours."""
    text = " ".join(str(error).split()).rstrip(".")
    return text[:1].lower() + text[1:]
