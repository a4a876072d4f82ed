"""`ritrova doctor`."""

from __future__ import annotations

from ritrova.cli.common import Said, verb


@verb(case=False)
def doctor(said: Said) -> int:
    """Say what this machine and installation can do, and what is missing."""
    from ritrova.case.doctor import doctor as look

    wrong = False
    for check in look():
        wrong = wrong or check.state == "wrong"
        if said.json:
            said.one(check)
        else:
            colors = {"ok": "green", "missing": "yellow", "wrong": "red"}
            said.result(f"{check.state:8} {check.name}: {check.what}", fg=colors[check.state])
    return 1 if wrong else 0


command = doctor
