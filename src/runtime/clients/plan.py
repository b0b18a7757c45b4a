"""What is called: the cases of the interface, spelled as an endpoint of the manifest wants them.

A case is an operation and one of three kinds. `success`: the call does what it is for. `error`: it fails, with a text. `permission`: the
caller may not do this. The calls are those of the tests of the school (`../school/tests/cases.json`), which know what the demonstration
has in it; those of the protocol itself stand here.
"""

import json
from pathlib import Path

CASES = Path(__file__).parent.parent / "school" / "tests" / "cases.json"
KINDS = ("success", "error", "permission")

# The base URL of the school in the cases.
CASES_BASE = "https://school.example"

# Accounts for foreign systems, which do only what they were given: `portal` may edit users and nothing else, `visitor` may use another
# service, `badge` has no password.
PORTAL, VISITOR, BADGE = "portal", "visitor", "badge"
ACCOUNTS = {
    PORTAL: ["--operation", "edit_users", "--password-stdin"],
    VISITOR: ["--service", "library", "--password-stdin"],
    BADGE: [],
}

DENIED = ("you don't have the permissions to do this.", "not authorized")
NO_ACCESS = ("Access control exception",)
BAD_SESSION = "Invalid Client connection."
BAD_LOGIN = "Invalid username and / or password."

# Operations that everybody with an account may call, and that answer -1 to a session that is not open.
ASKED_AT_ANY_TIME = ("get_my_id", "get_version")

# Operations after which the school is another one. Messages that were got are no longer new.
CHANGES = (
    "add_", "update_", "delete_", "edit_", "enrol_", "unenrol_", "affect_", "remove_", "set_", "forum_", "message_send", "get_messages/",
    "logout",
)

# Operations on courses, of which 0 is a value like others. A stub that cannot leave a number unset says 0 for it.
ZERO_COUNTS = ("edit_courses", "update_course")

ENDED = {"client": 4711, "key": "0" * 32}


def calls(manifest, endpoint, password, base):
    """The calls of an endpoint, in an order in which none sees what another one changed.

    Each has `id` (operation/kind), `operation` as the wire names it, `parts` (pairs of name and value, in order), `basic` (user name and
    password for HTTP Basic, or null), `reset` (whether the school is to be made anew before it) and `expects`, which is for the judge. In
    values `{"$client": user}` and `{"$key": user}` stand for the session that a login of that user gives.
    """
    planned = []
    for case in cases(manifest, password, base):
        for wire, spelled in endpoint["operations"].items():
            if spelled["operation"] == case["operation"]:
                planned += [Speller(manifest, endpoint, password).call(wire, spelled, case, kind) for kind in KINDS]
    planned.sort(key=lambda call: (call["id"].endswith("/success"), changes(call)))
    dirty = False
    for call in planned:
        call["reset"] = dirty
        dirty = changes(call)
    return planned


def users():
    """Everybody who calls, of those who may log in."""
    known = json.loads(CASES.read_text())
    named = {case[part]["as"] for case in known for part in ("good", "refused") if "as" in case[part]}
    return sorted(named | {PORTAL, VISITOR, "student", "teacher"})


def changes(call):
    return call["id"].endswith("/success") and call["id"].startswith(CHANGES)


def cases(manifest, password, base):
    """Each operation's case: for each kind who calls (`as`), the arguments, and what is expected."""
    known = json.loads(CASES.read_text().replace(CASES_BASE, base))
    for case in known:
        operation = manifest["operations"][case["operation"]]
        kept = any("session" in param for param in operation["params"])
        good = case["good"]
        success = {"as": good["as"] if kept else None, "args": good["args"], "expects": {"has": good["has"]}}
        yield {
            "operation": case["operation"],
            "success": success,
            "error": error(case, success, kept),
            "permission": permission(case, success),
        }
    yield from of_the_protocol(password)


def error(case, success, kept):
    """A call that fails. An operation that fails of nothing else fails of a caller whom nobody knows."""
    if "bad" in case:
        return {"as": success["as"], "args": case["bad"]["args"], "expects": {"says": [case["bad"]["says"]]}}
    stranger = {"args": success["args"], "stranger": True}
    if case["operation"] in ASKED_AT_ANY_TIME:
        return stranger | {"expects": {"has": {"": -1}, "says_typed": [BAD_LOGIN]}}
    return stranger | {"expects": {"says": [BAD_SESSION if kept else BAD_LOGIN], "says_typed": [BAD_LOGIN]}}


def permission(case, success):
    """A call by somebody who may not. What everybody may do is refused to an account that was not given the operation, or the service."""
    refused = case["refused"]
    how = refused["how"]
    if how == "open":
        return withheld(case["operation"], success["args"])
    expects = {"denied": {"says": DENIED}, "hidden": {"nothing": True}}[how] if isinstance(how, str) else {"has": how}
    return {"as": refused["as"], "args": refused["args"], "expects": expects}


def withheld(operation, args):
    """A call by an account that was not given the operation, or the service."""
    return {"as": VISITOR if operation in ASKED_AT_ANY_TIME else PORTAL, "args": args, "expects": {"says": NO_ACCESS}}


def of_the_protocol(password):
    """The cases of the operations that begin and end a session."""
    said = {"says": [BAD_LOGIN]}
    session = {"$client": "student"}, {"$key": "student"}
    yield {
        "operation": "login",
        "success": {"args": {"username": "student", "password": password}, "expects": {"session": True}},
        "error": {"args": {"username": "student", "password": "not " + password}, "expects": said},
        "permission": {"args": {"username": BADGE, "password": password}, "expects": said},
    }
    yield {
        "operation": "logout",
        "success": {"args": {}, "session": session, "expects": {"has": {"": True}}},
        "error": {"args": {}, "session": (ENDED["client"], ENDED["key"]), "expects": {"says": [BAD_SESSION]}},
        "permission": {"args": {}, "session": (session[0], {"$key": "teacher"}), "expects": {"says": [BAD_SESSION]}},
    }


class Speller:
    """Spells calls for one endpoint: names and order of parts, records around lists, what a stub cannot leave out."""

    def __init__(self, manifest, endpoint, password):
        self.manifest, self.endpoint, self.password = manifest, endpoint, password
        self.typed = endpoint["style"] == "document"
        self.plain = endpoint["style"] == "plain"
        self.complete = endpoint["style"] == "rpc-encoded"

    def call(self, wire, spelled, case, kind):
        """One call. rpc/encoded has a session, document/literal HTTP Basic, and so has rpc/encoded where no part carries a session."""
        asked = case[kind]
        if kind == "permission" and not self.expressible(spelled, asked):
            asked = withheld(case["operation"], case["success"]["args"])
            asked["expects"]["other"] = True
        params = {param["name"]: param for param in self.manifest["operations"][case["operation"]]["params"]}
        user, stranger = asked.get("as"), asked.get("stranger", False)
        kept = any("session" in param for param in params.values())
        parts, basic = [], None
        if self.typed or not kept:
            # Each stranger is another one: who fails too often is not listened to any more.
            basic = [f"stranger-{wire}", "wrong"] if stranger else [user, self.password] if user else None
        for part in spelled["parts"]:
            carried = part["carries"]
            if carried == "nothing":
                carried = {"param": None}
            if "session" in carried:
                value = self.session(carried["session"], asked, user)
                if value is not None and (not self.typed or "session" in asked):
                    parts.append([part["name"], value])
            elif carried["param"] in asked["args"]:
                parts.append([part["name"], self.value(part["type"], asked["args"][carried["param"]])])
            elif self.complete:
                # A stub of rpc/encoded has an argument for every part.
                default = params.get(carried["param"], {}).get("presence", {}).get("default")
                parts.append([part["name"], self.value(part["type"], default)])
        return {
            "id": f"{case['operation']}/{kind}",
            "operation": wire,
            "parts": parts,
            "basic": basic,
            # Of an operation without an answer, a client is told nothing, whatever comes of it.
            "expects": asked["expects"] | ({"untold": True} if spelled.get("one-way") and not self.plain else {}),
        }

    @staticmethod
    def session(part, asked, user):
        if "session" in asked:
            return asked["session"][0 if part == "client" else 1]
        return {f"${part}": user} if user else ENDED[part]

    def expressible(self, spelled, asked):
        """Whether the parts can say what is asked. Some of the old shape have fewer parameters."""
        carried = {part["carries"]["param"] for part in spelled["parts"] if "param" in part["carries"]}
        params = {param["name"]: param for param in self.manifest["operations"][spelled["operation"]]["params"]}
        defaults = {name: param.get("presence", {}).get("default") for name, param in params.items()}
        return all(name in carried or value == defaults[name] for name, value in asked["args"].items())

    def value(self, ty, value):
        """A value as a type on the wire has it. Where a stub has a number, it has no empty text, and 0 for the column `id`."""
        if self.complete and value in ("", "id") and ty.get("xsd") in ("int", "float"):
            return 0
        if value is None or "xsd" in ty:
            return value
        wire = self.endpoint["types"][ty["named"]]
        if "list" in wire:
            return [self.value(wire["list"]["item"], item) for item in value]
        fields = wire["record"]["fields"]
        if wire["record"].get("wrapper"):
            return {fields[0]["name"]: self.value(fields[0]["type"], value)}
        pairs = [(field, value.get(field.get("key", field["name"]))) for field in fields]
        # A bean of rpc/encoded has every field. Null is what it has where nobody set one; where its type has no null, 0.
        return {field["name"]: self.value(field["type"], each) for field, each in pairs if each is not None or self.complete}


def plain(endpoint):
    """Plain HTTP as an endpoint: the simplified shape, whose fields have the names of the manifest."""
    operations = {}
    for name, spelled in endpoint["operations"].items():
        parts = [part | {"name": part["carries"].get("param", part["name"])} for part in spelled["parts"]]
        operations[name] = spelled | {"parts": parts}
    return endpoint | {"style": "plain", "operations": operations}


def published(endpoint):
    """An endpoint as it was published. Of the old shape one type is another there: `groupingData` is a list of groups."""
    if endpoint["profile"] != "oktech":
        return endpoint
    return endpoint | {"types": endpoint["types"] | {"groupingData": {"list": {"item": {"named": "groupDatum"}}}}}
