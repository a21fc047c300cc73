"""Functions and event source mappings: AWS's output into models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from models import arns
from models.snapshot import EventInvoke, Function, FunctionUrl, SourceAccess, VpcConfig
from models.snapshot import Mapping as SourceMapping
from simulator.collector import shapes
from simulator.collector.documents import Documents


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """Everything read about one function. `policies` maps a qualifier (`""`: none) to a document or its text."""

    configuration: shapes.FunctionConfiguration
    policies: Mapping[str, Any] = field(default_factory=dict)
    versions: tuple[shapes.FunctionVersion, ...] = ()
    aliases: tuple[shapes.Alias, ...] = ()
    urls: tuple[shapes.UrlConfig, ...] = ()
    event_invokes: tuple[shapes.EventInvokeConfig, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    image_uri: str | None = None


def function_of(facts: FunctionFacts, documents: Documents) -> Function:
    """Make the model; `$LATEST` is no version of its own, since nothing can be granted on it."""
    configuration = facts.configuration
    policies = {key: documents.add_if_any(document) for key, document in facts.policies.items()}
    package: Literal["Zip", "Image"] = "Image" if configuration.package_type == "Image" else "Zip"
    tracing: Literal["Active", "PassThrough"] = (
        "Active" if configuration.tracing_config.mode == "Active" else "PassThrough"
    )
    return Function(
        arn=arns.unqualified(configuration.function_arn),
        role=configuration.role,
        versions=tuple(sorted((v.version for v in facts.versions if v.version.isdecimal()), key=int)),
        aliases={alias.name: alias.function_version for alias in sorted(facts.aliases, key=lambda alias: alias.name)},
        policies={key: document for key, document in sorted(policies.items()) if document is not None},
        urls=tuple(_url(url) for url in sorted(facts.urls, key=lambda url: url.function_arn)),
        event_invokes=tuple(_event_invoke(c) for c in sorted(facts.event_invokes, key=lambda c: c.function_arn)),
        tags=dict(facts.tags),
        runtime=configuration.runtime,
        package_type=package,
        image_uri=facts.image_uri,
        log_group=configuration.logging_config.log_group,
        tracing=tracing,
        dead_letter=configuration.dead_letter_config.target_arn,
        kms_key=configuration.kms_key_arn,
        vpc=_vpc(configuration.vpc_config),
        layers=tuple(layer.arn for layer in configuration.layers),
        file_systems=tuple(system.arn for system in configuration.file_system_configs),
        snap_start=configuration.snap_start.apply_on == "PublishedVersions",
        durable=configuration.durable_config is not None,
    )


def _vpc(config: shapes.FunctionVpc | None) -> VpcConfig | None:
    """A function that once had a VPC still carries the block, empty: only one with an id counts."""
    if config is None or not (config.vpc_id or config.subnet_ids):
        return None
    return VpcConfig(
        subnets=tuple(sorted(config.subnet_ids)),
        security_groups=tuple(sorted(config.security_group_ids)),
        vpc=config.vpc_id or None,
    )


def _url(url: shapes.UrlConfig) -> FunctionUrl:
    # Anything but the two known kinds would be read as open to all, or as closed: IAM is what AWS defaults to.
    auth_type: Literal["NONE", "AWS_IAM"] = "NONE" if url.auth_type == "NONE" else "AWS_IAM"
    return FunctionUrl(qualifier=_qualifier(url.function_arn), auth_type=auth_type, url=url.function_url)


def _event_invoke(config: shapes.EventInvokeConfig) -> EventInvoke:
    return EventInvoke(
        qualifier=_qualifier(config.function_arn),
        on_success=config.destination_config.on_success.destination,
        on_failure=config.destination_config.on_failure.destination,
    )


def mapping_of(mapping: shapes.EventSourceMapping) -> SourceMapping:
    kafka = (mapping.amazon_managed_kafka_event_source_config, mapping.self_managed_kafka_event_source_config)
    entries = [entry for config in kafka for entry in config.schema_registry_config.get("AccessConfigs") or ()]
    registry_access = [shapes.SourceAccessConfiguration.model_validate(entry) for entry in entries]
    registries = (config.schema_registry_config.get("SchemaRegistryURI") for config in kafka)
    servers = mapping.self_managed_event_source.endpoints if mapping.self_managed_event_source else {}
    return SourceMapping(
        uuid=mapping.uuid,
        source=mapping.event_source_arn,
        function=mapping.function_arn,
        state=mapping.state,
        on_failure=mapping.destination_config.on_failure.destination,
        kms_key=mapping.kms_key_arn,
        access=tuple(SourceAccess(type=entry.type, uri=entry.uri) for entry in mapping.source_access_configurations),
        topics=tuple(mapping.topics),
        consumer_group=next((config.consumer_group_id for config in kafka if config.consumer_group_id), None),
        bootstrap_servers=tuple(servers.get("KAFKA_BOOTSTRAP_SERVERS", ())),
        provisioned=mapping.provisioned_poller_config is not None,
        schema_registry=next((uri for uri in registries if isinstance(uri, str)), None),
        schema_access=tuple(SourceAccess(type=entry.type, uri=entry.uri) for entry in registry_access),
    )


def _qualifier(function_arn: str) -> str | None:
    """The version or alias that something is on; None without one, and for `$LATEST`."""
    found = arns.split_function(function_arn)[1]
    return None if found == "$LATEST" else found
