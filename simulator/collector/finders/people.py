"""Where people sign in and talk: Cognito, Connect, Lex."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.collector.place import Place

#: Cognito lists nothing without being told how much.
_MOST = 60


def user_pools(at: Place) -> None:
    for summary in at.each("cognito-idp:ListUserPools", MaxResults=_MOST):
        pool = at.one("cognito-idp:DescribeUserPool", UserPoolId=summary["Id"]).get("UserPool") or {}
        for function in _texts(pool.get("LambdaConfig") or {}):
            at.trigger(str(pool["Arn"]), function)


def _texts(config: dict[str, Any]) -> Iterator[str]:
    """Some triggers are a function's ARN, some an object that holds one; a KMS key's ARN stands there too."""
    for value in config.values():
        if isinstance(value, dict):
            yield from _texts(value)
        elif isinstance(value, str):
            yield value


def identity_pools(at: Place) -> None:
    """Cognito Sync's events. Where it isn't offered there are none."""
    if not at.reader.is_offered("cognito-sync", at.region):
        return
    for pool in at.each("cognito-identity:ListIdentityPools", MaxResults=_MOST):
        key = str(pool["IdentityPoolId"])
        events = at.one("cognito-sync:GetCognitoEvents", IdentityPoolId=key).get("Events") or {}
        for function in events.values():
            at.trigger(at.arn(f"identitypool/{key}"), function)


def connect_instances(at: Place) -> None:
    for instance in at.each("connect:ListInstances"):
        for function in at.each("connect:ListLambdaFunctions", InstanceId=instance["Id"]):
            at.trigger(str(instance["Arn"]), function)


def bot_aliases(at: Place) -> None:
    for bot in at.each("lexv2-models:ListBots"):
        for alias in at.each("lexv2-models:ListBotAliases", botId=bot["botId"]):
            keys = {"botId": bot["botId"], "botAliasId": alias["botAliasId"]}
            found = at.one("lexv2-models:DescribeBotAlias", **keys)
            for settings in (found.get("botAliasLocaleSettings") or {}).values():
                hook = (settings.get("codeHookSpecification") or {}).get("lambdaCodeHook") or {}
                at.trigger(
                    at.arn(f"bot-alias/{bot['botId']}/{alias['botAliasId']}"),
                    hook.get("lambdaARN"),
                    enabled=bool(settings.get("enabled")),
                )
