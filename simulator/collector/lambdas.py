"""Functions, event source mappings and layers of one account in one region."""

from __future__ import annotations

from typing import Any

from models import arns
from models.decision import FactKind
from models.snapshot import GapStatus
from simulator.collector import shapes
from simulator.collector.functions import FunctionFacts
from simulator.collector.reader import Fact, Reader, Refused

_NONE = ("ResourceNotFoundException",)


def read(reader: Reader, region: str) -> str:
    """Read what Lambda holds, and return how much there was, for the progress line."""
    inventory = Fact(FactKind.FUNCTIONS, f"{reader.account}/{region}")
    found = reader.many("lambda:ListFunctions", inventory, region)
    configurations = [shapes.FunctionConfiguration.model_validate(entry) for entry in found]
    for configuration in configurations:
        reader.builder.function(_function(reader, region, configuration))
    mappings = reader.many(
        "lambda:ListEventSourceMappings", Fact(FactKind.MAPPINGS, f"{reader.account}/{region}"), region
    )
    for mapping in mappings:
        reader.builder.mapping(shapes.EventSourceMapping.model_validate(mapping))
    used = {layer.arn for configuration in configurations for layer in configuration.layers}
    for arn in sorted(used | _own_layer_versions(reader, region)):
        _layer_policy(reader, arn)
    return f"{len(configurations)} functions, {len(mappings)} event source mappings"


def _function(reader: Reader, region: str, configuration: shapes.FunctionConfiguration) -> FunctionFacts:
    arn = arns.unqualified(configuration.function_arn)
    name, fact = configuration.function_name, Fact(FactKind.FUNCTION, arn)
    versions = reader.many("lambda:ListVersionsByFunction", fact, region, FunctionName=name)
    aliases = reader.many("lambda:ListAliases", fact, region, FunctionName=name)
    numbers = [entry["Version"] for entry in versions if entry["Version"] != "$LATEST"]
    names = [entry["Name"] for entry in aliases]
    invokes = reader.many("lambda:ListFunctionEventInvokeConfigs", fact, region, absent=_NONE, FunctionName=name)
    tags = reader.one("lambda:ListTags", Fact(FactKind.TAGS, arn), region, Resource=arn)
    return FunctionFacts(
        configuration=configuration,
        policies=_policies(reader, region, arn, ["", *names, *numbers]),
        versions=tuple(shapes.FunctionVersion.model_validate(entry) for entry in versions),
        aliases=tuple(shapes.Alias.model_validate(entry) for entry in aliases),
        urls=_urls(reader, region, configuration, names),
        event_invokes=tuple(shapes.EventInvokeConfig.model_validate(entry) for entry in invokes),
        tags=(tags or {}).get("Tags") or {},
        image_uri=_image_uri(reader, region, configuration),
    )


def _policies(reader: Reader, region: str, arn: str, qualifiers: list[str]) -> dict[str, Any]:
    """Read the policy of the function (`""`), and of each alias and version: each is a document of its own."""
    found: dict[str, Any] = {}
    for qualifier in qualifiers:
        fact = Fact(FactKind.RESOURCE_POLICY, f"{arn}:{qualifier}" if qualifier else arn)
        parameters = {"FunctionName": arn} | ({"Qualifier": qualifier} if qualifier else {})
        answer = reader.one("lambda:GetPolicy", fact, region, absent=_NONE, **parameters)
        if answer and answer.get("Policy"):
            found[qualifier] = answer["Policy"]
    return found


def _urls(
    reader: Reader, region: str, configuration: shapes.FunctionConfiguration, aliases: list[str]
) -> tuple[shapes.UrlConfig, ...]:
    """List the function's URLs; where that call doesn't exist, ask for the function's and each alias's."""
    name, fact = configuration.function_name, Fact(FactKind.FUNCTION, configuration.function_arn)
    try:
        pages = list(reader.pages("lambda:ListFunctionUrlConfigs", region, absent=_NONE, FunctionName=name))
        found = [entry for page in pages for entry in page.get("FunctionUrlConfigs") or ()]
    except Refused as refused:
        if refused.status is not GapStatus.UNSUPPORTED:
            reader.note(fact, refused)
            return ()
        parameters = [{}, *({"Qualifier": alias} for alias in aliases)]
        answers = [
            reader.one("lambda:GetFunctionUrlConfig", fact, region, absent=_NONE, FunctionName=name, **qualifier)
            for qualifier in parameters
        ]
        # Some emulators answer for the function what is an alias's: the ARN in the answer says whose it is.
        found = list({answer["FunctionArn"]: answer for answer in answers if answer}.values())
    return tuple(shapes.UrlConfig.model_validate(entry) for entry in found)


def _image_uri(reader: Reader, region: str, configuration: shapes.FunctionConfiguration) -> str | None:
    """Only GetFunction says it, and only for images is it asked: it also hands out the code's address."""
    if configuration.package_type != "Image":
        return None
    fact = Fact(FactKind.FUNCTION, configuration.function_arn)
    answer = reader.one("lambda:GetFunction", fact, region, FunctionName=configuration.function_name)
    uri = ((answer or {}).get("Code") or {}).get("ImageUri")
    return str(uri) if uri else None


def _own_layer_versions(reader: Reader, region: str) -> set[str]:
    fact = Fact(FactKind.RESOURCE_POLICY, f"{reader.account}/lambda")
    layers = reader.many("lambda:ListLayers", fact, region)
    return {
        str(version["LayerVersionArn"])
        for layer in layers
        for version in reader.many("lambda:ListLayerVersions", fact, region, LayerName=layer["LayerArn"])
    }


def _layer_policy(reader: Reader, arn: str) -> None:
    """Ask in the layer's own region: a function may use a layer of its region only, but its ARN is what counts."""
    layer, _, version = arn.rpartition(":")
    fact = Fact(FactKind.RESOURCE_POLICY, arn)
    region = arns.region_of(arn) or ""
    answer = reader.one(
        "lambda:GetLayerVersionPolicy", fact, region, absent=_NONE, LayerName=layer, VersionNumber=int(version)
    )
    reader.builder.resource(arn, policy=(answer or {}).get("Policy"))
    if answer is not None:
        reader.builder.policy_was_read(arn)
