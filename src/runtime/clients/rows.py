"""The clients: each a row of the table, with the program that plays it, the WSDL that it reads, and what it needs on the machine."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import stubs

# The folder of the original's sources, for the WSDLs as they were published: `wspp/moodlewsdl.xml` and `wspp/moodlewsdl2.xml`.
TREE = os.environ.get("MWSC_OKTECH_TREE", "")
PUBLISHED = {"oktech": "moodlewsdl.xml", "oktech-simplified": "moodlewsdl2.xml"}
SHAPES = {"oktech": "old", "oktech-simplified": "simplified", "document": "typed"}

# No call of a client takes this long; a row of them has 459 calls.
TIMEOUT_SECONDS = 1800


@dataclass
class Row:
    """`build` makes the command that plays a plan, of the path of a WSDL and a folder to work in."""

    client: str
    build: Callable
    profile: str
    format: str = ""
    published: bool = False
    without_wsdl: bool = False
    needs: tuple = ()

    @property
    def unset_is_zero(self):
        """Whether its records have no unset numbers."""
        return self.build is stubs.axis

    @property
    def name(self):
        if self.format:
            return f"{self.client}, plain HTTP, {self.format}"
        if self.without_wsdl:
            return f"{self.client}, {SHAPES[self.profile]}, without a WSDL"
        origin = "" if self.profile == "document" else ", published WSDL" if self.published else ", served WSDL"
        return f"{self.client}, {SHAPES[self.profile]}{origin}"

    def lacks(self):
        """What keeps this row from being played; empty when nothing does."""
        if self.published and not TREE:
            return "MWSC_OKTECH_TREE names no tree with the published WSDLs"
        for need in self.needs:
            why = need()
            if why:
                return why
        return ""

    def wsdl(self, endpoint, school):
        """The WSDL as the service serves it, or as it was published, with the address of the service."""
        if self.published:
            return (Path(TREE) / "wspp" / PUBLISHED[self.profile]).read_bytes().replace(b"CFGWWWROOT", school.base.encode())
        return school.fetch(endpoint["wsdls"][0]["path"])

    def play(self, plan, wsdl, work):
        """Plays a plan; results by the id of the call."""
        file = work / "service.wsdl"
        file.write_bytes(wsdl)
        read = None if self.without_wsdl else str(file)
        (work / "plan.json").write_text(json.dumps(plan | {"wsdl": read, "format": self.format}))
        command = [*self.build(str(file), work), work / "plan.json"]
        with (work / "results").open("wb") as out, (work / "client.log").open("wb") as log:
            try:
                subprocess.run(command, stdout=out, stderr=log, timeout=TIMEOUT_SECONDS, cwd=work)
            except subprocess.TimeoutExpired:
                log.write(b"the client takes too long\n")
        results = [json.loads(line) for line in (work / "results").read_text().splitlines() if line.startswith("{") and line.endswith("}")]
        if len(results) < len(plan["calls"]):
            print((work / "client.log").read_text(errors="replace")[-2000:])
        return {result["id"]: result for result in results}


def program(name):
    return lambda: "" if shutil.which(name) else f"there is no {name}"


def php_has_soap():
    asked = subprocess.run(["php", "-r", "exit(extension_loaded('soap') ? 0 : 1);"]) if shutil.which("php") else None
    return "" if asked and asked.returncode == 0 else "there is no PHP with the extension soap"


def has_jars(names):
    def lacks():
        absent = [name for name in names if not (stubs.JARS / f"{name}.jar").exists()]
        return f"there is no {absent[0]}.jar in {stubs.JARS}" if absent else ""

    return lacks


def has_zeep():
    asked = subprocess.run(["/usr/bin/python3", "-c", "import zeep"], capture_output=True)
    return "" if asked.returncode == 0 else "Debian's Python has no zeep"


def has_node_soap():
    if not shutil.which("node"):
        return "there is no node"
    asked = subprocess.run(["node", "-e", "require('soap')"], capture_output=True)
    return "" if asked.returncode == 0 else "node finds no package soap (NODE_PATH)"


def every():
    """All rows, the first of which is the one that others are compared with."""
    encoded = [
        ("PHP SoapClient", stubs.php("soap.php"), (php_has_soap,)),
        ("Axis 1.4", stubs.axis, (program("javac"), has_jars(stubs.AXIS))),
        ("zeep", stubs.zeep, (has_zeep,)),
    ]
    for client, build, needs in encoded:
        for profile in ("oktech-simplified", "oktech"):
            for published in (False, True):
                yield Row(client, build, profile, published=published, needs=needs)
    for profile in ("oktech-simplified", "oktech"):
        yield Row("PHP SoapClient", stubs.php("soap.php"), profile, without_wsdl=True, needs=(php_has_soap,))
    for format in ("json", "php", "xml", "dump"):
        yield Row("PHP", stubs.php("plain.php"), "oktech-simplified", format=format, needs=(program("php"),))
    typed = [
        ("PHP SoapClient", stubs.php("soap.php"), (php_has_soap,)),
        ("zeep", stubs.zeep, (has_zeep,)),
        ("JAX-WS", stubs.jaxws, (program("wsimport"), program("javac"), has_jars(stubs.JAXWS))),
        (".NET (Mono)", stubs.dotnet, (program("mono"), program("mcs"), program("wsdl"))),
        ("gSOAP C++", stubs.gsoap, (program("wsdl2h"), program("soapcpp2"), program("g++"))),
        ("node-soap", stubs.node, (has_node_soap,)),
    ]
    for client, build, needs in typed:
        yield Row(client, build, "document", needs=needs)
