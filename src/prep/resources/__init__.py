"""Data that ships with the package: schemas, catalog, tokenizer ranks."""
