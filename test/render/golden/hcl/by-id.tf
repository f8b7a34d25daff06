# Made by `spacetail render --format hcl`, version 0.1.0.
# Options: {"autoattachLabels":[],"attachments":[{"stackId":"web"}],"labels":["team:platform"]}

terraform {
  required_version = ">= 1.3.0"

  required_providers {
    spacelift = {
      source  = "spacelift-io/spacelift"
      version = ">= 1.20.0, < 2.0.0"
    }
    tailscale = {
      source  = "tailscale/tailscale"
      version = ">= 0.29.0, < 1.0.0"
    }
  }
}

variable "name" {
  type        = string
  description = "Name of the context, unique in the account."
  default     = "tailnet"
  nullable    = false

  validation {
    condition     = trimspace(var.name) != ""
    error_message = "name must not be empty."
  }
}

variable "space_id" {
  type        = string
  description = "ID of the space that the context is in; null for the space of the provider's credentials."
  default     = null

  validation {
    condition     = var.space_id == null ? true : trimspace(var.space_id) != ""
    error_message = "space_id must not be empty."
  }
}

variable "labels" {
  type        = list(string)
  description = "More labels of the context."
  default     = ["team:platform"]
  nullable    = false

  validation {
    condition     = alltrue([for label in var.labels : can(regex("^[^*]+$", label)) && trimspace(label) == label && !startswith(label, "autoattach:")])
    error_message = "labels must be plain labels, without * and the autoattach: prefix."
  }
}

locals {
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
  name           = var.name
  description    = "Puts runs on a Tailscale tailnet, with spacetail"
  space_id       = var.space_id
  labels         = var.labels
  before_plan    = local.tunnel_up
  after_plan     = local.tunnel_down
  before_apply   = local.tunnel_up
  after_apply    = local.tunnel_down
  before_perform = local.tunnel_up
  after_perform  = local.tunnel_down
  before_destroy = local.tunnel_up
  after_destroy  = local.tunnel_down
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

resource "spacelift_context_attachment" "stack_web" {
  context_id = spacelift_context.tailnet.id
  stack_id   = "web"
}

output "context_id" {
  description = "ID of the context."
  value       = spacelift_context.tailnet.id
}

output "policy" {
  description = "What the tailnet's policy must say about the tags, as JSON."
  value = jsonencode({
    tagOwners = {
      "tag:spacelift" = ["autogroup:admin"]
    }
    grants = []
  })
}
