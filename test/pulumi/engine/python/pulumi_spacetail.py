# SPDX-License-Identifier: Apache-2.0
"""The SDK of the components as far as the example needs it, made of the schema that the plugin serves.

`pulumi package add` writes one to the same effect: a class for every resource and every type, with Python's names for
what Pulumi calls by others, and `remote=True`, which has the engine ask the plugin.
"""

import json
import os
import re

import pulumi

with open(os.environ["SPACETAIL_SCHEMA"], encoding="utf-8") as file:
    SCHEMA = json.load(file)


def snake(name):
    return re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name)


def translated(values, properties, owner):
    """The values by the schema's names. Unknown ones are mistakes, as they are for the functions of a real SDK."""
    names = {snake(name): name for name in properties}
    unknown = values.keys() - names.keys()
    if unknown:
        raise TypeError(f"{owner} got unexpected arguments: {', '.join(sorted(unknown))}")
    return {names[name]: value for name, value in values.items()}


def type_class(name, properties):
    def new(_, **values):
        return translated(values, properties, name)

    return type(name, (), {"__new__": new})


def output_of(name):
    return property(lambda self: pulumi.get(self, name))


def resource_class(token, resource):
    def init(self, resource_name, opts=None, **values):
        properties = translated(values, resource["inputProperties"], token)
        missing = [name for name in resource.get("requiredInputs", []) if name not in properties]
        if missing:
            raise TypeError(f"Missing required properties: {', '.join(missing)}")
        outputs = dict.fromkeys(resource["properties"])
        pulumi.ComponentResource.__init__(self, token, resource_name, {**outputs, **properties}, opts, remote=True)

    members = {snake(name): output_of(name) for name in resource["properties"]}
    return type(token.split(":")[-1], (pulumi.ComponentResource,), {"__init__": init, **members})


for token, each in SCHEMA["types"].items():
    name = token.split(":")[-1] + "Args"
    globals()[name] = type_class(name, each.get("properties", {}))
for token, each in SCHEMA["resources"].items():
    globals()[token.split(":")[-1]] = resource_class(token, each)
