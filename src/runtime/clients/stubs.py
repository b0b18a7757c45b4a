"""How a player comes about: the command that plays a plan, with the stubs that it needs generated from a WSDL and compiled."""

import re
import subprocess
from pathlib import Path

PLAYERS = Path(__file__).parent / "players"
JARS = Path("/usr/share/java")

# Axis 1.4 and what it needs, as Debian names them.
AXIS = ["axis", "axis-jaxrpc", "axis-saaj", "wsdl4j", "commons-discovery", "commons-logging", "javax.mail", "javax.activation", "gson"]

# The API of JAX-WS and its reference implementation.
JAXWS = [
    "jaxws-api", "jws-api", "jaxb-api", "javax.activation", "javax.xml.soap-api", "geronimo-annotation-1.3-spec", "jaxws-rt", "jaxb-impl",
    "jaxb-core", "jaxb-runtime", "istack-commons-runtime", "streambuffer", "stax-ex", "stax2-api", "woodstox-core", "saaj-impl", "mimepull",
    "metro-policy", "txw2", "FastInfoset", "gmbal", "glassfish-management-api", "xml-resolver", "gson",
]


def php(player):
    return lambda wsdl, work: ["php", PLAYERS / player]


def zeep(wsdl, work):
    # Debian's own Python has Debian's zeep.
    return ["/usr/bin/python3", PLAYERS / "play_zeep.py"]


def axis(wsdl, work):
    jars = axis_stubs(wsdl, work)
    compile_java(work, jars, "Axis.java")
    (stub,) = (work / "src" / "stubs").glob("*Stub.java")
    return ["java", "-cp", f"{work / 'classes'}:{jars}", "Axis", f"stubs.{stub.stem}"]


def axis_stubs(wsdl, work):
    """Generates stubs in `src`, package `stubs`. The class path that they need."""
    jars = classpath(AXIS)
    run(work, "java", "-cp", jars, "org.apache.axis.wsdl.WSDL2Java", "-p", "stubs", "-o", "src", wsdl)
    return jars


def jaxws(wsdl, work):
    jars = classpath(JAXWS)
    (work / "src").mkdir()
    run(work, "wsimport", "-quiet", "-Xnocompile", "-p", "stubs", "-d", "src", "-s", "src", wsdl)
    compile_java(work, jars, "Jaxws.java")
    port, service = (
        next(f"stubs.{file.stem}" for file in (work / "src" / "stubs").glob("*.java") if mark in file.read_text())
        for mark in ("@WebService(", "@WebServiceClient(")
    )
    # The reference implementation reaches into the class loader.
    return ["java", "--add-opens", "java.base/java.lang=ALL-UNNAMED", "-cp", f"{work / 'classes'}:{jars}", "Jaxws", port, service]


def node(wsdl, work):
    """node-soap, as `npm install soap` in the folder NODE_PATH has it."""
    return ["node", PLAYERS / "play.js"]


# The generated class is partial, and can say more than its tool does.
AUTHORIZED = """
namespace Stubs {{
    public partial class {name} : IAuthorized {{
        public string Authorization {{ get; set; }}
        protected override System.Net.WebRequest GetWebRequest(System.Uri uri) {{
            var request = base.GetWebRequest(uri);
            if (Authorization != null) request.Headers["Authorization"] = Authorization;
            return request;
        }}
    }}
}}
"""


def dotnet(wsdl, work):
    run(work, "wsdl", "/language:CS", "/namespace:Stubs", "/out:proxy.cs", wsdl)
    name = re.search(r"partial class (\w+) : System.Web.Services.Protocols.SoapHttpClientProtocol", (work / "proxy.cs").read_text())
    (work / "authorized.cs").write_text(AUTHORIZED.format(name=name[1]))
    libraries = [f"-r:{library}" for library in ("System.Web.Services", "System.Web.Extensions", "System.Xml")]
    run(work, "mcs", *libraries, "-out:play.exe", "proxy.cs", "authorized.cs", PLAYERS / "Play.cs")
    return ["mono", work / "play.exe"]


def gsoap(wsdl, work):
    run(work, "wsdl2h", "-o", "service.h", "-t", "/usr/share/gsoap/WS/typemap.dat", wsdl)
    run(work, "soapcpp2", "-j", "-C", "-x", "-w", "-I/usr/share/gsoap/import", "service.h")
    (proxy,) = work.glob("soap*Proxy.h")
    (work / "calls.h").write_text(gsoap_calls(proxy.read_text()))
    (namespaces,) = work.glob("*.nsmap")
    (work / "main.cpp").write_text(
        f'#include "{proxy.name}"\n#include "{namespaces.name}"\n#include "calls.h"\n' + (PLAYERS / "play.cpp").read_text()
    )
    sources = ["main.cpp", "soapC.cpp", proxy.with_suffix(".cpp").name]
    run(work, "g++", "-std=c++11", "-w", "-O0", "-I.", "-o", "play", *sources, "-lgsoap++")
    return ["/usr/bin/python3", PLAYERS / "play_gsoap.py"]


def gsoap_calls(proxy):
    """A table of the methods of a proxy: CALL(operation, method, class of the request, class of the answer) for each, and PROXY."""
    lines = ["#define PROXY " + re.search(r"class SOAP_CMAC (\w+)", proxy)[1], "#define CALLS \\"]
    method = re.compile(r"virtual int (\w+)\(const char \*soap_endpoint_url, const char \*soap_action, (\w+) \*\w+, (\w+) ?&\w+\)")
    for name, request, answer in method.findall(proxy):
        operation = request.split("__")[-1].replace("_USCORE", "_")
        lines.append(f"    CALL({operation}, {name}, {request}, {answer}) \\")
    return "\n".join(lines) + "\n\n"


def compile_java(work, jars, player):
    sources = [str(file) for file in (work / "src").rglob("*.java")]
    javac(work, jars, *sources, PLAYERS / "Player.java", PLAYERS / player)


def javac(work, jars, *sources):
    run(work, "javac", "-J-Xss16m", "-nowarn", "-proc:none", "-encoding", "UTF-8", "-cp", jars, "-d", "classes", *sources)


def classpath(names):
    return ":".join(str(JARS / f"{name}.jar") for name in names)


def run(work, *command):
    done = subprocess.run(command, cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise BuildFailed(f"{Path(command[0]).name}: {done.stdout.decode(errors='replace')[-1500:]}")


class BuildFailed(Exception):
    """Stubs that cannot be generated or compiled."""
