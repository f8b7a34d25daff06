# Made by `spacetail render --format hcl`, version 0.1.0.

locals {
  stack_label = var.stack_label == null ? trim(replace(lower(var.name), "/[^a-z0-9]+/", "-"), "-") : var.stack_label
  tunnel_up = [
    "spacetail up --watch $$",
    "trap 'spacetail down' EXIT",
    "export HTTP_PROXY=http://localhost:8080 HTTPS_PROXY=http://localhost:8080 NO_PROXY=$(spacetail env NO_PROXY)",
    "export http_proxy=http://localhost:8080 https_proxy=http://localhost:8080 no_proxy=$NO_PROXY",
  ]
  tunnel_down = [
    "unset HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy",
    "eval \"$(spacetail env --restore)\"",
    "spacetail scrub",
  ]
}

resource "tailscale_oauth_client" "tailnet" {
  tags        = ["tag:spacelift"]
  description = "Spacelift runs"
  scopes      = ["auth_keys"]
}

resource "spacelift_context" "tailnet" {
  name         = var.name
  description  = "Puts runs on a Tailscale tailnet, with spacetail"
  space_id     = var.space_id
  labels       = concat(["autoattach:${local.stack_label}"], var.labels)
  before_init  = local.tunnel_up
  after_init   = local.tunnel_down
  before_plan  = local.tunnel_up
  after_plan   = local.tunnel_down
  before_apply = local.tunnel_up
  after_apply  = local.tunnel_down

  lifecycle {
    precondition {
      condition     = local.stack_label != ""
      error_message = "name must contain a letter or digit, because the stack label is derived from it unless stack_label is given."
    }
  }
}

resource "spacelift_environment_variable" "TS_OAUTH_CLIENT_ID" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_OAUTH_CLIENT_ID"
  value      = tailscale_oauth_client.tailnet.id
  write_only = false
}

resource "spacelift_environment_variable" "TS_OAUTH_CLIENT_SECRET" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_OAUTH_CLIENT_SECRET"
  value      = tailscale_oauth_client.tailnet.key
  write_only = true
}

resource "spacelift_environment_variable" "TS_OAUTH_TAGS" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_OAUTH_TAGS"
  value      = "tag:spacelift"
  write_only = false
}
