"""What Amazon Bedrock invokes: for agents by itself, for knowledge bases and flows with their roles."""

from __future__ import annotations

from typing import Any

from simulator.collector.place import Place

_DRAFT = "DRAFT"


def agents(at: Place) -> None:
    """The action groups and the parser of every version of an agent, the working draft among them."""
    for agent in at.each("bedrock-agent:ListAgents"):
        for version in at.each("bedrock-agent:ListAgentVersions", agentId=agent["agentId"]):
            keys = {"agentId": agent["agentId"], "agentVersion": version["agentVersion"]}
            _parser(at, keys)
            for group in at.each("bedrock-agent:ListAgentActionGroups", **keys):
                _action_group(at, {**keys, "actionGroupId": group["actionGroupId"]})


def _action_group(at: Place, keys: dict[str, str]) -> None:
    group = at.one("bedrock-agent:GetAgentActionGroup", **keys).get("agentActionGroup") or {}
    function = (group.get("actionGroupExecutor") or {}).get("lambda")
    at.trigger(at.arn(f"agent/{keys['agentId']}"), function, enabled=group.get("actionGroupState") == "ENABLED")


def _parser(at: Place, keys: dict[str, str]) -> None:
    """The function that reads what the model said, used where a prompt says so."""
    if keys["agentVersion"] == _DRAFT:
        found = at.one("bedrock-agent:GetAgent", agentId=keys["agentId"]).get("agent") or {}
    else:
        found = at.one("bedrock-agent:GetAgentVersion", **keys).get("agentVersion") or {}
    override = found.get("promptOverrideConfiguration") or {}
    prompts = override.get("promptConfigurations") or ()
    enabled = any(prompt.get("parserMode") == "OVERRIDDEN" for prompt in prompts)
    at.trigger(at.arn(f"agent/{keys['agentId']}"), override.get("overrideLambda"), enabled=enabled)


def knowledge_bases(at: Place) -> None:
    """The functions that transform what the data sources of a knowledge base take in."""
    for summary in at.each("bedrock-agent:ListKnowledgeBases"):
        key = {"knowledgeBaseId": summary["knowledgeBaseId"]}
        functions = [
            function
            for source in at.each("bedrock-agent:ListDataSources", **key)
            for function in _transformations(at, {**key, "dataSourceId": source["dataSourceId"]})
        ]
        base = at.one("bedrock-agent:GetKnowledgeBase", **key).get("knowledgeBase") or {} if functions else {}
        for function in functions:
            at.trigger(at.arn(f"knowledge-base/{summary['knowledgeBaseId']}"), function, role=base.get("roleArn"))


def _transformations(at: Place, keys: dict[str, str]) -> list[str]:
    source = at.one("bedrock-agent:GetDataSource", **keys).get("dataSource") or {}
    custom = (source.get("vectorIngestionConfiguration") or {}).get("customTransformationConfiguration") or {}
    return [
        str(entry["transformationFunction"]["transformationLambdaConfiguration"]["lambdaArn"])
        for entry in custom.get("transformations") or ()
    ]


def flows(at: Place) -> None:
    """The Lambda function nodes of every version of a flow, the working draft among them."""
    for summary in at.each("bedrock-agent:ListFlows"):
        key = str(summary["id"])
        _flow(at, key, at.one("bedrock-agent:GetFlow", flowIdentifier=key))
        for version in at.each("bedrock-agent:ListFlowVersions", flowIdentifier=key):
            if version["version"] != _DRAFT:
                asked = {"flowIdentifier": key, "flowVersion": version["version"]}
                _flow(at, key, at.one("bedrock-agent:GetFlowVersion", **asked))


def _flow(at: Place, key: str, found: dict[str, Any]) -> None:
    for node in _nodes(found.get("definition") or {}):
        function = ((node.get("configuration") or {}).get("lambdaFunction") or {}).get("lambdaArn")
        at.trigger(at.arn(f"flow/{key}"), function, role=found.get("executionRoleArn"))


def _nodes(definition: dict[str, Any]) -> list[dict[str, Any]]:
    """The nodes of a flow, those within its loops too."""
    found: list[dict[str, Any]] = []
    for node in definition.get("nodes") or ():
        loop = ((node.get("configuration") or {}).get("loop") or {}).get("definition") or {}
        found += [node, *_nodes(loop)]
    return found
