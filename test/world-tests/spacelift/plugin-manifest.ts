// SPDX-License-Identifier: Apache-2.0

/** A manifest that has all that the embedded account knows of one. */
export const MANIFEST = `
name: tailnet
version: 1.0.0
description: Puts runs on a tailnet.
author: somebody
labels:
- network
parameters:
- id: client_secret
  name: Client secret
  description: Of an OAuth client
  sensitive: true
  required: true
- id: hostname
  name: Host name
  description: Of the node
  default: runner
contexts:
- name_prefix: tailnet
  description: The tunnel
  labels:
  - made-by-hand
  env:
  - key: TS_OAUTH_CLIENT_SECRET
    value_from_parameter: client_secret
    sensitive: true
  - key: TS_HOSTNAME
    value_from_parameter: hostname
  - key: TRACE
    value: 'true'
    sensitive: false
  mounted_files:
  - path: /mnt/workspace/tailnet/note.txt
    content: |-
      one
      two
    sensitive: false
  hooks:
    before_plan:
    - spacetail up --watch $$
    - trap 'spacetail down' EXIT
    after_plan:
    - spacetail scrub
`;
