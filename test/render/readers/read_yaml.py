# SPDX-License-Identifier: Apache-2.0
"""Reads YAML as PyYAML does, which is a reader of YAML 1.1. Input and output are those of main.go."""

import json
import sys

import yaml


def checked(value):
    """The value, unless json would make text of something else."""
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"the key {key!r} is not text")
        return {key: checked(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [checked(inner) for inner in value]
    return value


def read(document):
    try:
        return {"value": checked(yaml.safe_load(document))}
    except (yaml.YAMLError, TypeError) as error:
        return {"value": None, "error": str(error)}


json.dump([read(document) for document in json.load(sys.stdin)], sys.stdout)
