"""Calls every operation of a build with real clients, and says how many calls came out as expected and how many clients agree.

Usage: play.py MWSD BUILD [ROW...]   (rows by a part of their name; all without any)

A client is played by a program in its own language, which is given a plan (JSON) and prints a line of JSON for each call. The plan has
`wsdl` (null for a client without one), `address`, `style`, `format`, `control` (a request to it makes the school anew), `password`
(everybody's) and `calls` (see plan.py). A line has `id` and either `answer`, the value in whatever shape the client shows it; `fault`, the text of a failure that the service
reports; or `broken`, what went wrong in the client itself.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import plan
import rows
from judge import ANY, Judge, difference
from school import PASSWORD, School
from stubs import BuildFailed


# Cases that are not played through a second service. These operations take no session, or have an answer for whoever has none, so an OK
# Tech server leaves them to everybody; the limits of an account of the first service are not known to the second.
OPEN_BEHIND = {
    f"{operation}/permission"
    for operation in (
        "exception_handler",
        "get_boolean_array",
        "get_float_array",
        "get_int_array",
        "get_my_id",
        "get_string_array",
        "get_version",
    )
}


def main(mwsd, build, wanted):
    chosen = [row for row in rows.every() if not wanted or any(part in row.name for part in wanted)]
    if not chosen:
        print("no row is called like that; there are:", *(row.name for row in rows.every()), sep="\n  ", file=sys.stderr)
        return 2
    try:
        manifest = json.loads((build / "manifest.json").read_text())
    except (OSError, ValueError) as why:
        print(f"{build} is no build that mwsc wrote: {why}", file=sys.stderr)
        return 2
    work = Path(tempfile.mkdtemp(prefix="clients-"))
    school = School(mwsd, build, work)
    judge, outcomes = Judge(manifest, school.made), []
    try:
        for row in chosen:
            outcomes.append(play(row, manifest, school, judge))
            print(outcomes[-1].line(), flush=True)
    finally:
        school.stop()
        shutil.rmtree(work)
    return report(outcomes)


def play(row, manifest, school, judge):
    """Plays all calls of a row on a new school."""
    outcome = Outcome(row.name)
    lacking = row.lacks()
    if lacking:
        outcome.skipped = lacking
        return outcome
    (endpoint,) = [endpoint for endpoint in manifest["endpoints"] if endpoint["profile"] == row.profile]
    endpoint = plan.plain(endpoint) if row.format else plan.published(endpoint) if row.published else endpoint
    calls = [call for call in plan.calls(manifest, endpoint, PASSWORD, school.base) if not (school.script and call["id"] in OPEN_BEHIND)]
    school.reset()
    folder = Path(tempfile.mkdtemp(dir=school.work))
    plan_of_row = {
        "address": school.base + endpoint["path"],
        "style": endpoint["style"],
        "control": school.control,
        "password": PASSWORD,
        "calls": [{key: value for key, value in call.items() if key != "expects"} for call in calls],
    }
    try:
        results = row.play(plan_of_row, row.wsdl(endpoint, school), folder)
    except BuildFailed as why:
        outcome.add("stubs/success", str(why), None)
        return outcome
    finally:
        shutil.rmtree(folder)
    for call in calls:
        result = results.get(call["id"], {"broken": "the client ended before this call"})
        wrong, answer = judge.verdict(call, result, endpoint["style"] == "document")
        if row.unset_is_zero and call["id"].startswith(plan.ZERO_COUNTS):
            answer = ANY
        outcome.add(call["id"], wrong, answer)
    return outcome


class Outcome:
    """What came of a row: for each case whether it came out as expected, and the answer that its client showed."""

    def __init__(self, name):
        self.name, self.skipped, self.answers, self.wrong = name, "", {}, {}

    def add(self, case, wrong, answer):
        self.answers[case] = answer
        if wrong:
            self.wrong[case] = wrong

    def count(self, kind):
        cases = [case for case in self.answers if case.endswith("/" + kind)]
        return f"{sum(case not in self.wrong for case in cases)}/{len(cases)}"

    def line(self):
        if self.skipped:
            return f"{self.name:<44}skipped: {self.skipped}"
        return f"{self.name:<44}" + "".join(f"{kind} {self.count(kind):<9}" for kind in plan.KINDS)

    def disagreements(self, shown):
        """Cases in which this client got another answer than the one that was `shown`."""
        return [case for case, answer in self.answers.items() if case in shown and not agree(answer, shown[case])]


def agree(one, other):
    """Whether two answers are one. Some stand for any: what is a blank record with a text to one kind of client is no item to another."""
    return one == other or ANY in (one, other)


def report(outcomes):
    """Prints the table, what failed and what disagrees; gives the exit status."""
    played = [outcome for outcome in outcomes if not outcome.skipped]
    shown = {}
    for outcome in played:
        for case, answer in outcome.answers.items():
            if case not in outcome.wrong:
                shown.setdefault(case, answer)
    print(f"\n{'client':<44}" + "".join(f"{kind:<12}" for kind in plan.KINDS) + "agree")
    failures = []
    for outcome in outcomes:
        if outcome.skipped:
            print(f"{outcome.name:<44}skipped: {outcome.skipped}")
            continue
        differing = outcome.disagreements(shown)
        counts = "".join(f"{outcome.count(kind):<12}" for kind in plan.KINDS)
        print(f"{outcome.name:<44}{counts}{len(outcome.answers) - len(differing)}/{len(outcome.answers)}")
        failures += [f"{outcome.name}: {case}: {wrong}" for case, wrong in outcome.wrong.items()]
        failures += [
            f"{outcome.name}: {case}: {difference(outcome.answers[case], shown[case])}"
            for case in differing
            if case not in outcome.wrong
        ]
    for failure in failures:
        print(failure[:600])
    operations = {case.split("/")[0] for case in shown}
    known = shown.keys() | OPEN_BEHIND
    whole = [operation for operation in operations if all(f"{operation}/{kind}" in known for kind in plan.KINDS)]
    broken = {failure.split(": ")[1].split("/")[0] for failure in failures}
    print(f"{len(set(whole) - broken)} of {len(operations | broken)} operations: all three cases with every client that was played")
    return 1 if failures or not played else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3:]))
