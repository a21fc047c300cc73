"""AWS's own output, read for the fields that we know: the only ones that can ever get into a snapshot.

What boto3 returns and what the AWS CLI prints have the same shape, so both sources are read with these. A field that
isn't declared here (an environment variable, a presigned address, a secret) is dropped on the way in.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_pascal


class Shape(BaseModel):
    """Base of AWS's output: unknown fields are left out, and null is the same as not there."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_pascal)

    # Shapes are made by validating AWS's output only, never with keywords: names made at run time do no harm.
    # (mypy's plugin reports it on the first decorator.)
    @model_validator(mode="before")  # type: ignore[pydantic-alias]
    @classmethod
    def _without_nulls(cls, data: Any) -> Any:
        return {key: value for key, value in data.items() if value is not None} if isinstance(data, dict) else data


class Tag(Shape):
    key: str
    value: str = ""


def tags_of(tags: list[Tag]) -> dict[str, str]:
    return {tag.key: tag.value for tag in tags}


# IAM API Reference, "GetAccountAuthorizationDetails"


class InlinePolicy(Shape):
    policy_name: str
    policy_document: Any


class AttachedPolicy(Shape):
    policy_arn: str


class Boundary(Shape):
    permissions_boundary_arn: str


class HolderDetail(Shape):
    arn: str
    attached_managed_policies: list[AttachedPolicy] = []

    @property
    def attached(self) -> tuple[str, ...]:
        return tuple(sorted(policy.policy_arn for policy in self.attached_managed_policies))


class UserDetail(HolderDetail):
    user_id: str | None = None
    user_policy_list: list[InlinePolicy] = []
    group_list: list[str] = []
    permissions_boundary: Boundary | None = None
    tags: list[Tag] = []


class GroupDetail(HolderDetail):
    group_name: str
    group_id: str | None = None
    group_policy_list: list[InlinePolicy] = []


class InstanceProfile(Shape):
    arn: str


class RoleDetail(HolderDetail):
    role_id: str | None = None
    assume_role_policy_document: Any
    role_policy_list: list[InlinePolicy] = []
    instance_profile_list: list[InstanceProfile] = []
    permissions_boundary: Boundary | None = None
    tags: list[Tag] = []


class PolicyVersion(Shape):
    version_id: str
    is_default_version: bool = False
    document: Any = None


class PolicyDetail(Shape):
    arn: str
    default_version_id: str | None = None
    policy_version_list: list[PolicyVersion] = []


class AuthorizationDetails(Shape):
    user_detail_list: list[UserDetail] = []
    group_detail_list: list[GroupDetail] = []
    role_detail_list: list[RoleDetail] = []
    policies: list[PolicyDetail] = []


# Lambda API Reference, "FunctionConfiguration" and the calls around it


class DeadLetterConfig(Shape):
    target_arn: str | None = None


class LoggingConfig(Shape):
    log_group: str | None = None


class TracingConfig(Shape):
    mode: str = "PassThrough"


class FunctionVpc(Shape):
    subnet_ids: list[str] = []
    security_group_ids: list[str] = []
    vpc_id: str = ""


class FunctionLayer(Shape):
    arn: str


class FileSystem(Shape):
    arn: str


class SnapStart(Shape):
    apply_on: str = "None"


class FunctionConfiguration(Shape):
    function_name: str
    function_arn: str
    role: str | None = None
    runtime: str | None = None
    package_type: str = "Zip"
    kms_key_arn: str | None = Field(default=None, alias="KMSKeyArn")
    dead_letter_config: DeadLetterConfig = DeadLetterConfig()
    logging_config: LoggingConfig = LoggingConfig()
    tracing_config: TracingConfig = TracingConfig()
    vpc_config: FunctionVpc | None = None
    layers: list[FunctionLayer] = []
    file_system_configs: list[FileSystem] = []
    snap_start: SnapStart = SnapStart()
    durable_config: dict[str, Any] | None = None


class FunctionVersion(Shape):
    version: str


class Alias(Shape):
    name: str
    function_version: str


class UrlConfig(Shape):
    function_arn: str
    auth_type: str
    function_url: str | None = None


class Destination(Shape):
    destination: str | None = None


class DestinationConfig(Shape):
    on_success: Destination = Destination()
    on_failure: Destination = Destination()


class EventInvokeConfig(Shape):
    function_arn: str
    destination_config: DestinationConfig = DestinationConfig()


class SourceAccessConfiguration(Shape):
    type: str
    uri: str = Field(default="", alias="URI")


class Kafka(Shape):
    consumer_group_id: str | None = None
    schema_registry_config: dict[str, Any] = {}


class SelfManaged(Shape):
    endpoints: dict[str, list[str]] = {}


class EventSourceMapping(Shape):
    uuid: str = Field(alias="UUID")
    function_arn: str
    event_source_arn: str | None = None
    state: str = "Enabled"
    destination_config: DestinationConfig = DestinationConfig()
    kms_key_arn: str | None = Field(default=None, alias="KMSKeyArn")
    source_access_configurations: list[SourceAccessConfiguration] = []
    topics: list[str] = []
    self_managed_event_source: SelfManaged | None = None
    amazon_managed_kafka_event_source_config: Kafka = Kafka()
    self_managed_kafka_event_source_config: Kafka = Kafka()
    provisioned_poller_config: dict[str, Any] | None = None


class EventSourceMappings(Shape):
    event_source_mappings: list[EventSourceMapping] = []


# S3 API Reference, "GetBucketNotificationConfiguration"


class FilterRule(Shape):
    name: str
    value: str = ""


class KeyFilter(Shape):
    filter_rules: list[FilterRule] = []


class NotificationFilter(Shape):
    key: KeyFilter = KeyFilter()


class Notification(Shape):
    """One configuration: a function's, a queue's or a topic's."""

    lambda_function_arn: str | None = None
    queue_arn: str | None = None
    topic_arn: str | None = None
    events: list[str] = []
    filter: NotificationFilter = NotificationFilter()

    @property
    def target(self) -> str:
        return self.lambda_function_arn or self.queue_arn or self.topic_arn or ""

    def rule(self, name: str) -> str | None:
        """The value of a filter rule; S3 spells its name `prefix` or `Prefix`."""
        return next((rule.value for rule in self.filter.key.filter_rules if rule.name.lower() == name), None)


class BucketNotification(Shape):
    lambda_function_configurations: list[Notification] = []
    queue_configurations: list[Notification] = []
    topic_configurations: list[Notification] = []

    @property
    def entries(self) -> list[Notification]:
        return [*self.lambda_function_configurations, *self.queue_configurations, *self.topic_configurations]


# EventBridge API Reference, "ListRules" and "ListTargetsByRule"


class Rule(Shape):
    name: str
    arn: str
    state: str = "ENABLED"
    event_pattern: str | None = None
    schedule_expression: str | None = None


class RuleTarget(Shape):
    arn: str
    role_arn: str | None = None


# SNS API Reference, "ListSubscriptions"


class Subscription(Shape):
    topic_arn: str
    protocol: str
    endpoint: str = ""
    subscription_arn: str = ""

    @property
    def confirmed(self) -> bool:
        return self.subscription_arn.startswith("arn:")
