"""Functions, resources, triggers and mappings of a scenario, as a snapshot has them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from models import arns, snapshot
from models.policy import PolicyKind
from models.scenario import AccessShape, FunctionShape, MappingShape, ResourceShape, Scenario, TriggerShape
from models.snapshot import CodeCall, EventInvoke, Function, FunctionUrl, Resource, SourceAccess, Trigger, VpcConfig
from simulator.policy.limits import FUNCTION
from simulator.scenario.arns import SERVICE, SKILL, made_up
from simulator.scenario.documents import Documents
from simulator.scenario.names import OWN_KINDS, Entry, Names
from simulator.scenario.source import Place
from simulator.scenario.store import Store
from simulator.scenario.wiring import check_events, check_once, check_pattern
from simulator.triggers import stage

#: What only a resource of this type may have.
_ONLY_OF = {
    "notifies": "s3:bucket",
    "subscribes": "sns:topic",
    "targets": "events:rule",
    "bus": "events:rule",
    "pattern": "events:rule",
    "schedule": "events:rule",
}


@dataclass(frozen=True, slots=True)
class Functions:
    """Makes functions and what invokes them; their documents go into `store`."""

    scenario: Scenario
    names: Names
    documents: Documents
    store: Store

    def functions(self) -> list[Function]:
        return [self._function(key, shape or FunctionShape()) for key, shape in self.scenario.functions.items()]

    def _function(self, key: str, shape: FunctionShape) -> Function:
        place: Place = ("functions", key)
        entry = self.names.entry(key, place, ("function",))[0]
        self._check_versions(shape, place)
        calls = [
            CodeCall(
                actions=call.actions,
                resources=tuple(self.documents.patterns(call.on, (*place, "code_calls", index, "on"))),
            )
            for index, call in enumerate(shape.code_calls)
        ]
        return Function(
            arn=entry.arn,
            role=self._role(shape, entry, place),
            versions=tuple(sorted(shape.versions, key=int)),
            aliases=shape.aliases,
            policies=self._policies(shape, entry, place),
            urls=tuple(self._urls(shape, entry, place)),
            event_invokes=tuple(self._destinations(shape, entry, place)),
            tags=shape.tags,
            runtime=shape.runtime,
            package_type="Image" if shape.image else "Zip",
            image_uri=shape.image,
            log_group=shape.log_group,
            tracing=shape.tracing,
            dead_letter=self._optional(shape.dead_letter, (*place, "dead_letter")),
            kms_key=self._optional(shape.kms_key, (*place, "kms_key")),
            vpc=VpcConfig(**shape.vpc.model_dump()) if shape.vpc else None,
            layers=self._arns(shape.layers, (*place, "layers")),
            file_systems=self._arns(shape.file_systems, (*place, "file_systems")),
            snap_start=shape.snap_start,
            durable=shape.durable,
            code_signing=shape.code_signing,
            code_calls=tuple(calls),
        )

    def _check_versions(self, shape: FunctionShape, place: Place) -> None:
        for version, at in self.documents.items(shape.versions, (*place, "versions")):
            if not version.isdigit():
                raise self.names.source.error(at, f"`{version}` is not a version: versions are numbers")
        for alias, version in shape.aliases.items():
            if version not in (*shape.versions, "$LATEST"):
                known = ", ".join(shape.versions) or "none"
                raise self.names.source.error((*place, "aliases", alias), f"no version `{version}`; it has {known}")

    def _role(self, shape: FunctionShape, entry: Entry, place: Place) -> str | None:
        if shape.role is None:
            return None
        role = self.names.arn(shape.role, (*place, "role"), ("role",))
        if role.split(":")[4] != entry.account:
            problem = "an execution role is of the function's account: iam:PassRole can't cross accounts"
            raise self.names.source.error((*place, "role"), problem)
        return role

    def _policies(self, shape: FunctionShape, entry: Entry, place: Place) -> dict[str, str]:
        """Return the function's policies by qualifier: verbatim ones, and those of `permit`."""
        written = {key: (document, (*place, "policies", key)) for key, document in shape.policies.items()}
        if shape.policy is not None:
            written[""] = (shape.policy, (*place, "policy"))
        found: dict[str, str] = {}
        for qualifier, (document, at) in written.items():
            if qualifier:
                self.names.entry(f"{entry.name}:{qualifier}", at, ("function",))
            found[qualifier] = self.store.put(self.documents.verbatim(document, at, PolicyKind.RESOURCE, FUNCTION))
        statements: dict[str, list[dict[str, object]]] = {}
        for index, form in enumerate(shape.permit):
            at = (*place, "permit", index)
            if (form.qualifier or "") in found:
                raise self.names.source.error(at, "that policy is written out: add the statement there")
            statements.setdefault(form.qualifier or "", []).append(self.documents.permit(form, entry, at))
        for qualifier, rows in statements.items():
            made = self.documents.made(rows, PolicyKind.RESOURCE, (*place, "permit"), FUNCTION)
            found[qualifier] = self.store.put(made)
        return dict(sorted(found.items()))

    def _urls(self, shape: FunctionShape, entry: Entry, place: Place) -> Iterator[FunctionUrl]:
        for index, url in enumerate(shape.urls):
            if url.qualifier is not None and url.qualifier not in shape.aliases:
                at = (*place, "urls", index, "qualifier")
                raise self.names.source.error(at, f"`{entry.name}` has no alias `{url.qualifier}`")
            yield FunctionUrl(qualifier=url.qualifier, auth_type=url.auth)

    def _destinations(self, shape: FunctionShape, entry: Entry, place: Place) -> Iterator[EventInvoke]:
        for index, row in enumerate(shape.destinations):
            at = (*place, "destinations", index)
            if row.qualifier:
                self.names.entry(f"{entry.name}:{row.qualifier}", (*at, "qualifier"), ("function",))
            yield EventInvoke(
                qualifier=row.qualifier,
                on_success=self._optional(row.on_success, (*at, "on_success")),
                on_failure=self._optional(row.on_failure, (*at, "on_failure")),
            )

    def _optional(self, name: str | None, place: Place) -> str | None:
        """Return the ARN of a resource or function that is named; a name that several have is the resource."""
        if name is None:
            return None
        kinds = tuple(entry.kind for entry in self.names.spelled.get(name, ()) if entry.kind not in OWN_KINDS)
        return self.names.arn(name, place, kinds)

    def _arns(self, values: tuple[str, ...], place: Place) -> tuple[str, ...]:
        return tuple(self.names.arn(name, at) for name, at in self.documents.items(values, place))

    def resources(self) -> list[Resource]:
        return [self._resource(key, shape) for key, shape in self.scenario.resources.items()]

    def _entry(self, key: str, shape: ResourceShape) -> Entry:
        return self.names.entry(key, ("resources", key), (shape.type,))[0]

    def _resource(self, key: str, shape: ResourceShape) -> Resource:
        place: Place = ("resources", key)
        entry = self._entry(key, shape)
        for field, kind in _ONLY_OF.items():
            if getattr(shape, field) and shape.type != kind:
                raise self.names.source.error(
                    (*place, field), f"only a resource of type {kind} has `{field}`", at_key=True
                )
        if shape.pattern is not None:
            check_pattern(self.names.source, shape.pattern, (*place, "pattern"))
        policy = None
        if shape.policy is not None:
            policy = self.store.put(self.documents.verbatim(shape.policy, (*place, "policy"), PolicyKind.RESOURCE))
        return Resource(
            arn=entry.arn,
            type=shape.type,
            account=entry.account,
            region=entry.arn.split(":")[3] or (shape.region or self.scenario.region),
            policy=policy,
            tags=shape.tags,
            attributes={
                name: self.names.filled(value, (*place, "attributes", name)) for name, value in shape.attributes.items()
            },
        )

    def triggers(self) -> list[Trigger]:
        found: list[Trigger] = []
        for key, shape in self.scenario.resources.items():
            found += self._triggers_of(shape, self._entry(key, shape), ("resources", key))
        for index, row in enumerate(self.scenario.triggers):
            at: Place = ("triggers", index)
            if not SERVICE.fullmatch(row.service):
                problem = f"`{row.service}` is not a service principal, such as s3.amazonaws.com"
                raise self.names.source.error((*at, "service"), problem)
            found.append(
                Trigger(
                    service=row.service,
                    source=row.source if SKILL.fullmatch(row.source) else self.names.arn(row.source, (*at, "from")),
                    target=self._at_stage(row, (*at, "to")),
                    role=self._delivers(row.role, (*at, "role")),
                    enabled=row.enabled,
                    events=tuple(sorted(row.events)),
                )
            )
        return found

    def _target(self, name: str, place: Place) -> str:
        return self.names.arn(name, place, ("function",))

    def _onward(self, name: str, place: Place) -> str:
        """A function, or what else a service writes to: a queue, a topic, another bus."""
        kinds = [entry.kind for entry in self.names.spelled.get(name, ())]
        others = tuple(kind for kind in kinds if kind not in OWN_KINDS)
        return self._target(name, place) if "function" in kinds or not others else self.names.arn(name, place, others)

    def _at_stage(self, row: TriggerShape, place: Place) -> str:
        """What is called, with what is known of a stage's variables; one that isn't known stays in it."""
        target = stage.filled(row.to, row.stage_variables)
        if arns.is_url(target):
            return arns.url_of(self._target(arns.behind_url(target), place))
        if not stage.variables(target):
            return self._onward(target, place)
        head, unknown, tail = target.partition("${")
        is_qualifier = unknown and head.endswith(":") and not head.startswith("arn:")
        return f"{self._target(head[:-1], place)}:${{{tail}" if is_qualifier else target

    def _delivers(self, role: str | None, place: Place) -> str | None:
        return self.names.arn(role, place, ("role",)) if role else None

    def _triggers_of(self, shape: ResourceShape, entry: Entry, place: Place) -> Iterator[Trigger]:
        """Yield the triggers that are configured on a bucket, a topic or a rule."""
        for index, notification in enumerate(shape.notifies):
            at = (*place, "notifies", index, "events")
            check_events(self.names.source, self.documents.items(notification.events, at), at)
            yield Trigger(
                service="s3.amazonaws.com",
                source=entry.arn,
                target=self._onward(notification.to, (*place, "notifies", index, "to")),
                events=notification.events,
                prefix=notification.prefix,
                suffix=notification.suffix,
            )
        for index, subscription in enumerate(shape.subscribes):
            target = self._onward(subscription.to, (*place, "subscribes", index, "to"))
            yield Trigger(service="sns.amazonaws.com", source=entry.arn, target=target)
        for index, row in enumerate(shape.targets):
            at = (*place, "targets", index)
            yield Trigger(
                service="events.amazonaws.com",
                source=entry.arn,
                target=self._onward(row.to, (*at, "to")),
                role=self._delivers(row.role, (*at, "role")),
                enabled=shape.enabled,
                bus=self._bus(shape, entry, place),
                pattern=json.dumps(shape.pattern, sort_keys=True) if shape.pattern is not None else None,
                schedule=shape.schedule,
            )

    def _bus(self, shape: ResourceShape, entry: Entry, place: Place) -> str:
        if shape.bus not in (None, "default"):
            return self.names.arn(str(shape.bus), (*place, "bus"), ("events:bus",))
        region = entry.arn.split(":")[3]
        return f"arn:{self.names.partition}:events:{region}:{entry.account}:event-bus/default"

    def mappings(self) -> list[snapshot.Mapping]:
        found = []
        for index, row in enumerate(self.scenario.mappings):
            at: Place = ("mappings", index)
            if bool(row.source) == bool(row.bootstrap_servers):
                raise self.names.source.error(at, "needs `from`, or the `bootstrap_servers` of self-managed Kafka")
            found.append(self._mapping(row, at))
        check_once(self.names.source, found)
        return found

    def _mapping(self, row: MappingShape, at: Place) -> snapshot.Mapping:
        source = self._optional(row.source, (*at, "from"))
        target = self._target(row.to, (*at, "to"))
        read = " ".join((source or ",".join(row.bootstrap_servers), target, *row.topics, row.consumer_group or ""))
        digits = made_up("", read.rstrip(), 32, "0123456789abcdef")
        return snapshot.Mapping(
            uuid="-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])),
            source=source,
            function=target,
            state="Enabled" if row.enabled else "Disabled",
            on_failure=self._or_address(row.on_failure, (*at, "on_failure")),
            kms_key=self._optional(row.kms_key, (*at, "kms_key")),
            access=self._access(row.access, (*at, "access")),
            topics=row.topics,
            consumer_group=row.consumer_group,
            bootstrap_servers=row.bootstrap_servers,
            provisioned=row.provisioned,
            schema_registry=self._or_address(row.schema_registry, (*at, "schema_registry")),
            schema_access=self._access(row.schema_access, (*at, "schema_access")),
        )

    def _or_address(self, name: str | None, place: Place) -> str | None:
        """A Kafka topic and a registry outside of AWS have an address instead of a name."""
        return name if name and "://" in name else self._optional(name, place)

    def _access(self, rows: tuple[AccessShape, ...], place: Place) -> tuple[SourceAccess, ...]:
        """Secrets by their names; subnets, security groups and virtual hosts are written as AWS has them."""
        plain = ("VPC_SUBNET", "VPC_SECURITY_GROUP", "VIRTUAL_HOST")
        return tuple(
            SourceAccess(
                type=row.type,
                uri=row.uri if row.type in plain else self.names.arn(row.uri, (*place, index, "uri"), ()),
            )
            for index, row in enumerate(rows)
        )
