"""Fine-tune or prompt: what each way would cost, which to choose, and what would change that."""
