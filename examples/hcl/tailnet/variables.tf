# Made by `spacetail render`.

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
  description = "The label that a stack carries to get the context."
  default     = "tailnet"
  nullable    = false

  validation {
    condition     = trimspace(var.stack_label) != ""
    error_message = "stack_label must not be empty."
  }
}

variable "space_id" {
  type        = string
  description = "Id of the space that the context lives in; null for the space of the provider's credentials."
  default     = null
}

variable "labels" {
  type        = list(string)
  description = "More labels of the context."
  default     = []
  nullable    = false
}
