"""`permgraph collect`: accounts, or files that the AWS CLI wrote, into a snapshot file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from models.errors import InputError
from simulator.cli import options
from simulator.cli.errors import YES, say
from simulator.cli.output import write_json, write_lines

if TYPE_CHECKING:
    from rich.text import Text

    from models.snapshot import Snapshot

#: Gaps that are said one by one; the snapshot holds them all.
SAID = 10


@click.command("collect", short_help="Read accounts, or files of the AWS CLI, into a snapshot.")
@click.option("--out", metavar="FILE", required=True, help="The snapshot (JSON; gzip if the name ends in .gz).")
@click.option("--from", "folder", metavar="DIR", help="Read files that the AWS CLI wrote instead of an account.")
@click.option("--profile", metavar="P", help="The profile whose credentials to use.")
@click.option("--region", "regions", multiple=True, metavar="R", help="A region to read; as often as wanted.")
@click.option("--endpoint-url", metavar="URL", help="Another endpoint than AWS's, such as an emulator's.")
@click.option("--assume-role", "roles", multiple=True, metavar="ARN", help="A role of another account to read too.")
@click.option("--external-id", metavar="ID", help="The external id that those roles ask for.")
@click.option("--organization", is_flag=True, help="Read the organization's accounts, OUs, SCPs and RCPs too.")
@options.format_option
def command(
    out: str,
    folder: str | None,
    profile: str | None,
    regions: tuple[str, ...],
    endpoint_url: str | None,
    roles: tuple[str, ...],
    external_id: str | None,
    organization: bool,
    form: str,
) -> int:
    """Read the account of your credentials, and with each --assume-role one more, into one snapshot. Read-only.

    A call that is refused leaves a gap in the snapshot, which answers then name. Nothing secret is stored.

    \b
    permgraph collect --region eu-west-1 --out accounts.json
    permgraph collect --from saved/ --out accounts.json
    """
    path = Path(out)
    # Before the work: reading an organization takes minutes.
    _check_writable(path)
    live = {
        "--profile": profile,
        "--region": regions,
        "--endpoint-url": endpoint_url,
        "--assume-role": roles,
        "--external-id": external_id,
        "--organization": organization,
    }
    if folder is not None:
        if unwanted := [name for name, value in live.items() if value]:
            raise click.UsageError(f"`--from` reads files, and `{unwanted[0]}` an account; leave out one")
        from simulator.collector.saved import collect_saved

        snapshot = collect_saved(Path(folder))
    else:
        if external_id is not None and not roles:
            raise click.UsageError("`--external-id` goes with `--assume-role`, which is missing")
        from simulator.collector.aws import collect

        snapshot = collect(
            profile=profile,
            regions=regions,
            endpoint_url=endpoint_url,
            assume_roles=roles,
            external_id=external_id,
            organization=organization,
            progress=say,
        )
    from simulator.collector import store

    store.save(snapshot, path)
    if form == "json":
        write_json(summary(snapshot, out))
    else:
        write_lines(_text(snapshot, out))
    return YES


def _check_writable(path: Path) -> None:
    if path.is_dir():
        raise InputError("is a folder; `--out` names a file", str(path))
    if not path.parent.is_dir():
        raise InputError("the folder it should be in doesn't exist", str(path))


def summary(snapshot: Snapshot, out: str) -> dict[str, Any]:
    """Return what was collected, in numbers, with all gaps and assumptions."""
    return {
        "file": out,
        "taken_at": snapshot.taken_at.isoformat(),
        "accounts": [account.id for account in snapshot.accounts if account.collected],
        "users": len(snapshot.users),
        "roles": len(snapshot.roles),
        "functions": len(snapshot.functions),
        "gaps": [gap.model_dump(mode="json") for gap in snapshot.gaps],
        "assumptions": [assumption.model_dump(mode="json") for assumption in snapshot.assumptions],
    }


def _text(snapshot: Snapshot, out: str) -> list[Text]:
    from simulator.render.lines import counted, line

    accounts = [account for account in snapshot.accounts if account.collected]
    things = (
        (accounts, "account"),
        (snapshot.users, "user"),
        (snapshot.roles, "role"),
        (snapshot.functions, "function"),
        (snapshot.triggers, "trigger"),
        (snapshot.mappings, "event source mapping"),
    )
    lines = [
        line((out, "bold"), ": ", ", ".join(counted(len(some), noun) for some, noun in things)),
        line(counted(len(snapshot.gaps), "gap"), " (asked for and not got)", indent=2),
    ]
    for gap in snapshot.gaps[:SAID]:
        lines.append(
            line(f"{gap.call} on {gap.about}: {gap.status}", f" ({gap.message})" if gap.message else "", indent=4)
        )
    if len(snapshot.gaps) > SAID:
        lines.append(line(f"and {len(snapshot.gaps) - SAID} more", indent=4))
    return lines
