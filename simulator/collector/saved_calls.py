"""What the AWS CLI printed of a service's calls, read as the live collector reads the calls themselves.

A file `calls/SERVICE/OPERATION.json` holds what a list call printed; of a call that is about one thing it holds an
object from what was asked about to what was printed. The layout is in docs/command-line.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from models.errors import InputError
from models.snapshot import GapStatus
from simulator.collector import finders, needed, polled, secrets, sources
from simulator.collector.builder import SnapshotBuilder
from simulator.collector.calls import Call
from simulator.collector.finders import FINDERS
from simulator.collector.reader import Facts, Reader, Refused

#: Botocore's name of a service -> how it is read, beside what triggers.
_READ: dict[str, Callable[[Reader, str], str]] = {
    "sns": sources.read_topics,
    "sqs": sources.read_queues,
    "events": sources.read_rules,
    "kinesis": polled.read_streams,
    "dynamodb": polled.read_tables,
    "kafka": polled.read_clusters,
    "secretsmanager": secrets.read_secrets,
    "kms": secrets.read_keys,
    "ecr": needed.read_repositories,
    "efs": needed.read_access_points,
    "s3files": needed.read_s3_file_systems,
}

#: Parameters that say what is wanted, and not of which thing.
_SAME_FOR_ALL = (
    "AccountId",
    "OutputType",
    "PolicyName",
    "Specification",
    "TemplateStage",
    "accepts",
    "exportType",
    "policyType",
    "targetGroupType",
)


def read(folder: Path, reader: SavedReader, region: str) -> None:
    """Read the services of which there is a folder; of the others nothing is said.

    Raises:
        InputError: if a folder is none of a service that is read, or a file isn't what it should be.
    """
    known = {*_READ, "mq", "docdb", "cognito-identity", *(finder.client for finder in FINDERS)}
    there = {path.name for path in folder.iterdir() if path.is_dir()}
    for name in sorted(there - known):
        raise InputError(f"`{name}` is no service that is read; they are {', '.join(sorted(known))}", str(folder))
    for name, how in _READ.items():
        if name in there:
            how(reader, region)
    if there & {"mq", "docdb"}:
        polled.read_brokers(reader, region)
    for finder in FINDERS:
        if finder.client in there:
            finders.look(reader, region, finder)


class SavedReader(Reader):
    """Answers calls from files. What isn't there nobody asked for: an assumption, where it would be a Gap live."""

    def __init__(
        self, folder: Path, json: Callable[[Path], Any], account: str, partition: str, builder: SnapshotBuilder
    ) -> None:
        """`json` reads a file."""
        super().__init__(_NoSession(), account, partition, builder)
        self._folder = folder
        self._json = json

    def is_offered(self, service: str, region: str) -> bool:
        return True

    def note(self, fact: Facts, refused: Refused) -> None:
        for one in fact if isinstance(fact, tuple) else (fact,):
            self.builder.assume(one.what, one.about, refused.message)

    def _answers(
        self, call: Call, region: str, absent: Collection[str], parameters: dict[str, Any], *, paged: bool
    ) -> Iterator[dict[str, Any]]:
        from botocore import xform_name

        path = self._folder / call.service / f"{xform_name(call.operation, '-')}.json"
        if not path.exists():
            raise Refused(call.name, GapStatus.FAILED, f"there is no {path.relative_to(self._folder.parent)}")
        found = self._json(path)
        if not isinstance(found, dict):
            raise InputError("this is no object, as the AWS CLI prints them", str(path))
        about = "/".join(
            value for name, value in parameters.items() if isinstance(value, str) and name not in _SAME_FOR_ALL
        )
        if not about:
            yield found
        elif isinstance(found.get(about), dict):
            yield found[about]
        elif not absent:
            # (Where AWS has an error that says "there is none", that is what a name that isn't there stands for.)
            raise Refused(call.name, GapStatus.FAILED, f"{path.name} doesn't hold `{about}`")


class _NoSession:
    """No calls are made."""

    def client(self, service_name: str, **settings: Any) -> Any:
        raise NotImplementedError(service_name)

    def get_available_regions(self, service_name: str, partition_name: str) -> list[str]:
        raise NotImplementedError(service_name)
