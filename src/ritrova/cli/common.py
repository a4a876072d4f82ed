"""What every verb shares: where the case is, how its passphrase comes, how results are printed."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ritrova.model.errors import WrongUse

if TYPE_CHECKING:
    from ritrova.case.opening import Case

F = TypeVar("F", bound=Callable[..., Any])


class Place(click.Path):
    """A path of the command line. An empty word is none: it would mean the working folder, and comes from an unset variable."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path as written; fails for an empty word."""
        if value == "":
            self.fail("an empty word is no path; '.' is the working folder", param, ctx)
        return super().convert(value, param, ctx)


class Said:
    """What the user said about the case and about printing."""

    def __init__(
        self,
        case: Path | None,
        passphrase_file: Path | None,
        by: str | None,
        as_json: bool,
        quiet: bool,
        no_color: bool,
    ) -> None:
        self.case = case
        self.passphrase_file = passphrase_file
        self.by = by
        self.json = as_json
        self.quiet = quiet
        self.color = not (no_color or os.environ.get("NO_COLOR")) and sys.stdout.isatty()

    def folder(self) -> Path:
        """The case folder, from --case or RITROVA_CASE."""
        if self.case is None:
            raise WrongUse("no case is named", "Say --case DIR, or set RITROVA_CASE.")
        return self.case

    def passphrase(self, *, twice: bool = False) -> str:
        """From the file, the environment, or a prompt."""
        if self.passphrase_file is not None:
            return read_secret(self.passphrase_file)
        if "RITROVA_PASSPHRASE" in os.environ:
            return os.environ["RITROVA_PASSPHRASE"]
        if not sys.stdin.isatty():
            raise WrongUse("no passphrase", "Give --passphrase-file FILE or set RITROVA_PASSPHRASE.")
        secret: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=twice, err=True)
        return secret

    def open(self) -> Case:
        """The opened case."""
        from ritrova.case.opening import open_case

        return open_case(self.folder(), self.passphrase(), by=self.by)

    def talk(self) -> Talker:
        """Progress and lines on stderr."""
        return Talker(self.quiet)

    def tell(self, text: str = "") -> None:
        """A line of talk."""
        if not self.quiet:
            click.echo(text, err=True)

    def result(self, text: str = "", *, bold: bool = False, fg: str | None = None) -> None:
        """A line of the result, for people."""
        click.echo(click.style(text, bold=bold, fg=fg) if self.color else text, color=self.color)

    def one(self, value: Any) -> None:
        """One JSON object on stdout."""
        click.echo(dumps(value))

    def many(self, values: Iterable[Any]) -> None:
        """One JSON object a line."""
        for value in values:
            click.echo(dumps(value))


def dumps(value: Any) -> str:
    """JSON as people and scripts read it: letters as letters."""
    import msgspec

    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False)


def read_secret(path: Path) -> str:
    """The first line of a secret's file, without its line end."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"{path} cannot be read: {error}", "Name a readable UTF-8 file.") from error
    line = text.split("\n", 1)[0].rstrip("\r")
    if not line:
        raise WrongUse(f"{path} holds no passphrase in its first line", "Write it there.")
    return line


def as_text(value: Any) -> Any:
    """Words of the command line as UTF-8, whatever the locale; a byte that is no text is shown as ``\\xNN``. Paths stay."""
    if isinstance(value, str) and not value.isascii():
        return os.fsencode(value).decode("utf-8", "backslashreplace")
    if isinstance(value, tuple):
        return tuple(as_text(each) for each in value)
    return value


def verb(*, case: bool = True) -> Callable[[F], click.Command]:
    """Make a command of a function `f(said, ...)`, with the options that stand everywhere."""

    def wrap(function: F) -> click.Command:
        def run(
            case: Path | None,
            passphrase_file: Path | None,
            by: str | None,
            as_json: bool,
            quiet: bool,
            no_color: bool,
            **rest: Any,
        ) -> Any:
            rest = {name: as_text(value) for name, value in rest.items()}
            code = function(Said(case, passphrase_file, as_text(by), as_json, quiet, no_color), **rest)
            if code:
                click.get_current_context().exit(code)

        update_wrapper(run, function)
        options = [
            click.option("--case", type=Place(), envvar="RITROVA_CASE", help="Folder of the case."),
            click.option(
                "--passphrase-file",
                type=Place(),
                help="File whose first line is the passphrase (else RITROVA_PASSPHRASE, else a prompt).",
            ),
            click.option("--by", envvar="RITROVA_BY", help="Who works (default: who made the case)."),
            click.option("--json", "as_json", is_flag=True, help="Print JSON."),
            click.option("--quiet", is_flag=True, help="Say nothing on stderr but errors."),
            click.option("--no-color", is_flag=True, help="Plain text."),
        ]
        if not hasattr(run, "__click_params__"):
            run.__click_params__ = []  # type: ignore[attr-defined]
        for option in reversed(options):
            run = option(run)
        name = function.__name__.rstrip("_").replace("_", "-")
        return click.command(name, help=function.__doc__)(run)

    return wrap


class Talker:
    """Lines on stderr; progress as one moving line on a terminal, as a plain line now and then in a pipe."""

    EVERY_TTY = 0.1
    EVERY_PIPE = 5.0

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._started: dict[str, float] = {}
        self._last = 0.0
        self._open = False

    def line(self, text: str) -> None:
        """A plain line."""
        if self._quiet:
            return
        self._clear()
        click.echo(text, err=True)

    def progress(self, what: str, done: int, total: int | None, unit: str = "") -> None:
        """How far: count, rate, and the time left where the total is known."""
        if self._quiet:
            return
        now = time.monotonic()
        started = self._started.setdefault(what, now)
        if done and done == total:
            self._started.pop(what, None)
        if now - self._last < (self.EVERY_TTY if self._terminal else self.EVERY_PIPE):
            return
        self._last = now
        text = described(what, done, total, unit, now - started)
        if self._terminal:
            sys.stderr.write("\r\x1b[K" + text[:118])
            sys.stderr.flush()
            self._open = True
        else:
            click.echo(text, err=True)

    def _clear(self) -> None:
        if self._open:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._open = False

    def __enter__(self) -> Talker:
        return self

    def __exit__(self, *rest: object) -> None:
        self._clear()


def described(what: str, done: int, total: int | None, unit: str, seconds: float) -> str:
    """``reading chat.txt: 12,000 messages, 41,000/s, 0:12 left``."""
    rate = done / seconds if seconds > 0.5 else 0.0
    parts = [f"{what}: {size(done) if unit == 'bytes' else f'{done:,}'}"]
    if total:
        parts[0] += f" of {size(total) if unit == 'bytes' else f'{total:,}'}"
    if unit and unit != "bytes":
        parts[0] += f" {unit}"
    if rate >= 1:
        parts.append(f"{size(int(rate))}/s" if unit == "bytes" else f"{rate:,.0f}/s")
        if total and total > done:
            left = int((total - done) / rate)
            parts.append(f"{left // 60}:{left % 60:02d} left")
    return ", ".join(parts)


def size(n: int) -> str:
    """Bytes for people."""
    amount = float(n)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


CONTROLS = {
    0x200E: "LRM", 0x200F: "RLM", 0x061C: "ALM", 0x202A: "LRE", 0x202B: "RLE", 0x202C: "PDF", 0x202D: "LRO",
    0x202E: "RLO", 0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI",
}  # fmt: skip


def shown(text: str | None) -> str:
    """Evidence on a terminal: controls of direction and of the terminal as boxed codes, lines kept apart by a mark."""
    out = []
    for c in text or "":
        code = ord(c)
        if code in CONTROLS:
            out.append(f"[{CONTROLS[code]}]")
        elif c == "\n":
            out.append(" / ")
        elif c == "\t":
            out.append(" ")
        elif code < 32 or 127 <= code < 160:
            out.append(f"[{code:02X}]")
        else:
            out.append(c)
    return "".join(out)
