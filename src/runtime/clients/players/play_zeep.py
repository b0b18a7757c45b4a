"""A player of calls: zeep, with a WSDL of either style. Usage: play_zeep.py PLAN; see play.py for the plan and the results."""

import json
import logging
import sys
import urllib.request

import requests
import zeep
from zeep.helpers import serialize_object

logging.getLogger("zeep").setLevel(logging.CRITICAL)


# What a WSDL needs of the schema of SOAP encoding. zeep would fetch the whole from the network.
ENCODING = b"""<schema xmlns="http://www.w3.org/2001/XMLSchema" xmlns:e="http://schemas.xmlsoap.org/soap/encoding/"
        targetNamespace="http://schemas.xmlsoap.org/soap/encoding/">
    <attribute name="arrayType" type="string"/>
    <group name="Array">
        <sequence><any namespace="##any" minOccurs="0" maxOccurs="unbounded" processContents="lax"/></sequence>
    </group>
    <complexType name="Array">
        <group ref="e:Array" minOccurs="0"/>
        <attribute ref="e:arrayType"/>
        <anyAttribute namespace="##other" processContents="lax"/>
    </complexType>
</schema>"""


class Transport(zeep.Transport):
    def load(self, url):
        return ENCODING if url == "http://schemas.xmlsoap.org/soap/encoding/" else super().load(url)


class Player:
    def __init__(self, plan):
        self.plan, self.sessions = plan, {}
        self.document = plan["style"] == "document"
        self.client = zeep.Client(plan["wsdl"], transport=Transport())
        (service,) = self.client.wsdl.services.values()
        (port,) = service.ports.values()
        self.operations = port.binding._operations
        self.service = self.client.create_service(port.binding.name, plan["address"])

    def play(self, call):
        if call["reset"]:
            urllib.request.urlopen(self.plan["control"]).close()
            self.sessions.clear()
        try:
            answer = self.call(call["operation"], call["parts"], call["basic"])
            return {"answer": serialize_object(answer, dict)}
        except zeep.exceptions.Fault as fault:
            return {"fault": fault.message}
        except Exception as why:
            return {"broken": f"{type(why).__name__}: {why}"}

    def call(self, operation, parts, basic=None):
        self.client.transport.session.auth = requests.auth.HTTPBasicAuth(*basic) if basic else None
        wanted = self.operations[operation].input.body.type
        types = {name: element.type for name, element in wanted.elements}
        return self.service[operation](**{name: self.value(value, types[name]) for name, value in parts})

    def value(self, value, ty):
        """A value of a type of the WSDL."""
        if isinstance(value, dict) and "$client" in value:
            return self.session(value["$client"])["client"]
        if isinstance(value, dict) and "$key" in value:
            return self.session(value["$key"])["sessionkey"]
        if isinstance(value, dict):
            types = {name: element.type for name, element in ty.elements}
            return {name: self.value(each, types[name]) for name, each in value.items()}
        if isinstance(value, list):
            return self.array(value, ty)
        # zeep sends no null where the WSDL does not say `nillable`.
        return zeep.xsd.SkipValue if value is None else value

    def array(self, items, ty):
        if self.document:
            ((_, item),) = ty.elements
            return {"item": [self.value(each, item.type) for each in items]}
        # zeep can send no empty array.
        item = ty._array_type.array_type
        return [self.value(each, item) for each in items] or zeep.xsd.SkipValue

    def session(self, user):
        """The session of a user, which a login opens when it is first asked for."""
        if user not in self.sessions:
            self.sessions[user] = self.call("login", [["username", user], ["password", self.plan["password"]]])
        return self.sessions[user]


player = Player(json.load(open(sys.argv[1])))
for call in player.plan["calls"]:
    print(json.dumps({"id": call["id"]} | player.play(call), ensure_ascii=False, default=str), flush=True)
