"""The declaration: strict YAML with positions, typed models, overrides, JSON Schema."""
