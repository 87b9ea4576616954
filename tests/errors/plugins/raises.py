"""A plug-in that fails while it is loaded."""

TABLE = {"a": 1}
VALUE = TABLE["b"]
