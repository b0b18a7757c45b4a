"""Runs the PHP clients of the original's own sources against `mwsd`: a program for each operation, over SOAP in both shapes and over plain
HTTP. Nobody here wrote them, and they are read where they lie.

Usage: originals.py MWSD BUILD    (MWSC_OKTECH_TREE: the folder with the original's sources)

They were written for PHP 5, the site of their author and its data. What is changed in a copy: constructors are called `__construct`, the
`SoapClient` of PHP 8 has `__soapCall` for calls with names, and the address, user name and password are those of the school. Their
arguments stay, mostly blank ones; so many an answer is a refusal, and a program passes when it comes to its end with an answer or with a
failure in the words of the service. For an operation with a program over SOAP and one over plain HTTP, both must have been told the same.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import plan
from judge import PREFIX
from school import PASSWORD, School

FOLDERS = {"tests": "SOAP, simplified", "testsrest": "plain HTTP", "tests/demo": "SOAP, old"}
SECONDS = 60

def main(mwsd, build, tree):
    work = Path(tempfile.mkdtemp(prefix="originals-"))
    school = School(mwsd, build, work)
    try:
        clients = adapted(tree / "wspp" / "clients", work / "clients", school.base)
        outcomes = {folder: play(clients / folder, school) for folder in FOLDERS}
    finally:
        school.stop()
        shutil.rmtree(work)
    return report(outcomes)


def adapted(source, target, base):
    """A copy of the clients that PHP 8 can run, for the address of the school."""
    shutil.copytree(source, target)
    # The older programs look for the classes beside their own folder.
    shutil.copytree(target / "classes", target / "tests", dirs_exist_ok=True)
    for file in target.rglob("*.php"):
        text = file.read_text(encoding="latin-1")
        for name in re.findall(r"^\s*class (\w+)", text, re.MULTILINE):
            text = re.sub(rf"function {name}\s*\(", "function __construct(", text)
        text = text.replace("->client->__call(", "->client->__soapCall(")
        text = re.sub(r"https?://[\w.-]+(/[\w.]+)*/wspp/", f"{base}/wspp/", text)
        file.write_text(text, encoding="latin-1")
    for folder in (target, target / "tests"):
        (folder / "auth.php").write_text(f"<?php define('LOGIN', 'admin'); define('PASSWORD', {PASSWORD!r});")
    return target


def play(folder, school):
    """What each program of a folder was told: `answer`, its words for a failure, or what broke it."""
    outcomes = {}
    programs = sorted([*folder.glob("test*.php"), *folder.glob("demo*.php")], key=lambda program: (changes(program), program.name))
    school.reset()
    for program in programs:
        if changes(program):
            school.reset()
        command = ["php", "-d", "short_open_tag=1", "-d", "error_reporting=E_ALL&~E_DEPRECATED&~E_WARNING&~E_NOTICE", program.name]
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, env=os.environ)
        outcomes[program.name] = told(done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace"), done.returncode)
    return outcomes


def changes(program):
    return re.sub(r"^(test|demo)_", "", program.stem).startswith(tuple(prefix.rstrip("/") for prefix in plan.CHANGES))


def told(text, status):
    fault = re.search(r"Uncaught SoapFault exception: \[MOODLE:error\] (.*?) in /", text, re.DOTALL)
    if fault:
        return "failure", PREFIX.sub("", fault[1].strip())
    if status != 0 or "PHP Fatal" in text or "Fatal error" in text:
        return "broken", text[-400:]
    return "answer", values(text)


def values(text):
    """What `print_r` shows, as pairs of name and value in order, without what differs from call to call."""
    pairs = re.findall(r"\[(\w+)(?::\w+)?(?::private|:protected)?\] => (?!Array|\w+ Object)(.*)", text)
    return [(name, value) for name, value in pairs if value.strip() not in ("", "0") and name not in ("client", "sessionkey")]


def report(outcomes):
    broken = 0
    for folder, found in outcomes.items():
        kinds = {kind: sum(each[0] == kind for each in found.values()) for kind in ("answer", "failure", "broken")}
        ran = kinds["answer"] + kinds["failure"]
        print(f"{FOLDERS[folder]:<20}{ran} of {len(found)} programs ran: {kinds['answer']} had an answer, {kinds['failure']} a failure in words")
        for name, (kind, what) in found.items():
            if kind == "broken":
                broken += 1
                print(f"  {name}: {what.strip()[:300]}")
    soap, plain = outcomes["tests"], outcomes["testsrest"]
    both = [name for name in soap if name in plain]
    differing = [name for name in both if not alike(soap[name], plain[name])]
    print(f"{len(both) - len(differing)} of {len(both)} operations told the same over SOAP and over plain HTTP")
    for name in differing:
        print(f"  {name}: {str(soap[name])[:260]} | {str(plain[name])[:260]}")
    return 1 if broken or differing else 0


def alike(soap, plain):
    return soap == plain


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), Path(os.environ["MWSC_OKTECH_TREE"])))
