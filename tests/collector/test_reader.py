"""How calls are made: at which address, and with keys that are renewed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar

import boto3
import pytest
from botocore.exceptions import IncompleteReadError

from models.snapshot import GapStatus
from simulator.collector import keys
from simulator.collector.builder import SnapshotBuilder
from simulator.collector.reader import Reader, Refused
from tests.collector.places import ACCOUNT, REGION
from tests.collector.recorded import RecordedSession

JOBS = b"<ListJobsResult><Jobs><member><JobId>one-job</JobId></member></Jobs></ListJobsResult>"


class _Control(BaseHTTPRequestHandler):
    """Answers as S3 Control does, and notes for whom it was asked."""

    asked: ClassVar[list[tuple[str | None, str | None]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.headers["Host"], self.headers["x-amz-account-id"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(JOBS)))
        self.end_headers()
        self.wfile.write(JOBS)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def control() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), _Control)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_s3_control_is_asked_at_an_address_itself(control: HTTPServer, host: str) -> None:
    """Its model puts the account before the host; before an address that is no name. The header has it too."""
    address = f"{host}:{control.server_port}"
    session = boto3.Session("key", "secret", region_name=REGION)
    reader = Reader(session, ACCOUNT, "aws", SnapshotBuilder(), endpoint_url=f"http://{address}")
    found = reader.call("s3control:ListJobs", REGION, AccountId=ACCOUNT)
    assert [job["JobId"] for job in found["Jobs"]] == ["one-job"]
    assert _Control.asked[-1] == (address, ACCOUNT)


@pytest.mark.parametrize(
    "endpoint, host",
    [
        pytest.param(None, f"{ACCOUNT}.s3-control.{REGION}.amazonaws.com", id="AWS"),
        pytest.param("https://control.vpce-1.example", f"{ACCOUNT}.control.vpce-1.example", id="a VPC endpoint"),
    ],
)
def test_elsewhere_the_account_stays_in_the_host(endpoint: str | None, host: str) -> None:
    asked: list[str] = []

    def stop(request: Any, **_: Any) -> None:
        asked.append(request.url)
        raise InterruptedError

    session = boto3.Session("key", "secret", region_name=REGION)
    session.events.register("before-send.s3-control", stop)
    reader = Reader(session, ACCOUNT, "aws", SnapshotBuilder(), endpoint_url=endpoint)
    with pytest.raises(InterruptedError):
        reader.call("s3control:ListJobs", REGION, AccountId=ACCOUNT)
    assert asked == [f"https://{host}/v20180820/jobs"]


def test_an_export_that_breaks_off_is_refused() -> None:
    class Broken(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise IncompleteReadError(actual_bytes=1, expected_bytes=2)

    answers = {"apigateway:GetExport": lambda asked: {"body": Broken()}}
    reader = Reader(RecordedSession(answers), ACCOUNT, "aws", SnapshotBuilder())
    with pytest.raises(Refused):
        reader.call("apigateway:GetExport", REGION, restApiId="a", stageName="s", exportType="oas30")


def credentials(name: str, minutes: int) -> dict[str, Any]:
    expiration = datetime.now(UTC) + timedelta(minutes=minutes)
    return {"AccessKeyId": name, "SecretAccessKey": "s", "SessionToken": "t", "Expiration": expiration}


def key_of(session: boto3.Session) -> str:
    """The key that the next call is signed with."""
    found = session.get_credentials()
    assert found is not None
    return str(found.get_frozen_credentials().access_key)


@pytest.mark.parametrize(
    "minutes, key",
    [
        pytest.param(59, "first", id="fresh ones are kept"),
        pytest.param(5, "second", id="those that run out are renewed"),
        pytest.param(-1, "second", id="those that have run out are renewed"),
    ],
)
def test_the_keys_of_a_role_are_renewed_before_they_run_out(minutes: int, key: str) -> None:
    session = keys.session_with(credentials("first", minutes), lambda: credentials("second", 60))
    assert key_of(session) == key
    assert key_of(session) == key


def test_where_keys_are_not_renewed_the_call_is_refused() -> None:
    def refuse() -> dict[str, Any]:
        raise Refused("sts:AssumeRole", GapStatus.DENIED, "not authorized to perform: sts:AssumeRole")

    session = keys.session_with(credentials("first", -1), refuse)
    reader = Reader(session, ACCOUNT, "aws", SnapshotBuilder(), endpoint_url="http://127.0.0.1:9")
    with pytest.raises(Refused, match="not authorized to perform: sts:AssumeRole") as refused:
        reader.call("sts:GetCallerIdentity", REGION)
    assert refused.value.call == "sts:GetCallerIdentity"
