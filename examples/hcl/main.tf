# Puts runs on a tailnet: the module in ./tailnet creates a Tailscale OAuth client and a Spacelift context.
terraform {
  required_providers {
    spacelift = {
      source = "spacelift-io/spacelift"
    }
    tailscale = {
      source = "tailscale/tailscale"
    }
  }
}

provider "spacelift" {}

provider "tailscale" {}

module "tailnet" {
  source = "./tailnet"
}

output "stack_label" {
  value = module.tailnet.stack_label
}
