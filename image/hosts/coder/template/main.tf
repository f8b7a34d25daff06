# A Coder template: workspaces in Docker containers that are on the tailnet, each the same node as long as it has its
# home volume.
terraform {
  required_providers {
    coder = {
      source  = "coder/coder"
      version = ">= 2.0.0"
    }
    docker = {
      source  = "kreuzwerker/docker"
      version = ">= 3.0.0"
    }
  }
}

variable "image" {
  description = "The image that image/hosts/coder/Dockerfile makes."
  type        = string
  default     = "workspace-tailnet"
}

variable "authkey_file" {
  description = "A file on the Docker host with an auth key; empty if owners of workspaces log in themselves."
  type        = string
  default     = ""
}

data "coder_provisioner" "me" {}
data "coder_workspace" "me" {}
data "coder_workspace_owner" "me" {}

locals {
  key = "/run/secrets/tailscale.key"

  # The agent must start even if the tunnel does not, so only what it starts uses the proxies.
  proxies = {
    ALL_PROXY   = "socks5h://localhost:1080"
    http_proxy  = "http://localhost:3128"
    https_proxy = "http://localhost:3128"
  }
}

resource "coder_agent" "main" {
  arch = data.coder_provisioner.me.arch
  os   = "linux"
  env  = local.proxies

  # The state of the tunnel is shown with the workspace.
  metadata {
    key          = "tailnet"
    display_name = "Tailnet"
    script       = "spacetail status | head -n 1"
    interval     = 30
    timeout      = 5
  }
}

# Prints the web page on which the owner logs in, unless there is a key or the home volume has a login already.
resource "coder_script" "tailnet" {
  agent_id     = coder_agent.main.id
  display_name = "Tailnet"
  script       = "coder-tailnet start"
  run_on_start = true
}

resource "docker_volume" "home" {
  name = "coder-${data.coder_workspace.me.id}-home"

  # A name that changes must not cost anybody the home folder.
  lifecycle {
    ignore_changes = all
  }
}

resource "docker_container" "workspace" {
  count    = data.coder_workspace.me.start_count
  image    = var.image
  name     = "coder-${data.coder_workspace_owner.me.name}-${lower(data.coder_workspace.me.name)}"
  hostname = lower(data.coder_workspace.me.name)

  entrypoint = concat(
    ["env"],
    flatten([for name in keys(local.proxies) : ["-u", name]]),
    ["sh", "-c", replace(coder_agent.main.init_script, "/localhost|127\\.0\\.0\\.1/", "host.docker.internal")],
  )
  env = concat(
    ["CODER_AGENT_TOKEN=${coder_agent.main.token}"],
    ["TS_HOSTNAME=${data.coder_workspace_owner.me.name}-${data.coder_workspace.me.name}"],
    var.authkey_file == "" ? [] : ["TS_AUTHKEY=file:${local.key}"],
  )

  host {
    host = "host.docker.internal"
    ip   = "host-gateway"
  }

  volumes {
    container_path = "/home/coder"
    volume_name    = docker_volume.home.name
  }

  dynamic "volumes" {
    for_each = var.authkey_file == "" ? [] : [var.authkey_file]
    content {
      container_path = local.key
      host_path      = volumes.value
      read_only      = true
    }
  }
}
