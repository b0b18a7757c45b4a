"""A player of calls: a proxy of gSOAP, compiled to `play` in the working folder. Usage: play_gsoap.py PLAN; see play.py for the plan and
the results. The typed classes are filled from XML and shown as XML, for C++ has no names of fields when it runs."""

import json
import subprocess
import sys
import urllib.request
import xml.etree.ElementTree as ET

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class Player:
    def __init__(self, plan):
        self.plan, self.sessions = plan, {}
        self.namespace = ET.parse(plan["wsdl"]).getroot().get("targetNamespace")

    def play(self, call):
        if call["reset"]:
            urllib.request.urlopen(self.plan["control"]).close()
            self.sessions.clear()
        try:
            return self.call(call["operation"], call["parts"], call["basic"] or [])
        except Exception as why:
            return {"broken": f"{type(why).__name__}: {why}"}

    def call(self, operation, parts, basic):
        request = ET.Element(self.name(operation))
        for name, value in parts:
            self.add(request, name, self.resolved(value))
        ET.ElementTree(request).write("request.xml", encoding="utf-8")
        done = subprocess.run(["./play", operation, "request.xml", self.plan["address"], *basic], capture_output=True, text=True)
        if done.returncode:
            return {"broken": done.stderr[-300:]}
        if done.stdout.startswith("FAULT "):
            return {"fault": done.stdout[len("FAULT ") :].strip()}
        answer = shown(ET.fromstring(done.stdout))
        return {"answer": answer.get("return") if isinstance(answer, dict) else None}

    def add(self, parent, name, value):
        if isinstance(value, list):
            child = ET.SubElement(parent, self.name(name))
            for item in value:
                self.add(child, "item", item)
        elif isinstance(value, dict):
            child = ET.SubElement(parent, self.name(name))
            for key, each in value.items():
                self.add(child, key, each)
        elif value is not None:
            ET.SubElement(parent, self.name(name)).text = str(value).lower() if isinstance(value, bool) else str(value)

    def name(self, local):
        return f"{{{self.namespace}}}{local}"

    def resolved(self, value):
        """A value with the number or the key of a session in its place."""
        for mark, part in (("$client", "client"), ("$key", "sessionkey")):
            if isinstance(value, dict) and mark in value:
                return self.session(value[mark])[part]
        return value

    def session(self, user):
        """The session of a user, which a login opens when it is first asked for."""
        if user not in self.sessions:
            self.sessions[user] = self.call("login", [["username", user], ["password", self.plan["password"]]], [])["answer"]
        return self.sessions[user]


def shown(element):
    if element.get(NIL) == "true":
        return None
    names = [child.tag.split("}")[-1] for child in element]
    if not names:
        return element.text or ""
    if set(names) == {"item"}:
        return [shown(child) for child in element]
    return {name: shown(child) for name, child in zip(names, element)}


player = Player(json.load(open(sys.argv[1])))
for call in player.plan["calls"]:
    print(json.dumps({"id": call["id"]} | player.play(call), ensure_ascii=False), flush=True)
