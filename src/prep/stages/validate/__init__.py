"""validate: the rules of the providers, each an entry in a register."""
