# Made by `spacetail render --format hcl`, version 0.1.0.
# Options: {"auth":{"federated":{"identity":{"clientId":"k","tags":["tag:a"],"spaceId":"root","runTypes":["TRACKED"],"scope":"write"}}},"phases":["apply"]}

terraform {
  required_version = ">= 1.3.0"

  required_providers {
    spacelift = {
      source  = "spacelift-io/spacelift"
      version = ">= 1.20.0, < 2.0.0"
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
}

resource "spacelift_context" "tailnet" {
  name        = var.name
  description = "Puts runs on a Tailscale tailnet, with spacetail"
  space_id    = var.space_id
  labels      = concat(["autoattach:${local.stack_label}"], var.labels)
  before_apply = [
    "spacetail up --watch $$",
    "trap 'spacetail down' EXIT",
    "export HTTP_PROXY=http://localhost:8080 HTTPS_PROXY=http://localhost:8080 NO_PROXY=$(spacetail env NO_PROXY)",
    "export http_proxy=http://localhost:8080 https_proxy=http://localhost:8080 no_proxy=$NO_PROXY",
  ]
  after_apply = [
    "unset HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy",
    "eval \"$(spacetail env --restore)\"",
    "spacetail scrub",
  ]

  lifecycle {
    precondition {
      condition     = local.stack_label != ""
      error_message = "name must contain a letter or digit, because the stack label is derived from it unless stack_label is given."
    }
  }
}

resource "spacelift_environment_variable" "TS_CLIENT_ID" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_CLIENT_ID"
  value      = "k"
  write_only = false
}

resource "spacelift_environment_variable" "TS_OAUTH_TAGS" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_OAUTH_TAGS"
  value      = "tag:a"
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
