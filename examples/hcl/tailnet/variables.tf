# Made by `spacetail render --format hcl`, version 0.1.0.

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
