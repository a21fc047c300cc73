"""One account's AWS calls: to the last page, and whatever is refused becomes a Gap."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from models.decision import FactKind
from models.snapshot import Gap, GapStatus
from simulator.collector.builder import SnapshotBuilder
from simulator.collector.calls import CALLS, Call

#: Errors that say "you may not", whatever their status; a status of 403 says it too.
_DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation", "AllAccessDisabled"}
)
#: Errors that say "there is no such call here": emulators, and services that a region doesn't have.
_UNSUPPORTED = frozenset(
    {
        "404",
        "500",
        "501",
        "InvalidAction",
        "NotImplemented",
        "UnknownOperation",
        "UnknownOperationException",
        "UnsupportedOperation",
        "ResponseParserError",
        "UnknownServiceError",
    }
)
_MESSAGE_LENGTH = 200
#: What a list call is given so that it pages at all, or pages less.
_PAGE_SIZE = {"sqs:ListQueues": 1000, "iam:GetAccountAuthorizationDetails": 1000}


class Session(Protocol):
    """What is used of boto3's session."""

    def client(self, service_name: str, **settings: Any) -> Any: ...

    def get_available_regions(self, service_name: str, partition_name: str) -> list[str]: ...


class Refused(Exception):  # noqa: N818  (no error: it is noted as a Gap, or answered by another call)
    """A call that was not answered."""

    def __init__(self, call: str, status: GapStatus, message: str) -> None:
        super().__init__(message)
        self.call = call
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Fact:
    """What a call is to find out; its Gap if it is refused."""

    what: FactKind
    about: str


#: One fact, or several that a call finds out at once.
Facts = Fact | tuple[Fact, ...]


class Reader:
    """Makes the calls of one account with one set of credentials. Notes what is refused in `builder`."""

    def __init__(
        self, session: Session, account: str, partition: str, builder: SnapshotBuilder, **settings: Any
    ) -> None:
        """`settings` go to every client: `endpoint_url`, `config`."""
        self.account = account
        self.partition = partition
        self.builder = builder
        self._session = session
        self._settings = settings
        self._clients: dict[tuple[str, str], Any] = {}

    def one(
        self, name: str, fact: Facts, region: str, /, *, absent: Collection[str] = (), **parameters: Any
    ) -> dict[str, Any] | None:
        """Call once: the output, `{}` if AWS says by an error code of `absent` that there is none, None if refused."""
        try:
            return self.call(name, region, absent=absent, **parameters)
        except Refused as refused:
            self.note(fact, refused)
            return None

    def many(
        self, name: str, fact: Facts, region: str, /, *, absent: Collection[str] = (), **parameters: Any
    ) -> list[Any]:
        """Call to the last page and return the list that the table names; what was read before a refusal is kept."""
        keys = (CALLS[name].result or "").split()
        found: list[Any] = []
        try:
            for page in self.pages(name, region, absent=absent, **parameters):
                for key in keys:
                    found.extend(_within(page, key) or ())
        except Refused as refused:
            self.note(fact, refused)
        return found

    def note(self, fact: Facts, refused: Refused) -> None:
        for one in (fact,) if isinstance(fact, Fact) else fact:
            self.builder.gap(
                Gap(what=one.what, about=one.about, call=refused.call, status=refused.status, message=refused.message)
            )

    def is_offered(self, service: str, region: str) -> bool:
        """Whether a service has an endpoint in a Region, as far as botocore knows; of newer ones it knows none."""
        here = self._session.get_available_regions(service, self.partition)
        anywhere = here or self._session.get_available_regions(service, "aws")
        return region in here or not anywhere

    def call(self, name: str, region: str, /, *, absent: Collection[str] = (), **parameters: Any) -> dict[str, Any]:
        """Call once.

        Raises:
            Refused: if AWS doesn't answer.
        """
        return next(iter(self._answers(CALLS[name], region, absent, parameters, paged=False)), {})

    def pages(
        self, name: str, region: str, /, *, absent: Collection[str] = (), **parameters: Any
    ) -> Iterator[dict[str, Any]]:
        """Yield every page.

        Raises:
            Refused: if AWS doesn't answer.
        """
        return self._answers(CALLS[name], region, absent, parameters, paged=True)

    def _answers(
        self, call: Call, region: str, absent: Collection[str], parameters: dict[str, Any], *, paged: bool
    ) -> Iterator[dict[str, Any]]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield from self._pages(call, region, parameters) if paged else [self._once(call, region, parameters)]
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code not in absent:
                raise _refused(call, error, code, error.response) from error
        except BotoCoreError as error:
            raise _refused(call, error, type(error).__name__, {}) from error

    def _once(self, call: Call, region: str, parameters: dict[str, Any]) -> dict[str, Any]:
        from botocore import xform_name

        client = self._client(call.service, region)
        output: dict[str, Any] = getattr(client, xform_name(call.operation))(**parameters)
        # An export comes as a stream, which may break off as well.
        return {**output, "body": output["body"].read().decode("utf-8")} if "body" in output else output

    def _pages(self, call: Call, region: str, parameters: dict[str, Any]) -> Iterator[dict[str, Any]]:
        from botocore import xform_name

        client, method = self._client(call.service, region), xform_name(call.operation)
        if client.can_paginate(method):
            size = {"PageSize": _PAGE_SIZE[call.name]} if call.name in _PAGE_SIZE else {}
            yield from client.get_paginator(method).paginate(**parameters, PaginationConfig=size)
            return
        # Some list calls have a token and no paginator (events:ListEventBuses).
        token: dict[str, str] = {}
        while True:
            page = getattr(client, method)(**parameters, **token)
            yield page
            token = _token_after(page)
            if not token:
                return

    def _client(self, service: str, region: str) -> Any:
        key = (service, region)
        if key not in self._clients:
            client = self._session.client(service, region_name=region, **self._settings)
            client.meta.events.register("before-sign.s3-control", _at_its_own_address)
            self._clients[key] = client
        return self._clients[key]


def _at_its_own_address(request: Any, **_: Any) -> None:
    """Ask an address or `localhost` itself: S3 Control puts the account before the host, which a name only can have.

    The account is in a header too. Source: Amazon S3 API Reference, "ListJobs".
    """
    parts = urlsplit(request.url)
    account, _dot, rest = parts.netloc.partition(".")
    host = urlsplit(f"//{rest}").hostname or ""
    if account.isdecimal() and (host == "localhost" or _is_address(host)):
        request.url = urlunsplit(parts._replace(netloc=rest))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _within(page: dict[str, Any], path: str) -> Any:
    """What is at a path such as `DistributionList.Items`, None if nothing is."""
    found: Any = page
    for key in path.split("."):
        found = (found or {}).get(key)
    return found


def _token_after(page: dict[str, Any]) -> dict[str, str]:
    """What to ask the next page with; empty after the last one."""
    for name in ("NextToken", "nextToken"):
        if page.get(name):
            return {name: page[name]}
    # Source: Data Firehose API Reference, "ListDeliveryStreams": the next page begins after the last name of this one.
    if page.get("HasMoreDeliveryStreams") and page.get("DeliveryStreamNames"):
        return {"ExclusiveStartDeliveryStreamName": page["DeliveryStreamNames"][-1]}
    return {}


def _refused(call: Call, error: Exception, code: str, response: dict[str, Any]) -> Refused:
    http_status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if code in _DENIED or http_status == 403:
        status = GapStatus.DENIED
    elif code in _UNSUPPORTED:
        status = GapStatus.UNSUPPORTED
    else:
        status = GapStatus.FAILED
    message = " ".join(str(error).split())
    return Refused(call.name, status, message[:_MESSAGE_LENGTH])
