"""Whether an answer is what its case expects, and whether clients agree.

Clients show one answer in different shapes: objects, beans, records around lists, numbers as texts. `read` takes all of them to one,
by the types of the manifest; what does not fit is a fault of its own.
"""

import re
from datetime import datetime

PREFIX = re.compile(r"^Wspp (Base|Rest) Server :\s*")
DAY = 86_400
KEY = re.compile(r"^[0-9a-f]{32}$")

# An answer that is as good as any other that its case allows.
ANY = "any"


class Misfit(Exception):
    """An answer that has not its declared type."""


class Judge:
    def __init__(self, manifest, made):
        """`made`: when the school was made (Unix time). Later moments are equal to one another."""
        self.manifest, self.made = manifest, made

    def verdict(self, call, result, typed):
        """None when a call came out as expected, or what is wrong with it; and the answer in the one shape that all clients share."""
        if "broken" in result:
            return f"the client fails: {result['broken']}", None
        if "fault" in result:
            answer, text = None, PREFIX.sub("", result["fault"]).strip()
        else:
            try:
                answer = self.read(call, result["answer"])
            except Misfit as why:
                return f"the answer does not fit: {why}", None
            text = told(answer)
        expects = call["expects"]
        if expects.get("untold") and answer is None and text is None:
            return None, ANY
        says = expects.get("says_typed") if typed and "says_typed" in expects else expects.get("says")
        if says is not None:
            heard = text is not None and any(said in text for said in says)
            incomparable = expects.get("other") or (typed and "says_typed" in expects)
            return (None if heard else f"expected `{says[0]}`: {result}"), ANY if incomparable else shared(answer, text)
        if "fault" in result:
            return f"failed: {result['fault']}", None
        if expects.get("nothing"):
            none = answer == [] if typed else len(answer) == 1 and set(answer[0]) == {"error"}
            return (None if none else f"expected nothing: {result}"), ANY if typed else answer
        if expects.get("session"):
            good = answer.get("client", 0) > 0 and KEY.match(answer.get("sessionkey", ""))
            return (None if good else f"expected a session: {result}"), "a session"
        for pointer, wanted in expects["has"].items():
            found = at(answer, pointer)
            if not same(found, wanted):
                return f"at `{pointer}` expected {wanted!r}, found {found!r}", answer
        return None, answer

    def read(self, call, answer):
        slot = self.manifest["operations"][call["id"].split("/")[0]].get("result")
        return self.value(slot["type"], answer) if slot else None

    def value(self, ty, value):
        """A value of a type: a list, a dict of those fields that are not blank, or a scalar in its kind."""
        if "list" in ty:
            return [self.value(ty["list"]["type"], item) for item in listed(value)]
        if "record" in ty:
            return self.record(ty["record"], value)
        return self.scalar(ty["scalar"]["kind"], value)

    def record(self, name, value):
        if value is None or value == "" or value == []:
            return {}
        if not isinstance(value, dict):
            raise Misfit(f"{value!r} is no {name}")
        fields = {field["name"]: field["type"] for field in self.manifest["records"][name]["fields"]}
        # Two operations of the simplified shape show groupings as groups, which have fields of their own, always blank.
        strange = {key for key, each in value.items() if key not in fields and not is_blank(each)}
        if strange:
            raise Misfit(f"{name} has no {', '.join(sorted(strange))}")
        read = {key: self.value(fields[key], each) for key, each in value.items() if key in fields}
        return {key: each for key, each in read.items() if not is_blank(each)}

    def scalar(self, kind, value):
        try:
            if value is None:
                return None
            if kind == "bool":
                return {"true": True, "1": True, "false": False, "0": False, "": False}[str(value).lower()]
            if kind == "int":
                number = int(value if value != "" else 0)
                return "now" if self.made < number < self.made + DAY else number
            if kind == "float":
                return float(f"{float(value if value != '' else 0):.6g}")
        except (KeyError, ValueError, TypeError):
            raise Misfit(f"{value!r} is no {kind}") from None
        if isinstance(value, (dict, list)):
            raise Misfit(f"{value!r} is no text")
        return self.moment(str(value))

    def moment(self, text):
        """A text, unless it is a moment after the school was made."""
        try:
            return "now" if datetime.strptime(text + "+0000", "%d/%m/%Y %H:%M:%S%z").timestamp() > self.made else text
        except ValueError:
            return text


def listed(value):
    """The items of a list: as it is, in a record of one list, or in elements called `item`. A lone item is one that is no list."""
    while isinstance(value, dict) and len(value) == 1 and isinstance(next(iter(value.values())), (list, dict, type(None))):
        value = next(iter(value.values()))
    if value is None or value == "" or value == {}:
        return []
    return value if isinstance(value, list) else [value]


def is_blank(value):
    """Whether a value is what stands where there is none. A time zone is a text whose blank is 0."""
    return value in (None, "", "0", 0, False, [], {})


def told(answer):
    """The text of an answer that stands for a failure: the `error` of a record, or of the first item that has one."""
    items = answer if isinstance(answer, list) else [answer]
    return next((item["error"] for item in items if isinstance(item, dict) and item.get("error")), None)


def shared(answer, text):
    return answer if answer is not None else {"failure": text}


def difference(one, other, place=""):
    """The first place where two answers differ, with what is there; None where they do not."""
    if isinstance(one, dict) and isinstance(other, dict):
        pairs = [(f"{place}/{key}", one.get(key), other.get(key)) for key in sorted(set(one) | set(other))]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(f"{place}/{at}", *pair) for at, pair in enumerate(zip(one, other))]
    else:
        return None if one == other else f"{place or 'the answer'}: {one!r} where others have {other!r}"
    return next(filter(None, (difference(mine, theirs, at) for at, mine, theirs in pairs)), None)


def at(value, pointer):
    """The value at a JSON pointer; None where there is none."""
    for step in pointer.split("/")[1:]:
        if isinstance(value, list):
            value = value[int(step)] if int(step) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value


def same(found, wanted):
    """Whether a value is the one that was wanted. A blank is as good as none, for no client can tell them apart."""
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(same, found, wanted))
    return found == wanted or (is_blank(found) and is_blank(wanted))
