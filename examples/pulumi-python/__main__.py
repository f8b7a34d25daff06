# SPDX-License-Identifier: Apache-2.0
"""Puts the runs of every stack that carries the label `tailnet` on a tailnet."""

import pulumi

# The SDK of a local folder has this name. From https://HOST/OWNER/spacetail/pulumi, it is OWNER_spacetail.
import pulumi_spacetail as spacetail

oauth_client = spacetail.TailnetOAuthClient("oauth-client", tags=["tag:spacelift"])

context = spacetail.TailnetContext(
    "tailnet",
    name="tailnet",
    auth=spacetail.TailnetAuthArgs(
        oauth_client=spacetail.TailnetOAuthSecretArgs(
            client_id=oauth_client.client_id,
            client_secret=oauth_client.client_secret,
            tags=oauth_client.tags,
        ),
    ),
    phases=["init", "plan", "apply"],
)

pulumi.export("stack_label", context.stack_label)
