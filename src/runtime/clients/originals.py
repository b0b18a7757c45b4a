"""Runs the clients of the original's own sources against `mwsd`: in PHP a program for each operation, over SOAP in both shapes and over
plain HTTP, in Java one program for each shape, with stubs of Axis 1.4, and three in Python 2. Nobody here wrote them, and they are read
where they lie.

Usage: originals.py MWSD BUILD    (MWSC_OKTECH_TREE: the folder with the original's sources; MWSC_PYTHON2: a Python 2.7 with SOAPpy)

They were written for PHP 5, the site of their author and its data. What is changed in a copy: constructors are called `__construct`, the
`SoapClient` of PHP 8 has `__soapCall` for calls with names, and the address, user name and password are those of the school; in Java also
the package of the stubs, a course that only that site has, and a call that the published WSDLs have outgrown. The other arguments stay,
mostly blank ones. So many an answer is a refusal, and a program passes when it comes to its end with an answer or with a failure in the
words of the service. For an operation with a program over SOAP and one over plain HTTP, both must have been told the same, as far as they
can show it: that for plain HTTP shows a failure, and the record that stands for nothing, as a blank record, and cannot send an empty list.

No system of today has the Python 2 for which those in Python are, so they are skipped where nothing names one. The one for its library ZSI
is not run: of the published WSDL, whose posts contain posts, ZSI makes stubs without an end.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import plan
import stubs
from judge import PREFIX
from school import PASSWORD, School

FOLDERS = {"tests": "SOAP, simplified", "testsrest": "plain HTTP", "old/demo": "SOAP, old"}
JAVA = {"Test1.java": ("moodlewsdl.xml", "SOAP, old, Axis 1.4"), "Test2.java": ("moodlewsdl2.xml", "SOAP, simplified, Axis 1.4")}
PYTHON = ("pt.py", "ws-test.py", "zope/moodlews.py")
SECONDS = 60

# Operations that want a list, of which their programs send an empty one.
WANT_A_LIST = ("get_resources", "get_sections", "get_instances_bytype", "get_grades")

# Programs that are older than the interface that they call.
OUTGROWN = {"test_get_events.php": "gives four of the six arguments that get_events of the old shape has"}

def main(mwsd, build, tree):
    work = Path(tempfile.mkdtemp(prefix="originals-"))
    school = School(mwsd, build, work)
    try:
        school.reset()
        clients = adapted(tree / "wspp" / "clients", work / "clients", school.base)
        outcomes = {folder: play(clients / folder, school) for folder in FOLDERS}
        twins = [program.name for program in sorted((clients / "tests").glob("test_*.php")) if is_twin(program, clients / "testsrest")]
        others = {f"{program} ({JAVA[program][1]})": java(program, tree / "wspp", work, school) for program in JAVA}
        if "MWSC_PYTHON2" in os.environ:
            others |= {program: python(tree / "wspp" / "clients" / program, work, school) for program in PYTHON}
        else:
            print("the programs in Python are skipped: MWSC_PYTHON2 is not set")
    finally:
        school.stop()
        shutil.rmtree(work)
    return report(outcomes, others, twins)


def adapted(source, target, base):
    """A copy of the clients that PHP 8 can run, for the address of the school, with classes from the WSDLs that it serves."""
    shutil.copytree(source, target)
    shutil.copytree(generated(source.parent, target / "of-simplified", base, "wsdl_pp2.php"), target / "classes", dirs_exist_ok=True)
    # Programs for the old shape look for the classes one folder up.
    old = generated(source.parent, target / "of-old", base, "wsdl_pp.php")
    shutil.move(target / "tests" / "demo", target / "old" / "demo")
    for folder in (target, target / "old"):
        shutil.copytree(old, folder, dirs_exist_ok=True)
    for file in target.rglob("*.php"):
        text = file.read_text(encoding="latin-1")
        for name in re.findall(r"^\s*class (\w+)", text, re.MULTILINE):
            text = re.sub(rf"function {name}\s*\(", "function __construct(", text)
        text = text.replace("->client->__call(", "->client->__soapCall(")
        text = re.sub(r"https?://[\w.-]+(/[\w.]+)*/wspp/", f"{base}/wspp/", text)
        file.write_text(text, encoding="latin-1")
    for folder in (target, target / "old"):
        (folder / "auth.php").write_text(f"<?php define('LOGIN', 'admin'); define('PASSWORD', {PASSWORD!r});")
    return target


def generated(tree, folder, base, wsdl):
    """The classes that the original's own generator makes of a WSDL, as its users must before anything else."""
    folder.mkdir()
    command = ["php", "-d", "short_open_tag=1", "-d", "display_errors=0", tree / "wsdl2php.php", f"{base}/wspp/{wsdl}"]
    made = subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, check=True, text=True)
    print(f"wsdl2php.php, {wsdl:<16}{made.stdout.strip().splitlines()[-1].strip()}")
    return folder / "classes"


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


def is_twin(program, folder):
    """Whether there is a program for plain HTTP that does the same."""
    twin = folder / program.name
    return twin.exists() and twin.read_text("latin-1").replace("serverrest", "server") == program.read_text("latin-1")


def java(program, tree, work, school):
    """What a program in Java was told."""
    published, _ = JAVA[program]
    folder = Path(tempfile.mkdtemp(dir=work))
    (folder / "service.wsdl").write_bytes((tree / published).read_bytes().replace(b"CFGWWWROOT", school.base.encode()))
    text = (tree / "clients" / "java" / program).read_text()
    text = re.sub(r"^import (?!org\.)[\w.]+\.\*;", "import stubs.*;", text, flags=re.MULTILINE)
    # The interface has since got a date, by which events are chosen.
    text = text.replace('2 //new BigInteger("2")  //ownerid', '"2", "id", 0')
    text = re.sub(r'("2",  //ownerid\s*"id")', r"\1, 0", text)
    text = re.sub(r'port\.login \(".*?",".*?"\)', f'port.login ("admin","{PASSWORD}")', text).replace('"C2I_101"', '"C-MATH1"')
    (folder / program).write_text(text)
    school.reset()
    try:
        jars = stubs.axis_stubs("service.wsdl", folder)
        stubs.javac(folder, jars, program, *(folder / "src" / "stubs").glob("*.java"))
    except stubs.BuildFailed as why:
        return "broken", str(why)
    command = ["java", "-cp", f"classes:{jars}", Path(program).stem]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, text=True)
    ended = re.search(r"logout and bye ...\ntrue", done.stdout)
    return ("answer", done.stdout) if ended else ("broken", (done.stdout + done.stderr)[-400:])


def python(program, work, school):
    """What a program in Python 2 was told. Its user, who is on the site of its author alone, is one of the school."""
    text = re.sub(r"https?://[\w.-]+(/[\w.]+)*/wspp/", f"{school.base}/wspp/", program.read_text(encoding="utf-8"))
    text = re.sub(r"""\.login ?\(["'].*?\)""", f".login('admin', '{PASSWORD}')", text).replace('"ppollet"', '"student"')
    copy = work / program.name
    copy.write_text(text, encoding="utf-8")
    done = subprocess.run([os.environ["MWSC_PYTHON2"], copy], capture_output=True, timeout=SECONDS, text=True)
    return ("answer", done.stdout) if done.returncode == 0 else ("broken", (done.stdout + done.stderr)[-400:])


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


def report(outcomes, others, twins):
    broken = 0
    for folder, found in outcomes.items():
        kinds = {kind: sum(each[0] == kind for each in found.values()) for kind in ("answer", "failure", "broken")}
        ran = kinds["answer"] + kinds["failure"]
        print(f"{FOLDERS[folder]:<30}{ran} of {len(found)} programs ran: {kinds['answer']} had an answer, {kinds['failure']} a failure in words")
        for name, (kind, what) in found.items():
            if kind == "broken" and folder == "old/demo" and name in OUTGROWN:
                print(f"  {name}: {OUTGROWN[name]}")
            elif kind == "broken":
                broken += 1
                print(f"  {name}: {what.strip()[:300]}")
    for program, (kind, what) in others.items():
        print(f"{program:<44}{'came to its end' if kind == 'answer' else 'broke: ' + what}")
        broken += kind == "broken"
    soap, plain = outcomes["tests"], outcomes["testsrest"]
    differing = [name for name in twins if not alike(name, soap[name], plain[name])]
    print(f"{len(twins) - len(differing)} of {len(twins)} operations with the same arguments told the same over SOAP and over plain HTTP")
    for name in differing:
        print(f"  {name}: {str(soap[name])[:260]} | {str(plain[name])[:260]}")
    return 1 if broken or differing else 0


def alike(name, soap, plain):
    silent = soap[0] == "failure" or all(field == "error" for field, _ in soap[1])
    unsaid = name.removeprefix("test_").removesuffix(".php") in WANT_A_LIST
    return soap == plain or (plain == ("answer", []) and (silent or unsaid))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), Path(os.environ["MWSC_OKTECH_TREE"])))
