"""What invokes functions, service by service: one row for each, the live collector goes through them.

The rows are in the order of `simulator.triggers.services`, which says what each trigger needs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.decision import FactKind
from simulator.collector.finders import apis, bedrock, deployments, events, gateway, people, stores, workflows
from simulator.collector.place import Place
from simulator.collector.reader import Reader


@dataclass(frozen=True, slots=True)
class Finder:
    """How the triggers of a service are found.

    `client` is botocore's name of what is asked, `service` the one in the ARNs of what triggers, `principal` the one
    that invokes. `is_global`: asked once for all Regions. `offered_as` is the service whose Regions it has, where
    botocore doesn't know its own.
    """

    label: str
    client: str
    service: str
    principal: str
    find: Callable[[Place], None]
    is_global: bool = False
    offered_as: str = ""


FINDERS: tuple[Finder, ...] = (
    Finder("Scheduler", "scheduler", "scheduler", "scheduler.amazonaws.com", events.schedules),
    Finder("Pipes", "pipes", "pipes", "pipes.amazonaws.com", events.pipes),
    Finder("REST APIs", "apigateway", "execute-api", "apigateway.amazonaws.com", gateway.rest_apis),
    Finder("HTTP and WebSocket APIs", "apigatewayv2", "execute-api", "apigateway.amazonaws.com", gateway.http_apis),
    Finder(
        "Load balancers", "elbv2", "elasticloadbalancing", "elasticloadbalancing.amazonaws.com", apis.load_balancers
    ),
    Finder("CloudWatch Logs", "logs", "logs", "logs.amazonaws.com", events.subscription_filters),
    Finder("Cognito user pools", "cognito-idp", "cognito-idp", "cognito-idp.amazonaws.com", people.user_pools),
    Finder("Cognito Sync", "cognito-sync", "cognito-identity", "cognito-sync.amazonaws.com", people.identity_pools),
    Finder("IoT rules", "iot", "iot", "iot.amazonaws.com", events.topic_rules),
    Finder("IoT authorizers", "iot", "iot", "iot.amazonaws.com", events.authorizers),
    Finder("Config", "config", "config", "config.amazonaws.com", events.config_rules),
    Finder("CloudFormation", "cloudformation", "cloudformation", "cloudformation.amazonaws.com", deployments.stacks),
    Finder("SES", "ses", "ses", "ses.amazonaws.com", events.receipt_rules),
    Finder("CodePipeline", "codepipeline", "codepipeline", "codepipeline.amazonaws.com", workflows.pipelines),
    Finder("CodeDeploy", "codedeploy", "codedeploy", "codedeploy.amazonaws.com", deployments.deployment_groups),
    Finder("CodeCommit", "codecommit", "codecommit", "codecommit.amazonaws.com", workflows.repositories),
    Finder("AppSync", "appsync", "appsync", "appsync.amazonaws.com", apis.graphql_apis),
    Finder("AppSync Events", "appsync", "appsync", "appsync.amazonaws.com", apis.event_apis),
    Finder("Step Functions", "stepfunctions", "states", "states.amazonaws.com", workflows.state_machines),
    Finder("Alarms", "cloudwatch", "cloudwatch", "lambda.alarms.cloudwatch.amazonaws.com", events.alarms),
    Finder("Firehose", "firehose", "firehose", "firehose.amazonaws.com", workflows.delivery_streams),
    Finder("Bedrock agents", "bedrock-agent", "bedrock", "bedrock.amazonaws.com", bedrock.agents, offered_as="bedrock"),
    Finder(
        "Bedrock knowledge bases",
        "bedrock-agent",
        "bedrock",
        "bedrock.amazonaws.com",
        bedrock.knowledge_bases,
        offered_as="bedrock",
    ),
    Finder("Bedrock flows", "bedrock-agent", "bedrock", "bedrock.amazonaws.com", bedrock.flows, offered_as="bedrock"),
    Finder("VPC Lattice", "vpc-lattice", "vpc-lattice", "vpc-lattice.amazonaws.com", apis.lattice_groups),
    Finder("Transfer Family", "transfer", "transfer", "transfer.amazonaws.com", apis.transfer_servers),
    Finder("Connect", "connect", "connect", "connect.amazonaws.com", people.connect_instances),
    Finder("Athena", "athena", "athena", "athena.amazonaws.com", stores.data_catalogs),
    Finder("S3 Batch Operations", "s3control", "s3", "batchoperations.s3.amazonaws.com", stores.batch_jobs),
    Finder(
        "S3 Object Lambda", "s3control", "s3-object-lambda", "s3-object-lambda.amazonaws.com", stores.object_lambdas
    ),
    Finder("Lex", "lexv2-models", "lex", "lexv2.amazonaws.com", people.bot_aliases),
    Finder("CloudFront", "cloudfront", "cloudfront", "edgelambda.amazonaws.com", apis.distributions, is_global=True),
)


def find_regional(reader: Reader, region: str) -> list[str]:
    """Look for the triggers of one Region, and return a line for each service that has some."""
    return _lines(reader, region, is_global=False)


def find_global(reader: Reader, region: str) -> list[str]:
    """Look for the triggers that belong to no Region, asking from any."""
    return _lines(reader, region, is_global=True)


def _lines(reader: Reader, region: str, *, is_global: bool) -> list[str]:
    counts = {finder.label: look(reader, region, finder) for finder in FINDERS if finder.is_global is is_global}
    return [f"{label}: {count} triggers" for label, count in counts.items() if count]


def look(reader: Reader, region: str, finder: Finder) -> int:
    """Look for a service's triggers, and return how many there are; a Region that doesn't have it isn't asked."""
    at = Place(reader, region, finder.service, finder.principal, is_global=finder.is_global)
    if not reader.is_offered(finder.offered_as or finder.client, region):
        reason = f"{finder.label} isn't offered in {region}, as far as botocore knows"
        reader.builder.assume(FactKind.TRIGGERS, at.fact.about, reason)
        return 0
    finder.find(at)
    return at.count
