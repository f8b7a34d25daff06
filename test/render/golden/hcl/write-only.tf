# Made by `spacetail render --format hcl`, version 0.1.0.
# Options: {"auth":{"oauthSecret":true},"writeOnlyVersion":"2","secretEnvironment":["PASSWORD"],"files":[{"path":"secrets/key.pem"}]}

terraform {
  required_version = ">= 1.11.0"

  required_providers {
    spacelift = {
      source  = "spacelift-io/spacelift"
      version = ">= 1.44.0, < 2.0.0"
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

variable "write_only_version" {
  type        = string
  description = "Version of the secrets: when it changes, they are sent again."
  default     = "2"
  nullable    = false

  validation {
    condition     = trimspace(var.write_only_version) != ""
    error_message = "write_only_version must not be empty."
  }
}

variable "oauth_client_secret" {
  type        = string
  description = "Secret of the Tailscale OAuth client that runs log in with."
  sensitive   = true
  ephemeral   = true
  nullable    = false
}

variable "secret_password" {
  type        = string
  description = "Value of the secret variable PASSWORD."
  sensitive   = true
  ephemeral   = true
  nullable    = false
}

variable "file_secrets_key_pem" {
  type        = string
  description = "Content of the file secrets/key.pem."
  sensitive   = true
  ephemeral   = true
  nullable    = false
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

resource "spacelift_context" "tailnet" {
  name           = var.name
  description    = "Puts runs on a Tailscale tailnet, with spacetail"
  space_id       = var.space_id
  labels         = concat(["autoattach:${local.stack_label}"], var.labels)
  before_plan    = local.tunnel_up
  after_plan     = local.tunnel_down
  before_apply   = local.tunnel_up
  after_apply    = local.tunnel_down
  before_perform = local.tunnel_up
  after_perform  = local.tunnel_down
  before_destroy = local.tunnel_up
  after_destroy  = local.tunnel_down

  lifecycle {
    precondition {
      condition     = local.stack_label != ""
      error_message = "name must contain a letter or digit, because the stack label is derived from it unless stack_label is given."
    }
  }
}

resource "spacelift_environment_variable" "TS_OAUTH_CLIENT_SECRET" {
  context_id       = spacelift_context.tailnet.id
  name             = "TS_OAUTH_CLIENT_SECRET"
  value_wo         = var.oauth_client_secret
  value_wo_version = var.write_only_version
  write_only       = true

  lifecycle {
    precondition {
      condition     = trimspace(var.oauth_client_secret) != "" && !can(regex("[\r\n]", var.oauth_client_secret))
      error_message = "oauth_client_secret must not be empty, and must be one line."
    }

    precondition {
      condition     = !startswith(var.oauth_client_secret, "tskey-auth-")
      error_message = "oauth_client_secret must be the secret of an OAuth client, not an auth key."
    }
  }
}

resource "spacelift_environment_variable" "PASSWORD" {
  context_id       = spacelift_context.tailnet.id
  name             = "PASSWORD"
  value_wo         = var.secret_password
  value_wo_version = var.write_only_version
  write_only       = true

  lifecycle {
    precondition {
      condition     = trimspace(var.secret_password) != "" && !can(regex("[\r\n]", var.secret_password))
      error_message = "secret_password must not be empty, and must be one line."
    }
  }
}

resource "spacelift_mounted_file" "file_secrets_key_pem" {
  context_id         = spacelift_context.tailnet.id
  relative_path      = "secrets/key.pem"
  content_wo         = base64encode(var.file_secrets_key_pem)
  content_wo_version = var.write_only_version
  write_only         = true

  lifecycle {
    precondition {
      condition     = var.file_secrets_key_pem != ""
      error_message = "file_secrets_key_pem must not be empty."
    }
  }
}

output "context_id" {
  description = "ID of the context."
  value       = spacelift_context.tailnet.id
}

output "stack_label" {
  description = "The label that puts a stack on the tailnet."
  value       = local.stack_label
}
