"""`ritrova add`."""

from __future__ import annotations

from pathlib import Path

import click

from ritrova.cli.common import Place, Said, read_secret, shown, size, verb


@verb()
@click.argument("paths", nargs=-1, type=Place())
@click.option("--only-read", is_flag=True, help="Read, but do not find or link yet.")
@click.option("--as", "reader", help="Read with this reader (see `ritrova formats`).")
@click.option(
    "--zone", help="IANA zone of local times, such as Europe/Rome. It stays marked as an assumption."
)
@click.option(
    "--date-order", type=click.Choice(["dmy", "mdy", "ymd"]), help="Order of dates in text exports."
)
@click.option("--key", type=Place(), help="Key file, or a file with 64 hex digits, of a backup.")
@click.option("--password-file", type=Place(), help="File with the password of a backup.")
@click.option(
    "--with",
    "with_files",
    multiple=True,
    type=Place(),
    help="A companion file, such as wa.db.",
)
@click.option("--map", "map_file", type=Place(), help="Column map of a table (TOML).")
@click.option("--explain-columns", is_flag=True, help="Print a starter column map for a table, and stop.")
@click.option(
    "--preserve/--reference", default=False, help="Keep an encrypted copy, or only refer to the original."
)
@click.option("--media", type=click.Choice(["none", "hashes", "copy"]), default="hashes", show_default=True)
@click.option("--from", "from_whom", help="From whom the files came.")
@click.option("--basis", help="Under what right (default: the case's).")
@click.option("--packs", multiple=True, type=Place(), help="Folder of further language packs.")
@click.option("--country", help="Country for national numbers (default: the case's).")
def add(
    said: Said,
    paths: tuple[Path, ...],
    only_read: bool,
    reader: str | None,
    zone: str | None,
    date_order: str | None,
    key: Path | None,
    password_file: Path | None,
    with_files: tuple[Path, ...],
    map_file: Path | None,
    explain_columns: bool,
    preserve: bool,
    media: str,
    from_whom: str | None,
    basis: str | None,
    packs: tuple[Path, ...],
    country: str | None,
) -> int:
    """Receive and read PATHS (files or folders), find offers, link them, and say whether everything adds up."""
    from ritrova.case.add import AddAsk, add, read_map
    from ritrova.model.errors import WrongUse
    from ritrova.model.shapes import Ask

    if not paths:
        raise WrongUse("nothing to add", "Name at least one file or folder.")
    if explain_columns:
        from ritrova.case.formats import explain_columns as starter

        for path in paths:
            said.result(starter(path))
        return 0
    if zone is not None:
        check_zone(zone)
    if country is not None and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise WrongUse(f"{country!r} is not a country code", "Give two letters, such as IQ.")
    if media == "copy":
        preserve = True
    case = said.open()
    with case, said.talk() as talk:
        ask = AddAsk(
            reading=Ask(
                zone=zone,
                date_order=date_order,
                country=(country.upper() if country else case.country),
                key=read_key(key) if key else None,
                password=read_secret(password_file) if password_file else None,
                column_map=read_map(map_file) if map_file else None,
                media=media,
                reader=reader,
            ),
            with_files=with_files,
            from_whom=from_whom,
            basis=basis,
            preserve=preserve,
            only_read=only_read,
            packs=packs,
        )
        report = add(case, paths, ask, talk)
        if said.json:
            said.one(report_json(report))
            return report.exit_code
        for source in report.sources:
            if source.outcome == "failed":
                said.result(f"{shown(source.name)}: not added. {shown(source.why)} [{source.code}]", fg="red")
                continue
            if source.outcome == "already here":
                said.result(f"{shown(source.name)}: already in the case (same bytes), nothing to do")
                continue
            messages = source.counts.get("message", 0)
            said.result(f"{shown(source.name)}: {messages:,} messages, {size(source.size)}", bold=True)
            for r in source.reconciliations:
                sum_ = f"found {r.found:,} {r.what} = read {r.read:,} + skipped {r.skipped:,} + failed {r.failed:,}"
                said.result(f"    {r.reader}: {sum_}" + ("" if r.adds_up else "  DOES NOT ADD UP"))
            if source.unknown:
                said.result(f"    {len(source.unknown)} items are not evidence of a known kind")
            for code, n in source.problems.items():
                said.result(f"    {n} x {code} (see: ritrova problems; ritrova explain {code})")
        if report.found is not None:
            said.result(found_line(report.found))
        if report.linked is not None:
            said.result(linked_line(report.linked))
    return report.exit_code


def found_line(found: object) -> str:
    """What was found, in one line."""
    from ritrova.case.find import FindReport

    assert isinstance(found, FindReport)
    kinds = ", ".join(f"{n} {c}" for c, n in found.findings.items()) or "none"
    return f"findings in the case: {kinds} ({found.offers} of offers, {found.rescue} of rescue talk)" + (
        f"; a rule failed on {found.troubles} messages: `ritrova problems --code C020`"
        if found.troubles
        else ""
    )


def linked_line(linked: object) -> str:
    """What was linked, in one line."""
    from ritrova.case.link import LinkReport

    assert isinstance(linked, LinkReport)
    return "links: " + (", ".join(f"{n} {k}" for k, n in {**linked.links, **linked.others}.items()) or "none")


def report_json(report: object) -> dict[str, object]:
    """The report as one object."""
    import msgspec

    from ritrova.case.add import AddReport

    assert isinstance(report, AddReport)
    sources = []
    for s in report.sources:
        one = msgspec.structs.asdict(s)
        one["reconciliations"] = [
            {
                "reader": r.reader,
                "path": r.at.path,
                "what": r.what,
                "found": r.found,
                "read": r.read,
                "skipped": r.skipped,
                "failed": r.failed,
                "reasons": r.reasons,
                "adds_up": r.adds_up,
            }
            for r in s.reconciliations
        ]
        one["adds_up"] = s.adds_up
        sources.append(one)
    return {"sources": sources, "found": report.found, "linked": report.linked, "exit_code": report.exit_code}


def read_key(path: Path) -> bytes:
    """The bytes of a key file."""
    from ritrova.model.errors import WrongUse

    try:
        return path.read_bytes()
    except OSError as error:
        raise WrongUse(f"{path} cannot be read: {error}", "Name the key file of this backup.") from error


def check_zone(zone: str) -> None:
    """An unknown zone is wrong use, before anything is touched."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from ritrova.model.errors import WrongUse

    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise WrongUse(
            f"{zone!r} is not a zone this machine knows", "Use a name such as Asia/Baghdad."
        ) from error


command = add
