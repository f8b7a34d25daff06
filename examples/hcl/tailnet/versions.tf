# Made by `spacetail render --format hcl`, version 0.1.0.

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
