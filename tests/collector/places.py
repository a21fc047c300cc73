"""What one finder finds on answers that a test writes down."""

from __future__ import annotations

from datetime import UTC, datetime

from models.snapshot import Snapshot
from simulator.collector import finders
from simulator.collector.builder import SnapshotBuilder
from simulator.collector.finders import FINDERS
from simulator.collector.reader import Reader
from tests.collector.recorded import Answers, RecordedSession

ACCOUNT = "222222222222"
REGION = "eu-west-1"
ORDERS = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/caller"
#: How an integration of API Gateway names the function.
INTEGRATION = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{ORDERS}"


def at(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def look(label: str, answers: Answers, region: str = REGION) -> Snapshot:
    """What one finder finds, and nothing else."""
    builder = SnapshotBuilder()
    builder.account(ACCOUNT)
    (finder,) = [finder for finder in FINDERS if finder.label == label]
    finders.look(Reader(RecordedSession(answers), ACCOUNT, "aws", builder), region, finder)
    return builder.build(datetime.now(UTC), "collected")


def manners(snapshot: Snapshot) -> dict[str, str]:
    """How each route lets in, by its method and path."""
    routes = (resource for resource in snapshot.resources if resource.attributes)
    return {resource.arn.split("/", 2)[2]: resource.attributes["AuthorizationType"] for resource in routes}
