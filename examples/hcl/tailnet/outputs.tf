# Made by `spacetail render --format hcl`, version 0.1.0.

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
      "tag:spacelift" = ["autogroup:admin"]
    }
    grants = []
  })
}
