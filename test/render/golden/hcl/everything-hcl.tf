# Made by `spacetail render --format hcl`, version 0.1.0.
# Options: {"waitFor":["db:5432","git:22"],"bootTimeout":"90s","hostname":"runner","controlUrl":"https://control.test","apiUrl":"https://api.test","acceptDns":false,"acceptRoutes":true,"exitNode":"exit","shieldsUp":false,"httpProxy":"localhost:9090","socks5Server":"localhost:9091","noProxy":[".corp.test","10.0.0.0/8"],"tailscaledArgs":["--verbose=1"],"socket":"/tmp/tailscaled.sock","trace":true,"beforeHooks":[{"phase":"plan","command":"echo \"in the tunnel\" \\ ${HOME:-x} %{pct}"},{"phase":"plan","command":"echo outside: é 漢 💥","outsideTunnel":true},{"phase":"destroy","command":"echo 'yes: no'"}],"afterHooks":[{"phase":"plan","command":"echo bye","outsideTunnel":true},{"phase":"run","command":"- [over] {} *"}],"auth":{"oauthSecret":{"clientId":"k1","tags":["tag:a","tag:b"]}},"phases":["apply","init","plan"],"environment":{"GREETING":"hello \"${NAME:-you}\" %{x}\t\\","yes":"no","N":"0x1F","EMPTY_LIST":"[]"},"secretEnvironment":["PASSWORD","token"],"exitTrap":false,"name":"Tailnet (chosen)","description":"All \"chosen\": ${x}","labels":["team:platform","on"],"spaceId":"root","autoattach":"runtime:tailnet","attachments":[{"stackId":"web","priority":3,"spaceId":"root"},{"moduleId":"terraform-aws"}],"files":[{"path":"spacetail/boot.sh"},{"path":"source/.npmrc","content":"fund=false\nname=é\n","secret":false}],"runnerImage":"registry.test/runner:1"}

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
  default     = "Tailnet (chosen)"
  nullable    = false

  validation {
    condition     = trimspace(var.name) != ""
    error_message = "name must not be empty."
  }
}

variable "stack_label" {
  type        = string
  description = "The label that a stack carries to get the context."
  default     = "runtime:tailnet"
  nullable    = false

  validation {
    condition     = var.stack_label == null ? true : can(regex("^[^*]+$", var.stack_label)) && trimspace(var.stack_label) == var.stack_label && !startswith(var.stack_label, "autoattach:")
    error_message = "stack_label must be a plain label, without * and the autoattach: prefix."
  }
}

variable "space_id" {
  type        = string
  description = "ID of the space that the context is in; null for the space of the provider's credentials."
  default     = "root"
  nullable    = false

  validation {
    condition     = var.space_id == null ? true : trimspace(var.space_id) != ""
    error_message = "space_id must not be empty."
  }
}

variable "labels" {
  type        = list(string)
  description = "More labels of the context."
  default     = ["team:platform", "on"]
  nullable    = false

  validation {
    condition     = alltrue([for label in var.labels : can(regex("^[^*]+$", label)) && trimspace(label) == label && !startswith(label, "autoattach:")])
    error_message = "labels must be plain labels, without * and the autoattach: prefix."
  }
}

variable "oauth_client_secret" {
  type        = string
  description = "Secret of the Tailscale OAuth client that runs log in with."
  sensitive   = true
  nullable    = false
}

variable "secret_password" {
  type        = string
  description = "Value of the secret variable PASSWORD."
  sensitive   = true
  nullable    = false
}

variable "secret_token" {
  type        = string
  description = "Value of the secret variable token."
  sensitive   = true
  nullable    = false
}

variable "file_spacetail_boot_sh" {
  type        = string
  description = "Content of the file spacetail/boot.sh."
  sensitive   = true
  nullable    = false
}

locals {
  stack_label = var.stack_label
  tunnel_up = [
    "spacetail up --watch $$",
    "export HTTP_PROXY=http://localhost:9090 HTTPS_PROXY=http://localhost:9090 NO_PROXY=$(spacetail env NO_PROXY)",
    "export http_proxy=http://localhost:9090 https_proxy=http://localhost:9090 no_proxy=$NO_PROXY",
  ]
  tunnel_down = [
    "unset HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy",
    "eval \"$(spacetail env --restore)\"",
    "spacetail scrub",
    "spacetail down",
  ]
}

resource "spacelift_context" "tailnet" {
  name        = var.name
  description = "All \"chosen\": $${x}"
  space_id    = var.space_id
  labels      = concat(["autoattach:${local.stack_label}"], var.labels)
  before_init = local.tunnel_up
  after_init  = local.tunnel_down
  before_plan = [
    "echo outside: é 漢 💥",
    "spacetail up --watch $$",
    "export HTTP_PROXY=http://localhost:9090 HTTPS_PROXY=http://localhost:9090 NO_PROXY=$(spacetail env NO_PROXY)",
    "export http_proxy=http://localhost:9090 https_proxy=http://localhost:9090 no_proxy=$NO_PROXY",
    "echo \"in the tunnel\" \\ $${HOME:-x} %%{pct}",
  ]
  after_plan = [
    "unset HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy",
    "eval \"$(spacetail env --restore)\"",
    "spacetail scrub",
    "spacetail down",
    "echo bye",
  ]
  before_apply   = local.tunnel_up
  after_apply    = local.tunnel_down
  before_destroy = ["echo 'yes: no'"]
  after_run      = ["- [over] {} *"]
}

resource "spacelift_environment_variable" "TS_OAUTH_CLIENT_ID" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_OAUTH_CLIENT_ID"
  value      = "k1"
  write_only = false
}

resource "spacelift_environment_variable" "TS_OAUTH_CLIENT_SECRET" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_OAUTH_CLIENT_SECRET"
  value      = var.oauth_client_secret
  write_only = true

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

resource "spacelift_environment_variable" "TS_OAUTH_TAGS" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_OAUTH_TAGS"
  value      = "tag:a,tag:b"
  write_only = false
}

resource "spacelift_environment_variable" "TS_WAIT_FOR" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_WAIT_FOR"
  value      = "db:5432,git:22"
  write_only = false
}

resource "spacelift_environment_variable" "TS_BOOT_TIMEOUT" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_BOOT_TIMEOUT"
  value      = "90s"
  write_only = false
}

resource "spacelift_environment_variable" "TS_HOSTNAME" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_HOSTNAME"
  value      = "runner"
  write_only = false
}

resource "spacelift_environment_variable" "TS_CONTROL_URL" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_CONTROL_URL"
  value      = "https://control.test"
  write_only = false
}

resource "spacelift_environment_variable" "TS_API_URL" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_API_URL"
  value      = "https://api.test"
  write_only = false
}

resource "spacelift_environment_variable" "TS_EXTRA_ARGS" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_EXTRA_ARGS"
  value      = "--accept-dns=false --accept-routes=true --exit-node=exit --shields-up=false"
  write_only = false
}

resource "spacelift_environment_variable" "TS_OUTBOUND_HTTP_PROXY_LISTEN" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_OUTBOUND_HTTP_PROXY_LISTEN"
  value      = "localhost:9090"
  write_only = false
}

resource "spacelift_environment_variable" "TS_SOCKS5_SERVER" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_SOCKS5_SERVER"
  value      = "localhost:9091"
  write_only = false
}

resource "spacelift_environment_variable" "TS_NO_PROXY" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_NO_PROXY"
  value      = ".corp.test,10.0.0.0/8"
  write_only = false
}

resource "spacelift_environment_variable" "TS_TAILSCALED_EXTRA_ARGS" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_TAILSCALED_EXTRA_ARGS"
  value      = "--verbose=1"
  write_only = false
}

resource "spacelift_environment_variable" "TS_SOCKET" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_SOCKET"
  value      = "/tmp/tailscaled.sock"
  write_only = false
}

resource "spacelift_environment_variable" "TRACE" {
  context_id = spacelift_context.tailnet.id
  name       = "TRACE"
  value      = "true"
  write_only = false
}

resource "spacelift_environment_variable" "GREETING" {
  context_id = spacelift_context.tailnet.id
  name       = "GREETING"
  value      = "hello \"$${NAME:-you}\" %%{x}\t\\"
  write_only = false
}

resource "spacelift_environment_variable" "yes" {
  context_id = spacelift_context.tailnet.id
  name       = "yes"
  value      = "no"
  write_only = false
}

resource "spacelift_environment_variable" "N" {
  context_id = spacelift_context.tailnet.id
  name       = "N"
  value      = "0x1F"
  write_only = false
}

resource "spacelift_environment_variable" "EMPTY_LIST" {
  context_id = spacelift_context.tailnet.id
  name       = "EMPTY_LIST"
  value      = "[]"
  write_only = false
}

resource "spacelift_environment_variable" "PASSWORD" {
  context_id = spacelift_context.tailnet.id
  name       = "PASSWORD"
  value      = var.secret_password
  write_only = true

  lifecycle {
    precondition {
      condition     = trimspace(var.secret_password) != "" && !can(regex("[\r\n]", var.secret_password))
      error_message = "secret_password must not be empty, and must be one line."
    }
  }
}

resource "spacelift_environment_variable" "token" {
  context_id = spacelift_context.tailnet.id
  name       = "token"
  value      = var.secret_token
  write_only = true

  lifecycle {
    precondition {
      condition     = trimspace(var.secret_token) != "" && !can(regex("[\r\n]", var.secret_token))
      error_message = "secret_token must not be empty, and must be one line."
    }
  }
}

resource "spacelift_mounted_file" "file_spacetail_boot_sh" {
  context_id    = spacelift_context.tailnet.id
  relative_path = "spacetail/boot.sh"
  content       = base64encode(var.file_spacetail_boot_sh)
  write_only    = true

  lifecycle {
    precondition {
      condition     = var.file_spacetail_boot_sh != ""
      error_message = "file_spacetail_boot_sh must not be empty."
    }
  }
}

resource "spacelift_mounted_file" "file_source__npmrc" {
  context_id    = spacelift_context.tailnet.id
  relative_path = "source/.npmrc"
  content       = "ZnVuZD1mYWxzZQpuYW1lPcOpCg=="
  write_only    = false
}

resource "spacelift_context_attachment" "stack_web" {
  context_id = spacelift_context.tailnet.id
  stack_id   = "web"
  priority   = 3
}

resource "spacelift_context_attachment" "module_terraform-aws" {
  context_id = spacelift_context.tailnet.id
  module_id  = "terraform-aws"
}

output "context_id" {
  description = "ID of the context."
  value       = spacelift_context.tailnet.id
}

output "stack_label" {
  description = "The label that puts a stack on the tailnet."
  value       = local.stack_label
}

output "runner_image" {
  description = "The runner image that stacks should use."
  value       = "registry.test/runner:1"
}
