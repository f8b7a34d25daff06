# Made by `spacetail render --format hcl`, version 0.1.0.
# Options: {"account":"acme","applyTags":["tag:apply"],"tags":["tag:plan","tag:more"],"trust":{"spaceId":"root","stack":"network-*","runTypes":["PROPOSED","TRACKED"]},"grants":[{"dst":["tag:db"],"ip":["tcp:5432"],"src":["tag:plan"]},{"dst":["10.0.0.0/8"]}],"phases":["plan","apply"]}

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

variable "stack_label" {
  type        = string
  description = "The label that a stack carries to get the context; null for the one that is derived from the name."
  default     = null

  validation {
    condition     = var.stack_label == null ? true : can(regex("^[^*]+$", var.stack_label)) && trimspace(var.stack_label) == var.stack_label && !startswith(var.stack_label, "autoattach:")
    error_message = "stack_label must be a plain label, without * and the autoattach: prefix."
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
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for label in var.labels : can(regex("^[^*]+$", label)) && trimspace(label) == label && !startswith(label, "autoattach:")])
    error_message = "labels must be plain labels, without * and the autoattach: prefix."
  }
}

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

resource "tailscale_federated_identity" "tailnet" {
  tags        = ["tag:plan", "tag:more"]
  issuer      = "https://acme.app.spacelift.io"
  audience    = "acme.app.spacelift.io"
  subject     = "space:root:stack:network-*:run_type:*ED:scope:*"
  description = "Spacelift runs"
  scopes      = ["auth_keys"]
  custom_claim_rules = {
    spaceId    = "root"
    callerType = "stack"
    callerId   = "network-*"
    runType    = "*ED"
  }
}

resource "tailscale_federated_identity" "apply" {
  tags        = ["tag:apply"]
  issuer      = "https://acme.app.spacelift.io"
  audience    = "acme.app.spacelift.io"
  subject     = "space:root:stack:network-*:run_type:*ED:scope:write"
  description = "Spacelift applies"
  scopes      = ["auth_keys"]
  custom_claim_rules = {
    spaceId    = "root"
    callerType = "stack"
    callerId   = "network-*"
    runType    = "*ED"
    scope      = "write"
  }
}

resource "spacelift_context" "tailnet" {
  name         = var.name
  description  = "Puts runs on a Tailscale tailnet, with spacetail"
  space_id     = var.space_id
  labels       = concat(["autoattach:${local.stack_label}"], var.labels)
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

resource "spacelift_environment_variable" "ro_TS_CLIENT_ID" {
  context_id = spacelift_context.tailnet.id
  name       = "ro_TS_CLIENT_ID"
  value      = tailscale_federated_identity.tailnet.id
  write_only = false
}

resource "spacelift_environment_variable" "ro_TS_OAUTH_TAGS" {
  context_id = spacelift_context.tailnet.id
  name       = "ro_TS_OAUTH_TAGS"
  value      = "tag:more,tag:plan"
  write_only = false
}

resource "spacelift_environment_variable" "wo_TS_CLIENT_ID" {
  context_id = spacelift_context.tailnet.id
  name       = "wo_TS_CLIENT_ID"
  value      = tailscale_federated_identity.apply.id
  write_only = false
}

resource "spacelift_environment_variable" "wo_TS_OAUTH_TAGS" {
  context_id = spacelift_context.tailnet.id
  name       = "wo_TS_OAUTH_TAGS"
  value      = "tag:apply"
  write_only = false
}

output "context_id" {
  description = "ID of the context."
  value       = spacelift_context.tailnet.id
}

output "stack_label" {
  description = "The label that puts a stack on the tailnet."
  value       = local.stack_label
}

output "policy" {
  description = "What the tailnet's policy must say about the tags, as JSON."
  value = jsonencode({
    tagOwners = {
      "tag:plan"  = ["autogroup:admin"]
      "tag:more"  = ["autogroup:admin"]
      "tag:apply" = ["autogroup:admin"]
    }
    grants = [
      {
        src = ["tag:plan"]
        dst = ["tag:db"]
        ip  = ["tcp:5432"]
      },
      {
        src = ["tag:plan", "tag:more", "tag:apply"]
        dst = ["10.0.0.0/8"]
        ip  = ["*"]
      },
    ]
  })
}
