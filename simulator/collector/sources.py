"""What triggers functions, with policies, tags and attributes: buckets, topics, queues, event buses and rules."""

from __future__ import annotations

from models import arns
from models.decision import FactKind
from models.snapshot import Trigger
from simulator.collector import shapes
from simulator.collector.attributes import kept
from simulator.collector.reader import Fact, Reader
from simulator.collector.resources import add_policy, policy_of, tags_of
from simulator.edges.feeds_onward import leads_onward

#: Errors of S3 that say "there is none".
_NO_POLICY = ("NoSuchBucketPolicy",)
_NO_TAGS = ("NoSuchTagSet",)
_NO_ENCRYPTION = ("ServerSideEncryptionConfigurationNotFoundError",)
_EVENTS = "events.amazonaws.com"
#: Protocols of subscriptions that invoke functions, or write to what makes some run.
_SUBSCRIBED = ("lambda", "sqs", "firehose")


def read_buckets(reader: Reader, region: str) -> str:
    """Read every bucket of the account, wherever it is: buckets are listed for all regions at once."""
    buckets = reader.many("s3:ListBuckets", Fact(FactKind.TRIGGERS, f"{reader.account}/s3"), region)
    for bucket in buckets:
        _bucket(reader, region, str(bucket["Name"]))
    return f"{len(buckets)} buckets"


def _bucket(reader: Reader, region: str, name: str) -> None:
    builder, arn = reader.builder, f"arn:{reader.partition}:s3:::{name}"
    attributes = Fact(FactKind.ATTRIBUTES, arn)
    location = reader.one("s3:GetBucketLocation", attributes, region, Bucket=name)
    home = _bucket_region((location or {}).get("LocationConstraint")) if location is not None else region
    # Where its Region wasn't told, the calls below are made in another, which isn't noted as the bucket's.
    builder.resource(arn, account=reader.account, region=home if location is not None else None)
    triggers = Fact(FactKind.TRIGGERS, f"{reader.account}/s3/{home}")
    notification = reader.one("s3:GetBucketNotificationConfiguration", triggers, home, Bucket=name)
    builder.notification(arn, reader.account, shapes.BucketNotification.model_validate(notification or {}))
    add_policy(reader, arn, reader.one("s3:GetBucketPolicy", policy_of(arn), home, absent=_NO_POLICY, Bucket=name))
    encryption = reader.one("s3:GetBucketEncryption", attributes, home, absent=_NO_ENCRYPTION, Bucket=name)
    tags = reader.many("s3:GetBucketTagging", Fact(FactKind.TAGS, arn), home, absent=_NO_TAGS, Bucket=name)
    builder.resource(arn, account=reader.account, attributes=kept(encryption), tags=tags_of(tags))


def _bucket_region(constraint: str | None) -> str:
    """Source: S3 API Reference, "GetBucketLocation": no constraint is us-east-1, `EU` is eu-west-1."""
    return {"": "us-east-1", "EU": "eu-west-1"}.get(constraint or "", constraint or "us-east-1")


def read_topics(reader: Reader, region: str) -> str:
    """Read topics, and which subscriptions invoke functions, or write to queues and Firehose streams."""
    topics = reader.many("sns:ListTopics", Fact(FactKind.RESOURCE_POLICY, f"{reader.account}/sns"), region)
    for topic in topics:
        arn = str(topic["TopicArn"])
        answer = reader.one("sns:GetTopicAttributes", policy_of(arn), region, TopicArn=arn)
        attributes = answer and answer.get("Attributes")
        add_policy(reader, arn, attributes)
        tags = reader.many("sns:ListTagsForResource", Fact(FactKind.TAGS, arn), region, ResourceArn=arn)
        reader.builder.resource(arn, attributes=kept(attributes), tags=tags_of(tags))
    triggers = Fact(FactKind.TRIGGERS, f"{reader.account}/sns/{region}")
    for entry in reader.many("sns:ListSubscriptions", triggers, region):
        subscription = shapes.Subscription.model_validate(entry)
        if subscription.protocol in _SUBSCRIBED:
            reader.builder.trigger(
                Trigger(
                    service="sns.amazonaws.com",
                    source=subscription.topic_arn,
                    target=subscription.endpoint,
                    role=_role_of(reader, region, subscription) if subscription.protocol == "firehose" else None,
                    enabled=subscription.confirmed,
                )
            )
    return f"{len(topics)} topics"


def _role_of(reader: Reader, region: str, subscription: shapes.Subscription) -> str | None:
    """The role with which SNS writes to a Firehose stream; None: it isn't known."""
    if not subscription.confirmed:
        return None
    arn = subscription.subscription_arn
    triggers = Fact(FactKind.TRIGGERS, f"{reader.account}/sns/{region}")
    answer = reader.one("sns:GetSubscriptionAttributes", triggers, region, SubscriptionArn=arn) or {}
    role: str | None = (answer.get("Attributes") or {}).get("SubscriptionRoleArn")
    return role


def read_queues(reader: Reader, region: str) -> str:
    urls = reader.many("sqs:ListQueues", Fact(FactKind.RESOURCE_POLICY, f"{reader.account}/sqs"), region)
    for url in urls:
        # Only its attributes say a queue's ARN; until they are read it is known by the name in its address.
        name = str(url).rpartition("/")[2]
        arn = f"arn:{reader.partition}:sqs:{region}:{reader.account}:{name}"
        answer = reader.one("sqs:GetQueueAttributes", policy_of(arn), region, QueueUrl=url, AttributeNames=["All"])
        attributes = answer and (answer.get("Attributes") or {})
        add_policy(reader, arn, attributes)
        tags = reader.one("sqs:ListQueueTags", Fact(FactKind.TAGS, arn), region, QueueUrl=url)
        reader.builder.resource(arn, attributes=kept(attributes), tags=(tags or {}).get("Tags") or {})
    return f"{len(urls)} queues"


def read_rules(reader: Reader, region: str) -> str:
    """Read the rules of every event bus, and which of their targets are functions, or lead on to some."""
    triggers = Fact(FactKind.TRIGGERS, f"{reader.account}/events/{region}")
    count = 0
    for bus in reader.many("events:ListEventBuses", triggers, region):
        arn = str(bus["Arn"])
        add_policy(reader, arn, bus)
        reader.builder.resource(arn, tags=_event_tags(reader, region, arn), attributes=kept(bus))
        for entry in reader.many("events:ListRules", triggers, region, EventBusName=bus["Name"]):
            _rule(reader, region, arn, str(bus["Name"]), shapes.Rule.model_validate(entry))
            count += 1
    return f"{count} rules"


def _rule(reader: Reader, region: str, bus: str, bus_name: str, rule: shapes.Rule) -> None:
    triggers = Fact(FactKind.TRIGGERS, f"{reader.account}/events/{region}")
    found = reader.many("events:ListTargetsByRule", triggers, region, Rule=rule.name, EventBusName=bus_name)
    targets = [shapes.RuleTarget.model_validate(entry) for entry in found]
    possible = [
        Trigger(
            service=_EVENTS,
            source=rule.arn,
            target=target.arn,
            role=target.role_arn,
            enabled=rule.state != "DISABLED",
            bus=bus,
            pattern=rule.event_pattern,
            schedule=rule.schedule_expression,
        )
        for target in targets
    ]
    told = [trigger for trigger in possible if arns.is_function(trigger.target) or leads_onward(trigger)]
    for trigger in told:
        reader.builder.trigger(trigger)
    if told:
        reader.builder.resource(rule.arn, tags=_event_tags(reader, region, rule.arn))


def _event_tags(reader: Reader, region: str, arn: str) -> dict[str, str]:
    return tags_of(reader.many("events:ListTagsForResource", Fact(FactKind.TAGS, arn), region, ResourceARN=arn))
