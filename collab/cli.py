"""The ``design-rooms`` command.

Verbs that touch rooms talk to a running server (``--server``); ``validate`` works on files alone.
Exit codes: 0 done, 1 refused or invalid, 2 wrong usage, 3 no server or a server that failed.
SPEC: section CF.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NoReturn
from urllib.parse import quote

import click
import httpx

from collab.errors import DesignRoomsError, InvalidModel, PeerError
from collab.limits import MODEL_FILE_BYTES_MAX
from collab.settings import Settings, SettingsError, auth_secret

__all__ = ["main"]

_TIMEOUT_S = 60.0
# A token that outlives the decade outlives whoever remembers it.
_LIFE_S_MAX = 3_653 * 86_400


def _default_server() -> str:
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    return f"http://{host}:{port}"


_token_option = click.option(
    "--token",
    envvar="DESIGN_ROOMS_TOKEN",
    show_envvar=True,
    help="Who you are, where the server asks for it.",
)
_server_option = click.option(
    "--server",
    default=_default_server,
    show_default="http://$HOST:$PORT",
    help="The server to talk to.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="design-rooms")
def main() -> None:
    """Design Rooms: edit one application model together, by OT and by Yjs.

    Start with `design-rooms serve`, then `design-rooms import FILE --room NAME`.
    """


@main.command()
@click.option(
    "--sample",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Import FILE into a room named after its application's id, if there is none yet.",
)
def serve(sample: Path | None) -> None:
    """Serve rooms, designer and preview until interrupted.

    HOST, PORT and DATA_DIR are taken from the environment (127.0.0.1, 8000, ./data), and
    STORE_BYTES_MAX, which bounds the log's file (no bound); DATABASE_URL, postgresql://…, keeps the
    log in that database instead of a file. With AUTH_SECRET people sign in with
    tokens (see `design-rooms token`), and HOST may be any address; PUBLIC_URL is the server's
    address behind a proxy that ends TLS.
    """
    from collab.main import serve as run  # Late: the other verbs need none of the server.

    try:
        settings = Settings.from_environment(os.environ)
        data_dir = settings.data_dir.resolve()
        run(settings, sample, lambda url: click.echo(f"Design Rooms: {url}  (data in {data_dir})"))
    except InvalidModel as error:
        _show_faults(sample, [asdict(item) for item in error.errors])
        _fail(error.message, 1)
    except PeerError as error:
        _fail(f"{sample}: {error.message} [{error.code}]", 1)
    except SettingsError as error:
        _fail(error.message, 2)
    except DesignRoomsError as error:
        _fail(error.message, 3)


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--room", required=True, help="The room; it is created if it does not exist.")
@_server_option
@_token_option
def import_(file: Path, room: str, server: str, token: str | None) -> None:
    """Make FILE (JSON or YAML) the model of a room.

    The room's model is replaced by diff: what did not change keeps its identity, and importing the
    same file again changes nothing. If anything in FILE is wrong, all of it is listed and nothing
    is imported.
    """
    response = _request(
        "POST",
        f"{server}/api/rooms/{quote(room, safe='')}/import",
        token,
        params={"create": "true"},
        content=_read(file),
        headers={"content-type": f"application/{_format_of(file)}"},
    )
    result = _json(response, file)
    state = "imported" if result["changed"] else "already there, nothing changed"
    click.echo(f"{file}: {state} (room {result['room']}, revision {result['revision']})")
    _show_problems(result["problems"])
    click.echo(f"Open {server}/rooms/{result['room']}")


@main.command()
@click.option("--room", required=True, help="The room.")
@click.option("--format", "format_", type=click.Choice(["json", "yaml"]), default="json")
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Default: print it."
)
@_server_option
@_token_option
def export(room: str, format_: str, output: Path | None, server: str, token: str | None) -> None:
    """Write a room's model in its canonical form."""
    url = f"{server}/api/rooms/{quote(room, safe='')}/export"
    response = _request("GET", url, token, params={"format": format_})
    if response.is_error:
        _show_error(response)
    if output is None:
        click.echo(response.text, nl=False)
    else:
        output.write_bytes(response.content)
        click.echo(f"{output}: {len(response.content)} bytes", err=True)


@main.command()
@click.argument("room")
@click.argument("revision", type=click.IntRange(min=1))
@_server_option
@_token_option
def revert(room: str, revision: int, server: str, token: str | None) -> None:
    """Take back what one REVISION changed in ROOM.

    ROOM is an application room's name, or COLLECTION/DOCUMENT of a free room. What was changed
    again since stays as it is, and is listed. The history keeps both revisions: taking back the new
    one does the old one again.
    """
    address = _address(server, room, "revert")
    result = _json(_request("POST", address, token, json={"revision": revision}))
    conflicts = result["conflicts"]
    extent = ", as far as it still applies" if conflicts else ""
    click.echo(f"{room}: revision {revision} is taken back{extent} (revision {result['revision']})")
    for conflict in conflicts:
        place = "/".join(map(str, conflict))
        click.echo(f"{room}: left as it is, because it was changed since: /{place}")


@main.command()
@click.argument("room")
@click.option(
    "--limit",
    type=click.IntRange(1, 100),
    default=20,
    show_default=True,
    help="Groups of revisions.",
)
@click.option("--before", type=click.IntRange(min=1), help="Only what came before this revision.")
@click.option("--json", "is_json", is_flag=True, help="The server's answer as it is.")
@_server_option
@_token_option
def history(
    room: str, limit: int, before: int | None, is_json: bool, server: str, token: str | None
) -> None:
    """Say in words who changed what in ROOM, newest first.

    One person's revisions that follow one another within minutes stand together.
    """
    params = {"limit": limit} if before is None else {"limit": limit, "before": before}
    url = f"{server}/api/rooms/{quote(room, safe='')}/history"
    page = _json(_request("GET", url, token, params=params))
    if is_json:
        click.echo(json.dumps(page, ensure_ascii=False, indent=2))
        return
    for group in page["groups"]:
        when = group["end"][:16].replace("T", " ")
        click.echo(f"{when}Z  {group['author']['name']}: {group['words']}")
        for entry in group["entries"]:
            click.echo(f"  r{entry['last']:<8} {entry['words']}")
    if page["next"] is not None:
        click.echo(f"Older ones: --before {page['next']}", err=True)


@main.command()
@click.argument("room")
@click.option("--break", "component", help="Break the lock of this element, as the room's owner.")
@_server_option
@_token_option
def locks(room: str, component: str | None, server: str, token: str | None) -> None:
    """Say who holds which element of ROOM, and who waits for it."""
    url = f"{server}/api/rooms/{quote(room, safe='')}/locks"
    if component is not None:
        _json(_request("DELETE", f"{url}/{quote(component, safe='')}", token))
        click.echo(f"{room}: the lock of {component} is broken")
        return
    page = _json(_request("GET", url, token))
    for lock in page["locks"]:
        since = datetime.fromtimestamp(lock["since"] / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        click.echo(f"{lock['component']}: {lock['name'] or lock['user']}, since {since}")
    for waiter in page["waiting"]:
        name = waiter["name"] or waiter["user"]
        click.echo(f"{waiter['component']}: {name} waits, number {waiter['position']}")
    if not page["locks"] and not page["waiting"]:
        click.echo(f"{room}: nobody holds anything")


@main.command()
@click.argument("room")
@click.option(
    "--revision", type=click.IntRange(min=0), required=True, help="What to make it again."
)
@_server_option
@_token_option
def rollback(room: str, revision: int, server: str, token: str | None) -> None:
    """Make ROOM's model what it was at a revision, as a new revision.

    Everything since is taken back; what was added goes to the Trash, and the history keeps it all.
    To take the rollback back, roll back to the revision before it.
    """
    url = f"{server}/api/rooms/{quote(room, safe='')}/revisions/{revision}/restore"
    result = _json(_request("POST", url, token))
    if result["changed"]:
        click.echo(f"{room}: as at revision {revision} again (revision {result['revision']})")
    else:
        click.echo(f"{room}: it is as at revision {revision} already, nothing changed")


@main.command()
@click.argument("room")
@click.option(
    "--before", type=click.IntRange(min=1), required=True, help="The revision to keep, at least."
)
@_server_option
@_token_option
def trim(room: str, before: int, server: str, token: str | None) -> None:
    """Forget the oldest revisions of ROOM, which cannot be had back.

    The document stays, and every revision from --before on; those up to the newest snapshot before
    it go. Clients that were away for longer begin anew from the document.
    """
    result = _json(_request("POST", _address(server, room, "trim"), token, json={"before": before}))
    start = result["start"]
    if start == 0:
        click.echo(f"{room}: there is no snapshot before revision {before}, so all is kept")
    else:
        click.echo(f"{room}: the history begins with revision {start + 1}")


@main.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def validate(files: tuple[Path, ...]) -> None:
    """Check model FILES without a server.

    Lists every error (exit code 1) and every problem, which do not keep a file from being imported.
    """
    from collab.model import dsl

    is_valid = True
    for file in files:
        result = dsl.validate(_read(file), format=_format_of(file), file_name=str(file))
        is_valid = is_valid and result.is_importable
        _show_faults(file, [asdict(item) for item in result.errors])
        for problem in result.problems:
            click.echo(
                f"{file}:{problem.line}: {problem.severity}: {problem.message} [{problem.code}]"
            )
        if result.is_importable:
            click.echo(f"{file}: valid, {len(result.problems)} problems")
    if not is_valid:
        sys.exit(1)


@main.command("validate-checks")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def validate_checks(files: tuple[Path, ...]) -> None:
    """Check checks FILES, each named after its collection, without a server.

    Lists every error with its line and JSON pointer (exit code 1).
    """
    from collab.host.checks_folder import read_checks_file
    from collab.model.checks_file import InvalidChecks

    is_valid = True
    for file in files:
        try:
            read_checks_file(file)
            click.echo(f"{file}: valid")
        except InvalidChecks as error:
            is_valid = False
            _show_faults(file, [asdict(item) for item in error.errors])
        except SettingsError as error:
            is_valid = False
            click.echo(error.message)
    if not is_valid:
        sys.exit(1)


@main.command()
@_server_option
@_token_option
def rooms(server: str, token: str | None) -> None:
    """List the rooms that you may see."""
    for room in _json(_request("GET", f"{server}/api/rooms", token))["rooms"]:
        click.echo(f"{room['name']:<32} r{room['revision']:<8} {room['title']}")


@main.command("token")
@click.option("--user", required=True, help="Who it is: an id that never changes.")
@click.option("--name", help="What they are called. [default: the id]")
@click.option("--tenant", default="local", show_default=True, help="Whose rooms they may see.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(["owner", "editor", "reviewer", "viewer"]),
    help="What they may do in the tenant's rooms; may be given more than once. Without any they "
    "see the rooms whose member lists name them.",
)
@click.option(
    "--expires",
    default="12h",
    show_default=True,
    metavar="TIME",
    help="How long it is good: a number with s, m, h or d.",
)
def mint(user: str, name: str | None, tenant: str, roles: tuple[str, ...], expires: str) -> None:
    """Mint a token that says who somebody is, and print it.

    AUTH_SECRET must be the server's. Open `/login?token=…` with it in a browser, or put it into
    DESIGN_ROOMS_TOKEN for this command and the Python client.
    """
    from collab.auth.tokens import Tokens  # Late: the other verbs need none of it.
    from collab.messages import Role
    from collab.system import SystemClock

    try:
        secret = auth_secret("AUTH_SECRET", os.environ.get("AUTH_SECRET", ""))
        clock = SystemClock()
        minted = Tokens((secret,), clock).issue(
            user=user,
            name=name,
            tenant=tenant,
            roles={Role(role) for role in roles},
            expires_ms=clock.now_ms() + _duration_ms(expires),
        )
    except DesignRoomsError as error:
        _fail(error.message, 2)
    click.echo(minted)


def _duration_ms(text: str) -> int:
    units = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
    number, unit = text[:-1], text[-1:]
    # Eight digits of days are beyond any calendar, and int() takes digits of other scripts.
    is_number = number.isascii() and number.isdigit() and len(number) <= 8
    if not is_number or unit not in units or not 0 < int(number) * units[unit] <= _LIFE_S_MAX:
        raise SettingsError(
            f"--expires {text[:40]!r} is no time such as 30m, 12h or 7d, of at most ten years"
        )
    return int(number) * units[unit] * 1000


def _read(file: Path) -> bytes:
    if file.stat().st_size > MODEL_FILE_BYTES_MAX:
        _fail(f"{file}: a model file has at most {MODEL_FILE_BYTES_MAX} bytes", 1)
    return file.read_bytes()


def _format_of(file: Path) -> Literal["json", "yaml"]:
    return "yaml" if file.suffix.lower() in {".yaml", ".yml"} else "json"


def _address(server: str, room: str, verb: str) -> str:
    """Return where *verb* is for a room's name, or COLLECTION/DOCUMENT of a free room."""
    collection, slash, document = room.partition("/")
    parts = ("free", collection, document) if slash else ("rooms", room)
    return "/".join([f"{server}/api", *(quote(part, safe="") for part in parts), verb])


def _request(method: str, url: str, token: str | None, **options: Any) -> httpx.Response:
    headers = dict(options.pop("headers", {}))
    if token:
        if not token.isascii() or not token.isprintable():
            _fail("the token in --token or DESIGN_ROOMS_TOKEN is none: it has other characters", 2)
        headers["authorization"] = f"Bearer {token.strip()}"
    try:
        # Proxies are for the world outside; the server is on this machine.
        with httpx.Client(timeout=_TIMEOUT_S, trust_env=False) as client:
            return client.request(method, url, headers=headers, **options)
    except httpx.TransportError as error:
        _fail(f"{url}: {error}. Is the server running? Start it with `design-rooms serve`.", 3)


def _json(response: httpx.Response, file: Path | None = None) -> Any:
    if response.is_error:
        _show_error(response, file)
    return response.json()


def _show_error(response: httpx.Response, file: Path | None = None) -> NoReturn:
    is_problem = response.headers.get("content-type", "").startswith("application/problem+json")
    problem: dict[str, Any] = (
        response.json() if is_problem else {"detail": response.text, "code": "unknown"}
    )
    _show_faults(file, problem.get("errors", ()))
    _fail(f"{problem['detail']} [{problem['code']}]", 3 if response.status_code >= 500 else 1)


def _show_faults(file: Path | None, faults: Iterable[Mapping[str, Any]]) -> None:
    for fault in faults:
        where = f"{file or ''}:{fault['line']}"
        click.echo(f"{where}: error: {fault['reason']} [{fault['code']}] {fault['pointer']}")


def _show_problems(problems: list[dict[str, Any]]) -> None:
    for problem in problems:
        click.echo(f"  {problem['severity']}: {problem['message']} ({problem['node']})")


def _fail(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
