"""Keys of a role that are taken anew before they run out: reading a large account may take longer than they last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from simulator.collector.reader import Refused

_METHOD = "assume-role"


def session_with(credentials: Mapping[str, Any], renew: Callable[[], Mapping[str, Any]]) -> Any:
    """Return a boto3 session with the credentials that AssumeRole gave; `renew` asks for the next ones.

    botocore asks when they run out within the quarter of an hour. Where `renew` is refused then, so is the call that
    the keys were wanted for.
    """
    import boto3
    import botocore.session
    from botocore.credentials import CredentialResolver, RefreshableCredentials
    from botocore.exceptions import CredentialRetrievalError

    def renewed() -> dict[str, str]:
        try:
            return _kept(renew())
        except Refused as refused:
            raise CredentialRetrievalError(provider=_METHOD, error_msg=refused.message) from refused

    keys = RefreshableCredentials.create_from_metadata(_kept(credentials), refresh_using=renewed, method=_METHOD)

    core = botocore.session.get_session()
    # No other source of keys is looked at: a profile of the environment would be another's.
    only = SimpleNamespace(METHOD=_METHOD, load=lambda: keys)
    core.register_component("credential_provider", CredentialResolver([only]))
    return boto3.Session(botocore_session=core)


def _kept(credentials: Mapping[str, Any]) -> dict[str, str]:
    """As botocore keeps them."""
    return {
        "access_key": str(credentials["AccessKeyId"]),
        "secret_key": str(credentials["SecretAccessKey"]),
        "token": str(credentials["SessionToken"]),
        "expiry_time": credentials["Expiration"].isoformat(),
    }
