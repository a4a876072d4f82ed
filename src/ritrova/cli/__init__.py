"""The command line: one file a verb. A verb's file is imported when the verb is called, so that `--help` answers at once."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import TextIO

import click

VERBS = {
    "new": "Make a case.",
    "add": "Receive and read files, find offers, link them.",
    "find": "Look for offers again, after a pack changed.",
    "link": "Link again what may be the same.",
    "search": "Search the words of everything that was read.",
    "show": "Show one record and what stands around it.",
    "decide": "Keep a decision about records.",
    "undo": "Take a decision back.",
    "trace": "Join or split the sightings of one person.",
    "seek": "Look for the people on a list of the missing.",
    "hashes": "Bring in a list of picture hashes that must not be shown.",
    "preserve": "Keep an encrypted copy of originals.",
    "withdraw": "Delete a source and everything read from it.",
    "review": "Open the review page.",
    "export": "Write records, reports or graphs for others.",
    "seal": "Write a signed bundle that anyone can verify.",
    "verify": "Check a bundle.",
    "evaluate": "Measure on labelled sets.",
    "problems": "List what could not be read.",
    "explain": "Say what a code means.",
    "formats": "List what can be read, and how well.",
    "languages": "List the language packs and what they cover.",
    "passphrase": "Change the passphrase of a case.",
    "doctor": "Say what this machine and installation can do.",
    "demo": "Build and show a fictional case.",
}


class Verbs(click.Group):
    """A group whose verbs are imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the work."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a verb."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"ritrova.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line a verb, without importing any."""
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A wrong verb is wrong use, and the nearest is named."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], VERBS, 1)
            ctx.fail(f"there is no verb {args[0]!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ritrova")
def ritrova() -> None:
    """Read chats you lawfully hold, find offers of people, link them, and seal what a court will see.

    Works offline on your own files. stdout is the result, stderr the talk. Exit codes: 0 done, 1 failed, 2 wrong use,
    3 done with problems recorded, 4 verification failed, 130 interrupted.
    """


def main() -> None:
    """The entry point `ritrova`."""
    while (
        descriptor := os.open(os.devnull, os.O_RDWR)
    ) < 3:  # a closed stdout must not become the number of a case file
        pass
    os.close(descriptor)
    sys.stdout = sys.stdout or nowhere()
    sys.stderr = sys.stderr or nowhere()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    from ritrova.model.errors import RitrovaError

    gc.set_threshold(20_000, 20, 20)  # records are made by the thousand and hold no rings
    try:
        code = ritrova.main(standalone_mode=False)
    except RitrovaError as error:
        click.echo(f"ritrova: {error}", err=True)
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        click.echo("ritrova: interrupted; the same command goes on where it can", err=True)
        sys.exit(130)
    except KeyboardInterrupt:
        click.echo("ritrova: interrupted; the same command goes on where it can", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        click.echo(f"ritrova: RTV-E003: {os_fault(error)}", err=True)
        close_unwritten()
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def nowhere() -> TextIO:
    """In place of a stream that the caller closed."""
    return os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")


def os_fault(error: OSError) -> str:
    """What the system refused, and where."""
    place = error.filename if error.filename is not None else "the result"
    place = os.fsencode(place).decode("utf-8", "backslashreplace") if isinstance(place, str) else str(place)
    return f"{place}: {error.strerror or error}. Check the place and its free space, then repeat the command."


def close_unwritten() -> None:
    """Let go of what stdout could not take, so that Python does not try again at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
