"""Explain a code: what a problem or an error means, and what to do."""

from __future__ import annotations

from ritrova import plugins
from ritrova.model import errors
from ritrova.model.errors import NotFound

OWN = {
    "RTV-E000": "Something went wrong that has no code of its own. The text beside the code says what.",
    "RTV-E001": "The command was used in a way that makes no sense: an option is missing, unknown or contradicts another. "
    "Nothing was changed. `ritrova VERB --help` shows what is possible.",
    "RTV-E002": "A fault inside ritrova stopped the work on one file. The other files went on. Nothing of the file is silently "
    "lost: what was read before is kept and the source is marked as unfinished, so that adding it again reads it anew. "
    "Please report the text beside the code (without evidence).",
    "RTV-E003": "The system refused a file: no such place, no permission, no free space. What stood in the case before still "
    "stands. Put the named place right and repeat the command; `add` goes on where it stopped.",
    "RTV-E010": "The passphrase or recovery key does not open this case. The case was not changed. Keyboard layout and spaces "
    "at the end of a passphrase file are the usual reasons.",
    "RTV-E011": "Another process works in this case and did not let go in time. Wait until its `add` is done, or stop it; a "
    "stopped `add` can be run again and goes on.",
    "RTV-E012": "The case file is not what it should be: cut, altered, or not encrypted. ritrova refuses to work on it. Use a "
    "backup of the case folder; the originals are untouched.",
    "RTV-E013": "There is no case at this folder. Make one with `ritrova new`, or name it with --case or RITROVA_CASE.",
    "RTV-E020": "An original changed while it was read, or the custody log disagrees with the case. What was read is kept and "
    "marked. Find out who wrote to the file, and add it again from a copy that nobody uses.",
    "RTV-E030": "A bundle does not verify. The lines above say which files were added, changed, lost, renamed or put in another "
    "order, or why the signature does not hold.",
    "RTV-E040": "No record of this case has this id. Ids come from `--json` output and from the pages; they are not guessed.",
    "RTV-E050": "The key or password does not open this item. Ask the lawful holder for the key of this very backup.",
    "RTV-E090": "This part of ritrova is not built yet.",
    "RTV-C010": "The file or folder was not the same after reading as before: its bytes, time or listing changed meanwhile. Someone "
    "else wrote to it. What was read belongs to the hash in the log; take a fresh copy and add that.",
    "RTV-C020": "A rule that looks for offers failed on this message. Nothing of the message is lost: it is kept and can be read "
    "and searched, and the messages beside it were looked at; but no finding can rest on this one. Read it yourself, and please "
    "report the text beside the code (without evidence).",
}
"""Codes of the case itself; readers and rooms bring their own."""


def codes() -> dict[str, str]:
    """Every code with its explanation."""
    return {**plugins.problems(), **OWN}


def explain(code: str) -> str:
    """What a code means."""
    known = codes()
    wanted = code.strip().upper()
    if not wanted.startswith("RTV-"):
        wanted = "RTV-" + wanted
    if wanted not in known:
        raise NotFound(f"there is no code {code}", "`ritrova explain --all` lists them.")
    return known[wanted]


def undocumented() -> list[str]:
    """Codes of errors that nobody explains; the tests keep this empty."""
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.RitrovaError)]
    return sorted({c.code for c in classes} - set(OWN))
