# State on the tailnet: nothing but a node of it can reach this backend.
terraform {
  backend "http" {
    address        = "http://state.tail.test/state/rehearsal"
    lock_address   = "http://state.tail.test/state/rehearsal"
    unlock_address = "http://state.tail.test/state/rehearsal"
  }
}

resource "terraform_data" "greeting" {
  input = "hello from the tailnet"

  lifecycle {
    postcondition {
      condition     = var.fail_apply == "" || self.output == null
      error_message = "This apply was told to fail."
    }
  }
}

variable "fail_apply" {
  default = ""
}

output "greeting" {
  value = terraform_data.greeting.output
}
