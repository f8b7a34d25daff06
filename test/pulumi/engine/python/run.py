# SPDX-License-Identifier: Apache-2.0
"""Runs a Python program against an engine. Source: pulumi/pulumi, sdk/python/cmd/pulumi-language-python-exec."""

import asyncio
import runpy
import sys

import pulumi

address, project, stack, dry_run, program = sys.argv[1:]
pulumi.runtime.configure(
    pulumi.runtime.Settings(
        monitor=address, engine=address, project=project, stack=stack, dry_run=dry_run == "true", parallel=8
    )
)
run = pulumi.runtime.run_in_stack(lambda: runpy.run_path(program, run_name="__main__"))
asyncio.run(run)
